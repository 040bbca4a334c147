//! Trajectories: messages in order, the calls in them, and the tools on offer, whatever format they came in.

mod answer;
mod pairing;
mod parameter;
mod tool;

use std::sync::Arc;

pub use answer::{Answer, is_refusal};
pub use pairing::{Exchange, Pairing, pair};
pub use parameter::{Parameter, ValueKind};
pub use tool::{ArgumentProblem, InvalidSchema, Tool, ToolFinding, ToolSet};

/// One recorded dialogue.
#[derive(Clone, Debug, Default)]
pub struct Trajectory {
    /// The record's own id, or `FILE:LINE`.
    pub id: String,
    /// The tools offered to the assistant; `None` where the record names none.
    pub tools: Option<Arc<ToolSet>>,
    /// The tools offered to the user's side, where it has some.
    pub user_tools: Option<Arc<ToolSet>>,
    pub messages: Vec<Message>,
    pub metadata: Metadata,
    /// Where the record keeps its messages: `messages` or `conversations`.
    pub list: &'static str,
}

/// The parts of a record's metadata that judging uses, as JSON text.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The world before the first call.
    pub initial_state: Option<Box<str>>,
    /// Whole tables after the last call.
    pub final_state: Option<Box<str>>,
    /// `TABLE/KEY` -> the record after the last call, for each record that changed.
    pub final_state_diff: Option<Box<str>>,
    /// What an environment's own example says must be found.
    pub expect: Option<Box<str>>,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
    Other(Box<str>),
}

/// One message. A tool message is an observation: the answer to a call.
#[derive(Clone, Debug)]
pub struct Message {
    pub role: Role,
    /// The text; parts of a list are joined. Markup of calls is taken out.
    pub content: String,
    pub calls: Vec<Call>,
    /// Of a tool message: the id of the call it answers.
    pub call_id: Option<String>,
    /// Of a tool message: the tool that answers.
    pub tool_name: Option<String>,
    /// The place in the list of the record. Several messages may share one where a format packs answers together.
    pub index: usize,
    /// The line of the input file, where the format has lines of its own.
    pub line: Option<u64>,
}

/// One tool call.
#[derive(Clone, Debug)]
pub struct Call {
    pub id: Option<String>,
    pub name: String,
    pub arguments: Arguments,
    pub site: CallSite,
}

/// Where a call stands in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallSite {
    /// In `tool_calls`, at this index.
    Listed(usize),
    /// In the legacy `function_call`.
    Legacy,
    /// In the text of the message.
    Marked,
}

/// The arguments of a call.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// As recorded: JSON text.
    pub text: String,
    /// The object, or why there is none.
    pub value: Result<serde_json::Value, String>,
    /// How the record wrote them.
    pub form: ArgumentsForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentsForm {
    /// A string that holds JSON, as OpenAI writes it.
    Encoded,
    /// An object.
    Object,
    /// A string within a string.
    Doubled,
    /// Nothing, or an empty string: read as no arguments.
    Absent,
}

impl Arguments {
    /// Reads arguments that the record holds as a string.
    pub fn encoded(text: String) -> Arguments {
        if text.trim().is_empty() {
            return Arguments { text, value: Ok(serde_json::json!({})), form: ArgumentsForm::Absent };
        }
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(serde_json::Value::Null) => {
                Arguments { text, value: Ok(serde_json::json!({})), form: ArgumentsForm::Absent }
            }
            Ok(serde_json::Value::String(inner)) => {
                let value = parse_object(&inner);
                Arguments { text, value, form: ArgumentsForm::Doubled }
            }
            Ok(value) => Arguments { value: object(value), text, form: ArgumentsForm::Encoded },
            Err(e) => Arguments { value: Err(e.to_string()), text, form: ArgumentsForm::Encoded },
        }
    }

    /// Reads arguments that the record holds as JSON.
    pub fn plain(text: &str) -> Arguments {
        match text.trim() {
            "null" => Arguments { text: text.into(), value: Ok(serde_json::json!({})), form: ArgumentsForm::Absent },
            t if t.starts_with('"') => match serde_json::from_str::<String>(t) {
                Ok(inner) => Arguments::encoded(inner),
                Err(e) => Arguments { text: text.into(), value: Err(e.to_string()), form: ArgumentsForm::Encoded },
            },
            _ => Arguments { text: text.into(), value: parse_object(text), form: ArgumentsForm::Object },
        }
    }

    pub fn absent() -> Arguments {
        Arguments::encoded(String::new())
    }
}

fn parse_object(text: &str) -> Result<serde_json::Value, String> {
    object(serde_json::from_str(text).map_err(|e| e.to_string())?)
}

fn object(value: serde_json::Value) -> Result<serde_json::Value, String> {
    match value {
        serde_json::Value::Object(_) => Ok(value),
        other => Err(format!("they are {}", crate::json::Json::from(&other).a_kind())),
    }
}

impl Message {
    /// The index of a system prompt that stands beside the list, under `system`.
    pub const BESIDE: usize = usize::MAX;

    pub fn new(role: Role, content: impl Into<String>, index: usize) -> Message {
        Message { role, content: content.into(), calls: Vec::new(), call_id: None, tool_name: None, index, line: None }
    }
}

impl Role {
    /// The role behind the names that formats use.
    pub fn from_name(name: &str) -> Role {
        match name {
            "system" | "developer" => Role::System,
            "user" | "human" => Role::User,
            "assistant" | "gpt" | "model" | "function_call" | "bot" | "chatgpt" => Role::Assistant,
            "tool" | "function" | "observation" | "ipython" => Role::Tool,
            other => Role::Other(other.into()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
            Role::Other(name) => name,
        }
    }
}

impl Trajectory {
    /// JSON pointer to a message in the record as it is written out.
    pub fn at_message(&self, message: usize) -> String {
        match self.messages[message].index {
            Message::BESIDE => "/system".into(),
            index => format!("/{}/{index}", self.list),
        }
    }

    /// JSON pointer to a call.
    pub fn at_call(&self, message: usize, call: usize) -> String {
        let place = self.at_message(message);
        match self.messages[message].calls[call].site {
            CallSite::Listed(at) => format!("{place}/tool_calls/{at}"),
            CallSite::Legacy => format!("{place}/function_call"),
            CallSite::Marked => format!("{place}/{}", if self.list == "conversations" { "value" } else { "content" }),
        }
    }

    /// JSON pointer to a part of a call: `name` or `arguments`.
    pub fn at_call_part(&self, message: usize, call: usize, part: &str) -> String {
        let place = self.at_call(message, call);
        match self.messages[message].calls[call].site {
            CallSite::Listed(_) => format!("{place}/function/{part}"),
            CallSite::Legacy => format!("{place}/{part}"),
            CallSite::Marked => place,
        }
    }

    /// The tools offered to the side that calls; `fallback` where the record names none for the assistant.
    pub fn offered<'a>(&'a self, by_user: bool, fallback: Option<&'a ToolSet>) -> Option<&'a ToolSet> {
        match by_user {
            true => self.user_tools.as_deref(),
            false => self.tools.as_deref().or(fallback),
        }
    }

    pub fn calls(&self) -> usize {
        self.messages.iter().map(|message| message.calls.len()).sum()
    }
}
