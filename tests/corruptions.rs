//! Corruptions of truly executed runs: every one is rejected, and the first error stands where the corruption does.
//!
//! A generator may only make what is wrong by construction. It argues from the data alone (the database, the recorded
//! observations, the recorded final state, what the tools echo), never from what the judge says of a corrupted record.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use common::{data, env_dir, executing_judge, read_jsonl, reports};
use gemproof::diagnostic::{Level, Severity};
use gemproof::verdict::{Judge, LevelResult, Verdict};
use serde_json::{Value, json};

// ---- the runs ------------------------------------------------------------------------------------

/// One call with its answer.
struct Step {
    message: usize,
    call: usize,
    answer: usize,
    tool: String,
    arguments: Value,
    content: String,
    /// The answer as JSON; a text where it is none.
    value: Value,
    error: bool,
}

struct Run {
    id: String,
    record: Value,
    /// All of its messages as text: what it does not mention it did not touch.
    text: String,
    steps: Vec<Step>,
    diff: Value,
}

struct Corpus {
    name: &'static str,
    db: Value,
    db_path: PathBuf,
    runs: Vec<Run>,
    judge: Arc<Judge>,
}

impl Corpus {
    /// The runs of a corpus that call something. Loaded once.
    fn load(name: &'static str) -> Option<&'static Corpus> {
        static AIRLINE: OnceLock<Corpus> = OnceLock::new();
        static RETAIL: OnceLock<Corpus> = OnceLock::new();
        let (runs, db_path) = (data(&format!("{name}/trajectories.jsonl"))?, data(&format!("{name}/db.json"))?);
        let slot = if name == "tau1-airline" { &AIRLINE } else { &RETAIL };
        Some(slot.get_or_init(|| {
            let db = std::fs::read_to_string(&db_path).expect("the database is read");
            let db = serde_json::from_str(&db).expect("the database is JSON");
            let runs = read_jsonl(&runs).into_iter().map(Run::new).filter(|run| !run.steps.is_empty()).collect();
            let judge = executing_judge(&env_dir(name), Some(&db_path));
            Corpus { name, db, db_path, runs, judge }
        }))
    }

    fn stored(&self, table: &str, key: &str) -> Option<&Value> {
        self.db.get(table)?.get(key)
    }

    /// A key that a run does not mention, by chance.
    fn stranger(&self, table: &str, run: &Run, salt: &str) -> &str {
        self.any_stranger(table, run, salt).expect("there are more records than a run names")
    }

    fn any_stranger(&self, table: &str, run: &Run, salt: &str) -> Option<&str> {
        let keys: Vec<&String> = self.db[table].as_object().expect("a table is an object").keys().collect();
        let start = chance(&run.id, salt) as usize % keys.len();
        let mut from_there = keys[start..].iter().chain(&keys[..start]);
        from_there.find(|key| !run.text.contains(key.as_str())).map(|key| key.as_str())
    }
}

impl Run {
    fn new(record: Value) -> Run {
        let id = record["id"].as_str().expect("a run has an id").to_owned();
        let messages = record["messages"].as_array().expect("a run has messages");
        let mut steps = Vec::new();
        for (at, message) in messages.iter().enumerate() {
            let calls = message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
            for (index, call) in calls.iter().enumerate() {
                // In both corpora the answers follow at once, in the order of the calls.
                let answer = at + 1 + index;
                assert_eq!(messages[answer]["role"], "tool", "{id}");
                assert_eq!(messages[answer]["tool_call_id"], call["id"], "{id}");
                let content = messages[answer]["content"].as_str().expect("an answer is text").to_owned();
                let arguments = call["function"]["arguments"].as_str().expect("arguments are text");
                steps.push(Step {
                    message: at,
                    call: index,
                    answer,
                    tool: call["function"]["name"].as_str().expect("a call has a name").to_owned(),
                    arguments: serde_json::from_str(arguments).expect("arguments are JSON"),
                    value: serde_json::from_str(&content).unwrap_or_else(|_| Value::String(content.clone())),
                    error: content.starts_with("Error"),
                    content,
                });
            }
        }
        let text = record["messages"].to_string();
        let diff = record["metadata"]["final_state_diff"].clone();
        Run { id, record, text, steps, diff }
    }

    fn with_answer(&self, step: &Step, content: &str) -> Value {
        let mut record = self.record.clone();
        record["messages"][step.answer]["content"] = content.into();
        record
    }

    fn with_arguments(&self, step: &Step, arguments: &Value) -> Value {
        let mut record = self.record.clone();
        record["messages"][step.message]["tool_calls"][step.call]["function"]["arguments"] =
            arguments.to_string().into();
        record
    }

    /// The record without a call and its answer, and where the messages are now.
    fn without(&self, step: &Step) -> (Value, impl Fn(usize) -> usize + use<>) {
        let mut record = self.record.clone();
        let messages = record["messages"].as_array_mut().expect("a run has messages");
        let caller = &mut messages[step.message];
        let calls = caller["tool_calls"].as_array_mut().expect("the message calls");
        calls.remove(step.call);
        let mut gone = vec![step.answer];
        if calls.is_empty() {
            caller.as_object_mut().expect("a message is an object").shift_remove("tool_calls");
            if caller["content"].as_str().is_none_or(str::is_empty) {
                gone.push(step.message);
            }
        }
        let mut at = 0;
        messages.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
        (record, move |old| old - gone.iter().filter(|at| **at < old).count())
    }
}

impl Step {
    fn text(&self, argument: &str) -> &str {
        self.arguments[argument].as_str().unwrap_or_default()
    }
}

// ---- choosing and comparing ----------------------------------------------------------------------

/// A hash of a record's id and a salt: the only source of chance here.
fn chance(id: &str, salt: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in id.bytes().chain([0]).chain(salt.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 31)
}

fn pick<T: Copy>(from: &[T], id: &str, salt: &str) -> T {
    from[(chance(id, salt) % from.len() as u64) as usize]
}

/// At most `n` of the items, spread by chance.
fn some<T>(mut items: Vec<T>, n: usize, id: &str, salt: &str) -> Vec<T> {
    while items.len() > n {
        let at = (chance(id, &format!("{salt}{}", items.len())) % items.len() as u64) as usize;
        items.remove(at);
    }
    items
}

/// Whether two values say the same: numbers by value, a member that is null as one that is absent.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(x), Value::Object(y)) => x.keys().chain(y.keys()).all(|key| same(&a[key], &b[key])),
        _ => a == b,
    }
}

/// A number that is one larger.
fn one_more(number: &Value) -> Value {
    match number.as_i64() {
        Some(n) => json!(n + 1),
        None => json!(number.as_f64().expect("a number") + 1.0),
    }
}

// ---- what is corrupted, and what must be found ---------------------------------------------------

enum Place {
    Message(usize),
    /// A record of the final state: its place `TABLE/KEY`.
    FinalState(String),
}

struct Corruption {
    record: Value,
    of: String,
    what: String,
    place: Place,
    code: Option<&'static str>,
}

impl Corruption {
    fn new(run: &Run, record: Value, place: Place, what: String) -> Corruption {
        Corruption { record, of: run.id.clone(), what, place, code: None }
    }
}

/// Every corruption is rejected at level `executed`, and at its place.
fn all_are_caught(
    family: &str,
    corpus: &Corpus,
    mut corruptions: Vec<Corruption>,
    at_least: usize,
    runs_at_least: usize,
) {
    for (n, corruption) in corruptions.iter_mut().enumerate() {
        corruption.record["id"] = format!("{}+{family}{n}", corruption.of).into();
    }
    let runs: BTreeSet<&str> = corruptions.iter().map(|corruption| corruption.of.as_str()).collect();
    println!(
        "{family}, {}: {} corruptions in {} of {} runs",
        corpus.name,
        corruptions.len(),
        runs.len(),
        corpus.runs.len()
    );
    assert!(corruptions.len() >= at_least, "{family}, {}: only {} corruptions", corpus.name, corruptions.len());
    assert!(runs.len() >= runs_at_least, "{family}, {}: only in {} runs", corpus.name, runs.len());
    let mut missed = String::new();
    let mut misses = 0;
    // In pieces: a family is larger than its corpus.
    for piece in corruptions.chunks(400) {
        let found = reports(&corpus.judge, piece.iter().map(|corruption| &corruption.record));
        assert_eq!(found.len(), piece.len());
        for (corruption, report) in piece.iter().zip(found) {
            let first = report.first_error();
            let at = first.map_or("nowhere", |first| first.at.as_str());
            let found_there = match &corruption.place {
                Place::Message(message) => at == format!("/messages/{message}"),
                // Records of the state are compared in the order of their keys: others may come before.
                Place::FinalState(place) => {
                    let wanted = format!("/metadata/final_state_diff/{}", place.replace('~', "~0").replace('/', "~1"));
                    at.starts_with("/metadata/final_state_diff") && report.diagnostics.iter().any(|d| d.at == wanted)
                }
            };
            let caught = report.verdict == Verdict::Rejected
                && report.level(Level::Executed) == LevelResult::Fail
                && report.level(Level::Formed) != LevelResult::Fail
                && report.diagnostics.iter().all(|d| d.severity != Severity::Fault)
                && found_there
                && corruption.code.is_none_or(|code| first.is_some_and(|first| first.code.name() == code));
            if !caught {
                misses += 1;
                if misses <= 8 {
                    let wanted = match &corruption.place {
                        Place::Message(message) => format!("/messages/{message}"),
                        Place::FinalState(place) => format!("the final state of {place}"),
                    };
                    let code = corruption.code.unwrap_or("any code");
                    let found = first.map(|first| format!("{} {}", first.code.name(), first.message));
                    let _ = writeln!(
                        missed,
                        "{} ({}): wanted {wanted} {code}; {}, first error {at} {found:?}",
                        report.id,
                        corruption.what,
                        report.verdict.name()
                    );
                }
            }
        }
    }
    assert_eq!(misses, 0, "{family}, {}: of {} corruptions were missed:\n{missed}", corpus.name, corruptions.len());
}

// ---- (a) an argument swapped ---------------------------------------------------------------------

/// Reads that answer with a record of the database: tool, argument, table.
const READS: [(&str, &str, &str); 4] = [
    ("get_reservation_details", "reservation_id", "reservations"),
    ("get_user_details", "user_id", "users"),
    ("get_order_details", "order_id", "orders"),
    ("get_product_details", "product_id", "products"),
];

/// Swaps of one argument that must change the answer, each with its reason.
fn swaps(corpus: &Corpus, run: &Run, step: &Step) -> Vec<(&'static str, Value)> {
    let mut found: Vec<(&'static str, Value)> = Vec::new();
    let mut swap = |why: &'static str, path: &str, value: Value| {
        let mut arguments = step.arguments.clone();
        let slot = arguments.pointer_mut(path).expect("the argument is there");
        assert!(!same(slot, &value), "{}: {path} stays as it is", run.id);
        *slot = value;
        found.push((why, arguments));
    };
    let salt = format!("swap{}", step.answer);
    let args = &step.arguments;
    let success = !step.error;

    if let Some((_, argument, table)) = READS.iter().find(|(tool, ..)| *tool == step.tool) {
        // Nothing touches the other record in this run, so the answer is what the database has. (All products may be named.)
        if let Some(other) = corpus.any_stranger(table, run, &salt)
            && !same(&corpus.db[*table][other], &step.value)
        {
            swap("another record is read, and it looks otherwise", &format!("/{argument}"), other.into());
        }
    }
    // Who owns what a write is about, and how it is named in the answer.
    let owner = step.value["user_id"].as_str().unwrap_or_default();
    let methods = &corpus.db["users"][owner]["payment_methods"];
    let foreign_method = || {
        let user = corpus.stranger("users", run, &format!("{salt}method"));
        let keys = corpus.db["users"][user]["payment_methods"].as_object().map(|m| m.keys());
        let keys: Vec<&str> = keys.into_iter().flatten().map(String::as_str).collect();
        keys.into_iter().find(|id| methods.get(id).is_none() && !run.text.contains(*id))
    };
    let foreign_zip = || corpus.db["users"][corpus.stranger("users", run, &salt)]["address"]["zip"].clone();
    match step.tool.as_str() {
        "find_user_id_by_email" => {
            let other = corpus.stranger("users", run, &salt);
            swap("the e-mail address is another user's", "/email", corpus.db["users"][other]["email"].clone());
        }
        "find_user_id_by_name_zip" if success => {
            let zip = foreign_zip();
            let lower = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
            let namesake = |user: &Value| {
                lower(&user["name"]["first_name"]) == lower(&args["first_name"])
                    && lower(&user["name"]["last_name"]) == lower(&args["last_name"])
                    && user["address"]["zip"] == zip
            };
            let unknown = !corpus.db["users"].as_object().expect("users are a table").values().any(namesake);
            if unknown && !run.text.contains(zip.as_str().unwrap_or_default()) {
                swap("nobody of this name lives there", "/zip", zip);
            }
        }
        "search_direct_flight" | "search_onestop_flight" => {
            let first = match &step.value[0] {
                Value::Array(legs) => legs[0].clone(),
                flight => flight.clone(),
            };
            if first["origin"] == args["origin"] {
                let airports = ["SFO", "JFK", "LAX", "ORD", "DFW", "DEN", "SEA", "ATL", "MIA", "BOS"];
                let others: Vec<&str> = airports.into_iter().filter(|airport| args["origin"] != **airport).collect();
                swap("the flights that were found leave elsewhere", "/origin", pick(&others, &run.id, &salt).into());
            }
        }
        "calculate" if step.value.as_f64().is_some_and(|n| n.abs() < 1e9) => {
            swap("the sum is one larger", "/expression", format!("({}) + 1", step.text("expression")).into());
        }
        "send_certificate" if step.content.ends_with(&format!("with amount {}.", args["amount"])) => {
            swap("the answer repeats the amount", "/amount", one_more(&args["amount"]));
        }
        "book_reservation" if success => {
            swap("the payments no longer add up", "/payment_methods/0/amount", {
                one_more(&args["payment_methods"][0]["amount"])
            });
            if step.value["user_id"] == args["user_id"] {
                let other = corpus.stranger("users", run, &salt);
                swap("the answer repeats the user, if it is no refusal", "/user_id", other.into());
            }
        }
        "cancel_reservation"
        | "update_reservation_baggages"
        | "update_reservation_flights"
        | "update_reservation_passengers"
            if success =>
        {
            assert_eq!(step.value["reservation_id"], args["reservation_id"], "{}", run.id);
            let other = corpus.stranger("reservations", run, &salt);
            swap("the answer repeats the reservation, if it is no refusal", "/reservation_id", other.into());
            if args.get("payment_id").is_some()
                && let Some(method) = foreign_method()
            {
                swap("the payment method is not the user's", "/payment_id", method.into());
            }
            if args.get("total_baggages").is_some() && same(&step.value["total_baggages"], &args["total_baggages"]) {
                let more = one_more(&args["total_baggages"]);
                swap("the answer repeats the number of bags", "/total_baggages", more);
            }
            if let Some(date) = args.pointer("/flights/0/date")
                && *date == step.value["flights"][0]["date"]
            {
                let other = if *date == "2024-05-28" { "2024-05-29" } else { "2024-05-28" };
                swap("the answer repeats the date, if it is no refusal", "/flights/0/date", other.into());
            }
        }
        "cancel_pending_order"
        | "modify_pending_order_address"
        | "modify_pending_order_items"
        | "modify_pending_order_payment"
        | "return_delivered_order_items"
        | "exchange_delivered_order_items"
            if success =>
        {
            assert_eq!(step.value["order_id"], args["order_id"], "{}", run.id);
            let other = corpus.stranger("orders", run, &salt);
            swap("the answer repeats the order, if it is no refusal", "/order_id", other.into());
            if args.get("payment_method_id").is_some()
                && let Some(method) = foreign_method()
            {
                swap("the payment method is not the user's", "/payment_method_id", method.into());
            }
            let order = corpus.stored("orders", step.text("order_id")).expect("the order is known");
            let items = order["items"].as_array().expect("an order has items");
            if let Some(item) = args.pointer("/item_ids/0") {
                let product =
                    items.iter().find(|i| i["item_id"] == *item).map_or("", |i| i["product_id"].as_str().unwrap());
                let variants =
                    corpus.db["products"][product]["variants"].as_object().into_iter().flat_map(|v| v.keys());
                let free: Vec<&str> = variants.map(String::as_str).filter(|id| !run.text.contains(*id)).collect();
                let all_orders = corpus.stranger("orders", run, &format!("{salt}item"));
                let stranger = &corpus.db["orders"][all_orders]["items"][0]["item_id"];
                if !run.text.contains(stranger.as_str().unwrap()) && items.iter().all(|i| i["item_id"] != *stranger) {
                    swap("the item is not in the order", "/item_ids/0", stranger.clone());
                }
                if args.get("new_item_ids").is_some() && !free.is_empty() {
                    let other = pick(&free, &run.id, &salt);
                    swap("the answer repeats the new item, if it is no refusal", "/new_item_ids/0", other.into());
                }
            }
            if args.get("reason").is_some() && step.value["cancel_reason"] == args["reason"] {
                let reasons = ["no longer needed", "ordered by mistake"];
                let other = reasons.into_iter().find(|reason| args["reason"] != **reason).expect("there are two");
                swap("the answer repeats the reason", "/reason", other.into());
            }
            if args.get("zip").is_some() && step.value["address"]["zip"] == args["zip"] {
                let zip = foreign_zip();
                if zip != args["zip"] {
                    swap("the answer repeats the address", "/zip", zip);
                }
            }
        }
        "modify_user_address" if success => {
            assert_eq!(step.value["user_id"], args["user_id"], "{}", run.id);
            let other = corpus.stranger("users", run, &salt);
            swap("the answer repeats the user", "/user_id", other.into());
            let zip = foreign_zip();
            if zip != args["zip"] {
                swap("the answer repeats the address", "/zip", zip);
            }
        }
        // Their answers do not depend on their arguments, or they were refused: by another reason it may be the same.
        _ => {}
    }
    found
}

fn argument_swapped(name: &'static str, at_least: usize, runs_at_least: usize) {
    let Some(corpus) = Corpus::load(name) else { return };
    let mut corruptions = Vec::new();
    for run in &corpus.runs {
        for step in &run.steps {
            for (why, arguments) in swaps(corpus, run, step) {
                let what = format!("{} {arguments}: {why}", step.tool);
                let record = run.with_arguments(step, &arguments);
                corruptions.push(Corruption::new(run, record, Place::Message(step.answer), what));
            }
        }
    }
    all_are_caught("argument", corpus, corruptions, at_least, runs_at_least);
}

#[test]
fn a_swapped_argument_is_caught_airline() {
    argument_swapped("tau1-airline", 1_090, 174);
}

#[test]
fn a_swapped_argument_is_caught_retail() {
    argument_swapped("tau2-retail", 1_830, 195);
}

// ---- (b) a result value changed ------------------------------------------------------------------

fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, item)| leaves(item, &format!("{path}/{at}"), found));
        }
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                leaves(member, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// Another value of the same kind.
fn another(leaf: &Value) -> Value {
    match leaf {
        Value::Null => json!("n/a"),
        Value::Bool(b) => json!(!b),
        Value::Number(_) => one_more(leaf),
        Value::String(text) => match text.char_indices().last() {
            // The last character gives way to its neighbour: an id or a date with one wrong digit.
            Some((at, last)) => json!(format!("{}{}", &text[..at], if last == '7' { '3' } else { '7' })),
            None => json!("7"),
        },
        Value::Array(_) => json!(["n/a"]),
        Value::Object(_) => json!({"n/a": 0}),
    }
}

/// Up to `per_run` observations of each run, with one leaf changed.
fn changed_values(corpus: &Corpus, per_run: usize) -> Vec<Corruption> {
    let mut corruptions = Vec::new();
    for run in &corpus.runs {
        for step in some(run.steps.iter().collect(), per_run, &run.id, "value") {
            let mut paths = Vec::new();
            leaves(&step.value, "", &mut paths);
            let path = pick(&paths.iter().collect::<Vec<_>>(), &run.id, &format!("leaf{}", step.answer));
            let mut value = step.value.clone();
            let slot = value.pointer_mut(path).expect("the leaf is there");
            *slot = another(slot);
            assert!(!same(&value, &step.value), "{}: {path}", run.id);
            let content = match &value {
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            let what = format!("{} answers otherwise at `{path}`", step.tool);
            let record = run.with_answer(step, &content);
            corruptions.push(Corruption::new(run, record, Place::Message(step.answer), what));
        }
    }
    corruptions
}

fn result_changed(name: &'static str, at_least: usize) {
    let Some(corpus) = Corpus::load(name) else { return };
    let corruptions = changed_values(corpus, 5);
    all_are_caught("value", corpus, corruptions, at_least, corpus.runs.len());
}

#[test]
fn a_changed_result_is_caught_airline() {
    result_changed("tau1-airline", 697);
}

#[test]
fn a_changed_result_is_caught_retail() {
    result_changed("tau2-retail", 941);
}

// ---- (c) a read made stale -----------------------------------------------------------------------

/// What the record of a read was before: as the same read, or a write to it, showed it earlier, or as the database holds it.
fn earlier(corpus: &Corpus, run: &Run, before: usize, table: &str, key: &str, unlike: &Value) -> Option<String> {
    let shown = run.steps[..before].iter().rev().filter(|s| shown(s).is_some_and(|(t, k)| t == table && k == key));
    let shown = shown.map(|s| (s.content.clone(), &s.value));
    let stored = corpus.stored(table, key).map(|record| (record.to_string(), record));
    let found = shown.chain(stored).find(|(_, value)| !same(value, unlike)).map(|(content, _)| content);
    // A reservation that was only just made. (The airline says so of reservations too.)
    found.or_else(|| corpus.stored(table, key).is_none().then(|| "Error: user not found".to_owned()))
}

/// Reads that show a write, made to show what was before it.
fn stale_reads(corpus: &Corpus) -> Vec<Corruption> {
    let mut corruptions = Vec::new();
    for run in &corpus.runs {
        for (at, step) in run.steps.iter().enumerate().filter(|(_, step)| !step.error) {
            let Some((_, argument, table)) = READS.iter().find(|(tool, ..)| *tool == step.tool) else { continue };
            let key = step.text(argument);
            if let Some(content) = earlier(corpus, run, at, table, key, &step.value) {
                let record = run.with_answer(step, &content);
                let what = format!("{} shows {key} as it was", step.tool);
                corruptions.push(Corruption::new(run, record, Place::Message(step.answer), what));
            }
        }
    }
    corruptions
}

/// Runs seldom read again what they wrote. So a read is put in behind each write: true, it shows what the write answered with; stale,
/// it shows what was before. The true one is the control.
fn reads_put_in(corpus: &Corpus) -> (Vec<Value>, Vec<Corruption>) {
    let (mut controls, mut corruptions) = (Vec::new(), Vec::new());
    for run in &corpus.runs {
        let writes = run.steps.iter().enumerate().filter(|(_, step)| !step.error && write_of(step).is_some());
        for (at, step) in writes {
            let Some((table, key)) = shown(step) else { continue };
            let Some((tool, argument, _)) = READS.iter().find(|(.., t)| *t == table) else { continue };
            // Behind all answers of the message that calls; of writes called together the last one only.
            let last_of_message = run.steps[at + 1..].iter().all(|later| later.message != step.message);
            let Some(stale) = earlier(corpus, run, at, table, &key, &step.value).filter(|_| last_of_message) else {
                continue;
            };
            let with = |content: &str| {
                let mut record = run.record.clone();
                let call = json!({"id": "call_again", "type": "function",
                    "function": {"name": tool, "arguments": json!({*argument: key}).to_string()}});
                let read = [
                    json!({"role": "assistant", "content": null, "tool_calls": [call]}),
                    json!({"role": "tool", "tool_call_id": "call_again", "content": content}),
                ];
                let messages = record["messages"].as_array_mut().expect("a run has messages");
                messages.splice(step.answer + 1..step.answer + 1, read);
                record
            };
            let mut control = with(&step.content);
            control["id"] = format!("{}+read{at}", run.id).into();
            controls.push(control);
            let what = format!("{tool} after {} shows {key} as it was", step.tool);
            corruptions.push(Corruption::new(run, with(&stale), Place::Message(step.answer + 2), what));
        }
    }
    (controls, corruptions)
}

fn read_stale(name: &'static str, at_least: usize, put_in_at_least: usize, runs_at_least: usize) {
    let Some(corpus) = Corpus::load(name) else { return };
    let (controls, put_in) = reads_put_in(corpus);
    for report in reports(&corpus.judge, &controls) {
        assert_eq!(report.verdict, Verdict::Verified, "{}: {:?}", report.id, report.first_error());
    }
    all_are_caught("stale", corpus, stale_reads(corpus), at_least, at_least.min(1));
    all_are_caught("stale-put-in", corpus, put_in, put_in_at_least, runs_at_least);
}

#[test]
fn a_stale_read_is_caught_airline() {
    // No run of it reads a record again after having changed it.
    read_stale("tau1-airline", 0, 169, 105);
}

#[test]
fn a_stale_read_is_caught_retail() {
    read_stale("tau2-retail", 12, 235, 172);
}

// ---- (d) an error turned into a success, and a success into an error ------------------------------

fn turned_outcomes(corpus: &Corpus, successes_per_run: usize) -> Vec<Corruption> {
    let steps = || corpus.runs.iter().flat_map(|run| &run.steps);
    let answer_of = |tool: &str, error: bool, run: &Run| -> Option<&str> {
        let all: Vec<&str> =
            steps().filter(|s| s.tool == tool && s.error == error).map(|s| s.content.as_str()).collect();
        (!all.is_empty()).then(|| pick(&all, &run.id, tool))
    };
    let mut corruptions = Vec::new();
    for run in &corpus.runs {
        let (errors, successes): (Vec<&Step>, Vec<&Step>) = run.steps.iter().partition(|step| step.error);
        for step in errors.into_iter().chain(some(successes, successes_per_run, &run.id, "outcome")) {
            let fallback = if step.error { "{\"status\": \"success\"}" } else { "Error: request failed" };
            let content = answer_of(&step.tool, !step.error, run).unwrap_or(fallback);
            let (what, code) = match step.error {
                true => ("a success was an error", "refused-by-environment"),
                false => ("an error was a success", "accepted-by-environment"),
            };
            let record = run.with_answer(step, content);
            let mut corruption = Corruption::new(run, record, Place::Message(step.answer), what.into());
            corruption.code = Some(code);
            corruptions.push(corruption);
        }
    }
    corruptions
}

fn outcome_turned(name: &'static str, at_least: usize) {
    let Some(corpus) = Corpus::load(name) else { return };
    let corruptions = turned_outcomes(corpus, 3);
    all_are_caught("outcome", corpus, corruptions, at_least, corpus.runs.len());
}

#[test]
fn a_turned_outcome_is_caught_airline() {
    outcome_turned("tau1-airline", 550);
}

#[test]
fn a_turned_outcome_is_caught_retail() {
    outcome_turned("tau2-retail", 633);
}

// ---- (e) a write dropped -------------------------------------------------------------------------

/// What a call writes: the record it is about, which its answer shows, and whether it moves the user's money.
struct Write {
    table: &'static str,
    key: String,
    user: String,
    /// Whether the user's record changes too.
    money: bool,
}

fn write_of(step: &Step) -> Option<Write> {
    let from_gift_card = |id: &Value| id.as_str().is_some_and(|id| id.starts_with("gift_card"));
    let history = step.value["payment_history"].as_array().map_or(&[][..], Vec::as_slice);
    let gift_in_history = || history.iter().any(|payment| from_gift_card(&payment["payment_method_id"]));
    let owner = || step.value["user_id"].as_str().unwrap_or_default().to_owned();
    let write = |table, key: &str, user: String, money| Some(Write { table, key: key.to_owned(), user, money });
    match step.tool.as_str() {
        "book_reservation" => {
            let id = step.value["reservation_id"].as_str().unwrap_or_default();
            write("reservations", id, step.text("user_id").to_owned(), true)
        }
        "cancel_reservation" | "update_reservation_passengers" => {
            write("reservations", step.text("reservation_id"), owner(), false)
        }
        "update_reservation_flights" | "update_reservation_baggages" => {
            let money = from_gift_card(&step.arguments["payment_id"]);
            write("reservations", step.text("reservation_id"), owner(), money)
        }
        "send_certificate" | "modify_user_address" => {
            write("users", step.text("user_id"), step.text("user_id").to_owned(), false)
        }
        "return_delivered_order_items" | "exchange_delivered_order_items" | "modify_pending_order_address" => {
            write("orders", step.text("order_id"), owner(), false)
        }
        "modify_pending_order_items" => {
            let money = from_gift_card(&step.arguments["payment_method_id"]);
            write("orders", step.text("order_id"), owner(), money)
        }
        "modify_pending_order_payment" | "cancel_pending_order" => {
            write("orders", step.text("order_id"), owner(), gift_in_history())
        }
        _ => None,
    }
}

/// The record that a call shows, if it shows one whole: its table and key.
fn shown(step: &Step) -> Option<(&'static str, String)> {
    if step.error {
        return None;
    }
    if let Some((_, argument, table)) = READS.iter().find(|(tool, ..)| *tool == step.tool) {
        return Some((table, step.text(argument).to_owned()));
    }
    // A certificate's answer is a sentence.
    write_of(step).filter(|_| step.value.is_object()).map(|write| (write.table, write.key))
}

/// Where the absence of a write shows first; `None` where that cannot be told from the data alone.
fn first_trace(corpus: &Corpus, run: &Run, at: usize) -> Option<Place> {
    let step = &run.steps[at];
    let write = write_of(step).filter(|_| !step.error)?;
    // What the record looked like before: as the run last saw it, provided that nothing wrote to it unseen, or as stored.
    let known = |table: &str, key: &str, user: &str| -> Option<Value> {
        for earlier in run.steps[..at].iter().rev() {
            if shown(earlier).is_some_and(|(t, k)| t == table && k == key) {
                return Some(earlier.value.clone());
            }
            let unseen = |w: Write| table == "users" && w.user == user && (w.money || w.table == "users");
            if !earlier.error && write_of(earlier).is_some_and(unseen) {
                return None;
            }
        }
        Some(corpus.stored(table, key).cloned().unwrap_or(Value::Null))
    };
    let before = known(write.table, &write.key, &write.user);
    let changed = match step.tool.as_str() {
        "send_certificate" => true,
        _ => !same(before.as_ref()?, &step.value),
    };
    if !changed {
        return None;
    }
    for later in &run.steps[at + 1..] {
        let reads = READS.iter().find(|(tool, ..)| *tool == later.tool);
        if let Some((_, argument, table)) = reads {
            let key = later.text(argument);
            if *table == write.table && key == write.key {
                let before = before.as_ref()?;
                return (!same(before, &later.value)).then_some(Place::Message(later.answer));
            }
            if write.money && *table == "users" && key == write.user {
                let before = known("users", key, key)?;
                if !same(&before, &later.value) {
                    return Some(Place::Message(later.answer));
                }
            }
            continue;
        }
        if later.tool == step.tool && !later.error && step.value != later.value {
            // New ids are given out in order: this call would be given the one of the dropped call.
            let minted = match later.tool.as_str() {
                "book_reservation" => step.value["reservation_id"] != later.value["reservation_id"],
                "send_certificate" => step.text("user_id") == later.text("user_id"),
                _ => false,
            };
            if minted {
                return Some(Place::Message(later.answer));
            }
        }
        // Another attempt to write: what it would say without this one is not in the data.
        if let Some(other) = write_of(later) {
            let same_record = other.table == write.table && other.key == write.key;
            // A refused call's answer does not name the user.
            let same_user = other.user == write.user || other.user.is_empty();
            let involves_user = write.money || write.table == "users";
            if same_record || (involves_user && same_user) {
                return None;
            }
        }
        if later.tool.starts_with("find_user") && write.table == "users" {
            return None;
        }
    }
    let place = format!("{}/{}", write.table, write.key);
    let end = run.diff.get(&place)?;
    let unlike = before.is_none_or(|before| !same(&before, end));
    unlike.then_some(Place::FinalState(place))
}

fn dropped_writes(corpus: &Corpus) -> Vec<Corruption> {
    let mut corruptions = Vec::new();
    for run in &corpus.runs {
        for (at, step) in run.steps.iter().enumerate() {
            let Some(place) = first_trace(corpus, run, at) else { continue };
            let (record, now_at) = run.without(step);
            let place = match place {
                Place::Message(message) => Place::Message(now_at(message)),
                state @ Place::FinalState(_) => state,
            };
            corruptions.push(Corruption::new(run, record, place, format!("{} is left out", step.tool)));
        }
    }
    corruptions
}

fn write_dropped(name: &'static str, at_least: usize, runs_at_least: usize) {
    let Some(corpus) = Corpus::load(name) else { return };
    let corruptions = dropped_writes(corpus);
    let in_state = corruptions.iter().filter(|c| matches!(c.place, Place::FinalState(_))).count();
    let writes = |run: &&Run| run.diff.as_object().is_some_and(|diff| !diff.is_empty());
    println!(
        "dropped, {name}: {in_state} seen in the final state only; {} runs write",
        corpus.runs.iter().filter(writes).count()
    );
    all_are_caught("dropped", corpus, corruptions, at_least, runs_at_least);
}

#[test]
fn a_dropped_write_is_caught_airline() {
    write_dropped("tau1-airline", 152, 111);
}

#[test]
fn a_dropped_write_is_caught_retail() {
    write_dropped("tau2-retail", 219, 167);
}

// ---- the canary ----------------------------------------------------------------------------------

/// A copy of an environment that compares no answer with anything.
fn blind_env(name: &str, into: &Path) -> PathBuf {
    let copy = |folder: &str| {
        let to = into.join(folder);
        std::fs::create_dir_all(&to).expect("a folder");
        for entry in
            std::fs::read_dir(env_dir(folder)).expect("an environment").flatten().filter(|e| e.path().is_file())
        {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
        to
    };
    copy("shared");
    let env = copy(name);
    let manifest = env.join("env.toml");
    let mut text = std::fs::read_to_string(&manifest).expect("a manifest");
    let tools: Value =
        serde_json::from_str(&std::fs::read_to_string(env.join("tools.json")).expect("tools")).expect("JSON");
    for tool in tools.as_array().expect("a list of tools") {
        let name = tool["function"]["name"].as_str().or(tool["name"].as_str()).expect("a tool has a name");
        let _ = write!(text, "\n[tools.{name}]\nignore = [\"\"]\n");
    }
    std::fs::write(&manifest, text).expect("a manifest");
    env
}

/// These tests would pass with a checker that always says no, or whose comparison is beside the point: a judge that is told to
/// overlook every answer must let the same corruptions pass, and still find in the final state what was left out.
#[test]
fn a_blind_judge_lets_corruptions_pass() {
    for name in ["tau1-airline", "tau2-retail"] {
        let Some(corpus) = Corpus::load(name) else { return };
        let dir = tempfile::tempdir().expect("a temporary folder");
        let blind = executing_judge(&blind_env(name, dir.path()), Some(&corpus.db_path));
        let verdicts = |corruptions: Vec<Corruption>| -> Vec<Verdict> {
            let found = reports(&blind, corruptions.iter().map(|corruption| &corruption.record));
            assert_eq!(found.len(), corruptions.len());
            found.iter().map(|report| report.verdict).collect()
        };
        let passing = [changed_values(corpus, 1), stale_reads(corpus), turned_outcomes(corpus, 1)];
        for (family, corruptions) in ["value", "stale", "outcome"].into_iter().zip(passing) {
            let verdicts = verdicts(corruptions);
            let passed = verdicts.iter().filter(|verdict| **verdict == Verdict::Verified).count();
            println!("blind, {name}, {family}: {passed} of {} pass", verdicts.len());
            assert_eq!(passed, verdicts.len(), "{name}, {family}");
        }
        let dropped = dropped_writes(corpus).into_iter().filter(|c| matches!(c.place, Place::FinalState(_))).collect();
        let verdicts = verdicts(dropped);
        assert!(!verdicts.is_empty());
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Rejected), "{name}");
    }
}
