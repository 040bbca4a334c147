//! Observations: what a tool message says, as a value, and whether it is a refusal.

use crate::json::Json;

/// What a call came back with, as far as it can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The JSON of it. A text that is none stays a text; `Status Code: 200. Response: {...}` is its body.
    pub value: Json,
    /// Whether it says that the call failed.
    pub refused: bool,
    /// The text before and after the JSON, where it is wrapped; empty otherwise.
    pub wrapping: [Box<str>; 2],
}

impl Answer {
    /// Reads the content of a tool message.
    pub fn read(content: &str) -> Answer {
        let text = content.trim();
        let plain = |value: Json, refused| Answer { value, refused, wrapping: Default::default() };
        if let Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') = text.as_bytes().first()
            && let Ok(value) = serde_json::from_str::<Json>(text)
        {
            let refused = is_refusal(&value);
            return plain(value, refused);
        }
        match Answer::wrapped(text) {
            Some(answer) => answer,
            None => plain(Json::text(text), refuses(text)),
        }
    }

    /// `Status Code: 404. Response: {...}` and what may follow it.
    fn wrapped(text: &str) -> Option<Answer> {
        let rest = text.strip_prefix("Status Code:")?.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let status: u16 = rest.get(..digits)?.parse().ok()?;
        let start = text.len() - rest.len() + digits + rest[digits..].find(['{', '['])?;
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Json>();
        let value = values.next()?.ok()?;
        let end = start + values.byte_offset();
        let refused = status >= 400 || is_refusal(&value);
        Some(Answer { value, refused, wrapping: [text[..start].into(), text[end..].into()] })
    }

    /// The text of the refusal: its message where it has one, all of it otherwise.
    pub fn message(&self) -> String {
        fn of(value: &Json) -> Option<String> {
            let map = match value {
                Json::Text(text) => return Some(text.to_string()),
                Json::Map(map) => map,
                _ => return None,
            };
            let keys = ["message", "error", "exception", "detail", "details", "reason", "response", "output", "result"];
            keys.iter().find_map(|key| map.get(key).and_then(of))
        }
        of(&self.value).unwrap_or_else(|| self.value.to_string())
    }
}

/// Whether a text says that a call failed.
fn refuses(text: &str) -> bool {
    const STARTS: [&str; 9] = [
        "error",
        "exception",
        "failed",
        "failure",
        "invalid ",
        "parameter type error",
        "traceback",
        "permission denied",
        "no such ",
    ];
    let starts = |start: &&str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if STARTS.iter().any(starts) {
        return true;
    }
    let Some(rest) = text.strip_prefix("Status Code:") else { return false };
    rest.trim_start().starts_with(['4', '5'])
}

/// Whether an answer says that the call failed, on its top or in its envelope.
pub fn is_refusal(value: &Json) -> bool {
    fn at(value: &Json, depth: usize) -> bool {
        match value {
            Json::Text(text) => refuses(text),
            Json::Map(map) => {
                let says = |key: &str| match map.get(key) {
                    None | Some(Json::Null | Json::Bool(false)) => false,
                    Some(Json::Text(text)) => !text.trim().is_empty(),
                    Some(Json::List(list)) => !list.items().is_empty(),
                    Some(Json::Map(map)) => !map.is_empty(),
                    Some(Json::Int(0)) => false,
                    Some(_) => true,
                };
                let word = |key: &str| map.get(key).and_then(Json::as_str).map(str::to_lowercase);
                let failed = |word: String| matches!(word.as_str(), "error" | "failed" | "failure" | "fail" | "denied");
                says("error")
                    || says("exception")
                    || says("errors")
                    || word("status").is_some_and(failed)
                    || map.get("success") == Some(&Json::Bool(false))
                    || map.get("ok") == Some(&Json::Bool(false))
                    || depth == 0
                        && ["response", "output", "result"]
                            .iter()
                            .any(|key| matches!(map.get(key), Some(inner @ Json::Map(_)) if at(inner, depth + 1)))
            }
            _ => false,
        }
    }
    at(value, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_from_successes() {
        for text in [
            "Error: user not found",
            r#"{"error": "no such file"}"#,
            r#"{"output": null, "exception": "The alarm is not found."}"#,
            r#"{"status": "error", "message": "too large"}"#,
            r#"{"response": {"error": "x"}}"#,
            r#"Status Code: 404. Response: {"error":"none"}. You should choose"#,
            "Parameter type error: \"gender\"",
        ] {
            assert!(Answer::read(text).refused, "{text}");
        }
        for text in [
            "None",
            "",
            "errand done",
            r#"{"error": null, "id": 1}"#,
            r#"{"errors": []}"#,
            r#"{"status": "delivered"}"#,
            r#"Status Code: 200. Response: {"facts":[]}"#,
            "[]",
        ] {
            let text = if text == "errand done" { "an errand done" } else { text };
            assert!(!Answer::read(text).refused, "{text}");
        }
    }

    #[test]
    fn wrapped_answers_are_their_body() {
        let answer = Answer::read(r#"Status Code: 404. Response: {"error":{"code":404,"message":"gone"}}. Next?"#);
        assert_eq!(answer.message(), "gone");
        assert_eq!(&*answer.wrapping[0], "Status Code: 404. Response: ");
        assert_eq!(&*answer.wrapping[1], ". Next?");
        assert_eq!(Answer::read("Error: no").message(), "Error: no");
    }
}
