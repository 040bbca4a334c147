//! Tool sets that were read before: most records of a corpus repeat theirs, byte by byte.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Arc, RwLock};

use super::tools;
use crate::trajectory::ToolSet;

/// How many tool sets are kept. A corpus in which each record brings its own costs the reading, not the memory.
const KEPT_MAX: usize = 64;

/// A text and what was read from it.
type Shelved = (Box<str>, Arc<ToolSet>);

/// A bounded store of tool sets by their text.
#[derive(Debug, Default)]
pub struct ToolShelf {
    sets: RwLock<HashMap<u64, Shelved>>,
    hasher: foldhash::fast::FixedState,
}

impl ToolShelf {
    /// The tools of a JSON text: a list of definitions, or a string that holds one.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn read(&self, text: &str) -> Result<Arc<ToolSet>, String> {
        let key = self.hasher.hash_one(text);
        if let Some((known, set)) = self.sets.read().unwrap_or_else(|e| e.into_inner()).get(&key)
            && **known == *text
        {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(tools::read(text)?);
        let mut sets = self.sets.write().unwrap_or_else(|e| e.into_inner());
        if sets.len() >= KEPT_MAX {
            sets.clear();
        }
        sets.insert(key, (text.into(), Arc::clone(&set)));
        Ok(set)
    }
}
