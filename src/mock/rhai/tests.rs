use std::sync::Arc;

use super::*;
use crate::world::{Clock, World};

fn run_with(script: &str, function: &str, arguments: &str, limits: Limits) -> (Outcome, Turn) {
    let source = (PathBuf::from("tools.rhai"), script.to_owned());
    let mock = RhaiMock::compile(&[source], limits).unwrap();
    let state =
        r#"{"orders":{"o1":{"status":"open","items":[{"id":"a","n":2},{"id":"b","n":3}],"total":1.5}},"count":3}"#;
    let world =
        World::from_json(&serde_json::from_str(state).unwrap(), Clock::parse("2024-03-15").unwrap(), 1).unwrap();
    let mut turn = Turn { world, ..Turn::default() };
    let arguments = serde_json::from_str(arguments).unwrap();
    let outcome = crate::mock::with_roomy_stack(|| mock.run(function, &arguments, &mut turn));
    (outcome, turn)
}

fn run(script: &str) -> (Outcome, Turn) {
    run_with(&format!("fn tool(args) {{ {script} }}"), "tool", r#"{"id":"o1","n":2,"list":[1,2]}"#, Limits::default())
}

#[track_caller]
fn answers(script: &str, answer: &str) {
    assert_eq!(run(script).0, Outcome::Answer(serde_json::from_str(answer).unwrap()), "{script}");
}

#[test]
fn records_behave_as_maps_and_lists() {
    for (script, answer) in [
        ("get(\"orders\", args.id)", r#"{"status":"open","items":[{"id":"a","n":2},{"id":"b","n":3}],"total":1.5}"#),
        ("let o = get(\"orders\", \"o1\"); o.status", "\"open\""),
        ("let o = get(\"orders\", \"o1\"); o.items[1].n += 4; o.items[-1].n", "7"),
        ("let o = get(\"orders\", \"o1\"); o[\"items\"].push(#{id: \"c\"}); o.items.len()", "3"),
        ("let o = get(\"orders\", \"o1\"); o.x = #{y: []}; o.x.y.push(1); o.x", r#"{"y":[1]}"#),
        ("let o = get(\"orders\", \"o1\"); o.missing == ()", "true"),
        ("get(\"orders\", \"o1\").items.map(|i| i.n).sum()", "5"),
        ("get(\"orders\", \"o1\").items.filter(|i| i.n > 2)", r#"[{"id":"b","n":3}]"#),
        ("get(\"orders\", \"o1\").items.find(|i| i.id == \"b\").n", "3"),
        (
            "get(\"orders\", \"o1\").items.some(|i| i.n == 2) && !get(\"orders\", \"o1\").items.all(|i| i.n == 2)",
            "true",
        ),
        ("let n = 0; for i in get(\"orders\", \"o1\").items { n += i.n; } n", "5"),
        ("\"status\" in get(\"orders\", \"o1\") && !(\"x\" in get(\"orders\", \"o1\"))", "true"),
        ("2 in args.list && !(3 in args.list)", "true"),
        ("get(\"orders\", \"o1\").keys()", r#"["items","status","total"]"#),
        ("args.list == [1, 2] && [1.0, 2] == args.list && args.list != [1]", "true"),
        ("get(\"orders\", \"o1\") == () || () == args.list", "false"),
        ("args.list + [3]", "[1,2,3]"),
        ("[3] + args.list", "[3,1,2]"),
        (
            "let o = get(\"orders\", \"o1\"); o.remove(\"items\"); o.remove(\"items\"); o",
            r#"{"status":"open","total":1.5}"#,
        ),
        ("[3, 1.5, 2].sorted()", "[1.5,2,3]"),
        ("[\"a\", 1, true].join(\"-\")", "\"a-1-true\""),
        ("[1, 2.5].sum()", "3.5"),
        ("#{a: 1}.merge(#{b: args.list})", r#"{"a":1,"b":[1,2]}"#),
        (
            "is_map(#{}) && is_map(get(\"orders\", \"o1\")) && is_list([]) && is_list(args.list) && is_text(args.id) && is_int(1) && is_number(1.5) && !is_map(()) && !is_int(1.5)",
            "true",
        ),
        ("get(\"count\") + 1", "4"),
        ("get(\"orders\", ()) == () && get(\"nothing\", \"x\") == () && get(\"nothing\") == ()", "true"),
        (
            "query(\"orders\", #{status: \"open\"}).len() + query(\"orders\", |o| o.total > 2.0).len() + keys(\"orders\").len()",
            "2",
        ),
        ("`${args.list} ${1.0}`", "\"[1,2] 1.0\""),
        ("now() + \" \" + today() + \" \" + add_days(today(), 20)", "\"2024-03-15T00:00:00 2024-03-15 2024-04-04\""),
        ("round(2.675, 2)", "2.67"),
        ("to_json(#{b: [1, 2.0], a: ()})", "\"{\\\"a\\\": null, \\\"b\\\": [1, 2.0]}\""),
        ("from_json(\"{\\\"a\\\": [1]}\").a[0]", "1"),
        ("arithmetic(\"305 - 250\")", "55"),
        ("arithmetic(\"1/0\").error", "\"division by zero\""),
        ("let a = args; a.n = 5; args.n", "2"),
        ("()", "null"),
    ] {
        answers(script, answer);
    }
}

#[test]
fn writes_go_through_the_world() {
    let (outcome, turn) = run(
        "let o = get(\"orders\", \"o1\"); o.status = \"closed\"; put(\"orders\", \"o1\", o); update(\"orders\", \"o1\", #{total: 2}); \
         insert(\"orders\", \"o2\", #{}); remove(\"orders\", \"o2\"); put(\"count\", 4); cite(\"rule\"); cite(\"rule\"); fresh_id(\"orders\", \"O##\")",
    );
    assert!(matches!(outcome, Outcome::Answer(Json::Text(_))), "{outcome:?}");
    assert_eq!(turn.world.get("orders", "o1").unwrap().get("status"), Some(&Json::text("closed")));
    assert_eq!(turn.world.get("orders", "o1").unwrap().get("total"), Some(&Json::Int(2)));
    assert_eq!(turn.world.value("count"), Some(&Json::Int(4)));
    assert_eq!(turn.cited, ["rule"]);
    assert!(turn.world.get("orders", "o2").is_none());
}

#[test]
fn offered_ids_are_taken_when_they_fit() {
    let source = (PathBuf::from("tools.rhai"), "fn tool(args) { fresh_id(\"orders\", \"O##\") }".to_owned());
    let mock = RhaiMock::compile(&[source], Limits::default()).unwrap();
    let mut turn = Turn { offered: vec![Arc::from("O1"), Arc::from("O77")], ..Turn::default() };
    assert_eq!(mock.run("tool", &Json::Null, &mut turn), Outcome::Answer(Json::text("O77")));
}

#[test]
fn fail_is_an_answer_and_cannot_be_caught() {
    assert_eq!(run("try { fail(\"no\"); } catch { } 1").0, Outcome::Refusal(Json::text("no")));
    assert_eq!(run("fail(#{error: \"no\"})").0, Outcome::Refusal(serde_json::from_str(r#"{"error":"no"}"#).unwrap()));
}

#[test]
fn mistakes_are_faults_with_their_place() {
    let script = "fn helper(x) {\n  let y = x;\n  y.nothing.at_all()\n}\nfn tool(args) {\n  helper(1)\n}";
    let (Outcome::Fault(fault), _) = run_with(script, "tool", "{}", Limits::default()) else { panic!() };
    let place = fault.place.unwrap();
    assert_eq!((place.file.as_str(), place.line, fault.kind), ("tools.rhai", 3, FaultKind::Script));
    let (Outcome::Fault(fault), _) = run("throw \"broken\"") else { panic!() };
    assert_eq!(fault.message, "broken");
    let (Outcome::Fault(fault), _) = run("insert(\"orders\", \"o1\", 1)") else { panic!() };
    assert_eq!(fault.message, "table `orders` already has a record `o1`");
    assert!(fault.place.is_some());
    let (Outcome::Fault(fault), _) = run("|x| x") else { panic!() };
    assert!(fault.message.contains("not JSON"), "{fault}");
    let (Outcome::Fault(fault), _) = run("0.0 / 0.0") else { panic!() };
    assert!(fault.message.contains("JSON does not have"), "{fault}");
    let (Outcome::Fault(fault), _) = run_with("fn tool(a, b) { }", "tool", "{}", Limits::default()) else { panic!() };
    assert_eq!(
        (fault.kind, fault.message.as_str()),
        (FaultKind::Missing, "function `tool` must have one parameter, the arguments")
    );
}

#[test]
fn sources_with_mistakes_are_refused() {
    let compile =
        |source: &str| RhaiMock::compile(&[(PathBuf::from("x/tools.rhai"), source.into())], Limits::default());
    let error = compile("fn tool(args) {\n  let = 1;\n}").err().unwrap();
    assert_eq!(error.place.unwrap().to_string(), "tools.rhai:2:7");
    assert!(compile("fn tool(args) { eval(\"1\") }").is_err());
    assert!(compile("loop { }").is_err());
    assert!(compile("import \"x\" as y;").is_err());
    assert!(compile(&format!("fn tool(args) {{ {}1{} }}", "(".repeat(5000), ")".repeat(5000))).is_err());
}
