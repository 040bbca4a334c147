//! Hermes: turns of text in which `<tool_call>` holds a call and `<tool_response>`, under the user's or the tool's role, an answer.
//!
//! Tools stand in the record's `tools`, or in the system prompt between `<tools>` and `</tools>`. The turns are ShareGPT's
//! `conversations` (`from`, `value`) or OpenAI's `messages` (`role`, `content`).

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::record::{self, Object, RawRecord};
use super::{Format, ReadError};
use crate::diagnostic::{Code, Diagnostic};
use crate::ingest::{Origin, Readable, ToolShelf, tools};
use crate::trajectory::{Arguments, Call, CallSite, Message, Role, Trajectory};

#[derive(Debug)]
pub(super) struct Hermes;

#[derive(serde::Deserialize)]
pub(super) struct RawTurn<'a> {
    #[serde(borrow, alias = "role")]
    pub from: Cow<'a, str>,
    #[serde(alias = "content", default)]
    pub value: super::openai::Content,
    /// Of OpenAI messages: calls that this format does not read.
    #[serde(default)]
    tool_calls: Option<IgnoredAny>,
    #[serde(default)]
    function_call: Option<IgnoredAny>,
}

impl RawTurn<'_> {
    /// Whether the turn belongs to a record of OpenAI messages.
    fn is_structured(&self) -> bool {
        self.tool_calls.is_some() || self.function_call.is_some()
    }
}

/// A call within text. `arguments` may be an object or a string.
#[derive(serde::Deserialize)]
pub(super) struct RawCall<'a> {
    #[serde(borrow, alias = "tool")]
    name: Cow<'a, str>,
    #[serde(borrow, default, alias = "parameters")]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

impl RawCall<'_> {
    fn call(self) -> Call {
        let arguments = self.arguments.map_or_else(Arguments::absent, |raw| Arguments::plain(raw.get()));
        let id = self.id.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        Call { id, name: self.name.into_owned(), arguments, site: CallSite::Marked }
    }
}

/// Reads the calls of a JSON text: one object, or a list of them.
pub(super) fn calls(text: &str) -> Result<Vec<Call>, String> {
    let text = text.trim();
    let parsed: Result<Vec<Object<RawCall<'_>>>, _> = if text.starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str::<Object<RawCall<'_>>>(text).map(|call| vec![call])
    };
    match parsed {
        Ok(calls) => Ok(calls.into_iter().map(|Object(call)| call.call()).collect()),
        Err(e) => Err(format!("a call must be JSON with `name` and `arguments`: {e}")),
    }
}

/// A tag pair in a text, and what is around it.
pub(super) struct Tagged<'a> {
    /// The contents of each pair.
    pub inner: Vec<&'a str>,
    /// The text outside of the pairs.
    pub outside: String,
    /// A tag that was opened and not closed.
    pub unclosed: bool,
}

/// Takes the pairs `<tag>...</tag>` out of a text.
pub(super) fn take_tags<'a>(text: &'a str, tag: &str) -> Tagged<'a> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let mut found = Tagged { inner: Vec::new(), outside: String::new(), unclosed: false };
    let mut rest = text;
    while let Some(start) = rest.find(&open) {
        found.outside.push_str(&rest[..start]);
        let body = &rest[start + open.len()..];
        let Some(end) = body.find(&close) else {
            found.unclosed = true;
            found.outside.push_str(&rest[start..]);
            return found;
        };
        found.inner.push(&body[..end]);
        rest = &body[end + close.len()..];
    }
    found.outside.push_str(rest);
    found
}

impl Format for Hermes {
    fn name(&self) -> &'static str {
        "hermes"
    }

    fn recognises(&self, text: &str, value: Option<&Value>) -> bool {
        if !(text.contains("<tool_call>") || text.contains("<tool_response>") || text.contains("<tools>")) {
            return false;
        }
        let turns = value.and_then(|value| value.get("conversations").or_else(|| value.get("messages"))?.as_array());
        let said = |turn: &Value| -> Option<bool> {
            let text = |key: &str| turn.get(key).and_then(Value::as_str);
            let words = text("value").or_else(|| text("content"))?;
            Some(match Role::from_name(text("from").or_else(|| text("role"))?) {
                Role::Assistant => words.contains("<tool_call>"),
                Role::User | Role::Tool => words.contains("<tool_response>"),
                Role::System => words.contains("<tools>"),
                Role::Other(_) => false,
            })
        };
        let structured = |turn: &Value| {
            ["tool_calls", "function_call"].iter().any(|key| turn.get(key).is_some_and(|calls| !calls.is_null()))
        };
        turns.is_some_and(|turns| turns.iter().any(|turn| said(turn).unwrap_or(false)) && !turns.iter().any(structured))
    }

    fn read(&self, text: &str, origin: &Origin, shelf: &ToolShelf) -> Result<Readable, ReadError> {
        let mut raw: RawRecord<'_, RawTurn<'_>> = record::parse(text)?;
        let (turns, list) = match (raw.conversations.take(), raw.messages.take()) {
            (Some(turns), _) => (turns, "conversations"),
            (None, Some(turns)) => (turns, "messages"),
            (None, None) => return Err(ReadError::OtherFormat),
        };
        let mut diagnostics = Vec::new();
        let (mut trajectory, own_id) = raw.frame(origin, list, shelf, &mut diagnostics);
        let turns: Vec<RawTurn<'_>> = turns.into_iter().map(|Object(turn)| turn).collect();
        if turns.iter().any(RawTurn::is_structured) {
            return Err(ReadError::OtherFormat);
        }
        let marked = turns.iter().any(|turn| turn.value.0.contains("<tool_"));
        if !marked && turns.iter().any(|turn| matches!(&*turn.from, "function_call" | "observation")) {
            return Err(ReadError::OtherFormat);
        }
        for (index, turn) in turns.into_iter().enumerate() {
            read_turn(&turn, index, &mut trajectory, &mut diagnostics);
        }
        Ok(Readable { trajectory, diagnostics, format: &Hermes, own_id, judged_before: raw.gemproof.is_some() })
    }

    fn write(&self, trajectory: &Trajectory) -> String {
        let mut turns: Vec<Value> = Vec::new();
        let mut answers: Vec<String> = Vec::new();
        for (at, message) in trajectory.messages.iter().enumerate() {
            if message.role == Role::Tool {
                answers.push(format!("<tool_response>\n{}\n</tool_response>", enveloped(message)));
                if trajectory.messages.get(at + 1).is_none_or(|next| next.role != Role::Tool) {
                    turns.push(json!({"from": "human", "value": std::mem::take(&mut answers).join("\n")}));
                }
                continue;
            }
            let mut value = message.content.clone();
            for call in &message.calls {
                if !value.is_empty() {
                    value.push('\n');
                }
                value.push_str(&format!("<tool_call>\n{}\n</tool_call>", super::call_json(call)));
            }
            let from = match message.role {
                Role::User => "human",
                Role::Assistant => "gpt",
                _ => message.role.name(),
            };
            turns.push(json!({"from": from, "value": value}));
        }
        let mut record = json!({"id": trajectory.id});
        let in_prompt = trajectory.messages.iter().any(|m| m.role == Role::System && m.content.contains("<tools>"));
        if let Some(tools) = trajectory.tools.as_ref().filter(|_| !in_prompt) {
            record["tools"] = Value::Array(tools.definitions.clone());
        }
        record["conversations"] = Value::Array(turns);
        record.to_string()
    }
}

fn read_turn(turn: &RawTurn<'_>, index: usize, trajectory: &mut Trajectory, diagnostics: &mut Vec<Diagnostic>) {
    let role = Role::from_name(&turn.from);
    let text = turn.value.0.as_str();
    let place = format!("/{}/{index}", trajectory.list);
    let broken = |message: String| Diagnostic::new(Code::BrokenMarkup, place.clone(), message);
    match role {
        Role::System => {
            if trajectory.tools.is_none() {
                let inner = take_tags(text, "tools")
                    .inner
                    .into_iter()
                    .rfind(|inner| inner.trim_start().starts_with(['[', '{']));
                if let Some(inner) = inner {
                    match tools::read_stream(inner) {
                        Ok(set) => {
                            let from = diagnostics.len();
                            record::report(&set, |_| place.clone(), diagnostics);
                            for (diagnostic, finding) in diagnostics[from..].iter_mut().zip(&set.findings) {
                                diagnostic.message =
                                    format!("tools of the prompt, {}: {}", finding.path, finding.message);
                            }
                            trajectory.tools = Some(Arc::new(set));
                        }
                        Err(message) => diagnostics.push(Diagnostic::new(Code::InvalidTool, place.clone(), message)),
                    }
                }
            }
            trajectory.messages.push(Message::new(role, text, index));
        }
        Role::Assistant => {
            let found = take_tags(text, "tool_call");
            if found.unclosed {
                diagnostics.push(broken("a <tool_call> is not closed".into()));
            }
            let outside = if found.inner.is_empty() { text } else { found.outside.trim() };
            let mut message = Message::new(role, outside, index);
            for inner in found.inner {
                match calls(inner) {
                    Ok(found) => message.calls.extend(found),
                    Err(error) => diagnostics.push(broken(error)),
                }
            }
            trajectory.messages.push(message);
        }
        Role::User | Role::Tool => {
            let found = take_tags(text, "tool_response");
            if found.unclosed {
                diagnostics.push(broken("a <tool_response> is not closed".into()));
            }
            if found.inner.is_empty() {
                trajectory.messages.push(Message::new(role, text, index));
                return;
            }
            for inner in &found.inner {
                trajectory.messages.push(answer(inner.trim(), index));
            }
            if !found.outside.trim().is_empty() {
                trajectory.messages.push(Message::new(Role::User, found.outside.trim(), index));
            }
        }
        Role::Other(_) => trajectory.messages.push(Message::new(role, text, index)),
    }
}

/// An answer as it is written: in an envelope where it has an id or a name, or could be taken for one.
fn enveloped(message: &Message) -> Cow<'_, str> {
    let plain = message.call_id.is_none() && message.tool_name.is_none();
    if plain && answer(message.content.trim(), 0).tool_name.is_none() {
        return Cow::Borrowed(&message.content);
    }
    let mut envelope = json!({"name": message.tool_name.as_deref().unwrap_or_default(), "content": message.content});
    if let Some(id) = &message.call_id {
        envelope["tool_call_id"] = Value::String(id.clone());
    }
    Cow::Owned(envelope.to_string())
}

/// An answer: the text, or what an envelope `{"name", "content"}` around it holds.
fn answer(text: &str, index: usize) -> Message {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Envelope<'a> {
        #[serde(borrow, default)]
        tool_call_id: Option<Cow<'a, str>>,
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        content: &'a RawValue,
    }
    let mut message = Message::new(Role::Tool, text, index);
    if let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) {
        let raw = envelope.content.get();
        message.content = serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned());
        message.tool_name = Some(envelope.name.into_owned()).filter(|name| !name.is_empty());
        message.call_id = envelope.tool_call_id.map(Cow::into_owned);
    }
    message
}
