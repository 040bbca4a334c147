//! What the assistant claims: ids, amounts, dates and states in its texts, held against what was said and observed before.
//!
//! The machinery of tracing, run backwards. A claim is never more than a note: a text can be loose where a call cannot.

use super::date::{Day, What};
use super::index::{Place, Speaker};
use super::texts::is_standard;
use super::trace::Dialogue;
use super::words::{self, Word};
use super::{arithmetic, number, placeholder};
use crate::diagnostic::{Code, Diagnostic};
use crate::trajectory::{Role, ValueKind};

/// Claims of one message that are told.
const TOLD_MAX: usize = 4;

/// A claim without a source, or against one.
struct Claim {
    code: Code,
    message: String,
    /// Another place, and what it says.
    related: Option<(String, String)>,
}

impl Dialogue<'_> {
    /// Checks the text of the assistant's message that comes next, before it is read.
    pub(super) fn check_claims(&mut self, message: usize) -> Vec<Diagnostic> {
        let said = &self.given.trajectory.messages[message];
        let text = said.content.as_str();
        if said.role != Role::Assistant
            || text.len() < 4
            || !text.bytes().any(|b| b.is_ascii_digit()) && self.statuses.is_empty()
        {
            return Vec::new();
        }
        let mut claims = Vec::new();
        if text.bytes().any(|b| b.is_ascii_digit()) {
            self.untraced_names(text, &mut claims);
            self.untraced_sums(text, &mut claims);
            self.untraced_dates(message, text, &mut claims);
            self.beyond_limits(text, &mut claims);
        }
        self.other_states(text, &mut claims);
        let at = self.given.trajectory.at_message(message);
        claims.dedup_by(|a, b| a.message == b.message);
        let diagnostics = claims.into_iter().take(TOLD_MAX).map(|Claim { code, message, related }| {
            let diagnostic = Diagnostic::new(code, at.clone(), message);
            match related {
                Some((at, says)) => diagnostic.related(at, says),
                None => diagnostic,
            }
        });
        diagnostics.collect()
    }

    /// Identifiers and addresses that nobody named.
    fn untraced_names(&self, text: &str, claims: &mut Vec<Claim>) {
        for piece in named_pieces(text) {
            let words = words::words(piece);
            let kind = if piece.contains('@') { ValueKind::Email } else { ValueKind::Identifier };
            if !self.is_known(piece, &words) && !placeholder::stand_in(piece, kind) && !is_standard(piece) {
                claims.push(Claim {
                    code: Code::ClaimUntraced,
                    message: format!("the assistant names `{piece}`, which nothing before says"),
                    related: None,
                });
            }
        }
    }

    /// Whether somebody said these words, or a call used them.
    fn is_known(&self, piece: &str, words: &[Word]) -> bool {
        let mut known = self.used.contains_key(&words::hash_of_all(words));
        if !known {
            self.index.find(words, |_| {
                known = true;
                false
            });
        }
        known
            || words::seams(piece).len() > 1 && self.phrase(&words::seams(piece).join(" ")).is_some()
            || self.is_in_world(piece)
    }

    /// Sums of money that were neither said nor follow from what was.
    fn untraced_sums(&self, text: &str, claims: &mut Vec<Claim>) {
        let bytes = text.as_bytes();
        // Sums of the text itself, the nearest first.
        let mut own: Vec<f64> = Vec::new();
        let mut told = 0;
        for (start, read) in number::each(text) {
            let Some(value) = read.values[0].filter(|_| start == 0 || !bytes[start - 1].is_ascii_alphanumeric()) else {
                continue;
            };
            if read.money && value >= 1.0 && told < 16 && !self.is_sum_known(value, &own) {
                claims.push(Claim {
                    code: Code::ClaimUntraced,
                    message: format!(
                        "the assistant names the sum {}, which nothing before says and no computation gives",
                        with_sign(text, start, read.end)
                    ),
                    related: None,
                });
            }
            told += usize::from(read.money);
            if read.money || value.fract() != 0.0 {
                own.insert(0, value);
                own.truncate(20);
            }
        }
    }

    /// Whether a sum was said, or follows from those that the same text or the dialogue has.
    fn is_sum_known(&self, value: f64, own: &[f64]) -> bool {
        let mut known = self.used_numbers.contains(&number::key(value)) || own.contains(&value);
        self.index.find_number(value, |_, _| {
            known = true;
            false
        });
        if known || self.index.latest_numbers(256).any(|number| number::is_rounded(value, number.value)) {
            return true;
        }
        let mut numbers = own.to_vec();
        for number in self.index.latest_numbers(512) {
            if numbers.len() >= 64 {
                break;
            }
            if !numbers.contains(&number.value) {
                numbers.push(number.value);
            }
        }
        arithmetic::any_of(&numbers, value).is_some()
    }

    /// Full dates that no mention explains.
    fn untraced_dates(&mut self, message: usize, text: &str, claims: &mut Vec<Claim>) {
        // A full date has a year.
        let year =
            |four: &[u8]| matches!(four[..2], [b'1', b'9'] | [b'2', b'0']) && four.iter().all(u8::is_ascii_digit);
        if !text.as_bytes().windows(4).any(year) {
            return;
        }
        let mentions = self.prepare_moments(message);
        let days: Vec<_> =
            mentions.iter().filter(|mention| matches!(mention.what, What::Day(_))).take(6).cloned().collect();
        for mention in &days {
            let What::Day(day) = mention.what else { continue };
            let shown = &text[mention.start..mention.end];
            let literal = self.is_known(shown, &words::words(shown));
            if !literal && !self.is_day_known(&Day::Full(day)) {
                claims.push(Claim {
                    code: Code::ClaimUntraced,
                    message: format!("the assistant names the date {shown}, which follows from nothing before"),
                    related: None,
                });
            }
        }
    }

    /// "76cm is within limits" beside a limit of 70: the greatest limit in the same unit.
    fn beyond_limits(&self, text: &str, claims: &mut Vec<Claim>) {
        if !text.contains("within") && !text.contains("under the") && !text.contains("below the") {
            return;
        }
        let mut before = String::new();
        let mut looked = 0;
        for sentence in sentences(text).take(400) {
            let lower = sentence.to_lowercase();
            let claimed = [
                "within limits",
                "within the limit",
                "within our limit",
                "within the maximum",
                "within the allowed",
                "under the limit",
                "below the limit",
                "below the maximum",
                "within the size limit",
                "within range",
            ];
            let claimed = claimed.iter().find_map(|claim| lower.find(claim)).filter(|_| !is_hedged(&lower));
            looked += usize::from(claimed.is_some());
            // Each look reads the dialogue.
            if let Some(claimed) = claimed.filter(|_| looked <= 8)
                && let Some((value, unit, shown)) = measures(&lower[..claimed]).pop()
                && let Some((limit, place)) = self.limit(&before, &unit).filter(|(limit, _)| value > *limit)
            {
                claims.push(Claim {
                    code: Code::ClaimContradicted,
                    message: format!(
                        "the assistant says that {shown} is within limits, and the limit is {}{unit}",
                        arithmetic::show(limit)
                    ),
                    related: place.map(|at| (at, "the limit is named here".to_owned())),
                });
            }
            before.push_str(&lower);
            before.push(' ');
            if before.len() > 4096 {
                before.drain(..before.floor_char_boundary(before.len() - 2048));
            }
        }
    }

    /// The greatest limit in a unit that the same text names before; otherwise of all that was said, with its place. Limits of
    /// several things cannot be told apart, so the greatest counts.
    fn limit(&self, before: &str, unit: &str) -> Option<(f64, Option<String>)> {
        if let Some(limit) = limit_in(before, unit) {
            return Some((limit, None));
        }
        let recent = self.read.saturating_sub(64);
        let messages =
            self.given.trajectory.messages[..self.read].iter().enumerate().filter(|(at, _)| *at == 0 || *at >= recent);
        let limits = messages.filter_map(|(at, message)| Some((limit_in(&message.content.to_lowercase(), unit)?, at)));
        let (limit, at) = limits.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((limit, Some(self.given.trajectory.at_message(at))))
    }

    /// States of records: "order W1 is delivered" where the last observation of W1 says `pending`.
    fn other_states(&self, text: &str, claims: &mut Vec<Claim>) {
        let lower = text.to_lowercase();
        if !self.statuses.iter().any(|status| lower.contains(&status.to_lowercase().replace('_', " "))) {
            return;
        }
        for sentence in sentences(text) {
            let mut pieces = named_pieces(sentence);
            let (Some(piece), None) = (pieces.next(), pieces.next()) else { continue };
            let lower = sentence.to_lowercase();
            let Some((state, place)) = self.state_of(piece).filter(|_| !is_hedged(&lower)) else { continue };
            // A call that came after may have changed it.
            let changed =
                self.used.get(&words::hash_of_all(&words::words(piece))).is_some_and(|at| *at as u32 > place.message);
            if changed {
                continue;
            }
            let held = state.to_lowercase();
            if lower.contains(&held) {
                continue;
            }
            let claimed = self.statuses.iter().find(|status| {
                let status = status.to_lowercase().replace('_', " ");
                if held.starts_with(&status) {
                    return false;
                }
                ["is ", "are ", "was ", "has been ", "status: ", "status is ", "currently "].iter().any(|verb| {
                    lower.match_indices(&format!("{verb}{status}")).any(|(at, found)| {
                        let rest = &lower[at + found.len()..];
                        let ends = !rest.starts_with(|c: char| c.is_alphanumeric());
                        let hedged = ["once ", "when ", "until ", "will ", "would ", "can ", "must ", "only "]
                            .iter()
                            .any(|word| lower[..at].contains(word));
                        ends && !hedged
                    })
                })
            });
            if let Some(claimed) = claimed {
                claims.push(Claim {
                    code: Code::ClaimContradicted,
                    message: format!(
                        "the assistant says that {piece} is {claimed}, and the last observation of it says `{state}`"
                    ),
                    related: Some((self.at_place(place), self.describe(place))),
                });
            }
        }
    }

    /// The state in the record that an observation last showed of an identifier.
    fn state_of(&self, piece: &str) -> Option<(String, Place)> {
        let words = words::words(piece);
        let mut found = None;
        let mut visited = 0;
        self.index.find(&words, |place| {
            visited += 1;
            if place.whole && place.speaker == Speaker::Observation {
                let name = self.index.name_of(place.node).unwrap_or("").to_lowercase();
                if name.ends_with("id") || name.ends_with("number") || place.name {
                    found = self.state_beside(place);
                }
            }
            found.is_none() && visited < 16
        });
        found
    }

    fn state_beside(&self, place: Place) -> Option<(String, Place)> {
        let fellow =
            self.index.fellows(place.node).take(64).find(|node| is_state(self.index.name_of(*node).unwrap_or("")))?;
        let words = self.index.words_of(fellow);
        let (first, last) = (words.first()?, words.last()?);
        let place = Place { node: fellow, start: first.start, end: last.end, whole: true, name: false, ..place };
        Some((self.index.text_of(place).to_owned(), place))
    }

    /// Keeps the states that an observation shows, as words that the assistant may use.
    pub(super) fn note_states(&mut self, message: usize) {
        let text = &self.given.trajectory.messages[message].content;
        for found in ["\"status\"", "\"state\""] {
            for (at, _) in text.match_indices(found).take(16) {
                let rest = text[at + found.len()..].trim_start().trim_start_matches(':').trim_start();
                let Some(value) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
                let plain = value.len() >= 4
                    && value.len() <= 24
                    && value.chars().all(|c| c.is_alphabetic() || c == '_' || c == ' ');
                if plain
                    && value != "success"
                    && self.statuses.len() < 24
                    && !self.statuses.iter().any(|known| known == value)
                {
                    self.statuses.push(value.to_owned());
                }
            }
        }
    }
}

/// Whether a sentence in lower case asks, doubts or denies.
fn is_hedged(sentence: &str) -> bool {
    sentence.ends_with('?')
        || ["whether", "if ", " not ", "n't ", "you say", "exceed", "unsure", "may be", "might"]
            .iter()
            .any(|word| sentence.contains(word))
}

/// A number with the sign of money that stands at it.
fn with_sign(text: &str, start: usize, end: usize) -> &str {
    let sign = text[..start].chars().next_back().filter(|c| matches!(c, '$' | '€' | '£' | '¥'));
    &text[start - sign.map_or(0, char::len_utf8)..end]
}

fn is_state(name: &str) -> bool {
    name.eq_ignore_ascii_case("status") || name.eq_ignore_ascii_case("state")
}

/// Pieces of a text that name one thing: identifiers with several digits, e-mail addresses.
pub(super) fn named_pieces(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '{'
                    | '}'
                    | '"'
                    | '\''
                    | '<'
                    | '>'
                    | '`'
                    | '|'
                    | '='
                    | '“'
                    | '”'
                    | '‘'
                    | '’'
                    | '\\'
            )
    };
    text.split(ends).filter_map(|piece| {
        let piece = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        if piece.len() > 64 || piece.contains("**") || piece.contains("://") || piece.contains("www.") {
            return None;
        }
        let email =
            piece.contains('@') && piece.rsplit('@').next().is_some_and(|host| host.contains('.')) && letters > 3;
        let whole = !piece.contains([':', '/', '.', '%', '$', '€', '+', '—', '–', '\\']);
        let first = piece.bytes().next()?.is_ascii_digit();
        let measured = first
            && (letters <= 3 || piece.split('-').nth(1).is_some_and(|part| part.chars().all(char::is_alphabetic)));
        let named = whole && digits >= 3 && letters >= 1 && piece.len() >= 5 && !measured;
        let numbered = whole && letters == 0 && digits >= 6 && !piece.contains(['-', '_']);
        (email || named || numbered).then_some(piece)
    })
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    // Some texts hold their line breaks as `\n`.
    let lines = text.split(['\n', '!']).flat_map(|line| line.split("\\n")).flat_map(|line| line.split_inclusive('?'));
    lines.flat_map(|line| line.split(". ")).map(str::trim).filter(|sentence| !sentence.is_empty())
}

/// Numbers with the unit that is written at them: value, unit, text. Of `60x70cm` both.
fn measures(text: &str) -> Vec<(f64, String, String)> {
    let mut found: Vec<(f64, String, String)> = Vec::new();
    let mut open: Vec<f64> = Vec::new();
    for (_, read) in number::each(text) {
        let Some(value) = read.values[0] else { continue };
        let rest = text.get(read.end..).unwrap_or("").trim_start();
        let unit: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
        let times = rest.strip_prefix(['x', '×']);
        if unit == "x" || times.is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit())) {
            open.push(value);
            continue;
        }
        if (1..=12).contains(&unit.len()) {
            found.extend(
                open.drain(..).map(|value| (value, unit.clone(), format!("{}{unit}", arithmetic::show(value)))),
            );
            found.push((value, unit.clone(), format!("{}{unit}", arithmetic::show(value))));
        }
        open.clear();
    }
    found
}

/// The greatest limit that a lower-case text names in a unit.
fn limit_in(text: &str, unit: &str) -> Option<f64> {
    let signs = [
        "up to ",
        "limited to ",
        "limit of ",
        "limit is ",
        "maximum of ",
        "maximum is ",
        "at most ",
        "no more than ",
        "maximum size of ",
    ];
    let ends = signs.iter().flat_map(|sign| text.match_indices(sign).map(|(at, sign)| at + sign.len()));
    let limits = ends.flat_map(|end| {
        let stop = text.ceil_char_boundary((end + 24).min(text.len()));
        let piece = &text[end..stop];
        let starts = piece.starts_with(|c: char| c.is_ascii_digit());
        if starts { measures(piece) } else { Vec::new() }
    });
    limits.filter(|(_, own, _)| own == unit).map(|(value, ..)| value).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_name_something() {
        let pieces = |text| named_pieces(text).collect::<Vec<_>>();
        assert_eq!(pieces("Order #W2378156, paid by jo@firm.de on 2024-05-12 at 10:30"), ["W2378156", "jo@firm.de"]);
        assert_eq!(pieces("flight HAT136 costs $1,250.00 for 200 km and 1500mg"), ["HAT136"]);
        assert_eq!(pieces("see https://a.b/c12345 and 4 x 12345678"), ["12345678"]);
    }

    #[test]
    fn limits_and_measures() {
        assert_eq!(measures("76×50cm").iter().map(|found| found.0).collect::<Vec<_>>(), [76.0, 50.0]);
        assert_eq!(measures("76× within").len(), 0);
        assert_eq!(limit_in("glass only up to 60cm x 70cm. plain up to 100cm", "cm"), Some(100.0));
        assert_eq!(limit_in("which is limited to 60x70cm", "cm"), Some(70.0));
        assert_eq!(limit_in("up to you, 70cm", "cm"), None);
        assert_eq!(
            measures("54x74cm and 3 kg").iter().map(|(v, u, _)| (*v, u.as_str())).collect::<Vec<_>>(),
            [(54.0, "cm"), (74.0, "cm"), (3.0, "kg")]
        );
    }
}
