//! World knowledge: codes of public standards and the names that people use for them.
//!
//! Each table is a text file of lines `CODE<TAB>name|other name|...`, sorted by code, with a comment line at the top.
//! Names are in lower case. Tables are read once, at the first question.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A class of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Airports, and cities with several airports.
    Airport,
    /// Countries, by two or three letters.
    Country,
    /// Currencies, with metals and crypto-currencies.
    Currency,
    /// Languages, by two or three letters or by locale.
    Language,
    /// States and provinces of the United States and Canada.
    State,
    /// Shares, funds and indices.
    Ticker,
    /// Time zones, by abbreviation or by IANA name.
    TimeZone,
}

impl Class {
    /// Whether the name and description of a parameter, in lower case, speak of this class.
    pub fn is_told_by(self, told: &str) -> bool {
        let words: &[&str] = match self {
            Class::Airport => &["iata", "airport", "flight", "origin", "destination"],
            Class::Country => &["country", "nation"],
            Class::Currency => &["currency", "currencies", "exchange"],
            Class::Language => &["language", "lang", "locale"],
            Class::State => &["state", "province"],
            Class::Ticker => &["ticker", "stock", "symbol", "share"],
            Class::TimeZone => &["zone", "tz"],
        };
        words.iter().any(|word| told.contains(word))
    }

    /// What a code of this class is, as a short noun phrase for messages.
    pub fn name(self) -> &'static str {
        match self {
            Class::Airport => "IATA airport code",
            Class::Country => "ISO 3166 country code",
            Class::Currency => "currency code",
            Class::Language => "language code",
            Class::State => "state or province code",
            Class::Ticker => "ticker symbol",
            Class::TimeZone => "time zone",
        }
    }
}

/// One code that a text may be: its class and the names it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The class of the code.
    pub class: Class,
    /// The names as the table has them: `a|b|c`.
    pub names: &'static str,
}

impl Entry {
    /// The names that the code stands for, in lower case, the most usual first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.names.split('|')
    }
}

/// The tables, in the order in which the meanings of a code are listed.
const TABLES: [(Class, &str); 7] = [
    (Class::Airport, include_str!("airports.tsv")),
    (Class::Country, include_str!("countries.tsv")),
    (Class::Currency, include_str!("currencies.tsv")),
    (Class::Language, include_str!("languages.tsv")),
    (Class::State, include_str!("states.tsv")),
    (Class::Ticker, include_str!("tickers.tsv")),
    (Class::TimeZone, include_str!("timezones.tsv")),
];

/// The tables, indexed both ways.
struct Index {
    /// Upper-cased code to its meanings.
    codes: HashMap<String, Vec<Entry>>,
    /// Name to the codes, as their standards write them.
    names: HashMap<&'static str, Vec<(Class, &'static str)>>,
    /// Length in bytes of the longest code: nothing longer is looked up.
    longest_code: usize,
    /// Length in bytes of the longest name: nothing longer is looked up.
    longest_name: usize,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { codes: HashMap::new(), names: HashMap::new(), longest_code: 0, longest_name: 0 };
    for (class, table) in TABLES {
        for (code, names) in rows(table) {
            let entry = Entry { class, names };
            for name in entry.names() {
                index.names.entry(name).or_default().push((class, code));
                index.longest_name = index.longest_name.max(name.len());
            }
            index.codes.entry(code.to_ascii_uppercase()).or_default().push(entry);
            index.longest_code = index.longest_code.max(code.len());
        }
    }
    index
});

/// The lines of a table, as code and names.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// The meanings of a code, in whatever case it is written; empty when it is unknown.
///
/// A locale may be written with an underscore (`en_US`) as well.
pub fn meanings(code: &str) -> &'static [Entry] {
    let index = &*INDEX;
    if code.len() > index.longest_code {
        return &[];
    }
    let key = code.to_ascii_uppercase();
    let found = index.codes.get(&key).or_else(|| {
        let locale = key.contains('_').then(|| key.replace('_', "-"))?;
        index.codes.get(&locale)
    });
    found.map_or(&[], Vec::as_slice)
}

/// The codes that a name stands for, as their standards write them; empty when the name is unknown.
///
/// Names are compared in lower case: "japan" and "Japan" are JP and JPN.
pub fn codes_of(name: &str) -> &'static [(Class, &'static str)] {
    let index = &*INDEX;
    if let Some(codes) = index.names.get(name) {
        return codes;
    }
    // Lower-casing a letter can shorten it, though by no more than two bytes of every three.
    if name.len() > 3 * index.longest_name {
        return &[];
    }
    index.names.get(name.to_lowercase().as_str()).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Whether the code, taken as one of the class, stands for the name.
    fn stands_for(class: Class, code: &str, name: &str) -> bool {
        meanings(code).iter().any(|entry| entry.class == class && entry.names().any(|known| known == name))
    }

    #[test]
    fn known_codes_stand_for_the_names_that_people_use() {
        for (class, code, name) in [
            (Class::Airport, "SFO", "san francisco"),
            (Class::Airport, "JFK", "nyc"),
            (Class::Airport, "EWR", "newark"),
            (Class::Airport, "NYC", "new york"),
            (Class::Airport, "MUC", "münchen"),
            (Class::Airport, "GRU", "sao paulo"),
            (Class::Country, "US", "america"),
            (Class::Country, "JPN", "japanese"),
            (Class::Country, "CI", "côte d'ivoire"),
            (Class::Country, "UK", "britain"),
            (Class::Currency, "EUR", "€"),
            (Class::Currency, "USD", "bucks"),
            (Class::Currency, "XAU", "gold"),
            (Class::Currency, "BTC", "bitcoin"),
            (Class::Language, "fr", "français"),
            (Class::Language, "fr", "francais"),
            (Class::Language, "deu", "german"),
            (Class::Language, "zh-CN", "simplified chinese"),
            (Class::State, "CA", "california"),
            (Class::State, "QC", "quebec"),
            (Class::Ticker, "NVDA", "nvidia"),
            (Class::Ticker, "GOOGL", "alphabet"),
            (Class::Ticker, "META", "facebook"),
            (Class::Ticker, "^GSPC", "s&p 500"),
            (Class::TimeZone, "America/New_York", "eastern time"),
            (Class::TimeZone, "EST", "new york"),
        ] {
            assert!(stands_for(class, code, name), "{code} is not {name}");
            assert!(
                codes_of(name).iter().any(|&(c, known)| c == class && known.eq_ignore_ascii_case(code)),
                "{name} has no {code}"
            );
        }
    }

    #[test]
    fn codes_of_one_class_do_not_stand_for_each_other_s_names() {
        assert!(!stands_for(Class::Airport, "SFO", "los angeles"));
        assert!(!stands_for(Class::Country, "CA", "california"));
        assert!(!stands_for(Class::Language, "de", "dutch"));
    }

    #[test]
    fn a_code_may_mean_several_things() {
        let classes: Vec<_> = meanings("CA").iter().map(|entry| entry.class).collect();
        assert_eq!(classes, [Class::Country, Class::Language, Class::State]);
    }

    #[test]
    fn codes_are_found_in_any_case_and_names_too() {
        assert_eq!(meanings("sfo"), meanings("SFO"));
        assert_eq!(meanings("FR"), meanings("fr"));
        assert_eq!(meanings("america/new_york"), meanings("America/New_York"));
        assert_eq!(meanings("en_US"), meanings("en-us"));
        assert!(!meanings("en_US").is_empty());
        let japan = codes_of("Japan");
        assert!(japan.contains(&(Class::Country, "JP")) && japan.contains(&(Class::Country, "JPN")));
        assert_eq!(japan, codes_of("japan"));
    }

    #[test]
    fn the_unknown_means_nothing() {
        for text in ["", "QQQQ1", "no such code", "san francisco", "ÉÉÉ", &"x".repeat(1000)] {
            assert!(meanings(text).is_empty(), "{text}");
        }
        for text in ["", "nowhere at all", &"x".repeat(1000)] {
            assert!(codes_of(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn every_class_has_a_name_and_a_table() {
        let classes: HashSet<_> = TABLES.iter().map(|(class, _)| class).collect();
        let names: HashSet<_> = TABLES.iter().map(|(class, _)| class.name()).collect();
        assert_eq!((classes.len(), names.len()), (TABLES.len(), TABLES.len()));
    }

    #[test]
    fn every_line_is_well_formed() {
        for (class, table) in TABLES {
            let mut lines = table.lines();
            assert!(lines.next().is_some_and(|line| line.starts_with("# ")), "{class:?} has no comment line");
            let mut last = "";
            let mut seen = HashSet::new();
            for line in lines {
                let (code, names) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
                assert!(!code.is_empty() && code.trim() == code && !names.contains('\t'), "{line}");
                assert!(last < code, "{class:?} is not sorted at {code}");
                assert!(seen.insert(code.to_ascii_uppercase()), "{class:?} has {code} twice");
                let mut own = HashSet::new();
                for name in names.split('|') {
                    assert!(!name.is_empty() && name.trim() == name && name.to_lowercase() == name, "{line}");
                    assert!(own.insert(name), "{name} twice: {line}");
                }
                last = code;
            }
        }
    }

    #[test]
    fn the_iso_lists_are_complete() {
        let count = |wanted: Class, length: usize| {
            let table = TABLES.iter().find(|(class, _)| *class == wanted).unwrap().1;
            rows(table).filter(|(code, _)| code.len() == length).count()
        };
        // All 249 countries, and EU, UK and XK; and all 249, and XKX.
        assert_eq!((count(Class::Country, 2), count(Class::Country, 3)), (252, 250));
        // All 183 languages, and the withdrawn bh and sh.
        assert!(count(Class::Language, 2) >= 183);
        assert!(count(Class::Currency, 3) >= 178);
    }
}
