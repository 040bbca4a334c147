//! Steps on the calendar and the days that a span covers.

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};

use super::Unit;

const MONTH_DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether a month can have a day of this number.
pub(super) fn is_month_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && day >= 1 && day <= MONTH_DAYS[month as usize - 1]
}

pub(super) fn is_likely_year(value: u32) -> bool {
    (1900..=2100).contains(&value)
}

pub(super) fn shift_days(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_add_signed(TimeDelta::try_days(days)?)
}

pub(super) fn shift_months(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }
}

pub(super) fn last_of_month(year: i32, month: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    shift_months(first, 1)?.pred_opt()
}

/// The `nth` day of its name in a month, or the last one if `nth` is -1.
pub(super) fn nth_weekday(year: i32, month: u32, weekday: Weekday, nth: i32) -> Option<NaiveDate> {
    if nth != -1 {
        return NaiveDate::from_weekday_of_month_opt(year, month, weekday, u8::try_from(nth).ok()?);
    }
    let last = last_of_month(year, month)?;
    shift_days(last, -i64::from(last.weekday().days_since(weekday)))
}

/// How many weeks from the week of `today` a day lies; weeks begin on Monday.
pub(super) fn weeks_between(today: NaiveDate, date: NaiveDate) -> Option<i64> {
    Some(days_between(monday_of(today)?, monday_of(date)?) / 7)
}

pub(super) fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// The days that a span covers, and those that people mean by its ends.
pub(super) struct Stretch {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    ends: Vec<NaiveDate>,
    /// A week or less, so that any day of it is as good as said.
    short: bool,
}

impl Stretch {
    pub(super) fn new(unit: Unit, from: i32, to: i32, today: NaiveDate) -> Option<Stretch> {
        let (from, to) = (i64::from(from.min(to)), i64::from(from.max(to)));
        match unit {
            Unit::Day => Stretch::days(today, from, to),
            Unit::Week => Stretch::weeks(today, from, to),
            Unit::Weekend => Stretch::weekends(today, from, to),
            Unit::Month => Stretch::months(today, from, to, 1),
            Unit::Year => Stretch::months(today, from, to, 12),
        }
    }

    /// One day may be miscounted at either end.
    fn days(today: NaiveDate, from: i64, to: i64) -> Option<Stretch> {
        let (first, last) = (shift_days(today, from)?, shift_days(today, to)?);
        let (before, after) = (first.pred_opt()?, last.succ_opt()?);
        let ends = vec![first, last, before, after, first.succ_opt()?, last.pred_opt()?];
        Some(Stretch { first: before, last: after, ends, short: to - from <= 7 })
    }

    /// Weeks from Monday, or from the Sunday before, or counted in sevens from today.
    fn weeks(today: NaiveDate, from: i64, to: i64) -> Option<Stretch> {
        let monday = monday_of(today)?;
        let sunday_before = shift_days(monday, from.checked_mul(7)? - 1)?;
        let end = shift_days(monday, to.checked_mul(7)? + 6)?;
        let near = shift_days(today, from.checked_mul(7)?)?;
        let far = shift_days(today, to.checked_mul(7)?)?;
        let (first, last) = if from == to {
            // "next week" may also be the next seven days.
            (sunday_before.min(shift_days(near, -6)?.max(today.min(near))), end.max(near))
        } else {
            (sunday_before.min(near), end.max(far))
        };
        let ends = vec![sunday_before, sunday_before.succ_opt()?, end, near, far, end.pred_opt()?];
        Some(Stretch { first, last, ends, short: to == from || (to - from) == 1 && (from == 0 || to == 0) })
    }

    fn weekends(today: NaiveDate, from: i64, to: i64) -> Option<Stretch> {
        let monday = monday_of(today)?;
        // "next weekend" may be the one to come.
        let from = if from == to && from == 1 { 0 } else { from };
        let first = shift_days(monday, from.checked_mul(7)? + 5)?;
        let last = shift_days(monday, to.checked_mul(7)? + 6)?;
        Some(Stretch { first, last, ends: vec![first, last], short: true })
    }

    /// Spans of months, or of years where `factor` is 12.
    fn months(today: NaiveDate, from: i64, to: i64, factor: i64) -> Option<Stretch> {
        let first_of_unit = NaiveDate::from_ymd_opt(today.year(), if factor == 12 { 1 } else { today.month() }, 1)?;
        let (from, to) = (from.checked_mul(factor)?, to.checked_mul(factor)?);
        let first = shift_months(first_of_unit, from)?;
        let last = shift_months(first_of_unit, to.checked_add(factor)?)?.pred_opt()?;
        let mut ends = vec![first, last, shift_months(today, from)?, shift_months(today, to)?];
        if from != to {
            ends.extend(shift_months(first, factor));
        }
        // The last three months end with the month before this one.
        ends.extend(if to == 0 && from != to { first_of_unit.pred_opt() } else { last.succ_opt() });
        Some(Stretch { first, last, ends, short: false })
    }

    pub(super) fn contains(&self, date: NaiveDate) -> bool {
        (self.first..=self.last).contains(&date)
    }

    /// Whether the span leaves little doubt about a day.
    pub(super) fn points_to(&self, date: NaiveDate) -> bool {
        self.ends.contains(&date) || (self.short && self.contains(date))
    }
}

fn monday_of(day: NaiveDate) -> Option<NaiveDate> {
    shift_days(day, -i64::from(day.weekday().num_days_from_monday()))
}
