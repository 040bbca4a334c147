//! Level `executed`: a trajectory's calls run in order, each outcome held against the recorded one.
//!
//! Replay emits one [`Event`] after another and knows none of its listeners. It never stops at an error: the environment keeps
//! its own state, and the next call is judged against it.

mod compare;
mod state;

use std::sync::Arc;

pub use compare::compare;
pub use state::{StateAgreement, StateFinding};

use crate::diagnostic::{CitedRule, Difference};
use crate::environment::{NoWorld, Performed, Relaxation, Stage};
use crate::json::Json;
use crate::mock::{Fault, FaultKind, Outcome};
use crate::trajectory::{Exchange, Trajectory};

/// What replay tells, in order: one `Call` for each call, then one `State`.
#[derive(Clone, Debug)]
pub enum Event {
    Call {
        /// Which exchange, by its index.
        exchange: usize,
        agreement: Agreement,
        cited: Vec<CitedRule>,
    },
    State(StateAgreement),
}

/// How a call's outcome compares with the recorded observation.
#[derive(Clone, Debug)]
pub enum Agreement {
    Match {
        /// Whether the observation is an error of the tool.
        is_error: bool,
    },
    Mismatch {
        expected: Json,
        /// Whether the environment refused the call.
        refused: bool,
        differences: Vec<Difference>,
    },
    Unchecked(Unchecked),
    Fault(Fault),
}

/// Why a call was not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// The record has no answer to it. The call was run.
    NoAnswer,
    /// Its arguments are no object. It was not run.
    NoArguments,
    /// It differs, but a fault before it may be the reason.
    AfterFault,
}

/// Replays a trajectory from its initial worlds.
///
/// # Errors
/// When it has no initial world.
pub fn replay(
    stage: &Stage,
    trajectory: &Trajectory,
    exchanges: &[Exchange],
    listener: &mut dyn FnMut(Event),
) -> Result<(), NoWorld> {
    let initial = stage.initial_worlds(trajectory)?;
    let start = initial.worlds.clone();
    let mut episode = stage.episode(initial);
    let mut faulted = false;
    for (at, exchange) in exchanges.iter().enumerate() {
        let call = &trajectory.messages[exchange.message].calls[exchange.call];
        let recorded = exchange.answer.map(|answer| trajectory.messages[answer].content.as_str());
        let mut cited = Vec::new();
        let agreement = match &call.arguments.value {
            Err(_) => Agreement::Unchecked(Unchecked::NoArguments),
            Ok(arguments) => {
                let relaxation = stage.relaxation(&call.name);
                let performed = episode.call(&call.name, &Json::from(arguments), minted(recorded, relaxation));
                let Performed { outcome, cited: rules } = performed;
                cited = rules;
                agreement(outcome, recorded, relaxation, faulted)
            }
        };
        faulted |= matches!(agreement, Agreement::Fault(_));
        listener(Event::Call { exchange: at, agreement, cited });
    }
    let state = match faulted {
        true => StateAgreement::Unchecked,
        false => state::check(stage, trajectory, &start, &episode),
    };
    listener(Event::State(state));
    Ok(())
}

fn agreement(outcome: Outcome, recorded: Option<&str>, relaxation: Option<&Relaxation>, faulted: bool) -> Agreement {
    let (expected, refused) = match outcome {
        Outcome::Answer(answer) => (answer, false),
        Outcome::Refusal(answer) => (answer, true),
        Outcome::Fault(fault) => return Agreement::Fault(fault),
    };
    let Some(recorded) = recorded else { return Agreement::Unchecked(Unchecked::NoAnswer) };
    let differences = compare(&expected, recorded, relaxation);
    if differences.is_empty() {
        return Agreement::Match { is_error: refused || is_error(&expected) };
    }
    if faulted {
        return Agreement::Unchecked(Unchecked::AfterFault);
    }
    Agreement::Mismatch { expected, refused, differences }
}

/// The ids that the record says this call minted.
fn minted(recorded: Option<&str>, relaxation: Option<&Relaxation>) -> Vec<Arc<str>> {
    let (Some(recorded), Some(relaxation)) = (recorded, relaxation) else { return Vec::new() };
    if relaxation.minted.is_empty() {
        return Vec::new();
    }
    let Ok(answer) = serde_json::from_str::<Json>(recorded) else { return Vec::new() };
    let leaves = relaxation.minted.iter().flat_map(|pattern| pattern.select(&answer));
    leaves
        .filter_map(|leaf| match leaf {
            Json::Text(text) => Some(text.clone()),
            Json::Int(n) => Some(Arc::from(n.to_string())),
            _ => None,
        })
        .collect()
}

/// Whether an observation reads as an error: a text that starts so, or a map that says so.
pub fn is_error(observation: &Json) -> bool {
    match observation {
        Json::Text(text) => text.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error")),
        Json::Map(map) => {
            map.get("error").is_some_and(|error| !matches!(error, Json::Null | Json::Bool(false)))
                || map.get("status").and_then(Json::as_str).is_some_and(|s| matches!(s, "error" | "failed" | "failure"))
                || map.get("success") == Some(&Json::Bool(false))
        }
        _ => false,
    }
}

/// Whether a recorded observation reads as an error.
pub fn is_error_text(recorded: &str) -> bool {
    match recorded.trim_start().as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Json>(recorded).is_ok_and(|json| is_error(&json)),
        _ => is_error(&Json::text(recorded)),
    }
}

/// Whether a fault says that a tool is not there, as opposed to broken.
pub fn is_missing(fault: &Fault) -> bool {
    fault.kind == FaultKind::Missing
}
