//! The shape of an answer: which objects in it are records, and where.
//!
//! A *place* is the position of records in the answers of a tool: its path with every index, and every key that is
//! data, replaced by a star. Places are hashes; a [`Dictionary`] that the learner fills gives them back their text.

use std::sync::Arc;

use super::step::{STAR, hash_text};
use super::{FastMap, mix};
use crate::json::{Json, Map};

/// The texts behind hashes of places, fields and tools.
pub type Dictionary = FastMap<u64, Box<str>>;

/// An object in an answer.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Hash of the tool and the path.
    pub place: u64,
    pub value: &'a Json,
    pub map: &'a Map,
    /// The key under which it stands, where that is data.
    pub key: Option<&'a Arc<str>>,
}

/// Whether the keys of an object are data: `{"W1": {...}, "W2": {...}}`.
pub fn is_keyed(map: &Map) -> bool {
    if map.is_empty() {
        return false;
    }
    let digits = |key: &str| key.bytes().any(|b| b.is_ascii_digit());
    let all_digits = |key: &str| key.bytes().all(|b| b.is_ascii_digit());
    if map.iter().all(|(key, _)| all_digits(key)) {
        return true;
    }
    let holds_key = |key: &str, value: &Json| {
        value.as_map().is_some_and(|map| map.iter().any(|(_, inner)| inner.as_str() == Some(key)))
    };
    map.iter().all(|(_, value)| matches!(value, Json::Map(_)))
        && map.iter().all(|(key, value)| digits(key) && key.len() > 3 || holds_key(key, value))
}

/// How deep answers are looked into.
const DEPTH_MAX: u32 = 12;

/// Visits the objects of an answer, outer ones first.
pub fn records<'a>(tool: u64, answer: &'a Json, visit: &mut impl FnMut(Record<'a>)) {
    walk(tool, answer, None, DEPTH_MAX, visit);
}

fn walk<'a>(place: u64, value: &'a Json, key: Option<&'a Arc<str>>, depth: u32, visit: &mut impl FnMut(Record<'a>)) {
    if depth == 0 {
        return;
    }
    match value {
        Json::Map(map) if is_keyed(map) => {
            for (name, item) in map.iter() {
                walk(mix(place, STAR), item, Some(name), depth - 1, visit);
            }
        }
        Json::Map(map) => {
            visit(Record { place, value, map, key });
            for (name, item) in map.iter() {
                if matches!(item, Json::Map(_) | Json::List(_)) {
                    walk(mix(place, hash_text(name)), item, None, depth - 1, visit);
                }
            }
        }
        Json::List(list) => {
            for item in list.items() {
                walk(mix(place, STAR), item, None, depth - 1, visit);
            }
        }
        _ => {}
    }
}

/// Writes the paths of an answer into a dictionary. The places met already end the walk.
pub fn spell(place: u64, path: &mut String, value: &Json, words: &mut Dictionary) {
    if words.len() > 200_000 {
        return;
    }
    words.entry(place).or_insert_with(|| path.as_str().into());
    let len = path.len();
    match value {
        Json::Map(map) => {
            let keyed = is_keyed(map);
            for (name, item) in map.iter() {
                let below = match keyed {
                    true => {
                        path.push_str("/*");
                        mix(place, STAR)
                    }
                    false => {
                        crate::json::pointer::push(path, name);
                        let hash = hash_text(name);
                        words.entry(hash).or_insert_with(|| (&**name).into());
                        mix(place, hash)
                    }
                };
                spell(below, path, item, words);
                path.truncate(len);
            }
        }
        Json::List(list) => {
            path.push_str("/*");
            for item in list.items().iter().take(4) {
                spell(mix(place, STAR), path, item, words);
            }
            path.truncate(len);
        }
        _ => {}
    }
}

/// The path of a leaf below a value, as a JSON pointer with `*` for what is data.
pub fn path_to(id: u64, value: &Json, leaf: u64) -> Option<String> {
    fn find(id: u64, value: &Json, leaf: u64, path: &mut String) -> bool {
        if id == leaf {
            return true;
        }
        let len = path.len();
        match value {
            Json::Map(map) => {
                let keyed = is_keyed(map);
                for (name, value) in map.iter() {
                    let below = match keyed {
                        true => {
                            path.push_str("/*");
                            mix(id, STAR)
                        }
                        false => {
                            crate::json::pointer::push(path, name);
                            mix(id, hash_text(name))
                        }
                    };
                    if find(below, value, leaf, path) {
                        return true;
                    }
                    path.truncate(len);
                }
                false
            }
            Json::List(list) => {
                path.push_str("/*");
                let found = list.items().iter().any(|item| find(mix(id, STAR), item, leaf, path));
                if !found {
                    path.truncate(len);
                }
                found
            }
            _ => false,
        }
    }
    let mut path = String::new();
    find(id, value, leaf, &mut path).then_some(path)
}

/// A scalar in a value.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// Hash of the path, below the one it was asked for.
    pub id: u64,
    /// Hash of the last name in the path.
    pub name: u64,
    /// The indices for the stars, packed.
    pub indices: u64,
    pub value: &'a Json,
}

/// Visits the scalars of a value, at most `max` of them; empty lists and objects count as such.
pub fn leaves<'a>(id: u64, value: &'a Json, max: usize, visit: &mut impl FnMut(Leaf<'a>)) {
    let mut left = max;
    descend(Leaf { id, name: 0, indices: 0, value }, &mut left, visit);
}

fn descend<'a>(at: Leaf<'a>, left: &mut usize, visit: &mut impl FnMut(Leaf<'a>)) {
    match at.value {
        Json::Map(map) if !map.is_empty() => {
            let keyed = is_keyed(map);
            for (name, value) in map.iter() {
                if *left == 0 {
                    return;
                }
                let hash = hash_text(name);
                let below = match keyed {
                    true => Leaf { id: mix(at.id, STAR), name: at.name, indices: mix(at.indices, hash), value },
                    false => Leaf { id: mix(at.id, hash), name: hash, indices: at.indices, value },
                };
                descend(below, left, visit);
            }
        }
        Json::List(list) if !list.items().is_empty() => {
            for (index, value) in list.items().iter().enumerate() {
                if *left == 0 {
                    return;
                }
                let indices = mix(at.indices, index as u64);
                descend(Leaf { id: mix(at.id, STAR), name: at.name, indices, value }, left, visit);
            }
        }
        _ => {
            *left = left.saturating_sub(1);
            visit(at);
        }
    }
}
