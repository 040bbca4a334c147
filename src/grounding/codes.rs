//! Codes: those of public standards, and abbreviations of names.

use std::cell::LazyCell;

use super::index::{Place, Speaker};
use super::trace::Dialogue;
use super::{Provenance, Trace, knowledge, words};
use crate::trajectory::{Parameter, Role, ValueKind};

impl Dialogue<'_> {
    /// Codes of public standards for what was said, and names of codes that were said.
    pub(super) fn code(&self, text: &str, parameter: &Parameter, kind: ValueKind) -> Option<Trace> {
        let text = text.trim();
        let told = LazyCell::new(|| parameter.told());
        let short = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let coded = kind == ValueKind::Code
            || (short && matches!(kind, ValueKind::Text | ValueKind::Choice | ValueKind::Name | ValueKind::Identifier));
        let known = |how: String, place: Place| Some(Trace::new(Provenance::WorldKnowledge, how, vec![place]));
        if coded && text.len() <= 32 {
            // `pt` is Portugal and Portuguese: the definition tells which.
            let mut entries: Vec<_> = knowledge::meanings(text).iter().collect();
            entries.sort_by_key(|entry| !entry.class.is_told_by(&told));
            for entry in entries {
                let sign = || entry.names().find_map(|name| self.sign(name));
                if let Some(place) = entry.names().find_map(|name| self.phrase(name)).or_else(sign) {
                    return known(format!("{} of {}", entry.class.name(), self.index.text_of(place)), place);
                }
                if entry.class == knowledge::Class::Currency && text.len() == 3 {
                    // The currency of a country: its code starts with that of the country.
                    let country = text.get(..2).map_or(&[][..], knowledge::meanings);
                    let names = country
                        .iter()
                        .filter(|entry| entry.class == knowledge::Class::Country)
                        .flat_map(|entry| entry.names());
                    if let Some(place) = names.into_iter().find_map(|name| self.phrase(name)) {
                        return known(format!("the currency of {}", self.index.text_of(place)), place);
                    }
                }
            }
            let common =
                ["USD", "EN", "ENGLISH", "EN-US", "EN_US", "UTC"].contains(&text.to_ascii_uppercase().as_str());
            if common && kind != ValueKind::Identifier {
                return Some(Trace::new(Provenance::WorldKnowledge, "a usual default", Vec::new()));
            }
        }
        if !matches!(kind, ValueKind::Identifier | ValueKind::Secret | ValueKind::Email | ValueKind::Url) {
            for (class, code) in knowledge::codes_of(&text.to_lowercase()) {
                // Two cities of one time zone are not the same city.
                if *class == knowledge::Class::TimeZone && !class.is_told_by(&told) {
                    continue;
                }
                let spoken =
                    self.said(code, &words::words(code), "", ValueKind::Code, &mut None).map(|found| found.places[0]);
                let named = || {
                    knowledge::meanings(code)
                        .iter()
                        .filter(|entry| entry.class == *class)
                        .flat_map(|entry| entry.names())
                        .find_map(|name| self.phrase(name))
                };
                if let Some(place) = spoken.or_else(named) {
                    return known(format!("another name for the {} {code}", class.name()), place);
                }
            }
            if kind != ValueKind::Code && text.eq_ignore_ascii_case("english") {
                return Some(Trace::new(Provenance::WorldKnowledge, "a usual default", Vec::new()));
            }
        }
        if coded
            && (2..=6).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphabetic())
            && kind != ValueKind::Identifier
        {
            let place = self.abbreviated(text, knowledge::Class::Airport.is_told_by(&told))?;
            // `LAN` of "Los Angeles", whose code is LAX.
            let spoken = self.index.text_of(place).to_lowercase();
            if knowledge::codes_of(&spoken).iter().any(|(class, _)| class.is_told_by(&told)) {
                return None;
            }
            return Some(Trace::new(
                Provenance::Normalised,
                format!("short for {}", self.index.text_of(place)),
                vec![place],
            ));
        }
        None
    }

    /// Where a sign without letters was said, such as `€`.
    pub(super) fn sign(&self, sign: &str) -> Option<Place> {
        if sign.is_empty() || sign.chars().any(char::is_alphanumeric) {
            return None;
        }
        let messages = self.given.trajectory.messages[..self.read].iter().enumerate().rev();
        let said = messages.filter(|(_, message)| message.role != Role::Assistant).take(64);
        said.into_iter().find_map(|(at, message)| {
            let start = message.content.find(sign)?;
            let speaker = Speaker::of(&message.role);
            let node = self.index.node_of(at as u32, start as u32);
            Some(Place {
                node,
                speaker,
                message: at as u32,
                start: start as u32,
                end: (start + sign.len()) as u32,
                whole: false,
                name: false,
            })
        })
    }

    /// The name that letters abbreviate: its initials, or some of its letters in order from the first.
    pub(super) fn abbreviated(&self, letters: &str, of_a_city: bool) -> Option<Place> {
        let letters: Vec<char> = letters.to_lowercase().chars().collect();
        let mut run: Vec<(char, Place)> = Vec::new();
        for (word, place) in self.index.latest_words(4096) {
            let first = word.chars().next()?;
            if letters.len() >= 3 && word.len() >= letters.len() + 2 && place.speaker != Speaker::Assistant {
                let mut start = word.chars().flat_map(char::to_lowercase);
                if letters.iter().all(|letter| start.next() == Some(*letter)) {
                    return Some(place);
                }
            }
            if place.speaker == Speaker::Assistant || place.name || !first.is_uppercase() {
                run.clear();
                continue;
            }
            let lower = word.to_lowercase();
            let mut rest = lower.chars();
            if letters.len() >= 4 && lower.chars().eq(letters.iter().copied()) {
                return Some(place);
            }
            let spelled = word.chars().count() > letters.len()
                && lower.starts_with(letters[0])
                && letters.iter().all(|letter| rest.any(|c| c == *letter));
            // The first two letters of the name bear most of the weight.
            let second = lower.chars().nth(1);
            let close = letters.len() >= 3 || second == letters.get(1).copied();
            if spelled && close {
                return Some(place);
            }
            if run.last().is_some_and(|(_, last)| last.node != place.node || place.start.saturating_sub(last.end) > 3) {
                run.clear();
            }
            run.push((lower.chars().next()?, place));
            if letters.len() >= 3 && run.len() >= 2 {
                let from = run[run.len() - 2].1;
                let pair = format!("{}{lower}", self.index.text_of(from).to_lowercase());
                let initial = lower.chars().next()?;
                let mut rest = pair.chars();
                if pair.starts_with(letters[0])
                    && letters[1..].contains(&initial)
                    && letters.iter().all(|letter| rest.any(|c| c == *letter))
                {
                    return Some(Place { end: place.end, ..from });
                }
            }
            let tail = run.len().checked_sub(letters.len());
            // Initials of three words name a firm, and no city.
            if let Some(tail) = tail.filter(|_| !of_a_city)
                && letters.len() >= 2
                && run[tail..].iter().zip(&letters).all(|((initial, _), letter)| initial == letter)
            {
                return Some(Place { end: place.end, ..run[tail].1 });
            }
        }
        None
    }
}
