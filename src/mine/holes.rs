//! A world with holes: what the dialogue so far has shown of the records behind the tools.
//!
//! One fact for each field of each record that was seen, with the step that showed it last. Every answer is also kept
//! as a whole, under its question: the same question is asked of the same world, unless something wrote in between.

use super::shape::{self, Record, is_keyed};
use super::step::{STAR, Step, hash_text};
use super::survey::Tables;
use super::{FastMap, mix};
use crate::json::Json;
use crate::json::pointer;

/// A field of a record, or a whole answer, as some step showed it.
#[derive(Clone, Debug)]
pub struct Fact {
    pub value: Json,
    pub place: u64,
    /// See [`super::Place::node`].
    pub node: u64,
    /// Index of the step.
    pub step: usize,
}

/// What an answer says of one field.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    pub table: u64,
    /// The record: table and key.
    pub subject: u64,
    /// The hashes of the key's parts; zero where there is none.
    pub key: [u64; 2],
    pub place: u64,
    /// See [`super::Place::node`].
    pub node: u64,
    /// Hash of the field's name; zero for a whole answer.
    pub field: u64,
    /// Table and field.
    pub class: u64,
    pub value: &'a Json,
    pub prior: Option<Fact>,
}

impl Reading<'_> {
    /// Whether it is an answer as a whole.
    pub fn is_whole(&self) -> bool {
        self.field == 0
    }
}

/// A difference between what was known and what is said.
#[derive(Clone, Debug)]
pub struct Change {
    /// Table, field and path below it.
    pub class: u64,
    pub kind: ChangeKind,
    /// JSON pointer below the field.
    pub path: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
    /// The hashes of the key of the record that came or went.
    pub key: [u64; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Value,
    /// A record or member is new.
    Appeared,
    Vanished,
    /// A success became a refusal, or the other way round.
    Outcome,
}

/// The class of records that come to a list, or leave it.
pub fn coming(class: u64) -> u64 {
    mix(class, 0x2b)
}

pub fn leaving(class: u64) -> u64 {
    mix(class, 0x2d)
}

/// The table in which whole answers of a tool are kept.
pub fn answers_of(tool: u64) -> u64 {
    mix(tool, 0x51)
}

/// Everything seen so far.
#[derive(Debug, Default)]
pub struct Holes {
    facts: FastMap<(u64, u64), Fact>,
    /// The records that a key of one part calls: table and record.
    by_key: FastMap<u64, Vec<(u64, u64)>>,
    /// The fields that are known of a record.
    known: FastMap<u64, Vec<u64>>,
}

/// Readings of one answer at most.
const READINGS_MAX: usize = 2_000;

impl Holes {
    /// What a step says, beside what was known before. Volatile fields are left out.
    pub fn readings<'a>(&self, tables: &Tables, step: &'a Step) -> Vec<Reading<'a>> {
        let mut readings = Vec::new();
        let table = answers_of(step.tool);
        let subject = mix(table, step.question);
        let prior = self.facts.get(&(subject, 0)).cloned();
        readings.push(Reading {
            table,
            subject,
            key: [step.question, 0],
            place: step.tool,
            node: step.tool,
            field: 0,
            class: table,
            value: &step.answer.value,
            prior,
        });
        if step.answer.refused {
            return readings;
        }
        shape::records(step.tool, &step.answer.value, &mut |record| {
            for (place, key) in tables.key(record, step).into_iter().chain(tables.partial_key(record, step)) {
                if readings.len() > READINGS_MAX {
                    return;
                }
                let subject = mix(place.table, mix(key[0], key[1]));
                for (name, value) in record.map.iter() {
                    let field = hash_text(name);
                    let other = match &place.only {
                        Some(only) => !only.contains(&field),
                        None => tables.volatile.contains(&(record.place, field)),
                    };
                    if other {
                        continue;
                    }
                    // Two places may show other things under one name.
                    let prior = self.facts.get(&(subject, field));
                    let prior = prior.filter(|prior| tables.shares(prior.node, place.node, field)).cloned();
                    let class = mix(place.table, field);
                    readings.push(Reading {
                        table: place.table,
                        subject,
                        key,
                        place: record.place,
                        node: place.node,
                        field,
                        class,
                        value,
                        prior,
                    });
                }
            }
        });
        readings
    }

    /// Takes over what a step said.
    pub fn learn(&mut self, readings: Vec<Reading<'_>>, step: usize) {
        for reading in readings {
            let (place, node) = (reading.place, reading.node);
            let fact = Fact { value: reading.value.clone(), place, node, step };
            let fresh = self.facts.insert((reading.subject, reading.field), fact).is_none();
            if fresh && !reading.is_whole() && reading.key[1] == 0 {
                let known = self.known.entry(reading.subject).or_default();
                if known.is_empty() {
                    self.by_key.entry(reading.key[0]).or_default().push((reading.table, reading.subject));
                }
                known.push(reading.field);
            }
        }
    }

    /// The records that a key calls: table and record.
    pub fn called(&self, key: u64) -> &[(u64, u64)] {
        self.by_key.get(&key).map_or(&[], Vec::as_slice)
    }

    /// What is known of a record.
    pub fn fields(&self, subject: u64) -> impl Iterator<Item = (&u64, &Fact)> {
        let known = self.known.get(&subject).map_or(&[][..], Vec::as_slice);
        known.iter().filter_map(move |field| Some((field, self.facts.get(&(subject, *field))?)))
    }

    pub fn get(&self, subject: u64, field: u64) -> Option<&Fact> {
        self.facts.get(&(subject, field))
    }
}

/// Whether a step's arguments name the record of a reading. `asker` is the step that made the reading.
pub fn names(step: &Step, reading: &Reading<'_>, asker: &Step) -> bool {
    if reading.is_whole() {
        return asker.given.is_empty() || asker.mentioned.iter().any(|hash| step.mentioned.contains(hash));
    }
    reading.key.iter().filter(|part| **part != 0).all(|part| step.mentioned.contains(part))
}

/// How the value of a reading differs from what was known. Records that have a key are compared by key, and their own
/// fields left out: those are facts of their own.
pub fn changes(tables: &Tables, step: &Step, reading: &Reading<'_>, prior: &Fact) -> Vec<Change> {
    let mut found = Vec::new();
    let (before, after) = (&prior.value, reading.value);
    if reading.is_whole() && (crate::trajectory::is_refusal(before) != step.answer.refused) {
        found.push(Change {
            class: mix(reading.class, 0x21),
            kind: ChangeKind::Outcome,
            path: String::new(),
            before: Some(before.clone()),
            after: Some(after.clone()),
            key: [0; 2],
        });
        return found;
    }
    let (places, class) = match reading.is_whole() {
        true => ((prior.place, reading.place), reading.class),
        false => ((mix(prior.place, reading.field), mix(reading.place, reading.field)), reading.class),
    };
    let mut differ = Differ { tables, step, found: &mut found, path: String::new() };
    differ.compare(class, places, before, after);
    found
}

/// Differences of one value that are told.
const CHANGES_MAX: usize = 64;

struct Differ<'a> {
    tables: &'a Tables,
    step: &'a Step,
    found: &'a mut Vec<Change>,
    path: String,
}

impl Differ<'_> {
    fn push(&mut self, class: u64, kind: ChangeKind, before: Option<&Json>, after: Option<&Json>, key: [u64; 2]) {
        if self.found.len() < CHANGES_MAX {
            let path = self.path.clone();
            self.found.push(Change { class, kind, path, before: before.cloned(), after: after.cloned(), key });
        }
    }

    fn under(&mut self, segment: &str, work: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        pointer::push(&mut self.path, segment);
        work(self);
        self.path.truncate(len);
    }

    fn key(&self, place: u64, value: &Json, key: Option<&std::sync::Arc<str>>) -> Option<[u64; 2]> {
        let map = value.as_map()?;
        self.tables.key(Record { place, value, map, key }, self.step).map(|(_, key)| key)
    }

    fn compare(&mut self, class: u64, places: (u64, u64), before: &Json, after: &Json) {
        match (before, after) {
            (Json::Map(a), Json::Map(b)) if is_keyed(a) || is_keyed(b) => {
                let (class, places) = (mix(class, STAR), (mix(places.0, STAR), mix(places.1, STAR)));
                for (name, value) in a.iter() {
                    match b.get(name) {
                        None => self.under(name, |differ| {
                            differ.push(leaving(class), ChangeKind::Vanished, Some(value), None, [hash_text(name), 0]);
                        }),
                        Some(other) if value != other => {
                            self.under(name, |differ| {
                                let key = differ.key(places.1, other, Some(name));
                                let keyed = key.is_some() && key == differ.key(places.0, value, Some(name));
                                if !keyed {
                                    differ.compare(class, places, value, other);
                                }
                            });
                        }
                        Some(_) => {}
                    }
                }
                for (name, value) in b.iter().filter(|(name, _)| a.get(name).is_none()) {
                    self.under(name, |differ| {
                        differ.push(coming(class), ChangeKind::Appeared, None, Some(value), [hash_text(name), 0]);
                    });
                }
            }
            (Json::Map(a), Json::Map(b)) => {
                if !self.path.is_empty()
                    && self.key(places.1, after, None).is_some_and(|key| self.key(places.0, before, None) == Some(key))
                {
                    return;
                }
                for (name, value) in a.iter() {
                    let hash = hash_text(name);
                    let class = mix(class, hash);
                    match b.get(name) {
                        None => self.under(name, |differ| {
                            differ.push(leaving(class), ChangeKind::Vanished, Some(value), None, [0; 2]);
                        }),
                        Some(other) if value != other => {
                            let volatile = self.tables.volatile.contains(&(places.1, hash));
                            if !volatile {
                                let places = (mix(places.0, hash), mix(places.1, hash));
                                self.under(name, |differ| differ.compare(class, places, value, other));
                            }
                        }
                        Some(_) => {}
                    }
                }
                for (name, value) in b.iter().filter(|(name, _)| a.get(name).is_none()) {
                    let class = coming(mix(class, hash_text(name)));
                    self.under(name, |differ| {
                        differ.push(class, ChangeKind::Appeared, None, Some(value), [0; 2]);
                    });
                }
            }
            (Json::List(a), Json::List(b)) => {
                let (class, places) = (mix(class, STAR), (mix(places.0, STAR), mix(places.1, STAR)));
                let (a, b) = (a.items(), b.items());
                let keys_a: Option<Vec<[u64; 2]>> = a.iter().map(|item| self.key(places.0, item, None)).collect();
                let keys_b: Option<Vec<[u64; 2]>> = b.iter().map(|item| self.key(places.1, item, None)).collect();
                let scalars = || a.iter().chain(b).all(|item| !matches!(item, Json::Map(_) | Json::List(_)));
                let unique = |keys: &[[u64; 2]]| {
                    let mut sorted = keys.to_vec();
                    sorted.sort_unstable();
                    sorted.windows(2).all(|pair| pair[0] != pair[1])
                };
                let (keys_a, keys_b) = match (keys_a, keys_b) {
                    (Some(x), Some(y)) if unique(&x) && unique(&y) && !(x.is_empty() && y.is_empty()) => (x, y),
                    _ if a.len() != b.len() && scalars() => {
                        let hash = |item: &Json| [super::step::hash_json(item), 0];
                        (a.iter().map(hash).collect(), b.iter().map(hash).collect())
                    }
                    _ => {
                        for (at, item) in a.iter().enumerate() {
                            match b.get(at) {
                                Some(other) if item == other => {}
                                Some(other) => self.under(&at.to_string(), |differ| {
                                    differ.compare(class, places, item, other);
                                }),
                                None => self.under(&at.to_string(), |differ| {
                                    differ.push(leaving(class), ChangeKind::Vanished, Some(item), None, [0; 2]);
                                }),
                            }
                        }
                        for (at, item) in b.iter().enumerate().skip(a.len()) {
                            self.under(&at.to_string(), |differ| {
                                differ.push(coming(class), ChangeKind::Appeared, None, Some(item), [0; 2]);
                            });
                        }
                        return;
                    }
                };
                for (at, key) in keys_a.iter().enumerate().filter(|(_, key)| !keys_b.contains(key)) {
                    self.under(&at.to_string(), |differ| {
                        differ.push(leaving(class), ChangeKind::Vanished, Some(&a[at]), None, *key);
                    });
                }
                for (at, key) in keys_b.iter().enumerate().filter(|(_, key)| !keys_a.contains(key)) {
                    self.under(&at.to_string(), |differ| {
                        differ.push(coming(class), ChangeKind::Appeared, None, Some(&b[at]), *key);
                    });
                }
            }
            _ if before == after => {}
            _ => self.push(class, ChangeKind::Value, Some(before), Some(after), [0; 2]),
        }
    }
}
