//! Which answer belongs to which call.
//!
//! Ids cannot be trusted alone: in 49 of 200 really executed runs an id is used twice. A *block* is a run of messages
//! with calls and the run of tool messages after it. Within a block, calls and answers pair by id where all ids are there,
//! unique, and those of the answers are among those of the calls; otherwise they pair by order.

use std::collections::HashMap;

use super::{Role, Trajectory};
use crate::diagnostic::{Code, Diagnostic};

/// A call and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Index of the message that calls.
    pub message: usize,
    /// Index of the call in it.
    pub call: usize,
    /// Index of the tool message that answers.
    pub answer: Option<usize>,
    /// Whether the user's side calls.
    pub by_user: bool,
}

/// All calls of a trajectory in order, with their answers.
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    pub exchanges: Vec<Exchange>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Pairs the calls and answers of a trajectory, and notes where turns are out of order.
pub fn pair(trajectory: &Trajectory) -> Pairing {
    let mut pairing = Pairing::default();
    let mut block_start = 0;
    let mut answers: Vec<usize> = Vec::new();
    for (at, message) in trajectory.messages.iter().enumerate() {
        if message.role == Role::Tool {
            answers.push(at);
            continue;
        }
        let open = pairing.exchanges.len() > block_start;
        let closes = !answers.is_empty() || (open && message.calls.is_empty());
        if closes {
            close(trajectory, &mut pairing, block_start, &answers, false);
            answers.clear();
            block_start = pairing.exchanges.len();
        }
        let by_user = message.role == Role::User;
        let calls = (0..message.calls.len()).map(|call| Exchange { message: at, call, answer: None, by_user });
        pairing.exchanges.extend(calls);
    }
    close(trajectory, &mut pairing, block_start, &answers, true);
    turn_order(trajectory, &mut pairing.diagnostics);
    pairing
}

/// Pairs one block. `last` tells whether the record ends with it.
fn close(trajectory: &Trajectory, pairing: &mut Pairing, start: usize, answers: &[usize], last: bool) {
    let calls = &mut pairing.exchanges[start..];
    let call_id = |e: &Exchange| trajectory.messages[e.message].calls[e.call].id.as_deref();
    let answer_id = |at: usize| trajectory.messages[at].call_id.as_deref();

    let mut by_id: HashMap<&str, usize> = HashMap::new();
    let unique_calls =
        calls.iter().enumerate().all(|(n, e)| call_id(e).is_some_and(|id| by_id.insert(id, n).is_none()));
    let mut met = HashMap::new();
    let pairs_by_id = unique_calls
        && answers
            .iter()
            .all(|at| answer_id(*at).is_some_and(|id| by_id.contains_key(id) && met.insert(id, ()).is_none()));

    let mut unexpected = Vec::new();
    for (n, at) in answers.iter().enumerate() {
        let call = if pairs_by_id { answer_id(*at).and_then(|id| by_id.get(id).copied()) } else { Some(n) };
        match call.and_then(|call| calls.get_mut(call)) {
            Some(exchange) => exchange.answer = Some(*at),
            None => unexpected.push(*at),
        }
    }

    for exchange in &*calls {
        let call = &trajectory.messages[exchange.message].calls[exchange.call];
        let place = || trajectory.at_call(exchange.message, exchange.call);
        let Some(at) = exchange.answer else {
            let diagnostic = if last && answers.is_empty() {
                Diagnostic::new(Code::OpenCall, place(), format!("the record ends before `{}` is answered", call.name))
            } else {
                Diagnostic::new(Code::UnansweredCall, place(), format!("the call of `{}` is never answered", call.name))
                    .help("each call needs one tool message after it, before the dialogue goes on")
            };
            pairing.diagnostics.push(diagnostic);
            continue;
        };
        let answer = &trajectory.messages[at];
        if let (Some(id), Some(answered)) = (&call.id, &answer.call_id)
            && id != answered
        {
            let message = format!("paired by order with call `{id}`, but it names call `{answered}`");
            pairing
                .diagnostics
                .push(Diagnostic::new(Code::AnswerId, trajectory.at_message(at), message).related(place(), "the call"));
        }
        if let Some(name) = &answer.tool_name
            && *name != call.name
        {
            let message = format!("answers as `{name}` a call of `{}`", call.name);
            pairing.diagnostics.push(
                Diagnostic::new(Code::AnswerName, trajectory.at_message(at), message).related(place(), "the call"),
            );
        }
    }
    for at in unexpected {
        pairing.diagnostics.push(
            Diagnostic::new(Code::UnexpectedAnswer, trajectory.at_message(at), "this tool message answers no call")
                .help("a tool message follows the message with its call; there must be as many answers as calls"),
        );
    }
}

/// Notes where the grammar `user or tool -> assistant; assistant with calls -> tool` is broken.
fn turn_order(trajectory: &Trajectory, diagnostics: &mut Vec<Diagnostic>) {
    let spoken: Vec<usize> = (0..trajectory.messages.len())
        .filter(|at| !matches!(trajectory.messages[*at].role, Role::System | Role::Other(_)))
        .collect();
    let mut previous: Option<usize> = None;
    for at in spoken {
        let message = &trajectory.messages[at];
        let before = previous.map(|at| &trajectory.messages[at]);
        let odd = match (before.map(|m| &m.role), &message.role) {
            (None, Role::Assistant) => Some("the assistant speaks first"),
            (None, Role::Tool) => Some("a tool speaks first"),
            (Some(Role::Assistant), Role::Assistant) if before.is_some_and(|m| m.calls.is_empty()) => {
                Some("the assistant speaks twice in a row")
            }
            (Some(Role::User), Role::User) => Some("the user speaks twice in a row"),
            (Some(Role::Tool), Role::User) if before.is_some() && !answers_user(trajectory, at) => {
                Some("the user speaks after a tool, where the assistant should")
            }
            _ => None,
        };
        if let Some(odd) = odd {
            diagnostics.push(Diagnostic::new(Code::TurnOrder, trajectory.at_message(at), odd));
        }
        previous = Some(at);
    }
}

/// Whether the tool messages before a user message answer calls of the user's side.
fn answers_user(trajectory: &Trajectory, at: usize) -> bool {
    trajectory.messages[..at]
        .iter()
        .rev()
        .find(|message| message.role != Role::Tool)
        .is_some_and(|message| message.role == Role::User && !message.calls.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::{Arguments, Call, CallSite, Message};
    use super::*;

    /// `u` user, `a` assistant, `c:IDS` assistant with calls, `t:ID` tool; `-` for no id.
    fn trajectory(script: &str) -> Trajectory {
        let mut messages = Vec::new();
        for (index, word) in script.split_whitespace().enumerate() {
            let (kind, ids) = word.split_once(':').unwrap_or((word, ""));
            let id = |id: &str| (id != "-").then(|| id.to_owned());
            let mut message = match kind {
                "u" => Message::new(Role::User, "", index),
                "t" => Message::new(Role::Tool, "", index),
                _ => Message::new(Role::Assistant, "", index),
            };
            match kind {
                "t" => message.call_id = id(ids),
                "c" => {
                    let calls = ids.split(',').enumerate().map(|(at, name)| Call {
                        id: id(name),
                        name: "f".into(),
                        arguments: Arguments::absent(),
                        site: CallSite::Listed(at),
                    });
                    message.calls = calls.collect();
                }
                _ => {}
            }
            messages.push(message);
        }
        Trajectory { messages, list: "messages", ..Trajectory::default() }
    }

    fn pairs(script: &str) -> (Vec<Option<usize>>, Vec<&'static str>) {
        let pairing = pair(&trajectory(script));
        let codes = pairing.diagnostics.iter().map(|d| d.code.name()).filter(|name| *name != "turn-order").collect();
        (pairing.exchanges.iter().map(|e| e.answer).collect(), codes)
    }

    #[test]
    fn by_id_where_ids_are_whole_and_by_order_otherwise() {
        assert_eq!(pairs("u c:1 t:1 a"), (vec![Some(2)], vec![]));
        assert_eq!(pairs("u c:1,2 t:2 t:1 a"), (vec![Some(3), Some(2)], vec![]));
        assert_eq!(pairs("u c:-,- t:- t:- a"), (vec![Some(2), Some(3)], vec![]));
        assert_eq!(pairs("u c:1,1 t:1 t:1 a"), (vec![Some(2), Some(3)], vec![]));
        assert_eq!(pairs("u c:1 t:1 c:1 t:1 a"), (vec![Some(2), Some(4)], vec![]));
        assert_eq!(pairs("u c:1 t:9 a"), (vec![Some(2)], vec!["answer-id"]));
        assert_eq!(pairs("u c:1 c:2 t:1 t:2 a"), (vec![Some(3), Some(4)], vec![]));
    }

    #[test]
    fn what_does_not_pair_is_told() {
        assert_eq!(pairs("u c:1,2 t:2 a"), (vec![None, Some(2)], vec!["unanswered-call"]));
        assert_eq!(pairs("u c:1 a"), (vec![None], vec!["unanswered-call"]));
        assert_eq!(pairs("u c:1"), (vec![None], vec!["open-call"]));
        assert_eq!(pairs("u c:1,2 t:1"), (vec![Some(2), None], vec!["unanswered-call"]));
        assert_eq!(pairs("u t:1 a"), (vec![], vec!["unexpected-answer"]));
        assert_eq!(pairs("u c:1 t:1 t:1 a"), (vec![Some(2)], vec!["unexpected-answer"]));
    }

    #[test]
    fn turns_out_of_order_are_notes() {
        let notes = |script: &str| pair(&trajectory(script)).diagnostics.len();
        assert_eq!(notes("u a u c:1 t:1 a"), 0);
        assert_eq!(notes("a u a"), 1);
        assert_eq!(notes("u a a u u"), 2);
        assert_eq!(notes("u c:1 t:1 u"), 1);
    }
}
