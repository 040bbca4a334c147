//! Comparing an answer with a recorded observation: JSON as JSON, numbers by value, text exactly, less what `env.toml` relaxes.

use crate::diagnostic::Difference;
use crate::environment::Relaxation;
use crate::json::{self, Json, pointer};

/// Differences that are reported of one comparison.
const DIFFERENCES_MAX: usize = 10;

/// Where an answer and a recorded observation differ; empty when they agree. At most ten places.
pub fn compare(expected: &Json, recorded: &str, relaxation: Option<&Relaxation>) -> Vec<Difference> {
    if expected.as_str() == Some(recorded) || json::text_matches(recorded, expected) {
        return Vec::new();
    }
    // A text answer may itself be JSON, as tools that serialise their results write it.
    let parsed = match expected {
        Json::Text(text) => serde_json::from_str::<Json>(text).unwrap_or_else(|_| expected.clone()),
        other => other.clone(),
    };
    let found = serde_json::from_str::<Json>(recorded).unwrap_or_else(|_| Json::text(recorded));
    let mut walk = Walk { relaxation, path: String::new(), differences: Vec::new() };
    walk.value(&parsed, &found);
    walk.differences.truncate(DIFFERENCES_MAX);
    walk.differences
}

struct Walk<'a> {
    relaxation: Option<&'a Relaxation>,
    path: String,
    differences: Vec<Difference>,
}

impl Walk<'_> {
    fn value(&mut self, expected: &Json, found: &Json) {
        if expected == found || self.relaxed(expected, found) {
            return;
        }
        let len = self.path.len();
        match (expected, found) {
            (Json::Map(a), Json::Map(b)) => {
                for (key, value) in a.iter() {
                    pointer::push(&mut self.path, key);
                    match b.get(key) {
                        Some(other) => self.value(value, other),
                        None => self.one_sided(Some(value), None),
                    }
                    self.path.truncate(len);
                }
                for (key, value) in b.iter().filter(|(key, _)| a.get(key).is_none()) {
                    pointer::push(&mut self.path, key);
                    self.one_sided(None, Some(value));
                    self.path.truncate(len);
                }
            }
            (Json::List(a), Json::List(b)) => {
                let (a, b) = (a.items(), b.items());
                if self.is_unordered() {
                    self.multiset(a, b);
                    return;
                }
                for at in 0..a.len().max(b.len()) {
                    self.path.push_str(&format!("/{at}"));
                    match (a.get(at), b.get(at)) {
                        (Some(a), Some(b)) => self.value(a, b),
                        (a, b) => self.one_sided(a, b),
                    }
                    self.path.truncate(len);
                }
            }
            _ => self.differ(Some(expected), Some(found)),
        }
    }

    fn differ(&mut self, expected: Option<&Json>, found: Option<&Json>) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(Difference {
                path: self.path.clone(),
                expected: expected.cloned(),
                recorded: found.cloned(),
            });
        }
    }

    fn one_sided(&mut self, expected: Option<&Json>, found: Option<&Json>) {
        let ignored = self.relaxation.is_some_and(|r| r.ignore.iter().any(|pattern| pattern.matches(&self.path)));
        if !ignored {
            self.differ(expected, found);
        }
    }

    fn relaxed(&self, expected: &Json, found: &Json) -> bool {
        let Some(relaxation) = self.relaxation.filter(|r| !r.is_exact()) else { return false };
        let path = self.path.as_str();
        if relaxation.ignore.iter().any(|pattern| pattern.matches(path)) {
            return true;
        }
        match (expected, found) {
            (Json::Text(_), Json::Text(_)) => relaxation.prose.iter().any(|pattern| pattern.matches(path)),
            _ => match (expected.as_f64(), found.as_f64()) {
                (Some(a), Some(b)) => {
                    relaxation.tolerance.iter().any(|(pattern, by)| pattern.matches(path) && (a - b).abs() <= *by)
                }
                _ => false,
            },
        }
    }

    fn is_unordered(&self) -> bool {
        self.relaxation.is_some_and(|r| r.unordered.iter().any(|pattern| pattern.matches(&self.path)))
    }

    fn multiset(&mut self, expected: &[Json], found: &[Json]) {
        let len = self.path.len();
        let mut left: Vec<(usize, &Json)> = found.iter().enumerate().collect();
        let mut missing = Vec::new();
        for (at, item) in expected.iter().enumerate() {
            let twin = left.iter().position(|(_, other)| {
                let mut walk =
                    Walk { relaxation: self.relaxation, path: format!("{}/{at}", self.path), differences: Vec::new() };
                walk.value(item, other);
                walk.differences.is_empty()
            });
            match twin {
                Some(twin) => drop(left.remove(twin)),
                None => missing.push((at, item)),
            }
        }
        for (at, item) in missing {
            self.path.push_str(&format!("/{at}"));
            self.differ(Some(item), None);
            self.path.truncate(len);
        }
        for (at, item) in left {
            self.path.push_str(&format!("/{at}"));
            self.differ(None, Some(item));
            self.path.truncate(len);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::ToolSettings;

    fn paths(expected: &str, recorded: &str, relaxation: Option<&Relaxation>) -> Vec<String> {
        let expected = serde_json::from_str(expected).unwrap();
        compare(&expected, recorded, relaxation).into_iter().map(|d| d.path).collect()
    }

    #[test]
    fn json_as_json_and_text_exactly() {
        let same: [&str; 0] = [];
        assert_eq!(paths(r#"{"a":1,"b":[1.0]}"#, r#"{"b": [1], "a": 1.0}"#, None), same);
        assert_eq!(paths("\"O1\"", "O1", None), same);
        assert_eq!(paths("\"O1\"", "\"O1\"", None), same);
        assert_eq!(paths("\"55.0\"", "55", None), same);
        assert_eq!(paths("\"{\\\"a\\\": 1}\"", "{\"a\":1}", None), same);
        assert_eq!(paths("\"O1\"", "O1 ", None), [""]);
        assert_eq!(paths("\"\"", "null", None), [""]);
        assert_eq!(paths("null", "", None), [""]);
        assert_eq!(paths("\"Error: a\"", "Error: b", None), [""]);
        assert_eq!(
            paths(r#"{"a":1,"b":[1,2],"c":0}"#, r#"{"a":2,"b":[1,2,3],"d":0}"#, None),
            ["/a", "/b/2", "/c", "/d"]
        );
        assert_eq!(paths("true", "1", None), [""]);
    }

    #[test]
    fn relaxations_reach_no_further_than_declared() {
        let settings = ToolSettings {
            prose: vec!["/message".into()],
            ignore: vec!["/debug".into()],
            unordered: vec!["/items".into()],
            tolerance: [("/items/*/price".to_owned(), 0.01)].into(),
            ..ToolSettings::default()
        };
        let relaxation = settings.relaxation().unwrap();
        let expected = r#"{"message":"a","items":[{"id":1,"price":2.0},{"id":2,"price":3}],"n":1}"#;
        let check = |recorded: &str| paths(expected, recorded, Some(&relaxation));
        assert_eq!(
            check(r#"{"message":"b","debug":3,"items":[{"id":2,"price":3.009},{"id":1,"price":2}],"n":1}"#),
            [""; 0]
        );
        assert_eq!(check(r#"{"message":null,"items":[{"id":2,"price":3},{"id":1,"price":2}],"n":1}"#), ["/message"]);
        assert_eq!(check(r#"{"items":[{"id":2,"price":3},{"id":1,"price":2}],"n":1}"#), ["/message"]);
        assert_eq!(
            check(r#"{"message":"a","items":[{"id":2,"price":3.1},{"id":1,"price":2}],"n":1}"#),
            ["/items/1", "/items/0"]
        );
        assert_eq!(
            check(r#"{"message":"a","items":[{"id":1,"price":2},{"id":1,"price":2}],"n":2}"#),
            ["/items/1", "/items/1", "/n"]
        );
    }
}
