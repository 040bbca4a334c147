//! Dates in figures, and what a number may be.

use chrono::NaiveDate;

use super::super::What;
use super::super::calendar::{is_likely_year, is_month_day};
use super::super::words::{DATE, DOT, HOUR, OF, Word};
use super::Scanner;
use super::reader::{IDEOGRAPH, Piece, Run, class, is_word_byte};
use super::times::Clock;

/// A year in four or two digits.
pub(super) fn full_year(run: Run) -> Option<i32> {
    match run.digits {
        4 if (1000..=9999).contains(&run.value) => i32::try_from(run.value).ok(),
        2 => i32::try_from(if run.value < 70 { 2000 + run.value } else { 1900 + run.value }).ok(),
        _ => None,
    }
}

/// The dates that two numbers and a year can mean, the usual one first.
fn date_readings(first: u32, second: u32, year: i32, separator: u8) -> [Option<NaiveDate>; 2] {
    let month_first = NaiveDate::from_ymd_opt(year, first, second);
    let day_first = NaiveDate::from_ymd_opt(year, second, first);
    if separator == b'.' {
        return [day_first.or(month_first), None];
    }
    match (month_first, day_first) {
        (Some(one), Some(other)) if one != other => [Some(one), Some(other)],
        (one, other) => [one.or(other), None],
    }
}

impl Scanner<'_> {
    /// A number in figures: a date, a time, a count, or something to step over.
    pub(super) fn number(&mut self, at: usize) -> usize {
        let run = self.digits(at);
        if self.is_no_date(at) {
            return self.blob_end(at);
        }
        let attached = self.byte_before(at, 1) == b'-' && is_word_byte(self.byte_before(at, 2));
        let done = match run.digits {
            4 => self.four_digits(at, run, attached),
            8 => self.compact_date_time(at, run),
            1 | 2 => self.small_number(at, run, attached),
            _ => None,
        };
        if let Some(end) = done.or_else(|| self.counted(at, run)) {
            return end.max(at + 1);
        }
        self.blob_end(at)
    }

    /// Prices, and the rest of versions and decimals.
    fn is_no_date(&self, at: usize) -> bool {
        let before = self.byte_before(at, 1);
        let tail = before == b'.' && self.byte_before(at, 2).is_ascii_alphanumeric();
        let money = ["€", "£", "¥", "€ "].iter().any(|sign| self.ends(at, sign));
        tail || money || matches!(before, b'$' | b'#' | b'@')
    }

    fn ideograph_follows(&self, at: usize) -> bool {
        class(self.byte(at)) == IDEOGRAPH
    }

    /// A year, or a date that begins with one.
    fn four_digits(&mut self, at: usize, run: Run, attached: bool) -> Option<usize> {
        let separator = self.byte(run.end);
        if matches!(separator, b'-' | b'/' | b'.') && self.byte(run.end + 1).is_ascii_digit() {
            if let Some(end) = self.year_first(at, run, separator) {
                return Some(end);
            }
            if !(separator == b'-' && self.digits(run.end + 1).digits == 4) {
                return None;
            }
        }
        if self.ideograph_follows(self.skip_blanks(run.end)) {
            return self.figure_before_ideograph(at, run);
        }
        if !is_likely_year(run.value) || self.is_other_number(at) {
            return None;
        }
        let next = self.token(self.skip_dash(run.end));
        if let Piece::Word(Word::QuarterOf(quarter)) = next.piece {
            self.push(What::Quarter { quarter, year: Some(run.value as i32) }, at, next.end);
            return Some(next.end);
        }
        let before = self.token_before(at.saturating_sub(1));
        let led = !attached || before.has(DATE) || matches!(before.piece, Piece::Number { digits: 4, .. });
        if !led || !self.may_end(run.end) || self.counts_something(run.end) {
            return None;
        }
        self.push(What::Year(run.value as i32), at, run.end);
        Some(run.end)
    }

    /// Whether a number that could be a year is a price, the end of a card number, or the value of some JSON key.
    fn is_other_number(&self, at: usize) -> bool {
        let colon = self.token_before(at);
        let is_value = colon.is_mark(b':') && self.byte_before(colon.end, 2) == b'"';
        let key = self.slice(colon.end.saturating_sub(20), colon.end).to_ascii_lowercase();
        let of_year = ["year", "date"].iter().any(|word| key.windows(4).any(|part| part == word.as_bytes()));
        (is_value && !of_year) || ["$ ", "ending in ", "ends in "].iter().any(|lead| self.ends(at, lead))
    }

    /// "2024-05-20", "2024/5/20", "2024-05".
    fn year_first(&mut self, at: usize, run: Run, separator: u8) -> Option<usize> {
        let year = full_year(run)?;
        let month = self.digits(run.end + 1);
        if month.digits == 0 || month.digits > 2 {
            return None;
        }
        if self.byte(month.end) == separator && self.byte(month.end + 1).is_ascii_digit() {
            let day = self.digits(month.end + 1);
            let goes_on =
                self.byte(day.end) == separator && separator != b'-' && self.byte(day.end + 1).is_ascii_digit();
            if day.digits > 2 || goes_on {
                return None;
            }
            let date = NaiveDate::from_ymd_opt(year, month.value, day.value)?;
            return Some(self.date_with_time(at, day.end, date));
        }
        let fits = separator == b'-' && month.digits == 2 && (1..=12).contains(&month.value);
        if !fits || !is_likely_year(run.value) || !self.may_end(month.end) {
            return None;
        }
        self.push(What::Month { month: month.value, year: Some(year) }, at, month.end);
        Some(month.end)
    }

    /// A day in figures and the time that may be joined to it.
    fn date_with_time(&mut self, start: usize, end: usize, date: NaiveDate) -> usize {
        self.push(What::Day(date), start, end);
        let byte = self.byte(end);
        let joined = matches!(byte, b'T' | b't' | b'_') && self.byte(end + 1).is_ascii_digit();
        if !joined && byte != b' ' {
            return end;
        }
        match self.joined_clock(end + 1, joined) {
            Some(clock) => self.tell_time(end + 1, clock),
            None => end,
        }
    }

    /// The time after a day in figures, always of a 24-hour clock unless am or pm follows.
    fn joined_clock(&self, at: usize, joined: bool) -> Option<Clock> {
        let hour = self.digits(at);
        if joined && matches!(hour.digits, 4 | 6) {
            let (clock, rest) = if hour.digits == 6 { (hour.value / 100, hour.value % 100) } else { (hour.value, 0) };
            let end = self.zone_end(self.fraction_end(hour.end));
            return Some(Clock { hour: clock / 100, minute: clock % 100, second: rest, end, certain: true });
        }
        if joined && hour.digits == 2 && self.byte(hour.end) != b':' {
            return Some(Clock { certain: true, ..Clock::at_hour(hour.value, self.zone_end(hour.end)) });
        }
        let clock = self.clock(at)?;
        (joined || (hour.digits == 2 && self.meridiem(clock.end).is_none())).then_some(Clock { certain: true, ..clock })
    }

    /// "20240520T130000Z".
    fn compact_date_time(&mut self, at: usize, run: Run) -> Option<usize> {
        let joined = matches!(self.byte(run.end), b'T' | b't') && self.byte(run.end + 1).is_ascii_digit();
        if !joined || run.value < 10_000_000 {
            return None;
        }
        let date = NaiveDate::from_ymd_opt((run.value / 10_000) as i32, run.value / 100 % 100, run.value % 100)?;
        Some(self.date_with_time(at, run.end, date))
    }

    /// A number of one or two digits: a date, a time, a length or a day.
    fn small_number(&mut self, at: usize, run: Run, attached: bool) -> Option<usize> {
        let marked = self.figures_with_marks(at, run).or_else(|| self.time_in_figures(at, run));
        if marked.is_some() {
            return marked;
        }
        if attached && !self.byte_before(at, 2).is_ascii_digit() {
            return None;
        }
        if self.ideograph_follows(self.skip_blanks(run.end)) {
            return self.figure_before_ideograph(at, run);
        }
        if let Some(end) = self.day_first(at).or_else(|| self.hour_range(at)) {
            return Some(end);
        }
        let item = self.day_item(at);
        if let Some(item) = item.filter(|item| item.ordinal)
            && let Some(end) = self
                .ordinal_period(item.day, item.start, item.end)
                .or_else(|| self.nth_weekday(item.day, item.start, item.end))
        {
            return Some(end);
        }
        if let Some(end) = self.counted(at, run).or_else(|| self.hour_on_the_clock(at, run.value, run.end)) {
            return Some(end);
        }
        let item = item?;
        self.day_of_month(&item).or_else(|| item.ordinal.then_some(item.end))
    }

    /// "3/4/2024", "03.04.2024", "9/12", "05/2024", "on 7-15", "05-20" in quotes.
    fn figures_with_marks(&mut self, at: usize, run: Run) -> Option<usize> {
        let separator = self.byte(run.end);
        if !matches!(separator, b'/' | b'-' | b'.') || !self.byte(run.end + 1).is_ascii_digit() {
            return None;
        }
        let second = self.digits(run.end + 1);
        if second.digits == 4 && separator == b'/' && (1..=12).contains(&run.value) && is_likely_year(second.value) {
            if !self.may_end(second.end) {
                return None;
            }
            self.push(What::Month { month: run.value, year: Some(second.value as i32) }, at, second.end);
            return Some(second.end);
        }
        if second.digits > 2 {
            return None;
        }
        if self.byte(second.end) == separator && self.byte(second.end + 1).is_ascii_digit() {
            return self.three_figures(at, run, second, separator);
        }
        match separator {
            b'/' => self.two_figures(at, run, second),
            b'-' if self.is_hyphened_day(at, second) => self.push_month_day(at, run.value, second.value, second.end),
            b'.' if self.byte(second.end) == b'.' && self.token_before(at).has(DOT | DATE | HOUR | OF) => {
                self.push_month_day(at, second.value, run.value, second.end + 1)
            }
            _ => None,
        }
    }

    /// Whether "7-15" is a month and a day and not a range of pages, ages, hours or people.
    fn is_hyphened_day(&self, at: usize, second: Run) -> bool {
        if self.byte_before(at, 1) == b'"' && self.byte(second.end) == b'"' {
            return second.digits == 2;
        }
        let before = self.token_before(at);
        let led = ["on", "by", "for", "until", "since", "am"].iter().any(|word| self.is_word(&before, word));
        let after = self.token(second.end);
        let counts = matches!(after.piece, Piece::Unknown | Piece::Number { .. } | Piece::Word(Word::Clock(_)))
            || after.has(OF)
            || self.unit_after(second.end).is_some();
        let goes_on = self.byte(second.end) == b'-' || !self.may_end(second.end);
        led && !counts && !goes_on && self.meridiem(second.end).is_none()
    }

    fn push_month_day(&mut self, at: usize, month: u32, day: u32, end: usize) -> Option<usize> {
        if !is_month_day(month, day) {
            return None;
        }
        self.push(What::MonthDay { month, day }, at, end);
        Some(end)
    }

    /// Three numbers with the year at the end, perhaps in two readings.
    fn three_figures(&mut self, at: usize, first: Run, second: Run, separator: u8) -> Option<usize> {
        let third = self.digits(second.end + 1);
        let padded = first.digits == 2 && second.digits == 2;
        let short = third.digits == 2 && (separator == b'/' || (separator == b'.' && padded));
        if !(third.digits == 4 || short) || (self.byte(third.end) == separator && separator != b'.') {
            return None;
        }
        let joined = matches!(self.byte(third.end), b'T' | b't') && self.byte(third.end + 1).is_ascii_digit();
        if !joined && !self.may_end(third.end) {
            return None;
        }
        let [one, other] = date_readings(first.value, second.value, full_year(third)?, separator);
        let date = one?;
        let place = self.found.len();
        let end = self.date_with_time(at, third.end, date);
        if let Some(other) = other {
            self.push(What::Day(other), at, third.end);
            // The time that may follow stays last.
            self.found[place + 1..].rotate_right(1);
        }
        Some(end)
    }

    /// "9/12" in both readings; "1/2 hour" is a length.
    fn two_figures(&mut self, at: usize, first: Run, second: Run) -> Option<usize> {
        let all_week = first.value == 24 && second.value == 7;
        let in_formula = matches!(self.byte_before(at, 1), b'/' | b'+' | b'*' | b'^' | b'-');
        if all_week || in_formula || !self.may_end(second.end) {
            return None;
        }
        if first.value == 1 && second.value == 2 && self.counts_something(second.end) {
            return self.amount(at, second.end, 50);
        }
        if let Some((year, end)) = self.year_after(second.end) {
            let dates = date_readings(first.value, second.value, year, b'/');
            for date in dates.into_iter().flatten() {
                self.push(What::Day(date), at, end);
            }
            return dates[0].map(|_| end);
        }
        let month_first = self.push_month_day(at, first.value, second.value, second.end);
        let same = first.value == second.value;
        let day_first = if same { None } else { self.push_month_day(at, second.value, first.value, second.end) };
        month_first.or(day_first)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn finds_days_in_figures() {
        check(&[
            ("2024-05-20", "2024-05-20"), ("2024-05-20T13:00:00Z", "2024-05-20 13:00!"),
            ("2024-05-20T13:00:00.123+02:00.", "2024-05-20 13:00!"),
            ("2024-05-20T06:05:00-05:00", "2024-05-20 06:05!"), ("on 2024-05-20 09:30 sharp", "2024-05-20 09:30!"),
            ("2024-05-20 10:30 and 2024-05-21", "2024-05-20 10:30! 2024-05-21"),
            ("20240520T130000Z", "2024-05-20 13:00!"), ("2024/5/7", "2024-05-07"), ("20.05.2024", "2024-05-20"),
            ("am 20.5.2024 um 14 Uhr", "2024-05-20 14:00!"), ("5/20/2024", "2024-05-20"),
            ("03/04/2024", "2024-03-04 2024-04-03"), ("03/04/24", "2024-03-04 2024-04-03"), ("9/12", "9/12 12/9"),
            ("2024-05", "m5/2024"), ("05/2024", "m5/2024"), ("\"date\": \"2024-05-20\"", "2024-05-20"),
            ("{\"day\":\"05-20\"}", "5/20"), ("\"scheduled_departure_time_est\": \"06:00:00\"", "06:00!"),
            ("flight_HAT136_2024-05-20", ""), ("HAT136-2024-05-20", "2024-05-20"), ("am 12.03. oder", "3/12"),
            ("an alarm for 9:00 am on 7-15?", "09:00! 7/15"),
            ("by 7-15, until 7-15 or since 12-01", "7/15 7/15 12/1"), ("for 7-15 at 3pm", "7/15 15:00!"),
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn leaves_other_figures_alone() {
        check(&[
            ("version 1.2.3 and v2.0.1", ""), ("192.168.1.1", ""), ("call 555-1234-5678 or 1-800-555-1234", ""),
            ("order W2378156 on HAT136", ""), ("it is $12.50, $2024 or €2000", ""),
            ("I have 12 of them and 2345 points", ""), ("open 24/7", ""), ("id 4829104729", ""),
            ("ratio 16:90:2", ""), ("3.14159", ""), ("1,999 people", ""), ("you may want to march on", ""),
            ("the sun sat on a mon", ""), ("a second thought, a set of ten", ""), ("this is it, as of now", "+0"),
            ("\"price\": 1901, \"birth_year\": 1902, the Visa ending in 2076", "y1902"),
            ("section 12.4.1 in 10%", ""), ("pages 7-15, for 7-15 people, aged 7-15", ""), ("for 2-3 of us", ""),
            ("1f3a-2024-99-88", ""),
        ]);
    }
}
