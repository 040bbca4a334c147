//! The host functions of `docs/environments.md`, whichever backend calls them: the only way from a guest to anything outside it.
//!
//! Each charges its work to the [`meter`] before it does it, and keeps values within the limits.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Limits, Turn, meter};
use crate::json::{Json, arithmetic, compare_numbers, pointer};
use crate::world::{Condition, Size};

/// What a call works on.
#[derive(Debug)]
pub(crate) struct Host {
    pub turn: Turn,
    pub limits: Limits,
    /// What `fail` or `answer` was called with. The call is over then.
    pub ended: Option<Ended>,
    /// The state that is given, its members in the order in which they were written. Read when it is first asked for.
    written: Option<serde_json::Value>,
}

/// How a guest ended its call before its function returned.
#[derive(Debug)]
pub(crate) enum Ended {
    Refusal(Json),
    Answer(Json),
}

/// Why a host function did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The guest's mistake.
    Mistake(String),
    /// A limit was reached; nothing goes on after it.
    Limit(String),
}

pub(crate) type Done<T> = Result<T, Stop>;

pub(crate) fn mistake<T>(message: impl Into<String>) -> Done<T> {
    Err(Stop::Mistake(message.into()))
}

pub(crate) fn limit<T>(message: impl Into<String>) -> Done<T> {
    let message = message.into();
    meter::reached(&message);
    Err(Stop::Limit(message))
}

/// Takes units of work: see [`meter`].
pub(crate) fn charge(units: u64) -> Done<()> {
    meter::charge(units).or_else(|exceeded| limit(exceeded.to_string()))
}

/// Whether a value of this size may exist. Asked before it is made, where it grows out of another.
pub(crate) fn check_size(nodes: u64, depth: u32, limits: &Limits) -> Done<()> {
    if depth > limits.value_depth {
        return limit(format!("a value nested deeper than {} levels", limits.value_depth));
    }
    if nodes > limits.value_nodes {
        return limit(format!("a value of more than {} nodes", limits.value_nodes));
    }
    Ok(())
}

/// Whether a text of this length may exist.
pub(crate) fn check_text(bytes: usize, limits: &Limits) -> Done<()> {
    if bytes > limits.string_bytes {
        return limit(format!("a text of more than {} bytes", limits.string_bytes));
    }
    Ok(())
}

/// Fields of one condition.
const FIELDS_MAX: usize = 32;
/// Rules that one call may cite.
const CITED_MAX: usize = 100;
/// Entries of a map that move up or down at the cost of one unit of work.
const MOVED_ENTRIES: u64 = 64;

/// A key as text: numbers are keys too. Anything else names no record.
fn key_text(key: &Json) -> Option<Arc<str>> {
    match key {
        Json::Text(text) => Some(text.clone()),
        Json::Int(n) => Some(Arc::from(n.to_string())),
        _ => None,
    }
}

type Record = (Arc<str>, Json);

impl Host {
    pub fn new(turn: Turn, limits: Limits) -> Host {
        super::random::forget();
        Host { turn, limits, ended: None, written: None }
    }

    /// Whether a value may exist.
    pub fn check(&self, value: &Json) -> Done<()> {
        self.check_size(value.nodes(), value.depth())
    }

    fn check_size(&self, nodes: u64, depth: u32) -> Done<()> {
        check_size(nodes, depth, &self.limits)
    }

    /// Whether a text may exist.
    pub fn check_text(&self, bytes: usize) -> Done<()> {
        check_text(bytes, &self.limits)
    }

    /// The key of a record, and the name of its table, that are to be written.
    fn key_for_write(&self, table: &str, key: &Json) -> Done<Arc<str>> {
        let Some(key) = key_text(key) else {
            return mistake(format!("a key must be a text or an integer, not {}", key.a_kind()));
        };
        self.check_text(table.len())?;
        self.check_text(key.len())?;
        charge(key.len() as u64 / 16)?;
        Ok(key)
    }

    /// How large the world may grow.
    fn size_max(&self) -> Size {
        Size { records: self.limits.world_records, nodes: self.limits.world_nodes }
    }

    // ---- reads ----

    pub fn get(&self, table: &str, key: &Json) -> Option<Json> {
        self.turn.world.get(table, &key_text(key)?).cloned()
    }

    pub fn value(&self, name: &str) -> Option<Json> {
        self.turn.world.value(name).cloned()
    }

    /// The records of a table: all, or those whose fields equal those of a map.
    pub fn select(&self, table: &str, wanted: Option<&Json>) -> Done<Vec<Record>> {
        let condition = match wanted {
            None => Condition::default(),
            Some(Json::Map(fields)) if fields.len() > FIELDS_MAX => {
                return mistake(format!("a condition has at most {FIELDS_MAX} fields, this one has {}", fields.len()));
            }
            Some(Json::Map(fields)) => {
                Condition::new(fields.iter().map(|(name, value)| (name.to_string(), value.clone())).collect())
            }
            Some(other) => return mistake(format!("a condition must be a map, not {}", other.a_kind())),
        };
        let Some(table) = self.turn.world.table(table) else { return Ok(Vec::new()) };
        charge(table.cost(&condition))?;
        let found = table.select(&condition);
        charge(found.len() as u64)?;
        Ok(found.into_iter().map(|(key, record)| (key.clone(), record.clone())).collect())
    }

    /// The keys of the object at a path of the given state, in the order in which they were written. Maps of the host are
    /// ordered by key.
    pub fn written_keys(&mut self, path: &[Json]) -> Done<Vec<String>> {
        let Some(text) = &self.turn.given else { return Ok(Vec::new()) };
        let mut at = match &mut self.written {
            Some(written) => &*written,
            written => {
                charge(text.len() as u64 / 8)?;
                &*written.insert(serde_json::from_str(text).unwrap_or_default())
            }
        };
        for step in path {
            let next = match (at, step) {
                (serde_json::Value::Object(members), Json::Text(key)) => members.get(&**key),
                (serde_json::Value::Array(items), Json::Int(at)) => {
                    usize::try_from(*at).ok().and_then(|at| items.get(at))
                }
                _ => None,
            };
            let Some(next) = next else { return Ok(Vec::new()) };
            at = next;
        }
        let keys = at.as_object().into_iter().flat_map(|members| members.keys());
        charge(keys.clone().map(|key| 1 + key.len() as u64 / 16).sum())?;
        Ok(keys.cloned().collect())
    }

    // ---- writes ----

    pub fn insert(&mut self, table: &str, key: &Json, record: Json) -> Done<()> {
        let key = self.key_for_write(table, key)?;
        self.check(&record)?;
        let max = self.size_max();
        self.turn.world.insert(table, &key, record, max).or_else(|e| mistake(e.to_string()))
    }

    pub fn put(&mut self, table: &str, key: &Json, record: Json) -> Done<()> {
        let key = self.key_for_write(table, key)?;
        self.check(&record)?;
        let max = self.size_max();
        self.turn.world.put(table, &key, record, max).or_else(|e| mistake(e.to_string()))
    }

    pub fn put_value(&mut self, name: &str, value: Json) -> Done<()> {
        self.check_text(name.len())?;
        self.check(&value)?;
        let max = self.size_max();
        self.turn.world.set_value(name, value, max).or_else(|e| mistake(e.to_string()))
    }

    pub fn update(&mut self, table: &str, key: &Json, fields: &Json) -> Done<()> {
        let key = self.key_for_write(table, key)?;
        self.check(fields)?;
        let Json::Map(fields) = fields else {
            return mistake(format!("update takes a map of fields, not {}", fields.a_kind()));
        };
        charge(self.turn.world.get(table, &key).and_then(Json::as_map).map_or(0, |map| map.len() as u64))?;
        let max = self.size_max();
        self.turn.world.update(table, &key, fields, max).or_else(|e| mistake(e.to_string()))
    }

    pub fn remove(&mut self, table: &str, key: &Json) -> Option<Json> {
        self.turn.world.remove(table, &key_text(key)?)
    }

    pub fn fresh_id(&mut self, table: &str, pattern: &str) -> Done<Arc<str>> {
        charge(100)?;
        let Turn { world, offered, .. } = &mut self.turn;
        let minted = world.minted();
        let id = world.fresh_id(table, pattern, offered);
        // Where most ids are taken, many are made before one is free.
        charge((world.minted() - minted) * (1 + pattern.len() as u64 / 16))?;
        id.or_else(|e| mistake(e.to_string()))
    }

    // ---- answers ----

    pub fn cite(&mut self, rule: &str) -> Done<()> {
        if self.turn.cited.iter().any(|cited| cited == rule) {
            return Ok(());
        }
        self.check_text(rule.len())?;
        if self.turn.cited.len() >= CITED_MAX {
            return limit(format!("the call cites more than {CITED_MAX} rules"));
        }
        charge(1 + rule.len() as u64 / 16)?;
        self.turn.cited.push(rule.to_owned());
        Ok(())
    }

    // ---- texts ----

    /// The text of a value through `print`, within the limits.
    pub fn printed(&self, value: &Json, print: impl FnOnce(&Json) -> String) -> Done<String> {
        charge(value.nodes())?;
        let text = print(value);
        self.check_text(text.len())?;
        Ok(text)
    }

    /// A JSON text read; `None` when it is none.
    pub fn parsed(&self, text: &str) -> Done<Option<Json>> {
        charge(text.len() as u64)?;
        match serde_json::from_str::<Json>(text) {
            Ok(value) => self.check(&value).map(|()| Some(value)),
            Err(_) => Ok(None),
        }
    }
}

/// What guests that hold no values of their own ask the host to do with them.
impl Host {
    /// A value as scripts show it within a text: a text as it is, nothing for null, floats in Rhai's form, anything else as JSON.
    fn as_text<'a>(&self, value: &'a Json) -> Done<std::borrow::Cow<'a, str>> {
        Ok(match value {
            Json::Text(text) => std::borrow::Cow::Borrowed(&**text),
            Json::Null => std::borrow::Cow::Borrowed(""),
            Json::Float(_) | Json::Uint(_) => {
                let n = value.as_f64().unwrap_or_default();
                std::borrow::Cow::Owned(rhai::Dynamic::from_float(n).to_string())
            }
            other => std::borrow::Cow::Owned(self.printed(other, Json::to_string)?),
        })
    }

    pub fn join(&self, a: &Json, b: &Json) -> Done<Json> {
        let (a, b) = (self.as_text(a)?, self.as_text(b)?);
        self.check_text(a.len() + b.len())?;
        charge((a.len() + b.len()) as u64 / 16)?;
        Ok(Json::Text(Arc::from([&*a, &*b].concat())))
    }

    pub fn add(&self, a: &Json, b: &Json) -> Done<Json> {
        match (a, b) {
            (Json::List(x), Json::List(y)) => {
                self.check_size(x.nodes().saturating_add(y.nodes()), a.depth().max(b.depth()))?;
                charge((x.items().len() + y.items().len()) as u64)?;
                Ok(Json::list(x.items().iter().chain(y.items()).cloned().collect()))
            }
            (Json::Text(_), Json::List(_) | Json::Map(_)) | (Json::List(_) | Json::Map(_), Json::Text(_)) => {
                mistake(format!("the sum of {} and {}", a.a_kind(), b.a_kind()))
            }
            (Json::Text(_), _) | (_, Json::Text(_)) => self.join(a, b),
            _ => self.numeric("sum", a, b, i64::checked_add, |a, b| a + b),
        }
    }

    pub fn subtract(&self, a: &Json, b: &Json) -> Done<Json> {
        self.numeric("difference", a, b, i64::checked_sub, |a, b| a - b)
    }

    pub fn multiply(&self, a: &Json, b: &Json) -> Done<Json> {
        self.numeric("product", a, b, i64::checked_mul, |a, b| a * b)
    }

    pub fn divide(&self, a: &Json, b: &Json) -> Done<Json> {
        self.numeric("quotient", a, b, i64::checked_div, |a, b| a / b)
    }

    pub fn power(&self, a: &Json, b: &Json) -> Done<Json> {
        let integers = |a: i64, b: i64| u32::try_from(b).ok().and_then(|b| a.checked_pow(b));
        match (a, b) {
            (Json::Float(a), Json::Int(b)) => match i32::try_from(*b) {
                Ok(b) => finite(a.powi(b)),
                Err(_) => mistake("the power overflows"),
            },
            _ => self.numeric("power", a, b, integers, f64::powf),
        }
    }

    fn numeric(
        &self,
        what: &str,
        a: &Json,
        b: &Json,
        integers: impl Fn(i64, i64) -> Option<i64>,
        floats: impl Fn(f64, f64) -> f64,
    ) -> Done<Json> {
        if let (Json::Int(a), Json::Int(b)) = (a, b) {
            return match integers(*a, *b) {
                Some(n) => Ok(Json::Int(n)),
                None => mistake(format!("the {what} of {a} and {b} is no integer of 64 bits")),
            };
        }
        match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => finite(floats(a, b)),
            _ => mistake(format!("the {what} of {} and {}", a.a_kind(), b.a_kind())),
        }
    }

    /// The sum of a list of numbers: an integer where all are.
    pub fn sum(&self, list: &Json) -> Done<Json> {
        let mut sum = Json::Int(0);
        for item in items(list)? {
            if item.as_f64().is_none() {
                return mistake(format!("the sum of a list with {}", item.a_kind()));
            }
            sum = self.numeric("sum", &sum, item, i64::checked_add, |a, b| a + b)?;
        }
        Ok(sum)
    }

    /// A text in small or in capital letters.
    pub fn recased(&self, text: &Json, case: fn(&str) -> String) -> Done<Json> {
        let Json::Text(text) = text else { return mistake(format!("a text was expected, not {}", text.a_kind())) };
        charge(text.len() as u64)?;
        // Some letters have several capitals.
        let text = case(text);
        self.check_text(text.len())?;
        Ok(Json::text(text))
    }

    pub fn number(&self, value: &Json) -> Done<f64> {
        value.as_f64().map_or_else(|| mistake(format!("a number was expected, not {}", value.a_kind())), Ok)
    }

    /// The value of an arithmetic expression, or a map with `error`.
    pub fn arithmetic(&self, text: &str) -> Done<Json> {
        charge(text.len() as u64)?;
        Ok(arithmetic::evaluate(text)
            .unwrap_or_else(|message| Json::map(vec![(Arc::from("error"), Json::text(message))])))
    }

    /// Whether a list has an item, a map a key, a text a part.
    pub fn contains(&self, whole: &Json, part: &Json) -> Done<bool> {
        charge(1 + whole.nodes())?;
        Ok(match (whole, part) {
            (Json::List(list), part) => list.items().contains(part),
            (Json::Map(map), Json::Text(key)) => map.get(key).is_some(),
            (Json::Text(text), Json::Text(part)) => text.contains(&**part),
            _ => false,
        })
    }

    /// Sets a member of a map.
    pub fn set(&self, target: &mut Json, key: &str, value: Json) -> Done<()> {
        let Json::Map(map) = target else {
            return mistake(format!("the target of `set` must be a map, not {}", target.a_kind()));
        };
        self.check_text(key.len())?;
        let added = value.nodes().saturating_add(1 + key.len() as u64 / 16);
        self.check_size(map.nodes().saturating_add(added), value.depth() + 1)?;
        charge(copying(map, map.len()) + moving(map, key))?;
        Arc::make_mut(map).set(key, value);
        Ok(())
    }

    /// Replaces an item of a list; negative indices count from the end.
    pub fn set_item(&self, target: &mut Json, index: i32, value: Json) -> Done<()> {
        let Json::List(list) = target else {
            return mistake(format!("the target of `set_item` must be a list, not {}", target.a_kind()));
        };
        let Some(at) = index_of(index, list.items().len()) else {
            return mistake(format!("item {index} of a list of {}", list.items().len()));
        };
        self.check_size(list.nodes().saturating_add(value.nodes()), value.depth() + 1)?;
        charge(copying(list, list.items().len()))?;
        Arc::make_mut(list).set(at, value);
        Ok(())
    }

    pub fn push(&self, target: &mut Json, value: Json) -> Done<()> {
        let Json::List(list) = target else {
            return mistake(format!("the target of `push` must be a list, not {}", target.a_kind()));
        };
        self.check_size(list.nodes().saturating_add(value.nodes()), value.depth() + 1)?;
        charge(copying(list, list.items().len()))?;
        Arc::make_mut(list).push(value);
        Ok(())
    }

    /// Removes a member.
    pub fn delete(&self, target: &mut Json, key: &str) -> Done<Option<Json>> {
        match target {
            Json::Map(map) if map.get(key).is_none() => Ok(None),
            Json::Map(map) => {
                charge(copying(map, map.len()) + moving(map, key))?;
                Ok(Arc::make_mut(map).remove(key))
            }
            other => mistake(format!("the target of `delete` must be a map, not {}", other.a_kind())),
        }
    }

    /// Sets what a JSON pointer leads to; maps on the way are made where they are absent.
    pub fn set_at(&self, target: &mut Json, path: &str, value: Json) -> Done<()> {
        self.check_size(1, u32::try_from(path.matches('/').count()).unwrap_or(u32::MAX))?;
        self.check_text(path.len())?;
        charge(1 + path.len() as u64 / 16)?;
        let segments: Vec<String> = pointer::segments(path).collect();
        self.set_below(target, &segments, value)
    }

    fn set_below(&self, target: &mut Json, path: &[String], value: Json) -> Done<()> {
        let Some((first, rest)) = path.split_first() else {
            *target = value;
            return Ok(());
        };
        if let Json::List(list) = target {
            // A pointer counts from the start alone.
            let in_list = |at: &i32| usize::try_from(*at).is_ok_and(|at| at < list.items().len());
            let at = first.parse::<i32>().ok().filter(in_list);
            let Some(at) = at else {
                return mistake(format!("item `{first}` of a list of {}", list.items().len()));
            };
            let mut item = list.items()[at as usize].clone();
            self.set_below(&mut item, rest, value)?;
            return self.set_item(target, at, item);
        }
        let mut member = match target.get(first) {
            Some(member) if !rest.is_empty() => member.clone(),
            _ => Json::map(Vec::new()),
        };
        self.set_below(&mut member, rest, value)?;
        self.set(target, first, member)
    }
}

/// What a change of a shared container copies.
fn copying<T>(shared: &Arc<T>, items: usize) -> u64 {
    if Arc::strong_count(shared) > 1 { 1 + items as u64 } else { 1 }
}

/// What looking for a key and moving the entries behind it costs.
fn moving(map: &crate::json::Map, key: &str) -> u64 {
    let at = map.position(key).unwrap_or_else(|at| at);
    (map.len() - at) as u64 / MOVED_ENTRIES + key.len() as u64 / 16
}

/// A number as JSON has it.
pub(crate) fn finite(n: f64) -> Done<Json> {
    if n.is_finite() { Ok(Json::Float(n)) } else { mistake(format!("the number {n}, which JSON does not have")) }
}

/// The items of a list, all of which are looked at.
pub(crate) fn items(list: &Json) -> Done<&[Json]> {
    match list {
        Json::List(list) => {
            charge(list.nodes())?;
            Ok(list.items())
        }
        other => mistake(format!("a list was expected, not {}", other.a_kind())),
    }
}

/// A list of scalars of one kind in their order.
pub(crate) fn sorted(list: &Json) -> Done<Json> {
    let mut items = items(list)?.to_vec();
    if let Some(pair) = items.windows(2).find(|pair| compare(&pair[0], &pair[1]).is_none()) {
        return mistake(format!("{} and {} have no order", pair[0].a_kind(), pair[1].a_kind()));
    }
    items.sort_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal));
    Ok(Json::list(items))
}

/// An index that counts from the end where it is negative.
pub(crate) fn index_of(index: i32, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let at = i64::from(index) + if index < 0 { len } else { 0 };
    usize::try_from(at).ok().filter(|_| at < len)
}

/// The order of two numbers, two texts, or two booleans.
pub(crate) fn compare(a: &Json, b: &Json) -> Option<Ordering> {
    match (a, b) {
        (Json::Text(a), Json::Text(b)) => Some(a.cmp(b)),
        (Json::Bool(a), Json::Bool(b)) => Some(a.cmp(b)),
        _ => compare_numbers(a, b),
    }
}
