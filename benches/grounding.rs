//! What level `grounded` costs: a dialogue of the size that GEM reports (46 messages, 16 calls), and how the cost grows with the dialogue.
//!
//! `cargo bench --bench grounding`. The dialogues are synthetic; the benchmark data are measured too where `GEMPROOF_DATA` has them.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gemproof::diagnostic::Level;
use gemproof::ingest::{Input, Record, Records};
use gemproof::verdict::Judge;
use serde_json::Value;

#[path = "common/dialogue.rs"]
mod dialogue;

use dialogue::dialogue;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn record(dialogue: &Value) -> Record {
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a temporary file");
    std::io::Write::write_all(&mut file, format!("{dialogue}\n").as_bytes()).expect("it takes a line");
    let input = Input::open(file.path()).expect("it opens");
    Records::new(input).next().expect("it has a record")
}

fn grounding(c: &mut Criterion) {
    let judge = Judge { asked: vec![Level::Grounded], ..Judge::default() };
    let gem = record(&dialogue(46));
    let checked = judge.judge(gem.clone(), None);
    assert_eq!(checked.report.verdict.name(), "verified", "{:?}", checked.report.diagnostics);
    eprintln!(
        "GEM size: {} bytes, {} calls, {:?}",
        gem.bytes.len(),
        checked.report.calls.len(),
        checked.report.arguments
    );

    let mut group = c.benchmark_group("grounded");
    group.measurement_time(Duration::from_secs(5)).throughput(Throughput::Elements(1));
    group.bench_function("GEM size, record to verdict", |b| b.iter(|| black_box(judge.judge(gem.clone(), None))));
    group.finish();

    let mut group = c.benchmark_group("growth");
    group.sample_size(10);
    for messages in [10, 100, 1_000, 10_000] {
        let record = record(&dialogue(messages));
        group.throughput(Throughput::Elements(messages as u64));
        group.bench_with_input(BenchmarkId::from_parameter(messages), &record, |b, record| {
            b.iter(|| black_box(judge.judge(record.clone(), None)));
        });
    }
    group.finish();

    let root = std::env::var_os("GEMPROOF_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), Into::into);
    for corpus in ["tau1-airline/trajectories.jsonl", "tau2-retail/trajectories.jsonl", "toolalpaca/trajectories.jsonl"]
    {
        let path = root.join(corpus);
        let Ok(input) = Input::open(&path) else {
            eprintln!("SKIPPED: no {}; set GEMPROOF_DATA", path.display());
            continue;
        };
        let records: Vec<Record> = Records::new(input).collect();
        let mut group = c.benchmark_group("corpora");
        group.sample_size(10).throughput(Throughput::Elements(records.len() as u64));
        group.bench_function(corpus, |b| {
            b.iter(|| records.iter().for_each(|record| drop(black_box(judge.judge(record.clone(), None)))))
        });
        group.finish();
    }
}

criterion_group!(benches, grounding);
criterion_main!(benches);
