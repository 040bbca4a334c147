//! The second pass over a corpus: what calls change, and where the values in answers come from.

use super::access::Access;
use super::functions::Functions;
use super::guards::{Guards, Lately};
use super::holes::{Holes, Reading, changes, names};
use super::presence::{self, Presence};
use super::relations::Relations;
use super::shape::Record;
use super::shape::{self, Leaf};
use super::step::{Given, Step, hash_json, hash_name};
use super::survey::{Support, Tables, Times};
use super::{FastMap, FastSet, hash_text, mix};
use crate::json::Json;

/// The values that a dialogue has shown so far.
#[derive(Debug, Default)]
pub struct Heard {
    values: FastSet<u64>,
    /// By leaf: what earlier calls had there.
    leaves: FastMap<u64, Vec<u64>>,
}

/// Values of one answer that are kept.
const HEARD_MAX: usize = 512;

impl Heard {
    pub fn arguments(&mut self, step: &Step) {
        self.values.extend(&step.mentioned);
    }

    pub fn answer(&mut self, step: &Step) {
        shape::leaves(0, &step.answer.value, HEARD_MAX, &mut |leaf| self.values.extend(hash_name(leaf.value)));
    }

    pub fn knows(&self, hash: u64) -> bool {
        self.values.contains(&hash)
    }

    pub fn leaf(&mut self, leaf: u64, hash: u64) {
        self.leaves.entry(leaf).or_default().push(hash);
    }

    /// What earlier calls had at a leaf.
    pub fn of_leaf(&self, leaf: u64) -> &[u64] {
        let all = self.leaves.get(&leaf).map_or(&[][..], Vec::as_slice);
        &all[all.len().saturating_sub(16)..]
    }
}

/// Records of one answer whose shape is looked at.
const RECORDS_MAX: usize = 64;

/// How often a tool's calls came between two readings of something, and whether it had changed.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Touch {
    /// Changed, and no other call can have done it. The first counts are of calls that name the record.
    pub changed: [u32; 2],
    /// Changed, and several calls can have done it.
    pub shared: [u32; 2],
    pub kept: [u32; 2],
    /// In how many trajectories it had not changed.
    pub kept_in: [Times; 2],
}

/// Where a value may come from, with how often it did of how often it could have.
#[derive(Clone, Debug, Default)]
pub struct LeafSeen {
    /// Hash of the last name in its path.
    pub name: u64,
    /// Of effects: the table, and the path below its record.
    pub table: u64,
    pub path: Box<str>,
    pub seen: u32,
    /// In how many trajectories.
    pub runs: Times,
    /// How often it stood in a list.
    pub listed: u32,
    /// How often the value before is known, and how often it stayed.
    pub known: u32,
    pub kept: u32,
    /// The values, by hash, the first few of them.
    pub values: Vec<(u64, Json, u32)>,
    /// Values beyond those.
    pub others: u32,
    /// By argument: path, how often equal, the value before plus it, minus it, of how often given.
    pub arguments: Vec<ArgumentSeen>,
    /// By scalar of the answer: how often equal, of how often there.
    pub answers: Vec<(u64, Support)>,
    /// Whether it was new to the dialogue, and other than the values that earlier calls of the tool had here.
    pub fresh: Support,
    pub distinct: Support,
}

#[derive(Clone, Debug, Default)]
pub struct ArgumentSeen {
    pub id: u64,
    pub path: Box<str>,
    pub equal: u32,
    pub plus: u32,
    pub minus: u32,
    pub given: u32,
    /// In how many trajectories it was equal, was within, or made a sum.
    pub runs: [Times; 3],
    /// How often it was given, a number, and the value before known.
    pub summed: u32,
    /// How often both were texts, the argument of three letters at least, and how often the value had it in it.
    pub texts: u32,
    pub within: u32,
    /// How often that had the form of an identifier, and how often what was equal had.
    pub identifying: u32,
    pub telling: u32,
    /// Of what stands in lists: how often the first item was equal or had it in it, and how often a further one.
    pub firsts: u32,
    pub further: u32,
    /// Hashes of a few values that were equal, or within.
    pub values: Vec<u64>,
}

/// Distinct values that are kept of a leaf.
const VALUES_MAX: usize = 12;
const ARGUMENTS_MAX: usize = 24;
const ANSWERS_MAX: usize = 16;
/// Values that are kept of an argument that was equal to a leaf, or in it.
const EQUAL_MAX: usize = 8;
/// Leaves of one answer that are learned from.
pub const LEAVES_MAX: usize = 96;
const STATS_MAX: usize = 300_000;

/// Whether two scalars are the same, a number and its text among them.
pub fn same(a: &Json, b: &Json) -> bool {
    a == b
        || match (a, b) {
            (Json::Text(text), number) | (number, Json::Text(text)) => {
                matches!(number, Json::Int(_) | Json::Uint(_)) && **text == *number.to_string()
            }
            _ => false,
        }
}

/// Whether a value is hardly equal to another by chance: the text of an identifier or a time, or a long one.
pub fn is_telling(value: &Json) -> bool {
    let Json::Text(text) = value else { return false };
    text.len() >= 16 || text.len() >= 5 && text.bytes().any(|b| b.is_ascii_digit())
}

/// Equal but for the rounding of floats.
pub fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0)
}

/// The item that fits, or a fresh one where there is room.
fn slot<T>(items: &mut Vec<T>, max: usize, fits: impl Fn(&T) -> bool, fresh: impl FnOnce() -> T) -> Option<&mut T> {
    let at = match items.iter().position(fits) {
        Some(at) => at,
        None if items.len() < max => {
            items.push(fresh());
            items.len() - 1
        }
        None => return None,
    };
    items.get_mut(at)
}

impl LeafSeen {
    fn note(&mut self, leaf: Leaf<'_>, before: Option<&Json>, writer: &Step, answers: &[Leaf<'_>], now: u32) {
        self.seen += 1;
        self.runs.note(now);
        self.listed += u32::from(leaf.indices != 0);
        self.name = leaf.name;
        let value = leaf.value;
        let hash = hash_json(value);
        self.value(hash, value, 1);
        if let Some(before) = before {
            self.known += 1;
            self.kept += u32::from(before == value);
        }
        for given in &writer.given {
            if given.indices != 0 && given.indices != leaf.indices {
                continue;
            }
            let fresh = || ArgumentSeen { id: given.id, path: given.path.clone(), ..ArgumentSeen::default() };
            let found = slot(&mut self.arguments, ARGUMENTS_MAX, |seen| seen.id == given.id, fresh);
            let Some(seen) = found else { continue };
            seen.given += 1;
            let has = |text: &Json, part: &Json| match (text, part) {
                (Json::Text(text), Json::Text(part)) => text.contains(&**part),
                _ => false,
            };
            if leaf.indices != 0 && (same(value, &given.value) || has(value, &given.value)) {
                let first = [mix(0, 0), mix(mix(0, 0), 0)].contains(&leaf.indices);
                seen.firsts += u32::from(first);
                seen.further += u32::from(!first);
            }
            if let (Json::Text(text), Json::Text(part)) = (value, &given.value)
                && part.len() >= 3
                && part.len() <= 200
                && text.len() <= 1_000
            {
                seen.texts += 1;
                if text.contains(&**part) {
                    seen.within += 1;
                    seen.runs[1].note(now);
                    seen.identifying += u32::from(is_telling(&given.value));
                    let hash = hash_json(&given.value);
                    if seen.values.len() < EQUAL_MAX && !seen.values.contains(&hash) {
                        seen.values.push(hash);
                    }
                }
            }
            if same(value, &given.value) {
                seen.equal += 1;
                seen.runs[0].note(now);
                seen.telling += u32::from(is_telling(value));
                if seen.values.len() < EQUAL_MAX && !seen.values.contains(&hash) {
                    seen.values.push(hash);
                }
            }
            if let (Some(new), Some(old), Some(by)) =
                (value.as_f64(), before.and_then(Json::as_f64), given.value.as_f64())
            {
                // Nothing plus something proves no sum.
                if old != 0.0 && by != 0.0 {
                    seen.summed += 1;
                    seen.runs[2].note(now);
                    seen.plus += u32::from(close(new, old + by));
                    seen.minus += u32::from(close(new, old - by));
                }
            }
        }
        for answer in answers {
            let found =
                slot(&mut self.answers, ANSWERS_MAX, |(id, _)| *id == answer.id, || (answer.id, Support::default()));
            if let Some((_, support)) = found {
                support.note(same(value, answer.value));
            }
        }
    }

    fn merge(&mut self, other: LeafSeen) {
        self.name = other.name;
        if self.seen == 0 || other.path < self.path {
            (self.table, self.path) = (other.table, other.path);
        }
        self.seen += other.seen;
        self.runs.add(other.runs);
        self.listed += other.listed;
        self.known += other.known;
        self.kept += other.kept;
        self.others += other.others;
        self.fresh.add(other.fresh);
        self.distinct.add(other.distinct);
        for (hash, value, count) in other.values {
            self.value(hash, &value, count);
        }
        for seen in other.arguments {
            let fresh = || ArgumentSeen { id: seen.id, path: seen.path.clone(), ..ArgumentSeen::default() };
            let found = slot(&mut self.arguments, ARGUMENTS_MAX, |own| own.id == seen.id, fresh);
            let Some(own) = found else { continue };
            own.equal += seen.equal;
            own.plus += seen.plus;
            own.minus += seen.minus;
            own.given += seen.given;
            own.runs.iter_mut().zip(seen.runs).for_each(|(own, other)| own.add(other));
            own.summed += seen.summed;
            own.texts += seen.texts;
            own.within += seen.within;
            own.identifying += seen.identifying;
            own.telling += seen.telling;
            own.firsts += seen.firsts;
            own.further += seen.further;
            own.values.extend(seen.values);
            own.values.sort_unstable();
            own.values.dedup();
            own.values.truncate(EQUAL_MAX);
        }
        for (id, support) in other.answers {
            let found = slot(&mut self.answers, ANSWERS_MAX, |(own, _)| *own == id, || (id, Support::default()));
            if let Some((_, own)) = found {
                own.add(support);
            }
        }
    }

    /// Counts a value; those beyond the first few are only counted.
    fn value(&mut self, hash: u64, value: &Json, count: u32) {
        match slot(&mut self.values, VALUES_MAX, |(known, _, _)| *known == hash, || (hash, value.clone(), 0)) {
            Some((_, _, own)) => *own += count,
            None => self.others += count,
        }
    }
}

/// Adds counts by key, of at most [`STATS_MAX`] keys.
fn merge_into<K: std::hash::Hash + Eq, V: Default>(own: &mut FastMap<K, V>, other: FastMap<K, V>, add: fn(&mut V, V)) {
    for (key, seen) in other {
        if own.len() < STATS_MAX || own.contains_key(&key) {
            add(own.entry(key).or_default(), seen);
        }
    }
}

/// What was seen of a tool.
#[derive(Clone, Debug, Default)]
pub struct ToolSeen {
    pub name: Box<str>,
    pub calls: u32,
    pub refused: u32,
    /// How often something had changed across its calls although nothing that writes by its name came between.
    pub odd: u32,
    pub access: Option<Access>,
}

/// The members of records in one place, and the kinds of their values.
#[derive(Clone, Debug, Default)]
pub struct ShapeSeen {
    pub records: u32,
    /// In how many trajectories.
    pub runs: Times,
    pub fields: FastMap<u64, FieldSeen>,
}

/// How many records have a member, and of which kinds it was: null, bool, number, text, list, map.
#[derive(Clone, Copy, Debug, Default)]
pub struct FieldSeen {
    pub records: u32,
    pub kinds: [u32; 6],
}

/// The place of a kind in [`FieldSeen::kinds`].
pub fn kind_of(value: &Json) -> usize {
    match value {
        Json::Null => 0,
        Json::Bool(_) => 1,
        Json::Int(_) | Json::Uint(_) | Json::Float(_) => 2,
        Json::Text(_) => 3,
        Json::List(_) => 4,
        Json::Map(_) => 5,
    }
}

const SHAPE_FIELDS_MAX: usize = 128;

impl ShapeSeen {
    fn learn(&mut self, record: Record<'_>, now: u32) {
        self.records += 1;
        self.runs.note(now);
        for (name, value) in record.map.iter() {
            self.field(hash_text(name), value);
        }
    }

    fn field(&mut self, field: u64, value: &Json) {
        if self.fields.len() < SHAPE_FIELDS_MAX || self.fields.contains_key(&field) {
            let seen = self.fields.entry(field).or_default();
            seen.records += 1;
            seen.kinds[kind_of(value)] += 1;
        }
    }

    fn merge(&mut self, other: ShapeSeen) {
        self.records += other.records;
        self.runs.add(other.runs);
        for (field, seen) in other.fields {
            let own = self.fields.entry(field).or_default();
            own.records += seen.records;
            own.kinds.iter_mut().zip(seen.kinds).for_each(|(own, count)| *own += count);
        }
    }
}

/// What the second pass counts. Like the first, it only adds up.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Trajectories that were learned from.
    pub trajectories: u32,
    /// By tool and class.
    pub touches: FastMap<(u64, u64), Touch>,
    /// By tool and class of a leaf: what a call makes of the records that it names.
    pub effects: FastMap<(u64, u64), LeafSeen>,
    /// By the id of a leaf in the answers of a tool.
    pub answers: FastMap<u64, LeafSeen>,
    pub tools: FastMap<u64, ToolSeen>,
    pub shapes: FastMap<u64, ShapeSeen>,
    pub relations: Relations,
    pub functions: Functions,
    pub presence: Presence,
    pub guards: Guards,
    /// The arguments that tools were called with: by tool and path.
    pub arguments: FastSet<u64>,
}

/// Acting calls between two readings that are looked at.
pub const BETWEEN_MAX: usize = 24;

impl Evidence {
    /// Learns from a dialogue.
    pub fn learn(&mut self, tables: &Tables, steps: &[Step]) {
        self.trajectories += 1;
        let now = self.trajectories;
        let mut holes = Holes::default();
        let mut acting: Vec<usize> = Vec::new();
        let mut heard = Heard::default();
        let mut lately = Lately::default();
        for (at, step) in steps.iter().enumerate() {
            let tool = self.tools.entry(step.tool).or_default();
            tool.calls += 1;
            self.arguments.extend(step.given.iter().map(|given| mix(step.tool, hash_text(&given.path))));
            tool.refused += u32::from(step.answer.refused);
            tool.access = tool.access.max(Some(step.access));
            if tool.name.is_empty() || *step.name < *tool.name {
                tool.name = step.name.clone();
            }
            let fresh =
                |key: u64, since: usize| !acting.iter().any(|k| *k > since && steps[*k].mentioned.contains(&key));
            self.guards.learn(&holes, step, &lately, now, fresh);
            if !step.answer.refused {
                if step.access != Access::Reads {
                    acting.push(at);
                    let named = |given: &Given| Some((hash_name(&given.value)?, (step.tool, given.id)));
                    lately.extend(step.given.iter().filter_map(named));
                }
                self.answer(step, &mut heard);
                self.functions.learn(step, now);
            }
            let readings = holes.readings(tables, step);
            for reading in &readings {
                self.reading(tables, steps, at, &acting, reading);
            }
            holes.learn(readings, at);
        }
    }

    fn answer(&mut self, step: &Step, heard: &mut Heard) {
        let now = self.trajectories;
        heard.arguments(step);
        shape::leaves(step.tool, &step.answer.value, LEAVES_MAX, &mut |leaf| {
            if self.answers.len() < STATS_MAX || self.answers.contains_key(&leaf.id) {
                let seen = self.answers.entry(leaf.id).or_default();
                seen.note(leaf, None, step, &[], now);
                if leaf.indices == 0
                    && let Some(hash) = hash_name(leaf.value)
                {
                    seen.fresh.note(!heard.knows(hash));
                    for other in heard.of_leaf(leaf.id) {
                        seen.distinct.note(*other != hash);
                    }
                    heard.leaf(leaf.id, hash);
                }
            }
        });
        heard.answer(step);
        let whole = self.shapes.entry(mix(step.tool, 1)).or_default();
        whole.records += 1;
        whole.runs.note(now);
        whole.field(0, &step.answer.value);
        let mut left = RECORDS_MAX;
        shape::records(step.tool, &step.answer.value, &mut |record| {
            if left > 0 && (self.shapes.len() < STATS_MAX || self.shapes.contains_key(&record.place)) {
                left -= 1;
                self.shapes.entry(record.place).or_default().learn(record, now);
                self.relations.learn(record, now);
            }
        });
    }

    fn reading(&mut self, tables: &Tables, steps: &[Step], at: usize, acting: &[usize], reading: &Reading<'_>) {
        let step = &steps[at];
        let since = reading.prior.as_ref().map(|prior| prior.step);
        let first = acting.partition_point(|k| since.is_some_and(|since| *k <= since));
        let between = &acting[first..];
        if between.len() > BETWEEN_MAX {
            return;
        }
        if let Some(prior) = &reading.prior {
            let same = prior.value == *reading.value;
            let found = if same { Vec::new() } else { changes(tables, step, reading, prior) };
            if !found.is_empty() && between.is_empty() {
                let mut tools: Vec<u64> = steps[prior.step..=at].iter().map(|step| step.tool).collect();
                tools.sort_unstable();
                tools.dedup();
                for tool in tools {
                    self.tools.entry(tool).or_default().odd += 1;
                }
            }
            let now = self.trajectories;
            for k in between {
                let other = usize::from(!names(&steps[*k], reading, step));
                let tool = steps[*k].tool;
                if found.is_empty() {
                    for class in [reading.class, reading.table] {
                        let touch = self.touches.entry((tool, class)).or_default();
                        touch.kept[other] += 1;
                        touch.kept_in[other].note(now);
                    }
                }
                for change in &found {
                    let touch = self.touches.entry((tool, change.class)).or_default();
                    match between.len() {
                        1 => touch.changed[other] += 1,
                        _ => touch.shared[other] += 1,
                    }
                }
                // The field as a whole, where only a part of it changed.
                if found.iter().all(|change| change.class != reading.class) && !found.is_empty() {
                    let touch = self.touches.entry((tool, reading.class)).or_default();
                    match between.len() {
                        1 => touch.changed[other] += 1,
                        _ => touch.shared[other] += 1,
                    }
                }
                if !found.is_empty() {
                    let touch = self.touches.entry((tool, reading.table)).or_default();
                    match between.len() {
                        1 => touch.changed[other] += 1,
                        _ => touch.shared[other] += 1,
                    }
                }
            }
        }
        if let ([k], Some(prior)) = (between, &reading.prior)
            && *k != at
            && !step.answer.refused
            && matches!(reading.value, Json::List(_) | Json::Map(_))
        {
            let before = presence::listed(tables, reading, &prior.value, step);
            let after = presence::listed(tables, reading, reading.value, step);
            if !before.is_empty() || !after.is_empty() {
                self.presence.learn(&before, &after, reading.class, &steps[*k], self.trajectories);
            }
        }
        // What the last call that names the record made of it.
        let Some(writer) = between.iter().rev().find(|k| names(&steps[**k], reading, step)) else { return };
        if reading.is_whole() && *writer == at {
            return;
        }
        let writer_step = &steps[*writer];
        let mut answers = Vec::new();
        if *writer != at && !writer_step.answer.refused {
            shape::leaves(writer_step.tool, &writer_step.answer.value, ANSWERS_MAX, &mut |leaf| {
                if leaf.indices == 0 {
                    answers.push(leaf);
                }
            });
        }
        let mut before: FastMap<(u64, u64), &Json> = FastMap::default();
        if let Some(prior) = &reading.prior {
            shape::leaves(reading.class, &prior.value, LEAVES_MAX, &mut |leaf| {
                before.insert((leaf.id, leaf.indices), leaf.value);
            });
        }
        shape::leaves(reading.class, reading.value, LEAVES_MAX, &mut |mut leaf| {
            if leaf.name == 0 {
                leaf.name = reading.field;
            }
            let key = (writer_step.tool, leaf.id);
            if self.effects.len() < STATS_MAX || self.effects.contains_key(&key) {
                let before = before.get(&(leaf.id, leaf.indices)).copied();
                let seen = self.effects.entry(key).or_default();
                if seen.seen == 0 {
                    let path = shape::path_to(reading.class, reading.value, leaf.id).unwrap_or_default();
                    let field = tables.words.get(&reading.field).map_or("", |word| word);
                    let mut whole = String::new();
                    if !reading.is_whole() {
                        crate::json::pointer::push(&mut whole, field);
                    }
                    whole.push_str(&path);
                    (seen.table, seen.path) = (reading.table, whole.into());
                }
                seen.note(leaf, before, writer_step, &answers, self.trajectories);
            }
        });
    }

    /// Adds what another worker counted.
    pub fn merge(&mut self, other: Evidence) {
        self.trajectories += other.trajectories;
        for (key, touch) in other.touches {
            let own = self.touches.entry(key).or_default();
            for side in 0..2 {
                own.changed[side] += touch.changed[side];
                own.shared[side] += touch.shared[side];
                own.kept[side] += touch.kept[side];
                own.kept_in[side].add(touch.kept_in[side]);
            }
        }
        merge_into(&mut self.effects, other.effects, LeafSeen::merge);
        merge_into(&mut self.answers, other.answers, LeafSeen::merge);
        merge_into(&mut self.shapes, other.shapes, ShapeSeen::merge);
        self.relations.merge(other.relations);
        self.functions.merge(other.functions);
        self.presence.merge(other.presence);
        self.guards.merge(other.guards);
        self.arguments.extend(other.arguments);
        for (tool, seen) in other.tools {
            let own = self.tools.entry(tool).or_default();
            own.calls += seen.calls;
            own.refused += seen.refused;
            own.odd += seen.odd;
            own.access = own.access.max(seen.access);
            if own.name.is_empty() || (!seen.name.is_empty() && seen.name < own.name) {
                own.name = seen.name;
            }
        }
    }
}
