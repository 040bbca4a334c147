//! What the fuzz targets do with their bytes. `tests/fuzz_seeds.rs` of the main crate runs the same on the seeds.

pub mod guest_interface;
pub mod ingest;
pub mod module_bytes;
pub mod outcome;
pub mod rhai_source;
