//! Outcomes that are known already: a mock is a function of world, tool and arguments, so what it once did it need not do again.
//!
//! Corpora hold many runs of the same task, and most of their calls read the same records of the same world. A *node* names a
//! world by how it came about: an environment's initial world, the world made of a state that a record brings, or the world
//! after a call in another node. Equal node, tool, arguments and offered ids mean an equal outcome. Faults are never kept: wall
//! time may have a part in them.
//!
//! An outcome holds the world after it, which shares what did not change with the world before. So outcomes and the worlds
//! of records are given up together: what is held is bounded by the two bounds, and not by their product.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use super::Performed;
use crate::json::Json;
use crate::world::World;

/// JSON nodes of the outcomes kept in each of the shards; then that shard starts afresh. Bounds the memory.
const NODES_MAX: u64 = 100_000;
/// JSON nodes of the initial worlds kept that records bring.
const WORLDS_NODES_MAX: u64 = 1_000_000;
/// Worlds of records that are looked up before it counts how often they were known.
const TRIED: u64 = 512;
/// One in so many must be known, or outcomes are kept only in worlds that were met before: keeping costs a sixth of a run.
const KNOWN_ONE_IN: u64 = 8;
/// Outcomes larger than this are not kept.
const OUTCOME_NODES_MAX: u64 = 4_000;
/// What keeping an outcome costs besides its nodes, in nodes.
const OVERHEAD_NODES: u64 = 8;
const SHARDS: usize = 16;

/// The name of a world that was met before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node(u128);

/// Set in the names of worlds that are made of a state's text.
const OF_TEXT: u128 = 1 << 127;

/// What a call did, and the world after it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub performed: Performed,
    /// The world after the call and its name; `None` when it stayed as it was.
    pub after: Option<(World, Node)>,
}

type Key = [u8; 32];

/// Outcomes by key, and the nodes they hold.
#[derive(Debug, Default)]
struct Shard {
    known: HashMap<Key, Arc<Known>, foldhash::fast::FixedState>,
    nodes: u64,
}

/// Initial worlds by name, and the nodes they hold.
#[derive(Debug, Default)]
struct Worlds {
    known: HashMap<Node, World, foldhash::fast::FixedState>,
    nodes: u64,
}

/// A bounded store of outcomes, and of the initial worlds that records bring.
#[derive(Debug)]
pub(super) struct Memo {
    shards: [RwLock<Shard>; SHARDS],
    worlds: RwLock<Worlds>,
    /// Worlds of records that were looked up, and that were known.
    tried: AtomicU64,
    met: AtomicU64,
    next: AtomicU64,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo {
            shards: std::array::from_fn(|_| RwLock::default()),
            worlds: RwLock::default(),
            tried: AtomicU64::new(0),
            met: AtomicU64::new(0),
            next: AtomicU64::new(1 << 32),
        }
    }
}

impl Node {
    /// The initial world that all records of an environment share.
    pub(super) fn initial(environment: usize) -> Node {
        Node(environment as u128)
    }

    /// The initial world that an environment makes of a state, given as JSON text.
    pub(super) fn of_text(environment: usize, text: &str) -> Node {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(environment as u64).to_le_bytes()).update(text.as_bytes());
        let mut name = [0; 16];
        name.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Node(u128::from_le_bytes(name) | OF_TEXT)
    }
}

impl Memo {
    pub fn key(node: Node, tool: &str, arguments: &Json, offered: &[Arc<str>]) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&node.0.to_le_bytes()).update(&(offered.len() as u64).to_le_bytes());
        for text in std::iter::once(tool).chain(offered.iter().map(|id| &**id)) {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
        // The canonical form does not tell 1 from 1.0, which a mock can.
        serde_json::to_writer(&mut hasher, arguments).expect("a hasher takes all bytes");
        *hasher.finalize().as_bytes()
    }

    fn shard(&self, key: &Key) -> &RwLock<Shard> {
        &self.shards[usize::from(key[0]) % SHARDS]
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Known>> {
        self.shard(key).read().unwrap_or_else(|e| e.into_inner()).known.get(key).cloned()
    }

    /// Keeps an outcome of so many nodes, answer and changed records together.
    pub fn keep(&self, key: Key, known: Known, nodes: u64) {
        let nodes = nodes.saturating_add(OVERHEAD_NODES);
        if nodes > OUTCOME_NODES_MAX {
            return;
        }
        let mut shard = self.shard(&key).write().unwrap_or_else(|e| e.into_inner());
        if shard.nodes + nodes > NODES_MAX {
            *shard = Shard::default();
        }
        if shard.known.insert(key, Arc::new(known)).is_none() {
            shard.nodes += nodes;
        }
    }

    /// A name for a world that came about just now.
    pub fn fresh(&self) -> Node {
        Node(self.next.fetch_add(1, Ordering::Relaxed).into())
    }

    /// The initial world of this name.
    pub fn world(&self, node: Node) -> Option<World> {
        let found = self.worlds.read().unwrap_or_else(|e| e.into_inner()).known.get(&node).cloned();
        self.tried.fetch_add(1, Ordering::Relaxed);
        self.met.fetch_add(u64::from(found.is_some()), Ordering::Relaxed);
        found
    }

    /// Whether it pays to keep outcomes in the world of a record that was not met before.
    pub fn expects_to_meet_again(&self) -> bool {
        let tried = self.tried.load(Ordering::Relaxed);
        tried < TRIED || self.met.load(Ordering::Relaxed) * KNOWN_ONE_IN >= tried
    }

    /// Keeps an initial world.
    pub fn keep_world(&self, node: Node, world: &World) {
        let nodes = world.size().nodes.saturating_add(OVERHEAD_NODES);
        let mut worlds = self.worlds.write().unwrap_or_else(|e| e.into_inner());
        if worlds.nodes.saturating_add(nodes) > WORLDS_NODES_MAX {
            *worlds = Worlds::default();
            for shard in &self.shards {
                *shard.write().unwrap_or_else(|e| e.into_inner()) = Shard::default();
            }
        }
        if nodes <= WORLDS_NODES_MAX && worlds.known.insert(node, world.clone()).is_none() {
            worlds.nodes += nodes;
        }
    }
}
