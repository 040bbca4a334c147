//! Limits on the state of a record against a call that changes it.

use super::words::{name_words, stem, verb_stem};
use super::{Calls, Facts, Rule};
use crate::json::Json;

/// Earlier exchanges that are searched for the record, and nodes of each answer.
const EXCHANGES_MAX: usize = 64;
const NODES_MAX: usize = 4096;

/// What a call did to a record that was not in the state required, in words.
pub(super) fn broken(
    calls: &Calls,
    rule: &Rule,
    (required, action): (&str, &str),
    at: usize,
    facts: &Facts,
) -> Option<String> {
    let noun = stem(rule.limit.subject.first()?);
    let act = verb_stem(action);
    let acts = facts.tool_words.iter().any(|word| verb_stem(word) == act) && facts.tool_words.contains(&noun);
    if !acts || !rule.limit.condition.is_empty() {
        return None;
    }
    for (place, id) in &facts.texts {
        let name = place.rsplit('/').next().unwrap_or_default();
        let words = name_words(name);
        if !(name == "id" || words.contains(&noun)) || !id.chars().any(|c| c.is_ascii_digit()) {
            continue;
        }
        let Some(status) = last_status(calls, at, name, id, &noun) else { continue };
        if !name_words(&status).contains(&stem(required)) {
            let subject = &rule.limit.subject[0];
            return Some(format!("{id} is `{status}`, only {required} {subject} can be {action}"));
        }
    }
    None
}

/// The status of a record as an earlier answer shows it, where nothing between may have written.
fn last_status(calls: &Calls, at: usize, name: &str, id: &str, noun: &str) -> Option<String> {
    for earlier in (at.saturating_sub(EXCHANGES_MAX)..at).rev() {
        let answer = calls.answer(earlier)?;
        if answer.refused {
            continue;
        }
        let mut left = NODES_MAX;
        if let Some(status) = status_in(calls, &answer.value, name, id, noun, &mut left) {
            return Some(status);
        }
        if !calls.reads(earlier) {
            return None;
        }
    }
    None
}

fn status_in(calls: &Calls, value: &Json, name: &str, id: &str, noun: &str, left: &mut usize) -> Option<String> {
    *left = left.checked_sub(1).filter(|_| calls.spend())?;
    match value {
        Json::Map(map) => {
            let is_it = map.iter().any(|(key, member)| {
                member.as_str() == Some(id)
                    && (&**key == name || &**key == "id" || name_words(key).iter().any(|w| w == noun))
            });
            if is_it {
                let named = format!("{noun}_status");
                return map.get("status").or_else(|| map.get(&named)).and_then(Json::as_str).map(str::to_owned);
            }
            map.iter().find_map(|(_, member)| status_in(calls, member, name, id, noun, left))
        }
        Json::List(list) => list.items().iter().find_map(|item| status_in(calls, item, name, id, noun, left)),
        _ => None,
    }
}

impl Calls<'_> {
    /// Whether a call surely changes nothing: its tool says so, or its name does.
    fn reads(&self, at: usize) -> bool {
        const READS: [&str; 20] = [
            "get",
            "list",
            "search",
            "find",
            "check",
            "calculate",
            "lookup",
            "look",
            "view",
            "show",
            "read",
            "query",
            "fetch",
            "is",
            "verify",
            "think",
            "describe",
            "count",
            "estimate",
            "compare",
        ];
        let name = self.name(at);
        let annotations = self.tools.and_then(|tools| tools.get(name)).and_then(|tool| tool.annotations.as_ref());
        if let Some(reads) = annotations.and_then(|hints| hints.get("readOnlyHint")).and_then(|hint| hint.as_bool()) {
            return reads;
        }
        name_words(name).first().is_some_and(|word| READS.contains(&&**word))
    }
}
