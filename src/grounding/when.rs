//! Dates and times of a dialogue: which were said, what day it is, and how an argument follows from them.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use super::date::{self, Basis, Day, Mention, What};
use super::index::{Place, Speaker};
use super::trace::{ANNOUNCED, Dialogue, day_key};
use super::{Provenance, Trace, words};
use crate::trajectory::{Message, ValueKind};

const YEAR_ASSUMED: &str = "the year was never said";
const TODAY_ASSUMED: &str = "today's date was never said";

/// Mentions that are kept; older ones are forgotten.
const KEPT_MAX: usize = 1024;

/// The dates and times said so far. Read only when an argument needs them.
#[derive(Debug, Default)]
pub(super) struct Moments {
    said: Vec<Moment>,
    /// Messages that were read.
    read: usize,
    /// What a message has, found before it was read.
    prepared: Option<(usize, Vec<Mention>)>,
    today: Option<NaiveDate>,
    now: Option<NaiveTime>,
    /// The days for which arguments took relative words, by message and place, where today is not known.
    taken: HashMap<(usize, usize), NaiveDate>,
}

#[derive(Debug)]
struct Moment {
    what: What,
    message: usize,
    speaker: Speaker,
    start: usize,
    end: usize,
}

impl Moments {
    fn read(&mut self, messages: &[Message], tool_of: impl Fn(usize) -> Option<String>) {
        let mut found: Vec<Mention> = Vec::new();
        for (at, message) in messages.iter().enumerate().skip(self.read) {
            found.clear();
            match self.prepared.take() {
                Some((prepared, mentions)) if prepared == at => found = mentions,
                _ => date::scan(&message.content, &mut found),
            }
            let speaker = Speaker::of(&message.role);
            let tells_now = speaker == Speaker::Observation
                && tool_of(at).is_some_and(|tool| {
                    let tool = tool.to_lowercase().replace('_', "");
                    ["today", "currentdate", "currenttime", "getdate", "gettime", "datetime", "now", "clock"]
                        .iter()
                        .any(|name| tool.contains(name))
                });
            for Mention { what, start, end, is_now } in found.drain(..) {
                // What belongs to the date of today is no mention of its own.
                if is_now && !matches!(what, What::Day(_) | What::Time { .. }) {
                    continue;
                }
                let is_now = (is_now || tells_now) && speaker != Speaker::Assistant;
                match what {
                    What::Day(day) if is_now => self.today = Some(day),
                    What::Time { time, .. } if is_now => self.now = Some(time),
                    _ => {}
                }
                self.said.push(Moment { what, message: at, speaker, start, end });
            }
        }
        self.read = self.read.max(messages.len());
        if self.said.len() > KEPT_MAX {
            // What the user and the system prompt said stays longest.
            let mut surplus = self.said.len() - KEPT_MAX / 2;
            self.said.retain(|moment| {
                let goes = surplus > 0 && !matches!(moment.speaker, Speaker::User | Speaker::System);
                surplus -= usize::from(goes);
                !goes
            });
            self.said.drain(..self.said.len().saturating_sub(KEPT_MAX));
        }
    }
}

/// Whether a time is within an hour of one that was said.
fn near_time(time: NaiveTime, mentions: &[&What]) -> bool {
    mentions.iter().any(|what| match what {
        What::Time { time: said, .. } => {
            // "At 6" may be in the evening.
            let apart = (time - *said).num_minutes().rem_euclid(720);
            apart.min(720 - apart) <= 60
        }
        _ => false,
    })
}

/// Whether a time of day is one that somebody would assume: 09:30, 23:59.
fn is_round(time: NaiveTime) -> bool {
    time.minute().is_multiple_of(5) || time.minute() == 59
}

/// Whether a parameter by its name says when something begins.
fn is_start(name: &str) -> bool {
    words::parts(name).iter().any(|part| matches!(part.as_str(), "start" | "begin" | "from"))
}

/// Whether a parameter by its name bounds a search.
fn is_bound(name: &str) -> bool {
    let parts = words::parts(name);
    ["range", "start", "end", "from", "to", "after", "before", "earliest", "latest", "min", "max"]
        .iter()
        .any(|word| parts.iter().any(|part| part == word))
}

/// Whether a day is near enough to today that its year goes without saying.
fn is_within_half_a_year(day: &Day, today: NaiveDate) -> bool {
    match day {
        Day::Full(date) => (*date - today).num_days().abs() <= 183,
        _ => true,
    }
}

/// Whether a day is the first or last of its month.
fn is_month_end(day: &Day) -> bool {
    match day {
        Day::Full(date) => date.day() == 1 || date.succ_opt().is_none_or(|next| next.month() != date.month()),
        _ => false,
    }
}

impl Dialogue<'_> {
    pub(super) fn read_moments(&mut self) {
        if self.moments.read >= self.read {
            return;
        }
        let mut moments = std::mem::take(&mut self.moments);
        let tool = |message: usize| {
            self.answered_by(self.place_of_message(message)).map(|exchange| self.tool_name(exchange).to_owned())
        };
        moments.read(&self.given.trajectory.messages[..self.read], tool);
        self.moments = moments;
    }

    /// Finds the dates of a message that is not read yet.
    pub(super) fn prepare_moments(&mut self, message: usize) -> &[Mention] {
        self.read_moments();
        let mut mentions = Vec::new();
        date::scan(&self.given.trajectory.messages[message].content, &mut mentions);
        &self.moments.prepared.insert((message, mentions)).1
    }

    /// A place that stands for a whole observation.
    fn place_of_message(&self, message: usize) -> Place {
        let message = message as u32;
        Place { node: 0, speaker: Speaker::Observation, message, start: 0, end: 0, whole: false, name: false }
    }

    /// Traces a text that is a date, a time, or both.
    pub(super) fn date(&mut self, text: &str, name: &str, kind: ValueKind) -> Option<Trace> {
        let numeric = text.bytes().any(|b| b.is_ascii_digit());
        if kind != ValueKind::Date && !(numeric && matches!(kind, ValueKind::Text | ValueKind::Identifier)) {
            return None;
        }
        let readings = date::readings(text);
        if readings.is_empty()
            || (kind != ValueKind::Date && !readings.iter().any(|value| matches!(value.day, Some(Day::Full(_)))))
        {
            return None;
        }
        self.read_moments();
        let mut best: Option<Trace> = None;
        let mut day = None;
        for value in &readings {
            let found = self.moment(value.day.as_ref(), value.time, name, false);
            let beside = || {
                let found = self.beside(value, name)?;
                value.time.is_none_or(|time| self.is_plausible(time, name)).then_some(found)
            };
            let found = found.or_else(beside).or_else(|| {
                // What the assistant said of dates counts only where the user could have objected.
                let announced = self.moment(value.day.as_ref(), value.time, name, true)?;
                let named = announced.provenance == Provenance::Normalised || announced.how.starts_with(YEAR_ASSUMED);
                named.then(|| {
                    let how = announced.places.iter().find(|place| place.speaker == Speaker::Assistant);
                    let how = how.map_or(ANNOUNCED, |place| self.announcement(*place, ValueKind::Date));
                    Trace::new(Provenance::Invented, how, announced.places)
                })
            });
            // Everybody was born in some year: to leave it out is to invent it.
            let birth = ["birth", "dob", "born"].iter().any(|word| name.to_lowercase().contains(word));
            let found = found.filter(|found| !(birth && found.how.starts_with(YEAR_ASSUMED)));
            let better = |found: &Trace| best.as_ref().is_none_or(|best| found.provenance < best.provenance);
            if let Some(found) = found.filter(better) {
                best = Some(found);
                day = value.day;
            }
        }
        // From now on "tomorrow" is this day.
        if let (Some(best), Some(Day::Full(day))) = (&best, day)
            && best.how.starts_with(TODAY_ASSUMED)
            && let Some(place) = best.places.first()
        {
            self.moments.taken.entry((place.message as usize, place.start as usize)).or_insert(day);
        }
        best
    }

    /// A year, month or day that stands alone as a number.
    pub(super) fn date_number(&self, value: f64, name: &str) -> Option<Trace> {
        if value.fract() != 0.0 || !(1.0..=2100.0).contains(&value) {
            return None;
        }
        let moments = &self.moments;
        let (number, name) = (value as u32, name.to_lowercase());
        let part = |day: NaiveDate| match () {
            () if name.contains("year") => day.year() == number as i32,
            () if name.contains("month") => day.month() == number,
            () => day.day() == number || day.year() == number as i32,
        };
        let says = |moment: &&Moment| match &moment.what {
            What::Day(day) => part(*day),
            What::MonthDay { month, day } => {
                if name.contains("month") {
                    *month == number
                } else {
                    *day == number
                }
            }
            What::Month { month, .. } => name.contains("month") && *month == number,
            What::DayOfMonth(day) => *day == number,
            What::Year(year) => *year == number as i32,
            _ => false,
        };
        let found = moments.said.iter().rev().filter(|moment| moment.speaker != Speaker::Assistant).find(says);
        if let Some(found) = found {
            return Some(Trace::new(
                Provenance::Derived,
                "a part of a date that was said",
                vec![self.moment_place(found)],
            ));
        }
        let today = moments.today.or(self.given.today);
        if let Some(today) = today {
            let next = today.checked_add_months(chrono::Months::new(12)).filter(|_| name.contains("year"));
            let last = today.checked_sub_months(chrono::Months::new(12)).filter(|_| name.contains("year"));
            let near = [Some(today), next, last].into_iter().flatten().any(part);
            return near.then(|| Trace::new(Provenance::Derived, "counted from today's date", Vec::new()));
        }
        let relative = |moment: &&Moment| {
            matches!(moment.what, What::Span { .. } | What::Offset { .. }) && moment.speaker == Speaker::User
        };
        let relative = moments.said.iter().rev().find(relative)?;
        Some(Trace::new(Provenance::Assumed, TODAY_ASSUMED, vec![self.moment_place(relative)]))
    }

    /// Whether a day follows from what was said by anybody.
    pub(super) fn is_day_known(&self, day: &Day) -> bool {
        self.moment(Some(day), None, "", true).is_some()
    }

    /// Whether a time of day was said, or may be assumed where the user named none.
    fn is_plausible(&self, time: NaiveTime, name: &str) -> bool {
        let named = |moment: &Moment| {
            moment.speaker == Speaker::User && matches!(moment.what, What::Time { certain: true, .. })
        };
        let free = is_round(time) && !self.moments.said.iter().any(named);
        free || self.moment(None, Some(time), name, false).is_some()
    }

    /// A day that follows from another date of the same call, from numbers that were said, or from what month it is.
    fn beside(&self, value: &date::Value, name: &str) -> Option<Trace> {
        let day = value.day.as_ref()?;
        let Day::Full(date) = day else { return None };
        let ends = ["end", "out", "until", "till", "to", "return", "depart", "check", "checkout"];
        let ends = words::parts(name).iter().any(|part| ends.contains(&part.as_str()));
        for text in self.call.texts.iter().filter(|_| ends) {
            let Some(read) = date::read_value(text) else { continue };
            let Some(Day::Full(other)) = read.day else { continue };
            // What has times of day ends on the next day only where it goes on past midnight.
            if value.time.zip(read.time).is_some_and(|(end, begin)| end > begin) {
                continue;
            }
            if *date == other.succ_opt()? && self.moment(Some(&Day::Full(other)), None, "", false).is_some() {
                return Some(Trace::new(Provenance::Assumed, "the day after another date of the call", Vec::new()));
            }
        }
        let (month, day_of_month) = (date.month(), date.day());
        let written = [format!("{month} {day_of_month}"), format!("{month:02} {day_of_month:02}")];
        let by_user = |written: &String| {
            let place = self.phrase(written).filter(|place| place.speaker == Speaker::User)?;
            (!self.index.text_of(place).contains([':', ' '])).then_some(place)
        };
        if let Some(place) = written.iter().find_map(by_user) {
            return Some(Trace::new(Provenance::Assumed, YEAR_ASSUMED, vec![place]));
        }
        let today = self.moments.today.or(self.given.today)?;
        let ends = is_month_end(day);
        let near = (date.year() - today.year()) * 12 + date.month() as i32 - today.month() as i32;
        let whole = ends && (0..=1).contains(&near) || *date == today.with_month(12)?.with_day(31)?;
        whole.then(|| {
            Trace::new(Provenance::Assumed, "the first or last day of a month, counted from today", Vec::new())
        })
    }

    fn moment(&self, day: Option<&Day>, time: Option<NaiveTime>, name: &str, assistant_too: bool) -> Option<Trace> {
        let echo = |moment: &Moment| match moment.what {
            What::Day(day) if moment.speaker == Speaker::Observation => {
                self.is_echo(self.place_of_message(moment.message), day_key(day))
            }
            _ => false,
        };
        let counts = |moment: &&Moment| match moment.speaker {
            Speaker::Observation if echo(moment) => false,
            Speaker::Assistant => assistant_too,
            Speaker::User => true,
            // A policy's "within 24 hours" is no length of stay.
            _ => !matches!(moment.what, What::Duration { .. } | What::Span { .. } | What::Around | What::Offset { .. }),
        };
        let heard: Vec<&Moment> = self.moments.said.iter().filter(counts).collect();
        let mentions: Vec<&What> = heard.iter().map(|moment| &moment.what).collect();
        let today = self.moments.today.or(self.given.today);
        let place = |at: &usize| heard.get(*at).map(|moment| self.moment_place(moment));
        let mut places = Vec::new();
        let mut how = Vec::new();
        let mut provenance = Provenance::Normalised;
        if let Some(day) = day {
            let reason = date::explain_day(day, today, &mentions)?;
            let message = |at: &usize| heard.get(*at).map(|moment| moment.message);
            let first = reason.mentions.first().and_then(message);
            match reason.basis {
                // "Next month, on November 10th": the date itself was said.
                Basis::TodayAssumed
                    if heard.iter().any(|moment| {
                        let since = Some(moment.message) >= first && moment.speaker == Speaker::User;
                        since && matches!(moment.what, What::Day(_) | What::MonthDay { .. })
                    }) =>
                {
                    return None;
                }
                // With today known the year is no matter of taste.
                Basis::YearAssumed if today.is_some_and(|today| !is_within_half_a_year(day, today)) => return None,
                // A long time tells no day, and two ends must be said together.
                // "Tomorrow" is one day, whatever today is.
                Basis::TodayAssumed
                    if !self.agrees_on_today(day, reason.mentions.first().and_then(|at| heard.get(*at)).copied()) =>
                {
                    return None;
                }
                Basis::Range
                    if !is_month_end(day)
                        && (reason.mentions.len() < 2
                            || reason.mentions.get(1).and_then(message) != first
                            || reason
                                .mentions
                                .iter()
                                .any(|at| heard.get(*at).is_none_or(|moment| moment.speaker != Speaker::User))) =>
                {
                    return None;
                }
                _ => {}
            }
            let (found, phrase) = match reason.basis {
                Basis::Stated => (Provenance::Normalised, "a date written otherwise"),
                Basis::YearKnown => (Provenance::Normalised, "a date with the year that is known"),
                Basis::YearAssumed => (Provenance::Assumed, YEAR_ASSUMED),
                Basis::TodayAssumed => (Provenance::Assumed, TODAY_ASSUMED),
                Basis::Relative => (Provenance::Derived, "counted from today's date"),
                Basis::Arithmetic => (Provenance::Derived, "a date counted from another"),
                Basis::Range => (Provenance::Derived, "within dates that were said"),
                Basis::Boundary => (Provenance::Derived, "the first or last day of a time that was said"),
                Basis::Around => (Provenance::Derived, "near a date that was said"),
                Basis::Default => (Provenance::Derived, "a usual default"),
            };
            provenance = found;
            how.push(phrase);
            places.extend(reason.mentions.iter().filter_map(place));
        }
        if let Some(time) = time {
            match date::explain_time(time, self.moments.now, &mentions) {
                // Half an hour after a time that was said is the end of what begins then.
                Some(reason)
                    if reason.basis == Basis::Default
                        && !reason.mentions.is_empty()
                        && day.is_some()
                        && !self.has_other_time() =>
                {
                    if reason
                        .mentions
                        .iter()
                        .any(|at| heard.get(*at).is_some_and(|moment| moment.speaker == Speaker::User))
                    {
                        return None;
                    }
                    provenance = Provenance::Assumed;
                    how = vec!["the time of day was never said"];
                }
                Some(reason) => {
                    if !matches!(reason.basis, Basis::Stated | Basis::Default) {
                        provenance = provenance.max(Provenance::Derived);
                        how.push("a time of day that follows from what was said");
                    } else if day.is_none() {
                        how.push("a time written otherwise");
                    }
                    places.extend(reason.mentions.iter().filter_map(place));
                }
                // The user named another time, with the day or after it.
                None if day.is_some()
                    && heard.iter().any(|moment| {
                        let since = places.iter().any(|place: &Place| moment.message >= place.message as usize);
                        since
                            && moment.speaker == Speaker::User
                            && matches!(moment.what, What::Time { certain: true, .. })
                    })
                    && (is_start(name) || !self.has_other_time()) =>
                {
                    return None;
                }
                // Nobody assumes 08:37.
                None if day.is_some() && !is_round(time) => return None,
                None if day.is_some() => {
                    if provenance != Provenance::Assumed {
                        how.clear();
                    }
                    provenance = Provenance::Assumed;
                    how.push("the time of day was never said");
                }
                None if near_time(time, &mentions) && is_bound(name) => {
                    provenance = Provenance::Assumed;
                    how.push("a bound around a time that was said");
                }
                None => return None,
            }
        }
        places.truncate(3);
        Some(Trace::new(provenance, how.join("; "), places))
    }

    /// Whether the call holds more than one text with a time of day.
    fn has_other_time(&self) -> bool {
        let timed = |text: &&String| date::read_value(text).is_some_and(|value| value.time.is_some());
        self.call.texts.iter().filter(timed).take(2).count() > 1
    }

    /// Whether a day that rests on "tomorrow" and the like agrees with those that earlier arguments took for the same words.
    fn agrees_on_today(&self, day: &Day, moment: Option<&Moment>) -> bool {
        let (Day::Full(date), Some(moment)) = (day, moment) else { return true };
        let What::Offset { .. } = moment.what else { return true };
        self.moments.taken.get(&(moment.message, moment.start)).is_none_or(|taken| taken == date)
    }

    fn moment_place(&self, moment: &Moment) -> Place {
        let (start, end) = (moment.start as u32, moment.end as u32);
        let node = self.index.node_of(moment.message as u32, start);
        Place { node, speaker: moment.speaker, message: moment.message as u32, start, end, whole: false, name: false }
    }
}
