//! The formats, one file each. A new format is one new file and one line in [`FORMATS`].

mod gem;
mod hermes;
mod openai;
mod record;
mod sharegpt;

use std::borrow::Cow;

use serde_json::Value;

use super::{Origin, Readable, ToolShelf};
use crate::diagnostic::{Code, Diagnostic};
use crate::trajectory::{Arguments, ArgumentsForm, Call, Trajectory};

pub use openai::write_messages;

/// A way to write trajectories down.
pub trait Format: Sync + std::fmt::Debug {
    /// As `--from` takes it.
    fn name(&self) -> &'static str;

    /// Whether a record looks like this format: its text, and its value where it is JSON.
    fn recognises(&self, text: &str, value: Option<&Value>) -> bool;

    /// Whether records of this format are JSON objects, to be passed on as they are.
    fn is_json(&self) -> bool {
        true
    }

    /// Reads one record.
    ///
    /// # Errors
    /// [`ReadError`].
    fn read(&self, text: &str, origin: &Origin, shelf: &ToolShelf) -> Result<Readable, ReadError>;

    /// Writes a trajectory in this format.
    fn write(&self, trajectory: &Trajectory) -> String;
}

/// Why a record could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is not of this format; it may be of another.
    OtherFormat,
    /// It is damaged.
    Broken(Box<Diagnostic>),
}

/// All formats, the more particular ones first.
pub static FORMATS: &[&dyn Format] = &[&gem::Gem, &hermes::Hermes, &sharegpt::ShareGpt, &openai::OpenAi];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// The formats that a record may be of, likely ones first.
pub fn recognise(text: &str) -> impl Iterator<Item = &'static dyn Format> {
    let value: Option<Value> = serde_json::from_str(text).ok();
    FORMATS.iter().copied().filter(move |format| format.recognises(text, value.as_ref()))
}

/// The arguments of a call as JSON, for formats that write calls into text.
fn arguments_json(arguments: &Arguments) -> Cow<'_, str> {
    let text = arguments.text.as_str();
    match arguments.form {
        ArgumentsForm::Absent => "{}".into(),
        ArgumentsForm::Object => text.into(),
        ArgumentsForm::Encoded if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => text.into(),
        ArgumentsForm::Encoded | ArgumentsForm::Doubled => Value::String(text.to_owned()).to_string().into(),
    }
}

/// A call as JSON: `name`, `arguments`, and `id` where it has one.
fn call_json(call: &Call) -> String {
    let name = Value::String(call.name.clone());
    let id = call.id.as_ref().map(|id| format!(", \"id\": {}", Value::String(id.clone()))).unwrap_or_default();
    format!("{{\"name\": {name}, \"arguments\": {}{id}}}", arguments_json(&call.arguments))
}

/// The finding about a record that no format reads.
pub(super) fn unrecognised(text: &str) -> Diagnostic {
    match serde_json::from_str::<Value>(text) {
        Err(error) => not_json(&error),
        Ok(Value::Object(members)) => {
            let keys: Vec<&str> = members.keys().take(8).map(String::as_str).collect();
            let message = format!("no known format: the record has the keys {}", keys.join(", "));
            Diagnostic::new(Code::InvalidRecord, "", message)
                .help("a record has `messages` (OpenAI) or `conversations` (Hermes, ShareGPT), or is a GEM document")
        }
        Ok(other) => {
            let kind = crate::json::Json::from(&other).a_kind();
            Diagnostic::new(Code::InvalidRecord, "", format!("a record is a JSON object, this is {kind}"))
        }
    }
}

fn not_json(error: &serde_json::Error) -> Diagnostic {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let message =
        format!("the record is not JSON: {what} (line {}, column {} of the record)", error.line(), error.column());
    Diagnostic::new(Code::InvalidRecord, "", message)
        .help("each line must be one complete JSON object; was the file cut off, or edited by hand?")
}
