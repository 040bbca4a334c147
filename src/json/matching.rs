//! Comparing a JSON text with a value without building the text's value: the hot path of replay.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Json;

/// Whether `text` is JSON and equal to `expected` by value. `false` also when the text is no JSON.
///
/// A map whose text repeats a key is never equal here; parse it to see which of the two counts.
pub fn text_matches(text: &str, expected: &Json) -> bool {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Same(expected).deserialize(&mut deserializer).is_ok() && deserializer.end().is_ok()
}

/// Succeeds where the input equals the value; any error means that it does not.
struct Same<'a>(&'a Json);

fn differs<E: Error>() -> E {
    E::custom("differs")
}

impl<'de> DeserializeSeed<'de> for Same<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Same<'_> {
    fn check<E: Error>(self, found: Json) -> Result<(), E> {
        if *self.0 == found { Ok(()) } else { Err(differs()) }
    }
}

impl<'de> Visitor<'de> for Same<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an equal JSON value")
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.check(Json::Null)
    }
    fn visit_bool<E: Error>(self, b: bool) -> Result<(), E> {
        self.check(Json::Bool(b))
    }
    fn visit_i64<E: Error>(self, n: i64) -> Result<(), E> {
        self.check(Json::Int(n))
    }
    fn visit_u64<E: Error>(self, n: u64) -> Result<(), E> {
        self.check(i64::try_from(n).map_or(Json::Uint(n), Json::Int))
    }
    fn visit_f64<E: Error>(self, n: f64) -> Result<(), E> {
        self.check(Json::Float(n))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.0.as_str() == Some(text) { Ok(()) } else { Err(differs()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for item in self.0.as_list().ok_or_else(differs)? {
            seq.next_element_seed(Same(item))?.ok_or_else(differs)?;
        }
        match seq.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(differs()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let map = self.0.as_map().ok_or_else(differs)?;
        let mut seen = Seen::new(map.len());
        while let Some(at) = access.next_key_seed(Key(map))? {
            let at = at.ok_or_else(differs)?;
            if !seen.first(at) {
                return Err(differs());
            }
            access.next_value_seed(Same(map.at(at)))?;
        }
        if seen.count == map.len() { Ok(()) } else { Err(differs()) }
    }
}

/// Finds where a key stands in the expected map.
struct Key<'a>(&'a super::Map);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.position(key).ok())
    }
}

/// Which keys were met.
struct Seen {
    low: u64,
    rest: Vec<bool>,
    count: usize,
}

impl Seen {
    fn new(len: usize) -> Seen {
        Seen { low: 0, rest: vec![false; len.saturating_sub(64)], count: 0 }
    }

    fn first(&mut self, at: usize) -> bool {
        let fresh = match at.checked_sub(64) {
            None => {
                let bit = 1u64 << at;
                let fresh = self.low & bit == 0;
                self.low |= bit;
                fresh
            }
            Some(at) => !std::mem::replace(&mut self.rest[at], true),
        };
        self.count += usize::from(fresh);
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_comparison_of_parsed_values() {
        let samples = [
            "null",
            "true",
            "1",
            "1.0",
            "1.5",
            "-0",
            "\"a\"",
            "\"\\u0061\"",
            "[]",
            "[1]",
            "[1,2]",
            "{}",
            "{\"a\":1}",
            "{\"a\":1,\"b\":[2,{\"c\":null}]}",
            "{\"b\":[2.0,{\"c\":null}],\"a\":1}",
            "{\"a\":null}",
            "{\"b\":1}",
        ];
        for a in samples {
            let expected: Json = serde_json::from_str(a).unwrap();
            for b in samples {
                let found: Json = serde_json::from_str(b).unwrap();
                assert_eq!(text_matches(b, &expected), expected == found, "{a} against {b}");
            }
        }
        assert!(!text_matches("1 2", &Json::Int(1)));
        assert!(!text_matches("", &Json::Null));
    }

    #[test]
    fn a_repeated_key_does_not_stand_for_a_missing_one() {
        let expected: Json = serde_json::from_str(r#"{"a":1,"b":1}"#).unwrap();
        assert!(!text_matches(r#"{"a":1,"a":1}"#, &expected));
    }

    #[test]
    fn maps_of_more_than_64_keys() {
        let text = |n: usize| {
            let members: Vec<String> = (0..n).rev().map(|i| format!("\"k{i}\":{i}")).collect();
            format!("{{{}}}", members.join(","))
        };
        let expected: Json = serde_json::from_str(&text(100)).unwrap();
        assert!(text_matches(&text(100), &expected));
        assert!(!text_matches(&text(99), &expected));
    }
}
