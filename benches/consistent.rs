//! What level `consistent` costs: learning, judging and bundling dialogues of the size that GEM reports (46 messages, 15 calls).
//!
//! `cargo bench --bench consistent`. The dialogues are synthetic; the benchmark data are measured too where `GEMPROOF_DATA` has them.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gemproof::bundle::Mined;
use gemproof::consistent;
use gemproof::diagnostic::Level;
use gemproof::ingest::{self, Input, Record, Records, ToolShelf};
use gemproof::mine::{Model, steps};
use gemproof::trajectory::{Exchange, Trajectory, pair};
use gemproof::verdict::Judge;

#[path = "common/dialogue.rs"]
mod dialogue;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Run = (Trajectory, Vec<Exchange>);

fn read(records: &[Record]) -> Vec<Run> {
    let shelf = ToolShelf::default();
    let readable = records.iter().filter_map(|record| ingest::read(record, None, &shelf).ok());
    let with_exchanges = |trajectory: Trajectory| {
        let exchanges = pair(&trajectory).exchanges;
        (trajectory, exchanges)
    };
    readable.map(|readable| with_exchanges(readable.trajectory)).collect()
}

fn mine(runs: &[Run]) -> Model {
    let all: Vec<_> = runs.iter().map(|(trajectory, exchanges)| steps(trajectory, exchanges, None)).collect();
    Model::of(all.iter().map(Vec::as_slice))
}

fn records(path: &Path) -> Option<Vec<Record>> {
    match Input::open(path) {
        Ok(input) => Some(Records::new(input).collect()),
        Err(_) => {
            eprintln!("SKIPPED: no {}; set GEMPROOF_DATA", path.display());
            None
        }
    }
}

fn measure(c: &mut Criterion, name: &str, records: &[Record]) {
    let runs = read(records);
    let model = Arc::new(mine(&runs));
    let mined = Mined::new(Arc::clone(&model)).expect("the mock compiles");
    let judge = Judge { asked: vec![Level::Consistent], model: Some(Arc::clone(&model)), ..Judge::default() };
    let mut group = c.benchmark_group(name);
    group.sample_size(10).measurement_time(Duration::from_secs(3)).throughput(Throughput::Elements(runs.len() as u64));
    group.bench_function("learn, both passes", |b| b.iter(|| black_box(mine(&runs))));
    group.bench_function("judge level consistent alone", |b| {
        b.iter(|| {
            for (trajectory, exchanges) in &runs {
                black_box(consistent::check(&model, trajectory, exchanges, None, false));
            }
        })
    });
    group.bench_function("record to verdict, all levels", |b| {
        b.iter(|| records.iter().for_each(|record| drop(black_box(judge.judge(record.clone(), None)))))
    });
    group.bench_function("bundle", |b| {
        b.iter(|| {
            for (trajectory, exchanges) in &runs {
                drop(black_box(mined.bundle(trajectory, exchanges, None)));
            }
        })
    });
    group.finish();
}

fn consistent_level(c: &mut Criterion) {
    let lines: String = (0..64).map(|_| format!("{}\n", dialogue::dialogue(46))).collect();
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a temporary file");
    std::io::Write::write_all(&mut file, lines.as_bytes()).expect("it takes lines");
    measure(c, "GEM size", &records(file.path()).expect("it opens"));
    let root = std::env::var_os("GEMPROOF_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), Into::into);
    for corpus in ["tau1-airline/trajectories.jsonl", "tau2-retail/trajectories.jsonl", "toolalpaca/trajectories.jsonl"]
    {
        if let Some(records) = records(&root.join(corpus)) {
            measure(c, corpus, &records);
        }
    }
}

criterion_group!(benches, consistent_level);
criterion_main!(benches);
