//! [`Json`]: an immutable JSON value whose copies cost one reference count.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value (RFC 8259). Lists, maps and texts are shared: a copy is a reference count, a change copies one level.
///
/// Equality is by value: `1`, `1.0` and `1e0` are equal, the order of keys does not matter.
#[derive(Clone, Debug, Default)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// A finite number with a fraction, an exponent, or beyond 64 bits.
    Float(f64),
    Text(Arc<str>),
    List(Arc<List>),
    Map(Arc<Map>),
}

/// A list and its measure.
#[derive(Clone, Debug, Default)]
pub struct List {
    items: Vec<Json>,
    nodes: u64,
    depth: u32,
}

/// A map with its keys in order, and its measure.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<(Arc<str>, Json)>,
    nodes: u64,
    depth: u32,
}

impl Json {
    pub fn text(text: impl AsRef<str>) -> Json {
        Json::Text(Arc::from(text.as_ref()))
    }

    pub fn list(items: Vec<Json>) -> Json {
        Json::List(Arc::new(List::from(items)))
    }

    /// A map of these entries; of a key that occurs twice, the last one stays.
    pub fn map(entries: Vec<(Arc<str>, Json)>) -> Json {
        Json::Map(Arc::new(Map::from(entries)))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Json::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(list) => Some(&list.items),
            _ => None,
        }
    }

    /// The number as a float, exact only up to 2^53.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Json::Int(n) => Some(*n as f64),
            Json::Uint(n) => Some(*n as f64),
            Json::Float(n) => Some(*n),
            _ => None,
        }
    }

    /// The member of a map, or `None`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// The value as a short text, for messages.
    pub fn excerpt(&self) -> String {
        const CHARS_MAX: usize = 100;
        let text = self.to_string();
        if text.chars().count() <= CHARS_MAX {
            return text;
        }
        let head: String = text.chars().take(CHARS_MAX).collect();
        format!("{head}...")
    }

    /// Nodes of the value: one for each scalar, list and map, and one for each 16 bytes of text.
    pub fn nodes(&self) -> u64 {
        match self {
            Json::Text(text) => 1 + text.len() as u64 / 16,
            Json::List(list) => list.nodes(),
            Json::Map(map) => map.nodes(),
            _ => 1,
        }
    }

    /// Nesting: 0 for scalars and empty containers, an upper bound after changes.
    pub fn depth(&self) -> u32 {
        match self {
            Json::List(list) => list.depth,
            Json::Map(map) => map.depth,
            _ => 0,
        }
    }

    /// The kind of value in the words of JSON Schema.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Int(_) | Json::Uint(_) => "integer",
            Json::Float(_) => "number",
            Json::Text(_) => "string",
            Json::List(_) => "array",
            Json::Map(_) => "object",
        }
    }

    /// The kind with its article, for messages: "an array".
    pub fn a_kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Int(_) | Json::Uint(_) => "an integer",
            Json::Float(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "an array",
            Json::Map(_) => "an object",
        }
    }

    /// Feeds a canonical form to a hasher: equal values feed the same bytes.
    pub fn feed(&self, hasher: &mut blake3::Hasher) {
        fn text(hasher: &mut blake3::Hasher, text: &str) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        match self {
            Json::Null => drop(hasher.update(b"n")),
            Json::Bool(b) => drop(hasher.update(if *b { b"t" } else { b"f" })),
            Json::Int(n) => drop(hasher.update(b"i").update(&i128::from(*n).to_le_bytes())),
            Json::Uint(n) => drop(hasher.update(b"i").update(&i128::from(*n).to_le_bytes())),
            Json::Float(n) => match exact_integer(*n) {
                Some(n) => drop(hasher.update(b"i").update(&n.to_le_bytes())),
                None => drop(hasher.update(b"d").update(&n.to_bits().to_le_bytes())),
            },
            Json::Text(t) => {
                hasher.update(b"s");
                text(hasher, t);
            }
            Json::List(list) => {
                hasher.update(b"[").update(&(list.items.len() as u64).to_le_bytes());
                list.items.iter().for_each(|item| item.feed(hasher));
            }
            Json::Map(map) => {
                hasher.update(b"{").update(&(map.entries.len() as u64).to_le_bytes());
                for (key, value) in &map.entries {
                    text(hasher, key);
                    value.feed(hasher);
                }
            }
        }
    }

    /// JSON text with a space after `,` and `:`, as most tools of the field print it.
    pub fn spaced(&self) -> String {
        struct Spaced;
        impl serde_json::ser::Formatter for Spaced {
            fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, w: &mut W, first: bool) -> std::io::Result<()> {
                w.write_all(if first { b"" } else { b", " })
            }
            fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, w: &mut W, first: bool) -> std::io::Result<()> {
                w.write_all(if first { b"" } else { b", " })
            }
            fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, w: &mut W) -> std::io::Result<()> {
                w.write_all(b": ")
            }
        }
        let mut out = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, Spaced);
        self.serialize(&mut serializer).expect("a Json value serialises into memory");
        String::from_utf8(out).expect("JSON text is UTF-8")
    }
}

impl List {
    /// See [`Json::nodes`].
    pub fn nodes(&self) -> u64 {
        self.nodes.max(1)
    }

    pub fn items(&self) -> &[Json] {
        &self.items
    }

    /// Replaces an item; out of range is `None`.
    pub fn set(&mut self, index: usize, value: Json) -> Option<Json> {
        let slot = self.items.get_mut(index)?;
        let old = std::mem::replace(slot, value);
        self.nodes = self.nodes.saturating_sub(old.nodes()).saturating_add(slot.nodes());
        self.depth = self.depth.max(slot.depth() + 1);
        Some(old)
    }

    pub fn push(&mut self, value: Json) {
        self.nodes = self.nodes.max(1).saturating_add(value.nodes());
        self.depth = self.depth.max(value.depth() + 1);
        self.items.push(value);
    }

    pub fn remove(&mut self, index: usize) -> Option<Json> {
        let removed = (index < self.items.len()).then(|| self.items.remove(index))?;
        self.nodes = self.nodes.saturating_sub(removed.nodes());
        Some(removed)
    }
}

impl From<Vec<Json>> for List {
    fn from(items: Vec<Json>) -> List {
        let nodes = items.iter().fold(1u64, |sum, item| sum.saturating_add(item.nodes()));
        let depth = items.iter().map(|item| item.depth() + 1).max().unwrap_or(0);
        List { items, nodes, depth }
    }
}

impl Map {
    /// See [`Json::nodes`].
    pub fn nodes(&self) -> u64 {
        self.nodes.max(1)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Json> {
        self.position(key).ok().map(|at| &self.entries[at].1)
    }

    /// Where the key stands, or where it would.
    pub(crate) fn position(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(probe, _)| (**probe).cmp(key))
    }

    #[cfg(feature = "wasm")]
    pub(crate) fn key_at(&self, index: usize) -> &Arc<str> {
        &self.entries[index].0
    }

    pub(crate) fn at(&self, index: usize) -> &Json {
        &self.entries[index].1
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Json)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub fn set(&mut self, key: &str, value: Json) {
        self.depth = self.depth.max(value.depth() + 1);
        match self.position(key) {
            Ok(at) => {
                self.nodes = self.nodes.saturating_sub(self.entries[at].1.nodes()).saturating_add(value.nodes());
                self.entries[at].1 = value;
            }
            Err(at) => {
                self.nodes = self.nodes.max(1).saturating_add(value.nodes() + 1 + key.len() as u64 / 16);
                self.entries.insert(at, (Arc::from(key), value));
            }
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let at = self.position(key).ok()?;
        let (key, value) = self.entries.remove(at);
        self.nodes = self.nodes.saturating_sub(value.nodes() + 1 + key.len() as u64 / 16);
        Some(value)
    }
}

impl From<Vec<(Arc<str>, Json)>> for Map {
    fn from(mut entries: Vec<(Arc<str>, Json)>) -> Map {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            // Stable, so that among equal keys the last one read is the last one here.
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        let nodes = entries
            .iter()
            .fold(1u64, |sum, (key, value)| sum.saturating_add(value.nodes() + 1 + key.len() as u64 / 16));
        let depth = entries.iter().map(|(_, value)| value.depth() + 1).max().unwrap_or(0);
        Map { entries, nodes, depth }
    }
}

/// The integer a float stands for exactly, if it does.
pub(crate) fn exact_integer(n: f64) -> Option<i128> {
    (n.fract() == 0.0 && n.abs() < 1.0e30).then_some(n as i128)
}

/// The order of two numbers by value, without rounding; `None` where one is no number.
pub(crate) fn compare_numbers(a: &Json, b: &Json) -> Option<Ordering> {
    fn integer(value: &Json) -> Option<i128> {
        match value {
            Json::Int(n) => Some(i128::from(*n)),
            Json::Uint(n) => Some(i128::from(*n)),
            Json::Float(n) => exact_integer(*n),
            _ => None,
        }
    }
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::Bool(a), Json::Bool(b)) => a == b,
            (Json::Text(a), Json::Text(b)) => Arc::ptr_eq(a, b) || a == b,
            (Json::List(a), Json::List(b)) => Arc::ptr_eq(a, b) || a.items == b.items,
            (Json::Map(a), Json::Map(b)) => Arc::ptr_eq(a, b) || a.entries == b.entries,
            (Json::Int(a), Json::Int(b)) => a == b,
            _ => compare_numbers(self, other) == Some(Ordering::Equal),
        }
    }
}

impl fmt::Display for Json {
    /// Compact JSON text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).expect("a Json value serialises into memory"))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(b) => serializer.serialize_bool(*b),
            Json::Int(n) => serializer.serialize_i64(*n),
            Json::Uint(n) => serializer.serialize_u64(*n),
            Json::Float(n) => serializer.serialize_f64(*n),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(list) => serializer.collect_seq(&list.items),
            Json::Map(map) => {
                let mut out = serializer.serialize_map(Some(map.entries.len()))?;
                for (key, value) in &map.entries {
                    out.serialize_entry(&**key, value)?;
                }
                out.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        struct JsonVisitor;
        impl<'de> Visitor<'de> for JsonVisitor {
            type Value = Json;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, b: bool) -> Result<Json, E> {
                Ok(Json::Bool(b))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
                Ok(Json::Int(n))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
                Ok(i64::try_from(n).map_or(Json::Uint(n), Json::Int))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Json, E> {
                Ok(Json::Float(n))
            }
            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::text(text))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json::list(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    entries.push(entry);
                }
                Ok(Json::map(entries))
            }
        }
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Json {
        match value {
            serde_json::Value::Null => Json::Null,
            serde_json::Value::Bool(b) => Json::Bool(*b),
            serde_json::Value::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(n), _) => Json::Int(n),
                (None, Some(n)) => Json::Uint(n),
                _ => Json::Float(n.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Json::text(text),
            serde_json::Value::Array(items) => Json::list(items.iter().map(Json::from).collect()),
            serde_json::Value::Object(members) => {
                Json::map(members.iter().map(|(key, value)| (Arc::from(key.as_str()), Json::from(value))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_equal_by_value_and_keep_their_form() {
        assert_eq!(parse("[1, 1.0, 1e0]"), parse("[1.0, 1, 1]"));
        assert_eq!(parse("[1, 1.0]").to_string(), "[1,1.0]");
        assert_ne!(parse("9007199254740993"), parse("9007199254740992.0"));
        assert_ne!(parse("18446744073709551615"), parse("18446744073709551614"));
        assert_ne!(parse("1"), parse("true"));
        assert_ne!(parse("null"), parse("0"));
    }

    #[test]
    fn equal_values_feed_equal_bytes() {
        let hash = |text: &str| {
            let mut hasher = blake3::Hasher::new();
            parse(text).feed(&mut hasher);
            hasher.finalize()
        };
        assert_eq!(hash(r#"{"b":2,"a":[1.0]}"#), hash(r#"{"a":[1],"b":2.0}"#));
        assert_ne!(hash(r#"["ab","c"]"#), hash(r#"["a","bc"]"#));
        assert_ne!(hash("[[],[]]"), hash("[[[]]]"));
    }

    #[test]
    fn of_equal_keys_the_last_stays() {
        assert_eq!(parse(r#"{"b":1,"a":1,"b":2}"#).to_string(), r#"{"a":1,"b":2}"#);
    }

    #[test]
    fn measures_follow_changes() {
        let mut map = Map::default();
        map.set("a", parse("[1,2,3]"));
        map.set("b", parse("{\"c\":[[]]}"));
        map.set("a", parse("1"));
        map.remove("b");
        let fresh = Map::from(vec![(Arc::from("a"), parse("1"))]);
        assert_eq!(map.nodes, fresh.nodes);
        assert!(map.depth >= fresh.depth);
    }

    #[test]
    fn sharing_cannot_hide_the_size_of_a_value() {
        let mut value = parse("[1]");
        for _ in 0..80 {
            value = Json::list(vec![value.clone(), value]);
        }
        assert_eq!(value.nodes(), u64::MAX);
    }
}
