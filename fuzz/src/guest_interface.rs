//! Bytes as a sequence of calls of host functions with any operands, made by a guest.
//!
//! The guest is one module, compiled once: an interpreter of the bytes with an opcode for each function of `docs/abi.md`.
//! Compiling a module for each input would cost a thousand times what the calls do; what compiling does with strange modules is
//! the subject of `module_bytes`.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use gemproof::json::Json;
use gemproof::mock::wasm::WasmMock;

use super::outcome::{LIMITS, check};

/// The functions of the interface, their parameters and their result: `h` a handle, `t` a text (two numbers), `i` `l` `d` a number.
pub const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("null", "", "h"),
    ("bool", "i", "h"),
    ("int", "l", "h"),
    ("float", "d", "h"),
    ("text", "t", "h"),
    ("parse", "t", "h"),
    ("list", "", "h"),
    ("map", "", "h"),
    ("copy", "h", "h"),
    ("kind", "h", "i"),
    ("as_bool", "h", "i"),
    ("as_int", "h", "l"),
    ("as_float", "h", "d"),
    ("len", "h", "i"),
    ("read", "ht", "i"),
    ("print", "ht", "i"),
    ("field", "ht", "h"),
    ("member", "hh", "h"),
    ("item", "hi", "h"),
    ("key", "hi", "h"),
    ("at", "ht", "h"),
    ("set", "hth", ""),
    ("set_member", "hhh", ""),
    ("set_item", "hih", ""),
    ("set_at", "hth", ""),
    ("push", "hh", ""),
    ("delete", "ht", "h"),
    ("equal", "hh", "i"),
    ("compare", "hh", "i"),
    ("contains", "hh", "i"),
    ("add", "hh", "h"),
    ("subtract", "hh", "h"),
    ("multiply", "hh", "h"),
    ("divide", "hh", "h"),
    ("power", "hh", "h"),
    ("round", "hl", "h"),
    ("fixed", "hl", "h"),
    ("sum", "h", "h"),
    ("sorted", "h", "h"),
    ("arithmetic", "h", "h"),
    ("join", "hh", "h"),
    ("get", "th", "h"),
    ("query", "th", "h"),
    ("keys", "th", "h"),
    ("insert", "thh", ""),
    ("put", "thh", ""),
    ("update", "thh", ""),
    ("remove", "th", "h"),
    ("get_value", "t", "h"),
    ("put_value", "th", ""),
    ("fresh_id", "tt", "h"),
    ("now", "", "h"),
    ("today", "", "h"),
    ("add_days", "hl", "h"),
    ("add_seconds", "hl", "h"),
    ("days_between", "hh", "h"),
    ("seconds_between", "hh", "h"),
    ("fail", "h", ""),
    ("answer", "h", ""),
    ("cite", "t", ""),
    ("fault", "t", ""),
    ("lower", "h", "h"),
    ("upper", "h", "h"),
    ("exact", "hth", "h"),
    ("precise_log", "hhl", "h"),
    ("precise_sqrt", "hl", "h"),
    ("random_integer", "llll", "h"),
    ("random_float", "ll", "h"),
    ("written_keys", "h", "h"),
];

/// Texts that operands take, some of which are none.
const WORDS: &[&[u8]] = &[
    b"",
    b"t",
    b"u",
    b"v",
    b"a",
    b"b",
    b"n",
    b"l",
    b"count",
    b"/l/0",
    b"/l/-",
    b"/l/-1",
    b"/x/y/z",
    b"/a~1b/~0",
    b"[1,2,3]",
    b"{\"a\":{\"b\":[]},\"n\":1.50}",
    b"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    b"#@*-##",
    b"\\#",
    b"2024-03-15",
    b"2024-03-15T09:00:00",
    b"9999-12-31",
    "é日".as_bytes(),
    b"\xff\xfe",
    b"1 + 2 * (3 - 4) / 5",
    b"2 ** 2 ** 2 ** 9",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"*",
    b"**",
    b"/",
];
const INTEGERS: [i64; 16] = [
    0,
    1,
    -1,
    2,
    10,
    -100,
    97,
    400,
    65_535,
    1 << 20,
    i32::MAX as i64,
    i32::MIN as i64,
    i32::MIN as i64 + 1,
    i64::MAX,
    i64::MIN,
    1 << 53,
];
const FLOATS: [&str; 16] = [
    "0",
    "-0",
    "1.5",
    "-2.675",
    "nan",
    "-nan:0x7ffffffffffff",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "5e-324",
    "9007199254740993",
    "1e-7",
    "9223372036854775808",
    "0.1",
    "1e22",
];

/// Where things lie in the guest's memory.
const WORDS_AT: usize = 256;
const PROGRAM_AT: usize = 0x2000;
const PROGRAM_MAX: usize = 0x4000;
const SCRATCH_AT: usize = 0x8000;
const SLOTS_AT: usize = 0xf000;
const INTEGERS_AT: usize = 0xf100;
const FLOATS_AT: usize = 0xf200;
const SLOTS: usize = 32;

pub fn run(data: &[u8]) {
    static MOCK: OnceLock<WasmMock> = OnceLock::new();
    let mock = MOCK.get_or_init(|| {
        WasmMock::compile(Path::new("interpreter.wat"), module().as_bytes(), LIMITS).unwrap_or_else(|e| panic!("{e:?}"))
    });
    // Seven bits of each byte: the program crosses as a text.
    let program: String =
        data.iter().take(PROGRAM_MAX.min(LIMITS.string_bytes)).map(|byte| char::from(byte & 0x7f)).collect();
    let arguments = Json::map(vec![("program".into(), Json::text(program))]);
    check(mock, "run", &arguments);
}

/// The interpreter in text form.
pub fn module() -> String {
    let wasm = |letter: char| match letter {
        't' => "i32 i32",
        'l' => "i64",
        'd' => "f64",
        _ => "i32",
    };
    let mut out = String::from("(module\n");
    for (name, parameters, result) in FUNCTIONS {
        let parameters: Vec<&str> = parameters.chars().map(wasm).collect();
        let result = result.chars().next().map(|letter| format!("(result {})", wasm(letter))).unwrap_or_default();
        let parameters = parameters.join(" ");
        let _ = writeln!(out, "(import \"gemproof/1\" \"{name}\" (func ${name} (param {parameters}) {result}))");
    }
    let _ = writeln!(out, "(memory (export \"memory\") 1)");
    let data = |out: &mut String, at: usize, bytes: &[u8]| {
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let _ = writeln!(out, "(data (i32.const {at}) \"{escaped}\")");
    };
    // A word's address and length lie at its number times eight.
    let mut at = WORDS_AT * 2;
    let mut index = Vec::new();
    for word in WORDS {
        data(&mut out, at, word);
        index.extend_from_slice(&(at as u32).to_le_bytes());
        index.extend_from_slice(&(word.len() as u32).to_le_bytes());
        at += word.len();
    }
    data(&mut out, 0, &index);
    data(&mut out, INTEGERS_AT, &INTEGERS.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>());
    let _ = writeln!(
        out,
        r#"(data (i32.const 0x1ff0) "program")
(global $pc (mut i32) (i32.const {PROGRAM_AT}))
(global $end (mut i32) (i32.const {PROGRAM_AT}))
(func $byte (result i32)
  (if (i32.ge_u (global.get $pc) (global.get $end)) (then (call $answer (i32.load (i32.const {SLOTS_AT})))))
  (global.set $pc (i32.add (global.get $pc) (i32.const 1)))
  (i32.load8_u (i32.sub (global.get $pc) (i32.const 1))))
(func $slot (result i32)
  (i32.add (i32.const {SLOTS_AT}) (i32.shl (i32.and (call $byte) (i32.const {slot_mask})) (i32.const 2))))
(func $l (result i64) (local $b i32)
  (local.set $b (call $byte))
  (if (result i64) (i32.lt_u (local.get $b) (i32.const 16))
    (then (i64.load (i32.add (i32.const {INTEGERS_AT}) (i32.shl (local.get $b) (i32.const 3)))))
    (else (i64.sub (i64.extend_i32_u (local.get $b)) (i64.const 64)))))
(func $i (result i32) (i32.wrap_i64 (call $l)))
(func $d (result f64)
  (f64.load (i32.add (i32.const {FLOATS_AT}) (i32.shl (i32.and (call $byte) (i32.const 15)) (i32.const 3)))))
(func $h (result i32) (local $b i32)
  (local.set $b (call $byte))
  (if (result i32) (i32.lt_u (local.get $b) (i32.const 112))
    (then (i32.load (i32.add (i32.const {SLOTS_AT})
      (i32.shl (i32.and (local.get $b) (i32.const {slot_mask})) (i32.const 2)))))
    (else (i32.wrap_i64 (i64.load (i32.add (i32.const {INTEGERS_AT})
      (i32.shl (i32.and (local.get $b) (i32.const 15)) (i32.const 3))))))))
(func $t (result i32 i32) (local $b i32)
  (local.set $b (call $byte))
  (if (result i32 i32) (i32.lt_u (local.get $b) (i32.const 80))
    (then (local.set $b (i32.shl (i32.and (local.get $b) (i32.const {word_mask})) (i32.const 3)))
      (i32.load (local.get $b)) (i32.load offset=4 (local.get $b)))
    (else (if (result i32 i32) (i32.lt_u (local.get $b) (i32.const 100))
      (then (i32.add (i32.const {PROGRAM_AT}) (call $byte)) (call $byte))
      (else (if (result i32 i32) (i32.lt_u (local.get $b) (i32.const 120))
        (then (i32.add (i32.const {SCRATCH_AT}) (i32.shl (call $byte) (i32.const 5)))
          (i32.shl (call $byte) (i32.const 4)))
        (else (call $i) (call $i))))))))
(func (export "tool:run") (param $args i32) (result i32)
  (i32.store (i32.const {SLOTS_AT}) (local.get $args))
  (global.set $end (i32.add (i32.const {PROGRAM_AT})
    (call $read (call $field (local.get $args) (i32.const 0x1ff0) (i32.const 7)) (i32.const {PROGRAM_AT}) (i32.const {PROGRAM_MAX}))))"#,
        slot_mask = SLOTS - 1,
        word_mask = WORDS.len() - 1,
    );
    for (at, float) in FLOATS.iter().enumerate() {
        let _ = writeln!(out, "(f64.store (i32.const {}) (f64.const {float}))", FLOATS_AT + at * 8);
    }
    let _ = writeln!(out, "(loop $next");
    let codes = FUNCTIONS.len() + 4;
    for code in (0..codes).rev() {
        let _ = writeln!(out, "(block $code{code}");
    }
    let labels: Vec<String> = (0..codes).map(|code| format!("$code{code}")).collect();
    let _ = writeln!(out, "(br_table {} (i32.rem_u (call $byte) (i32.const {codes}))))", labels.join(" "));
    for (code, (name, parameters, result)) in FUNCTIONS.iter().enumerate() {
        let operands: Vec<String> = parameters.chars().map(|letter| format!("(call ${letter})")).collect();
        let call = format!("(call ${name} {})", operands.join(" "));
        let done = match *result {
            "" => call,
            // Numbers become handles too: most of them stand for no value.
            "h" | "i" => format!("(i32.store (call $slot) {call})"),
            "l" => format!("(i32.store (call $slot) (call $int {call}))"),
            _ => format!("(i32.store (call $slot) (call $float {call}))"),
        };
        let close = if code + 1 < codes { ")" } else { "" };
        let _ = writeln!(out, "{done} (br $next){close}");
    }
    let _ = writeln!(
        out,
        "(i32.store (call $slot) (call $h)) (br $next))
(drop (memory.grow (call $i))) (br $next))
(global.set $pc (i32.add (i32.const {PROGRAM_AT}) (call $byte))) (br $next))
unreachable)
(unreachable)))"
    );
    out
}
