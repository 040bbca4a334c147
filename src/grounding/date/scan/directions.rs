//! Where a length of time leads to, by the words around it.

use super::super::words::{AGO, AHEAD, BACK, EVERY, WITHIN};
use super::super::{Direction, Which};
use super::Scanner;
use super::reader::is_word_byte;

/// How far from a length words still speak of it.
const WINDOW: usize = 60;

/// After a length.
const LATER: &[&str] = &[
    "later",
    "after",
    "afterwards",
    "hence",
    "thereafter",
    "später",
    "spaeter",
    "danach",
    "nachher",
    "nach",
    "plus tard",
    "après",
    "apres",
    "suivant",
    "suivante",
    "más tarde",
    "mas tarde",
    "después",
    "despues",
    "depois",
    "dopo",
    "more",
    "longer",
];
/// After a length, or near it.
const EARLIER: &[&str] = &[
    "earlier",
    "before",
    "beforehand",
    "prior",
    "ago",
    "sooner",
    "previously",
    "in advance",
    "vorher",
    "zuvor",
    "davor",
    "früher",
    "frueher",
    "vor",
    "avant",
    "auparavant",
    "plus tôt",
    "précédent",
    "précédente",
    "antes",
    "anterior",
    "prima",
    "eerder",
    "voor",
    "ahead of",
];
/// Near a length: to bring something forward is to do it earlier.
const MOVES: &[&str] = &["forward", "vorziehen", "vorverlegen", "avancer", "adelantar"];
const BOTH: &[&str] = &["before or after", "earlier or later", "before and after", "later or earlier"];

impl Scanner<'_> {
    /// Where a length in the text leads to.
    pub(super) fn direction(&self, start: usize, end: usize) -> Direction {
        let before = self.token_before(start);
        let after = self.token(end);
        if self.says_any(end, BOTH).is_some() {
            return Direction::Either;
        }
        if before.has(BACK) || after.has(AGO) || self.says_any(end, EARLIER).is_some() {
            return Direction::Earlier;
        }
        if self.says_any(end, LATER).is_some() || before.has(AHEAD | WITHIN) {
            return Direction::Later;
        }
        // "every night" names its own beginning, "every 2 weeks" what stands before.
        if self.is_repeated(start) || before.has(EVERY) && !self.is_rate(before.start) {
            return Direction::Every;
        }
        match before.which().or(after.which()) {
            Some(Which::Last) => Direction::Earlier,
            Some(Which::Next) => Direction::Later,
            _ if self.tells_earlier(start, end) => Direction::Either,
            _ => Direction::Unsaid,
        }
    }

    /// Whether "every" begins here, which "per" is not.
    fn is_repeated(&self, start: usize) -> bool {
        self.token(start).has(EVERY) && !self.is_rate(start)
    }

    fn is_rate(&self, start: usize) -> bool {
        self.says_any(start, &["per", "pro", "por"]).is_some()
    }

    /// Whether a word near a length, in its sentence, speaks of something earlier.
    fn tells_earlier(&self, start: usize, end: usize) -> bool {
        let head = self.slice(start.saturating_sub(WINDOW), start);
        let tail = self.slice(end, self.bytes.len().min(end + WINDOW));
        let head = head.rsplit(|byte| is_sentence_end(*byte)).next().unwrap_or(head);
        let tail = tail.split(|byte| is_sentence_end(*byte)).next().unwrap_or(tail);
        let mut words = [head, tail].into_iter().flat_map(|text| text.split(|byte| !is_word_byte(*byte)));
        words.any(|word| EARLIER.iter().chain(MOVES).any(|known| known.as_bytes().eq_ignore_ascii_case(word)))
    }
}

fn is_sentence_end(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b'?' | b';' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn tells_where_lengths_lead_to() {
        check(&[
            ("a week later", "604800s>"), ("a week earlier", "604800s<"), ("the day before", "86400s<"),
            ("the day after", "86400s>"), ("an hour later", "3600s>"), ("30 minutes before", "1800s<"),
            ("4 nights", "345600s"), ("two weeks after", "1209600s>"), ("eine Woche später", "604800s>"),
            ("zwei Tage vorher", "172800s<"), ("deux heures plus tôt", "02:00? 7200s<"), ("dos días antes", "172800s<"),
            ("2 hours ago", "7200s<"), ("in 2 hours", "7200s>"), ("every week", "604800s*"),
            ("every 2 weeks", "1209600s*"), ("weekly", "604800s*"), ("each Monday", "Mon 604800s*"),
            ("per week", "604800s"), ("overnight", "86400s"), ("arrive earlier, by 30 minutes", "1800s<>"),
            ("arrive earlier. For 30 minutes", "1800s"), ("two days before or after", "172800s<>"),
            ("the next day", "86400s>"), ("the following week", "Week[1,1] 604800s>"),
            ("the previous day", "Day[-1,0] 86400s<"), ("le lendemain, la veille", "86400s> 86400s<"),
            ("am Tag davor, am Tag danach", "86400s< 86400s>"), ("la semaine suivante", "604800s>"),
            ("el día anterior", "86400s<"), ("bring it forward by one hour", "3600s<>"), ("через 3 дня", "+3 259200s>"),
        ]);
    }
}
