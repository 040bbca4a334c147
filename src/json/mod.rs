//! JSON as the rest of the crate sees it: an immutable value with cheap copies, compared by value.
//!
//! **Invariant.** Every list and map knows how many nodes it stands for and how deep it is, so that no code, trusted or
//! not, can build a value whose text would be exponentially larger than its memory.

pub mod arithmetic;
mod matching;
mod patch;
pub mod pointer;
mod value;

pub use matching::text_matches;
pub use patch::{PatchOp, diff};
pub use value::{Json, List, Map};
pub(crate) use value::{compare_numbers, exact_integer};
