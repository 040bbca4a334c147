//! Changing one place of a text and leaving the rest of it as it was.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::value::RawValue;

use crate::json::{Json, pointer};
use crate::trajectory::{Answer, Arguments, ArgumentsForm, Exchange, Trajectory};

use super::chance::Chance;
use super::run::words_at;

/// The text of an answer, and where in it the value stands.
pub struct Body<'a> {
    content: &'a str,
    range: Range<usize>,
    is_json: bool,
}

impl<'a> Body<'a> {
    pub fn of(content: &'a str, answer: &Answer) -> Body<'a> {
        let [before, after] = answer.wrapping.each_ref().map(|part| part.len());
        let start = content.len() - content.trim_start().len() + before;
        let end = content.trim_end().len().saturating_sub(after).max(start);
        let range = start..end;
        let is_json = serde_json::from_str::<&RawValue>(&content[range.clone()]).is_ok();
        Body { content, range, is_json }
    }

    /// The text of the value at a pointer.
    pub fn raw(&self, pointer: &str) -> Option<&'a str> {
        self.is_json.then(|| self.place(pointer)).flatten().map(|place| &self.content[place])
    }

    /// With another value at a pointer.
    pub fn replaced(&self, pointer: &str, value: &Json) -> Option<String> {
        if !self.is_json {
            return pointer
                .is_empty()
                .then(|| value.as_str())
                .flatten()
                .map(|text| self.with(self.range.clone(), text));
        }
        Some(self.with(self.place(pointer)?, &value.to_string()))
    }

    /// With another name for the member at a pointer.
    pub fn renamed(&self, pointer: &str, name: &str) -> Option<String> {
        let key = self.key(pointer)?;
        Some(self.with(key, &Json::text(name).to_string()))
    }

    /// Without the member at a pointer.
    pub fn dropped(&self, pointer: &str) -> Option<String> {
        let start = self.key(pointer)?.start;
        let end = self.place(pointer)?.end;
        let rest = &self.content[end..];
        if let Some(next) = rest.trim_start().strip_prefix(',') {
            let end = self.content.len() - next.trim_start().len();
            return Some(self.with(start..end, ""));
        }
        let before = self.content[..start].trim_end();
        Some(self.with(before.strip_suffix(',').unwrap_or(before).len()..end, ""))
    }

    /// With one more entry at the end of the list or map at a pointer, given as text.
    pub fn appended(&self, pointer: &str, entry: &str) -> Option<String> {
        let place = self.place(pointer)?;
        let close = place.end - 1;
        let is_empty = self.content[place.start + 1..close].trim().is_empty();
        let comma = match self.content.contains("\": ") || self.content.contains(", ") {
            _ if is_empty => "",
            true => ", ",
            false => ",",
        };
        Some(self.with(close..close, &format!("{comma}{entry}")))
    }

    fn with(&self, place: Range<usize>, text: &str) -> String {
        format!("{}{text}{}", &self.content[..place.start], &self.content[place.end..])
    }

    /// Where the value at a pointer stands.
    fn place(&self, pointer: &str) -> Option<Range<usize>> {
        let mut raw = self.content[self.range.clone()].trim();
        for segment in pointer::segments(pointer) {
            let inner: &RawValue = match raw.as_bytes().first()? {
                b'{' => serde_json::from_str::<HashMap<String, &RawValue>>(raw).ok()?.remove(&segment)?,
                b'[' => serde_json::from_str::<Vec<&RawValue>>(raw).ok()?.get(segment.parse::<usize>().ok()?)?,
                _ => return None,
            };
            raw = inner.get();
        }
        let start = raw.as_ptr().addr() - self.content.as_ptr().addr();
        Some(start..start + raw.len())
    }

    /// Where the name of the member at a pointer stands.
    fn key(&self, pointer: &str) -> Option<Range<usize>> {
        let value = self.place(pointer)?;
        let before = self.content[..value.start].trim_end().strip_suffix(':')?.trim_end();
        let name = Json::text(pointer::segments(pointer).last()?).to_string();
        let start = before.strip_suffix(&*name)?.len();
        Some(start..before.len())
    }
}

/// Another value of the same kind: a near number, the other boolean, a text that was seen in the same place or one with
/// another character.
pub fn another_value<'a>(old: &Json, seen: impl Iterator<Item = &'a Json>, chance: &mut Chance) -> Option<Json> {
    let step = 1 + chance.below(3) as i64;
    let up = chance.below(2) == 0;
    match old {
        Json::Bool(b) => Some(Json::Bool(!b)),
        Json::Int(n) => {
            let lower = n.checked_sub(step).filter(|lower| (*lower >= 0) == (*n >= 0) && !up);
            lower.or_else(|| n.checked_add(step)).map(Json::Int)
        }
        Json::Uint(n) => Some(Json::Uint(n - step as u64)),
        Json::Float(n) if n.fract() == 0.0 => {
            Some(Json::Float(if up || *n < 4.0 { n + step as f64 } else { n - step as f64 }))
        }
        Json::Float(n) => {
            let by = (n.abs() * 0.01 * step as f64).max(0.01 * step as f64);
            let scale = 10f64.powi(decimals(*n).clamp(2, 9));
            let near = ((if up { n + by } else { n - by }) * scale).round() / scale;
            let near = if near == *n || (near < 0.0) != (*n < 0.0) { n + by } else { near };
            near.is_finite().then_some(Json::Float(near))
        }
        Json::Text(text) => {
            let plain = |text: &str| text.trim().to_lowercase();
            let others: Vec<&Json> =
                seen.filter(|value| value.as_str().is_some_and(|other| plain(other) != plain(text))).collect();
            match chance.pick(&others) {
                Some(other) => Some((*other).clone()),
                None => altered(text, chance).map(Json::text),
            }
        }
        Json::Null | Json::List(_) | Json::Map(_) => None,
    }
}

fn decimals(n: f64) -> i32 {
    let text = n.to_string();
    text.split_once('.').map_or(0, |(_, decimals)| decimals.len().min(9) as i32)
}

/// A text with one other character: a digit where it has some, else a letter.
fn altered(text: &str, chance: &mut Chance) -> Option<String> {
    let at = |wanted: fn(&char) -> bool| -> Vec<usize> {
        text.char_indices().filter(|(_, c)| wanted(c)).map(|(at, _)| at).collect()
    };
    let digits = at(char::is_ascii_digit);
    let letters = at(char::is_ascii_alphabetic);
    let place = *chance.pick(&digits).or(chance.pick(&letters))?;
    let old = text.as_bytes()[place];
    let new = match old {
        b'0'..=b'9' => b'0' + (old - b'0' + 1 + chance.below(9) as u8) % 10,
        b'a'..=b'z' => b'a' + (old - b'a' + 1 + chance.below(25) as u8) % 26,
        _ => b'A' + (old - b'A' + 1 + chance.below(25) as u8) % 26,
    };
    Some(format!("{}{}{}", &text[..place], char::from(new), &text[place + 1..]))
}

/// Removes a call and its answer, and the message of the call where it has no other.
pub fn take_out(trajectory: &mut Trajectory, exchange: Exchange) {
    if let Some(answer) = exchange.answer {
        trajectory.messages.remove(answer);
    }
    let calls = &mut trajectory.messages[exchange.message].calls;
    calls.remove(exchange.call);
    if calls.is_empty() {
        trajectory.messages.remove(exchange.message);
    }
}

/// Replaces a word wherever it stands from one message on.
pub fn rename(trajectory: &mut Trajectory, since: usize, from: &str, to: &str) {
    for message in &mut trajectory.messages[since..] {
        message.content = with_word(&message.content, from, to);
        for call in &mut message.calls {
            let arguments = &call.arguments;
            let text = with_word(&arguments.text, from, to);
            if text != arguments.text {
                let form = arguments.form;
                call.arguments = match form {
                    ArgumentsForm::Object => Arguments::plain(&text),
                    _ => Arguments::encoded(text),
                };
                call.arguments.form = form;
            }
        }
    }
}

/// A text with each occurrence of a word replaced.
pub fn with_word(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for at in words_at(text, from) {
        out.push_str(&text[done..at]);
        out.push_str(to);
        done = at + from.len();
    }
    out.push_str(&text[done..]);
    out
}
