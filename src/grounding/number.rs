//! Numbers in texts: how they are written, spelt, rounded and converted.

use super::words;

/// A number that stands in a text. `1.234` is both 1.234 and, as some countries write it, 1234.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read {
    /// The value, and another that it can be read as: `1.234`.
    pub values: [Option<f64>; 2],
    /// The byte after it.
    pub end: usize,
    /// Written as money: `$5`, `5 EUR`, `5 dollars`.
    pub money: bool,
}

/// Reads the number that starts with a digit at `start`: grouped thousands, decimal point or comma, sign, `k` and `%`.
pub fn read_at(bytes: &[u8], start: usize) -> Option<Read> {
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let first = digits(start);
    if first == 0 || first > 30 {
        return None;
    }
    let mut end = start + first;
    let mut whole = value_of(&bytes[start..end]);
    // `1,234,567` and `1.234.567`.
    let mut grouped = None;
    if first <= 3 {
        for separator in [b',', b'.'] {
            let mut at = end;
            while bytes.get(at) == Some(&separator) && digits(at + 1) == 3 {
                at += 4;
            }
            if at > end {
                grouped = Some((separator, at));
                break;
            }
        }
    }
    let mut other = None;
    match grouped {
        Some((separator, stop)) => {
            let plain: Vec<u8> = bytes[end - first..stop].iter().copied().filter(u8::is_ascii_digit).collect();
            let joined = value_of(&plain);
            if separator == b'.' && stop == end + 4 {
                // `1.234`: a decimal point more often than a group.
                other = Some(joined);
                whole += fraction(&bytes[end + 1..stop]);
            } else {
                whole = joined;
            }
            end = stop;
            let decimal = if separator == b',' { b'.' } else { b',' };
            if bytes.get(end) == Some(&decimal) && (1..=2).contains(&digits(end + 1)) {
                let stop = end + 1 + digits(end + 1);
                whole = joined + fraction(&bytes[end + 1..stop]);
                other = None;
                end = stop;
            }
        }
        None => {
            let decimals = if matches!(bytes.get(end), Some(b'.' | b',')) { digits(end + 1) } else { 0 };
            if decimals > 0 {
                let stop = end + 1 + decimals;
                let value = whole + fraction(&bytes[end + 1..stop]);
                // Not `1.2.3` and not the list `1,2,3`.
                let chained = matches!(bytes.get(stop), Some(b'.' | b',')) && digits(stop + 1) > 0;
                if bytes[end] == b'.' && !chained {
                    whole = parse(&bytes[start..stop]).unwrap_or(value);
                    end = stop;
                } else if bytes[end] == b',' && !chained && decimals <= 2 {
                    // `1,5`: one and a half, or one and five.
                    other = Some(value);
                }
            }
        }
    }
    if grouped.is_none()
        && let Some((value, stop)) = grouped_otherwise(bytes, start)
    {
        let indian = bytes[end..stop].first() == Some(&b',');
        // `12 500` may be two numbers.
        other = Some(if indian { whole } else { value });
        if indian {
            whole = value;
            end = stop;
        }
    }
    let mut rest = &bytes[end..];
    let scale = match rest {
        [b'k' | b'K', after @ ..] if ends_word(after) => Some(1e3),
        [b'm' | b'M', after @ ..] if ends_word(after) => Some(1e6),
        [b'%', ..] => Some(0.01),
        [b' ', after @ ..] if starts_with_word(after, b"million") => Some(1e6),
        [b' ', after @ ..] if starts_with_word(after, b"thousand") => Some(1e3),
        [b' ', after @ ..] if starts_with_word(after, b"billion") => Some(1e9),
        _ => None,
    };
    if let Some(scale) = scale {
        other = Some(whole * scale);
    }
    let before = bytes[..start].trim_ascii_end();
    let currency_before = [&b"$"[..], "€".as_bytes(), "£".as_bytes(), "¥".as_bytes(), "₹".as_bytes(), b"USD", b"EUR"];
    rest = rest.trim_ascii_start();
    let currency_after: [&[u8]; 7] = ["€".as_bytes(), "元".as_bytes(), b"dollar", b"USD", b"EUR", b"euro", b"bucks"];
    let money = currency_before.iter().any(|sign| before.ends_with(sign))
        || currency_after.iter().any(|sign| rest.starts_with(sign));
    let negative = start > 0
        && bytes[start - 1] == b'-'
        && start.checked_sub(2).is_none_or(|at| matches!(bytes[at], b' ' | b':' | b'[' | b'(' | b',' | b'='));
    if negative {
        other = Some(-whole);
    }
    Some(Read { values: [Some(whole), other.filter(|other| *other != whole)], end, money })
}

/// The numbers of a text, each with where it begins. Digits too many for a number are passed over.
pub fn each(text: &str) -> impl Iterator<Item = (usize, Read)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
            match read_at(bytes, start) {
                Some(read) => {
                    at = read.end.max(start + 1);
                    return Some((start, read));
                }
                None => at = start + bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count(),
            }
        }
    })
}

/// Reads a number in digits of another script: its value, and how many bytes it takes.
pub fn read_foreign(text: &str) -> Option<(Read, usize)> {
    text.chars().next().and_then(words::digit)?;
    let mut ascii = String::new();
    let mut ends = vec![0];
    for (at, c) in text.char_indices().take(24) {
        let c = match c {
            '٫' | '．' => '.',
            '٬' | '，' => ',',
            '0'..='9' | '.' | ',' => c,
            c => match words::digit(c) {
                Some(digit) => char::from(b'0' + digit),
                None => break,
            },
        };
        ascii.push(c);
        ends.push(at + text[at..].chars().next().map_or(0, char::len_utf8));
    }
    let read = read_at(ascii.as_bytes(), 0)?;
    let len = ends[read.end.min(ends.len() - 1)];
    let rest = text[len..].trim_start();
    let money = ["元", "円", "€", "₹", "원"].iter().any(|sign| rest.starts_with(sign));
    Some((Read { money: read.money || money, ..read }, len))
}

/// The value of a number whose thousands are set apart by blanks or apostrophes, or grouped as in India: `12 500`, `12'500`, `1,50,000`.
fn grouped_otherwise(bytes: &[u8], start: usize) -> Option<(f64, usize)> {
    let digits =
        |from: usize| bytes.get(from..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
    let first = digits(start);
    let mut at = start + first;
    let mut plain = bytes[start..at].to_vec();
    if !(1..=3).contains(&first) {
        return None;
    }
    let separators: [&[u8]; 5] = [b" ", b"'", "’".as_bytes(), "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];
    for separator in separators {
        while bytes[at..].starts_with(separator) && digits(at + separator.len()) == 3 {
            let from = at + separator.len();
            plain.extend_from_slice(&bytes[from..from + 3]);
            at = from + 3;
        }
        if at > start + first {
            break;
        }
    }
    if at == start + first && first <= 2 {
        let mut end = at;
        let mut pairs = Vec::new();
        while bytes.get(end) == Some(&b',') && digits(end + 1) == 2 {
            pairs.extend_from_slice(&bytes[end + 1..end + 3]);
            end += 3;
        }
        if !pairs.is_empty() && bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
            plain.extend(pairs);
            plain.extend_from_slice(&bytes[end + 1..end + 4]);
            at = end + 4;
        }
    }
    if at == start + first {
        return None;
    }
    let mut value = value_of(&plain);
    if matches!(bytes.get(at), Some(b',' | b'.')) && (1..=2).contains(&digits(at + 1)) {
        let stop = at + 1 + digits(at + 1);
        value += fraction(&bytes[at + 1..stop]);
        at = stop;
    }
    Some((value, at))
}

fn ends_word(rest: &[u8]) -> bool {
    rest.first().is_none_or(|b| !b.is_ascii_alphanumeric())
}

fn starts_with_word(rest: &[u8], word: &[u8]) -> bool {
    rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word)
}

fn value_of(digits: &[u8]) -> f64 {
    digits.iter().fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'))
}

fn fraction(digits: &[u8]) -> f64 {
    value_of(digits) / 10f64.powi(digits.len() as i32)
}

fn parse(bytes: &[u8]) -> Option<f64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// The bits by which equal numbers are found.
pub fn key(value: f64) -> u64 {
    // Zero has two.
    let bits = (value + 0.0).to_bits();
    // Bits of small integers differ at the top alone, where a hash table does not look.
    bits.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}

/// Reads a text that is a number as a whole: `1,200`, `$55`, `55.0`, `-3`, `20%`.
pub fn whole(text: &str) -> Option<f64> {
    let trimmed = text.trim().trim_start_matches(['$', '€', '£', '¥', '#', '+']).trim_start();
    let (negative, trimmed) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let read = read_at(trimmed.as_bytes(), 0)?;
    let rest = trimmed[read.end..].trim();
    if !matches!(rest, "" | "%" | "€" | "$") {
        return None;
    }
    read.values[0].map(|value| if negative { -value } else { value })
}

/// Words for a small whole number, in several languages; ordinals and multiples too.
fn spelt(value: f64) -> &'static [&'static str] {
    const NONE: &[&str] = &[];
    if value.fract() != 0.0 || !(0.0..=1000.0).contains(&value) {
        return match value {
            0.5 => &["half", "halb", "halbe", "demi", "medio", "media", "mezzo", "半"],
            1.5 => &["anderthalb"],
            _ => NONE,
        };
    }
    match value as i64 {
        0 => &["zero", "no", "none", "null", "nil", "keine", "kein", "aucun", "cero", "ninguno", "nessuno", "零"],
        1 => &[
            "one", "a", "an", "single", "once", "first", "1st", "another", "each", "latest", "last", "eins", "ein",
            "eine", "einen", "un", "une", "uno", "una", "um", "uma", "premier", "primero", "primo", "一", "一个", "壱",
        ],
        2 => &[
            "two", "twice", "double", "both", "pair", "couple", "second", "2nd", "zwei", "beide", "deux", "dos", "due",
            "dois", "duas", "twee", "二", "两", "兩",
        ],
        3 => &["three", "thrice", "triple", "third", "3rd", "drei", "trois", "tres", "tre", "três", "drie", "三"],
        4 => &["four", "fourth", "4th", "quadruple", "vier", "quatre", "cuatro", "quattro", "quatro", "四"],
        5 => &["five", "fifth", "5th", "fünf", "cinq", "cinco", "cinque", "vijf", "五"],
        6 => &["six", "sixth", "6th", "sechs", "seis", "sei", "zes", "六"],
        7 => &["seven", "seventh", "7th", "week", "weekly", "sieben", "sept", "siete", "sette", "sete", "zeven", "七"],
        8 => &["eight", "eighth", "8th", "acht", "huit", "ocho", "otto", "oito", "八"],
        9 => &["nine", "ninth", "9th", "neun", "neuf", "nueve", "nove", "negen", "九"],
        10 => &["ten", "tenth", "10th", "zehn", "dix", "diez", "dieci", "dez", "tien", "十"],
        11 => &["eleven", "eleventh", "elf", "onze", "once", "undici"],
        12 => &["twelve", "dozen", "twelfth", "zwölf", "douze", "doce", "dodici", "doze", "twaalf"],
        13 => &["thirteen", "dreizehn", "treize", "trece"],
        14 => &["fourteen", "fortnight", "vierzehn", "quatorze", "catorce"],
        15 => &["fifteen", "fünfzehn", "quinze", "quince", "quindici"],
        16 => &["sixteen", "sechzehn", "seize"],
        17 => &["seventeen", "siebzehn"],
        18 => &["eighteen", "achtzehn"],
        19 => &["nineteen", "neunzehn"],
        20 => &["twenty", "zwanzig", "vingt", "veinte", "venti", "vinte", "twintig", "二十"],
        24 => &["day", "daily"],
        25 => &["quarter"],
        30 => &["thirty", "month", "monthly", "dreißig", "trente", "treinta", "trenta", "trinta", "dertig", "三十"],
        40 => &["forty", "vierzig", "quarante", "cuarenta"],
        50 => &["fifty", "half", "fünfzig", "cinquante", "cincuenta", "cinquanta"],
        52 => &["year", "weeks"],
        60 => &["sixty", "hour", "minute", "sechzig", "soixante", "sesenta"],
        70 => &["seventy", "siebzig"],
        80 => &["eighty", "achtzig"],
        90 => &["ninety", "neunzig", "quarter"],
        100 => &["hundred", "full", "fully", "hundert", "cent", "cien", "cento", "百"],
        365 => &["year", "annual"],
        1000 => &["thousand", "tausend", "mille", "mil", "千"],
        _ => NONE,
    }
}

/// The words of [`spelt`] as hashes, and whether each is a number and nothing else.
pub fn spelt_hashes(value: f64) -> &'static [(u64, bool)] {
    type Table = foldhash::HashMap<u64, Vec<(u64, bool)>>;
    static TABLE: std::sync::LazyLock<Table> = std::sync::LazyLock::new(|| {
        let halves = [0.5, 1.5];
        let values = (0..=1000).map(f64::from).chain(halves).filter(|value| !spelt(*value).is_empty());
        let hashes = |value: f64| spelt(value).iter().map(|word| (words::hash_of(word), is_strict(word))).collect();
        values.map(|value| (key(value), hashes(value))).collect()
    });
    TABLE.get(&key(value)).map_or(&[], Vec::as_slice)
}

/// A number above twenty in English words, in the ways in which people say it: `twenty five`, `three hundred and fifty`.
pub fn spelt_out(value: f64) -> Vec<String> {
    if value.fract() != 0.0 || !(21.0..=9_999_999.0).contains(&value) {
        return Vec::new();
    }
    let n = value as u64;
    let mut ways = vec![spell(n)];
    if n > 100 && !n.is_multiple_of(100) {
        ways.push(format!("{} and {}", spell(n - n % 100), spell(n % 100)));
    }
    if (1_100..10_000).contains(&n) && !n.is_multiple_of(1_000) && n.is_multiple_of(100) {
        ways.push(format!("{} hundred", spell(n / 100)));
    }
    for (unit, name) in [(1_000_000, "million"), (1_000, "thousand"), (100, "hundred")] {
        if n == unit {
            ways.push(format!("a {name}"));
        }
        if n % unit == unit / 2 && n / unit < 20 && n / unit > 0 {
            ways.push(format!("{} and a half {name}", spell(n / unit)));
        }
    }
    if n.is_multiple_of(1_000_000) {
        ways.push(format!("{} million", spell(n / 1_000_000)));
    }
    ways
}

/// Whether a word of [`spelt`] is a number and nothing else; `week` and `full` only suggest one.
fn is_strict(word: &str) -> bool {
    !matches!(
        word,
        "week"
            | "weekly"
            | "weeks"
            | "day"
            | "daily"
            | "month"
            | "monthly"
            | "hour"
            | "minute"
            | "year"
            | "annual"
            | "full"
            | "fully"
            | "quarter"
            | "half"
            | "a"
            | "an"
            | "no"
            | "each"
            | "last"
            | "latest"
            | "another"
            | "second"
            | "first"
            | "once"
            | "single"
            | "both"
            | "pair"
            | "double"
    )
}

fn spell(value: u64) -> String {
    const ONES: [&str; 20] = [
        "",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let parts = match value {
        0..20 => return ONES[value as usize].into(),
        20..100 => [TENS[value as usize / 10].to_owned(), ONES[value as usize % 10].to_owned()],
        100..1000 => [format!("{} hundred", ONES[value as usize / 100]), spell(value % 100)],
        1000..1_000_000 => [format!("{} thousand", spell(value / 1000)), spell(value % 1000)],
        _ => [format!("{} million", spell(value / 1_000_000)), spell(value % 1_000_000)],
    };
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Whether one number is the other, rounded to as many places as it shows.
pub fn is_rounded(shown: f64, exact: f64) -> bool {
    if (shown - exact).abs() > 1.0 || shown == exact || !shown.is_finite() || !exact.is_finite() {
        return false;
    }
    (0..=6).any(|places| {
        let scale = 10f64.powi(places);
        let scaled = shown * scale;
        // So many places are shown, and no more.
        (scaled - scaled.round()).abs() < 1e-7
            && ((exact * scale).round() == scaled.round()
                || (exact * scale).floor() == scaled.round()
                || (exact * scale).ceil() == scaled.round())
            && (places > 0 || exact.abs() >= 1.0)
    })
}

/// Two units of measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Units {
    /// How many of the second make one of the first; 0 for degrees, which are not proportional.
    factor: f64,
    first: &'static [&'static str],
    second: &'static [&'static str],
}

const UNITS: [Units; 24] = {
    const fn units(factor: f64, first: &'static [&'static str], second: &'static [&'static str]) -> Units {
        Units { factor, first, second }
    }
    const LITRES: &[&str] = &["liter", "litre", " l"];
    const GALLONS: &[&str] = &["gallon", "gal"];
    const KILOMETRES: &[&str] = &["kilomet", "km"];
    const MILES: &[&str] = &["mile", "mi"];
    const KILOGRAMS: &[&str] = &["kilo", "kg"];
    const POUNDS: &[&str] = &["pound", "lb"];
    const GRAMS: &[&str] = &["gram", " g"];
    const OUNCES: &[&str] = &["ounce", "oz"];
    const METRES: &[&str] = &["meter", "metre", " m"];
    const CENTIMETRES: &[&str] = &["centimet", "cm"];
    const MILLIMETRES: &[&str] = &["millimet", "mm"];
    const INCHES: &[&str] = &["inch", " in"];
    const FEET: &[&str] = &["feet", "foot", "ft"];
    const SECONDS: &[&str] = &["second", "sec"];
    const MINUTES: &[&str] = &["minute", "min"];
    const HOURS: &[&str] = &["hour", "hr", " h"];
    const DAYS: &[&str] = &["day", "night"];
    const WEEKS: &[&str] = &["week"];
    const MONTHS: &[&str] = &["month"];
    const YEARS: &[&str] = &["year"];
    [
        units(3.785_411_784, GALLONS, LITRES),
        units(1.609_344, MILES, KILOMETRES),
        units(0.453_592_37, POUNDS, KILOGRAMS),
        units(28.349_523_125, OUNCES, GRAMS),
        units(2.54, INCHES, CENTIMETRES),
        units(30.48, FEET, CENTIMETRES),
        units(0.3048, FEET, METRES),
        units(12.0, FEET, INCHES),
        units(100.0, METRES, CENTIMETRES),
        units(10.0, CENTIMETRES, MILLIMETRES),
        units(1000.0, KILOMETRES, METRES),
        units(1000.0, KILOGRAMS, GRAMS),
        units(60.0, MINUTES, SECONDS),
        units(60.0, HOURS, MINUTES),
        units(3600.0, HOURS, SECONDS),
        units(24.0, DAYS, HOURS),
        units(1440.0, DAYS, MINUTES),
        units(7.0, WEEKS, DAYS),
        units(30.0, MONTHS, DAYS),
        units(12.0, YEARS, MONTHS),
        units(365.0, YEARS, DAYS),
        units(1024.0, &["gb", "gib", "gigabyte"], &["mb", "mib", "megabyte"]),
        units(6.894_757, &["psi"], &["kpa", "kilopascal"]),
        units(0.0, &["fahrenheit", "°f", " f"], &["celsius", "°c", " c"]),
    ]
};

impl Units {
    /// Both units as people write them.
    pub fn name(&self) -> String {
        format!("{} and {}", self.first[0].trim(), self.second[0].trim())
    }

    /// Whether the one unit is named in the one text, and the other in the other: both in lower case.
    pub fn fit(&self, said: &str, wanted: &str) -> bool {
        let names = |text: &str, units: &[&str]| {
            units.iter().any(|unit| unit.len() > 2 && text.contains(unit) || ends_with_unit(text, unit.trim()))
        };
        names(said, self.first) && names(wanted, self.second) || names(said, self.second) && names(wanted, self.first)
    }
}

/// Whether a short unit stands as a word of its own, or after a digit.
fn ends_with_unit(text: &str, unit: &str) -> bool {
    text.split(|c: char| !c.is_alphabetic() && c != '°').any(|word| word == unit)
}

/// The units by which one number can have become another.
pub fn conversions(from: f64, to: f64) -> impl Iterator<Item = &'static Units> {
    let near = move |value: f64| value == to || (value - to).abs() <= 1e-9 * to.abs() || is_rounded(to, value);
    let usable = from != 0.0 && from.is_finite() && to.is_finite();
    UNITS.iter().filter(move |units| {
        usable
            && match units.factor {
                0.0 => near((from - 32.0) / 1.8) || near(from * 1.8 + 32.0),
                factor => near(from * factor) || near(from / factor),
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_digits_that_is_no_number_hides_none() {
        let text = format!("{} and 12", "9".repeat(60));
        assert_eq!(each(&text).filter_map(|(_, read)| read.values[0]).last(), Some(12.0));
        assert_eq!(spell(2_400_000), "two million four hundred thousand");
    }

    #[test]
    fn numbers_as_people_write_them() {
        let read = |text: &str| {
            let start = text.bytes().position(|b| b.is_ascii_digit()).unwrap();
            let read = read_at(text.as_bytes(), start).unwrap();
            (read.values[0].unwrap(), read.values[1], text[read.end..].to_owned())
        };
        assert_eq!(read("1,234.50 x"), (1234.5, None, " x".into()));
        assert_eq!(read("1.234,50"), (1234.5, None, String::new()));
        assert_eq!(read("1.234"), (1.234, Some(1234.0), String::new()));
        assert_eq!(read("1,234"), (1234.0, None, String::new()));
        assert_eq!(read("1,5 kg"), (1.0, Some(1.5), ",5 kg".into()));
        assert_eq!(read("1,2,3"), (1.0, None, ",2,3".into()));
        assert_eq!(read("1.2.3"), (1.0, None, ".2.3".into()));
        assert_eq!(read("12 500 kr"), (12.0, Some(12_500.0), " 500 kr".into()));
        assert_eq!(read("12'500"), (12.0, Some(12_500.0), "'500".into()));
        assert_eq!(read("1,50,000 x"), (150_000.0, Some(1.0), " x".into()));
        let foreign = |text| read_foreign(text).map(|(read, len)| (read.values[0], len));
        assert_eq!(foreign("٣٥٠ x"), Some((Some(350.0), 6)));
        assert_eq!(foreign("３，５００円"), Some((Some(3500.0), 15)));
        assert_eq!(foreign("é"), None);
        assert_eq!(read("10k"), (10.0, Some(10_000.0), "k".into()));
        assert_eq!(read("1.5 million"), (1.5, Some(1_500_000.0), " million".into()));
        assert_eq!(read("20%"), (20.0, Some(0.2), "%".into()));
        assert_eq!(read("x: -5"), (5.0, Some(-5.0), String::new()));
        assert_eq!(read("2-5cm"), (2.0, None, "-5cm".into()));
        assert!(read_at(b"$5", 1).unwrap().money && read_at(b"5 dollars", 0).unwrap().money);
        assert!(!read_at(b"5 bags", 0).unwrap().money);
        assert_eq!(read_at(&[b'1'; 40], 0), None);
    }

    #[test]
    fn whole_texts() {
        assert_eq!(whole("$1,200"), Some(1200.0));
        assert_eq!(whole(" -3.5 "), Some(-3.5));
        assert_eq!(whole("20%"), Some(20.0));
        assert_eq!(whole("12 apples"), None);
        assert_eq!(whole("abc"), None);
    }

    #[test]
    fn rounding_and_units() {
        assert!(is_rounded(43.85, 43.852_552) && is_rounded(44.0, 43.85) && is_rounded(3.3, 3.333_333));
        assert!(!is_rounded(43.9, 43.852_552_1 + 1.0) && !is_rounded(0.0, 0.4) && !is_rounded(5.0, 5.0));
        let converted = |from, to, said: &str, wanted: &str| conversions(from, to).any(|units| units.fit(said, wanted));
        assert!(converted(15.0, 3.96, "15 liters", "amount in gallons"));
        assert!(converted(100.0, 37.78, "100 f", "temperature in celsius"));
        assert!(!converted(15.0, 3.96, "15 dollars", "amount in gallons"));
        assert!(!converted(5.0, 123.0, "5 feet", "length in cm"));
        assert_eq!(spelt_out(325.0), ["three hundred twenty five", "three hundred and twenty five"]);
        assert!(
            spelt_out(1200.0).contains(&"twelve hundred".to_owned())
                && spelt_out(1_000_000.0).contains(&"a million".to_owned())
        );
        assert!(spelt_out(2_500_000.0).contains(&"two and a half million".to_owned()));
    }
}
