//! Bytes as the source of a mock in Rhai: it is refused, or each of its tools can be called.

use std::path::PathBuf;

use gemproof::json::Json;
use gemproof::mock::rhai::RhaiMock;
use gemproof::mock::{Mock, with_roomy_stack};

use super::outcome::{LIMITS, check};

pub fn run(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    let sources = [(PathBuf::from("tools.rhai"), source.to_owned())];
    let Ok(mock) = with_roomy_stack(|| RhaiMock::compile(&sources, LIMITS)) else { return };
    let arguments: Json = serde_json::from_str(r#"{"id": "a", "n": 2, "l": [1, 2, 3]}"#).expect("JSON");
    for tool in mock.functions().iter().take(3) {
        check(&mock, tool, &arguments);
    }
}
