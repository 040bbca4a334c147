//! What marks a date or time as the present one.

use super::super::What;
use super::Scanner;
use super::reader::is_word_byte;

/// How far back the words that say so may begin.
const WINDOW: usize = 40;

/// Names of the present day, between bars.
const DAY_NAMES: &str = "today|today's date|today’s date|the date today|today date|todays date";
/// Names of the present day or time.
const NAMES: &str = "current date|current_date|currentdate|current day|current time|current_time|currenttime|\
                     current date and time|current date/time|current local time|current utc time|current_datetime|\
                     current datetime|current timestamp|timestamp|now|time now|current_timestamp|aktuelles datum|\
                     aktuelle zeit|aktuelle uhrzeit|date actuelle|heure actuelle|fecha actual|hora actual|\
                     data odierna|data attuale|data atual|huidige datum";
/// Beginnings that need no verb or colon after them.
const PHRASES: &str = "heute ist|heute ist der|heute haben wir den|nous sommes le|nous sommes|hoy es|hoy es el|oggi è|\
                       oggi è il|hoje é|hoje é dia|vandaag is het|vandaag is|今天是|今天日期是|现在是|現在是|\
                       当前时间是|当前日期是|当前时间|当前日期|今日は|現在時刻は|現在は|本日は|오늘은|현재 시각은|\
                       지금은|today is|today is the|it is monday|it is tuesday|it is wednesday|\
                       it is thursday|it is friday|it is saturday|it is sunday|it is now|it is currently|\
                       it's currently|right now it is";
/// Words for today that stand before a date without a verb, at the beginning of a sentence.
const BARE_DAYS: &str = "Сегодня|сегодня|اليوم|اليوم هو|आज";
/// What comes before the present day at the beginning of a sentence.
const LEADS: &str = "it is|it's|it’s|the date is|it is the";
/// Verbs between a name and what it is.
const VERBS: &str = " is the| is| was| ist| est| es| is set to| as";

impl Scanner<'_> {
    /// Whether the text says of what begins here that it is the present day or time.
    pub(super) fn follows_now(&mut self, start: usize, is_time: bool) -> bool {
        if let Some(last) = self.found[self.first..].last()
            && last.is_now
            && last.start <= start
            && self.is_thin(last.end, start)
        {
            return true;
        }
        let before = self.slice(start.saturating_sub(WINDOW), start).to_ascii_lowercase();
        let said = says_now(&before, is_time) || (!is_time && says_today(&before, start <= WINDOW));
        said && (!ends_in_word(trim_marks(&before), "timestamp") || self.has_one_timestamp())
    }

    /// Marks the day that was added last as the present one after "It is", and the weekday before a present day too.
    pub(super) fn mark_present_day(&mut self) {
        let Some(index) = self.found.len().checked_sub(1) else { return };
        let first = self.found[self.first..index]
            .last()
            .filter(|last| matches!(last.what, What::Weekday { .. }) && self.is_thin(last.end, self.found[index].start))
            .map_or(index, |_| index - 1);
        if self.found[index].is_now || self.opens_with_it_is(self.found[first].start) {
            for mention in &mut self.found[first..] {
                mention.is_now = true;
            }
        }
    }

    /// Whether "It is" stands before a place and opens a sentence that answers no question.
    fn opens_with_it_is(&self, start: usize) -> bool {
        let from = start.saturating_sub(WINDOW);
        let before = self.slice(from, start).to_ascii_lowercase();
        let opened = LEADS.split('|').find_map(|lead| before.trim_ascii_end().strip_suffix(lead.as_bytes()));
        opened.is_some_and(|head| opens_sentence(head, from == 0))
    }

    /// Whether the text has one JSON key "timestamp" at most, and that outside of a list; those of records say nothing
    /// of the present.
    fn has_one_timestamp(&mut self) -> bool {
        let text = self.text;
        *self.one_timestamp.get_or_insert_with(|| {
            let mut parts = text.split("\"timestamp\"");
            let before = parts.next().unwrap_or("");
            let listed = before.matches('[').count() > before.matches(']').count();
            parts.nth(1).is_none() && !listed
        })
    }

    /// Whether only commas and articles stand between two parts of one date.
    fn is_thin(&self, end: usize, start: usize) -> bool {
        if start < end || self.slice(end, start) == b" at " {
            return true;
        }
        if start - end > 8 {
            return false;
        }
        let gap = self.slice(end, start);
        let known: [&[u8]; 9] = [b"", b"a", b"T", b"der", b"den", b"le", b"el", b"the", b"de"];
        // Words in Cyrillic, Arabic or Devanagari are no articles.
        let ends = gap.iter().any(|byte| matches!(byte, b'.' | b'\n' | b';' | b'"' | b'-' | 0xd0..=0xe0));
        !ends && gap.split(|byte| !byte.is_ascii_alphabetic()).all(|word| known.contains(&word))
    }
}

/// Whether words say that today is what follows them, in languages that need no verb for it.
fn says_today(before: &[u8], is_whole: bool) -> bool {
    let head = before.trim_ascii_end();
    // These words are not written in ASCII.
    !head.last().is_none_or(u8::is_ascii)
        && BARE_DAYS
            .split('|')
            .any(|day| head.strip_suffix(day.as_bytes()).is_some_and(|head| opens_sentence(head, is_whole)))
}

/// Whether a sentence begins after a text, of which the beginning may be cut off.
fn opens_sentence(head: &[u8], is_whole: bool) -> bool {
    let told = head.trim_ascii_end();
    match told.last() {
        None => is_whole,
        Some(b'.' | b'!' | b'"' | b'(' | b'*' | b'#' | b'-' | b'>') => true,
        Some(b'n') => told.ends_with(b"\\n"),
        Some(_) => head[told.len()..].contains(&b'\n'),
    }
}

/// Whether words in lower case say that what follows them is the present day or time.
fn says_now(before: &[u8], is_time: bool) -> bool {
    let head = trim_marks(before);
    if !may_end_a_phrase(head) {
        return false;
    }
    if ends_in_one_of(head, PHRASES) {
        return true;
    }
    let marks = &before[head.len()..];
    let verbless = VERBS.split('|').find_map(|verb| head.strip_suffix(verb.as_bytes()));
    let marked = verbless.is_some() || marks.iter().any(|byte| matches!(byte, b':' | b'=' | b'('));
    let name = verbless.map_or(head, trim_marks);
    let day = !is_time && (marked || marks.contains(&b',')) && ends_in_one_of(name, DAY_NAMES);
    day || (marked && ends_in_one_of(name, NAMES))
}

/// Whether the last word is one with which a name, a phrase or a verb ends; most texts before a date end in no such
/// word.
fn may_end_a_phrase(head: &[u8]) -> bool {
    const LAST: [&str; 40] = [
        "as",
        "actual",
        "actuelle",
        "aktuelle",
        "attuale",
        "atual",
        "currentdate",
        "currenttime",
        "current_date",
        "current_datetime",
        "current_time",
        "current_timestamp",
        "currently",
        "date",
        "datetime",
        "datum",
        "day",
        "den",
        "der",
        "dia",
        "el",
        "es",
        "est",
        "het",
        "ist",
        "is",
        "le",
        "monday",
        "now",
        "odierna",
        "sommes",
        "the",
        "time",
        "timestamp",
        "to",
        "today",
        "uhrzeit",
        "was",
        "zeit",
        "il",
    ];
    let start = head.iter().rposition(|byte| !(byte.is_ascii_alphabetic() || *byte == b'_')).map_or(0, |at| at + 1);
    let word = &head[start..];
    // Other scripts, and the days of the week.
    word.is_empty() || word.ends_with(b"day") || LAST.iter().any(|last| last.as_bytes() == word)
}

/// Cuts off blanks and marks at the end.
fn trim_marks(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [rest @ .., b' ' | b'\t' | b'"' | b'\'' | b':' | b'=' | b',' | b'(' | b'*' | b'`' | b'\\' | b'-'] => rest,
            // The full-width colon and comma.
            [rest @ .., 0xef, 0xbc, 0x9a | 0x8c] => rest,
            _ => return text,
        };
    }
}

fn ends_in_one_of(text: &[u8], phrases: &str) -> bool {
    phrases.split('|').any(|phrase| ends_in_word(text, phrase))
}

fn ends_in_word(text: &[u8], phrase: &str) -> bool {
    let Some(rest) = text.strip_suffix(phrase.as_bytes()) else { return false };
    let first_is_letter = phrase.as_bytes()[0].is_ascii_alphabetic();
    !first_is_letter || !rest.last().is_some_and(|&byte| is_word_byte(byte))
}

#[cfg(test)]
mod tests {
    use super::super::super::What;
    use super::super::super::testing::mentions;

    #[test]
    #[rustfmt::skip]
    fn sees_what_is_now() {
        let now = [
            "today is 2024-05-15", "Today is Wednesday, May 15", "today's date is May 15, 2024",
            "Current date: 2024-05-15", "The current time is 2024-05-15 15:00:00 EST.",
            "\"timestamp\": \"2024-05-15T10:00:00\"", "[] {\"timestamp\": \"2024-05-15T10:00:00\"}",
            "오늘은 5월 15일", "\"now\": \"2024-05-15\"", "heute ist der 15. Mai", "今天是2024年5月15日",
            "Today, May 15", "Right now it is 3:00 pm", "It is Friday, 13 June 2025.", "It is currently 3:00 pm",
            "It is 12 March 2025.", "Hello. It's 2025-03-12.", "The date is March 12, 2025.", "It is 03/12/2025",
            "Сегодня понедельник, 10 марта 2025 года.", "اليوم هو 10 مارس 2025.", "आज 10 मार्च 2025 है।",
        ];
        for text in now {
            let found = mentions(text);
            assert!(found.iter().any(|mention| mention.is_now), "{text}: {found:?}");
        }
        let dated = mentions("The current time is 2024-05-15 15:00:00 EST.");
        assert!(dated.iter().all(|mention| mention.is_now), "{dated:?}");
        let other = [
            "today at 5pm", "I leave on 2024-05-15", "order_timestamp_x: 2024-05-15", "I know: 2024-05-15",
            "[{\"timestamp\": \"2024-05-15\"}]",
            "{\"a\": {\"timestamp\": \"2024-05-15\"}, \"b\": {\"timestamp\": \"2024-05-16\"}}",
            "It is March 12.", "I think it is 12 March 2025.", "When is it? It is 12 March 2025.",
            "My birthday: it is 12 March 1990",
            "It is open. 12 March 2025", "Столик на сегодня, 10 марта", "Сегодня в 19:30",
            "я приеду сегодня 10 марта",
            "today I want to book for May 20", "Today is nice. My trip is on May 20",
        ];
        for text in other {
            assert!(mentions(text).iter().all(|mention| !mention.is_now), "{text}");
        }
        let whole = [
            "Today is Wednesday, 2025-03-12.", "It is Friday, 13 June 2025, 10:30.",
            "Today is 2025-03-12, a Wednesday.",
            "2025-03-12", "It is Friday, 2025-06-13", "Today is Wednesday the 12th", "Current date: March 2025",
            "Сегодня понедельник, 10 марта 2025 года.", "Today is 2025-03-12 (Wednesday)",
        ];
        for text in whole {
            let mut found = mentions(text);
            found.retain(|mention| !matches!(mention.what, What::Offset { .. }));
            assert!(found.iter().all(|mention| mention.is_now) != text.starts_with("2025"), "{text}: {found:?}");
        }
        let later = mentions("Сегодня 10 марта, до 12 мая");
        assert!(later[1].is_now && !later[2].is_now, "{later:?}");
        let both = mentions("Today is May 15. I travel May 20.");
        assert_eq!(both.iter().filter(|mention| mention.is_now).count(), 1, "{both:?}");
    }
}
