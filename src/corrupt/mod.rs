//! Corrupted copies of trajectories, to measure judges with.
//!
//! **Invariant.** Every corruption is wrong by construction. Why it is wrong, and who can know it, is argued from the
//! recorded data alone, never from what a judge says: a rule counts where the whole corpus shows it and nothing
//! breaks it.

mod chance;
mod donors;
mod edit;
mod fields;
mod ids;
mod outcomes;
mod repeats;
mod run;
mod shape;
mod sums;

#[cfg(test)]
mod tests;

use crate::json::{Json, pointer};
use crate::trajectory::{Answer, Exchange, Trajectory};

use chance::{Chance, hash};
use edit::Body;
use run::{Run, leaves, pattern};

pub use donors::Donors;

/// The ways in which a trajectory is corrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// A read repeated with nothing written between answers otherwise.
    RepeatedRead,
    /// A read after a write answers as before it.
    StaleRead,
    /// A read that a write left alone answers otherwise after it.
    PhantomEffect,
    /// A write whose effect is read is taken out.
    LostWrite,
    /// A computation has another result.
    PureAnswer,
    /// A total is not the sum, a count not the length.
    Arithmetic,
    /// The answer is about another entity than the one asked for.
    OtherAnswer,
    /// A value of the answer that repeats an argument does not.
    EchoedArgument,
    /// A refused call succeeds.
    RefusalTurned,
    /// A call that succeeded is refused.
    SuccessTurned,
    /// A member is renamed, dropped or of another type.
    ShapeDrift,
    /// Two creations come back with one id.
    RepeatedId,
    /// A listing shows what was deleted.
    GhostEntity,
    /// Two answers show one record, and one member of it differs.
    FieldOfEntity,
}

impl Family {
    pub const ALL: [Family; 14] = [
        Family::RepeatedRead,
        Family::StaleRead,
        Family::PhantomEffect,
        Family::LostWrite,
        Family::PureAnswer,
        Family::Arithmetic,
        Family::OtherAnswer,
        Family::EchoedArgument,
        Family::RefusalTurned,
        Family::SuccessTurned,
        Family::ShapeDrift,
        Family::RepeatedId,
        Family::GhostEntity,
        Family::FieldOfEntity,
    ];

    /// The name in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Family::RepeatedRead => "repeated-read",
            Family::StaleRead => "stale-read",
            Family::PhantomEffect => "phantom-effect",
            Family::LostWrite => "lost-write",
            Family::PureAnswer => "pure-answer",
            Family::Arithmetic => "arithmetic",
            Family::OtherAnswer => "other-answer",
            Family::EchoedArgument => "echoed-argument",
            Family::RefusalTurned => "refusal-turned",
            Family::SuccessTurned => "success-turned",
            Family::ShapeDrift => "shape-drift",
            Family::RepeatedId => "repeated-id",
            Family::GhostEntity => "ghost-entity",
            Family::FieldOfEntity => "field-of-entity",
        }
    }

    fn drafts(self, case: &mut Case) {
        match self {
            Family::RepeatedRead => repeats::repeated_read(case),
            Family::StaleRead => repeats::stale_read(case),
            Family::PhantomEffect => repeats::phantom_effect(case),
            Family::LostWrite => repeats::lost_write(case),
            Family::PureAnswer => sums::pure_answer(case),
            Family::Arithmetic => sums::arithmetic(case),
            Family::OtherAnswer => fields::other_answer(case),
            Family::EchoedArgument => fields::echoed_argument(case),
            Family::RefusalTurned => outcomes::refusal_turned(case),
            Family::SuccessTurned => outcomes::success_turned(case),
            Family::ShapeDrift => shape::shape_drift(case),
            Family::RepeatedId => ids::repeated_id(case),
            Family::GhostEntity => ids::ghost_entity(case),
            Family::FieldOfEntity => fields::field_of_entity(case),
        }
    }
}

/// Who can know that it is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// An exchange of the trajectory contradicts it: its index among the original exchanges. It is the corrupted
    /// exchange itself where a call contradicts its own answer.
    Message(usize),
    /// Only knowledge of the tools or of the true environment.
    World,
}

/// What was done, and why it is wrong.
#[derive(Clone, Debug)]
pub struct Corruption {
    pub family: Family,
    /// The exchange that was changed or taken out: its index among the original exchanges.
    pub at: usize,
    pub witness: Witness,
    /// In words: `answer 7 of get_order_details: /status "pending" -> "delivered"`. The number is that of the message.
    pub what: String,
}

/// A corrupted copy.
#[derive(Clone, Debug)]
pub struct Corrupted {
    pub trajectory: Trajectory,
    pub corruption: Corruption,
}

/// Makes up to `max` corruptions of one family, each at another exchange, those with a witness in the trajectory first.
/// Equal arguments give equal corruptions. `exchanges` are those that [`pair`](crate::trajectory::pair) finds.
/// `donors` are the trajectories of the same corpus; this one may be among them.
pub fn corrupt(
    trajectory: &Trajectory,
    exchanges: &[Exchange],
    donors: &Donors,
    family: Family,
    seed: u64,
    max: usize,
) -> Vec<Corrupted> {
    let chance = Chance::new(seed ^ hash(&trajectory.id) ^ hash(family.name()).rotate_left(17));
    let run = Run::read(trajectory, exchanges);
    let mut case = Case { trajectory, exchanges, run: &run, donors, chance, drafts: Vec::new() };
    family.drafts(&mut case);
    let Case { mut drafts, mut chance, .. } = case;
    chance.shuffle(&mut drafts);
    drafts.sort_by_key(|draft| draft.witness == Witness::World);
    let mut touched = Vec::new();
    let mut made = Vec::new();
    for draft in drafts {
        if made.len() == max {
            break;
        }
        if touched.contains(&draft.at) {
            continue;
        }
        touched.push(draft.at);
        let corruption = Corruption { family, at: draft.at, witness: draft.witness, what: draft.what };
        made.push(Corrupted { trajectory: draft.change.apply(trajectory, exchanges[draft.at]), corruption });
    }
    made
}

/// A trajectory while a family looks at it.
struct Case<'a> {
    trajectory: &'a Trajectory,
    exchanges: &'a [Exchange],
    run: &'a Run,
    donors: &'a Donors,
    chance: Chance,
    drafts: Vec<Draft>,
}

/// A corruption that can be made.
struct Draft {
    at: usize,
    witness: Witness,
    what: String,
    change: Change,
}

enum Change {
    /// The answer says this.
    Answer(String),
    /// The call and its answer are taken out.
    Without,
    /// From the answer on, one id is another.
    Renamed { from: String, to: String },
}

impl Change {
    fn apply(self, trajectory: &Trajectory, exchange: Exchange) -> Trajectory {
        let mut copy = trajectory.clone();
        match self {
            Change::Answer(content) => {
                if let Some(answer) = exchange.answer {
                    copy.messages[answer].content = content;
                }
            }
            Change::Without => edit::take_out(&mut copy, exchange),
            Change::Renamed { from, to } => edit::rename(&mut copy, exchange.answer.unwrap_or(0), &from, &to),
        }
        copy
    }
}

impl Case<'_> {
    /// Where an answer stands, for people.
    fn answer_of(&self, at: usize) -> String {
        let place = self.exchanges[at].answer.map_or(0, |answer| self.trajectory.messages[answer].index);
        format!("answer {place} of {}", self.run.steps[at].tool)
    }

    /// Drafts that an answer says something else, if it then reads otherwise.
    fn answer(&mut self, at: usize, witness: Witness, content: String, how: &str) -> bool {
        let Some(old) = &self.run.steps[at].answer else { return false };
        let new = Answer::read(&content);
        if new.value == old.value && new.refused == old.refused {
            return false;
        }
        let what = format!("{}: {how}", self.answer_of(at));
        self.drafts.push(Draft { at, witness, what, change: Change::Answer(content) });
        true
    }

    /// Drafts another value for one leaf of an answer.
    fn change_leaf(&mut self, at: usize, pointer: &str, witness: Witness) -> bool {
        let step = &self.run.steps[at];
        let Some(answer) = &step.answer else { return false };
        let Some(old) = pointer::resolve(&answer.value, pointer) else { return false };
        let seen = self.donors.values(&step.tool, &pattern(pointer));
        let Some(new) = edit::another_value(old, seen, &mut self.chance) else { return false };
        let Some(content) = Body::of(&step.content, answer).replaced(pointer, &new) else { return false };
        let how = format!("{pointer} {} -> {}", clipped(old), clipped(&new));
        self.answer(at, witness, content, how.trim_start())
    }

    /// Drafts another value for some leaf of an answer: each kind of place is as likely as any other.
    fn change_any_leaf(&mut self, at: usize, witness: Witness) -> bool {
        let Some(value) = self.run.steps[at].success() else { return false };
        let mut places: Vec<(String, String)> = leaves(value)
            .into_iter()
            .filter(|(_, leaf)| !matches!(leaf, Json::Null) && leaf.as_str().is_none_or(|text| text.trim().len() >= 2))
            .map(|(pointer, _)| (pattern(&pointer), pointer))
            .collect();
        self.chance.shuffle(&mut places);
        let mut kinds: Vec<String> = places.iter().map(|(kind, _)| kind.clone()).collect();
        kinds.sort();
        kinds.dedup();
        self.chance.shuffle(&mut kinds);
        kinds.iter().any(|kind| {
            let place = places.iter().find(|(of, _)| of == kind);
            place.is_some_and(|(_, pointer)| self.change_leaf(at, pointer, witness))
        })
    }
}

/// A value in a line for people.
fn clipped(value: &Json) -> String {
    let text = value.to_string();
    if text.len() <= 60 {
        return text;
    }
    format!("{}…", &text[..text.floor_char_boundary(60)])
}
