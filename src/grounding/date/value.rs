//! Reading an argument that is a date, a time or both as a whole.

use super::calendar::is_month_day;
use super::words::{Word, look_up};
use super::{Day, Mention, Value, What, Which, scan};

const LONGEST_VALUE: usize = 80;

/// The year that a value of four figures between 1900 and 2100 gives.
pub fn year_value(text: &str) -> Option<i32> {
    let text = text.trim();
    text.parse().ok().filter(|year| text.len() == 4 && (1900..=2100).contains(year))
}

/// Reads an argument that is a date, a time or both as a whole.
pub fn read_value(text: &str) -> Option<Value> {
    readings(text).into_iter().next()
}

/// All readings of an argument whose day and month can be swapped, the one with the month first before the other.
pub fn readings(text: &str) -> Vec<Value> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_VALUE {
        return Vec::new();
    }
    if let Some(day) = single_name(text) {
        return vec![Value { day: Some(day), time: None }];
    }
    let short = two_part_days(text);
    if !short.is_empty() {
        return short.into_iter().map(|day| Value { day: Some(day), time: None }).collect();
    }
    let mut found = Vec::new();
    scan(text, &mut found);
    found.retain(|mention| !matches!(mention.what, What::Duration { .. }));
    if found.is_empty() || !covers(text, &found) { Vec::new() } else { combine(&found) }
}

/// The name of a month or weekday alone.
fn single_name(text: &str) -> Option<Day> {
    match look_up(text.strip_suffix('.').unwrap_or(text).as_bytes())? {
        Word::Month(month, _) => Some(Day::Month(month)),
        Word::Weekday(weekday, _) => Some(Day::Weekday(weekday)),
        _ => None,
    }
}

/// "05-20" and "5/20", which in running text are often something else.
fn two_part_days(text: &str) -> Vec<Day> {
    let numbers = text.split_once('-').or_else(|| text.split_once('/'));
    let Some((first, second)) = numbers else { return Vec::new() };
    let fits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !fits(first) || !fits(second) || (text.contains('-') && text.len() != 5) {
        return Vec::new();
    }
    let (Ok(first), Ok(second)) = (first.parse::<u32>(), second.parse::<u32>()) else { return Vec::new() };
    let mut days = Vec::new();
    for (month, day) in [(first, second), (second, first)] {
        let reading = Day::MonthDay { month, day };
        if is_month_day(month, day) && !days.contains(&reading) {
            days.push(reading);
        }
    }
    days
}

/// Whether the mentions leave nothing of a value but marks and small words.
fn covers(text: &str, found: &[Mention]) -> bool {
    let mut at = 0;
    for mention in found {
        if mention.start > at && !is_filler(text.get(at..mention.start)) {
            return false;
        }
        at = at.max(mention.end);
    }
    at >= text.len() || is_filler(text.get(at..)) || is_zone(text.get(at..))
}

fn is_filler(text: Option<&str>) -> bool {
    let Some(text) = text else { return false };
    let fillers = ["at", "on", "the", "of", "t", "um", "à", "le", "el", "de", "uhr", "der", "am", "の", "日", "about"];
    let mut words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let marks =
        text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | ',' | '.' | '(' | ')' | '@'));
    marks && words.all(|word| fillers.iter().any(|filler| filler.eq_ignore_ascii_case(word)))
}

fn is_zone(text: Option<&str>) -> bool {
    let text = text.unwrap_or("").trim().trim_matches(['(', ')']);
    let letters = text.bytes().all(|byte| byte.is_ascii_uppercase());
    let area = text.contains('/') && text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'_'));
    (letters && (2..=5).contains(&text.len())) || area
}

/// The values that mentions together give; mentions of one place are readings of it.
fn combine(found: &[Mention]) -> Vec<Value> {
    let mut days: Vec<(Day, usize)> = Vec::new();
    let mut weekday = None;
    let mut time = None;
    for mention in found {
        let day = match mention.what {
            What::Day(date) => Day::Full(date),
            What::MonthDay { month, day } => Day::MonthDay { month, day },
            What::Month { month, year: Some(year) } => Day::YearMonth { year, month },
            What::Month { month, year: None } => Day::Month(month),
            What::Weekday { weekday: name, which: Which::Plain } if weekday.is_none() => {
                weekday = Some(name);
                continue;
            }
            What::Time { time: told, .. } if time.is_none() => {
                time = Some(told);
                continue;
            }
            What::PartOfDay { .. } if time.is_some() => continue,
            _ => return Vec::new(),
        };
        days.push((day, mention.start));
    }
    if days.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        return Vec::new();
    }
    if days.is_empty() {
        let day = weekday.map(Day::Weekday);
        return if day.is_some() || time.is_some() { vec![Value { day, time }] } else { Vec::new() };
    }
    days.into_iter().map(|(day, _)| Value { day: Some(day), time }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::list_wrong;
    use super::*;

    fn shown_value(value: &Value) -> String {
        let day = value.day.map_or(String::new(), |day| match day {
            Day::Full(date) => date.to_string(),
            Day::MonthDay { month, day } => format!("{month}/{day}"),
            Day::YearMonth { year, month } => format!("{year}-{month}"),
            Day::Month(month) => format!("m{month}"),
            Day::Year(year) => format!("y{year}"),
            Day::Weekday(weekday) => weekday.to_string(),
        });
        let time = value.time.map_or(String::new(), |time| time.format("%H:%M:%S").to_string());
        format!("{day} {time}").trim().to_owned()
    }

    #[test]
    #[rustfmt::skip]
    fn reads_values() {
        let cases = [
            ("2024-05-20", "2024-05-20"), ("2024-05-20T13:00:00Z", "2024-05-20 13:00:00"),
            ("2024-05-20T13:00:00.000+02:00", "2024-05-20 13:00:00"),
            ("2024-05-20T13:00:00-0500", "2024-05-20 13:00:00"), ("2024-05-20 13:00", "2024-05-20 13:00:00"),
            ("2024-05-20T13:00", "2024-05-20 13:00:00"), ("2024-05-20 1:30 PM", "2024-05-20 13:30:00"),
            ("2024/05/20", "2024-05-20"), ("20.05.2024", "2024-05-20"), ("03.04.2024", "2024-04-03"),
            ("05/20/2024", "2024-05-20"), ("20/05/2024", "2024-05-20"), ("03/04/2024 | 2", ""), ("05-20", "5/20"),
            ("9/12", "9/12"), ("2024-05", "2024-5"), ("13:00", "13:00:00"), ("06:00:00", "06:00:00"),
            ("3 pm", "15:00:00"), ("3:30pm", "15:30:00"), ("15h30", "15:30:00"),
            ("September 12, 2023", "2023-09-12"), ("12 Sep 2023", "2023-09-12"), ("Sept 12th", "9/12"),
            ("May", "m5"), ("march", "m3"), ("May 2024", "2024-5"), ("monday", "Mon"), ("Sat", "Sat"),
            ("Wednesday, May 15, 2024", "2024-05-15"), ("2023年9月12日", "2023-09-12"),
            ("May 20 at 5pm", "5/20 17:00:00"), ("noon", "12:00:00"),
            ("2024-05-20T13:00:00 EST", "2024-05-20 13:00:00"), ("2023", ""), ("12", ""), ("", ""),
            ("20240520", ""), ("1.2.3", ""), ("W2378156", ""), ("tomorrow", ""), ("May 20-23", ""),
            ("meet on 2024-05-20 with Bob", ""), ("2024-13-45", ""), ("Mary", ""), ("3 days", ""),
        ];
        list_wrong(&cases, |text| read_value(text).map_or(String::new(), |value| shown_value(&value)));
        let both: Vec<String> = readings("03/04/2024").iter().map(shown_value).collect();
        assert_eq!(both, ["2024-03-04", "2024-04-03"]);
        assert_eq!(readings("05/20/2024").len(), 1);
        assert_eq!((year_value("2023"), year_value("1850"), year_value("20x3")), (Some(2023), None, None));
    }
}
