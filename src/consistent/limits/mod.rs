//! Limits written in plain words, and calls that were accepted although a limit forbids them.
//!
//! `available only for frames up to 60cm x 70cm` is a rule that a mock of the tools would have to keep. A call that
//! succeeds past it contradicts the trajectory's own words, or it shows that the tool does not enforce the rule, as
//! truly executed tools often do not. So a [`Breach`] tells what else says that it holds: its [`Witness`]es.
//!
//! A limit is held against a call only where *every* word around it that could restrict it is found in the call: in
//! the names of the tool and its arguments, or as the value of one. `Non-glare glass: up to 60 x 70 cm` is nothing to
//! a call without `non-glare`, and a limit `for members of more than two years` is nothing to any call.

mod calls;
mod forms;
mod scan;
mod states;
mod words;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

pub use forms::candidates;

use crate::trajectory::{Answer, Exchange, Role, ToolSet, Trajectory};
use calls::{Facts, accepted};
use words::{name_words, stem};

/// Limits of one trajectory that are held against its calls.
const LIMITS_MAX: usize = 1024;

/// Breaches of one trajectory that are told.
const BREACHES_MAX: usize = 256;

/// Refusals of one tool, and statements, that are asked for one breach.
const WITNESSES_MAX: usize = 16;

/// Pairs of a limit and a call, and nodes of answers, that are looked at in one trajectory.
const WORK_MAX: usize = 20_000_000;

/// A limit as a text states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub source: Source,
    /// Bytes of the source's text: the words of the form and its numbers.
    pub span: Range<usize>,
    /// The clause it stands in.
    pub quote: String,
    pub bound: Bound,
    /// Words that name what is limited.
    pub subject: Vec<String>,
    /// Words that restrict when it holds: those of its label, heading, and of phrases with `for`, `if`, `per`.
    pub condition: Vec<String>,
    /// The unit of its numbers.
    pub unit: Option<&'static str>,
    /// The noun that its number counts: `passengers` in `at most five passengers`.
    pub counts: Option<String>,
}

/// The text that a limit was read in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A system prompt: index of the message.
    System(usize),
    /// The description of the tool of that name.
    ToolDescription(String),
    /// The description of a parameter.
    Parameter { tool: String, name: String },
    /// An answer that refuses a call: index of the tool message. The span is of its content.
    Refusal(usize),
    /// A statement of the assistant: index of the message.
    Message(usize),
}

/// What a limit demands. Both ends are allowed values.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// Two sides, in either order.
    Dimensions {
        max: [f64; 2],
    },
    Range {
        min: Option<f64>,
        max: Option<f64>,
    },
    /// Only what is in the state `required` can undergo `action`.
    State {
        required: String,
        action: String,
    },
}

/// A call that succeeded although a limit forbids it.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// Index into the exchanges.
    pub exchange: usize,
    pub limit: Limit,
    /// JSON pointers into the arguments, with the numbers there (of a list: how many items); empty for a state.
    pub values: Vec<(String, f64)>,
    /// What else says that the limit is enforced; without one, the tool may simply not enforce it.
    pub witnesses: Vec<Witness>,
    pub message: String,
}

/// A second source for a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// An earlier call of the same tool was refused for it.
    Refusal { exchange: usize },
    /// The assistant states the same limit: bytes of the content of a message.
    Statement { message: usize, span: Range<usize> },
}

/// The calls that succeeded although a limit in the trajectory's own texts forbids them, in order.
///
/// `answers` are those of `exchanges`, index by index. One limit that several texts state is told once for a call, with
/// the most authoritative text as its source. Limits that only the assistant states have refusals alone as witnesses.
pub fn breaches(
    trajectory: &Trajectory,
    exchanges: &[Exchange],
    answers: &[Option<Answer>],
    tools: Option<&ToolSet>,
) -> Vec<Breach> {
    let calls = Calls { trajectory, exchanges, answers, tools, left: Cell::new(WORK_MAX) };
    let rules = calls.rules();
    if rules.is_empty() {
        return Vec::new();
    }
    let facts: Vec<Option<Facts>> = (0..exchanges.len()).map(|at| calls.facts(at)).collect();
    let mut refused: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (at, facts_here) in facts.iter().enumerate() {
        let (Some(facts_here), Some(Some(answer))) = (facts_here, answers.get(at)) else { continue };
        let earlier = refused.entry(calls.name(at)).or_default();
        if answer.refused {
            earlier.push(at);
            continue;
        }
        if !accepted(answer) {
            continue;
        }
        let first = found.len();
        for rule in &rules {
            if found.len() >= BREACHES_MAX || !calls.spend() {
                return found;
            }
            let Some((values, message)) = calls.break_of(rule, at, facts_here) else { continue };
            let told = |breach: &Breach| breach.limit.bound == rule.limit.bound && breach.values == values;
            if found[first..].iter().any(told) {
                continue;
            }
            let witnesses = calls.witnesses(rule, &rules, earlier, &facts);
            found.push(Breach { exchange: at, limit: rule.limit.clone(), values, witnesses, message });
        }
    }
    found
}

/// A limit made ready to be held against calls.
struct Rule {
    limit: Limit,
    /// The only tool it can speak of.
    tool: Option<String>,
    /// The stems of each word that must be found in a call.
    demands: Vec<Vec<String>>,
    /// All of them.
    words: HashSet<String>,
    /// The stem of the noun that the number counts.
    counts: Option<String>,
}

impl Rule {
    fn new(limit: Limit, tool: Option<String>) -> Rule {
        let words = limit.subject.iter().chain(&limit.condition);
        // A comparison with a number is a phrase that no call can show.
        let demands: Vec<Vec<String>> =
            words.map(|word| if word.contains(' ') { Vec::new() } else { name_words(word) }).collect();
        let words = demands.iter().flatten().cloned().collect();
        let counts = limit.counts.as_deref().map(stem);
        Rule { limit, tool, demands, words, counts }
    }
}

/// The calls of a trajectory with all that is known about them.
struct Calls<'a> {
    trajectory: &'a Trajectory,
    exchanges: &'a [Exchange],
    answers: &'a [Option<Answer>],
    tools: Option<&'a ToolSet>,
    left: Cell<usize>,
}

impl Calls<'_> {
    fn name(&self, at: usize) -> &str {
        let exchange = &self.exchanges[at];
        &self.trajectory.messages[exchange.message].calls[exchange.call].name
    }

    /// Takes one step of the work allowed; `false` where none is left.
    fn spend(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    fn answer(&self, at: usize) -> Option<&Answer> {
        self.answers.get(at).and_then(Option::as_ref)
    }

    fn facts(&self, at: usize) -> Option<Facts> {
        let exchange = &self.exchanges[at];
        let call = &self.trajectory.messages[exchange.message].calls[exchange.call];
        let tool = self.tools.and_then(|tools| tools.get(&call.name));
        Facts::of(&call.name, call.arguments.value.as_ref().ok()?, tool)
    }

    /// The limits of all texts, the most authoritative first.
    fn rules(&self) -> Vec<Rule> {
        let mut limits = Vec::new();
        let mut refusing: HashMap<usize, &str> = HashMap::new();
        for (at, message) in self.trajectory.messages.iter().enumerate() {
            match message.role {
                Role::System => limits.extend(candidates(&message.content, &Source::System(at))),
                Role::Assistant => limits.extend(candidates(&message.content, &Source::Message(at))),
                _ => {}
            }
        }
        for (at, exchange) in self.exchanges.iter().enumerate() {
            if self.answer(at).is_some_and(|answer| answer.refused)
                && let Some(message) = exchange.answer
            {
                refusing.insert(message, self.name(at));
                limits.extend(candidates(&self.trajectory.messages[message].content, &Source::Refusal(message)));
            }
        }
        let mut names = HashSet::new();
        for at in 0..self.exchanges.len() {
            let Some(tool) = self.tools.and_then(|tools| tools.get(self.name(at))) else { continue };
            if !names.insert(&*tool.name) {
                continue;
            }
            if let Some(text) = &tool.description {
                limits.extend(candidates(text, &Source::ToolDescription(tool.name.clone())));
            }
            let properties = tool.input_schema.get("properties").and_then(|p| p.as_object());
            for name in properties.into_iter().flat_map(|members| members.keys()) {
                if let Some(parameter) = tool.parameters().member(name) {
                    let source = Source::Parameter { tool: tool.name.clone(), name: name.clone() };
                    limits.extend(candidates(&parameter.description, &source));
                }
            }
        }
        limits.sort_by(|a, b| a.source.cmp(&b.source).then(a.span.start.cmp(&b.span.start)));
        limits.truncate(LIMITS_MAX);
        let speaks_of = |limit: &Limit| match &limit.source {
            Source::ToolDescription(tool) | Source::Parameter { tool, .. } => Some(tool.clone()),
            Source::Refusal(message) => refusing.get(message).map(|tool| (*tool).to_owned()),
            Source::System(_) | Source::Message(_) => None,
        };
        let rules = limits.into_iter().map(|limit| {
            let tool = speaks_of(&limit);
            Rule::new(limit, tool)
        });
        rules.collect()
    }

    /// The values of a call that break a rule, in words too.
    fn break_of(&self, rule: &Rule, at: usize, facts: &Facts) -> Option<(Vec<(String, f64)>, String)> {
        if rule.tool.as_ref().is_some_and(|tool| *tool != facts.tool) {
            return None;
        }
        match &rule.limit.bound {
            Bound::State { required, action } => {
                let message = states::broken(self, rule, (required, action), at, facts)?;
                Some((Vec::new(), message))
            }
            _ => {
                let values = calls::broken(rule, facts)?;
                let message = calls::told(&rule.limit, &values);
                Some((values, message))
            }
        }
    }

    fn witnesses(&self, rule: &Rule, rules: &[Rule], refused: &[usize], facts: &[Option<Facts>]) -> Vec<Witness> {
        let source = &rule.limit.source;
        let mut witnesses = Vec::new();
        for at in refused.iter().rev().take(WITNESSES_MAX).rev().copied() {
            let (Some(answer), Some(message)) = (self.answer(at), self.exchanges[at].answer) else { continue };
            if *source == Source::Refusal(message) {
                continue;
            }
            let states =
                |other: &Rule| other.limit.source == Source::Refusal(message) && other.limit.bound == rule.limit.bound;
            let breaks = facts[at].as_ref().is_some_and(|facts| match rule.limit.bound {
                Bound::State { .. } => false,
                _ => calls::broken(rule, facts).is_some(),
            });
            if rules.iter().any(states) || (breaks && speaks_of_limits(&answer.message())) {
                witnesses.push(Witness::Refusal { exchange: at });
            }
        }
        if matches!(source, Source::Message(_)) {
            return witnesses;
        }
        for other in rules {
            let Source::Message(message) = other.limit.source else { continue };
            let same = other.limit.bound == rule.limit.bound && !other.words.is_disjoint(&rule.words);
            if same && witnesses.len() < 2 * WITNESSES_MAX {
                witnesses.push(Witness::Statement { message, span: other.limit.span.clone() });
            }
        }
        witnesses
    }
}

/// Whether a refusal says that something is too much or too little.
fn speaks_of_limits(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "exceed",
        "maximum",
        "minimum",
        "limit",
        "too large",
        "too big",
        "too small",
        "too many",
        "too few",
        "too wide",
        "too high",
        "too long",
        "at most",
        "at least",
        "no more than",
        "out of range",
        "larger than",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests;
