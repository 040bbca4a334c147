//! Text to sentences of tokens, in one pass.

use std::borrow::Cow;
use std::rc::Rc;

use super::words::{says_nothing, unit};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Word,
    Number(f64),
    /// `x` between two sizes is one too.
    Mark(char),
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    /// In lower case.
    pub text: Cow<'a, str>,
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Whether no blank stands before it.
    pub glued: bool,
}

/// A sentence, or as much of one as is looked at together.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    pub tokens: Vec<Token<'a>>,
    /// Content words of the headings it stands under.
    pub heading: Rc<[String]>,
    /// Whether it begins its line, so that words before a colon are a label.
    pub begins_line: bool,
    pub question: bool,
}

/// Tokens of one sentence that are looked at together: this bounds the work for each of them.
const TOKENS_MAX: usize = 160;

/// Content words that are kept of one heading.
const HEADING_MAX: usize = 12;

impl Token<'_> {
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// Calls `visit` with each sentence of a text.
pub(super) fn sentences<'a>(text: &'a str, mut visit: impl FnMut(&Sentence<'a>)) {
    let json = text.trim_start().starts_with(['{', '[']);
    let mut title: Vec<String> = Vec::new();
    let mut lead: Vec<String> = Vec::new();
    let mut heading: Rc<[String]> = Rc::from([]);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let body = line.trim_end();
        let indent = body.len() - body.trim_start().len();
        let body = &body[indent..];
        if body.is_empty() {
            continue;
        }
        let hashes = body.bytes().take_while(|byte| *byte == b'#').count();
        let listed = indent > 0 || body.starts_with(['-', '*', '•']) || body.as_bytes()[0].is_ascii_digit();
        let bold = body.len() > 4 && body.starts_with("**") && body.ends_with("**");
        if !listed && !json && !lead.is_empty() {
            lead.clear();
            heading = Rc::from(title.clone());
        }
        let heading_here = Rc::clone(&heading);
        let mut lines =
            Lines { text, json, heading: heading_here, tokens: Vec::new(), begins_line: true, visit: &mut visit };
        lines.line(at + indent + hashes, at + indent + body.len());
        if json {
            continue;
        }
        let words = || -> Vec<String> {
            let words = body.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').map(str::to_lowercase);
            words
                .filter(|word| word.chars().any(char::is_alphabetic) && !says_nothing(word))
                .take(HEADING_MAX)
                .collect()
        };
        if hashes > 0 {
            title = words();
            lead.clear();
        } else if bold || (body.trim_end_matches('*').ends_with(':') && indent == 0) {
            lead = words();
        } else {
            continue;
        }
        heading = title.iter().chain(&lead).cloned().collect();
    }
}

/// The state of reading one line.
struct Lines<'a, 'v, V> {
    text: &'a str,
    json: bool,
    heading: Rc<[String]>,
    tokens: Vec<Token<'a>>,
    begins_line: bool,
    visit: &'v mut V,
}

impl<'a, V: FnMut(&Sentence<'a>)> Lines<'a, '_, V> {
    fn line(&mut self, start: usize, end: usize) {
        let text = self.text;
        let mut at = start + bullet(&text[start..end]);
        let mut glued = false;
        while let Some(c) = text[at..end].chars().next() {
            if c == '\\' && self.json {
                at += 1 + text[at + 1..end].chars().next().map_or(0, char::len_utf8);
                glued = false;
                continue;
            }
            if c.is_whitespace() || matches!(c, '*' | '`' | '\\') {
                glued = glued && !c.is_whitespace();
                at += c.len_utf8();
                continue;
            }
            let next = if c.is_ascii_digit() {
                self.number(at, end, glued)
            } else if c.is_alphabetic() || c == '_' {
                self.word(at, end, glued)
            } else {
                self.mark(c, at, end, glued)
            };
            glued = true;
            at = next;
            if self.tokens.len() >= TOKENS_MAX {
                self.flush(false);
            }
        }
        self.flush(false);
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, glued: bool) {
        let text = &self.text[start..end];
        let lower = text.chars().any(char::is_uppercase);
        let text = if lower { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) };
        self.tokens.push(Token { text, kind, start, end, glued });
    }

    fn number(&mut self, at: usize, end: usize, glued: bool) -> usize {
        let bytes = self.text.as_bytes();
        let digit = |at: usize| at < end && bytes[at].is_ascii_digit();
        let digits = |mut at: usize| {
            while digit(at) {
                at += 1;
            }
            at
        };
        let mut to = digits(at);
        if to - at <= 3 {
            while to < end && bytes[to] == b',' && digits(to + 1) == to + 4 {
                to += 4;
            }
        }
        if to + 1 < end && bytes[to] == b'.' && digit(to + 1) {
            to = digits(to + 1);
        }
        if to < end && bytes[to] == b':' && digit(to + 1) {
            to = digits(to + 1);
            self.push(Kind::Word, at, to, glued);
            return to;
        }
        let mut letters = to;
        while letters < end && (bytes[letters].is_ascii_alphabetic() || bytes[letters] == b'_') {
            letters += 1;
        }
        let tail = self.text[to..letters].to_ascii_lowercase();
        let before_digit = digit(letters);
        let value: f64 = self.text[at..to].replace(',', "").parse().unwrap_or(f64::NAN);
        if tail.is_empty() || (tail == "x" && before_digit) {
            self.push(Kind::Number(value), at, to, glued);
        } else if unit(&tail).is_some() || tail == "in" {
            self.push(Kind::Number(value), at, to, glued);
            self.push(Kind::Word, to, letters, true);
            return letters;
        } else if let Some(inner) = tail.strip_suffix('x')
            && before_digit
            && unit(inner).is_some()
        {
            self.push(Kind::Number(value), at, to, glued);
            self.push(Kind::Word, to, letters - 1, true);
        } else {
            while letters < end && (bytes[letters].is_ascii_alphanumeric() || bytes[letters] == b'_') {
                letters += 1;
            }
            self.push(Kind::Word, at, letters, glued);
            return letters;
        }
        if !tail.is_empty() {
            self.push(Kind::Mark('x'), letters - 1, letters, true);
            return letters;
        }
        to
    }

    fn word(&mut self, at: usize, end: usize, glued: bool) -> usize {
        let mut to = at;
        let mut chars = self.text[at..end].chars().peekable();
        while let Some(c) = chars.next() {
            let joins = matches!(c, '-' | '\'' | '’') && chars.peek().is_some_and(|next| next.is_alphabetic());
            if !(c.is_alphanumeric() || c == '_' || joins) {
                break;
            }
            to += c.len_utf8();
        }
        let word = &self.text[at..to];
        if word.eq_ignore_ascii_case("x") {
            self.push(Kind::Mark('x'), at, to, glued);
            return to;
        }
        let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        self.push(Kind::Word, at, at + bare.len(), glued);
        to
    }

    fn mark(&mut self, c: char, at: usize, end: usize, glued: bool) -> usize {
        let next = at + c.len_utf8();
        let blank_after = self.text[next..end].chars().next().is_none_or(char::is_whitespace);
        match c {
            '.' if blank_after => {
                let short = self.tokens.last().is_some_and(|last| {
                    let word = &*last.text;
                    last.kind == Kind::Word
                        && last.end == at
                        && (matches!(word, "max" | "min" | "approx" | "no" | "vs") || word.chars().count() == 1)
                });
                if short {
                    self.push(Kind::Mark('.'), at, next, glued);
                } else {
                    self.flush(false);
                }
            }
            '!' | ';' => self.flush(false),
            '?' => self.flush(true),
            '"' | '{' | '}' | '[' | ']' if self.json => {
                self.flush(false);
                self.begins_line = true;
            }
            '×' => self.push(Kind::Mark('x'), at, next, glued),
            '–' | '—' | '‑' | '−' => self.push(Kind::Mark('-'), at, next, glued),
            c => self.push(Kind::Mark(c), at, next, glued),
        }
        next
    }

    fn flush(&mut self, question: bool) {
        if !self.tokens.is_empty() {
            let tokens = std::mem::take(&mut self.tokens);
            let heading = Rc::clone(&self.heading);
            (self.visit)(&Sentence { tokens, heading, begins_line: self.begins_line, question });
        }
        self.begins_line = false;
    }
}

/// The length of a bullet or a number that opens a line.
fn bullet(line: &str) -> usize {
    let rest = line.trim_start_matches(|c: char| matches!(c, '-' | '*' | '•' | '#' | '>') || c.is_whitespace());
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let skipped = line.len() - rest.len();
    match rest.as_bytes().get(digits..digits + 2) {
        Some([b'.' | b')', b' ']) if digits > 0 && digits < 4 => skipped + digits + 1,
        _ => skipped,
    }
}
