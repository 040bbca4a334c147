//! OpenAI chat messages: `{"messages": [...], "tools": [...]}`, one object for each trajectory.
//!
//! Reads `tool_calls` with `arguments` as a string or an object, parallel calls, the legacy `function_call` and `functions`, and
//! content as a string, null, or a list of parts.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::record::{self, Object, RawRecord};
use super::{Format, ReadError};
use crate::ingest::tools::SCHEMA_KEYS;
use crate::ingest::{Origin, Readable, ToolShelf};
use crate::trajectory::{Arguments, ArgumentsForm, Call, CallSite, Message, Role, ToolSet, Trajectory};

#[derive(Debug)]
pub(super) struct OpenAi;

#[derive(serde::Deserialize)]
pub(super) struct RawMessage<'a> {
    #[serde(borrow)]
    pub role: Cow<'a, str>,
    #[serde(default)]
    pub content: Content,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Object<RawCall<'a>>>>,
    #[serde(borrow, default)]
    function_call: Option<Object<RawFunction<'a>>>,
    #[serde(borrow, default)]
    tool_call_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

#[derive(serde::Deserialize)]
struct RawCall<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    function: Object<RawFunction<'a>>,
}

#[derive(serde::Deserialize)]
struct RawFunction<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

impl RawFunction<'_> {
    fn call(self, id: Option<String>, site: CallSite) -> Call {
        let arguments = self.arguments.map_or_else(Arguments::absent, |raw| Arguments::plain(raw.get()));
        Call { id, name: self.name.into_owned(), arguments, site }
    }
}

/// The text of a message: a string, nothing, or the text parts of a list.
#[derive(Default)]
pub(super) struct Content(pub String);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        struct Parts;
        impl<'de> Visitor<'de> for Parts {
            type Value = Content;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, null, or a list of parts")
            }
            fn visit_unit<E>(self) -> Result<Content, E> {
                Ok(Content::default())
            }
            fn visit_str<E>(self, text: &str) -> Result<Content, E> {
                Ok(Content(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<Content, E> {
                Ok(Content(text))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Content, A::Error> {
                let mut content = Content::default();
                while let Some(Part(text)) = seq.next_element()? {
                    content.0.push_str(&text);
                }
                Ok(content)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Content, A::Error> {
                // An observation that was never turned into text.
                let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Content(value.to_string()))
            }
        }
        deserializer.deserialize_any(Parts)
    }
}

/// One part of a content list: its text, or nothing for images and the like.
struct Part(String);

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Part, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Part;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a part of a message: a string, or an object with `type` and `text`")
            }
            fn visit_str<E>(self, text: &str) -> Result<Part, E> {
                Ok(Part(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
                let mut part = Part(String::new());
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    if key == "text" {
                        part.0 = map.next_value::<Option<String>>()?.unwrap_or_default();
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(part)
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl Format for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn recognises(&self, _: &str, value: Option<&Value>) -> bool {
        value.is_some_and(|value| value.get("messages").is_some())
    }

    fn read(&self, text: &str, origin: &Origin, shelf: &ToolShelf) -> Result<Readable, ReadError> {
        let mut raw: RawRecord<'_, RawMessage<'_>> = record::parse(text)?;
        let Some(messages) = raw.messages.take() else {
            // `"messages": null` is a record without messages; without the key it is of another format.
            if raw.conversations.is_some() || !text.contains("\"messages\"") {
                return Err(ReadError::OtherFormat);
            }
            return Ok(finish(raw, Vec::new(), origin, shelf));
        };
        let messages: Vec<Message> =
            messages.into_iter().enumerate().map(|(index, Object(raw))| message(raw, index)).collect();
        let calls = messages.iter().any(|m| !m.calls.is_empty());
        if !calls && messages.iter().any(|m| m.role == Role::Assistant && m.content.contains("<tool_call>")) {
            return Err(ReadError::OtherFormat);
        }
        Ok(finish(raw, messages, origin, shelf))
    }

    fn write(&self, trajectory: &Trajectory) -> String {
        write_messages(trajectory).to_string()
    }
}

fn finish(raw: RawRecord<'_, RawMessage<'_>>, messages: Vec<Message>, origin: &Origin, shelf: &ToolShelf) -> Readable {
    let mut diagnostics = Vec::new();
    let (mut trajectory, own_id) = raw.frame(origin, "messages", shelf, &mut diagnostics);
    trajectory.messages = messages;
    Readable { trajectory, diagnostics, format: &OpenAi, own_id, judged_before: raw.gemproof.is_some() }
}

fn message(raw: RawMessage<'_>, index: usize) -> Message {
    let mut message = Message::new(Role::from_name(&raw.role), raw.content.0, index);
    if let Some(calls) = raw.tool_calls {
        let calls = calls.into_iter().enumerate();
        message.calls = calls
            .map(|(at, Object(raw))| raw.function.0.call(raw.id.map(Cow::into_owned), CallSite::Listed(at)))
            .collect();
    }
    if let Some(Object(function)) = raw.function_call {
        message.calls.push(function.call(None, CallSite::Legacy));
    }
    if message.role == Role::Tool {
        message.call_id = raw.tool_call_id.map(Cow::into_owned);
        message.tool_name = raw.name.map(Cow::into_owned);
    }
    message
}

/// A trajectory as an OpenAI record: `id`, `tools`, `messages`.
///
/// Calls and answers get ids where they have none (`call_0`, `call_1`, ... in order).
pub fn write_messages(trajectory: &Trajectory) -> Value {
    let mut counter = 0usize;
    let mut open: std::collections::VecDeque<String> = std::collections::VecDeque::new();
    let mut messages = Vec::with_capacity(trajectory.messages.len());
    for message in &trajectory.messages {
        let mut out = json!({"role": message.role.name(), "content": message.content});
        if !message.calls.is_empty() {
            let calls = message.calls.iter().map(|call| {
                let id = call.id.clone().unwrap_or_else(|| format!("call_{counter}"));
                counter += 1;
                open.push_back(id.clone());
                let arguments = match call.arguments.form {
                    ArgumentsForm::Absent => "{}",
                    _ => call.arguments.text.as_str(),
                };
                json!({"id": id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
            });
            out["tool_calls"] = calls.collect();
        }
        if message.role == Role::Tool {
            let next = open.pop_front();
            if let Some(id) = message.call_id.clone().or(next) {
                out["tool_call_id"] = Value::String(id);
            }
            if let Some(name) = &message.tool_name {
                out["name"] = Value::String(name.clone());
            }
        }
        messages.push(out);
    }
    let mut record = json!({"id": trajectory.id});
    if let Some(tools) = &trajectory.tools {
        record["tools"] = definitions(tools);
    }
    record["messages"] = Value::Array(messages);
    record
}

/// A pointer into tool definitions of another shape as one into what [`write_messages`] makes of them.
pub(super) fn place_of_definition(path: &str) -> String {
    let mut parts = path.splitn(4, '/').skip(1);
    let (Some(index), Some(key)) = (parts.next(), parts.next()) else { return format!("/tools{path}") };
    let rest = parts.next().map(|rest| format!("/{rest}")).unwrap_or_default();
    match key {
        "function" => format!("/tools{path}"),
        key if SCHEMA_KEYS.contains(&key) => format!("/tools/{index}/function/parameters{rest}"),
        key => format!("/tools/{index}/function/{key}{rest}"),
    }
}

/// Tool definitions as OpenAI writes them; those that already are, and those that are none, stay as they were.
fn definitions(tools: &ToolSet) -> Value {
    let definition = |body: &Value| {
        let Some(name) = body.get("name").filter(|_| body.get("function").is_none()) else { return body.clone() };
        let schema = SCHEMA_KEYS.into_iter().find_map(|key| body.get(key));
        let mut function = json!({"name": name});
        for (key, value) in [("description", body.get("description")), ("parameters", schema)] {
            if let Some(value) = value {
                function[key] = value.clone();
            }
        }
        json!({"type": "function", "function": function})
    };
    tools.definitions.iter().map(definition).collect()
}
