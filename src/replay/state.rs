//! Comparing the final state with what the record says of it.

use std::collections::BTreeMap;

use crate::environment::{Environment, Episode, FinalState, Stage};
use crate::json::{Json, pointer};
use crate::mock::Fault;
use crate::trajectory::Trajectory;
use crate::world::World;

/// How the final state compares with the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub enum StateAgreement {
    Match,
    Mismatch(Vec<StateFinding>),
    /// The record says nothing of it, or a fault came before.
    Unchecked,
    /// An environment could not show its state.
    Fault {
        environment: String,
        function: String,
        fault: Fault,
    },
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
pub(super) fn check(
    stage: &Stage,
    trajectory: &Trajectory,
    initial: &[World],
    episode: &Episode<'_>,
) -> StateAgreement {
    // One that has its own part of a state leaves the other parts to be compared.
    let opaque = |e: &Environment| e.manifest.final_state == FinalState::Unrelated && e.manifest.state_name.is_none();
    if stage.environments.iter().any(opaque) {
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
        match name {
            "final_state" => match whole(stage, &recorded, episode, &at, &mut findings) {
                Ok(compared) => checked |= compared,
                Err(fault) => return fault,
            },
            _ => {
                checked = true;
                changed(&recorded, initial, &episode.worlds, &at, &mut findings);
            }
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

/// Compares whole tables, and what environments show of their worlds. Answers whether anything was there to compare.
fn whole(
    stage: &Stage,
    recorded: &Json,
    episode: &Episode<'_>,
    at: &str,
    findings: &mut Vec<StateFinding>,
) -> Result<bool, StateAgreement> {
    let environments = &stage.environments;
    let alone = environments.len() == 1;
    if alone
        && environments[0].part_name(alone).is_none()
        && matches!(environments[0].manifest.final_state, FinalState::Shown(_))
    {
        one_part(stage, 0, "", recorded, episode, at, findings)?;
        return Ok(true);
    }
    let named = environments.iter().all(|e| e.manifest.state_name.is_some());
    // An object without members says as much as one with them, but for environments whose parts it does not have.
    let mut compared = !named;
    for (name, part) in recorded.as_map().into_iter().flat_map(|map| map.iter()) {
        let mut at = at.to_owned();
        pointer::push(&mut at, name);
        match environments.iter().position(|e| e.part_name(alone) == Some(&**name)) {
            Some(index) => compared |= one_part(stage, index, name, part, episode, &at, findings)?,
            // Of environments that are not here.
            None if named => {}
            None => one_table(&episode.worlds, name, part, &at, findings),
        }
    }
    Ok(compared)
}

/// Compares the part of one environment.
fn one_part(
    stage: &Stage,
    index: usize,
    name: &str,
    recorded: &Json,
    episode: &Episode<'_>,
    at: &str,
    findings: &mut Vec<StateFinding>,
) -> Result<bool, StateAgreement> {
    let manifest = &stage.environments[index].manifest;
    match &manifest.final_state {
        FinalState::Unrelated => return Ok(false),
        FinalState::Tables => {
            for (table, value) in recorded.as_map().into_iter().flat_map(|map| map.iter()) {
                let mut at = at.to_owned();
                pointer::push(&mut at, table);
                one_table(&episode.worlds[index..=index], table, value, &at, findings);
            }
        }
        FinalState::Shown(function) => {
            let shown = episode.shown(index, function).map_err(|fault| StateAgreement::Fault {
                environment: manifest.name.clone(),
                function: function.clone(),
                fault,
            })?;
            differences(&shown, recorded, name, at, findings);
        }
    }
    Ok(true)
}

/// Compares what an environment shows with what is recorded, member by member.
fn differences(shown: &Json, recorded: &Json, name: &str, at: &str, findings: &mut Vec<StateFinding>) {
    if shown == recorded {
        return;
    }
    let (Some(ours), Some(theirs)) = (shown.as_map(), recorded.as_map()) else {
        findings.push(StateFinding {
            at: at.to_owned(),
            message: format!("`{name}` ends otherwise in the environment"),
            expected: Some(shown.clone()),
            recorded: Some(recorded.clone()),
        });
        return;
    };
    let place = |member: &str| if name.is_empty() { member.to_owned() } else { format!("{name}/{member}") };
    for (member, recorded) in theirs.iter().filter(|(member, recorded)| ours.get(member) != Some(recorded)) {
        let mut at = at.to_owned();
        pointer::push(&mut at, member);
        let expected = ours.get(member).cloned();
        let ends = if expected.is_some() { "ends otherwise" } else { "does not exist at the end" };
        let message = format!("`{}` {ends} in the environment", place(member));
        findings.push(StateFinding { at, message, expected, recorded: Some(recorded.clone()) });
    }
    for (member, value) in ours.iter().filter(|(member, _)| theirs.get(member).is_none()) {
        let message = format!("`{}` exists at the end in the environment, and not in the record", place(member));
        findings.push(StateFinding { at: at.to_owned(), message, expected: Some(value.clone()), recorded: None });
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
