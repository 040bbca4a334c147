//! Environments that make their world out of a state, show it in other terms, or consist of others.

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{Collected, judge_records};
use gemproof::diagnostic::Level;
use gemproof::environment::{self, Stage};
use gemproof::verdict::{CallOutcome, Judge, LevelResult, StateResult, Verdict};
use serde_json::{Value, json};

/// The environment of a counter: it starts with what it is given, and draws at random.
const COUNTER: &str = r#"
fn load(given) {
    put("random", #{ seed: 141053, used: 0 });
    put("n", if is_map(given) && "n" in given { given.n } else { 0 });
    put("names", written_keys(["people"]));
    if get("n") == -1 { put("n", [][0]); }
    if get("n") == -2 { fail("no counter goes below zero"); }
}
fn state(nothing) { if get("n") == 1000 { [][0] } else { #{ n: get("n"), drawn: get("random").used } } }
fn count(args) {
    put("n", get("n") + args.by);
    if args.by > 100 { answer("Error: too large"); }
    if args.by < 0 { fail("Error: too small"); }
    get("n")
}
fn draw(args) {
    let source = get("random");
    let drawn = random_integer(source.seed, source.used, 1, 10);
    put("random", #{ seed: source.seed, used: drawn[1] });
    drawn[0]
}
fn names(args) { get("names") }
"#;

const COUNTER_TOML: &str = "name = \"counter\"\nsummary = \"A counter\"\nstate_name = \"Counter\"\nsetup = \"load\"\nfinal_state = \"state\"\n";

const COUNTER_TOOLS: [&str; 3] = ["count", "draw", "names"];

fn write(dir: &Path, name: &str, toml: &str, tools: &[&str], script: &str) -> PathBuf {
    let folder = dir.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let tool = |name: &&str| json!({"name": name, "description": "A tool.", "inputSchema": {"type": "object"}});
    std::fs::write(folder.join("env.toml"), toml).unwrap();
    std::fs::write(folder.join("tools.json"), Value::from_iter(tools.iter().map(tool)).to_string()).unwrap();
    std::fs::write(folder.join("tools.rhai"), script).unwrap();
    folder
}

fn counter(dir: &Path) -> PathBuf {
    write(dir, "counter", COUNTER_TOML, &COUNTER_TOOLS, COUNTER)
}

/// An environment whose world is what is given.
fn shelf(dir: &Path) -> PathBuf {
    let script = "fn book(args) { put(\"books\", args.id, #{ id: args.id }); exists(\"books\", \"b1\") }";
    write(dir, "shelf", "name = \"shelf\"\nsummary = \"Books\"\n", &["book"], script)
}

fn judge(dirs: &[&Path]) -> Arc<Judge> {
    let stage = Stage::load(dirs.iter().copied()).unwrap_or_else(|e| panic!("{e}"));
    Arc::new(Judge { stage, asked: vec![Level::Executed], ..Judge::default() })
}

fn record(id: &str, calls: &[(&str, Value, &str)], initial: Value, last: Value) -> Value {
    let mut messages = vec![json!({"role": "user", "content": "Go on."})];
    for (at, (tool, arguments, answer)) in calls.iter().enumerate() {
        let call = json!({"id": at.to_string(), "type": "function", "function": {"name": tool, "arguments": arguments.to_string()}});
        messages.push(json!({"role": "assistant", "content": null, "tool_calls": [call]}));
        messages.push(json!({"role": "tool", "tool_call_id": at.to_string(), "content": answer}));
    }
    let mut metadata = serde_json::Map::new();
    for (name, state) in [("initial_state", initial), ("final_state", last)] {
        if !state.is_null() {
            metadata.insert(name.into(), state);
        }
    }
    json!({"id": id, "messages": messages, "metadata": metadata})
}

#[track_caller]
fn is_verified(found: &Collected, at: usize, state: StateResult) {
    let report = &found.records[at].report;
    assert_eq!(report.verdict, Verdict::Verified, "{}: {:?}", report.id, report.diagnostics);
    assert_eq!(report.state, state, "{}", report.id);
}

/// The code, place and message of the first finding of replay.
fn first(found: &Collected, at: usize) -> (&'static str, &str, &str) {
    let found = found.records[at].report.diagnostics.iter().find(|d| d.level == Level::Executed);
    found.map_or(("none", "", ""), |d| (d.code.name(), d.at.as_str(), d.message.as_str()))
}

#[test]
fn a_world_is_made_of_the_part_that_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let (counter, shelf) = (counter(dir.path()), shelf(dir.path()));
    let calls = [
        ("count", json!({"by": 4}), "7"),
        ("names", json!({}), r#"["z", "a"]"#),
        ("draw", json!({}), "3"),
        ("draw", json!({}), "5"),
    ];
    let initial = json!({"Counter": {"n": 3, "people": {"z": 1, "a": 2}}, "shelf": {"books": {"b1": {}}}});
    let last = json!({"Counter": {"n": 7, "drawn": 4}, "shelf": {"books": {"b1": {}}}});
    let one = record("one", &calls, initial.clone(), last.clone());
    let nothing =
        record("two", &[("count", json!({"by": 1}), "1"), ("names", json!({}), "[]")], Value::Null, Value::Null);
    let elsewhere =
        record("three", &[("count", json!({"by": 1}), "1")], json!({"Other": {"n": 5}}), json!({"Other": {"n": 6}}));

    let alone = judge_records(&judge(&[&counter]), &[one.clone(), nothing, elsewhere, one.clone()]);
    is_verified(&alone, 0, StateResult::Match);
    is_verified(&alone, 1, StateResult::Unchecked);
    // Another environment's part is nothing to compare.
    is_verified(&alone, 2, StateResult::Unchecked);
    is_verified(&alone, 3, StateResult::Match);

    let book = |answer: &str| {
        let calls = [("book", json!({"id": "b2"}), answer), ("count", json!({"by": 1}), "4")];
        let last = json!({"Counter": {"n": 4, "drawn": 0}, "shelf": {"books": {"b1": {}, "b2": {"id": "b2"}}}});
        record("four", &calls, initial.clone(), last)
    };
    let together = judge_records(&judge(&[&counter, &shelf]), &[one, book("true"), book("false")]);
    is_verified(&together, 0, StateResult::Match);
    is_verified(&together, 1, StateResult::Match);
    assert_eq!(first(&together, 2).0, "observation-mismatch");
}

#[test]
fn known_outcomes_belong_to_the_state_that_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let counter = counter(dir.path());
    let run = |at: i64, n: i64, by: i64| {
        let calls = [
            ("count", json!({"by": by}), (n + by).to_string()),
            ("count", json!({"by": by}), (n + 2 * by).to_string()),
        ];
        let calls: Vec<_> =
            calls.iter().map(|(tool, arguments, answer)| (*tool, arguments.clone(), answer.as_str())).collect();
        let last = json!({"Counter": {"n": n + 2 * by, "drawn": 0}});
        record(&at.to_string(), &calls, json!({"Counter": {"n": n}}), last)
    };
    let records: Vec<Value> = (0..60).map(|at| run(at, at % 4, at % 3)).collect();
    let found = judge_records(&judge(&[&counter]), &records);
    assert_eq!(found.summary.verified, 60);
    assert_eq!(found.summary.states_matched, 60);
    let mut stage = Stage::load([counter.as_path()]).unwrap();
    stage.forget();
    let afresh = judge_records(&Arc::new(Judge { stage, asked: vec![Level::Executed], ..Judge::default() }), &records);
    assert!(afresh.lines == found.lines);
}

#[test]
fn an_answer_keeps_what_was_written_and_a_failure_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let calls = [
        ("count", json!({"by": 101}), "Error: too large"),
        ("count", json!({"by": -5}), "Error: too small"),
        ("count", json!({"by": 1}), "102"),
    ];
    let last = json!({"Counter": {"n": 102, "drawn": 0}});
    let found = judge_records(&judge(&[&counter(dir.path())]), &[record("one", &calls, Value::Null, last)]);
    is_verified(&found, 0, StateResult::Match);
}

#[test]
fn final_states_are_held_against_what_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let judge = judge(&[&counter(dir.path())]);
    let ends = |last: Value| record("one", &[("count", json!({"by": 2}), "2")], Value::Null, last);
    let found = judge_records(
        &judge,
        &[
            ends(json!({"Counter": {"n": 3, "drawn": 0}})),
            ends(json!({"Counter": {"n": 2, "drawn": 0, "more": null}})),
            ends(json!({"Counter": {"n": 2}})),
            ends(json!({"Counter": []})),
            ends(json!([])),
            record(
                "six",
                &[("count", json!({"by": 1}), "1000")],
                json!({"Counter": {"n": 999}}),
                json!({"Counter": {}}),
            ),
        ],
    );
    assert_eq!(
        first(&found, 0),
        ("state-mismatch", "/metadata/final_state/Counter/n", "`Counter/n` ends otherwise in the environment")
    );
    let absent = "`Counter/more` does not exist at the end in the environment";
    assert_eq!(first(&found, 1), ("state-mismatch", "/metadata/final_state/Counter/more", absent));
    let extra = "`Counter/drawn` exists at the end in the environment, and not in the record";
    assert_eq!(first(&found, 2), ("state-mismatch", "/metadata/final_state/Counter", extra));
    assert_eq!(first(&found, 3).2, "`Counter` ends otherwise in the environment");
    assert_eq!(first(&found, 4).2, "the final state must be an object, this is an array");
    // A fault is the environment's, and not the trajectory's.
    let report = &found.records[5].report;
    assert_eq!((report.verdict, report.state), (Verdict::Undetermined, StateResult::Unchecked));
    assert_eq!(report.calls[0].outcome, CallOutcome::Match);
    let (code, at, message) = first(&found, 5);
    assert_eq!((code, at), ("environment-fault", "/metadata/final_state"));
    assert!(message.starts_with("environment `counter`: `state` could not be run: "), "{message}");
}

#[test]
fn a_fault_of_setup_leaves_the_record_undetermined() {
    let dir = tempfile::tempdir().unwrap();
    let judge = judge(&[&counter(dir.path())]);
    let given = |n: i64| record("one", &[("count", json!({"by": 2}), "2")], json!({"Counter": {"n": n}}), Value::Null);
    let found = judge_records(&judge, &[given(-1), given(-2), given(0), given(-1)]);
    for at in [0, 3] {
        let report = &found.records[at].report;
        assert_eq!((report.verdict, report.level(Level::Executed)), (Verdict::Undetermined, LevelResult::Unchecked));
        let (code, place, message) = first(&found, at);
        assert_eq!((code, place), ("environment-fault", "/metadata/initial_state"));
        assert!(message.starts_with("environment `counter`: `load` could not be run: "), "{message}");
        assert!(message.contains("tools.rhai:6:"), "{message}");
    }
    assert_eq!(found.records[1].report.verdict, Verdict::Undetermined);
    let refused = r#"`load` refuses the initial state: "no counter goes below zero""#;
    assert_eq!(first(&found, 1), ("no-initial-world", "/metadata/initial_state", refused));
    is_verified(&found, 2, StateResult::Unchecked);
}

#[test]
fn setup_that_needs_a_state_is_no_defect_where_records_bring_one() {
    let dir = tempfile::tempdir().unwrap();
    let toml = "name = \"needy\"\nsummary = \"Needs a state\"\nsetup = \"load\"\n";
    let script = "fn load(given) { put(\"n\", given.n); }\nfn n(args) { get(\"n\") }";
    let needy = write(dir.path(), "needy", toml, &["n"], script);
    let call = [("n", json!({}), "4")];
    let found = judge_records(
        &judge(&[&needy]),
        &[record("one", &call, json!({"n": 4}), json!({"n": 4})), record("two", &call, Value::Null, Value::Null)],
    );
    is_verified(&found, 0, StateResult::Match);
    assert_eq!(found.records[1].report.verdict, Verdict::Undetermined);
    assert_eq!(first(&found, 1).0, "environment-fault");
}

#[test]
fn states_of_the_folder_and_of_the_command_line_are_set_up_too() {
    let dir = tempfile::tempdir().unwrap();
    let counter = counter(dir.path());
    std::fs::write(counter.join("state.json"), r#"{"n": 10, "people": {"b": 0, "a": 0}}"#).unwrap();
    std::fs::write(counter.join("worlds.jsonl"), "{\"id\": \"w\", \"state\": {\"n\": 20}}\n").unwrap();
    let run = |id: &str, n: &str| record(id, &[("count", json!({"by": 1}), n)], Value::Null, Value::Null);
    let found = judge_records(&judge(&[&counter]), &[run("one", "11"), run("w", "21")]);
    is_verified(&found, 0, StateResult::Unchecked);
    is_verified(&found, 1, StateResult::Unchecked);

    let file = dir.path().join("given.json");
    std::fs::write(&file, r#"{"n": 30}"#).unwrap();
    let mut stage = Stage::load([counter.as_path()]).unwrap();
    stage.give_state(None, &file).unwrap();
    let judge = Arc::new(Judge { stage, asked: vec![Level::Executed], ..Judge::default() });
    is_verified(&judge_records(&judge, &[run("one", "31")]), 0, StateResult::Unchecked);
    std::fs::write(&file, r#"{"n": -1}"#).unwrap();
    let error = Stage::load([counter.as_path()]).unwrap().give_state(None, &file).unwrap_err().to_string();
    assert!(error.contains("given.json: `load` could not be run"), "{error}");

    std::fs::write(counter.join("state.json"), r#"{"n": -1}"#).unwrap();
    let (environments, problems) = environment::load(&counter);
    assert!(environments.is_empty());
    assert!(
        problems.iter().any(|p| p.fatal && p.file.ends_with("state.json") && p.message.contains("`load`")),
        "{problems:?}"
    );
}

#[test]
fn functions_that_the_manifest_names_must_exist() {
    let dir = tempfile::tempdir().unwrap();
    let toml = "name = \"x\"\nsummary = \"x\"\nsetup = \"nothing\"\nfinal_state = \"load\"\n";
    let folder = write(dir.path(), "x", toml, &["count"], "fn count(args) { 1 }\nfn load() { 1 }");
    let (environments, problems) = environment::load(&folder);
    assert!(environments.is_empty());
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    let wanted = [
        "`setup` needs a function `nothing(given)` in tools.rhai",
        "`final_state` needs a function `load(nothing)` in tools.rhai",
    ];
    assert_eq!(messages, wanted);
    let toml = "name = \"x\"\nsummary = \"x\"\nfinal_state = 3\n";
    write(dir.path(), "x", toml, &["count"], "fn count(args) { 1 }");
    let (_, problems) = environment::load(&folder);
    assert!(problems[0].message.contains("true, false, or the name of a function"), "{problems:?}");
    assert_eq!(problems[0].position, Some((3, 15)));
}

#[test]
fn a_folder_may_consist_of_others() {
    let dir = tempfile::tempdir().unwrap();
    counter(dir.path());
    shelf(dir.path());
    let group = |name: &str, members: &str| {
        let folder = dir.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let toml = format!("name = \"{name}\"\nsummary = \"Both\"\nenvironments = {members}\n");
        std::fs::write(folder.join("env.toml"), toml).unwrap();
        folder
    };
    let both = group("both", r#"["../counter", "../shelf"]"#);
    let initial = json!({"shelf": {"books": {"b1": {}}}});
    let one =
        record("one", &[("book", json!({"id": "c"}), "true"), ("count", json!({"by": 1}), "1")], initial, Value::Null);
    let found = judge_records(&judge(&[&both]), &[one]);
    is_verified(&found, 0, StateResult::Unchecked);
    let output = common::gemproof(&["env", "check", both.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("counter: 3 tools") && text.contains("shelf: 1 tools"), "{text}");

    let fails = |folder: &Path, wanted: &str| {
        let error = Stage::load([folder]).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(wanted), "{error}");
    };
    fails(&group("nested", r#"["../both"]"#), "cannot be one of the environments that another consists of");
    fails(&group("itself", r#"["../itself"]"#), "cannot be one of the environments that another consists of");
    fails(&group("none", "[]"), "`environments` names none");
    fails(&group("far", r#"["../../etc"]"#), "is not in the environment's folder nor in one beside it");
    fails(&group("twice", r#"["../shelf", "../shelf"]"#), "both have a tool `book`");
    fails(&group("absent", r#"["../nowhere"]"#), "nowhere/env.toml");
    fails(&group("more", "[\"../shelf\"]\nseed = 1"), "unknown field `seed`");
}
