//! Chinese, Japanese and Korean, which need no blanks between words.

use foldhash::{HashMap, HashMapExt};
use std::sync::LazyLock;

use chrono::Weekday::{self, Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use chrono::{NaiveDate, NaiveTime};

use super::super::calendar::is_month_day;
use super::super::words::Length;
use super::super::{Direction, Unit, What, Which};
use super::Scanner;
use super::reader::Run;

/// What a group of signs says.
#[derive(Clone, Copy)]
enum Sign {
    Days(i32),
    DaysPart(i32, u32, u32),
    Span(Unit, i32),
    /// "week", which may come before a weekday.
    Week(Which),
    Weekday(Weekday),
    Part(u32, u32),
    Hour(u32),
    Around,
}

/// Groups of signs between bars, by what they say.
const SIGNS: &[(Sign, &str)] = &[
    (Sign::Days(3), "大后天|大後天|글피"),
    (Sign::Days(2), "后天|後天|明後日|모레"),
    (Sign::Days(1), "明日|明天|내일"),
    (Sign::Days(0), "今天|今日|本日|现在|오늘|지금"),
    (Sign::Days(-1), "昨天|昨日|어제"),
    (Sign::Days(-2), "前天|一昨日|그저께|그제"),
    (Sign::DaysPart(1, 17, 24), "明晚"),
    (Sign::DaysPart(1, 5, 12), "明早"),
    (Sign::DaysPart(0, 17, 24), "今晚|今夜"),
    (Sign::DaysPart(0, 5, 12), "今朝"),
    (Sign::DaysPart(-1, 17, 30), "昨晚|昨夜"),
    (Sign::Span(Unit::Year, 1), "明年|来年|내년"),
    (Sign::Span(Unit::Year, 0), "今年|올해"),
    (Sign::Span(Unit::Year, -1), "去年|昨年|작년"),
    (Sign::Span(Unit::Month, 1), "下个月|下個月|下月|来月|다음 달|다음달"),
    (Sign::Span(Unit::Month, 0), "这个月|這個月|本月|今月|이번 달|이번달"),
    (Sign::Span(Unit::Month, -1), "上个月|上個月|上月|先月|지난달|지난 달"),
    (Sign::Span(Unit::Weekend, 0), "周末|週末|今週末|주말|이번 주말"),
    (Sign::Span(Unit::Weekend, 1), "다음 주말"),
    (Sign::Week(Which::Next), "下个星期|下星期|下周|下週|来週|다음 주|다음주"),
    (Sign::Week(Which::This), "这个星期|这星期|这周|這週|本周|本週|今週|이번 주|이번주"),
    (Sign::Week(Which::Last), "上个星期|上星期|上周|上週|先週|지난주|지난 주"),
    (Sign::Week(Which::Plain), "星期|礼拜|禮拜|周|週"),
    (Sign::Weekday(Mon), "月曜|월요일"),
    (Sign::Weekday(Tue), "火曜|화요일"),
    (Sign::Weekday(Wed), "水曜|수요일"),
    (Sign::Weekday(Thu), "木曜|목요일"),
    (Sign::Weekday(Fri), "金曜|금요일"),
    (Sign::Weekday(Sat), "土曜|토요일"),
    (Sign::Weekday(Sun), "日曜|일요일"),
    (Sign::Part(0, 6), "凌晨|새벽"),
    (Sign::Part(5, 12), "上午|早上|早晨|午前|오전|아침"),
    (Sign::Part(12, 18), "下午|午後|오후"),
    (Sign::Part(15, 20), "夕方"),
    (Sign::Part(17, 24), "傍晚|晚上|저녁"),
    (Sign::Part(18, 30), "夜間"),
    (Sign::Hour(12), "中午|正午|정오"),
    (Sign::Hour(0), "午夜|자정"),
    (Sign::Around, "前后|前後|左右"),
];

/// Parts of the day that an hour may follow, by the half of the day in which the hour then lies.
const MORNINGS: [&str; 8] = ["上午", "午前", "早上", "凌晨", "早晨", "오전", "아침", "새벽"];
const AFTERNOONS: [&str; 10] = ["下午", "午後", "晚上", "傍晚", "夕方", "今晚", "明晚", "昨晚", "오후", "저녁"];

const YEAR: &[&str] = &["年", "년"];
const MONTH: &[&str] = &["月", "월"];
const DAY: &[&str] = &["日", "号", "號", "일"];
const HOUR: &[&str] = &["点", "點", "时", "時", "시"];
const MINUTE: &[&str] = &["分", "분"];
const HALF: &[&str] = &["半", "반"];
const LATER: &[&str] = &["以后", "以後", "之后", "之後", "后", "後", "후", "뒤"];
const EARLIER: &[&str] = &["以前", "之前", "前", "전"];
/// Links between two days of a month.
const LINKS: &[&str] = &["到", "至", "、", "和", "及", "与", "〜", "～", "-", "~", "から", "부터"];

/// Signs that follow the number of a length.
const LENGTHS: [(&[&str], Length); 8] = [
    (&["分钟", "分鐘", "分間", "분"], Length::Minute),
    (&["个小时", "個小時", "小时", "小時", "時間", "시간"], Length::Hour),
    (&["天", "日間", "日间", "일간"], Length::Day),
    (&["晚", "泊", "夜", "박"], Length::Night),
    (&["个星期", "個星期", "星期", "週間", "周", "週", "个礼拜", "주일", "주"], Length::Week),
    (&["个月", "個月", "か月", "ヶ月", "カ月", "ケ月", "개월"], Length::Month),
    (&["年間", "年间", "年", "년간"], Length::Year),
    (&["秒", "초"], Length::Second),
];

const NUMERALS: [&str; 13] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "两", "兩"];

type Group = (&'static str, Sign);

/// The groups by their first sign, the longest first.
static BY_FIRST: LazyLock<HashMap<&[u8], Vec<Group>>> = LazyLock::new(|| {
    let mut groups: HashMap<&[u8], Vec<Group>> = HashMap::new();
    for (sign, texts) in SIGNS {
        for text in texts.split('|') {
            groups.entry(&text.as_bytes()[..3]).or_default().push((text, *sign));
        }
    }
    for group in groups.values_mut() {
        group.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }
    groups
});

/// Groups of signs that speak for themselves.
impl Scanner<'_> {
    /// A sign that may begin a known group, or a number in numerals.
    pub(super) fn ideograph(&mut self, at: usize) -> usize {
        let known = BY_FIRST.get(self.slice(at, at + 3)).into_iter().flatten();
        for &(text, sign) in known {
            if self.starts(at, text) {
                return self.sign(sign, at, at + text.len());
            }
        }
        let Some((value, end)) = self.numeral(at) else { return at + 3 };
        let run = Run { value, digits: if value > 99 { 4 } else { 2 }, end };
        self.figure_before_ideograph(at, run).unwrap_or(end)
    }

    fn sign(&mut self, sign: Sign, at: usize, end: usize) -> usize {
        match sign {
            Sign::Days(days) => self.push(What::Offset { days }, at, end),
            Sign::DaysPart(days, from_hour, to_hour) => {
                self.push(What::Offset { days }, at, end);
                self.push_part(from_hour, to_hour, at, end);
            }
            Sign::Span(unit, step) => self.push(What::Span { unit, from: step, to: step }, at, end),
            Sign::Week(which) => return self.week_sign(which, at, end),
            Sign::Weekday(weekday) => self.push(What::Weekday { weekday, which: Which::Plain }, at, end),
            Sign::Part(from_hour, to_hour) => return self.push_part(from_hour, to_hour, at, end),
            Sign::Hour(hour) => return self.push_hour(hour, at, end),
            Sign::Around => self.push(What::Around, at, end),
        }
        end
    }

    /// A week, or one of its days.
    fn week_sign(&mut self, which: Which, at: usize, end: usize) -> usize {
        if let Some((weekday, after)) = self.weekday_of_week(end) {
            self.push(What::Weekday { weekday, which }, at, after);
            return after;
        }
        let step = match which {
            Which::Next => 1,
            Which::Last => -1,
            Which::This => 0,
            Which::Plain | Which::AfterNext | Which::OfWeek(_) => return end,
        };
        self.push(What::Span { unit: Unit::Week, from: step, to: step }, at, end);
        end
    }

    /// The weekday after "week": a numeral in Chinese, a name in Japanese and Korean.
    fn weekday_of_week(&self, at: usize) -> Option<(Weekday, usize)> {
        let numbered =
            [("一", Mon), ("二", Tue), ("三", Wed), ("四", Thu), ("五", Fri), ("六", Sat), ("日", Sun), ("天", Sun)];
        let counts = self.starts(at + 3, "个") || self.starts(at + 3, "曜");
        if let Some((_, weekday)) = numbered.iter().find(|(numeral, _)| self.starts(at, numeral) && !counts) {
            return Some((*weekday, at + 3));
        }
        let next = self.skip_blanks(if self.starts(at, "の") { at + 3 } else { at });
        let named = BY_FIRST.get(self.slice(next, next + 3))?.iter().find(|(text, _)| self.starts(next, text))?;
        match named {
            (text, Sign::Weekday(weekday)) => Some((*weekday, next + text.len())),
            _ => None,
        }
    }
}

/// Numbers with a sign after them.
impl Scanner<'_> {
    /// "９月１２日" in full-width figures.
    pub(super) fn wide_figure(&mut self, at: usize) -> usize {
        let Some(run) = self.wide_digits(at) else { return at + 1 };
        self.figure_before_ideograph(at, run).unwrap_or(run.end)
    }

    fn wide_digits(&self, at: usize) -> Option<Run> {
        let mut run = Run { value: 0, digits: 0, end: at };
        while let &[0xef, 0xbc, digit @ 0x90..=0x99] = self.slice(run.end, run.end + 3) {
            run.value = run.value.saturating_mul(10).saturating_add(u32::from(digit - 0x90));
            run.digits += 1;
            run.end += 3;
        }
        (run.digits > 0).then_some(run)
    }

    /// A number below a hundred in Chinese numerals, or a year in four of them.
    fn numeral(&self, at: usize) -> Option<(u32, usize)> {
        let mut end = at;
        let (mut total, mut last, mut count) = (0u32, None, 0);
        let mut row = 0u32;
        while let Some(index) = NUMERALS.iter().position(|name| self.starts(end, name)).filter(|_| count < 4) {
            let value = if index > 10 { 2 } else { index as u32 };
            if value == 10 {
                total = last.take().unwrap_or(1) * 10;
                row = 0;
            } else {
                row = row * 10 + value;
                last = Some(value);
            }
            end += 3;
            count += 1;
        }
        let value = if count == 4 && row >= 1000 { row } else { total + last.unwrap_or(0) };
        (count > 0).then_some((value, end))
    }

    /// A number before another place, in figures or numerals.
    fn figure(&self, at: usize) -> Option<Run> {
        let at = self.skip_blanks(at);
        let run = self.digits(at);
        if run.digits > 0 {
            return Some(run);
        }
        let numeral = || self.numeral(at).map(|(value, end)| Run { value, digits: 2, end });
        self.wide_digits(at).or_else(numeral)
    }

    /// Where one of several signs ends that stands after blanks at a place.
    fn after_sign(&self, at: usize, signs: &[&str]) -> Option<usize> {
        let at = self.skip_blanks(at);
        signs.iter().find(|sign| self.starts(at, sign)).map(|sign| at + sign.len())
    }

    /// A number and what the sign after it makes of it.
    pub(super) fn figure_before_ideograph(&mut self, at: usize, run: Run) -> Option<usize> {
        if let Some(end) = self.after_sign(run.end, YEAR).filter(|_| run.digits == 4) {
            return Some(self.year_sign(at, run.value, end));
        }
        if let Some(end) = self.length_sign(at, run) {
            return Some(end);
        }
        if let Some(end) = self.after_sign(run.end, MONTH).filter(|_| (1..=12).contains(&run.value)) {
            return Some(self.month_sign(at, run.value, None, end));
        }
        if let Some(end) = self.after_sign(run.end, DAY).filter(|_| (1..=31).contains(&run.value)) {
            self.push(What::DayOfMonth(run.value), at, end);
            return Some(end);
        }
        let hour_end = self.after_sign(run.end, HOUR).filter(|_| run.value <= 24)?;
        Some(self.hour_sign(at, run.value, hour_end))
    }

    fn year_sign(&mut self, at: usize, year: u32, end: usize) -> usize {
        let year = year as i32;
        if let Some(month) = self.figure(end).filter(|month| (1..=12).contains(&month.value))
            && let Some(after) = self.after_sign(month.end, MONTH)
        {
            return self.month_sign(at, month.value, Some(year), after);
        }
        self.push(What::Year(year), at, end);
        end
    }

    /// A month with the days that follow it.
    fn month_sign(&mut self, at: usize, month: u32, year: Option<i32>, end: usize) -> usize {
        let Some((day, mut last)) = self.day_sign(end, month) else {
            self.push(What::Month { month, year }, at, end);
            return end;
        };
        self.push_day_of(year, month, day, at, last);
        for _ in 0..31 {
            let Some(next) = self.after_sign(last, LINKS) else { break };
            let Some((day, after)) = self.day_sign(next, month) else { break };
            self.push_day_of(year, month, day, self.skip_blanks(next), after);
            last = after;
        }
        last
    }

    fn push_day_of(&mut self, year: Option<i32>, month: u32, day: u32, start: usize, end: usize) {
        let date = year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        self.push(date.map_or(What::MonthDay { month, day }, What::Day), start, end);
    }

    /// A day of a month; the sign after it may be left out before a range.
    fn day_sign(&self, at: usize, month: u32) -> Option<(u32, usize)> {
        let day = self.figure(at).filter(|day| day.digits <= 2 && is_month_day(month, day.value))?;
        if let Some(end) = self.after_sign(day.end, DAY) {
            return Some((day.value, end));
        }
        self.after_sign(day.end, LINKS).map(|_| (day.value, day.end))
    }

    /// An hour with its minutes, in the half of the day that stands before it.
    fn hour_sign(&mut self, at: usize, hour: u32, end: usize) -> usize {
        let (minute, end) = match self.after_sign(end, HALF) {
            Some(after) => (30, after),
            None => self.minute_sign(end).unwrap_or((0, end)),
        };
        let lead = if self.byte_before(at, 1) == b' ' { at - 1 } else { at };
        let afternoon = AFTERNOONS.iter().any(|part| self.ends(lead, part));
        let morning = MORNINGS.iter().any(|part| self.ends(lead, part));
        let noon = self.ends(lead, "中午");
        let told = match hour {
            1..=11 if afternoon => hour + 12,
            1..=3 if noon => hour + 12,
            12 if morning => 0,
            _ => hour % 24,
        };
        let certain = afternoon || morning || noon || hour > 12 || hour == 0;
        if let Some(time) = NaiveTime::from_hms_opt(told, minute, 0) {
            self.push(What::Time { time, certain }, at, end);
        }
        end
    }

    fn minute_sign(&self, at: usize) -> Option<(u32, usize)> {
        let minute = self.figure(at).filter(|minute| minute.value <= 59)?;
        self.after_sign(minute.end, MINUTE).map(|end| (minute.value, end))
    }

    /// "3天", "3小时", "2週間", "3日後".
    fn length_sign(&mut self, at: usize, run: Run) -> Option<usize> {
        let placed_day = || {
            let end = self.after_sign(run.end, &["日", "일"])?;
            let placed = self.after_sign(end, LATER).or_else(|| self.after_sign(end, EARLIER));
            placed.map(|_| (Length::Day, end))
        };
        let named = LENGTHS.iter().find_map(|(signs, length)| Some((*length, self.after_sign(run.end, signs)?)));
        let (length, end) = named.or_else(placed_day).filter(|_| run.digits <= 4 && run.value <= 1000)?;
        let half = self.after_sign(end, HALF);
        let halves = i64::from(run.value) * 2 + i64::from(half.is_some());
        let end = half.unwrap_or(end);
        Some(self.place_length(at, end, length, run.value as i32, halves * length.seconds() / 2))
    }

    /// Tells "3天后", "3日前" and plain lengths apart.
    fn place_length(&mut self, at: usize, end: usize, length: Length, count: i32, seconds: i64) -> usize {
        let later = self.after_sign(end, LATER);
        let placed = later.or_else(|| self.after_sign(end, EARLIER));
        if let (Some((unit, factor)), Some(after)) = (length.unit(), placed) {
            let count = if later.is_some() { count * factor } else { -count * factor };
            self.push_shifted(unit, count, at, after);
            if later.is_some() {
                self.push_directed(seconds, Direction::Later, at, end);
            }
            return after;
        }
        let direction = match placed {
            None => Direction::Unsaid,
            Some(_) if later.is_some() => Direction::Later,
            Some(_) => Direction::Earlier,
        };
        self.push_directed(seconds, direction, at, end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn reads_east_asian_languages() {
        check(&[
            ("2023年9月12日", "2023-09-12"), ("3月20日", "3/20"), ("3月20日到23日", "3/20 3/23"), ("三月二十日", "3/20"),
            ("明天下午3点半", "+1 12..18 15:30!"), ("午後3時30分", "12..18 15:30!"), ("星期三", "Wed"), ("下周一", "Mon:Next"),
            ("上个月", "Month[-1,-1]"), ("3天后", "+3 259200s>"), ("两个小时", "7200s"), ("来週の月曜日", "Mon:Next"),
            ("明後日", "+2"), ("後天", "+2"), ("2024年", "y2024"), ("3泊", "259200s"), ("15号", "the15"), ("９月１２日", "9/12"),
            ("２０２４年５月１日 １５時", "2024-05-01 15:00!"), ("9월 12일", "9/12"),
            ("2024년 9월 12일 오후 3시 30분", "2024-09-12 12..18 15:30!"), ("오늘, 내일, 어제", "+0 +1 -1"),
            ("오전 9시", "5..12 09:00!"), ("월요일에", "Mon"), ("다음 주 금요일, 다음 주", "Fri:Next Week[1,1]"),
            ("3일 후 2시간", "+3 259200s> 7200s"), ("7，9人", ""),
        ]);
    }
}
