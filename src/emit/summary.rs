//! The summary of a run: `summary.json`. Published as `docs/summary.schema.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::consistent::Strength;
use crate::grounding::Provenance;
use crate::verdict::{CallOutcome, Report, StateResult, Verdict};

/// Counts over all records of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub trajectories: u64,
    pub verified: u64,
    pub rejected: u64,
    pub undetermined: u64,
    pub calls: u64,
    /// Calls that an environment ran to an answer.
    pub calls_executed: u64,
    /// Those whose observation agreed.
    pub calls_matched: u64,
    /// Records whose final state could be compared.
    pub states_checked: u64,
    /// Those whose final state agreed.
    pub states_matched: u64,
    /// Findings by code.
    pub codes: BTreeMap<String, u64>,
    /// The leaves of all arguments, by where they come from.
    #[serde(default)]
    pub arguments: BTreeMap<Provenance, u64>,
    /// On how much level `consistent` rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<Strength>,
    /// Wall time.
    pub seconds: f64,
}

impl Summary {
    pub fn add(&mut self, report: &Report) {
        self.trajectories += 1;
        match report.verdict {
            Verdict::Verified => self.verified += 1,
            Verdict::Rejected => self.rejected += 1,
            Verdict::Undetermined => self.undetermined += 1,
        }
        self.calls += report.calls.len() as u64;
        self.calls_executed += report.calls.iter().filter(|call| call.executed()).count() as u64;
        self.calls_matched += report.calls.iter().filter(|call| call.outcome == CallOutcome::Match).count() as u64;
        self.states_checked += u64::from(report.state != StateResult::Unchecked);
        self.states_matched += u64::from(report.state == StateResult::Match);
        for (provenance, count) in &report.arguments {
            *self.arguments.entry(*provenance).or_default() += count;
        }
        if let Some(strength) = report.strength {
            self.strength.get_or_insert_default().add(strength);
        }
        for diagnostic in &report.diagnostics {
            match self.codes.get_mut(diagnostic.code.name()) {
                Some(count) => *count += 1,
                None => drop(self.codes.insert(diagnostic.code.name().to_owned(), 1)),
            }
        }
    }
}
