//! The record around the messages, which all JSON formats share: id, tools, metadata.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::ReadError;
use crate::diagnostic::{Code, Diagnostic};
use crate::ingest::{Origin, ToolShelf};
use crate::trajectory::{Metadata, ToolSet, Trajectory};

/// The members of a record, its messages as `M`. Other members are passed over: the record's text is kept as it is.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "M: Deserialize<'de>"))]
pub(super) struct RawRecord<'a, M> {
    #[serde(borrow, default)]
    pub id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tools: Option<&'a RawValue>,
    /// Legacy of OpenAI: a list of definitions without the `type`.
    #[serde(borrow, default)]
    pub functions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub user_tools: Option<&'a RawValue>,
    #[serde(default)]
    pub messages: Option<Vec<Object<M>>>,
    #[serde(default)]
    pub conversations: Option<Vec<Object<M>>>,
    /// ShareGPT: the system prompt beside the turns.
    #[serde(borrow, default)]
    pub system: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub metadata: RawMetadata<'a>,
    #[serde(default)]
    pub gemproof: Option<IgnoredAny>,
}

/// A JSON object read as `T`. Derived readers alone would take a list for the fields in their order.
#[derive(Debug)]
pub(super) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

/// The members of `metadata` that judging uses; metadata of any other shape is none of our business.
#[derive(Default)]
pub(super) struct RawMetadata<'a> {
    initial_state: Option<&'a RawValue>,
    final_state: Option<&'a RawValue>,
    final_state_diff: Option<&'a RawValue>,
    expect: Option<&'a RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for RawMetadata<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = RawMetadata<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("metadata")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = RawMetadata::default();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    match &*key {
                        "initial_state" => found.initial_state = map.next_value()?,
                        "final_state" => found.final_state = map.next_value()?,
                        "final_state_diff" => found.final_state_diff = map.next_value()?,
                        "expect" => found.expect = map.next_value()?,
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(found)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(RawMetadata::default())
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(RawMetadata::default())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(RawMetadata::default())
            }
            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(RawMetadata::default())
            }
            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(RawMetadata::default())
            }
            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(RawMetadata::default())
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(RawMetadata::default())
            }
        }
        deserializer.deserialize_any(Members)
    }
}

/// Parses a record; of one that does not fit, tells where.
pub(super) fn parse<'a, M: Deserialize<'a>>(text: &'a str) -> Result<RawRecord<'a, M>, ReadError> {
    match serde_json::from_str::<Object<RawRecord<'a, M>>>(text) {
        Ok(Object(record)) => Ok(record),
        Err(error) => Err(ReadError::Broken(Box::new(locate::<M>(text, &error)))),
    }
}

fn locate<'a, M: Deserialize<'a>>(text: &'a str, error: &serde_json::Error) -> Diagnostic {
    if !error.is_data() {
        return super::not_json(error);
    }
    if !text.trim_start().starts_with('{') {
        return super::unrecognised(text);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Err(error) = serde_path_to_error::deserialize::<_, Object<RawRecord<'a, M>>>(&mut deserializer) else {
        return super::not_json(error);
    };
    let mut at = String::new();
    for segment in error.path() {
        use serde_path_to_error::Segment;
        match segment {
            Segment::Seq { index } => crate::json::pointer::push(&mut at, &index.to_string()),
            Segment::Map { key } => crate::json::pointer::push(&mut at, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let inner = error.inner();
    let text = inner.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    let message = format!("{what} (line {}, column {} of the record)", inner.line(), inner.column());
    Diagnostic::new(Code::InvalidRecord, at, message)
}

impl<M> RawRecord<'_, M> {
    /// The record's own id as text, if it has one.
    pub fn own_id(&self) -> Option<String> {
        let raw = self.id?.get();
        match serde_json::from_str::<serde_json::Value>(raw).ok()? {
            serde_json::Value::String(id) => Some(id),
            serde_json::Value::Null => None,
            _ => Some(raw.to_owned()),
        }
    }

    /// A trajectory with everything but its messages.
    pub fn frame(
        &self,
        origin: &Origin,
        list: &'static str,
        shelf: &ToolShelf,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (Trajectory, bool) {
        let mut tools = |raw: Option<&RawValue>, name: &str| -> Option<Arc<ToolSet>> {
            let raw = raw?;
            match shelf.read(raw.get()) {
                Ok(set) => {
                    report(&set, |path| format!("/{name}{path}"), diagnostics);
                    // An empty list says as little as no list.
                    (!set.tools.is_empty() || !set.findings.is_empty()).then_some(set)
                }
                Err(message) => {
                    diagnostics.push(Diagnostic::new(Code::InvalidTool, format!("/{name}"), message));
                    None
                }
            }
        };
        let own_id = self.own_id();
        let has_own = own_id.is_some();
        let text = |raw: Option<&RawValue>| raw.filter(|raw| raw.get() != "null").map(|raw| Box::from(raw.get()));
        let trajectory = Trajectory {
            id: own_id.unwrap_or_else(|| format!("{}:{}", origin.file, origin.line)),
            tools: match self.tools {
                Some(_) => tools(self.tools, "tools"),
                None => tools(self.functions, "functions"),
            },
            user_tools: tools(self.user_tools, "user_tools"),
            messages: Vec::new(),
            metadata: Metadata {
                initial_state: text(self.metadata.initial_state),
                final_state: text(self.metadata.final_state),
                final_state_diff: text(self.metadata.final_state_diff),
                expect: text(self.metadata.expect),
            },
            list,
        };
        (trajectory, has_own)
    }
}

/// Turns the findings about a tool set into diagnostics of the record that brings it. `place` turns a pointer into the
/// tool list into one into the record.
pub(super) fn report(set: &ToolSet, place: impl Fn(&str) -> String, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(set.findings.iter().map(|finding| {
        let mut diagnostic = Diagnostic::new(finding.code, place(&finding.path), finding.message.clone());
        diagnostic.help = finding.help.clone();
        diagnostic
    }));
}
