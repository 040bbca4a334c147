//! Mining: what tools do, out of recorded calls alone.
//!
//! Two passes over a corpus that shares tools. The first ([`Survey`]) finds the records in answers and what they are
//! known by; the second ([`Evidence`]) counts what calls change and where values come from. A [`Model`] is what was
//! seen often enough. Rules are learned across trajectories; values are not, since each trajectory has its own world.

mod access;
mod behaviour;
mod evidence;
pub mod functions;
pub mod holes;
pub mod guards;
mod model;
mod offered;
mod predict;
pub mod presence;
pub mod relations;
pub mod rhai;
pub mod shape;
mod schema;
mod step;
mod survey;
#[cfg(feature = "wasm")]
pub mod wasm;

use std::collections::{HashMap, HashSet};

pub use access::Access;
pub use behaviour::{Behaviour, Behaviours, FieldSpec, Guard, Set, TableSpec, Template, View};
pub use evidence::{
    ArgumentSeen, Evidence, FieldSeen, Heard, LeafSeen, ShapeSeen, ToolSeen, Touch, close, kind_of, same,
};
pub use model::{Bar, Effect, Expr, License, Model, Rule};
pub use offered::{Offered, offered};
pub use predict::Interpreter;
pub use step::{Given, STAR, Step, hash_json, hash_name, hash_text, steps, tool_id};
pub use survey::{KeyPart, Place, Support, Survey, Tables, Times};

pub type FastMap<K, V> = HashMap<K, V, foldhash::fast::FixedState>;
pub type FastSet<K> = HashSet<K, foldhash::fast::FixedState>;

/// Hashes of a path: the one so far, and the next segment.
pub fn mix(hash: u64, segment: u64) -> u64 {
    let folded = u128::from(hash ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(u128::from(segment ^ 0xd6e8_feb8_6659_fd93));
    (folded as u64) ^ ((folded >> 64) as u64).rotate_left(17)
}
