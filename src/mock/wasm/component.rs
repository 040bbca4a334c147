//! Components of the world `gemproof:mock/mock@1.0.0`, see `tool-stubs/wit/mock.wit`.

use std::sync::OnceLock;

use wasmtime::component::{
    Component as Compiled, ComponentExportIndex, ComponentNamedList, InstancePre, Lift, Linker, LinkerInstance, Lower,
};
use wasmtime::{Engine, Store, StoreContextMut};

use super::guest::Guest;
use crate::json::{Json, arithmetic};
use crate::mock::host::{Done, Ended, Stop, charge};
use crate::world as dates;

const WORLD: &str = "gemproof:mock/world@1.0.0";
const NUMBERS: &str = "gemproof:mock/numbers@1.0.0";
const TOOLS: &str = "gemproof:mock/tools@1.0.0";

/// What one call of a host function costs: texts are copied, and the guest is asked for memory.
const CALL_COST: u64 = 10;

/// A compiled component.
pub(super) struct Component {
    instance: InstancePre<Guest>,
    names: ComponentExportIndex,
    call: ComponentExportIndex,
}

impl Component {
    /// # Errors
    /// What keeps the component from being a mock.
    pub fn new(engine: &Engine, bytes: &[u8]) -> Result<Component, String> {
        let component = Compiled::new(engine, bytes).map_err(|e| format!("{e:#}"))?;
        for (name, _) in component.component_type().imports(engine) {
            if name != WORLD && name != NUMBERS {
                return Err(format!("imports `{name}`: mocks have nothing but `{WORLD}` and `{NUMBERS}`"));
            }
        }
        let tools = component.get_export_index(None, TOOLS);
        let export = |name| tools.as_ref().and_then(|tools| component.get_export_index(Some(tools), name));
        let (Some(names), Some(call)) = (export("names"), export("call")) else {
            return Err(format!("does not export `{TOOLS}` with `names` and `call`"));
        };
        let instance = linker(engine)?.instantiate_pre(&component).map_err(|e| format!("{e:#}"))?;
        Ok(Component { instance, names, call })
    }

    /// The tools that it says it has.
    pub fn names(&self, store: &mut Store<Guest>) -> wasmtime::Result<Vec<String>> {
        let instance = self.instance.instantiate(&mut *store)?;
        let names = instance.get_typed_func::<(), (Vec<String>,)>(&mut *store, self.names)?;
        Ok(names.call(&mut *store, ())?.0)
    }

    /// Runs a tool; the answer is in the outcome, what ended the call otherwise in the store.
    pub fn call(&self, store: &mut Store<Guest>, tool: &str, arguments: &Json) -> wasmtime::Result<Json> {
        let instance = self.instance.instantiate(&mut *store)?;
        let call = instance.get_typed_func::<(&str, &str), (String,)>(&mut *store, self.call)?;
        let (answer,) = call.call(&mut *store, (tool, &arguments.to_string()))?;
        let guest = store.data_mut();
        let answer = json(guest, &answer);
        guest.ends(answer)
    }
}

/// A JSON text of the guest.
fn json(guest: &Guest, text: &str) -> Done<Json> {
    match guest.host.parsed(text)? {
        Some(value) => Ok(value),
        None => Err(Stop::Mistake(format!("`{}` is not JSON", text.chars().take(60).collect::<String>()))),
    }
}

/// The functions of both interfaces, defined once.
fn linker(engine: &Engine) -> Result<&'static Linker<Guest>, String> {
    static LINKER: OnceLock<Result<Linker<Guest>, String>> = OnceLock::new();
    let linker = LINKER.get_or_init(|| {
        let mut linker = Linker::new(engine);
        let defined = linker.instance(WORLD).and_then(|mut world| {
            reads(&mut world)?;
            writes(&mut world)?;
            clock(&mut world)?;
            ends(&mut world)
        });
        let defined = defined.and_then(|()| numbers(&mut linker.instance(NUMBERS)?));
        defined.map_err(|e| e.to_string())?;
        Ok(linker)
    });
    linker.as_ref().map_err(String::clone)
}

/// What a guest passes to a host function.
trait Passed {
    /// Bytes of its texts, which have been copied.
    fn bytes(&self) -> usize;
}

macro_rules! passed {
    ($(($($name:ident: $type:ty),*) => $bytes:expr;)*) => {$(
        impl Passed for ($($type,)*) {
            fn bytes(&self) -> usize {
                let ($($name,)*) = self;
                $bytes
            }
        }
    )*};
}

passed! {
    () => 0;
    (a: String) => a.len();
    (a: String, b: String) => a.len() + b.len();
    (a: String, b: Option<String>) => a.len() + b.as_ref().map_or(0, String::len);
    (a: String, b: String, c: String) => a.len() + b.len() + c.len();
    (a: String, _b: i64) => a.len();
    (_a: f64, _b: i64) => 0;
}

/// Defines a function that works on the guest.
fn define<P, R>(
    world: &mut LinkerInstance<'_, Guest>,
    name: &str,
    work: impl Fn(&mut Guest, P) -> Done<R> + Send + Sync + 'static,
) -> wasmtime::Result<()>
where
    P: ComponentNamedList + Lift + Passed + 'static,
    R: 'static,
    (R,): ComponentNamedList + Lower,
{
    world.func_wrap(name, move |mut store: StoreContextMut<'_, Guest>, parameters: P| {
        let guest = store.data_mut();
        let result = charge(CALL_COST + parameters.bytes() as u64 / 16).and_then(|()| work(guest, parameters));
        guest.ends(result).map(|result| (result,))
    })
}

/// The same for a function without a result.
fn define_action<P>(
    world: &mut LinkerInstance<'_, Guest>,
    name: &str,
    work: impl Fn(&mut Guest, P) -> Done<()> + Send + Sync + 'static,
) -> wasmtime::Result<()>
where
    P: ComponentNamedList + Lift + Passed + 'static,
{
    world.func_wrap(name, move |mut store: StoreContextMut<'_, Guest>, parameters: P| {
        let guest = store.data_mut();
        let result = charge(CALL_COST + parameters.bytes() as u64 / 16).and_then(|()| work(guest, parameters));
        guest.ends(result)
    })
}

fn printed(guest: &Guest, value: Option<Json>) -> Done<Option<String>> {
    value.map(|value| guest.host.printed(&value, Json::to_string)).transpose()
}

fn selected(guest: &Guest, table: &str, condition: Option<String>) -> Done<Vec<(std::sync::Arc<str>, Json)>> {
    let condition = condition.map(|condition| json(guest, &condition)).transpose()?;
    guest.host.select(table, condition.as_ref())
}

fn reads(world: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    define(world, "get", |g, (table, key): (String, String)| printed(g, g.host.get(&table, &Json::text(key))))?;
    define(world, "get-value", |g, (name,): (String,)| printed(g, g.host.value(&name)))?;
    define(world, "query", |g, (table, condition): (String, Option<String>)| {
        let found = selected(g, &table, condition)?.into_iter().map(|(_, record)| record).collect();
        let found = Json::list(found);
        g.host.check(&found)?;
        g.host.printed(&found, Json::to_string)
    })?;
    define(world, "keys", |g, (table, condition): (String, Option<String>)| {
        Ok(selected(g, &table, condition)?.into_iter().map(|(key, _)| key.to_string()).collect::<Vec<_>>())
    })
}

fn writes(world: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    define_action(world, "insert", |g, (table, key, record): (String, String, String)| {
        let record = json(g, &record)?;
        g.host.insert(&table, &Json::text(key), record)
    })?;
    define_action(world, "put", |g, (table, key, record): (String, String, String)| {
        let record = json(g, &record)?;
        g.host.put(&table, &Json::text(key), record)
    })?;
    define_action(world, "update", |g, (table, key, fields): (String, String, String)| {
        let fields = json(g, &fields)?;
        g.host.update(&table, &Json::text(key), &fields)
    })?;
    define(world, "remove", |g, (table, key): (String, String)| {
        let removed = g.host.remove(&table, &Json::text(key));
        printed(g, removed)
    })?;
    define_action(world, "put-value", |g, (name, value): (String, String)| {
        let value = json(g, &value)?;
        g.host.put_value(&name, value)
    })?;
    define(world, "fresh-id", |g, (table, pattern): (String, String)| {
        g.host.fresh_id(&table, &pattern).map(|id| id.to_string())
    })
}

fn clock(world: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    define(world, "now", |g, ()| Ok(g.host.turn.world.clock().now()))?;
    define(world, "today", |g, ()| Ok(g.host.turn.world.clock().today()))?;
    define(world, "add-days", |_, (date, days): (String, i64)| Ok(dates::add_days(&date, days)))?;
    define(world, "add-seconds", |_, (time, seconds): (String, i64)| Ok(dates::add_seconds(&time, seconds)))?;
    define(world, "days-between", |_, (start, end): (String, String)| Ok(dates::days_between(&start, &end)))?;
    define(world, "seconds-between", |_, (start, end): (String, String)| Ok(dates::seconds_between(&start, &end)))
}

fn ends(world: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    define_action(world, "fail", |g, (answer,): (String,)| {
        let answer = json(g, &answer)?;
        g.end(Ended::Refusal(answer))
    })?;
    define_action(world, "answer", |g, (answer,): (String,)| {
        let answer = json(g, &answer)?;
        g.end(Ended::Answer(answer))
    })?;
    define_action(world, "fault", |_, (message,): (String,)| Err(Stop::Mistake(message)))?;
    define_action(world, "cite", |g, (rule,): (String,)| g.host.cite(&rule))
}

fn numbers(numbers: &mut LinkerInstance<'_, Guest>) -> wasmtime::Result<()> {
    define(numbers, "round", |_, (x, decimals): (f64, i64)| Ok(arithmetic::round(x, decimals)))?;
    define(numbers, "fixed", |_, (x, decimals): (f64, i64)| Ok(arithmetic::fixed(x, decimals)))?;
    define(numbers, "arithmetic", |g, (text,): (String,)| {
        let value = g.host.arithmetic(&text)?;
        Ok(value.to_string())
    })
}
