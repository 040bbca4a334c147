//! Numeric limits against the arguments of a call.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::words::{UnitClass, name_words, unit};
use super::{Bound, Limit, Rule, Source};
use crate::json::{Json, pointer};
use crate::trajectory::{Answer, Tool};

/// Places in the arguments of one call that are looked at, and how deep.
const SLOTS_MAX: usize = 256;
const DEPTH_MAX: usize = 4;

/// Words of a text that may be the value a condition names; longer ones are prose.
const VALUE_WORDS_MAX: usize = 6;

/// What a call says, in stems.
pub(super) struct Facts {
    pub tool: String,
    /// The stems of its name.
    pub tool_words: HashSet<String>,
    /// Those of the names of its arguments, without switches that are off.
    names: HashSet<String>,
    /// Those of each short text among its arguments.
    values: Vec<Vec<String>>,
    slots: Vec<Slot>,
    /// Texts with the pointer to each.
    pub texts: Vec<(String, String)>,
}

/// A number among the arguments, or a list.
struct Slot {
    pointer: String,
    /// The stems of its own name, without its unit, and of the names above it.
    name: Vec<String>,
    above: Vec<String>,
    value: f64,
    unit: Option<&'static str>,
    list: bool,
}

impl Facts {
    pub fn of(name: &str, arguments: &Value, tool: Option<&Tool>) -> Option<Facts> {
        let mut facts = Facts {
            tool: name.to_owned(),
            tool_words: name_words(name).into_iter().collect(),
            names: HashSet::new(),
            values: Vec::new(),
            slots: Vec::new(),
            texts: Vec::new(),
        };
        for (key, value) in arguments.as_object()? {
            let described = tool.and_then(|tool| tool.parameters().member(key)).and_then(|p| unit_told(&p.description));
            let mut place = String::new();
            pointer::push(&mut place, key);
            facts.add(place, key, &[], value, described, 0);
        }
        Some(facts)
    }

    fn add(
        &mut self,
        place: String,
        key: &str,
        above: &[String],
        value: &Value,
        described: Option<&'static str>,
        depth: usize,
    ) {
        if self.slots.len() + self.texts.len() >= SLOTS_MAX || depth > DEPTH_MAX {
            return;
        }
        let mut name = name_words(key);
        let below = || -> Vec<String> { above.iter().cloned().chain(name_words(key)).collect() };
        if !matches!(value, Value::Null | Value::Bool(false)) {
            self.names.extend(name.iter().cloned());
        }
        let mut slot = |facts: &mut Facts, value: f64, list: bool| {
            let last = name.last().filter(|_| name.len() > 1).and_then(|word| unit(word));
            if last.is_some() {
                name.pop();
            }
            let unit = last.map(|unit| unit.name).or(described);
            let (pointer, name) = (place.clone(), std::mem::take(&mut name));
            facts.slots.push(Slot { pointer, name, above: above.to_vec(), value, unit, list });
        };
        match value {
            Value::Number(number) => {
                if let Some(value) = number.as_f64() {
                    slot(self, value, false);
                }
            }
            Value::String(text) => {
                let words = text.split_whitespace().take(VALUE_WORDS_MAX + 1).count();
                if words <= VALUE_WORDS_MAX && text.len() <= 80 {
                    self.values.push(name_words(text));
                    self.texts.push((place, text.clone()));
                }
            }
            Value::Array(items) => {
                slot(self, items.len() as f64, true);
                let above = below();
                for (at, item) in items.iter().enumerate().take(SLOTS_MAX) {
                    let mut place = place.clone();
                    pointer::push(&mut place, &at.to_string());
                    match item {
                        Value::Object(_) => self.members(&place, &above, item, depth),
                        Value::String(_) => self.add(place, "", &above, item, None, depth + 1),
                        _ => {}
                    }
                }
            }
            Value::Object(_) => {
                let above = below();
                self.members(&place, &above, value, depth);
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn members(&mut self, place: &str, above: &[String], value: &Value, depth: usize) {
        for (key, member) in value.as_object().into_iter().flatten() {
            let mut place = place.to_owned();
            pointer::push(&mut place, key);
            self.add(place, key, above, member, None, depth + 1);
        }
    }

    /// Whether every word that restricts a rule is found in the call. Where `own` is given, the names of other
    /// arguments do not count.
    pub fn explain(&self, rule: &Rule, own: Option<&[String]>) -> bool {
        self.explains(rule, own, true)
    }

    /// The same by the arguments alone, whatever the tool is called.
    fn arguments_explain(&self, rule: &Rule) -> bool {
        self.explains(rule, None, false)
    }

    fn explains(&self, rule: &Rule, own: Option<&[String]>, by_tool: bool) -> bool {
        let value = |word: &str| {
            self.values.iter().any(|value| {
                value.iter().any(|part| part == word) && value.iter().all(|part| rule.words.contains(part))
            })
        };
        let named = |word: &String| match own {
            Some(own) => own.contains(word),
            None => self.names.contains(word),
        };
        rule.demands.iter().all(|demand| {
            !demand.is_empty()
                && demand.iter().all(|word| by_tool && self.tool_words.contains(word) || named(word) || value(word))
        })
    }
}

/// The one unit that a description names.
fn unit_told(description: &str) -> Option<&'static str> {
    let words = description.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1 || *word == "m");
    let mut units = words.take(64).filter_map(|word| unit(&word.to_lowercase())).map(|unit| unit.name);
    let first = units.next()?;
    units.all(|other| other == first).then_some(first)
}

/// Whether an answer that is no refusal accepts what was asked.
pub(super) fn accepted(answer: &Answer) -> bool {
    const NO: [&str; 16] = [
        "exceed",
        "too large",
        "too big",
        "too small",
        "too many",
        "not available",
        "unavailable",
        "cannot",
        "can't",
        "unable",
        "not allowed",
        "invalid",
        "denied",
        "not possible",
        "not permitted",
        "not supported",
    ];
    const YES: [&str; 16] = [
        "valid",
        "available",
        "success",
        "ok",
        "allowed",
        "possible",
        "accepted",
        "approved",
        "fit",
        "within",
        "meet",
        "compatible",
        "eligible",
        "feasible",
        "is",
        "permitted",
    ];
    fn denies(value: &Json, depth: usize) -> bool {
        let Json::Map(map) = value else { return false };
        map.iter().any(|(key, member)| match member {
            Json::Bool(false) => name_words(key).iter().any(|word| YES.contains(&&**word)),
            Json::Text(text) => {
                let says = matches!(&**key, "message" | "status" | "result" | "reason" | "detail" | "note");
                says && no(text)
            }
            Json::Map(_) => depth == 0 && denies(member, 1),
            _ => false,
        })
    }
    fn no(text: &str) -> bool {
        let text = text.to_lowercase();
        NO.iter().any(|word| text.contains(word))
    }
    match &answer.value {
        Json::Null | Json::Bool(false) => false,
        Json::Text(text) => !text.trim().is_empty() && !no(text),
        value => !denies(value, 0),
    }
}

/// The values of a call that break a numeric rule, where it speaks of them.
pub(super) fn broken(rule: &Rule, facts: &Facts) -> Option<Vec<(String, f64)>> {
    if facts.slots.is_empty() {
        return None;
    }
    match rule.limit.bound {
        Bound::Dimensions { max } => sides(rule, facts, max),
        Bound::Range { min, max } => range(rule, facts, min, max),
        Bound::State { .. } => None,
    }
}

/// Two sides of one thing that do not fit, however it is turned.
fn sides(rule: &Rule, facts: &Facts, max: [f64; 2]) -> Option<Vec<(String, f64)>> {
    let mut things: HashMap<(&str, &[String]), Vec<&Slot>> = HashMap::new();
    for slot in facts.slots.iter().filter(|slot| !slot.list) {
        let Some((last, stem)) = slot.name.split_last() else { continue };
        if matches!(last.as_str(), "width" | "height" | "length" | "depth") {
            let parent = slot.pointer.rfind('/').map_or("", |at| &slot.pointer[..at]);
            things.entry((parent, stem)).or_default().push(slot);
        }
    }
    // The only two sides of a call are those that its limit speaks of, unless the limit names another thing: then that
    // is none of the arguments.
    let only = things.len() == 1 && !rule.words.is_empty() && facts.arguments_explain(rule);
    let meant = |stem: &[String], slot: &Slot| {
        if only {
            true
        } else if stem.is_empty() {
            facts.tool_words.iter().chain(&slot.above).any(|word| rule.words.contains(word))
        } else {
            stem.iter().all(|word| rule.words.contains(word))
        }
    };
    let mut pairs = things.into_iter().filter(|((_, stem), slots)| meant(stem, slots[0])).map(|(_, slots)| slots);
    let (Some(pair), None) = (pairs.next(), pairs.next()) else { return None };
    let [a, b] = pair[..] else { return None };
    let known = |slot: &Slot| agrees(rule.limit.unit, slot.unit);
    if !known(a) || !known(b) || !facts.explain(rule, None) {
        return None;
    }
    let (short, long) = (a.value.min(b.value), a.value.max(b.value));
    let breaks = short > max[0].min(max[1]) || long > max[0].max(max[1]);
    let (a, b) = if b.name.last().is_some_and(|word| word == "width") { (b, a) } else { (a, b) };
    breaks.then(|| vec![(a.pointer.clone(), a.value), (b.pointer.clone(), b.value)])
}

fn range(rule: &Rule, facts: &Facts, min: Option<f64>, max: Option<f64>) -> Option<Vec<(String, f64)>> {
    const COUNTS: [&str; 8] = ["number", "num", "count", "no", "of", "quantity", "n", "max"];
    let meant = |slot: &&Slot| {
        if let Source::Parameter { name, .. } = &rule.limit.source {
            let mut place = String::new();
            pointer::push(&mut place, name);
            return slot.pointer == place;
        }
        let mut words = slot.name.iter().filter(|word| !COUNTS.contains(&&***word)).peekable();
        words.peek().is_some()
            && words.all(|word| rule.words.contains(word))
            && rule.counts.as_ref().is_none_or(|noun| slot.name.contains(noun))
    };
    let slots: Vec<&Slot> = facts.slots.iter().filter(meant).collect();
    let first = *slots.first()?;
    let place = pointer::starred(&first.pointer);
    if slots.iter().any(|slot| pointer::starred(&slot.pointer) != place) {
        return None;
    }
    let fits = if first.list { rule.limit.unit.is_none() } else { agrees(rule.limit.unit, first.unit) };
    let bare = matches!(&first.name[..], [word] if measure(word));
    let own: Vec<String> = first.name.iter().chain(&first.above).cloned().collect();
    if !fits || !facts.explain(rule, bare.then_some(&own)) {
        return None;
    }
    let breaks = |value: f64| min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max);
    let broken: Vec<(String, f64)> =
        slots.iter().filter(|slot| breaks(slot.value)).map(|slot| (slot.pointer.clone(), slot.value)).collect();
    (!broken.is_empty()).then_some(broken)
}

fn measure(word: &str) -> bool {
    matches!(word, "width" | "height" | "length" | "depth" | "weight" | "thickness" | "diameter" | "price" | "amount")
}

/// Whether the unit of a limit can be that of an argument. Lengths, weights and money may go unsaid; times and the rest
/// must be said.
fn agrees(limit: Option<&str>, argument: Option<&str>) -> bool {
    match (limit.and_then(unit), argument) {
        (None, _) => true,
        (Some(limit), Some(argument)) => limit.name == argument,
        (Some(limit), None) => matches!(limit.class, UnitClass::Length | UnitClass::Weight | UnitClass::Money),
    }
}

/// A breach in words.
pub(super) fn told(limit: &Limit, values: &[(String, f64)]) -> String {
    let numbers: Vec<String> = values.iter().map(|(_, value)| value.to_string()).collect();
    match &limit.bound {
        Bound::Dimensions { max: [a, b] } => {
            format!("{} was accepted, the limit is {a} x {b}", numbers.join(" x "))
        }
        Bound::Range { min, max } => {
            let (place, value) = (values.first().map_or("", |(place, _)| place), numbers.first().map_or("", |n| n));
            let name = place.trim_start_matches('/');
            let allowed = match (min, max) {
                (Some(min), Some(max)) => format!("the limit is {min} to {max}"),
                (None, Some(max)) => format!("the limit is {max}"),
                (Some(min), None) => format!("the least is {min}"),
                (None, None) => String::new(),
            };
            match &limit.counts {
                Some(noun) => format!("{value} {noun} were accepted, {allowed}"),
                None => format!("{name} = {value} was accepted, {allowed}"),
            }
        }
        Bound::State { .. } => String::new(),
    }
}
