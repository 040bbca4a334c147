//! Level `grounded` on real data: truly executed runs are accepted but for known faults of their agents, forged values in
//! them are caught, and a canary shows that the measure can fail.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use common::{data, jsonl, read_jsonl, reports};
use gemproof::diagnostic::{Level, Severity};
use gemproof::verdict::{Judge, LevelResult, Report};
use serde_json::{Value, json};

const EXECUTED: [&str; 6] = [
    "tau1-airline/trajectories.jsonl",
    "tau2-retail/trajectories.jsonl",
    "apibank/trajectories.jsonl",
    "tooltalk/trajectories.jsonl",
    "bfcl/base.jsonl",
    "bfcl/miss_param.jsonl",
];

fn judge() -> Arc<Judge> {
    Arc::new(Judge { asked: vec![Level::Grounded], provenance: true, ..Judge::default() })
}

/// Whether level `grounded` has an error.
fn fails(report: &Report) -> bool {
    report.level(Level::Grounded) == LevelResult::Fail
}

/// Every run that is rejected was read. The fault is the agent's (or the annotator's, where the agent is a person), as told.
#[test]
fn executed_runs_are_grounded() {
    let known: [(&str, &[(&str, &str)]); 6] = [
        (
            EXECUTED[0],
            &[
                ("-26-0", "a payment id made of the last four digits that the user named"),
                ("-20-1", "a payment id that was never looked up"),
                ("-26-2", "a payment id made of the last four digits that the user named"),
                ("-20-3", "a payment id that was never looked up"),
            ],
        ),
        (EXECUTED[1], &[("e7d583ab-b1ad-4c6c-af1a-e32fd2d953e7", "the example id of the definition")]),
        (
            EXECUTED[2],
            &[
                ("AddAgenda-AddMeeting-GetUserToken-level-2-2", "credentials that nobody gave"),
                ("AddAgenda-AddMeeting-GetUserToken-level-2-3", "credentials that nobody gave"),
                ("AddAgenda-AddMeeting-GetUserToken-level-2-4", "credentials that nobody gave"),
                ("desc_AddAgenda-level-1-2", "credentials that nobody gave"),
                ("DeleteAgenda-AddAlarm-DeleteMeeting-GetUserToken-level-2-2", "credentials that nobody gave"),
                ("ModifyPassword-RegisterUser-GetUserToken-level-2-1", "credentials used before the user gives them"),
                ("QueryRegistration-SymptomSearch-RecordHealthData-level-2-2", "a user id that nobody gave"),
                ("toolsearcher_QueryReminder-level-3-2", "credentials that nobody gave"),
                ("ModifyAlarm-level-1-2", "the alarm of seven where the user said eight and nine"),
            ],
        ),
        (
            EXECUTED[3],
            &[("Calendar-Email-Reminder-GetReminder-1", "a reminder a month later than anything that was said")],
        ),
        (
            EXECUTED[4],
            &[
                ("base_61", "fuel for a distance, at a consumption that nobody named"),
                ("base_62", "the id of a person whom only a name was given of"),
                ("base_117", "a multiple of a price that was never looked up"),
                ("base_188", "a password that nobody gave"),
            ],
        ),
        (
            EXECUTED[5],
            &[
                ("miss_param_61", "as base_61"),
                ("miss_param_62", "as base_62"),
                ("miss_param_117", "as base_117"),
                ("miss_param_172", "a card that expires in another year than the user said"),
                ("miss_param_180", "an exchange rate that was never looked up"),
                ("miss_param_188", "as base_188"),
            ],
        ),
    ];
    for (corpus, faults) in known {
        let Some(path) = data(corpus) else { return };
        let records = read_jsonl(&path);
        let judged = reports(&judge(), &records);
        let rejected: Vec<&str> =
            judged.iter().filter(|report| fails(report)).map(|report| report.id.as_str()).collect();
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        for report in &judged {
            for (provenance, count) in &report.arguments {
                *kinds.entry(provenance.name()).or_default() += count;
            }
        }
        eprintln!("{corpus}: {} records, {} rejected, leaves {kinds:?}", judged.len(), rejected.len());
        for id in &rejected {
            assert!(
                faults.iter().any(|(end, _)| id.ends_with(end)),
                "{corpus}: {id} is rejected, and is not known to be at fault"
            );
        }
        for (end, why) in faults {
            assert!(rejected.iter().any(|id| id.ends_with(end)), "{corpus}: {end} is accepted: {why}");
        }
        // Nothing checked is never a pass.
        for report in &judged {
            let leaves: u64 = report.arguments.values().sum();
            assert_eq!(report.level(Level::Grounded) == LevelResult::Unchecked, leaves == 0, "{}", report.id);
        }
    }
}

// ---- forged values -------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Identifier,
    Email,
    Amount,
    Date,
}

/// A sequence of numbers that looks random (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// A text of the same shape: digits for digits, letters for letters.
    fn same_shape(&mut self, text: &str, letters: bool) -> String {
        text.chars()
            .map(|c| match c {
                '0'..='9' => char::from(b'0' + self.below(10) as u8),
                'a'..='z' if letters => char::from(b'a' + self.below(26) as u8),
                'A'..='Z' if letters => char::from(b'A' + self.below(26) as u8),
                c => c,
            })
            .collect()
    }
}

/// What a leaf is, by its name and shape alone: not by what gemproof thinks of it.
fn family(path: &str, value: &Value) -> Option<Family> {
    let name = path.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or("").to_lowercase();
    match value {
        Value::Number(number) => {
            let money = ["amount", "price", "cost", "fee", "budget", "total"].iter().any(|word| name.contains(word));
            let value = number.as_f64()?.abs();
            match (money, name.ends_with("id")) {
                (true, _) if value >= 10.0 => Some(Family::Amount),
                (_, true) if value >= 1000.0 => Some(Family::Identifier),
                _ => None,
            }
        }
        Value::String(text) => {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let dated = text.len() >= 10 && text.is_ascii() && text[..10].parse::<chrono::NaiveDate>().is_ok();
            let named = ["id", "ids", "number", "token", "code", "username"].iter().any(|word| name.ends_with(word));
            if dated {
                Some(Family::Date)
            } else if text.contains('@') && text.contains('.') && !text.contains(' ') {
                Some(Family::Email)
            } else {
                (named && digits > 0 && text.len() >= 4).then_some(Family::Identifier)
            }
        }
        _ => None,
    }
}

/// Another value of the same shape.
fn forge(family: Family, value: &Value, random: &mut Random) -> Value {
    match (family, value) {
        (Family::Identifier, Value::String(text)) => {
            let letters = random.below(2) == 0;
            random.same_shape(text, letters).into()
        }
        (Family::Email, Value::String(text)) => {
            let (name, host) = text.split_once('@').expect("an address");
            format!("{}@{host}", random.same_shape(name, true)).into()
        }
        (Family::Date, Value::String(text)) => {
            let year: i64 = text[..4].parse().expect("a year");
            let year = year + [0, 0, 1, -1][random.below(4) as usize];
            format!("{year}-{:02}-{:02}{}", 1 + random.below(12), 1 + random.below(28), &text[10..]).into()
        }
        (_, Value::Number(number)) => {
            let whole = number.as_f64().expect("a number").abs().trunc();
            let digits = format!("{whole}").len() as u32;
            let least = 10u64.pow(digits - 1);
            let forged = least + random.below(9 * least);
            let cents = number.as_f64().is_some_and(|value| value.fract() != 0.0);
            if cents { json!(forged as f64 + (1 + random.below(99)) as f64 / 100.0) } else { json!(forged) }
        }
        _ => value.clone(),
    }
}

fn leaves(value: &Value, path: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| leaves(value, format!("{path}/{name}"), found))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| leaves(value, format!("{path}/{at}"), found))
        }
        leaf => found.push((path, leaf.clone())),
    }
}

struct Forgery {
    family: Family,
    record: Value,
    /// JSON pointer to the arguments, and within them.
    at: String,
    path: String,
    what: String,
}

/// Copies of a record with one forged value each, which appears nowhere in it: at most three of a family.
fn forgeries(record: &Value, random: &mut Random) -> Vec<Forgery> {
    let text = record.to_string();
    let mut candidates: Vec<(Family, usize, usize, String, Value)> = Vec::new();
    for (at, message) in record["messages"].as_array().into_iter().flatten().enumerate() {
        for (call, made) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
            let arguments: Value =
                serde_json::from_str(made["function"]["arguments"].as_str().unwrap_or("")).unwrap_or_default();
            let mut found = Vec::new();
            leaves(&arguments, String::new(), &mut found);
            candidates.extend(
                found.into_iter().filter_map(|(path, value)| Some((family(&path, &value)?, at, call, path, value))),
            );
        }
    }
    let mut made = Vec::new();
    for wanted in [Family::Identifier, Family::Email, Family::Amount, Family::Date] {
        let mut own: Vec<_> = candidates.iter().filter(|(family, ..)| *family == wanted).collect();
        for _ in 0..3.min(own.len()) {
            let (_, at, call, path, value) = own.swap_remove(random.below(own.len() as u64) as usize);
            let forged = (0..50).map(|_| forge(wanted, value, random)).find(|forged| {
                let shown = forged.as_str().map_or_else(|| forged.to_string(), |text| text.chars().take(10).collect());
                forged != value && !text.contains(&shown)
            });
            let Some(forged) = forged else { continue };
            let mut record = record.clone();
            let slot = &mut record["messages"][at]["tool_calls"][call]["function"]["arguments"];
            let mut arguments: Value =
                serde_json::from_str(slot.as_str().expect("arguments are text")).expect("arguments are JSON");
            *arguments.pointer_mut(path).expect("the leaf is there") = forged.clone();
            *slot = arguments.to_string().into();
            made.push(Forgery {
                family: wanted,
                record,
                at: format!("/messages/{at}/tool_calls/{call}/function/arguments"),
                path: path.clone(),
                what: format!("{value} became {forged}"),
            });
        }
    }
    made
}

/// How many forgeries there were and how many were caught, by family, over all executed corpora. `spoil` may change a record
/// before it is judged.
fn caught(spoil: impl Fn(&mut Forgery)) -> Option<BTreeMap<Family, (usize, usize)>> {
    let mut counts: BTreeMap<Family, (usize, usize)> = BTreeMap::new();
    for corpus in EXECUTED {
        let records = read_jsonl(&data(corpus)?);
        let mut random = Random(20_260_110);
        let mut forged: Vec<Forgery> = records.iter().flat_map(|record| forgeries(record, &mut random)).collect();
        forged.iter_mut().for_each(&spoil);
        let judged = reports(&judge(), forged.iter().map(|forgery| &forgery.record));
        for (forgery, report) in forged.iter().zip(&judged) {
            let hit = report.diagnostics.iter().any(|d| {
                d.level == Level::Grounded
                    && d.severity == Severity::Error
                    && d.at == forgery.at
                    && d.evidence.instance_path.as_deref() == Some(forgery.path.as_str())
            });
            let count = counts.entry(forgery.family).or_default();
            count.0 += 1;
            count.1 += usize::from(hit);
            if !hit && std::env::var_os("SHOW_MISSES").is_some() {
                eprintln!("missed: {corpus} {} {} {}: {}", report.id, forgery.at, forgery.path, forgery.what);
            }
        }
    }
    Some(counts)
}

#[test]
fn forged_values_are_caught() {
    let Some(counts) = caught(|_| {}) else { return };
    for (family, (all, hit)) in &counts {
        eprintln!("forged {family:?}: {hit} of {all} caught, {:.1} %", 100.0 * *hit as f64 / *all as f64);
    }
    for (family, least) in
        [(Family::Identifier, 0.99), (Family::Email, 0.99), (Family::Amount, 0.9), (Family::Date, 0.9)]
    {
        let (all, hit) = counts[&family];
        assert!(all >= 50, "{family:?}: only {all}");
        assert!(hit as f64 >= least * all as f64, "{family:?}: {hit} of {all}");
    }
}

/// The same forgeries are no longer any once the user says the forged value: a judge that rejects everything fails here.
#[test]
fn a_forged_value_that_the_user_says_is_none() {
    let said = |forgery: &mut Forgery| {
        let value = forgery.record.pointer(&forgery.at).and_then(Value::as_str).expect("arguments are text");
        let arguments: Value = serde_json::from_str(value).expect("arguments are JSON");
        let value = arguments.pointer(&forgery.path).expect("the leaf is there");
        let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let messages = forgery.record["messages"].as_array_mut().expect("messages");
        // In front of the dialogue, where an own message would move the places of the others.
        let first = messages.iter_mut().find(|message| message["role"] == "user").expect("a user");
        let content = first["content"].as_str().unwrap_or_default().to_owned();
        first["content"] = format!("{content}\nIt is {said}.").into();
    };
    let Some(counts) = caught(said) else { return };
    for (family, (all, hit)) in counts {
        assert!(hit * 50 <= all, "{family:?}: {hit} of {all} are rejected although the user said the value");
    }
}

// ---- the command line ----------------------------------------------------------------------------

fn verify(input: &Path, out: &Path, more: &[&str]) -> Option<i32> {
    let output = Command::new(env!("CARGO_BIN_EXE_gemproof"))
        .arg("verify")
        .arg(input)
        .args(["--level", "grounded", "--provenance", "--show", "0", "-o"])
        .arg(out)
        .args(more)
        .output()
        .expect("gemproof starts");
    output.status.code()
}

/// Records of our own: a fetched id is used, an id is invented, a call without arguments, a user's tool.
fn records() -> Vec<Value> {
    let tools = json!([
        {"type": "function", "function": {"name": "find_kiln", "description": "Find a kiln",
            "parameters": {"type": "object", "properties": {"studio": {"type": "string"}}}}},
        {"type": "function", "function": {"name": "book_kiln", "description": "Book a kiln",
            "parameters": {"type": "object", "properties": {"kiln_id": {"type": "string"}, "hours": {"type": "integer"}}}}}
    ]);
    let call = |name: &str, arguments: Value| {
        json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": name, "arguments": arguments.to_string()}}]})
    };
    let answer = |content: &str| json!({"role": "tool", "tool_call_id": "c", "content": content});
    (0..600)
        .map(|at| {
            let kiln = format!("K-{}", 4000 + at);
            let booked = if at % 3 == 0 { "K-9".to_owned() } else { kiln.clone() };
            json!({"id": format!("r{at}"), "tools": tools, "messages": [
                {"role": "user", "content": "Book the kiln of studio North for 3 hours."},
                call("find_kiln", json!({"studio": "North"})), answer(&json!([{"kiln": {"id": kiln}}]).to_string()),
                call("book_kiln", json!({"kiln_id": booked, "hours": 3})), answer("ok"),
            ]})
        })
        .collect()
}

#[test]
fn the_same_bytes_whatever_the_threads() {
    let input = jsonl(&records());
    let out = tempfile::tempdir().unwrap();
    let files =
        ["verified.jsonl", "rejected.jsonl", "undetermined.jsonl", "data-flow.json", "data-flow.dot", "data-flow.mmd"];
    let mut all = Vec::new();
    for jobs in ["1", "2", "5"] {
        let dir = out.path().join(jobs);
        assert_eq!(verify(input.path(), &dir, &["--jobs", jobs]), Some(1));
        all.push(files.map(|name| std::fs::read(dir.join(name)).unwrap()));
    }
    assert!(all[0] == all[1] && all[0] == all[2]);
    let lines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    assert_eq!((lines(&all[0][0]), lines(&all[0][1]), lines(&all[0][2])), (400, 200, 0));
}

#[test]
fn the_data_flow_is_told_and_drawn() {
    let input = jsonl(&records());
    let out = tempfile::tempdir().unwrap();
    assert_eq!(verify(input.path(), out.path(), &[]), Some(1));
    let read = |name: &str| std::fs::read_to_string(out.path().join(name)).unwrap();
    let flow: Value = serde_json::from_str(&read("data-flow.json")).unwrap();
    let schema = std::fs::read_to_string(common::project("docs/data-flow.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&flow).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(
        flow["edges"],
        json!([{"from": {"tool": "find_kiln", "path": "/*/kiln/id"}, "to": {"tool": "book_kiln", "path": "/kiln_id"}, "count": 400}])
    );
    let parameter = flow["parameters"].as_array().unwrap().iter().find(|p| p["path"] == "/kiln_id").unwrap();
    assert_eq!(parameter["provenance"], json!({"literal": 400, "invented": 200}));
    assert_eq!(parameter["kinds"], json!({"identifier": 600}));
    assert!(
        read("data-flow.dot").starts_with("digraph") && read("data-flow.dot").contains("/*/kiln/id -> /kiln_id (400)")
    );
    assert!(
        read("data-flow.mmd").starts_with("flowchart")
            && read("data-flow.mmd").contains("/*/kiln/id to /kiln_id (400)")
    );
    let summary: Value = serde_json::from_str(&read("summary.json")).unwrap();
    assert_eq!(summary["arguments"]["invented"], 200);
}

/// Where arguments come from is told of every record; the verdict asks for it only with `--level grounded`.
#[test]
fn only_an_asked_level_rejects() {
    let input = jsonl(&records()[..1]);
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemproof"));
        let output = command.arg("verify").arg(input.path()).args(["--format", "json"]).args(more).output().unwrap();
        let line = String::from_utf8(output.stdout).unwrap().lines().next().unwrap().to_owned();
        (output.status.code(), serde_json::from_str::<Value>(&line).unwrap()["gemproof"].clone())
    };
    let (status, report) = run(&["--level", "formed"]);
    assert_eq!(
        (status, &report["verdict"], &report["levels"]["grounded"]),
        (Some(0), &json!("verified"), &json!("fail"))
    );
    let (status, report) = run(&["--level", "grounded"]);
    assert_eq!(
        (status, &report["verdict"], &report["levels"]["grounded"]),
        (Some(1), &json!("rejected"), &json!("fail"))
    );
}
