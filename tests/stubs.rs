//! The Rhai building blocks of `tool-stubs/rhai`, function by function.

use std::path::PathBuf;

use gemproof::json::Json;
use gemproof::mock::rhai::RhaiMock;
use gemproof::mock::{Limits, Mock, Outcome, Turn, with_roomy_stack};
use gemproof::world::{Clock, World};

mod common;

use common::project;

const MODULES: [&str; 7] = ["records", "pages", "search", "sessions", "rate_limits", "payments", "calendar"];
const FILES: &str = "files";

fn source(module: &str) -> (PathBuf, String) {
    let path = project("tool-stubs/rhai").join(format!("{module}.rhai"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (path, text)
}

/// Runs a script as a tool that includes a module, in a world at 2024-03-15T09:00:00, a Friday.
fn outcome(module: &str, state: &str, script: &str) -> Outcome {
    let tool = (PathBuf::from("mock.rhai"), format!("fn tool(args) {{ {script} }}"));
    let mock = RhaiMock::compile(&[source(module), tool], Limits::default()).unwrap_or_else(|e| panic!("{e:?}"));
    let clock = Clock::parse("2024-03-15T09:00:00").expect("a time");
    let world = World::from_json(&json(state), clock, 1).expect("a state");
    let mut turn = Turn { world, ..Turn::default() };
    with_roomy_stack(|| mock.run("tool", &json("{}"), &mut turn))
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[track_caller]
fn answers(module: &str, state: &str, cases: &[(&str, &str)]) {
    for (script, answer) in cases {
        assert_eq!(outcome(module, state, script), Outcome::Answer(json(answer)), "{script}");
    }
}

#[track_caller]
fn refuses(module: &str, state: &str, cases: &[(&str, &str)]) {
    for (script, message) in cases {
        assert_eq!(outcome(module, state, script), Outcome::Refusal(Json::text(*message)), "{script}");
    }
}

#[test]
fn no_function_can_be_taken_for_a_tool_and_all_live_together() {
    let sources: Vec<_> = MODULES.iter().chain([&FILES]).map(|module| source(module)).collect();
    let listed = std::fs::read_dir(project("tool-stubs/rhai")).expect("the folder of modules");
    let modules = listed.flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == "rhai")).count();
    assert_eq!(modules, sources.len(), "a module is not tested");
    let mock = RhaiMock::compile(&sources, Limits::default()).unwrap_or_else(|e| panic!("{e:?}"));
    // A function with one parameter is a tool of its name where tools.json has that name.
    // Closures are functions too, without a name that a tool can have.
    let callable: Vec<String> = mock.functions().into_iter().filter(|name| !name.starts_with("anon$")).collect();
    assert_eq!(callable, Vec::<String>::new());

    let mut names = std::collections::BTreeMap::new();
    for (path, text) in &sources {
        let mut documented = false;
        for line in text.lines() {
            if let Some(function) = line.strip_prefix("fn ") {
                let name = function.split('(').next().unwrap_or_default().to_owned();
                assert!(documented, "{}: {name} is not documented", path.display());
                if let Some(other) = names.insert(name.clone(), path) {
                    assert_eq!(name, "refuse", "in {} and {}", path.display(), other.display());
                }
            }
            documented = line.starts_with("///");
        }
    }
}

/// `docs/environments.md` shows functions that are there.
#[test]
fn the_documented_functions_exist() {
    let document = std::fs::read_to_string(project("docs/environments.md")).expect("the document");
    let section = document.split("### Building blocks").nth(1).and_then(|rest| rest.split("###").next());
    let mut shown = 0;
    for line in section.expect("the section").lines() {
        let mut cells = line.split('|').map(str::trim);
        let Some(module) = cells.nth(1).and_then(|cell| cell.strip_prefix('`')?.strip_suffix(".rhai`")) else {
            continue;
        };
        let (_, text) = source(module);
        for signature in cells.next().unwrap_or_default().split('`').skip(1).step_by(2) {
            assert!(text.contains(&format!("\nfn {signature} {{")), "{module} has no {signature}");
            shown += 1;
        }
    }
    assert!(shown > 40, "{shown}");
}

#[test]
fn a_mock_says_how_refusals_are_answered() {
    let own =
        "existing(\"users\", \"u9\", \"user\") } fn refuse(message, topic) { fail(#{ error: message, about: topic });";
    let refused = Outcome::Refusal(json(r#"{"error": "there is no user u9", "about": "records"}"#));
    assert_eq!(outcome("records", "{}", own), refused);
}

#[test]
fn records() {
    let state = r#"{"users": {"u1": {"name": "Ada", "age": 36}, "u2": {"name": "Bo"}}}"#;
    answers(
        "records",
        state,
        &[
            (r#"existing("users", "u1", "user")"#, r#"{"name": "Ada", "age": 36}"#),
            (
                r#"let made = create("users", "user_id", "u##", #{ name: "Cy" });
                   [made == get("users", made.user_id), made.name, made.user_id.len(), query("users").len()]"#,
                r#"[true, "Cy", 3, 3]"#,
            ),
            (r#"create_as("users", "u3", #{ name: "Di" }, "user"); keys("users", |u| true)"#, r#"["u1", "u2", "u3"]"#),
            (
                r#"[change("users", "u1", #{ age: 37, city: "Oslo" }, "user"), get("users", "u1").age]"#,
                r#"[{"name": "Ada", "age": 37, "city": "Oslo"}, 37]"#,
            ),
            (r#"[delete("users", "u2", "user"), get("users", "u2")]"#, r#"[{"name": "Bo"}, null]"#),
            (r#"given(#{ a: 1, b: (), c: false }, ["a", "b", "c", "d"])"#, r#"{"a": 1, "c": false}"#),
            (
                r#"[count_by("users", "u1", "age", -6, 30, "user"), get("users", "u1").age, count_by("users", "u2", "visits", 1, 0, "user")]"#,
                "[30, 30, 1]",
            ),
        ],
    );
    refuses(
        "records",
        state,
        &[
            (r#"existing("users", "u9", "user")"#, "Error: there is no user u9"),
            (r#"existing("users", (), "user")"#, "Error: there is no user "),
            (r#"create_as("users", "u1", #{}, "user")"#, "Error: there is a user u1 already"),
            (r#"change("users", "u9", #{}, "user")"#, "Error: there is no user u9"),
            (r#"delete("users", "u9", "user")"#, "Error: there is no user u9"),
            (r#"count_by("users", "u1", "age", -40, 0, "user")"#, "Error: age of user u1 would be -4, the least is 0"),
        ],
    );
}

#[test]
fn pages() {
    let state = r#"{"t": {"a": {"id": "a"}, "b": {"id": "b"}, "c": {"id": "c"}, "d": {"id": "d"}, "e": {"id": "e"}}}"#;
    answers(
        "pages",
        state,
        &[
            ("page_of([1, 2, 3, 4, 5], 1, 2)", r#"{"items": [1, 2], "number": 1, "of": 3, "total": 5}"#),
            ("page_of([1, 2, 3, 4, 5], 3, 2)", r#"{"items": [5], "number": 3, "of": 3, "total": 5}"#),
            ("page_of([1, 2, 3, 4], 2, 2).of", "2"),
            ("page_of([], 1, 2)", r#"{"items": [], "number": 1, "of": 1, "total": 0}"#),
            (
                "[page_of([1], 0, 2), page_of([1], 2, 2), page_of([1], \"1\", 2), page_of([1], 1.0, 2)]",
                "[null, null, null, null]",
            ),
            (r#"page_of(query("t"), 2, 2).items"#, r#"[{"id": "c"}, {"id": "d"}]"#),
            ("slice_of([1, 2, 3], 0, 2)", r#"{"items": [1, 2], "total": 3, "next_offset": 2}"#),
            ("slice_of([1, 2, 3], 2, 2)", r#"{"items": [3], "total": 3, "next_offset": null}"#),
            ("slice_of([1, 2, 3], 9, 2)", r#"{"items": [], "total": 3, "next_offset": null}"#),
            ("slice_of([1, 2, 3], 1, 0)", r#"{"items": [], "total": 3, "next_offset": null}"#),
            ("slice_of([1, 2, 3], 1, 9223372036854775807).items", "[2, 3]"),
            ("[slice_of([1], -1, 2), slice_of([1], 0, -1), slice_of([1], (), 1)]", "[null, null, null]"),
            (r#"items_after(query("t"), "id", (), 2)"#, r#"{"items": [{"id": "a"}, {"id": "b"}], "next_cursor": "b"}"#),
            (
                r#"items_after(query("t"), "id", "b", 3)"#,
                r#"{"items": [{"id": "c"}, {"id": "d"}, {"id": "e"}], "next_cursor": null}"#,
            ),
            (r#"items_after(query("t"), "id", "e", 3)"#, r#"{"items": [], "next_cursor": null}"#),
            (r#"items_after(query("t"), "id", "x", 3)"#, "null"),
        ],
    );
}

#[test]
fn search() {
    let state = r#"{"books": {
        "1": {"id": 1, "title": "The Sea", "by": ["Ann Lee"], "year": 1990, "lang": "en"},
        "2": {"id": 2, "title": "Seaside Walks", "by": ["Bo", "Ann Lee"], "year": 2004, "lang": "en"},
        "3": {"id": 3, "title": "Das Meer", "by": ["Cy"], "lang": "de"},
        "4": {"id": 4, "title": "Mountains", "by": ["Di"], "year": 1990, "lang": "en"}}}"#;
    let ids = |script: &str| format!("let books = query(\"books\"); ({script}).map(|b| b.id)");
    let cases = [
        (r#"with_words(books, ["title"], "sea")"#, "[1, 2]"),
        (r#"with_words(books, ["title", "by"], "  ANN walks ")"#, "[2]"),
        (r#"with_words(books, ["title", "missing"], "")"#, "[1, 2, 3, 4]"),
        (r#"with_words(books, ["title"], "ann")"#, "[]"),
        (r#"equal_to(books, #{ lang: "en", year: 1990 })"#, "[1, 4]"),
        (r#"equal_to(books, #{ lang: (), year: () })"#, "[1, 2, 3, 4]"),
        (r#"between(books, "year", 1990, 2000)"#, "[1, 4]"),
        (r#"between(books, "year", (), 2004)"#, "[1, 2, 4]"),
        (r#"between(books, "year", (), ())"#, "[1, 2, 3, 4]"),
        (r#"between(books, "title", "M", ())"#, "[1, 2, 4]"),
        (r#"in_order(books, "year", "ascending")"#, "[1, 4, 2, 3]"),
        (r#"in_order(books, "year", "descending")"#, "[2, 1, 4, 3]"),
        (r#"in_order(books, "title", "ascending")"#, "[3, 4, 2, 1]"),
        (r#"in_order([], "title", "ascending")"#, "[]"),
    ];
    for (script, answer) in cases {
        answers("search", state, &[(&ids(script), answer)]);
    }
    answers(
        "search",
        state,
        &[
            (
                r#"[mentions("The Sea", "sea"), mentions("The Sea", "see"), mentions((), "sea")]"#,
                "[true, false, false]",
            ),
            // Equal ones keep their order, also in a long list.
            (
                r#"let list = []; for i in 0..100 { list.push(#{ key: i % 3, at: i }); }
                   let sorted = in_order(list, "key", "descending");
                   let at = 0; let sound = sorted.len() == 100;
                   while at < 99 {
                       let a = sorted[at]; let b = sorted[at + 1];
                       if !(a.key > b.key || (a.key == b.key && a.at < b.at)) { sound = false; }
                       at += 1;
                   }
                   sound"#,
                "true",
            ),
        ],
    );
}

#[test]
fn sessions() {
    let state = r#"{
        "users": {"u1": {"email": "ada@post.example", "password": "pw", "id": "u1", "role": "clerk"},
                  "u2": {"email": "bo@post.example", "password": "pw", "id": "u2", "failed_attempts": 3}},
        "sessions": {"old": {"token": "old", "user": "u1", "since": "2024-03-15T08:00:00", "expires": "2024-03-15T09:00:00"},
                     "on": {"token": "on", "user": "u1", "since": "2024-03-15T08:00:00", "expires": "2024-03-15T09:00:01"}}}"#;
    let wrong = r#"{"user": null, "message": "Wrong credentials"}"#;
    answers(
        "sessions",
        state,
        &[
            (
                r#"let e = sign_in("users", #{ email: "ada@post.example" }, #{ password: "pw" }, 3); [e.user.id, e.message]"#,
                r#"["u1", "Signed in"]"#,
            ),
            (r#"sign_in("users", #{ email: "x@post.example" }, #{ password: "pw" }, 3)"#, wrong),
            (r#"sign_in("users", #{ email: () }, #{ password: "pw" }, 3)"#, wrong),
            (r#"sign_in("users", #{ email: "ada@post.example" }, #{ password: () }, 3)"#, wrong),
            (
                r#"let said = [];
                   for word in ["a", "b", "pw", "c", "d", "e", "pw"] {
                       let entry = sign_in("users", #{ email: "ada@post.example" }, #{ password: word }, 3);
                       said.push(entry.message);
                   }
                   said.push(get("users", "u1").failed_attempts);
                   said"#,
                r#"["Wrong credentials", "Wrong credentials", "Signed in", "Wrong credentials", "Wrong credentials", "Wrong credentials", "This account is locked", 3]"#,
            ),
            (
                r#"sign_in("users", #{ email: "bo@post.example" }, #{ password: "pw" }, 3).message"#,
                r#""This account is locked""#,
            ),
            (
                r#"let s = open_session("sessions", "SES-####", "u1", 30); [s.token.starts_with("SES-"), s.expires, session_of("sessions", s.token) == s]"#,
                r#"[true, "2024-03-15T09:30:00", true]"#,
            ),
            (
                r#"open_session("sessions", "on", "u2", ()); require_session("sessions", "on")"#,
                r#"{"token": "on", "user": "u2", "since": "2024-03-15T09:00:00", "expires": null}"#,
            ),
            (
                r#"[session_of("sessions", "old"), session_of("sessions", ()), require_session("sessions", "on").user]"#,
                r#"[null, null, "u1"]"#,
            ),
            (r#"require_role(get("users", "u1"), ["admin", "clerk"]); "fine""#, r#""fine""#),
            (
                r#"[close_session("sessions", "on"), close_session("sessions", "on"), close_session("sessions", "old"), keys("sessions", |s| true)]"#,
                "[true, false, false, []]",
            ),
        ],
    );
    refuses(
        "sessions",
        state,
        &[
            (r#"require_session("sessions", "old")"#, "Error: please sign in first"),
            (r#"require_session("sessions", "none")"#, "Error: please sign in first"),
            (r#"require_role(get("users", "u1"), ["admin", "boss"])"#, "Error: this needs the role admin or boss"),
            (r#"require_role(get("users", "u2"), ["admin"])"#, "Error: this needs the role admin"),
        ],
    );
}

#[test]
fn rate_limits() {
    let state = r#"{
        "windows": {"k": {"times": ["2024-03-15T08:58:59", "2024-03-15T08:59:30", "2024-03-15T08:59:50"]}},
        "buckets": {"k": {"tokens": 0, "at": "2024-03-15T08:59:35"}, "full": {"tokens": 2, "at": "2024-03-14T00:00:00"}},
        "days": {"k": {"day": "2024-03-15", "used": 1}, "y": {"day": "2024-03-14", "used": 9}}}"#;
    let times = |call: &str, n: usize| format!("let said = []; for i in 0..{n} {{ said.push({call}); }} said");
    let allowed = |left: u32| format!(r#"{{"allowed": true, "remaining": {left}, "retry_after_seconds": 0}}"#);
    let refused = |wait: u32| format!(r#"{{"allowed": false, "remaining": 0, "retry_after_seconds": {wait}}}"#);
    for (call, wanted) in [
        // Two of the three still count; the older of them leaves the window in 30 seconds.
        (r#"use_window("windows", "k", 3, 60)"#, vec![allowed(0), refused(30)]),
        (r#"use_window("windows", "new", 2, 60)"#, vec![allowed(1), allowed(0), refused(60)]),
        (r#"use_window("windows", "new", 0, 60)"#, vec![refused(60)]),
        // 25 seconds passed: two tokens of 10 seconds each, and 5 towards the next.
        (r#"use_bucket("buckets", "k", 5, 10)"#, vec![allowed(1), allowed(0), refused(5)]),
        (r#"use_bucket("buckets", "full", 2, 10)"#, vec![allowed(1), allowed(0), refused(10)]),
        (r#"use_bucket("buckets", "new", 1, 10)"#, vec![allowed(0), refused(10)]),
        (r#"use_day("days", "k", 2)"#, vec![allowed(0), refused(15 * 3600)]),
        (r#"use_day("days", "y", 1)"#, vec![allowed(0), refused(15 * 3600)]),
    ] {
        let answer = format!("[{}]", wanted.join(", "));
        answers("rate_limits", state, &[(&times(call, wanted.len()), &answer)]);
    }
}

#[test]
fn payments() {
    let state = r#"{
        "accounts": {"a": {"balance": 1000}, "b": {"balance": 0, "overdraft": 500}, "c": {"balance": 5, "status": "closed"}},
        "ledger": {}}"#;
    answers(
        "payments",
        state,
        &[
            ("[cents(12.5, 2), cents(0.07, 2), cents(3, 2), cents(1.005, 3), cents(8, 0)]", "[1250, 7, 300, 1005, 8]"),
            (
                r#"let e = pay("accounts", "ledger", "TX-###", "a", "b", 400);
                   [e.kind, e.from, e.to, e.amount, e.at, get("accounts", "a").balance, get("accounts", "b").balance, get("ledger", e.entry_id) == e]"#,
                r#"["payment", "a", "b", 400, "2024-03-15T09:00:00", 600, 400, true]"#,
            ),
            (r#"pay("accounts", "ledger", "TX-###", "b", "a", 500); get("accounts", "b").balance"#, "-500"),
            (
                r#"let came = deposit("accounts", "ledger", "TX-###", "a", 50);
                   let went = deposit("accounts", "ledger", "TX-###", "a", -1050);
                   [came.kind, went.kind, get("accounts", "a").balance]"#,
                r#"["deposit", "withdrawal", 0]"#,
            ),
            (
                r#"let e = pay("accounts", "ledger", "TX-###", "a", "b", 400);
                   let part = refund("accounts", "ledger", "TX-###", e.entry_id, 150);
                   let rest = refund("accounts", "ledger", "TX-###", e.entry_id, ());
                   [part.amount, rest.amount, part.of == e.entry_id, get("accounts", "a").balance, get("accounts", "b").balance]"#,
                "[150, 250, true, 1000, 0]",
            ),
            ("[shares(1000, 3), shares(2, 3), shares(9, 1)]", "[[334, 333, 333], [1, 1, 0], [9]]"),
            (
                r#"[money(125000, "$"), money(5, "$"), money(-123456789, "EUR "), money(0, "")]"#,
                r#"["$1,250.00", "$0.05", "-EUR 1,234,567.89", "0.00"]"#,
            ),
        ],
    );
    refuses(
        "payments",
        state,
        &[
            ("cents(0, 2)", "Error: the amount must be a positive number"),
            ("cents(\"5\", 2)", "Error: the amount must be a positive number"),
            ("cents(1.234, 2)", "Error: the amount has more than 2 decimals"),
            ("cents(1.0e300, 2)", "Error: the amount is too large"),
            (r#"pay("accounts", "ledger", "TX-###", "a", "b", 1001)"#, "Error: insufficient funds"),
            (r#"pay("accounts", "ledger", "TX-###", "b", "a", 501)"#, "Error: insufficient funds"),
            (r#"pay("accounts", "ledger", "TX-###", "a", "b", -5)"#, "Error: the amount must be positive"),
            (r#"pay("accounts", "ledger", "TX-###", "a", "b", 2.5)"#, "Error: the amount must be positive"),
            (r#"pay("accounts", "ledger", "TX-###", "a", "a", 5)"#, "Error: an account does not pay itself"),
            (r#"pay("accounts", "ledger", "TX-###", "a", "x", 5)"#, "Error: there is no account x"),
            (r#"pay("accounts", "ledger", "TX-###", "a", "c", 5)"#, "Error: account c is closed"),
            (r#"deposit("accounts", "ledger", "TX-###", "a", -1001)"#, "Error: insufficient funds"),
            (r#"deposit("accounts", "ledger", "TX-###", "a", 0)"#, "Error: the amount must not be zero"),
            (r#"refund("accounts", "ledger", "TX-###", "TX-1", ())"#, "Error: there is no payment TX-1"),
            (
                r#"let e = pay("accounts", "ledger", "TX-###", "a", "b", 400); refund("accounts", "ledger", "TX-###", e.entry_id, 401)"#,
                "Error: at most 400 can be refunded",
            ),
            (
                r#"let e = pay("accounts", "ledger", "TX-1", "a", "b", 400); refund("accounts", "ledger", "TX-###", "TX-1", ()); refund("accounts", "ledger", "TX-###", "TX-1", ())"#,
                "Error: payment TX-1 is refunded already",
            ),
        ],
    );
}

#[test]
fn calendar() {
    let state = r#"{"bookings": {
        "B1": {"booking_id": "B1", "room": "red", "start": "2024-03-18T10:00:00", "end": "2024-03-18T11:00:00", "status": "booked"},
        "B2": {"booking_id": "B2", "room": "red", "start": "2024-03-18T09:00:00", "end": "2024-03-18T09:30:00", "status": "booked"},
        "B3": {"booking_id": "B3", "room": "blue", "start": "2024-03-18T10:00:00", "end": "2024-03-18T12:00:00", "status": "booked"},
        "B4": {"booking_id": "B4", "room": "red", "start": "2024-03-18T13:00:00", "end": "2024-03-18T14:00:00", "status": "cancelled"}}}"#;
    let day = r#""2024-03-18T08:00:00", "2024-03-18T18:00:00""#;
    answers(
        "calendar",
        state,
        &[
            (
                "[overlap(1, 3, 2, 4), overlap(1, 2, 2, 3), overlap(1, 4, 2, 3), overlap(3, 4, 1, 2)]",
                "[true, false, true, false]",
            ),
            (
                &format!(r#"bookings_in("bookings", #{{ room: "red" }}, {day}).map(|b| b.booking_id)"#),
                r#"["B2", "B1"]"#,
            ),
            (&format!(r#"bookings_in("bookings", #{{}}, {day}).map(|b| b.booking_id)"#), r#"["B2", "B1", "B3"]"#),
            (
                r#"let b = book("bookings", "B-##", #{ room: "red" }, "2024-03-18T11:00:00", "2024-03-18T13:30:00", #{ title: "Choir" });
                   [b.room, b.title, b.status, b.start, get("bookings", b.booking_id) == b]"#,
                r#"["red", "Choir", "booked", "2024-03-18T11:00:00", true]"#,
            ),
            (
                r#"rebook("bookings", "B1", ["room"], "2024-03-18T10:30:00", "2024-03-18T11:30:00"); get("bookings", "B1").end"#,
                r#""2024-03-18T11:30:00""#,
            ),
            (
                r#"cancel("bookings", "B1", 24); [get("bookings", "B1").status, bookings_in("bookings", #{ room: "red" }, "2024-03-18T10:00:00", "2024-03-18T11:00:00")]"#,
                r#"["cancelled", []]"#,
            ),
            (
                &format!(r#"free_times("bookings", #{{ room: "red" }}, {day}, 45)"#),
                r#"[{"start": "2024-03-18T08:00:00", "end": "2024-03-18T09:00:00"}, {"start": "2024-03-18T11:00:00", "end": "2024-03-18T18:00:00"}]"#,
            ),
            (&format!(r#"free_times("bookings", #{{ room: "red" }}, {day}, 30).len()"#), "3"),
            (
                r#"repeated("2024-02-27T09:00:00", "2024-02-27T10:00:00", 7, 2)"#,
                r#"[{"start": "2024-02-27T09:00:00", "end": "2024-02-27T10:00:00"}, {"start": "2024-03-05T09:00:00", "end": "2024-03-05T10:00:00"}]"#,
            ),
            (
                r#"[days_since("2024-03-15", "monday"), days_since("2024-03-15", "friday"), days_since("2024-03-15", "saturday"), days_since("2023-12-31", "monday")]"#,
                "[4, 0, 6, 6]",
            ),
            (
                r#"[is_workday("2024-03-15", []), is_workday("2024-03-16", []), is_workday("2024-03-15", ["2024-03-15"])]"#,
                "[true, false, false]",
            ),
            (
                r#"[add_workdays("2024-03-15", 1, []), add_workdays("2024-03-15", 1, ["2024-03-18"]), add_workdays("2024-03-18", -1, []), add_workdays("2024-03-16", 0, [])]"#,
                r#"["2024-03-18", "2024-03-19", "2024-03-15", "2024-03-16"]"#,
            ),
        ],
    );
    let book =
        |start: &str, end: &str| format!(r#"book("bookings", "B-##", #{{ room: "red" }}, {start}, {end}, #{{}})"#);
    refuses(
        "calendar",
        state,
        &[
            (
                &book("\"2024-03-18T10:30:00\"", "\"2024-03-18T12:00:00\""),
                "Error: taken from 2024-03-18T10:00:00 to 2024-03-18T11:00:00",
            ),
            (&book("\"2024-03-14T10:30:00\"", "\"2024-03-14T12:00:00\""), "Error: the time has passed"),
            (&book("\"2024-03-18T12:00:00\"", "\"2024-03-18T12:00:00\""), "Error: the end must come after the start"),
            (&book("\"2024-03-18T12:00:00\"", "\"noon\""), "Error: start and end must be times"),
            (&book("\"2024-03-18\"", "\"2024-03-18T12:00:00\""), "Error: start and end must be times"),
            (&book("()", "\"2024-03-18T12:00:00\""), "Error: a start and an end are needed"),
            (
                r#"rebook("bookings", "B1", ["room"], "2024-03-18T09:15:00", "2024-03-18T10:15:00")"#,
                "Error: taken from 2024-03-18T09:00:00 to 2024-03-18T09:30:00",
            ),
            (
                r#"rebook("bookings", "B4", ["room"], "2024-03-18T09:15:00", "2024-03-18T10:15:00")"#,
                "Error: there is no booking B4",
            ),
            (r#"cancel("bookings", "B1", 100)"#, "Error: a booking is cancelled 100 hours ahead at least"),
            (r#"cancel("bookings", "B9", 1)"#, "Error: there is no booking B9"),
        ],
    );
}

#[test]
fn files() {
    let state = r#"{"fs": {
        "/home": {"kind": "directory"}, "/home/ada": {"kind": "directory"},
        "/home/ada/notes.txt": {"kind": "file", "content": "one\ntwo\nstone"},
        "/home/ada/old": {"kind": "directory"}, "/home/ada/old/a.txt": {"kind": "file", "content": "a"},
        "/home/adam.txt": {"kind": "file", "content": ""}}}"#;
    let tree = r#"keys("fs", |r| true)"#;
    answers(
        FILES,
        state,
        &[
            (
                r#"[resolve("/home", "ada/./x"), resolve("/home/ada", "../.."), resolve("/a", "/b//c/"), resolve("/", "../x"), resolve((), "x"), resolve("/a", "")]"#,
                r#"["/home/ada/x", "/", "/b/c", "/x", "/x", "/a"]"#,
            ),
            (
                r#"[above("/a/b/c", 1), above("/a/b/c", 2), above("/a", 1), above("/", 3)]"#,
                r#"["/a/b", "/a", "/", "/"]"#,
            ),
            (
                r#"[kind_at("fs", "/"), kind_at("fs", "/home"), kind_at("fs", "/home/adam.txt"), kind_at("fs", "/x")]"#,
                r#"["directory", "directory", "file", null]"#,
            ),
            (r#"[make_directory("fs", "/tmp"), kind_at("fs", "/tmp")]"#, r#"["/tmp", "directory"]"#),
            (
                r#"write_file("fs", "/home/b", "x", "new"); write_file("fs", "/home/b", "y", "append"); write_file("fs", "/home/c", "1", "append");
                   write_file("fs", "/home/c", "2", "replace"); [read_file("fs", "/home/b"), read_file("fs", "/home/c")]"#,
                r#"["xy", "2"]"#,
            ),
            (
                r#"lines_with("fs", "/home/ada/notes.txt", "one")"#,
                r#"[{"line": 1, "text": "one"}, {"line": 3, "text": "stone"}]"#,
            ),
            (
                r#"[names_in("fs", "/"), names_in("fs", "/home"), names_in("fs", "/home/ada"), names_in("fs", "/home/ada/old")]"#,
                r#"[["home"], ["ada", "adam.txt"], ["notes.txt", "old"], ["a.txt"]]"#,
            ),
            (
                r#"[find_paths("fs", "/home/ada", "txt"), find_paths("fs", "/", "ada"), find_paths("fs", "/home/ada/old", "old")]"#,
                r#"[["/home/ada/notes.txt", "/home/ada/old/a.txt"], ["/home/ada", "/home/adam.txt"], []]"#,
            ),
            (&format!(r#"[remove_path("fs", "/home/ada", "tree"), {tree}]"#), r#"[4, ["/home", "/home/adam.txt"]]"#),
            (
                r#"make_directory("fs", "/e"); [remove_path("fs", "/e", "empty"), remove_path("fs", "/home/adam.txt", "file")]"#,
                "[1, 1]",
            ),
            (
                r#"[copy_path("fs", "/home/ada/old", "/new"), read_file("fs", "/new/a.txt"), read_file("fs", "/home/ada/old/a.txt")]"#,
                r#"["/new", "a", "a"]"#,
            ),
            (
                r#"[copy_path("fs", "/home/ada/notes.txt", "/home"), copy_path("fs", "/home/adam.txt", "/home/notes.txt"), read_file("fs", "/home/notes.txt")]"#,
                r#"["/home/notes.txt", "/home/notes.txt", ""]"#,
            ),
            (
                &format!(r#"[move_path("fs", "/home/ada/old", "/"), {tree}]"#),
                r#"["/old", ["/home", "/home/ada", "/home/ada/notes.txt", "/home/adam.txt", "/old", "/old/a.txt"]]"#,
            ),
        ],
    );
    refuses(
        FILES,
        state,
        &[
            (r#"make_directory("fs", "/home")"#, "Error: /home exists already"),
            (r#"make_directory("fs", "/x/y")"#, "Error: /x: no such file or directory"),
            (r#"make_directory("fs", "/home/adam.txt/y")"#, "Error: /home/adam.txt is no directory"),
            (r#"write_file("fs", "/home", "x", "replace")"#, "Error: /home is a directory"),
            (r#"write_file("fs", "/home/adam.txt", "x", "new")"#, "Error: /home/adam.txt exists already"),
            (r#"read_file("fs", "/home")"#, "Error: /home is a directory"),
            (r#"read_file("fs", "/nope")"#, "Error: /nope: no such file or directory"),
            (r#"names_in("fs", "/home/adam.txt")"#, "Error: /home/adam.txt is no directory"),
            (r#"remove_path("fs", "/home/ada", "file")"#, "Error: /home/ada is a directory"),
            (r#"remove_path("fs", "/home/ada", "empty")"#, "Error: /home/ada is not empty"),
            (r#"remove_path("fs", "/", "tree")"#, "Error: the root stays"),
            (r#"move_path("fs", "/home/ada", "/home/ada/old")"#, "Error: /home/ada/old lies within /home/ada"),
            (r#"copy_path("fs", "/home/ada/old", "/home/adam.txt")"#, "Error: /home/adam.txt exists already"),
            (r#"copy_path("fs", "/home/adam.txt", "/x/y")"#, "Error: /x: no such file or directory"),
        ],
    );
}
