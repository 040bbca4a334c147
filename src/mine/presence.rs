//! Coming and going: which calls put something into a list, and which take it out.

use super::holes::Reading;
use super::shape;
use super::step::{Step, hash_name};
use super::survey::{Support, Tables, Times};
use super::{FastMap, FastSet, mix};
use crate::json::Json;

/// What a call does to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// What an argument names is in the list afterwards no more.
    Out,
    /// What the answer names is in it afterwards.
    In,
}

/// Of a tool, a list, and the argument or the scalar of the answer that names the thing.
pub type Link = (u64, u64, Move, u64);

/// How often calls moved what they name, and in how many trajectories.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    pub seen: FastMap<Link, (Support, Times)>,
}

const SEEN_MAX: usize = 100_000;

/// What is listed in a value: keys of records, and scalars in lists.
pub fn listed(tables: &Tables, reading: &Reading<'_>, value: &Json, step: &Step) -> FastSet<u64> {
    let mut keys = FastSet::default();
    let base = match reading.is_whole() {
        true => reading.place,
        false => mix(reading.place, reading.field),
    };
    shape::records(base, value, &mut |record| {
        if let Some((_, key)) = tables.key(record, step)
            && key[1] == 0
        {
            keys.insert(key[0]);
        }
        for (_, value) in record.map.iter() {
            if let Json::List(list) = value {
                keys.extend(list.items().iter().filter_map(hash_name));
            }
        }
    });
    if let Json::List(list) = value {
        keys.extend(list.items().iter().filter_map(hash_name));
    }
    keys
}

/// Scalars of an answer that may name something.
pub fn named_by(step: &Step) -> Vec<(u64, u64, &Json)> {
    let mut found = Vec::new();
    if let Json::Text(text) = &step.answer.value {
        // An id alone, as text.
        if text.len() < 60 && !text.contains(' ') {
            found.extend(hash_name(&step.answer.value).map(|hash| (step.tool, hash, &step.answer.value)));
        }
        return found;
    }
    shape::leaves(step.tool, &step.answer.value, 24, &mut |leaf| {
        let telling = match leaf.value {
            Json::Text(text) => text.len() >= 2 && text.len() <= 80 && !text.contains('\n'),
            Json::Int(_) | Json::Uint(_) => true,
            _ => false,
        };
        if telling && leaf.indices == 0 {
            found.extend(hash_name(leaf.value).map(|hash| (leaf.id, hash, leaf.value)));
        }
    });
    found
}

impl Presence {
    /// Learns from two readings of a list with one acting call in between.
    pub fn learn(&mut self, before: &FastSet<u64>, after: &FastSet<u64>, class: u64, writer: &Step, trajectory: u32) {
        if self.seen.len() > SEEN_MAX {
            return;
        }
        let mut note = |link: Link, held: bool| {
            let (support, times) = self.seen.entry(link).or_default();
            match held {
                true => {
                    support.held += 1;
                    times.note(trajectory);
                }
                false => support.broken += 1,
            }
        };
        for given in &writer.given {
            let Some(hash) = hash_name(&given.value) else { continue };
            if before.contains(&hash) {
                note((writer.tool, class, Move::Out, given.id), !after.contains(&hash));
            } else {
                // An argument may also name what comes.
                note((writer.tool, class, Move::In, given.id), after.contains(&hash));
            }
        }
        for (id, hash, _) in named_by(writer) {
            if !before.contains(&hash) {
                note((writer.tool, class, Move::In, id), after.contains(&hash));
            }
        }
    }

    pub fn merge(&mut self, other: Presence) {
        for (link, (support, times)) in other.seen {
            let own = self.seen.entry(link).or_default();
            own.0.add(support);
            own.1.add(times);
        }
    }
}
