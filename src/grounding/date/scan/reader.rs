//! Reading bytes, figures and words around a place in the text.

use super::super::Which;
use super::super::words::{Word, look_up};
use super::Scanner;

pub(super) const OTHER: u8 = 0;
pub(super) const DIGIT: u8 = 1;
pub(super) const LETTER: u8 = 2;
/// Inside a word, but not at its start.
const INNER: u8 = 4;
/// Begins a Chinese, Japanese or Korean sign of three bytes.
pub(super) const IDEOGRAPH: u8 = 8;
pub(super) const ESCAPE: u8 = 16;
/// May begin a full-width figure.
pub(super) const WIDE: u8 = 32;

/// The least byte with which words begin that marks of their own script may follow.
pub(super) const FIRST_WITH_MARKS: u8 = 0xd8;

/// Words are read up to this length; longer ones are unknown anyway.
const WINDOW: usize = 32;

/// What each byte may begin.
static CLASS: [u8; 256] = {
    let mut class = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0xc3..=0xdf | 0xe0 | 0xe1 | 0xee | 0xf0..=0xf4 => LETTER,
            0x80..=0xbf => INNER,
            0xe3..=0xed => IDEOGRAPH,
            0xef => WIDE,
            b'\\' => ESCAPE,
            _ => OTHER,
        };
        byte += 1;
    }
    class
};

pub(super) fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    class(byte) & (LETTER | DIGIT | INNER) != 0
}

/// A piece of text next to the place being read.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) piece: Piece,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    End,
    Mark(u8),
    Number { value: u32, digits: usize },
    Word(Word),
    Unknown,
}

impl Token {
    pub(super) fn has(&self, flag: u16) -> bool {
        matches!(self.piece, Piece::Word(word) if word.has(flag))
    }

    pub(super) fn which(&self) -> Option<Which> {
        match self.piece {
            Piece::Word(Word::Which(which)) => Some(which),
            _ => None,
        }
    }

    pub(super) fn is_mark(&self, mark: u8) -> bool {
        self.piece == Piece::Mark(mark)
    }

    /// An hour or minute of the clock in figures or words.
    pub(super) fn small_count(&self, most: u32) -> Option<u32> {
        match self.piece {
            Piece::Number { value, digits } if digits <= 2 && value <= most => Some(value),
            Piece::Word(Word::Count(value)) if value <= most => Some(value),
            _ => None,
        }
    }
}

/// A run of figures.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) value: u32,
    pub(super) digits: usize,
    pub(super) end: usize,
}

impl Scanner<'_> {
    /// The byte at a place, 0 beyond the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn byte_before(&self, at: usize, back: usize) -> u8 {
        at.checked_sub(back).map_or(0, |before| self.byte(before))
    }

    pub(super) fn word_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        at + rest.iter().position(|&byte| !is_word_byte(byte)).unwrap_or(rest.len())
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &[u8] {
        self.bytes.get(start..end).unwrap_or(&[])
    }

    /// Whether a text stands at a place.
    pub(super) fn starts(&self, at: usize, text: &str) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    /// Whether a text ends at a place.
    pub(super) fn ends(&self, at: usize, text: &str) -> bool {
        self.bytes.get(..at).is_some_and(|head| head.ends_with(text.as_bytes()))
    }

    /// Where a phrase in ASCII ends that stands after blanks at a place.
    pub(super) fn says(&self, at: usize, phrase: &str) -> Option<usize> {
        let start = self.skip_blanks(at);
        let end = start + phrase.len();
        let same = self.bytes.get(start..end)?.eq_ignore_ascii_case(phrase.as_bytes());
        (same && !is_word_byte(self.byte(end))).then_some(end)
    }

    pub(super) fn says_any(&self, at: usize, phrases: &[&str]) -> Option<usize> {
        phrases.iter().find_map(|phrase| self.says(at, phrase))
    }

    pub(super) fn is_word(&self, token: &Token, word: &str) -> bool {
        self.slice(token.start, token.end).eq_ignore_ascii_case(word.as_bytes())
    }

    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.byte(at).is_ascii_uppercase()
    }

    /// Bytes of the blank at a place, 0 if there is none.
    fn blank(&self, at: usize) -> usize {
        match self.byte(at) {
            b' ' | b'\t' | b'\n' | b'\r' => 1,
            b'\\' if matches!(self.byte(at + 1), b'n' | b't' | b'r') => 2,
            0xc2 if self.byte(at + 1) == 0xa0 => 2,
            0xe2 if self.starts(at, "\u{202f}") || self.starts(at, "\u{2009}") => 3,
            _ => 0,
        }
    }

    /// The place after at most three blanks.
    pub(super) fn skip_blanks(&self, mut at: usize) -> usize {
        for _ in 0..3 {
            at += self.blank(at);
        }
        at
    }

    pub(super) fn skip_dash(&self, at: usize) -> usize {
        if self.byte(at) == b'-' { at + 1 } else { at }
    }

    /// The digits at a place, none of them if it has none.
    pub(super) fn digits(&self, at: usize) -> Run {
        let mut run = Run { value: 0, digits: 0, end: at };
        while let Some(digit) = self.bytes.get(run.end).filter(|byte| byte.is_ascii_digit()) {
            if run.digits >= 20 {
                break;
            }
            run.value = run.value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
            run.digits += 1;
            run.end += 1;
        }
        run
    }

    /// The word, number or mark at a place, after blanks.
    pub(super) fn token(&self, at: usize) -> Token {
        let start = self.skip_blanks(at);
        let byte = self.byte(start);
        if start >= self.bytes.len() || self.blank(start) > 0 {
            return Token { start, end: start, piece: Piece::End };
        }
        match class(byte) {
            DIGIT => {
                let run = self.digits(start);
                Token { start, end: run.end, piece: Piece::Number { value: run.value, digits: run.digits } }
            }
            LETTER => {
                let end = self.word_end_within(start, WINDOW);
                let piece = look_up(self.slice(start, end)).map_or(Piece::Unknown, Piece::Word);
                Token { start, end, piece }
            }
            _ if ["–", "—", "‑"].iter().any(|dash| self.starts(start, dash)) => {
                Token { start, end: start + 3, piece: Piece::Mark(b'-') }
            }
            _ if self.starts(start, "’") => Token { start, end: start + 3, piece: Piece::Mark(b'\'') },
            _ => Token { start, end: start + 1, piece: Piece::Mark(byte) },
        }
    }

    pub(super) fn word_end_within(&self, at: usize, most: usize) -> usize {
        let limit = (at + most).min(self.bytes.len());
        let mut end = at;
        while end < limit && is_word_byte(self.byte(end)) {
            end += 1;
        }
        self.without_mark(at, end)
    }

    /// The end of a word without the Arabic comma, question mark or semicolon or the Hindi full stop after it.
    pub(super) fn without_mark(&self, start: usize, end: usize) -> usize {
        match self.slice(start, end) {
            [_, .., 0xd8, 0x8c | 0x9b | 0x9f] => end - 2,
            [_, .., 0xe0, 0xa5, 0xa4] => end - 3,
            _ => end,
        }
    }

    /// The word, number or mark before a place and the blanks before it.
    pub(super) fn token_before(&self, at: usize) -> Token {
        let mut end = at.min(self.bytes.len());
        for _ in 0..3 {
            match self.byte_before(end, 1) {
                b' ' | b'\t' | b'\n' | b'\r' => end -= 1,
                0xa0 if self.byte_before(end, 2) == 0xc2 => end -= 2,
                _ => break,
            }
        }
        if end == 0 {
            return Token { start: 0, end: 0, piece: Piece::End };
        }
        let start = self.word_start(end);
        let word = self.slice(start, end);
        let piece = if word.is_empty() {
            Piece::Mark(self.byte_before(end, 1))
        } else if word.iter().all(u8::is_ascii_digit) {
            let run = self.digits(start);
            Piece::Number { value: run.value, digits: run.digits }
        } else {
            look_up(word).map_or(Piece::Unknown, Piece::Word)
        };
        Token { start, end, piece }
    }

    /// Where the word that ends at a place begins; the search stops after a few letters.
    fn word_start(&self, end: usize) -> usize {
        let mut start = end;
        while end - start < WINDOW {
            let byte = self.byte_before(start, 1);
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                start -= 1;
            } else if class(byte) == INNER && matches!(self.byte_before(start, 2), 0xc3..=0xdf) {
                start -= 2;
            } else if class(byte) == INNER && matches!(self.byte_before(start, 3), 0xe0 | 0xe1) {
                start -= 3;
            } else {
                break;
            }
        }
        if self.byte_before(start, 1) == b'\\' && start < end && matches!(self.byte(start), b'n' | b't' | b'r') {
            start += 1;
        }
        start
    }

    /// A number in words, whether it is an ordinal, and its end.
    pub(super) fn spelled(&self, token: &Token) -> Option<(u32, bool, usize)> {
        let (value, ordinal) = match token.piece {
            Piece::Word(Word::Count(value)) => (value, false),
            Piece::Word(Word::Ordinal(value)) => (value, true),
            _ => return None,
        };
        if !ordinal && value >= 20 && value % 10 == 0 {
            let next = self.token(self.skip_dash(token.end));
            match next.piece {
                Piece::Word(Word::Count(ones)) if ones < 10 => return Some((value + ones, false, next.end)),
                Piece::Word(Word::Ordinal(ones)) if ones < 10 => return Some((value + ones, true, next.end)),
                _ => {}
            }
        }
        Some((value, ordinal, token.end))
    }

    /// Steps over a thing in figures that is no date or time.
    pub(super) fn blob_end(&self, mut at: usize) -> usize {
        while at < self.bytes.len() {
            let byte = self.byte(at);
            let joins = matches!(byte, b'.' | b',' | b'-' | b'/' | b':') && self.byte(at + 1).is_ascii_digit();
            if !is_word_byte(byte) && !joins {
                break;
            }
            at += 1;
        }
        at
    }

    /// Whether something in figures may end here.
    pub(super) fn may_end(&self, at: usize) -> bool {
        let byte = self.byte(at);
        let joins = matches!(byte, b'.' | b',' | b'/' | b':') && self.byte(at + 1).is_ascii_digit();
        !is_word_byte(byte) && !joins && byte != b'%'
    }

    /// Whether the word after a place is a unit, so that the number before it counts something.
    pub(super) fn counts_something(&self, at: usize) -> bool {
        matches!(self.token(at).piece, Piece::Word(Word::Unit(_)))
    }
}
