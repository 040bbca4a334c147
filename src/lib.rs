//! gemproof proves tool-use trajectories by executing them.
pub mod cli;
pub mod diagnostic;
pub mod emit;
pub mod environment;
pub mod ingest;
pub mod json;
pub mod lint;
pub mod mock;
pub mod replay;
pub mod trajectory;
pub mod verdict;
pub mod verify;
pub mod world;
