//! A table: records by key in a persistent map, indexes over fields, and the sum of the records' hashes.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use imbl::OrdMap;
use imbl::ordmap::DiffItem;

use super::Change;
use crate::json::{self, Json, pointer};

/// Below this many records a scan is cheaper than an index.
const INDEX_RECORDS_MIN: usize = 24;

/// Records by key, in the order of keys.
#[derive(Debug, Default)]
pub struct Table {
    records: OrdMap<Arc<str>, Json>,
    sum: OnceLock<[u64; 4]>,
    /// By field; dropped by every change. A field is indexed when it is asked for the second time.
    indexes: RwLock<HashMap<Box<str>, Option<Arc<Index>>>>,
}

thread_local! {
        static INDEXED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
    static WRITTEN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Changes of records that this thread has made so far.
pub fn records_written() -> u64 {
    WRITTEN.get()
}

/// Records that this thread has put into indexes so far: they hold memory beside the records.
pub fn records_indexed() -> u64 {
    INDEXED.get()
}

/// Keys by the scalar that a field holds.
type Index = HashMap<Scalar, Vec<Arc<str>>>;

#[derive(Debug, PartialEq, Eq, Hash)]
enum Scalar {
    Bool(bool),
    Int(i128),
    Float(u64),
    Text(Arc<str>),
}

/// A condition on records: these fields have these values. A field that starts with `/` is a JSON pointer.
#[derive(Clone, Debug, Default)]
pub struct Condition(Vec<(String, Json)>);

impl Condition {
    pub fn new(fields: Vec<(String, Json)>) -> Condition {
        Condition(fields)
    }

    /// The fields by which an index may be looked up: the first two scalars.
    fn indexable(&self) -> impl Iterator<Item = &(String, Json)> {
        self.0.iter().filter(|(_, wanted)| scalar(wanted).is_some()).take(2)
    }

    fn holds(&self, record: &Json) -> bool {
        self.0.iter().all(|(name, wanted)| match field(record, name) {
            Some(found) => found == wanted,
            None => *wanted == Json::Null,
        })
    }
}

impl Table {
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Json> {
        self.records.get(key)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Json)> {
        self.records.iter()
    }

    /// What [`Table::select`] costs at most: each record looked at, times what is compared in it. Whether there is an index does
    /// not count: other episodes may have asked for it, and a call must cost the same whoever runs beside it.
    pub fn cost(&self, condition: &Condition) -> u64 {
        let each = condition.0.iter().fold(1u64, |sum, (name, wanted)| {
            let compared = if scalar(wanted).is_some() { wanted.nodes() - 1 } else { wanted.nodes() };
            sum.saturating_add(compared).saturating_add(name.len() as u64 / 16)
        });
        (self.records.len() as u64).saturating_mul(each).saturating_add(1)
    }

    /// The records for which the condition holds, in the order of keys.
    pub fn select(&self, condition: &Condition) -> Vec<(&Arc<str>, &Json)> {
        let shortest = condition
            .indexable()
            .filter_map(|(name, wanted)| Some((self.index(name)?, scalar(wanted)?)))
            .min_by_key(|(index, wanted)| index.get(wanted).map_or(0, Vec::len));
        match shortest {
            Some((index, wanted)) => {
                let keys = index.get(&wanted).map_or(&[][..], Vec::as_slice);
                let found = keys.iter().filter_map(|key| self.records.get_key_value(key));
                found.filter(|(_, record)| condition.holds(record)).collect()
            }
            None => self.records.iter().filter(|(_, record)| condition.holds(record)).collect(),
        }
    }

    pub(super) fn put(&mut self, key: &str, record: Json) {
        let added = self.sum.get().map(|_| term(key, &record));
        let old = match self.records.get_mut(key) {
            Some(slot) => Some(std::mem::replace(slot, record)),
            None => self.records.insert(Arc::from(key), record),
        };
        self.changed(key, old.as_ref(), added);
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Json> {
        let old = self.records.remove(key);
        self.changed(key, old.as_ref(), None);
        old
    }

    fn changed(&mut self, key: &str, old: Option<&Json>, added: Option<[u64; 4]>) {
        WRITTEN.set(WRITTEN.get() + 1);
        self.indexes.get_mut().expect("no holder of this lock can panic").clear();
        if let Some(sum) = self.sum.get_mut() {
            if let Some(old) = old {
                let term = term(key, old);
                (0..4).for_each(|lane| sum[lane] = sum[lane].wrapping_sub(term[lane]));
            }
            if let Some(term) = added {
                (0..4).for_each(|lane| sum[lane] = sum[lane].wrapping_add(term[lane]));
            }
        }
    }

    pub(super) fn to_json(&self) -> Json {
        Json::map(self.records.iter().map(|(key, record)| (key.clone(), record.clone())).collect())
    }

    /// The sum of the hashes of the records, and their number.
    pub(super) fn sum(&self) -> [u8; 40] {
        let sum = self.sum.get_or_init(|| {
            self.records.iter().fold([0u64; 4], |mut sum, (key, record)| {
                let term = term(key, record);
                (0..4).for_each(|lane| sum[lane] = sum[lane].wrapping_add(term[lane]));
                sum
            })
        });
        let mut bytes = [0; 40];
        for (lane, chunk) in sum.iter().chain([&(self.records.len() as u64)]).zip(bytes.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&lane.to_le_bytes());
        }
        bytes
    }

    pub(super) fn changes(&self, after: &Table, name: &Arc<str>, changes: &mut Vec<Change>) {
        for item in self.records.diff(&after.records) {
            let (key, before, after) = match item {
                DiffItem::Add(key, new) => (key, None, Some(new)),
                DiffItem::Remove(key, old) => (key, Some(old), None),
                DiffItem::Update { old, new } => (new.0, Some(old.1), Some(new.1)),
            };
            if before != after {
                changes.push(Change {
                    name: name.clone(),
                    key: Some(key.clone()),
                    before: before.cloned(),
                    after: after.cloned(),
                });
            }
        }
    }

    /// The index of a field, where the table is large enough and the field was asked for before.
    fn index(&self, name: &str) -> Option<Arc<Index>> {
        if self.records.len() < INDEX_RECORDS_MIN {
            return None;
        }
        if let Some(Some(index)) = self.indexes.read().expect("no holder of this lock can panic").get(name) {
            return Some(Arc::clone(index));
        }
        let mut indexes = self.indexes.write().expect("no holder of this lock can panic");
        match indexes.get_mut(name) {
            None => {
                indexes.insert(name.into(), None);
                None
            }
            Some(Some(index)) => Some(Arc::clone(index)),
            Some(slot) => {
                INDEXED.set(INDEXED.get() + self.records.len() as u64);
                let mut index = Index::new();
                for (key, record) in &self.records {
                    if let Some(scalar) = field(record, name).and_then(scalar) {
                        index.entry(scalar).or_default().push(key.clone());
                    }
                }
                Some(Arc::clone(slot.insert(Arc::new(index))))
            }
        }
    }
}

impl Clone for Table {
    fn clone(&self) -> Table {
        Table { records: self.records.clone(), sum: self.sum.clone(), indexes: RwLock::default() }
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        self.records == other.records
    }
}

impl From<&json::Map> for Table {
    fn from(records: &json::Map) -> Table {
        let records = records.iter().map(|(key, record)| (key.clone(), record.clone())).collect();
        Table { records, ..Table::default() }
    }
}

fn field<'a>(record: &'a Json, name: &str) -> Option<&'a Json> {
    if name.starts_with('/') { pointer::resolve(record, name) } else { record.get(name) }
}

/// The scalar as a key of an index. `null` has none: it also stands for a missing field.
fn scalar(value: &Json) -> Option<Scalar> {
    match value {
        Json::Bool(b) => Some(Scalar::Bool(*b)),
        Json::Int(n) => Some(Scalar::Int(i128::from(*n))),
        Json::Uint(n) => Some(Scalar::Int(i128::from(*n))),
        Json::Float(n) => Some(match json::exact_integer(*n) {
            Some(n) => Scalar::Int(n),
            None => Scalar::Float(n.to_bits()),
        }),
        Json::Text(text) => Some(Scalar::Text(text.clone())),
        Json::Null | Json::List(_) | Json::Map(_) => None,
    }
}

/// The hash of one record in the sum of its table.
fn term(key: &str, record: &Json) -> [u64; 4] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes()).update(key.as_bytes());
    record.feed(&mut hasher);
    let hash = hasher.finalize();
    let mut lanes = [0; 4];
    for (lane, chunk) in lanes.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
        *lane = u64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes"));
    }
    lanes
}
