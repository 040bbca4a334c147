//! What is said of each argument in a report: where it comes from.

use serde::Serialize;

use super::index::{Place, Speaker, WORLD};
use super::{Grounded, Leaf, Provenance};
use crate::trajectory::ValueKind;

/// One argument and its sources. Serialised as a member of `provenance` in a call's report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArgumentReport {
    /// JSON pointer into the arguments.
    pub path: String,
    pub kind: ValueKind,
    pub provenance: Provenance,
    /// What was done to the source, or why there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub how: String,
    /// The strongest first: the nearest observation, then what the user and the system prompt said, then the initial state. Of an invented
    /// value, where the assistant named it; of a value from the future, the later message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceReport>,
}

/// A place that an argument comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceReport {
    /// JSON pointer to the message; empty for the initial state.
    pub at: String,
    pub speaker: &'static str,
    /// In an observation that is JSON, and in a state: JSON pointer to the leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Bytes of the message's text, where it stands there as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<[u32; 2]>,
    /// The tool that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The path with `*` for items of lists and names that are data; for the data flow.
    #[serde(skip)]
    pub pattern: Option<String>,
}

impl Grounded<'_> {
    /// The report of one leaf.
    pub fn report(&self, leaf: &Leaf) -> ArgumentReport {
        ArgumentReport {
            path: leaf.path.clone(),
            kind: leaf.kind,
            provenance: leaf.trace.provenance,
            how: leaf.trace.how.clone(),
            sources: leaf.trace.places.iter().map(|place| self.source(*place)).collect(),
        }
    }

    fn source(&self, place: Place) -> SourceReport {
        let dialogue = &self.dialogue;
        let speaker = match place.speaker {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
            Speaker::Observation => "observation",
            Speaker::World => "world",
        };
        if place.message == WORLD {
            let path = Some(dialogue.world_pointer(place, false));
            let pattern = Some(dialogue.world_pointer(place, true));
            return SourceReport { at: String::new(), speaker, path, span: None, tool: None, pattern };
        }
        let observed = place.speaker == Speaker::Observation;
        let index = &dialogue.index;
        SourceReport {
            at: dialogue.at_place(place),
            speaker,
            path: observed.then(|| index.pointer(place.node, false)),
            span: index.in_message_text(place).then_some([place.start, place.end]),
            tool: dialogue.answered_by(place).map(|exchange| dialogue.tool_name(exchange).to_owned()),
            pattern: observed.then(|| index.pointer(place.node, true)),
        }
    }
}
