//! Relations within one record: totals, products, counts, and dates in order.
//!
//! As in Daikon (Ernst et al.), a relation is a guess that every record confirms; what is trivially true of a record (a
//! zero, an empty list) does not count.

use super::evidence::close;
use super::shape::Record;
use super::survey::{Support, Times};
use super::{FastMap, hash_text};
use crate::json::{Json, Map};

/// What holds between members of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The target is the sum of two others.
    Sum,
    /// The target is the product of two others.
    Product,
    /// The target is the sum of all other numbers.
    Rest,
    /// The target is the sum over a list, of a member of its items (or of the items themselves).
    Total,
    /// The target is the sum over a list of the product of two members.
    TotalProduct,
    /// The target is the length of a list.
    Count,
    /// The target is not before another date or time.
    After,
}

/// A relation in a place; members are hashes of names, zero where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation {
    pub place: u64,
    pub kind: Kind,
    pub target: u64,
    pub first: u64,
    pub second: u64,
    pub third: u64,
}

/// How often a relation held, and in how many trajectories.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    seen: FastMap<Relation, Seen>,
}

/// How often a relation held, in how many trajectories, and for a few different targets.
#[derive(Clone, Debug, Default)]
struct Seen {
    support: Support,
    times: Times,
    targets: Vec<u64>,
}

/// Different targets for which a relation must have held: one and the same number is anything.
const TARGETS_LEAST: usize = 3;
const TARGETS_MAX: usize = 4;

const NUMBERS_MAX: usize = 8;
const SEEN_MAX: usize = 200_000;

struct Numbers<'a> {
    numbers: Vec<(u64, f64)>,
    dates: Vec<(u64, &'a str)>,
    lists: Vec<(u64, &'a [Json])>,
    maps: Vec<(u64, &'a Map)>,
}

/// A date, or a date and time, in the order of its text; by form, so that only like ones are compared.
fn is_date(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() >= 10 && b.len() <= 25 && b[4] == b'-' && b[7] == b'-' && b[..4].iter().all(u8::is_ascii_digit)
}

impl<'a> Numbers<'a> {
    fn of(record: Record<'a>) -> Numbers<'a> {
        let mut found = Numbers { numbers: Vec::new(), dates: Vec::new(), lists: Vec::new(), maps: Vec::new() };
        for (name, value) in record.map.iter() {
            let hash = hash_text(name);
            match value {
                Json::Int(_) | Json::Uint(_) | Json::Float(_) => {
                    let id = crate::grounding::name_parts(name).last().is_some_and(|last| last == "id");
                    if found.numbers.len() < NUMBERS_MAX && !id {
                        found.numbers.extend(value.as_f64().map(|number| (hash, number)));
                    }
                }
                Json::Text(text) if is_date(text) && found.dates.len() < NUMBERS_MAX => found.dates.push((hash, text)),
                Json::List(list) if found.lists.len() < NUMBERS_MAX => found.lists.push((hash, list.items())),
                Json::Map(map) if found.maps.len() < NUMBERS_MAX => found.maps.push((hash, map)),
                _ => {}
            }
        }
        found
    }
}

/// Whether a relation holds in a record; `None` where it says nothing there.
pub fn holds(relation: &Relation, record: Record<'_>) -> Option<(bool, f64)> {
    let found = Numbers::of(record);
    let number = |hash: u64| found.numbers.iter().find(|(name, _)| *name == hash).map(|(_, number)| *number);
    if relation.kind == Kind::After {
        let date = |hash: u64| found.dates.iter().find(|(name, _)| *name == hash).map(|(_, text)| *text);
        let (a, b) = (date(relation.target)?, date(relation.first)?);
        return (a.len() == b.len()).then_some((a >= b, f64::NAN));
    }
    let target = number(relation.target)?;
    let list = |hash: u64| found.lists.iter().find(|(name, _)| *name == hash).map(|(_, items)| *items);
    let expected = match relation.kind {
        Kind::Sum => number(relation.first)? + number(relation.second)?,
        Kind::Product => number(relation.first)? * number(relation.second)?,
        Kind::Rest => {
            let others = found.numbers.iter().filter(|(name, _)| *name != relation.target);
            (found.numbers.len() >= 3).then(|| others.map(|(_, number)| number).sum())?
        }
        Kind::Count => list(relation.first)?.len() as f64,
        Kind::Total | Kind::TotalProduct => match list(relation.first) {
            Some(items) => total(items, relation.second, relation.third)?,
            None => {
                let (_, map) = found.maps.iter().find(|(name, _)| *name == relation.first)?;
                total_of_map(map)?
            }
        },
        Kind::After => return None,
    };
    Some((close(target, (expected * 100.0).round() / 100.0) || close(target, expected), expected))
}

fn total(items: &[Json], member: u64, by: u64) -> Option<f64> {
    let named = |map: &Map, hash: u64| {
        map.iter().find(|(name, _)| hash_text(name) == hash).and_then(|(_, value)| value.as_f64())
    };
    let one = |item: &Json| match (item, member, by) {
        (_, 0, _) => item.as_f64(),
        (Json::Map(map), member, 0) => named(map, member),
        (Json::Map(map), member, by) => Some(named(map, member)? * named(map, by)?),
        _ => None,
    };
    items.iter().map(one).sum()
}

fn total_of_map(map: &Map) -> Option<f64> {
    map.iter().map(|(_, value)| value.as_f64()).sum()
}

impl Seen {
    fn target(&mut self, target: u64) {
        if self.targets.len() < TARGETS_MAX && !self.targets.contains(&target) {
            self.targets.push(target);
        }
    }
}

impl Relations {
    /// Learns from a record.
    pub fn learn(&mut self, record: Record<'_>, trajectory: u32) {
        let found = Numbers::of(record);
        if found.numbers.is_empty() && found.dates.len() < 2 {
            return;
        }
        let place = record.place;
        let relation = |kind, target, first, second, third| Relation { place, kind, target, first, second, third };
        let mut tried: Vec<Relation> = Vec::new();
        for (target, _) in &found.numbers {
            let others: Vec<_> = found.numbers.iter().filter(|(name, other)| name != target && *other != 0.0).collect();
            for (at, (first, _)) in others.iter().enumerate() {
                for (second, _) in &others[at + 1..] {
                    tried.push(relation(Kind::Sum, *target, *first, *second, 0));
                    tried.push(relation(Kind::Product, *target, *first, *second, 0));
                }
            }
            if found.numbers.len() >= 4 {
                tried.push(relation(Kind::Rest, *target, 0, 0, 0));
            }
            for (list, items) in &found.lists {
                tried.push(relation(Kind::Count, *target, *list, 0, 0));
                if items.len() < 2 {
                    continue;
                }
                tried.push(relation(Kind::Total, *target, *list, 0, 0));
                if let Some(Json::Map(map)) = items.first() {
                    let members: Vec<u64> = map
                        .iter()
                        .filter(|(_, value)| value.as_f64().is_some())
                        .map(|(name, _)| hash_text(name))
                        .take(6)
                        .collect();
                    for (at, member) in members.iter().enumerate() {
                        tried.push(relation(Kind::Total, *target, *list, *member, 0));
                        for by in &members[at + 1..] {
                            tried.push(relation(Kind::TotalProduct, *target, *list, *member, *by));
                        }
                    }
                }
            }
            for (map, members) in &found.maps {
                if members.len() >= 2 {
                    tried.push(relation(Kind::Total, *target, *map, 0, 0));
                }
            }
        }
        for (first, a) in &found.dates {
            for (second, b) in &found.dates {
                if first != second && a.len() == b.len() {
                    tried.push(relation(Kind::After, *first, *second, 0, 0));
                }
            }
        }
        for relation in tried {
            let Some((held, _)) = holds(&relation, record) else { continue };
            let target = found.numbers.iter().find(|(name, _)| *name == relation.target).map(|(_, value)| *value);
            // That nothing is the sum of nothing says nothing, but it speaks against a sum of something.
            if held && target == Some(0.0) {
                continue;
            }
            // A relation that was never true is not worth keeping.
            if !held && !self.seen.contains_key(&relation) && self.seen.len() > SEEN_MAX / 4 {
                continue;
            }
            if self.seen.len() >= SEEN_MAX && !self.seen.contains_key(&relation) {
                continue;
            }
            let seen = self.seen.entry(relation).or_default();
            match held {
                true => {
                    seen.support.held += 1;
                    seen.times.note(trajectory);
                    seen.target(target.unwrap_or(0.0).to_bits());
                }
                false => seen.support.broken += 1,
            }
        }
    }

    pub fn merge(&mut self, other: Relations) {
        for (relation, seen) in other.seen {
            let own = self.seen.entry(relation).or_default();
            own.support.add(seen.support);
            own.times.add(seen.times);
            seen.targets.into_iter().for_each(|target| own.target(target));
        }
    }

    /// Those that held at least `least` times and were not broken but by what may be corrupt, by place; with the number
    /// of trajectories in which they held.
    pub fn rules(&self, least: u32) -> FastMap<u64, Vec<(Relation, Support, u32)>> {
        let mut rules: FastMap<u64, Vec<(Relation, Support, u32)>> = FastMap::default();
        for (relation, Seen { support, times, targets }) in &self.seen {
            let varied = relation.kind == Kind::After || targets.len() >= TARGETS_LEAST;
            if varied && support.held >= least && support.holds() {
                rules.entry(relation.place).or_default().push((*relation, *support, times.count));
            }
        }
        rules.values_mut().for_each(|rules| rules.sort_unstable_by_key(|(relation, ..)| *relation));
        rules
    }
}
