//! From findings to a verdict: what each level found, and what the asked levels make of it.
//!
//! **Invariant.** Nothing checked is never a pass; a fault of an environment is never the trajectory's failure.

mod report;

use std::sync::{Arc, OnceLock};

pub use report::{BundleReport, CallOutcome, CallReport, LevelResult, Report, StateResult, Verdict};

use crate::bundle::Mined;
use crate::consistent;
use crate::diagnostic::{CitedRule, Code, Diagnostic, Difference, Evidence, Level, Severity};
use crate::environment::{NoWorld, Stage};
use crate::grounding::{self, Given, Index, Profile};
use crate::ingest::{self, Format, Origin, Readable, Record, ToolShelf, Unreadable};
use crate::json::Json;
use crate::lint::{self, Formed};
use crate::mine::Model;
use crate::replay::{self, Agreement, Event, StateAgreement, StateFinding, Unchecked};
use crate::trajectory::{Exchange, ToolSet, Trajectory};

/// Everything that judging a record depends on, shared by all threads.
#[derive(Debug, Default)]
pub struct Judge {
    pub stage: Stage,
    /// Tools for records that name none, instead of the environments'.
    pub tools: Option<Arc<ToolSet>>,
    /// The levels that the verdict asks for; `formed` is always asked for.
    pub asked: Vec<Level>,
    pub shelf: ToolShelf,
    /// Whether reports say of each argument where it comes from.
    pub provenance: bool,
    /// The state that the environments bring, as a source of values.
    pub known_world: OnceLock<Option<Arc<Index<'static>>>>,
    /// What the corpus tells of the parameters; a run learns it from its first records.
    pub profile: OnceLock<Profile>,
    /// What was mined of the tools, for level `consistent`; without it that level is unchecked.
    pub model: Option<Arc<Model>>,
    /// Whether little evidence is enough to reject.
    pub strict: bool,
    /// A mined mock in which verified trajectories are run, and from whose worlds they leave.
    pub mined: Option<Arc<Mined>>,
}

/// A record with its report.
#[derive(Debug)]
pub struct Judged {
    pub record: Record,
    pub readable: Option<Readable>,
    pub report: Report,
    /// The initial state in which a verified trajectory replays in the mined mock, where that was asked for.
    pub world: Option<Json>,
}

impl Judge {
    /// Reads and judges one record. A bug of ours becomes a finding of that record, and the others go on.
    pub fn judge(&self, record: Record, hint: Option<&'static dyn Format>) -> Judged {
        let work = std::panic::AssertUnwindSafe(|| match ingest::read(&record, hint, &self.shelf) {
            Ok(mut readable) => {
                let diagnostics = std::mem::take(&mut readable.diagnostics);
                let report = self.report(&readable.trajectory, diagnostics, &record.origin);
                (Some(readable), report)
            }
            Err(Unreadable { diagnostic }) => (None, self.unreadable(*diagnostic, &record.origin)),
        });
        let (readable, report) = std::panic::catch_unwind(work).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let diagnostic =
                Diagnostic::new(Code::InternalError, "", format!("gemproof failed on this record: {text}"))
                    .help("this is a bug of gemproof: please report it with the record");
            (None, self.unreadable(diagnostic, &record.origin))
        });
        let mut judged = Judged { record, readable, report, world: None };
        self.bundle(&mut judged);
        judged
    }

    /// Runs a verified trajectory in the mined mock, in a world made for it.
    fn bundle(&self, judged: &mut Judged) {
        let (Some(mined), Some(readable)) = (&self.mined, &judged.readable) else { return };
        if judged.report.verdict != Verdict::Verified {
            return;
        }
        let trajectory = &readable.trajectory;
        let exchanges: Vec<Exchange> = judged.report.calls.iter().map(|call| call.exchange).collect();
        let fallback = self.tools.as_ref().or(self.stage.tools.as_ref()).map(Arc::as_ref);
        match mined.bundle(trajectory, &exchanges, fallback) {
            Ok(bundle) => {
                let (calls, explained) = (bundle.calls as u64, bundle.explained as u64);
                judged.report.bundle = Some(BundleReport { calls, explained, replays: true, why: None });
                judged.world = Some(bundle.state);
            }
            Err(why) => {
                let calls = judged.report.calls.len() as u64;
                judged.report.bundle = Some(BundleReport { calls, explained: 0, replays: false, why: Some(why) });
            }
        }
    }

    fn unreadable(&self, diagnostic: Diagnostic, origin: &Origin) -> Report {
        let mut report = Report::new(format!("{}:{}", origin.file, origin.line), origin.clone());
        let failed = diagnostic.severity == Severity::Error;
        report.set_level(Level::Formed, if failed { LevelResult::Fail } else { LevelResult::Unchecked });
        report.diagnostics.push(diagnostic);
        report.decide(&self.asked);
        report
    }

    fn report(&self, trajectory: &Trajectory, diagnostics: Vec<Diagnostic>, origin: &Origin) -> Report {
        let mut report = Report::new(trajectory.id.clone(), origin.clone());
        report.diagnostics = diagnostics;
        let fallback = self.tools.as_ref().or(self.stage.tools.as_ref());
        let mut formed = lint::check(trajectory, fallback);
        report.diagnostics.append(&mut formed.diagnostics);
        report.calls = formed.exchanges.iter().map(|exchange| CallReport::new(trajectory, exchange)).collect();
        self.ground(trajectory, &formed, &mut report);
        self.cohere(trajectory, &formed, &mut report);
        if !self.stage.is_empty() {
            self.execute(trajectory, &mut formed, &mut report);
        }
        report.diagnostics.extend(formed.arguments.into_iter().flatten());
        let failed = report.has_error(Level::Formed);
        report.set_level(
            Level::Formed,
            match (failed, formed.checked) {
                (true, _) => LevelResult::Fail,
                (false, true) => LevelResult::Pass,
                (false, false) => LevelResult::Unchecked,
            },
        );
        report.sort();
        report.decide(&self.asked);
        report
    }

    /// Traces the arguments to their sources.
    fn ground(&self, trajectory: &Trajectory, formed: &Formed, report: &mut Report) {
        let fallback = self.tools.as_ref().or(self.stage.tools.as_ref());
        let given = Given {
            trajectory,
            exchanges: &formed.exchanges,
            tools: trajectory.tools.as_ref().or(fallback).map(Arc::as_ref),
            world: &|| self.known_world(trajectory),
            today: self.stage.today(),
            profile: self.profile.get(),
        };
        let mut grounded = grounding::ground(given);
        report.diagnostics.append(&mut grounded.diagnostics);
        for leaf in &grounded.leaves {
            *report.arguments.entry(leaf.trace.provenance).or_default() += 1;
            if self.provenance {
                report.calls[leaf.exchange].provenance.push(grounded.report(leaf));
            }
        }
        let result = match (report.has_error(Level::Grounded), grounded.checked()) {
            (true, _) => LevelResult::Fail,
            (false, true) => LevelResult::Pass,
            (false, false) => LevelResult::Unchecked,
        };
        report.set_level(Level::Grounded, result);
    }

    /// Decides whether any world exists in which the trajectory happens.
    fn cohere(&self, trajectory: &Trajectory, formed: &Formed, report: &mut Report) {
        let Some(model) = &self.model else { return };
        let fallback = self.tools.as_ref().or(self.stage.tools.as_ref()).map(Arc::as_ref);
        let checked = consistent::check(model, trajectory, &formed.exchanges, fallback, self.strict);
        report.diagnostics.extend(checked.diagnostics);
        report.strength = Some(checked.strength);
        let result = match (report.has_error(Level::Consistent), checked.strength.predicted > 0) {
            (true, _) => LevelResult::Fail,
            (false, true) => LevelResult::Pass,
            (false, false) => LevelResult::Unchecked,
        };
        report.set_level(Level::Consistent, result);
    }

    /// The state in which a trajectory starts, where one is known.
    fn known_world(&self, trajectory: &Trajectory) -> Option<Arc<Index<'static>>> {
        if let Some(state) = &trajectory.metadata.initial_state {
            return Some(Arc::new(Index::of_world(state.to_string())));
        }
        match self.stage.state_of_record(&trajectory.id) {
            Some(state) => Some(Arc::new(Index::of_world(state))),
            None => self.known_world.get_or_init(|| self.stage.state().map(Index::of_world).map(Arc::new)).clone(),
        }
    }

    /// Replays the trajectory and turns the events into findings.
    fn execute(&self, trajectory: &Trajectory, formed: &mut Formed, report: &mut Report) {
        let mut listener = Listener { trajectory, formed, report, first_mismatch: None };
        let exchanges = std::mem::take(&mut listener.formed.exchanges);
        let result = replay::replay(&self.stage, trajectory, &exchanges, &mut |event| listener.event(event));
        formed.exchanges = exchanges;
        match result {
            Ok(()) => {}
            Err(NoWorld::State { at, message }) => {
                report.diagnostics.push(Diagnostic::new(Code::NoInitialWorld, at, message));
            }
            Err(NoWorld::Fault { at, message }) => {
                report.diagnostics.push(Diagnostic::new(Code::EnvironmentFault, at, message).help(MEND));
            }
        }
        let compared = report.calls.iter().any(|call| call.outcome == CallOutcome::Match);
        let faulted = report.diagnostics.iter().any(|d| d.severity == Severity::Fault && d.level == Level::Executed);
        let result = match (report.has_error(Level::Executed), compared && !faulted) {
            (true, _) => LevelResult::Fail,
            (false, true) => LevelResult::Pass,
            (false, false) => LevelResult::Unchecked,
        };
        report.set_level(Level::Executed, result);
    }
}

const MEND: &str = "mend the environment; the trajectory is not judged by this";

/// Builds the report from the events of replay.
struct Listener<'a> {
    trajectory: &'a Trajectory,
    formed: &'a mut Formed,
    report: &'a mut Report,
    first_mismatch: Option<String>,
}

impl Listener<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Call { exchange, agreement, cited } => self.call(exchange, agreement, cited),
            Event::State(state) => self.state(state),
        }
    }

    fn call(&mut self, at: usize, agreement: Agreement, cited: Vec<CitedRule>) {
        let call = &mut self.report.calls[at];
        call.cited = cited.iter().map(|rule| rule.id.clone()).collect();
        let (place, answered_at, tool) = (call.at.clone(), call.answered_at.clone(), call.tool.clone());
        match agreement {
            Agreement::Match { is_error } => {
                call.outcome = CallOutcome::Match;
                self.forgive(at, is_error);
            }
            Agreement::Unchecked(why) => {
                call.outcome = CallOutcome::Unchecked;
                call.reason = Some(match why {
                    Unchecked::NoAnswer => "the record has no answer to it",
                    Unchecked::NoArguments => "its arguments are no JSON object",
                    Unchecked::AfterFault => "it differs, but a fault of the environment came before",
                });
                call.ran = why != Unchecked::NoArguments;
            }
            Agreement::Fault(fault) => {
                call.outcome = CallOutcome::Fault;
                let (code, help) = match replay::is_missing(&fault) {
                    true => (
                        Code::ToolNotImplemented,
                        "add the tool to the environment, or give the environment that has it",
                    ),
                    false => {
                        (Code::EnvironmentFault, "mend the environment; the trajectory is not judged by this call")
                    }
                };
                let message = format!("`{tool}` could not be run: {fault}");
                self.report.diagnostics.push(Diagnostic::new(code, place, message).help(help));
            }
            Agreement::Mismatch { expected, refused, differences } => {
                call.outcome = CallOutcome::Mismatch;
                let answered_at = answered_at.unwrap_or_else(|| place.clone());
                let recorded = self.recorded(at);
                let diagnostic = mismatch(&tool, &answered_at, expected, recorded, refused, differences, cited);
                let mut diagnostic = diagnostic.related(place, "the call");
                match &self.first_mismatch {
                    Some(first) => {
                        diagnostic =
                            diagnostic.related(first.clone(), "the first answer that differs; this may follow from it");
                    }
                    None => self.first_mismatch = Some(answered_at),
                }
                self.report.diagnostics.push(diagnostic);
            }
        }
    }

    fn recorded(&self, at: usize) -> Json {
        let exchange = &self.report.calls[at].exchange;
        let text = exchange.answer.map_or("", |answer| self.trajectory.messages[answer].content.as_str());
        serde_json::from_str(text).unwrap_or_else(|_| Json::text(text))
    }

    /// A call that breaks its schema, and that the environment executed as recorded, speaks against the schema or was rightly refused.
    fn forgive(&mut self, at: usize, is_error: bool) {
        for problem in self.formed.arguments[at].iter_mut().filter(|problem| problem.severity == Severity::Error) {
            let what = std::mem::take(&mut problem.message);
            let (code, message, help) = match is_error {
                false => (
                    Code::SchemaTighter,
                    format!(
                        "the schema is tighter than the implementation, which executed the call as recorded: {what}"
                    ),
                    "mend the tool's schema",
                ),
                true => (
                    Code::InvalidCallRefused,
                    format!("the arguments break the schema, and the environment refused the call as recorded: {what}"),
                    "true to what happened; leave it out where a model should not see mistakes",
                ),
            };
            problem.code = code;
            problem.severity = Severity::Warning;
            problem.level = code.level();
            problem.message = message;
            problem.help = Some(help.into());
        }
    }

    fn state(&mut self, state: StateAgreement) {
        self.report.state = match state {
            StateAgreement::Match => StateResult::Match,
            StateAgreement::Unchecked => StateResult::Unchecked,
            StateAgreement::Fault { environment, function, fault } => {
                let message = format!("environment `{environment}`: `{function}` could not be run: {fault}");
                let diagnostic = Diagnostic::new(Code::EnvironmentFault, "/metadata/final_state", message);
                self.report.diagnostics.push(diagnostic.help(MEND));
                StateResult::Unchecked
            }
            StateAgreement::Mismatch(findings) => {
                for StateFinding { at, message, expected, recorded } in findings {
                    let mut diagnostic = Diagnostic::new(Code::StateMismatch, at, message);
                    if let (Some(expected), Some(recorded)) = (&expected, &recorded) {
                        diagnostic.evidence.differences = replay::compare(expected, &recorded.to_string(), None);
                    }
                    if let Some(first) = &self.first_mismatch {
                        diagnostic =
                            diagnostic.related(first.clone(), "the first answer that differs; this may follow from it");
                    }
                    diagnostic.evidence.expected = expected;
                    diagnostic.evidence.recorded = recorded;
                    self.report.diagnostics.push(diagnostic);
                }
                StateResult::Mismatch
            }
        };
    }
}

fn mismatch(
    tool: &str,
    at: &str,
    expected: Json,
    recorded: Json,
    refused: bool,
    differences: Vec<Difference>,
    rules: Vec<CitedRule>,
) -> Diagnostic {
    let recorded_is_error = replay::is_error(&recorded);
    let code = match (refused, recorded_is_error) {
        (true, false) => Code::RefusedByEnvironment,
        (false, true) if !replay::is_error(&expected) => Code::AcceptedByEnvironment,
        _ => Code::ObservationMismatch,
    };
    let mut message = match code {
        Code::RefusedByEnvironment => {
            format!(
                "the environment refuses this call of `{tool}` ({}), the record shows a success",
                expected.excerpt()
            )
        }
        Code::AcceptedByEnvironment => {
            format!(
                "the environment executes this call of `{tool}`, the record shows an error ({})",
                recorded.excerpt()
            )
        }
        _ => match differences.first() {
            Some(Difference { path, expected, recorded }) => {
                let side = |value: &Option<Json>| value.as_ref().map_or("nothing".into(), Json::excerpt);
                let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
                let more = match differences.len() {
                    1 => String::new(),
                    n => format!(" (and {} more)", n - 1),
                };
                format!("`{tool}` answers {}{place}, the record says {}{more}", side(expected), side(recorded))
            }
            None => format!("`{tool}` answers otherwise"),
        },
    };
    for rule in &rules {
        message.push_str(&format!("; rule {}: {}", rule.id, rule.text));
    }
    let mut diagnostic = Diagnostic::new(code, at, message);
    diagnostic.evidence =
        Evidence { expected: Some(expected), recorded: Some(recorded), differences, rules, ..Evidence::default() };
    diagnostic
}
