//! From file to verdict on one thread, and what the parts of it cost.
//!
//! `cargo bench` measures the example environments; the benchmark data are measured too where `GEMPROOF_DATA` has them. The comparison
//! with the originals' Python tools is `benches/python_reference.py`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gemproof::diagnostic::Level;
use gemproof::emit::Summary;
use gemproof::environment::Stage;
use gemproof::json::Json;
use gemproof::verdict::{Judge, Judged};
use gemproof::verify::{Consumer, Plan, Progress, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Discard;

impl Consumer for Discard {
    fn record(&mut self, judged: &Judged, _: Option<&[u8]>) -> std::io::Result<()> {
        black_box(&judged.report.verdict);
        Ok(())
    }
    fn pause(&mut self, _: &Progress, _: &Summary) -> std::io::Result<()> {
        Ok(())
    }
}

fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GEMPROOF_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not here; set GEMPROOF_DATA", path.display());
    }
    path.exists().then_some(path)
}

fn env(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("envs").join(name)
}

fn judge(environment: Option<&str>, state: Option<&Path>) -> Arc<Judge> {
    let dirs: Vec<PathBuf> = environment.iter().map(|name| env(name)).collect();
    let mut stage = Stage::load(dirs.iter().map(PathBuf::as_path)).expect("the environments load");
    if let Some(state) = state {
        stage.give_state(None, state).expect("the state loads");
    }
    let asked = if dirs.is_empty() { vec![] } else { vec![Level::Executed] };
    Arc::new(Judge { stage, asked, ..Judge::default() })
}

fn verify(judge: &Arc<Judge>, input: &Path) -> Summary {
    let plan = Plan { inputs: vec![input.to_owned()], jobs: 1, ..Plan::default() };
    let mut summary = Summary::default();
    run(&plan, judge, &mut summary, &AtomicBool::new(false), &mut Discard).expect("the input can be read");
    summary
}

/// A file of at least so many bytes, by repeating another: start-up must not count.
fn repeated(input: &Path, bytes: usize) -> tempfile::NamedTempFile {
    let text = std::fs::read(input).expect("the input can be read");
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    for _ in 0..bytes.div_ceil(text.len()) {
        std::io::Write::write_all(&mut file, &text).expect("room on the disk");
    }
    file
}

fn corpora(c: &mut Criterion) {
    let own =
        |name: &str| (name.to_owned(), Some(env(name).join("trajectories/good.jsonl")), env(name).join("state.json"));
    let benchmark = |name: &str| (name.to_owned(), data(&format!("{name}/trajectories.jsonl")), PathBuf::new());
    for (name, input, state) in
        [own("frame-studio"), own("city-library"), benchmark("tau1-airline"), benchmark("tau2-retail")]
    {
        let Some(input) = input else { continue };
        let state = if state.exists() { Some(state) } else { data(&format!("{name}/db.json")) };
        let file = repeated(&input, 20 << 20);
        let executed = judge(Some(&name), state.as_deref());
        let formed = judge(None, None);
        let summary = verify(&executed, file.path());
        println!(
            "{name}: {} trajectories, {} calls, {} bytes",
            summary.trajectories,
            summary.calls,
            file.as_file().metadata().expect("its size").len()
        );
        let mut group = c.benchmark_group(&name);
        group
            .sample_size(10)
            .measurement_time(Duration::from_secs(5))
            .throughput(Throughput::Elements(summary.trajectories));
        group.bench_function("file to verdict, all levels", |b| b.iter(|| verify(&executed, file.path())));
        group.bench_function("file to verdict, level formed", |b| b.iter(|| verify(&formed, file.path())));
        let text = std::fs::read_to_string(file.path()).expect("the input can be read");
        group.bench_function("parsing the file with serde_json", |b| {
            b.iter(|| {
                for line in text.lines() {
                    black_box(serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
                }
            });
        });
        group.finish();
    }
}

/// Single calls, by tool: the first call of each tool in the corpus that the environment answers.
fn calls(c: &mut Criterion) {
    for name in ["tau1-airline", "tau2-retail"] {
        let (Some(input), Some(state)) =
            (data(&format!("{name}/trajectories.jsonl")), data(&format!("{name}/db.json")))
        else {
            continue;
        };
        let judge = judge(Some(name), Some(&state));
        let mut seen = std::collections::BTreeMap::new();
        for line in std::fs::read_to_string(input).expect("the input can be read").lines() {
            let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            for call in record["messages"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|m| m["tool_calls"].as_array().into_iter().flatten())
            {
                let tool = call["function"]["name"].as_str().expect("a name").to_owned();
                let arguments: Json =
                    serde_json::from_str(call["function"]["arguments"].as_str().expect("text")).expect("JSON");
                seen.entry(tool).or_insert(arguments);
            }
        }
        let world = judge.stage.environments[0].given.clone().expect("the state was given");
        let mut group = c.benchmark_group(format!("{name} call"));
        group.sample_size(20).measurement_time(Duration::from_millis(500)).warm_up_time(Duration::from_millis(200));
        gemproof::mock::mark_roomy_thread();
        for (tool, arguments) in seen {
            group.bench_function(&tool, |b| {
                b.iter(|| {
                    let mut episode = judge.stage.episode(vec![world.clone()].into());
                    black_box(episode.call(&tool, &arguments, Vec::new()))
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, corpora, calls);
criterion_main!(benches);
