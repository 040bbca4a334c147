//! The values that a corpus has for each parameter, and what they tell of its kind where the definition tells little.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::trace::by_shape;
use super::words::hash_of;
use crate::json::pointer;
use crate::trajectory::{Parameter, Trajectory, ValueKind};

/// Values from which a kind may be told.
const SEEN_MIN: u32 = 20;
/// Distinct values that are counted.
const DISTINCT_MAX: usize = 64;
/// Parameters that are kept.
const PARAMETERS_MAX: usize = 20_000;

/// What was seen of each parameter.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// By tool and path, with `*` for items of lists.
    seen: HashMap<String, HashMap<String, Seen>>,
    parameters: usize,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    texts: u32,
    /// Those that look like identifiers.
    identifiers: u32,
    /// Those without any digit.
    plain: u32,
    distinct: HashSet<u64>,
}

impl Profile {
    /// Learns from the calls of a trajectory.
    pub fn learn(&mut self, trajectory: &Trajectory) {
        for call in trajectory.messages.iter().flat_map(|message| &message.calls) {
            if let Ok(arguments) = &call.arguments.value {
                self.walk(&call.name, arguments, &mut String::new());
            }
        }
    }

    fn walk(&mut self, tool: &str, value: &Value, path: &mut String) {
        let len = path.len();
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    pointer::push(path, name);
                    self.walk(tool, value, path);
                    path.truncate(len);
                }
            }
            Value::Array(items) => {
                path.push_str("/*");
                items.iter().for_each(|value| self.walk(tool, value, path));
                path.truncate(len);
            }
            Value::String(text) => {
                let known = self.seen.get(tool).is_some_and(|parameters| parameters.contains_key(path.as_str()));
                if !known && self.parameters >= PARAMETERS_MAX {
                    return;
                }
                self.parameters += usize::from(!known);
                let parameters = self.seen.entry(tool.to_owned()).or_default();
                let seen = parameters.entry(path.clone()).or_default();
                seen.texts += 1;
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let spaces = text.contains(char::is_whitespace);
                seen.plain += u32::from(digits == 0);
                seen.identifiers += u32::from(by_shape(text, spaces, digits) == Some(ValueKind::Identifier));
                if seen.distinct.len() < DISTINCT_MAX {
                    seen.distinct.insert(hash_of(text));
                }
            }
            _ => {}
        }
    }

    /// The kind of a parameter's values, where what was seen tells better than the definition.
    pub fn kind(&self, tool: &str, path: &str, parameter: &Parameter) -> Option<ValueKind> {
        if parameter.certain {
            return None;
        }
        let parameters = self.seen.get(tool)?;
        let seen = match path.bytes().any(|b| b.is_ascii_digit()) {
            true => parameters.get(&pointer::starred(path))?,
            false => parameters.get(path)?,
        };
        if seen.texts < SEEN_MIN {
            return None;
        }
        let distinct = seen.distinct.len() as u32;
        match parameter.kind {
            ValueKind::Text | ValueKind::Name | ValueKind::Choice
                if seen.identifiers * 10 >= seen.texts * 8 && distinct * 4 >= seen.texts.min(DISTINCT_MAX as u32) =>
            {
                Some(ValueKind::Identifier)
            }
            // `recipient` of "sms" and "mail" is no identifier.
            ValueKind::Identifier | ValueKind::Text if distinct <= 6 && seen.plain * 10 >= seen.texts * 9 => {
                Some(ValueKind::Choice)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn learnt(value: impl Fn(usize) -> String) -> Profile {
        let mut profile = Profile::default();
        for at in 0..30 {
            profile.walk("t", &json!({"things": [{"it": value(at)}]}), &mut String::new());
        }
        profile
    }

    #[test]
    fn values_tell_the_kind() {
        let parameter = Parameter::undeclared("it");
        let ids = learnt(|at| format!("Q{}", 10_000 + at * 37));
        assert_eq!(ids.kind("t", "/things/3/it", &parameter), Some(ValueKind::Identifier));
        assert_eq!(ids.kind("u", "/things/3/it", &parameter), None);
        let few = learnt(|at| ["sms", "mail"][at % 2].to_owned());
        assert_eq!(few.kind("t", "/things/0/it", &Parameter::undeclared("recipient")), Some(ValueKind::Choice));
        let words = learnt(|at| format!("some words {at}"));
        assert_eq!(words.kind("t", "/things/0/it", &parameter), None);
        assert_eq!(ids.kind("t", "/things/3/it", &Parameter::undeclared("order_id")), None, "the name is certain");
    }
}
