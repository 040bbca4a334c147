//! Corruptions of results that can be computed.

use crate::json::{Json, Map};

use super::run::{Step, leaves, pattern, walk, words};
use super::{Case, Witness};

/// A total, by its place and what it is the total of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    place: String,
    of: Of,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// The numbers of a list beside it; of a list of maps, the numbers of that name.
    List(String, Option<String>),
    /// All other numbers beside it.
    Siblings,
    /// The items of a list beside it.
    Count(String),
}

/// A number that could be a total.
pub struct Found {
    pub sum: Sum,
    pub pointer: String,
    pub holds: bool,
    /// Whether chance would hardly make it hold: two numbers or more, and none of them zero.
    pub is_telling: bool,
}

/// Every number of a value beside which there is something to add up or to count.
pub fn sums(value: &Json) -> Vec<Found> {
    let mut found = Vec::new();
    walk(value, &mut |pointer, node| {
        if let Some(map) = node.as_map() {
            sums_in(map, pointer, &mut found);
        }
    });
    found
}

fn sums_in(map: &Map, around: &str, found: &mut Vec<Found>) {
    for (name, total) in map.iter().filter_map(|(name, value)| Some((name, value.as_f64()?))) {
        let mut pointer = around.to_owned();
        crate::json::pointer::push(&mut pointer, name);
        let mut add = |of: Of, holds: bool, is_telling: bool| {
            let sum = Sum { place: pattern(&pointer), of };
            found.push(Found { sum, pointer: pointer.clone(), holds, is_telling });
        };
        let mut sum_of = |of: Of, numbers: &[f64]| {
            let is_telling = numbers.len() >= 2 && numbers.iter().all(|n| *n != 0.0);
            add(of, (numbers.iter().sum::<f64>() - total).abs() < 0.005, is_telling);
        };
        let siblings: Vec<f64> = map.iter().filter(|(n, _)| *n != name).filter_map(|(_, v)| v.as_f64()).collect();
        if siblings.len() >= 2 {
            sum_of(Of::Siblings, &siblings);
        }
        for (list_name, items) in map.iter().filter_map(|(name, value)| Some((name, value.as_list()?))) {
            if items.iter().all(|item| item.as_f64().is_some()) {
                let numbers: Vec<f64> = items.iter().filter_map(Json::as_f64).collect();
                sum_of(Of::List(list_name.to_string(), None), &numbers);
            }
            let members = items.first().and_then(Json::as_map).into_iter().flat_map(|map| map.iter());
            for (member, _) in members.filter(|(_, value)| value.as_f64().is_some()) {
                let numbers: Vec<f64> = items.iter().filter_map(|item| item.get(member)?.as_f64()).collect();
                sum_of(Of::List(list_name.to_string(), Some(member.to_string())), &numbers);
            }
        }
        for (list_name, items) in map.iter().filter_map(|(name, value)| Some((name, value.as_list()?))) {
            add(Of::Count(list_name.to_string()), items.len() as f64 == total, items.len() >= 2);
        }
    }
}

/// A total that the whole corpus shows to be one is another number.
pub(super) fn arithmetic(case: &mut Case) {
    let run = case.run;
    for (at, step) in run.steps.iter().enumerate() {
        let Some(value) = step.success() else { continue };
        let known: Vec<Found> = sums(value)
            .into_iter()
            .filter(|found| found.holds && found.is_telling && case.donors.sum(&step.tool, &found.sum).holds(5))
            .collect();
        if let Some(found) = case.chance.pick(&known) {
            case.change_leaf(at, &found.pointer, Witness::World);
        }
    }
}

/// Whether a call is a computation over its arguments alone, as far as its name and its form tell.
pub fn is_computation(step: &Step) -> bool {
    const SURE: [&str; 21] = [
        "calculate",
        "calculator",
        "compute",
        "convert",
        "conversion",
        "exchange",
        "subtract",
        "multiply",
        "divide",
        "mean",
        "average",
        "median",
        "sqrt",
        "square",
        "deviation",
        "logarithm",
        "percentage",
        "power",
        "gallon",
        "factorial",
        "round",
    ];
    const WITH_NUMBERS: [&str; 4] = ["add", "sum", "max", "min"];
    let words = words(&step.tool);
    let named = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let arguments = leaves(&step.arguments);
    let numeric = || arguments.iter().all(|(_, leaf)| leaf.as_f64().is_some());
    !arguments.is_empty()
        && (named(&SURE) && !named(&["delivered", "order", "items"]) || named(&WITH_NUMBERS) && numeric())
        && result(step).is_some()
}

/// Where the only value of an answer stands, if that is a number.
fn result(step: &Step) -> Option<String> {
    let mut leaves = leaves(step.success()?);
    leaves.retain(|(_, leaf)| !matches!(leaf, Json::Null));
    match &leaves[..] {
        [(pointer, leaf)] if leaf.as_f64().is_some() => Some(pointer.clone()),
        _ => None,
    }
}

/// A computation has another result. An equal call before it contradicts it.
pub(super) fn pure_answer(case: &mut Case) {
    let run = case.run;
    for (at, step) in run.steps.iter().enumerate() {
        let rule = case.donors.computation(&step.tool);
        if !is_computation(step) || rule.broken > 0 {
            continue;
        }
        let twin = (0..at).rev().find(|before| {
            let before_is = &run.steps[*before];
            before_is.asks_as(step)
                && before_is.success() == step.success()
                && (rule.holds(3) || !before_is.writes && run.quiet(*before, at))
        });
        if let Some(pointer) = result(step) {
            case.change_leaf(at, &pointer, twin.map_or(Witness::World, Witness::Message));
        }
    }
}
