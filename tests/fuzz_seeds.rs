//! The bodies of the fuzz targets on their seeds, so that both keep working where no fuzzer runs.

#![cfg(feature = "wasm")]

use std::fs;
use std::path::Path;

use gemproof::mock::meter::Counting;

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

#[global_allocator]
static ALLOCATOR: Counting<std::alloc::System> = Counting(std::alloc::System);

/// Runs a target on each of its seeds, and on what is left of each when it is cut or a byte of it differs.
fn seeds(target: &str, run: fn(&[u8])) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", dir.display());
    let mut executions = 0;
    for path in paths {
        println!("{}", path.display());
        let seed = fs::read(&path).unwrap();
        run(&seed);
        let step = (seed.len() / 16).max(1);
        for at in (0..seed.len()).step_by(step) {
            run(&seed[..at]);
            let mut flipped = seed.clone();
            flipped[at] ^= 1 << (at % 8);
            run(&flipped);
            executions += 2;
        }
        executions += 1;
    }
    println!("{target}: {executions} executions");
}

#[test]
fn ingest() {
    seeds("ingest", fuzz::ingest::run);
}

#[test]
fn guest_interface() {
    seeds("guest_interface", fuzz::guest_interface::run);
}

#[test]
fn rhai_source() {
    seeds("rhai_source", fuzz::rhai_source::run);
}

#[test]
fn module_bytes() {
    seeds("module_bytes", fuzz::module_bytes::run);
}

/// A function that is missing here would never be fuzzed.
#[test]
fn the_fuzzed_interface_is_the_documented_one() {
    let documented: Vec<String> = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/abi.md"))
        .unwrap()
        .lines()
        .skip_while(|line| !line.starts_with("### Handles"))
        .take_while(|line| !line.starts_with("## Components"))
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| {
            let cell = line.split('|').nth(1).unwrap().to_owned();
            let name =
                |part: &str| part.trim_start_matches(['`', ' ']).split(['(', '`', ' ']).next().unwrap().to_owned();
            cell.split("`, `")
                .map(name)
                .flat_map(|name| name.split(", ").map(str::to_owned).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        })
        .filter(|name| !name.is_empty())
        .collect();
    let mut fuzzed: Vec<&str> = fuzz::guest_interface::FUNCTIONS.iter().map(|(name, ..)| *name).collect();
    let mut documented: Vec<&str> = documented.iter().map(String::as_str).collect();
    fuzzed.sort_unstable();
    documented.sort_unstable();
    assert_eq!(fuzzed, documented);
}
