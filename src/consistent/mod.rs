//! Level `consistent`: does any world exist in which the whole dialogue happens?
//!
//! The calls are run in a world with holes ([`crate::mine::holes`]) by what was learned of the tools ([`Model`]). What
//! an answer says fills holes, or must agree with what fills them already. Where it cannot, the two messages that
//! cannot both be true are told.
//!
//! The class of mocks that is searched: answers depend on the arguments and the world alone; a call changes what it was
//! seen to change, and nothing that it was often seen to leave alone.

pub mod limits;
mod patterns;
mod wording;

use crate::diagnostic::{Code, Diagnostic, Evidence, Severity};
use crate::json::Json;
use crate::mine::holes::{Change, ChangeKind, Fact, Holes, Reading, changes, names};
use crate::mine::shape::{self, Leaf};
use crate::mine::{
    Access, Bar, Expr, FastMap, FastSet, Given, License, Model, Place, Rule, Step, close, hash_name, hash_text, mix,
    same, steps,
};
use crate::trajectory::{Exchange, ToolSet, Trajectory};

/// What was found, and on how much it rests.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    pub diagnostics: Vec<Diagnostic>,
    pub strength: Strength,
}

/// Of the scalars in the answers: how many were known before they were read, how many were bound by them for the first
/// time, and how many changed in a way that no rule explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Strength {
    pub predicted: u64,
    pub bound: u64,
    pub unexplained: u64,
}

impl Strength {
    pub fn add(&mut self, other: Strength) {
        self.predicted += other.predicted;
        self.bound += other.bound;
        self.unexplained += other.unexplained;
    }
}

/// Leaves of one value that are looked at.
const LEAVES_MAX: usize = 400;
/// Sightings of an answer that repeats an argument of the same name.
const NAMED_HELD: u32 = 3;
/// The same where chance does not make the values equal.
const TELLING_HELD: u32 = 2;
/// Sightings of a list with an argument in it, and trajectories with one, before another list is known to have it.
const LISTED_HELD: u32 = 30;
const LISTED_RUNS: u32 = 15;
/// Sightings of a text with an argument in it, trajectories with one, and different arguments: it may say it in other
/// words.
const WITHIN_HELD: u32 = 10;
const WITHIN_RUNS: u32 = 5;
const WITHIN_VALUES: u32 = 5;
/// Contradictions of one record that are told.
const TOLD_MAX: usize = 12;

/// Judges a dialogue by a model.
pub fn check(
    model: &Model,
    trajectory: &Trajectory,
    exchanges: &[Exchange],
    fallback: Option<&ToolSet>,
    strict: bool,
) -> Checked {
    let steps = steps(trajectory, exchanges, fallback);
    let bar = if strict { Bar::STRICT } else { Bar::USUAL };
    let mut check = Check {
        model,
        trajectory,
        exchanges,
        steps: &steps,
        bar,
        strict,
        holes: Holes::default(),
        acting: Vec::new(),
        lately: FastMap::default(),
        minted: FastMap::default(),
        pending: Vec::new(),
        told: [0; 2],
        checked: Checked::default(),
        fallback,
    };
    for at in 0..steps.len() {
        check.step(at);
    }
    check.limits();
    check.checked
}

struct Check<'a> {
    model: &'a Model,
    trajectory: &'a Trajectory,
    exchanges: &'a [Exchange],
    steps: &'a [Step],
    bar: Bar,
    strict: bool,
    holes: Holes,
    /// Steps that may have written.
    acting: Vec<usize>,
    /// By what names a thing: the last step that may have changed it, and the argument there.
    lately: FastMap<u64, (usize, u64)>,
    /// By leaf and value: the step that minted it.
    minted: FastMap<(u64, u64), usize>,
    /// What is said of readings of one answer, before what is said twice is left out.
    pending: Vec<Told>,
    /// Warnings, and errors, that were told.
    told: [usize; 2],
    checked: Checked,
    /// Tools for records that name none.
    fallback: Option<&'a ToolSet>,
}

/// A contradiction of one reading.
struct Told {
    kind: u8,
    /// What is contradicted: where the value lies in memory, and what is below or beside it.
    place: (usize, u64),
    /// Whether the reading is of an answer as a whole.
    whole: bool,
    diagnostic: Diagnostic,
}

/// Kinds of contradictions of one value.
mod kind {
    pub const CHANGE: u8 = 0;
    pub const EFFECT: u8 = 1;
    pub const PRESENCE: u8 = 2;
}

/// How each leaf of an answer stands, by where its value lies in memory.
#[derive(Default)]
struct Marks {
    predicted: FastSet<usize>,
    unexplained: FastSet<usize>,
}

impl Marks {
    fn all(set: &mut FastSet<usize>, value: &Json) {
        shape::leaves(0, value, LEAVES_MAX, &mut |leaf| {
            set.insert(std::ptr::from_ref(leaf.value).addr());
        });
    }
}

impl<'a> Check<'a> {
    fn step(&mut self, at: usize) {
        let step = &self.steps[at];
        if !step.answer.refused && self.model.acts(step.tool, step.access) {
            self.acting.push(at);
        }
        let mut marks = Marks::default();
        let readings = self.holes.readings(&self.model.tables, step);
        self.guards(at);
        for reading in &readings {
            self.reading(at, reading, &mut marks);
            self.presence(at, reading, &mut marks);
        }
        self.tell_once();
        if !step.answer.refused {
            self.echoes(at, &mut marks);
            self.shape(at);
            self.declared(at);
            self.relations(at, &mut marks);
            self.functions(at, &mut marks);
            self.minted(at);
        }
        self.holes.learn(readings, at);
        if self.acting.last() == Some(&at) {
            let named = |given: &Given| Some((hash_name(&given.value)?, (at, given.id)));
            self.lately.extend(step.given.iter().filter_map(named));
        }
        let strength = &mut self.checked.strength;
        shape::leaves(0, &step.answer.value, LEAVES_MAX, &mut |leaf| {
            let place = std::ptr::from_ref(leaf.value).addr();
            // A refusal that comes again shows nothing of the world.
            let predicted = marks.predicted.contains(&place) && !step.answer.refused;
            match (predicted, marks.unexplained.contains(&place)) {
                (_, true) => strength.unexplained += 1,
                (true, _) => strength.predicted += 1,
                _ => strength.bound += 1,
            }
        });
    }

    /// Compares what an answer says of a field with what is known of it.
    fn reading(&mut self, at: usize, reading: &Reading<'_>, marks: &mut Marks) {
        let (model, steps) = (self.model, self.steps);
        let step = &steps[at];
        let since = reading.prior.as_ref().map(|prior| prior.step);
        let first = self.acting.partition_point(|k| since.is_some_and(|since| *k <= since));
        let between: Vec<usize> = self.acting[first..].to_vec();
        // A call of which nothing is known is not taken to change its own answer.
        let unknown = between[..] == [at] && step.access == Access::Unknown && !model.changers.contains(&step.tool);
        if let Some(prior) = &reading.prior {
            if prior.value == *reading.value {
                Marks::all(&mut marks.predicted, reading.value);
            } else {
                let again =
                    unknown && (steps[prior.step].tool, steps[prior.step].question) == (step.tool, step.question);
                for change in changes(&model.tables, step, reading, prior) {
                    if again {
                        self.changed(at, reading, prior, &change, &[], self.strict);
                        continue;
                    }
                    let licensed = between.iter().any(|k| {
                        let other = !names(&steps[*k], reading, step);
                        let (table, top, class) = (reading.table, reading.class, change.class);
                        let license = model.license(steps[*k].tool, table, top, class, other, self.bar);
                        license != License::Never
                    });
                    if licensed {
                        if let Some(value) = crate::json::pointer::resolve(reading.value, &change.path) {
                            Marks::all(&mut marks.unexplained, value);
                        }
                    } else {
                        self.changed(at, reading, prior, &change, &between, true);
                    }
                }
            }
        }
        self.effects(at, reading, &between, marks);
    }

    /// Holds a value against what the calls since are known to make of it.
    fn effects(&mut self, at: usize, reading: &Reading<'_>, between: &[usize], marks: &mut Marks) {
        let (model, steps) = (self.model, self.steps);
        let step = &steps[at];
        if reading.is_whole() && step.answer.refused {
            return;
        }
        let named: Vec<usize> = between.iter().copied().filter(|k| names(&steps[*k], reading, step)).collect();
        if named.is_empty() || !named.iter().any(|k| !(reading.is_whole() && *k == at)) {
            return;
        }
        let mut before: FastMap<(u64, u64), &Json> = FastMap::default();
        if let Some(prior) = &reading.prior {
            shape::leaves(reading.class, &prior.value, LEAVES_MAX, &mut |leaf| {
                before.insert((leaf.id, leaf.indices), leaf.value);
            });
        }
        let mut found = Vec::new();
        shape::leaves(reading.class, reading.value, LEAVES_MAX, &mut |mut leaf| {
            if leaf.name == 0 {
                leaf.name = reading.field;
            }
            for k in named.iter().rev() {
                if reading.is_whole() && *k == at {
                    continue;
                }
                let writer = &steps[*k];
                if let Some(rule) = model.effects.get(&(writer.tool, leaf.id)).map(|effect| &effect.rule)
                    && rule.support.held >= self.bar.held
                    && (!matches!(rule.expr, Expr::Constant(_)) || rule.support.held >= 2 * self.bar.held)
                {
                    // A later call that may have touched it makes the outcome open.
                    let later = between.iter().filter(|later| *later > k && **later <= at);
                    let open = later.clone().any(|later| {
                        let other = !names(&steps[*later], reading, step);
                        let tool = steps[*later].tool;
                        model.license(tool, reading.table, reading.class, leaf.id, other, self.bar) != License::Never
                    });
                    let old = before.get(&(leaf.id, leaf.indices)).copied();
                    // With other writers in between, the value before is not that of this call.
                    let old = old.filter(|_| named.len() == 1);
                    if !open && let Some(expected) = value_of(&rule.expr, writer, leaf, old, *k == at) {
                        let later: Vec<usize> = later.copied().collect();
                        let sure = self.is_enough(rule.runs) && self.is_left_alone(reading, at, &later);
                        found.push((leaf, *k, rule, expected, old.cloned(), sure));
                    }
                    return;
                }
            }
        });
        for (leaf, writer, rule, expected, old, sure) in found {
            let moved = matches!(&rule.expr, Expr::Argument { id, .. } if among(&self.steps[writer], *id, leaf.value));
            if agrees(&expected, leaf.value) || moved {
                marks.predicted.insert(std::ptr::from_ref(leaf.value).addr());
                marks.unexplained.remove(&std::ptr::from_ref(leaf.value).addr());
            } else {
                let severity = if sure { Severity::Error } else { Severity::Warning };
                self.unlike_effect(at, reading, writer, rule, &expected, leaf, old.as_ref(), severity);
            }
        }
    }

    /// Holds an answer against what answers of the tool repeat of their arguments.
    fn echoes(&mut self, at: usize, marks: &mut Marks) {
        let step = &self.steps[at];
        let mut found: Vec<(Leaf<'_>, &Rule, Json)> = Vec::new();
        let mut met: FastSet<u64> = FastSet::default();
        shape::leaves(step.tool, &step.answer.value, LEAVES_MAX, &mut |leaf| {
            let mut broken: Option<(&Rule, Json)> = None;
            let also = self.model.mentions.get(&leaf.id);
            for rule in self.model.answers.get(&leaf.id).into_iter().chain(also.into_iter().flatten()) {
                // Where the names agree, less evidence will do, as long as none speaks against it.
                let least = match (rule.support.broken == 0, rule.named, rule.telling) {
                    (true, true, true) => TELLING_HELD,
                    (true, true, false) | (true, _, true) => NAMED_HELD,
                    _ => self.bar.held,
                };
                if rule.support.held < least {
                    continue;
                }
                let Some(expected) = value_of(&rule.expr, step, leaf, None, false) else { continue };
                let place = std::ptr::from_ref(leaf.value).addr();
                if agrees(&expected, leaf.value) || contains(&rule.expr, &expected, leaf.value) {
                    met.insert(leaf.id);
                    if rule.support.held >= 10 || matches!(rule.expr, Expr::Argument { .. }) {
                        marks.predicted.insert(place);
                    }
                } else if let Expr::Argument { id, .. } | Expr::Within { id, .. } = &rule.expr
                    && !among(step, *id, leaf.value)
                    && broken.as_ref().is_none_or(|(first, with)| !self.is_sure(step, first, with))
                {
                    // The first that is an error, or else the first.
                    let sure = self.is_sure(step, rule, &expected);
                    if sure || broken.is_none() {
                        broken = Some((rule, expected));
                    }
                }
            }
            found.extend(broken.map(|(rule, expected)| (leaf, rule, expected)));
        });
        for (leaf, rule, expected) in found.into_iter().filter(|(leaf, rule, _)| rule.each || !met.contains(&leaf.id)) {
            self.unlike_argument(at, rule, &expected, leaf);
        }
    }

    /// Calls that were accepted although a limit in the dialogue's own words forbids them.
    fn limits(&mut self) {
        let mut answers = vec![None; self.exchanges.len()];
        for step in self.steps {
            answers[step.exchange] = Some(step.answer.clone());
        }
        let tools = self.trajectory.offered(false, self.fallback);
        for breach in limits::breaches(self.trajectory, self.exchanges, &answers, tools) {
            let exchange = &self.exchanges[breach.exchange];
            let at = exchange.answer.map_or_else(String::new, |answer| self.trajectory.at_message(answer));
            let text = format!("{}: \"{}\"", breach.message, breach.limit.quote.trim());
            let mut diagnostic = Diagnostic::new(Code::LimitBroken, at, text)
                .related(self.trajectory.at_call(exchange.message, exchange.call), "the call that was accepted");
            let source = match &breach.limit.source {
                limits::Source::System(message)
                | limits::Source::Message(message)
                | limits::Source::Refusal(message) => Some(*message),
                limits::Source::ToolDescription(_) | limits::Source::Parameter { .. } => None,
            };
            diagnostic = match source {
                Some(message) => diagnostic.related(self.trajectory.at_message(message), "states the limit"),
                None => diagnostic.related("/tools", "a tool's description states the limit"),
            };
            let mut refused = false;
            for witness in &breach.witnesses {
                diagnostic = match witness {
                    limits::Witness::Refusal { exchange } => {
                        refused = true;
                        let answer = self.exchanges[*exchange].answer;
                        let at = answer.map_or_else(String::new, |answer| self.trajectory.at_message(answer));
                        diagnostic.related(at, "an earlier call was refused for it")
                    }
                    limits::Witness::Statement { message, .. } => {
                        diagnostic.related(self.trajectory.at_message(*message), "the assistant states it too")
                    }
                };
            }
            // A tool need not enforce what a prompt demands: only a refusal shows that it does.
            if !refused && !self.strict {
                diagnostic.severity = Severity::Warning;
            }
            self.push(diagnostic);
        }
    }

    /// Whether a rule or a frame was seen in trajectories enough for an error.
    fn is_enough(&self, runs: u32) -> bool {
        runs >= self.bar.runs
    }

    /// Whether calls were seen to leave a field alone in trajectories enough.
    fn is_left_alone(&self, reading: &Reading<'_>, at: usize, between: &[usize]) -> bool {
        between.iter().all(|k| {
            let other = !names(&self.steps[*k], reading, &self.steps[at]);
            self.is_enough(self.model.left_alone_in(self.steps[*k].tool, reading.table, reading.class, other))
        })
    }

    /// Tells a finding, as a warning where it is not `sure`.
    fn push_if(&mut self, sure: bool, mut diagnostic: Diagnostic) {
        if !sure {
            diagnostic.severity = Severity::Warning;
        }
        self.push(diagnostic);
    }

    /// Tells what was found of the readings of an answer; what is found of an answer as a whole and of a record is told
    /// of the record, which it names.
    fn tell_once(&mut self) {
        let mut kept: Vec<Told> = Vec::new();
        for told in std::mem::take(&mut self.pending) {
            let Some(other) = kept.iter_mut().find(|other| (other.kind, other.place) == (told.kind, told.place)) else {
                kept.push(told);
                continue;
            };
            let error = [&*other, &told].into_iter().any(|told| told.diagnostic.severity == Severity::Error);
            if other.whole && !told.whole {
                *other = told;
            }
            other.diagnostic.severity = if error { Severity::Error } else { Severity::Warning };
        }
        kept.into_iter().for_each(|told| self.push(told.diagnostic));
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        let error = diagnostic.severity == Severity::Error;
        let twice = |other: &Diagnostic| (other.code, &other.message) == (diagnostic.code, &diagnostic.message);
        if self.checked.diagnostics.iter().any(twice) {
            return;
        }
        if self.told[usize::from(error)] < TOLD_MAX {
            self.told[usize::from(error)] += 1;
            self.checked.diagnostics.push(diagnostic);
        }
    }

    fn at_answer(&self, step: usize) -> String {
        self.trajectory.at_message(self.steps[step].answered_at)
    }

    fn at_call(&self, step: usize) -> String {
        let exchange = &self.exchanges[self.steps[step].exchange];
        self.trajectory.at_call(exchange.message, exchange.call)
    }
}

/// What an expression gives for a leaf. `None` where something in it is not known.
fn value_of(expr: &Expr, writer: &Step, leaf: Leaf<'_>, old: Option<&Json>, own: bool) -> Option<Json> {
    let given = |id: u64| {
        let mut with = writer.given.iter().filter(|given| given.id == id);
        let fitting = with.clone().find(|given| given.indices == leaf.indices && given.indices != 0);
        fitting.or_else(|| with.find(|given| given.indices == 0)).map(|given| &given.value)
    };
    match expr {
        Expr::Constant(value) => Some(value.clone()),
        Expr::Argument { id, .. } => given(*id).cloned(),
        // A text of which only a part is known.
        Expr::Within { id, .. } => {
            given(*id).filter(|value| value.as_str().is_some_and(|text| text.len() >= 3)).cloned()
        }
        Expr::Answer { id } => {
            if own {
                return None;
            }
            let mut found = None;
            shape::leaves(writer.tool, &writer.answer.value, LEAVES_MAX, &mut |leaf| {
                if leaf.id == *id && leaf.indices == 0 {
                    found = Some(leaf.value.clone());
                }
            });
            found
        }
        Expr::Plus { id, .. } | Expr::Minus { id, .. } => {
            let (old, by) = (old?.as_f64()?, given(*id)?.as_f64()?);
            let sum = if matches!(expr, Expr::Plus { .. }) { old + by } else { old - by };
            Some(number(sum, leaf.value))
        }
    }
}

/// A computed number as it would be recorded: whole where the recorded one is.
fn number(computed: f64, recorded: &Json) -> Json {
    let whole = computed.round();
    match matches!(recorded, Json::Int(_) | Json::Uint(_)) && close(computed, whole) && whole.abs() < 1e15 {
        true => Json::Int(whole as i64),
        false => Json::Float(computed),
    }
}

/// A computed number in words.
fn plain(computed: f64) -> String {
    number(computed, &Json::Int(0)).excerpt()
}

/// Whether a text has the expected part in it.
fn contains(expr: &Expr, part: &Json, value: &Json) -> bool {
    match (expr, part, value) {
        (Expr::Within { .. }, Json::Text(part), Json::Text(text)) => text.contains(&**part),
        _ => false,
    }
}

/// Whether a value is among those of an argument that is a list: tools sort.
fn among(step: &Step, id: u64, value: &Json) -> bool {
    step.given.iter().any(|given| given.id == id && given.indices != 0 && same(&given.value, value))
}

/// Whether a value is the expected one, up to the rounding of sums.
fn agrees(expected: &Json, value: &Json) -> bool {
    same(expected, value)
        || match (expected.as_f64(), value.as_f64()) {
            (Some(a), Some(b)) => close(a, b),
            _ => false,
        }
}
