//! Corruptions of a read that is made twice.

use std::sync::Arc;

use crate::json::{Json, pointer};

use super::donors::Effect;
use super::run::{Step, leaves, pattern};
use super::{Case, Change, Draft, Witness, clipped};

/// The later of two equal reads with nothing written between says something else.
pub(super) fn repeated_read(case: &mut Case) {
    for (from, to) in case.run.repeats() {
        let [earlier, later] = [from, to].map(|at| case.run.steps[at].success());
        if earlier.is_some() && earlier == later && case.run.quiet(from, to) && !case.run.steps[from].writes {
            case.change_any_leaf(to, Witness::Message(from));
        }
    }
}

/// The read after a write says what it said before. The write contradicts it where its own answer shows the new value
/// of the same entity, or where it set a value that the corpus always shows in this place after it.
pub(super) fn stale_read(case: &mut Case) {
    let run = case.run;
    for (from, to, writes) in run.reads_around_writes() {
        let (earlier, later) = (&run.steps[from], &run.steps[to]);
        if earlier.success() == later.success() {
            continue;
        }
        let last = writes[writes.len() - 1];
        let witness =
            if shows_new(case, earlier, &run.steps[last], later) { Witness::Message(last) } else { Witness::World };
        let how = format!("as before {}", case.answer_of(last));
        case.answer(to, witness, earlier.content.clone(), &how);
    }
}

/// Whether a write tells a value that a read shows after it and did not show before.
fn shows_new(case: &Case, earlier: &Step, write: &Step, later: &Step) -> bool {
    let (Some(before), Some(after), Some(told)) = (earlier.success(), later.success(), write.success()) else {
        return false;
    };
    if later.ids().into_iter().any(|id| !write.shows(id)) {
        return false;
    }
    let arguments = leaves(&write.arguments);
    leaves(after).into_iter().filter(|(place, leaf)| pointer::resolve(before, place) != Some(leaf)).any(
        |(place, leaf)| {
            let answers = !matches!(leaf, Json::Null) && pointer::resolve(told, &place) == Some(leaf);
            let place = pattern(&place);
            let set = |(argument, value): &(String, &Json)| {
                let effect = || Effect {
                    write: Arc::clone(&write.tool),
                    argument: pattern(argument),
                    read: Arc::clone(&later.tool),
                    place: place.clone(),
                };
                let stood = leaves(before).iter().any(|(at, old)| pattern(at) == place && old == value);
                *value == leaf && !stood && case.donors.effect(&effect()).holds(3)
            };
            answers || arguments.iter().any(set)
        },
    )
}

/// A read says something else after writes that left it alone. The earlier read contradicts it where the writes are
/// about other entities, and such writes are known to leave such reads alone.
pub(super) fn phantom_effect(case: &mut Case) {
    let run = case.run;
    for (from, to, writes) in run.reads_around_writes() {
        let read = &run.steps[from];
        if read.success() != run.steps[to].success() {
            continue;
        }
        let apart = |write: &usize| {
            let write = &run.steps[*write];
            write.success().is_some() && !read.is_linked_to(write) && case.donors.frame(write, read).holds(3)
        };
        let framed = !read.ids().is_empty() && writes.iter().all(apart);
        let witness = if framed { Witness::Message(from) } else { Witness::World };
        case.change_any_leaf(to, witness);
    }
}

/// The only write between two reads that differ is taken out.
pub(super) fn lost_write(case: &mut Case) {
    let run = case.run;
    for (from, to, writes) in run.reads_around_writes() {
        let ([write], false) = (&writes[..], run.steps[from].success() == run.steps[to].success()) else { continue };
        let write = *write;
        if run.steps[write].success().is_none() {
            continue;
        }
        let arguments = clipped(&run.steps[write].arguments);
        let what = format!("{}: the call with {arguments} is taken out", case.answer_of(write));
        case.drafts.push(Draft { at: write, witness: Witness::Message(from), what, change: Change::Without });
    }
}
