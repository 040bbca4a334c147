//! Hostile environments: whatever a mock tries, the process lives, loading it and calling it end in bounded time and memory,
//! and nothing outside of the call has changed.
//!
//! Each file of `tests/hostile/` is one attack, a script or a WebAssembly module. Its head (after `//`, or `;;`) says what it
//! tries and how it must end:
//!
//! ```text
//! // tries: ...
//! // expect: limit | script | fault | answer [= JSON] | refusal [= JSON] | any | load [= part of the message]
//! // limits: deadline_ms = 2000; ...      in place of the defaults, where these would take long in a debug build
//! // calls: seed, attack                  calls before the attack, which may change the world
//! // repeat: 2000                         so many attacks, for what they may leave behind
//! ```
//!
//! An attack runs in a process of its own, under a limit of memory, beside a second environment of its kind and a second
//! episode, so that a crash is one finding and not the end of the test. `GEMPROOF_HOSTILE_DEFAULTS=1` runs all of them with
//! the default limits; `GEMPROOF_HOSTILE_ONLY=name` runs those whose name contains the word. Modules that no hand would write
//! are made in `hostile/modules.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use gemproof::environment::{Episode, Stage};
use gemproof::json::Json;
use gemproof::mock::meter::Counting;
use gemproof::mock::{FaultKind, Outcome, with_roomy_stack};
use serde_json::{Value, json};

#[cfg(feature = "wasm")]
#[path = "hostile/modules.rs"]
mod modules;

/// As the program has it: the memory of a call is bounded through it.
#[global_allocator]
static ALLOCATOR: Counting<std::alloc::System> = Counting(std::alloc::System);

/// After this an attack counts as a hang.
const WATCHDOG: Duration = Duration::from_secs(60);
/// What a process with one attack may use at most, in bytes.
const MEMORY_MAX: u64 = 1 << 30;
/// What many calls may leave behind, in bytes.
const LEAK_MAX: u64 = 64 << 20;
/// What the process is given, in kilobytes of memory that it may write to: less than the machine has. Address space that
/// is only set aside, as for guests, costs nothing.
const DATA_KB: u64 = 3_000_000;
/// What loading an environment may take, compiling its mock included.
const LOAD_SECONDS_MAX: f64 = 20.0;
/// As the main thread of a program has it: environments are loaded there.
const MAIN_STACK: usize = 8 << 20;
/// Marks the child's result among the lines of the test harness.
const MARK: &str = "@attack@";

/// An attack, as its file describes it.
struct Attack {
    name: String,
    /// `rhai`, `wat` or `wasm`.
    extension: String,
    source: Vec<u8>,
    head: BTreeMap<String, String>,
}

impl Attack {
    fn read(path: &Path) -> Attack {
        let source = fs::read(path).unwrap();
        let extension = path.extension().unwrap().to_string_lossy().into_owned();
        // A binary has its head in a file beside it.
        let head = if extension == "wasm" { fs::read(path.with_extension("head")).unwrap() } else { source.clone() };
        let head = String::from_utf8_lossy(&head)
            .lines()
            .map_while(|line| line.strip_prefix("// ").or_else(|| line.strip_prefix(";; ")))
            .filter_map(|line| line.split_once(": "))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Attack { name: path.file_stem().unwrap().to_string_lossy().into_owned(), extension, source, head }
    }

    fn all(extension: &str) -> Vec<PathBuf> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
        let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|found| found == extension));
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
    let files: Vec<(&str, &[u8])> = files.iter().map(|(file, text)| (*file, text.as_bytes())).collect();
    folder_of(dir, name, tools, &files)
}

fn folder_of(dir: &Path, name: &str, tools: &[&str], files: &[(&str, &[u8])]) -> PathBuf {
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
    for (file, bytes) in files {
        fs::write(folder.join(file), bytes).unwrap();
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

/// The same as a guest, which brings its own memory.
const VICTIM_GUEST: &str = r#"
(module
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "countersn")
  (func (export "tool:bump") (param i32) (result i32) (local $key i32) (local $n i32)
    (local.set $key (call $text (i32.const 16) (i32.const 1)))
    (local.set $n (call $add (call $get (i32.const 8) (i32.const 8) (local.get $key)) (call $int (i64.const 1))))
    (call $put (i32.const 8) (i32.const 8) (local.get $key) (local.get $n))
    (local.get $n)))
"#;

/// The hostile environment and one beside it of the same kind.
fn folders(dir: &Path, attack: &Attack) -> [PathBuf; 2] {
    let (mock, victim) = match attack.extension.as_str() {
        "rhai" => ("tools.rhai", ("tools.rhai", VICTIM)),
        "wat" => ("mock.wat", ("mock.wat", VICTIM_GUEST)),
        _ => ("mock.wasm", ("mock.wat", VICTIM_GUEST)),
    };
    let manifest = |name: &str, mock: &str| format!("name = \"{name}\"\nsummary = \"for a test\"\nmock = \"{mock}\"\n");
    let mut hostile = manifest("hostile", mock);
    if let Some(limits) = attack.get("limits").filter(|_| !defaults()) {
        hostile.push_str(&format!("[limits]\n{}\n", limits.replace("; ", "\n")));
    }
    let state = r#"{"counters": {"n": 0}, "secret": "s"}"#;
    let beside = manifest("victim", victim.0);
    [
        folder(dir, "victim", &["bump"], &[victim, ("state.json", state), ("env.toml", &beside)]),
        folder_of(dir, "hostile", &attack.calls(), &[(mock, &attack.source), ("env.toml", hostile.as_bytes())]),
    ]
}

fn defaults() -> bool {
    std::env::var_os("GEMPROOF_HOSTILE_DEFAULTS").is_some()
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
        Err(error) => {
            let slow = load_seconds > LOAD_SECONDS_MAX;
            let broken =
                slow.then(|| format!("it took {load_seconds:.1} s to refuse it")).into_iter().collect::<Vec<_>>();
            let message = error.to_string();
            return json!({"kind": "load", "message": message.chars().take(2_000).collect::<String>(), "length": message.len(),
                "seconds": load_seconds, "load_seconds": load_seconds, "broken": broken});
        }
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
        let held = status("VmRSS");
        for _ in 1..attack.get("repeat").map_or(1, |n| n.parse().unwrap()) {
            here.call(last, &arguments(), Vec::new());
        }
        let leaked = status("VmRSS").saturating_sub(held);
        if attack.get("repeat").is_some() && leaked > LEAK_MAX {
            broken.push(format!("the calls left {} MB behind", leaked >> 20));
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
            // In a stage of its own, where no outcome is known yet.
            let stage = Stage::load(dirs.iter().map(PathBuf::as_path)).unwrap();
            let mut other = stage.episode(stage.initial_worlds(&Default::default()).unwrap());
            prepare(&mut other);
            let again = other.call(last, &arguments(), Vec::new()).outcome;
            if again != outcome {
                broken.push(format!("a second episode ended otherwise: {}", excerpt(&format!("{again:?}"))));
            } else if hashes(&other)[1] != end[1] {
                broken.push("a second episode left another world behind".into());
            }
        }
        let (message, value) = match &outcome {
            Outcome::Answer(value) | Outcome::Refusal(value) => (None, Some(excerpt(&value.to_string()))),
            Outcome::Fault(fault) => (Some(excerpt(&fault.to_string())), None),
        };
        if load_seconds > LOAD_SECONDS_MAX {
            broken.push(format!("it took {load_seconds:.1} s to load"));
        }
        json!({"kind": kind(&outcome), "message": message, "value": value, "seconds": seconds + load_seconds,
            "load_seconds": load_seconds, "broken": broken, "by_clock": by_clock})
    })
}

fn excerpt(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(200).collect()
}

/// One attack, for the test below, which starts it as a process.
#[test]
#[ignore = "started by the tests below"]
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
        .arg(format!("ulimit -d {DATA_KB}; ulimit -c 0; exec \"$0\" \"$@\""))
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
        // It was written for other limits: that it ended is enough.
        _ if attack.get("limits").is_some() && defaults() => return None,
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
fn every_script_is_contained() {
    contained("scripts", &Attack::all("rhai"));
}

#[cfg(feature = "wasm")]
#[test]
fn every_guest_is_contained() {
    contained("guests", &Attack::all("wat"));
}

/// Modules that no hand would write: too many of something, or damaged.
#[cfg(feature = "wasm")]
#[test]
fn every_module_is_refused_or_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (name, bytes) in modules::all() {
        let path = dir.path().join(format!("module_{name}.wasm"));
        fs::write(&path, bytes).unwrap();
        fs::write(path.with_extension("head"), ";; tries: the compiler\n;; expect: any\n").unwrap();
        paths.push(path);
    }
    for (name, text) in modules::texts() {
        let path = dir.path().join(format!("text_{name}.wat"));
        fs::write(&path, format!(";; tries: the parser\n;; expect: any\n\n{text}\n")).unwrap();
        paths.push(path);
    }
    contained("modules", &paths);
}

/// Sources that no hand would write: nested or long beyond reason, which must be refused or loaded, not crash the parser.
#[test]
fn every_source_is_refused_or_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let around = |open: &str, inside: &str, close: &str, times: usize| {
        format!("fn attack(args) {{ {}{inside}{} }}", open.repeat(times), close.repeat(times))
    };
    let chain = |first: &str, link: &str, times: usize| format!("fn attack(args) {{ {first}{} }}", link.repeat(times));
    let mut sources = vec![
        ("empty", String::new()),
        ("nul", "\0".repeat(1000)),
        ("not_text", "\u{feff}\u{202e}\u{0}fn attack(args) { 1 }".into()),
        ("sum_long", chain("1", " + args.n", 100_000)),
        ("sum_constants", chain("1", " + 1", 200_000)),
        ("text_sum_long", chain("\"\"", " + \"x\"", 100_000)),
        ("and_long", chain("true", " && args.n", 90_000)),
        ("coalesce_long", chain("args", " ?? args", 90_000)),
        ("field_chain", chain("args", ".a", 400_000)),
        ("index_chain", chain("args", "[0]", 300_000)),
        ("method_chain", chain("args", ".len()", 150_000)),
        ("elvis_chain", chain("args", "?.a", 300_000)),
        ("assignment_chain", chain("let x = 1; x", " = x", 200_000)),
        ("else_if", chain("if args.n == 1 { 1 }", " else if args.n == 2 { 2 }", 30_000)),
        ("statements", chain("", "args.n;", 100_000)),
        ("comment_nested", format!("{}fn attack(args) {{ 1 }}", "/*".repeat(400_000))),
        ("text_open", format!("fn attack(args) {{ \"{}", "x".repeat(900_000))),
        ("number_long", format!("fn attack(args) {{ {} }}", "9".repeat(900_000))),
        ("name_long", format!("fn attack(args) {{ let {0} = 1; {0} }}", "x".repeat(400_000))),
        ("array_long", format!("fn attack(args) {{ [{}] }}", "1,".repeat(400_000))),
        (
            "map_long",
            format!("fn attack(args) {{ #{{{}}} }}", (0..60_000).map(|n| format!("k{n}:1,")).collect::<String>()),
        ),
        (
            "switch_long",
            format!(
                "fn attack(args) {{ switch args.n {{ {} }} }}",
                (0..40_000).map(|n| format!("{n}=>{n},")).collect::<String>()
            ),
        ),
        (
            "functions_many",
            format!(
                "fn attack(args) {{ 1 }}\n{}",
                (0..40_000).map(|n| format!("fn f{n}(x) {{ x }}\n")).collect::<String>()
            ),
        ),
        (
            "parameters_many",
            format!(
                "fn f({}) {{ 1 }} fn attack(args) {{ 1 }}",
                (0..60_000).map(|n| format!("p{n},")).collect::<String>()
            ),
        ),
        ("too_long", " ".repeat(1_000_001)),
    ];
    for (name, open, inside, close) in [
        ("parentheses", "(", "1", ")"),
        ("arrays", "[", "", "]"),
        ("maps", "#{a:", "1", "}"),
        ("blocks", "{", "1", "}"),
        ("ifs", "if true {", "1", "}"),
        ("loops", "loop {", "break;", "}"),
        ("tries", "try {", "1", "} catch {}"),
        ("closures", "|x| (", "1", ")"),
        ("closures_called", "(|x| {", "1", "}).call(1)"),
        ("not", "!", "true", ""),
        ("minus", "-", "1", ""),
        ("minus_spaced", "- ", "args.n", ""),
        ("calls", "to_json(", "1", ")"),
        ("indexes", "args[", "0", "]"),
        ("switches", "switch 1 { 1 => ", "1", "}"),
        ("interpolations", "`${", "1", "}`"),
        ("returns", "return ", "1", ""),
        ("powers", "2 ** ", "2", ""),
    ] {
        sources.push((name, around(open, inside, close, 900_000 / (open.len() + close.len()) / 2)));
    }
    let mut paths = Vec::new();
    for (name, source) in sources {
        let path = dir.path().join(format!("source_{name}.rhai"));
        fs::write(&path, format!("// tries: the parser\n// expect: any\n\n{source}\n")).unwrap();
        paths.push(path);
    }
    contained("sources", &paths);
}

/// Runs attacks and reports how they ended. Fails when one was not contained.
fn contained(what: &str, paths: &[PathBuf]) {
    let only = std::env::var("GEMPROOF_HOSTILE_ONLY").unwrap_or_default();
    let mut attempts = 0;
    let mut complaints = Vec::new();
    let mut times: Vec<(f64, String)> = Vec::new();
    let mut memory: Vec<(u64, String)> = Vec::new();
    for path in paths {
        let attack = Attack::read(path);
        if !attack.name.contains(&only) {
            continue;
        }
        assert!(attack.get("tries").is_some() && attack.get("expect").is_some(), "{} needs a head", attack.name);
        attempts += 1;
        let result = start(path);
        times.push((result["seconds"].as_f64().unwrap_or(0.0), attack.name.clone()));
        memory.push((result["memory"].as_u64().unwrap_or(0) >> 20, attack.name.clone()));
        let complaint = complaint(&attack, &result);
        if !only.is_empty() || defaults() {
            let (seconds, memory) = (&times.last().unwrap().0, memory.last().unwrap().0);
            let state = if complaint.is_some() { "NOT CONTAINED" } else { "contained" };
            println!("{state:14} {seconds:8.3} s {memory:6} MB {:36} {result}", attack.name);
        }
        complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", attack.name)));
    }
    times.sort_by(|a, b| b.0.total_cmp(&a.0));
    memory.sort_by_key(|entry| std::cmp::Reverse(entry.0));
    println!("{what}: {attempts} attacks, {} contained", attempts - complaints.len());
    for (seconds, name) in times.iter().take(5) {
        println!("  {seconds:8.3} s   {name}");
    }
    for (megabytes, name) in memory.iter().take(5) {
        println!("  {megabytes:8} MB  {name}");
    }
    assert!(complaints.is_empty(), "not contained:\n{}", complaints.join("\n"));
}

#[test]
fn interleaved_episodes_equal_sequential_ones() {
    let script = r#"
        fn add(args) {
            let item = #{id: fresh_id("items", "I###"), name: args.name, seen: keys("items")};
            put("items", item.id, item);
            put("total", get("total") + args.name.len());
            if args.name == "bad" { fail(#{error: "bad", total: get("total")}); }
            if args.name == "broken" { item.nothing.at_all(); }
            [item, get("total"), query("items", |i| i.name == args.name).len()]
        }
    "#;
    let dir = tempfile::tempdir().unwrap();
    let load = |name: &str| {
        let files = [("tools.rhai", script), ("state.json", r#"{"items": {}, "total": 0}"#)];
        Stage::load([folder(dir.path(), name, &["add"], &files).as_path()]).unwrap()
    };
    let names = [["a", "bb", "bad", "a", "broken", "ccc", "a"], ["x", "bad", "bad", "a", "bb", "broken", "a"]];
    let call = |episode: &mut Episode<'_>, name: &str| {
        let arguments = Json::map(vec![("name".into(), Json::text(name))]);
        let outcome = episode.call("add", &arguments, Vec::new()).outcome;
        format!("{outcome:?} {:?}", hashes(episode))
    };
    with_roomy_stack(|| {
        // One after the other, each in a stage of its own.
        let sequential: Vec<Vec<String>> = names
            .iter()
            .map(|names| {
                let stage = load("alone");
                let mut episode = stage.episode(stage.initial_worlds(&Default::default()).unwrap());
                names.iter().map(|name| call(&mut episode, name)).collect()
            })
            .collect();
        // In turn, in one stage, twice: the second pair meets whatever the first one left.
        let stage = load("together");
        for _ in 0..2 {
            let mut episodes = [0, 1].map(|_| stage.episode(stage.initial_worlds(&Default::default()).unwrap()));
            for step in 0..names[0].len() {
                for at in [0, 1] {
                    assert_eq!(
                        call(&mut episodes[at], names[at][step]),
                        sequential[at][step],
                        "episode {at}, step {step}"
                    );
                }
            }
        }
    });
}

/// A guest that works in its memory, in a table, and in the world, and answers all of it.
#[cfg(feature = "wasm")]
const ADD_GUEST: &str = r#"
(module
  (import "gemproof/1" "field" (func $field (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
  (import "gemproof/1" "list" (func $list (result i32)))
  (import "gemproof/1" "push" (func $push (param i32 i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "keys" (func $keys (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "fresh_id" (func $fresh_id (param i32 i32 i32 i32) (result i32)))
  (import "gemproof/1" "get_value" (func $get_value (param i32 i32) (result i32)))
  (import "gemproof/1" "put_value" (func $put_value (param i32 i32 i32)))
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (memory (export "memory") 2)
  (table $kept 4 funcref)
  (elem declare func $used)
  (global $calls (mut i64) (i64.const 0))
  (data (i32.const 0) "nameitemsI###total")
  (func $used)
  ;; The sum of 20,000 bytes around the name, which are 0 where no other guest has been.
  (func $around (result i64) (local $at i32) (local $sum i64)
    (local.set $at (i32.const 1000))
    (loop $next
      (local.set $sum (i64.add (local.get $sum) (i64.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 21000))))
    (local.get $sum))
  (func (export "tool:add") (param $args i32) (result i32)
    (local $name i32) (local $len i32) (local $item i32) (local $id i32) (local $first i32)
    (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
    (local.set $name (call $field (local.get $args) (i32.const 0) (i32.const 4)))
    (local.set $len (call $read (local.get $name) (i32.const 5000) (i32.const 100)))
    (local.set $id (call $fresh_id (i32.const 4) (i32.const 5) (i32.const 9) (i32.const 4)))
    (local.set $item (call $list))
    (call $push (local.get $item) (local.get $id))
    (call $push (local.get $item) (call $keys (i32.const 4) (i32.const 5) (i32.const 0)))
    (call $push (local.get $item) (call $int (call $around)))
    (call $push (local.get $item) (call $int (global.get $calls)))
    (call $push (local.get $item) (call $int (i64.extend_i32_u (ref.is_null (table.get $kept (i32.const 2))))))
    (call $put (i32.const 4) (i32.const 5) (local.get $id) (local.get $item))
    (call $put_value (i32.const 13) (i32.const 5)
      (call $add (call $get_value (i32.const 13) (i32.const 5)) (call $int (i64.extend_i32_u (local.get $len)))))
    ;; What the next call must not find.
    (memory.fill (i32.const 1000) (i32.const 0x5a) (i32.const 100000))
    (table.fill $kept (i32.const 0) (ref.func $used) (i32.const 4))
    (local.set $first (i32.load8_u (i32.const 1000)))
    (if (i32.eq (local.get $len) (i32.const 3)) (then (call $fail (local.get $item))))
    (if (i32.eq (local.get $len) (i32.const 6)) (then unreachable))
    (call $push (local.get $item) (call $get_value (i32.const 13) (i32.const 5)))
    (local.get $item)))
"#;

/// What each episode of a stage answers and leaves behind, call by call.
#[cfg(feature = "wasm")]
fn answers(stage: &Stage, names: &[&str]) -> Vec<String> {
    let mut episode = stage.episode(stage.initial_worlds(&Default::default()).unwrap());
    let call = |name: &&str| {
        let arguments = Json::map(vec![("name".into(), Json::text(name))]);
        let outcome = episode.call("add", &arguments, Vec::new()).outcome;
        format!("{outcome:?} {:?}", hashes(&episode))
    };
    names.iter().map(call).collect()
}

#[cfg(feature = "wasm")]
#[test]
fn episodes_of_guests_on_many_threads_equal_sequential_ones() {
    let dir = tempfile::tempdir().unwrap();
    let load = |name: &str| {
        let manifest = format!("name = \"{name}\"\nsummary = \"for a test\"\nmock = \"mock.wat\"\n");
        let files = [("mock.wat", ADD_GUEST), ("env.toml", &manifest), ("state.json", r#"{"items": {}, "total": 0}"#)];
        let mut stage = Stage::load([folder(dir.path(), name, &["add"], &files).as_path()]).unwrap();
        stage.forget();
        stage
    };
    let words = ["a", "bb", "bad", "dddd", "broken", "", "fffff"];
    let episodes: Vec<Vec<&str>> = (0..24)
        .map(|n: usize| (0..12).map(|step| words[(n * 5 + step * (n % 3 + 1)) % words.len()]).collect())
        .collect();
    let sequential: Vec<Vec<String>> =
        with_roomy_stack(|| episodes.iter().map(|names| answers(&load("alone"), names)).collect());
    for outcomes in &sequential {
        // No call finds bytes, globals or functions of another.
        for outcome in outcomes.iter().filter(|outcome| outcome.starts_with("Answer")) {
            assert!(outcome.contains("Int(1), Int(1)"), "{outcome}");
        }
    }
    let stage = load("together");
    // More threads than processors, each with all episodes, from another one on.
    std::thread::scope(|scope| {
        for thread in 0..12 {
            let (stage, episodes, sequential) = (&stage, &episodes, &sequential);
            std::thread::Builder::new()
                .stack_size(gemproof::mock::STACK_BYTES)
                .spawn_scoped(scope, move || {
                    gemproof::mock::mark_roomy_thread();
                    for n in 0..episodes.len() {
                        let at = (n + thread * 2) % episodes.len();
                        assert_eq!(answers(stage, &episodes[at]), sequential[at], "episode {at} on thread {thread}");
                    }
                })
                .unwrap();
        }
    });
    // In turn, step by step.
    with_roomy_stack(|| {
        let mut running: Vec<Episode<'_>> =
            episodes.iter().map(|_| stage.episode(stage.initial_worlds(&Default::default()).unwrap())).collect();
        for step in 0..episodes[0].len() {
            for (at, episode) in running.iter_mut().enumerate() {
                let arguments = Json::map(vec![("name".into(), Json::text(episodes[at][step]))]);
                let outcome = episode.call("add", &arguments, Vec::new()).outcome;
                assert_eq!(
                    format!("{outcome:?} {:?}", hashes(episode)),
                    sequential[at][step],
                    "episode {at}, step {step}"
                );
            }
        }
    });
}

/// What one environment had in its memory, another one looks for, on this thread and on others.
#[cfg(feature = "wasm")]
#[test]
fn no_guest_reads_what_another_left_in_memory() {
    let writer = r#"(module (memory (export "memory") 1)
      (func (export "tool:write") (param i32) (result i32)
        (drop (memory.grow (i32.const 1500)))
        (memory.fill (i32.const 0) (i32.const 0x53) (i32.const 98000000))
        (i32.const 0)))"#;
    let reader = r#"(module
      (import "gemproof/1" "int" (func $int (param i64) (result i32)))
      (memory (export "memory") 1)
      (func (export "tool:look") (param i32) (result i32) (local $at i32) (local $found i64)
        (drop (memory.grow (i32.const 1500)))
        (loop $next
          (if (v128.any_true (v128.load (local.get $at)))
            (then (local.set $found (i64.add (local.get $found) (i64.const 1)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $next (i32.lt_u (local.get $at) (i32.const 98000000))))
        (call $int (local.get $found))))"#;
    let dir = tempfile::tempdir().unwrap();
    let dirs = [("writer", "write", writer), ("reader", "look", reader)].map(|(name, tool, source)| {
        let manifest = format!("name = \"{name}\"\nsummary = \"for a test\"\nmock = \"mock.wat\"\n");
        folder(dir.path(), name, &[tool], &[("mock.wat", source), ("env.toml", &manifest)])
    });
    let mut stage = Stage::load(dirs.iter().map(PathBuf::as_path)).unwrap();
    stage.forget();
    let looked = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                with_roomy_stack(|| {
                    for _ in 0..4 {
                        let mut episode = stage.episode(stage.initial_worlds(&Default::default()).unwrap());
                        let arguments = Json::map(Vec::new());
                        let written = episode.call("write", &arguments, Vec::new()).outcome;
                        assert_eq!(written, Outcome::Answer(Json::Null));
                        let found = episode.call("look", &arguments, Vec::new()).outcome;
                        assert_eq!(found, Outcome::Answer(Json::Int(0)), "bytes of another guest");
                        looked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                })
            });
        }
    });
    assert_eq!(looked.into_inner(), 12);
}

/// Where a system gives little address space, guests run without the pool.
#[cfg(feature = "wasm")]
#[test]
fn guests_run_where_address_space_is_scarce() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = "name = \"small\"\nsummary = \"for a test\"\nmock = \"mock.wat\"\n";
    let files = [("mock.wat", VICTIM_GUEST), ("env.toml", manifest), ("state.json", r#"{"counters": {"n": 0}}"#)];
    let env = folder(dir.path(), "small", &["bump"], &files);
    let record = json!({"id": "one", "messages": [{"role": "user", "content": "go"},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "bump", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "1"}]});
    let input = dir.path().join("in.jsonl");
    fs::write(&input, format!("{record}\n")).unwrap();
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_gemproof"), "verify"])
        .args([input.to_str().unwrap(), "--env", env.to_str().unwrap(), "--format", "json"])
        .env("GEMPROOF_CACHE", "")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("\"verdict\":\"verified\""), "{text}");
}

/// The problems of a folder that must not load.
#[track_caller]
fn refused(name: &str, files: &[(&str, &str)], told: &str) {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("outside.rhai"), "fn attack(args) { \"outside\" }").unwrap();
    fs::write(parent.path().join("secret.json"), r#"{"t": {"secret": {"n": 1}}}"#).unwrap();
    let inner = parent.path().join("envs");
    let dir = folder(&inner, name, &["attack"], files);
    match Stage::load([dir.as_path()]) {
        Ok(_) => panic!("{files:?} was loaded"),
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains(told), "{files:?}: {text}");
        }
    }
}

#[test]
fn folders_with_faults_do_not_load() {
    let manifest = |more: &str| format!("name = \"x\"\nsummary = \"x\"\n{more}\n");
    let good = ("tools.rhai", "fn attack(args) { 1 }");
    // Paths that lead out.
    for path in [
        "../../outside.rhai",
        "../../../etc/passwd",
        "/etc/passwd",
        "/etc/passwd.rhai",
        "../x/../../outside.rhai",
        "a/../../../outside.rhai",
        "./../../outside.rhai",
        "..",
        "",
        "tools.json",
    ] {
        refused("out", &[good, ("env.toml", &manifest(&format!("include = [\"{path}\"]")))], "");
        refused("out", &[good, ("env.toml", &manifest(&format!("mock = \"{path}\"")))], "");
    }
    for path in ["../../secret.json", "/etc/passwd", "/proc/self/environ", "missing.json"] {
        refused("out", &[good, ("env.toml", &manifest(&format!("state = \"{path}\"")))], "");
    }
    // Files that are broken, with the place.
    for (files, told) in [
        (vec![good, ("env.toml", "name = \"x\"\nsummary = [\n")], "env.toml:"),
        (vec![good, ("env.toml", "name = \"x\"\nsummary = \"x\"\nsurprise = 1\n")], "env.toml:3:1"),
        (vec![good, ("env.toml", "summary = \"x\"\n")], "name"),
        (vec![good, ("env.toml", "name = \"x\"\nsummary = \"x\"\n[limits]\noperations = 1e99\n")], "env.toml:4:"),
        (vec![good, ("env.toml", "name = \"x\"\nsummary = \"x\"\nclock = \"2024-99-99\"\n")], "2024-99-99"),
        (vec![good, ("state.json", "[]")], "state.json"),
        (vec![good, ("state.json", "3")], "state.json"),
        (vec![good, ("state.json", "{\n \"t\": {\n}")], "state.json:3:"),
        (
            vec![good, ("state.json", &format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000)))],
            "state.json:1:",
        ),
        (vec![good, ("worlds.jsonl", "{\"id\": 3}")], "worlds.jsonl:1:"),
        (vec![good, ("worlds.jsonl", "{\"id\": \"a\", \"state\": [1]}")], "worlds.jsonl:1:"),
        (vec![good, ("tools.json", "{\n")], "tools.json:2:"),
        (vec![good, ("tools.json", &"[".repeat(100_000))], "tools.json:1:"),
        (vec![good, ("tools.json", "3")], "tools.json"),
        (
            vec![
                good,
                ("tools.json", "[{\"name\": \"attack\", \"parameters\": {\"type\": \"object\", \"properties\": 3}}]"),
            ],
            "tools.json",
        ),
        (vec![("tools.rhai", "fn attack(args) {\n  let = 3;\n}")], "tools.rhai:2:7"),
        (vec![("tools.rhai", "fn other(args) { 1 }")], "attack"),
        (vec![("tools.rhai", "fn attack() { 1 }")], "attack"),
        (vec![("tools.rhai", "fn attack(a, b) { 1 }")], "attack"),
        (vec![("tools.rhai", "")], "attack"),
    ] {
        refused("broken", &files, told);
    }
}

#[test]
fn links_do_not_lead_out_of_the_folder() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("outside.rhai"), "fn attack(args) { \"outside\" }").unwrap();
    fs::write(parent.path().join("secret.json"), r#"{"t": {"secret": {"n": 1}}}"#).unwrap();
    for (file, target) in [("tools.rhai", "outside.rhai"), ("state.json", "secret.json")] {
        let dir = folder(&parent.path().join("envs"), file, &["attack"], &[("tools.rhai", "fn attack(args) { 1 }")]);
        fs::remove_file(dir.join(file)).unwrap();
        std::os::unix::fs::symlink(parent.path().join(target), dir.join(file)).unwrap();
        assert!(Stage::load([dir.as_path()]).is_err(), "{file} was read through a link to {target}");
    }
}

#[test]
fn tools_of_one_name_belong_to_one_environment() {
    let dir = tempfile::tempdir().unwrap();
    let script = [("tools.rhai", "fn attack(args) { 1 }")];
    let dirs = ["first", "second"].map(|name| folder(dir.path(), name, &["attack"], &script));
    let error = Stage::load(dirs.iter().map(PathBuf::as_path)).err().unwrap().to_string();
    assert!(error.contains("first") && error.contains("second") && error.contains("attack"), "{error}");
}

/// Through the program: what a record's environment does is told at that record, and the others are judged.
#[test]
fn the_program_survives_its_environments() {
    let script = r#"
        fn spin(args) { loop { } }
        fn nest(args) { let a = []; loop { a = [a]; } }
        fn swell(args) { let s = "x"; loop { s += s; } }
        fn wipe(args) { for k in keys("t") { remove("t", k); } throw "wiped"; }
        fn look(args) { get("t", "a").n }
    "#;
    program_survives("tools.rhai", script);
}

/// The same of a guest: the same codes tell of the same trouble.
#[cfg(feature = "wasm")]
#[test]
fn the_program_survives_its_guests() {
    let guest = r#"(module
      (import "gemproof/1" "list" (func $list (result i32)))
      (import "gemproof/1" "push" (func $push (param i32 i32)))
      (import "gemproof/1" "add" (func $add (param i32 i32) (result i32)))
      (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
      (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
      (import "gemproof/1" "field" (func $field (param i32 i32 i32) (result i32)))
      (import "gemproof/1" "remove" (func $remove (param i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "tabn")
      (func (export "tool:spin") (param i32) (result i32) (loop $again (br $again)) unreachable)
      (func (export "tool:nest") (param i32) (result i32) (local $outer i32)
        (loop $again
          (local.set $outer (call $list)) (call $push (local.get $outer) (local.get 0)) (local.set 0 (local.get $outer))
          (br $again))
        unreachable)
      (func (export "tool:swell") (param i32) (result i32) (local $text i32)
        (local.set $text (call $text (i32.const 0) (i32.const 1)))
        (loop $again (local.set $text (call $add (local.get $text) (local.get $text))) (br $again))
        unreachable)
      (func (export "tool:wipe") (param i32) (result i32)
        (drop (call $remove (i32.const 0) (i32.const 1) (call $text (i32.const 1) (i32.const 1))))
        (drop (call $remove (i32.const 0) (i32.const 1) (call $text (i32.const 2) (i32.const 1))))
        unreachable)
      (func (export "tool:look") (param i32) (result i32)
        (call $field (call $get (i32.const 0) (i32.const 1) (call $text (i32.const 1) (i32.const 1))) (i32.const 3) (i32.const 1))))"#;
    program_survives("mock.wat", guest);
}

fn program_survives(file: &str, source: &str) {
    let dir = tempfile::tempdir().unwrap();
    let tools = ["spin", "nest", "swell", "wipe", "look"];
    let manifest = format!("name = \"hostile\"\nsummary = \"for a test\"\nmock = \"{file}\"\n");
    let env = folder(dir.path(), "hostile", &tools, &[(file, source), ("env.toml", &manifest)]);
    let mut records = String::new();
    for n in 0..200 {
        let tool = tools[n % tools.len()];
        let call = |id: &str, tool: &str| {
            json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": id, "type": "function", "function": {"name": tool, "arguments": "{}"}}]})
        };
        let answer = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "1"});
        let record = json!({"id": format!("{tool}-{n}"), "messages": [{"role": "user", "content": "go"},
            call("c1", tool), answer("c1"), call("c2", "look"), answer("c2")]});
        records.push_str(&format!("{record}\n"));
    }
    let input = dir.path().join("in.jsonl");
    fs::write(&input, records).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_gemproof"))
        .args(["verify", input.to_str().unwrap(), "--env", env.to_str().unwrap(), "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let reports: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for report in &reports[..200] {
        let (id, found) = (report["id"].as_str().unwrap(), &report["gemproof"]);
        let outcomes: Vec<&str> = found["calls"].as_array().unwrap().iter().map(|c| text(&c["outcome"])).collect();
        if id.starts_with("look") {
            assert_eq!((text(&found["verdict"]), outcomes), ("verified", vec!["match", "match"]), "{id}");
        } else {
            // The world is as it was, so that the look after it finds its record.
            assert_eq!((text(&found["verdict"]), outcomes), ("undetermined", vec!["fault", "match"]), "{id}");
            assert_eq!(found["diagnostics"][0]["code"], "environment-fault");
        }
    }
}

/// What an environment says is data, also for a terminal.
#[test]
fn no_text_of_a_mock_moves_the_cursor() {
    let dir = tempfile::tempdir().unwrap();
    let script = "fn attack(args) { throw \"\\x1b[2J\\rverified\\x07\"; }";
    let env = folder(dir.path(), "hostile", &["attack"], &[("tools.rhai", script)]);
    let broken = folder(dir.path(), "broken", &["a\u{1b}[2J"], &[("tools.rhai", script)]);
    let call = json!({"id": "c1\u{1b}[1A", "type": "function", "function": {"name": "attack", "arguments": "{}"}});
    let record = json!({"id": "one\u{1b}[2K", "messages": [{"role": "user", "content": "go\u{1b}[3A"},
        {"role": "assistant", "content": "\u{1b}[8m", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1\u{1b}[1A", "content": "\u{1b}]0;title\u{7}"}]});
    let input = dir.path().join("in.jsonl");
    fs::write(&input, format!("{record}\n")).unwrap();
    for env in [&env, &broken] {
        let output = Command::new(env!("CARGO_BIN_EXE_gemproof"))
            .args(["verify", input.to_str().unwrap(), "--env", env.to_str().unwrap()])
            .output()
            .unwrap();
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        }
    }
    let output =
        Command::new(env!("CARGO_BIN_EXE_gemproof")).args(["env", "check", env.to_str().unwrap()]).output().unwrap();
    assert!(!output.stdout.contains(&0x1b), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Outcomes that are kept for other records may not fill the memory.
#[test]
fn known_outcomes_are_kept_within_bounds() {
    let script = r#"
        fn attack(args) {
            let l = from_json("[1,2,3,4,5,6,7,8,9,10]");
            while l.len() < 80000 { l = l + l; }
            l[0] = args.n;
            l
        }
    "#;
    let dir = tempfile::tempdir().unwrap();
    let stage = Stage::load([folder(dir.path(), "large", &["attack"], &[("tools.rhai", script)]).as_path()]).unwrap();
    with_roomy_stack(|| {
        let held = status("VmRSS");
        for n in 0..150 {
            let mut episode = stage.episode(stage.initial_worlds(&Default::default()).unwrap());
            let arguments = Json::map(vec![("n".into(), Json::Int(n))]);
            assert!(matches!(episode.call("attack", &arguments, Vec::new()).outcome, Outcome::Answer(_)));
        }
        let grown = status("VmRSS").saturating_sub(held) >> 20;
        assert!(grown < 256, "150 answers of 160,000 numbers left {grown} MB behind");
    });
}
