//! The pass over a text that finds its mentions. It stops at each word, number and sign that may begin one and looks
//! only a little way around it, so that it takes linear time.

mod days;
mod directions;
mod east_asian;
mod figures;
mod lengths;
mod now;
mod reader;
mod relative;
mod times;

use chrono::NaiveTime;

use super::words::{Length, Word, look_up, may_begin_mention};
use super::{Direction, Mention, What};
use days::Item;
use reader::{DIGIT, ESCAPE, FIRST_WITH_MARKS, IDEOGRAPH, LETTER, Piece, Token, WIDE, class};
use times::Clock;

/// Appends all mentions in `text`, ordered by start.
pub fn scan(text: &str, found: &mut Vec<Mention>) {
    let first = found.len();
    let mut scanner = Scanner { text, bytes: text.as_bytes(), found, first, one_timestamp: None };
    scanner.run();
    let new = &mut found[first..];
    if !new.is_sorted_by_key(|mention| mention.start) {
        new.sort_by_key(|mention| mention.start);
    }
}

/// Methods that read a mention take the place where it begins and give the place where reading goes on.
struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    found: &'a mut Vec<Mention>,
    /// How many mentions other texts have left.
    first: usize,
    /// What `has_one_timestamp` found, once it was asked.
    one_timestamp: Option<bool>,
}

impl Scanner<'_> {
    /// Goes from word to word, number to number and sign to sign.
    fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at = match class(byte) {
                LETTER => {
                    let end = self.word_end(at);
                    let end = if byte < FIRST_WITH_MARKS { end } else { self.without_mark(at, end) };
                    if may_begin_mention(self.slice(at, end)) { self.word(at, end) } else { end }
                }
                DIGIT => self.number(at),
                IDEOGRAPH => self.ideograph(at),
                WIDE => self.wide_figure(at),
                ESCAPE if matches!(self.byte(at + 1), b'n' | b't' | b'r') => at + 2,
                _ => at + 1,
            };
        }
    }

    /// A word that may begin a mention.
    fn word(&mut self, start: usize, end: usize) -> usize {
        let Some(word) = look_up(self.slice(start, end)) else { return end };
        match word {
            Word::Month(month, trust) => self.month_word(month, trust, start, end),
            Word::Weekday(weekday, trust) => self.weekday_word(weekday, trust, start, end),
            Word::BeforeFeira(weekday) => self.feira_word(weekday, start, end),
            Word::Count(_) | Word::Ordinal(_) => self.number_word(start, end, word),
            Word::Unit(length) => self.unit_word(length, start, end),
            Word::Offset(days) => self.offset_word(days, start, end),
            Word::Part(from, to) => self.part_word(from, to, start, end),
            Word::TodayPart(from, to) => {
                self.push(What::Offset { days: 0 }, start, end);
                self.push_part(from, to, start, end)
            }
            Word::Noon => self.noon_word(start, end),
            Word::Midnight => self.push_hour(0, start, end),
            Word::Half => self.half_word(start, end),
            Word::Quarter => self.quarter_word(start, end),
            Word::QuarterOf(quarter) => self.push_quarter(quarter, start, end),
            Word::Every(seconds) => self.push_directed(seconds, Direction::Every, start, end),
            Word::Lasting(seconds) => self.push_duration(seconds, start, end),
            Word::Step(direction) => self.push_directed(86_400, direction, start, end),
            Word::Feast => self.feast_word(start, end),
            Word::Lunchtime => self.lunch_word(start, end),
            Word::Kal(days) => self.kal_word(days, start, end),
            Word::Around(trust) => self.around_word(trust, start, end),
            Word::AroundBefore(phrases) => self.around_phrase(phrases, start, end),
            Word::Morgen => self.morgen_word(start, end),
            Word::Manana => self.manana_word(start, end),
            Word::Hier => self.hier_word(start, end),
            Word::Clock(true) => self.unit_word(Length::Hour, start, end),
            Word::Clock(false) | Word::Which(_) | Word::Small(_) => end,
        }
    }

    /// A number in words: a day, an hour, or a count of something.
    fn number_word(&mut self, start: usize, end: usize, word: Word) -> usize {
        let token = Token { start, end, piece: Piece::Word(word) };
        let Some((value, ordinal, number_end)) = self.spelled(&token) else { return end };
        let done = self.day_first(start).or_else(|| {
            if ordinal {
                self.ordinal_word(value, start, number_end)
            } else {
                self.count_word(value, start, number_end)
            }
        });
        done.unwrap_or(number_end)
    }

    /// "first" and the like: of a month, a quarter, or alone.
    fn ordinal_word(&mut self, value: u32, start: usize, end: usize) -> Option<usize> {
        if let Some(after) = self.ordinal_period(value, start, end) {
            return Some(after);
        }
        if let Some(after) = self.nth_weekday(value, start, end) {
            return Some(after);
        }
        let item = Item { day: value, start, end, in_words: true, ordinal: true };
        if value > 31 { None } else { self.day_of_month(&item) }
    }

    /// "seven" and the like: minutes, a length, or an hour.
    fn count_word(&mut self, value: u32, start: usize, end: usize) -> Option<usize> {
        if (5..=29).contains(&value) {
            let minutes = self.says_any(end, &["minutes", "mins", "minuten"]).unwrap_or(end);
            if let Some(after) = self.minutes_past(start, value, minutes) {
                return Some(after);
            }
        }
        if value == 3
            && let Some(after) = self.says_any(end, &["quarters of an hour", "quarters of hour"])
        {
            return Some(self.push_duration(2700, start, after));
        }
        if let Some(after) = self.amount(start, end, i64::from(value) * 100) {
            return Some(after);
        }
        if value > 12 {
            return None;
        }
        let (minute, after) = self.minutes_after(end).unwrap_or((0, end));
        for (minute, end) in [(0, end), (minute, after)] {
            if self.meridiem(end).is_some() {
                return Some(self.tell_time(start, Clock { minute, ..Clock::at_hour(value, end) }));
            }
        }
        self.hour_range(start).or_else(|| self.hour_on_the_clock(start, value, end))
    }

    pub(super) fn push(&mut self, what: What, start: usize, end: usize) {
        let is_now = match what {
            What::Day(_) | What::MonthDay { .. } | What::Weekday { .. } => self.follows_now(start, false),
            What::Month { .. } | What::Year(_) | What::DayOfMonth(_) => self.follows_now(start, false),
            What::Time { .. } | What::PartOfDay { .. } => self.follows_now(start, true),
            _ => false,
        };
        self.found.push(Mention { what, start, end, is_now });
        if matches!(what, What::Day(_)) {
            self.mark_present_day();
        }
    }

    /// A length whose direction the words around it may tell.
    pub(super) fn push_duration(&mut self, seconds: i64, start: usize, end: usize) -> usize {
        self.push_directed(seconds, self.direction(start, end), start, end)
    }

    pub(super) fn push_directed(&mut self, seconds: i64, direction: Direction, start: usize, end: usize) -> usize {
        self.push(What::Duration { seconds, direction }, start, end);
        end
    }

    pub(super) fn push_part(&mut self, from_hour: u32, to_hour: u32, start: usize, end: usize) -> usize {
        self.push(What::PartOfDay { from_minute: from_hour * 60, to_minute: to_hour * 60 }, start, end);
        end
    }

    pub(super) fn push_hour(&mut self, hour: u32, start: usize, end: usize) -> usize {
        if let Some(time) = NaiveTime::from_hms_opt(hour, 0, 0) {
            self.push(What::Time { time, certain: true }, start, end);
        }
        end
    }
}
