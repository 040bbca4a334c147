//! The host functions of `docs/environments.md`: the only way from a script to anything outside it.

use std::sync::{Arc, Mutex, MutexGuard};

use num_bigint::{BigInt, Sign};
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map as RhaiMap, NativeCallContext, Position,
};

use super::node::{Node, charge, from_dynamic, limit, order, printed, raise, to_dynamic};
use crate::json::Json;
use crate::json::arithmetic;
use crate::mock::precise::{self, NoLog};
use crate::mock::random::Random;
use crate::mock::{Limits, Turn};
use crate::world::{self, Condition, Size};

/// The state of one call, reached through the tag of its evaluation.
#[derive(Clone)]
pub(super) struct Handle(pub Arc<Mutex<State>>);

pub(super) struct State {
    pub turn: Turn,
    /// What `fail` was called with. Set once; it cannot be caught.
    pub refusal: Option<Json>,
    /// What `answer` was called with, likewise.
    pub answered: Option<Json>,
    /// The state that is given, its members in the order in which they were written. Read when it is first asked for.
    written: Option<serde_json::Value>,
    limits: Limits,
}

impl State {
    pub fn new(turn: Turn, limits: Limits) -> State {
        State { turn, refusal: None, answered: None, written: None, limits }
    }
}

impl Handle {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// An error that a script cannot catch.
fn terminate<T>() -> Raised<T> {
    Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE)))
}

fn with<T>(ctx: &NativeCallContext, work: impl FnOnce(&mut State) -> Raised<T>) -> Raised<T> {
    match ctx.tag().and_then(|tag| tag.read_lock::<Handle>()) {
        Some(handle) => work(&mut handle.lock()),
        None => raise("host functions work only while a tool is called"),
    }
}

/// A key as text: numbers are keys too.
fn key_text(key: &Dynamic) -> Raised<String> {
    match from_dynamic(key, &Limits::default())? {
        Json::Text(text) => Ok(text.to_string()),
        Json::Int(n) => Ok(n.to_string()),
        other => raise(format!("a key must be a text or an integer, not {}", other.a_kind())),
    }
}

/// Fields of one condition.
const FIELDS_MAX: usize = 32;

fn condition(state: &State, map: &Dynamic) -> Raised<Condition> {
    match from_dynamic(map, &state.limits)? {
        Json::Map(fields) if fields.len() > FIELDS_MAX => {
            raise(format!("a condition has at most {FIELDS_MAX} fields, this one has {}", fields.len()))
        }
        Json::Map(fields) => {
            Ok(Condition::new(fields.iter().map(|(name, value)| (name.to_string(), value.clone())).collect()))
        }
        other => raise(format!("a condition must be a map or a closure, not {}", other.a_kind())),
    }
}

/// How large the world may grow.
fn size_max(state: &State) -> Size {
    Size { records: state.limits.world_records, nodes: state.limits.world_nodes }
}

type Record = (Arc<str>, Json);

/// The records of a table, all or those that satisfy a condition.
fn records(ctx: &NativeCallContext, table: &str, wanted: Option<&Dynamic>) -> Raised<Vec<Record>> {
    with(ctx, |state| {
        let condition = match wanted {
            Some(wanted) => condition(state, wanted)?,
            None => Condition::default(),
        };
        let Some(table) = state.turn.world.table(table) else { return Ok(Vec::new()) };
        charge(table.cost(&condition))?;
        let found = table.select(&condition);
        charge(found.len() as u64)?;
        Ok(found.into_iter().map(|(key, record)| (key.clone(), record.clone())).collect())
    })
}

/// The records for which a closure answers true. The state is not locked while it runs.
fn accepted(ctx: &NativeCallContext, table: &str, accepts: &FnPtr) -> Raised<Vec<Record>> {
    let mut kept = Vec::new();
    for (key, record) in records(ctx, table, None)? {
        let verdict: Dynamic = accepts.call_within_context(ctx, (to_dynamic(&record),))?;
        match verdict.as_bool() {
            Ok(true) => kept.push((key, record)),
            Ok(false) => {}
            Err(kind) => return raise(format!("the closure must answer true or false, not {kind}")),
        }
    }
    Ok(kept)
}

fn listed(found: Vec<Record>) -> Node {
    Node(Json::list(found.into_iter().map(|(_, record)| record).collect()))
}

fn keyed(found: Vec<Record>) -> Array {
    found.into_iter().map(|(key, _)| Dynamic::from(key.to_string())).collect()
}

/// The keys of the object at a path of the given state, in the order in which they were written. Maps of the host are ordered
/// by key.
fn written_keys(state: &mut State, path: &[Dynamic]) -> Raised<Array> {
    let Some(text) = &state.turn.given else { return Ok(Array::new()) };
    let mut at = match &mut state.written {
        Some(written) => &*written,
        written => {
            charge(text.len() as u64 / 8)?;
            &*written.insert(serde_json::from_str(text).unwrap_or_default())
        }
    };
    for step in path {
        let next = match (at, step.read_lock::<ImmutableString>(), step.as_int()) {
            (serde_json::Value::Object(members), Some(key), _) => members.get(key.as_str()),
            (serde_json::Value::Array(items), None, Ok(index)) => {
                usize::try_from(index).ok().and_then(|i| items.get(i))
            }
            _ => None,
        };
        let Some(next) = next else { return Ok(Array::new()) };
        at = next;
    }
    let keys = at.as_object().into_iter().flat_map(|members| members.keys());
    charge(keys.clone().map(|key| 1 + key.len() as u64 / 16).sum())?;
    Ok(keys.map(|key| Dynamic::from(key.clone())).collect())
}

pub(super) fn register(engine: &mut Engine, limits: Limits) {
    register_reads(engine);
    register_writes(engine);
    register_answers(engine);
    register_clock(engine);
    register_numbers(engine);
    register_random(engine);
    register_precise(engine);
    register_texts(engine, limits);
}

/// Rhai's own `replace` does not look at the size of what it makes.
fn register_texts(engine: &mut Engine, limits: Limits) {
    let replace = move |text: &mut ImmutableString, wanted: &str, by: &str| -> Raised<()> {
        charge(1 + text.len() as u64 / 16)?;
        let found = if wanted.is_empty() { text.chars().count() + 1 } else { text.matches(wanted).count() };
        let bytes = found.saturating_mul(by.len()).saturating_add(text.len());
        if bytes > limits.string_bytes && by.len() > wanted.len() {
            return limit(format!("a text of more than {} bytes", limits.string_bytes));
        }
        *text = text.replace(wanted, by).into();
        Ok(())
    };
    engine.register_fn("replace", move |text: &mut ImmutableString, wanted: &str, by: &str| replace(text, wanted, by));
    engine.register_fn("replace", move |text: &mut ImmutableString, wanted: &str, by: char| {
        replace(text, wanted, by.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("replace", move |text: &mut ImmutableString, wanted: char, by: &str| {
        replace(text, wanted.encode_utf8(&mut [0; 4]), by)
    });
    engine.register_fn("replace", move |text: &mut ImmutableString, wanted: char, by: char| {
        replace(text, wanted.encode_utf8(&mut [0; 4]), by.encode_utf8(&mut [0; 4]))
    });
}

fn register_reads(engine: &mut Engine) {
    let get = |ctx: &NativeCallContext, table: &str, key: &Dynamic| -> Raised<Dynamic> {
        // An argument that is absent, or no key at all, names no record.
        let Ok(key) = key_text(key) else { return Ok(Dynamic::UNIT) };
        with(ctx, |state| Ok(state.turn.world.get(table, &key).map_or(Dynamic::UNIT, to_dynamic)))
    };
    engine.register_fn("get", move |ctx: NativeCallContext, table: &str, key: Dynamic| get(&ctx, table, &key));
    // A text and a number are also what Rhai's own `get` takes, so that this form must be named exactly.
    engine.register_fn("get", move |ctx: NativeCallContext, table: &str, key: i64| {
        get(&ctx, table, &Dynamic::from_int(key))
    });
    engine.register_fn("exists", |ctx: NativeCallContext, table: &str, key: Dynamic| -> Raised<bool> {
        let Ok(key) = key_text(&key) else { return Ok(false) };
        with(&ctx, |state| Ok(state.turn.world.get(table, &key).is_some()))
    });
    engine.register_fn("get", |ctx: NativeCallContext, name: &str| -> Raised<Dynamic> {
        with(&ctx, |state| Ok(state.turn.world.value(name).map_or(Dynamic::UNIT, to_dynamic)))
    });
    engine.register_fn("query", |ctx: NativeCallContext, table: &str| records(&ctx, table, None).map(listed));
    engine.register_fn("query", |ctx: NativeCallContext, table: &str, wanted: RhaiMap| {
        records(&ctx, table, Some(&Dynamic::from(wanted))).map(listed)
    });
    engine.register_fn("query", |ctx: NativeCallContext, table: &str, wanted: Node| {
        records(&ctx, table, Some(&Dynamic::from(wanted))).map(listed)
    });
    engine.register_fn("query", |ctx: NativeCallContext, table: &str, accepts: FnPtr| {
        accepted(&ctx, table, &accepts).map(listed)
    });
    engine.register_fn("written_keys", |ctx: NativeCallContext, path: Array| -> Raised<Array> {
        with(&ctx, |state| written_keys(state, &path))
    });
    engine.register_fn("keys", |ctx: NativeCallContext, table: &str| records(&ctx, table, None).map(keyed));
    engine.register_fn("keys", |ctx: NativeCallContext, table: &str, wanted: RhaiMap| {
        records(&ctx, table, Some(&Dynamic::from(wanted))).map(keyed)
    });
    engine.register_fn("keys", |ctx: NativeCallContext, table: &str, accepts: FnPtr| {
        accepted(&ctx, table, &accepts).map(keyed)
    });
}

fn register_writes(engine: &mut Engine) {
    engine.register_fn("insert", |ctx: NativeCallContext, table: &str, key: Dynamic, record: Dynamic| -> Raised<()> {
        let key = key_text(&key)?;
        with(&ctx, |state| {
            let record = from_dynamic(&record, &state.limits)?;
            let max = size_max(state);
            state.turn.world.insert(table, &key, record, max).or_else(|e| raise(e.to_string()))
        })
    });
    engine.register_fn("put", |ctx: NativeCallContext, table: &str, key: Dynamic, record: Dynamic| -> Raised<()> {
        let key = key_text(&key)?;
        with(&ctx, |state| {
            let record = from_dynamic(&record, &state.limits)?;
            let max = size_max(state);
            state.turn.world.put(table, &key, record, max).or_else(|e| raise(e.to_string()))
        })
    });
    engine.register_fn("put", |ctx: NativeCallContext, name: &str, value: Dynamic| -> Raised<()> {
        with(&ctx, |state| {
            let value = from_dynamic(&value, &state.limits)?;
            let max = size_max(state);
            state.turn.world.set_value(name, value, max).or_else(|e| raise(e.to_string()))
        })
    });
    engine.register_fn("update", |ctx: NativeCallContext, table: &str, key: Dynamic, fields: Dynamic| -> Raised<()> {
        let key = key_text(&key)?;
        with(&ctx, |state| match from_dynamic(&fields, &state.limits)? {
            Json::Map(fields) => {
                let max = size_max(state);
                charge(state.turn.world.get(table, &key).and_then(Json::as_map).map_or(0, |map| map.len() as u64))?;
                state.turn.world.update(table, &key, &fields, max).or_else(|e| raise(e.to_string()))
            }
            other => raise(format!("update takes a map of fields, not {}", other.a_kind())),
        })
    });
    let remove = |ctx: &NativeCallContext, table: &str, key: &str| {
        with(ctx, |state| Ok(state.turn.world.remove(table, key).map_or(Dynamic::UNIT, |old| to_dynamic(&old))))
    };
    // Two texts are also what Rhai's own `remove` takes, so that this form must be named exactly.
    engine.register_fn("remove", move |ctx: NativeCallContext, table: &str, key: &str| remove(&ctx, table, key));
    engine.register_fn("remove", move |ctx: NativeCallContext, table: &str, key: i64| {
        remove(&ctx, table, &key.to_string())
    });
    engine.register_fn("fresh_id", |ctx: NativeCallContext, table: &str, pattern: &str| -> Raised<String> {
        with(&ctx, |state| {
            charge(100)?;
            let Turn { world, offered, .. } = &mut state.turn;
            world.fresh_id(table, pattern, offered).map(|id| id.to_string()).or_else(|e| raise(e.to_string()))
        })
    });
}

fn register_answers(engine: &mut Engine) {
    engine.register_fn("fail", |ctx: NativeCallContext, answer: Dynamic| -> Raised<()> {
        with(&ctx, |state| {
            state.refusal = Some(from_dynamic(&answer, &state.limits)?);
            terminate()
        })
    });
    engine.register_fn("answer", |ctx: NativeCallContext, answer: Dynamic| -> Raised<()> {
        with(&ctx, |state| {
            state.answered = Some(from_dynamic(&answer, &state.limits)?);
            terminate()
        })
    });
    engine.register_fn("cite", |ctx: NativeCallContext, rule: &str| -> Raised<()> {
        with(&ctx, |state| {
            if !state.turn.cited.iter().any(|cited| cited == rule) {
                charge(1 + rule.len() as u64 / 16)?;
                state.turn.cited.push(rule.to_owned());
            }
            Ok(())
        })
    });
    let to_json = |ctx: &NativeCallContext, value: Dynamic| -> Raised<String> {
        with(ctx, |state| {
            let value = from_dynamic(&value, &state.limits)?;
            printed(&value, &state.limits, Json::spaced)
        })
    };
    // Rhai has a `to_json` of its own for maps.
    engine.register_fn("to_json", move |ctx: NativeCallContext, map: RhaiMap| to_json(&ctx, Dynamic::from(map)));
    engine.register_fn("to_json", move |ctx: NativeCallContext, value: Dynamic| to_json(&ctx, value));
    engine.register_fn("from_json", |text: &str| -> Raised<Dynamic> {
        charge(text.len() as u64)?;
        Ok(serde_json::from_str(text).map_or(Dynamic::UNIT, |json| to_dynamic(&json)))
    });
}

fn register_clock(engine: &mut Engine) {
    engine.register_fn("now", |ctx: NativeCallContext| with(&ctx, |state| Ok(state.turn.world.clock().now())));
    engine.register_fn("today", |ctx: NativeCallContext| with(&ctx, |state| Ok(state.turn.world.clock().today())));
    let text = |text: Option<String>| text.map_or(Dynamic::UNIT, Dynamic::from);
    let number = |number: Option<i64>| number.map_or(Dynamic::UNIT, Dynamic::from_int);
    engine.register_fn("add_days", move |date: &str, days: i64| text(world::add_days(date, days)));
    engine.register_fn("add_seconds", move |time: &str, seconds: i64| text(world::add_seconds(time, seconds)));
    engine.register_fn("days_between", move |from: &str, to: &str| number(world::days_between(from, to)));
    engine.register_fn("seconds_between", move |from: &str, to: &str| number(world::seconds_between(from, to)));
}

/// Numbers to more digits than a float has, as texts.
fn register_precise(engine: &mut Engine) {
    let shown = |found: Result<String, NoLog>| -> Raised<Dynamic> {
        match found {
            Ok(text) => Ok(Dynamic::from(text)),
            Err(NoLog::NoNumber | NoLog::Division) => Ok(Dynamic::UNIT),
            Err(NoLog::Exceeded(exceeded)) => limit(exceeded.to_string()),
            Err(NoLog::Digits) => limit(format!("a number of more than {} digits", precise::DIGITS_MAX)),
        }
    };
    let json = |value: &Dynamic| from_dynamic(value, &Limits::default());
    engine.register_fn("precise_log", move |value: Dynamic, base: Dynamic, digits: i64| -> Raised<Dynamic> {
        shown(precise::log(&json(&value)?, &json(&base)?, digits))
    });
    let integer = |value: &Dynamic| match (value.as_int(), value.read_lock::<ImmutableString>()) {
        (Ok(n), _) => Some(BigInt::from(n)),
        (_, Some(text)) => BigInt::parse_bytes(text.as_bytes(), 10),
        _ => None,
    };
    engine.register_fn("exact", move |a: Dynamic, operator: &str, b: Dynamic| -> Raised<Dynamic> {
        let (Some(a), Some(b)) = (integer(&a), integer(&b)) else {
            return raise("exact arithmetic is of integers and their texts");
        };
        if operator == "/" {
            return match precise::quotient(&a, &b) {
                Some(quotient) => Ok(Dynamic::from_float(quotient)),
                None => raise(format!("there is no float {a} / {b}")),
            };
        }
        if !["+", "-", "*", "**"].contains(&operator) || operator == "**" && b.sign() == Sign::Minus {
            return raise(format!("there is no exact {a} {operator} {b}"));
        }
        charge((a.bits() + b.bits()) / 64)?;
        let result = precise::exact(&a, operator, &b).or_else(|exceeded| limit(exceeded.to_string()))?;
        Ok(result.map_or(Dynamic::UNIT, |n| match i64::try_from(&n) {
            Ok(n) => Dynamic::from_int(n),
            Err(_) => Dynamic::from(n.to_string()),
        }))
    });
    engine.register_fn("precise_sqrt", move |number: Dynamic, digits: i64| -> Raised<Dynamic> {
        let number = json(&number)?;
        if digits < 1 || number.as_f64().is_none_or(|n| n < 0.0) {
            return raise("the square root of a number from 0 has digits from 1");
        }
        shown(precise::square_root(&number, digits))
    });
}

/// Random numbers of Python; with each, how many outputs of the generator are used after it.
fn register_random(engine: &mut Engine) {
    let source = |seed: i64, used: i64| match u64::try_from(used) {
        Ok(used) => Ok(Random { seed, used }),
        Err(_) => raise("the outputs used of a random source are a number from 0"),
    };
    let drawn = |value: Dynamic, source: Random| -> Array { vec![value, Dynamic::from_int(source.used as i64)] };
    engine.register_fn("random_integer", move |seed: i64, used: i64, low: i64, high: i64| -> Raised<Array> {
        let mut source = source(seed, used)?;
        match source.integer(low, high).or_else(|exceeded| limit(exceeded.to_string()))? {
            Some(value) => Ok(drawn(Dynamic::from_int(value), source)),
            None => raise(format!("there is no integer from {low} to {high}")),
        }
    });
    engine.register_fn("random_float", move |seed: i64, used: i64| -> Raised<Array> {
        let mut source = source(seed, used)?;
        let value = source.float().or_else(|exceeded| limit(exceeded.to_string()))?;
        Ok(drawn(Dynamic::from_float(value), source))
    });
}

/// The exact order of two scalars: Rhai's own comparison takes floats for equal that are not.
fn compared(a: &Dynamic, b: &Dynamic) -> Raised<Dynamic> {
    // Infinities have an order too, though JSON does not have them.
    let json = |value: &Dynamic| match value.as_float() {
        Ok(n) => Ok(Json::Float(n)),
        Err(_) => from_dynamic(value, &Limits::default()),
    };
    let found = order(&json(a)?, &json(b)?);
    Ok(found.map_or(Dynamic::UNIT, |found| Dynamic::from_int(found as i64)))
}

fn register_numbers(engine: &mut Engine) {
    engine.register_fn("order", |a: Dynamic, b: Dynamic| compared(&a, &b));
    engine.register_fn("round", |x: f64, decimals: i64| arithmetic::round(x, decimals));
    engine.register_fn("round", |x: i64, decimals: i64| arithmetic::round(x as f64, decimals));
    engine.register_fn("fixed", |x: f64, decimals: i64| arithmetic::fixed(x, decimals));
    engine.register_fn("fixed", |x: i64, decimals: i64| arithmetic::fixed(x as f64, decimals));
    engine.register_fn("arithmetic", |text: &str| -> Raised<Dynamic> {
        charge(text.len() as u64)?;
        Ok(match arithmetic::evaluate(text) {
            Ok(number) => to_dynamic(&number),
            Err(message) => to_dynamic(&Json::map(vec![(Arc::from("error"), Json::text(message))])),
        })
    });
}
