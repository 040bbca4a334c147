//! Mocks: the implementations of an environment's tools. They are untrusted code.
//!
//! A backend is a folder here that implements [`Mock`]. It reads and writes the world only through a [`Turn`], and it
//! ends every call in bounded time and memory with an [`Outcome`].
//!
//! **Invariant.** A backend keeps nothing between calls: what a call did is in its turn, and nowhere else.

#[cfg_attr(
    not(feature = "wasm"),
    allow(dead_code, reason = "what scripts do with values of their own, guests ask the host for")
)]
mod host;
pub mod meter;
mod numbers;
pub mod precise;
pub mod random;
pub mod rhai;
#[cfg(feature = "wasm")]
pub mod wasm;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::world::World;

/// An implementation of tools, shared by all episodes and threads.
pub trait Mock: Send + Sync {
    /// The names of the functions that can be called as tools.
    fn functions(&self) -> Vec<String>;

    /// Runs one call. The turn's world is what the call left behind, also when it failed: undoing is the caller's.
    fn run(&self, function: &str, arguments: &Json, turn: &mut Turn) -> Outcome;
}

/// What one call may use, and what it did besides answering.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    pub world: World,
    /// Ids that the record says were minted by this call, for `fresh_id` to take.
    pub offered: Vec<Arc<str>>,
    /// The rules that the call named.
    pub cited: Vec<String>,
    /// The state out of which the world is being made, as it was written.
    pub given: Option<Arc<str>>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The tool answered.
    Answer(Json),
    /// The tool answered with an error; the world stays as it was.
    Refusal(Json),
    /// The mock is wrong. Says nothing about the trajectory.
    Fault(Fault),
}

/// A defect of an environment, met while running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub message: String,
    /// File, line and column (from 1) in the mock's source, where known.
    pub place: Option<SourcePlace>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The script raised an error that is not an answer.
    Script,
    /// A limit was reached: operations, depth, sizes, time.
    Limit,
    /// The environment has no implementation of the tool.
    Missing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{} ({place})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Fault {}

/// Characters of a fault's message.
const MESSAGE_CHARS_MAX: usize = 300;

/// A guest's words, as many as a message takes.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MESSAGE_CHARS_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A defect in a mock's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    pub message: String,
    pub place: Option<SourcePlace>,
    pub file: PathBuf,
}

/// What one call may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Operations of a script.
    pub operations: u64,
    /// Instructions of a WASM guest, about.
    pub fuel: u64,
    /// Work of host functions: JSON nodes made, compared or copied, and records looked at.
    pub work: u64,
    /// Bytes a call may hold beyond what the thread held before it.
    pub memory_bytes: u64,
    /// Nested function calls.
    pub call_depth: usize,
    /// Nodes of one JSON value; 16 bytes of text count as one.
    pub value_nodes: u64,
    /// Nesting of one JSON value.
    pub value_depth: u32,
    /// Bytes of one text.
    pub string_bytes: usize,
    /// Records in all tables of the world.
    pub world_records: u64,
    /// Nodes of all records and values of the world.
    pub world_nodes: u64,
    /// Wall time: a belt. The other limits decide first, so that results do not depend on the machine.
    pub deadline_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            operations: 1_000_000,
            fuel: 200_000_000,
            work: 10_000_000,
            memory_bytes: 256 << 20,
            call_depth: 40,
            value_nodes: 200_000,
            value_depth: 96,
            string_bytes: 100_000,
            world_records: 1_000_000,
            world_nodes: 20_000_000,
            deadline_ms: 10_000,
        }
    }
}

/// Native stack a thread needs to run mocks: nested values and calls are limited so that they fit well into it.
pub const STACK_BYTES: usize = 64 * 1024 * 1024;

thread_local! {
    static ROOMY: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Marks the current thread as one that has [`STACK_BYTES`] of stack. For thread pools made for running mocks.
pub fn mark_roomy_thread() {
    ROOMY.set(true);
}

/// Runs `work` with enough native stack for mocks: here, or on a thread made for it.
pub fn with_roomy_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if ROOMY.get() {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || {
            mark_roomy_thread();
            work()
        });
        match thread.expect("the system can start a thread").join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
