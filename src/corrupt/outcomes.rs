//! Corruptions of whether a call succeeds.

use super::edit::with_word;
use super::run::{Step, is_unsteady, plain_text};
use super::{Case, Witness};

/// A refused call succeeds. An equal call that was refused as well, in the same state, contradicts it.
pub(super) fn refusal_turned(case: &mut Case) {
    let run = case.run;
    let repeats = run.repeats();
    for (at, step) in run.steps.iter().enumerate() {
        let Some(refusal) = step.refusal() else { continue };
        let alike = |from: usize, to: usize, twin: usize| {
            let twin = run.steps[twin].refusal() == Some(refusal);
            twin && run.quiet(from, to)
        };
        // A call that had succeeded may have written, and a later refusal be right: of calls that may write only the
        // later can be turned.
        let before = repeats.iter().find(|(from, to)| *to == at && alike(*from, *to, *from)).map(|pair| pair.0);
        let after = || {
            let pair = repeats.iter().find(|(from, to)| *from == at && alike(*from, *to, *to));
            pair.map(|pair| pair.1).filter(|_| case.donors.is_reader(&step.tool))
        };
        let witness = before.or_else(after).map_or(Witness::World, Witness::Message);
        let donors = case.donors.successes(&step.tool);
        let donors: Vec<&Step> = donors.into_iter().filter(|donor| !donor.content.trim().is_empty()).collect();
        let Some(donor) = case.chance.pick(&donors) else { continue };
        case.answer(at, witness, adapted(donor, step), "a refusal is a success");
    }
}

/// A call that succeeded is refused. An equal read that succeeded before it, in the same state, contradicts it.
pub(super) fn success_turned(case: &mut Case) {
    let run = case.run;
    let repeats = run.repeats();
    for (at, step) in run.steps.iter().enumerate() {
        let Some(success) = step.success() else { continue };
        let twin = repeats.iter().find(|(from, to)| {
            let earlier = &run.steps[*from];
            *to == at && !earlier.writes && earlier.success() == Some(success) && run.quiet(*from, *to)
        });
        if is_unsteady(&step.tool) {
            continue;
        }
        let witness = twin.map_or(Witness::World, |pair| Witness::Message(pair.0));
        let donors = case.donors.refusals(&step.tool);
        let Some(donor) = case.chance.pick(&donors) else { continue };
        case.answer(at, witness, adapted(donor, step), "a success is a refusal");
    }
}

/// The answer of a donor as it would be to the arguments of another call: theirs are named in it.
fn adapted(donor: &Step, own: &Step) -> String {
    let mut content = donor.content.clone();
    for (name, theirs) in donor.plain_arguments() {
        let ours = own.arguments.get(name).filter(|ours| ours.kind() == theirs.kind() && *ours != theirs);
        let (Some(ours), Some(theirs)) = (ours.and_then(plain_text), plain_text(theirs)) else { continue };
        let fits = ![&ours, &theirs].into_iter().any(|text| text.contains(['"', '\\', '\n']));
        if fits && theirs.len() >= 3 && !ours.is_empty() {
            content = with_word(&content, &theirs, &ours);
        }
    }
    content
}
