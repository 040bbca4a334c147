//! The first pass over a corpus: which records there are, and by what they are known.
//!
//! A key is a functional dependency that was measured (TANE, Huhtala et al. 1999): among records that were seen while
//! nothing can have written, equal keys mean equal fields. Candidates are members, and arguments of the call, that look
//! like identifiers, alone and in pairs. The same count over two places tells whether they show the same records.

use std::collections::BTreeMap;

use super::access::Access;
use super::shape::{self, Dictionary, Record};
use super::step::{Step, hash_json, hash_name, hash_text};
use super::{FastMap, FastSet, mix};
use crate::json::Json;

/// What a key is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPart {
    /// A member of the record.
    Member(Box<str>),
    /// An argument of the call.
    Argument(Box<str>),
    /// The key under which the record stands.
    Key,
}

/// Sightings against which a single one is in doubt.
const DOUBTED_HELD: u32 = 5;

/// How often something was seen to hold, and not to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Support {
    pub held: u32,
    pub broken: u32,
}

impl Support {
    /// Counts one sighting.
    pub fn note(&mut self, held: bool) {
        let side = if held { &mut self.held } else { &mut self.broken };
        *side = side.saturating_add(1);
    }

    /// Adds what another worker counted.
    pub fn add(&mut self, other: Support) {
        self.held = self.held.saturating_add(other.held);
        self.broken = self.broken.saturating_add(other.broken);
    }

    pub fn total(self) -> u32 {
        self.held.saturating_add(self.broken)
    }

    /// Whether it holds but for what corrupt records may have broken.
    pub fn holds(self) -> bool {
        self.held > 0 && u64::from(self.broken) * 25 <= u64::from(self.total())
    }

    /// The same where few were seen, and one corrupt record is a large share.
    pub fn mostly_holds(self) -> bool {
        self.holds()
            || self.held >= DOUBTED_HELD && (self.broken <= 1 || u64::from(self.broken) * 10 <= u64::from(self.total()))
    }
}

/// In how many trajectories something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Times {
    pub count: u32,
    /// The last of them, by its number.
    #[serde(skip)]
    last: u32,
}

impl Times {
    /// Counts a trajectory once; they are numbered from 1, and come one after the other.
    pub fn note(&mut self, trajectory: u32) {
        self.count += u32::from(self.last != trajectory);
        self.last = trajectory;
    }

    /// Adds the count of another worker, which learned from other trajectories.
    pub fn add(&mut self, other: Times) {
        self.count += other.count;
    }
}

/// How often a field of records with equal keys was equal, and in how many trajectories it was held against another.
#[derive(Clone, Copy, Debug, Default)]
struct Agreed {
    support: Support,
    runs: Runs,
}

/// In how many trajectories records with equal keys were seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runs {
    pub any: Times,
    /// The same where the calls had nothing but the key in common: of what one order holds, its number decides all.
    pub apart: Times,
}

impl Runs {
    fn add(&mut self, other: Runs) {
        self.any.add(other.any);
        self.apart.add(other.apart);
    }
}

/// What was seen of the records in one place.
#[derive(Clone, Debug, Default)]
struct PlaceSeen {
    tool: u64,
    records: u32,
    /// By hash of the name: how many records have it.
    fields: FastMap<u64, u32>,
    /// How often the next record of the dialogue has the same there, and how often it has something else.
    varied: FastMap<u64, Support>,
    /// Candidates for keys, with the best rank of their names.
    keys: FastMap<u64, Candidate>,
    /// Whether records stand under keys that are data.
    keyed: bool,
}

/// What may be the key of records in a place.
#[derive(Clone, Debug)]
struct Candidate {
    parts: Vec<KeyPart>,
    rank: u8,
    /// Records that have it, and those of which the call names it.
    records: u32,
    named: u32,
}

/// How many words the names of a key have beyond the usual two.
fn words_of(parts: &[KeyPart]) -> u32 {
    let words = parts.iter().map(|part| match part {
        KeyPart::Member(name) | KeyPart::Argument(name) => crate::grounding::name_parts(name).len(),
        KeyPart::Key => 1,
    });
    words.max().unwrap_or(0).saturating_sub(2).min(3) as u32
}

/// A key that was chosen.
#[derive(Clone, Debug)]
struct Chosen {
    place: u64,
    key: u64,
    parts: Vec<KeyPart>,
    rank: u8,
    /// The fields that it decides, where not all.
    only: Option<FastSet<u64>>,
}

/// How often part of a key must have been enough for a field.
const PARTIAL_HELD: u32 = 8;

/// What the first pass counts. Counts only add up, so it does not matter in which order records come.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    places: FastMap<u64, PlaceSeen>,
    /// By key, the two places, and the field.
    agreed: FastMap<(u64, u64, u64, u64), Agreed>,
    pub words: Dictionary,
    /// Trajectories that were learned from.
    pub trajectories: u64,
}

/// Records of one answer that are looked at.
const RECORDS_MAX: usize = 48;
/// Candidates of a record for being its key.
const CANDIDATES_MAX: usize = 6;
/// Places that are kept; a corpus with more has no shapes.
const PLACES_MAX: usize = 100_000;

/// How much a name and a value look like a key; lower is more.
fn rank(name: &str, value: &Json, mentioned: &FastSet<u64>) -> Option<u8> {
    let mut whole = false;
    let digits = match value {
        Json::Text(text) => {
            if text.is_empty() || text.len() > 80 || text.bytes().filter(|b| *b == b' ').count() > 3 {
                return None;
            }
            text.bytes().any(|b| b.is_ascii_digit())
        }
        Json::Int(_) | Json::Uint(_) => {
            whole = true;
            true
        }
        _ => return None,
    };
    let words = crate::grounding::name_parts(name);
    let last = words.last().map_or("", String::as_str);
    match last {
        "id" | "uuid" | "guid" => Some(0),
        "number" | "code" | "key" | "symbol" | "username" | "email" | "token" | "sku" | "isbn" | "slug" | "ticker" => {
            Some(1)
        }
        "date" | "time" | "status" | "type" | "price" | "amount" | "count" | "quantity" | "total" => {
            mentioned.contains(&hash_name(value)?).then_some(4)
        }
        _ if !(whole && value.as_f64().is_some_and(|n| n.abs() < 100.0))
            && hash_name(value).is_some_and(|hash| mentioned.contains(&hash)) =>
        {
            Some(2)
        }
        "name" | "title" => Some(3),
        // A count that happens to be the same names nothing.
        _ if digits && !whole => Some(4),
        _ => None,
    }
}

/// A record that was seen, with the stretch of reads in which it was.
#[derive(Clone, Copy)]
struct Met<'a> {
    place: u64,
    stretch: u32,
    /// Hash of the question that it answered.
    asked: u64,
    step: &'a Step,
    record: &'a Json,
}

impl Survey {
    /// Learns from a dialogue.
    pub fn learn(&mut self, steps: &[Step]) {
        self.trajectories += 1;
        let mut met: FastMap<(u64, u64), Vec<Met<'_>>> = FastMap::default();
        let mut last: FastMap<u64, &Json> = FastMap::default();
        let mut stretch = 0;
        for step in steps {
            self.words.entry(step.tool).or_insert_with(|| step.name.clone());
            for (name, _) in step.arguments.as_map().into_iter().flat_map(crate::json::Map::iter) {
                if self.words.len() < 200_000 {
                    self.words.entry(hash_text(name)).or_insert_with(|| (&**name).into());
                }
            }
            if step.answer.refused {
                continue;
            }
            stretch += u32::from(step.access != Access::Reads);
            shape::spell(step.tool, &mut String::new(), &step.answer.value, &mut self.words);
            let mut left = RECORDS_MAX;
            shape::records(step.tool, &step.answer.value, &mut |record| {
                if left > 0 {
                    left -= 1;
                    self.record(step, record, stretch, &mut met);
                    if let Some(before) = last.insert(record.place, record.value) {
                        self.vary(record, before);
                    }
                }
            });
        }
    }

    fn vary(&mut self, record: Record<'_>, before: &Json) {
        let Some(seen) = self.places.get_mut(&record.place) else { return };
        for (name, value) in record.map.iter() {
            if let Some(earlier) = before.get(name)
                && seen.varied.len() < 256
            {
                seen.varied.entry(hash_text(name)).or_default().note(earlier == value);
            }
        }
    }

    fn record<'a>(
        &mut self,
        step: &'a Step,
        record: Record<'a>,
        stretch: u32,
        met: &mut FastMap<(u64, u64), Vec<Met<'a>>>,
    ) {
        if self.places.len() >= PLACES_MAX && !self.places.contains_key(&record.place) {
            return;
        }
        let now = self.trajectories as u32;
        let seen = self.places.entry(record.place).or_default();
        seen.tool = step.tool;
        seen.records += 1;
        seen.keyed |= record.key.is_some();
        if seen.fields.len() < 256 {
            for (name, _) in record.map.iter() {
                *seen.fields.entry(hash_text(name)).or_default() += 1;
            }
        }
        // (rank, hash of the name, hash of the value, part, hash of the value as a name)
        type Part = (u8, u64, u64, KeyPart, u64);
        let mut parts: Vec<Part> = Vec::new();
        for (name, value) in record.map.iter() {
            if let Some(rank) = rank(name, value, &step.mentioned) {
                let called = hash_name(value).unwrap_or(0);
                parts.push((rank, hash_text(name), hash_json(value), KeyPart::Member((&**name).into()), called));
            }
        }
        if let Some(key) = record.key
            && !parts.iter().any(|part| part.2 == hash_text(key))
        {
            parts.push((0, mix(record.place, 1), hash_text(key), KeyPart::Key, hash_text(key)));
        }
        parts.sort_by_key(|a| a.0);
        parts.truncate(CANDIDATES_MAX);
        let own = parts.len();
        for given in step.given.iter().filter(|given| given.indices == 0 && given.path.rfind('/') == Some(0)).take(6) {
            let name = &given.path[1..];
            let there = parts.iter().any(|part| part.1 == hash_text(name)) || record.map.get(name).is_some();
            if !there && let Some(rank) = rank(name, &given.value, &step.mentioned) {
                let part = KeyPart::Argument(name.into());
                let called = hash_name(&given.value).unwrap_or(0);
                parts.push((rank, hash_text(name), hash_json(&given.value), part, called));
            }
        }
        let asked = mix(step.tool, step.question);
        let mut try_key = |chosen: &[&Part]| {
            let rank = chosen.iter().map(|part| part.0).min().unwrap_or(9);
            let id = chosen.iter().fold(9u64, |sum, part| sum.wrapping_add(part.1));
            let value = chosen.iter().fold(9u64, |sum, part| sum.wrapping_add(mix(part.1, part.2)));
            if seen.keys.len() < 64 {
                let parts = || chosen.iter().map(|part| part.3.clone()).collect();
                let fresh = || Candidate { parts: parts(), rank, records: 0, named: 0 };
                let kept = seen.keys.entry(id).or_insert_with(fresh);
                kept.rank = kept.rank.min(rank);
                kept.records += 1;
                kept.named += u32::from(chosen.iter().all(|part| step.mentioned.contains(&part.4)));
            }
            let before = met.entry((id, value)).or_default();
            for other in before.iter().filter(|other| other.stretch == stretch) {
                let Some(map) = other.record.as_map() else { continue };
                let places = (other.place.min(record.place), other.place.max(record.place));
                let apart = !step.shares_more(other.step, |hash| chosen.iter().any(|part| part.4 == hash));
                for (name, value) in record.map.iter() {
                    let hash = hash_text(name);
                    if !chosen.iter().any(|part| part.1 == hash)
                        && let Some(earlier) = map.get(name)
                    {
                        // Within one answer only a difference says something.
                        let equal = earlier == value;
                        if !equal || other.asked != asked {
                            let agreed = self.agreed.entry((id, places.0, places.1, hash)).or_default();
                            agreed.support.note(equal);
                            agreed.runs.any.note(now);
                            if apart {
                                agreed.runs.apart.note(now);
                            }
                        }
                    }
                }
            }
            let latest = Met { place: record.place, stretch, asked, step, record: record.value };
            match before.iter().position(|other| other.place == record.place) {
                Some(at) => before[at] = latest,
                None if before.len() < 6 => before.push(latest),
                None => {}
            }
        };
        for part in &parts {
            // An argument alone is no key of a record in a list, but may be that of the only one.
            try_key(&[part]);
        }
        for (at, first) in parts[..own].iter().enumerate().filter(|(_, part)| part.0 <= 2) {
            for second in &parts[at + 1..] {
                try_key(&[first, second]);
            }
        }
    }

    /// Adds what another worker counted.
    pub fn merge(&mut self, other: Survey) {
        self.trajectories += other.trajectories;
        for (place, seen) in other.places {
            let own = self.places.entry(place).or_default();
            own.tool = seen.tool;
            own.records += seen.records;
            own.keyed |= seen.keyed;
            for (field, count) in seen.fields {
                *own.fields.entry(field).or_default() += count;
            }
            for (field, support) in seen.varied {
                own.varied.entry(field).or_default().add(support);
            }
            for (id, other) in seen.keys {
                match own.keys.entry(id) {
                    std::collections::hash_map::Entry::Vacant(slot) => drop(slot.insert(other)),
                    std::collections::hash_map::Entry::Occupied(mut slot) => {
                        let kept = slot.get_mut();
                        kept.rank = kept.rank.min(other.rank);
                        kept.records += other.records;
                        kept.named += other.named;
                        if other.parts < kept.parts {
                            kept.parts = other.parts;
                        }
                    }
                }
            }
        }
        for (key, agreed) in other.agreed {
            let own = self.agreed.entry(key).or_default();
            own.support.add(agreed.support);
            own.runs.add(agreed.runs);
        }
        self.words.extend(other.words);
    }

    /// Decides on keys and tables.
    pub fn tables(mut self) -> Tables {
        let mut by_key: FastMap<u64, Vec<(u64, u64, u64, Support)>> = FastMap::default();
        for ((key, a, b, field), Agreed { support, .. }) in &self.agreed {
            by_key.entry(*key).or_default().push((*a, *b, *field, *support));
        }
        // How the fields stand that a key decides, in any one place: the same name may be known to be no whole key
        // elsewhere.
        let failing: FastSet<u64> = by_key
            .iter()
            .filter(|(key, counts)| {
                let (good, bad) = verdicts(counts.iter().filter(|(a, b, ..)| a == b && !self.by_argument(*a, **key)));
                bad * 4 > good + bad
            })
            .map(|(key, _)| *key)
            .collect();
        let mut ordered: Vec<u64> = self.places.keys().copied().collect();
        ordered.sort_unstable();
        let first: FastMap<u64, u64> = ordered
            .iter()
            .filter_map(|place| Some((*place, self.best_key(*place, &by_key, &failing, &FastMap::default())?)))
            .collect();
        let mut chosen: BTreeMap<u64, Chosen> = BTreeMap::new();
        let mut volatile: FastSet<(u64, u64)> = FastSet::default();
        for place in ordered {
            let seen = &self.places[&place];
            let best = self.best_key(place, &by_key, &failing, &first);
            if let Some(id) = best {
                let Candidate { parts, rank, .. } = &seen.keys[&id];
                chosen.insert(place, Chosen { place, key: id, parts: parts.clone(), rank: *rank, only: None });
                for (a, b, field, support) in by_key.get(&id).into_iter().flatten() {
                    if *a == place && *b == place && !support.mostly_holds() {
                        volatile.insert((place, *field));
                    }
                }
            }
            chosen.extend(self.partial(place, seen, best, &by_key));
        }
        // Places that show the same records are one table.
        let mut table_of: FastMap<u64, u64> = chosen.keys().map(|node| (*node, *node)).collect();
        fn root(table_of: &FastMap<u64, u64>, mut place: u64) -> u64 {
            while table_of[&place] != place {
                place = table_of[&place];
            }
            place
        }
        // By two nodes: fields that agree, how often, and how often others did not.
        let mut pairs: FastMap<(u64, u64), (u32, Support)> = FastMap::default();
        let mut support: FastMap<(u64, u64, u64), Support> = FastMap::default();
        let mut runs: FastMap<(u64, u64, u64), Runs> = FastMap::default();
        let node = |place: u64, key: u64| {
            let own = chosen.get(&place).filter(|chosen| chosen.key == key).map(|_| place);
            own.or_else(|| chosen.contains_key(&mix(place, key)).then(|| mix(place, key)))
        };
        for ((key, a, b, field), Agreed { support: count, runs: times }) in &self.agreed {
            let (Some(a), Some(b)) = (node(*a, *key), node(*b, *key)) else { continue };
            let (a, b) = (a.min(b), a.max(b));
            support.insert((a, b, *field), *count);
            runs.insert((a, b, *field), *times);
            let most = runs.entry((a, b, 0)).or_default();
            if times.apart.count >= most.apart.count {
                *most = *times;
            }
            if a != b {
                let pair = pairs.entry((a, b)).or_default();
                match count.holds() {
                    true => (pair.0, pair.1.held) = (pair.0 + 1, pair.1.held + count.held),
                    false => pair.1.broken += count.broken,
                }
            }
        }
        let mut by_chosen: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (node, chosen) in &chosen {
            by_chosen.entry(chosen.key).or_default().push(*node);
        }
        for nodes in by_chosen.values() {
            for (at, a) in nodes.iter().enumerate().take(200) {
                for b in nodes[at + 1..].iter().take(200) {
                    let joined = match pairs.get(&(*a.min(b), *a.max(b))) {
                        // What does not agree is told apart field by field.
                        Some((fields, pair)) => {
                            *fields >= 2 && pair.held >= 10 || pair.held >= 2 && pair.held > pair.broken * 3
                        }
                        None => {
                            let (a, b) = (&chosen[a], &chosen[b]);
                            match (&a.only, &b.only) {
                                (None, None) => self.alike(a.place, b.place, &a.parts),
                                (Some(_), Some(_)) => is_telling(&a.parts),
                                _ => false,
                            }
                        }
                    };
                    let (x, y) = (root(&table_of, *a), root(&table_of, *b));
                    if joined && x != y {
                        table_of.insert(x.max(y), x.min(y));
                    }
                }
            }
        }
        let agreement = pairs.into_iter().map(|(nodes, (_, support))| (nodes, support)).collect();
        let mut tables =
            Tables { support, runs, agreement, volatile, words: std::mem::take(&mut self.words), ..Tables::default() };
        for (node, Chosen { place, parts: key, rank, only, .. }) in chosen {
            let table = mix(root(&table_of, node), 3);
            let seen = &self.places[&place];
            tables.records.entry(table).or_default().push(place);
            let whole = only.is_none();
            let kept = Place { table, node, tool: seen.tool, key, rank, records: seen.records, only };
            match whole {
                true => tables.places.insert(place, kept),
                false => tables.partial.insert(place, kept),
            };
        }
        tables.trajectories = self.trajectories;
        tables
    }

    /// Whether a place is a whole answer, or all that its envelope holds.
    fn is_root(&self, place: u64, tool: u64) -> bool {
        place == tool || ["response", "output", "result", "data"].iter().any(|name| place == mix(tool, hash_text(name)))
    }

    /// The key of the records in a place. `elsewhere` has the keys of other places, where they were chosen before.
    fn best_key(
        &self,
        place: u64,
        by_key: &FastMap<u64, Vec<(u64, u64, u64, Support)>>,
        failing: &FastSet<u64>,
        elsewhere: &FastMap<u64, u64>,
    ) -> Option<u64> {
        let seen = &self.places[&place];
        let mut best: Option<(u32, u64)> = None;
        let mut keys: Vec<(&u64, &Candidate)> = seen.keys.iter().collect();
        keys.sort_by_key(|(id, _)| **id);
        for (id, Candidate { parts, rank, records: count, named }) in keys {
            // Optional members are no keys.
            if u64::from(*count) * 10 < u64::from(seen.records) * 8 {
                continue;
            }
            let counts = by_key.get(id).map_or(&[][..], Vec::as_slice);
            let own = || counts.iter().filter(|(a, b, ..)| *a == place && *b == place);
            let (good, bad) = verdicts(own());
            let held = own().filter(|count| count.3.holds()).map(|count| count.3.held).max().unwrap_or(0);
            let tried = good + bad > 0;
            if tried && (bad * 4 > good + bad || good == 0) {
                continue;
            }
            let single = parts.len() == 1;
            let argument = parts.iter().all(|part| matches!(part, KeyPart::Argument(_)));
            // Without evidence a name must be that of an identifier, and known to be none elsewhere; pairs need
            // evidence.
            let root = argument && *rank == 0 && self.is_root(place, seen.tool);
            // What the call asks for by this name is known by it.
            let asked = u64::from(*named) * 10 >= u64::from(*count) * 9 && self.is_root(place, seen.tool);
            let failing = failing.contains(id) && is_telling(parts) && !asked;
            if !tried && (*rank > 1 || !single || argument && !root || failing) {
                continue;
            }
            if !single && held < 3 {
                continue;
            }
            // A key that a name does not support needs more evidence.
            if *rank > 1 && held < 10 {
                continue;
            }
            if *rank > 3 || !single && *rank > 1 {
                continue;
            }
            // Against the records of other places that it is shared with. An argument there is of the call, not of each
            // record.
            let (fits, clashes) = verdicts(counts.iter().filter(|(a, b, ..)| {
                let other = if *a == place { b } else { a };
                (*a == place) != (*b == place) && (argument || !self.by_argument(*other, *id))
            }));
            // What the same records are known by in another place, where more of them were seen.
            let known = |other: &u64, key: &u64| {
                key == id && *other != place && self.places[other].records > seen.records && {
                    self.share_fields(*other, place)
                }
            };
            let adopted = !tried && elsewhere.iter().any(|(other, key)| known(other, key));
            let score = 16 * u32::from(!adopted)
                + 150 * u32::from(fits + clashes >= 3 && clashes * 5 > fits + clashes)
                + 8 * u32::from(*named * 2 < *count)
                + words_of(parts)
                + 100 * u32::from(!single)
                + 20 * u32::from(*rank)
                + 10 * u32::from(!tried)
                + 5 * u32::from(argument)
                + u32::from(!matches!(&parts[0], KeyPart::Key));
            if best.is_none_or(|(least, other)| (score, *id) < (least, other)) {
                best = Some((score, *id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// A key of one part that decides some of the fields alone, where it is not the whole key: the number of a flight
    /// its route, but not its price on a day.
    fn partial(
        &self,
        place: u64,
        seen: &PlaceSeen,
        whole: Option<u64>,
        by_key: &FastMap<u64, Vec<(u64, u64, u64, Support)>>,
    ) -> Option<(u64, Chosen)> {
        let mut keys: Vec<(&u64, &Candidate)> = seen.keys.iter().collect();
        keys.sort_by_key(|(id, _)| **id);
        let found = keys.into_iter().filter_map(|(id, Candidate { parts, rank, records, .. })| {
            let own = matches!(parts[..], [KeyPart::Member(_) | KeyPart::Key]);
            let always = u64::from(*records) * 10 >= u64::from(seen.records) * 8;
            if whole == Some(*id) || !own || !always || *rank > 1 {
                return None;
            }
            // A telling name is the same thing everywhere; `id` is one thing here and another there.
            let telling = is_telling(parts);
            let mut fields: FastMap<u64, Support> = FastMap::default();
            let mut places: FastSet<u64> = [place].into_iter().collect();
            for (a, b, field, support) in by_key.get(id)? {
                if telling || *a == place || *b == place {
                    fields.entry(*field).or_default().add(*support);
                    places.extend([*a, *b]);
                }
            }
            let varied = |field: &u64| {
                let mut all = Support::default();
                places.iter().filter_map(|place| self.places[place].varied.get(field)).for_each(|one| all.add(*one));
                all
            };
            let decided = |(field, support): &(u64, Support)| {
                // What is mostly the same anyway agrees by chance.
                let varied = varied(field);
                varied.broken > 0
                    && varied.broken >= varied.held
                    && seen.fields.contains_key(field)
                    && support.held >= PARTIAL_HELD
                    && support.broken * 25 <= support.held
            };
            let only: FastSet<u64> = fields.into_iter().filter(decided).map(|(field, _)| field).collect();
            let (parts, rank) = (parts.clone(), *rank);
            let size = only.len();
            let chosen = Chosen { place, key: *id, parts, rank, only: Some(only) };
            (size > 0).then(|| ((size, *id), (mix(place, *id), chosen)))
        });
        found.max_by_key(|(size, _)| *size).map(|(_, chosen)| chosen)
    }

    /// Whether a key of the records in a place is made of an argument.
    fn by_argument(&self, place: u64, key: u64) -> bool {
        let parts = self.places.get(&place).and_then(|seen| seen.keys.get(&key)).map(|key| &key.parts);
        parts.is_some_and(|parts| parts.iter().any(|part| matches!(part, KeyPart::Argument(_))))
    }

    /// Whether the records of two places have mostly the same fields.
    fn share_fields(&self, a: u64, b: u64) -> bool {
        let (a, b) = (&self.places[&a].fields, &self.places[&b].fields);
        let shared = a.keys().filter(|field| b.contains_key(*field)).count();
        shared >= 3 && shared * 10 >= a.len().min(b.len()) * 7
    }

    /// Whether two places never seen together have the same key by name, a telling one, and mostly the same fields.
    fn alike(&self, a: u64, b: u64, key: &[KeyPart]) -> bool {
        is_telling(key) && self.share_fields(a, b)
    }
}

/// Whether a key has a name that means the same everywhere: `order_id`, unlike `id`.
fn is_telling(key: &[KeyPart]) -> bool {
    key.iter().all(|part| match part {
        KeyPart::Member(name) => crate::grounding::name_parts(name).len() > 1,
        _ => false,
    })
}

/// How many fields agreed, and how many did not.
fn verdicts<'a>(counts: impl Iterator<Item = &'a (u64, u64, u64, Support)>) -> (u32, u32) {
    counts.fold((0, 0), |(good, bad), (.., support)| match support.holds() {
        true => (good + 1, bad),
        false => (good, bad + 1),
    })
}

/// A place with records that have a key.
#[derive(Clone, Debug)]
pub struct Place {
    pub table: u64,
    /// The place and the key, for [`Tables::support`].
    pub node: u64,
    pub tool: u64,
    pub key: Vec<KeyPart>,
    /// How much its name looks like a key, 0 the most.
    pub rank: u8,
    pub records: u32,
    /// The fields that the key decides, where not all.
    pub only: Option<FastSet<u64>>,
}

impl Place {
    /// Whether its key has a name that means the same everywhere: `order_id`, unlike `id`.
    pub fn is_telling(&self) -> bool {
        is_telling(&self.key)
    }
}

/// The tables of a tool set.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub places: FastMap<u64, Place>,
    /// Keys of one part that decide some of the fields in places whose key has two.
    pub partial: FastMap<u64, Place>,
    /// The places of each table.
    pub records: BTreeMap<u64, Vec<u64>>,
    /// By two nodes (the lower first) and a field: how often it agreed while nothing can have written.
    pub support: FastMap<(u64, u64, u64), Support>,
    /// By the same: in how many trajectories; with field 0, those of the field seen in the most.
    pub runs: FastMap<(u64, u64, u64), Runs>,
    /// By two nodes (the lower first): how often any field agreed, and how often the fields that mostly do not did not.
    pub agreement: FastMap<(u64, u64), Support>,
    /// Fields that change without any write.
    pub volatile: FastSet<(u64, u64)>,
    pub words: Dictionary,
    pub trajectories: u64,
}

impl Tables {
    /// Whether records in a place have a key, and the hashes of its parts by value.
    pub fn key(&self, record: Record<'_>, step: &Step) -> Option<(&Place, [u64; 2])> {
        let place = self.places.get(&record.place)?;
        Some((place, self.key_of(place, record, step)?))
    }

    /// The same of the part of a key.
    pub fn partial_key(&self, record: Record<'_>, step: &Step) -> Option<(&Place, [u64; 2])> {
        let place = self.partial.get(&record.place)?;
        Some((place, self.key_of(place, record, step)?))
    }

    fn key_of(&self, place: &Place, record: Record<'_>, step: &Step) -> Option<[u64; 2]> {
        let mut key = [0; 2];
        for (slot, part) in key.iter_mut().zip(&place.key) {
            let value = match part {
                KeyPart::Member(name) => hash_name(record.map.get(name)?)?,
                KeyPart::Argument(name) => hash_name(step.arguments.get(name)?)?,
                KeyPart::Key => hash_text(record.key?),
            };
            *slot = value;
        }
        Some(key)
    }

    /// Whether a field in two places is not known to be two things.
    pub fn shares(&self, a: u64, b: u64, field: u64) -> bool {
        a == b || self.support.get(&(a.min(b), a.max(b), field)).is_none_or(|support| support.mostly_holds())
    }

    pub fn word(&self, hash: u64) -> &str {
        self.words.get(&hash).map_or("?", |word| word)
    }
}
