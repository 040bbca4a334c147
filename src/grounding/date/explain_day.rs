//! Explaining a day from what was mentioned.

use chrono::{Datelike, NaiveDate, Weekday};

use super::calendar::{Stretch, days_between, last_of_month, nth_weekday, shift_days, shift_months, weeks_between};
use super::heard::{Heard, MOST_DISTINCT, day_of, month_of, year_of};
use super::{Basis, Day, Direction, Reason, Unit, What, Which};

const MOST_BASES: usize = 200;
/// Leaves room for the days that are counted from today.
const MOST_STATED_BASES: usize = 120;
/// How far apart in the list the two ends of a range may stand, as times may follow each day.
const MOST_BETWEEN: usize = 4;
/// How far from a mentioned day a day may be counted.
const FARTHEST: i64 = 400;
/// How often something that is done again and again is counted.
const MOST_REPEATS: i64 = 12;
/// A week; what is done every day tells no day.
const SHORTEST_SERIES: i64 = 604_800;

/// Explains a day from `mentions`, which stand oldest first; `today` is the date known to be today.
pub fn explain_day(day: &Day, today: Option<NaiveDate>, mentions: &[&What]) -> Option<Reason> {
    let asked = Context { heard: Heard(mentions), today };
    match *day {
        Day::Full(date) => asked.explain_date(date),
        Day::MonthDay { month, day } => asked.explain_month_day(month, day),
        Day::YearMonth { year, month } => asked.explain_month(month, Some(year)),
        Day::Month(month) => asked.explain_month(month, None),
        Day::Year(year) => asked.explain_year(year),
        Day::Weekday(weekday) => asked.explain_weekday(weekday),
    }
}

/// What a day may follow from.
#[derive(Clone, Copy)]
struct Context<'a> {
    heard: Heard<'a>,
    today: Option<NaiveDate>,
}

/// A calendar day, the strongest reasons first.
impl Context<'_> {
    fn explain_date(self, date: NaiveDate) -> Option<Reason> {
        if let Some(index) = self.heard.latest(|what| what == What::Day(date)) {
            return Reason::new(Basis::Stated, &[index]);
        }
        let boundary = self.boundary(date);
        let assumed = boundary.clone().filter(|reason| reason.basis == Basis::YearAssumed);
        let yearless = [self.without_year(date), self.day_of_named_month(date), assumed, self.weekday_of_month(date)];
        if let Some(reason) = yearless.into_iter().flatten().min_by_key(|reason| reason.basis) {
            return Some(reason);
        }
        let counted = match self.today {
            Some(today) => self.relative(date, today),
            None => self.today_assumed(date),
        };
        if counted.is_some() {
            return counted;
        }
        let bases = self.bases(date);
        self.arithmetic(date, &bases)
            .or_else(|| self.in_series(date, &bases))
            .or_else(|| self.between(date))
            .or_else(|| self.inside_span(date))
            .or_else(|| self.middle_of_month(date))
            .or(boundary)
            .or_else(|| self.near(date, &bases))
    }

    /// How well the year of a date is known that was said without it, and the mention that tells it.
    fn year_basis(self, date: NaiveDate) -> Option<(Basis, Option<usize>)> {
        let gap = |year: i32| (i64::from(date.year()) - i64::from(year)).abs();
        if let Some(today) = self.today {
            let upcoming = date >= today && shift_months(today, 12).is_some_and(|limit| date < limit);
            if date.year() == today.year() || upcoming {
                return Some((Basis::YearKnown, None));
            }
        }
        if let Some(index) = self.names_year(date.year()) {
            return Some((Basis::YearKnown, Some(index)));
        }
        let nearest = match self.today {
            Some(today) => Some(gap(today.year())),
            None => self.heard.all(year_of).map(|(_, year)| gap(year)).min(),
        };
        nearest.is_none_or(|gap| gap <= 1).then_some((Basis::YearAssumed, None))
    }

    fn names_year(self, year: i32) -> Option<usize> {
        self.heard.latest(|what| year_of(what) == Some(year))
    }

    /// "May 20" without its year.
    fn without_year(self, date: NaiveDate) -> Option<Reason> {
        let said = What::MonthDay { month: date.month(), day: date.day() };
        let index = self.heard.latest(|what| what == said)?;
        let (basis, year) = self.year_basis(date)?;
        let mentions: Vec<usize> = [index].into_iter().chain(year).collect();
        Reason::new(basis, &mentions)
    }

    /// "the 15th" where the month was named elsewhere.
    fn day_of_named_month(self, date: NaiveDate) -> Option<Reason> {
        let index = self.heard.latest(|what| what == What::DayOfMonth(date.day()))?;
        let (month, year) = self.said_month(date.month(), Some(date.year()))?;
        let basis = if year.is_some() { Basis::YearKnown } else { self.year_basis(date)?.0 };
        Reason::new(basis, &[index, month])
    }

    /// "the first Monday in April".
    fn weekday_of_month(self, date: NaiveDate) -> Option<Reason> {
        let index = self.heard.latest(|what| match what {
            What::NthWeekday { nth, weekday, month } => nth_weekday(date.year(), month, weekday, nth) == Some(date),
            _ => false,
        })?;
        let (basis, year) = self.year_basis(date)?;
        let basis = if basis == Basis::YearKnown { Basis::Relative } else { basis };
        let mentions: Vec<usize> = [index].into_iter().chain(year).collect();
        Reason::new(basis, &mentions)
    }

    /// "mid-April".
    fn middle_of_month(self, date: NaiveDate) -> Option<Reason> {
        let index = self.heard.latest(|what| match what {
            What::MidMonth { month, year } => month == date.month() && year.is_none_or(|year| year == date.year()),
            _ => false,
        })?;
        let (basis, _) = self.year_basis(date).filter(|_| (10..=20).contains(&date.day()))?;
        Reason::new(if basis == Basis::YearKnown { Basis::Around } else { basis }, &[index])
    }

    /// A mention of a month, by itself or with a day; preferably one with its year.
    fn said_month(self, month: u32, year: Option<i32>) -> Option<(usize, Option<i32>)> {
        let fits = move |what: What| {
            let (named, of) = month_of(what)?;
            (named == month && (of.is_none() || year.is_none() || of == year)).then_some(of)
        };
        self.heard.all(fits).find(|(_, of)| of.is_some()).or_else(|| self.heard.all(fits).next())
    }

    /// A day counted from today: "tomorrow", "next Monday", "the 15th", "last week".
    fn relative(self, date: NaiveDate, today: NaiveDate) -> Option<Reason> {
        let away = days_between(today, date);
        let near = (-31..=62).contains(&away);
        let offset = || self.heard.latest(|what| matches!(what, What::Offset { days } if i64::from(days) == away));
        let weekday = || {
            self.heard.latest(|what| match what {
                What::Weekday { weekday, which } => weekday == date.weekday() && is_near_enough(which, today, date),
                _ => false,
            })
        };
        let day = || self.heard.latest(|what| near && what == What::DayOfMonth(date.day()));
        let span = || self.heard.span(today, |stretch| stretch.points_to(date));
        match offset().or_else(weekday).or_else(day).or_else(span) {
            Some(index) => Reason::new(Basis::Relative, &[index]),
            None if away == 0 => Reason::new(Basis::Relative, &[]),
            None => None,
        }
    }

    /// What would be counted from today if it were known.
    fn today_assumed(self, date: NaiveDate) -> Option<Reason> {
        let offset = || self.heard.latest(|what| matches!(what, What::Offset { .. }));
        let weekday =
            || self.heard.latest(|what| matches!(what, What::Weekday { weekday, .. } if weekday == date.weekday()));
        let span = || self.heard.latest(|what| matches!(what, What::Span { unit, .. } if could_be_end(unit, date)));
        let index = offset().or_else(weekday).or_else(span)?;
        Reason::new(Basis::TodayAssumed, &[index])
    }

    /// Some day of a span that is counted from today.
    fn inside_span(self, date: NaiveDate) -> Option<Reason> {
        let index = self.heard.span(self.today?, |stretch| stretch.contains(date))?;
        Reason::new(Basis::Range, &[index])
    }

    /// The first or last day of a month, a quarter or a year.
    fn boundary(self, date: NaiveDate) -> Option<Reason> {
        let first = date.day() == 1;
        let last = last_of_month(date.year(), date.month()) == Some(date);
        // Whether a stretch of so many months may begin or end with the date.
        let bounds = |months: u32| {
            (first && (date.month() - 1).is_multiple_of(months)) || (last && date.month().is_multiple_of(months))
        };
        if !bounds(1) {
            return None;
        }
        let ends = |what: What| match what {
            What::Month { month, year } => (month == date.month()).then_some(year),
            What::Quarter { quarter, year } => (quarter == date.month().div_ceil(3) && bounds(3)).then_some(year),
            What::Year(year) => bounds(12).then_some(Some(year)),
            _ => None,
        };
        let fits = |what: What| ends(what).filter(|year| year.is_none_or(|year| year == date.year()));
        let index = self.heard.latest(|what| fits(what).is_some())?;
        let (basis, year) = match self.heard.0.get(index).and_then(|what| year_of(**what)) {
            Some(_) => (Basis::YearKnown, None),
            None => self.year_basis(date)?,
        };
        let basis = if basis == Basis::YearKnown { Basis::Boundary } else { basis };
        let mentions: Vec<usize> = [index].into_iter().chain(year).collect();
        Reason::new(basis, &mentions)
    }
}

/// Days that follow from other days.
impl Context<'_> {
    /// Days that mentions stand for, each once with the latest mention of it.
    fn bases(self, date: NaiveDate) -> Vec<(usize, NaiveDate)> {
        let mut bases = self.heard.distinct(MOST_STATED_BASES, |what| match what {
            What::Day(day) => Some(day),
            _ => None,
        });
        let said = self.heard.distinct(MOST_DISTINCT, |what| day_of(what).filter(|(.., year)| year.is_none()));
        let likely = self.today.unwrap_or(date).year();
        let years = || [Some(likely), likely.checked_add(1), likely.checked_sub(1)].into_iter().flatten();
        for (index, (month, day, _)) in said {
            for year in years() {
                let base = NaiveDate::from_ymd_opt(year, month, day).filter(|base| self.may_count_from(*base));
                add_base(&mut bases, index, base);
            }
        }
        let nth = self.heard.distinct(MOST_DISTINCT, |what| match what {
            What::NthWeekday { nth, weekday, month } => Some((nth, weekday, month)),
            _ => None,
        });
        for (index, (nth, weekday, month)) in nth {
            for year in years() {
                let base = nth_weekday(year, month, weekday, nth).filter(|base| self.may_count_from(*base));
                add_base(&mut bases, index, base);
            }
        }
        if let Some((index, base)) = self.composed() {
            add_base(&mut bases, index, Some(base));
        }
        if let Some(today) = self.today {
            self.add_relative_bases(&mut bases, today);
        }
        bases
    }

    /// Whether the year of a day that was said without it is sure enough to count from that day.
    fn may_count_from(self, base: NaiveDate) -> bool {
        self.year_basis(base).is_some_and(|(basis, _)| self.today.is_none() || basis == Basis::YearKnown)
    }

    /// The latest day of a month, the latest month and the latest year, put together.
    fn composed(self) -> Option<(usize, NaiveDate)> {
        let (index, day) = self
            .heard
            .all(|what| match what {
                What::DayOfMonth(day) => Some(day),
                _ => None,
            })
            .next()?;
        let months = |what| month_of(what).filter(|_| !matches!(what, What::Day(_)));
        let years = |what| year_of(what).filter(|_| !matches!(what, What::Day(_)));
        let (_, (month, _)) = self.heard.all(months).next()?;
        let (_, year) = self.heard.all(years).next()?;
        Some((index, NaiveDate::from_ymd_opt(year, month, day)?))
    }

    /// Days that are counted from today.
    fn add_relative_bases(self, bases: &mut Vec<(usize, NaiveDate)>, today: NaiveDate) {
        for (index, what) in self.heard.all(Some) {
            if bases.len() >= MOST_BASES {
                break;
            }
            match what {
                What::Offset { days } => add_base(bases, index, shift_days(today, i64::from(days))),
                What::Weekday { weekday, which } => {
                    for base in (-14..=20).filter_map(|away| shift_days(today, away)) {
                        let fits = base.weekday() == weekday && is_near_enough(which, today, base);
                        add_base(bases, index, Some(base).filter(|_| fits));
                    }
                }
                What::DayOfMonth(day) => {
                    for months in 0..=1 {
                        add_base(bases, index, shift_months(today, months).and_then(|near| near.with_day(day)));
                    }
                }
                _ => {}
            }
        }
    }

    /// A mentioned day and a mentioned length.
    fn arithmetic(self, date: NaiveDate, bases: &[(usize, NaiveDate)]) -> Option<Reason> {
        let mut lengths = self.heard.lengths();
        lengths.retain(|(_, length)| !is_series(*length));
        let elsewhere = self.today.filter(|_| self.begins_elsewhere());
        let near = || bases.iter().filter(|(_, base)| (1..=FARTHEST).contains(&days_between(*base, date).abs()));
        for &(index, base) in near() {
            let fits = |length: (i64, Direction)| {
                leads_to(base, date, length)
                    && !self.is_same_offset(index, length.0)
                    && (length.1 != Direction::Unsaid || Some(base) != elsewhere)
            };
            if let Some((length, _)) = lengths.iter().find(|(_, length)| fits(*length)) {
                return Reason::new(Basis::Arithmetic, &[index, *length]);
            }
        }
        // Five days from May 20 on may also end with May 24, when the first day counts.
        let next = date.succ_opt()?;
        near().filter(|(_, base)| *base < date && Some(*base) != elsewhere).find_map(|&(index, base)| {
            let fits = |(seconds, direction): (i64, Direction)| {
                matches!(direction, Direction::Unsaid | Direction::Either) && is_later_by(base, next, seconds)
            };
            let (length, _) = lengths.iter().find(|(_, length)| fits(*length))?;
            Reason::new(Basis::Arithmetic, &[index, *length])
        })
    }

    /// Whether other days than today were said and today was not, so that "4 nights" do not begin today.
    fn begins_elsewhere(self) -> bool {
        let other = |what| match what {
            What::Day(day) => Some(day) != self.today,
            What::Offset { days } => days != 0,
            _ => matches!(what, What::MonthDay { .. } | What::Weekday { .. } | What::DayOfMonth(_)),
        };
        self.heard.latest(other).is_some() && self.heard.latest(|what| what == What::Offset { days: 0 }).is_none()
    }

    /// Whether a mention counts the same length from today, as "in 3 days" is both.
    fn is_same_offset(self, index: usize, seconds: i64) -> bool {
        matches!(self.heard.0.get(index), Some(What::Offset { days }) if i64::from(*days) * 86_400 == seconds)
    }

    /// What is done again and again: its mention, its seconds, and its weekday where one is named.
    fn series(self) -> Vec<(usize, i64, Option<Weekday>)> {
        let mut kept: Vec<(usize, i64, Option<Weekday>)> = Vec::new();
        let lengths = self.heard.all(|what| match what {
            What::Duration { seconds, direction } if is_series((seconds, direction)) => Some(seconds),
            _ => None,
        });
        for (index, seconds) in lengths {
            let weekday = match index.checked_sub(1).and_then(|before| self.heard.0.get(before)) {
                Some(What::Weekday { weekday, .. }) => Some(*weekday),
                _ => None,
            };
            let known = kept.iter().any(|&(_, of, on)| (of, on) == (seconds, weekday));
            if !known && kept.len() < MOST_DISTINCT {
                kept.push((index, seconds, weekday));
            }
        }
        kept
    }

    /// A later day of a series that a mentioned day begins, as "every week".
    fn in_series(self, date: NaiveDate, bases: &[(usize, NaiveDate)]) -> Option<Reason> {
        for (every, seconds, weekday) in self.series() {
            if weekday.is_some_and(|weekday| weekday != date.weekday()) {
                continue;
            }
            let fits = |base: NaiveDate| {
                (1..=FARTHEST).contains(&days_between(base, date))
                    && (1..=MOST_REPEATS).any(|times| is_later_by(base, date, seconds.saturating_mul(times)))
            };
            if let Some((index, _)) = bases.iter().find(|(_, base)| fits(*base)) {
                return Reason::new(Basis::Arithmetic, &[*index, every]);
            }
        }
        None
    }

    /// Between two days that were mentioned one after the other.
    fn between(self, date: NaiveDate) -> Option<Reason> {
        let said: Vec<_> = self.heard.all(day_of).collect();
        for pair in said.windows(2) {
            let [(late_at, late), (early_at, early)] = pair else { continue };
            let is_today = |at: usize| self.heard.0.get(at).copied().copied() == self.today.map(What::Day);
            if late_at - early_at > MOST_BETWEEN || is_today(*late_at) || is_today(*early_at) {
                continue;
            }
            let year = late.2.or(early.2).unwrap_or(self.today.unwrap_or(date).year());
            for year in [Some(year), year.checked_add(1)].into_iter().flatten() {
                let from = NaiveDate::from_ymd_opt(early.2.unwrap_or(year), early.0, early.1);
                let to = NaiveDate::from_ymd_opt(late.2.unwrap_or(year), late.0, late.1);
                let (Some(from), Some(to)) = (from, to) else { continue };
                if from < date && date < to && days_between(from, to) <= 31 {
                    return Reason::new(Basis::Range, &[*early_at, *late_at]);
                }
            }
        }
        None
    }

    /// A few days beside a mentioned day, where something near was asked for.
    fn near(self, date: NaiveDate, bases: &[(usize, NaiveDate)]) -> Option<Reason> {
        let around = self.heard.latest(|what| what == What::Around)?;
        let (index, _) = bases.iter().find(|(_, base)| days_between(*base, date).abs() <= 3)?;
        Reason::new(Basis::Around, &[*index, around])
    }
}

/// Parts of a date.
impl Context<'_> {
    fn explain_month_day(self, month: u32, day: u32) -> Option<Reason> {
        let same = |what| day_of(what).is_some_and(|said| (said.0, said.1) == (month, day));
        if let Some(index) = self.heard.latest(same) {
            return Reason::new(Basis::Stated, &[index]);
        }
        let dates = self.likely_years().into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
        dates.filter_map(|date| self.explain_date(date)).min_by_key(|reason| reason.basis)
    }

    /// Years in which a day without a year may lie, the likeliest first.
    fn likely_years(self) -> Vec<i32> {
        let mut years = Vec::new();
        if let Some(today) = self.today.map(|today| today.year()) {
            years.extend([Some(today), today.checked_add(1), today.checked_sub(1)].into_iter().flatten());
        }
        for (_, year) in self.heard.distinct(5, year_of) {
            if !years.contains(&year) && years.len() < 5 {
                years.push(year);
            }
        }
        // Without any hint a leap year will do, as only the day and the month matter.
        if years.is_empty() { vec![2024] } else { years }
    }

    /// A month that was said, or is counted from today, or belongs to a longer time.
    fn explain_month(self, month: u32, year: Option<i32>) -> Option<Reason> {
        if let Some((index, named)) = self.said_month(month, year) {
            let basis = match year {
                Some(year) if named.is_none() => self.month_year_basis(year, month)?,
                _ => Basis::Stated,
            };
            return Reason::new(basis, &[index]);
        }
        let offset = |what| matches!(what, What::Offset { .. });
        let counted = match self.today {
            Some(today) => self.month_from_today(month, year, today),
            None => self
                .heard
                .latest(|what| matches!(what, What::Span { unit: Unit::Month, .. }))
                .or_else(|| self.heard.latest(offset))
                .and_then(|index| Reason::new(Basis::TodayAssumed, &[index])),
        };
        counted.or_else(|| self.month_of_longer(month, year))
    }

    /// "last month", or the month of "tomorrow" or of today.
    fn month_from_today(self, month: u32, year: Option<i32>, today: NaiveDate) -> Option<Reason> {
        let fits = |date: NaiveDate| date.month() == month && year.is_none_or(|year| year == date.year());
        let index = self.heard.latest(|what| match what {
            What::Span { unit, from, to } if unit != Unit::Year => {
                Stretch::new(unit, from, to, today).is_some_and(|stretch| fits(stretch.first) || fits(stretch.last))
            }
            What::Offset { days } => shift_days(today, i64::from(days)).is_some_and(fits),
            _ => false,
        });
        match index {
            Some(index) => Reason::new(Basis::Relative, &[index]),
            None if fits(today) => Reason::new(Basis::Relative, &[]),
            None => None,
        }
    }

    /// How well the year of a month is known, by its first or its last day.
    fn month_year_basis(self, year: i32, month: u32) -> Option<Basis> {
        let ends = [NaiveDate::from_ymd_opt(year, month, 1)?, last_of_month(year, month)?];
        ends.into_iter().filter_map(|end| self.year_basis(end)).map(|(basis, _)| basis).min()
    }

    /// A month that begins or ends a mentioned year or lies in a mentioned quarter.
    fn month_of_longer(self, month: u32, year: Option<i32>) -> Option<Reason> {
        let index = self.heard.latest(|what| match what {
            What::Quarter { quarter, year: of } => {
                quarter == month.div_ceil(3) && (of.is_none() || year.is_none() || of == year)
            }
            What::Year(named) => Some(named) == year && matches!(month, 1 | 12),
            _ => false,
        })?;
        Reason::new(Basis::Boundary, &[index])
    }

    /// A year that was said, is counted from today, or that of a day to come.
    fn explain_year(self, year: i32) -> Option<Reason> {
        if let Some(index) = self.names_year(year) {
            return Reason::new(Basis::Stated, &[index]);
        }
        let Some(today) = self.today else {
            let index = self.heard.latest(|what| matches!(what, What::Span { unit: Unit::Year, .. }))?;
            return Reason::new(Basis::TodayAssumed, &[index]);
        };
        let in_span = self.heard.span(today, |stretch| stretch.first.year() == year || stretch.last.year() == year);
        if let Some(index) = in_span {
            return Reason::new(Basis::Relative, &[index]);
        }
        if year == today.year() {
            return Reason::new(Basis::Relative, &[]);
        }
        // Only a day to come can lie in another year without being said so.
        let to_come = |date: NaiveDate| date >= today && self.year_basis(date) == Some((Basis::YearKnown, None));
        let index = self.heard.latest(|what| match what {
            What::MonthDay { month, day } => NaiveDate::from_ymd_opt(year, month, day).is_some_and(to_come),
            _ => false,
        })?;
        Reason::new(Basis::YearKnown, &[index])
    }

    /// A weekday that was said, or that of a day that was said.
    fn explain_weekday(self, weekday: Weekday) -> Option<Reason> {
        let named = |what| match what {
            What::Weekday { weekday: named, .. } | What::NthWeekday { weekday: named, .. } => named == weekday,
            _ => false,
        };
        if let Some(index) = self.heard.latest(named) {
            return Reason::new(Basis::Stated, &[index]);
        }
        let falls = |what| matches!(what, What::Day(date) if date.weekday() == weekday);
        if let Some(index) = self.heard.latest(falls) {
            return Reason::new(Basis::YearKnown, &[index]);
        }
        let Some(today) = self.today else {
            let index = self.heard.latest(|what| matches!(what, What::Offset { .. }))?;
            return Reason::new(Basis::TodayAssumed, &[index]);
        };
        match self.bases(today).iter().find(|(_, date)| date.weekday() == weekday) {
            Some((index, _)) => Reason::new(Basis::Relative, &[*index]),
            None if today.weekday() == weekday => Reason::new(Basis::Relative, &[]),
            None => None,
        }
    }
}

fn add_base(bases: &mut Vec<(usize, NaiveDate)>, index: usize, base: Option<NaiveDate>) {
    let Some(base) = base else { return };
    if bases.len() < MOST_BASES && !bases.iter().any(|(_, known)| *known == base) {
        bases.push((index, base));
    }
}

/// Whether a day can be the weekday that is meant.
fn is_near_enough(which: Which, today: NaiveDate, date: NaiveDate) -> bool {
    let away = days_between(today, date);
    match which {
        Which::Plain => (-7..=13).contains(&away),
        Which::This => (-6..=7).contains(&away),
        Which::Next => (1..=14).contains(&away),
        Which::Last => (-13..=-1).contains(&away),
        Which::AfterNext => (8..=20).contains(&away),
        Which::OfWeek(weeks) => {
            // Weeks may also begin with the Sunday before.
            let of_week = |date: NaiveDate| weeks_between(today, date) == Some(i64::from(weeks));
            of_week(date) || (date.weekday() == Weekday::Sun && date.succ_opt().is_some_and(of_week))
        }
    }
}

/// Whether a day may be an end of a span whose present nobody gave.
fn could_be_end(unit: Unit, date: NaiveDate) -> bool {
    let month_end = last_of_month(date.year(), date.month()) == Some(date);
    match unit {
        Unit::Day | Unit::Week => true,
        Unit::Weekend => matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        Unit::Month => date.day() == 1 || month_end,
        Unit::Year => (date.month() == 1 && date.day() == 1) || (date.month() == 12 && date.day() == 31),
    }
}

fn is_series((seconds, direction): (i64, Direction)) -> bool {
    direction == Direction::Every && seconds >= SHORTEST_SERIES
}

/// Whether a length leads from one day to another.
fn leads_to(from: NaiveDate, to: NaiveDate, (seconds, direction): (i64, Direction)) -> bool {
    let later = direction.is_later() && from < to && is_later_by(from, to, seconds);
    later || (direction.is_earlier() && to < from && is_later_by(to, from, seconds))
}

/// Whether a day comes after another by a length of whole days, or by its months or years on the calendar.
fn is_later_by(from: NaiveDate, to: NaiveDate, seconds: i64) -> bool {
    if seconds <= 0 || seconds % 86_400 != 0 {
        return false;
    }
    let days = seconds / 86_400;
    if days == days_between(from, to) {
        return true;
    }
    let months = if days % 365 == 0 { days / 365 * 12 } else { days / 30 };
    let by_calendar = days % 365 == 0 || days % 30 == 0;
    by_calendar && (shift_months(from, months) == Some(to) || shift_months(to, -months) == Some(from))
}

#[cfg(test)]
mod tests {
    use super::super::Basis::*;
    use super::super::testing::{date, mentions};
    use super::*;

    fn reason_of(day: Day, today: Option<&str>, text: &str) -> Option<Reason> {
        let found = mentions(text);
        let whats: Vec<&What> = found.iter().map(|mention| &mention.what).collect();
        explain_day(&day, today.map(date), &whats)
    }

    fn basis(day: &str, today: Option<&str>, text: &str) -> Option<Basis> {
        reason_of(Day::Full(date(day)), today, text).map(|reason| reason.basis)
    }

    const TWO_DAYS_AFTER: &str = "next month November on two days after close of the 14th day in the year 2026";

    #[test]
    #[rustfmt::skip]
    fn explains_days() {
        let known = Some("2024-05-15");
        let cases = [
            ("2024-05-20", None, "on 2024-05-20", Some(Stated)), ("2024-05-20", known, "May 20", Some(YearKnown)),
            ("2025-03-20", known, "March 20", Some(YearKnown)), ("2023-05-20", known, "May 20", Some(YearAssumed)),
            ("2020-05-20", known, "May 20", None), ("2020-05-20", known, "May 20, back in 2020.", Some(YearKnown)),
            ("2024-05-20", None, "May 20", Some(YearAssumed)),
            ("2024-05-20", None, "May 20, and 2024-01-01", Some(YearKnown)),
            ("2024-05-15", known, "hello", Some(Relative)), ("2024-05-16", known, "tomorrow", Some(Relative)),
            ("2024-05-17", known, "tomorrow", None), ("2024-05-18", known, "tomorrow", None),
            ("2024-05-16", None, "tomorrow", Some(TodayAssumed)),
            ("2024-05-20", known, "next Monday", Some(Relative)), ("2024-05-21", known, "next Monday", None),
            ("2024-05-20", None, "next Monday", Some(TodayAssumed)), ("2024-05-21", None, "next Monday", None),
            ("2024-05-22", known, "next week", Some(Relative)),
            ("2024-05-18", known, "this weekend", Some(Relative)), ("2024-05-17", known, "this weekend", None),
            ("2024-04-01", known, "last month", Some(Relative)),
            ("2024-04-30", known, "last month", Some(Relative)), ("2024-04-17", known, "last month", Some(Range)),
            ("2024-04-17", None, "last month", None), ("2024-04-01", None, "last month", Some(TodayAssumed)),
            ("2024-05-08", known, "past 7 days", Some(Relative)),
            ("2024-05-09", known, "past 7 days", Some(Relative)),
            ("2024-02-15", known, "last 3 months", Some(Relative)),
            ("2024-06-03", known, "on the 3rd", Some(Relative)), ("2024-09-03", known, "on the 3rd", None),
            ("2024-09-03", known, "in September, on the 3rd", Some(YearKnown)),
            ("2024-09-03", None, "in September, on the 3rd", Some(YearAssumed)),
            ("2024-05-24", known, "May 20 for 4 nights", Some(Arithmetic)),
            ("2024-05-24", None, "2024-05-20, 4 nights", Some(Arithmetic)),
            ("2024-05-25", None, "2024-05-20, 4 nights", None),
            ("2024-08-20", None, "2024-05-20, 3 months", Some(Arithmetic)),
            ("2024-05-21", None, "2024-05-20 and the next day", Some(Arithmetic)),
            ("2024-06-03", None, "2024-05-20, weekly", Some(Arithmetic)),
            ("2024-05-22", None, "2024-05-20 to 2024-05-24", Some(Range)),
            ("2024-05-22", known, "May 20 to May 24", Some(Range)),
            ("2024-05-26", None, "2024-05-20 to 2024-05-24", None),
            ("2024-05-01", None, "in May 2024", Some(Boundary)),
            ("2024-05-31", None, "in May 2024", Some(Boundary)), ("2024-05-17", None, "in May 2024", None),
            ("2024-09-30", known, "September", Some(Boundary)),
            ("2024-09-30", None, "September", Some(YearAssumed)), ("2020-01-01", None, "in 2020", Some(Boundary)),
            ("2020-06-30", None, "Q2 2020", Some(Boundary)), ("2020-05-30", None, "Q2 2020", None),
            ("2024-05-22", None, "2024-05-20, flexible", Some(Around)),
            ("2024-05-24", None, "2024-05-20, flexible", None), ("2024-05-24", None, "nothing", None),
            ("2024-05-24", None, "from 2024-05-20, 5 days", Some(Arithmetic)),
            ("2024-05-16", None, "from 2024-05-20, 5 days", None),
            ("2024-06-30", None, "from 2024-06-01, a month", Some(Arithmetic)),
            ("2026-11-15", None, "the 15th of the year 2026's eleventh month", Some(YearKnown)),
            ("2026-11-16", None, TWO_DAYS_AFTER, Some(Arithmetic)),
            ("2026-11-16", Some("2026-10-05"), TWO_DAYS_AFTER, Some(Arithmetic)),
            ("2026-11-18", None, TWO_DAYS_AFTER, None),
        ];
        let wrong: Vec<String> = cases
            .iter()
            .map(|(day, today, text, wanted)| (day, text, wanted, basis(day, *today, text)))
            .filter(|(_, _, wanted, got)| got != *wanted)
            .map(|(day, text, wanted, got)| format!("{day} {text:?}: wanted {wanted:?}, got {got:?}"))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    #[rustfmt::skip]
    fn counts_in_the_direction_that_is_said() {
        let known = Some("2025-03-12");
        let cases = [
            ("2025-03-11", "Today is 2025-03-12. A table tomorrow.", None),
            ("2025-03-14", "Today is 2025-03-12. A table tomorrow.", None),
            ("2025-03-20", "Today is Wednesday, 2025-03-12. Tomorrow.", None),
            ("2025-03-13", "Today is 2025-03-12. A table tomorrow.", Some(Relative)),
            ("2025-03-15", "Today is 2025-03-12. In 3 days.", Some(Relative)),
            ("2025-03-09", "Today is 2025-03-12. In 3 days.", None),
            ("2025-03-18", "Today is 2025-03-12. In 3 days.", None),
            ("2025-03-09", "Today is 2025-03-12. 3 days ago.", Some(Relative)),
            ("2025-04-30", "On 2025-05-01. The day before.", Some(Arithmetic)),
            ("2025-05-02", "On 2025-05-01. The day before.", None),
            ("2025-04-30", "On 2025-05-01. The day after.", None),
            ("2025-05-02", "On 2025-05-01. The next day.", Some(Arithmetic)),
            ("2025-05-08", "A week later than 2025-05-01", Some(Arithmetic)),
            ("2025-05-07", "A week later than 2025-05-01", None),
            ("2025-05-15", "A week later than 2025-05-01", None),
            ("2025-04-24", "A week later than 2025-05-01", None),
            ("2025-04-24", "A week earlier than 2025-05-01", Some(Arithmetic)),
            ("2025-05-08", "A week earlier than 2025-05-01", None),
            ("2025-05-29", "2025-05-01 and every week from then", Some(Arithmetic)),
            ("2025-05-22", "each Thursday, from 2025-05-01", Some(Arithmetic)),
            ("2025-05-21", "each Thursday, from 2025-05-01", None),
            ("2025-04-07", "from April 3 for 4 nights", Some(Arithmetic)),
            ("2025-04-06", "from April 3 for 4 nights", Some(Arithmetic)),
            ("2025-03-30", "from April 3 for 4 nights", None), ("2025-04-08", "from April 3 for 4 nights", None),
            ("2025-03-30", "Today is 2025-03-12. From April 3 for 4 nights", None),
            ("2025-03-16", "It is 2025-03-12. From April 3 for 4 nights", None),
            ("2025-03-16", "It is 2025-03-12. From today for 4 nights. Not April 3", Some(Arithmetic)),
            ("2025-03-16", "It is 2025-03-12. 4 nights", Some(Arithmetic)),
            ("2025-03-19", "Today is 2025-03-12. Each Monday", None),
            ("2025-03-31", "Today is 2025-03-12. Each Monday", Some(Arithmetic)),
            ("2025-03-31", "Today is 2025-03-12. Mondays and Wednesdays", Some(Arithmetic)),
            ("2025-04-02", "Today is 2025-03-12. Mondays and Wednesdays", Some(Arithmetic)),
            ("2025-04-01", "Today is 2025-03-12. Mondays and Wednesdays", None),
            ("2025-03-18", "Today is 2025-03-12. Daily.", None),
            ("2025-03-31", "arrive 3 days before April 3", Some(Arithmetic)),
            ("2025-04-06", "arrive 3 days before April 3", None),
            ("2025-03-31", "before the 2025-04-03 deadline, by 3 days", Some(Arithmetic)),
        ];
        for (day, text, wanted) in cases {
            assert_eq!(basis(day, known, text), wanted, "{day} {text:?}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn explains_days_of_weeks_and_months() {
        let known = Some("2025-03-12");
        let cases = [
            ("2025-03-18", known, "Tuesday next week", Some(Relative)),
            ("2025-03-20", known, "Tuesday next week", None), ("2025-03-25", known, "Tuesday next week", None),
            ("2025-03-23", known, "Sunday of next week", Some(Relative)),
            ("2025-03-29", known, "the Saturday after next", Some(Relative)),
            ("2025-03-15", known, "the Saturday after next", None),
            ("2025-03-26", known, "the week after next", Some(Relative)),
            ("2025-04-07", known, "the first Monday in April", Some(Relative)),
            ("2025-04-14", known, "the first Monday in April", None),
            ("2025-05-30", known, "the last Friday of May", Some(Relative)),
            ("2025-05-30", None, "the last Friday of May", Some(YearAssumed)),
            ("2025-05-30", None, "the last Friday of May 2025", Some(Stated)),
            ("2025-04-09", known, "2 nights from the first Monday in April", Some(Arithmetic)),
            ("2025-04-15", known, "in mid-April", Some(Around)), ("2025-04-21", known, "in mid-April", None),
            ("2025-04-15", known, "in April", None), ("2025-12-25", known, "on Christmas Day", Some(YearKnown)),
            ("2026-02-14", known, "on Valentine's Day", Some(YearKnown)),
            ("2025-12-31", known, "on New Year's Eve", Some(YearKnown)),
            ("2025-03-13", known, "कल", Some(Relative)), ("2025-03-11", known, "कल", None),
        ];
        for (day, today, text, wanted) in cases {
            assert_eq!(basis(day, today, text), wanted, "{day} {text:?}");
        }
    }

    #[test]
    fn names_the_mentions_it_rests_on() {
        let reason = reason_of(Day::Full(date("2024-05-24")), None, "2024-05-20, for 4 nights").unwrap();
        assert_eq!(reason, Reason { basis: Basis::Arithmetic, mentions: vec![0, 1] });
        let later = reason_of(Day::Full(date("2024-05-20")), None, "2024-05-20 or 2024-05-20").unwrap();
        assert_eq!(later.mentions, [1]);
    }

    #[test]
    #[rustfmt::skip]
    fn explains_parts_of_days() {
        let known = Some("2024-05-15");
        let cases = [
            (Day::MonthDay { month: 5, day: 20 }, None, "May 20, 2023", Some(Stated)),
            (Day::MonthDay { month: 5, day: 16 }, known, "tomorrow", Some(Relative)),
            (Day::MonthDay { month: 7, day: 16 }, known, "tomorrow", None),
            (Day::Month(5), known, "", Some(Relative)), (Day::Month(6), known, "", None),
            (Day::Month(6), None, "June 3", Some(Stated)), (Day::Month(4), known, "last month", Some(Relative)),
            (Day::YearMonth { year: 2024, month: 6 }, known, "in June", Some(YearKnown)),
            (Day::YearMonth { year: 2024, month: 6 }, None, "June 2024", Some(Stated)),
            (Day::YearMonth { year: 2031, month: 6 }, known, "in June", None),
            (Day::Year(2024), known, "", Some(Relative)), (Day::Year(2023), known, "last year", Some(Relative)),
            (Day::Year(2019), known, "last year", None), (Day::Year(2019), None, "2019-02-03", Some(Stated)),
            (Day::Weekday(Weekday::Mon), None, "on Monday", Some(Stated)),
            (Day::Weekday(Weekday::Thu), known, "tomorrow", Some(Relative)),
            (Day::Weekday(Weekday::Sun), known, "tomorrow", None),
        ];
        for (day, today, text, wanted) in cases {
            assert_eq!(reason_of(day, today, text).map(|reason| reason.basis), wanted, "{day:?} {text:?}");
        }
    }
}
