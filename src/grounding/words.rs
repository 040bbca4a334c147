//! Text to words: what counts as one, and when two are the same.
//!
//! Case, accents and the width of letters do not matter. Punctuation ends a word, and so does the underscore; a letter of
//! a script that writes without blanks is a word of its own.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Equal for words that are the same.
    pub hash: u64,
    /// Bytes of the text.
    pub start: u32,
    pub end: u32,
}

/// For each byte: 0 where it ends a word, 1 where more must be looked at, otherwise the letter in lower case.
const LETTERS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        if byte.is_ascii_alphanumeric() {
            table[at] = byte.to_ascii_lowercase();
        } else if byte >= 0x80 {
            table[at] = 1;
        }
        at += 1;
    }
    table
};

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0x2127_599b_f432_5c37;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(FACTOR).rotate_left(23)
}

fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 29)).wrapping_mul(FACTOR);
    hash ^ (hash >> 32)
}

/// The hash of a text that is one word.
pub fn hash_of(word: &str) -> u64 {
    let mut hash = SEED;
    for c in word.chars() {
        hash = fold(hash, c);
    }
    finish(hash)
}

/// The hash of several words as one: order matters.
pub fn hash_of_all(words: &[Word]) -> u64 {
    finish(words.iter().fold(SEED, |hash, word| (hash ^ word.hash).wrapping_mul(FACTOR).rotate_left(17)))
}

/// Takes a character into a hash: lower case, without accents.
fn fold(hash: u64, c: char) -> u64 {
    if c.is_ascii() {
        return step(hash, c.to_ascii_lowercase() as u8);
    }
    if let Some(digit) = digit(c) {
        return step(hash, b'0' + digit);
    }
    let mut hash = hash;
    let mut bytes = [0; 4];
    for lower in c.to_lowercase() {
        if stands_alone(lower) {
            lower.encode_utf8(&mut bytes).bytes().for_each(|byte| hash = step(hash, byte));
            continue;
        }
        for part in std::iter::once(lower).nfkd().filter(|part| !is_combining_mark(*part)) {
            part.encode_utf8(&mut bytes).bytes().for_each(|byte| hash = step(hash, byte));
        }
    }
    hash
}

/// Whether a character of a script without blanks between words.
fn stands_alone(c: char) -> bool {
    matches!(c as u32,
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// The value of a decimal digit of a script other than Latin.
pub fn digit(c: char) -> Option<u8> {
    const ZEROS: [u32; 11] = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xe50, 0xed0, 0xff10, 0x7c0];
    let code = c as u32;
    ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10)).map(|value| value as u8)
}

/// Calls `found` for each word of `text` in order. Bytes are counted from `base`.
pub fn each_word(text: &str, base: usize, mut found: impl FnMut(Word)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let first = LETTERS[bytes[at] as usize];
        if first == 0 {
            at += 1;
            continue;
        }
        let start = at;
        let mut hash = SEED;
        while at < bytes.len() {
            let letter = LETTERS[bytes[at] as usize];
            if letter > 1 {
                hash = step(hash, letter);
                at += 1;
                continue;
            }
            if letter == 0 {
                break;
            }
            let Some(c) = text[at..].chars().next() else { break };
            if stands_alone(c) {
                if at == start && c.is_alphanumeric() {
                    hash = fold(hash, c);
                    at += c.len_utf8();
                }
                break;
            }
            if !(c.is_alphanumeric() || is_combining_mark(c)) {
                break;
            }
            hash = fold(hash, c);
            at += c.len_utf8();
        }
        if at == start {
            // A character that is no letter.
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        found(Word { hash: finish(hash), start: (base + start) as u32, end: (base + at) as u32 });
    }
}

/// All words of a text.
pub fn words(text: &str) -> Vec<Word> {
    let mut all = Vec::new();
    each_word(text, 0, |word| all.push(word));
    all
}

/// Other forms of a word under which the same thing may have been said: singular and plural, verb endings.
pub fn variants(word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    let mut forms = Vec::new();
    if lower.chars().count() < 3 || lower.bytes().any(|b| b.is_ascii_digit()) {
        return forms;
    }
    let mut cut = |ending: &str, with: &[&str]| {
        if let Some(stem) = lower.strip_suffix(ending)
            && stem.chars().count() >= 3
        {
            forms.extend(with.iter().map(|with| format!("{stem}{with}")));
        }
    };
    cut("ies", &["y"]);
    cut("ves", &["f", "fe"]);
    cut("es", &["", "e"]);
    cut("s", &[""]);
    cut("y", &["ies"]);
    cut("ing", &["", "e", "ed", "s"]);
    cut("ed", &["", "e", "ing", "s"]);
    cut("ly", &[""]);
    cut("er", &["", "e"]);
    cut("ion", &["e", "", "ed"]);
    if lower.is_ascii() {
        let last = lower.as_bytes()[lower.len() - 1];
        forms.push(format!("{lower}s"));
        forms.push(format!("{lower}es"));
        forms.push(format!("{lower}ed"));
        forms.push(format!("{lower}ing"));
        if last == b'e' {
            let stem = &lower[..lower.len() - 1];
            forms.extend([format!("{lower}d"), format!("{stem}ing"), format!("{stem}ion")]);
        }
    } else {
        forms.push(format!("{lower}s"));
    }
    forms
}

/// Words that say little: they do not tell where a value comes from.
pub fn is_stop_word(word: &str) -> bool {
    const STOP: [&str; 60] = [
        "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
        "do", "for", "from", "has", "have", "he", "her", "his", "i", "if", "in", "into", "is", "it", "its", "me", "my",
        "not", "of", "on", "or", "our", "out", "please", "she", "so", "some", "that", "the", "their", "them", "then",
        "there", "these", "they", "this", "to", "was", "we", "were", "will", "with", "you", "your",
    ];
    word.len() <= 6 && STOP.binary_search(&word.to_ascii_lowercase().as_str()).is_ok()
}

/// Whether two words differ by one letter: changed, left out, added, or swapped with its neighbour. The first letter is the
/// same, since that is where people look.
pub fn is_slip(a: &str, b: &str) -> bool {
    if !(a.is_ascii() && b.is_ascii()) {
        let (a, b): (Vec<char>, Vec<char>) =
            (a.chars().flat_map(char::to_lowercase).collect(), b.chars().flat_map(char::to_lowercase).collect());
        return differ_by_one(&a, &b, |x, y| x == y);
    }
    differ_by_one(a.as_bytes(), b.as_bytes(), u8::eq_ignore_ascii_case)
}

fn differ_by_one<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    let start = a.iter().zip(b).take_while(|(x, y)| same(x, y)).count();
    if start == 0 {
        return false;
    }
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| same(x, y)).count();
    match (a.len() - start - end, b.len() - start - end) {
        (1, 1) | (0, 1) | (1, 0) => true,
        (2, 2) => same(&a[start], &b[start + 1]) && same(&a[start + 1], &b[start]),
        _ => false,
    }
}

/// Splits `camelCase`, `HTTPServer` and `A12` into parts; one part where there is no seam.
pub fn seams(word: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for at in 1..chars.len() {
        let (before, here) = (chars[at - 1].1, chars[at].1);
        let next_lower = chars.get(at + 1).is_some_and(|(_, next)| next.is_lowercase());
        let camel = before.is_lowercase() && here.is_uppercase();
        let end_of_capitals = before.is_uppercase() && here.is_uppercase() && next_lower;
        let digits = before.is_ascii_digit() != here.is_ascii_digit();
        if camel || end_of_capitals || digits {
            cuts.push(chars[at].0);
        }
    }
    cuts.push(word.len());
    cuts.windows(2).map(|pair| &word[pair[0]..pair[1]]).collect()
}

/// The words of a name of a field, in lower case: `newItemIds` is `new`, `item`, `ids`.
pub fn parts(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric()).flat_map(seams);
    parts.map(str::to_lowercase).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        words(text).iter().map(|word| &text[word.start as usize..word.end as usize]).collect()
    }

    #[test]
    fn words_end_at_punctuation_and_stand_alone_in_han() {
        assert_eq!(texts("basic_economy, #W123 (a-b)"), ["basic", "economy", "W123", "a", "b"]);
        assert_eq!(texts("订单W12，上海"), ["订", "单", "W12", "上", "海"]);
        assert_eq!(texts("  …!?"), Vec::<&str>::new());
        assert_eq!(texts("Müller's"), ["Müller", "s"]);
    }

    #[test]
    fn case_accents_and_width_do_not_matter() {
        for (a, b) in [("Améthyste", "amethyste"), ("ＡＢＣ１２", "abc12"), ("٣٥", "35"), ("İstanbul", "istanbul")]
        {
            assert_eq!(hash_of(a), hash_of(b), "{a} {b}");
            assert_eq!(words(a)[0].hash, hash_of(b), "{a} {b}");
        }
        assert_ne!(hash_of("abc"), hash_of("acb"));
        assert_ne!(hash_of("가"), hash_of("나"));
    }

    #[test]
    fn forms_and_seams() {
        assert!(variants("cities").contains(&"city".to_owned()));
        assert!(variants("book").contains(&"books".to_owned()));
        assert!(variants("A12").is_empty());
        assert_eq!(seams("frontLeftTire"), ["front", "Left", "Tire"]);
        assert_eq!(seams("HTTPServer2"), ["HTTP", "Server", "2"]);
        assert_eq!(seams("word"), ["word"]);
        assert!(is_slip("Olivia", "oliva") && is_slip("recieve", "receive") && is_slip("größer", "Größen"));
        assert!(!is_slip("house", "mouse") && !is_slip("same", "same") && !is_slip("abcdef", "abxyef"));
        assert!(is_stop_word("The") && !is_stop_word("flight"));
    }
}
