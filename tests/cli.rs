//! The command line as scripts see it: exit status, streams, files, interruption, and the golden cases of `tests/golden`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

const VERDICTS: [&str; 3] = ["verified", "rejected", "undetermined"];

fn gemproof() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gemproof"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    gemproof().args(args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn tools() -> Value {
    json!([{"type": "function", "function": {"name": "add", "parameters": {"type": "object",
        "properties": {"n": {"type": "integer"}}, "required": ["n"]}}}])
}

/// A record with one call; `n` as an argument, and what the tool is said to answer.
fn record(id: &str, n: &Value, answer: &str) -> String {
    json!({"id": id, "tools": tools(), "messages": [
        {"role": "user", "content": format!("add {n}")},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "add", "arguments": json!({"n": n}).to_string()}}]},
        {"role": "tool", "tool_call_id": "c", "content": answer},
        {"role": "assistant", "content": "done"}]})
    .to_string()
}

/// An environment in which `add` counts.
fn counter(dir: &Path) -> PathBuf {
    let env = dir.join("counter");
    fs::create_dir_all(&env).unwrap();
    fs::write(env.join("env.toml"), "name = \"counter\"\nsummary = \"It counts\"\n").unwrap();
    fs::write(env.join("tools.json"), tools().to_string()).unwrap();
    fs::write(env.join("state.json"), r#"{"counters": {"n": 0}}"#).unwrap();
    let script =
        "fn add(args) {\n    let n = get(\"counters\", \"n\") + args.n;\n    put(\"counters\", \"n\", n);\n    n\n}\n";
    fs::write(env.join("tools.rhai"), script).unwrap();
    env
}

/// Records of all three verdicts in turn, each with an id of its own.
fn many(path: &Path, records: usize) {
    let mut text = String::new();
    for n in 0..records {
        let id = format!("r{n}");
        match n % 10 {
            3 => text.push_str(&record(&id, &json!(n), "0")),
            5 => text.push_str(&record(&id, &json!("x"), &n.to_string())),
            7 => text.push_str(&json!({"id": id, "messages": [{"role": "user", "content": "hi"}]}).to_string()),
            8 => text.push_str("{broken"),
            _ => text.push_str(&record(&id, &json!(n), &n.to_string())),
        }
        text.push('\n');
    }
    fs::write(path, text).unwrap();
}

fn files(dir: &Path) -> BTreeMap<String, String> {
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
    let mut files: BTreeMap<String, String> =
        VERDICTS.iter().map(|verdict| (format!("{verdict}.jsonl"), read(&format!("{verdict}.jsonl")))).collect();
    let mut summary: Value = serde_json::from_str(&read("summary.json")).unwrap_or(Value::Null);
    if let Some(seconds) = summary.get_mut("seconds") {
        *seconds = Value::Null;
    }
    files.insert("summary.json".into(), summary.to_string());
    files
}

#[track_caller]
fn same_files(a: &Path, b: &Path) {
    for ((name, a), (_, b)) in files(a).iter().zip(&files(b)) {
        assert!(!a.is_empty(), "{name} is empty");
        let line = a.lines().zip(b.lines()).position(|(a, b)| a != b);
        assert!(a == b, "{name} differs: {} and {} bytes, first in line {line:?}", a.len(), b.len());
    }
}

#[test]
fn exit_status_and_streams() {
    let dir = TempDir::new().unwrap();
    let path = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = path("good.jsonl", &record("a", &json!(1), "1"));
    let bad = path("bad.jsonl", &record("b", &json!("x"), "1"));
    let empty = path("none.jsonl", &json!({"id": "c", "messages": [{"role": "user", "content": "hi"}]}).to_string());
    let env = counter(dir.path());
    let env = env.to_str().unwrap();
    for (args, status) in [
        (vec!["verify", &good, "--level", "formed"], 0),
        (vec!["verify", &bad, "--level", "formed"], 1),
        (vec!["verify", &empty, "--level", "formed"], 1),
        (vec!["verify", &good, &bad, "--level", "formed"], 1),
        (vec!["verify", &good, "--env", env], 0),
        (vec!["verify", &good, "--env", env, "--level", "formed"], 0),
        (vec!["verify", &good, "--env", env, "--level", "formed,executed"], 0),
        (vec!["verify", "nowhere.jsonl"], 2),
        (vec!["verify"], 2),
        (vec!["--help"], 0),
        (vec!["--version"], 0),
        (vec!["verify", "--help"], 0),
        (vec!["nonsense"], 2),
        (vec![], 2),
        (vec!["explain"], 0),
        (vec!["explain", "argument-type"], 0),
        (vec!["explain", "no-such-code"], 2),
    ] {
        let output = run(&args);
        assert_eq!(code(&output), status, "{args:?}: {}", stderr(&output));
        assert_eq!(output.stdout.is_empty(), status == 2, "{args:?}: {}", stdout(&output));
        assert_eq!(output.stderr.is_empty(), status != 2, "{args:?}: {}", stderr(&output));
    }
    let output = run(&["verify", &bad]);
    assert!(!stdout(&output).contains('\u{1b}'), "colour although nobody looks at it: {}", stdout(&output));
    assert!(stdout(&output).contains("argument-type"));
    // Two files in the order in which they are named; `-` is standard input.
    let output = run(&["verify", &bad, &good, "--format", "json"]);
    let ids: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].take()).collect();
    assert_eq!(ids, [json!("b"), json!("a"), Value::Null]);
    let output =
        gemproof().args(["verify", "-", "--level", "formed"]).stdin(fs::File::open(&good).unwrap()).output().unwrap();
    assert_eq!(code(&output), 0);
}

#[test]
fn json_lines_end_with_the_summary() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    many(&input, 40);
    let output = run(&["verify", input.to_str().unwrap(), "--level", "formed", "--format", "json"]);
    let lines: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, reports) = lines.split_last().unwrap();
    assert_eq!(reports.len(), 40);
    for (at, report) in reports.iter().enumerate() {
        let keys: Vec<&String> = report.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "file", "line", "gemproof"]);
        assert_eq!(report["line"], at + 1);
        for key in ["verdict", "levels", "diagnostics", "calls"] {
            assert!(report["gemproof"].get(key).is_some(), "{key}: {report}");
        }
    }
    let count = |verdict: &str| reports.iter().filter(|report| report["gemproof"]["verdict"] == verdict).count();
    for verdict in VERDICTS {
        assert_eq!(summary["summary"][verdict], count(verdict), "{verdict}");
        assert!(count(verdict) > 0, "{verdict}");
    }
    assert_eq!(summary["summary"]["trajectories"], 40);
}

#[test]
fn files_do_not_depend_on_threads() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    many(&input, 1_500);
    let env = counter(dir.path());
    let out = |jobs: &str| dir.path().join(format!("out{jobs}"));
    for jobs in ["1", "2", "8"] {
        let out = out(jobs);
        let (input, env, out) = (input.to_str().unwrap(), env.to_str().unwrap(), out.to_str().unwrap());
        let output = run(&["verify", input, "--env", env, "-o", out, "--jobs", jobs]);
        assert_eq!(code(&output), 1, "{}", stderr(&output));
    }
    same_files(&out("1"), &out("2"));
    same_files(&out("1"), &out("8"));
    // Each record is in one file, and the files keep the order.
    let mut ids = BTreeSet::new();
    for (name, text) in files(&out("8")).into_iter().filter(|(name, _)| name.ends_with(".jsonl")) {
        let mut last = None;
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let id = value["id"].as_str().unwrap().to_owned();
            let place: usize = match id.strip_prefix('r') {
                Some(n) => n.parse().unwrap(),
                None => id.rsplit(':').next().unwrap().parse::<usize>().unwrap() - 1,
            };
            assert!(last < Some(place), "{name} is out of order at {id}");
            last = Some(place);
            assert!(ids.insert(id));
        }
    }
    assert_eq!(ids.len(), 1_500);
    assert!(!out("1").join("progress.json").exists());
}

#[test]
fn limit_stops_after_so_many_records() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    many(&input, 300);
    for (limit, wanted) in [("1", 1), ("65", 65), ("300", 300), ("1000", 300)] {
        let output = run(&["verify", input.to_str().unwrap(), "--format", "json", "--limit", limit]);
        assert_eq!(stdout(&output).lines().count(), wanted + 1);
    }
    let output =
        run(&["verify", input.to_str().unwrap(), input.to_str().unwrap(), "--format", "json", "--limit", "301"]);
    assert_eq!(stdout(&output).lines().count(), 302);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    many(&input, 5_000);
    for args in [
        vec!["verify", input.to_str().unwrap(), "--format", "json"],
        vec!["verify", input.to_str().unwrap(), "--show", "100000"],
        vec!["explain"],
        vec!["--help"],
    ] {
        let mut child = gemproof().args(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(errors, "", "{args:?}");
        assert!(matches!(status.code(), Some(0 | 1)), "{args:?}: {status}");
    }
}

/// Starts a long run, waits until records are in the files, and sends a signal.
fn interrupted(args: &[&str], out: &Path, signal: &str) -> (Child, String) {
    let mut child = gemproof().args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let done = || {
        let journal: Value =
            serde_json::from_slice(&fs::read(out.join("progress.json")).unwrap_or_default()).unwrap_or_default();
        journal["records"].as_u64().unwrap_or(0)
    };
    while done() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be interrupted");
        assert!(began.elapsed() < Duration::from_secs(60), "nothing was committed in 60 s");
        std::thread::sleep(Duration::from_millis(5));
    }
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    (child, errors)
}

fn interrupt_and_resume(signal: &str) {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    many(&input, 50_000);
    let env = counter(dir.path());
    let (whole, part) = (dir.path().join("whole"), dir.path().join("part"));
    let args = |out: &Path| -> Vec<String> {
        let texts = [&input, &env, out].map(|path| path.to_str().unwrap().to_owned());
        let [input, env, out] = texts;
        ["verify", &input, "--env", &env, "--show", "0", "-o", &out].map(str::to_owned).to_vec()
    };
    let owned = args(&whole);
    assert_eq!(code(&run(&owned.iter().map(String::as_str).collect::<Vec<_>>())), 1);
    let owned = args(&part);
    let mut args: Vec<&str> = owned.iter().map(String::as_str).collect();
    let (mut child, errors) = interrupted(&args, &part, signal);
    let status = child.wait().unwrap();
    if signal == "-INT" {
        assert_eq!(status.code(), Some(130), "{errors}");
        assert!(errors.contains("--resume"), "{errors}");
        let mut records = 0;
        for verdict in VERDICTS {
            let text = fs::read_to_string(part.join(format!("{verdict}.jsonl"))).unwrap();
            assert!(text.is_empty() || text.ends_with('\n'), "{verdict}.jsonl has half a line");
            for line in text.lines() {
                serde_json::from_str::<Value>(line).unwrap();
                records += 1;
            }
        }
        let told: u64 = errors.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
        assert_eq!(told, records);
    } else {
        assert_eq!(status.code(), None);
    }
    assert!(!part.join("summary.json").exists());
    // Other arguments: another run.
    let mut other = args.clone();
    other.extend(["--resume", "--level", "formed"]);
    let before = files(&part);
    let output = run(&other);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("other arguments"), "{}", stderr(&output));
    assert_eq!(before, files(&part), "a refused --resume changed the files");
    args.push("--resume");
    let output = run(&args);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    same_files(&whole, &part);
    assert!(!part.join("progress.json").exists());
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    interrupt_and_resume("-INT");
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    interrupt_and_resume("-KILL");
}

#[test]
fn resume_notices_other_inputs() {
    let dir = TempDir::new().unwrap();
    let input = dir.path().join("in.jsonl");
    many(&input, 50_000);
    let env = counter(dir.path());
    let out = dir.path().join("out");
    let args =
        ["verify", input.to_str().unwrap(), "--env", env.to_str().unwrap(), "--show", "0", "-o", out.to_str().unwrap()];
    interrupted(&args, &out, "-KILL").0.wait().unwrap();
    // The same length, another content: before the place that the run had reached.
    let text = fs::read_to_string(&input).unwrap();
    fs::write(&input, text.replacen("\"r1\"", "\"q1\"", 1)).unwrap();
    let mut resumed = args.to_vec();
    resumed.push("--resume");
    let output = run(&resumed);
    assert_eq!(code(&output), 2, "an input that was changed in place was taken for the same one");
}

#[test]
fn explain_lists_and_explains_every_code() {
    let list = stdout(&run(&["explain"]));
    assert_eq!(list.lines().count(), codes().len());
    for code in codes() {
        assert!(list.contains(&code), "{code}");
        let page = stdout(&run(&["explain", &code]));
        assert!(page.starts_with(&format!("# {code}\n")), "{page}");
    }
    let output = run(&["explain", "no-such-code"]);
    assert!(stderr(&output).contains("no-such-code"));
}

#[test]
fn env_check_tells_faults_with_their_place() {
    for name in ["envs/city-library", "city-library", "envs/frame-studio"] {
        let output = run(&["env", "check", name]);
        assert_eq!(code(&output), 0, "{}", stdout(&output));
        assert!(stdout(&output).contains(" 0 not"), "{}", stdout(&output));
    }
    let dir = TempDir::new().unwrap();
    let check = |files: &[(&str, &str)]| {
        let env = counter(dir.path());
        for (name, text) in files {
            fs::create_dir_all(env.join(name).parent().unwrap()).unwrap();
            fs::write(env.join(name), text).unwrap();
        }
        let output = run(&["env", "check", env.to_str().unwrap()]);
        (code(&output), stdout(&output))
    };
    assert_eq!(check(&[]).0, 0);
    for (name, text, told) in [
        ("env.toml", "name = \"x\"\nsummary = 3\n", "env.toml:2:11"),
        ("env.toml", "name = \"counter\"\nsummary = \"x\"\ncolour = 1\n", "env.toml:3:1"),
        ("env.toml", "name = \"counter\"\nsummary = \"x\"\n[limits]\noperations = -1\n", "env.toml:4"),
        ("env.toml", "name = \"counter\n", "env.toml:1"),
        ("env.toml", "name = \"counter\"\nsummary = \"x\"\nclock = \"noon\"\n", "noon"),
        ("env.toml", "name = \"counter\"\nsummary = \"x\"\n[tools.add]\nprose = [\"message\"]\n", "message"),
        ("env.toml", "name = \"counter\"\nsummary = \"x\"\n[tools.add]\nfunction = \"plus\"\n", "plus"),
        ("tools.rhai", "fn add(args) {\n    let = 1;\n}\n", "tools.rhai:2:9"),
        ("tools.rhai", "fn add(a, b) { 1 }\n", "add"),
        ("tools.rhai", "fn other(args) { 1 }\n", "add"),
        ("tools.json", "[\n{\"name\": }\n]", "tools.json:2"),
        (
            "tools.json",
            "[{\"name\": \"add\", \"parameters\": {\"type\": \"object\", \"properties\": 3}}]",
            "tools.json",
        ),
        ("state.json", "[1]", "state.json"),
        ("state.json", "{\n  \"a\": \n}", "state.json:3"),
        ("worlds.jsonl", "{\"id\": \"a\", \"state\": {}}\n{\"id\": \"b\"}\n", "worlds.jsonl:2"),
        ("trajectories/a.jsonl", "{\"id\": \"a\", \"messages\": 3}\n", "a.jsonl:1"),
    ] {
        let (status, out) = check(&[(name, text)]);
        assert!(status == 1 && out.contains(told), "{name} {text:?}: {status} {out}");
        fs::remove_dir_all(dir.path().join("counter")).unwrap();
    }
    let output = run(&["env", "check", dir.path().join("nowhere").to_str().unwrap()]);
    assert!([1, 2].contains(&code(&output)));
}

#[test]
fn env_new_makes_an_environment_that_passes_its_check() {
    let dir = TempDir::new().unwrap();
    let here = |args: &[&str]| gemproof().current_dir(dir.path()).args(args).output().unwrap();
    let languages: &[&str] = if cfg!(feature = "wasm") { &["rhai", "wat"] } else { &["rhai"] };
    for lang in languages {
        let made = here(&["env", "new", lang, "--lang", lang]);
        assert_eq!(code(&made), 0, "{}", stderr(&made));
        assert!(stdout(&made).ends_with(&format!("next:\n  gemproof env check ./{lang}\n")), "{}", stdout(&made));
        let checked = here(&["env", "check", lang]);
        assert_eq!(code(&checked), 0, "{}", stdout(&checked));
        assert!(stdout(&checked).starts_with(&format!("{lang}: 5 tools, 2 rules, 7 records")), "{}", stdout(&checked));
        // No fault, no note.
        assert!(stdout(&checked).ends_with("world\n8 trajectories of its own: 8 as expected, 0 not\n"), "{lang}");
        // Everything that is to be filled in was.
        for file in ["env.toml", "README.md"] {
            let text = fs::read_to_string(dir.path().join(lang).join(file)).unwrap();
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
    // All building blocks live together with the mock; twice is once.
    let blocks = "search,sessions,rate_limits,payments,calendar,files,search";
    let made = here(&["env", "new", "blocks", "--with", blocks]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    let checked = here(&["env", "check", "blocks"]);
    assert!(stdout(&checked).ends_with("world\n8 trajectories of its own: 8 as expected, 0 not\n"), "{checked:?}");
    let scripts = fs::read_dir(dir.path().join("blocks")).unwrap().flatten();
    assert_eq!(scripts.filter(|entry| entry.path().extension().is_some_and(|e| e == "rhai")).count(), 9);
    let other = here(&["env", "new", "none", "--lang", "wat", "--with", "search"]);
    assert!(code(&other) == 2 && !dir.path().join("none").exists(), "{}", stderr(&other));

    // Below envs, where there is such a folder.
    fs::create_dir(dir.path().join("envs")).unwrap();
    let made = here(&["env", "new", "desk-2"]);
    assert_eq!(code(&made), 0, "{}", stderr(&made));
    assert_eq!(code(&here(&["env", "check", "desk-2"])), 0);

    // What must be compiled says how, and can be started as it is.
    let made = here(&["env", "new", "in_c", "--lang", "c", "--dir", "."]);
    assert!(stdout(&made).contains("./in_c/build.sh    # needs clang and lld\n"), "{}", stdout(&made));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(dir.path().join("in_c").join(name)).unwrap().permissions().mode() & 0o111;
        assert!(mode("build.sh") != 0 && mode("mock.c") == 0);
    }
}

#[test]
fn env_new_writes_over_nothing_and_takes_plain_names_only() {
    let dir = TempDir::new().unwrap();
    let parent = dir.path().to_str().unwrap();
    fs::create_dir(dir.path().join("mine")).unwrap();
    fs::write(dir.path().join("mine/env.toml"), "mine").unwrap();
    fs::write(dir.path().join("file"), "mine").unwrap();
    let before = fs::read_dir(dir.path()).unwrap().count();
    let long = "a".repeat(65);
    let refused = [
        ("mine", "exists already"),
        ("file", "exists already"),
        ("", "is no name"),
        ("..", "is no name"),
        ("a/b", "is no name"),
        ("a b", "is no name"),
        ("_a", "is no name"),
        ("caf\u{e9}", "is no name"),
        (&long, "is no name"),
    ];
    for (name, reason) in refused {
        let output = run(&["env", "new", "--dir", parent, name]);
        assert_eq!((code(&output), stdout(&output).as_str()), (2, ""), "{name}");
        assert!(stderr(&output).contains(reason), "{name}: {}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(dir.path().join("mine/env.toml")).unwrap(), "mine");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), before);

    let nowhere = dir.path().join("nowhere");
    let output = run(&["env", "new", "a", "--dir", nowhere.to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("there is no folder") && !nowhere.exists(), "{}", stderr(&output));
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let reference = gemproof::cli::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == reference, "docs/cli.md is out of date: run this test with UPDATE_DOCS=1");
}

// The golden cases: what is found of a record, in one file with the record.

fn codes() -> Vec<String> {
    gemproof::diagnostic::Code::ALL.iter().map(|code| code.name().to_owned()).collect()
}

/// A case: its fenced blocks by file name, and the expected lines of the last one.
struct Golden {
    name: String,
    files: Vec<(String, String)>,
    /// The options of the program, from a line "Options: `--level formed`".
    options: Vec<String>,
    expected: String,
    path: PathBuf,
}

fn golden() -> Vec<Golden> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(read_golden)
        .collect()
}

fn read_golden(path: PathBuf) -> Golden {
    let text = fs::read_to_string(&path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut case = Golden { name, files: Vec::new(), options: Vec::new(), expected: String::new(), path };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(options) = line.strip_prefix("Options: `").and_then(|rest| rest.strip_suffix('`')) {
            case.options = options.split_whitespace().map(str::to_owned).collect();
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: String = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        match info.split_once(' ') {
            Some((_, file)) => case.files.push((file.to_owned(), body)),
            None => {
                assert_eq!(info, "text", "{}", case.name);
                case.expected = body;
            }
        }
    }
    assert!(!case.expected.is_empty(), "{} expects nothing", case.name);
    case
}

/// `ID VERDICT code@pointer ...` for each record.
fn judge(case: &Golden) -> String {
    let dir = TempDir::new().unwrap();
    let env = dir.path().join("env");
    fs::create_dir_all(&env).unwrap();
    let mut inputs = Vec::new();
    for (name, text) in &case.files {
        let is_input = name.starts_with("trajectories");
        let path = if is_input { dir.path().join(name) } else { env.join(name) };
        fs::write(&path, text).unwrap();
        if is_input {
            inputs.push(name.clone());
        }
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_gemproof"));
    command.current_dir(dir.path()).arg("verify").args(&inputs).args(["--format", "json"]).args(&case.options);
    if env.join("env.toml").exists() {
        command.args(["--env", "env"]);
    } else if env.join("tools.json").exists() {
        command.args(["--tools", "env/tools.json"]);
    }
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {output:?}", case.name);
    let mut found = String::new();
    for line in stdout(&output).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(report) = line.get("gemproof") else { continue };
        found.push_str(&format!("{} {}", line["id"].as_str().unwrap(), report["verdict"].as_str().unwrap()));
        for diagnostic in report["diagnostics"].as_array().unwrap() {
            found.push_str(&format!(
                " {}@{}",
                diagnostic["code"].as_str().unwrap(),
                diagnostic["at"].as_str().unwrap()
            ));
        }
        found.push('\n');
        for call in report["calls"].as_array().unwrap() {
            for argument in call["provenance"].as_array().into_iter().flatten() {
                found.push_str(&argument_line(call, argument));
            }
        }
    }
    found
}

/// `  TOOL PATH: PROVENANCE KIND, HOW <- MESSAGE PATH ...` for an argument, where its provenance is asked for.
fn argument_line(call: &Value, argument: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let (tool, path) = (text(&call["tool"]), text(&argument["path"]));
    let mut line = format!("  {tool} {path}: {} {}", text(&argument["provenance"]), text(&argument["kind"]));
    if let Some(how) = argument["how"].as_str() {
        line.push_str(&format!(", {how}"));
    }
    for source in argument["sources"].as_array().into_iter().flatten() {
        line.push_str(&format!(" <- {}{}", text(&source["speaker"]), text(&source["at"])));
        if let Some(path) = source["path"].as_str() {
            line.push_str(&format!(" {path}"));
        }
    }
    line.push('\n');
    line
}

#[test]
fn golden_cases() {
    let cases = golden();
    assert!(cases.len() >= 8);
    let mut wrong = String::new();
    for case in &cases {
        let found = judge(case);
        if found == case.expected {
            continue;
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let block = |lines: &str| format!("```text\n{lines}```");
            let text = fs::read_to_string(&case.path).unwrap();
            fs::write(&case.path, text.replace(&block(&case.expected), &block(&found))).unwrap();
        }
        wrong.push_str(&format!("{}\n  expected\n{}  found\n{found}", case.name, case.expected));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_code_has_a_golden_case() {
    let mut met: BTreeSet<String> = BTreeSet::from(["internal-error".to_owned()]);
    for case in golden() {
        // Lines of arguments begin with blanks.
        let words = case.expected.lines().filter(|line| !line.starts_with(' ')).flat_map(str::split_whitespace);
        met.extend(words.filter_map(|word| word.split_once('@')).map(|(code, _)| code.to_owned()));
    }
    // Those of level `consistent` take a corpus to show: tests/known_bad.rs has a case for each.
    let of_corpora = |code: &String| {
        gemproof::diagnostic::Code::from_name(code).unwrap().level() == gemproof::diagnostic::Level::Consistent
    };
    let missing: Vec<String> = codes().into_iter().filter(|code| !met.contains(code) && !of_corpora(code)).collect();
    assert!(missing.is_empty(), "codes that no case in tests/golden shows: {}", missing.join(", "));
    let known: BTreeSet<String> = codes().into_iter().collect();
    assert!(met.is_subset(&known), "{:?}", met.difference(&known));
}
