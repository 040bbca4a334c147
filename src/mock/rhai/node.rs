//! Host values inside scripts: lists and maps of [`Json`] that behave as Rhai's own arrays and maps do.
//!
//! Scalars cross the border as Rhai's own types. Lists and maps cross as a [`Node`], which costs a reference count,
//! whereas a conversion would copy the whole tree; Rhai's size checks, which walk native containers, do not see them.

use std::sync::Arc;

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map as RhaiMap, NativeCallContext, Position,
};

use crate::json::Json;
use crate::mock::{Limits, host};

/// A list or a map of the host.
#[derive(Clone, Debug)]
pub(super) struct Node(pub Json);

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(super) fn raise<T>(message: impl Into<String>) -> Raised<T> {
    Err(Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(message.into()), Position::NONE)))
}

pub(super) fn to_dynamic(value: &Json) -> Dynamic {
    match value {
        Json::Null => Dynamic::UNIT,
        Json::Bool(b) => Dynamic::from_bool(*b),
        Json::Int(n) => Dynamic::from_int(*n),
        Json::Uint(n) => Dynamic::from_float(*n as f64),
        Json::Float(n) => Dynamic::from_float(*n),
        Json::Text(text) => Dynamic::from(ImmutableString::from(&**text)),
        Json::List(_) | Json::Map(_) => Dynamic::from(Node(value.clone())),
    }
}

/// An error that a script cannot catch: a limit was reached.
pub(super) fn limit<T>(message: impl Into<String>) -> Raised<T> {
    Ok(host::limit(message)?)
}

/// Takes units of work: see [`crate::mock::meter`].
pub(super) fn charge(units: u64) -> Raised<()> {
    Ok(host::charge(units)?)
}

/// [`to_dynamic`] where a script could ask for the same value again and again.
fn handed_out(value: &Json) -> Raised<Dynamic> {
    if let Json::Text(text) = value {
        charge(text.len() as u64 / 16)?;
    }
    Ok(to_dynamic(value))
}

/// The JSON of a script's value.
///
/// # Errors
/// Values that are not JSON; and, not to be caught, values beyond the limits.
pub(super) fn from_dynamic(value: &Dynamic, limits: &Limits) -> Raised<Json> {
    let json = convert(value, limits.value_depth)?;
    check(json.nodes(), json.depth(), limits)?;
    Ok(json)
}

fn check(nodes: u64, depth: u32, limits: &Limits) -> Raised<()> {
    Ok(host::check_size(nodes, depth, limits)?)
}

fn convert(value: &Dynamic, depth_left: u32) -> Raised<Json> {
    if value.is_unit() {
        return Ok(Json::Null);
    }
    if let Ok(n) = value.as_int() {
        return Ok(Json::Int(n));
    }
    if let Ok(b) = value.as_bool() {
        return Ok(Json::Bool(b));
    }
    if let Ok(n) = value.as_float() {
        return if n.is_finite() {
            Ok(Json::Float(n))
        } else {
            raise(format!("the number {n}, which JSON does not have"))
        };
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        charge(text.len() as u64 / 16)?;
        return Ok(Json::text(text.as_str()));
    }
    if let Ok(c) = value.as_char() {
        return Ok(Json::text(c.to_string()));
    }
    if let Some(node) = value.read_lock::<Node>() {
        return Ok(node.0.clone());
    }
    let deeper = || match depth_left.checked_sub(1) {
        Some(depth_left) => Ok(depth_left),
        None => limit("a value nested too deeply"),
    };
    if let Some(map) = value.read_lock::<RhaiMap>() {
        let depth_left = deeper()?;
        charge(map.len() as u64)?;
        let entries = map.iter().map(|(key, value)| {
            charge(key.len() as u64 / 16)?;
            Ok((Arc::from(key.as_str()), convert(value, depth_left)?))
        });
        return Ok(Json::map(entries.collect::<Raised<_>>()?));
    }
    if let Some(array) = value.read_lock::<Array>() {
        let depth_left = deeper()?;
        charge(array.len() as u64)?;
        return Ok(Json::list(array.iter().map(|value| convert(value, depth_left)).collect::<Raised<_>>()?));
    }
    raise(format!("a value of type {}, which is not JSON", value.type_name()))
}

/// The kind of a value, without looking into it.
fn kind(value: &Dynamic) -> &'static str {
    match value.read_lock::<Node>().as_deref() {
        Some(Node(json)) => json.kind(),
        None if value.is_unit() => "null",
        None if value.is_bool() => "boolean",
        None if value.is_int() => "integer",
        None if value.is_float() => "number",
        None if value.is_string() || value.is_char() => "string",
        None if value.is_array() => "array",
        None if value.is_map() => "object",
        None => "something else",
    }
}

/// Text of bounded length.
fn bounded(text: String, limits: &Limits) -> Raised<String> {
    host::check_text(text.len(), limits)?;
    Ok(text)
}

/// The JSON text of a value.
pub(super) fn printed(json: &Json, limits: &Limits, print: fn(&Json) -> String) -> Raised<String> {
    charge(json.nodes())?;
    bounded(print(json), limits)
}

/// The elements of a list of either kind.
fn elements(list: &Dynamic) -> Raised<Vec<Dynamic>> {
    if let Some(array) = list.read_lock::<Array>() {
        charge(array.len() as u64)?;
        return Ok(array.clone());
    }
    match list.read_lock::<Node>().as_deref() {
        Some(Node(Json::List(list))) => {
            charge(list.items().len() as u64)?;
            list.items().iter().map(handed_out).collect()
        }
        _ => raise(format!("a list was expected, not {}", kind(list))),
    }
}

/// Where a signed index points: negative ones count from the end.
fn position(index: i64, len: usize) -> Raised<usize> {
    let at = if index < 0 { index + len as i64 } else { index };
    match usize::try_from(at) {
        Ok(at) if at < len => Ok(at),
        _ => Err(Box::new(EvalAltResult::ErrorArrayBounds(len, index, Position::NONE))),
    }
}

fn truthy(found: Dynamic) -> Raised<bool> {
    found.as_bool().or_else(|kind| raise(format!("the closure must answer true or false, not {kind}")))
}

pub(super) fn register(engine: &mut Engine, limits: Limits) {
    engine.register_type_with_name::<Node>("value");
    register_access(engine, limits);
    register_lists(engine, limits);
    register_maps(engine, limits);
    register_comparison(engine);
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, move |node: &mut Node| printed(&node.0, &limits, Json::to_string));
    }
    let is = |value: &Dynamic, kinds: &[&str]| kinds.contains(&kind(value));
    engine.register_fn("is_map", move |value: Dynamic| is(&value, &["object"]));
    engine.register_fn("is_list", move |value: Dynamic| is(&value, &["array"]));
    engine.register_fn("is_text", move |value: Dynamic| is(&value, &["string"]));
    engine.register_fn("is_number", move |value: Dynamic| is(&value, &["integer", "number"]));
    engine.register_fn("is_int", move |value: Dynamic| is(&value, &["integer"]));
    engine.register_fn("is_bool", move |value: Dynamic| is(&value, &["boolean"]));
}

fn register_access(engine: &mut Engine, limits: Limits) {
    engine.register_indexer_get(|node: &mut Node, key: ImmutableString| -> Raised<Dynamic> {
        match &node.0 {
            Json::Map(map) => map.get(&key).map_or(Ok(Dynamic::UNIT), handed_out),
            other => raise(format!("`{key}` was read from {}, which has no fields", other.a_kind())),
        }
    });
    engine.register_indexer_get(|node: &mut Node, index: i64| -> Raised<Dynamic> {
        match &node.0 {
            Json::List(list) => handed_out(&list.items()[position(index, list.items().len())?]),
            other => raise(format!("item {index} was read from {}, which has no items", other.a_kind())),
        }
    });
    engine.register_indexer_set(move |node: &mut Node, key: ImmutableString, value: Dynamic| -> Raised<()> {
        let value = from_dynamic(&value, &limits)?;
        match &mut node.0 {
            // The engine also writes back what a chain only read.
            Json::Map(map) if map.get(&key).is_some_and(|old| same_place(old, &value)) => Ok(()),
            Json::Map(map) => {
                let nodes = 1 + key.len() as u64 / 16;
                check(map.nodes().saturating_add(value.nodes() + nodes), value.depth() + 1, &limits)?;
                charge(copying(map, map.len()) + nodes)?;
                Arc::make_mut(map).set(&key, value);
                Ok(())
            }
            other => raise(format!("`{key}` was set on {}, which has no fields", other.a_kind())),
        }
    });
    engine.register_indexer_set(move |node: &mut Node, index: i64, value: Dynamic| -> Raised<()> {
        let value = from_dynamic(&value, &limits)?;
        match &mut node.0 {
            Json::List(list) => {
                let at = position(index, list.items().len())?;
                if !same_place(&list.items()[at], &value) {
                    check(list.nodes().saturating_add(value.nodes()), value.depth() + 1, &limits)?;
                    charge(copying(list, list.items().len()))?;
                    Arc::make_mut(list).set(at, value);
                }
                Ok(())
            }
            other => raise(format!("item {index} was set on {}, which has no items", other.a_kind())),
        }
    });
    engine.register_fn("len", |node: &mut Node| match &node.0 {
        Json::List(list) => list.items().len() as i64,
        Json::Map(map) => map.len() as i64,
        _ => 0,
    });
    engine.register_fn("is_empty", |node: &mut Node| match &node.0 {
        Json::List(list) => list.items().is_empty(),
        Json::Map(map) => map.is_empty(),
        _ => true,
    });
    engine.register_fn("contains", move |node: &mut Node, wanted: Dynamic| -> Raised<bool> {
        match &node.0 {
            Json::Map(map) => Ok(wanted.as_immutable_string_ref().is_ok_and(|key| map.get(&key).is_some())),
            Json::List(list) => {
                let wanted = from_dynamic(&wanted, &limits)?;
                charge(list.nodes().min((list.items().len() as u64).saturating_mul(wanted.nodes())))?;
                Ok(list.items().contains(&wanted))
            }
            _ => Ok(false),
        }
    });
    engine.register_iterator_result::<Node, Dynamic>();
    engine.register_fn("to_array", |node: &mut Node| elements(&Dynamic::from(node.clone())));
}

impl IntoIterator for Node {
    type Item = Raised<Dynamic>;
    type IntoIter = Box<dyn Iterator<Item = Raised<Dynamic>>>;

    fn into_iter(self) -> Self::IntoIter {
        match self.0 {
            Json::List(list) => Box::new((0..list.items().len()).map(move |at| Ok(to_dynamic(&list.items()[at])))),
            other => {
                Box::new(std::iter::once(raise(format!("a loop over {}: use .keys() or .values()", other.a_kind()))))
            }
        }
    }
}

/// Functions of lists of either kind.
fn register_lists(engine: &mut Engine, limits: Limits) {
    engine.register_fn("push", move |node: &mut Node, value: Dynamic| -> Raised<()> {
        let value = from_dynamic(&value, &limits)?;
        match &mut node.0 {
            Json::List(list) => {
                check(list.nodes().saturating_add(value.nodes()), value.depth() + 1, &limits)?;
                charge(copying(list, list.items().len()))?;
                Arc::make_mut(list).push(value);
                Ok(())
            }
            other => raise(format!("push on {}", other.a_kind())),
        }
    });
    engine.register_fn("remove", |node: &mut Node, index: i64| -> Raised<Dynamic> {
        match &mut node.0 {
            Json::List(list) => {
                let at = position(index, list.items().len())?;
                charge(copying(list, list.items().len()))?;
                Ok(Arc::make_mut(list).remove(at).map_or(Dynamic::UNIT, |removed| to_dynamic(&removed)))
            }
            other => raise(format!("remove of an index from {}", other.a_kind())),
        }
    });
    let concat = move |a: Dynamic, b: Dynamic| -> Raised<Node> {
        let mut items = Vec::new();
        for list in [a, b] {
            match from_dynamic(&list, &limits)? {
                Json::List(list) => {
                    charge(list.items().len() as u64)?;
                    items.extend_from_slice(list.items());
                }
                other => return raise(format!("+ of a list and {}", other.a_kind())),
            }
        }
        let list = Json::list(items);
        check(list.nodes(), list.depth(), &limits)?;
        Ok(Node(list))
    };
    engine.register_fn("+", move |a: Node, b: Node| concat(Dynamic::from(a), Dynamic::from(b)));
    engine.register_fn("+", move |a: Node, b: Array| concat(Dynamic::from(a), Dynamic::from(b)));
    engine.register_fn("+", move |a: Array, b: Node| concat(Dynamic::from(a), Dynamic::from(b)));
    engine.register_fn("filter", |ctx: NativeCallContext, list: Node, f: FnPtr| -> Raised<Array> {
        let mut kept = Array::new();
        for item in elements(&Dynamic::from(list))? {
            if truthy(f.call_within_context(&ctx, (item.clone(),))?)? {
                kept.push(item);
            }
        }
        Ok(kept)
    });
    engine.register_fn("map", |ctx: NativeCallContext, list: Node, f: FnPtr| -> Raised<Array> {
        elements(&Dynamic::from(list))?.into_iter().map(|item| f.call_within_context(&ctx, (item,))).collect()
    });
    engine.register_fn("find", |ctx: NativeCallContext, list: Node, f: FnPtr| -> Raised<Dynamic> {
        for item in elements(&Dynamic::from(list))? {
            if truthy(f.call_within_context(&ctx, (item.clone(),))?)? {
                return Ok(item);
            }
        }
        Ok(Dynamic::UNIT)
    });
    engine.register_fn("some", |ctx: NativeCallContext, list: Node, f: FnPtr| -> Raised<bool> {
        for item in elements(&Dynamic::from(list))? {
            if truthy(f.call_within_context(&ctx, (item,))?)? {
                return Ok(true);
            }
        }
        Ok(false)
    });
    engine.register_fn("all", |ctx: NativeCallContext, list: Node, f: FnPtr| -> Raised<bool> {
        for item in elements(&Dynamic::from(list))? {
            if !truthy(f.call_within_context(&ctx, (item,))?)? {
                return Ok(false);
            }
        }
        Ok(true)
    });
    engine.register_fn("index_of", move |node: Node, wanted: Dynamic| -> Raised<i64> {
        let wanted = from_dynamic(&wanted, &limits)?;
        charge(node.0.nodes())?;
        let at = node.0.as_list().and_then(|items| items.iter().position(|item| *item == wanted));
        Ok(at.map_or(-1, |at| at as i64))
    });

    let items = move |list: &Dynamic| -> Raised<Vec<Json>> { Ok(host::items(&from_dynamic(list, &limits)?)?.to_vec()) };
    let sum = move |list: &Dynamic| -> Raised<Dynamic> {
        let mut whole = Some(0i64);
        let mut float = 0.0;
        for item in items(list)? {
            let n = item.as_f64().ok_or("").or_else(|_| raise(format!("the sum of a list with {}", item.a_kind())))?;
            whole = match (&item, whole) {
                (Json::Int(n), Some(sum)) => {
                    Some(sum.checked_add(*n).ok_or("").or_else(|_| raise("the sum overflows"))?)
                }
                (_, Some(sum)) => {
                    float = sum as f64 + n;
                    None
                }
                (_, None) => {
                    float += n;
                    None
                }
            };
        }
        Ok(whole.map_or_else(|| Dynamic::from_float(float), Dynamic::from_int))
    };
    let sorted = move |list: &Dynamic| -> Raised<Node> { Ok(Node(host::sorted(&from_dynamic(list, &limits)?)?)) };
    let join = move |list: &Dynamic, separator: &str| -> Raised<String> {
        let mut out = String::new();
        for (at, item) in items(list)?.iter().enumerate() {
            if at > 0 {
                out.push_str(separator);
            }
            match item {
                Json::Text(text) => out.push_str(text),
                other => out.push_str(&other.to_string()),
            }
            host::check_text(out.len(), &limits)?;
        }
        Ok(out)
    };
    engine.register_fn("sum", move |list: Node| sum(&Dynamic::from(list)));
    engine.register_fn("sum", move |list: Array| sum(&Dynamic::from(list)));
    engine.register_fn("sorted", move |list: Node| sorted(&Dynamic::from(list)));
    engine.register_fn("sorted", move |list: Array| sorted(&Dynamic::from(list)));
    engine.register_fn("join", move |list: Node, separator: &str| join(&Dynamic::from(list), separator));
    engine.register_fn("join", move |list: Array, separator: &str| join(&Dynamic::from(list), separator));
}

/// Functions of maps of either kind.
fn register_maps(engine: &mut Engine, limits: Limits) {
    engine.register_fn("keys", |node: &mut Node| -> Raised<Array> {
        match &node.0 {
            Json::Map(map) => {
                charge(map.iter().map(|(key, _)| 1 + key.len() as u64 / 16).sum())?;
                Ok(map.iter().map(|(key, _)| Dynamic::from(key.to_string())).collect())
            }
            other => raise(format!("keys of {}", other.a_kind())),
        }
    });
    engine.register_fn("values", |node: &mut Node| -> Raised<Array> {
        match &node.0 {
            Json::Map(map) => {
                charge(map.len() as u64)?;
                map.iter().map(|(_, value)| handed_out(value)).collect()
            }
            other => raise(format!("values of {}", other.a_kind())),
        }
    });
    engine.register_fn("remove", |node: &mut Node, key: &str| -> Raised<Dynamic> {
        match &mut node.0 {
            Json::Map(map) if map.get(key).is_none() => Ok(Dynamic::UNIT),
            Json::Map(map) => {
                charge(copying(map, map.len()))?;
                Ok(Arc::make_mut(map).remove(key).map_or(Dynamic::UNIT, |old| to_dynamic(&old)))
            }
            other => raise(format!("remove of a key from {}", other.a_kind())),
        }
    });
    engine.register_fn("has_exactly", |node: &mut Node, names: Array| match &node.0 {
        Json::Map(map) => {
            map.len() == names.len()
                && names
                    .iter()
                    .all(|name| name.read_lock::<ImmutableString>().is_some_and(|name| map.get(&name).is_some()))
        }
        _ => false,
    });
    let merge = move |a: Dynamic, b: Dynamic| -> Raised<Node> {
        match (from_dynamic(&a, &limits)?, from_dynamic(&b, &limits)?) {
            (Json::Map(mut a), Json::Map(b)) => {
                charge((a.len() + b.len()) as u64)?;
                let map = Arc::make_mut(&mut a);
                b.iter().for_each(|(key, value)| map.set(key, value.clone()));
                let merged = Json::Map(a);
                check(merged.nodes(), merged.depth(), &limits)?;
                Ok(Node(merged))
            }
            (a, b) => raise(format!("merge of {} and {}", a.a_kind(), b.a_kind())),
        }
    };
    engine.register_fn("merge", move |a: Node, b: Node| merge(Dynamic::from(a), Dynamic::from(b)));
    engine.register_fn("merge", move |a: Node, b: RhaiMap| merge(Dynamic::from(a), Dynamic::from(b)));
    engine.register_fn("merge", move |a: RhaiMap, b: Node| merge(Dynamic::from(a), Dynamic::from(b)));
    engine.register_fn("merge", move |a: RhaiMap, b: RhaiMap| merge(Dynamic::from(a), Dynamic::from(b)));
}

fn register_comparison(engine: &mut Engine) {
    fn same(a: &Dynamic, b: &Dynamic) -> Raised<bool> {
        let (a, b) = (convert(a, u32::from(u8::MAX))?, convert(b, u32::from(u8::MAX))?);
        charge(a.nodes().min(b.nodes()))?;
        Ok(a == b)
    }
    macro_rules! compared {
        ($($a:ty, $b:ty;)*) => {$(
            engine.register_fn("==", |a: $a, b: $b| same(&Dynamic::from(a), &Dynamic::from(b)));
            engine.register_fn("!=", |a: $a, b: $b| same(&Dynamic::from(a), &Dynamic::from(b)).map(|same| !same));
        )*};
    }
    compared! {
        Node, Node; Node, Array; Array, Node; Node, RhaiMap; RhaiMap, Node;
    }
    engine.register_fn("==", |_: Node, (): ()| false);
    engine.register_fn("!=", |_: Node, (): ()| true);
    engine.register_fn("==", |(): (), _: Node| false);
    engine.register_fn("!=", |(): (), _: Node| true);
}

/// What a change costs: a copy of one level, where others share it, and moving what stands behind.
fn copying<T>(shared: &Arc<T>, len: usize) -> u64 {
    if Arc::strong_count(shared) > 1 { 1 + len as u64 } else { 1 + len as u64 / 64 }
}

/// Whether two values share their storage.
fn same_place(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::List(a), Json::List(b)) => Arc::ptr_eq(a, b),
        (Json::Map(a), Json::Map(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
