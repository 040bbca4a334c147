//! What the documents promise: the published shapes of the output, and the order of the modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema(name: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(root().join("docs").join(name)).unwrap();
    jsonschema::options().should_validate_formats(true).build(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[test]
fn output_has_the_published_shape() {
    let out = tempfile::tempdir().unwrap();
    let broken = out.path().join("broken.jsonl");
    fs::write(
        &broken,
        "{\"messages\": [{\"role\": \"tool\", \"content\": null}]}\n[1]\nnot json\n{\"id\": 1, \"messages\": []}\n",
    )
    .unwrap();
    let trajectories = root().join("envs/frame-studio/trajectories");
    let inputs = ["good.jsonl", "broken.jsonl", "example.gem.txt"].map(|name| trajectories.join(name));
    let status = Command::new(env!("CARGO_BIN_EXE_gemproof"))
        .arg("verify")
        .args(inputs)
        .arg(&broken)
        .args(["--show", "0", "--env"])
        .arg(root().join("envs/frame-studio"))
        .arg("-o")
        .arg(out.path().join("out"))
        .output()
        .unwrap()
        .status;
    assert_eq!(status.code(), Some(1));
    let report = schema("report.schema.json");
    let mut lines = 0;
    for name in ["verified", "rejected", "undetermined"] {
        for line in fs::read_to_string(out.path().join(format!("out/{name}.jsonl"))).unwrap().lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let errors: Vec<String> =
                report.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{name}: {errors:?} in {line}");
            lines += 1;
        }
    }
    let summary: Value =
        serde_json::from_str(&fs::read_to_string(out.path().join("out/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["trajectories"], lines);
    let errors: Vec<String> = schema("summary.schema.json").iter_errors(&summary).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(
        !report.is_valid(&serde_json::json!({"id": "a", "gemproof": {"verdict": "true"}})),
        "a schema that accepts anything"
    );
}

/// Modules use only those that stand below them in `lib.rs`.
#[test]
fn imports_point_one_way() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let order: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(order.len() > 10);
    let mut upward = Vec::new();
    for (at, module) in order.iter().enumerate() {
        for file in sources(&root().join("src"), module) {
            let text = fs::read_to_string(&file).unwrap();
            // Tests may look at anything.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for above in &order[..at] {
                if code.contains(&format!("crate::{above}::")) {
                    upward.push(format!("{} uses {above}", file.display()));
                }
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

fn sources(src: &Path, module: &str) -> Vec<PathBuf> {
    fn walk(path: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&src.join(module), &mut files);
    let single = src.join(format!("{module}.rs"));
    files.extend(single.exists().then_some(single));
    files
}
