//! What must hold of every call, whatever the mock: it ends within its limits, and it ends alike when it is run again.

use gemproof::json::Json;
use gemproof::mock::{Limits, Mock, Outcome, Turn, with_roomy_stack};
use gemproof::world::{Clock, World};

/// Small enough that most inputs reach one of them.
pub const LIMITS: Limits = Limits {
    operations: 20_000,
    fuel: 100_000,
    work: 20_000,
    memory_bytes: 4 << 20,
    call_depth: 20,
    value_nodes: 400,
    value_depth: 12,
    string_bytes: 2_000,
    world_records: 60,
    world_nodes: 4_000,
    deadline_ms: 5_000,
};

/// The world in which calls start.
pub fn turn() -> Turn {
    let state = r#"{"t": {"a": {"n": 1, "l": [1, 2.5, "x"], "day": "2024-03-15"}, "b": {"n": 2, "l": []}, "1": null},
        "u": {}, "count": 3, "names": ["é", "日本", ""], "big": 18446744073709551615}"#;
    let state: Json = serde_json::from_str(state).expect("JSON");
    let clock = Clock::parse("2024-03-15T09:00:00").expect("a time");
    Turn { world: World::from_json(&state, clock, 7).expect("a world"), ..Turn::default() }
}

/// Calls a tool twice and holds what it did against the limits and against itself.
pub fn check(mock: &dyn Mock, tool: &str, arguments: &Json) {
    with_roomy_stack(|| {
        let (first, after) = run(mock, tool, arguments);
        if let Outcome::Fault(fault) = &first
            && fault.message.ends_with(" ms")
        {
            panic!("the clock ended the call, which the other limits should have: {}", fault.message);
        }
        let (second, again) = run(mock, tool, arguments);
        let by_memory =
            |outcome: &Outcome| matches!(outcome, Outcome::Fault(f) if f.message.contains("bytes of memory"));
        if by_memory(&first) || by_memory(&second) {
            // What the thread keeps between calls (caches of ours) is not counted twice, so that this limit may come a little later.
            return assert!(
                matches!((&first, &second), (Outcome::Fault(_), Outcome::Fault(_))),
                "{first:?}, then {second:?}"
            );
        }
        assert_eq!(first, second, "the same call ends in two ways");
        assert_eq!(after.world.state_hash(), again.world.state_hash(), "the same call leaves two worlds");
        assert_eq!(after.cited, again.cited);
    });
}

fn run(mock: &dyn Mock, tool: &str, arguments: &Json) -> (Outcome, Turn) {
    let mut turn = turn();
    let before = turn.world.size();
    let outcome = mock.run(tool, arguments, &mut turn);
    match &outcome {
        Outcome::Answer(value) | Outcome::Refusal(value) => sound(value),
        Outcome::Fault(fault) => assert!(fault.message.len() < 2_000, "a message of {} bytes", fault.message.len()),
    }
    let size = turn.world.size();
    assert!(size.records <= LIMITS.world_records.max(before.records), "{size:?}");
    assert!(size.nodes <= LIMITS.world_nodes.max(before.nodes), "{size:?}");
    let state = turn.world.to_json();
    let names: Vec<&str> =
        state.as_map().map_or(Vec::new(), |members| members.iter().map(|(name, _)| &**name).collect());
    // A value may be a map too, and counts as one.
    let counted: u64 = names.iter().map(|name| turn.world.table(name).map_or(1, |table| table.len() as u64)).sum();
    assert_eq!(size.records, counted, "records are counted");
    assert_eq!(size.nodes, state.nodes(), "nodes are counted");
    for name in names {
        match turn.world.table(name) {
            Some(table) => table.iter().for_each(|(_, record)| sound(record)),
            None => turn.world.value(name).into_iter().for_each(sound),
        }
    }
    (outcome, turn)
}

/// A value within the limits that is what its text says.
fn sound(value: &Json) {
    if let Some(text) = value.as_str() {
        assert!(text.len() <= LIMITS.string_bytes, "a text of {} bytes", text.len());
    }
    for item in value.as_list().unwrap_or_default() {
        let text = item.as_str().unwrap_or_default();
        assert!(text.len() <= LIMITS.string_bytes, "a text of {} bytes in a list", text.len());
    }
    assert!(value.nodes() <= LIMITS.value_nodes, "{} nodes", value.nodes());
    assert!(value.depth() <= LIMITS.value_depth, "{} levels", value.depth());
    let read: Json = serde_json::from_str(&value.to_string()).expect("the text of a value is JSON");
    assert_eq!(&read, value, "a value and its text are equal");
    assert_eq!(read.nodes(), value.nodes(), "nodes are counted: {value}");
    assert!(read.depth() <= value.depth(), "depth is an upper bound: {value}");
}
