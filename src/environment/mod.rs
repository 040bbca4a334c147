//! Environments: a folder that becomes tools, a mock, and an initial world. `docs/environments.md` is the contract.

mod load;
mod manifest;
mod memo;
mod stage;
mod start;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

pub use load::load;
pub use manifest::{FinalState, Manifest, Relaxation, Rule, ToolSettings};
pub use stage::{Episode, InitialWorlds, NoWorld, Performed, Stage, StageError};
pub use start::Unmade;

use crate::diagnostic::plain;
use crate::mock::{Limits, Mock};
use crate::trajectory::ToolSet;
use crate::world::World;

/// An environment that is ready to run.
pub struct Environment {
    pub dir: PathBuf,
    pub manifest: Manifest,
    pub tools: Arc<ToolSet>,
    pub mock: Box<dyn Mock>,
    pub limits: Limits,
    pub rules: BTreeMap<String, String>,
    /// How answers are compared, by tool.
    pub relaxations: HashMap<String, Relaxation>,
    /// The function behind each tool.
    pub functions: HashMap<String, String>,
    /// The world of `state.json`; where there is no such file, the one that `setup` makes of nothing.
    pub state: Option<World>,
    /// Why `setup` made none of nothing.
    pub unmade: Option<Unmade>,
    /// State given on the command line; comes before `state`.
    pub given: Option<World>,
    /// `worlds.jsonl`: initial worlds by record id.
    pub worlds: HashMap<String, World>,
}

/// A defect of an environment's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: PathBuf,
    /// Line and column, from 1, where known.
    pub position: Option<(usize, usize)>,
    pub message: String,
    /// Whether the environment cannot run with it.
    pub fatal: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", plain(&self.message))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("name", &self.manifest.name).finish_non_exhaustive()
    }
}
