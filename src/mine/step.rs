//! A dialogue as the miner sees it: the calls that were answered, in order, as values.

use std::hash::{BuildHasher, Hasher};

use super::{FastMap, FastSet, access::Access, mix};
use crate::json::Json;
use crate::trajectory::{Answer, Exchange, Tool, ToolSet, Trajectory};

/// A call with its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// Index into the exchanges of the dialogue.
    pub exchange: usize,
    /// Index of the message that answers.
    pub answered_at: usize,
    /// The tool, see [`tool_id`].
    pub tool: u64,
    pub name: Box<str>,
    pub arguments: Json,
    /// Hash of the arguments by value.
    pub question: u64,
    pub answer: Answer,
    /// What its name and annotations say of it.
    pub access: Access,
    /// Scalars among the arguments: path, its hash, value.
    pub given: Vec<Given>,
    /// Hashes of those scalars, as texts.
    pub mentioned: FastSet<u64>,
}

impl Step {
    /// Whether another call was given something that this one was too, beside what is part of a key.
    pub fn shares_more(&self, other: &Step, key: impl Fn(u64) -> bool) -> bool {
        self.mentioned.iter().any(|hash| !key(*hash) && other.mentioned.contains(hash))
    }
}

/// A scalar argument.
#[derive(Clone, Debug)]
pub struct Given {
    /// JSON pointer, with `*` for indices.
    pub path: Box<str>,
    pub id: u64,
    /// The indices for the stars, packed.
    pub indices: u64,
    pub value: Json,
}

/// A tool across trajectories: its name, and the names of its parameters where they are known.
pub fn tool_id(name: &str, tool: Option<&Tool>) -> u64 {
    let mut hash = hash_text(name);
    if let Some(properties) = tool.and_then(|tool| tool.input_schema.get("properties")?.as_object()) {
        // The order of members says nothing.
        hash = properties.keys().fold(hash, |sum, name| sum.wrapping_add(hash_text(name)));
    }
    hash
}

pub fn hash_text(text: &str) -> u64 {
    let mut hasher = foldhash::fast::FixedState::with_seed(1).build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// A hash by value: equal values, `1` and `1.0` among them, have the same.
pub fn hash_json(value: &Json) -> u64 {
    match value {
        Json::Null => 1,
        Json::Bool(b) => 2 + u64::from(*b),
        Json::Int(_) | Json::Uint(_) | Json::Float(_) => mix(5, value.as_f64().unwrap_or(0.0).to_bits()),
        Json::Text(text) => hash_text(text),
        Json::List(list) => list.items().iter().fold(6, |sum, item| mix(sum, hash_json(item))),
        Json::Map(map) => map.iter().fold(7, |sum, (name, item)| mix(mix(sum, hash_text(name)), hash_json(item))),
    }
}

/// The hash of a scalar as a text: `12` and `"12"` name the same thing.
pub fn hash_name(value: &Json) -> Option<u64> {
    match value {
        Json::Text(text) => Some(hash_text(text)),
        Json::Int(_) | Json::Uint(_) => Some(hash_text(&value.to_string())),
        _ => None,
    }
}

/// Arguments beyond so many scalars are not looked at one by one.
const GIVEN_MAX: usize = 48;

fn collect(value: &Json, path: &mut String, id: u64, indices: u64, given: &mut Vec<Given>) {
    if given.len() >= GIVEN_MAX {
        return;
    }
    match value {
        Json::Map(map) => {
            for (name, item) in map.iter() {
                let len = path.len();
                crate::json::pointer::push(path, name);
                collect(item, path, mix(id, hash_text(name)), indices, given);
                path.truncate(len);
            }
        }
        Json::List(list) => {
            for (index, item) in list.items().iter().enumerate() {
                let len = path.len();
                path.push_str("/*");
                collect(item, path, mix(id, STAR), mix(indices, index as u64), given);
                path.truncate(len);
            }
        }
        scalar => given.push(Given { path: path.as_str().into(), id, indices, value: scalar.clone() }),
    }
}

/// The segment of an item of a list, in hashes of paths.
pub const STAR: u64 = 0x2a2a;

/// The answered calls of a dialogue whose arguments can be read.
pub fn steps(trajectory: &Trajectory, exchanges: &[Exchange], fallback: Option<&ToolSet>) -> Vec<Step> {
    let mut known: FastMap<&str, (u64, Access)> = FastMap::default();
    let mut steps = Vec::with_capacity(exchanges.len());
    for (at, exchange) in exchanges.iter().enumerate() {
        let Some(answered_at) = exchange.answer else { continue };
        let call = &trajectory.messages[exchange.message].calls[exchange.call];
        let Ok(arguments) = &call.arguments.value else { continue };
        let offered = trajectory.offered(exchange.by_user, fallback);
        let (tool, access) = *known.entry(call.name.as_str()).or_insert_with(|| {
            let tool = offered.and_then(|tools| tools.get(&call.name));
            (tool_id(&call.name, tool), Access::told(&call.name, tool))
        });
        let arguments = Json::from(arguments);
        let mut given = Vec::new();
        collect(&arguments, &mut String::new(), 0, 0, &mut given);
        steps.push(Step {
            exchange: at,
            answered_at,
            tool,
            name: call.name.as_str().into(),
            question: hash_json(&arguments),
            mentioned: given.iter().filter_map(|given| hash_name(&given.value)).collect(),
            arguments,
            answer: Answer::read(&trajectory.messages[answered_at].content),
            access,
            given,
        });
    }
    steps
}
