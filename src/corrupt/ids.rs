//! Corruptions of which entities there are.

use crate::json::{Json, pointer};

use super::edit::Body;
use super::run::{
    Step, has_word, is_id_name, is_id_value, is_leaf, last, leaves, mentions, pattern, plain_text, walk, words,
};
use super::{Case, Change, Draft, Witness};

/// The second of two creations has the id of the first, there and wherever it is named later.
pub(super) fn repeated_id(case: &mut Case) {
    let run = case.run;
    let mut drafts = Vec::new();
    let creations: Vec<(usize, Vec<(String, &Json)>)> = (0..run.steps.len())
        .filter(|at| run.steps[*at].writes && creates(&run.steps[*at].tool))
        .map(|at| (at, minted(case, at)))
        .filter(|(_, ids)| !ids.is_empty())
        .collect();
    for (n, (second, ids)) in creations.iter().enumerate() {
        for (first, earlier) in &creations[..n] {
            let [one, two] = [*first, *second].map(|at| &run.steps[at]);
            if one.tool != two.tool || one.arguments == two.arguments || removes_between(case, *first, *second) {
                continue;
            }
            for (place, id) in ids {
                let before = earlier.iter().find(|(at, old)| at == place && old != id && old.kind() == id.kind());
                let (Some((_, old)), true) = (before, case.donors.ids(&two.tool, &pattern(place)).broken == 0) else {
                    continue;
                };
                let (Some(from), Some(to)) = (plain_text(id), plain_text(old)) else { continue };
                let what = format!("{}: {place} {id} -> {old}, here and later", case.answer_of(*second));
                let change = Change::Renamed { from, to };
                drafts.push(Draft { at: *second, witness: Witness::Message(*first), what, change });
            }
        }
    }
    case.drafts.extend(drafts);
}

fn creates(tool: &str) -> bool {
    const VERBS: [&str; 16] = [
        "create", "add", "book", "open", "send", "place", "post", "register", "new", "insert", "make", "purchase",
        "issue", "submit", "schedule", "comment",
    ];
    let words = words(tool);
    let last = words.last().is_some_and(|last| last == "registration" || last == "booking");
    words.first().is_some_and(|first| VERBS.contains(&first.as_str())) || last && words[0] != "cancel"
}

/// The ids of an answer that nothing before it names.
fn minted<'a>(case: &'a Case, at: usize) -> Vec<(String, &'a Json)> {
    let step = &case.run.steps[at];
    let (Some(value), Some(answer)) = (step.success(), case.exchanges[at].answer) else { return Vec::new() };
    let is_new = |text: &str| {
        let before = &case.trajectory.messages[..answer];
        before.iter().all(|message| {
            !has_word(&message.content, text) && message.calls.iter().all(|call| !has_word(&call.arguments.text, text))
        })
    };
    let mut ids = leaves(value);
    let alone = ids.iter().filter(|(_, leaf)| !matches!(leaf, Json::Null)).count() == 1;
    ids.retain(|(place, leaf)| {
        is_id_value(leaf)
            && (alone || is_id_name(last(place)))
            && matches!(leaf, Json::Text(_) | Json::Int(_))
            && plain_text(leaf).is_some_and(|text| is_new(&text))
    });
    ids
}

fn removes_between(case: &Case, from: usize, to: usize) -> bool {
    case.run.steps[from..to].iter().any(|step| step.writes && removes(&step.tool))
}

fn removes(tool: &str) -> bool {
    words(tool).iter().any(|word| matches!(word.as_str(), "delete" | "remove" | "rm" | "rmdir"))
}

/// A listing after a deletion shows the entity that the listing before it had.
pub(super) fn ghost_entity(case: &mut Case) {
    let run = case.run;
    for (from, to, writes) in run.reads_around_writes() {
        for (n, deletion) in writes.iter().enumerate() {
            let step = &run.steps[*deletion];
            if !removes(&step.tool) || step.success().is_none() {
                continue;
            }
            for (name, gone) in step.plain_arguments() {
                let again = writes[n + 1..].iter().any(|later| run.steps[*later].shows(gone));
                let asked = mentions(&run.steps[to].arguments, gone);
                let named = is_id_value(gone) || gone.as_str().is_some_and(|text| text.len() >= 3);
                if again || asked || !named {
                    continue;
                }
                if let Some(content) = put_back(&run.steps[from], &run.steps[to], name, gone) {
                    let how = format!("shows {name} {gone} again, which {} was to take away", step.tool);
                    case.answer(to, Witness::Message(*deletion), content, &how);
                }
            }
        }
    }
}

/// The later of two listings with the entry of the earlier one that was taken away.
fn put_back(earlier: &Step, later: &Step, name: &str, gone: &Json) -> Option<String> {
    let (before, after) = (earlier.success()?, later.success()?);
    if mentions(after, gone) {
        return None;
    }
    let is_it = |item: &Json| match item {
        Json::Map(map) => map.iter().any(|(key, value)| value == gone && (&**key == name || is_id_name(key))),
        leaf => leaf == gone,
    };
    let mut found: Option<(String, String, bool)> = None;
    walk(before, &mut |place, node| {
        if found.is_some() {
            return;
        }
        match node {
            Json::List(list) => {
                if let Some(at) = list.items().iter().position(is_it) {
                    found = Some((place.to_owned(), format!("{place}/{at}"), false));
                }
            }
            Json::Map(map) => {
                let is_entry = |key: &&str| map.get(key).is_some_and(|inner| !is_leaf(inner));
                if let Some(key) = gone.as_str().filter(is_entry) {
                    let mut entry = place.to_owned();
                    pointer::push(&mut entry, key);
                    found = Some((place.to_owned(), entry, true));
                }
            }
            _ => {}
        }
    });
    let (place, entry, keyed) = found?;
    let list = pointer::resolve(after, &place)?;
    if list.kind() != if keyed { "object" } else { "array" } {
        return None;
    }
    let raw = Body::of(&earlier.content, earlier.answer.as_ref()?).raw(&entry)?;
    let entry = if keyed { format!("{gone}: {raw}") } else { raw.to_owned() };
    Body::of(&later.content, later.answer.as_ref()?).appended(&place, &entry)
}
