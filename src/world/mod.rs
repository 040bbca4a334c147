//! The state a mock reads and writes: tables of JSON records, values, a clock, a source of ids. Nothing else.
//!
//! A [`World`] is a value. Copying it is a snapshot or a fork and costs a few reference counts whatever its size; a
//! change to one copy is never seen by another. That is the whole transaction mechanism: keep a copy, and put it back
//! when the call fails.
//!
//! **Invariant.** Two worlds with the same [`World::state_hash`] answer every sequence of calls alike.

mod clock;
mod ids;
mod table;

use std::fmt;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;

pub use clock::{Clock, add_days, add_seconds, days_between, seconds_between};
pub use table::{Condition, Table, records_indexed, records_written};

use crate::json::{self, Json, PatchOp, pointer};

/// The state of one episode.
#[derive(Clone, Debug, Default)]
pub struct World {
    entries: OrdMap<Arc<str>, Entry>,
    clock: Clock,
    seed: u64,
    minted: u64,
    /// Of all tables and values.
    size: Size,
}

/// How much a world holds, and how much it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub records: u64,
    /// JSON nodes, see [`Json::nodes`].
    pub nodes: u64,
}

impl Size {
    /// No bound.
    pub const MAX: Size = Size { records: u64::MAX, nodes: u64::MAX };
}

/// A member of a world: a table of records, or one value.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Table(Arc<Table>),
    Value(Json),
}

/// Why an operation on the world failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    NoTable(String),
    NoRecord { table: String, key: String },
    KeyTaken { table: String, key: String },
    NotAMap { table: String, key: String },
    TableIsNoValue(String),
    Full(Size),
    Pattern { pattern: String },
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorldError::NoTable(name) => write!(f, "the world has no table `{name}`"),
            WorldError::NoRecord { table, key } => write!(f, "table `{table}` has no record `{key}`"),
            WorldError::KeyTaken { table, key } => write!(f, "table `{table}` already has a record `{key}`"),
            WorldError::NotAMap { table, key } => {
                write!(f, "record `{key}` of table `{table}` is not a map, so it has no fields to update")
            }
            WorldError::TableIsNoValue(name) => write!(f, "`{name}` is a table of the world, not a value"),
            WorldError::Full(max) => {
                write!(f, "the world may hold at most {} records of {} JSON nodes in all", max.records, max.nodes)
            }
            WorldError::Pattern { pattern } => {
                write!(f, "no free id fits the pattern `{}`", pattern.chars().take(40).collect::<String>())
            }
        }
    }
}

impl std::error::Error for WorldError {}

/// One record, or one value, that differs between two worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The table, or the name of a value.
    pub name: Arc<str>,
    /// The key of the record; `None` for a value.
    pub key: Option<Arc<str>>,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

impl Change {
    /// `TABLE/KEY`, or the name of a value.
    pub fn place(&self) -> String {
        match &self.key {
            Some(key) => format!("{}/{key}", self.name),
            None => self.name.to_string(),
        }
    }
}

impl World {
    /// A world from the members of a JSON object: objects become tables, everything else values.
    ///
    /// # Errors
    /// When `state` is no object.
    pub fn from_json(state: &Json, clock: Clock, seed: u64) -> Result<World, String> {
        let members = state.as_map().ok_or_else(|| {
            format!("a world is a JSON object of tables (name -> key -> record), this is {}", state.a_kind())
        })?;
        let entries = members
            .iter()
            .map(|(name, member)| {
                let entry = match member {
                    Json::Map(records) => Entry::Table(Arc::new(Table::from(&**records))),
                    value => Entry::Value(value.clone()),
                };
                (name.clone(), entry)
            })
            .collect();
        let records = |member: &Json| member.as_map().map_or(1, |records| records.len() as u64);
        let size = Size { records: members.iter().map(|(_, member)| records(member)).sum(), nodes: state.nodes() };
        Ok(World { entries, clock, seed, minted: 0, size })
    }

    /// The tables and values as one JSON object.
    pub fn to_json(&self) -> Json {
        Json::map(
            self.entries
                .iter()
                .map(|(name, entry)| {
                    let member = match entry {
                        Entry::Table(table) => table.to_json(),
                        Entry::Value(value) => value.clone(),
                    };
                    (name.clone(), member)
                })
                .collect(),
        )
    }

    /// Whether two worlds share all their storage. Worlds that do not may still be equal.
    pub fn is_same(&self, other: &World) -> bool {
        self.entries.ptr_eq(&other.entries)
            && self.clock == other.clock
            && (self.seed, self.minted) == (other.seed, other.minted)
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn clock_mut(&mut self) -> &mut Clock {
        &mut self.clock
    }

    /// A table; `None` where there is none or where the name is a value's.
    pub fn table(&self, name: &str) -> Option<&Table> {
        match self.entries.get(name) {
            Some(Entry::Table(table)) => Some(table),
            _ => None,
        }
    }

    pub fn get(&self, table: &str, key: &str) -> Option<&Json> {
        self.table(table)?.get(key)
    }

    /// A value of the world that is not a table.
    pub fn value(&self, name: &str) -> Option<&Json> {
        match self.entries.get(name) {
            Some(Entry::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// How many ids it has made so far.
    pub fn minted(&self) -> u64 {
        self.minted
    }

    /// How much it holds: records of all tables and values, and their nodes.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Counts `new` in place of `old`.
    fn resize(&mut self, old: Option<u64>, new: Option<u64>, max: Size) -> Result<(), WorldError> {
        let count = |total: u64, old: u64, new: u64| total.saturating_sub(old).saturating_add(new);
        let size = Size {
            records: count(self.size.records, u64::from(old.is_some()), u64::from(new.is_some())),
            nodes: count(self.size.nodes, old.unwrap_or(0), new.unwrap_or(0)),
        };
        let grows = size.records > self.size.records || size.nodes > self.size.nodes;
        if grows && (size.records > max.records || size.nodes > max.nodes) {
            return Err(WorldError::Full(max));
        }
        self.size = size;
        Ok(())
    }

    /// Replaces or creates a record, and the table where there is none.
    ///
    /// # Errors
    /// [`WorldError::Full`] when the world would outgrow `max`.
    pub fn put(&mut self, table: &str, key: &str, record: Json, max: Size) -> Result<(), WorldError> {
        let new = entry_nodes(key, &record);
        let (old, new) = match self.entries.get(table) {
            Some(Entry::Table(table)) => (table.get(key).map(|old| entry_nodes(key, old)), new),
            // A table takes the place of the value.
            Some(Entry::Value(value)) => (Some(value.nodes()), new.saturating_add(1)),
            // The name of a table is held as long as the world is.
            None => (None, new.saturating_add(2 + table.len() as u64 / 16)),
        };
        self.resize(old, Some(new), max)?;
        self.table_mut(table).put(key, record);
        Ok(())
    }

    /// Creates a record.
    ///
    /// # Errors
    /// When the key is taken, or the world is full.
    pub fn insert(&mut self, table: &str, key: &str, record: Json, max: Size) -> Result<(), WorldError> {
        if self.get(table, key).is_some() {
            return Err(WorldError::KeyTaken { table: table.into(), key: key.into() });
        }
        self.put(table, key, record, max)
    }

    /// Replaces the given fields of a record.
    ///
    /// # Errors
    /// When there is no such record, it is no map, or the world would outgrow `max`.
    pub fn update(&mut self, table: &str, key: &str, fields: &json::Map, max: Size) -> Result<(), WorldError> {
        let Some(record) = self.get(table, key) else {
            return Err(WorldError::NoRecord { table: table.into(), key: key.into() });
        };
        let Json::Map(record) = record else {
            return Err(WorldError::NotAMap { table: table.into(), key: key.into() });
        };
        let mut record = json::Map::clone(record);
        for (field, value) in fields.iter() {
            record.set(field, value.clone());
        }
        self.put(table, key, Json::Map(Arc::new(record)), max)
    }

    pub fn remove(&mut self, table: &str, key: &str) -> Option<Json> {
        let old = entry_nodes(key, self.get(table, key)?);
        self.resize(Some(old), None, Size::MAX).ok()?;
        self.table_mut(table).remove(key)
    }

    /// Sets a value of the world.
    ///
    /// # Errors
    /// When the name is a table's, or the world would outgrow `max`.
    pub fn set_value(&mut self, name: &str, value: Json, max: Size) -> Result<(), WorldError> {
        if self.table(name).is_some() {
            return Err(WorldError::TableIsNoValue(name.into()));
        }
        let old = self.value(name).map(|old| entry_nodes(name, old));
        self.resize(old, Some(entry_nodes(name, &value)), max)?;
        self.entries.insert(Arc::from(name), Entry::Value(value));
        Ok(())
    }

    /// An id of the given pattern that no record of the table has. `offered` ids, each taken out when used, come before the world's own.
    ///
    /// # Errors
    /// When the pattern is longer than 200 bytes, or no free id was found in a thousand tries.
    pub fn fresh_id(
        &mut self,
        table: &str,
        pattern: &str,
        offered: &mut Vec<Arc<str>>,
    ) -> Result<Arc<str>, WorldError> {
        let taken = |world: &World, id: &str| world.get(table, id).is_some();
        if let Some(at) = offered.iter().position(|id| ids::fits(pattern, id) && !taken(self, id)) {
            return Ok(offered.remove(at));
        }
        let tries = match pattern.len() <= ids::PATTERN_BYTES_MAX {
            true if ids::varies(pattern) => 1000,
            true => 1,
            false => 0,
        };
        for _ in 0..tries {
            self.minted += 1;
            let id = ids::mint(pattern, table, self.seed, self.minted);
            if !taken(self, &id) {
                return Ok(Arc::from(id));
            }
        }
        Err(WorldError::Pattern { pattern: pattern.into() })
    }

    /// A hash of everything a mock could observe, now or later. Kept up incrementally: after a change it costs the
    /// changed records and a term for each table.
    ///
    /// Tables are summed (mod 2^64 in four lanes of a blake3 hash for each record): order-free and incremental, but
    /// not proof against an adversary who makes records to order.
    pub fn state_hash(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for (name, entry) in &self.entries {
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
            match entry {
                Entry::Table(table) => drop(hasher.update(b"T").update(&table.sum())),
                Entry::Value(value) => {
                    hasher.update(b"V");
                    value.feed(&mut hasher);
                }
            }
        }
        hasher.update(&self.clock.seconds().to_le_bytes());
        hasher.update(&self.seed.to_le_bytes()).update(&self.minted.to_le_bytes());
        hasher.finalize()
    }

    /// What changed from `self` to `after`, in the order of names and keys. Costs the change, not the size.
    pub fn changes(&self, after: &World) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut tables = |name: &Arc<str>, before: Option<&Entry>, after: Option<&Entry>| {
            let empty = Table::default();
            let table = |entry: Option<&Entry>| match entry {
                Some(Entry::Table(table)) => Some(Arc::clone(table)),
                _ => None,
            };
            let value = |entry: Option<&Entry>| match entry {
                Some(Entry::Value(value)) => Some(value.clone()),
                _ => None,
            };
            let (a, b) = (table(before), table(after));
            a.as_deref().unwrap_or(&empty).changes(b.as_deref().unwrap_or(&empty), name, &mut changes);
            let (a, b) = (value(before), value(after));
            if a != b {
                changes.push(Change { name: name.clone(), key: None, before: a, after: b });
            }
        };
        for item in self.entries.diff(&after.entries) {
            match item {
                DiffItem::Add(name, entry) => tables(name, None, Some(entry)),
                DiffItem::Remove(name, entry) => tables(name, Some(entry), None),
                DiffItem::Update { old, new } => tables(new.0, Some(old.1), Some(new.1)),
            }
        }
        changes
    }

    /// What changed from `self` to `after` as a JSON Patch (RFC 6902) on [`World::to_json`].
    pub fn patch(&self, after: &World) -> Vec<PatchOp> {
        let mut ops = Vec::new();
        for name in after.entries.keys().filter(|name| !self.entries.contains_key(*name)) {
            if after.table(name).is_some() {
                let mut path = String::new();
                pointer::push(&mut path, name);
                ops.push(PatchOp::Add { path, value: Json::map(Vec::new()) });
            }
        }
        for change in self.changes(after) {
            let mut path = String::new();
            pointer::push(&mut path, &change.name);
            if let Some(key) = &change.key {
                pointer::push(&mut path, key);
            }
            match (change.before, change.after) {
                (Some(before), Some(after)) => {
                    ops.extend(json::diff(&before, &after).into_iter().map(|op| op.under(&path)))
                }
                (None, Some(value)) => ops.push(PatchOp::Add { path, value }),
                (Some(_), None) => ops.push(PatchOp::Remove { path }),
                (None, None) => {}
            }
        }
        ops
    }

    fn table_mut(&mut self, name: &str) -> &mut Table {
        let is_table = matches!(self.entries.get(name), Some(Entry::Table(_)));
        if !is_table {
            self.entries.insert(Arc::from(name), Entry::Table(Arc::default()));
        }
        match self.entries.get_mut(name) {
            Some(Entry::Table(table)) => Arc::make_mut(table),
            _ => unreachable!("the entry was made a table above"),
        }
    }
}

/// What a member of a map of JSON counts: see [`Json::nodes`].
fn entry_nodes(key: &str, value: &Json) -> u64 {
    value.nodes().saturating_add(1 + key.len() as u64 / 16)
}

#[cfg(test)]
mod tests;
