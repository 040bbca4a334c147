//! Dates, times and durations in free text: finding their mentions, reading a value, and explaining a value from
//! what was mentioned before. Everything here is pure; the day that is today is given by the caller.
//!
//! - `words` holds the words of several languages and what they mean;
//! - `scan` passes over a text once and collects its [`Mention`]s;
//! - `value` reads an argument that is a date or time as a whole;
//! - `explain_day` and `explain_time` tell how a value follows from mentions.

mod calendar;
mod explain_day;
mod explain_time;
mod heard;
mod scan;
#[cfg(test)]
mod testing;
mod value;
mod words;

use chrono::{NaiveDate, NaiveTime, Weekday};

pub use explain_day::explain_day;
pub use explain_time::explain_time;
pub use scan::scan;
pub use value::{read_value, readings, year_value};

/// What an argument value says: a day, a time of day, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The day, as far as it is given.
    pub day: Option<Day>,
    /// The time of day, without fractions of a second.
    pub time: Option<NaiveTime>,
}

/// A day, or the part of one that a value gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// A calendar day.
    Full(NaiveDate),
    /// A month and a day without a year.
    MonthDay { month: u32, day: u32 },
    /// A month of a year.
    YearMonth { year: i32, month: u32 },
    /// A month alone.
    Month(u32),
    /// A year alone.
    Year(i32),
    /// A day of the week.
    Weekday(Weekday),
}

/// A place in a text that speaks of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// What is said.
    pub what: What,
    /// First byte of the mention.
    pub start: usize,
    /// Byte after the mention.
    pub end: usize,
    /// The text says that this is the present day or time, or it is a part of saying so, as the weekday of "Today is
    /// Wednesday, 2025-03-12". Nobody asks for that weekday, so of such mentions only days and times are of use.
    pub is_now: bool,
}

/// What a mention says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A day with its year.
    Day(NaiveDate),
    /// A day without its year.
    MonthDay { month: u32, day: u32 },
    /// A day of a month that is not named with it.
    DayOfMonth(u32),
    /// A month, perhaps of a year.
    Month { month: u32, year: Option<i32> },
    /// A year standing alone.
    Year(i32),
    /// A quarter, perhaps of a year.
    Quarter { quarter: u32, year: Option<i32> },
    /// A day of the week.
    Weekday { weekday: Weekday, which: Which },
    /// The `nth` day of its name in a month of no named year, or the last one if `nth` is -1.
    NthWeekday { nth: i32, weekday: Weekday, month: u32 },
    /// The middle of a month, perhaps of a year; the month is a mention too.
    MidMonth { month: u32, year: Option<i32> },
    /// A day counted from today.
    Offset { days: i32 },
    /// A stretch of days, weeks, months or years counted from the present one.
    Span { unit: Unit, from: i32, to: i32 },
    /// A time of day; not `certain` when it could be either half of the day.
    Time { time: NaiveTime, certain: bool },
    /// A part of the day in minutes from midnight; `to_minute` above 1440 runs into the next day.
    PartOfDay { from_minute: u32, to_minute: u32 },
    /// A length of time; months count 30 days and years 365.
    Duration { seconds: i64, direction: Direction },
    /// The text asks for something near, not exact.
    Around,
}

/// Which of several weekdays of one name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Not said.
    Plain,
    /// The one at hand.
    This,
    /// The one to come.
    Next,
    /// The one gone by.
    Last,
    /// The one after the next.
    AfterNext,
    /// The one of the week so many weeks from the present one, as in "Tuesday next week".
    OfWeek(i32),
}

/// Where a length of time leads to from a day or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Not said, as in "4 nights": to the end of what begins there.
    Unsaid,
    /// "a week later".
    Later,
    /// "a week earlier".
    Earlier,
    /// Not said, but something earlier is spoken of.
    Either,
    /// "every week": again and again.
    Every,
}

impl Direction {
    fn is_later(self) -> bool {
        self != Direction::Earlier
    }

    fn is_earlier(self) -> bool {
        matches!(self, Direction::Earlier | Direction::Either)
    }
}

/// The unit of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks, beginning on Monday.
    Week,
    /// The Saturday and Sunday of a week.
    Weekend,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// Why a day or time is possible, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Said as it is.
    Stated,
    /// Said without its year, and the year is known.
    YearKnown,
    /// Said without its year, and nothing tells the year.
    YearAssumed,
    /// Counted from the known present.
    Relative,
    /// Counted from a present that nobody gave.
    TodayAssumed,
    /// A mentioned date or time and a mentioned length.
    Arithmetic,
    /// Inside what was mentioned.
    Range,
    /// The first or last day of what was mentioned.
    Boundary,
    /// Near a mentioned date, where something near was asked for.
    Around,
    /// A usual value.
    Default,
}

/// Why a value is possible and what that rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The kind of reason.
    pub basis: Basis,
    /// Indices into the mentions given, the most important first.
    pub mentions: Vec<usize>,
}

impl Reason {
    fn new(basis: Basis, mentions: &[usize]) -> Option<Reason> {
        Some(Reason { basis, mentions: mentions.to_vec() })
    }
}
