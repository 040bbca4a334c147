//! Corruptions of what an answer says of the entity that it is about.

use std::collections::HashMap;
use std::sync::Arc;

use crate::json::{Json, Map};

use super::run::{
    Run, is_id_name, is_id_value, is_leaf, is_unsteady, last, leaves, mentions, pattern, plain_text, walk,
};
use super::{Case, Witness};

/// How many pairs of records are looked at in one trajectory.
const PAIRS_MAX: usize = 20_000;

/// One record that two answers show, with nothing written between.
pub struct Shared<'a> {
    /// Name and text of the id that they have in common.
    pub id: (String, String),
    pub earlier: (usize, String),
    pub later: (usize, String),
    records: [&'a Map; 2],
}

/// That a member of a record is the same in the answers of two tools.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Agreement {
    id: String,
    pub earlier: (Arc<str>, String),
    pub later: (Arc<str>, String),
    pub member: String,
    /// Whether both calls name one id. What holds for one question need not hold across questions: the price of an
    /// item in one order, and in another.
    one_question: bool,
}

impl Shared<'_> {
    /// The scalar members that both have, without the id.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Json, &Json)> {
        let [earlier, later] = self.records;
        let both = |(name, value): (_, _)| Some((name, value, later.get(name)?));
        let members = earlier.iter().map(|(name, value)| (&**name, value)).filter_map(both);
        members.filter(|(name, a, b)| *name != self.id.0 && is_leaf(a) && is_leaf(b))
    }

    pub fn agreement(&self, run: &Run, member: &str) -> Agreement {
        let place = |(at, pointer): &(usize, String)| (run.steps[*at].tool.clone(), pattern(pointer));
        let [asked, asks] = [self.earlier.0, self.later.0].map(|at| &run.steps[at]);
        Agreement {
            one_question: asks.ids().into_iter().any(|id| mentions(&asked.arguments, id)),
            id: self.id.0.clone(),
            earlier: place(&self.earlier),
            later: place(&self.later),
            member: member.to_owned(),
        }
    }
}

/// The records that two answers show of one entity: an id is equal, and no other id that both have differs.
pub fn shared_records(run: &Run) -> Vec<Shared<'_>> {
    type Records<'a> = Vec<(String, String, String, &'a Map)>;
    let records = |at: usize| -> Records<'_> {
        let mut found = Vec::new();
        let step = &run.steps[at];
        let Some(value) = step.success().filter(|_| !is_unsteady(&step.tool)) else { return found };
        walk(value, &mut |pointer, node| {
            let Some(map) = node.as_map().filter(|map| map.len() >= 3) else { return };
            for (name, id) in map.iter().filter(|(name, id)| is_id_name(name) && is_id_value(id)) {
                found.extend(plain_text(id).map(|text| (name.to_string(), text, pointer.to_owned(), map)));
            }
        });
        found
    };
    let all: Vec<Records<'_>> = (0..run.steps.len()).map(records).collect();
    let mut shared = Vec::new();
    for (to, later) in all.iter().enumerate().filter(|(_, later)| !later.is_empty()) {
        let mut by_id: HashMap<(&str, &str), Vec<(&String, &Map)>> = HashMap::new();
        for (name, id, pointer, map) in later {
            by_id.entry((name, id)).or_default().push((pointer, map));
        }
        for from in (0..to).rev() {
            if !run.quiet(from, to) {
                break;
            }
            if run.steps[from].asks_as(&run.steps[to]) {
                continue;
            }
            for (name, id, pointer, earlier) in &all[from] {
                for (place, later) in by_id.get(&(name, id)).into_iter().flatten() {
                    let contradicts = |(name, value): (&Arc<str>, &Json)| {
                        is_id_name(name) && later.get(name).is_some_and(|other| other != value)
                    };
                    if shared.len() < PAIRS_MAX && !earlier.iter().any(contradicts) {
                        shared.push(Shared {
                            id: (name.clone(), id.clone()),
                            earlier: (from, pointer.clone()),
                            later: (to, (*place).clone()),
                            records: [earlier, later],
                        });
                    }
                }
            }
        }
    }
    shared
}

/// One member of a record that an earlier answer shows is another. That the member is one of the entity and not of the
/// question is measured: over the corpus it never differed, more often than chance would explain.
pub(super) fn field_of_entity(case: &mut Case) {
    let run = case.run;
    for shared in shared_records(run) {
        let equal: Vec<&str> = shared.members().filter(|(_, a, b)| a == b).map(|(name, ..)| name).collect();
        if equal.len() < 2 {
            continue;
        }
        let known: Vec<&str> =
            equal.into_iter().filter(|member| case.donors.agrees(&shared.agreement(run, member))).collect();
        let Some(member) = case.chance.pick(&known) else { continue };
        let mut pointer = shared.later.1.clone();
        crate::json::pointer::push(&mut pointer, member);
        case.change_leaf(shared.later.0, &pointer, Witness::Message(shared.earlier.0));
    }
}

/// The answer to another question. The call contradicts it where the tool is known to name what it was asked for.
pub(super) fn other_answer(case: &mut Case) {
    let run = case.run;
    for (at, step) in run.steps.iter().enumerate() {
        let Some(value) = step.success() else { continue };
        let named = |(_, argument): &(&str, &Json)| is_id_value(argument) && mentions(value, argument);
        let Some((name, asked)) = step.plain_arguments().find(named) else { continue };
        let donors: Vec<_> = case.donors.successes(&step.tool);
        let other = |donor: &&&super::run::Step| {
            let about = donor.arguments.get(name).is_some_and(|other| other != asked);
            about && donor.success().is_some_and(|value| !mentions(value, asked)) && !donor.content.trim().is_empty()
        };
        let donors: Vec<_> = donors.iter().filter(other).collect();
        let Some(donor) = case.chance.pick(&donors) else { continue };
        let rule = case.donors.mention(&step.tool, name).holds(5);
        let witness = if rule { Witness::Message(at) } else { Witness::World };
        let about = donor.arguments.get(name).unwrap_or(&Json::Null);
        let how = format!("asked for {name} {asked}, answered for {about}");
        case.answer(at, witness, donor.content.clone(), &how);
    }
}

/// A leaf that always repeats the argument of its name does not.
pub(super) fn echoed_argument(case: &mut Case) {
    let run = case.run;
    for (at, step) in run.steps.iter().enumerate() {
        let Some(value) = step.success() else { continue };
        let long = |leaf: &Json| match leaf {
            Json::Text(text) => text.trim().len() >= 3,
            number => number.as_f64().is_some_and(|n| n >= 10.0),
        };
        let echoes: Vec<String> = leaves(value)
            .into_iter()
            .filter(|(pointer, leaf)| long(leaf) && step.arguments.get(last(pointer)) == Some(leaf))
            .map(|(pointer, _)| pointer)
            .filter(|pointer| case.donors.echo(&step.tool, &pattern(pointer)).holds(5))
            .collect();
        if let Some(pointer) = case.chance.pick(&echoes) {
            case.change_leaf(at, pointer, Witness::Message(at));
        }
    }
}
