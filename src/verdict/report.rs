//! What is said of one record. The JSON form is published as `docs/report.schema.json`.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::consistent::Strength;
use crate::diagnostic::{Diagnostic, Level, Severity};
use crate::grounding::{ArgumentReport, Provenance};
use crate::ingest::Origin;
use crate::trajectory::{Exchange, Trajectory};

/// The judgement of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every asked level passed.
    Verified,
    /// An asked level has an error.
    Rejected,
    /// An asked level could check nothing.
    Undetermined,
}

impl Verdict {
    pub const ALL: [Verdict; 3] = [Verdict::Verified, Verdict::Rejected, Verdict::Undetermined];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Verified => "verified",
            Verdict::Rejected => "rejected",
            Verdict::Undetermined => "undetermined",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LevelResult {
    Pass,
    Fail,
    Unchecked,
}

/// How the final state compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StateResult {
    Match,
    Mismatch,
    Unchecked,
}

/// How one call compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallOutcome {
    Match,
    Mismatch,
    Unchecked,
    Fault,
}

/// What is said of one call.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CallReport {
    /// JSON pointer to the call.
    pub at: String,
    pub tool: String,
    pub outcome: CallOutcome,
    /// JSON pointer to its observation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<String>,
    /// Why it is unchecked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The rules that the environment named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cited: Vec<String>,
    /// Where each argument comes from, where that is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<ArgumentReport>,
    /// Whether an environment ran it.
    #[serde(skip)]
    pub ran: bool,
    #[serde(skip)]
    pub exchange: Exchange,
}

impl CallReport {
    pub(super) fn new(trajectory: &Trajectory, exchange: &Exchange) -> CallReport {
        CallReport {
            at: trajectory.at_call(exchange.message, exchange.call),
            tool: trajectory.messages[exchange.message].calls[exchange.call].name.clone(),
            outcome: CallOutcome::Unchecked,
            answered_at: exchange.answer.map(|answer| trajectory.at_message(answer)),
            reason: None,
            cited: Vec::new(),
            provenance: Vec::new(),
            ran: false,
            exchange: *exchange,
        }
    }

    /// Whether an environment ran it to an answer.
    pub fn executed(&self) -> bool {
        self.ran || matches!(self.outcome, CallOutcome::Match | CallOutcome::Mismatch)
    }
}

/// What is said of one record.
#[derive(Clone, Debug)]
pub struct Report {
    pub id: String,
    pub origin: Origin,
    pub verdict: Verdict,
    levels: [LevelResult; 4],
    /// The levels that the verdict asks for.
    asked: Vec<Level>,
    pub diagnostics: Vec<Diagnostic>,
    pub calls: Vec<CallReport>,
    pub state: StateResult,
    /// The leaves of all arguments, by where they come from.
    pub arguments: BTreeMap<Provenance, u64>,
    /// On how much level `consistent` rests, where it was decided.
    pub strength: Option<Strength>,
    /// How it runs in the mined mock, where that was asked for.
    pub bundle: Option<BundleReport>,
}

/// How a verified trajectory runs in the mined mock.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BundleReport {
    pub calls: u64,
    /// Calls that rules and records answer; the others are answered as recorded.
    pub explained: u64,
    /// Whether all calls answer as recorded.
    pub replays: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Report {
    pub(super) fn new(id: String, origin: Origin) -> Report {
        Report {
            id,
            origin,
            verdict: Verdict::Undetermined,
            levels: [LevelResult::Unchecked; 4],
            asked: Vec::new(),
            diagnostics: Vec::new(),
            calls: Vec::new(),
            state: StateResult::Unchecked,
            arguments: BTreeMap::new(),
            strength: None,
            bundle: None,
        }
    }

    pub fn level(&self, level: Level) -> LevelResult {
        self.levels[level as usize]
    }

    pub(super) fn set_level(&mut self, level: Level, result: LevelResult) {
        self.levels[level as usize] = result;
    }

    pub(super) fn has_error(&self, level: Level) -> bool {
        self.diagnostics.iter().any(|d| d.level == level && d.severity == Severity::Error)
    }

    /// Whether the verdict asks for a level; `formed` is always asked for.
    pub fn asks_for(&self, level: Level) -> bool {
        level == Level::Formed || self.asked.contains(&level)
    }

    /// The first error of a level that was asked for, in the order of the record's messages.
    pub fn first_error(&self) -> Option<&Diagnostic> {
        self.diagnostics.iter().find(|d| d.severity == Severity::Error && self.asks_for(d.level))
    }

    /// Puts the findings in the order of the record: tools, messages, metadata.
    pub(super) fn sort(&mut self) {
        let key = |diagnostic: &Diagnostic| {
            let mut parts = diagnostic.at.split('/').skip(1);
            let (list, index) = (parts.next().unwrap_or(""), parts.next().and_then(|i| i.parse::<usize>().ok()));
            match (list, index) {
                ("messages" | "conversations", Some(index)) => (1, index),
                ("metadata", _) => (2, 0),
                _ => (0, 0),
            }
        };
        self.diagnostics.sort_by_key(key);
    }

    pub(super) fn decide(&mut self, asked: &[Level]) {
        self.asked = asked.to_vec();
        let results = || Level::ALL.into_iter().filter(|level| self.asks_for(*level)).map(|level| self.level(level));
        self.verdict = if results().any(|result| result == LevelResult::Fail) {
            Verdict::Rejected
        } else if results().any(|result| result == LevelResult::Unchecked) {
            Verdict::Undetermined
        } else {
            Verdict::Verified
        };
    }
}

impl Serialize for Report {
    /// The value of the key `gemproof`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Levels<'a>(&'a Report);
        impl Serialize for Levels<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(Level::ALL.iter().map(|level| (level.name(), self.0.level(*level))))
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("levels", &Levels(self))?;
        map.serialize_entry("diagnostics", &self.diagnostics)?;
        map.serialize_entry("calls", &self.calls)?;
        map.serialize_entry("state", &self.state)?;
        map.serialize_entry("arguments", &self.arguments)?;
        if let Some(strength) = &self.strength {
            map.serialize_entry("strength", strength)?;
        }
        if let Some(bundle) = &self.bundle {
            map.serialize_entry("bundle", bundle)?;
        }
        map.end()
    }
}
