//! Core modules: the functions of `gemproof/1`, see `docs/abi.md`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use wasmtime::{Caller, Engine, ExternType, Instance, InstancePre, Linker, Module, ModuleExport, Store, ValType};

use super::guest::{Guest, text, with, write};
use crate::json::{Json, arithmetic, pointer};
use crate::mock::host::{Done, Ended, Stop, charge, compare, finite, index_of, sorted};
use crate::mock::{Limits, Turn};
use crate::world;

/// The module that guests import from.
pub(super) const INTERFACE: &str = "gemproof/1";
/// What the exports that implement tools begin with.
pub(super) const TOOL: &str = "tool:";
const INITIALIZE: &str = "_initialize";

/// A compiled core module.
pub(super) struct Core {
    instance: InstancePre<Guest>,
    tools: BTreeMap<String, ModuleExport>,
    memory: Option<ModuleExport>,
    initialize: Option<ModuleExport>,
}

impl Core {
    /// # Errors
    /// What keeps the module from being a mock.
    pub fn new(engine: &Engine, bytes: &[u8]) -> Result<Core, String> {
        let module = Module::new(engine, bytes).map_err(|e| format!("{e:#}"))?;
        let linker = linker(engine)?;
        let mut unused = Store::new(engine, Guest::new(Turn::default(), Limits::default()));
        for import in module.imports() {
            let name = format!("{}.{}", import.module(), import.name());
            if import.module() != INTERFACE {
                return Err(format!("imports `{name}`: mocks have nothing but the functions of `{INTERFACE}`"));
            }
            if !linker.iter(&mut unused).any(|(_, known, _)| known == import.name()) {
                return Err(format!("imports `{name}`, which is not in the guest interface"));
            }
        }
        let instance = linker.instantiate_pre(&module).map_err(|e| format!("{e:#}"))?;
        let mut core = Core { instance, tools: BTreeMap::new(), memory: None, initialize: None };
        for export in module.exports() {
            let at = || module.get_export_index(export.name());
            match (export.name(), export.ty()) {
                ("memory", ExternType::Memory(_)) => core.memory = at(),
                (INITIALIZE, ExternType::Func(ty)) if ty.params().len() + ty.results().len() == 0 => {
                    core.initialize = at();
                }
                (INITIALIZE, _) => return Err(format!("export `{INITIALIZE}` is no function without parameters")),
                (name, ty) => {
                    let Some(tool) = name.strip_prefix(TOOL) else { continue };
                    let is_i32 = |ty: Option<ValType>| ty.is_some_and(|ty| matches!(ty, ValType::I32));
                    match ty {
                        ExternType::Func(ty)
                            if ty.params().len() == 1
                                && ty.results().len() == 1
                                && is_i32(ty.param(0))
                                && is_i32(ty.result(0)) => {}
                        _ => return Err(format!("export `{name}` is no function from i32 to i32")),
                    }
                    core.tools.extend(at().map(|at| (tool.to_owned(), at)));
                }
            }
        }
        if core.tools.is_empty() {
            return Err(format!("exports no tool: a tool is a function named `{TOOL}NAME`"));
        }
        Ok(core)
    }

    pub fn tools(&self) -> impl Iterator<Item = &String> {
        self.tools.keys()
    }

    /// A fresh instance, initialised.
    pub fn start(&self, store: &mut Store<Guest>) -> wasmtime::Result<Instance> {
        let instance = self.instance.instantiate(&mut *store)?;
        if let Some(memory) = &self.memory {
            let memory = instance.get_module_export(&mut *store, memory).and_then(|export| export.into_memory());
            store.data_mut().memory = memory;
        }
        if let Some(initialize) = &self.initialize {
            let function = instance.get_module_export(&mut *store, initialize).and_then(|export| export.into_func());
            if let Some(function) = function {
                function.typed::<(), ()>(&*store)?.call(&mut *store, ())?;
            }
        }
        Ok(instance)
    }

    /// Runs a tool; the answer is in the outcome, what ended the call otherwise in the store.
    pub fn call(&self, store: &mut Store<Guest>, tool: &str, arguments: &Json) -> wasmtime::Result<Json> {
        let instance = self.start(store)?;
        let function = self.tools.get(tool).and_then(|at| instance.get_module_export(&mut *store, at));
        let Some(function) = function.and_then(|export| export.into_func()) else {
            return Err(wasmtime::Error::msg(format!("the module has no tool `{tool}`")));
        };
        let guest = store.data_mut();
        let arguments = guest.hand(arguments.clone());
        let arguments = guest.ends(arguments)?;
        let answer = function.typed::<i32, i32>(&*store)?.call(&mut *store, arguments)?;
        let guest = store.data_mut();
        let answer = guest.value(answer).cloned();
        guest.ends(answer)
    }
}

/// The functions of the interface, defined once.
fn linker(engine: &Engine) -> Result<&'static Linker<Guest>, String> {
    static LINKER: OnceLock<Result<Linker<Guest>, String>> = OnceLock::new();
    let linker = LINKER.get_or_init(|| {
        let mut linker = Linker::new(engine);
        scalars(&mut linker)
            .and_then(|()| reading(&mut linker))
            .and_then(|()| changing(&mut linker))
            .and_then(|()| computing(&mut linker))
            .and_then(|()| world(&mut linker))
            .and_then(|()| clock(&mut linker))
            .and_then(|()| python(&mut linker))
            .map_err(|e| e.to_string())?;
        Ok(linker)
    });
    linker.as_ref().map_err(String::clone)
}

type Host<'a> = Caller<'a, Guest>;

/// Values out of nothing.
fn scalars(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(INTERFACE, "null", |mut c: Host<'_>| with(&mut c, |g, _| g.hand(Json::Null)))?;
    linker.func_wrap(INTERFACE, "bool", |mut c: Host<'_>, b: i32| with(&mut c, |g, _| g.hand(Json::Bool(b != 0))))?;
    linker.func_wrap(INTERFACE, "int", |mut c: Host<'_>, n: i64| with(&mut c, |g, _| g.hand(Json::Int(n))))?;
    linker.func_wrap(INTERFACE, "float", |mut c: Host<'_>, n: f64| {
        with(&mut c, |g, _| {
            let number = finite(n)?;
            g.hand(number)
        })
    })?;
    linker.func_wrap(INTERFACE, "text", |mut c: Host<'_>, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let text = text(memory, p, n)?;
            g.host.check_text(text.len())?;
            g.hand(Json::text(text))
        })
    })?;
    linker.func_wrap(INTERFACE, "parse", |mut c: Host<'_>, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let value = g.host.parsed(text(memory, p, n)?)?;
            g.hand_some(value)
        })
    })?;
    linker.func_wrap(INTERFACE, "list", |mut c: Host<'_>| with(&mut c, |g, _| g.hand(Json::list(Vec::new()))))?;
    linker.func_wrap(INTERFACE, "map", |mut c: Host<'_>| with(&mut c, |g, _| g.hand(Json::map(Vec::new()))))?;
    linker.func_wrap(INTERFACE, "copy", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| {
            let value = g.value(h)?.clone();
            g.hand(value)
        })
    })?;
    Ok(())
}

/// Looking into values.
fn reading(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(INTERFACE, "kind", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| {
            Ok(match g.value(h)? {
                _ if h == 0 => 0,
                Json::Null => 1,
                Json::Bool(_) => 2,
                Json::Int(_) => 3,
                Json::Uint(_) | Json::Float(_) => 4,
                Json::Text(_) => 5,
                Json::List(_) => 6,
                Json::Map(_) => 7,
            })
        })
    })?;
    linker.func_wrap(INTERFACE, "as_bool", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| match g.value(h)? {
            Json::Bool(b) => Ok(i32::from(*b)),
            other => Err(Stop::Mistake(format!("a boolean was expected, not {}", other.a_kind()))),
        })
    })?;
    linker.func_wrap(INTERFACE, "as_int", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| match g.value(h)? {
            Json::Int(n) => Ok(*n),
            other => Err(Stop::Mistake(format!("an integer was expected, not {}", other.a_kind()))),
        })
    })?;
    linker
        .func_wrap(INTERFACE, "as_float", |mut c: Host<'_>, h: i32| with(&mut c, |g, _| g.host.number(g.value(h)?)))?;
    linker.func_wrap(INTERFACE, "len", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| {
            let len = match g.value(h)? {
                Json::Text(text) => text.len(),
                Json::List(list) => list.items().len(),
                Json::Map(map) => map.len(),
                _ => 0,
            };
            Ok(len as i32)
        })
    })?;
    linker.func_wrap(INTERFACE, "read", |mut c: Host<'_>, h: i32, p: i32, n: i32| {
        with(&mut c, |g, memory| match g.value(h)? {
            Json::Text(text) => write(memory, p, n, text),
            other => Err(Stop::Mistake(format!("a text was expected, not {}", other.a_kind()))),
        })
    })?;
    linker.func_wrap(INTERFACE, "print", |mut c: Host<'_>, h: i32, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let text = g.host.printed(g.value(h)?, Json::spaced)?;
            write(memory, p, n, &text)
        })
    })?;
    linker.func_wrap(INTERFACE, "field", |mut c: Host<'_>, h: i32, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let found = g.value(h)?.get(text(memory, p, n)?).cloned();
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "member", |mut c: Host<'_>, h: i32, key: i32| {
        with(&mut c, |g, _| {
            charge(g.value(key)?.nodes())?;
            let found = g.value(key)?.as_str().map(|key| g.value(h).map(|map| map.get(key).cloned()));
            let found = found.transpose()?.flatten();
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "item", |mut c: Host<'_>, h: i32, index: i32| {
        with(&mut c, |g, _| {
            let items = g.value(h)?.as_list().unwrap_or_default();
            let found = index_of(index, items.len()).map(|at| items[at].clone());
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "key", |mut c: Host<'_>, h: i32, index: i32| {
        with(&mut c, |g, _| {
            let map = g.value(h)?.as_map();
            let at = map.and_then(|map| index_of(index, map.len()));
            let found = map.zip(at).map(|(map, at)| Json::Text(map.key_at(at).clone()));
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "at", |mut c: Host<'_>, h: i32, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let path = text(memory, p, n)?;
            charge(path.len() as u64)?;
            let found = pointer::resolve(g.value(h)?, path).cloned();
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "equal", |mut c: Host<'_>, a: i32, b: i32| {
        with(&mut c, |g, _| {
            let (a, b) = (g.value(a)?, g.value(b)?);
            charge(a.nodes().min(b.nodes()))?;
            Ok(i32::from(a == b))
        })
    })?;
    linker.func_wrap(INTERFACE, "compare", |mut c: Host<'_>, a: i32, b: i32| {
        with(&mut c, |g, _| {
            let (a, b) = (g.value(a)?, g.value(b)?);
            charge(a.nodes().min(b.nodes()))?;
            Ok(compare(a, b).map_or(2, |order| order as i32))
        })
    })?;
    linker.func_wrap(INTERFACE, "contains", |mut c: Host<'_>, whole: i32, part: i32| {
        with(&mut c, |g, _| g.host.contains(g.value(whole)?, g.value(part)?).map(i32::from))
    })?;
    Ok(())
}

/// Changing values.
fn changing(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(INTERFACE, "set", |mut c: Host<'_>, h: i32, p: i32, n: i32, value: i32| {
        with(&mut c, |g, memory| {
            let (key, value) = (text(memory, p, n)?, g.value(value)?.clone());
            g.change(h, |host, target| host.set(target, key, value))
        })
    })?;
    linker.func_wrap(INTERFACE, "set_member", |mut c: Host<'_>, h: i32, key: i32, value: i32| {
        with(&mut c, |g, _| {
            let value = g.value(value)?.clone();
            let key = match g.value(key)? {
                Json::Text(key) => key.clone(),
                other => return Err(Stop::Mistake(format!("a key must be a text, not {}", other.a_kind()))),
            };
            g.change(h, |host, target| host.set(target, &key, value))
        })
    })?;
    linker.func_wrap(INTERFACE, "set_item", |mut c: Host<'_>, h: i32, index: i32, value: i32| {
        with(&mut c, |g, _| {
            let value = g.value(value)?.clone();
            g.change(h, |host, target| host.set_item(target, index, value))
        })
    })?;
    linker.func_wrap(INTERFACE, "set_at", |mut c: Host<'_>, h: i32, p: i32, n: i32, value: i32| {
        with(&mut c, |g, memory| {
            let (path, value) = (text(memory, p, n)?, g.value(value)?.clone());
            g.change(h, |host, target| host.set_at(target, path, value))
        })
    })?;
    linker.func_wrap(INTERFACE, "push", |mut c: Host<'_>, h: i32, value: i32| {
        with(&mut c, |g, _| {
            let value = g.value(value)?.clone();
            g.change(h, |host, target| host.push(target, value))
        })
    })?;
    linker.func_wrap(INTERFACE, "delete", |mut c: Host<'_>, h: i32, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let key = text(memory, p, n)?;
            let removed = g.change(h, |host, target| host.delete(target, key))?;
            g.hand_some(removed)
        })
    })?;
    Ok(())
}

/// Numbers and texts.
fn computing(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    type Binary = fn(&crate::mock::host::Host, &Json, &Json) -> Done<Json>;
    let binary: [(&str, Binary); 6] = [
        ("add", |host, a, b| host.add(a, b)),
        ("subtract", |host, a, b| host.subtract(a, b)),
        ("multiply", |host, a, b| host.multiply(a, b)),
        ("divide", |host, a, b| host.divide(a, b)),
        ("power", |host, a, b| host.power(a, b)),
        ("join", |host, a, b| host.join(a, b)),
    ];
    for (name, compute) in binary {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, a: i32, b: i32| {
            with(&mut c, |g, _| {
                let value = compute(&g.host, g.value(a)?, g.value(b)?)?;
                g.hand(value)
            })
        })?;
    }
    type Unary = fn(&crate::mock::host::Host, &Json) -> Done<Json>;
    let unary: [(&str, Unary); 3] = [
        ("sum", |host, list| host.sum(list)),
        ("sorted", |_, list| sorted(list)),
        ("arithmetic", |host, text| match text {
            Json::Text(text) => host.arithmetic(text),
            other => Err(Stop::Mistake(format!("a text was expected, not {}", other.a_kind()))),
        }),
    ];
    for (name, compute) in unary {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, h: i32| {
            with(&mut c, |g, _| {
                let value = compute(&g.host, g.value(h)?)?;
                g.hand(value)
            })
        })?;
    }
    linker.func_wrap(INTERFACE, "round", |mut c: Host<'_>, h: i32, decimals: i64| {
        with(&mut c, |g, _| {
            let number = arithmetic::round(g.host.number(g.value(h)?)?, decimals);
            let number = finite(number)?;
            g.hand(number)
        })
    })?;
    linker.func_wrap(INTERFACE, "fixed", |mut c: Host<'_>, h: i32, decimals: i64| {
        with(&mut c, |g, _| {
            let text = arithmetic::fixed(g.host.number(g.value(h)?)?, decimals);
            g.hand(Json::text(text))
        })
    })?;
    Ok(())
}

/// The world, and how a call ends.
fn world(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(INTERFACE, "get", |mut c: Host<'_>, p: i32, n: i32, key: i32| {
        with(&mut c, |g, memory| {
            charge(g.value(key)?.nodes())?;
            let found = g.host.get(text(memory, p, n)?, g.value(key)?);
            g.hand_some(found)
        })
    })?;
    for (name, keys) in [("query", false), ("keys", true)] {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, p: i32, n: i32, wanted: i32| {
            with(&mut c, |g, memory| {
                let wanted = if wanted == 0 { None } else { Some(g.value(wanted)?) };
                let found = g.host.select(text(memory, p, n)?, wanted)?;
                let found = found.into_iter().map(|(key, record)| if keys { Json::Text(key) } else { record });
                let found = Json::list(found.collect());
                g.host.check(&found)?;
                g.hand(found)
            })
        })?;
    }
    type Write = fn(&mut crate::mock::host::Host, &str, &Json, Json) -> Done<()>;
    let writes: [(&str, Write); 3] = [
        ("insert", |host, table, key, record| host.insert(table, key, record)),
        ("put", |host, table, key, record| host.put(table, key, record)),
        ("update", |host, table, key, fields| host.update(table, key, &fields)),
    ];
    for (name, write) in writes {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, p: i32, n: i32, key: i32, record: i32| {
            with(&mut c, |g, memory| {
                let (key, record) = (g.value(key)?.clone(), g.value(record)?.clone());
                write(&mut g.host, text(memory, p, n)?, &key, record)
            })
        })?;
    }
    linker.func_wrap(INTERFACE, "remove", |mut c: Host<'_>, p: i32, n: i32, key: i32| {
        with(&mut c, |g, memory| {
            let key = g.value(key)?.clone();
            charge(key.nodes())?;
            let removed = g.host.remove(text(memory, p, n)?, &key);
            g.hand_some(removed)
        })
    })?;
    linker.func_wrap(INTERFACE, "get_value", |mut c: Host<'_>, p: i32, n: i32| {
        with(&mut c, |g, memory| {
            let found = g.host.value(text(memory, p, n)?);
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "put_value", |mut c: Host<'_>, p: i32, n: i32, value: i32| {
        with(&mut c, |g, memory| {
            let value = g.value(value)?.clone();
            g.host.put_value(text(memory, p, n)?, value)
        })
    })?;
    linker.func_wrap(INTERFACE, "fresh_id", |mut c: Host<'_>, p: i32, n: i32, pattern: i32, len: i32| {
        with(&mut c, |g, memory| {
            let id = g.host.fresh_id(text(memory, p, n)?, text(memory, pattern, len)?)?;
            g.hand(Json::Text(id))
        })
    })?;
    linker.func_wrap(INTERFACE, "fail", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| {
            let answer = g.value(h)?.clone();
            g.end(Ended::Refusal(answer))
        })
    })?;
    linker.func_wrap(INTERFACE, "answer", |mut c: Host<'_>, h: i32| {
        with(&mut c, |g, _| {
            let answer = g.value(h)?.clone();
            g.end(Ended::Answer(answer))
        })
    })?;
    linker.func_wrap(INTERFACE, "fault", |mut c: Host<'_>, p: i32, n: i32| {
        with(&mut c, |_, memory| Err::<(), _>(Stop::Mistake(text(memory, p, n)?.to_owned())))
    })?;
    linker.func_wrap(INTERFACE, "cite", |mut c: Host<'_>, p: i32, n: i32| {
        with(&mut c, |g, memory| g.host.cite(text(memory, p, n)?))
    })?;
    Ok(())
}

/// The world's clock, and dates.
fn clock(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(INTERFACE, "now", |mut c: Host<'_>| {
        with(&mut c, |g, _| {
            let now = Json::text(g.host.turn.world.clock().now());
            g.hand(now)
        })
    })?;
    linker.func_wrap(INTERFACE, "today", |mut c: Host<'_>| {
        with(&mut c, |g, _| {
            let today = Json::text(g.host.turn.world.clock().today());
            g.hand(today)
        })
    })?;
    type Shift = fn(&str, i64) -> Option<String>;
    for (name, shift) in [("add_days", world::add_days as Shift), ("add_seconds", world::add_seconds as Shift)] {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, h: i32, by: i64| {
            with(&mut c, |g, _| {
                charge(g.value(h)?.nodes())?;
                let shifted = g.value(h)?.as_str().and_then(|date| shift(date, by)).map(Json::text);
                g.hand_some(shifted)
            })
        })?;
    }
    type Between = fn(&str, &str) -> Option<i64>;
    let between =
        [("days_between", world::days_between as Between), ("seconds_between", world::seconds_between as Between)];
    for (name, between) in between {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, from: i32, to: i32| {
            with(&mut c, |g, _| {
                charge(g.value(from)?.nodes().saturating_add(g.value(to)?.nodes()))?;
                let (from, to) = (g.value(from)?.as_str(), g.value(to)?.as_str());
                let found = from.zip(to).and_then(|(from, to)| between(from, to)).map(Json::Int);
                g.hand_some(found)
            })
        })?;
    }
    Ok(())
}

/// What mocks of Python tools need.
fn python(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    for (name, case) in [("lower", str::to_lowercase as fn(&str) -> String), ("upper", str::to_uppercase)] {
        linker.func_wrap(INTERFACE, name, move |mut c: Host<'_>, h: i32| {
            with(&mut c, |g, _| {
                let text = g.host.recased(g.value(h)?, case)?;
                g.hand(text)
            })
        })?;
    }
    linker.func_wrap(INTERFACE, "written_keys", |mut c: Host<'_>, path: i32| {
        with(&mut c, |g, _| {
            let path = g.value(path)?.as_list().unwrap_or_default().to_vec();
            charge(path.len() as u64)?;
            let keys = g.host.written_keys(&path)?;
            let keys = Json::list(keys.into_iter().map(Json::text).collect());
            g.host.check(&keys)?;
            g.hand(keys)
        })
    })?;
    linker.func_wrap(INTERFACE, "random_integer", |mut c: Host<'_>, seed: i64, used: i64, low: i64, high: i64| {
        with(&mut c, |g, _| {
            let drawn = g.host.random_integer(seed, used, low, high)?;
            g.hand(drawn)
        })
    })?;
    linker.func_wrap(INTERFACE, "random_float", |mut c: Host<'_>, seed: i64, used: i64| {
        with(&mut c, |g, _| {
            let drawn = g.host.random_float(seed, used)?;
            g.hand(drawn)
        })
    })?;
    linker.func_wrap(INTERFACE, "precise_log", |mut c: Host<'_>, x: i32, base: i32, digits: i64| {
        with(&mut c, |g, _| {
            let found = g.host.precise_log(g.value(x)?, g.value(base)?, digits)?;
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "precise_sqrt", |mut c: Host<'_>, x: i32, digits: i64| {
        with(&mut c, |g, _| {
            let found = g.host.precise_sqrt(g.value(x)?, digits)?;
            g.hand_some(found)
        })
    })?;
    linker.func_wrap(INTERFACE, "exact", |mut c: Host<'_>, a: i32, p: i32, n: i32, b: i32| {
        with(&mut c, |g, memory| {
            let found = g.host.exact(g.value(a)?, text(memory, p, n)?, g.value(b)?)?;
            g.hand_some(found)
        })
    })?;
    Ok(())
}
