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
use gemproof::mock::meter::Counting;
use gemproof::mock::{FaultKind, Outcome, with_roomy_stack};
use serde_json::{Value, json};

/// As the program has it: the memory of a call is bounded through it.
#[global_allocator]
static ALLOCATOR: Counting<std::alloc::System> = Counting(std::alloc::System);

/// After this an attack counts as a hang.
const WATCHDOG: Duration = Duration::from_secs(60);
/// What a process with one attack may use at most, in bytes.
const MEMORY_MAX: u64 = 1 << 30;
/// What many calls may leave behind, in bytes.
const LEAK_MAX: u64 = 64 << 20;
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
    if let Some(limits) = attack.get("limits").filter(|_| !defaults()) {
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
        json!({"kind": kind(&outcome), "message": message, "value": value, "seconds": seconds + load_seconds,
            "broken": broken, "by_clock": by_clock})
    })
}

fn excerpt(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(200).collect()
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
fn every_attack_is_contained() {
    contained(&Attack::all());
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
    contained(&paths);
}

/// Runs attacks and reports how they ended. Fails when one was not contained.
fn contained(paths: &[PathBuf]) {
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
    println!("{attempts} attacks, {} contained", attempts - complaints.len());
    for (seconds, name) in times.iter().take(10) {
        println!("  {seconds:8.3} s   {name}");
    }
    for (megabytes, name) in memory.iter().take(10) {
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
    let dir = tempfile::tempdir().unwrap();
    let script = r#"
        fn spin(args) { loop { } }
        fn nest(args) { let a = []; loop { a = [a]; } }
        fn swell(args) { let s = "x"; loop { s += s; } }
        fn wipe(args) { for k in keys("t") { remove("t", k); } throw "wiped"; }
        fn look(args) { get("t", "a").n }
    "#;
    let tools = ["spin", "nest", "swell", "wipe", "look"];
    let env = folder(dir.path(), "hostile", &tools, &[("tools.rhai", script)]);
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
