//! The bodies of the fuzz targets on their seeds, so that both keep working where no fuzzer runs.

#![cfg(feature = "wasm")]

use std::fs;
use std::path::Path;

use gemproof::mock::meter::Counting;

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

#[global_allocator]
static ALLOCATOR: Counting<std::alloc::System> = Counting(std::alloc::System);

/// The seeds of a target, by name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", dir.display());
    paths.into_iter().map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

/// Runs a target on seeds, and on what is left of each when it is cut or a byte of it differs.
fn run(target: &str, seeds: Vec<(String, Vec<u8>)>, run: fn(&[u8])) {
    let mut executions = 0;
    for (name, seed) in seeds {
        println!("{name}");
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
    run("ingest", seeds("ingest"), fuzz::ingest::run);
}

#[test]
fn guest_interface() {
    run("guest_interface", seeds("guest_interface"), fuzz::guest_interface::run);
}

#[test]
fn rhai_source() {
    run("rhai_source", seeds("rhai_source"), fuzz::rhai_source::run);
}

#[test]
fn module_bytes() {
    let mut modules = seeds("module_bytes");
    // No binaries are kept: the fuzzer starts from those that are left here.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("module_bytes");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in modules.clone() {
        let binary = wat::parse_bytes(&text).unwrap_or_else(|e| panic!("{name}: {e}")).into_owned();
        let file = folder.join(Path::new(&name).file_stem().unwrap()).with_extension("wasm");
        fs::write(&file, &binary).unwrap();
        modules.push((file.display().to_string(), binary));
    }
    run("module_bytes", modules, fuzz::module_bytes::run);
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
