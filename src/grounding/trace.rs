//! Tracing: one value after the other, against what was said before its call.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde_json::Value;

use super::index::{Index, Place, Speaker, WORLD};
use super::texts::is_weak;
use super::when::Moments;
use super::words;
use super::{Given, Leaf, Provenance, Trace, number};
use crate::diagnostic::Diagnostic;
use crate::json::pointer;
use crate::trajectory::{Parameter, ToolSet, ValueKind};

/// Said of a value that only the assistant named before, where the user went on.
pub(super) const ANNOUNCED: &str = "only the assistant named it before the user went on, and nothing bears it out";
const NOWHERE: &str = "nothing before the call says it";

/// A dialogue as far as it was read, and the call that is being traced.
pub struct Dialogue<'a> {
    pub(super) given: Given<'a>,
    pub(super) index: Index<'a>,
    pub(super) world: OnceCell<Option<Arc<Index<'static>>>>,
    pub(super) moments: Moments,
    /// The call that a message answers.
    pub(super) answers: Vec<Option<usize>>,
    /// What calls brought up themselves, and which calls: invented values, and what their texts name from nowhere.
    pub(super) coined: HashMap<u64, HashSet<usize>>,
    /// Calls that computed with numbers from nowhere.
    pub(super) tainted: HashSet<usize>,
    /// Messages that were read.
    pub(super) read: usize,
    pub(super) call: Call,
    /// Words that calls used, with the message of the last call; and numbers.
    pub(super) used: HashMap<u64, usize>,
    pub(super) used_numbers: HashSet<u64>,
    /// States that observations show, such as `delivered`.
    pub(super) statuses: Vec<String>,
}

/// The arguments of the call that is being traced, as far as they matter for one another.
#[derive(Default)]
pub(super) struct Call {
    pub(super) exchange: usize,
    pub(super) tool_description: String,
    pub(super) texts: Vec<String>,
    pub(super) numbers: Vec<(String, f64)>,
    pub(super) lengths: Vec<usize>,
}

impl std::fmt::Debug for Dialogue<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialogue").field("read", &self.read).field("index", &self.index).finish_non_exhaustive()
    }
}

impl Trace {
    pub(super) fn new(provenance: Provenance, how: impl Into<String>, places: Vec<Place>) -> Trace {
        Trace { provenance, how: how.into(), places, is_hard: false }
    }

    pub(super) fn invented() -> Trace {
        Trace::new(Provenance::Invented, NOWHERE, Vec::new())
    }

    pub(super) fn is_grounded(&self) -> bool {
        !matches!(self.provenance, Provenance::Invented | Provenance::Placeholder | Provenance::Future)
    }
}

impl<'a> Dialogue<'a> {
    pub(super) fn new(given: Given<'a>) -> Dialogue<'a> {
        let messages = &given.trajectory.messages;
        let mut answers = vec![None; messages.len()];
        for (at, exchange) in given.exchanges.iter().enumerate() {
            if let Some(answer) = exchange.answer {
                answers[answer] = Some(at);
            }
        }
        Dialogue {
            given,
            index: Index::with_capacity(messages.iter().map(|message| message.content.len()).sum()),
            world: OnceCell::new(),
            moments: Moments::default(),
            answers,
            coined: HashMap::new(),
            tainted: HashSet::new(),
            read: 0,
            call: Call::default(),
            used: HashMap::new(),
            used_numbers: HashSet::new(),
            statuses: Vec::new(),
        }
    }

    /// Reads the dialogue and traces each call when it comes.
    pub(super) fn trace_all(&mut self) -> (Vec<Leaf>, Vec<Diagnostic>) {
        let mut leaves = Vec::new();
        let mut claims = Vec::new();
        let mut next = 0;
        let Given { trajectory, exchanges, .. } = self.given;
        for (at, message) in trajectory.messages.iter().enumerate() {
            let text = message.content.as_str();
            match Speaker::of(&message.role) {
                Speaker::Observation => {
                    self.index.add_json(at as u32, Speaker::Observation, Cow::Borrowed(text));
                    self.note_states(at);
                }
                speaker => {
                    if speaker == Speaker::Assistant {
                        claims.append(&mut self.check_claims(at));
                    }
                    self.index.add_text(at as u32, speaker, text);
                }
            }
            self.read = at + 1;
            while let Some(exchange) = exchanges.get(next).filter(|exchange| exchange.message == at) {
                if !exchange.by_user {
                    self.trace_call(next, &mut leaves);
                }
                next += 1;
            }
        }
        for leaf in &mut leaves {
            self.look_ahead(leaf);
        }
        (leaves, claims)
    }

    fn trace_call(&mut self, exchange: usize, leaves: &mut Vec<Leaf>) {
        let at = &self.given.exchanges[exchange];
        let call = &self.given.trajectory.messages[at.message].calls[at.call];
        let Ok(arguments) = &call.arguments.value else { return };
        let tools: Option<&'a ToolSet> = self.given.tools;
        let tool = tools.and_then(|tools| tools.get(&call.name));
        let unknown;
        let parameters = match tool {
            Some(tool) => tool.parameters(),
            None => {
                unknown = Parameter::undeclared("");
                &unknown
            }
        };
        self.call = Call { exchange, ..Call::default() };
        if let Some(description) = tool.and_then(|tool| tool.description.as_deref()) {
            self.call.tool_description.push_str(description);
        }
        gather(arguments, &mut String::new(), &mut self.call);
        for text in &self.call.texts {
            self.used.insert(words::hash_of_all(&words::words(text)), at.message);
        }
        self.used_numbers.extend(self.call.numbers.iter().map(|(_, value)| number::key(*value)));
        self.walk(arguments, &mut String::new(), parameters, leaves);
    }

    pub(super) fn walk(&mut self, value: &Value, path: &mut String, parameter: &Parameter, leaves: &mut Vec<Leaf>) {
        let len = path.len();
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    pointer::push(path, name);
                    let digits = name.bytes().filter(u8::is_ascii_digit).count();
                    if !parameter.declares(name) && by_shape(name, false, digits) == Some(ValueKind::Identifier) {
                        // A name that is data: `{"W77123": 2}`.
                        self.walk(&Value::String(name.clone()), path, &Parameter::undeclared("id"), leaves);
                    }
                    match parameter.member(name) {
                        Some(member) => self.walk(value, path, member, leaves),
                        None => self.walk(value, path, &Parameter::undeclared(name), leaves),
                    }
                    path.truncate(len);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    pointer::push(path, &at.to_string());
                    self.walk(value, path, parameter.items().unwrap_or(parameter), leaves);
                    path.truncate(len);
                }
            }
            leaf => {
                let learnt = self.given.profile.and_then(|profile| {
                    let exchange = &self.given.exchanges[self.call.exchange];
                    let call = &self.given.trajectory.messages[exchange.message].calls[exchange.call];
                    profile.kind(&call.name, path, parameter)
                });
                let kind = leaf_kind(parameter, learnt.unwrap_or(parameter.kind), leaf);
                let trace = self.trace(leaf, path, parameter, kind);
                let value = match leaf {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                self.note_coined(&value, kind, &trace);
                leaves.push(Leaf { exchange: self.call.exchange, path: path.clone(), value, kind, trace });
            }
        }
    }

    /// Keeps what a call brings up itself, so that an echo of it is no source later.
    fn note_coined(&mut self, value: &str, kind: ValueKind, trace: &Trace) {
        let exchange = self.call.exchange;
        let mut keys: Vec<u64> = Vec::new();
        if !trace.is_grounded() {
            for part in value.split([',', ';']).chain([value]) {
                keys.push(words::hash_of_all(&words::words(part)));
                keys.extend(number::whole(part).map(number_key));
            }
            if let Some(super::date::Day::Full(day)) = super::date::read_value(value).and_then(|value| value.day) {
                keys.push(day_key(day));
            }
        }
        if kind == ValueKind::Expression && trace.provenance == Provenance::Invented {
            self.tainted.insert(exchange);
        }
        if !trace.is_grounded()
            || matches!(kind, ValueKind::Prose | ValueKind::Text) && trace.provenance != Provenance::Literal
        {
            self.coined_in_text(value, &mut keys);
        }
        for key in keys {
            self.coined.entry(key).or_default().insert(exchange);
        }
    }

    /// What a text names that nobody said before.
    fn coined_in_text(&mut self, text: &str, keys: &mut Vec<u64>) {
        if !text.bytes().any(|b| b.is_ascii_digit()) && !text.contains('@') {
            return;
        }
        for piece in super::claims::named_pieces(text) {
            let words = words::words(piece);
            if self.phrase(piece).is_none() {
                keys.push(words::hash_of_all(&words));
            }
        }
        for (_, read) in number::each(text) {
            for value in read.values.into_iter().flatten() {
                let mut said = false;
                self.index.find_number(value, |place, _| {
                    said = place.speaker != Speaker::Assistant;
                    !said
                });
                if !said {
                    keys.push(number_key(value));
                }
            }
        }
        let mut mentions = Vec::new();
        super::date::scan(text, &mut mentions);
        let days = mentions.into_iter().filter_map(|mention| match mention.what {
            super::date::What::Day(day) => Some(day),
            _ => None,
        });
        let days: Vec<_> = days.take(8).collect();
        if !days.is_empty() {
            self.read_moments();
            let unknown = days.into_iter().filter(|day| !self.is_day_known(&super::date::Day::Full(*day)));
            keys.extend(unknown.map(day_key));
        }
    }

    /// Whether an observation at a place only gives back what the call that it answers had brought up.
    pub(super) fn is_echo(&self, place: Place, key: u64) -> bool {
        place.speaker == Speaker::Observation
            && self.answered_by(place).is_some_and(|call| {
                self.tainted.contains(&call) || self.coined.get(&key).is_some_and(|calls| calls.contains(&call))
            })
    }

    fn trace(&mut self, leaf: &Value, path: &str, parameter: &Parameter, kind: ValueKind) -> Trace {
        if kind == ValueKind::Date {
            self.read_moments();
        }
        match leaf {
            Value::String(text) => self.text(text, path, parameter, kind, 0),
            Value::Number(number) => match number.as_f64() {
                Some(value) => self.number(value, &number.to_string(), path, parameter, kind),
                None => Trace::invented(),
            },
            Value::Bool(_) => Trace::new(Provenance::Schema, "a flag", Vec::new()),
            _ => Trace::new(Provenance::Schema, "no value", Vec::new()),
        }
    }

    /// Whether an invented value is said later, by somebody who did not have it from the call.
    fn look_ahead(&self, leaf: &mut Leaf) {
        if leaf.trace.provenance != Provenance::Invented
            || matches!(
                leaf.kind,
                ValueKind::Amount | ValueKind::Date | ValueKind::Count | ValueKind::Measure | ValueKind::Expression
            )
        {
            return;
        }
        let words = words::words(&leaf.value);
        let telling = leaf.value.chars().count() >= 4 || leaf.value.bytes().filter(u8::is_ascii_digit).count() >= 3;
        if !telling || is_weak(&leaf.value, &words) {
            return;
        }
        let key = words::hash_of_all(&words);
        let users = self.coined.get(&key);
        let called_at = self.given.exchanges[leaf.exchange].message as u32;
        let writes = makes(self.tool_name(leaf.exchange));
        let mut earliest: Option<Place> = None;
        self.index.find(&words, |place| {
            if place.message <= called_at {
                return false;
            }
            let answers = self.answers.get(place.message as usize).copied().flatten();
            let echo = match place.speaker {
                Speaker::Observation => {
                    // What a call wrote, later ones may show.
                    writes
                        || answers.is_none_or(|call| {
                            call == leaf.exchange || users.is_some_and(|calls| calls.contains(&call))
                        })
                }
                Speaker::User => false,
                _ => true,
            };
            if !echo && !place.name {
                earliest = Some(place);
            }
            true
        });
        // A user who repeats what an answer showed is no source either.
        let shown_before = |place: &Place| {
            let mut shown = false;
            self.index.find(&words, |other| {
                shown |= other.speaker != Speaker::User && other.message > called_at && other.message < place.message;
                true
            });
            shown
        };
        if let Some(place) = earliest.filter(|place| place.speaker != Speaker::User || !shown_before(place)) {
            leaf.trace = Trace::new(
                Provenance::Future,
                format!("message {} is the first to say it", place.message),
                vec![place],
            );
        }
    }

    // ---- words for reports -----------------------------------------------------------------------

    pub(super) fn tool_name(&self, exchange: usize) -> &str {
        let exchange = &self.given.exchanges[exchange];
        &self.given.trajectory.messages[exchange.message].calls[exchange.call].name
    }

    pub(super) fn at_arguments(&self, exchange: usize) -> String {
        let exchange = &self.given.exchanges[exchange];
        self.given.trajectory.at_call_part(exchange.message, exchange.call, "arguments")
    }

    /// JSON pointer to the message of a place.
    pub(super) fn at_place(&self, place: Place) -> String {
        match place.message {
            WORLD => String::new(),
            message => self.given.trajectory.at_message(message as usize),
        }
    }

    /// The call that the message of a place answers.
    pub(super) fn answered_by(&self, place: Place) -> Option<usize> {
        self.answers.get(place.message as usize).copied().flatten()
    }

    pub(super) fn world_pointer(&self, place: Place, pattern: bool) -> String {
        self.world().map(|world| world.pointer(place.node, pattern)).unwrap_or_default()
    }

    /// What stands at a place, for people.
    pub(super) fn describe(&self, place: Place) -> String {
        let text = self.index.text_of(place);
        let who = match place.speaker {
            Speaker::System => "the system prompt",
            Speaker::User => "the user",
            Speaker::Assistant => "the assistant",
            Speaker::Observation => "an observation",
            Speaker::World => "the initial state",
        };
        format!("{who} says `{text}`")
    }
}

/// The key of a number among what was coined.
pub(super) fn number_key(value: f64) -> u64 {
    number::key(value) ^ 0x5bd1_e995
}

/// The key of a day among what was coined.
pub(super) fn day_key(day: chrono::NaiveDate) -> u64 {
    use chrono::Datelike;
    (day.num_days_from_ce() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x27d4_eb2f
}

/// Whether a tool by its name makes new things: what it was given, later answers may show.
fn makes(tool: &str) -> bool {
    let lower = tool.to_ascii_lowercase();
    ["create", "add", "register", "new", "insert", "make", "open", "upload", "define", "save"]
        .iter()
        .any(|verb| lower.starts_with(verb) || lower.contains(&format!("_{verb}")))
}

/// The kind of a value: that of its parameter, unless the value itself shows better.
fn leaf_kind(parameter: &Parameter, kind: ValueKind, value: &Value) -> ValueKind {
    let Value::String(text) = value else {
        return match (kind, value) {
            (
                ValueKind::Text | ValueKind::Name | ValueKind::Prose | ValueKind::Choice | ValueKind::Path,
                Value::Number(_),
            ) => ValueKind::Count,
            _ => kind,
        };
    };
    let text = text.trim();
    let spaces = text.contains(char::is_whitespace);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match kind {
        ValueKind::Identifier if !parameter.certain && digits == 0 && spaces && names_people(&parameter.name) => {
            ValueKind::Name
        }
        ValueKind::Url if !parameter.certain && spaces => ValueKind::Name,
        ValueKind::Code
            if spaces && text.len() > 12 && !text.contains(',')
                || (kind == ValueKind::Code && text.len() > 24 && !text.contains(',')) =>
        {
            ValueKind::Name
        }
        ValueKind::Email if !text.contains('@') && (spaces || digits > 0) => ValueKind::Name,
        ValueKind::Amount if digits == 0 => ValueKind::Text,
        ValueKind::Text | ValueKind::Name | ValueKind::Choice if !parameter.certain => {
            by_shape(text, spaces, digits).unwrap_or(kind)
        }
        _ => kind,
    }
}

/// Whether a parameter takes people by name as well as by identifier.
pub(super) fn names_people(name: &str) -> bool {
    let name = name.to_lowercase();
    ["user", "recipient", "receiver", "sender", "handle", "account", "member", "contact"]
        .iter()
        .any(|word| name.contains(word))
}

pub(super) fn by_shape(text: &str, spaces: bool, digits: usize) -> Option<ValueKind> {
    if spaces {
        return None;
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Some(ValueKind::Url);
    }
    if let Some((name, host)) = text.split_once('@')
        && !name.is_empty()
        && host.contains('.')
    {
        return Some(ValueKind::Email);
    }
    if super::date::read_value(text).is_some_and(|value| matches!(value.day, Some(super::date::Day::Full(_)))) {
        return Some(ValueKind::Date);
    }
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'#'));
    (plain && digits >= 4).then_some(ValueKind::Identifier)
}

/// Collects what the arguments of a call hold.
fn gather(value: &Value, path: &mut String, call: &mut Call) {
    const HELD_MAX: usize = 64;
    let len = path.len();
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointer::push(path, name);
                gather(value, path, call);
                path.truncate(len);
            }
        }
        Value::Array(items) => {
            if !call.lengths.contains(&items.len()) && call.lengths.len() < 8 {
                call.lengths.push(items.len());
            }
            for (at, value) in items.iter().enumerate() {
                pointer::push(path, &at.to_string());
                gather(value, path, call);
                path.truncate(len);
            }
        }
        Value::String(text) if call.texts.len() < HELD_MAX && text.len() < 200 && !call.texts.contains(text) => {
            call.texts.push(text.clone());
        }
        Value::Number(number) if call.numbers.len() < HELD_MAX => {
            call.numbers.extend(number.as_f64().map(|value| (path.clone(), value)));
        }
        _ => {}
    }
}
