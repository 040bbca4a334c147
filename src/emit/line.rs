//! One record as one line of JSON: as it came, with `id` and `gemproof`.

use std::fmt;

use base64::Engine as _;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::ingest::formats::write_messages;
use crate::verdict::{Judged, Report};

/// The line of an output file, with its line break. A record that is JSON is passed on byte by byte, but for line breaks
/// within it; others are written as OpenAI messages; what cannot be read is kept as text.
pub fn record_line(judged: &Judged) -> Vec<u8> {
    let mut line = match &judged.readable {
        None => unread(judged),
        Some(readable) if !readable.format.is_json() => write_messages(&readable.trajectory).to_string().into_bytes(),
        Some(readable) => {
            let bytes = judged.record.bytes.trim_ascii();
            let mut line = Vec::with_capacity(bytes.len() + 1024);
            if readable.judged_before {
                line.extend(without_report(bytes));
            } else {
                line.extend_from_slice(bytes);
            }
            if line.contains(&b'\n') || line.contains(&b'\r') {
                // Raw line breaks cannot stand inside JSON strings.
                line.iter_mut().filter(|b| matches!(**b, b'\n' | b'\r')).for_each(|b| *b = b' ');
            }
            if !readable.own_id {
                line = with_id(&line, &judged.report.id);
            }
            line
        }
    };
    if !(line.first() == Some(&b'{') && line.last() == Some(&b'}')) {
        line = unread(judged);
    }
    line.pop();
    let empty = line.trim_ascii_end().last() == Some(&b'{');
    line.extend_from_slice(if empty { b"\"gemproof\":" } else { b",\"gemproof\":" });
    serde_json::to_writer(&mut line, &judged.report).expect("a report serialises into memory");
    line.extend_from_slice(b"}\n");
    line
}

/// A line with the report alone: `id`, `file`, `line`, `gemproof`.
pub fn report_line(report: &Report) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        id: &'a str,
        file: &'a str,
        line: u64,
        gemproof: &'a Report,
    }
    let line = Line { id: &report.id, file: &report.origin.file, line: report.origin.line, gemproof: report };
    serde_json::to_string(&line).expect("a report serialises into memory")
}

/// A record that could not be read: its text, or its bytes where they are no text.
fn unread(judged: &Judged) -> Vec<u8> {
    let mut line = serde_json::json!({"id": judged.report.id});
    match std::str::from_utf8(&judged.record.bytes) {
        Ok(text) => line["raw"] = text.into(),
        Err(_) => {
            line["raw"] = String::from_utf8_lossy(&judged.record.bytes).into();
            line["raw_base64"] = base64::engine::general_purpose::STANDARD.encode(&judged.record.bytes).into();
        }
    }
    line.to_string().into_bytes()
}

fn members(bytes: &[u8]) -> Vec<(String, &RawValue)> {
    struct Members<'a>(Vec<(String, &'a RawValue)>);
    impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Pairs;
            impl<'de> Visitor<'de> for Pairs {
                type Value = Members<'de>;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a record")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut pairs = Vec::new();
                    while let Some(pair) = map.next_entry()? {
                        pairs.push(pair);
                    }
                    Ok(Members(pairs))
                }
            }
            deserializer.deserialize_map(Pairs)
        }
    }
    serde_json::from_slice::<Members<'_>>(bytes).map(|members| members.0).unwrap_or_default()
}

fn object(members: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let members: Vec<String> = members.map(|(key, raw)| format!("{}:{raw}", serde_json::Value::String(key))).collect();
    format!("{{{}}}", members.join(",")).into_bytes()
}

/// The record without the report of an earlier run.
fn without_report(bytes: &[u8]) -> Vec<u8> {
    let kept = members(bytes).into_iter().filter(|(key, _)| key != "gemproof");
    object(kept.map(|(key, raw)| (key, raw.get().to_owned())))
}

/// The record with an id; one that is there and is null gives way.
fn with_id(bytes: &[u8], id: &str) -> Vec<u8> {
    let id = serde_json::Value::String(id.into()).to_string();
    let found = members(bytes);
    if found.iter().any(|(key, _)| key == "id") {
        let kept = found.into_iter().filter(|(key, _)| key != "id").map(|(key, raw)| (key, raw.get().to_owned()));
        return object(std::iter::once(("id".into(), id)).chain(kept));
    }
    let rest = bytes.strip_prefix(b"{").unwrap_or(bytes);
    let comma = if rest.trim_ascii_start().first() == Some(&b'}') { "" } else { "," };
    let mut line = format!("{{\"id\":{id}{comma}").into_bytes();
    line.extend_from_slice(rest);
    line
}
