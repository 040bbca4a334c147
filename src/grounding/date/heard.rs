//! What was mentioned so far, looked through from the latest mention back.

use chrono::{Datelike, NaiveDate};

use super::calendar::Stretch;
use super::{Direction, What};

/// Lengths, and days without a year, that are considered; each is tried with many days.
pub(super) const MOST_DISTINCT: usize = 50;

/// The mentions, oldest first.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a>(pub(super) &'a [&'a What]);

impl<'a> Heard<'a> {
    /// What `pick` takes from the mentions, with their indices, the latest first.
    pub(super) fn all<T>(self, pick: impl Fn(What) -> Option<T> + 'a) -> impl Iterator<Item = (usize, T)> + 'a
    where
        T: 'a,
    {
        self.0.iter().enumerate().rev().filter_map(move |(index, what)| pick(**what).map(|found| (index, found)))
    }

    /// The latest mention that fits.
    pub(super) fn latest(self, fits: impl Fn(What) -> bool) -> Option<usize> {
        self.0.iter().rposition(|what| fits(**what))
    }

    /// Different things, each with its latest mention, at most `most` of them.
    pub(super) fn distinct<T: PartialEq + 'a>(
        self,
        most: usize,
        pick: impl Fn(What) -> Option<T> + 'a,
    ) -> Vec<(usize, T)> {
        let mut kept: Vec<(usize, T)> = Vec::new();
        for (index, found) in self.all(pick) {
            if kept.len() < most && !kept.iter().any(|(_, known)| *known == found) {
                kept.push((index, found));
            }
        }
        kept
    }

    /// Seconds of the lengths of time that were mentioned, and where each leads to.
    pub(super) fn lengths(self) -> Vec<(usize, (i64, Direction))> {
        self.distinct(MOST_DISTINCT, |what| match what {
            What::Duration { seconds, direction } => Some((seconds, direction)),
            _ => None,
        })
    }

    /// The latest span counted from today whose days fit.
    pub(super) fn span(self, today: NaiveDate, fits: impl Fn(&Stretch) -> bool) -> Option<usize> {
        self.latest(|what| match what {
            What::Span { unit, from, to } => Stretch::new(unit, from, to, today).is_some_and(|stretch| fits(&stretch)),
            _ => false,
        })
    }
}

/// The year that a mention names.
pub(super) fn year_of(what: What) -> Option<i32> {
    match what {
        What::Day(date) => Some(date.year()),
        What::Year(year) => Some(year),
        What::Month { year, .. } | What::MidMonth { year, .. } | What::Quarter { year, .. } => year,
        _ => None,
    }
}

/// The month that a mention names, with its year if that is named too.
pub(super) fn month_of(what: What) -> Option<(u32, Option<i32>)> {
    match what {
        What::Day(date) => Some((date.month(), Some(date.year()))),
        What::MonthDay { month, .. } | What::NthWeekday { month, .. } => Some((month, None)),
        What::Month { month, year } | What::MidMonth { month, year } => Some((month, year)),
        _ => None,
    }
}

/// The month and day that a mention names, with the year if that is named too.
pub(super) fn day_of(what: What) -> Option<(u32, u32, Option<i32>)> {
    match what {
        What::Day(date) => Some((date.month(), date.day(), Some(date.year()))),
        What::MonthDay { month, day } => Some((month, day, None)),
        _ => None,
    }
}
