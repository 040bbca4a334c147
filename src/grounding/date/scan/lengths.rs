//! Lengths of time, and spans and periods named by their unit.

use super::super::words::{AFTER, AGO, AHEAD, AND, BACK, EVERY, LINK, Length, OF, ONE, THE, WITHIN, Word};
use super::super::{Direction, Unit, What, Which};
use super::Scanner;
use super::reader::{Piece, Run, Token};
use super::times::Clock;

/// Counts with their unit.
impl Scanner<'_> {
    /// A count in figures, with decimals, and its unit.
    pub(super) fn counted(&mut self, at: usize, run: Run) -> Option<usize> {
        if run.digits > 6 {
            return None;
        }
        let mut hundredths = i64::from(run.value) * 100;
        let mut end = run.end;
        let decimal = matches!(self.byte(end), b'.' | b',') && self.byte(end + 1).is_ascii_digit();
        if decimal {
            let part = self.digits(end + 1);
            hundredths += match part.digits {
                1 => i64::from(part.value) * 10,
                2 => i64::from(part.value),
                _ => return None,
            };
            end = part.end;
        } else if self.starts(end, "½") {
            hundredths += 50;
            end += 2;
        } else if self.says(end, "1/2").is_some() && self.byte(end) == b' ' {
            hundredths += 50;
            end += 4;
        }
        if run.digits == 4 && self.says_any(end, &["hours", "hrs"]).is_some() {
            self.tell_time(at, Clock { hour: run.value / 100, minute: run.value % 100, second: 0, end, certain: true });
        }
        if let Some(done) = self.amount(at, end, hundredths) {
            return Some(done);
        }
        if decimal { None } else { self.amount_range(at, end, hundredths) }
    }

    /// "2-3 hours": the first of the two.
    fn amount_range(&mut self, at: usize, end: usize, hundredths: i64) -> Option<usize> {
        let link = self.token(end);
        if !link.is_mark(b'-') && !link.has(LINK) {
            return None;
        }
        let second = self.token(link.end);
        let Piece::Number { digits, .. } = second.piece else { return None };
        let (length, _) = self.unit_after(second.end).filter(|_| digits <= 4)?;
        self.push_duration(hundredths * length.seconds() / 100, at, end);
        Some(end)
    }

    /// The unit after a number, which may be joined by a hyphen.
    pub(super) fn unit_after(&self, at: usize) -> Option<(Length, usize)> {
        let at = self.says_any(at, &["of", "more", "full", "business", "working", "consecutive"]).unwrap_or(at);
        let mut token = self.token(at);
        if token.is_mark(b'-') && token.start == at && self.byte(token.end).is_ascii_alphabetic() {
            token = self.token(token.end);
        }
        match token.piece {
            Piece::Word(Word::Unit(length)) => Some((length, token.end)),
            Piece::Word(Word::Part(18, _)) => Some((Length::Night, token.end)),
            Piece::Word(Word::Clock(true)) => Some((Length::Hour, token.end)),
            Piece::Word(Word::Ordinal(2)) => Some((Length::Second, token.end)),
            _ => None,
        }
    }

    /// A number that ended at `at` with the unit after it, and what places it in time.
    pub(super) fn amount(&mut self, start: usize, at: usize, hundredths: i64) -> Option<usize> {
        let clock_word = matches!(self.token(at).piece, Piece::Word(Word::Clock(_)));
        let (hundredths, at) = self.add_half(hundredths, at);
        let (length, unit_end) = self.unit_after(at)?;
        if clock_word && matches!(self.token(unit_end).piece, Piece::Number { .. }) {
            return None;
        }
        let (hundredths, unit_end) = self.add_half(hundredths, unit_end);
        let mut seconds = hundredths * length.seconds() / 100;
        let mut end = unit_end;
        let mut smallest = length;
        while let Some((count, smaller, next)) = self.smaller_amount(end, smallest) {
            seconds += i64::from(count) * smaller.seconds();
            end = next;
            smallest = smaller;
        }
        if clock_word {
            self.hour_on_the_clock(start, (hundredths / 100) as u32, at);
        }
        Some(self.place_amount(start, end, hundredths, length, seconds))
    }

    fn add_half(&self, hundredths: i64, at: usize) -> (i64, usize) {
        match self.and_a_half(at) {
            Some(end) => (hundredths + 50, end),
            None => (hundredths, at),
        }
    }

    /// Where "and a half" ends.
    pub(super) fn and_a_half(&self, at: usize) -> Option<usize> {
        let and = self.token(self.skip_dash(at));
        if !and.has(AND) {
            return None;
        }
        let mut half = self.token(self.skip_dash(and.end));
        if half.has(ONE) {
            half = self.token(self.skip_dash(half.end));
        }
        (half.piece == Piece::Word(Word::Half)).then_some(half.end)
    }

    /// "and 30 minutes" after hours.
    fn smaller_amount(&self, at: usize, than: Length) -> Option<(u32, Length, usize)> {
        let mut token = self.token(at);
        if token.has(AND) || token.is_mark(b',') {
            token = self.token(token.end);
        }
        let count = match token.piece {
            Piece::Number { value, digits } if digits <= 3 => value,
            Piece::Word(Word::Count(_)) => self.spelled(&token)?.0,
            _ => return None,
        };
        let end = self.spelled(&token).map_or(token.end, |(_, _, end)| end);
        if than == Length::Hour
            && let Some(end) = self.says(end, "m")
        {
            return Some((count, Length::Minute, end));
        }
        let (length, end) = self.unit_after(end)?;
        (length < than).then_some((count, length, end))
    }

    /// Tells "3 days ago", "in 3 days", "the next 3 days" and plain lengths apart.
    fn place_amount(&mut self, start: usize, end: usize, hundredths: i64, length: Length, seconds: i64) -> usize {
        let before = self.token_before(start);
        let after = self.token(end);
        let placed = length.unit().filter(|_| hundredths % 100 == 0 && hundredths <= 1_000_000);
        let Some((unit, factor)) = placed else {
            return self.push_duration(seconds, start, end);
        };
        let count = (hundredths / 100) as i32 * factor;
        let from_now = self.says_any(end, &["from now", "from today", "hence", "from the current date"]);
        if let Some(which) = before.which().or(after.which()) {
            match which {
                Which::Last => self.push(What::Span { unit, from: -count, to: 0 }, before.start, end),
                _ => self.push(What::Span { unit, from: 0, to: count }, before.start, end),
            }
        } else if after.has(AGO) || before.has(BACK) || self.says(before.start.saturating_sub(6), "il y a").is_some() {
            self.push_shifted(unit, -count, start, after.end.min(self.bytes.len()).max(end));
            return end;
        } else if let Some(later) = from_now {
            self.push_shifted(unit, count, start, later);
            self.push_directed(seconds, Direction::Later, start, end);
            return later;
        } else if before.has(AHEAD) {
            self.push_shifted(unit, count, before.start, end);
        } else if before.has(WITHIN) {
            self.push(What::Span { unit, from: 0, to: count }, before.start, end);
        }
        self.push_duration(seconds, start, end)
    }

    pub(super) fn push_shifted(&mut self, unit: Unit, count: i32, start: usize, end: usize) {
        let what = match unit {
            Unit::Day => What::Offset { days: count },
            Unit::Week => What::Offset { days: count.saturating_mul(7) },
            _ => What::Span { unit, from: count, to: count },
        };
        self.push(what, start, end);
    }
}

/// Units without a count.
impl Scanner<'_> {
    /// A unit that no number in figures or words stands before.
    pub(super) fn unit_word(&mut self, length: Length, start: usize, end: usize) -> usize {
        let before = self.token_before(start);
        let after = self.token(end);
        if let Some(after) = self.says(end, "after next") {
            return self.unit_span(length, Which::AfterNext, start, after);
        }
        if before.has(ONE) {
            let begin = before.start;
            return self.amount(begin, before.end, 100).unwrap_or(end);
        }
        if let Some(which) = before.which() {
            return self.unit_span(length, which, before.start, end);
        }
        if let Some(which) = self.which_after(&after, end) {
            return self.unit_span(length, which, start, end);
        }
        if before.has(EVERY) {
            return self.push_duration(length.seconds(), before.start, end);
        }
        match length {
            Length::Weekend => {
                self.push(What::Span { unit: Unit::Weekend, from: 0, to: 0 }, start, end);
                end
            }
            Length::Day => self.day_word(start, end),
            Length::Fortnight => self.push_duration(length.seconds(), start, end),
            Length::Week | Length::Month | Length::Year => self.unit_at_hand(length, &before, &after, start, end),
            _ => end,
        }
    }

    /// "prochaine" after "la semaine".
    fn which_after(&self, after: &Token, end: usize) -> Option<Which> {
        if self.says_any(end, &["que viene", "que vem", "qui vient"]).is_some() {
            return Some(Which::Next);
        }
        // "one week last May" and "the day this happened" are no such thing, so only words of the Romance languages.
        let english = ["last", "past", "next", "this", "current", "previous", "prior", "coming", "following"];
        after.which().filter(|_| !english.iter().any(|word| self.is_word(after, word)))
    }

    /// "of the month", "month end", "the week".
    fn unit_at_hand(&mut self, length: Length, before: &Token, after: &Token, start: usize, end: usize) -> usize {
        let Some((unit, _)) = length.unit() else { return end };
        let lead = self.token_before(before.start);
        let at_hand = (before.has(THE | OF) && lead.has(OF)) || self.is_word(after, "end") || before.has(OF);
        if at_hand {
            self.push(What::Span { unit, from: 0, to: 0 }, start, end);
        } else if before.has(THE) && length == Length::Week {
            self.push_duration(length.seconds(), start, end);
        }
        end
    }

    /// "last week", "next month", "the next day".
    fn unit_span(&mut self, length: Length, which: Which, start: usize, end: usize) -> usize {
        if self.is_part_of_month(end) {
            return end;
        }
        let step = match which {
            Which::Last => -1,
            Which::Next => 1,
            Which::AfterNext => 2,
            Which::This | Which::Plain | Which::OfWeek(_) => 0,
        };
        match length.unit() {
            None if step != 0 => {
                self.push_duration(length.seconds(), start, end);
            }
            Some((Unit::Day, _)) if step > 0 => {
                self.push_directed(86_400, Direction::Later, start, end);
            }
            Some((Unit::Day, _)) if step < 0 => {
                if length == Length::Night {
                    self.push(What::Offset { days: -1 }, start, end);
                }
                self.push(What::Span { unit: Unit::Day, from: -1, to: 0 }, start, end);
                if self.says_any(start, &["previous", "prior"]).is_some() {
                    self.push_directed(86_400, Direction::Earlier, start, end);
                }
            }
            None | Some((Unit::Day, _)) => {}
            Some((unit, factor)) => {
                let step = step * factor;
                let rolling = self.says_any(start, &["past", "coming"]).is_some();
                let (from, to) = if rolling { (step.min(0), step.max(0)) } else { (step, step) };
                self.push(What::Span { unit, from, to }, start, end);
                if self.says(start, "following").is_some() {
                    self.push_directed(length.seconds(), Direction::Later, start, end);
                }
            }
        }
        end
    }

    /// "the last week of May".
    fn is_part_of_month(&self, end: usize) -> bool {
        let of = self.token(end);
        of.has(OF) && matches!(self.token(of.end).piece, Piece::Word(Word::Month(..)))
    }

    /// "day after tomorrow", "the day before", "a day later".
    fn day_word(&mut self, start: usize, end: usize) -> usize {
        let far = [("after tomorrow", 2), ("before yesterday", -2)];
        for (phrase, days) in far {
            if let Some(after) = self.says(end, phrase) {
                self.push(What::Offset { days }, start, after);
                return after;
            }
        }
        if self.token(end).has(AFTER) {
            return self.push_duration(86_400, start, end);
        }
        end
    }

    /// "second quarter of 2020", "the eleventh month".
    pub(super) fn ordinal_period(&mut self, number: u32, start: usize, end: usize) -> Option<usize> {
        let word = self.token(end);
        match word.piece {
            Piece::Word(Word::Quarter) if (1..=4).contains(&number) => Some(self.push_quarter(number, start, word.end)),
            Piece::Word(Word::Unit(Length::Month)) if (1..=12).contains(&number) => {
                let year = self.year_after(word.end);
                // "the first month" is one of a contract more often than January.
                let of_a_year = year.is_some() || self.ends(start, "'s ") || self.ends(start, "’s ");
                if number <= 3 && !of_a_year {
                    return None;
                }
                let end = year.map_or(word.end, |(_, end)| end);
                self.push(What::Month { month: number, year: year.map(|(year, _)| year) }, start, end);
                Some(end)
            }
            _ => None,
        }
    }

    pub(super) fn push_quarter(&mut self, quarter: u32, start: usize, end: usize) -> usize {
        let year = self.year_after(self.skip_dash(end));
        let end = year.map_or(end, |(_, year_end)| year_end);
        self.push(What::Quarter { quarter, year: year.map(|(year, _)| year) }, start, end);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn finds_relative_days_and_lengths() {
        check(&[
            ("day after tomorrow", "+2"), ("the day before yesterday", "-2"), ("yesterday", "-1"),
            ("in 3 days", "+3 259200s>"), ("two weeks ago", "-14"), ("3 days from now", "+3 259200s>"),
            ("a week ago", "-7"), ("this week", "Week[0,0]"), ("last month", "Month[-1,-1]"),
            ("next year", "Year[1,1]"), ("past 7 days", "Day[-7,0] 604800s<"),
            ("the last 3 months", "Month[-3,0] 7776000s<"), ("next two weeks", "Week[0,2] 1209600s>"),
            ("the weekend", "Weekend[0,0]"), ("next weekend", "Weekend[1,1]"), ("for two hours", "7200s"),
            ("30 minutes", "1800s"), ("an hour", "3600s"), ("half an hour", "1800s"),
            ("an hour and a half", "5400s"), ("two and a half hours", "9000s"), ("1.5 hours", "5400s"),
            ("4 nights", "345600s"), ("a week", "604800s"), ("3 months", "7776000s"), ("half-hour", "1800s"),
            ("90-minute", "5400s"), ("About the 5‑day trip, approximately 1.5 hours", "432000s 5400s"),
            ("around 800+ lumens", ""), ("1h 30m", "5400s"), ("2 hours and 15 minutes", "8100s"),
            ("1 hour and 20 minutes", "4800s"),
            ("an hour and 20 minutes", "4800s"), ("one and a half hours", "5400s"), ("two hours and a half", "9000s"),
            ("two-and-a-half hours", "9000s"), ("three quarters of an hour", "2700s"), ("half an hour later", "1800s>"),
            ("the next day", "86400s>"), ("the day after", "86400s>"), ("overnight", "86400s"),
            ("a fortnight", "1209600s"), ("a couple of days", "172800s"), ("every week", "604800s*"),
            ("two months ago", "Month[-2,-2]"), ("I'm flexible", "~"), ("around May 5", "~ 5/5"),
            ("talk about it", ""), ("about 2 hours", "7200s"), ("give or take", "~"), ("30 seconds", "30s"),
            ("within the past month", "Month[-1,0]"), ("5 to 7 business days", "432000s 604800s"),
            ("That is all for now. Now, let me see", ""),
        ]);
    }
}
