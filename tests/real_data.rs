//! Real data comes out as its makers say it was made.

mod common;

use std::collections::BTreeSet;

use common::{Collected, data, env_dir, executing_judge, formed_judge, judge_files, read_jsonl, stage, with_code};
use gemproof::diagnostic::{Level, Severity};
use gemproof::json::Json;
use gemproof::mock::{Outcome, with_roomy_stack};
use gemproof::replay::is_error;
use gemproof::verdict::{CallOutcome, Judged, LevelResult, StateResult, Verdict};
use serde_json::Value;

/// The ids of records with a verdict.
fn ids(found: &Collected, verdict: Verdict) -> BTreeSet<String> {
    let records = found.records.iter().filter(|judged| judged.report.verdict == verdict);
    records.map(|judged| judged.report.id.clone()).collect()
}

/// Runs that were truly executed: all that has a call is verified, and nothing else is.
fn executed_runs(name: &str, records: usize, calls: u64, silent: usize) {
    let (Some(runs), Some(db)) = (data(&format!("{name}/trajectories.jsonl")), data(&format!("{name}/db.json"))) else {
        return;
    };
    let found = judge_files(&executing_judge(&env_dir(name), Some(&db)), &[&runs]);
    for judged in found.records.iter().filter(|judged| judged.report.verdict == Verdict::Rejected).take(3) {
        eprintln!("{}: {:?}", judged.report.id, judged.report.first_error());
    }
    let without_call = |record: &Value| {
        let messages = record["messages"].as_array().into_iter().flatten();
        messages.filter_map(|message| message["tool_calls"].as_array()).all(Vec::is_empty)
    };
    let raw = read_jsonl(&runs);
    let quiet = raw.iter().filter(|record| without_call(record)).map(|r| r["id"].as_str().unwrap_or_default().into());
    let quiet: BTreeSet<String> = quiet.collect();
    assert_eq!(raw.len(), records);
    assert_eq!(quiet.len(), silent);
    assert_eq!(ids(&found, Verdict::Rejected), BTreeSet::new());
    assert_eq!(ids(&found, Verdict::Undetermined), quiet);
    assert_eq!(found.summary.verified, (records - silent) as u64);
    assert_eq!((found.summary.calls, found.summary.calls_executed, found.summary.calls_matched), (calls, calls, calls));
    assert_eq!((found.summary.states_checked, found.summary.states_matched), (records as u64, records as u64));
    for judged in &found.records {
        let report = &judged.report;
        assert_eq!(report.state, StateResult::Match, "{}", report.id);
        assert!(report.calls.iter().all(|call| call.outcome == CallOutcome::Match), "{}", report.id);
        // An agent may have guessed an id: that is told at level `grounded`, which these runs do not ask for.
        let weighty = report.diagnostics.iter().filter(|d| d.severity >= Severity::Fault);
        assert!(weighty.clone().all(|d| d.level == Level::Grounded), "{}", report.id);
        let level = if quiet.contains(&report.id) { LevelResult::Unchecked } else { LevelResult::Pass };
        assert_eq!((report.level(Level::Formed), report.level(Level::Executed)), (level, level), "{}", report.id);
    }
}

#[test]
fn tau1_airline_happened() {
    executed_runs("tau1-airline", 200, 1_164, 18);
}

#[test]
fn tau2_retail_happened() {
    executed_runs("tau2-retail", 195, 1_469, 0);
}

#[test]
fn tau1_retail_actions_run() {
    let (Some(tasks), Some(db)) = (data("tau1-retail/tasks.jsonl"), data("tau1-retail/db.json")) else { return };
    let stage = stage(&env_dir("tau1-retail"), Some(&db));
    let tasks = read_jsonl(&tasks);
    let (mut actions, mut errors, mut in_tasks) = (0, 0, 0);
    with_roomy_stack(|| {
        for task in &tasks {
            let initial =
                stage.initial_worlds(&gemproof::trajectory::Trajectory::default()).expect("a world was given");
            let mut episode = stage.episode(initial);
            let before = errors;
            for action in task["actions"].as_array().into_iter().flatten() {
                actions += 1;
                let name = action["name"].as_str().expect("an action has a name");
                let answer = episode.call(name, &Json::from(&action["kwargs"]), Vec::new()).outcome;
                errors += match answer {
                    Outcome::Answer(answer) => usize::from(is_error(&answer)),
                    Outcome::Refusal(answer) => {
                        assert!(is_error(&answer), "{}: {name} refuses with {answer}", task["id"]);
                        1
                    }
                    Outcome::Fault(fault) => panic!("{}: {name}: {fault}", task["id"]),
                };
            }
            in_tasks += usize::from(errors > before);
        }
    });
    assert_eq!((tasks.len(), actions), (115, 582));
    assert_eq!((errors, in_tasks), (24, 19));
}

/// The ground-truth runs of BFCL's multi-turn part, each in its own initial state, over eight environments side by side.
#[test]
fn bfcl_happened() {
    let judge = executing_judge(&env_dir("bfcl"), None);
    assert_eq!(judge.stage.environments.len(), 8);
    for (file, calls) in [("bfcl/base.jsonl", 1_142), ("bfcl/miss_param.jsonl", 1_140)] {
        let Some(path) = data(file) else { return };
        let found = judge_files(&judge, &[&path]);
        for judged in &found.records {
            let report = &judged.report;
            assert_eq!(report.verdict, Verdict::Verified, "{}: {:?}", report.id, report.diagnostics);
            assert_eq!(report.state, StateResult::Match, "{}", report.id);
            assert!(report.calls.iter().all(|call| call.outcome == CallOutcome::Match), "{}", report.id);
        }
        let summary = &found.summary;
        assert_eq!((summary.verified, summary.states_checked, summary.states_matched), (200, 200, 200), "{file}");
        assert_eq!((summary.calls, summary.calls_executed, summary.calls_matched), (calls, calls, calls), "{file}");
    }
}

#[test]
fn bfcl_environments_find_in_their_own_trajectories_what_these_expect() {
    let environments = stage(&env_dir("bfcl"), None).environments;
    assert_eq!(environments.len(), 8);
    for name in environments.iter().map(|environment| &environment.manifest.name) {
        let output = common::gemproof(&["env", "check", &format!("envs/{name}")]);
        let text = String::from_utf8_lossy(&output.stdout);
        let counted = text.lines().last().and_then(|line| line.split(' ').next()?.parse::<usize>().ok());
        let all = counted.is_some_and(|n| n >= 4 && text.ends_with(&format!(": {n} as expected, 0 not\n")));
        assert!(output.status.success() && all, "{name}:\n{text}");
    }
}

#[test]
fn the_showcase_of_gem_contradicts_its_own_rule() {
    let env = env_dir("frame-studio");
    let judge = executing_judge(&env, None);
    let mut verdicts = Vec::new();
    for (file, list) in [
        ("trajectory.gem.txt", "messages"),
        ("trajectory.openai.jsonl", "messages"),
        ("trajectory.hermes.jsonl", "conversations"),
    ] {
        let Some(path) = data(&format!("gem-showcase/{file}")) else { return };
        let found = judge_files(&judge, &[&path]);
        assert_eq!(found.records.len(), 1, "{file}");
        let report = &found.records[0].report;
        assert_eq!(report.verdict, Verdict::Rejected, "{file}");
        assert_eq!(report.level(Level::Formed), LevelResult::Pass, "{file}");
        assert_eq!(report.level(Level::Executed), LevelResult::Fail, "{file}");
        let first = report.first_error().expect("a rejected record has an error");
        assert_eq!(first.at, format!("/{list}/17"), "{file}");
        assert_eq!(first.code.name(), "refused-by-environment", "{file}");
        let rules: Vec<&str> = first.evidence.rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(rules, ["non-glare-limit"], "{file}");
        for wanted in ["non-glare-limit", "54 x 74", "60 x 70"] {
            assert!(first.message.contains(wanted), "{file}: `{wanted}` is not in: {}", first.message);
        }
        let codes: Vec<&str> = report.diagnostics.iter().map(|d| d.code.name()).collect();
        let outcomes: Vec<(String, CallOutcome)> =
            report.calls.iter().map(|call| (call.tool.clone(), call.outcome)).collect();
        let places: Vec<String> = report
            .diagnostics
            .iter()
            .map(|d| d.at.replace("/conversations/", "/messages/"))
            .map(|at| {
                // Calls stand in lists in one format, and in the text of the message in others.
                at.split("/tool_calls")
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches("/content")
                    .trim_end_matches("/value")
                    .to_owned()
            })
            .collect();
        verdicts.push((file, report.verdict, codes, places, outcomes));
    }
    let (_, verdict, codes, places, outcomes) = &verdicts[0];
    assert_eq!(outcomes.len(), 7);
    for (file, other_verdict, other_codes, other_places, other_outcomes) in &verdicts[1..] {
        assert_eq!((other_verdict, other_codes, other_places), (verdict, codes, places), "{file}");
        assert_eq!(other_outcomes, outcomes, "{file}");
    }
}

#[test]
fn environments_find_in_their_own_trajectories_what_these_expect() {
    for name in ["frame-studio", "city-library"] {
        let output = common::gemproof(&["env", "check", &format!("envs/{name}")]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{name}:\n{text}");
        let own = |file: &str| read_jsonl(&env_dir(name).join("trajectories").join(file));
        let (good, broken) = (own("good.jsonl"), own("broken.jsonl"));
        let rejected = broken.iter().filter(|r| r["metadata"]["expect"]["verdict"] == "rejected").count();
        assert!(good.len() >= 10 && rejected >= 10, "{name}: {} good ones, {rejected} to reject", good.len());
        let counted = text.lines().last().and_then(|line| line.split(' ').next()?.parse::<usize>().ok());
        let all = counted
            .is_some_and(|n| n >= good.len() + broken.len() && text.ends_with(&format!(": {n} as expected, 0 not\n")));
        assert!(all, "{name}:\n{text}");
    }
}

/// What level `formed` makes of a corpus.
struct Corpus {
    records: usize,
    calls: u64,
    /// Records whose calls break or exceed the tools' schemas.
    off_schema: usize,
    no_messages: u64,
}

fn corpus(file: &str, wanted: &Corpus) {
    let Some(path) = data(file) else { return };
    let found = judge_files(&formed_judge(), &[&path]);
    let off_schema = |judged: &&Judged| {
        let codes = ["argument-missing", "argument-type", "argument-value", "argument-undeclared", "unknown-tool"];
        codes.into_iter().chain(["unparsable-arguments"]).any(|code| with_code(judged, code).next().is_some())
    };
    let off: BTreeSet<&str> = found.records.iter().filter(off_schema).map(|j| j.report.id.as_str()).collect();
    println!(
        "{file}: {} records, {} calls, {} verified, {} rejected, {} undetermined, {} off their schemas; {:?}",
        found.records.len(),
        found.summary.calls,
        found.summary.verified,
        found.summary.rejected,
        found.summary.undetermined,
        off.len(),
        found.summary.codes
    );
    for judged in &found.records {
        assert!(judged.readable.is_some(), "{}: {:?}", judged.report.id, judged.report.diagnostics);
    }
    for code in
        ["invalid-record", "unreadable-input", "broken-markup", "internal-error", "invalid-tool", "duplicate-id"]
    {
        assert_eq!(found.code(code), 0, "{file}: {code}");
    }
    assert_eq!((found.records.len(), found.summary.calls), (wanted.records, wanted.calls), "{file}");
    assert_eq!(found.code("no-messages"), wanted.no_messages, "{file}");
    assert_eq!(off.len(), wanted.off_schema, "{file}: {off:?}");
}

#[test]
fn bfcl_is_read() {
    // One call of each: close_ticket('ticket_001').
    corpus("bfcl/base.jsonl", &Corpus { records: 200, calls: 1_142, off_schema: 1, no_messages: 0 });
    corpus("bfcl/miss_param.jsonl", &Corpus { records: 200, calls: 1_140, off_schema: 1, no_messages: 0 });
}

#[test]
fn apibank_is_read() {
    // 18 of the 64 pass a text where the schema says `list(str)`.
    corpus("apibank/trajectories.jsonl", &Corpus { records: 264, calls: 508, off_schema: 64, no_messages: 1 });
}

#[test]
fn tooltalk_is_read() {
    // An injected `session_token` in all 71, a wrong enum in 14 of them.
    corpus("tooltalk/trajectories.jsonl", &Corpus { records: 78, calls: 266, off_schema: 71, no_messages: 0 });
}

#[test]
fn toolalpaca_is_read() {
    corpus("toolalpaca/trajectories.jsonl", &Corpus { records: 196, calls: 293, off_schema: 29, no_messages: 0 });
}
