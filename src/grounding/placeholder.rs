//! Values that only hold the place of one: `<id>`, `path/to/file`, `your_api_key`, "5+ more results".

use crate::trajectory::{Parameter, ValueKind};

use super::words::{self, Word};

/// Why a text is a placeholder rather than a value, if it is one.
pub fn placeholder(text: &str, words_of_text: &[Word], parameter: &Parameter, kind: ValueKind) -> Option<&'static str> {
    let text = text.trim();
    let lower = text.to_lowercase();
    if let Some(why) = marked(text, &lower) {
        return Some(why);
    }
    if kind == ValueKind::Prose || kind == ValueKind::Expression {
        return None;
    }
    let hard = kind.is_hard();
    let bare = letters(text);
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    if (hard || kind == ValueKind::Name) && !bare.is_empty() && bare == letters(&parameter.name) {
        return Some("it is the name of the parameter");
    }
    if !parameter.description.is_empty() && words_of_text.len() >= 2 {
        let told = parameter.description.to_lowercase();
        let (plain, told) = (lower.trim_end_matches('.'), told.trim_end_matches('.'));
        if plain.len() >= 12 && (told.starts_with(plain) || plain.ends_with(told)) {
            return Some("it is the description of the parameter");
        }
        if lower.strip_prefix("string. ").or_else(|| lower.strip_prefix("string: ")).is_some() {
            return Some("it is the description of the parameter");
        }
    }
    if !hard {
        return None;
    }
    if matches!(lower.as_str(), "integer" | "number" | "unknown" | "null" | "none" | "value" | "any") {
        return Some("it names no value");
    }
    if matches!(kind, ValueKind::Identifier | ValueKind::Secret) && names_a_kind(&bare) {
        return Some("it names a kind of value, not one");
    }
    if kind == ValueKind::Identifier && !has_digit && text.is_ascii() {
        let ends = ["_id", "Id", "ID", "_ID", "-id", "_token", "Token", "_key", "Key", "_number", "Number"];
        if ends.iter().any(|end| text.len() > end.len() && text.ends_with(end)) {
            return Some("it is the name of a field, not its value");
        }
    }
    if words_of_text.len() >= 2
        && !has_digit
        && !text.contains('@')
        && !matches!(kind, ValueKind::Code | ValueKind::Date)
    {
        // "user's phone number": words of the definition alone.
        let mut known = words::words(&parameter.name);
        for part in words::seams(&parameter.name) {
            known.extend(words::words(part));
        }
        known.extend(words::words(&parameter.description));
        let said = |word: &Word| {
            let text = text.get(word.start as usize..word.end as usize).unwrap_or("");
            known.iter().any(|known| known.hash == word.hash)
                || words::is_stop_word(text)
                || matches!(text, "s" | "user" | "User" | "of")
        };
        if words_of_text.iter().all(said) {
            return Some("it describes a value in the words of the definition");
        }
    }
    None
}

/// The letters and digits of a text, in lower case.
pub fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether letters say that there is no value, whatever the dialogue says: "N/A", "to be provided".
pub fn names_none(bare: &str) -> bool {
    matches!(
        bare,
        "string" | "na" | "tbd" | "todo" | "undefined" | "placeholder" | "yourname" | "tobeprovided" | "notprovided"
    )
}

/// Whether letters are those of a word for a sort of value: `username` is no name of a user.
pub fn names_a_kind(bare: &str) -> bool {
    matches!(
        bare,
        "username"
            | "userid"
            | "useridentifier"
            | "email"
            | "emailaddress"
            | "id"
            | "identifier"
            | "accesstoken"
            | "authtoken"
            | "apikey"
            | "orderid"
            | "accountid"
            | "phonenumber"
            | "ipaddress"
    )
}

/// Placeholders that show by their form.
fn marked(text: &str, lower: &str) -> Option<&'static str> {
    let inner = |open: &str, close: &str| {
        text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).map(str::trim).filter(|inner| {
            !inner.is_empty()
                && inner.len() <= 60
                && inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '\'' | '.'))
        })
    };
    let wordy = |inner: &str| inner.chars().any(char::is_alphabetic);
    if inner("<", ">").is_some_and(wordy)
        || inner("{{", "}}").is_some_and(wordy)
        || inner("{", "}").is_some_and(wordy)
        || inner("${", "}").is_some()
    {
        return Some("it is a place to fill in");
    }
    if let Some(inner) = inner("[", "]")
        && (inner.to_lowercase().starts_with("your ")
            || inner.to_lowercase().starts_with("insert ")
            || inner.to_uppercase() == inner && inner.len() > 3 && wordy(inner))
    {
        return Some("it is a place to fill in");
    }
    for start in
        ["your_", "your-", "insert_", "insert ", "enter_", "<your", "placeholder", "dummy_", "sample_id", "my_api_key"]
    {
        if lower.starts_with(start) {
            return Some("it is a place to fill in");
        }
    }
    if lower.contains("path/to/") || lower.contains("/path/to") || lower.contains("lorem ipsum") {
        return Some("it is a stock example");
    }
    if lower.len() >= 3 && lower.bytes().filter(|b| *b != b'-' && *b != b'_').all(|b| b == b'x') {
        return Some("it is a place to fill in");
    }
    if lower.contains("xxxx") || lower.contains("****") {
        return Some("a part of it is masked");
    }
    // "5+ more results", "... and 3 more".
    let mut tail = lower.trim_start_matches("... ").trim_start_matches("and ").splitn(2, ' ');
    let (count, rest) = (tail.next().unwrap_or(""), tail.next().unwrap_or(""));
    if count.trim_end_matches('+').parse::<u32>().is_ok()
        && (rest == "more" || rest.starts_with("more "))
        && rest.len() <= 20
    {
        return Some("it stands for values that were left out");
    }
    None
}

/// A slot that was left open in a text: "Hello [Name]", "Dear <customer name>".
pub fn open_slot(text: &str) -> Option<&str> {
    const SLOTS: [&str; 22] = [
        "name",
        "your",
        "date",
        "time",
        "company",
        "recipient",
        "customer",
        "insert",
        "address",
        "phone",
        "email",
        "amount",
        "order",
        "number",
        "title",
        "link",
        "url",
        "contact",
        "signature",
        "position",
        "user",
        "client",
    ];
    let mut rest = text;
    while let Some(start) = rest.find(['[', '<', '{']) {
        let close = match rest.as_bytes()[start] {
            b'[' => ']',
            b'<' => '>',
            _ => '}',
        };
        let inner = &rest[start + 1..];
        let Some(end) = inner[..inner.floor_char_boundary(41)].find(close) else {
            rest = inner;
            continue;
        };
        let (slot, after) = (&inner[..end], &inner[end + 1..]);
        let plain = !slot.is_empty()
            && !slot.starts_with('/')
            && slot.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '_' | '\'' | '/'));
        let words: Vec<String> = slot.split([' ', '_', '/']).map(str::to_lowercase).collect();
        // `[name](link)` is Markdown, and <b>name</b> markup.
        let markup = || after.starts_with('(') || close == '>' && after.contains(&format!("</{slot}"));
        let slots = plain && words.len() <= 5 && words.iter().any(|word| SLOTS.contains(&word.trim_end_matches("'s")));
        if slots && !markup() {
            return Some(&rest[start..start + slot.len() + 2]);
        }
        rest = inner;
    }
    None
}

/// Whether a value is one that people and models use where they have none: `12345`, `0000000`, `john@example.com`.
pub fn stand_in(text: &str, kind: ValueKind) -> bool {
    let lower = text.trim().to_lowercase();
    match kind {
        ValueKind::Email => {
            let host = lower.rsplit('@').next().unwrap_or("");
            matches!(host, "example.com" | "example.org" | "test.com" | "domain.com" | "email.com")
        }
        ValueKind::Url => {
            ["example.com", "example.org", "yourdomain", "localhost"].iter().any(|host| lower.contains(host))
        }
        ValueKind::Identifier | ValueKind::Phone | ValueKind::Secret => {
            let digits: Vec<u8> = lower.bytes().filter(u8::is_ascii_digit).collect();
            let letters = lower.bytes().filter(u8::is_ascii_alphabetic).count();
            if digits.len() < 4 || letters > 12 {
                return matches!(
                    lower.as_str(),
                    "password" | "admin" | "test" | "foo" | "bar" | "user1" | "user2" | "abc123" | "user123"
                );
            }
            let same = digits.iter().all(|d| *d == digits[0]);
            let up = digits.windows(2).all(|pair| pair[1] == pair[0] + 1 || (pair[0] == b'9' && pair[1] == b'0'));
            let down = digits.windows(2).all(|pair| pair[0] == pair[1] + 1);
            same || up || down
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(name: &str, description: &str, text: &str) -> bool {
        let root = Parameter::of_schema(&json!({"properties": {name: {"type": "string", "description": description}}}));
        let parameter = root.member(name).unwrap();
        placeholder(text, &words::words(text), parameter, parameter.kind).is_some()
    }

    #[test]
    fn placeholders_and_values() {
        for (name, description, text) in [
            ("order_id", "", "<order_id>"),
            ("order_id", "", "order_id"),
            ("ip", "The IP address to report", "The IP address to report"),
            ("userId", "string. Discord user ID.", "string. Discord user ID."),
            ("phone", "The phone number to verify", "user's phone number"),
            ("targetId", "The id of the target", "dashboardId"),
            ("file", "", "path/to/file.txt"),
            ("api_key", "", "YOUR_API_KEY"),
            ("item_ids", "", "5+ more results"),
            ("title", "", "{{title}}"),
        ] {
            assert!(found(name, description, text), "{name} {text}");
        }
        for (name, description, text) in [
            ("order_id", "", "W123"),
            ("title", "The title", "The title of the song"),
            ("city", "The city", "Paris"),
            ("message", "", "Please <b>call</b> me, there are 5 more to come"),
            ("users", "The users", "maria"),
            ("status", "", "unknown"),
            ("list", "", "[1, 2]"),
        ] {
            assert!(!found(name, description, text), "{name} {text}");
        }
        assert_eq!(open_slot("Hello [Your Name], see you on <date>"), Some("[Your Name]"));
        for filled in ["see [the name](https://a.b)", "<name>Jo</name>", "[1] and {}", "a [b", "[x] done", "[[[[name"] {
            assert_eq!(open_slot(filled), None, "{filled}");
        }
        assert!(stand_in("12345", ValueKind::Identifier) && stand_in("123-456-7890", ValueKind::Phone));
        assert!(stand_in("gift_card_0000000", ValueKind::Identifier) && !stand_in("W2378156", ValueKind::Identifier));
        assert!(stand_in("joe@example.com", ValueKind::Email) && !stand_in("joe@firm.de", ValueKind::Email));
    }
}
