use std::path::Path;

use super::*;

fn compile(wat: &str) -> Result<WasmMock, SourceError> {
    WasmMock::compile(Path::new("mock.wat"), wat.as_bytes(), Limits::default())
}

/// The mock that `docs/abi.md` shows.
fn documented() -> String {
    let text = include_str!("../../../docs/abi.md");
    let start = text.find("```wat\n").expect("docs/abi.md shows a module") + 7;
    text[start..].split("```").next().unwrap_or_default().to_owned()
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn the_documented_module_answers_and_refuses() {
    let mock = compile(&documented()).expect("it compiles");
    assert_eq!(mock.functions(), ["get_user"]);
    let state = json(r#"{"users": {"u1": {"name": "Ada"}}}"#);
    let world = crate::world::World::from_json(&state, Default::default(), 0).expect("a world");
    let mut turn = Turn { world, ..Turn::default() };
    let answer = mock.run("get_user", &json(r#"{"user_id": "u1"}"#), &mut turn);
    assert_eq!(answer, Outcome::Answer(json(r#"{"name": "Ada"}"#)));
    let answer = mock.run("get_user", &json(r#"{"user_id": 7}"#), &mut turn);
    assert_eq!(answer, Outcome::Refusal(Json::text("Error: user not found")));
}

#[test]
fn a_guest_says_what_its_own_mistake_was() {
    let mock = compile(
        r#"(module
          (import "gemproof/1" "fault" (func $fault (param i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "no such shelf")
          (func (export "tool:x") (param i32) (result i32) (call $fault (i32.const 0) (i32.const 13)) (i32.const 0)))"#,
    );
    let outcome = mock.expect("it compiles").run("x", &json("{}"), &mut Turn::default());
    let Outcome::Fault(fault) = outcome else { panic!("{outcome:?}") };
    assert_eq!(fault.kind, FaultKind::Script);
    assert!(fault.message.starts_with("no such shelf"), "{}", fault.message);
}

#[test]
fn what_is_not_in_the_interface_is_refused_by_name() {
    for (import, told) in [
        (r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#, "fd_write"),
        (r#"(import "gemproof/1" "open" (func))"#, "gemproof/1.open"),
        (r#"(import "gemproof/1" "get" (memory 1))"#, "get"),
        (r#"(import "gemproof/1" "get" (func))"#, "get"),
    ] {
        let error = compile(&format!("(module {import})")).err().expect("it is refused");
        assert!(error.message.contains(told), "{error:?}");
    }
}

#[test]
fn a_text_form_that_does_not_parse_tells_the_line() {
    let error = compile("(module\n  (func (export \"tool:x\")\n    (local.gte 0)))").err().expect("it is refused");
    assert_eq!(error.place.map(|place| (place.line, place.column)), Some((3, 6)), "{}", error.message);
}
