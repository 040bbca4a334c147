//! What the tests of several files share, and the tests of everything together.

use chrono::{NaiveDate, NaiveTime, Weekday};

use super::{Day, Direction, Mention, Unit, What, Which, explain_day, explain_time, readings, scan, year_value};

pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    scan(text, &mut found);
    found
}

/// The mentions of a text in short: "05:00?" is a time in either half of the day, "+1" a day from today.
pub(super) fn shown(text: &str) -> String {
    let parts: Vec<String> = mentions(text).iter().map(|mention| show(&mention.what)).collect();
    parts.join(" ")
}

fn show(what: &What) -> String {
    match *what {
        What::Day(date) => date.to_string(),
        What::MonthDay { month, day } => format!("{month}/{day}"),
        What::DayOfMonth(day) => format!("the{day}"),
        What::Month { month, year: None } => format!("m{month}"),
        What::Month { month, year: Some(year) } => format!("m{month}/{year}"),
        What::Year(year) => format!("y{year}"),
        What::Quarter { quarter, year: None } => format!("q{quarter}"),
        What::Quarter { quarter, year: Some(year) } => format!("q{quarter}/{year}"),
        What::Weekday { weekday, which: Which::Plain } => weekday.to_string(),
        What::Weekday { weekday, which } => format!("{weekday}:{which:?}"),
        What::Offset { days } => format!("{days:+}"),
        What::Span { unit, from, to } => format!("{unit:?}[{from},{to}]"),
        What::Time { time, certain } => format!("{}{}", time.format("%H:%M"), if certain { "!" } else { "?" }),
        What::NthWeekday { nth, weekday, month } => format!("{weekday}#{nth}/m{month}"),
        What::MidMonth { month, .. } => format!("mid{month}"),
        What::PartOfDay { from_minute, to_minute } => {
            format!("{}..{}", f64::from(from_minute) / 60.0, f64::from(to_minute) / 60.0)
        }
        What::Duration { seconds, direction } => format!("{seconds}s{}", show_direction(direction)),
        What::Around => "~".to_owned(),
    }
}

fn show_direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Unsaid => "",
        Direction::Later => ">",
        Direction::Earlier => "<",
        Direction::Either => "<>",
        Direction::Every => "*",
    }
}

/// Compares what a function gives for each text with what is wanted.
pub(super) fn list_wrong(cases: &[(&str, &str)], give: impl Fn(&str) -> String) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, wanted)| give(text) != *wanted)
        .map(|(text, wanted)| format!("{text:?}: wanted {wanted:?}, got {:?}", give(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks the mentions of texts.
pub(super) fn check(cases: &[(&str, &str)]) {
    list_wrong(cases, shown);
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn clock(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M:%S").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).unwrap()
}

/// A small generator of pseudo-random numbers.
struct Soup(u64);

impl Soup {
    pub(super) fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

fn check_sane(text: &str) {
    let found = mentions(text);
    let mut last = 0;
    for mention in &found {
        assert!(
            mention.start >= last && mention.end > mention.start && mention.end <= text.len(),
            "{text:?} {mention:?}"
        );
        assert!(text.is_char_boundary(mention.start) && text.is_char_boundary(mention.end), "{text:?} {mention:?}");
        last = mention.start;
    }
    let _ = (readings(text), year_value(text));
    let whats: Vec<&What> = found.iter().map(|mention| &mention.what).collect();
    for day in [
        Day::Full(date("2024-02-29")),
        Day::MonthDay { month: 2, day: 30 },
        Day::YearMonth { year: i32::MAX, month: 77 },
    ] {
        for today in [None, Some(date("2024-02-29")), Some(NaiveDate::MAX), Some(NaiveDate::MIN)] {
            let _ = explain_day(&day, today, &whats);
        }
    }
    let _ = explain_day(&Day::Full(NaiveDate::MAX), Some(NaiveDate::MIN), &whats);
    let _ = explain_time(clock("09:30"), Some(clock("23:00")), &whats);
}

#[test]
fn random_bytes_never_panic() {
    let mut soup = Soup(7);
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..soup.next(60)).map(|_| soup.next(256) as u8).collect();
        check_sane(&String::from_utf8_lossy(&bytes));
    }
}

/// Pieces that mentions are made of, between bars.
const PIECES: &str = "May|mai|20|2024|-|/|:|.| | | |,|to|and|the|3rd|pm|p.m.|am|h|30|12|99999999999999999999|at|from|\
                      Monday|next|last|hours|days|ago|in|年|月|日|三|十|点|半|後|下周|’|\\n|\"|T|Z|+02:00|half|quarter|\
                      twenty|first|second|a|of|Q2|²|é|\u{a0}|😀|ß|È|of the|weekend|night|morgen|hier|feira|segunda-|°|½|\
                      1/2|$|%|'24|week|week after next|every|mid-|Monday in April|Christmas Eve|\
                      New Year’s Day|It is |завтра|мая|\u{43c}|कल|मार्च|غدا،|।|Mondays|before|later|\
                      half an hour|999999|month|year|il y a|９|１２|월|일|오후|시|다음 주|for|on|'s|\"timestamp\":|today is";

#[test]
fn random_pieces_never_panic() {
    let pieces: Vec<&str> = PIECES.split('|').collect();
    let mut soup = Soup(99);
    for _ in 0..10_000 {
        let text: String = (0..soup.next(14)).map(|_| pieces[soup.next(pieces.len())]).collect();
        check_sane(&text);
    }
}

#[test]
fn extreme_mentions_never_panic() {
    let mut whats = Vec::new();
    for number in [i32::MIN, i32::MAX, 0, 5_000_000] {
        whats.push(What::Offset { days: number });
        whats.push(What::DayOfMonth(number as u32));
        whats.push(What::MonthDay { month: number as u32, day: number as u32 });
        whats.push(What::Month { month: number as u32, year: Some(number) });
        whats.push(What::Year(number));
        whats.push(What::Quarter { quarter: number as u32, year: None });
        for direction in [Direction::Unsaid, Direction::Earlier, Direction::Either, Direction::Every] {
            whats.push(What::Duration { seconds: i64::from(number) * 4_000_000_000 / 86_400 * 86_400, direction });
        }
        whats.push(What::PartOfDay { from_minute: number as u32, to_minute: number as u32 });
        whats.push(What::NthWeekday { nth: number, weekday: Weekday::Mon, month: number as u32 });
        whats.push(What::MidMonth { month: number as u32, year: Some(number) });
        whats.push(What::Weekday { weekday: Weekday::Sun, which: Which::OfWeek(number) });
        for unit in [Unit::Day, Unit::Week, Unit::Weekend, Unit::Month, Unit::Year] {
            whats.push(What::Span { unit, from: number, to: number });
            whats.push(What::Span { unit, from: number, to: 0 });
        }
    }
    let listed: Vec<&What> = whats.iter().cycle().take(5000).collect();
    for day in [Day::Full(NaiveDate::MAX), Day::Full(NaiveDate::MIN), Day::Month(0), Day::Year(i32::MIN)] {
        for today in [None, Some(NaiveDate::MAX), Some(NaiveDate::MIN), Some(date("2024-05-15"))] {
            let _ = explain_day(&day, today, &listed);
        }
    }
    let _ = explain_time(clock("00:00"), None, &listed);
}

#[test]
fn long_runs_take_linear_time() {
    let pieces = "a|1| |1,|1-|May 1, |20 and |三|two |2 hours |'|-|é|\\n|in 3 |\u{a0}|９|월|7-|\
         \"timestamp\": 2024-01-02|at |\
         कल |мая |a week |It is 12 March 2025. |next week Monday |first Monday |new ";
    for piece in pieces.split('|') {
        let found = mentions(&piece.repeat(50_000));
        assert!(found.len() < 500_000);
    }
}
