//! The plain forms in which limits are written.

use std::ops::Range;

use super::scan::{Kind, Sentence, Token, sentences};
use super::words::{Unit, UnitClass, hedges, number_word, says_nothing, turns, unit};
use super::{Bound, Limit, Source};

/// Limits that are kept of one text.
const LIMITS_MAX: usize = 256;

/// Words kept of each limit; one with more says too much to be understood.
const WORDS_MAX: usize = 48;

/// The limits that a text states, in order.
///
/// What is found is a *candidate*: whether it speaks of a call is another question. Limits with more than 48 words
/// around them, and those after the first 256 of a text, are left out.
pub fn candidates(text: &str, source: &Source) -> Vec<Limit> {
    let mut found = Vec::new();
    sentences(text, |sentence| {
        if sentence.question || found.len() >= LIMITS_MAX {
            return;
        }
        let mut at = 0;
        while at < sentence.tokens.len() {
            let (limit, next) = match numeric(text, sentence, at, source) {
                Some((limit, next)) => (limit, next),
                None => (state(text, sentence, at, source), at + 1),
            };
            found.extend(limit);
            at = next.max(at + 1);
        }
    });
    found.truncate(LIMITS_MAX);
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Max,
    Min,
}

/// Numbers that stand together.
enum Group {
    Single(f64),
    Sides([f64; 2]),
    /// A date, a telephone number, three sides, sides in two units.
    Other,
    Between {
        min: f64,
        max: f64,
        worded: bool,
    },
}

/// The limit whose numbers begin at a token; `Some((None, _))` where numbers begin there that limit nothing.
fn numeric(text: &str, sentence: &Sentence, at: usize, source: &Source) -> Option<(Option<Limit>, usize)> {
    let tokens = &sentence.tokens;
    let (group, measured, end) = group(tokens, at)?;
    let start = if at > 0 && money(&tokens[at - 1]) { at - 1 } else { at };
    let ignored = Some((None, end));
    if measured.is_some_and(|unit| unit.class == UnitClass::Clock) {
        return ignored;
    }
    let cue = cue(tokens, start);
    let (bound, from) = match (group, cue) {
        (Group::Sides(max), Some((Side::Max, from))) => (Bound::Dimensions { max }, from),
        (Group::Sides(_) | Group::Other, _) => return ignored,
        (Group::Between { min, max, worded }, cue) => {
            let from = if worded { start - 1 } else { start };
            let clause = clause_of(tokens, from, end);
            let says = |token: &Token| {
                matches!(
                    &*token.text,
                    "must" | "should" | "may" | "can" | "allowed" | "range" | "ranges" | "value" | "limit"
                ) || worded && matches!(&*token.text, "is" | "are" | "be")
            };
            // Two prices tell a span or a difference, two lengths what is allowed between.
            let physical = measured.is_some_and(|unit| unit.class != UnitClass::Money);
            let firm = physical || tokens[clause].iter().any(says);
            if !firm || cue.is_some_and(|(side, _)| side == Side::Min) {
                return ignored;
            }
            (Bound::Range { min: Some(min), max: Some(max) }, cue.map_or(from, |(_, from)| from))
        }
        (Group::Single(max), Some((Side::Max, from))) => (Bound::Range { min: None, max: Some(max) }, from),
        (Group::Single(min), Some((Side::Min, from))) => (Bound::Range { min: Some(min), max: None }, from),
        (Group::Single(_), None) => return ignored,
    };
    Some((limit(text, sentence, bound, measured, from..end, start, source), end))
}

/// Reads the numbers at a token: their unit, and where they end.
fn group(tokens: &[Token], at: usize) -> Option<(Group, Option<Unit>, usize)> {
    let (first, first_unit, next) = quantity(tokens, at)?;
    let joined = |at: usize| tokens.get(at).is_some_and(|t| t.is_mark('-') || t.is_mark('/'));
    if at > 0 && joined(at - 1) && tokens[at].glued {
        return Some((Group::Other, None, next));
    }
    let Some(joint) = tokens.get(next) else { return Some((Group::Single(first), first_unit, next)) };
    let before = |word: &str| at > 0 && tokens[at - 1].is(word);
    let second = || {
        let skip = usize::from(tokens.get(next + 1).is_some_and(money));
        quantity(tokens, next + 1 + skip)
    };
    if (joint.is_mark('x') || joint.is("by"))
        && let Some((other, other_unit, end)) = second()
    {
        let third =
            tokens.get(end).is_some_and(|t| t.is_mark('x') || t.is("by")) && quantity(tokens, end + 1).is_some();
        let differ = first_unit.is_some_and(|a| other_unit.is_some_and(|b| a != b));
        let group = if third || differ { Group::Other } else { Group::Sides([first, other]) };
        return Some((group, other_unit.or(first_unit), end));
    }
    let worded = (joint.is("and") && before("between")) || (joint.is("to") && before("from"));
    let dash = joint.is_mark('-') || joint.is("to");
    if (worded || dash)
        && let Some((other, other_unit, end)) = second()
    {
        let differ = first_unit.is_some_and(|a| other_unit.is_some_and(|b| a != b));
        let chain = (joined(end) && tokens.get(end + 1).is_some_and(|t| t.glued)) || first >= other || differ;
        let group = if chain { Group::Other } else { Group::Between { min: first, max: other, worded } };
        return Some((group, other_unit.or(first_unit), end));
    }
    if joined(next) && joint.glued {
        return Some((Group::Other, None, next + 1));
    }
    Some((Group::Single(first), first_unit, next))
}

/// A number at a token, its unit, and where both end.
fn quantity(tokens: &[Token], at: usize) -> Option<(f64, Option<Unit>, usize)> {
    let token = tokens.get(at)?;
    let value = match token.kind {
        Kind::Number(value) => value,
        Kind::Word => number_word(&token.text)?,
        Kind::Mark(_) => return None,
    };
    let sign = at.checked_sub(1).and_then(|before| tokens.get(before));
    if sign.is_some_and(|t| t.is_mark('#')) {
        return None;
    }
    if let Some(sign) = sign.filter(|t| money(t)) {
        return Some((value, unit(&sign.text), at + 1));
    }
    let next = tokens.get(at + 1);
    let adjective = next.is_some_and(|t| matches!(&*t.text, "business" | "working" | "calendar" | "consecutive"));
    let at_unit = at + 1 + usize::from(adjective);
    let Some(word) = tokens.get(at_unit) else { return Some((value, None, at + 1)) };
    let measured = if word.glued && word.is("in") { unit("inch") } else { unit(&word.text) };
    match measured {
        Some(measured) => Some((value, Some(measured), at_unit + 1)),
        None => Some((value, None, at + 1)),
    }
}

fn money(token: &Token) -> bool {
    token.is_mark('$') || token.is_mark('€') || token.is_mark('£')
}

/// The words before a number that make it a limit, and where they begin.
fn cue(tokens: &[Token], at: usize) -> Option<(Side, usize)> {
    const MAX: &[&[&str]] = &[
        &["up", "to"],
        &["up", "to", "and", "including"],
        &["limited", "to"],
        &["capped", "at"],
        &["at", "most"],
        &["not", "exceed"],
        &["cannot", "exceed"],
        &["can't", "exceed"],
        &["not", "exceeding"],
    ];
    const MIN: &[&[&str]] = &[&["at", "least"]];
    const MORE: [&str; 9] = ["more", "larger", "bigger", "greater", "wider", "longer", "taller", "higher", "larger"];
    const LESS: [&str; 5] = ["less", "fewer", "smaller", "lower", "shorter"];

    let back = |n: usize| at.checked_sub(n).map(|at| &tokens[at]);
    let ends = |words: &[&str]| {
        words.len() <= at && words.iter().zip(&tokens[at - words.len()..at]).all(|(word, token)| token.is(word))
    };
    if let Some(words) = MAX.iter().find(|words| ends(words)) {
        let from = at - words.len();
        let before = from.checked_sub(1).map(|at| &*tokens[at].text);
        let mention = words[0] == "limited" && before == Some("not");
        // `does not exceed` tells what is, `must not exceed` what has to be.
        let told = words[0] == "not" && matches!(before, Some("does" | "do" | "did"));
        return (!mention && !told).then_some((Side::Max, from));
    }
    if let Some(words) = MIN.iter().find(|words| ends(words)) {
        return Some((Side::Min, at - words.len()));
    }
    if back(1).is_some_and(|t| t.is("than")) {
        let comparative = &*back(2)?.text;
        let negation = back(3)?;
        let from = if negation.is("be") { at.checked_sub(4)? } else { at - 3 };
        if !matches!(&*tokens[from].text, "no" | "not" | "cannot" | "can't") {
            return None;
        }
        return match comparative {
            word if MORE.contains(&word) => Some((Side::Max, from)),
            word if LESS.contains(&word) => Some((Side::Min, from)),
            _ => None,
        };
    }
    let signs: Vec<char> = [2, 1].iter().filter_map(|n| back(*n)).filter_map(mark_of).collect();
    match signs.as_slice() {
        [.., '≤'] | ['<', '='] => return Some((Side::Max, at - if signs.ends_with(&['≤']) { 1 } else { 2 })),
        [.., '≥'] | ['>', '='] => return Some((Side::Min, at - if signs.ends_with(&['≥']) { 1 } else { 2 })),
        _ => {}
    }
    extreme(tokens, at)
}

fn mark_of(token: &Token) -> Option<char> {
    match token.kind {
        Kind::Mark(mark) => Some(mark),
        _ => None,
    }
}

/// `maximum of N`, `max. N`, `the maximum size for this is N`, `maximum width: N`.
fn extreme(tokens: &[Token], at: usize) -> Option<(Side, usize)> {
    const JOINTS: [&str; 5] = ["is", "of", "are", "to", "at"];
    const MEASURES: [&str; 9] =
        ["size", "width", "height", "length", "depth", "weight", "dimensions", "number", "amount"];
    let last = &tokens[at.checked_sub(1)?];
    let near = |token: &Token| extreme_word(&token.text).is_some();
    let joint = last.kind == Kind::Word && (JOINTS.contains(&&*last.text) || MEASURES.contains(&&*last.text));
    let mark = last.is_mark(':') || last.is_mark('=') || last.is_mark('.');
    if !near(last) && !joint && !mark {
        return None;
    }
    for back in (at.saturating_sub(9)..at).rev() {
        let token = &tokens[back];
        if let Some(side) = extreme_word(&token.text) {
            return Some((side, back));
        }
        let stop = match token.kind {
            Kind::Number(_) => true,
            Kind::Mark(_) => back + 1 != at,
            Kind::Word => number_word(&token.text).is_some(),
        };
        if stop {
            return None;
        }
    }
    None
}

fn extreme_word(word: &str) -> Option<Side> {
    match word {
        "maximum" | "max" | "maximal" | "limit" => Some(Side::Max),
        "minimum" | "min" | "minimal" => Some(Side::Min),
        _ => None,
    }
}

/// Whether a token ends a clause.
fn divides(tokens: &[Token], at: usize) -> bool {
    match tokens[at].kind {
        Kind::Mark(',' | ':' | '(' | ')' | '"' | '|') => true,
        Kind::Mark('-') => !tokens[at].glued && tokens.get(at + 1).is_some_and(|next| !next.glued),
        Kind::Mark(_) | Kind::Number(_) => false,
        Kind::Word => tokens[at].text == "but",
    }
}

/// The clause around some tokens.
fn clause_of(tokens: &[Token], from: usize, end: usize) -> Range<usize> {
    let start = (0..from).rev().find(|at| divides(tokens, *at)).map_or(0, |at| at + 1);
    let stop = (end..tokens.len()).find(|at| divides(tokens, *at)).unwrap_or(tokens.len());
    start..stop
}

/// What the words around a limit say.
#[derive(Default)]
struct Said {
    subject: Vec<String>,
    condition: Vec<String>,
}

impl Said {
    fn put(list: &mut Vec<String>, word: &str) {
        if !list.iter().any(|known| known == word) {
            list.push(word.to_owned());
        }
    }

    /// Takes words in, up to where they become a condition.
    fn take(&mut self, tokens: &[Token], mut conditional: bool) {
        for (at, token) in tokens.iter().enumerate() {
            let word = &*token.text;
            match token.kind {
                Kind::Mark('%') => Said::put(&mut self.condition, "%"),
                Kind::Mark(_) => {}
                Kind::Number(_) => {
                    let compared = at.checked_sub(1).map(|before| &*tokens[before].text).unwrap_or_default();
                    if matches!(
                        compared,
                        "over"
                            | "above"
                            | "under"
                            | "below"
                            | "after"
                            | "before"
                            | "than"
                            | "within"
                            | "until"
                            | "by"
                            | "least"
                            | "most"
                            | "from"
                            | "since"
                            | "every"
                            | "first"
                            | "last"
                            | "next"
                    ) {
                        Said::put(&mut self.condition, &format!("{compared} {word}"));
                    }
                }
                Kind::Word if turns(word) || hedges(word) => Said::put(&mut self.condition, word),
                Kind::Word => {
                    conditional |=
                        matches!(word, "for" | "if" | "when" | "per" | "each" | "with" | "while" | "in" | "on");
                    if number_word(word).is_some() || says_nothing(word) || unit(word).is_some() {
                        continue;
                    }
                    Said::put(if conditional { &mut self.condition } else { &mut self.subject }, word);
                }
            }
        }
    }
}

/// Puts a limit together from the sentence around it.
fn limit(
    text: &str,
    sentence: &Sentence,
    bound: Bound,
    measured: Option<Unit>,
    cue: Range<usize>,
    number: usize,
    source: &Source,
) -> Option<Limit> {
    let numbers = match &bound {
        Bound::Dimensions { max } => vec![max[0], max[1]],
        Bound::Range { min, max } => [*min, *max].into_iter().flatten().collect(),
        Bound::State { .. } => Vec::new(),
    };
    if numbers.iter().any(|n| !n.is_finite()) {
        return None;
    }
    let tokens = &sentence.tokens;
    let clause = clause_of(tokens, cue.start, cue.end);
    let example = |t: &Token| matches!(&*t.text, "example" | "instance" | "such" | "e.g" | "like" | "eg");
    let abbreviated = tokens[clause.clone()].windows(3).any(|w| w[0].is("e") && w[1].is_mark('.') && w[2].is("g"));
    if tokens[clause.clone()].iter().any(example) || abbreviated {
        return None;
    }

    let mut said = Said::default();
    let counted = if measured.is_none() && !matches!(bound, Bound::Dimensions { .. }) {
        counted(&tokens[cue.end..clause.end])
    } else {
        Vec::new()
    };
    let mut begin = clause.start;
    // What stands between the last `for` and the cue is what is limited: `available only for frames up to`.
    let leads = (begin..cue.start).rev().find(|at| tokens[*at].is("for")).unwrap_or(begin);
    said.take(&tokens[begin..leads], false);
    said.take(&tokens[if tokens[leads].is("for") { leads + 1 } else { leads }..cue.start], false);
    let opener =
        |at: usize| tokens.get(at).is_some_and(|t| matches!(&*t.text, "which" | "that" | "and" | "or" | "max"));
    let described = matches!(source, Source::ToolDescription(_) | Source::Parameter { .. });
    for _ in 0..2 {
        let told = described && !counted.is_empty();
        let bare = said.subject.is_empty() && said.condition.is_empty() && !told;
        if begin == 0 || !(bare || opener(begin)) {
            break;
        }
        let before = clause_of(tokens, begin - 1, begin - 1).start;
        said.take(&tokens[before..begin - 1], false);
        begin = before;
    }
    if extreme_word(&tokens[cue.start].text).is_some() {
        said.take(&tokens[cue.start..number], false);
    }
    said.take(&tokens[cue.end..clause.end], false);

    let label = if sentence.begins_line { (0..tokens.len().min(8)).find(|at| tokens[*at].is_mark(':')) } else { None };
    if let Some(colon) = label.filter(|colon| *colon < begin) {
        said.take(&tokens[..colon], true);
    }
    let outside = [0..begin, clause.end..tokens.len()];
    for part in outside {
        let mut at = part.start;
        while at < part.end {
            let stop = (at..part.end).find(|at| divides(tokens, *at)).unwrap_or(part.end);
            let conditional = tokens[at..stop].iter().enumerate().any(|(n, t)| {
                matches!(&*t.text, "if" | "when" | "unless" | "except" | "provided" | "once" | "until" | "depending")
                    || n == 0 && matches!(&*t.text, "for" | "with" | "without" | "on" | "in" | "during" | "under")
            });
            if conditional {
                said.take(&tokens[at..stop], true);
            }
            at = stop + 1;
        }
    }
    for word in sentence.heading.iter() {
        Said::put(&mut said.condition, word);
    }

    let Said { mut subject, condition } = said;
    if !counted.is_empty() {
        subject.retain(|word| !counted.contains(word));
        subject.splice(0..0, counted.iter().cloned());
    }
    if subject.len() + condition.len() > WORDS_MAX {
        return None;
    }
    let span = tokens[cue.start].start..tokens[cue.end - 1].end;
    let quote = text[tokens[begin].start..tokens[clause.end - 1].end].to_owned();
    let counts = counted.last().cloned();
    let unit = measured.map(|unit| unit.name);
    Some(Limit { source: source.clone(), span, quote, bound, subject, condition, unit, counts })
}

/// The noun that a number counts, with what stands before it: `five passengers`, `three gift cards`.
fn counted(tokens: &[Token]) -> Vec<String> {
    let words = tokens.iter().take(3).take_while(|t| {
        t.kind == Kind::Word && !says_nothing(&t.text) && number_word(&t.text).is_none() && !turns(&t.text)
    });
    words.map(|t| t.text.to_string()).collect()
}

/// `only pending orders can be cancelled`, `orders can only be cancelled if their status is pending`, `you can only
/// cancel pending orders`.
fn state(text: &str, sentence: &Sentence, at: usize, source: &Source) -> Option<Limit> {
    let tokens = &sentence.tokens;
    if !tokens[at].is("only") {
        return None;
    }
    let word = |at: usize| {
        tokens.get(at).filter(|t| t.kind == Kind::Word && t.text.chars().all(char::is_alphabetic)).map(|t| &*t.text)
    };
    let content = |at: usize| word(at).filter(|w| !says_nothing(w) && number_word(w).is_none() && !turns(w));
    let may = |at: usize| matches!(word(at), Some("can" | "may"));
    let be = |at: usize| word(at) == Some("be");
    let ends = |at: usize| at >= tokens.len() || divides(tokens, at);
    let before = |n: usize| at.checked_sub(n);

    // The state, the noun, the verb, and where the form begins and ends.
    let found = if let (Some(required), Some(noun), Some(action)) = (content(at + 1), content(at + 2), content(at + 5))
        && may(at + 3)
        && be(at + 4)
    {
        Some((required, noun, action, at..at + 6))
    } else if let Some((action, after)) =
        before(1).filter(|b| may(*b) && be(at + 1)).and_then(|_| Some((content(at + 2)?, at + 3)))
    {
        let noun_at = before(2)?;
        let noun = content(noun_at)?;
        Some((required_after(tokens, after, noun)?, noun, action, noun_at..after))
    } else if let Some(start) = before(1).filter(|b| may(*b))
        && let (Some(action), Some(required), Some(noun)) = (content(at + 1), content(at + 2), content(at + 3))
        && ends(at + 4)
    {
        Some((required, noun, action, start..at + 4))
    } else if let (Some(action_at), Some(noun_at)) = (before(1), before(4))
        && may(at - 3)
        && be(at - 2)
    {
        let noun = content(noun_at)?;
        Some((required_after(tokens, at + 1, noun)?, noun, content(action_at)?, noun_at..at + 1))
    } else {
        None
    };
    let (required, noun, action, span) = found?;
    if matches!(word(span.end), Some("once" | "twice")) || content(span.end) == Some("one") {
        return None;
    }

    let mut said = Said::default();
    let clause = clause_of(tokens, span.start, span.end);
    said.take(&tokens[clause.start..span.start], true);
    said.take(&tokens[span.end..clause.end], true);
    for part in [0..clause.start, clause.end..tokens.len()] {
        if tokens[part.clone()].iter().any(|t| matches!(&*t.text, "if" | "when" | "unless" | "except" | "once")) {
            said.take(&tokens[part], true);
        }
    }
    let Said { condition, .. } = said;
    let condition = condition.into_iter().filter(|word| word != required && word != noun).collect();
    let bound = Bound::State { required: required.to_owned(), action: action.to_owned() };
    let quote = text[tokens[clause.start].start..tokens[clause.end - 1].end].to_owned();
    let span = tokens[span.start].start..tokens[span.end - 1].end;
    let subject = vec![noun.to_owned()];
    Some(Limit { source: source.clone(), span, quote, bound, subject, condition, unit: None, counts: None })
}

/// The state in `if (their) status is pending`, with nothing else between and the clause ending there.
fn required_after<'t>(tokens: &'t [Token], at: usize, noun: &str) -> Option<&'t str> {
    if !matches!(&*tokens.get(at)?.text, "if" | "when" | "while") {
        return None;
    }
    for (n, token) in tokens.iter().enumerate().skip(at + 1) {
        let word = &*token.text;
        let passes = matches!(
            word,
            "it" | "they"
                | "their"
                | "its"
                | "the"
                | "is"
                | "are"
                | "still"
                | "status"
                | "state"
                | "in"
                | "currently"
                | "has"
                | "have"
                | "a"
                | "an"
                | "'"
                | "\""
        );
        if passes || word == noun || word.strip_suffix('s') == Some(noun) || noun.strip_suffix('s') == Some(word) {
            continue;
        }
        let quoted = |t: &Token| t.is_mark('\'') || t.is_mark('"');
        let rest = tokens.get(n + 1).filter(|t| !quoted(t) && !t.is("status") && !t.is("state"));
        let fits = token.kind == Kind::Word && !says_nothing(word) && !turns(word) && number_word(word).is_none();
        return (fits && (rest.is_none() || divides(tokens, n + 1))).then_some(word);
    }
    None
}
