//! What a call costs in either backend, of mocks by hand and of mined ones, what starting a guest and counting its fuel cost, and what
//! forking a world costs.
//!
//! `cargo bench --bench mocks`; `-- mined` is the part about mined mocks. With `GEMPROOF_DATA` one of real data is measured too.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use gemproof::bundle::Mined;
use gemproof::ingest::{self, Input, Records, ToolShelf};
use gemproof::json::Json;
use gemproof::mine::{Model, steps};
use gemproof::mock::rhai::RhaiMock;
use gemproof::mock::wasm::WasmMock;
use gemproof::mock::{Limits, Mock, Outcome, Turn};
use gemproof::trajectory::{Exchange, Trajectory, pair};
use gemproof::world::{Clock, Size, World};

/// A small tool: looks up a record, checks it, sets a field, answers the record.
const SCRIPT: &str = r#"
fn nothing(args) { args }
fn renew(args) {
    let loan = get("loans", args.loan_id);
    if loan == () { fail("Error: loan not found"); }
    if loan.renewals >= 3 { fail("Error: this loan cannot be renewed again"); }
    loan.renewals += 1;
    put("loans", args.loan_id, loan);
    loan
}
"#;

/// The same, by hand.
const MODULE: &str = r#"
(module
  (import "gemproof/1" "field" (func $field (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "get" (func $get (param i32 i32 i32) (result i32)))
  (import "gemproof/1" "put" (func $put (param i32 i32 i32 i32)))
  (import "gemproof/1" "set" (func $set (param i32 i32 i32 i32)))
  (import "gemproof/1" "int" (func $int (param i64) (result i32)))
  (import "gemproof/1" "as_int" (func $as_int (param i32) (result i64)))
  (import "gemproof/1" "text" (func $text (param i32 i32) (result i32)))
  (import "gemproof/1" "fail" (func $fail (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "loan_id")
  (data (i32.const 8) "loans")
  (data (i32.const 16) "renewals")
  (data (i32.const 24) "Error: loan not found")
  (data (i32.const 48) "Error: this loan cannot be renewed again")
  (func (export "tool:nothing") (param $args i32) (result i32) (local.get $args))
  (func (export "tool:renew") (param $args i32) (result i32)
    (local $id i32) (local $loan i32) (local $renewals i64)
    (local.set $id (call $field (local.get $args) (i32.const 0) (i32.const 7)))
    (local.set $loan (call $get (i32.const 8) (i32.const 5) (local.get $id)))
    (if (i32.eqz (local.get $loan)) (then (call $fail (call $text (i32.const 24) (i32.const 21)))))
    (local.set $renewals (call $as_int (call $field (local.get $loan) (i32.const 16) (i32.const 8))))
    (if (i64.ge_s (local.get $renewals) (i64.const 3))
      (then (call $fail (call $text (i32.const 48) (i32.const 40)))))
    (call $set (local.get $loan) (i32.const 16) (i32.const 8)
      (call $int (i64.add (local.get $renewals) (i64.const 1))))
    (call $put (i32.const 8) (i32.const 5) (local.get $id) (local.get $loan))
    (local.get $loan)))
"#;

/// A world of about so many megabytes: 4,250 records each.
fn library(megabytes: usize) -> World {
    let loans = (0..megabytes * 4_250).map(|n| {
        let fields = [
            ("member", Json::text(format!("member-{}", n % 997))),
            ("title", Json::text(format!("The collected works, volume {n}, in the edition of the city's library"))),
            ("due", Json::text("2024-04-02")),
            ("renewals", Json::Int((n % 3) as i64)),
            ("notes", Json::list(vec![Json::text("shelf 4"), Json::Int(n as i64), Json::Bool(true)])),
        ];
        let fields = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
        (Arc::from(format!("L{n:06}")), Json::map(fields))
    });
    let state = Json::map(vec![(Arc::from("loans"), Json::map(loans.collect()))]);
    World::from_json(&state, Clock::default(), 7).expect("an object")
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

fn calls(c: &mut Criterion) {
    let script =
        RhaiMock::compile(&[(PathBuf::from("tools.rhai"), SCRIPT.into())], Limits::default()).expect("a script");
    let module = WasmMock::compile(Path::new("mock.wat"), MODULE.as_bytes(), Limits::default()).expect("a module");
    let world = library(2);
    let arguments = [("a call that answers its arguments", "nothing"), ("look up, check, set, put", "renew")];
    for (what, tool) in arguments {
        let mut group = c.benchmark_group(what);
        for (backend, mock) in [("rhai", &script as &dyn Mock), ("wasm", &module)] {
            let arguments = json(r#"{"loan_id": "L000301"}"#);
            let call = || {
                let mut turn = Turn { world: world.clone(), ..Turn::default() };
                match mock.run(tool, &arguments, &mut turn) {
                    Outcome::Answer(answer) => (answer, turn),
                    other => panic!("{backend} {tool}: {other:?}"),
                }
            };
            group.bench_function(backend, |b| b.iter(|| black_box(call())));
        }
        group.finish();
    }
}

/// A loop with a branch in it, with and without counting fuel.
fn fuel(c: &mut Criterion) {
    const STEPS: &str = r#"
        (module (func (export "steps") (param $n i32) (result i32) (local $x i32)
          (loop $again
            (if (i32.and (local.get $x) (i32.const 1))
              (then (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 3)) (i32.const 1))))
              (else (local.set $x (i32.add (i32.shr_u (local.get $x) (i32.const 1)) (local.get $n)))))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $again (local.get $n)))
          (local.get $x)))"#;
    let mut group = c.benchmark_group("100,000 steps of a loop with a branch");
    for (name, fuel, epoch) in [
        ("counting nothing", false, false),
        ("epochs", false, true),
        ("fuel", true, false),
        ("fuel and epochs", true, true),
    ] {
        let mut config = wasmtime::Config::new();
        config.consume_fuel(fuel).epoch_interruption(epoch);
        let engine = wasmtime::Engine::new(&config).expect("an engine");
        let module = wasmtime::Module::new(&engine, wat::parse_str(STEPS).expect("wat")).expect("a module");
        let mut store = wasmtime::Store::new(&engine, ());
        store.set_epoch_deadline(1);
        let refill = |store: &mut wasmtime::Store<()>| {
            if fuel {
                store.set_fuel(u64::MAX / 2).expect("fuel")
            }
        };
        refill(&mut store);
        let instance = wasmtime::Instance::new(&mut store, &module, &[]).expect("an instance");
        let steps = instance.get_typed_func::<i32, i32>(&mut store, "steps").expect("a function");
        group.bench_function(name, |b| {
            b.iter(|| {
                refill(&mut store);
                steps.call(&mut store, black_box(100_000)).expect("it returns")
            });
        });
    }
}

fn forks(c: &mut Criterion) {
    let mut group = c.benchmark_group("world");
    for megabytes in [2, 20] {
        let world = library(megabytes);
        let record = json(r#"{"member": "member-1", "title": "A new one", "due": "2024-04-02", "renewals": 0}"#);
        let name = |what: &str| format!("{what}, {megabytes} MB");
        group.bench_function(name("fork"), |b| b.iter(|| black_box(world.clone())));
        let written = || {
            let mut fork = world.clone();
            fork.put("loans", "L000301", record.clone(), Size::MAX).expect("room");
            fork
        };
        group.bench_function(name("fork and write"), |b| b.iter(|| black_box(written())));
        let after = written();
        group.bench_function(name("diff after a write"), |b| b.iter(|| black_box(world.changes(&after))));
        world.state_hash();
        group.bench_function(name("hash after a write"), |b| {
            b.iter_batched(written, |world| black_box(world.state_hash()), BatchSize::SmallInput);
        });
    }
}

/// The readable trajectories of a file.
fn read(path: &Path) -> Option<Vec<(Trajectory, Vec<Exchange>)>> {
    let Ok(input) = Input::open(path) else {
        eprintln!("SKIPPED: no {}; set GEMPROOF_DATA", path.display());
        return None;
    };
    let shelf = ToolShelf::default();
    let readable = Records::new(input).filter_map(|record| ingest::read(&record, None, &shelf).ok());
    let with_exchanges = |trajectory: Trajectory| {
        let exchanges = pair(&trajectory).exchanges;
        (trajectory, exchanges)
    };
    Some(readable.map(|readable| with_exchanges(readable.trajectory)).collect())
}

/// A mined mock in both forms: writing it, compiling it, and a dialogue in it.
fn mined(c: &mut Criterion) {
    let data = std::env::var_os("GEMPROOF_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let corpora = [
        ("library", PathBuf::from("envs/city-library/trajectories/good.jsonl")),
        ("retail", data.join("tau2-retail/trajectories.jsonl")),
    ];
    for (name, path) in corpora {
        let Some(runs) = read(&path) else { continue };
        let all: Vec<_> = runs.iter().map(|(trajectory, exchanges)| steps(trajectory, exchanges, None)).collect();
        let mined = Mined::new(Arc::new(Model::of(all.iter().map(Vec::as_slice)))).expect("the mock compiles");
        let sources = [(PathBuf::from("tools.rhai"), mined.source.text.clone())];
        let bytes = mined.module();
        println!("{name}: {} bytes of script, {} of module", sources[0].1.len(), bytes.len());
        let script = || RhaiMock::compile(&sources, Limits::default()).expect("a script");
        let module = || WasmMock::compile(Path::new("mock.wasm"), &bytes, Limits::default()).expect("a module");

        let mut group = c.benchmark_group(format!("mined {name}"));
        group.bench_function("write the module", |b| b.iter(|| black_box(mined.module())));
        group.sample_size(10);
        group.bench_function("compile rhai", |b| b.iter(|| black_box(script())));
        group.bench_function("compile wasm", |b| b.iter(|| black_box(module())));
        let ((trajectory, exchanges), steps) = runs.iter().zip(&all).max_by_key(|(_, steps)| steps.len()).expect("one");
        let bundle = mined.bundle(trajectory, exchanges, None).expect("it replays");
        let world = World::from_json(&bundle.state, Clock::default(), 0).expect("a world");
        group.throughput(Throughput::Elements(steps.len() as u64));
        for (backend, mock) in [("rhai", Box::new(script()) as Box<dyn Mock>), ("wasm", Box::new(module()))] {
            let dialogue = || {
                let mut turn = Turn { world: world.clone(), ..Turn::default() };
                for step in steps {
                    let before = turn.world.clone();
                    let tool = match backend {
                        "rhai" => mined.source.functions.get(&*step.name).map_or(&*step.name, String::as_str),
                        _ => &step.name,
                    };
                    match mock.run(tool, &step.arguments, &mut turn) {
                        Outcome::Answer(answer) => drop(black_box(answer)),
                        _ => turn.world = before,
                    }
                }
                turn
            };
            group.bench_function(format!("a dialogue, {backend}"), |b| b.iter(|| black_box(dialogue())));
        }
    }
}

criterion_group!(mocks, calls, mined, fuel, forks);
criterion_main!(mocks);
