//! gemproof proves tool-use trajectories by executing them.
//!
//! A trajectory is a recorded dialogue with tool calls. An environment is tools with an implementation that runs, and a
//! world that is their state. gemproof runs every call of the one in the other, and says what agreed and what did not:
//!
//! ```
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use gemproof::diagnostic::Level;
//! use gemproof::environment::Stage;
//! use gemproof::ingest::{Input, Records};
//! use gemproof::verdict::{Judge, Verdict};
//!
//! let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("envs/frame-studio");
//! let stage = Stage::load([root.as_path()])?;
//! let judge = Judge { stage, asked: vec![Level::Executed], ..Judge::default() };
//!
//! let input = Input::open(&root.join("trajectories/example.gem.txt"))?;
//! for record in Records::new(input) {
//!     let judged = judge.judge(record, None);
//!     assert_eq!(judged.report.verdict, Verdict::Verified);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`verify::run`] does the same for files of any size, in parallel and in order. The modules stand here from the top to
//! the bottom: each uses only those below it. `ARCHITECTURE.md` has the map.

pub mod cli;
pub mod verify;
pub mod emit;
pub mod verdict;
pub mod bundle;
pub mod replay;
pub mod environment;
pub mod mock;
pub mod world;
pub mod corrupt;
pub mod consistent;
pub mod mine;
pub mod lint;
pub mod grounding;
pub mod ingest;
pub mod trajectory;
pub mod diagnostic;
pub mod json;
