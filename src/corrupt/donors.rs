//! What a corpus shows of its tools: their answers and refusals, the values they take, and the rules nothing breaks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::json::{Json, pointer};
use crate::trajectory::{Exchange, Trajectory};

use super::fields::{Agreement, shared_records};
use super::run::{Run, Step, is_id_value, is_leaf, last, leaves, mentions, parent, pattern, walk};
use super::sums::{Sum, is_computation, sums};

/// How many different values are kept of one place.
const VALUES_MAX: usize = 48;

/// The trajectories of a corpus, and what is counted over them.
#[derive(Default)]
pub struct Donors {
    runs: Vec<Run>,
    tools: HashMap<Arc<str>, OfTool>,
    /// By writing and reading tool: reads that a write of something else left alone, and those it did not.
    frames: HashMap<[Arc<str>; 2], Tally>,
    effects: HashMap<Effect, Tally>,
    agreements: HashMap<Agreement, Tally>,
    answered: HashMap<[Box<str>; 2], Json>,
}

/// What is counted of one tool, over its successful answers.
#[derive(Default)]
pub(super) struct OfTool {
    successes: Vec<(usize, usize)>,
    refusals: Vec<(usize, usize)>,
    places: BTreeMap<String, Place>,
    /// By place: the argument of that name is repeated there.
    echoes: HashMap<String, Tally>,
    /// By argument: a value of it that is an id stands in the answer.
    mentions: HashMap<String, Tally>,
    sums: BTreeMap<Sum, Tally>,
    /// Equal calls of a computation: they answer alike.
    computations: Tally,
    /// By place: other calls of the same run have another id there.
    ids: HashMap<String, Tally>,
}

/// How often a rule was seen to hold, and to be broken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub held: usize,
    pub broken: usize,
}

/// A place in the answers of a tool.
#[derive(Default)]
pub(super) struct Place {
    pub seen: usize,
    pub kinds: BTreeSet<&'static str>,
    values: Vec<(Json, usize)>,
}

/// An argument of a write that a later read shows.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Effect {
    pub write: Arc<str>,
    pub argument: String,
    pub read: Arc<str>,
    pub place: String,
}

impl Donors {
    /// Counts over trajectories with their exchanges.
    pub fn new<'a>(trajectories: impl Iterator<Item = (&'a Trajectory, &'a [Exchange])>) -> Donors {
        let mut donors = Donors::default();
        for (trajectory, exchanges) in trajectories {
            let run = Run::read(trajectory, exchanges);
            donors.count(&run);
            donors.runs.push(run);
        }
        donors.answered.clear();
        donors
    }

    /// The successful answers of a tool.
    pub(super) fn successes(&self, tool: &str) -> Vec<&Step> {
        self.tools.get(tool).map_or(Vec::new(), |of| self.steps(&of.successes))
    }

    pub(super) fn refusals(&self, tool: &str) -> Vec<&Step> {
        self.tools.get(tool).map_or(Vec::new(), |of| self.steps(&of.refusals))
    }

    fn steps(&self, places: &[(usize, usize)]) -> Vec<&Step> {
        places.iter().map(|(run, step)| &self.runs[*run].steps[*step]).collect()
    }

    /// Whether no call of a tool can have written.
    pub(super) fn is_reader(&self, tool: &str) -> bool {
        self.successes(tool).iter().all(|step| !step.writes)
    }

    /// The different values at a place.
    pub(super) fn values<'a>(&'a self, tool: &str, place: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
        let place = self.place(tool, place);
        place.into_iter().flat_map(|place| place.values.iter().map(|(value, _)| value))
    }

    pub(super) fn place(&self, tool: &str, place: &str) -> Option<&Place> {
        self.tools.get(tool)?.places.get(place)
    }

    /// Whether all answers that have the object around a place have that place, and something of one kind in it.
    pub(super) fn always_has(&self, tool: &str, place: &str, at_least: usize) -> bool {
        let Some(around) = self.place(tool, parent(place)) else { return false };
        let objects = around.kinds.iter().eq([&"object"]);
        let found = self.place(tool, place).filter(|found| found.kinds.len() == 1);
        objects && around.seen >= at_least && found.is_some_and(|found| found.seen == around.seen)
    }

    pub(super) fn echo(&self, tool: &str, place: &str) -> Tally {
        self.tools.get(tool).and_then(|of| of.echoes.get(place)).copied().unwrap_or_default()
    }

    pub(super) fn mention(&self, tool: &str, argument: &str) -> Tally {
        self.tools.get(tool).and_then(|of| of.mentions.get(argument)).copied().unwrap_or_default()
    }

    pub(super) fn sum(&self, tool: &str, sum: &Sum) -> Tally {
        self.tools.get(tool).and_then(|of| of.sums.get(sum)).copied().unwrap_or_default()
    }

    pub(super) fn computation(&self, tool: &str) -> Tally {
        self.tools.get(tool).map(|of| of.computations).unwrap_or_default()
    }

    pub(super) fn ids(&self, tool: &str, place: &str) -> Tally {
        self.tools.get(tool).and_then(|of| of.ids.get(place)).copied().unwrap_or_default()
    }

    pub(super) fn frame(&self, write: &Step, read: &Step) -> Tally {
        let key = [write.tool.clone(), read.tool.clone()];
        self.frames.get(&key).copied().unwrap_or_default()
    }

    pub(super) fn effect(&self, effect: &Effect) -> Tally {
        self.effects.get(effect).copied().unwrap_or_default()
    }

    /// Whether one record has one value: seen often enough that chance would have broken it.
    pub(super) fn agrees(&self, agreement: &Agreement) -> bool {
        let tally = self.agreements.get(agreement).copied().unwrap_or_default();
        let (tool, around) = &agreement.later;
        let mut place = around.clone();
        pointer::push(&mut place, &agreement.member);
        let Some(place) = self.place(tool, &pattern(&place)) else { return false };
        let by_chance = place.share().powi(i32::try_from(tally.held).unwrap_or(i32::MAX));
        tally.holds(5) && by_chance <= 0.01
    }

    fn count(&mut self, run: &Run) {
        let at = self.runs.len();
        for (n, step) in run.steps.iter().enumerate() {
            if step.refusal().is_some() {
                self.tools.entry(step.tool.clone()).or_default().refusals.push((at, n));
            }
            let Some(value) = step.success() else { continue };
            let of = self.tools.entry(step.tool.clone()).or_default();
            of.successes.push((at, n));
            of.count(step, value);
            of.count_ids(&run.steps[..n], step, value);
            if is_computation(step) {
                let key = [Box::from(&*step.tool), Box::from(step.arguments.to_string())];
                match self.answered.get(&key) {
                    Some(first) => of.computations.add(first == value),
                    None => drop(self.answered.insert(key, value.clone())),
                }
            }
        }
        self.count_changes(run);
        let mut met = BTreeSet::new();
        for shared in shared_records(run) {
            for (member, earlier, later) in shared.members() {
                let agreement = shared.agreement(run, member);
                let tally = self.agreements.entry(agreement).or_default();
                let first = met.insert((member.to_owned(), shared.id.1.clone(), shared.later.0, shared.earlier.0));
                if earlier != later {
                    tally.broken += 1;
                } else if first {
                    tally.held += 1;
                }
            }
        }
    }

    /// What reads before and after writes show of them.
    fn count_changes(&mut self, run: &Run) {
        for (from, to, writes) in run.reads_around_writes() {
            let [earlier, later] = [from, to].map(|at| &run.steps[at]);
            let (Some(before), Some(after)) = (earlier.success(), later.success()) else { continue };
            if writes.iter().all(|write| !earlier.is_linked_to(&run.steps[*write])) {
                let tools: BTreeSet<&Arc<str>> = writes.iter().map(|write| &run.steps[*write].tool).collect();
                for tool in tools {
                    self.frames.entry([tool.clone(), later.tool.clone()]).or_default().add(before == after);
                }
            }
            let [write] = writes[..] else { continue };
            let write = &run.steps[write];
            if later.ids().into_iter().any(|id| !write.shows(id)) {
                continue;
            }
            let mut shown: BTreeMap<String, Vec<&Json>> = BTreeMap::new();
            for (pointer, leaf) in leaves(after) {
                shown.entry(pattern(&pointer)).or_default().push(leaf);
            }
            for (argument, value) in leaves(&write.arguments) {
                for (place, values) in &shown {
                    let effect = Effect {
                        write: write.tool.clone(),
                        argument: pattern(&argument),
                        read: later.tool.clone(),
                        place: place.clone(),
                    };
                    self.effects.entry(effect).or_default().add(values.contains(&value));
                }
            }
        }
    }
}

impl OfTool {
    fn count(&mut self, step: &Step, value: &Json) {
        walk(value, &mut |pointer, node| self.places.entry(pattern(pointer)).or_default().add(node));
        for (pointer, leaf) in leaves(value) {
            if let Some(argument) = step.arguments.get(last(&pointer)).filter(|argument| is_leaf(argument)) {
                self.echoes.entry(pattern(&pointer)).or_default().add(argument == leaf);
            }
        }
        for (name, argument) in step.plain_arguments().filter(|(_, argument)| is_id_value(argument)) {
            self.mentions.entry(name.to_owned()).or_default().add(mentions(value, argument));
        }
        for found in sums(value) {
            let tally = self.sums.entry(found.sum).or_default();
            if !found.holds {
                tally.broken += 1;
            } else if found.is_telling {
                tally.held += 1;
            }
        }
    }

    /// Compares the ids of an answer with those of the tool's answers to other calls before it.
    fn count_ids(&mut self, before: &[Step], step: &Step, value: &Json) {
        let others = before.iter().filter(|other| other.tool == step.tool && other.arguments != step.arguments);
        let others: Vec<&Json> = others.filter_map(Step::success).collect();
        if others.is_empty() {
            return;
        }
        for (place, leaf) in leaves(value).into_iter().filter(|(_, leaf)| is_id_value(leaf)) {
            let equal = others.iter().filter(|other| pointer::resolve(other, &place) == Some(leaf)).count();
            self.ids.entry(pattern(&place)).or_default().add(equal == 0);
        }
    }
}

impl Tally {
    pub fn add(&mut self, holds: bool) {
        if holds {
            self.held += 1;
        } else {
            self.broken += 1;
        }
    }

    pub fn holds(self, at_least: usize) -> bool {
        self.held >= at_least && self.broken == 0
    }
}

impl Place {
    fn add(&mut self, node: &Json) {
        self.seen += 1;
        self.kinds.insert(if node.as_f64().is_some() { "number" } else { node.kind() });
        if !is_leaf(node) {
            return;
        }
        let is_full = self.values.len() == VALUES_MAX;
        match self.values.iter_mut().find(|(value, _)| value == node) {
            Some((_, times)) => *times += 1,
            None if !is_full => self.values.push((node.clone(), 1)),
            None => {}
        }
    }

    /// How often the most frequent value is seen here: 1 where it is always the same.
    fn share(&self) -> f64 {
        let most = self.values.iter().map(|(_, times)| *times).max().unwrap_or(self.seen);
        most as f64 / self.seen.max(1) as f64
    }
}
