//! Hostile environments: whatever a mock's script tries, the process lives, the call ends in bounded time and memory, and
//! nothing outside of the call has changed.
//!
//! Each file of `tests/hostile/` is one attack. Its head says what it tries and how it must end:
//!
//! ```text
//! // tries: ...
//! // expect: limit | script | fault | answer [= JSON] | refusal [= JSON] | any | load [= part of the message]
//! // limits: deadline_ms = 2000; ...      in place of the defaults, where these would take long in a debug build
//! // calls: seed, attack                  calls before the attack, which may change the world
//! // repeat: 2000                         so many attacks, for what they may leave behind
//! ```
//!
//! An attack runs in a process of its own, under a limit of memory, beside a second environment and a second episode,
//! so that a crash is one finding and not the end of the test. `GEMPROOF_HOSTILE_DEFAULTS=1` runs all of them with the
//! default limits; `GEMPROOF_HOSTILE_ONLY=name` runs those whose name contains the word.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use gemproof::environment::{Episode, Stage};
use gemproof::json::Json;
use gemproof::mock::{FaultKind, Outcome, with_roomy_stack};
use serde_json::{Value, json};

/// After this an attack counts as a hang.
const WATCHDOG: Duration = Duration::from_secs(60);
/// What a process with one attack may use at most, in bytes.
const MEMORY_MAX: u64 = 1 << 30;
/// What the process is given, in kilobytes of address space: less than the machine has.
const ADDRESS_SPACE_KB: u64 = 3_000_000;
/// As the main thread of a program has it: environments are loaded there.
const MAIN_STACK: usize = 8 << 20;
/// Marks the child's result among the lines of the test harness.
const MARK: &str = "@attack@";

/// An attack, as its file describes it.
struct Attack {
    name: String,
    source: String,
    head: BTreeMap<String, String>,
}

impl Attack {
    fn read(path: &Path) -> Attack {
        let source = fs::read_to_string(path).unwrap();
        let head = source
            .lines()
            .map_while(|line| line.strip_prefix("// "))
            .filter_map(|line| line.split_once(": "))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Attack { name: path.file_stem().unwrap().to_string_lossy().into_owned(), source, head }
    }

    fn all() -> Vec<PathBuf> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
        let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rhai"));
        paths.sort();
        paths
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.head.get(key).map(String::as_str)
    }

    fn calls(&self) -> Vec<&str> {
        self.get("calls").unwrap_or("attack").split(", ").collect()
    }
}

/// An environment's folder: `files` over a small default one with the tools named.
fn folder(dir: &Path, name: &str, tools: &[&str], files: &[(&str, &str)]) -> PathBuf {
    let folder = dir.join(name);
    fs::create_dir_all(&folder).unwrap();
    let definitions: Vec<Value> =
        tools.iter().map(|tool| json!({"name": tool, "parameters": {"type": "object"}})).collect();
    fs::write(folder.join("env.toml"), format!("name = \"{name}\"\nsummary = \"for a test\"\n")).unwrap();
    fs::write(folder.join("tools.json"), Value::Array(definitions).to_string()).unwrap();
    fs::write(
        folder.join("state.json"),
        r#"{"t": {"a": {"n": 1, "l": [1, 2, 3]}, "b": {"n": 2, "l": []}}, "count": 3}"#,
    )
    .unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

const VICTIM: &str = r#"
fn bump(args) {
    let n = get("counters", "n") + 1;
    put("counters", "n", n);
    n
}
"#;

/// The hostile environment and one beside it.
fn folders(dir: &Path, attack: &Attack) -> [PathBuf; 2] {
    let mut manifest = "name = \"hostile\"\nsummary = \"for a test\"\n".to_owned();
    if let Some(limits) = attack.get("limits").filter(|_| std::env::var_os("GEMPROOF_HOSTILE_DEFAULTS").is_none()) {
        manifest.push_str(&format!("[limits]\n{}\n", limits.replace("; ", "\n")));
    }
    let victim = folder(
        dir,
        "victim",
        &["bump"],
        &[("tools.rhai", VICTIM), ("state.json", r#"{"counters": {"n": 0}, "secret": "s"}"#)],
    );
    let hostile =
        folder(dir, "hostile", &attack.calls(), &[("tools.rhai", &attack.source), ("env.toml", manifest.as_str())]);
    [victim, hostile]
}

/// A number of `/proc/self/status`, in bytes.
fn status(field: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn arguments() -> Json {
    serde_json::from_str(r#"{"id": "a", "n": 2, "l": [1, 2, 3]}"#).unwrap()
}

fn hashes(episode: &Episode<'_>) -> Vec<blake3::Hash> {
    episode.worlds.iter().map(|world| world.state_hash()).collect()
}

fn bump(episode: &mut Episode<'_>) -> Outcome {
    episode.call("bump", &Json::map(Vec::new()), Vec::new()).outcome
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Answer(_) => "answer",
        Outcome::Refusal(_) => "refusal",
        Outcome::Fault(fault) => match fault.kind {
            FaultKind::Limit => "limit",
            FaultKind::Script => "script",
            FaultKind::Missing => "missing",
        },
    }
}

/// Runs an attack in this process. The result tells how it ended, and every promise that was broken.
fn run(attack: &Attack) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let dirs = folders(dir.path(), attack);
    let loading = Instant::now();
    let stage = Stage::load(dirs.iter().map(PathBuf::as_path));
    let load_seconds = loading.elapsed().as_secs_f64();
    let stage = match stage {
        Ok(stage) => stage,
        Err(error) => return json!({"kind": "load", "message": error.to_string(), "seconds": load_seconds}),
    };
    with_roomy_stack(|| {
        let worlds = stage.initial_worlds(&Default::default()).unwrap();
        let (mut here, mut other) = (stage.episode(worlds.clone()), stage.episode(worlds));
        let untouched = hashes(&other);
        let mut broken: Vec<String> = Vec::new();
        assert_eq!(bump(&mut here), Outcome::Answer(Json::Int(1)));
        let calls = attack.calls();
        let (last, before) = calls.split_last().unwrap();
        let prepare = |episode: &mut Episode<'_>| {
            for call in before {
                let outcome = episode.call(call, &arguments(), Vec::new()).outcome;
                assert!(matches!(outcome, Outcome::Answer(_)), "{call}: {outcome:?}");
            }
        };
        prepare(&mut here);
        let start = hashes(&here);
        let began = Instant::now();
        let outcome = here.call(last, &arguments(), Vec::new()).outcome;
        let seconds = began.elapsed().as_secs_f64();
        for _ in 1..attack.get("repeat").map_or(1, |n| n.parse().unwrap()) {
            here.call(last, &arguments(), Vec::new());
        }
        let end = hashes(&here);
        if !matches!(outcome, Outcome::Answer(_)) && end != start {
            broken.push("a call that was refused or faulted changed the world".into());
        }
        if end[0] != start[0] {
            broken.push("the world of another environment changed".into());
        }
        if hashes(&other) != untouched {
            broken.push("another episode changed".into());
        }
        if bump(&mut here) != Outcome::Answer(Json::Int(2)) || bump(&mut other) != Outcome::Answer(Json::Int(1)) {
            broken.push("a call after it went wrong".into());
        }
        // The same calls in another episode end alike: nothing was kept. Where the clock decided, they need not.
        let by_clock = matches!(&outcome, Outcome::Fault(fault) if fault.message.ends_with(" ms"));
        if seconds < 2.0 && !by_clock && attack.get("repeat").is_none() {
            prepare(&mut other);
            let again = other.call(last, &arguments(), Vec::new()).outcome;
            if again != outcome {
                broken.push(format!("a second episode ended otherwise: {again:?}"));
            } else if hashes(&other)[1] != end[1] {
                broken.push("a second episode left another world behind".into());
            }
        }
        let (message, value) = match &outcome {
            Outcome::Answer(value) | Outcome::Refusal(value) => (None, Some(excerpt(&value.to_string()))),
            Outcome::Fault(fault) => (Some(excerpt(&fault.to_string())), None),
        };
        json!({"kind": kind(&outcome), "message": message, "value": value, "seconds": seconds + load_seconds,
            "broken": broken, "by_clock": by_clock})
    })
}

fn excerpt(text: &str) -> String {
    text.chars().take(200).collect()
}

/// One attack, for the test below, which starts it as a process.
#[test]
#[ignore = "started by every_attack_is_contained"]
fn one_attack() {
    let Some(path) = std::env::var_os("GEMPROOF_ATTACK") else { return };
    let attack = Attack::read(Path::new(&path));
    let thread = std::thread::Builder::new().stack_size(MAIN_STACK).spawn(move || run(&attack)).unwrap();
    let mut result = thread.join().unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        json!({"kind": "panic", "message": text})
    });
    result["memory"] = status("VmHWM").into();
    println!("\n{MARK}{result}");
}

/// Starts an attack as a process of its own and waits for its end.
fn start(path: &Path) -> Value {
    let binary = std::env::current_exe().unwrap();
    let began = Instant::now();
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {ADDRESS_SPACE_KB}; ulimit -c 0; exec \"$0\" \"$@\""))
        .arg(binary)
        .args(["--exact", "one_attack", "--ignored", "--nocapture", "--test-threads=1"])
        .env("GEMPROOF_ATTACK", path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.read_to_string(&mut text);
        let _ = sender.send(text);
    });
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let output = match receiver.recv_timeout(WATCHDOG) {
        Ok(output) => output,
        Err(_) => {
            child.kill().unwrap();
            child.wait().unwrap();
            return json!({"kind": "hang", "seconds": began.elapsed().as_secs_f64(), "memory": 0});
        }
    };
    let status = child.wait().unwrap();
    match output.lines().find_map(|line| line.strip_prefix(MARK)) {
        Some(result) => serde_json::from_str(result).unwrap(),
        None => json!({"kind": "crash", "message": format!("{status}: {}", excerpt(errors.join().unwrap().trim())),
            "seconds": began.elapsed().as_secs_f64(), "memory": 0}),
    }
}

/// What is wrong with how an attack ended; nothing when it was contained.
fn complaint(attack: &Attack, result: &Value) -> Option<String> {
    let got = result["kind"].as_str().unwrap();
    let told = format!("{got} {}{}", text(&result["message"]), text(&result["value"]));
    if ["hang", "crash", "panic"].contains(&got) {
        return Some(told);
    }
    if result["memory"].as_u64().unwrap() > MEMORY_MAX {
        return Some(format!("used {} MB of memory ({told})", result["memory"].as_u64().unwrap() >> 20));
    }
    if let Some(broken) = result["broken"].as_array().filter(|broken| !broken.is_empty()) {
        return Some(format!("{} ({told})", Value::Array(broken.clone())));
    }
    let expected = attack.get("expect").unwrap();
    let (wanted, value) = match expected.split_once(" = ") {
        Some((wanted, value)) => (wanted, Some(value)),
        None => (expected, None),
    };
    let right = match wanted {
        "any" => true,
        "fault" => ["limit", "script", "load"].contains(&got),
        wanted => got == wanted,
    };
    let valued = value.is_none_or(|value| {
        let found = if got == "load" { &result["message"] } else { &result["value"] };
        if got == "load" { text(found).contains(value) } else { found == value }
    });
    (!right || !valued).then(|| format!("ended as {told}, expected {expected}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

#[test]
fn every_attack_is_contained() {
    let only = std::env::var("GEMPROOF_HOSTILE_ONLY").unwrap_or_default();
    let mut attempts = 0;
    let mut complaints = Vec::new();
    let mut times: Vec<(f64, String)> = Vec::new();
    let mut memory: Vec<(u64, String)> = Vec::new();
    for path in Attack::all() {
        let attack = Attack::read(&path);
        if !attack.name.contains(&only) {
            continue;
        }
        assert!(attack.get("tries").is_some() && attack.get("expect").is_some(), "{} needs a head", attack.name);
        attempts += 1;
        let result = start(&path);
        times.push((result["seconds"].as_f64().unwrap_or(0.0), attack.name.clone()));
        memory.push((result["memory"].as_u64().unwrap_or(0) >> 20, attack.name.clone()));
        let complaint = complaint(&attack, &result);
        if !only.is_empty() || std::env::var_os("GEMPROOF_HOSTILE_DEFAULTS").is_some() {
            let (seconds, memory) = (&times.last().unwrap().0, memory.last().unwrap().0);
            let state = if complaint.is_some() { "NOT CONTAINED" } else { "contained" };
            println!("{state:14} {seconds:8.3} s {memory:6} MB {:36} {result}", attack.name);
        }
        complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", attack.name)));
    }
    times.sort_by(|a, b| b.0.total_cmp(&a.0));
    memory.sort_by(|a, b| b.0.cmp(&a.0));
    println!("{attempts} attacks, {} contained", attempts - complaints.len());
    for (seconds, name) in times.iter().take(10) {
        println!("  {seconds:8.3} s   {name}");
    }
    for (megabytes, name) in memory.iter().take(10) {
        println!("  {megabytes:8} MB  {name}");
    }
    assert!(complaints.is_empty(), "not contained:\n{}", complaints.join("\n"));
}
