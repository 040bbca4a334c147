//! Differences between two values as JSON Patch (RFC 6902).

use serde::Serialize;

use super::{Json, pointer};

/// One operation of a JSON Patch. Applied in order, the operations of [`diff`] turn the first value into the second.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum PatchOp {
    Add { path: String, value: Json },
    Remove { path: String },
    Replace { path: String, value: Json },
}

impl PatchOp {
    /// The same operation on a document in which the patched one stands at `prefix`.
    pub fn under(self, prefix: &str) -> PatchOp {
        let at = |path: String| format!("{prefix}{path}");
        match self {
            PatchOp::Add { path, value } => PatchOp::Add { path: at(path), value },
            PatchOp::Remove { path } => PatchOp::Remove { path: at(path) },
            PatchOp::Replace { path, value } => PatchOp::Replace { path: at(path), value },
        }
    }
}

/// The patch from one value to the other: empty when they are equal. Lists are compared place by place.
pub fn diff(before: &Json, after: &Json) -> Vec<PatchOp> {
    let mut ops = Vec::new();
    walk(&mut String::new(), before, after, &mut ops);
    ops
}

fn walk(path: &mut String, before: &Json, after: &Json, ops: &mut Vec<PatchOp>) {
    let len = path.len();
    match (before, after) {
        (before, after) if before == after => {}
        (Json::Map(a), Json::Map(b)) => {
            for (key, value) in a.iter() {
                pointer::push(path, key);
                match b.get(key) {
                    Some(other) => walk(path, value, other, ops),
                    None => ops.push(PatchOp::Remove { path: path.clone() }),
                }
                path.truncate(len);
            }
            for (key, value) in b.iter().filter(|(key, _)| a.get(key).is_none()) {
                pointer::push(path, key);
                ops.push(PatchOp::Add { path: path.clone(), value: value.clone() });
                path.truncate(len);
            }
        }
        (Json::List(a), Json::List(b)) => {
            let (a, b) = (a.items(), b.items());
            for (at, (value, other)) in a.iter().zip(b).enumerate() {
                pointer::push(path, &at.to_string());
                walk(path, value, other, ops);
                path.truncate(len);
            }
            for at in (b.len()..a.len()).rev() {
                ops.push(PatchOp::Remove { path: format!("{path}/{at}") });
            }
            for value in b.iter().skip(a.len()) {
                ops.push(PatchOp::Add { path: format!("{path}/-"), value: value.clone() });
            }
        }
        _ => ops.push(PatchOp::Replace { path: path.clone(), value: after.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ops(before: &str, after: &str) -> String {
        let parse = |text| serde_json::from_str(text).unwrap();
        serde_json::to_string(&diff(&parse(before), &parse(after))).unwrap()
    }

    #[test]
    fn patches() {
        assert_eq!(ops("1", "1.0"), "[]");
        assert_eq!(
            ops(r#"{"a":1,"b":2}"#, r#"{"a":1,"c":2}"#),
            r#"[{"op":"remove","path":"/b"},{"op":"add","path":"/c","value":2}]"#
        );
        assert_eq!(ops("[1,2,3]", "[1,4]"), r#"[{"op":"replace","path":"/1","value":4},{"op":"remove","path":"/2"}]"#);
        assert_eq!(ops("[]", "[1]"), r#"[{"op":"add","path":"/-","value":1}]"#);
        assert_eq!(ops("{}", "[]"), r#"[{"op":"replace","path":"","value":[]}]"#);
    }
}
