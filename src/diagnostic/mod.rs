//! Findings: what was found, where, with which evidence, and what to do.
//!
//! **Invariant.** A code, once published, keeps its name and its meaning; each has a page that `gemproof explain` prints.

mod code;

use std::borrow::Cow;

use serde::{Serialize, Serializer};

pub use code::Code;

use crate::json::Json;

/// A text of a record, of an environment or of a mock as a terminal may show it: what would move the cursor, end the line or
/// turn the direction of writing is written out.
pub fn plain(text: &str) -> Cow<'_, str> {
    let moves = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(moves) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if moves(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// How much a finding weighs. Only an error of an asked level rejects a trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; says nothing against the trajectory.
    Note,
    /// Probably a defect, of the tools more often than of the trajectory.
    Warning,
    /// The environment could not do its part: the level is left unchecked.
    Fault,
    /// A defect of the trajectory.
    Error,
}

/// What can be proved of a trajectory. The levels are independent of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It parses, calls and answers pair up, tools exist, arguments satisfy their schemas.
    Formed,
    /// Every argument can be traced to a source.
    Grounded,
    /// Some world exists in which it happens.
    Consistent,
    /// It was run in a given environment, and everything agreed.
    Executed,
}

impl Level {
    pub const ALL: [Level; 4] = [Level::Formed, Level::Grounded, Level::Consistent, Level::Executed];

    pub fn name(self) -> &'static str {
        match self {
            Level::Formed => "formed",
            Level::Grounded => "grounded",
            Level::Consistent => "consistent",
            Level::Executed => "executed",
        }
    }
}

/// One finding about a trajectory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub level: Level,
    /// One phrase, lower case.
    pub message: String,
    /// JSON pointer into the record as it is written out.
    pub at: String,
    /// Other places that have to do with it.
    pub related: Vec<Related>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip_serializing_if = "Evidence::is_empty")]
    pub evidence: Evidence,
}

/// Another place that has to do with a finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Related {
    pub at: String,
    pub message: String,
}

/// The values behind a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// JSON pointer into the value that was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_path: Option<String>,
    /// JSON pointer into the schema that it was checked against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_path: Option<String>,
    /// What the environment answered, or the state it ended in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Json>,
    /// What the record says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Json>,
    /// The single places that differ, at most ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The rules by which the environment decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<CitedRule>,
}

/// One place where two values differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// JSON pointer into both values.
    pub path: String,
    /// Absent where only the record has something here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Json>,
    /// Absent where only the environment has something here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Json>,
}

/// A rule of an environment, as a mock named it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CitedRule {
    pub id: String,
    pub text: String,
}

impl Evidence {
    fn is_empty(&self) -> bool {
        *self == Evidence::default()
    }
}

impl Diagnostic {
    /// A finding with the code's own severity and level.
    pub fn new(code: Code, at: impl Into<String>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            level: code.level(),
            message: message.into(),
            at: at.into(),
            related: Vec::new(),
            help: None,
            evidence: Evidence::default(),
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    pub fn related(mut self, at: impl Into<String>, message: impl Into<String>) -> Diagnostic {
        self.related.push(Related { at: at.into(), message: message.into() });
        self
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_moves_the_cursor_is_written_out() {
        assert_eq!(plain("as it is: é, 日本, \u{1f600}"), "as it is: é, 日本, \u{1f600}");
        assert_eq!(plain("\u{1b}[2J\r\na\u{202e}b\u{7f}"), "\\u{1b}[2J\\r\\na\\u{202e}b\\u{7f}");
    }
}
