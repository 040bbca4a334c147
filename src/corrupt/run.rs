//! A trajectory as its exchanges: what was asked, what was answered, what may have written, what looks like an id.

use std::sync::Arc;

use crate::json::{Json, pointer};
use crate::trajectory::{Answer, Exchange, Trajectory};

/// The exchanges of a trajectory, in order.
pub struct Run {
    pub steps: Vec<Step>,
}

/// One exchange.
pub struct Step {
    pub tool: Arc<str>,
    /// Null where they cannot be read.
    pub arguments: Json,
    /// The text of the answer.
    pub content: String,
    pub answer: Option<Answer>,
    /// Whether it may have changed the world.
    pub writes: bool,
}

impl Run {
    pub fn read(trajectory: &Trajectory, exchanges: &[Exchange]) -> Run {
        let step = |exchange: &Exchange| {
            let call = &trajectory.messages[exchange.message].calls[exchange.call];
            let content = exchange.answer.map(|at| trajectory.messages[at].content.clone());
            let answer = content.as_deref().map(Answer::read);
            let refused = answer.as_ref().is_some_and(|answer| answer.refused);
            Step {
                tool: Arc::from(call.name.as_str()),
                arguments: call.arguments.value.as_ref().map_or(Json::Null, Json::from),
                content: content.unwrap_or_default(),
                answer,
                writes: !refused && !only_reads(trajectory, &call.name),
            }
        };
        Run { steps: exchanges.iter().map(step).collect() }
    }

    /// Whether nothing can have written after one exchange and until another was answered.
    pub fn quiet(&self, from: usize, to: usize) -> bool {
        self.steps[from + 1..=to].iter().all(|step| !step.writes)
    }

    /// Each call with the next one that is equal to it, of tools that answer alike in one world.
    pub fn repeats(&self) -> Vec<(usize, usize)> {
        let next = |at: usize| (at + 1..self.steps.len()).find(|later| self.steps[at].asks_as(&self.steps[*later]));
        let steady = |at: &usize| self.steps[*at].answer.is_some() && !is_unsteady(&self.steps[*at].tool);
        (0..self.steps.len()).filter(steady).filter_map(|at| Some((at, next(at)?))).collect()
    }

    /// The repeated reads that succeeded both times, with the exchanges between that may have written: at least one.
    pub fn reads_around_writes(&self) -> Vec<(usize, usize, Vec<usize>)> {
        let around = |(from, to): (usize, usize)| {
            let read = |at: usize| !self.steps[at].writes && self.steps[at].success().is_some();
            let writes: Vec<usize> = (from + 1..to).filter(|at| self.steps[*at].writes).collect();
            (read(from) && read(to) && !writes.is_empty()).then_some((from, to, writes))
        };
        self.repeats().into_iter().filter_map(around).collect()
    }
}

impl Step {
    /// The answer, where it is no refusal.
    pub fn success(&self) -> Option<&Json> {
        self.answer.as_ref().filter(|answer| !answer.refused).map(|answer| &answer.value)
    }

    pub fn refusal(&self) -> Option<&Json> {
        self.answer.as_ref().filter(|answer| answer.refused).map(|answer| &answer.value)
    }

    /// Whether another call is equal to this one.
    pub fn asks_as(&self, other: &Step) -> bool {
        self.tool == other.tool && matches!(self.arguments, Json::Map(_)) && self.arguments == other.arguments
    }

    /// The arguments that are neither lists nor maps, with their names.
    pub fn plain_arguments(&self) -> impl Iterator<Item = (&str, &Json)> {
        let members = self.arguments.as_map().into_iter().flat_map(|map| map.iter());
        members.map(|(name, value)| (&**name, value)).filter(|(_, value)| is_leaf(value))
    }

    /// The values among the arguments that look like ids.
    pub fn ids(&self) -> Vec<&Json> {
        let is_id = |(at, leaf): &(String, &Json)| is_id_value(leaf) && (is_id_name(last(at)) || !is_when(leaf));
        leaves(&self.arguments).into_iter().filter(is_id).map(|(_, leaf)| leaf).collect()
    }

    /// Whether a value is an argument, or a leaf or a key of the answer.
    pub fn shows(&self, value: &Json) -> bool {
        mentions(&self.arguments, value) || self.answer.as_ref().is_some_and(|answer| mentions(&answer.value, value))
    }

    /// Whether another exchange is about something of this one, as far as ids tell.
    pub fn is_linked_to(&self, write: &Step) -> bool {
        self.ids().into_iter().any(|id| write.shows(id)) || write.ids().into_iter().any(|id| self.shows(id))
    }
}

/// Whether a tool is known to leave the world as it is: it says so, or its name does.
fn only_reads(trajectory: &Trajectory, name: &str) -> bool {
    let sets = [&trajectory.tools, &trajectory.user_tools];
    let tool = sets.into_iter().flatten().find_map(|set| set.get(name));
    let hint = tool.and_then(|tool| tool.annotations.as_ref()?.get("readOnlyHint")?.as_bool());
    hint.unwrap_or_else(|| has_reading_name(name))
}

fn has_reading_name(name: &str) -> bool {
    const FIRST: [&str; 43] = [
        "get",
        "find",
        "list",
        "search",
        "read",
        "query",
        "check",
        "calculate",
        "calculator",
        "compute",
        "convert",
        "estimate",
        "think",
        "display",
        "view",
        "show",
        "fetch",
        "lookup",
        "look",
        "ls",
        "cat",
        "pwd",
        "grep",
        "mean",
        "wc",
        "tail",
        "head",
        "du",
        "diff",
        "count",
        "describe",
        "current",
        "forecast",
        "historic",
        "wiki",
        "dictionary",
        "translate",
        "is",
        "has",
        "standard",
        "liter",
        "gallon",
        "percentage",
    ];
    let words = words(name);
    words.first().is_some_and(|first| FIRST.contains(&first.as_str()))
        || words.last().is_some_and(|last| matches!(last.as_str(), "search" | "searcher"))
}

/// Whether two equal calls of a tool may answer otherwise though nothing was written.
pub fn is_unsteady(tool: &str) -> bool {
    let words = words(tool);
    let has = |word: &str| words.iter().any(|w| w == word);
    ["random", "now", "clock", "timestamp", "today", "shuffle", "next"].into_iter().any(has)
        || has("time") && (has("current") || has("get"))
}

/// The words of a name, in lower case: `get_userName` is get, user, name.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && after_lower {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        after_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The scalars of a value with their pointers.
pub fn leaves(value: &Json) -> Vec<(String, &Json)> {
    let mut found = Vec::new();
    walk(value, &mut |pointer, node| {
        if is_leaf(node) {
            found.push((pointer.to_owned(), node));
        }
    });
    found
}

/// Visits a value and all within it, outermost first.
pub fn walk<'a>(value: &'a Json, visit: &mut impl FnMut(&str, &'a Json)) {
    fn at<'a>(value: &'a Json, pointer: &mut String, visit: &mut impl FnMut(&str, &'a Json)) {
        visit(pointer, value);
        let length = pointer.len();
        let mut within = |segment: &str, inner: &'a Json| {
            pointer::push(pointer, segment);
            at(inner, pointer, visit);
            pointer.truncate(length);
        };
        match value {
            Json::List(list) => {
                list.items().iter().enumerate().for_each(|(n, item)| within(&n.to_string(), item));
            }
            Json::Map(map) => map.iter().for_each(|(key, member)| within(key, member)),
            _ => {}
        }
    }
    at(value, &mut String::new(), visit);
}

pub fn is_leaf(value: &Json) -> bool {
    !matches!(value, Json::List(_) | Json::Map(_))
}

/// A pointer with `*` for items of lists and for keys that are ids.
pub fn pattern(pointer: &str) -> String {
    let mut pattern = String::with_capacity(pointer.len());
    for segment in pointer.split('/').skip(1) {
        let digits = segment.bytes().filter(u8::is_ascii_digit).count();
        let any = digits >= 3 || digits == segment.len() && digits > 0;
        pattern.push('/');
        pattern.push_str(if any { "*" } else { segment });
    }
    pattern
}

/// The last segment of a pointer.
pub fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or("")
}

/// The pointer without its last segment.
pub fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a value is a leaf or a key of another.
pub fn mentions(value: &Json, wanted: &Json) -> bool {
    match value {
        Json::List(list) => list.items().iter().any(|item| mentions(item, wanted)),
        Json::Map(map) => map.iter().any(|(key, member)| wanted.as_str() == Some(&**key) || mentions(member, wanted)),
        Json::Text(text) => match wanted {
            Json::Text(wanted) => text == wanted || wanted.len() >= 4 && has_word(text, wanted),
            _ => false,
        },
        leaf => leaf == wanted,
    }
}

/// Whether a text has another in it that is no part of a longer word.
pub fn has_word(text: &str, word: &str) -> bool {
    words_at(text, word).next().is_some()
}

/// Where a word stands in a text.
pub fn words_at(text: &str, word: &str) -> impl Iterator<Item = usize> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let whole =
        move |at: &usize| !part(text[..*at].chars().next_back()) && !part(text[at + word.len()..].chars().next());
    text.match_indices(word).map(|(at, _)| at).filter(whole)
}

/// A scalar as it stands in a text; `None` for null and for containers.
pub fn plain_text(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) => Some(text.to_string()),
        Json::Int(_) | Json::Uint(_) | Json::Float(_) | Json::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Whether a name is that of an id.
pub fn is_id_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower == "id"
        || ["_id", "-id", "number", "code"].iter().any(|end| lower.ends_with(end))
        || ["Id", "ID"].iter().any(|end| name.ends_with(end))
}

/// Whether a value has the form of an id.
pub fn is_id_value(value: &Json) -> bool {
    match value {
        Json::Int(n) => *n >= 100,
        Json::Uint(_) => true,
        Json::Text(text) => {
            let marked = text.bytes().any(|b| b.is_ascii_digit());
            let coded = text.len() >= 5 && text.bytes().all(|b| b.is_ascii_uppercase());
            (3..=64).contains(&text.len()) && !text.contains(char::is_whitespace) && (marked || coded)
        }
        _ => false,
    }
}

/// Whether a text is a date or a time of day.
fn is_when(value: &Json) -> bool {
    let Some(text) = value.as_str() else { return false };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let marks = text.bytes().filter(|b| matches!(b, b'-' | b':' | b'/' | b'.' | b'T' | b'Z')).count();
    marks >= 1 && digits >= 3 && digits + marks == text.len()
}
