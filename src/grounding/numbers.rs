//! Numbers as arguments: said so or in words, rounded, converted, computed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::arithmetic::{self, Operands};
use super::index::{Index, Number, Place, Speaker};
use super::sources::Candidates;
use super::texts::offered;
use super::trace::{Dialogue, number_key};
use super::words::{self, Word};
use super::{Provenance, Trace, number};
use crate::trajectory::{Parameter, Role, ValueKind};

impl Dialogue<'_> {
    pub(super) fn number(&self, value: f64, shown: &str, path: &str, parameter: &Parameter, kind: ValueKind) -> Trace {
        let small = value.fract() == 0.0 && value.abs() < 100.0;
        let mut candidates = Candidates::default();
        self.index.find_number(value, |place, number| {
            if kind == ValueKind::Identifier && (number.money || small && !self.is_named_like_id(place)) {
                return true;
            }
            if kind == ValueKind::Amount && !number.money && self.index.is_no_sum(place) {
                return true;
            }
            candidates.take(place)
        });
        let mut places = candidates.places();
        let words = words::words(shown);
        self.drop_echoes(words::hash_of_all(&words), &mut places);
        self.drop_echoes(number_key(value), &mut places);
        if let Some(first) = places.first() {
            return match self.index.text_of(*first) == shown {
                true => Trace::new(Provenance::Literal, "", places),
                false => Trace::new(Provenance::Normalised, "a number written otherwise", places),
            };
        }
        let exact = serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number);
        if let Some(offered) = offered(&exact, parameter) {
            return offered;
        }
        let words_for_it =
            number::spelt_hashes(value).iter().filter(|(_, strict)| kind != ValueKind::Amount || *strict);
        let spelt = words_for_it.into_iter().find_map(|(hash, _)| {
            let mut said = self.index.messages_with(*hash, 16);
            said.find(|place| place.speaker != Speaker::Assistant && !place.name)
        });
        let spelt = match (spelt, kind) {
            (Some(place), ValueKind::Identifier) => Some(place).filter(|place| self.is_named_like_id(*place)),
            (spelt, _) => spelt.or_else(|| number::spelt_out(value).iter().find_map(|words| self.phrase(words))),
        };
        if let Some(place) = spelt {
            return Trace::new(Provenance::Normalised, "a number in words", vec![place]);
        }
        if kind == ValueKind::Identifier || kind == ValueKind::Secret {
            // A number that was said as a part of a word: `#12446`, `W12446`.
            if let Some(found) = self.said(shown, &words, &parameter.name, kind, &mut None) {
                return found;
            }
            return self
                .in_world(shown, &words, kind)
                .or_else(|| self.id_in_world(value))
                .unwrap_or_else(Trace::invented);
        }
        if let Some(found) = self.number_described(shown, &words, parameter, kind) {
            return found;
        }
        let told = parameter.told();
        if kind == ValueKind::Amount
            && ["cents", "minor unit", "pence", "pennies"].iter().any(|unit| told.contains(unit))
        {
            // 8.00 in cents.
            let mut candidates = Candidates::default();
            self.index.find_number(value / 100.0, |place, _| candidates.take(place));
            if let Some(place) = candidates.places().first() {
                return Trace::new(
                    Provenance::Derived,
                    format!("{} in hundredths", arithmetic::show(value / 100.0)),
                    vec![*place],
                );
            }
        }
        if kind == ValueKind::Date
            && let Some(found) = self.date_number(value, &parameter.name)
        {
            return found;
        }
        if kind != ValueKind::Date
            && let Some(found) = self.computed(value, path, parameter, kind)
        {
            return found;
        }
        if let Some(found) = self.number_in_world(value, parameter, kind) {
            return found;
        }
        if let Some(place) = candidates.assistant() {
            // What the assistant announced may be any computation, if over sums that were really observed or said.
            let sums = |place: Place, number: &Number| {
                place.speaker != Speaker::Assistant
                    && (number.money || number.value.fract() != 0.0 || self.is_named_like_money(place))
            };
            let numbers: Vec<f64> = self
                .recent(if kind == ValueKind::Amount { 16 } else { 64 }, |place, number| {
                    kind != ValueKind::Amount || sums(place, number)
                })
                .collect();
            if let Some(how) = arithmetic::any_of(&numbers, value) {
                return Trace::new(Provenance::Derived, how, vec![place]);
            }
            return match kind.is_hard() {
                false => Trace::new(Provenance::FreeText, "", vec![place]),
                true => Trace::new(Provenance::Invented, self.announcement(place, kind), vec![place]),
            };
        }
        let choice = matches!(kind, ValueKind::Count | ValueKind::Choice | ValueKind::Date);
        if value == 0.0 || choice && value == 1.0 {
            return Trace::new(Provenance::Schema, "the least value", Vec::new());
        }
        Trace::invented()
    }

    /// A number in the description of its parameter: a bound, a default, a choice.
    pub(super) fn number_described(
        &self,
        shown: &str,
        words: &[Word],
        parameter: &Parameter,
        kind: ValueKind,
    ) -> Option<Trace> {
        if kind == ValueKind::Amount && !parameter.physical {
            return None;
        }
        let shown = shown.strip_suffix(".0").unwrap_or(shown);
        let words = if words.len() > 1 { words::words(shown) } else { words.to_vec() };
        let mut told = words::words(&parameter.description);
        if parameter.physical {
            // "The tank can hold up to 50 gallons."
            told.extend(words::words(&self.call.tool_description));
        }
        let found = told.windows(words.len()).any(|window| window.iter().zip(&words).all(|(a, b)| a.hash == b.hash));
        found.then(|| Trace::new(Provenance::Schema, "named in the description", Vec::new()))
    }

    /// Rounded, converted or computed.
    pub(super) fn computed(&self, value: f64, path: &str, parameter: &Parameter, kind: ValueKind) -> Option<Trace> {
        let rounded = |number: &&Number| {
            let place = self.index.number_place(number);
            // People round up and down; sums of money are rounded properly.
            let close = kind != ValueKind::Amount || (value - number.value).abs() <= 0.5;
            close
                && number::is_rounded(value, number.value)
                && place.speaker != Speaker::Assistant
                && !self.is_echo(place, number_key(number.value))
        };
        if value.abs() >= 3.0
            && let Some(number) = self.index.latest_numbers(512).find(rounded)
        {
            return Some(Trace::new(
                Provenance::Normalised,
                format!("{} rounded", arithmetic::show(number.value)),
                vec![self.index.number_place(number)],
            ));
        }
        let money = kind == ValueKind::Amount;
        if !money || parameter.physical {
            let wanted = parameter.told();
            for number in self.index.latest_numbers(128) {
                let place = self.index.number_place(number);
                if place.speaker == Speaker::Assistant {
                    continue;
                }
                for units in number::conversions(number.value, value) {
                    let (before, after) = self.index.around(place, 12, 16);
                    let name = self.index.name_of(place.node).unwrap_or("");
                    let said = format!("{name} {before} {after}").to_lowercase();
                    if units.fit(&said, &wanted) {
                        let how = format!("{} converted: {}", arithmetic::show(number.value), units.name());
                        return Some(Trace::new(Provenance::Derived, how, vec![place]));
                    }
                }
            }
        }
        if let Some(how) = self.operands(path).explain(value) {
            let places = self.operands_of(&how);
            return Some(Trace::new(Provenance::Derived, how, places));
        }
        if let Some(how) = self.at_an_observed_rate(value).or_else(|| self.of_the_same_thing(value, parameter)) {
            return Some(Trace::new(Provenance::Derived, how, Vec::new()));
        }
        if !money {
            let numbers: Vec<f64> = self.recent(48, |_, _| true).collect();
            if let Some(how) = arithmetic::any_of(&numbers, value) {
                return Some(Trace::new(Provenance::Derived, how, Vec::new()));
            }
            if kind == ValueKind::Count && self.call.lengths.iter().any(|length| *length as f64 == value) {
                return Some(Trace::new(Provenance::Derived, "the length of a list in the call", Vec::new()));
            }
        }
        None
    }

    /// What the user said, converted as an earlier call converted another number: a currency, a unit.
    pub(super) fn at_an_observed_rate(&self, value: f64) -> Option<String> {
        let said: Vec<f64> = self.recent(8, |place, _| place.speaker == Speaker::User).collect();
        let exchanges = &self.given.exchanges[..self.call.exchange];
        for exchange in exchanges.iter().rev().take(16) {
            let call = &self.given.trajectory.messages[exchange.message].calls[exchange.call];
            let Some(Value::Object(arguments)) = call.arguments.value.as_ref().ok() else { continue };
            let mut given = arguments.values().filter_map(Value::as_f64);
            let (Some(from), None) = (given.next(), given.next()) else { continue };
            let answer = exchange
                .answer
                .filter(|at| *at < self.read)
                .map_or("", |at| self.given.trajectory.messages[at].content.as_str());
            // One number in a few words, not a record.
            if answer.len() > 200 {
                continue;
            }
            let Some(Value::Object(answer)) = serde_json::from_str(answer).ok() else { continue };
            let mut made = answer.values().filter_map(Value::as_f64);
            let (Some(to), None) = (made.next(), made.next()) else { continue };
            if from == 0.0 || to == 0.0 {
                continue;
            }
            for number in &said {
                for (made, rate) in [(number * to / from, to / from), (number * from / to, from / to)] {
                    if (made - value).abs() < 0.01 {
                        return Some(format!(
                            "{} at the rate {} of an earlier answer",
                            arithmetic::show(*number),
                            arithmetic::show(rate)
                        ));
                    }
                }
            }
        }
        None
    }

    /// The distinct numbers said last that satisfy a condition, newest first.
    pub(super) fn recent(&self, max: usize, wanted: impl Fn(Place, &Number) -> bool) -> impl Iterator<Item = f64> {
        let mut numbers: Vec<f64> = Vec::new();
        for number in self.index.latest_numbers(192) {
            if numbers.len() >= max {
                break;
            }
            let place = self.index.number_place(number);
            if !numbers.contains(&number.value)
                && wanted(place, number)
                && !self.is_echo(place, number_key(number.value))
            {
                numbers.push(number.value);
            }
        }
        numbers.into_iter()
    }

    /// The places of the numbers that a computation names.
    fn operands_of(&self, how: &str) -> Vec<Place> {
        let numbers =
            how.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter_map(|part| part.parse::<f64>().ok());
        let mut places: Vec<Place> = Vec::new();
        for value in numbers.take(6) {
            let mut candidates = Candidates::default();
            self.index.find_number(value, |place, _| candidates.take(place));
            places.extend(candidates.places().first().filter(|place| !places.contains(place)));
        }
        places.truncate(3);
        places
    }

    /// Whether a number stands in a field for money.
    pub(super) fn is_named_like_money(&self, place: Place) -> bool {
        let outer = self.index.parent(place.node).and_then(|parent| self.index.name_of(parent));
        [self.index.name_of(place.node), outer].into_iter().flatten().any(is_money)
    }

    /// What may take part in computing the argument at a path.
    pub(super) fn operands(&self, path: &str) -> Operands {
        let mut operands = Operands::default();
        let mut groups: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
        let mut records = Vec::new();
        let texts = &self.call.texts;
        let names_a_record = |text: &&String| {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            digits > 0 && text.len() >= 3 && super::date::read_value(text).is_none()
        };
        for text in texts.iter().filter(names_a_record).take(16) {
            let words = words::words(text);
            let mut record = None;
            let mut visited = 0;
            self.index.find(&words, |place| {
                visited += 1;
                if place.whole && place.speaker == Speaker::Observation {
                    record =
                        self.index.parent(place.node).filter(|parent| !self.index.numbers_below(*parent).is_empty());
                }
                record.is_none() && visited < 32
            });
            let Some(record) = record.filter(|record| !records.contains(record)) else { continue };
            records.push(record);
            for number in self.index.numbers_below(record).iter().take(64) {
                if !self.index.is_listed_below(number.node, record) {
                    let outer =
                        self.index.parent(number.node).and_then(|parent| self.index.name_of(parent)).unwrap_or("");
                    groups
                        .entry((self.index.name_of(number.node).unwrap_or(""), outer))
                        .or_default()
                        .push(number.value);
                }
            }
        }
        // `"cabin": "economy"` chooses among fares of several cabins.
        let is_chosen = |name: &str| texts.iter().any(|text| text == name);
        let choice = groups.keys().any(|(name, outer)| is_chosen(name) && is_money(outer));
        let money = groups.keys().any(|(name, outer)| is_money(name) || is_money(outer));
        for ((name, outer), group) in &groups {
            if choice && !is_chosen(name) || money && !(is_money(name) || is_money(outer)) {
                continue;
            }
            operands.groups.push(group.clone());
            if group.len() > 1 {
                operands.groups.extend(group.iter().take(8).map(|value| vec![*value]));
            }
        }
        operands.groups.truncate(32);
        let last_name =
            |path: &str| path.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or("").to_owned();
        let own_name = last_name(path);
        for (other, value) in &self.call.numbers {
            let name = last_name(other);
            if other == path || *value == 0.0 {
            } else if name == own_name {
                operands.siblings.push(*value);
            } else if value.fract() == 0.0 && (2.0..10.0).contains(value) {
                operands.counts.push(*value);
            }
        }
        operands.lengths = self.call.lengths.iter().filter(|len| **len > 1).map(|len| *len as f64).collect();
        for length in self.index.latest_lengths(24).map(f64::from).filter(|length| *length <= 12.0) {
            if !operands.observed_lengths.contains(&length) && operands.observed_lengths.len() < 5 {
                operands.observed_lengths.push(length);
            }
        }
        operands.siblings.truncate(8);
        operands.counts.truncate(4);
        let is_percent = |place: Place| self.index.around(place, 0, 1).1 == "%";
        operands.said = self
            .recent(6, |place, number| {
                let scalar = place.speaker == Speaker::Observation && self.index.parent(place.node).is_none();
                (scalar || place.speaker == Speaker::User && number.money) && !is_percent(place)
            })
            .collect();
        operands.rates = self.recent(8, |place, number| place.speaker == Speaker::System && number.money).collect();
        operands.percents = self
            .recent(4, |place, number| place.speaker != Speaker::Assistant && number.value >= 1.0 && is_percent(place))
            .collect();
        operands.quantities = self
            .recent(4, |place, number| {
                place.speaker == Speaker::User
                    && number.value.fract() == 0.0
                    && (2.0..=1000.0).contains(&number.value)
                    && !number.money
                    && !self.index.is_no_sum(place)
            })
            .collect();
        let said_last =
            self.given.trajectory.messages[..self.read].iter().rev().filter(|message| message.role == Role::User);
        let words: Vec<Word> = said_last.take(2).flat_map(|message| words::words(&message.content)).collect();
        for (word, factor) in [("double", 2.0), ("twice", 2.0), ("triple", 3.0), ("half", 0.5)] {
            if words.iter().any(|said| said.hash == words::hash_of(word)) {
                operands.quantities.push(factor);
            }
        }
        for count in (2..=12).map(f64::from) {
            let mut strict = number::spelt_hashes(count).iter().filter(|(_, strict)| *strict);
            if strict.any(|(hash, _)| words.iter().any(|said| said.hash == *hash)) {
                operands.quantities.push(count);
            }
        }
        operands.quantities.dedup();
        operands.quantities.truncate(6);
        operands.looked_up = self
            .recent(8, |place, number| {
                place.speaker == Speaker::Observation && number.value > 0.0 && self.is_named_like_money(place)
            })
            .collect();
        let fresh = self.recent(8, |place, number| place.speaker == Speaker::Observation && number.value > 0.0);
        operands.observed = fresh.filter(|value| !operands.looked_up.contains(value)).collect();
        operands.mentioned = self.recent(4, |place, number| place.speaker == Speaker::User && number.money).collect();
        // Line totals, and the total of lines.
        let parent = |path: &str| path.rfind('/').map_or("", |at| &path[..at]).to_owned();
        let fellows: Vec<f64> = self
            .call
            .numbers
            .iter()
            .filter(|(other, _)| other != path && parent(other) == parent(path))
            .map(|(_, value)| *value)
            .collect();
        for (at, a) in fellows.iter().enumerate().take(6) {
            operands.products.extend(fellows[at + 1..].iter().take(6).map(|b| (*a, *b)));
        }
        let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for (other, value) in
            self.call.numbers.iter().filter(|(other, _)| other != path && parent(other) != parent(path))
        {
            columns.entry(last_name(other)).or_default().push(*value);
        }
        operands.columns = columns.into_values().filter(|column| column.len() <= 24).take(6).collect();
        operands
    }

    /// What is left of a capacity, and the like: numbers of fields that are named as the parameter is, and those of the
    /// definition.
    pub(super) fn of_the_same_thing(&self, value: f64, parameter: &Parameter) -> Option<String> {
        const VAGUE: [&str; 12] =
            ["amount", "value", "number", "total", "limit", "new", "max", "min", "price", "cost", "fee", "level"];
        let mut parts = words::parts(&parameter.name);
        parts.retain(|part| part.len() >= 3 && !VAGUE.contains(&part.as_str()));
        if parts.is_empty() {
            return None;
        }
        let mut numbers: Vec<f64> = Vec::new();
        for index in std::iter::once(&self.index as &Index<'_>).chain(self.world()) {
            let named = |number: &&Number| {
                let name = index.name_of(number.node).map(str::to_lowercase);
                name.is_some_and(|name| parts.iter().any(|part| name.contains(part)))
            };
            numbers.extend(index.latest_numbers(512).filter(named).map(|number| number.value).take(6));
        }
        if parameter.physical {
            numbers.extend(self.recent(6, |place, number| {
                place.speaker == Speaker::User && !self.index.is_no_sum(place) && number.value > 0.0
            }));
        }
        for told in [&self.call.tool_description, &parameter.description] {
            let bytes = told.as_bytes();
            let starts = (0..bytes.len())
                .filter(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[at - 1].is_ascii_alphanumeric()));
            numbers.extend(starts.filter_map(|at| number::read_at(bytes, at)?.values[0]).take(6));
        }
        numbers.dedup();
        let pairs = numbers.iter().flat_map(|a| numbers.iter().map(move |b| (*a, *b)));
        let found = |(a, b): &(f64, f64)| (a - b - value).abs() < 0.005 && *b != 0.0;
        pairs.into_iter().find(found).map(|(a, b)| format!("{} - {}", arithmetic::show(a), arithmetic::show(b)))
    }
}

/// Whether a name is one of a field for money.
pub(super) fn is_money(name: &str) -> bool {
    let name = match name.bytes().any(|b| b.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    };
    ["price", "cost", "amount", "fee", "total", "fare", "balance", "rate", "charge", "value"]
        .iter()
        .any(|word| name.contains(word))
}
