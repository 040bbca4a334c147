//! Days, months and weekdays by their names, and days of the month.

use chrono::{NaiveDate, Weekday};

use super::super::calendar::{is_likely_year, is_month_day, nth_weekday};
use super::super::words::{AHEAD, DATE, DOT, EVERY, HOUR, LINK, Length, NTH, OF, ONE, THE, Trust, Word};
use super::super::{Direction, Unit, What, Which};
use super::Scanner;
use super::figures::full_year;
use super::reader::{Piece, Token, is_word_byte};

/// Days of the year with their names.
const FEASTS: [(&str, u32, u32); 16] = [
    ("christmas eve", 12, 24),
    ("christmas day", 12, 25),
    ("boxing day", 12, 26),
    ("new year's eve", 12, 31),
    ("new year’s eve", 12, 31),
    ("new years eve", 12, 31),
    ("new year's day", 1, 1),
    ("new year’s day", 1, 1),
    ("new years day", 1, 1),
    ("valentine's day", 2, 14),
    ("valentine’s day", 2, 14),
    ("valentines day", 2, 14),
    ("halloween", 10, 31),
    ("heiligabend", 12, 24),
    ("silvester", 12, 31),
    ("neujahr", 1, 1),
];

/// A day of a month as a list names it.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) day: u32,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) in_words: bool,
    pub(super) ordinal: bool,
}

/// Parts of dates.
impl Scanner<'_> {
    /// A day of a month in figures or words.
    pub(super) fn day_item(&self, at: usize) -> Option<Item> {
        let token = self.token(at);
        match token.piece {
            Piece::Number { value, digits } if digits <= 2 && (1..=31).contains(&value) => {
                let end = self.skip_ordinal_ending(token.end);
                let byte = self.byte(end);
                let goes_on = matches!(byte, b'.' | b':' | b'/') && self.byte(end + 1).is_ascii_digit();
                let fits = !goes_on && !is_word_byte(byte) && byte != b'%';
                let ordinal = end > token.end;
                fits.then_some(Item { day: value, start: token.start, end, in_words: false, ordinal })
            }
            Piece::Word(Word::Ordinal(_) | Word::Count(_)) => {
                let (value, ordinal, end) = self.spelled(&token)?;
                let fits = (1..=31).contains(&value);
                fits.then_some(Item { day: value, start: token.start, end, in_words: true, ordinal })
            }
            _ => None,
        }
    }

    /// Where the ending of an ordinal ends, as "st" in "1st"; the place itself if there is none.
    fn skip_ordinal_ending(&self, at: usize) -> usize {
        let end = self.word_end_within(at, 4);
        let known: [&[u8]; 8] = [b"st", b"nd", b"rd", b"th", b"er", b"e", b"ste", b"de"];
        if known.iter().any(|ending| ending.eq_ignore_ascii_case(self.slice(at, end))) {
            return end;
        }
        let sign = self.starts(at, "º") || self.starts(at, "ª") || self.starts(at, "°");
        if sign { at + 2 } else { at }
    }

    /// A year after a month or a day of one.
    pub(super) fn year_after(&self, at: usize) -> Option<(i32, usize)> {
        let mut token = self.token(at);
        let joined = token.is_mark(b'-') || token.is_mark(b'/') || token.is_mark(b'.');
        if token.is_mark(b',') || token.has(OF | AHEAD) || (joined && token.start == at) {
            token = self.token(token.end);
        }
        if token.is_mark(b'\'') {
            let run = self.digits(token.end);
            let fits = run.digits == 2 && self.may_end(run.end);
            return full_year(run).filter(|_| fits).map(|year| (year, run.end));
        }
        let Piece::Number { value, digits: 4 } = token.piece else { return None };
        let dashed = self.byte(token.end) == b'-' && self.byte(token.end + 1).is_ascii_digit();
        let fits = is_likely_year(value) && self.may_end(token.end) && !dashed;
        fits.then_some((value as i32, token.end))
    }

    /// Gives a year to the days from `first` on and to those that lead up to them.
    fn apply_year(&mut self, first: usize, year: i32) {
        let mut year = year;
        let mut later = 12;
        let mut index = self.found.len();
        while index > self.first {
            index -= 1;
            let mention = self.found[index];
            let What::MonthDay { month, day } = mention.what else { break };
            if index < first && !self.leads_to(mention.end, self.found[index + 1].start) {
                break;
            }
            if month > later {
                year -= 1;
            }
            later = month;
            let Some(date) = NaiveDate::from_ymd_opt(year, month, day) else { break };
            self.found[index].what = What::Day(date);
        }
    }

    /// Whether the gap between two days is that of one list or range.
    fn leads_to(&self, end: usize, start: usize) -> bool {
        start >= end
            && start - end <= 12
            && !self.slice(end, start).iter().any(|byte| matches!(byte, b'.' | b'\n' | b';'))
    }

    /// Takes up the year that may follow the days from `first` on; gives the end of all.
    fn close_with_year(&mut self, first: usize, end: usize) -> usize {
        match self.year_after(end) {
            Some((year, year_end)) => {
                if let Some(last) = self.found.last_mut() {
                    last.end = year_end;
                }
                self.apply_year(first, year);
                if first + 1 == self.found.len() {
                    self.mark_present_day();
                }
                year_end
            }
            None => end,
        }
    }

    /// What stands between two days of a list (a mark, or `a` for a word), and where the second may begin.
    fn link_between_days(&self, at: usize, month_follows: bool) -> Option<(u8, usize)> {
        let mut token = self.token(at);
        let link = match token.piece {
            Piece::Mark(mark @ (b',' | b'-' | b'&' | b'/' | b'+' | b'~')) => mark,
            Piece::Word(word) if word.has(LINK) && (month_follows || !word.has(ONE)) => b'a',
            _ => return None,
        };
        token = self.token(token.end);
        let mut kind = link;
        for _ in 0..3 {
            if token.has(LINK) && !token.has(ONE) {
                kind = b'a';
            } else if !token.has(THE | NTH) && (kind != b'a' || !token.has(DATE)) {
                break;
            }
            token = self.token(token.end);
        }
        Some((kind, token.start))
    }
}

/// Months followed by days.
impl Scanner<'_> {
    /// The name of a month; "sept" is also seven in French.
    pub(super) fn month_word(&mut self, month: u32, trust: Trust, start: usize, end: usize) -> usize {
        let is_seven = self.slice(start, end).eq_ignore_ascii_case(b"sept")
            && matches!(self.token(end).piece, Piece::Word(Word::Unit(_) | Word::Clock(true)));
        if is_seven {
            return self.amount(start, end, 700).unwrap_or(end);
        }
        self.month_first(month, trust, start, end)
    }

    /// A month name with the days and the year that follow it.
    fn month_first(&mut self, month: u32, trust: Trust, start: usize, end: usize) -> usize {
        let at = if self.byte(end) == b'.' { end + 1 } else { end };
        let first = self.found.len();
        if let Some(item) = self.day_after_month(at, month) {
            self.push(What::MonthDay { month, day: item.day }, start, item.end);
            let listed = self.listed_days(item.end, month);
            return self.close_with_year(first, listed);
        }
        if let Some((year, year_end)) = self.year_after(at) {
            return self.push_month(month, Some(year), start, year_end);
        }
        if trust == Trust::Alone || self.is_month_name(start, end) {
            self.push_month(month, None, start, end);
        }
        end
    }

    /// A month, and its middle if that is meant.
    fn push_month(&mut self, month: u32, year: Option<i32>, start: usize, end: usize) -> usize {
        self.push(What::Month { month, year }, start, end);
        if self.is_middle(start) {
            self.push(What::MidMonth { month, year }, start, end);
        }
        end
    }

    /// Whether "mid" or the like stands before a month.
    fn is_middle(&self, start: usize) -> bool {
        let mut before = self.token_before(start);
        if before.is_mark(b'-') {
            before = self.token_before(before.end - 1);
        } else if before.has(OF) {
            before = self.token_before(before.start);
        }
        let words = ["mid", "middle", "mitte", "mi", "mediados", "meados", "metà", "medio", "середине"];
        words.iter().any(|word| self.is_word(&before, word))
    }

    /// "Christmas Eve" and other days of the year that have names.
    pub(super) fn feast_word(&mut self, start: usize, end: usize) -> usize {
        let feast = FEASTS.iter().find_map(|(name, month, day)| Some((*month, *day, self.says(start, name)?)));
        let Some((month, day, name_end)) = feast else { return end };
        let first = self.found.len();
        self.push(What::MonthDay { month, day }, start, name_end);
        self.close_with_year(first, name_end)
    }

    /// Whether a word that is mostly something else names a month here.
    fn is_month_name(&self, start: usize, end: usize) -> bool {
        let before = self.token_before(start);
        let led = before.has(DATE | LINK) || before.which().is_some();
        (led || self.is_before_month(end)) && self.is_capital(start) && !self.is_first_name(end)
    }

    /// Whether another month follows, as in "Jan/Feb" and "Jan to March".
    fn is_before_month(&self, end: usize) -> bool {
        let link = self.token(end);
        let linked = link.is_mark(b'/') || link.is_mark(b'-') || link.has(LINK);
        linked && matches!(self.token(link.end).piece, Piece::Word(Word::Month(..)))
    }

    /// Whether another name follows, as in "Mei Lee".
    fn is_first_name(&self, end: usize) -> bool {
        let after = self.token(end);
        after.start == end + 1 && after.piece == Piece::Unknown && self.is_capital(after.start)
    }

    fn day_after_month(&self, at: usize, month: u32) -> Option<Item> {
        let mut token = self.token(at);
        if token.has(THE) || (token.is_mark(b'-') && token.start == at) || (token.is_mark(b'/') && token.start == at) {
            token = self.token(token.end);
        }
        let item = self.day_item(token.start)?;
        let fits = is_month_day(month, item.day) && !self.is_time_of_day(item.end) && !self.counts_something(item.end);
        fits.then_some(item)
    }

    fn is_time_of_day(&self, at: usize) -> bool {
        self.meridiem(at).is_some() || (self.byte(at) == b':' && self.byte(at + 1).is_ascii_digit())
    }

    /// Further days of a month after the first; gives the end of the last.
    fn listed_days(&mut self, mut end: usize, month: u32) -> usize {
        for _ in 0..31 {
            let Some(item) = self.linked_day(end, month) else { break };
            self.push(What::MonthDay { month, day: item.day }, item.start, item.end);
            end = item.end;
        }
        end
    }

    /// A day that a list goes on with, as "and 23" after "May 19".
    fn linked_day(&self, at: usize, month: u32) -> Option<Item> {
        let (link, next) = self.link_between_days(at, false)?;
        let item = self.day_item(next)?;
        let named = self.month_after_days(item.end).is_some();
        if !is_month_day(month, item.day) || named || self.is_time_of_day(item.end) || self.counts_something(item.end) {
            return None;
        }
        let after = self.token(item.end);
        let plain = !item.ordinal && (after.piece == Piece::Unknown || matches!(after.piece, Piece::Number { .. }));
        let loose = link == b',' && plain && self.year_after(item.end).is_none();
        let counts = item.in_words && !item.ordinal;
        if loose || counts { None } else { Some(item) }
    }
}

/// Days before their month, or without one.
impl Scanner<'_> {
    /// A month name after a day, with "of" or a mark between them allowed.
    fn month_after_days(&self, at: usize) -> Option<(u32, Trust, Token)> {
        let mut token = self.token(if self.byte(at) == b'.' { at + 1 } else { at });
        let joined = (token.is_mark(b'-') || token.is_mark(b'/')) && token.start == at;
        if token.piece == Piece::Word(Word::Unit(Length::Day)) {
            token = self.token(token.end);
        }
        let mut of = false;
        if token.has(OF) || joined {
            of = true;
            token = self.token(token.end);
            if token.has(THE) {
                token = self.token(token.end);
            }
        }
        match token.piece {
            Piece::Word(Word::Month(month, trust)) => {
                let sure = of || (trust == Trust::InContext && self.is_capital(token.start));
                Some((month, if sure { Trust::Alone } else { trust }, token))
            }
            _ => None,
        }
    }

    /// Days followed by their month, as in "20-23 May" or "the 3rd to the 7th of June".
    pub(super) fn day_first(&mut self, at: usize) -> Option<usize> {
        let mut items = [self.day_item(at)?; 8];
        let mut count = 1;
        loop {
            let last = items[count - 1];
            if let Some((month, trust, name)) = self.month_after_days(last.end) {
                return self.days_of_month(&items[..count], month, trust, &name);
            }
            let dotted = if self.byte(last.end) == b'.' { last.end + 1 } else { last.end };
            let (_, next) = self.link_between_days(dotted, true)?;
            let item = self.day_item(next)?;
            if count == items.len() {
                return None;
            }
            items[count] = item;
            count += 1;
        }
    }

    /// Adds the days of a list whose month follows, with the year after it.
    fn days_of_month(&mut self, items: &[Item], month: u32, trust: Trust, name: &Token) -> Option<usize> {
        let end = if self.byte(name.end) == b'.' && name.end - name.start <= 4 { name.end + 1 } else { name.end };
        let weak = trust == Trust::InContext && items.iter().any(|item| item.in_words);
        if (weak && self.year_after(end).is_none()) || items.iter().any(|item| !is_month_day(month, item.day)) {
            return None;
        }
        let first = self.found.len();
        for (index, item) in items.iter().enumerate() {
            let item_end = if index + 1 == items.len() { name.end } else { item.end };
            self.push(What::MonthDay { month, day: item.day }, item.start, item_end);
        }
        let closed = self.close_with_year(first, end);
        Some(if closed == end { name.end } else { closed })
    }

    /// "the 15th", "the 14th day", "am 15.", "le 15".
    pub(super) fn day_of_month(&mut self, item: &Item) -> Option<usize> {
        let before = self.token_before(item.start);
        let after = self.token(item.end);
        let is_day = |token: &Token| token.piece == Piece::Word(Word::Unit(Length::Day));
        let counted = matches!(after.piece, Piece::Word(Word::Unit(_) | Word::Quarter | Word::Half));
        if counted && !is_day(&after) {
            return None;
        }
        let named = counted || after.piece == Piece::Unknown;
        let fits = if item.in_words {
            let lead = self.token_before(before.start);
            let counts = named || matches!(after.piece, Piece::Word(Word::Count(_))) || self.byte(item.end) == b'-';
            let led = lead.has(DATE | HOUR | LINK) && !counts;
            // "the third day" is one of a trip more often than one of a month.
            before.has(THE) && (led || (is_day(&after) && item.day > 3))
        } else if item.ordinal {
            (before.has(THE | DATE | LINK | HOUR | OF) || !named) && !self.is_place_or_rank(item.end)
        } else {
            let dotted = before.has(DOT) && self.byte(item.end) == b'.' && !self.byte(item.end + 1).is_ascii_digit();
            dotted || ((before.has(NTH) || is_day(&before)) && !named && !self.is_time_of_day(item.end))
        };
        if !fits {
            return None;
        }
        self.push(What::DayOfMonth(item.day), item.start, item.end);
        Some(item.end)
    }

    /// "3rd floor", "5th Avenue", "19th century".
    fn is_place_or_rank(&self, at: usize) -> bool {
        let nouns = ["floor", "street", "avenue", "ave", "st", "century", "time", "place", "edition", "grade", "party"];
        self.says_any(at, &nouns).is_some()
    }
}

/// Weekdays.
impl Scanner<'_> {
    /// A weekday, with "next" or the like beside it.
    pub(super) fn weekday_word(&mut self, weekday: Weekday, trust: Trust, start: usize, end: usize) -> usize {
        let before = self.token_before(start);
        let after = self.token(end);
        if trust != Trust::Alone && !self.is_weekday_name(start, &before, &after) {
            return end;
        }
        if before.which() == Some(Which::Last)
            && let Some(after) = self.weekday_of_month(-1, weekday, before.start, end)
        {
            return after;
        }
        if let Some((weeks, from, end)) = self.week_beside(start, end) {
            self.push(What::Weekday { weekday, which: Which::OfWeek(weeks) }, from, end);
            return end;
        }
        if let Some(after) = self.says(end, "after next") {
            self.push(What::Weekday { weekday, which: Which::AfterNext }, start, after);
            return after;
        }
        let coming = self.says_any(end, &["que viene", "que vem"]).map(|_| Which::Next);
        let which = before.which().or(coming).or(after.which()).unwrap_or(Which::Plain);
        let from = if before.which().is_some() { before.start } else { start };
        self.push(What::Weekday { weekday, which }, from, end);
        let plural = self.byte_before(end, 1).eq_ignore_ascii_case(&b's') && self.byte_before(end, 2) == b'y';
        if plural || (before.has(EVERY) && !self.is_word(&before, "per")) {
            self.push_directed(604_800, Direction::Every, from, end);
        }
        end
    }

    /// The week that is named after a weekday or right before it, in weeks from the present one, and the place of both.
    fn week_beside(&mut self, start: usize, end: usize) -> Option<(i32, usize, usize)> {
        if let Some((weeks, after)) = self.week_after(end) {
            return Some((weeks, start, after));
        }
        let last = *self.found[self.first..].last()?;
        let What::Span { unit: Unit::Week, from, to } = last.what else { return None };
        let mut at = last.end;
        for _ in 0..2 {
            let token = self.token(at);
            if token.start >= start || !(token.has(DATE | THE | DOT) || token.is_mark(b',')) {
                break;
            }
            at = token.end;
        }
        if from != to || self.skip_blanks(at) != start {
            return None;
        }
        self.found.pop();
        Some((from, last.start, end))
    }

    /// "of next week", "de la semaine prochaine".
    fn week_after(&self, end: usize) -> Option<(i32, usize)> {
        let mut token = self.token(end);
        for _ in 0..3 {
            if !(token.has(OF | DATE | THE) || token.is_mark(b',')) {
                break;
            }
            token = self.token(token.end);
        }
        let second = self.token(token.end);
        let is_week = |token: &Token| token.piece == Piece::Word(Word::Unit(Length::Week));
        let which = if is_week(&second) { token.which() } else { second.which().filter(|_| is_week(&token)) };
        let weeks = match which? {
            Which::Next => 1,
            Which::AfterNext => 2,
            Which::Last => -1,
            _ => 0,
        };
        Some((weeks, second.end))
    }

    /// "first Monday in April".
    pub(super) fn nth_weekday(&mut self, nth: u32, start: usize, end: usize) -> Option<usize> {
        let name = self.token(end);
        let Piece::Word(Word::Weekday(weekday, _)) = name.piece else { return None };
        let nth = i32::try_from(nth).ok().filter(|nth| (1..=5).contains(nth))?;
        self.weekday_of_month(nth, weekday, start, name.end)
    }

    /// The month after a weekday that is counted in it.
    fn weekday_of_month(&mut self, nth: i32, weekday: Weekday, start: usize, end: usize) -> Option<usize> {
        let of = self.token(end);
        let mut name = self.token(of.end);
        if name.has(THE) {
            name = self.token(name.end);
        }
        let Piece::Word(Word::Month(month, _)) = name.piece else { return None };
        if !of.has(OF | AHEAD) && !self.is_word(&of, "im") {
            return None;
        }
        let dated = self
            .year_after(name.end)
            .and_then(|(year, end)| nth_weekday(year, month, weekday, nth).map(|date| (date, end)));
        match dated {
            Some((date, end)) => {
                self.push(What::Day(date), start, end);
                Some(end)
            }
            None => {
                self.push(What::NthWeekday { nth, weekday, month }, start, name.end);
                Some(name.end)
            }
        }
    }

    /// Whether a short name stands where a weekday may stand.
    fn is_weekday_name(&self, start: usize, before: &Token, after: &Token) -> bool {
        if before.which().is_some() {
            return true;
        }
        let mut next = *after;
        for _ in 0..2 {
            if next.is_mark(b',') || next.is_mark(b'.') || next.has(THE) || next.is_mark(b'-') || next.is_mark(b'/') {
                next = self.token(next.end);
            }
        }
        let dated = matches!(
            next.piece,
            Piece::Number { .. } | Piece::Word(Word::Month(..) | Word::Part(..) | Word::Ordinal(_))
        );
        let listed = next.has(LINK | HOUR) || matches!(next.piece, Piece::Word(Word::Weekday(..)));
        let led = before.has(DATE | LINK) || matches!(before.piece, Piece::Number { .. });
        self.is_capital(start) && (dated || listed || led || before.is_mark(b'-') || before.is_mark(b'/'))
    }

    /// "segunda-feira"; the word alone means "second".
    pub(super) fn feira_word(&mut self, weekday: Weekday, start: usize, end: usize) -> usize {
        match self.says(self.skip_dash(end), "feira") {
            Some(after) => self.weekday_word(weekday, Trust::Alone, start, after),
            None => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn finds_days_in_words() {
        check(&[
            ("September 12, 2023", "2023-09-12"), ("Sept. 12th", "9/12"), ("12 Sep 2023", "2023-09-12"),
            ("20-May-2024", "2024-05-20"), ("the twenty-first of September", "9/21"), ("May the third", "5/3"),
            ("march 3rd", "3/3"), ("in May", "m5"), ("since March 2024", "m3/2024"), ("the 15th", "the15"),
            ("on the 3rd and the 5th", "the3 the5"), ("on the 3rd floor", ""),
            ("on the first of the month", "the1 Month[0,0]"), ("in 2021", "y2021"), ("2019-2020", "y2019 y2020"),
            ("Q2 2020", "q2/2020"), ("2020 Q3", "q3/2020"), ("second quarter of 2020", "q2/2020"),
            ("next Monday", "Mon:Next"), ("this Friday or last Tue", "Fri:This Tue:Last"),
            ("Mon, May 20", "Mon 5/20"), ("Sat 3pm", "Sat 15:00!"), ("Monday of next week", "Mon:OfWeek(1)"),
            ("SEPTEMBER 5", "9/5"), ("line\\nMay 5", "5/5"), ("May 20, 2024 at 5pm", "2024-05-20 17:00!"),
            ("August is hot", "m8"), ("Jan/Feb 2024", "m1 m2/2024"), ("the last week of May", "m5"),
            ("the 3rd, 4th, and 5th of March", "3/3 3/4 3/5"), ("mid-June, early July", "m6 mid6 m7"),
            ("July the Fourth", "7/4"), ("Mondays", "Mon 604800s*"), ("every Monday", "Mon 604800s*"),
            ("change it from Mei Lee to May Garcia", ""),
            ("the 6th day of October in 2026", "2026-10-06"), ("the eleventh month", "m11"),
            ("2026's eleventh month", "y2026 m11"), ("the 2nd month of 2026", "m2/2026"),
            ("the first month is free", ""), ("close of the 14th day in the year 2026", "the14 y2026"),
            ("the fourteenth day", "the14"), ("on the third day, in the 2nd week", ""),
            ("this Thursday 09/18, 2026", "Thu:This 2026-09-18"), ("3. Set up a return", ""),
            ("in the first-aid kit, by one of us", ""), ("25*3+7/3", ""), ("Tuesday next week", "Tue:OfWeek(1)"),
            ("next week Tuesday", "Tue:OfWeek(1)"),
            ("next week, on Tuesday", "Tue:OfWeek(1)"), ("Dienstag nächster Woche", "Tue:OfWeek(1)"),
            ("nächste Woche am Dienstag", "Tue:OfWeek(1)"), ("mardi de la semaine prochaine", "Tue:OfWeek(1)"),
            ("Friday of this week", "Fri:OfWeek(0)"), ("next week or Tuesday", "Week[1,1] Tue"),
            ("next week. Tuesday", "Week[1,1] Tue"), ("first Monday in April", "Mon#1/m4"),
            ("the 2nd Tuesday of May", "Tue#2/m5"), ("last Friday of May", "Fri#-1/m5"),
            ("the first Monday in April 2025", "2025-04-07"), ("last Friday of May, 2025", "2025-05-30"),
            ("last Friday", "Fri:Last"), ("am ersten Montag im April", "Mon#1/m4"),
            ("le premier lundi de mai", "Mon#1/m5"),
            ("the Saturday after next, übernächsten Montag", "Sat:AfterNext Mon:AfterNext"),
            ("the fifth Friday of February 2025", "Fri#5/m2 y2025"),
            ("mid-April, mid May 2025", "m4 mid4 m5/2025 mid5"), ("Mitte April, mi-avril", "m4 mid4 m4 mid4"),
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn knows_named_days() {
        check(&[
            ("on Christmas Eve", "12/24"), ("Christmas Day 2025", "2025-12-25"), ("Boxing Day", "12/26"),
            ("New Year's Eve, New Year’s Day", "12/31 1/1"), ("Valentine's Day", "2/14"), ("Halloween", "10/31"),
            ("an Silvester", "12/31"), ("a Christmas party in a new year, boxing gloves", ""),
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn reads_other_scripts() {
        check(&[
            ("Столик на 12 июня 2025 года в 19:30", "2025-06-12 19:30!"), ("на завтра", "+1"), ("Послезавтра", "+2"),
            ("СЕГОДНЯ, Вчера", "+0 -1"), ("в Среду в 7 вечера", "Wed 19:00! 17..24"), ("Июнь", "m6"),
            ("يوم 6 مايو 2025 الساعة 19:30", "2025-05-06 19:30!"), ("غدا، أو أمس؟", "+1 -1"), ("कल।", "+1"),
            ("يوم الخميس", "Thu"),
            ("10 मार्च 2025", "2025-03-10"), ("आज", "+0"), ("कल शाम 7 बजे के लिए", "+1 17..24 19:00!"),
            ("मैं कल गया था", "-1"), ("सोमवार को", "Mon"), ("3 września 2025", "2025-09-03"), ("Września", "m9"),
            ("jutro, w Środę", "+1 Wed"), ("15 Ağustos 2025 Çarşamba", "2025-08-15 Wed"), ("yarın", "+1"),
        ]);
    }

    #[test]
    #[rustfmt::skip]
    fn finds_lists_and_ranges() {
        check(&[
            ("May 19 and 23", "5/19 5/23"), ("May 20-23", "5/20 5/23"),
            ("May 20–23, 2024", "2024-05-20 2024-05-23"), ("20-23 May", "5/20 5/23"),
            ("May 19, 20 and 21st, 2024", "2024-05-19 2024-05-20 2024-05-21"),
            ("from the 3rd to the 7th of June", "6/3 6/7"), ("between March 1 and 5", "3/1 3/5"),
            ("May 24 to May 26", "5/24 5/26"), ("May 24 to May 26, 2024", "2024-05-24 2024-05-26"),
            ("December 30 to January 2, 2025", "2024-12-30 2025-01-02"), ("April 5, 20 May", "4/5 5/20"),
            ("May 19, 3 people", "5/19"), ("14:00-16:00", "14:00! 16:00!"), ("2-4pm", "14:00! 16:00!"),
            ("8 to 10pm", "20:00! 22:00!"), ("11am-1pm", "11:00! 13:00!"), ("11-1pm", "11:00! 13:00!"),
            ("2:30-4pm", "14:30! 16:00!"), ("from 8-11", "08:00? 11:00?"),
            ("from 8-11 at Madison Square Garden", "08:00? 11:00?"), ("from 8-11 on Friday", "08:00? 11:00? Fri"),
            ("from 3-5 that day, from 2 to 3 people", "03:00? 05:00?"), ("between 9 and 12", "09:00? 12:00?"),
            ("June 3rd through 7th", "6/3 6/7"), ("May 20 through the 23rd", "5/20 5/23"),
        ]);
    }
}
