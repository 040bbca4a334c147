//! Corruptions of the form of an answer.

use crate::json::{Json, pointer};

use super::edit::Body;
use super::run::{last, parent, pattern, plain_text, walk};
use super::{Case, Witness};

/// A member that every answer of the tool has, in one kind, is renamed, dropped, or a text in place of a number.
pub(super) fn shape_drift(case: &mut Case) {
    let run = case.run;
    for (at, step) in run.steps.iter().enumerate() {
        let (Some(value), Some(answer)) = (step.success(), &step.answer) else { continue };
        let mut members: Vec<String> = Vec::new();
        walk(value, &mut |place, _| {
            let in_map = pointer::resolve(value, parent(place)).is_some_and(|around| around.as_map().is_some());
            let place_kind = pattern(place);
            let named = !place.is_empty() && last(&place_kind) != "*" && in_map;
            if named && case.donors.always_has(&step.tool, &place_kind, 5) {
                members.push(place.to_owned());
            }
        });
        let Some(member) = case.chance.pick(&members) else { continue };
        let body = Body::of(&step.content, answer);
        let leaf = pointer::resolve(value, member);
        let number = leaf.filter(|leaf| leaf.as_f64().is_some()).and_then(plain_text);
        let (content, how) = match (case.chance.below(3), number) {
            (0, Some(number)) => {
                let text = Json::text(number);
                (body.replaced(member, &text), format!("{member} is the text {text}"))
            }
            (0 | 1, _) => {
                let name = pointer::segments(member).last().unwrap_or_default();
                let other = renamed(&name);
                let around = pointer::resolve(value, parent(member)).and_then(|around| around.get(&other));
                if around.is_some() {
                    continue;
                }
                (body.renamed(member, &other), format!("{member} is named {other}"))
            }
            _ => (body.dropped(member), format!("{member} is dropped")),
        };
        if let Some(content) = content {
            case.answer(at, Witness::World, content, &how);
        }
    }
}

/// A name in the other case: `user_id` is `userId`. A name of one word is longer.
fn renamed(name: &str) -> String {
    if name.trim_matches('_').contains('_') {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        return words.fold(first, |mut joined, word| {
            let mut letters = word.chars();
            joined.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            joined.push_str(letters.as_str());
            joined
        });
    }
    if name.chars().any(char::is_uppercase) && name.chars().any(char::is_lowercase) {
        return super::run::words(name).join("_");
    }
    format!("{name}_value")
}
