//! Times of day.

use chrono::NaiveTime;

use super::super::What;
use super::super::words::{DATE, HOUR, LINK, OF, ONE, THE, Trust, Word};
use super::Scanner;
use super::reader::{Piece, Run, Token, is_word_byte};

/// A time of day as it stands in the text, up to its end.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) end: usize,
    /// Whether it is known which half of the day is meant.
    pub(super) certain: bool,
}

impl Clock {
    pub(super) fn at_hour(hour: u32, end: usize) -> Clock {
        Clock { hour, minute: 0, second: 0, end, certain: false }
    }
}

/// Figures with a colon, and what follows a time.
impl Scanner<'_> {
    /// "3:30" with seconds, a fraction and an offset from UTC, all after the minutes optional.
    pub(super) fn clock(&self, at: usize) -> Option<Clock> {
        let hour = self.digits(at);
        if !(1..=2).contains(&hour.digits) || self.byte(hour.end) != b':' {
            return None;
        }
        let minute = self.digits(hour.end + 1);
        if minute.digits != 2 || minute.value > 59 || hour.value > 24 {
            return None;
        }
        let (second, end, exact) = match self.digits(minute.end + 1) {
            second if self.byte(minute.end) == b':' && second.digits == 2 => (second.value, second.end, true),
            _ => (0, minute.end, false),
        };
        let end = if exact { self.fraction_end(end) } else { end };
        let end = self.zone_end(end);
        let quoted = self.byte_before(at, 1) == b'"' && self.byte(end) == b'"';
        let goes_on = self.byte(end) == b':' && self.byte(end + 1).is_ascii_digit();
        if self.byte(end).is_ascii_digit() || goes_on {
            return None;
        }
        let zones = ["EST", "EDT", "CST", "PST", "PDT", "UTC", "GMT", "CET", "CEST", "BST"];
        let zoned = hour.digits == 2 && self.says_any(end, &zones).is_some();
        let padded = zoned || (hour.digits == 2 && hour.value < 10);
        Some(Clock { hour: hour.value, minute: minute.value, second, end, certain: exact || quoted || padded })
    }

    pub(super) fn fraction_end(&self, at: usize) -> usize {
        let fraction = matches!(self.byte(at), b'.' | b',') && self.byte(at + 1).is_ascii_digit();
        if fraction { self.digits(at + 1).end } else { at }
    }

    /// Where an offset from UTC ends that may follow a time.
    pub(super) fn zone_end(&self, at: usize) -> usize {
        let sign = self.byte(at);
        if matches!(sign, b'Z' | b'z') && !is_word_byte(self.byte(at + 1)) {
            return at + 1;
        }
        let hour = self.digits(at + 1);
        let minute = self.digits(hour.end + 1);
        let colon = hour.digits == 2 && hour.value <= 14 && self.byte(hour.end) == b':' && minute.digits == 2;
        let joined = hour.digits == 4 && hour.value <= 1400;
        // "14:00-16:00" is a range, so only a time with seconds is known to have an offset.
        match sign {
            b'+' if colon => minute.end,
            b'-' if colon && self.is_exact(at) => minute.end,
            b'+' | b'-' if joined && self.is_exact(at) => hour.end,
            _ => at,
        }
    }

    /// Whether a time before this place has seconds.
    fn is_exact(&self, at: usize) -> bool {
        let tail = self.slice(at.saturating_sub(8), at);
        tail.iter().filter(|&&byte| byte == b':').count() == 2 || tail.contains(&b'.')
    }

    /// am or pm: whether it is pm, and its end.
    pub(super) fn meridiem(&self, at: usize) -> Option<(bool, usize)> {
        let start = self.skip_blanks(at);
        if start - at > 3 {
            return None;
        }
        let pm = match self.byte(start) {
            b'a' | b'A' => false,
            b'p' | b'P' => true,
            _ => return None,
        };
        let dotted = self.byte(start + 1) == b'.';
        let middle = if dotted { self.skip_blanks(start + 2) } else { start + 1 };
        if !matches!(self.byte(middle), b'm' | b'M') || is_word_byte(self.byte(middle + 1)) {
            return None;
        }
        let end = if dotted && self.byte(middle + 1) == b'.' { middle + 2 } else { middle + 1 };
        let german = !dotted && !pm && start > at && self.is_german_date(end);
        (!german).then_some((pm, end))
    }

    /// Whether "am" before this place is the German preposition.
    fn is_german_date(&self, at: usize) -> bool {
        let token = self.token(at);
        match token.piece {
            Piece::Number { .. } => self.byte(token.end) == b'.',
            Piece::Word(Word::Weekday(_, Trust::Alone)) => {
                let name = self.slice(token.start, token.end);
                name.ends_with(b"tag") || name.ends_with(b"woch") || name.ends_with(b"abend")
            }
            Piece::Word(Word::Morgen | Word::Part(..)) => true,
            _ => false,
        }
    }

    /// Adds a time of day, looking for am, pm or a part of the day beside it; gives its end.
    pub(super) fn tell_time(&mut self, start: usize, clock: Clock) -> usize {
        let Clock { mut hour, minute, second, mut end, mut certain } = clock;
        let twelve_hours = (1..=12).contains(&hour);
        if let Some((pm, after)) = self.meridiem(end).filter(|_| twelve_hours) {
            hour = hour % 12 + if pm { 12 } else { 0 };
            certain = true;
            end = after;
        } else if let Some(from) =
            self.part_after(end).or_else(|| self.part_before(start)).filter(|_| twelve_hours && !certain)
        {
            hour = in_part(hour, from);
            certain = true;
        } else {
            certain = certain || hour >= 13 || hour == 0;
        }
        if let Some(time) = NaiveTime::from_hms_opt(hour % 24, minute, second.min(59)) {
            self.push(What::Time { time, certain }, start, end);
        }
        end
    }

    /// The first hour of a part of the day named after a time, as in "7 in the evening".
    fn part_after(&self, at: usize) -> Option<u32> {
        let mut token = self.token(at);
        for _ in 0..3 {
            if !token.has(OF | THE | DATE) && !self.is_word(&token, "at") {
                break;
            }
            token = self.token(token.end);
        }
        part_start(token.piece)
    }

    /// The first hour of a part of the day named before a time, as in "tonight at 7".
    fn part_before(&self, at: usize) -> Option<u32> {
        let link = self.token_before(at);
        if let Some(from) = part_start(link.piece) {
            return Some(from);
        }
        let leads = link.has(HOUR) || link.piece == Piece::Word(Word::Around(Trust::InContext));
        part_start(self.token_before(link.start).piece).filter(|_| leads)
    }

    /// Times that show by themselves: "3:30", "3pm", "15h30".
    pub(super) fn time_in_figures(&mut self, at: usize, run: Run) -> Option<usize> {
        if let Some(clock) = self.clock(at) {
            if let Some(end) = self.range_to_meridiem(at, clock) {
                return Some(end);
            }
            return Some(self.tell_time(at, clock));
        }
        if run.value > 24 {
            return None;
        }
        let plain = Clock::at_hour(run.value, run.end);
        if (1..=12).contains(&run.value) && self.meridiem(run.end).is_some() {
            return Some(self.tell_time(at, plain));
        }
        self.dotted_time(at, run).or_else(|| self.french_time(at, run))
    }

    /// "3.30 pm", "15.30 Uhr".
    fn dotted_time(&mut self, at: usize, run: Run) -> Option<usize> {
        let minute = self.digits(run.end + 1);
        if self.byte(run.end) != b'.' || minute.digits != 2 || minute.value > 59 {
            return None;
        }
        let word = self.token(minute.end);
        let uhr = word.piece == Piece::Word(Word::Clock(false));
        if !uhr && self.meridiem(minute.end).is_none() {
            return None;
        }
        let end = if uhr { word.end } else { minute.end };
        Some(self.tell_time(at, Clock { minute: minute.value, ..Clock::at_hour(run.value, end) }))
    }

    /// "15h30", "15h".
    fn french_time(&mut self, at: usize, run: Run) -> Option<usize> {
        let mark = if self.byte(run.end) == b' ' { run.end + 1 } else { run.end };
        if !matches!(self.byte(mark), b'h' | b'H') {
            return None;
        }
        let minute = self.digits(mark + 1);
        let exact = minute.digits == 2 && minute.value <= 59;
        let (minute, end) = if exact { (minute.value, minute.end) } else { (0, mark + 1) };
        let ranged = || self.link_end(end).is_some_and(|next| self.token(next).small_count(24).is_some());
        let led = || run.value >= 13 || self.token_before(at).has(HOUR) || ranged();
        let alone = || !matches!(self.token(end).piece, Piece::Number { .. }) && led();
        if is_word_byte(self.byte(end)) || !(exact || alone()) {
            return None;
        }
        // "3h30" and "24h" are also lengths; "15h30" is not.
        if !exact || run.value <= 12 {
            self.push_duration(i64::from(run.value * 3600 + minute * 60), at, end);
        }
        Some(self.tell_time(at, Clock { minute, ..Clock::at_hour(run.value, end) }))
    }
}

/// Hours that need words around them.
impl Scanner<'_> {
    /// "2-4pm", "8 to 10 pm", "from 8-11", "between 9 and 12".
    pub(super) fn hour_range(&mut self, at: usize) -> Option<usize> {
        let first = self.token(at);
        let hour = first.small_count(24)?;
        let clock = Clock::at_hour(hour, first.end);
        if let Some(end) = self.range_to_meridiem(at, clock) {
            return Some(end);
        }
        if !self.token_before(at).has(HOUR) {
            return None;
        }
        let second = self.token(self.link_end(first.end)?);
        let hour = second.small_count(24)?;
        let joins = matches!(self.byte(second.end), b'-' | b'/' | b'.') && self.byte(second.end + 1).is_ascii_digit();
        let dashed = self.token(first.end).is_mark(b'-') && hour <= 12;
        let fits = self.hour_may_end(second.end) || (dashed && !self.counts_something(second.end));
        if joins || !self.may_end(second.end) || !fits {
            return None;
        }
        self.tell_time(at, clock);
        Some(self.tell_time(second.start, Clock::at_hour(hour, second.end)))
    }

    fn link_end(&self, at: usize) -> Option<usize> {
        let link = self.token(at);
        (link.is_mark(b'-') || (link.has(LINK) && !link.has(ONE))).then_some(link.end)
    }

    /// The first time of a range whose second has am or pm.
    fn range_to_meridiem(&mut self, at: usize, first: Clock) -> Option<usize> {
        if first.certain || !(1..=12).contains(&first.hour) || self.meridiem(first.end).is_some() {
            return None;
        }
        let next = self.token(self.link_end(first.end)?).start;
        let run = self.digits(next);
        let end = self.clock(next).map_or(run.end, |clock| clock.end);
        if !(1..=12).contains(&run.value) || run.digits > 2 {
            return None;
        }
        let (pm, _) = self.meridiem(end)?;
        let same_half = first.hour % 12 <= run.value % 12;
        let hour = first.hour % 12 + if pm == same_half { 12 } else { 0 };
        let time = NaiveTime::from_hms_opt(hour, first.minute, 0)?;
        self.push(What::Time { time, certain: true }, at, first.end);
        Some(next)
    }

    /// Whether nothing after an hour shows that it counts something.
    fn hour_may_end(&self, at: usize) -> bool {
        let token = self.token(at);
        !matches!(token.piece, Piece::Unknown | Piece::Number { .. } | Piece::Word(Word::Unit(_) | Word::Month(..)))
            && !token.is_mark(b'%')
    }

    /// A bare hour after "at", or before "o'clock" or "Uhr".
    pub(super) fn hour_on_the_clock(&mut self, start: usize, hour: u32, end: usize) -> Option<usize> {
        if hour > 24 {
            return None;
        }
        if let Some(after) = self.says_any(end, &["o'clock", "oclock", "o’clock"]) {
            return Some(self.tell_time(start, Clock::at_hour(hour, after)));
        }
        let word = self.token(end);
        let before = self.token_before(start);
        if let Piece::Word(Word::Clock(may_be_length)) = word.piece {
            let minute = self.token(word.end);
            let past = if may_be_length && !before.has(HOUR) {
                minute.small_count(59).map(|value| (value, minute.end))
            } else {
                self.minutes_after(word.end)
            };
            let (minute, end) = past.unwrap_or((0, word.end));
            return Some(self.tell_time(start, Clock { minute, ..Clock::at_hour(hour, end) }));
        }
        if !self.may_end(end) {
            return None;
        }
        let part_named = (1..=12).contains(&hour) && word.has(DATE | OF) && self.part_after(end).is_some();
        if part_named {
            return Some(self.tell_time(start, Clock::at_hour(hour, end)));
        }
        if !before.has(HOUR) && before.piece != Piece::Word(Word::Around(Trust::InContext)) {
            return None;
        }
        let sure = ["at", "um", "alle", "à", "las", "às", "om"].iter().any(|word| self.is_word(&before, word));
        let past = self.minutes_after(end);
        let one_of_them = hour == 1 && !self.byte(start).is_ascii_digit();
        let counts = self.link_end(end).is_some_and(|next| self.token(next).small_count(99).is_some());
        let doubtful = past.is_none() && (one_of_them || counts || !self.hour_may_end(end));
        if (doubtful && !sure) || self.counts_something(end) {
            return None;
        }
        let (minute, end) = past.unwrap_or((0, end));
        Some(self.tell_time(start, Clock { minute, ..Clock::at_hour(hour, end) }))
    }

    /// "y media", "et demie", "thirty" after an hour.
    pub(super) fn minutes_after(&self, at: usize) -> Option<(u32, usize)> {
        if let Some(end) = self.and_a_half(at) {
            return Some((30, end));
        }
        let token = self.token(at);
        match token.piece {
            Piece::Word(Word::Count(value)) if value >= 10 => {
                let (minute, _, end) = self.spelled(&token)?;
                (minute <= 59 && self.unit_after(end).is_none()).then_some((minute, end))
            }
            Piece::Number { value, digits: 2 } if value <= 59 && self.may_end(token.end) => {
                (self.unit_after(token.end).is_none() && self.hour_may_end(token.end)).then_some((value, token.end))
            }
            _ => None,
        }
    }

    /// "quarter to five", "half past three", "ten past four": from the end of the minutes.
    pub(super) fn minutes_past(&mut self, start: usize, minutes: u32, at: usize) -> Option<usize> {
        let past = self.says_any(at, &["past", "after", "nach", "over"]);
        let ahead = self.says_any(at, &["to", "before", "till", "til", "of", "vor", "voor"]);
        let word_end = past.or(ahead)?;
        let token = self.token(word_end);
        let hour = token.small_count(12).filter(|&hour| hour > 0 && self.may_end(token.end))?;
        if past.is_none() && self.counts_something(token.end) {
            return None;
        }
        let (hour, minute) = match past {
            Some(_) => (hour, minutes),
            None => (if hour == 1 { 12 } else { hour - 1 }, 60 - minutes),
        };
        Some(self.tell_time(start, Clock { minute, ..Clock::at_hour(hour, token.end) }))
    }

    /// Noon; "après-midi" is the afternoon.
    pub(super) fn noon_word(&mut self, start: usize, end: usize) -> usize {
        if self.is_word(&self.token_before(start.saturating_sub(1)), "après") {
            return self.part_word(12, 18, start, end);
        }
        self.push_hour(12, start, end)
    }

    /// "half past three", German "halb vier", "half an hour".
    pub(super) fn half_word(&mut self, start: usize, end: usize) -> usize {
        if let Some(after) = self.minutes_past(start, 30, end) {
            return after;
        }
        let next = self.token(end);
        let before = self.token_before(start);
        if (self.is_word(&Token { start, end, piece: Piece::End }, "halb") || self.is_word(&before, "om"))
            && let Some(hour) = next.small_count(12).filter(|&hour| hour > 0)
        {
            let hour = if hour == 1 { 12 } else { hour - 1 };
            return self.tell_time(start, Clock { minute: 30, ..Clock::at_hour(hour, next.end) });
        }
        if let Some(after) = self.half_past(start, &before, &next) {
            return after;
        }
        let at = if next.has(ONE) { next.end } else { end };
        let Some((length, after)) = self.unit_after(at) else { return end };
        let begin = if self.token_before(start).has(ONE) { self.token_before(start).start } else { start };
        self.push_duration(length.seconds() / 2, begin, after)
    }

    /// British "half seven" for half past seven.
    fn half_past(&mut self, start: usize, before: &Token, next: &Token) -> Option<usize> {
        let hour = next.small_count(12).filter(|&hour| hour > 0)?;
        let day = matches!(
            before.piece,
            Piece::Word(Word::Offset(_) | Word::Part(..) | Word::TodayPart(..) | Word::Weekday(..))
        );
        let led = day
            || self.meridiem(next.end).is_some()
            || before.has(HOUR)
            || before.piece == Piece::Word(Word::Around(Trust::InContext));
        let fits = led && self.slice(start, next.start).eq_ignore_ascii_case(b"half ") && self.may_end(next.end);
        if !fits || self.unit_after(next.end).is_some() {
            return None;
        }
        Some(self.tell_time(start, Clock { minute: 30, ..Clock::at_hour(hour, next.end) }))
    }

    /// "quarter to five", "quarter of an hour".
    pub(super) fn quarter_word(&mut self, start: usize, end: usize) -> usize {
        if let Some(after) = self.minutes_past(start, 15, end) {
            return after;
        }
        match self.says_any(end, &["of an hour", "hour", "d'heure", "de hora"]) {
            Some(after) => self.push_duration(900, start, after),
            None => end,
        }
    }
}

/// The first hour of a part of the day.
fn part_start(piece: Piece) -> Option<u32> {
    match piece {
        Piece::Word(Word::Part(from, _) | Word::TodayPart(from, _)) => Some(from),
        Piece::Word(Word::Manana) => Some(5),
        _ => None,
    }
}

/// The hour of the day when an hour of a 12-hour clock lies in a part of the day.
fn in_part(hour: u32, from: u32) -> u32 {
    match from {
        0..=11 => hour % 12,
        17.. if hour == 12 || hour < 5 => hour % 12,
        _ => hour % 12 + 12,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn finds_times() {
        check(&[
            ("3 pm", "15:00!"), ("3\u{202f}PM", "15:00!"), ("3:30pm", "15:30!"), ("3 p.m. today", "15:00! +0"),
            ("12am", "00:00!"), ("12 PM", "12:00!"), ("15h30", "15:30!"), ("at 7", "07:00?"),
            ("7 o'clock", "07:00?"), ("6:30", "06:30?"), ("06:30", "06:30!"), ("18:30", "18:30!"),
            ("noon or midnight", "12:00! 00:00!"), ("half past three", "03:30?"), ("quarter to five", "04:45?"),
            ("ten past four", "04:10?"), ("at seven thirty", "07:30?"), ("seven pm", "19:00!"),
            ("7 in the evening", "19:00! 17..24"), ("at 7 in the evening", "19:00! 17..24"),
            ("6 in the evening", "18:00! 17..24"), ("tonight at 7", "+0 17..24 19:00!"),
            ("tomorrow morning around 10", "+1 5..12 ~ 10:00!"), ("half past seven in the morning", "07:30! 5..12"),
            ("tonight at 12", "+0 17..24 00:00!"), ("on 7-9 pm", "19:00! 21:00!"), ("tomorrow morning", "+1 5..12"),
            ("tonight", "+0 17..24"), ("last night", "-1 18..30"), ("until 5", "05:00?"), ("by 5 people", ""),
            ("10:00 EST", "10:00!"), ("ten minutes past six", "06:10?"), ("twenty-five to seven", "06:35?"),
            ("half past 7 pm", "19:30!"), ("1430 hours", "14:30! 5148000s"), ("9am to noon", "09:00! 12:00!"),
            ("09:30 PM EST", "21:30!"), ("at half seven", "07:30?"),
            ("this coming Saturday at half 7", "Sat:Next 07:30?"),
            ("um halb sieben", "06:30?"), ("half seven pm", "19:30!"), ("half seven of them", ""),
            ("tomorrow half seven", "+1 07:30?"),
            ("today at lunchtime", "+0 11.5..14"), ("at lunch time, for lunch", "11.5..14"),
        ]);
    }
}
