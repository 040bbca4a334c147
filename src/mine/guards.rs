//! Guards: in which states of a record a call succeeds, and in which it is refused.

use super::FastMap;
use super::holes::Holes;
use super::step::{Step, hash_json, hash_name};
use super::survey::{Support, Times};
use crate::json::Json;

/// Of a tool, the argument that names the record, its table, and a field.
pub type Condition = (u64, u64, u64, u64);

/// What happened where the field had a value.
#[derive(Clone, Debug)]
pub struct ValueSeen {
    pub hash: u64,
    pub value: Json,
    pub succeeded: u32,
    pub refused: u32,
    /// The answers that refused it, the first few of them.
    pub answers: Vec<(Json, u32)>,
    /// In how many trajectories it was refused.
    pub runs: Times,
}

/// Calls that name a record known to exist.
#[derive(Clone, Copy, Debug, Default)]
pub struct Existing {
    pub succeeded: u32,
    /// Refused because there is no such record.
    pub refused: u32,
    /// In how many trajectories they succeeded.
    pub runs: Times,
}

/// Outcomes of calls by the state of the records that they name.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    pub fields: FastMap<Condition, Vec<ValueSeen>>,
    /// Of a tool, an argument and a table: calls that name a record known to exist.
    pub existing: FastMap<(u64, u64, u64), Existing>,
    /// How often calls were refused because what they name is gone, and how often they succeeded on it.
    pub gone: FastMap<Ending, (Support, Times)>,
}

/// Of the last call that may have taken something away and of a later one: the tool, and the argument that names it.
pub type Ending = ((u64, u64), (u64, u64));

/// Things, by the hashes of what names them: the tool and the argument of the last call that may have changed them.
pub type Lately = FastMap<u64, (u64, u64)>;

/// Refusals that show that a call takes things away.
const GONE_HELD: u32 = 3;

/// Values of a field that are told apart; one with more is no state.
const VALUES_MAX: usize = 8;

/// A refusal that says that something does not exist.
pub fn is_missing(message: &str) -> bool {
    let text = message.to_lowercase();
    ["not found", "does not exist", "doesn't exist", "no such", "could not find", "cannot find", "unknown "]
        .iter()
        .any(|phrase| text.contains(phrase))
}

/// Values that may be a state.
pub fn is_state(value: &Json) -> bool {
    match value {
        Json::Text(text) => text.len() <= 40,
        Json::Bool(_) => true,
        _ => false,
    }
}

/// Answers of refusals that are kept for one value.
const ANSWERS_MAX: usize = 4;

fn note_answer(answers: &mut Vec<(Json, u32)>, answer: &Json, count: u32) {
    match answers.iter_mut().position(|(known, _)| known == answer) {
        Some(at) => answers[at].1 += count,
        None if answers.len() < ANSWERS_MAX => answers.push((answer.clone(), count)),
        None => {}
    }
}

impl Guards {
    /// Learns from one call, by what was known before it. `fresh` tells whether a fact still holds.
    pub fn learn(
        &mut self,
        holes: &Holes,
        step: &Step,
        lately: &Lately,
        trajectory: u32,
        fresh: impl Fn(u64, usize) -> bool,
    ) {
        let missing = step.answer.refused && is_missing(&step.answer.message());
        for given in &step.given {
            let Some(hash) = hash_name(&given.value) else { continue };
            if let Some(last) = lately.get(&hash)
                && (missing || !step.answer.refused)
            {
                let (support, times) = self.gone.entry((*last, (step.tool, given.id))).or_default();
                let side = if missing { &mut support.held } else { &mut support.broken };
                *side += 1;
                if missing {
                    times.note(trajectory);
                }
            }
            for (table, subject) in holes.called(hash) {
                let outcome = self.existing.entry((step.tool, given.id, *table)).or_default();
                outcome.succeeded += u32::from(!step.answer.refused);
                outcome.refused += u32::from(missing);
                if !step.answer.refused {
                    outcome.runs.note(trajectory);
                }
                for (field, fact) in holes.fields(*subject) {
                    if !is_state(&fact.value) || !fresh(hash, fact.step) {
                        continue;
                    }
                    let values = self.fields.entry((step.tool, given.id, *table, *field)).or_default();
                    let hash = hash_json(&fact.value);
                    let at = values.iter().position(|seen| seen.hash == hash);
                    let at = match at {
                        Some(at) => at,
                        None if values.len() <= VALUES_MAX => {
                            values.push(ValueSeen {
                                hash,
                                value: fact.value.clone(),
                                succeeded: 0,
                                refused: 0,
                                answers: Vec::new(),
                                runs: Times::default(),
                            });
                            values.len() - 1
                        }
                        None => continue,
                    };
                    values[at].succeeded += u32::from(!step.answer.refused);
                    values[at].refused += u32::from(step.answer.refused);
                    if step.answer.refused {
                        values[at].runs.note(trajectory);
                    }
                    if step.answer.refused && step.answer.value.nodes() < 40 {
                        note_answer(&mut values[at].answers, &step.answer.value, 1);
                    }
                }
            }
        }
    }

    /// How often what a call names was gone after another, where it always was, and in how many trajectories.
    pub fn is_gone(&self, ending: &Ending) -> Option<(Support, Times)> {
        self.gone.get(ending).copied().filter(|(support, _)| support.held >= GONE_HELD && support.holds())
    }

    pub fn merge(&mut self, other: Guards) {
        for (ending, (support, times)) in other.gone {
            let own = self.gone.entry(ending).or_default();
            own.0.add(support);
            own.1.add(times);
        }
        for (condition, seen) in other.fields {
            let own = self.fields.entry(condition).or_default();
            for value in seen {
                match own.iter().position(|own| own.hash == value.hash) {
                    Some(at) => {
                        own[at].succeeded += value.succeeded;
                        own[at].refused += value.refused;
                        for (answer, count) in &value.answers {
                            note_answer(&mut own[at].answers, answer, *count);
                        }
                        own[at].runs.add(value.runs);
                    }
                    None => own.push(value),
                }
            }
            own.truncate(4 * VALUES_MAX);
        }
        for (key, seen) in other.existing {
            let own = self.existing.entry(key).or_default();
            own.succeeded += seen.succeeded;
            own.refused += seen.refused;
            own.runs.add(seen.runs);
        }
    }
}
