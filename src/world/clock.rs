//! The world's own clock, and arithmetic on dates written as text.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

const TIME: &str = "%Y-%m-%dT%H:%M:%S";
const DATE: &str = "%Y-%m-%d";

/// A clock that moves only when told to. Seconds since 1970, no time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    now: NaiveDateTime,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock { now: NaiveDateTime::parse_from_str("2024-01-01T00:00:00", TIME).expect("a valid constant") }
    }
}

impl Clock {
    /// A clock that stands at `2024-03-15T09:00:00`, or at the midnight of `2024-03-15`.
    pub fn parse(text: &str) -> Option<Clock> {
        time(text).or_else(|| date(text)?.and_hms_opt(0, 0, 0)).map(|now| Clock { now })
    }

    pub fn seconds(&self) -> i64 {
        self.now.and_utc().timestamp()
    }

    pub fn advance(&mut self, seconds: i64) {
        if let Some(later) = TimeDelta::try_seconds(seconds).and_then(|delta| self.now.checked_add_signed(delta)) {
            self.now = later;
        }
    }

    pub fn now(&self) -> String {
        self.now.format(TIME).to_string()
    }

    pub fn today(&self) -> String {
        self.now.format(DATE).to_string()
    }
}

fn time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, TIME).ok()
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, DATE).ok()
}

fn instant(text: &str) -> Option<NaiveDateTime> {
    time(text).or_else(|| date(text)?.and_hms_opt(0, 0, 0))
}

/// A date or time so many days later, in the form it was given; `None` where the text is neither or the result is out of range.
pub fn add_days(text: &str, days: i64) -> Option<String> {
    let step = Days::new(days.unsigned_abs());
    if let Some(time) = time(text) {
        let moved = if days < 0 { time.checked_sub_days(step) } else { time.checked_add_days(step) };
        return moved.map(|time| time.format(TIME).to_string());
    }
    let date = date(text)?;
    let moved = if days < 0 { date.checked_sub_days(step) } else { date.checked_add_days(step) };
    moved.map(|date| date.format(DATE).to_string())
}

/// A time so many seconds later; a date counts as its midnight.
pub fn add_seconds(text: &str, seconds: i64) -> Option<String> {
    let moved = instant(text)?.checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
    Some(moved.format(TIME).to_string())
}

/// Days from the date of `from` to the date of `to`.
pub fn days_between(from: &str, to: &str) -> Option<i64> {
    Some((instant(to)?.date() - instant(from)?.date()).num_days())
}

pub fn seconds_between(from: &str, to: &str) -> Option<i64> {
    Some((instant(to)? - instant(from)?).num_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(add_days("2024-02-28", 2).as_deref(), Some("2024-03-01"));
        assert_eq!(add_days("2024-03-01T10:00:00", -1).as_deref(), Some("2024-02-29T10:00:00"));
        assert_eq!(add_days("tomorrow", 1), None);
        assert_eq!(add_days("2024-01-01", i64::MAX), None);
        assert_eq!(add_days("2024-01-01", i64::MIN), None);
        assert_eq!(days_between("2024-02-28T23:00:00", "2024-03-01"), Some(2));
        assert_eq!(seconds_between("2024-03-01", "2024-02-29T23:59:00"), Some(-60));
        assert_eq!(add_seconds("2024-02-29T23:59:30", 45).as_deref(), Some("2024-03-01T00:00:15"));
        let mut clock = Clock::parse("2024-03-15").unwrap();
        clock.advance(3600);
        assert_eq!((clock.now().as_str(), clock.today().as_str()), ("2024-03-15T01:00:00", "2024-03-15"));
    }
}
