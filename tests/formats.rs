//! Formats: what is read, written and read again stays the same; records are passed on as they came.

mod common;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use common::{Collected, data, env_dir, executing_judge, formed_judge, judge_files, judge_records, read_jsonl};
use gemproof::diagnostic::Level;
use gemproof::ingest::formats::{by_name, recognise};
use gemproof::ingest::{self, Format, Origin, Readable, Record, ToolShelf};
use gemproof::trajectory::{Trajectory, pair};
use gemproof::verdict::{CallOutcome, Report, Verdict};
use serde_json::{Value, json};

// ---- reading and comparing -----------------------------------------------------------------------

fn record(text: &str) -> Record {
    let origin = Origin { file: Arc::from("x"), line: 1, byte: 0 };
    Record { origin, bytes: text.as_bytes().to_vec(), problem: None }
}

/// Reads a record as `format`, or as what it is recognised as.
fn read(text: &str, format: Option<&str>) -> Readable {
    let hint = format.map(|name| by_name(name).expect("the format exists"));
    ingest::read(&record(text), hint, &ToolShelf::default())
        .unwrap_or_else(|e| panic!("{:?}: {text}", e.diagnostic.message))
}

/// What must stay of a message.
#[derive(Debug, PartialEq)]
struct Said {
    role: String,
    content: String,
    calls: Vec<(String, Option<Value>)>,
}

/// What must stay of a trajectory.
#[derive(Debug, PartialEq)]
struct Told {
    tools: Vec<(String, Option<String>, Value)>,
    messages: Vec<Said>,
    /// Message and index of each call, and the message that answers.
    pairs: Vec<(usize, usize, Option<usize>)>,
}

fn told(trajectory: &Trajectory) -> Told {
    let tools = trajectory.tools.iter().flat_map(|set| &set.tools);
    let messages = trajectory.messages.iter().map(|message| Said {
        role: message.role.name().to_owned(),
        content: message.content.clone(),
        calls: message.calls.iter().map(|c| (c.name.clone(), c.arguments.value.clone().ok())).collect(),
    });
    Told {
        tools: tools.map(|t| (t.name.clone(), t.description.clone(), t.input_schema.clone())).collect(),
        messages: messages.collect(),
        pairs: pair(trajectory).exchanges.iter().map(|e| (e.message, e.call, e.answer)).collect(),
    }
}

/// Reads, writes and reads a record again in its own format.
fn round_trip(name: &str, text: &str, format: &str) -> Result<(), String> {
    let first = read(text, None);
    if first.format.name() != format && format != "any" {
        return Err(format!("{name}: read as {}, not {format}", first.format.name()));
    }
    let format = first.format.name();
    let written = first.format.write(&first.trajectory);
    let second = read(&written, Some(format));
    let (before, after) = (told(&first.trajectory), told(&second.trajectory));
    if before != after {
        return Err(format!("{name}: reads\n  {before:?}\nwritten as\n  {written}\nit reads\n  {after:?}"));
    }
    // Written once, it does not change any more.
    let again = second.format.write(&second.trajectory);
    if second.format.name() == format && again != written {
        return Err(format!("{name}: written as\n  {written}\nand then as\n  {again}"));
    }
    Ok(())
}

fn all_hold(results: impl IntoIterator<Item = Result<(), String>>) {
    let (good, bad): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(!good.is_empty() || !bad.is_empty(), "nothing was tried");
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), good.len() + bad.len(), bad.join("\n\n"));
}

// ---- fixtures ------------------------------------------------------------------------------------

fn schema() -> Value {
    json!({"type": "object", "properties": {"id": {"type": "string"}, "n": {"type": "number"}}})
}

/// The tools of the fixtures in the shapes that people publish.
fn tool_shapes() -> Vec<(&'static str, Value)> {
    let names = ["look_up", "set_count"];
    let all = |shape: &dyn Fn(&str) -> Value| Value::Array(names.iter().map(|name| shape(name)).collect());
    let openai = all(
        &|name| json!({"type": "function", "function": {"name": name, "description": "d", "parameters": schema()}}),
    );
    vec![
        ("openai", openai.clone()),
        ("flat", all(&|name| json!({"type": "function", "name": name, "description": "d", "parameters": schema()}))),
        ("mcp", all(&|name| json!({"name": name, "description": "d", "inputSchema": schema(), "outputSchema": {}}))),
        ("anthropic", all(&|name| json!({"name": name, "description": "d", "input_schema": schema()}))),
        ("text", Value::String(openai.to_string())),
    ]
}

fn call(id: &str, name: &str, arguments: Value) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

fn answer(id: &str, content: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": content})
}

fn user(content: &str) -> Value {
    json!({"role": "user", "content": content})
}

fn calling(calls: Vec<Value>) -> Value {
    json!({"role": "assistant", "content": null, "tool_calls": calls})
}

/// Records of the JSON formats: name, format (`any` where it may be one or the other), record.
fn fixtures() -> Vec<(String, &'static str, String)> {
    let mut all: Vec<(String, &'static str, String)> = Vec::new();
    let mut add = |name: &str, format: &'static str, mut record: Value| {
        record["id"] = name.into();
        all.push((name.to_owned(), format, record.to_string()));
    };
    let tools = tool_shapes()[0].1.clone();
    let arguments = json!("{\"id\": \"a\", \"n\": 1.50}");

    // ---- OpenAI
    let mut openai = |name: &str, messages: Vec<Value>| {
        add(&format!("openai-{name}"), "openai", json!({"tools": tools, "messages": messages}));
    };
    openai(
        "parallel-out-of-order",
        vec![
            json!({"role": "system", "content": "Be brief."}),
            user("both"),
            calling(vec![call("a", "look_up", arguments.clone()), call("b", "set_count", arguments.clone())]),
            answer("b", "second"),
            answer("a", "first"),
            json!({"role": "assistant", "content": "Done."}),
        ],
    );
    openai(
        "ids-used-again",
        vec![
            user("go"),
            calling(vec![call("a", "look_up", arguments.clone())]),
            answer("a", "1"),
            calling(vec![call("a", "set_count", arguments.clone())]),
            answer("a", "2"),
        ],
    );
    openai(
        "ids-all-the-same",
        vec![
            user("go"),
            calling(vec![call("a", "look_up", arguments.clone()), call("a", "set_count", arguments.clone())]),
            answer("a", "1"),
            answer("a", "2"),
        ],
    );
    openai(
        "no-ids",
        vec![
            user("go"),
            json!({"role": "assistant", "tool_calls": [
                {"function": {"name": "look_up", "arguments": "{}"}}, {"function": {"name": "set_count", "arguments": "{}"}}]}),
            json!({"role": "tool", "content": "1"}),
            json!({"role": "tool", "content": "2"}),
            json!({"role": "assistant", "tool_calls": [{"function": {"name": "look_up", "arguments": "{}"}}]}),
            json!({"role": "tool", "content": "3"}),
        ],
    );
    openai(
        "legacy",
        vec![
            user("go"),
            json!({"role": "assistant", "content": null, "function_call": {"name": "look_up", "arguments": "{\"id\": \"a\"}"}}),
            json!({"role": "function", "name": "look_up", "content": "1"}),
            json!({"role": "assistant", "content": "Found.", "function_call": {"name": "set_count", "arguments": "{}"}}),
            json!({"role": "function", "name": "set_count", "content": "2"}),
        ],
    );
    let odd_arguments = [
        ("object", json!({"id": "a", "n": {"deep": [1, 1.0, 1e-7, 12345678901234567890u64, null, true]}})),
        ("text", json!("{\"id\": \"\\u00e9\\n\", \"n\": 1E2, \"big\": 12345678901234567890, \"small\": -0.0}")),
        ("twice", json!(json!("{\"id\": \"a \\\"b\\\"\"}").to_string())),
        ("null", Value::Null),
        ("text-null", json!("null")),
        ("empty", json!("")),
        ("spaces", json!("  ")),
        ("broken", json!("{\"id\": \"a\"")),
        ("no-json", json!("id=a")),
        ("list", json!("[1]")),
        ("number", json!(5)),
        ("keys-in-order", json!("{\"z\": 1, \"a\": 2, \"m\": {\"z\": 1, \"a\": 2}}")),
    ];
    for (name, arguments) in &odd_arguments {
        openai(
            &format!("arguments-{name}"),
            vec![user("go"), calling(vec![call("a", "look_up", arguments.clone())]), answer("a", "1")],
        );
    }
    openai(
        "arguments-absent",
        vec![user("go"), calling(vec![json!({"id": "a", "function": {"name": "look_up"}})]), answer("a", "1")],
    );
    openai(
        "contents",
        vec![
            json!({"role": "developer", "content": [{"type": "text", "text": "Be "}, {"type": "text", "text": "brief."}]}),
            json!({"role": "user", "content": [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "u"}}, " this"]}),
            json!({"role": "assistant", "content": "Text and a call.", "tool_calls": [call("a", "look_up", arguments.clone())]}),
            json!({"role": "tool", "tool_call_id": "a", "content": {"found": [1, 1.0]}}),
            json!({"role": "assistant"}),
            json!({"role": "critic", "content": "  kept \n as it is\r\n\t\u{0}\u{1F5BC} \" \\ "}),
            json!({"role": "assistant", "content": ""}),
        ],
    );
    openai(
        "names",
        vec![
            user("go"),
            calling(vec![call("a", "look_up", arguments.clone())]),
            json!({"role": "tool", "tool_call_id": "a", "name": "look_up", "content": "{\"name\": \"x\", \"content\": \"y\"}"}),
        ],
    );
    openai(
        "tags-in-text",
        vec![
            user("what does </assistant> or <tool_call>{}</tool_call> mean?"),
            calling(vec![call("a", "look_up", json!("{\"id\": \"<tool_call>\"}"))]),
            answer("a", "<tool_response>\n1\n</tool_response>"),
        ],
    );
    openai("open-call", vec![user("go"), calling(vec![call("a", "look_up", arguments.clone())])]);
    openai("no-messages", vec![]);
    add(
        "openai-tags-in-text-legacy",
        "openai",
        json!({"functions": [{"name": "look_up", "parameters": schema()}], "messages": [
            user("what is a <tool_call>?"),
            {"role": "assistant", "content": null, "function_call": {"name": "look_up", "arguments": "{}"}},
            {"role": "function", "name": "look_up", "content": "1"}]}),
    );
    add(
        "tags-in-text-no-calls",
        "any",
        json!({"tools": tools, "messages": [user("what is a <tool_call>?"), {"role": "assistant", "content": "A tag."}]}),
    );
    for (shape, tools) in tool_shapes() {
        let messages = vec![user("go"), calling(vec![call("a", "look_up", arguments.clone())]), answer("a", "1")];
        add(&format!("openai-tools-{shape}"), "openai", json!({"tools": tools, "messages": messages}));
    }

    // ---- Hermes
    let turn = |from: &str, value: &str| json!({"from": from, "value": value});
    let mut hermes = |name: &str, turns: Vec<Value>| {
        add(&format!("hermes-{name}"), "hermes", json!({"tools": tools, "conversations": turns}));
    };
    let one = "<tool_call>\n{\"name\": \"look_up\", \"arguments\": {\"id\": \"a\", \"n\": 1.50}}\n</tool_call>";
    let two = "<tool_call>\n{\"arguments\": {\"id\": \"b\"}, \"name\": \"set_count\"}\n</tool_call>";
    hermes(
        "plain",
        vec![
            turn("system", "Be brief."),
            turn("human", "go"),
            turn("gpt", &format!("I look.\n{one}")),
            turn("tool", "<tool_response>\n{\"found\": 1}\n</tool_response>"),
            turn("gpt", "Done."),
        ],
    );
    hermes(
        "several-in-one-turn",
        vec![
            turn("human", "go"),
            turn("gpt", &format!("{one}\n{two}")),
            turn("human", "<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response>"),
            turn("gpt", one),
            turn("human", "<tool_response>3</tool_response> And another thing."),
            turn("gpt", "Yes?"),
        ],
    );
    hermes(
        "several-turns",
        vec![
            turn("human", "go"),
            turn("gpt", &format!("{one}\n{two}")),
            turn("tool", "<tool_response>\n1\n</tool_response>"),
            turn("tool", "<tool_response>\n2\n</tool_response>"),
        ],
    );
    let envelope = |inner: &str| format!("<tool_response>\n{inner}\n</tool_response>");
    hermes(
        "envelopes",
        vec![
            turn("human", "go"),
            turn("gpt", &format!("{one}\n{two}")),
            turn(
                "tool",
                &[
                    envelope("{\"name\": \"look_up\", \"content\": {\"found\": 1.0}}"),
                    envelope("{\"name\": \"set_count\", \"content\": \"text\"}"),
                ]
                .join("\n"),
            ),
        ],
    );
    hermes(
        "envelope-within",
        vec![
            turn("human", "go"),
            turn("gpt", one),
            turn("tool", &envelope("{\"name\": \"look_up\", \"content\": {\"name\": \"x\", \"content\": \"y\"}}")),
        ],
    );
    hermes(
        "ids-out-of-order",
        vec![
            turn("human", "go"),
            turn(
                "gpt",
                "<tool_call>{\"id\": \"a\", \"name\": \"look_up\", \"arguments\": {}}</tool_call>\n\
                 <tool_call>{\"id\": \"b\", \"name\": \"set_count\", \"arguments\": {}}</tool_call>",
            ),
            turn(
                "tool",
                &[
                    envelope("{\"tool_call_id\": \"b\", \"name\": \"set_count\", \"content\": \"2\"}"),
                    envelope("{\"tool_call_id\": \"a\", \"name\": \"look_up\", \"content\": \"1\"}"),
                ]
                .join("\n"),
            ),
        ],
    );
    for (name, arguments) in &odd_arguments {
        let call = json!({"name": "look_up", "arguments": arguments});
        hermes(
            &format!("arguments-{name}"),
            vec![
                turn("human", "go"),
                turn("gpt", &format!("<tool_call>\n{call}\n</tool_call>")),
                turn("tool", &envelope("1")),
            ],
        );
    }
    hermes(
        "call-before-text",
        vec![
            turn("human", "go"),
            turn("gpt", &format!("{one}\nand then\n{two}")),
            turn("tool", &envelope("1")),
            turn("tool", &envelope("2")),
        ],
    );
    hermes(
        "broken-markup",
        vec![
            turn("human", "go"),
            turn("gpt", "<tool_call>\n{\"name\": \"look_up\", \"arguments\": {}}\n"),
            turn("human", "What?"),
        ],
    );
    let listed: Vec<String> = tools.as_array().unwrap().iter().map(Value::to_string).collect();
    add(
        "hermes-tools-in-prompt",
        "hermes",
        json!({"conversations": [
            turn("system", &format!("You may call, within <tools></tools>:\n<tools>\n{}\n</tools>", listed.join("\n"))),
            turn("human", "go"), turn("gpt", one), turn("tool", &envelope("1"))]}),
    );
    add(
        "hermes-as-messages",
        "hermes",
        json!({"tools": tools, "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "go"},
            {"role": "assistant", "content": one}, {"role": "tool", "content": envelope("1")},
            {"role": "assistant", "content": "Done."}]}),
    );

    // ---- ShareGPT
    let text = Value::String(tools.to_string());
    let mut sharegpt = |name: &str, system: Option<&str>, turns: Vec<Value>| {
        let mut record = json!({"tools": text, "conversations": turns});
        if let Some(system) = system {
            record["system"] = system.into();
        }
        add(&format!("sharegpt-{name}"), "sharegpt", record);
    };
    sharegpt(
        "plain",
        Some("Be brief."),
        vec![
            turn("human", "go"),
            turn("gpt", "I look."),
            turn("function_call", "{\"name\": \"look_up\", \"arguments\": {\"id\": \"a\", \"n\": 1.50}}"),
            turn("observation", "{\"found\": 1}"),
            turn("gpt", "Done."),
        ],
    );
    sharegpt(
        "several-calls",
        None,
        vec![
            turn("system", "Be brief."),
            turn("human", "go"),
            turn(
                "function_call",
                "[{\"name\": \"look_up\", \"arguments\": {}}, {\"name\": \"set_count\", \"arguments\": {}}]",
            ),
            turn("observation", "1"),
            turn("observation", "  2\n"),
            turn("gpt", ""),
            turn("human", "thanks"),
        ],
    );
    for (name, arguments) in &odd_arguments {
        let call = json!({"name": "look_up", "arguments": arguments}).to_string();
        sharegpt(
            &format!("arguments-{name}"),
            None,
            vec![turn("human", "go"), turn("function_call", &call), turn("observation", "1")],
        );
    }
    sharegpt(
        "broken-call",
        None,
        vec![turn("human", "go"), turn("function_call", "look_up(a)"), turn("observation", "1")],
    );
    all
}

/// Documents of the GEM format.
fn gem_fixtures() -> Vec<(String, String)> {
    let tools = tool_shapes()[2].1.to_string();
    let document = |body: &str| format!("<toolsets>\n{tools}\n</toolsets>\n\n{body}");
    let func = "<func>{\"name\": \"look_up\", \"arguments\": {\"id\": \"a\", \"n\": 1.50}}</func>";
    let mut all = vec![
        (
            "plain".to_owned(),
            document(&format!(
                "<system>\nBe brief.\n</system>\n<user>\ngo\n</user>\n<assistant>\nI look.\n{func}\n</assistant>\n<tool>\n{{\"found\": 1}}\n</tool>\n\
                 <assistant>\nDone.\n</assistant>\n"
            )),
        ),
        (
            "several-calls".to_owned(),
            document(&format!(
                "<user>go</user><assistant>{func}\n{func}</assistant><tool>1</tool><tool>2</tool>\
                 <assistant>\n<func>[{{\"name\": \"look_up\", \"arguments\": {{}}}}, {{\"name\": \"set_count\", \"arguments\": {{}}}}]</func>\n</assistant>\
                 <tool>\n3\n</tool>\n<tool>\n\n4\n\n</tool>"
            )),
        ),
        (
            "text-after-and-between".to_owned(),
            document(&format!(
                "<user>\n\n go \n\n</user>\n<assistant>\n{func}\nand\n{func}\nthat is it \n\n</assistant>\n<tool>\n</tool>\n<tool></tool>\n"
            )),
        ),
        (
            "no-tools".to_owned(),
            format!("<user>\ngo\n</user>\n<assistant>\n{func}\n</assistant>\n<tool>\n1\n</tool>\n"),
        ),
        (
            "tags-in-text".to_owned(),
            document("<user>\nwhat is <assistant> or <func>?\n</user>\n<assistant>\nA tag.\n</assistant>\n"),
        ),
        (
            "windows".to_owned(),
            document(&format!("<user>\ngo\nnow\n</user>\n<assistant>\n{func}\n</assistant>\n<tool>\n1\n</tool>\n"))
                .replace('\n', "\r\n"),
        ),
    ];
    for (name, arguments) in [
        ("text", json!("{\"id\": \"a\"}")),
        ("twice", json!(json!("{\"id\": \"a\"}").to_string())),
        ("null", Value::Null),
        ("broken", json!("{\"id\": \"a\"")),
        ("list", json!("[1]")),
    ] {
        let func = format!("<func>{}</func>", json!({"name": "look_up", "arguments": arguments}));
        all.push((
            format!("arguments-{name}"),
            document(&format!("<user>\ngo\n</user>\n<assistant>\n{func}\n</assistant>\n<tool>\n1\n</tool>\n")),
        ));
    }
    all
}

// ---- round trips ---------------------------------------------------------------------------------

#[test]
fn json_fixtures_round_trip() {
    all_hold(fixtures().iter().map(|(name, format, text)| round_trip(name, text, format)));
}

#[test]
fn gem_documents_round_trip() {
    all_hold(gem_fixtures().iter().map(|(name, text)| round_trip(&format!("gem-{name}"), text, "gem")));
}

#[test]
fn the_showcase_round_trips() {
    let mut results = Vec::new();
    for (file, format) in
        [("trajectory.gem.txt", "gem"), ("trajectory.openai.jsonl", "openai"), ("trajectory.hermes.jsonl", "hermes")]
    {
        let Some(path) = data(&format!("gem-showcase/{file}")) else { return };
        let text = std::fs::read_to_string(path).expect("the showcase is read");
        results.push(round_trip(file, text.trim_end(), format));
    }
    all_hold(results);
}

#[test]
fn real_records_round_trip() {
    let mut results = Vec::new();
    for file in CORPORA {
        let Some(path) = data(file) else { return };
        let text = std::fs::read_to_string(path).expect("the data is read");
        results.extend(text.lines().map(|line| round_trip(file, line, "openai")));
    }
    assert!(results.len() > 1_000, "{}", results.len());
    all_hold(results);
}

const CORPORA: [&str; 7] = [
    "tau1-airline/trajectories.jsonl",
    "tau2-retail/trajectories.jsonl",
    "bfcl/base.jsonl",
    "bfcl/miss_param.jsonl",
    "apibank/trajectories.jsonl",
    "tooltalk/trajectories.jsonl",
    "toolalpaca/trajectories.jsonl",
];

// ---- from format to format -----------------------------------------------------------------------

/// What a judge says, without the places, which differ between formats.
fn gist(report: &Report) -> (Verdict, Vec<&'static str>, Vec<(String, CallOutcome)>) {
    let codes = report.diagnostics.iter().map(|d| d.code.name()).filter(|name| *name != "turn-order").collect();
    (report.verdict, codes, report.calls.iter().map(|call| (call.tool.clone(), call.outcome)).collect())
}

#[test]
fn the_verdict_does_not_depend_on_the_format() {
    let judge = executing_judge(&env_dir("frame-studio"), None);
    let mut gists = Vec::new();
    for file in ["trajectory.gem.txt", "trajectory.openai.jsonl", "trajectory.hermes.jsonl"] {
        let Some(path) = data(&format!("gem-showcase/{file}")) else { return };
        let found = judge_files(&judge, &[&path]);
        let readable = found.records[0].readable.as_ref().expect("the showcase is read");
        gists.push((file.to_owned(), gist(&found.records[0].report)));
        for to in ["gem", "openai", "hermes", "sharegpt"] {
            let format = by_name(to).expect("the format exists");
            let judged = judge.judge(record(&format.write(&readable.trajectory)), Some(format));
            assert_eq!(judged.readable.as_ref().map(|readable| readable.format.name()), Some(to));
            gists.push((format!("{file} as {to}"), gist(&judged.report)));
        }
        // What `-o` writes of it is judged the same once more.
        let again: Value = serde_json::from_slice(&found.lines[0]).expect("an output line is JSON");
        let judged = judge_records(&judge, &[again]);
        gists.push((format!("{file} as passed on"), gist(&judged.records[0].report)));
    }
    let (_, wanted) = &gists[0];
    assert_eq!(wanted.0, Verdict::Rejected);
    for (what, gist) in &gists {
        assert_eq!(gist, wanted, "{what}");
    }
}

#[test]
fn executed_runs_stay_executed_in_every_format() {
    for name in ["tau1-airline", "tau2-retail"] {
        let (Some(runs), Some(db)) = (data(&format!("{name}/trajectories.jsonl")), data(&format!("{name}/db.json")))
        else {
            return;
        };
        let judge = executing_judge(&env_dir(name), Some(&db));
        let mut calls = 0;
        let mut wrong = Vec::new();
        for run in read_jsonl(&runs).iter().step_by(5) {
            let readable = read(&run.to_string(), Some("openai"));
            for to in ["gem", "openai", "hermes", "sharegpt"] {
                let format = by_name(to).expect("the format exists");
                let report = judge.judge(record(&format.write(&readable.trajectory)), Some(format)).report;
                calls += report.calls.len();
                let matched = report.calls.iter().filter(|call| call.outcome == CallOutcome::Match).count();
                if report.calls.len() != readable.trajectory.calls() || matched != report.calls.len() {
                    let first = report.first_error().map(|d| (d.at.clone(), d.message.clone()));
                    wrong.push(format!("{} as {to}: {matched} of {}, {first:?}", run["id"], report.calls.len()));
                }
            }
        }
        println!("{name}: {calls} calls in four formats");
        assert!(wrong.is_empty(), "{} runs:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// The format of a file is told by its first record; how the others are read must not depend on it.
#[test]
fn a_record_is_read_the_same_whatever_stands_before_it() {
    let judge = formed_judge();
    let fixtures = fixtures();
    let alone = |text: &str| {
        let judged = judge.judge(record(text), None);
        let format = judged.readable.as_ref().map(|readable| readable.format.name());
        (format, judged.readable.as_ref().map(|readable| told(&readable.trajectory)), judged.report.verdict)
    };
    let mut wrong = BTreeSet::new();
    for (first, _, before) in &fixtures {
        let hint = recognise(before).next();
        for (second, _, text) in fixtures.iter().filter(|(second, ..)| second != first) {
            let judged = judge.judge(record(text), hint);
            let format = judged.readable.as_ref().map(|readable| readable.format.name());
            let found = (format, judged.readable.as_ref().map(|r| told(&r.trajectory)), judged.report.verdict);
            let wanted = alone(text);
            if (&found.1, found.2) != (&wanted.1, wanted.2) {
                let hint = hint.map_or("none", Format::name);
                wrong.insert(format!("{second} in a {hint} file: read as {:?}, alone as {:?}", found.0, wanted.0));
            }
        }
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn calls_are_not_lost_behind_a_record_that_speaks_of_tags() {
    let fixture = |name: &str| {
        let (.., text) = fixtures().into_iter().find(|(known, ..)| known == name).expect("the fixture exists");
        serde_json::from_str::<Value>(&text).expect("a fixture is JSON")
    };
    let (talk, calls) = (fixture("tags-in-text-no-calls"), fixture("openai-parallel-out-of-order"));
    let found = judge_records(&formed_judge(), &[talk, calls]);
    let report = &found.records[1].report;
    assert_eq!((report.calls.len(), report.verdict), (2, Verdict::Verified));
}

// ---- passing on ----------------------------------------------------------------------------------

/// A line of an output file without what was added: the report, and the id where the record has none.
fn without_report(line: &[u8], added_id: Option<&str>) -> String {
    let line = std::str::from_utf8(line).expect("an output line is UTF-8").strip_suffix('\n').expect("a line break");
    let at = line.rfind(",\"gemproof\":{\"verdict\":").expect("a report");
    let mut record = format!("{}}}", &line[..at]);
    if let Some(id) = added_id {
        let added = format!("{{\"id\":{},", Value::from(id));
        record = format!("{{{}", record.strip_prefix(&added).unwrap_or_else(|| panic!("no {added} in {record}")));
    }
    record
}

fn passed_on(collected: &Collected) -> Vec<String> {
    collected.lines.iter().map(|line| without_report(line, None)).collect()
}

#[test]
fn json_records_are_passed_on_byte_by_byte() {
    let lines: Vec<String> = fixtures().into_iter().map(|(.., text)| text).collect();
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all((lines.join("\n") + "\n").as_bytes()).expect("a temporary file takes lines");
    assert_eq!(passed_on(&judge_files(&formed_judge(), &[file.path()])), lines);
    for file in CORPORA {
        let Some(path) = data(file) else { return };
        let text = std::fs::read_to_string(&path).expect("the data is read");
        let found = passed_on(&judge_files(&formed_judge(), &[&path]));
        assert!(found.iter().map(String::as_str).eq(text.lines()), "{file}");
    }
}

#[test]
fn output_files_hold_every_record_once_byte_by_byte() {
    let Some(path) = data("tooltalk/trajectories.jsonl") else { return };
    let dir = tempfile::tempdir().expect("a temporary folder");
    let out = dir.path().join("out");
    let run = common::gemproof(&["verify", &path.display().to_string(), "-o", &out.display().to_string()]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let mut found = BTreeSet::new();
    for verdict in Verdict::ALL {
        let text = std::fs::read_to_string(out.join(format!("{}.jsonl", verdict.name()))).expect("an output file");
        for line in text.split_inclusive('\n') {
            let value: Value = serde_json::from_str(line).expect("an output line is JSON");
            assert_eq!(value["gemproof"]["verdict"], verdict.name());
            assert!(found.insert(without_report(line.as_bytes(), None)), "twice: {}", value["id"]);
        }
    }
    let wanted = std::fs::read_to_string(path).expect("the data is read");
    assert_eq!(found, wanted.lines().map(str::to_owned).collect());
}

/// Spelling that a parser would lose: spaces, escapes, the form of numbers, members that are repeated or unknown.
#[test]
fn the_spelling_of_a_record_is_kept() {
    let odd = r#"{ "messages" : [ {"role":"user","content":"\u00e9\/é","x":1.0e+02} ] ,"b":1,"b":2,  "meta":{"z":[ ],"a":-0.0}, "id" : "odd" }"#;
    let no_id = r#"{"messages":[{"role":"user","content":"a"}],"gemproof_":{},"n":1e400}"#;
    let spaced = format!("  {odd}\t");
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    write!(file, "\u{feff}{odd}\r\n{no_id}\n\n{}\n{no_id}", spaced.replace("odd", "spaced")).expect("it takes lines");
    let found = judge_files(&formed_judge(), &[file.path()]);
    let name = file.path().display().to_string();
    let records: Vec<String> = found
        .lines
        .iter()
        .zip([None, Some(format!("{name}:2")), None, Some(format!("{name}:5"))])
        .map(|(line, id)| without_report(line, id.as_deref()))
        .collect();
    assert_eq!(records, [odd, no_id, &odd.replace("odd", "spaced"), no_id]);
}

#[test]
fn a_report_of_an_earlier_run_is_replaced() {
    let judge = formed_judge();
    let records: Vec<Value> =
        fixtures().iter().map(|(.., text)| serde_json::from_str(text).expect("a fixture is JSON")).collect();
    let pass = |lines: &[Vec<u8>]| {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(&lines.concat()).expect("it takes lines");
        judge_files(&judge, &[file.path()]).lines
    };
    let first = judge_records(&judge, &records).lines;
    let second = pass(&first);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(String::from_utf8_lossy(second), String::from_utf8_lossy(first));
    }
    // A record with a report of its own, in any place, loses that and nothing else.
    let old = r#"{"gemproof":{"verdict":"verified"}, "id": "a", "messages": [ ], "x":1.0}"#;
    let found = pass(&[format!("{old}\n").into_bytes()]);
    let text = String::from_utf8_lossy(&found[0]).into_owned();
    assert_eq!(text.matches("\"gemproof\"").count(), 1, "{text}");
    assert!(text.contains("[ ]") && text.contains("1.0"), "{text}");
    assert_eq!(pass(&found), found);
}

// ---- the same records otherwise packed -----------------------------------------------------------

#[test]
fn compressed_arrays_and_pretty_printed_inputs_give_the_same() {
    let judge = formed_judge();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let records: Vec<String> = fixtures().into_iter().map(|(.., text)| text).collect();
    let lines = records.join("\n") + "\n";
    let judge_bytes = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        judge_files(&judge, &[&path])
    };
    let gz = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).expect("into memory");
        encoder.finish().expect("into memory")
    };
    let zst = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("into memory");
    let halves = lines.split_at(lines.len() / 2);
    let plain = judge_bytes("plain.jsonl", lines.as_bytes());
    assert_eq!(plain.lines.len(), records.len());
    for (name, bytes) in [
        ("lines.jsonl.gz", gz(&lines)),
        ("lines.jsonl.zst", zst(&lines)),
        ("named-otherwise.jsonl", gz(&lines)),
        ("members.gz", [gz(halves.0), gz(halves.1)].concat()),
        ("frames.zst", [zst(halves.0), zst(halves.1)].concat()),
        ("windows.jsonl", lines.replace('\n', "\r\n").into_bytes()),
        ("no-last-break.jsonl", lines.trim_end().as_bytes().to_vec()),
        ("array.json", format!("[{}]", records.join(",")).into_bytes()),
        ("array-on-lines.json", format!("[\n{}\n]\n", records.join(",\n")).into_bytes()),
        ("array.json.gz", gz(&format!("[{}]", records.join(", ")))),
    ] {
        let found = judge_bytes(name, &bytes);
        assert!(found.lines == plain.lines, "{name}: {} records of {}", found.lines.len(), plain.lines.len());
    }

    let values: Vec<Value> = records.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("into memory");
    let one_by_one: Vec<String> = values.iter().map(pretty).collect();
    for (name, text) in [
        ("pretty-array.json", pretty(&Value::Array(values.clone()))),
        ("pretty.json", one_by_one.join("\n")),
        ("pretty-windows.json", one_by_one.join("\n").replace('\n', "\r\n")),
    ] {
        let found = judge_bytes(name, text.as_bytes());
        assert_eq!(found.lines.len(), values.len(), "{name}");
        for (at, (line, plain)) in found.lines.iter().zip(&plain.lines).enumerate() {
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1, "{name}: {at}");
            let parse = |line: &[u8]| -> Value { serde_json::from_slice(line).expect("an output line is JSON") };
            assert_eq!(parse(line), parse(plain), "{name}: {at}");
        }
    }
}

#[test]
fn gem_documents_come_one_after_another_and_compressed() {
    let judge = formed_judge();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let documents: Vec<String> =
        gem_fixtures().into_iter().filter(|(name, _)| name != "no-tools").map(|(_, t)| t).collect();
    let all = documents.join("\n");
    let lines = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        // The id of a document is where it stands.
        let name = path.display().to_string();
        let found = judge_files(&judge, &[&path]);
        let lines = found.lines.iter().map(|line| String::from_utf8_lossy(line).replace(&name, "FILE"));
        (
            found.records.iter().map(|judged| told_of(judged.readable.as_ref())).collect::<Vec<_>>(),
            lines.collect::<Vec<_>>(),
        )
    };
    let (plain, written) = lines("all.txt", all.as_bytes());
    let alone: Vec<Option<Told>> =
        documents.iter().map(|text| Some(told(&read(text, Some("gem")).trajectory))).collect();
    assert_eq!(plain, alone);
    let compressed = zstd::encode_all(all.as_bytes(), 3).expect("into memory");
    assert!(lines("all.txt.zst", &compressed) == (plain, written));
}

fn told_of(readable: Option<&Readable>) -> Option<Told> {
    readable.map(|readable| told(&readable.trajectory))
}

// ---- places --------------------------------------------------------------------------------------

/// Every place that a report names exists in the record as it is written out.
fn places_exist(what: &str, found: &Collected) -> Result<(), String> {
    for (judged, line) in found.records.iter().zip(&found.lines) {
        let record: Value = serde_json::from_slice(line).map_err(|e| format!("{what}: {e}"))?;
        let report = &judged.report;
        let diagnostics = report.diagnostics.iter().flat_map(|d| {
            std::iter::once((&d.at, d.code.name())).chain(d.related.iter().map(|related| (&related.at, d.code.name())))
        });
        let calls = report.calls.iter().flat_map(|call| std::iter::once(&call.at).chain(&call.answered_at));
        for (at, code) in diagnostics.chain(calls.map(|at| (at, "a call"))) {
            if record.pointer(at).is_none() {
                return Err(format!("{what}, {}: {code} is at {at}, which is not there: {record}", report.id));
            }
        }
    }
    Ok(())
}

#[test]
fn places_in_reports_exist_in_the_record_as_written() {
    let judge = formed_judge();
    let mut results = Vec::new();
    for (name, _, text) in fixtures() {
        let value: Value = serde_json::from_str(&text).expect("a fixture is JSON");
        results.push(places_exist(&name, &judge_records(&judge, &[value])));
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in gem_fixtures() {
        let path = dir.path().join(format!("{name}.txt"));
        std::fs::write(&path, text).expect("a file");
        results.push(places_exist(&name, &judge_files(&judge, &[&path])));
    }
    for file in CORPORA {
        let Some(path) = data(file) else { break };
        results.push(places_exist(file, &judge_files(&judge, &[&path])));
    }
    let studio = executing_judge(&env_dir("frame-studio"), None);
    for file in ["trajectory.gem.txt", "trajectory.openai.jsonl", "trajectory.hermes.jsonl"] {
        let Some(path) = data(&format!("gem-showcase/{file}")) else { break };
        results.push(places_exist(file, &judge_files(&studio, &[&path])));
    }
    let own: &Path = &env_dir("frame-studio").join("trajectories/broken.jsonl");
    results.push(places_exist("broken.jsonl", &judge_files(&studio, &[own])));
    all_hold(results);
}

/// A judge without an environment says nothing of execution.
#[test]
fn nothing_is_executed_without_an_environment() {
    let found = judge_records(&formed_judge(), &[serde_json::from_str(&fixtures()[0].2).expect("JSON")]);
    let report = &found.records[0].report;
    assert_eq!(report.level(Level::Executed), gemproof::verdict::LevelResult::Unchecked);
    assert_eq!(report.verdict, Verdict::Verified);
}
