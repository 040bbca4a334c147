//! Level `grounded`: where does every argument come from?
//!
//! The dialogue is read once. Before each call, every leaf of its arguments is traced to what was said before: the user's
//! words, the system prompt, earlier observations, the tool's own definition, or a computation over those. What has no
//! source is *invented*; when it matters (ids, money, dates, codes) that is an error.
//!
//! **Invariant.** A source always stands before the call. What the assistant said is none unless it was itself grounded, and
//! an invented value does not become true by being echoed.

mod arithmetic;
mod claims;
mod codes;
pub mod date;
mod index;
pub mod knowledge;
mod known;
mod number;
mod numbers;
mod placeholder;
mod profile;
mod report;
mod sources;
mod texts;
mod trace;
mod when;
mod words;

pub use words::parts as name_parts;

use std::sync::Arc;

use chrono::NaiveDate;
use foldhash::{HashMap, HashMapExt};

pub use index::{Index, Place, Speaker, WORLD};
pub use profile::Profile;
pub use report::{ArgumentReport, SourceReport};
pub use trace::Dialogue;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::trajectory::{Exchange, ToolSet, Trajectory, ValueKind};

/// Where an argument comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// It was said so.
    Literal,
    /// It was said in another form: case, number and date formats, units, plural, abbreviation, order of words.
    Normalised,
    /// It was computed from what was said.
    Derived,
    /// The definition of the tool offers it: an enum, a default, a constant, a flag.
    Schema,
    /// Text that the caller writes.
    FreeText,
    /// A public code for something that was said.
    WorldKnowledge,
    /// It depends on something that was never said, such as today's date.
    Assumed,
    /// It has no source.
    Invented,
    /// It only holds the place of a value.
    Placeholder,
    /// It appears only in a later message.
    Future,
}

impl Provenance {
    /// All of them, as they are declared: the best first.
    pub const ALL: [Provenance; 10] = [
        Provenance::Literal,
        Provenance::Normalised,
        Provenance::Derived,
        Provenance::Schema,
        Provenance::FreeText,
        Provenance::WorldKnowledge,
        Provenance::Assumed,
        Provenance::Invented,
        Provenance::Placeholder,
        Provenance::Future,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Provenance::Literal => "literal",
            Provenance::Normalised => "normalised",
            Provenance::Derived => "derived",
            Provenance::Schema => "schema",
            Provenance::FreeText => "free-text",
            Provenance::WorldKnowledge => "world-knowledge",
            Provenance::Assumed => "assumed",
            Provenance::Invented => "invented",
            Provenance::Placeholder => "placeholder",
            Provenance::Future => "future",
        }
    }
}

/// What tracing a dialogue depends on.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The record.
    pub trajectory: &'a Trajectory,
    /// Its calls with their answers, in order.
    pub exchanges: &'a [Exchange],
    /// The tools on offer.
    pub tools: Option<&'a ToolSet>,
    /// The state before the first call, where it is known; asked for only when it is needed.
    pub world: &'a dyn Fn() -> Option<Arc<Index<'static>>>,
    /// The date of the environment's clock.
    pub today: Option<NaiveDate>,
    /// What the corpus tells of the parameters.
    pub profile: Option<&'a Profile>,
}

/// One leaf of the arguments of a call, and where it comes from.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Index of the call among the exchanges.
    pub exchange: usize,
    /// JSON pointer into the arguments.
    pub path: String,
    /// The value as text.
    pub value: String,
    /// What sort of value it is; decides how much a missing source weighs.
    pub kind: ValueKind,
    /// Where it comes from.
    pub trace: Trace,
}

/// The way from a value back to its sources.
#[derive(Clone, Debug)]
pub struct Trace {
    pub provenance: Provenance,
    /// One phrase: what was done to the source, or why there is none.
    pub how: String,
    /// The strongest first.
    pub places: Vec<Place>,
    /// Whether a part of the value weighs as much as an identifier, whatever the whole is.
    pub is_hard: bool,
}

/// What level `grounded` found.
pub struct Grounded<'a> {
    /// The leaves of all arguments, in the order of the calls.
    pub leaves: Vec<Leaf>,
    /// What was found of them and of the assistant's claims.
    pub diagnostics: Vec<Diagnostic>,
    dialogue: Dialogue<'a>,
}

impl Grounded<'_> {
    /// Whether an argument could be traced at all.
    pub fn checked(&self) -> bool {
        !self.leaves.is_empty()
    }
}

/// Traces all arguments of a trajectory's calls.
pub fn ground(given: Given<'_>) -> Grounded<'_> {
    let mut dialogue = Dialogue::new(given);
    let (leaves, mut claims) = dialogue.trace_all();
    let mut diagnostics = findings(&dialogue, &leaves);
    diagnostics.append(&mut claims);
    Grounded { leaves, diagnostics, dialogue }
}

/// What must be said of the leaves. A value that was invented once and used again is told once.
fn findings(dialogue: &Dialogue<'_>, leaves: &[Leaf]) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut told: HashMap<(Code, &str), usize> = HashMap::new();
    for leaf in leaves {
        let Some((code, severity)) = judge(leaf) else { continue };
        let place = dialogue.at_arguments(leaf.exchange);
        if let Some(first) = told.get(&(code, leaf.value.as_str())) {
            let first = &mut diagnostics[*first];
            if first.related.len() < 8 {
                *first = first.clone().related(place, format!("used again, as {}", leaf.path));
            }
            continue;
        }
        let tool = dialogue.tool_name(leaf.exchange);
        let value = shorten(&leaf.value);
        let Leaf { path, kind, trace, .. } = leaf;
        let how = &trace.how;
        let message = match code {
            Code::ArgumentInvented if trace.places.is_empty() => {
                format!("argument {path} of `{tool}`: {} {value} comes from nowhere: {how}", kind.name())
            }
            Code::ArgumentInvented => {
                format!("argument {path} of `{tool}`: {} {value} has no source: {how}", kind.name())
            }
            Code::ArgumentPlaceholder => format!("argument {path} of `{tool}`: {value} is a placeholder: {how}"),
            Code::ArgumentFromFuture => format!("argument {path} of `{tool}`: {value} is said only later: {how}"),
            Code::ArgumentAssumed => format!("argument {path} of `{tool}`: {value} is assumed: {how}"),
            Code::ArgumentHiddenSource => format!("argument {path} of `{tool}`: no message says {value}; {how}"),
            Code::ProseUntraced => {
                format!("argument {path} of `{tool}`: the text names what comes from nowhere: {how}")
            }
            _ => format!("argument {path} of `{tool}`: {value}: {how}"),
        };
        let mut diagnostic = Diagnostic::new(code, place, message);
        diagnostic.severity = severity;
        diagnostic.evidence.instance_path = Some(path.clone());
        for found in trace.places.iter().filter(|place| place.message != WORLD).take(3) {
            diagnostic = diagnostic.related(dialogue.at_place(*found), dialogue.describe(*found));
        }
        if code == Code::ArgumentInvented && severity == Severity::Error {
            diagnostic = diagnostic.help("the value must be asked for, looked up, or computed before it is used");
        }
        told.insert((code, &leaf.value), diagnostics.len());
        diagnostics.push(diagnostic);
    }
    diagnostics
}

/// The finding that a leaf makes, if any.
fn judge(leaf: &Leaf) -> Option<(Code, Severity)> {
    let hard = leaf.kind.is_hard() || leaf.trace.is_hard;
    let hidden = leaf.trace.places.first().is_some_and(|place| place.message == WORLD);
    Some(match leaf.trace.provenance {
        Provenance::Invented if leaf.trace.how == trace::ANNOUNCED => (Code::ArgumentInvented, Severity::Warning),
        Provenance::Invented if hard => (Code::ArgumentInvented, Severity::Error),
        Provenance::Invented if matches!(leaf.kind, ValueKind::Name | ValueKind::Measure | ValueKind::Path) => {
            (Code::ArgumentInvented, Severity::Warning)
        }
        Provenance::Invented => (Code::ArgumentInvented, Severity::Note),
        Provenance::Placeholder => (Code::ArgumentPlaceholder, Severity::Error),
        Provenance::Future if hard => (Code::ArgumentFromFuture, Severity::Error),
        Provenance::Future => (Code::ArgumentFromFuture, Severity::Warning),
        Provenance::Assumed => (Code::ArgumentAssumed, Severity::Note),
        Provenance::WorldKnowledge => (Code::ArgumentWorldKnowledge, Severity::Note),
        Provenance::FreeText if !leaf.trace.how.is_empty() => (Code::ProseUntraced, Severity::Warning),
        _ if hidden && hard => (Code::ArgumentHiddenSource, Severity::Note),
        _ => return None,
    })
}

fn shorten(value: &str) -> String {
    const CHARS_MAX: usize = 80;
    if value.chars().count() <= CHARS_MAX {
        return format!("`{value}`");
    }
    format!("`{}...`", value.chars().take(CHARS_MAX).collect::<String>())
}
