//! What the integration tests share: where the data is, judging in-process, running the binary.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gemproof::diagnostic::{Diagnostic, Level};
use gemproof::emit::Summary;
use gemproof::environment::Stage;
use gemproof::ingest::{self, Input, Records, ToolShelf};
use gemproof::mine::{Model, Step, steps};
use gemproof::trajectory::{Exchange, Trajectory, pair};
use gemproof::verdict::{Judge, Judged, Report};
use gemproof::verify::{Consumer, Ended, Plan, Progress, run};
use serde_json::Value;

/// A path within the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder of an environment of ours.
pub fn env_dir(name: &str) -> PathBuf {
    project("envs").join(name)
}

/// A file or folder of the real data: below `GEMPROOF_DATA`, else below `../shared/data`. Where it is missing, says so and is `None`: the test is
/// to return.
pub fn data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GEMPROOF_DATA").map_or_else(|| project("../shared/data"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Past the capture of the test harness, which hides what passing tests print.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: no {} (set GEMPROOF_DATA)", found.display());
    None
}

/// A judge without an environment: level `formed`.
pub fn formed_judge() -> Arc<Judge> {
    Arc::new(Judge::default())
}

/// A judge that executes in an environment, from the world in `state` or from the environment's own.
pub fn executing_judge(env: &Path, state: Option<&Path>) -> Arc<Judge> {
    Arc::new(Judge { stage: stage(env, state), asked: vec![Level::Executed], ..Judge::default() })
}

/// The stage of one environment.
pub fn stage(env: &Path, state: Option<&Path>) -> Stage {
    let mut stage = Stage::load([env]).unwrap_or_else(|e| panic!("{}: {e}", env.display()));
    if let Some(state) = state {
        stage.give_state(None, state).unwrap_or_else(|e| panic!("{e}"));
    }
    stage
}

/// Everything that a run handed out.
#[derive(Default)]
pub struct Collected {
    pub records: Vec<Judged>,
    /// The lines of the output files, one for each record.
    pub lines: Vec<Vec<u8>>,
    pub summary: Summary,
}

impl Consumer for Collected {
    fn record(&mut self, judged: &Judged, line: Option<&[u8]>) -> std::io::Result<()> {
        let Judged { record, readable, report, world } = judged;
        let copy =
            Judged { record: record.clone(), readable: readable.clone(), report: report.clone(), world: world.clone() };
        self.records.push(copy);
        self.lines.extend(line.map(<[u8]>::to_vec));
        Ok(())
    }

    fn pause(&mut self, _: &Progress, _: &Summary) -> std::io::Result<()> {
        Ok(())
    }
}

impl Collected {
    /// How often a finding was made.
    pub fn code(&self, name: &str) -> u64 {
        self.summary.codes.get(name).copied().unwrap_or(0)
    }
}

/// Judges files as a run of `verify` does, with the lines that `-o` would write.
pub fn judge_files(judge: &Arc<Judge>, inputs: &[&Path]) -> Collected {
    let plan = Plan { inputs: inputs.iter().map(|path| path.to_path_buf()).collect(), lines: true, ..Plan::default() };
    let mut collected = Collected::default();
    let mut summary = Summary::default();
    let ended = run(&plan, judge, &mut summary, &AtomicBool::new(false), &mut collected);
    assert_eq!(ended.unwrap_or_else(|e| panic!("{e}")), Ended::Complete);
    assert_eq!(collected.records.len() as u64, summary.trajectories);
    collected.summary = summary;
    collected
}

/// Judges records, as a JSONL file of them.
pub fn judge_records(judge: &Arc<Judge>, records: &[Value]) -> Collected {
    let file = jsonl(records);
    judge_files(judge, &[file.path()])
}

/// A temporary JSONL file.
pub fn jsonl<'a>(records: impl IntoIterator<Item = &'a Value>) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a temporary file");
    let lines: String = records.into_iter().map(|record| format!("{record}\n")).collect();
    file.write_all(lines.as_bytes()).expect("a temporary file takes lines");
    file
}

/// Judges records and keeps their reports alone.
pub fn reports<'a>(judge: &Arc<Judge>, records: impl IntoIterator<Item = &'a Value>) -> Vec<Report> {
    struct Reports(Vec<Report>);
    impl Consumer for Reports {
        fn record(&mut self, judged: &Judged, _: Option<&[u8]>) -> std::io::Result<()> {
            self.0.push(judged.report.clone());
            Ok(())
        }

        fn pause(&mut self, _: &Progress, _: &Summary) -> std::io::Result<()> {
            Ok(())
        }
    }
    let file = jsonl(records);
    let plan = Plan { inputs: vec![file.path().to_owned()], ..Plan::default() };
    let mut reports = Reports(Vec::new());
    let ended = run(&plan, judge, &mut Summary::default(), &AtomicBool::new(false), &mut reports);
    assert_eq!(ended.unwrap_or_else(|e| panic!("{e}")), Ended::Complete);
    reports.0
}

/// The JSON records of a JSONL file.
pub fn read_jsonl(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).collect()
}

/// Runs the binary in the project's folder.
pub fn gemproof(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gemproof")).args(args).current_dir(project("")).output().expect("gemproof starts")
}

/// The findings of one code.
pub fn with_code<'a>(judged: &'a Judged, code: &'a str) -> impl Iterator<Item = &'a Diagnostic> {
    judged.report.diagnostics.iter().filter(move |d| d.code.name() == code)
}

/// A trajectory with its calls and answers.
pub type Run = (Trajectory, Vec<Exchange>);

pub fn with_exchanges(trajectory: Trajectory) -> Run {
    let exchanges = pair(&trajectory).exchanges;
    (trajectory, exchanges)
}

/// The readable records of a file of the real data.
pub fn corpus(path: &str) -> Option<Vec<Run>> {
    let input = Input::open(&data(path)?).expect("the data opens");
    let shelf = ToolShelf::default();
    let runs = Records::new(input).filter_map(|record| ingest::read(&record, None, &shelf).ok());
    Some(runs.map(|readable| with_exchanges(readable.trajectory)).collect())
}

/// What runs teach.
pub fn mine<'a>(runs: impl Iterator<Item = &'a Run>) -> Model {
    let all: Vec<Vec<Step>> = runs.map(|(trajectory, exchanges)| steps(trajectory, exchanges, None)).collect();
    Model::of(all.iter().map(Vec::as_slice))
}

/// The corpora that were truly executed.
pub const EXECUTED: [(&str, &str); 6] = [
    ("airline", "tau1-airline/trajectories.jsonl"),
    ("retail", "tau2-retail/trajectories.jsonl"),
    ("bfcl", "bfcl/base.jsonl"),
    ("bfcl-miss", "bfcl/miss_param.jsonl"),
    ("apibank", "apibank/trajectories.jsonl"),
    ("tooltalk", "tooltalk/trajectories.jsonl"),
];
