//! `gemproof mine`, and `verify` without an environment, as a user runs them, on the example environments' own trajectories.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn gemproof() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gemproof"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    gemproof().args(args).output().unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const LIBRARY: &str = "envs/city-library/trajectories/good.jsonl";
const TOOLS: &str = "envs/city-library/tools.json";
const STUDIO: &str = "envs/frame-studio/trajectories/good.jsonl";

fn lines(file: &Path) -> Vec<Value> {
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything in a folder, by name.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap().path();
        match entry.is_dir() {
            true => found.extend(files(&entry)),
            false => found.push((entry.clone(), fs::read(&entry).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn a_mined_environment_runs_what_it_was_mined_from() {
    for corpus in [LIBRARY, STUDIO] {
        let dir = tempfile::tempdir().unwrap();
        let env = dir.path().join("mined");
        let mined = run(&["mine", corpus, "-o", path(&env)]);
        assert_eq!(mined.status.code(), Some(0), "{}", stderr(&mined));
        assert!(stdout(&mined).contains("replay in it"), "{}", stdout(&mined));

        let script = fs::read_to_string(env.join("tools.rhai")).unwrap();
        assert!(script.contains("// Looks up one of"), "{script}");
        let verified = run(&["verify", corpus, "--env", path(&env), "--format", "json"]);
        assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
        let summary: Value = serde_json::from_str(stdout(&verified).lines().last().unwrap()).unwrap();
        assert_eq!(summary["summary"]["calls"], summary["summary"]["calls_matched"]);

        // What a person put there is not overwritten.
        let again = run(&["mine", corpus, "-o", path(&env)]);
        assert_eq!(again.status.code(), Some(2));
        assert!(stderr(&again).contains("is not empty"), "{}", stderr(&again));
    }
}

#[cfg(feature = "wasm")]
#[test]
fn a_mined_module_runs_what_it_was_mined_from() {
    for corpus in [LIBRARY, STUDIO] {
        let dir = tempfile::tempdir().unwrap();
        let (script, module) = (dir.path().join("script"), dir.path().join("module"));
        assert_eq!(run(&["mine", corpus, "-o", path(&script)]).status.code(), Some(0));
        let mined = run(&["mine", corpus, "--mock", "wasm", "-o", path(&module)]);
        assert_eq!(mined.status.code(), Some(0), "{}", stderr(&mined));
        assert!(fs::read_to_string(module.join("env.toml")).unwrap().contains("\nmock = \"mock.wasm\"\n"));
        for file in ["tools.rhai", "tools.json", "worlds.jsonl"] {
            assert_eq!(fs::read(script.join(file)).unwrap(), fs::read(module.join(file)).unwrap(), "{file}");
        }
        let judged = |env: &Path| {
            let verified = run(&["verify", corpus, "--env", path(env), "--format", "json"]);
            assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
            let lines: Vec<Value> = stdout(&verified).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let records = lines.into_iter().filter(|line| line.get("summary").is_none());
            records.map(|line| line["gemproof"]["diagnostics"].clone()).collect::<Vec<_>>()
        };
        // It is the module that runs.
        fs::remove_file(module.join("tools.rhai")).unwrap();
        assert_eq!(judged(&script), judged(&module));
    }
}

#[test]
fn a_mined_environment_contradicts_another_answer() {
    let dir = tempfile::tempdir().unwrap();
    let env = dir.path().join("mined");
    assert_eq!(run(&["mine", STUDIO, "-o", path(&env)]).status.code(), Some(0));
    let mut record = lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join(STUDIO)).remove(0);
    let messages = record["messages"].as_array_mut().unwrap();
    let answer = messages.iter_mut().find(|message| message["role"] == "tool").unwrap();
    answer["content"] = Value::String(r#"{"status": "of another world"}"#.into());
    let file = dir.path().join("bad.jsonl");
    fs::write(&file, format!("{record}\n")).unwrap();
    let verified = run(&["verify", path(&file), "--env", path(&env), "--format", "json"]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(stdout(&verified).contains("observation-mismatch"), "{}", stdout(&verified));
}

#[test]
fn verified_trajectories_leave_with_their_worlds() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let judged = run(&["verify", LIBRARY, "--tools", TOOLS, "--bundle", "-o", path(&out), "--show", "0"]);
    assert!(matches!(judged.status.code(), Some(0 | 1)), "{}", stderr(&judged));
    let verified = lines(&out.join("verified.jsonl"));
    assert!(verified.len() >= 5, "{} verified", verified.len());
    let worlds = lines(&out.join("environment/worlds.jsonl"));
    let ids = |lines: &[Value]| lines.iter().map(|line| line["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&verified), ids(&worlds), "one world for each, in order");
    assert!(verified.iter().all(|line| line["gemproof"]["bundle"]["replays"] == true));

    let env = out.join("environment");
    let again = run(&["verify", path(&out.join("verified.jsonl")), "--env", path(&env), "--show", "3"]);
    assert_eq!(again.status.code(), Some(0), "{}", stdout(&again));
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let made: Vec<_> = ["1", "4"]
        .iter()
        .map(|jobs| {
            let (env, out) = (dir.path().join(jobs).join("env"), dir.path().join(jobs).join("out"));
            fs::create_dir(dir.path().join(jobs)).unwrap();
            assert_eq!(run(&["mine", LIBRARY, STUDIO, "-o", path(&env), "--jobs", jobs]).status.code(), Some(0));
            run(&["verify", LIBRARY, STUDIO, "--bundle", "-o", path(&out), "--jobs", jobs]);
            let all = files(&dir.path().join(jobs)).into_iter();
            let all = all.filter(|(name, _)| !name.ends_with("summary.json"));
            all.map(|(name, bytes)| (name.strip_prefix(dir.path().join(jobs)).unwrap().to_owned(), bytes))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(made[0].len(), made[1].len());
    for (one, other) in made[0].iter().zip(&made[1]) {
        assert_eq!(one.0, other.0);
        assert!(one.1 == other.1, "{} differs", one.0.display());
    }
}

#[test]
fn standard_input_is_learned_from_and_judged() {
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(LIBRARY)).unwrap();
    let mut child = gemproof()
        .args(["verify", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let piped = stdout(&child.wait_with_output().unwrap());
    let file = stdout(&run(&["verify", LIBRARY, "--format", "json"]));
    let verdicts = |text: &str| -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["gemproof"]["verdict"].clone()).collect()
    };
    assert_eq!(verdicts(&piped), verdicts(&file));
    assert!(piped.lines().count() > 5);
}

#[test]
fn one_file_is_judged_by_what_another_taught() {
    let dir = tempfile::tempdir().unwrap();
    let one = lines(&Path::new(env!("CARGO_MANIFEST_DIR")).join(LIBRARY)).remove(0);
    let file = dir.path().join("one.jsonl");
    fs::write(&file, format!("{one}\n")).unwrap();
    let alone = stdout(&run(&["verify", path(&file), "--format", "json"]));
    let taught = stdout(&run(&["verify", path(&file), "--learn", LIBRARY, "--format", "json"]));
    let by_folder = stdout(&run(&["verify", path(&file), "--learn", "envs/city-library", "--format", "json"]));
    let predicted = |text: &str| -> u64 {
        let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        line["gemproof"]["strength"]["predicted"].as_u64().unwrap()
    };
    assert!(predicted(&taught) > predicted(&alone), "{} {}", predicted(&taught), predicted(&alone));
    assert!(predicted(&by_folder) > predicted(&alone));
    let nothing = run(&["verify", path(&file), "--learn", path(dir.path())]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(stderr(&nothing).contains("without trajectories"), "{}", stderr(&nothing));
    let unasked = run(&["verify", path(&file), "--learn", LIBRARY, "--level", "formed"]);
    assert_eq!(unasked.status.code(), Some(2));
}

#[test]
fn definitions_alone_make_an_environment() {
    let dir = tempfile::tempdir().unwrap();
    let tools = dir.path().join("tools.json");
    let parameters = |names: &[&str]| {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), serde_json::json!({"type": "string"}))).collect();
        serde_json::json!({"type": "object", "properties": properties})
    };
    let tool = |name: &str, names: &[&str]| serde_json::json!({"type": "function", "function": {"name": name, "parameters": parameters(names)}});
    let all = serde_json::json!([
        tool("create_invoice", &["customer", "due"]),
        tool("get_invoice", &["invoice_id"]),
        tool("update_invoice", &["invoice_id", "due"]),
        tool("delete_invoice", &["invoice_id"]),
        tool("list_invoices", &["customer"]),
        tool("let", &[]),
    ]);
    fs::write(&tools, all.to_string()).unwrap();
    let env = dir.path().join("mined");
    let forms: &[&str] = if cfg!(feature = "wasm") { &["wasm", "rhai"] } else { &["rhai"] };
    for form in forms {
        let _ = fs::remove_dir_all(&env);
        let mined = run(&["mine", "--tools", path(&tools), "--mock", form, "-o", path(&env)]);
        assert_eq!(mined.status.code(), Some(0), "{}", stderr(&mined));
        let checked = run(&["env", "check", path(&env)]);
        assert_eq!(checked.status.code(), Some(0), "{}{}", stdout(&checked), stderr(&checked));
    }
    let script = fs::read_to_string(env.join("tools.rhai")).unwrap();
    for part in ["put(\"invoices\"", "found(\"invoices\"", "remove(\"invoices\"", "query(\"invoices\")"] {
        assert!(script.contains(part), "{part} in {script}");
    }
}
