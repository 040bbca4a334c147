//! JSON Pointer (RFC 6901), and patterns of pointers in which `*` stands for any one segment.

use super::Json;

/// Appends a segment, escaped.
pub fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for c in segment.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// A pointer with `*` for each item of a list: for each segment of digits alone.
pub fn starred(pointer: &str) -> String {
    let mut starred = String::with_capacity(pointer.len());
    for segment in pointer.split('/').skip(1) {
        let index = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
        starred.push('/');
        starred.push_str(if index { "*" } else { segment });
    }
    starred
}

/// The segments of a pointer, unescaped. The empty pointer has none.
pub fn segments(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

/// The value at a pointer, or `None`.
pub fn resolve<'a>(value: &'a Json, pointer: &str) -> Option<&'a Json> {
    segments(pointer).try_fold(value, |value, segment| match value {
        Json::Map(map) => map.get(&segment),
        Json::List(list) => segment.parse::<usize>().ok().and_then(|at| list.items().get(at)),
        _ => None,
    })
}

/// A set of pointers: a pointer whose segments may be `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// When it is neither empty nor starts with `/`.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if text.is_empty() || text.starts_with('/') {
            Ok(Pattern(segments(text).collect()))
        } else {
            Err(format!("`{text}` is not a JSON pointer: it must start with `/`"))
        }
    }

    pub fn matches(&self, pointer: &str) -> bool {
        let mut wanted = self.0.iter();
        segments(pointer).all(|segment| wanted.next().is_some_and(|w| w == "*" || *w == segment))
            && wanted.next().is_none()
    }

    /// The values of `value` at this pattern, in document order.
    pub fn select<'a>(&self, value: &'a Json) -> Vec<&'a Json> {
        self.0.iter().fold(vec![value], |found, segment| {
            found
                .into_iter()
                .flat_map(|value| -> Vec<&Json> {
                    match (value, segment.as_str()) {
                        (Json::Map(map), "*") => map.iter().map(|(_, value)| value).collect(),
                        (Json::List(list), "*") => list.items().iter().collect(),
                        (Json::Map(map), key) => map.get(key).into_iter().collect(),
                        (Json::List(list), at) => {
                            at.parse::<usize>().ok().and_then(|at| list.items().get(at)).into_iter().collect()
                        }
                        _ => Vec::new(),
                    }
                })
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_and_patterns() {
        let value: Json = serde_json::from_str(r#"{"a/b":[{"x":1},{"x":2}],"~":3}"#).unwrap();
        assert_eq!(resolve(&value, "/a~1b/1/x"), Some(&Json::Int(2)));
        assert_eq!(resolve(&value, "/~0"), Some(&Json::Int(3)));
        assert_eq!(resolve(&value, ""), Some(&value));
        assert_eq!(resolve(&value, "/a~1b/2"), None);
        let pattern = Pattern::parse("/a~1b/*/x").unwrap();
        assert!(pattern.matches("/a~1b/0/x") && !pattern.matches("/a~1b/0") && !pattern.matches("/a~1b/0/x/y"));
        assert_eq!(pattern.select(&value), [&Json::Int(1), &Json::Int(2)]);
        assert!(Pattern::parse("a").is_err());
    }
}
