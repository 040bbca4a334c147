//! Texts as arguments: said so or otherwise, named by the definition, written by the caller.

use serde_json::Value;

use super::index::{Place, Speaker};
use super::sources::Candidates;
use super::trace::{ANNOUNCED, Dialogue, names_people};
use super::words::{self, Word};
use super::{Leaf, Provenance, Trace, number, placeholder};
use crate::trajectory::{Parameter, Role, ValueKind};

impl Dialogue<'_> {
    pub(super) fn text(&mut self, text: &str, path: &str, parameter: &Parameter, kind: ValueKind, depth: u8) -> Trace {
        let words = words::words(text);
        if words.is_empty() {
            return match (text.trim(), kind.is_hard()) {
                ("", _) => Trace::new(Provenance::Schema, "no value", Vec::new()),
                (_, true) => Trace::new(Provenance::Placeholder, "it names no value", Vec::new()),
                _ => Trace::new(Provenance::Schema, "no words", Vec::new()),
            };
        }
        let mut announced = None;
        let bare = placeholder::letters(text);
        let own_name = kind.is_hard()
            && text.trim() == parameter.name
            && !text.bytes().any(|b| b.is_ascii_digit())
            && text.contains('_');
        let names_none =
            (kind.is_hard() || matches!(kind, ValueKind::Name | ValueKind::Path)) && placeholder::names_none(&bare);
        if own_name || names_none {
            return Trace::new(Provenance::Placeholder, "it names no value", Vec::new());
        }
        if kind == ValueKind::Identifier && placeholder::names_a_kind(&bare) {
            return Trace::new(Provenance::Placeholder, "it names a kind of value, not one", Vec::new());
        }
        if let Some(found) = self.said(text, &words, &parameter.name, kind, &mut announced) {
            return found;
        }
        if let Some(why) = placeholder::placeholder(text, &words, parameter, kind) {
            return Trace::new(Provenance::Placeholder, why, Vec::new());
        }
        if let Some(offered) = offered(&Value::from(text), parameter) {
            return offered;
        }
        match kind {
            ValueKind::Prose => return self.prose(text),
            ValueKind::Expression => return self.expression(text, path, parameter),
            _ => {}
        }
        if depth == 0
            && let Some(found) = self.structured(text, path, parameter)
        {
            return found;
        }
        if let Some(found) = self.date(text, &parameter.name, kind) {
            return found;
        }
        if kind == ValueKind::Date
            && let Some(value) = super::date::year_value(text)
        {
            return self.number(f64::from(value), text, path, parameter, kind);
        }
        if let Some(found) = self.described(text, &words, parameter, kind) {
            return found;
        }
        if matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "none")
        {
            return match kind {
                ValueKind::Identifier | ValueKind::Email | ValueKind::Secret | ValueKind::Phone => {
                    Trace::new(Provenance::Placeholder, "it names no value", Vec::new())
                }
                _ => Trace::new(Provenance::Schema, "a flag", Vec::new()),
            };
        }
        if !matches!(kind, ValueKind::Identifier | ValueKind::Secret | ValueKind::Phone)
            && let Some(value) = number::whole(text)
        {
            let found = self.number(value, text, path, parameter, kind);
            if found.is_grounded() {
                return found;
            }
        }
        if let Some(found) = self.rewritten(text, &words, parameter, kind) {
            return found;
        }
        if let Some(found) = self.code(text, parameter, kind) {
            return found;
        }
        if depth == 0
            && let Some(found) = self.joined(text, path, parameter, kind)
        {
            return found;
        }
        if let Some(found) = self.in_world(text, &words, kind) {
            return found;
        }
        if let Some(place) = announced {
            // A new one may be proposed; an old one is known to the user alone.
            if kind == ValueKind::Secret && self.is_proposed(place, parameter) && self.agreed_to(place) {
                return Trace::new(
                    Provenance::Normalised,
                    "the assistant proposed it and the user agreed",
                    vec![place],
                );
            }
            if kind == ValueKind::Code && !super::knowledge::meanings(text.trim()).is_empty() {
                // "The West Coast": which airports these are is no secret.
                return Trace::new(Provenance::WorldKnowledge, "a public code that the assistant chose", vec![place]);
            }
            return match kind.is_hard() {
                // A name that the assistant chose and the user did not refuse.
                false => Trace::new(Provenance::FreeText, "", vec![place]),
                true => Trace::new(Provenance::Invented, self.announcement(place, kind), vec![place]),
            };
        }
        if placeholder::stand_in(text, kind) {
            return Trace::new(
                Provenance::Invented,
                "it is a typical stand-in, and nothing before the call says it",
                Vec::new(),
            );
        }
        Trace::invented()
    }

    /// Whether the user's next words after a place accept what stands there.
    pub(super) fn agreed_to(&self, place: Place) -> bool {
        let messages = &self.given.trajectory.messages[place.message as usize..self.read];
        let reply = messages.iter().find(|message| message.role == Role::User);
        reply.is_some_and(|reply| {
            let start: String = reply.content.chars().take(60).collect::<String>().to_lowercase();
            let yes = [
                "yes",
                "perfect",
                "great",
                "sure",
                "ok",
                "sounds good",
                "good",
                "fine",
                "that works",
                "go ahead",
                "i like",
                "please do",
                "ja",
                "oui",
                "sí",
                "si",
                "sim",
                "好",
                "是",
                "はい",
            ];
            yes.iter().any(|word| start.trim_start().starts_with(word))
                || start.contains("that one")
                || start.contains("works for me")
        })
    }

    /// Whether the assistant proposed what stands at a place, rather than to claim it.
    fn is_proposed(&self, place: Place, parameter: &Parameter) -> bool {
        let said = &self.given.trajectory.messages[place.message as usize].content;
        let proposes = [
            "how about",
            "what about",
            "suggest",
            "propose",
            "could be",
            "could use",
            "would you like",
            "shall we use",
            "for example",
        ];
        let lower = said.to_lowercase();
        parameter.name.to_lowercase().contains("new") || proposes.iter().any(|words| lower.contains(words))
    }

    /// Why a value that the assistant said first has no source.
    pub(super) fn announcement(&self, place: Place, kind: ValueKind) -> &'static str {
        let message = place.message as usize;
        let messages = &self.given.trajectory.messages[message..self.read];
        let answered = messages.iter().any(|message| message.role == Role::User);
        match matches!(kind, ValueKind::Amount | ValueKind::Date) && answered {
            true => ANNOUNCED,
            false => "only the assistant named it before",
        }
    }

    /// Whether these words were said, by somebody but the assistant.
    pub(super) fn said(
        &self,
        text: &str,
        words: &[Word],
        name: &str,
        kind: ValueKind,
        announced: &mut Option<Place>,
    ) -> Option<Trace> {
        let weak = is_weak(text, words);
        let has_digit = text.bytes().any(|b| b.is_ascii_digit());
        let mut candidates = Candidates::default();
        self.index.find(words, |place| {
            if place.name && kind.is_hard() && !has_digit {
                return true;
            }
            if weak && !self.bears(place, text, kind) {
                return true;
            }
            if kind.is_hard() && !self.is_same_name(place, text, name, kind) {
                return true;
            }
            candidates.take(place)
        });
        let mut places = candidates.places();
        self.drop_echoes(words::hash_of_all(words), &mut places);
        *announced = candidates.assistant();
        let first = *places.first()?;
        Some(match self.index.is_exact(first, text.trim(), words[0].start as usize) {
            true => Trace::new(Provenance::Literal, "", places),
            false => Trace::new(Provenance::Normalised, "in other case or punctuation", places),
        })
    }

    /// Whether what stands at a place names the same thing, and not a part of it or a likeness.
    fn is_same_name(&self, place: Place, text: &str, name: &str, kind: ValueKind) -> bool {
        let said = self.index.text_of(place);
        match kind {
            ValueKind::Code => {
                // `MIA` is not "Mia".
                let short = text.len() <= 4 && text.bytes().all(|b| b.is_ascii_uppercase());
                !short || place.whole || said == text
            }
            ValueKind::Identifier | ValueKind::Email | ValueKind::Secret => {
                if self.index.is_cut_out(place) {
                    // A user name may be the local part of an address that the user gave.
                    let local =
                        names_people(name) && place.speaker == Speaker::User && self.index.around(place, 0, 1).1 == "@";
                    return local && said == text;
                }
                let first = words::words(text).first().map_or(0, |word| word.start as usize);
                let exact = || self.index.is_exact(place, text.trim(), first);
                let mixed = is_mixed_token(text);
                match kind {
                    ValueKind::Secret if !exact() => return false,
                    // Any word of the dialogue would do.
                    ValueKind::Secret
                        if text.bytes().all(|b| b.is_ascii_alphabetic()) && !self.is_told_as_secret(place) =>
                    {
                        return false;
                    }
                    ValueKind::Email if !self.index.is_exact_but_case(place, text.trim(), first) => return false,
                    // A token in other case is another token.
                    ValueKind::Identifier if mixed && said.eq_ignore_ascii_case(text) && said != text => return false,
                    _ => {}
                }
                // A user name made of a person's name is a guess: `kim_lund` of "Kim Lund", `kim` of "Kim".
                let of_people = kind == ValueKind::Identifier && names_people(name);
                let digits = text.bytes().any(|b| b.is_ascii_digit());
                let named = said.chars().next().is_some_and(char::is_uppercase);
                let spaced = named && said.contains(char::is_whitespace) && !text.contains(char::is_whitespace);
                let cased = !place.whole
                    && said != text
                    && said.chars().next().is_some_and(char::is_uppercase)
                    && text.chars().all(|c| !c.is_uppercase());
                !(of_people && !digits && (spaced || cased))
            }
            _ => true,
        }
    }

    /// Whether a plain word stands where a password would.
    fn is_told_as_secret(&self, place: Place) -> bool {
        let name = self.index.name_of(place.node).unwrap_or("").to_lowercase();
        let (before, after) = self.index.around(place, 60, 4);
        let message = &self.given.trajectory.messages.get(place.message as usize);
        let brief = message.is_some_and(|message| message.role == Role::User && message.content.len() <= 40);
        if brief || before.trim().is_empty() && after.trim().len() <= 1 {
            // An answer of a few words.
            return true;
        }
        let told = format!("{name} {}", before.to_lowercase());
        self.is_quoted(place)
            || ["pass", "pin", "secret", "code", "credential", "word"].iter().any(|word| told.contains(word))
    }

    /// Whether a short word or small number at a place can be the source of a value.
    pub(super) fn bears(&self, place: Place, text: &str, kind: ValueKind) -> bool {
        let exact = self.index.text_of(place) == text;
        if place.whole && !place.name {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            // Whole, but a `quantity` is no `ticket_id`.
            return !(digits && kind == ValueKind::Identifier) || self.is_named_like_id(place);
        }
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match digits {
            true if kind == ValueKind::Identifier => self.is_named_like_id(place),
            true => true,
            false => exact && (text.bytes().any(|b| b.is_ascii_uppercase()) || self.is_quoted(place)),
        }
    }

    pub(super) fn is_quoted(&self, place: Place) -> bool {
        let (before, after) = self.index.around(place, 1, 1);
        let quote =
            |text: &str| text.chars().next().is_some_and(|c| matches!(c, '\'' | '"' | '`' | '“' | '”' | '‘' | '’'));
        quote(before) && quote(after)
    }

    /// Whether a small number stands where an identifier would: `"ticket_id": 1`, `ticket #1`, `order number 7`.
    pub(super) fn is_named_like_id(&self, place: Place) -> bool {
        if place.name {
            return true;
        }
        if let Some(name) = self.index.name_of(place.node) {
            let lower = name.to_ascii_lowercase();
            return lower.ends_with("id")
                || lower.ends_with("ids")
                || lower.ends_with("number")
                || lower.ends_with("no")
                || lower.ends_with("key")
                || lower.ends_with("code")
                || lower.ends_with("index");
        }
        let (before, _) = self.index.around(place, 24, 0);
        let lower = before.to_lowercase();
        let near = lower.trim_end_matches([' ', ':', '#', '\'', '"', '(', '.']);
        let word = near.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        before.ends_with('#')
            || word.len() > 2 && word.ends_with("id")
            || matches!(
                word,
                "id" | "ids"
                    | "number"
                    | "no"
                    | "nr"
                    | "code"
                    | "ticket"
                    | "order"
                    | "item"
                    | "account"
                    | "user"
                    | "message"
                    | "post"
                    | "tweet"
                    | "is"
                    | "page"
                    | "chapter"
                    | "verse"
                    | "room"
                    | "table"
                    | "case"
                    | "issue"
                    | "event"
                    | "task"
                    | "record"
            )
    }

    /// Takes out observations that only give back what an earlier call had invented.
    pub(super) fn drop_echoes(&self, key: u64, places: &mut Vec<Place>) {
        if !self.coined.is_empty() || !self.tainted.is_empty() {
            places.retain(|place| !self.is_echo(*place, key));
        }
    }

    /// Whether something like these words was said by somebody but the assistant.
    pub(super) fn phrase(&self, text: &str) -> Option<Place> {
        let words = words::words(text);
        let mut candidates = Candidates::default();
        if !words.is_empty() {
            self.index.find(&words, |place| candidates.take(place));
        }
        candidates.places().first().copied()
    }

    /// Values that the definition of the parameter names in its text.
    pub(super) fn described(
        &self,
        text: &str,
        words: &[Word],
        parameter: &Parameter,
        kind: ValueKind,
    ) -> Option<Trace> {
        let within = |told: &str| -> Option<bool> {
            let said = words::words(told);
            let at =
                said.windows(words.len()).position(|window| window.iter().zip(words).all(|(a, b)| a.hash == b.hash))?;
            let (start, end) = (said[at].start as usize, said[at + words.len() - 1].end as usize);
            if is_weak(text, words) && told[start..end] != *text {
                return None;
            }
            let from = told.floor_char_boundary(start.saturating_sub(60));
            let before = told[from..start].to_lowercase();
            // An example, and no choice: "such as 'A1'", but not "either 'a' or 'b'".
            Some(
                ["such as", "e.g", "example", "for instance", "like ", "i.e", "format"]
                    .iter()
                    .any(|sign| before.contains(sign)),
            )
        };
        match within(&parameter.description) {
            Some(true) if kind.is_hard() && kind != ValueKind::Code => {
                return Some(Trace::new(Provenance::Placeholder, "it is the example of the definition", Vec::new()));
            }
            Some(false) => return Some(Trace::new(Provenance::Schema, "named in the description", Vec::new())),
            Some(true) if kind != ValueKind::Code => {
                return Some(Trace::new(Provenance::Schema, "an example of the description", Vec::new()));
            }
            _ => {}
        }
        if !kind.is_hard() && !is_weak(text, words) && within(&self.call.tool_description).is_some() {
            return Some(Trace::new(Provenance::Schema, "named in the tool's description", Vec::new()));
        }
        None
    }

    /// The same in other words: parts run together or taken apart, another order, another form of a word, a slip of the pen.
    pub(super) fn rewritten(
        &self,
        text: &str,
        words: &[Word],
        parameter: &Parameter,
        kind: ValueKind,
    ) -> Option<Trace> {
        let own = words::hash_of_all(words);
        let first_hand = |place: &Place| !self.is_echo(*place, own);
        if let [_] = words {
            let word = text.get(words[0].start as usize..words[0].end as usize).unwrap_or("");
            let parts = words::seams(word);
            if parts.len() > 1
                && let Some(place) = self.phrase(&parts.join(" ")).filter(first_hand)
            {
                return Some(Trace::new(Provenance::Normalised, "written as one word", vec![place]));
            }
            if let [letters, digits] = parts.as_slice()
                && let Some(places) = self.spelled_id(letters, digits, parameter)
            {
                return Some(Trace::new(Provenance::Normalised, "put together from its letters and digits", places));
            }
        }
        let together: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        if words.len() > 1
            && together.len() >= 3
            && let Some(place) = self.phrase(&together).filter(first_hand)
        {
            return Some(Trace::new(Provenance::Normalised, "written as several words", vec![place]));
        }
        let marked = together.len() >= 5 && together.bytes().any(|b| b.is_ascii_digit()) && !is_mixed_token(text);
        if marked
            && matches!(kind, ValueKind::Identifier | ValueKind::Phone)
            && let Some(place) = self.index.find_joined(&together).filter(first_hand)
            && !(kind != ValueKind::Phone && self.index.is_cut_out(place))
        {
            return Some(Trace::new(Provenance::Normalised, "written with other separators", vec![place]));
        }
        if let Some(place) = self.phone(&together, kind).filter(first_hand) {
            return Some(Trace::new(Provenance::Normalised, "digits grouped otherwise", vec![place]));
        }
        if matches!(
            kind,
            ValueKind::Identifier
                | ValueKind::Secret
                | ValueKind::Email
                | ValueKind::Phone
                | ValueKind::Code
                | ValueKind::Date
                | ValueKind::Amount
        ) {
            return None;
        }
        let mut places = Vec::new();
        for word in words {
            let text = text.get(word.start as usize..word.end as usize).unwrap_or("");
            if words::is_stop_word(text) && words.len() > 1 {
                continue;
            }
            places.push(self.word(text, word.hash, kind)?);
        }
        let first = *places.first()?;
        let how = match (places.len(), places.iter().all(|place| place.message == first.message)) {
            (1, _) => "in another form of the word",
            (_, true) => "in other words or another order",
            (_, false) => "put together from what was said",
        };
        places.truncate(3);
        Some(Trace::new(Provenance::Normalised, how, places))
    }

    /// Letters and digits of an identifier that were said apart: "P followed by 12345678", or "9502127" where the definition
    /// shows that all such identifiers look like `#W0000000`.
    pub(super) fn spelled_id(&self, letters: &str, digits: &str, parameter: &Parameter) -> Option<Vec<Place>> {
        if digits.len() < 4
            || !digits.bytes().all(|b| b.is_ascii_digit())
            || !letters.bytes().all(|b| b.is_ascii_alphabetic())
        {
            return None;
        }
        let digits_said = self.phrase(digits)?;
        let letters_said = self.index.messages_with(words::hash_of(letters), 64).find(|place| {
            place.message == digits_said.message
                && place.speaker != Speaker::Assistant
                && self.index.text_of(*place) == letters
        });
        if let Some(letters_said) = letters_said {
            return Some(vec![digits_said, letters_said]);
        }
        let looks_so = words::words(&parameter.description).iter().any(|word| {
            let example = &parameter.description[word.start as usize..word.end as usize];
            example.len() == letters.len() + digits.len()
                && example.strip_prefix(letters).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
        });
        looks_so.then(|| vec![digits_said])
    }

    /// Where a word was said, in this or another form.
    pub(super) fn word(&self, text: &str, hash: u64, kind: ValueKind) -> Option<Place> {
        let by_others =
            |hash: u64| self.index.messages_with(hash, 64).find(|place| place.speaker != Speaker::Assistant);
        if let Some(place) = by_others(hash) {
            return Some(place);
        }
        if let Some(place) = words::variants(text).iter().find_map(|form| by_others(words::hash_of(form))) {
            return Some(place);
        }
        for part in words::seams(text) {
            if part.len() < text.len() && part.len() >= 3 {
                // `DylanProject.txt` of "Dylan project".
                let parts = words::seams(text);
                return parts
                    .iter()
                    .map(|part| by_others(words::hash_of(part)))
                    .collect::<Option<Vec<_>>>()?
                    .first()
                    .copied();
            }
        }
        if text.chars().count() < 5 || text.bytes().any(|b| b.is_ascii_digit()) || kind.is_hard() {
            return None;
        }
        self.index.find_slip(&text.to_lowercase(), 2048)
    }

    /// Digits of a telephone number, grouped otherwise or with another prefix.
    pub(super) fn phone(&self, together: &str, kind: ValueKind) -> Option<Place> {
        if kind != ValueKind::Phone && !(kind == ValueKind::Identifier && together.len() >= 10) {
            return None;
        }
        if together.len() < 7 || !together.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // The code of a country, and the zero that it replaces, may have been left out.
        let trimmed = together.trim_start_matches('0');
        let shorter = (0..=3).filter_map(|code| trimmed.get(code..)).filter(|local| local.len() >= 7);
        let mut ways = shorter.flat_map(|local| [local.to_owned(), format!("0{local}")]);
        ways.find_map(|way| self.phrase(&way).or_else(|| self.index.find_joined(&way)))
    }

    /// A list of several values in one text, each with a source of its own.
    pub(super) fn joined(&mut self, text: &str, path: &str, parameter: &Parameter, kind: ValueKind) -> Option<Trace> {
        let separators: &[char] = match kind {
            ValueKind::Path | ValueKind::Url => &['/', '\\', '?', '&', '='],
            ValueKind::Code => &[',', ';', '/', '|', '\n', ' ', '-', '_'],
            _ => &[',', ';', '|', '\n'],
        };
        let parts: Vec<&str> =
            text.split(separators).map(str::trim).filter(|part| !words::words(part).is_empty()).collect();
        if parts.len() < 2 || parts.len() > 64 {
            return None;
        }
        let mut places = Vec::new();
        for part in parts {
            let found = self.text(part, path, parameter, kind, 1);
            if !found.is_grounded() {
                return None;
            }
            places.extend(found.places.first().copied());
        }
        places.truncate(3);
        Some(Trace::new(Provenance::Normalised, "joined from parts that were said", places))
    }

    /// JSON, or a Python list or dict, inside a text: each leaf is traced.
    pub(super) fn structured(&mut self, text: &str, path: &str, parameter: &Parameter) -> Option<Trace> {
        let trimmed = text.trim();
        if !(trimmed.starts_with(['[', '{']) && trimmed.ends_with([']', '}'])) {
            return None;
        }
        let value: Value = serde_json::from_str(trimmed).ok().or_else(|| {
            if trimmed.contains('"') {
                return None;
            }
            let json =
                trimmed.replace('\'', "\"").replace("None", "null").replace("True", "true").replace("False", "false");
            serde_json::from_str(&json).ok()
        })?;
        let mut leaves = Vec::new();
        self.walk(&value, &mut path.to_owned(), parameter, &mut leaves);
        let invented = |leaf: &Leaf| !leaf.trace.is_grounded();
        let worst = leaves
            .iter()
            .position(|leaf| invented(leaf) && leaf.kind.is_hard())
            .or_else(|| leaves.iter().position(invented));
        let mut places: Vec<Place> = leaves.iter().filter_map(|leaf| leaf.trace.places.first().copied()).collect();
        places.truncate(3);
        Some(match worst {
            Some(at) => {
                let Leaf { value, trace, kind, .. } = &leaves[at];
                Trace {
                    is_hard: kind.is_hard(),
                    ..Trace::new(trace.provenance, format!("`{value}` in it: {}", trace.how), places)
                }
            }
            None => Trace::new(Provenance::Normalised, "a list or object written as text", places),
        })
    }

    /// Text that the caller writes; what it names must still have been said.
    pub(super) fn prose(&self, text: &str) -> Trace {
        // Unless a text with slots is what was asked for.
        let wanted = || {
            ["template", "placeholder", "placeholders", "slots", "vorlage", "modèle", "plantilla"]
                .iter()
                .any(|word| self.phrase(word).is_some())
        };
        if let Some(slot) = placeholder::open_slot(text).filter(|_| !wanted()) {
            return Trace::new(Provenance::Placeholder, format!("`{slot}` in it was never filled in"), Vec::new());
        }
        let mut untraced = Vec::new();
        for piece in super::claims::named_pieces(text) {
            let words = words::words(piece);
            let mut known = false;
            self.index.find(&words, |_| {
                known = true;
                false
            });
            let otherwise =
                || self.phone(piece, ValueKind::Phone).is_some() || is_standard(piece) || self.is_in_world(piece);
            if !known && !otherwise() {
                untraced.push(piece);
            }
        }
        untraced.truncate(4);
        let how = untraced.iter().map(|piece| format!("`{piece}`")).collect::<Vec<_>>().join(", ");
        Trace::new(Provenance::FreeText, how, Vec::new())
    }

    /// A formula: the numbers in it must have been said, or follow from what was.
    pub(super) fn expression(&self, text: &str, path: &str, parameter: &Parameter) -> Trace {
        let bytes = text.as_bytes();
        let mut numbers = 0;
        let mut places = Vec::new();
        for (at, read) in number::each(text) {
            if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
                continue;
            }
            let shown = &text[at..read.end];
            numbers += 1;
            let Some(value) = read.values[0] else { continue };
            let constant =
                value.fract() == 0.0 && (value <= 12.0 || matches!(value as i64, 24 | 30 | 60 | 100 | 365 | 1000));
            let found = self.number(value, shown, path, parameter, ValueKind::Measure);
            if !found.is_grounded() {
                if constant {
                    continue;
                }
                return Trace::new(
                    Provenance::Invented,
                    format!("the number {shown} in it was never said"),
                    Vec::new(),
                );
            }
            places.extend(found.places.first().copied());
        }
        places.truncate(3);
        match (numbers, places.is_empty()) {
            (0, _) => Trace::new(Provenance::FreeText, "", Vec::new()),
            (_, true) => Trace::new(Provenance::Invented, "none of its numbers was said", Vec::new()),
            _ => Trace::new(Provenance::Derived, "a formula over numbers that were said", places),
        }
    }
}

/// Values that the schema lists.
pub(super) fn offered(value: &Value, parameter: &Parameter) -> Option<Trace> {
    let same = |choice: &Value| match (choice, value) {
        (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    };
    if parameter.choices.iter().any(same) {
        return Some(Trace::new(Provenance::Schema, "one of the values of the schema", Vec::new()));
    }
    match parameter.examples.iter().any(same) {
        true if parameter.kind.is_hard() => {
            Some(Trace::new(Provenance::Placeholder, "it is the example of the definition", Vec::new()))
        }
        true => Some(Trace::new(Provenance::Schema, "an example of the schema", Vec::new())),
        false => None,
    }
}

/// Whether words are so short or common that finding them proves little.
pub(super) fn is_weak(text: &str, words: &[Word]) -> bool {
    let text_of = |word: &Word| text.get(word.start as usize..word.end as usize).unwrap_or("");
    match words {
        [one] => (text_of(one).len() <= 2 && text_of(one).is_ascii()) || words::is_stop_word(text_of(one)),
        several => several.iter().all(|word| words::is_stop_word(text_of(word)) || text_of(word).len() <= 1),
    }
}

/// `ISO27001`, `RFC2119`: the name of a public standard.
pub(super) fn is_standard(piece: &str) -> bool {
    let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    matches!(letters, "ISO" | "IEC" | "RFC" | "IEEE" | "DIN" | "EN" | "ANSI" | "NIST" | "PEP" | "CVE")
}

/// Whether a text is a token whose case matters: `aXk93bQ2`.
fn is_mixed_token(text: &str) -> bool {
    text.len() >= 8
        && text.bytes().any(|b| b.is_ascii_uppercase())
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && text.bytes().any(|b| b.is_ascii_digit())
}
