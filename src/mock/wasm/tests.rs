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

#[test]
fn what_would_take_long_to_compile_is_refused() {
    let blocks = |times: usize| format!("(func {}{})", "(block ".repeat(times), ")".repeat(times));
    let pressed = |values: usize, blocks: usize| {
        format!(
            "(memory 1) (func (param i32) {}{}{})",
            "local.get 0 i32.const 7 i32.add ".repeat(values),
            "block local.get 0 br_if 0 end ".repeat(blocks),
            "local.get 0 i32.store ".repeat(values)
        )
    };
    let locals = |count: usize, blocks: usize| {
        format!("(func (local {}) {})", "i64 ".repeat(count), "block end ".repeat(blocks))
    };
    for (light, heavy, told) in [
        (blocks(1_000), blocks(5_000), "blocks within blocks"),
        (pressed(100, 1_000), pressed(3_000, 3_000), "meet"),
        (locals(10_000, 100), locals(10_000, 600), "meet"),
        ("(func)".repeat(1_000), "(func)".repeat(100_100), "functions"),
    ] {
        let tool = "(func (export \"tool:x\") (param i32) (result i32) (i32.const 0))";
        let binary = |parts: &str| wat::parse_str(format!("(module {parts} {tool})")).expect("it is a module");
        assert_eq!(shape::check(&binary(&light)), Ok(()));
        let error = shape::check(&binary(&heavy)).expect_err("it is refused");
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn components_may_not_multiply() {
    let component = |levels: usize| {
        let mut text = String::from("(component (component $c0 (core module $m) (core instance (instantiate $m)))");
        for level in 1..levels {
            let before = level - 1;
            text += &format!(
                "(component $c{level} (alias outer 1 $c{before} (component $i))
                   (instance (instantiate $i)) (instance (instantiate $i)))"
            );
        }
        text += &format!("(instance (instantiate $c{})))", levels - 1);
        wat::parse_str(text).expect("it is a component")
    };
    assert_eq!(shape::check(&component(8)), Ok(()));
    assert!(shape::check(&component(40)).expect_err("it is refused").contains("instances"));
    let given = "(component (component $c (import \"x\" (component $x)) (instance (instantiate $x))))";
    let given = wat::parse_str(given).expect("it is a component");
    assert!(shape::check(&given).expect_err("it is refused").contains("not its own"));
}
