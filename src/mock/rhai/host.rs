//! The host functions of `docs/environments.md`: the only way from a script to anything outside it.

use std::sync::{Arc, Mutex, MutexGuard};

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map as RhaiMap, NativeCallContext, Position,
};

use super::node::{Node, charge, from_dynamic, limit, printed, raise, to_dynamic};
use crate::json::{Json, arithmetic};
use crate::mock::Limits;
use crate::mock::host::{Done, Ended, Host, Stop, compare};
use crate::world;

/// What one call works on, reached through the tag of its evaluation.
#[derive(Clone)]
pub(super) struct Handle(pub Arc<Mutex<Host>>);

impl Handle {
    pub fn lock(&self) -> MutexGuard<'_, Host> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

type Raised<T> = Result<T, Box<EvalAltResult>>;

impl From<Stop> for Box<EvalAltResult> {
    fn from(stop: Stop) -> Box<EvalAltResult> {
        match stop {
            Stop::Mistake(message) => Box::new(EvalAltResult::ErrorRuntime(message.into(), Position::NONE)),
            // What a script cannot catch.
            Stop::Limit(message) => Box::new(EvalAltResult::ErrorTerminated(message.into(), Position::NONE)),
        }
    }
}

fn with<T>(ctx: &NativeCallContext, work: impl FnOnce(&mut Host) -> Raised<T>) -> Raised<T> {
    match ctx.tag().and_then(|tag| tag.read_lock::<Handle>()) {
        Some(handle) => work(&mut handle.lock()),
        None => raise("host functions work only while a tool is called"),
    }
}

/// Ends the call, which a script cannot catch.
fn end(host: &mut Host, ended: Ended) -> Raised<()> {
    host.ended = Some(ended);
    Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::UNIT, Position::NONE)))
}

fn some(found: Option<Json>) -> Dynamic {
    found.map_or(Dynamic::UNIT, |value| to_dynamic(&value))
}

/// A key as the host takes it. An argument that is absent, or no key at all, names no record.
fn key(key: &Dynamic) -> Json {
    match (key.read_lock::<ImmutableString>(), key.as_int()) {
        (Some(text), _) => Json::text(text.as_str()),
        (None, Ok(n)) => Json::Int(n),
        (None, Err(_)) => from_dynamic(key, &Limits::default()).unwrap_or_default(),
    }
}

type Record = (Arc<str>, Json);

/// The records of a table, all or those that satisfy a condition.
fn records(ctx: &NativeCallContext, table: &str, wanted: Option<&Dynamic>) -> Raised<Vec<Record>> {
    with(ctx, |host| {
        let wanted = wanted.map(|wanted| from_dynamic(wanted, &host.limits)).transpose()?;
        Ok(host.select(table, wanted.as_ref())?)
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

pub(super) fn register(engine: &mut Engine, limits: Limits) {
    register_reads(engine);
    register_writes(engine);
    register_answers(engine);
    register_clock(engine);
    register_numbers(engine);
    register_python(engine);
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
    let get = |ctx: &NativeCallContext, table: &str, name: &Dynamic| -> Raised<Dynamic> {
        let name = key(name);
        with(ctx, |host| Ok(some(host.get(table, &name))))
    };
    engine.register_fn("get", move |ctx: NativeCallContext, table: &str, key: Dynamic| get(&ctx, table, &key));
    // A text and a number are also what Rhai's own `get` takes, so that this form must be named exactly.
    engine.register_fn("get", move |ctx: NativeCallContext, table: &str, key: i64| {
        get(&ctx, table, &Dynamic::from_int(key))
    });
    engine.register_fn("exists", |ctx: NativeCallContext, table: &str, name: Dynamic| -> Raised<bool> {
        let name = key(&name);
        with(&ctx, |host| Ok(host.get(table, &name).is_some()))
    });
    engine.register_fn("get", |ctx: NativeCallContext, name: &str| -> Raised<Dynamic> {
        with(&ctx, |host| Ok(some(host.value(name))))
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
        let path: Vec<Json> = path.iter().map(key).collect();
        with(&ctx, |host| Ok(host.written_keys(&path)?.into_iter().map(Dynamic::from).collect()))
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
    type Write = fn(&mut Host, &str, &Json, Json) -> Done<()>;
    let writes: [(&str, Write); 3] = [
        ("insert", |host, table, key, record| host.insert(table, key, record)),
        ("put", |host, table, key, record| host.put(table, key, record)),
        ("update", |host, table, key, fields| host.update(table, key, &fields)),
    ];
    for (name, write) in writes {
        let write = move |ctx: NativeCallContext, table: &str, name: Dynamic, record: Dynamic| -> Raised<()> {
            let name = key(&name);
            with(&ctx, |host| {
                let record = from_dynamic(&record, &host.limits)?;
                Ok(write(host, table, &name, record)?)
            })
        };
        engine.register_fn(name, write);
    }
    engine.register_fn("put", |ctx: NativeCallContext, name: &str, value: Dynamic| -> Raised<()> {
        with(&ctx, |host| {
            let value = from_dynamic(&value, &host.limits)?;
            Ok(host.put_value(name, value)?)
        })
    });
    let remove = |ctx: &NativeCallContext, table: &str, key: Json| with(ctx, |host| Ok(some(host.remove(table, &key))));
    // Two texts are also what Rhai's own `remove` takes, so that this form must be named exactly.
    engine.register_fn("remove", move |ctx: NativeCallContext, table: &str, key: &str| {
        remove(&ctx, table, Json::text(key))
    });
    engine.register_fn("remove", move |ctx: NativeCallContext, table: &str, key: i64| {
        remove(&ctx, table, Json::Int(key))
    });
    engine.register_fn("fresh_id", |ctx: NativeCallContext, table: &str, pattern: &str| -> Raised<String> {
        with(&ctx, |host| Ok(host.fresh_id(table, pattern)?.to_string()))
    });
}

fn register_answers(engine: &mut Engine) {
    for (name, how) in [("fail", Ended::Refusal as fn(Json) -> Ended), ("answer", Ended::Answer)] {
        engine.register_fn(name, move |ctx: NativeCallContext, answer: Dynamic| -> Raised<()> {
            with(&ctx, |host| {
                let answer = from_dynamic(&answer, &host.limits)?;
                end(host, how(answer))
            })
        });
    }
    engine.register_fn("cite", |ctx: NativeCallContext, rule: &str| -> Raised<()> {
        with(&ctx, |host| Ok(host.cite(rule)?))
    });
    let to_json = |ctx: &NativeCallContext, value: Dynamic| -> Raised<String> {
        with(ctx, |host| {
            let value = from_dynamic(&value, &host.limits)?;
            printed(&value, &host.limits, Json::spaced)
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
    engine.register_fn("now", |ctx: NativeCallContext| with(&ctx, |host| Ok(host.turn.world.clock().now())));
    engine.register_fn("today", |ctx: NativeCallContext| with(&ctx, |host| Ok(host.turn.world.clock().today())));
    let text = |text: Option<String>| text.map_or(Dynamic::UNIT, Dynamic::from);
    let number = |number: Option<i64>| number.map_or(Dynamic::UNIT, Dynamic::from_int);
    engine.register_fn("add_days", move |date: &str, days: i64| text(world::add_days(date, days)));
    engine.register_fn("add_seconds", move |time: &str, seconds: i64| text(world::add_seconds(time, seconds)));
    engine.register_fn("days_between", move |from: &str, to: &str| number(world::days_between(from, to)));
    engine.register_fn("seconds_between", move |from: &str, to: &str| number(world::seconds_between(from, to)));
}

/// Numbers as Python has them.
fn register_python(engine: &mut Engine) {
    let json = |value: &Dynamic| from_dynamic(value, &Limits::default());
    engine.register_fn(
        "precise_log",
        move |ctx: NativeCallContext, value: Dynamic, base: Dynamic, digits: i64| -> Raised<Dynamic> {
            let (value, base) = (json(&value)?, json(&base)?);
            with(&ctx, |host| Ok(some(host.precise_log(&value, &base, digits)?)))
        },
    );
    engine.register_fn(
        "precise_sqrt",
        move |ctx: NativeCallContext, number: Dynamic, digits: i64| -> Raised<Dynamic> {
            let number = json(&number)?;
            with(&ctx, |host| Ok(some(host.precise_sqrt(&number, digits)?)))
        },
    );
    engine.register_fn(
        "exact",
        move |ctx: NativeCallContext, a: Dynamic, operator: &str, b: Dynamic| -> Raised<Dynamic> {
            let (a, b) = (json(&a)?, json(&b)?);
            with(&ctx, |host| Ok(some(host.exact(&a, operator, &b)?)))
        },
    );
    engine.register_fn(
        "random_integer",
        |ctx: NativeCallContext, seed: i64, used: i64, low: i64, high: i64| -> Raised<Dynamic> {
            with(&ctx, |host| Ok(to_dynamic(&host.random_integer(seed, used, low, high)?)))
        },
    );
    engine.register_fn("random_float", |ctx: NativeCallContext, seed: i64, used: i64| -> Raised<Dynamic> {
        with(&ctx, |host| Ok(to_dynamic(&host.random_float(seed, used)?)))
    });
}

/// The exact order of two scalars: Rhai's own comparison takes floats for equal that are not.
fn compared(a: &Dynamic, b: &Dynamic) -> Raised<Dynamic> {
    // Infinities have an order too, though JSON does not have them.
    let json = |value: &Dynamic| match value.as_float() {
        Ok(n) => Ok(Json::Float(n)),
        Err(_) => from_dynamic(value, &Limits::default()),
    };
    let found = compare(&json(a)?, &json(b)?);
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
