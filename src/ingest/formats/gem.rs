//! The tag format of GEM (arXiv 2601.10355): `<toolsets>`, `<system>`, `<user>`, `<assistant>` with `<func>`, `<tool>`.

use serde_json::Value;

use super::hermes::{calls, take_tags};
use super::record;
use super::{Format, ReadError};
use crate::diagnostic::{Code, Diagnostic};
use crate::ingest::{Origin, Readable, ToolShelf};
use crate::trajectory::{Message, Role, Trajectory};

#[derive(Debug)]
pub(super) struct Gem;

const TAGS: [&str; 5] = ["toolsets", "system", "user", "assistant", "tool"];

impl Format for Gem {
    fn name(&self) -> &'static str {
        "gem"
    }

    fn recognises(&self, text: &str, value: Option<&Value>) -> bool {
        value.is_none()
            && TAGS.iter().any(|tag| text.trim_start().strip_prefix('<').is_some_and(|t| t.starts_with(tag)))
    }

    fn is_json(&self) -> bool {
        false
    }

    fn read(&self, text: &str, origin: &Origin, shelf: &ToolShelf) -> Result<Readable, ReadError> {
        if !self.recognises(text, None) {
            return Err(ReadError::OtherFormat);
        }
        let mut trajectory =
            Trajectory { id: format!("{}:{}", origin.file, origin.line), list: "messages", ..Trajectory::default() };
        let mut diagnostics = Vec::new();
        let mut at = 0;
        while let Some(start) = text[at..].find(|c: char| !c.is_whitespace()).map(|offset| at + offset) {
            let line = origin.line + text[..start].matches('\n').count() as u64;
            let index = trajectory.messages.len();
            let broken_at = |place: String, message: String| {
                Diagnostic::new(Code::BrokenMarkup, place, format!("line {line}: {message}"))
            };
            // What is no message of its own is told at the one before it.
            let before = index.checked_sub(1).map(|index| format!("/messages/{index}")).unwrap_or_default();
            let Some(tag) = TAGS.into_iter().find(|tag| {
                text[start..].strip_prefix('<').and_then(|t| t.strip_prefix(tag)).is_some_and(|t| t.starts_with('>'))
            }) else {
                let next = TAGS.iter().filter_map(|tag| text[start..].find(&format!("<{tag}>"))).min();
                let end = next.map_or(text.len(), |offset| start + offset);
                let excerpt: String = text[start..end].trim().chars().take(60).collect();
                diagnostics.push(broken_at(before, format!("text outside of any tag: {excerpt:?}")));
                at = end;
                continue;
            };
            let body_start = start + tag.len() + 2;
            let close = format!("</{tag}>");
            let Some(end) = text[body_start..].find(&close).map(|offset| body_start + offset) else {
                let help = format!("end the part with {close}");
                diagnostics.push(broken_at(before, format!("<{tag}> is not closed")).help(help));
                break;
            };
            let place = format!("/messages/{index}");
            let broken = |message: String| broken_at(place.clone(), message);
            let body = &text[body_start..end];
            at = end + close.len();
            let inner = strip_newlines(body);
            let mut message = match tag {
                "toolsets" => {
                    match shelf.read(inner) {
                        Ok(set) => {
                            record::report(&set, super::openai::place_of_definition, &mut diagnostics);
                            trajectory.tools = Some(set);
                        }
                        Err(message) => diagnostics.push(Diagnostic::new(Code::InvalidTool, "/tools", message)),
                    }
                    continue;
                }
                "assistant" => {
                    let found = take_tags(inner, "func");
                    if found.unclosed {
                        diagnostics.push(broken("a <func> is not closed".into()));
                    }
                    let outside = if found.inner.is_empty() { inner } else { found.outside.trim_end() };
                    let mut message = Message::new(Role::Assistant, outside, index);
                    for call in found.inner {
                        match calls(call) {
                            Ok(found) => {
                                message.calls.extend(found);
                            }
                            Err(error) => diagnostics.push(broken(error)),
                        }
                    }
                    // The record is written out as OpenAI messages: there the calls stand in a list.
                    for (at, call) in message.calls.iter_mut().enumerate() {
                        call.site = crate::trajectory::CallSite::Listed(at);
                    }
                    message
                }
                other => Message::new(Role::from_name(other), inner, index),
            };
            message.line = Some(line);
            trajectory.messages.push(message);
        }
        Ok(Readable { trajectory, diagnostics, format: &Gem, own_id: false, judged_before: false })
    }

    fn write(&self, trajectory: &Trajectory) -> String {
        let mut out = String::new();
        if let Some(tools) = &trajectory.tools {
            let definitions = Value::Array(tools.definitions.clone());
            out.push_str(&format!("<toolsets>\n{definitions}\n</toolsets>\n\n"));
        }
        for message in &trajectory.messages {
            let tag = message.role.name();
            let mut body = message.content.clone();
            for call in &message.calls {
                if !body.is_empty() {
                    body.push('\n');
                }
                body.push_str(&format!("<func>{}</func>", super::call_json(call)));
            }
            out.push_str(&format!("<{tag}>\n{body}\n</{tag}>\n"));
        }
        out
    }
}

/// Without the line breaks that the tags stand on.
fn strip_newlines(body: &str) -> &str {
    let body = body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).unwrap_or(body);
    body.strip_suffix("\r\n").or_else(|| body.strip_suffix('\n')).unwrap_or(body)
}
