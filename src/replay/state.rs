//! Comparing the final state with what the record says of it.

use std::collections::BTreeMap;

use crate::environment::Stage;
use crate::json::{Json, pointer};
use crate::trajectory::Trajectory;
use crate::world::World;

/// How the final state compares with the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub enum StateAgreement {
    Match,
    Mismatch(Vec<StateFinding>),
    /// The record says nothing of it, or a fault came before.
    Unchecked,
}

/// One record that differs, or a recorded state that cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct StateFinding {
    /// JSON pointer into the record.
    pub at: String,
    pub message: String,
    /// The record at the end in the environment; absent where there is none.
    pub expected: Option<Json>,
    /// The record at the end by the trajectory's metadata.
    pub recorded: Option<Json>,
}

/// Compares the final worlds with `metadata.final_state` (whole tables) and `metadata.final_state_diff` (changed records).
pub(super) fn check(stage: &Stage, trajectory: &Trajectory, initial: &[World], worlds: &[World]) -> StateAgreement {
    if stage.environments.iter().any(|environment| !environment.manifest.final_state) {
        return StateAgreement::Unchecked;
    }
    let mut findings = Vec::new();
    let mut checked = false;
    for (name, text) in
        [("final_state", &trajectory.metadata.final_state), ("final_state_diff", &trajectory.metadata.final_state_diff)]
    {
        let Some(text) = text else { continue };
        let at = format!("/metadata/{name}");
        let recorded = match serde_json::from_str::<Json>(text) {
            Ok(recorded) if recorded.as_map().is_some() => recorded,
            Ok(other) => {
                findings.push(unreadable(at, format!("the final state must be an object, this is {}", other.a_kind())));
                continue;
            }
            Err(e) => {
                findings.push(unreadable(at, e.to_string()));
                continue;
            }
        };
        checked = true;
        match name {
            "final_state" => whole(stage, &recorded, worlds, &at, &mut findings),
            _ => changed(&recorded, initial, worlds, &at, &mut findings),
        }
    }
    match (checked, findings.is_empty()) {
        (_, false) => StateAgreement::Mismatch(findings),
        (true, true) => StateAgreement::Match,
        (false, true) => StateAgreement::Unchecked,
    }
}

fn unreadable(at: String, message: String) -> StateFinding {
    StateFinding { at, message, expected: None, recorded: None }
}

/// The record or value at a place `TABLE/KEY` or `NAME`, in whichever world has it.
fn look_up<'a>(worlds: &'a [World], place: &str) -> Option<&'a Json> {
    worlds.iter().find_map(|world| match place.split_once('/') {
        Some((table, key)) => world.get(table, key),
        None => world.value(place),
    })
}

fn changed(recorded: &Json, initial: &[World], worlds: &[World], at: &str, findings: &mut Vec<StateFinding>) {
    let Some(recorded) = recorded.as_map() else { return };
    let mut ours: BTreeMap<String, Option<Json>> = BTreeMap::new();
    for (before, after) in initial.iter().zip(worlds) {
        ours.extend(before.changes(after).into_iter().map(|change| (change.place(), change.after)));
    }
    for (place, value) in recorded.iter() {
        ours.remove(&**place);
        let expected = look_up(worlds, place);
        if expected.unwrap_or(&Json::Null) == value {
            continue;
        }
        let mut at = at.to_owned();
        pointer::push(&mut at, place);
        let message = match (expected, look_up(initial, place)) {
            (None, _) => format!("`{place}` does not exist at the end in the environment"),
            (Some(now), Some(before)) if now == before => format!("`{place}` never changed in the environment"),
            _ => format!("`{place}` ends otherwise in the environment"),
        };
        findings.push(StateFinding { at, message, expected: expected.cloned(), recorded: Some(value.clone()) });
    }
    for (place, expected) in ours {
        let what = if expected.is_some() { "changed" } else { "was removed" };
        let message = format!("`{place}` {what} in the environment, and the record does not say so");
        findings.push(StateFinding { at: at.to_owned(), message, expected, recorded: None });
    }
}

fn whole(stage: &Stage, recorded: &Json, worlds: &[World], at: &str, findings: &mut Vec<StateFinding>) {
    let by_environment = |name: &str| stage.environments.iter().position(|e| e.manifest.name == name);
    let several = worlds.len() > 1;
    for (name, tables) in recorded.as_map().into_iter().flat_map(|map| map.iter()) {
        let mut at = at.to_owned();
        pointer::push(&mut at, name);
        match by_environment(name).filter(|_| several) {
            Some(index) => {
                for (table, value) in tables.as_map().into_iter().flat_map(|map| map.iter()) {
                    let mut at = at.clone();
                    pointer::push(&mut at, table);
                    one_table(&worlds[index..=index], table, value, &at, findings);
                }
            }
            None => one_table(worlds, name, tables, &at, findings),
        }
    }
}

fn one_table(worlds: &[World], name: &str, recorded: &Json, at: &str, findings: &mut Vec<StateFinding>) {
    let Some(table) = worlds.iter().find_map(|world| world.table(name)) else {
        let expected = worlds.iter().find_map(|world| world.value(name));
        if expected != Some(recorded) {
            let message = match expected {
                Some(_) => format!("`{name}` ends otherwise in the environment"),
                None => format!("the environment has no `{name}`"),
            };
            findings.push(StateFinding {
                at: at.to_owned(),
                message,
                expected: expected.cloned(),
                recorded: Some(recorded.clone()),
            });
        }
        return;
    };
    let Some(records) = recorded.as_map() else {
        findings.push(unreadable(
            at.to_owned(),
            format!("`{name}` is a table in the environment, and {} here", recorded.a_kind()),
        ));
        return;
    };
    for (key, value) in records.iter() {
        if table.get(key) != Some(value) {
            let mut at = at.to_owned();
            pointer::push(&mut at, key);
            let message = match table.get(key) {
                Some(_) => format!("`{name}/{key}` ends otherwise in the environment"),
                None => format!("`{name}/{key}` does not exist at the end in the environment"),
            };
            let expected = table.get(key).cloned();
            findings.push(StateFinding { at, message, expected, recorded: Some(value.clone()) });
        }
    }
    for (key, value) in table.iter().filter(|(key, _)| records.get(key).is_none()) {
        let message = format!("`{name}/{key}` exists at the end in the environment, and not in the record");
        findings.push(StateFinding { at: at.to_owned(), message, expected: Some(value.clone()), recorded: None });
    }
}
