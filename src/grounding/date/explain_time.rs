//! Explaining a time of day from what was mentioned.

use chrono::{NaiveTime, Timelike};

use super::heard::Heard;
use super::{Basis, Direction, Reason, What};

const DAY_SECONDS: i64 = 86_400;
const HALF_DAY: i64 = 43_200;

/// Explains a time of day from `mentions`, which stand oldest first; `now` is the time known to be the present one.
pub fn explain_time(time: NaiveTime, now: Option<NaiveTime>, mentions: &[&What]) -> Option<Reason> {
    let heard = Heard(mentions);
    let asked = second_of_day(time);
    said(heard, asked)
        .or_else(|| counted_from_now(heard, asked, now))
        .or_else(|| shifted(heard, asked))
        .or_else(|| in_part_of_day(heard, asked))
        .or_else(|| usual(heard, asked))
}

fn second_of_day(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight())
}

/// Whether a length leads from one second of a day to another.
fn leads_to(from: i64, to: i64, (seconds, direction): (i64, Direction)) -> bool {
    let length = seconds.rem_euclid(DAY_SECONDS);
    let later = direction.is_later() && (to - from).rem_euclid(DAY_SECONDS) == length;
    let earlier = direction.is_earlier() && (from - to).rem_euclid(DAY_SECONDS) == length;
    length != 0 && (later || earlier)
}

/// The seconds of the day that a mention can mean; one that may lie in either half of the day means two.
fn seconds_of(what: What) -> Option<[i64; 2]> {
    let What::Time { time, certain } = what else { return None };
    let said = second_of_day(time);
    Some([said, if certain { said } else { (said + HALF_DAY) % DAY_SECONDS }])
}

fn said(heard: Heard, asked: i64) -> Option<Reason> {
    let index = heard.latest(|what| seconds_of(what).is_some_and(|seconds| seconds.contains(&asked)))?;
    Reason::new(Basis::Stated, &[index])
}

fn counted_from_now(heard: Heard, asked: i64, now: Option<NaiveTime>) -> Option<Reason> {
    let now = second_of_day(now?);
    if now == asked {
        return Reason::new(Basis::Relative, &[]);
    }
    let lengths = heard.lengths();
    let (index, _) = lengths.iter().find(|(_, length)| leads_to(now, asked, *length))?;
    Reason::new(Basis::Relative, &[*index])
}

/// A mentioned time and a mentioned length.
fn shifted(heard: Heard, asked: i64) -> Option<Reason> {
    let lengths = heard.lengths();
    for (index, said) in heard.all(seconds_of) {
        let length = lengths.iter().find(|(_, length)| said.iter().any(|&said| leads_to(said, asked, *length)));
        if let Some((length, _)) = length {
            return Reason::new(Basis::Arithmetic, &[index, *length]);
        }
    }
    None
}

fn in_part_of_day(heard: Heard, asked: i64) -> Option<Reason> {
    let index = heard.latest(|what| {
        let What::PartOfDay { from_minute, to_minute } = what else { return false };
        let stretch = i64::from(from_minute) * 60..=i64::from(to_minute) * 60;
        stretch.contains(&asked) || stretch.contains(&(asked + DAY_SECONDS))
    })?;
    Reason::new(Basis::Range, &[index])
}

/// The ends of the day, and half an hour or an hour after a mentioned time.
fn usual(heard: Heard, asked: i64) -> Option<Reason> {
    if matches!(asked, 0 | 86_340 | 86_399) {
        return Reason::new(Basis::Default, &[]);
    }
    // Where a step was named, the time is to be that far away.
    let stepped = heard.lengths().iter().any(|(_, (seconds, direction))| {
        *seconds <= 3600 && matches!(direction, Direction::Later | Direction::Earlier)
    });
    if stepped {
        return None;
    }
    let ends = |said: i64| [1800, 3600].iter().any(|&seconds| leads_to(said, asked, (seconds, Direction::Later)));
    let index = heard.latest(|what| seconds_of(what).is_some_and(|said| said.into_iter().any(ends)))?;
    Reason::new(Basis::Default, &[index])
}

#[cfg(test)]
mod tests {
    use super::super::Basis::*;
    use super::super::testing::{clock, mentions};
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn explains_times() {
        let cases = [
            ("15:00", None, "3 pm", Some(Stated)), ("03:00", None, "3 pm", None),
            ("19:00", None, "at 7", Some(Stated)), ("07:00", None, "at 7", Some(Stated)),
            ("00:00", None, "", Some(Default)), ("23:59:59", None, "", Some(Default)), ("09:00", None, "", None),
            ("12:00", None, "", None), ("17:00", None, "3 pm for 2 hours", Some(Arithmetic)),
            ("16:00", None, "3 pm", Some(Default)), ("17:30", None, "3 pm", None),
            ("09:30", None, "in the morning", Some(Range)),
            ("15:30", Some("15:00"), "in 30 minutes", Some(Relative)), ("15:00", Some("15:00"), "", Some(Relative)),
            ("01:00", None, "11 pm for 2 hours", Some(Arithmetic)), ("21:00", None, "11 pm for 2 hours", None),
            ("09:00", None, "8 am, an hour later", Some(Arithmetic)), ("07:00", None, "8 am, an hour later", None),
            ("07:00", None, "8 am, an hour earlier", Some(Arithmetic)), ("07:00", None, "8 am", None),
            ("09:00", None, "8 am, an hour earlier", None),
            ("14:30", None, "3 pm, remind me 30 minutes before", Some(Arithmetic)),
            ("14:30", Some("15:00"), "in 30 minutes", None), ("14:30", Some("15:00"), "30 minutes ago", Some(Relative)),
            ("19:30", None, "at half seven", Some(Stated)), ("12:30", None, "at lunchtime", Some(Range)),
            ("11:00", None, "at lunchtime", None), ("14:30", None, "at lunchtime", None),
        ];
        for (time, now, text, wanted) in cases {
            let found = mentions(text);
            let whats: Vec<&What> = found.iter().map(|mention| &mention.what).collect();
            let got = explain_time(clock(time), now.map(clock), &whats).map(|reason| reason.basis);
            assert_eq!(got, wanted, "{time} {text:?}");
        }
    }
}
