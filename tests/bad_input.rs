//! Damaged and hostile input, through the program: every record is judged or reported with its place, none is lost, and
//! the program never ends in a bug (status 101) or a signal.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tempfile::TempDir;

/// After this the program counts as hanging.
const WATCHDOG: Duration = Duration::from_secs(60);

/// What the program made of an input.
struct Judged {
    code: Option<i32>,
    stderr: String,
    /// One for each record, in the order of the input, as on standard output.
    reports: Vec<Value>,
    /// The lines of the three files: verdict and record.
    lines: Vec<(String, Value)>,
}

fn run(args: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gemproof"))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let errors = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = std::io::Read::read_to_end(&mut stderr, &mut bytes);
            bytes
        });
        let mut bytes = Vec::new();
        let _ = std::io::Read::read_to_end(&mut stdout, &mut bytes);
        let _ = sender.send((bytes, errors.join().unwrap()));
    });
    match receiver.recv_timeout(WATCHDOG) {
        Ok((stdout, stderr)) => Output { status: child.wait().unwrap(), stdout, stderr },
        Err(_) => {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the program (process {id}) did not end within {WATCHDOG:?}: {args:?}");
        }
    }
}

/// Judges an input at level `formed`, unless more is asked for; learning from it must not fail either.
fn verify(input: &Path, more: &[&str]) -> Judged {
    if more.contains(&"--level") || more.contains(&"--env") {
        return verify_at(input, more);
    }
    let mut formed = more.to_vec();
    formed.extend(["--level", "formed"]);
    let (judged, learnt) = (verify_at(input, &formed), verify_at(input, more));
    assert_eq!(judged.reports.len(), learnt.reports.len(), "learning loses no record");
    judged
}

fn verify_at(input: &Path, more: &[&str]) -> Judged {
    let out = TempDir::new().unwrap();
    let mut args = vec!["verify", input.to_str().unwrap(), "-o", out.path().to_str().unwrap(), "--format", "json"];
    args.extend(more);
    let output = run(&args);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    assert!(code.is_some() && code != Some(101), "{:?}: {stderr}", output.status);
    let mut reports: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    let summary = match reports.last() {
        Some(last) if last.get("summary").is_some() => reports.pop().unwrap()["summary"].take(),
        _ => Value::Null,
    };
    let mut lines = Vec::new();
    for verdict in ["verified", "rejected", "undetermined"] {
        let text = fs::read_to_string(out.path().join(format!("{verdict}.jsonl"))).unwrap_or_default();
        assert!(text.is_empty() || text.ends_with('\n'), "{verdict}.jsonl ends in the middle of a line");
        for line in text.lines() {
            // Member by member: a value may be nested deeper than a parser takes, and is passed on all the same.
            let members: BTreeMap<String, Box<RawValue>> =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:.300}"));
            let members =
                members.into_iter().map(|(key, raw)| (key, serde_json::from_str(raw.get()).unwrap_or_default()));
            lines.push((verdict.to_owned(), Value::Object(members.collect())));
        }
    }
    if code != Some(2) {
        assert_eq!(lines.len(), reports.len(), "each record is in exactly one file");
        assert_eq!(summary["trajectories"], reports.len());
    }
    Judged { code, stderr, reports, lines }
}

impl Judged {
    fn verdict(&self, at: usize) -> &str {
        self.reports[at]["gemproof"]["verdict"].as_str().unwrap()
    }

    /// `code@pointer` of the findings of a record.
    /// What is found at level `formed`; where arguments come from is another question.
    fn findings(&self, at: usize) -> Vec<String> {
        let diagnostics = self.reports[at]["gemproof"]["diagnostics"].as_array().unwrap().iter();
        let diagnostics = diagnostics.filter(|d| d["level"] != "grounded");
        diagnostics.map(|d| format!("{}@{}", d["code"].as_str().unwrap(), d["at"].as_str().unwrap())).collect()
    }

    fn message(&self, at: usize) -> &str {
        self.reports[at]["gemproof"]["diagnostics"][0]["message"].as_str().unwrap_or("")
    }
}

fn tools() -> Value {
    json!([{"type": "function", "function": {"name": "get_user", "parameters": {"type": "object",
        "properties": {"id": {"type": "string"}}, "required": ["id"], "additionalProperties": false}}}])
}

fn messages(arguments: Value, answer: &str) -> Value {
    json!([{"role": "user", "content": "Who is u1?"},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "get_user", "arguments": arguments}}]},
        {"role": "tool", "tool_call_id": "c1", "content": answer},
        {"role": "assistant", "content": "It is Ann."}])
}

/// A record without a fault.
fn good(id: &str) -> String {
    json!({"id": id, "tools": tools(), "messages": messages(json!("{\"id\": \"u1\"}"), "{\"name\": \"Ann\"}")})
        .to_string()
}

fn file(dir: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Puts a record between two good ones, and hands back what was found of it. The good ones must be verified.
#[track_caller]
fn between(bad: impl AsRef<[u8]>) -> (Judged, Vec<String>) {
    let dir = TempDir::new().unwrap();
    let mut bytes = good("first").into_bytes();
    bytes.push(b'\n');
    bytes.extend_from_slice(bad.as_ref());
    bytes.push(b'\n');
    bytes.extend_from_slice(good("last").as_bytes());
    bytes.push(b'\n');
    let judged = verify(&file(&dir, "in.jsonl", bytes), &[]);
    assert_eq!(judged.reports.len(), 3, "records: {:?}", judged.reports);
    assert_eq!(judged.reports[1]["line"], 2);
    for (at, id) in [(0, "first"), (2, "last")] {
        assert_eq!((judged.verdict(at), judged.reports[at]["id"].as_str()), ("verified", Some(id)));
    }
    assert_eq!(
        judged.lines.iter().filter(|(_, value)| !["first", "last"].map(Value::from).contains(&value["id"])).count(),
        1
    );
    let findings = judged.findings(1);
    (judged, findings)
}

/// A record between two good ones must have these findings, and be rejected.
#[track_caller]
fn rejected(bad: impl AsRef<[u8]>, findings: &[&str]) -> Judged {
    let (judged, found) = between(bad);
    assert_eq!(found, findings, "{}", judged.message(1));
    assert_eq!((judged.verdict(1), judged.code), ("rejected", Some(1)), "{}", judged.message(1));
    judged
}

#[test]
fn nothing_to_read() {
    let dir = TempDir::new().unwrap();
    for bytes in ["", "\n", "\n\n  \r\n\t\n", "[]", "[\n]\n", "\u{feff}", "\u{feff}\n"] {
        let judged = verify(&file(&dir, "in.jsonl", bytes), &[]);
        assert_eq!(judged.code, Some(2), "{bytes:?}");
        assert!(judged.stderr.contains("no records"), "{bytes:?}: {}", judged.stderr);
    }
}

#[test]
fn usage() {
    let dir = TempDir::new().unwrap();
    let input = file(&dir, "in.jsonl", good("a"));
    let (input, folder) = (input.to_str().unwrap(), dir.path().to_str().unwrap());
    let missing = format!("{folder}/missing.jsonl");
    for (args, word) in [
        (vec!["verify", missing.as_str()], "missing.jsonl"),
        (vec!["verify", input, missing.as_str()], "missing.jsonl"),
        (vec!["verify", folder], "folder"),
        (vec!["verify"], "INPUT"),
        (vec!["verify", input, "--from", "xml"], "formats are"),
        (vec!["verify", input, "--level", "executed"], "--env"),
        (vec!["verify", input, "--level", "proved"], "proved"),
        (vec!["verify", input, "--resume"], "--output"),
        (vec!["verify", input, "--env", folder], "env.toml"),
        (vec!["verify", input, "--env", missing.as_str()], "missing"),
        (vec!["verify", input, "--tools", missing.as_str()], "missing"),
        (vec!["verify", input, "--tools", input], ""),
        (vec!["verify", input, "--state", input], "--env"),
        (vec!["verify", input, "--limit", "x"], "--limit"),
        (vec!["verify", input, "-o", input], "in.jsonl"),
        (vec!["nonsense"], "nonsense"),
    ] {
        if args.contains(&"--tools") && args[3] == input {
            continue;
        }
        let output = run(&args);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(word), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let path = file(&dir, "in.jsonl", good("a"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let output = run(&["verify", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn records_that_are_no_json() {
    for bad in [
        "{",
        "{\"id\": 1",
        "}",
        "garbage",
        "{\"messages\": [}",
        "{'id': 'a'}",
        "\"open",
        "{\"id\": \"a\"} {\"id\": \"b\"}",
        "nul",
        "-",
        "[1",
    ] {
        let judged = rejected(bad, &["invalid-record@"]);
        assert_eq!(judged.lines.iter().find(|(_, value)| value.get("raw").is_some()).unwrap().1["raw"], bad);
    }
}

#[test]
fn records_that_are_no_objects() {
    for bad in ["1", "\"x\"", "null", "true", "[]", "[1]", "[\"a\", [], []]", "[{}]"] {
        let judged = rejected(bad, &["invalid-record@"]);
        assert!(judged.message(1).contains("object"), "{bad}: {}", judged.message(1));
    }
}

#[test]
fn alone_and_beside_others_a_record_is_judged_alike() {
    let dir = TempDir::new().unwrap();
    for bad in
        ["{}", "{\"id\": \"x\", \"dialogue\": []}", "{\"id\": \"x\", \"messages\": 3}", "[1]", "{\"conversations\": 3}"]
    {
        let alone = verify(&file(&dir, "in.jsonl", bad), &[]);
        let (beside, findings) = between(bad);
        assert_eq!((alone.verdict(0), alone.findings(0)), (beside.verdict(1), findings), "{bad}");
    }
}

#[test]
fn wrong_types() {
    let record = |key: &str, value: Value| {
        let mut record: Value = serde_json::from_str(&good("bad")).unwrap();
        record[key] = value;
        record.to_string()
    };
    let message = |at: usize, value: Value| {
        let mut record: Value = serde_json::from_str(&good("bad")).unwrap();
        record["messages"][at] = value;
        record.to_string()
    };
    let call = |value: Value| message(1, json!({"role": "assistant", "content": null, "tool_calls": value}));
    for value in [json!(3), json!("x"), json!({}), json!(true)] {
        rejected(record("messages", value), &["invalid-record@/messages"]);
    }
    for value in [json!(null), json!(3), json!("x"), json!([]), json!(["user", "hi"]), json!({"content": "x"})] {
        let (judged, findings) = between(message(0, value.clone()));
        assert_eq!(judged.verdict(1), "rejected", "{value}");
        assert!(findings[0].starts_with("invalid-record@/messages/0"), "{value}: {findings:?}");
    }
    rejected(message(0, json!({"role": null, "content": "x"})), &["invalid-record@/messages/0/role"]);
    rejected(message(0, json!({"role": {}, "content": "x"})), &["invalid-record@/messages/0/role"]);
    rejected(message(0, json!({"role": "user", "content": 3})), &["invalid-record@/messages/0/content"]);
    rejected(message(0, json!({"role": "user", "content": [3]})), &["invalid-record@/messages/0/content/0"]);
    rejected(call(json!("x")), &["invalid-record@/messages/1/tool_calls"]);
    rejected(call(json!({})), &["invalid-record@/messages/1/tool_calls"]);
    rejected(call(json!([3])), &["invalid-record@/messages/1/tool_calls/0"]);
    rejected(call(json!([{"id": "c1", "function": 3}])), &["invalid-record@/messages/1/tool_calls/0/function"]);
    rejected(call(json!([{"id": "c1", "function": null}])), &["invalid-record@/messages/1/tool_calls/0/function"]);
    rejected(
        call(json!([{"id": "c1", "function": {"name": 3}}])),
        &["invalid-record@/messages/1/tool_calls/0/function/name"],
    );
    rejected(
        call(json!([{"id": {}, "function": {"name": "get_user"}}])),
        &["invalid-record@/messages/1/tool_calls/0/id"],
    );
    for arguments in [json!(5), json!([1]), json!(true), json!("[1]"), json!("5"), json!("{"), json!("\"x\"")] {
        let (judged, findings) =
            between(call(json!([{"id": "c1", "function": {"name": "get_user", "arguments": arguments}}])));
        assert_eq!(findings, ["unparsable-arguments@/messages/1/tool_calls/0/function/arguments"], "{arguments}");
        assert_eq!(judged.verdict(1), "rejected");
    }
    for tools in [json!(3), json!(true), json!("x"), json!("3")] {
        rejected(record("tools", tools), &["invalid-tool@/tools", "no-tools@"]);
    }
    rejected(
        record("tools", json!({})),
        &["invalid-tool@/tools/0", "unknown-tool@/messages/1/tool_calls/0/function/name"],
    );
    rejected(
        record("tools", json!([1, {"name": ""}, {"name": "f", "parameters": 3}])),
        &[
            "invalid-tool@/tools/0",
            "invalid-tool@/tools/1",
            "invalid-tool@/tools/2",
            "unknown-tool@/messages/1/tool_calls/0/function/name",
        ],
    );
    // None of the program's business, or readable all the same.
    for metadata in [json!("x"), json!(3), json!([1]), json!(null), json!(1.5), json!(true), json!(-1)] {
        assert_eq!(between(record("metadata", metadata)).1, [""; 0]);
    }
    for content in [json!({"a": 1}), json!(null), json!(["x", {"type": "text", "text": "y"}, {"type": "image"}])] {
        assert_eq!(between(message(0, json!({"role": "user", "content": content}))).1, [""; 0]);
    }
    for id in [json!({}), json!([1]), json!(true), json!(17), json!(1.5), json!(null), json!("")] {
        let (judged, findings) = between(record("id", id.clone()));
        assert_eq!((judged.verdict(1), findings), ("verified", vec![]), "{id}");
        let found = judged.lines.iter().filter(|(verdict, _)| verdict == "verified").nth(1).unwrap();
        assert!(found.1.get("id").is_some_and(|found| !found.is_null()), "{id}: {}", found.1);
    }
}

#[test]
fn text_that_is_not_utf8() {
    let mut bad = good("bad").into_bytes();
    let at = bad.windows(3).position(|w| w == b"Ann").unwrap();
    bad[at] = 0xff;
    let judged = rejected(&bad, &["invalid-record@"]);
    let offset = good("first").len() + 1 + at;
    assert!(
        judged.message(1).contains(&format!("byte {at} of the record (byte {offset} of the input)")),
        "{}",
        judged.message(1)
    );
    let line = &judged.lines.iter().find(|(verdict, _)| verdict == "rejected").unwrap().1;
    use base64::Engine as _;
    assert_eq!(base64::engine::general_purpose::STANDARD.decode(line["raw_base64"].as_str().unwrap()).unwrap(), bad);
}

#[test]
fn control_characters_and_line_ends() {
    rejected(b"\0", &["invalid-record@"]);
    rejected(b"{\"id\": \"a\0\"}", &["invalid-record@"]);
    rejected(b"\xef\xbb\xbf{}", &["invalid-record@"]);
    let dir = TempDir::new().unwrap();
    let text = format!("\u{feff}{}\r\n\r\n{}\r\n{{\r\n", good("a"), good("b"));
    let judged = verify(&file(&dir, "in.jsonl", text), &[]);
    assert_eq!((judged.verdict(0), judged.verdict(1), judged.verdict(2)), ("verified", "verified", "rejected"));
    assert_eq!(judged.reports[2]["line"], 4);
    // A NUL that JSON spells out is a character as any other.
    let record = json!({"id": "n\0", "tools": tools(), "messages": messages(json!("{\"id\": \"u\\u00001\"}"), "\0")});
    assert_eq!(between(record.to_string()).1, [""; 0]);
}

#[test]
fn a_record_beyond_the_limit() {
    let dir = TempDir::new().unwrap();
    for (name, start, end) in [("in.jsonl", "", "\n"), ("in.json", "[", "]")] {
        let path = dir.path().join(name);
        let mut out = std::io::BufWriter::new(fs::File::create(&path).unwrap());
        let separator = if start.is_empty() { "" } else { "," };
        write!(
            out,
            "{start}{}{separator}\n{{\"id\": \"long\", \"messages\": [{{\"role\": \"user\", \"content\": \"",
            good("first")
        )
        .unwrap();
        for _ in 0..80 {
            out.write_all(&[b'x'; 1 << 20]).unwrap();
        }
        write!(out, "\"}}]}}{separator}\n{}{end}", good("last")).unwrap();
        drop(out);
        let judged = verify(&path, &[]);
        assert_eq!(judged.reports.len(), 3, "{name}");
        assert_eq!(
            (judged.verdict(0), judged.verdict(1), judged.verdict(2)),
            ("verified", "rejected", "verified"),
            "{name}"
        );
        assert_eq!((judged.findings(1), &judged.reports[1]["line"]), (vec!["invalid-record@".to_owned()], &json!(2)));
        assert!(judged.message(1).contains("67108864"), "{}", judged.message(1));
        let kept = judged.lines.iter().find(|(verdict, _)| verdict == "rejected").unwrap();
        assert!(kept.1["raw"].as_str().unwrap().starts_with("{\"id\": \"long\""));
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn compressed_files_that_are_damaged() {
    let dir = TempDir::new().unwrap();
    // Records that compress badly, so that there is something before the damage.
    let mut text = String::new();
    let mut seed = 1u64;
    for n in 0..500 {
        let noise: String = (0..2000)
            .map(|_| {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                char::from(b'a' + (seed >> 33) as u8 % 26)
            })
            .collect();
        let record =
            json!({"id": format!("r{n}"), "tools": tools(), "messages": messages(json!("{\"id\": \"u1\"}"), &noise)});
        text.push_str(&format!("{record}\n"));
    }
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let whole = gzip(&text);
    // With a checksum: without one a changed byte may go unnoticed.
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text.as_bytes()).unwrap();
    let zstd = encoder.finish().unwrap();
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let at = bytes.len() / 2;
        bytes[at..at + 64].iter_mut().for_each(|b| *b ^= 0x5a);
        bytes
    };
    for (name, bytes) in [
        ("cut.jsonl.gz", whole[..whole.len() / 2].to_vec()),
        ("flipped.jsonl.gz", flipped(&whole)),
        ("cut.jsonl.zst", zstd[..zstd.len() / 2].to_vec()),
        ("flipped.jsonl.zst", flipped(&zstd)),
    ] {
        let judged = verify(&file(&dir, name, bytes), &[]);
        let last = judged.reports.len() - 1;
        assert_eq!(judged.code, Some(1), "{name}");
        assert!(last > 0 || name.starts_with("flipped"), "{name}: nothing was read before the damage");
        assert_eq!(
            (judged.findings(last), judged.verdict(last)),
            (vec!["unreadable-input@".to_owned()], "rejected"),
            "{name}"
        );
        // What a flipped byte turned into was read before the damage could be seen.
        assert!(name.starts_with("flipped") || (0..last).all(|at| judged.verdict(at) == "verified"), "{name}");
    }
    let mut several = gzip(&good("a"));
    several.extend(gzip(&format!("\n{}", good("b"))));
    let judged = verify(&file(&dir, "two.gz", several), &[]);
    assert_eq!((judged.reports.len(), judged.code), (2, Some(0)));
    for (name, bytes) in [
        ("header.gz", vec![0x1f, 0x8b]),
        ("header.zst", vec![0x28, 0xb5, 0x2f, 0xfd]),
        ("garbage.gz", [0x1f, 0x8b, 9, 9, 9, 9].repeat(50)),
    ] {
        let judged = verify(&file(&dir, name, bytes), &[]);
        assert!(matches!(judged.code, Some(1 | 2)), "{name}");
    }
}

#[test]
fn values_nested_beyond_reason() {
    let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
    let maps = |n: usize| format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n));
    const N: usize = 10_000;
    rejected(deep(N), &["invalid-record@"]);
    rejected(maps(N), &["invalid-record@"]);
    rejected("[".repeat(100_000), &["invalid-record@"]);
    let record = |arguments: &str, answer: &str, tools: &str, more: &str| {
        format!(
            r#"{{"id": "deep", "tools": {tools}, "messages": [{{"role": "user", "content": "u1"}}, {{"role": "assistant", "content": null,
            "tool_calls": [{{"id": "c1", "function": {{"name": "get_user", "arguments": {arguments}}}}}]}},
            {{"role": "tool", "tool_call_id": "c1", "content": {answer}}}]{more}}}"#
        )
        .replace('\n', " ")
    };
    let (tools, plain) = (tools().to_string(), r#"{"id": "u1"}"#);
    let text = |raw: &str| Value::String(raw.into()).to_string();
    let arguments = format!("{{\"id\": \"u1\", \"x\": {}}}", deep(N));
    let unparsable = ["unparsable-arguments@/messages/1/tool_calls/0/function/arguments"];
    rejected(record(&arguments, "\"\"", &tools, ""), &unparsable);
    rejected(record(&text(&arguments), "\"\"", &tools, ""), &unparsable);
    rejected(record(&text(&text(&arguments)), "\"\"", &tools, ""), &unparsable);
    assert_eq!(between(record(plain, &text(&deep(N)), &tools, "")).1, [""; 0]);
    let (judged, findings) = between(record(plain, &maps(N), &tools, ""));
    assert_eq!((judged.verdict(1), findings.len()), ("rejected", 1), "{findings:?}");
    assert!(findings[0].starts_with("invalid-record@"), "{findings:?}");
    let schema = format!("[{{\"name\": \"get_user\", \"parameters\": {}}}]", maps(N));
    let (judged, findings) = between(record(plain, "\"\"", &schema, ""));
    assert_eq!((judged.verdict(1), findings[0].as_str()), ("rejected", "invalid-tool@/tools"));
    for (key, depth) in [("metadata", N), ("anything", N), ("gemproof", N), ("user_tools", N), ("id", N)] {
        let (judged, findings) = between(record(plain, "\"\"", &tools, &format!(", \"{key}\": {}", maps(depth))));
        if key == "user_tools" {
            assert_eq!(findings, ["invalid-tool@/user_tools"]);
        }
        assert!(["verified", "rejected"].contains(&judged.verdict(1)), "{key}");
    }
    // Below the limits of the parser, all of it is read.
    let schema = format!(
        "[{{\"name\": \"get_user\", \"parameters\": {}{{\"type\": \"string\"}}{}}}]",
        "{\"type\": \"object\", \"properties\": {\"id\": ", "}}"
    );
    assert_eq!(between(record(plain, "\"\"", &schema, "")).1, [""; 0]);
}

#[test]
fn schemas_that_refer_to_themselves_or_elsewhere() {
    let record = |schema: Value| {
        json!({"id": "bad", "tools": [{"name": "get_user", "parameters": schema}],
            "messages": messages(json!("{\"id\": \"u1\"}"), "{}")})
        .to_string()
    };
    for (schema, at) in [
        (json!({"$ref": "https://example.com/schema.json"}), "/tools/0/parameters"),
        (json!({"$ref": "file:///etc/passwd"}), "/tools/0/parameters"),
        (json!({"$schema": "https://example.com/draft"}), "/tools/0/parameters"),
        (json!({"$ref": "#/nowhere"}), "/tools/0/parameters"),
        (json!({"type": "object", "properties": {"id": {"pattern": "("}}}), "/tools/0/parameters/properties/id"),
        (json!({"type": "object", "properties": 3}), "/tools/0/parameters/properties"),
    ] {
        let (judged, findings) = between(record(schema.clone()));
        assert!(findings[0].starts_with(&format!("invalid-tool-schema@{at}")), "{schema}: {findings:?}");
        assert_eq!(judged.verdict(1), "rejected", "{schema}");
    }
    // Recursion that descends into the value is in order.
    let tree = json!({"type": "object", "properties": {"id": {"type": "string"}, "child": {"$ref": "#"}}});
    assert_eq!(between(record(tree)).1, [""; 0]);
}

#[test]
fn a_schema_that_refers_to_itself_without_descending() {
    let record = |schema: Value| {
        json!({"id": "bad", "tools": [{"name": "get_user", "parameters": schema}],
            "messages": messages(json!("{\"id\": \"u1\"}"), "{}")})
        .to_string()
    };
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"anyOf": [{"not": {"$ref": "#"}}]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}),
    ] {
        let (judged, findings) = between(record(schema.clone()));
        assert!(["rejected", "verified"].contains(&judged.verdict(1)), "{schema}: {findings:?}");
    }
}

#[test]
fn a_schema_that_doubles_with_each_reference() {
    let mut definitions = serde_json::Map::new();
    for n in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        definitions.insert(format!("d{n}"), json!({"allOf": [next, next]}));
    }
    definitions.insert("d40".into(), json!({"type": "object"}));
    let record = json!({"id": "bad", "tools": [{"name": "get_user", "parameters": {"$ref": "#/$defs/d0", "$defs": definitions}}],
        "messages": messages(json!("{\"id\": \"u1\"}"), "{}")});
    let began = Instant::now();
    let (judged, findings) = between(record.to_string());
    assert!(["rejected", "verified"].contains(&judged.verdict(1)), "{findings:?} after {:?}", began.elapsed());
}

#[test]
fn patterns_that_explode() {
    for pattern in
        ["(a{1000}){1000}", "((a+)+)+$", "^(a|a)*$", "(?=(a+)+$)a*b", "(a*)*\\1b", "a{4294967296}", "\\p{L}{5000}"]
    {
        let record = json!({"id": "bad", "tools": [{"name": "get_user", "parameters": {"type": "object", "properties": {
            "id": {"type": "string", "pattern": pattern}}}}],
            "messages": messages(json!(json!({"id": "a".repeat(5000)}).to_string()), "{}")});
        let (judged, _) = between(record.to_string());
        assert!(["rejected", "verified"].contains(&judged.verdict(1)), "{pattern}");
    }
}

#[test]
fn very_many_tools() {
    let mut tools = tools();
    for n in 0..5_000 {
        let tool = json!({"name": format!("tool_{n}"), "description": "x".repeat(50), "parameters": {"type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": n}}}});
        tools.as_array_mut().unwrap().push(tool);
    }
    let record = json!({"id": "many", "tools": tools, "messages": messages(json!("{\"id\": \"u1\"}"), "{}")});
    assert_eq!(between(record.to_string()).1, [""; 0]);
    let calls: Vec<Value> = (0..2_000)
        .map(|n| json!({"id": format!("c{n}"), "function": {"name": format!("tool_{n}x"), "arguments": "{}"}}))
        .collect();
    let answers = (0..2_000).map(|n| json!({"role": "tool", "tool_call_id": format!("c{n}"), "content": "x"}));
    let mut messages = vec![json!({"role": "assistant", "content": null, "tool_calls": calls})];
    messages.extend(answers);
    let record = json!({"id": "many-unknown", "tools": tools, "messages": messages});
    let began = Instant::now();
    let (judged, findings) = between(record.to_string());
    assert_eq!((judged.verdict(1), findings.len()), ("rejected", 2_001), "{:?}", began.elapsed());
}

#[test]
fn calls_and_answers_that_do_not_pair() {
    let record = |messages: Value| json!({"id": "bad", "tools": tools(), "messages": messages}).to_string();
    let (user, answer) =
        (json!({"role": "user", "content": "u1"}), json!({"role": "tool", "tool_call_id": "c1", "content": "{}"}));
    let call = json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "get_user", "arguments": "{\"id\": \"u1\"}"}}]});
    let done = json!({"role": "assistant", "content": "done"});
    rejected(record(json!([user, call, done])), &["unanswered-call@/messages/1/tool_calls/0"]);
    rejected(record(json!([user, call, answer, answer, done])), &["unexpected-answer@/messages/3"]);
    let (judged, findings) = between(record(json!([user, answer, done])));
    assert_eq!(findings, ["unexpected-answer@/messages/1"]);
    assert_eq!(judged.verdict(1), "rejected");
    let (judged, findings) = between(record(json!([user, call])));
    assert_eq!((judged.verdict(1), findings), ("verified", vec!["open-call@/messages/1/tool_calls/0".to_owned()]));
}

#[test]
fn ids_used_twice() {
    let dir = TempDir::new().unwrap();
    let text = format!("{}\n{}\n{}\n", good("a"), good("b"), good("a"));
    let judged = verify(&file(&dir, "in.jsonl", text), &[]);
    assert_eq!(
        (judged.findings(0), judged.findings(1), judged.findings(2)),
        (vec![], vec![], vec!["duplicate-id@/id".to_owned()])
    );
    assert!(judged.message(2).contains("in.jsonl:1"), "{}", judged.message(2));
    assert_eq!((judged.code, judged.lines.len()), (Some(0), 3));
    rejected(r#"{"id": "a", "id": "b", "messages": []}"#, &["invalid-record@"]);
}

#[test]
fn unknown_format() {
    let judged = rejected(r#"{"id": "x", "dialogue": [], "a b": 1}"#, &["invalid-record@"]);
    assert!(judged.message(1).contains("no known format"), "{}", judged.message(1));
    assert!(judged.message(1).contains("dialogue"), "{}", judged.message(1));
}

#[test]
fn arrays_that_end_early() {
    let dir = TempDir::new().unwrap();
    let (a, b) = (good("a"), good("b"));
    for (text, cut) in [
        (format!("[{a},\n{b}"), false),
        (format!("[{a},\n{b},"), false),
        (format!("[\n{a},\n{}", &b[..b.len() / 2]), true),
        (format!("[{a},\n{b},\n{{\"id\": \""), true),
        (format!("[{a},\n{b}, {{"), true),
    ] {
        let judged = verify(&file(&dir, "in.json", &text), &[]);
        assert_eq!(judged.verdict(0), "verified", "{text}");
        let last = judged.reports.len() - 1;
        assert_eq!(judged.findings(last).first().map(String::as_str) == Some("unreadable-input@"), cut, "{text}");
        assert_eq!(judged.code, Some(i32::from(cut)), "{text}");
    }
}

#[test]
fn broken_markup() {
    let dir = TempDir::new().unwrap();
    let tools = tools();
    let document = |body: &str| format!("<toolsets>\n{tools}\n</toolsets>\n<user>\nWho is u1?\n</user>\n{body}");
    let call = "<assistant>\n<func>{\"name\": \"get_user\", \"arguments\": {\"id\": \"u1\"}}</func>\n</assistant>\n<tool>\n{}\n</tool>\n";
    let whole = document(&format!("{call}<assistant>\nAnn.\n</assistant>\n"));
    let judged = verify(&file(&dir, "whole.txt", &whole), &[]);
    assert_eq!((judged.verdict(0), judged.findings(0)), ("verified", vec![]));
    for body in [
        "<assistant>\nHello".to_owned(),
        format!("{call}stray text\n<assistant>\nAnn.\n</assistant>\n"),
        "<assistant>\n<func>{\"name\": \"get_user\"\n</assistant>\n".into(),
        "<assistant>\n<func>{broken}</func>\n</assistant>\n".into(),
        format!("{call}<assistant>\nAnn.\n</asistant>\n"),
        "<unknown>x</unknown>\n".into(),
    ] {
        let text = format!("{whole}{}\n{whole}", document(&body));
        let judged = verify(&file(&dir, "gem.txt", text), &[]);
        assert_eq!(judged.reports.len(), 3, "{body}");
        assert_eq!(
            (judged.verdict(0), judged.verdict(1), judged.verdict(2)),
            ("verified", "rejected", "verified"),
            "{body}"
        );
        assert!(judged.findings(1).iter().any(|f| f.starts_with("broken-markup@")), "{body}: {:?}", judged.findings(1));
    }
    let hermes = |text: &str| {
        json!({"id": "bad", "tools": tools, "conversations": [{"from": "human", "value": "Who is u1?"}, {"from": "gpt", "value": text},
            {"from": "tool", "value": "<tool_response>{}</tool_response>"}]})
        .to_string()
    };
    let plain = "<tool_call>{\"name\": \"get_user\", \"arguments\": {\"id\": \"u1\"}}</tool_call>";
    assert_eq!(between(hermes(plain)).1, [""; 0]);
    for text in [
        "<tool_call>{\"name\": \"get_user\", </tool_call>",
        "<tool_call>{\"name\": \"get_user\"}",
        "<tool_call>get_user(u1)</tool_call>",
        "<tool_call>[]]</tool_call>",
        "<tool_call>3</tool_call>",
    ] {
        let (judged, findings) = between(hermes(text));
        assert_eq!(judged.verdict(1), "rejected", "{text}");
        assert!(findings.contains(&"broken-markup@/conversations/1".to_owned()), "{text}: {findings:?}");
    }
}

#[test]
fn the_output_is_an_input_again() {
    let dir = TempDir::new().unwrap();
    let input = file(&dir, "in.jsonl", format!("{}\n{{\"messages\": []}}\n{{\n", good("a")));
    let out = dir.path().join("out");
    let arguments = |input: &Path, out: &Path| {
        let output = run(&["verify", input.to_str().unwrap(), "--level", "formed", "-o", out.to_str().unwrap()]);
        assert_ne!(output.status.code(), Some(101));
        output
    };
    arguments(&input, &out);
    for verdict in ["verified", "undetermined"] {
        let once = fs::read(out.join(format!("{verdict}.jsonl"))).unwrap();
        assert!(!once.is_empty(), "{verdict}");
        let again = dir.path().join(format!("again-{verdict}"));
        arguments(&out.join(format!("{verdict}.jsonl")), &again);
        let twice = fs::read(again.join(format!("{verdict}.jsonl"))).unwrap();
        let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
        assert_eq!(value(&once), value(&twice));
        assert_eq!(String::from_utf8(twice).unwrap().matches("\"gemproof\"").count(), 1);
    }
    // Reading from the folder that is written would lose the records.
    let once = fs::read(out.join("verified.jsonl")).unwrap();
    let output = arguments(&out.join("verified.jsonl"), &out);
    let kept = fs::read(out.join("verified.jsonl")).unwrap();
    assert!(output.status.code() == Some(2) && kept == once, "the input was overwritten by the output: {output:?}");
}

#[test]
fn results_of_an_earlier_run_survive_a_misspelt_input() {
    let dir = TempDir::new().unwrap();
    let input = file(&dir, "in.jsonl", good("a"));
    let out = dir.path().join("out");
    let out = out.to_str().unwrap();
    assert_eq!(run(&["verify", input.to_str().unwrap(), "--level", "formed", "-o", out]).status.code(), Some(0));
    assert_eq!(run(&["verify", "/nowhere/in.jsonl", "-o", out]).status.code(), Some(2));
    assert_ne!(
        fs::read(Path::new(out).join("verified.jsonl")).unwrap(),
        b"",
        "a run that could not start wiped out the results"
    );
}

#[test]
fn a_disk_that_takes_nothing() {
    let dir = TempDir::new().unwrap();
    let input = file(&dir, "in.jsonl", good("a"));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_gemproof"))
        .args(["verify", input.to_str().unwrap()])
        .stdout(full)
        .stderr(Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(2));
}
