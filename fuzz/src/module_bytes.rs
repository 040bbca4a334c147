//! Bytes as a module or a component, or as the text form of one: it is refused, or each of its tools can be called.

use std::path::Path;

use gemproof::json::Json;
use gemproof::mock::Mock;
use gemproof::mock::wasm::WasmMock;

use super::outcome::{LIMITS, check};

pub fn run(data: &[u8]) {
    let path = if data.first() == Some(&b'(') { "mock.wat" } else { "mock.wasm" };
    let Ok(mock) = WasmMock::compile(Path::new(path), data, LIMITS) else { return };
    let arguments: Json = serde_json::from_str(r#"{"id": "a", "n": 2, "l": [1, 2, 3]}"#).expect("JSON");
    for tool in mock.functions().iter().take(3) {
        check(&mock, tool, &arguments);
    }
}
