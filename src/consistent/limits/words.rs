//! Words: stems, words that say nothing, names split into words, units.

/// A unit of measurement under one name for all its spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub name: &'static str,
    pub class: UnitClass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitClass {
    Length,
    Weight,
    Volume,
    Time,
    /// An hour of the day.
    Clock,
    Money,
    Share,
    Text,
    Data,
}

/// The unit that a word is, in lower case.
pub(super) fn unit(word: &str) -> Option<Unit> {
    use UnitClass::{Clock, Data, Length, Money, Share, Text, Time, Volume, Weight};
    let (name, class) = match word {
        "mm" | "millimeter" | "millimeters" | "millimetre" | "millimetres" => ("mm", Length),
        "cm" | "cms" | "centimeter" | "centimeters" | "centimetre" | "centimetres" => ("cm", Length),
        "m" | "meter" | "meters" | "metre" | "metres" => ("m", Length),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => ("km", Length),
        "inch" | "inches" => ("inch", Length),
        "ft" | "foot" | "feet" => ("ft", Length),
        "mile" | "miles" => ("mile", Length),
        "mg" => ("mg", Weight),
        "g" | "gram" | "grams" => ("g", Weight),
        "kg" | "kgs" | "kilogram" | "kilograms" => ("kg", Weight),
        "lb" | "lbs" | "pound" | "pounds" => ("lb", Weight),
        "oz" | "ounce" | "ounces" => ("oz", Weight),
        "ml" | "milliliter" | "milliliters" => ("ml", Volume),
        "l" | "liter" | "liters" | "litre" | "litres" => ("l", Volume),
        "gallon" | "gallons" => ("gallon", Volume),
        "ms" | "millisecond" | "milliseconds" => ("ms", Time),
        "s" | "sec" | "secs" | "second" | "seconds" => ("second", Time),
        "mins" | "minute" | "minutes" => ("minute", Time),
        "h" | "hr" | "hrs" | "hour" | "hours" => ("hour", Time),
        "day" | "days" => ("day", Time),
        "night" | "nights" => ("night", Time),
        "week" | "weeks" => ("week", Time),
        "month" | "months" => ("month", Time),
        "year" | "years" => ("year", Time),
        "am" | "pm" | "o'clock" => ("clock", Clock),
        "$" | "usd" | "dollar" | "dollars" => ("usd", Money),
        "€" | "eur" | "euro" | "euros" => ("eur", Money),
        "£" | "gbp" => ("gbp", Money),
        "%" | "percent" => ("percent", Share),
        "character" | "characters" | "chars" | "letters" | "words" | "digits" => ("character", Text),
        "byte" | "bytes" | "kb" | "mb" | "gb" => ("byte", Data),
        _ => return None,
    };
    Some(Unit { name, class })
}

/// The number that a word is.
pub(super) fn number_word(word: &str) -> Option<f64> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.iter().position(|known| *known == word).map(|at| (at + 1) as f64)
}

/// The form that words of one meaning share: singular, lower case, `width` for `wide`.
pub(super) fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    match word.as_str() {
        "wide" | "wider" => return "width".into(),
        "tall" | "high" | "taller" | "higher" => return "height".into(),
        "long" => return "length".into(),
        "deep" => return "depth".into(),
        "heavy" => return "weight".into(),
        _ => {}
    }
    if let Some(root) = word.strip_suffix("ies").filter(|root| root.len() > 1) {
        return format!("{root}y");
    }
    for end in ["sses", "xes", "ches", "shes"] {
        if word.ends_with(end) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(root) if root.len() > 2 && !root.ends_with(['s', 'u', 'i']) => root.to_owned(),
        _ => word,
    }
}

/// The form that a verb shares with its participle: `cancel` for `cancelled`, `modif` for `modify`.
pub(super) fn verb_stem(word: &str) -> String {
    let mut word = word.to_lowercase();
    for end in ["ation", "ing", "ied", "ed", "es", "s", "e", "y"] {
        if word.len() >= end.len() + 3 && word.ends_with(end) {
            word.truncate(word.len() - end.len());
            break;
        }
    }
    let mut back = word.chars().rev();
    if let (Some(last), Some(before)) = (back.next(), back.next())
        && last == before
        && matches!(last, 'l' | 'p' | 't' | 'n' | 'm' | 'g' | 'd' | 'b' | 'r')
    {
        word.pop();
    }
    word
}

/// The stems of the words in a name or a short value: `frameWidth`, `basic_economy`, `non-glare`.
pub(super) fn name_words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower = false;
    for c in name.chars() {
        if (!c.is_alphanumeric() || (c.is_uppercase() && lower)) && !word.is_empty() {
            words.push(stem(&word));
            word.clear();
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
        lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(stem(&word));
    }
    words
}

/// Words that a limit may use freely: they restrict nothing that a call could show.
pub(super) fn says_nothing(word: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "a", "about", "accept", "accepted", "all", "allow", "allowed", "also", "always", "am", "an", "and", "any",
        "are", "as", "at", "available", "be", "been", "being", "both", "by", "can", "cannot", "choose", "come",
        "comes", "constraint", "constraints", "could", "currently", "customer", "customers", "detail", "details", "dimension", "dimensions",
        "do", "does", "each", "either", "every", "exceed", "exceeding", "exceeds", "for", "from", "general", "get",
        "guideline", "guidelines", "has", "have", "having", "he", "hers", "his", "i", "if", "important", "in",
        "information", "into", "is", "it", "its", "least", "limit", "limitation", "limitations", "limited", "limits",
        "max", "maximal", "maximum", "may", "measure", "measuring", "min", "minimal", "minimum", "most", "must",
        "need", "needs", "note", "of", "on", "only", "option", "options", "or", "our", "overview", "per", "permitted",
        "please", "policies", "policy", "possible", "range", "ranges", "ranging", "requirement", "requirements",
        "restriction", "restrictions", "rule", "rules", "shall", "she", "should", "size", "sizes", "so",
        "specification", "specifications", "still", "supported", "than", "that", "the", "their", "them", "then",
        "there", "these", "they", "this", "those", "to", "type", "types", "up", "user", "users", "valid", "value",
        "values", "via", "was", "we", "when", "where", "which", "while", "who", "will", "with", "within", "would",
        "you", "your",
    ];
    debug_assert!(WORDS.is_sorted());
    WORDS.binary_search(&word).is_ok()
}

/// Words that turn a limit into its opposite or into an exception: no argument can show what they mean.
pub(super) fn turns(word: &str) -> bool {
    matches!(
        word,
        "no" | "not"
            | "never"
            | "without"
            | "except"
            | "excluding"
            | "unless"
            | "other"
            | "otherwise"
            | "unlike"
            | "neither"
            | "nor"
            | "don't"
            | "doesn't"
            | "isn't"
            | "aren't"
            | "half"
            | "twice"
            | "additional"
            | "extra"
    )
}

/// Words that make a limit a habit or an estimate.
pub(super) fn hedges(word: &str) -> bool {
    matches!(
        word,
        "standard"
            | "typical"
            | "typically"
            | "usual"
            | "usually"
            | "normal"
            | "normally"
            | "recommended"
            | "recommend"
            | "suggested"
            | "suggest"
            | "ideal"
            | "ideally"
            | "average"
            | "around"
            | "approximately"
            | "approx"
            | "roughly"
            | "estimated"
            | "preferred"
            | "preferably"
            | "often"
            | "common"
            | "commonly"
            | "generally"
            | "default"
    )
}
