//! The templates of `gemproof env new` in the languages that are compiled: each is made, built with its `build.sh`, and has to pass
//! `gemproof env check` with the same dialogues as all the others.
//!
//! Where a toolchain is missing, a test says `SKIPPED` with what to install and passes; with `GEMPROOF_GUESTS=all` it fails.
//! `.ci/guests` installs all of them on Debian.
#![cfg(all(feature = "wasm", unix))]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

/// What `build.sh` ends with where its toolchain is missing.
const MISSING: i32 = 3;

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// The path of programs, with what `.ci/guests` installed before everything else.
fn programs() -> std::ffi::OsString {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("guests").join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([installed].into_iter().chain(std::env::split_paths(&path))).expect("a path of programs")
}

/// The program, working in a folder.
fn gemproof(parent: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gemproof"));
    // A component with an interpreter is compiled for seconds: once for both looks at it. No later run builds the same bytes.
    command.env("GEMPROOF_CACHE", parent.join("compiled")).current_dir(parent);
    command
}

/// Makes an environment in a language.
fn make(lang: &str, parent: &Path) -> PathBuf {
    let made = run(gemproof(parent).args(["env", "new", "tasks", "--lang", lang]));
    assert!(made.status.success(), "{}", told(&made));
    parent.join("tasks")
}

/// Builds an environment's guest. Whether it did: where the toolchain is missing, that was said.
fn build(lang: &str, dir: &Path) -> bool {
    let started = Instant::now();
    // Called as a user would, from somewhere else.
    let build = run(Command::new(dir.join("build.sh")).env("PATH", programs()).current_dir("/"));
    match build.status.code() {
        Some(0) => {
            let bytes = std::fs::metadata(dir.join("mock.wasm")).expect("build.sh makes mock.wasm").len();
            eprintln!("{lang}: {bytes} bytes, built in {:.1} s", started.elapsed().as_secs_f64());
            true
        }
        Some(MISSING) => {
            let what = told(&build);
            assert!(std::env::var("GEMPROOF_GUESTS").as_deref() != Ok("all"), "GEMPROOF_GUESTS=all, but {what}");
            // Past the capture of the test harness, which hides what passing tests print.
            let _ = write!(std::io::stderr(), "SKIPPED: guests in {lang}: {what}");
            false
        }
        _ => panic!("{}", told(&build)),
    }
}

fn passes_its_check(lang: &str) {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let dir = make(lang, parent.path());
    if !build(lang, &dir) {
        return;
    }
    let started = Instant::now();
    let checked = run(gemproof(parent.path()).args(["env", "check", "tasks"]));
    eprintln!("{lang}: loaded and checked in {:.1} s", started.elapsed().as_secs_f64());
    let text = told(&checked);
    assert!(checked.status.success(), "{text}");
    assert_eq!(
        text,
        "tasks: 5 tools, 2 rules, 7 records in its initial world\n8 trajectories of its own: 8 as expected, 0 not\n"
    );

    // The canary: an answer that no mock of this domain gives is found out.
    let good = std::fs::read_to_string(dir.join("trajectories/good.jsonl")).expect("good.jsonl");
    let forged = good.replacen("\\\"total\\\": 5", "\\\"total\\\": 6", 1);
    assert_ne!(good, forged);
    std::fs::write(dir.join("trajectories/good.jsonl"), forged).expect("good.jsonl");
    let checked = run(gemproof(parent.path()).args(["env", "check", "tasks"]));
    assert_eq!(checked.status.code(), Some(1), "{}", told(&checked));
    assert!(told(&checked).contains("wrong: tasks-pages") && told(&checked).contains("7 as expected, 1 not"));
}

#[test]
fn rust() {
    passes_its_check("rust");
}

#[test]
fn c() {
    passes_its_check("c");
}

#[test]
fn javascript() {
    passes_its_check("js");
}

#[test]
fn python() {
    passes_its_check("python");
}

/// An exception that nothing caught is a fault of the environment, with its words and its place.
#[test]
fn an_exception_tells_its_place() {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let dir = make("js", parent.path());
    let source = dir.join("mock.js");
    let text = std::fs::read_to_string(&source).expect("mock.js");
    let broken = text.replace("return existingTask(task_id);", "return task_id.shelf.place;");
    assert_ne!(text, broken);
    std::fs::write(&source, broken).expect("mock.js");
    if !build("js", &dir) {
        return;
    }
    let checked = told(&run(gemproof(parent.path()).args(["env", "check", "tasks"])));
    assert!(checked.contains("`get_task` could not be run: TypeError: "), "{checked}");
    assert!(checked.contains("get_task (/mock.js:12"), "{checked}");
}

/// A machine without a toolchain is told what to install.
#[test]
fn what_is_missing_is_named() {
    for (lang, variable, install) in [
        ("rust", "RUSTC", "apt-get install rustc libstd-rust-dev-wasm32"),
        ("c", "CLANG", "apt-get install clang lld"),
        ("js", "COMPONENTIZE_QJS", "npm install componentize-qjs"),
        ("python", "COMPONENTIZE_PY", "pip install componentize-py"),
    ] {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let dir = make(lang, parent.path());
        let build = run(Command::new(dir.join("build.sh")).env(variable, "/nowhere/compiler"));
        assert_eq!(build.status.code(), Some(MISSING), "{lang}: {}", told(&build));
        assert!(told(&build).contains(install), "{lang}: {}", told(&build));
        // The environment says the same of its mock until it is built.
        let checked = run(gemproof(parent.path()).args(["env", "check", "tasks"]));
        assert_eq!(checked.status.code(), Some(1));
        assert!(told(&checked).contains("mock.wasm"), "{lang}: {}", told(&checked));
    }
}
