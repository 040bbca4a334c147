//! What was said so far: an index of the words and numbers of a dialogue, with the place of each.
//!
//! Messages are added as the dialogue goes on, so that what is found was said before. Each look-up walks a bounded number of
//! occurrences from the newest back; the cost of a dialogue grows with its length, not with its square.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::number;
use super::words::{Word, each_word, hash_of, is_slip};
use crate::trajectory::Role;

/// Occurrences of a word or number that a look-up visits.
const VISITED_MAX: usize = 256;
const NONE: u32 = u32::MAX;
/// The message of a world, which is none.
pub const WORLD: u32 = u32::MAX;

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Speaker {
    System,
    User,
    Assistant,
    /// A tool's answer.
    Observation,
    /// The state before the first call.
    World,
}

impl Speaker {
    /// Who speaks in messages of a role.
    pub fn of(role: &Role) -> Speaker {
        match role {
            Role::System => Speaker::System,
            Role::User => Speaker::User,
            Role::Assistant => Speaker::Assistant,
            Role::Tool | Role::Other(_) => Speaker::Observation,
        }
    }
}

/// A piece of text that was said, or a part of a JSON value.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// Index of the message, or [`WORLD`].
    message: u32,
    key: Key,
    /// Which text words of this node are in.
    text: u32,
    /// The first node that is not below this one.
    end: u32,
    speaker: Speaker,
}

#[derive(Clone, Copy, Debug)]
enum Key {
    Root,
    /// The bytes of a member's name.
    Member(u32, u32),
    Item(u32),
}

#[derive(Clone, Copy, Debug)]
struct Token {
    hash: u64,
    node: u32,
    start: u32,
    /// The highest bit marks a member's name.
    end: u32,
    /// The occurrence before this one.
    previous: u32,
}

const NAME_BIT: u32 = 1 << 31;

/// A number that was said.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    pub value: f64,
    /// The node whose text has it.
    pub node: u32,
    /// Its bytes in that text.
    pub start: u32,
    pub end: u32,
    /// With a currency or in words of money.
    pub money: bool,
    previous: u32,
}

/// A place where a value was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub node: u32,
    pub speaker: Speaker,
    /// Which message of the dialogue; `WORLD` for the initial state.
    pub message: u32,
    /// Bytes of the text of the node.
    pub start: u32,
    pub end: u32,
    /// Whether it is all of a JSON leaf.
    pub whole: bool,
    /// Whether it is the name of a member.
    pub name: bool,
}

#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only hashes are hashed")
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[derive(Clone, Copy, Debug)]
struct Chain {
    newest: u32,
    count: u32,
    /// The first one by anybody but the assistant.
    first: u32,
}

type Chains = HashMap<u64, Chain, BuildHasherDefault<Identity>>;

/// The index.
#[derive(Default)]
pub struct Index<'a> {
    texts: Vec<Cow<'a, str>>,
    nodes: Vec<Node>,
    tokens: Vec<Token>,
    words: Chains,
    numbers: Vec<Number>,
    values: Chains,
    /// The lengths of the lists that were read, in order.
    lengths: Vec<u32>,
}

impl std::fmt::Debug for Index<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({} words, {} numbers)", self.tokens.len(), self.numbers.len())
    }
}

impl<'a> Index<'a> {
    /// An index with room for so many bytes of text.
    pub fn with_capacity(bytes: usize) -> Index<'a> {
        let words = bytes / 6;
        Index {
            tokens: Vec::with_capacity(words),
            words: HashMap::with_capacity_and_hasher(words / 3, BuildHasherDefault::default()),
            numbers: Vec::with_capacity(words / 8),
            values: HashMap::with_capacity_and_hasher(words / 16, BuildHasherDefault::default()),
            ..Index::default()
        }
    }

    /// The state of a world, as JSON text.
    pub fn of_world(text: String) -> Index<'static> {
        let mut index = Index::with_capacity(text.len());
        index.add_json(WORLD, Speaker::World, Cow::Owned(text));
        index
    }

    /// Adds what somebody said.
    pub fn add_text(&mut self, message: u32, speaker: Speaker, text: &'a str) {
        let text_at = self.push_text(Cow::Borrowed(text));
        let mut from = 0;
        // Some formats keep the definitions of the tools in the system prompt. They are no words of anybody.
        while let Some(start) = text[from..].find("<tools>").map(|start| from + start) {
            let Some(end) = text[start..].find("</tools>").map(|end| start + end) else { break };
            self.add_part(message, speaker, text_at, &text[from..start], from);
            from = end;
        }
        self.add_part(message, speaker, text_at, &text[from..], from);
    }

    fn add_part(&mut self, message: u32, speaker: Speaker, text_at: u32, part: &str, base: usize) {
        let node = self.push_node(NONE, message, Key::Root, text_at, speaker);
        self.add_words(node, part, base, 0);
    }

    /// Adds a JSON text, such as an observation, part by part. A text that is none counts as plain from where it breaks.
    pub fn add_json(&mut self, message: u32, speaker: Speaker, text: Cow<'a, str>) {
        let text_at = self.push_text(text);
        let text = std::mem::take(&mut self.texts[text_at as usize]);
        // `Status: 200. Response: {"id": 1}`: JSON after a few words.
        let opening = |start: &str| text.find(start).unwrap_or(usize::MAX);
        let at = match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[' | b'"') | None => 0,
            _ => opening("{\"").min(opening("[{")).min(opening("[\"")),
        };
        if (1..usize::MAX).contains(&at) {
            let node = self.push_node(NONE, message, Key::Root, text_at, speaker);
            self.add_words(node, &text[..at], 0, 0);
        }
        let at = if at == usize::MAX { 0 } else { at };
        Reader { index: self, text: &text, text_at, message, speaker, at }.read();
        self.texts[text_at as usize] = text;
    }

    fn push_text(&mut self, text: Cow<'a, str>) -> u32 {
        self.texts.push(text);
        self.texts.len() as u32 - 1
    }

    fn push_node(&mut self, parent: u32, message: u32, key: Key, text: u32, speaker: Speaker) -> u32 {
        let at = self.nodes.len() as u32;
        self.nodes.push(Node { parent, message, key, text, end: at + 1, speaker });
        at
    }

    /// Adds the words and numbers of a piece of text that starts at `base`.
    fn add_words(&mut self, node: u32, piece: &str, base: usize, mark: u32) {
        let bytes = piece.as_bytes();
        let mut number_end = 0;
        // A name belongs to the node that comes next.
        let by_others = self.nodes.get(node as usize).is_none_or(|node| node.speaker != Speaker::Assistant);
        let Index { tokens, words, numbers, values, .. } = self;
        each_word(piece, base, |word: Word| {
            let at = tokens.len() as u32;
            let chain = words.entry(word.hash).or_insert(Chain { newest: NONE, count: 0, first: NONE });
            tokens.push(Token {
                hash: word.hash,
                node,
                start: word.start,
                end: word.end | mark,
                previous: chain.newest,
            });
            let first = if chain.first == NONE && by_others { at } else { chain.first };
            *chain = Chain { newest: at, count: chain.count + 1, first };
            let start = word.start as usize - base;
            if mark == 0 && bytes[start] >= 0x80 && start >= number_end {
                // Digits of other scripts: the number as it would be written in ASCII.
                if let Some((read, len)) = number::read_foreign(&piece[start..]) {
                    number_end = start + len;
                    for value in read.values.into_iter().flatten() {
                        let (start, end) = ((base + start) as u32, (base + number_end) as u32);
                        let number = Number { value, node, start, end, money: read.money, previous: NONE };
                        add_number(numbers, values, number, by_others);
                    }
                }
            }
            if mark == 0 && bytes[start].is_ascii_digit() && start >= number_end {
                let mut start = start;
                // `54x74`: a second number in the same word.
                while start < word.end as usize - base {
                    let Some(read) = number::read_at(bytes, start) else { break };
                    number_end = read.end;
                    for value in read.values.into_iter().flatten() {
                        let (start, end) = ((base + start) as u32, (base + read.end) as u32);
                        let number = Number { value, node, start, end, money: read.money, previous: NONE };
                        add_number(numbers, values, number, by_others);
                    }
                    match bytes.get(read.end) {
                        Some(b'x' | b'X' | b'*' | b'/') if bytes.get(read.end + 1).is_some_and(u8::is_ascii_digit) => {
                            start = read.end + 1;
                        }
                        _ => break,
                    }
                }
            }
        });
    }

    /// Where these words were said in this order, newest first. `visit` returns `false` to stop.
    pub fn find(&self, words: &[Word], mut visit: impl FnMut(Place) -> bool) {
        let mut rarest: Option<(usize, Chain)> = None;
        for (at, word) in words.iter().enumerate() {
            let Some(chain) = self.words.get(&word.hash) else { return };
            if rarest.is_none_or(|(_, rare)| chain.count < rare.count) {
                rarest = Some((at, *chain));
            }
        }
        let Some((offset, chain)) = rarest else { return };
        let mut at = chain.newest;
        for visited in 0..=VISITED_MAX {
            if at == NONE {
                return;
            }
            if visited == VISITED_MAX {
                // Said very often: the first time counts too.
                at = chain.first;
                if at == NONE {
                    return;
                }
            }
            let token = &self.tokens[at as usize];
            if let Some(start) = (at as usize).checked_sub(offset)
                && let Some(said) = self.tokens.get(start..start + words.len())
                && said.iter().zip(words).all(|(said, word)| {
                    said.hash == word.hash && said.node == token.node && (said.end ^ token.end) & NAME_BIT == 0
                })
                && !visit(self.place(start, words.len()))
            {
                return;
            }
            at = token.previous;
        }
    }

    fn place(&self, first: usize, len: usize) -> Place {
        let token = &self.tokens[first];
        let last = &self.tokens[first + len - 1];
        let name = token.end & NAME_BIT != 0;
        let node = &self.nodes[token.node as usize];
        let same = |at: Option<&Token>| {
            at.is_some_and(|other| other.node == token.node && (other.end ^ token.end) & NAME_BIT == 0)
        };
        let whole = !matches!(node.key, Key::Root)
            && !same(first.checked_sub(1).and_then(|at| self.tokens.get(at)))
            && !same(self.tokens.get(first + len));
        Place {
            node: token.node,
            speaker: node.speaker,
            message: node.message,
            start: token.start,
            end: last.end & !NAME_BIT,
            whole,
            name,
        }
    }

    /// Where letters and digits were said in a row, whatever stands between them: `PO-553-10` for `PO55310`.
    pub fn find_joined(&self, letters: &str) -> Option<Place> {
        const EACH_MAX: usize = 16;
        let lower = letters.to_lowercase();
        let prefixes = lower.char_indices().skip(1).map(|(end, _)| end).take(40);
        for end in prefixes {
            let mut at = self.words.get(&hash_of(&lower[..end])).map_or(NONE, |chain| chain.newest);
            for _ in 0..EACH_MAX {
                let Some(first) = self.tokens.get(at as usize) else { break };
                let (mut done, mut len) = (end, 1);
                while done < lower.len() {
                    let Some(next) = self.tokens.get(at as usize + len) else { break };
                    let place = self.place(at as usize + len, 1);
                    let said = self.text_of(place).to_lowercase();
                    let same = next.node == first.node && (next.end ^ first.end) & NAME_BIT == 0;
                    if !same || !lower[done..].starts_with(&said) || said.is_empty() {
                        break;
                    }
                    done += said.len();
                    len += 1;
                }
                if done == lower.len() {
                    let place = self.place(at as usize, len);
                    if place.speaker != Speaker::Assistant {
                        return Some(place);
                    }
                }
                at = first.previous;
            }
        }
        None
    }

    /// Whether a place is a part of a longer name: `2378` in `W-2378-156`, `lund@x.org` in `kim.lund@x.org`.
    pub fn is_cut_out(&self, place: Place) -> bool {
        if place.whole {
            return false;
        }
        let (before, after) = self.around(place, 2, 2);
        let joins = |c: char| matches!(c, '-' | '.' | '_' | '@');
        let mut back = before.chars().rev();
        let mut ahead = after.chars();
        let cut_before = back.next().is_some_and(joins) && back.next().is_some_and(char::is_alphanumeric);
        let cut_after = ahead.next().is_some_and(joins) && ahead.next().is_some_and(char::is_alphanumeric);
        cut_before || cut_after
    }

    /// Whether a number at a place is a part of a date, a time, a telephone number or an identifier, and so no sum of money.
    pub fn is_no_sum(&self, place: Place) -> bool {
        let (before, after) = self.around(place, 14, 14);
        if !matches!(self.nodes[place.node as usize].key, Key::Root)
            && before.ends_with([':', '[', ',', ' ', '\n', '\t'])
            && (after.is_empty() || after.starts_with([',', '}', ']', ' ', '\n', '\r']))
        {
            // A JSON number.
            return false;
        }
        let runs_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | ':' | '_' | '#');
        let head: Vec<char> = before.chars().rev().take_while(|c| runs_on(*c)).collect();
        let tail: Vec<char> = after.chars().take_while(|c| runs_on(*c)).collect();
        let all = || head.iter().chain(&tail);
        // `USD5` and `5k` are sums, `2-5` a range.
        let separators = all().filter(|c| !c.is_alphanumeric()).count();
        if all().any(|c| matches!(c, ':' | '_' | '#'))
            || separators >= 2
            || separators == 1 && all().any(|c| c.is_alphabetic())
        {
            return true;
        }
        let word = |text: &str| text.trim().split(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
        let last =
            |text: &str| text.trim_end().rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
        is_month(&word(after)) || is_month(&last(before))
    }

    /// Where a single word was said, newest first, in at most so many messages.
    pub fn messages_with(&self, hash: u64, max: usize) -> impl Iterator<Item = Place> {
        let mut at = self.words.get(&hash).map_or(NONE, |chain| chain.newest);
        std::iter::from_fn(move || {
            let token = self.tokens.get(at as usize)?;
            let place = self.place(at as usize, 1);
            at = token.previous;
            Some(place)
        })
        .take(max)
    }

    /// Where a number was said, newest first. `visit` returns `false` to stop.
    pub fn find_number(&self, value: f64, mut visit: impl FnMut(Place, &Number) -> bool) {
        let Some(chain) = self.values.get(&number::key(value)) else { return };
        let mut at = chain.newest;
        for visited in 0..=VISITED_MAX {
            if visited == VISITED_MAX {
                at = chain.first;
            }
            let Some(number) = self.numbers.get(at as usize) else { return };
            if !visit(self.number_place(number), number) {
                return;
            }
            at = number.previous;
        }
    }

    /// The place of a number.
    pub fn number_place(&self, number: &Number) -> Place {
        let node = &self.nodes[number.node as usize];
        let whole = !matches!(node.key, Key::Root);
        let Number { node: at, start, end, .. } = *number;
        Place { node: at, speaker: node.speaker, message: node.message, start, end, whole, name: false }
    }

    /// The numbers said last, newest first.
    pub fn latest_numbers(&self, max: usize) -> impl Iterator<Item = &Number> {
        self.numbers.iter().rev().take(max)
    }

    /// The lengths of the lists read last, newest first; those of one item or none left out.
    pub fn latest_lengths(&self, max: usize) -> impl Iterator<Item = u32> {
        self.lengths.iter().rev().take(max).copied()
    }

    /// The numbers in a JSON value.
    pub fn numbers_below(&self, node: u32) -> &[Number] {
        let end = self.nodes[node as usize].end;
        let from = self.numbers.partition_point(|number| number.node < node);
        let to = self.numbers.partition_point(|number| number.node < end);
        &self.numbers[from..to]
    }

    /// The newest of the words said last, by others than the assistant, that a slip of the pen makes of a word.
    pub fn find_slip(&self, word: &str, max: usize) -> Option<Place> {
        let from = self.tokens.len().saturating_sub(max);
        let near = |at: &usize| {
            let token = &self.tokens[*at];
            let (start, end) = (token.start as usize, (token.end & !NAME_BIT) as usize);
            if (end - start).abs_diff(word.len()) > 1 || token.end & NAME_BIT != 0 {
                return false;
            }
            let node = &self.nodes[token.node as usize];
            let said = self.texts[node.text as usize].get(start..end).unwrap_or("");
            node.speaker != Speaker::Assistant && is_slip(said, word)
        };
        (from..self.tokens.len()).rev().find(near).map(|at| self.place(at, 1))
    }

    /// Whether a value stands in a list within another value.
    pub fn is_listed_below(&self, node: u32, ancestor: u32) -> bool {
        let mut at = node;
        while at != ancestor && at != NONE {
            if matches!(self.nodes[at as usize].key, Key::Item(_)) {
                return true;
            }
            at = self.nodes[at as usize].parent;
        }
        false
    }

    /// The words said last, oldest first, with their texts.
    pub fn latest_words(&self, max: usize) -> impl Iterator<Item = (&str, Place)> {
        let from = self.tokens.len().saturating_sub(max);
        (from..self.tokens.len()).map(|at| {
            let place = self.place(at, 1);
            (self.text_of(place), place)
        })
    }

    /// The text at a place.
    pub fn text_of(&self, place: Place) -> &str {
        let node = &self.nodes[place.node as usize];
        // The name of a member stands in the text of its parent.
        let text = if place.name { self.name_text(place.node) } else { node.text };
        self.texts[text as usize].get(place.start as usize..place.end as usize).unwrap_or("")
    }

    fn name_text(&self, node: u32) -> u32 {
        match self.nodes.get(self.nodes[node as usize].parent as usize) {
            Some(parent) => parent.text,
            None => self.nodes[node as usize].text,
        }
    }

    /// Whether a text stands at a place as it is: `before` bytes of it stand before the first word.
    pub fn is_exact(&self, place: Place, text: &str, before: usize) -> bool {
        self.slice(place, text, before).is_some_and(|said| said == text)
    }

    /// The same, in any case.
    pub fn is_exact_but_case(&self, place: Place, text: &str, before: usize) -> bool {
        self.slice(place, text, before).is_some_and(|said| said.to_lowercase() == text.to_lowercase())
    }

    fn slice(&self, place: Place, text: &str, before: usize) -> Option<&str> {
        let from = (place.start as usize).checked_sub(before)?;
        let node = &self.nodes[place.node as usize];
        let own = if place.name { self.name_text(place.node) } else { node.text };
        self.texts[own as usize].get(from..from + text.len())
    }

    /// The bytes around a place: up to so many before, and after.
    pub fn around(&self, place: Place, before: usize, after: usize) -> (&str, &str) {
        let text = &self.texts[self.nodes[place.node as usize].text as usize];
        let (start, end) = (place.start as usize, place.end as usize);
        if place.name || end > text.len() {
            return ("", "");
        }
        let from = text.floor_char_boundary(start.saturating_sub(before));
        let to = text.ceil_char_boundary((end + after).min(text.len()));
        (&text[from..start], &text[end..to])
    }

    /// Whether the words of a node are a part of the message's own text, so that places are places in it.
    pub fn in_message_text(&self, place: Place) -> bool {
        let mut node = place.node;
        let text = self.nodes[node as usize].text;
        while self.nodes[node as usize].parent != NONE {
            node = self.nodes[node as usize].parent;
        }
        self.nodes[node as usize].text == text
    }

    /// The node of a message that holds the word at or after a byte of its text.
    pub fn node_of(&self, message: u32, start: u32) -> u32 {
        let from = self.nodes.partition_point(|node| node.message < message) as u32;
        let token = self.tokens.partition_point(|token| token.node < from);
        let own = self.tokens[token..].iter().take_while(|token| self.nodes[token.node as usize].message == message);
        let mut own = own.skip_while(|token| token.end & !NAME_BIT <= start);
        let whole = from.min(self.nodes.len().saturating_sub(1) as u32);
        // Texts with escapes count bytes of their own.
        let counts = |node: &u32| self.nodes[*node as usize].text == self.nodes[whole as usize].text;
        own.next().map(|token| token.node).filter(counts).unwrap_or(whole)
    }

    /// The value that a JSON value stands in, if any.
    pub fn parent(&self, node: u32) -> Option<u32> {
        Some(self.nodes[node as usize].parent).filter(|parent| *parent != NONE)
    }

    /// In how many values a JSON value stands.
    pub fn depth(&self, node: u32) -> usize {
        std::iter::successors(self.parent(node), |parent| self.parent(*parent)).count()
    }

    /// The name under which a JSON value stands in its object; that of the list for an item of a list.
    pub fn name_of(&self, node: u32) -> Option<&str> {
        let mut at = node;
        for _ in 0..64 {
            let Node { key, parent, .. } = self.nodes[at as usize];
            match key {
                Key::Member(start, end) => {
                    return self.texts[self.name_text(at) as usize].get(start as usize..end as usize);
                }
                Key::Item(_) if parent != NONE => at = parent,
                _ => return None,
            }
        }
        None
    }

    /// JSON pointer to a value within its message; `*` for items of lists where `pattern` is set.
    pub fn pointer(&self, node: u32, pattern: bool) -> String {
        let mut path = Vec::new();
        let mut at = node;
        while at != NONE {
            path.push(at);
            at = self.nodes[at as usize].parent;
        }
        let mut pointer = String::new();
        for at in path.into_iter().rev() {
            match self.nodes[at as usize].key {
                Key::Root => {}
                Key::Member(start, end) => {
                    let name = self.texts[self.name_text(at) as usize].get(start as usize..end as usize);
                    let name = name.unwrap_or("");
                    // Keys that are data, such as ids, would make each record a path of its own.
                    match pattern && name.bytes().any(|b| b.is_ascii_digit()) {
                        true => crate::json::pointer::push(&mut pointer, "*"),
                        false => crate::json::pointer::push(&mut pointer, name),
                    }
                }
                Key::Item(_) if pattern => pointer.push_str("/*"),
                Key::Item(index) => crate::json::pointer::push(&mut pointer, &index.to_string()),
            }
        }
        pointer
    }

    /// The members of the object, or items of the list, that a value stands in, itself among them.
    pub fn fellows(&self, node: u32) -> impl Iterator<Item = u32> {
        let parent = self.nodes[node as usize].parent;
        let range = match self.nodes.get(parent as usize) {
            Some(object) => parent + 1..object.end,
            None => 0..0,
        };
        let mut next = range.start;
        std::iter::from_fn(move || {
            let at = (next < range.end).then_some(next)?;
            next = self.nodes[at as usize].end.max(at + 1);
            Some(at)
        })
    }

    /// The words of a node's own text.
    pub fn words_of(&self, node: u32) -> Vec<Word> {
        let from = self.tokens.partition_point(|token| token.node < node);
        let own = self.tokens[from..].iter().take_while(|token| token.node == node);
        own.filter(|token| token.end & NAME_BIT == 0)
            .map(|token| Word { hash: token.hash, start: token.start, end: token.end })
            .collect()
    }
}

fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 24] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ];
    MONTHS.contains(&word)
}

fn add_number(numbers: &mut Vec<Number>, values: &mut Chains, number: Number, by_others: bool) {
    let at = numbers.len() as u32;
    let chain = values.entry(number::key(number.value)).or_insert(Chain { newest: NONE, count: 0, first: NONE });
    numbers.push(Number { previous: chain.newest, ..number });
    let first = if chain.first == NONE && by_others { at } else { chain.first };
    *chain = Chain { newest: at, count: chain.count + 1, first };
}

/// Reads one JSON text into an index, without building its value and without recursion.
struct Reader<'r, 'a> {
    index: &'r mut Index<'a>,
    text: &'r str,
    text_at: u32,
    message: u32,
    speaker: Speaker,
    at: usize,
}

/// An object or list that is being read.
struct Open {
    node: u32,
    /// The index of the next item; `None` in an object.
    item: Option<u32>,
}

impl Reader<'_, '_> {
    fn read(mut self) {
        let text = self.text;
        let bytes = text.as_bytes();
        let mut open: Vec<Open> = Vec::new();
        let mut key = Key::Root;
        let mut done = false;
        loop {
            while self.at < bytes.len() && bytes[self.at].is_ascii_whitespace() {
                self.at += 1;
            }
            let Some(byte) = bytes.get(self.at).copied() else { break };
            if done {
                break;
            }
            let parent = open.last().map_or(NONE, |open| open.node);
            match byte {
                b'{' | b'[' => {
                    let node = self.index.push_node(parent, self.message, key, self.text_at, self.speaker);
                    self.at += 1;
                    open.push(Open { node, item: (byte == b'[').then_some(0) });
                    if byte == b'{' {
                        match self.member() {
                            Some(name) => key = name,
                            None if self.closes(b'}') => key = Key::Root,
                            None => break,
                        }
                    } else {
                        key = Key::Item(0);
                    }
                    if byte == b'[' || bytes.get(self.at) != Some(&b'}') {
                        continue;
                    }
                }
                b'}' | b']' => {}
                b'"' => {
                    let Some(end) = string_end(bytes, self.at) else { break };
                    let node = self.index.push_node(parent, self.message, key, self.text_at, self.speaker);
                    self.string(node, end);
                    self.at = end;
                }
                _ => {
                    let end = bytes[self.at..]
                        .iter()
                        .position(|b| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace());
                    let end = end.map_or(bytes.len(), |end| self.at + end);
                    if !scalar(&bytes[self.at..end]) {
                        break;
                    }
                    let node = self.index.push_node(parent, self.message, key, self.text_at, self.speaker);
                    self.scalar(node, end);
                    self.at = end;
                }
            }
            // A value is read; what is next?
            loop {
                while self.at < bytes.len() && bytes[self.at].is_ascii_whitespace() {
                    self.at += 1;
                }
                let Some(within) = open.last_mut() else {
                    done = true;
                    break;
                };
                match (bytes.get(self.at), &mut within.item) {
                    (Some(b','), Some(item)) => {
                        self.at += 1;
                        *item += 1;
                        key = Key::Item(*item);
                        break;
                    }
                    (Some(b','), None) => {
                        self.at += 1;
                        match self.member() {
                            Some(name) => key = name,
                            None => return self.rest(open),
                        }
                        break;
                    }
                    (Some(b']'), Some(_)) | (Some(b'}'), None) => {
                        self.at += 1;
                        let node = within.node;
                        if let Some(item) = within.item.filter(|item| *item > 0) {
                            self.index.lengths.push(item + 1);
                        }
                        let end = self.index.nodes.len() as u32;
                        self.index.nodes[node as usize].end = end;
                        open.pop();
                    }
                    _ => return self.rest(open),
                }
            }
        }
        self.rest(open);
    }

    /// Takes what is left as plain text.
    fn rest(self, open: Vec<Open>) {
        let end = self.index.nodes.len() as u32;
        for open in open {
            self.index.nodes[open.node as usize].end = end;
        }
        let rest = &self.text[self.text.ceil_char_boundary(self.at)..];
        let named = self.index.tokens.last().is_some_and(|token| token.node >= end);
        if named || !rest.trim().is_empty() {
            let node = self.index.push_node(NONE, self.message, Key::Root, self.text_at, self.speaker);
            self.index.add_words(node, rest, self.text.len() - rest.len(), 0);
        }
    }

    fn closes(&self, with: u8) -> bool {
        self.text.as_bytes().get(self.at) == Some(&with)
    }

    /// Reads `"name":`. Leaves the position where it is when there is none.
    fn member(&mut self) -> Option<Key> {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while at < bytes.len() && bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        self.at = at;
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let end = string_end(bytes, at)?;
        let mut colon = end;
        while colon < bytes.len() && bytes[colon].is_ascii_whitespace() {
            colon += 1;
        }
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        let (start, stop) = (at + 1, end - 1);
        // Names belong to the node that comes next.
        let node = self.index.nodes.len() as u32;
        self.index.add_words(node, &self.text[start..stop], start, NAME_BIT);
        self.at = colon + 1;
        Some(Key::Member(start as u32, stop as u32))
    }

    fn string(&mut self, node: u32, end: usize) {
        let (start, stop) = (self.at + 1, end - 1);
        let raw = &self.text[start..stop];
        if !raw.contains('\\') {
            self.index.add_words(node, raw, start, 0);
            return;
        }
        let decoded: Cow<'static, str> = match serde_json::from_str::<String>(&self.text[self.at..end]) {
            Ok(decoded) => Cow::Owned(decoded),
            Err(_) => return self.index.add_words(node, raw, start, 0),
        };
        let text_at = self.index.push_text(Cow::Borrowed(""));
        self.index.nodes[node as usize].text = text_at;
        self.index.add_words(node, &decoded, 0, 0);
        self.index.texts[text_at as usize] = decoded;
    }

    fn scalar(&mut self, node: u32, end: usize) {
        let raw = &self.text[self.at..end];
        self.index.add_words(node, raw, self.at, 0);
        // `1e3` and `-5`, which reading words does not see as one number.
        if let Ok(value) = raw.parse::<f64>()
            && value.is_finite()
        {
            let Index { numbers, values, .. } = &mut *self.index;
            if numbers.last().is_none_or(|last| last.node != node || last.value != value) {
                let (start, end) = (self.at as u32, end as u32);
                let number = Number { value, node, start, end, money: false, previous: NONE };
                add_number(numbers, values, number, self.speaker != Speaker::Assistant);
            }
        }
    }
}

/// Whether these bytes are a number, `true`, `false` or `null`.
fn scalar(bytes: &[u8]) -> bool {
    matches!(bytes, b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity")
        || matches!(bytes.first(), Some(b'-' | b'0'..=b'9'))
            && bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'))
}

/// The position after the string that starts here.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn places(index: &Index<'_>, text: &str) -> Vec<(u32, String, bool)> {
        let mut found = Vec::new();
        index.find(&words(text), |place| {
            found.push((place.message, index.pointer(place.node, false), place.whole));
            true
        });
        found
    }

    #[test]
    fn words_are_found_newest_first_with_their_places() {
        let mut index = Index::default();
        index.add_text(0, Speaker::User, "Cancel order #W12-3 for Noah Brown");
        let answer = r#"{"order": {"id": "W12-3", "items": [{"name": "Noah", "price": 12.5}, {"name": "caf\u00e9 A"}]}, "n": []}"#;
        index.add_json(1, Speaker::Observation, answer.into());
        assert_eq!(places(&index, "w12_3"), [(1, "/order/id".into(), true), (0, String::new(), false)]);
        assert_eq!(places(&index, "noah brown"), [(0, String::new(), false)]);
        assert_eq!(places(&index, "Café"), [(1, "/order/items/1/name".into(), false)]);
        assert_eq!(places(&index, "12-3 for"), []);
        assert_eq!(places(&index, "price"), [(1, "/order/items/0/price".into(), true)]);
        let mut found = Vec::new();
        index.find_number(12.5, |place, _| {
            found.push(index.pointer(place.node, true));
            true
        });
        assert_eq!(found, ["/order/items/*/price"]);
    }

    #[test]
    fn definitions_in_a_prompt_are_no_source() {
        let mut index = Index::default();
        index.add_text(0, Speaker::System, "Be W1. <tools>such as W2</tools> And W3.");
        assert_eq!((places(&index, "W1").len(), places(&index, "W2").len(), places(&index, "W3").len()), (1, 0, 1));
        index.find(&words("W3"), |place| {
            assert_eq!(index.text_of(place), "W3");
            true
        });
    }

    #[test]
    fn broken_json_counts_as_text() {
        let mut index = Index::default();
        index.add_json(0, Speaker::Observation, r#"Status: 200. Response: {"id": [7, "W77"]} done"#.into());
        assert_eq!(places(&index, "W77"), [(0, "/id/1".into(), true)]);
        assert_eq!(places(&index, "status 200").len(), 1);
        assert_eq!(places(&index, "done").len(), 1);
        for broken in
            ["{'a': 'W77'}", r#"{"a": "x", b: W77}"#, r#"[1, "W77"#, r#"{"a" "W77"}"#, "{\"a\": 1} W77", "[[[[W77"]
        {
            let mut index = Index::default();
            index.add_json(0, Speaker::Observation, broken.into());
            assert_eq!(places(&index, "W77").len(), 1, "{broken}");
        }
        let mut index = Index::default();
        index.add_json(0, Speaker::Observation, "[".repeat(100_000).into());
        index.add_json(0, Speaker::Observation, "{\"a\":".repeat(100_000).into());
        assert!(!places(&index, "a").is_empty());
    }

    #[test]
    fn objects_know_their_numbers() {
        let mut index = Index::default();
        index.add_json(
            0,
            Speaker::Observation,
            r#"[{"id": "A", "p": 1.5, "q": {"r": 2}}, {"id": "B", "p": 3}]"#.into(),
        );
        let place = {
            let mut found = None;
            index.find(&words("A"), |place| {
                found = Some(place);
                false
            });
            found.unwrap()
        };
        let record = index.parent(place.node).unwrap();
        let numbers: Vec<f64> = index.numbers_below(record).iter().map(|number| number.value).collect();
        assert_eq!(numbers, [1.5, 2.0]);
        assert_eq!(index.name_of(place.node), Some("id"));
    }
}
