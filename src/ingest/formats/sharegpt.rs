//! ShareGPT with tools: `conversations` of `from` and `value`, in which `function_call` holds calls and `observation` an answer.
//! `tools` is a list or a JSON string; `system` may stand beside the turns.

use serde_json::{Value, json};

use super::hermes::{RawTurn, calls};
use super::record::{self, Object, RawRecord};
use super::{Format, ReadError};
use crate::diagnostic::{Code, Diagnostic};
use crate::ingest::{Origin, Readable, ToolShelf};
use crate::trajectory::{Message, Role, Trajectory};

#[derive(Debug)]
pub(super) struct ShareGpt;

impl Format for ShareGpt {
    fn name(&self) -> &'static str {
        "sharegpt"
    }

    fn recognises(&self, _: &str, value: Option<&Value>) -> bool {
        value.is_some_and(|value| value.get("conversations").is_some())
    }

    fn read(&self, text: &str, origin: &Origin, shelf: &ToolShelf) -> Result<Readable, ReadError> {
        let mut raw: RawRecord<'_, RawTurn<'_>> = record::parse(text)?;
        let Some(turns) = raw.conversations.take() else { return Err(ReadError::OtherFormat) };
        let turns: Vec<RawTurn<'_>> = turns.into_iter().map(|Object(turn)| turn).collect();
        if turns.iter().any(|turn| turn.value.0.contains("<tool_call>")) {
            return Err(ReadError::OtherFormat);
        }
        let mut diagnostics = Vec::new();
        let (mut trajectory, own_id) = raw.frame(origin, "conversations", shelf, &mut diagnostics);
        if let Some(Ok(prompt)) = raw.system.map(|raw| serde_json::from_str::<String>(raw.get()))
            && !prompt.is_empty()
        {
            trajectory.messages.push(Message::new(Role::System, prompt, Message::BESIDE));
        }
        for (index, turn) in turns.into_iter().enumerate() {
            let mut message = Message::new(Role::from_name(&turn.from), turn.value.0, index);
            if &*turn.from == "function_call" {
                match calls(&message.content) {
                    Ok(calls) => {
                        message.calls = calls;
                        message.content.clear();
                    }
                    Err(error) => {
                        let place = format!("/conversations/{index}/value");
                        diagnostics.push(Diagnostic::new(Code::BrokenMarkup, place, error));
                    }
                }
            }
            trajectory.messages.push(message);
        }
        Ok(Readable { trajectory, diagnostics, format: &ShareGpt, own_id, judged_before: raw.gemproof.is_some() })
    }

    fn write(&self, trajectory: &Trajectory) -> String {
        let mut turns: Vec<Value> = Vec::new();
        let beside = |message: &&Message| message.index == Message::BESIDE;
        for message in trajectory.messages.iter().filter(|message| !beside(message)) {
            let from = match message.role {
                Role::User => "human",
                Role::Assistant => "gpt",
                Role::Tool => "observation",
                _ => message.role.name(),
            };
            if !message.content.is_empty() || message.calls.is_empty() {
                turns.push(json!({"from": from, "value": message.content}));
            }
            let calls: Vec<String> = message.calls.iter().map(super::call_json).collect();
            match calls.as_slice() {
                [] => {}
                [call] => turns.push(json!({"from": "function_call", "value": call})),
                calls => turns.push(json!({"from": "function_call", "value": format!("[{}]", calls.join(", "))})),
            }
        }
        let mut record = json!({"id": trajectory.id, "conversations": turns});
        if let Some(prompt) = trajectory.messages.iter().find(beside) {
            record["system"] = Value::String(prompt.content.clone());
        }
        if let Some(tools) = &trajectory.tools {
            record["tools"] = Value::String(Value::Array(tools.definitions.clone()).to_string());
        }
        record.to_string()
    }
}
