//! The main job: inputs to reports, in parallel, in order, in bounded memory.
//!
//! One thread reads records and cuts them into batches; a rayon pool, whose threads have the stack that mocks need, judges
//! batches; the caller's thread takes the results in the order of the input and hands them to a [`Consumer`].

mod learn;

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

pub use learn::{Corpus, Run, each_run, learn};

use crate::diagnostic::{Code, Diagnostic};
use crate::emit::{Summary, record_line};
use crate::grounding::Profile;
use crate::ingest::{self, Format, Input, InputError, Record, Records, Spare};
use crate::mock;
use crate::verdict::{Judge, Judged};

/// Records of one batch at most.
const BATCH_RECORDS: usize = 64;
/// Bytes of one batch, after which it is closed.
const BATCH_BYTES: usize = 1 << 20;

/// Records from whose calls a run learns what values parameters have, and the bytes after which it has seen enough.
const LEARNT_RECORDS: usize = 512;
const LEARNT_BYTES: usize = 16 << 20;

/// What to read, and how.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub inputs: Vec<PathBuf>,
    /// Where standard input was copied to, if it was.
    pub spool: Option<PathBuf>,
    /// Read every record as this format instead of recognising it.
    pub format: Option<&'static dyn Format>,
    /// Stop after so many records.
    pub limit: Option<u64>,
    /// Threads that judge; 0 for one on each core.
    pub jobs: usize,
    /// Records that an earlier run finished.
    pub skip: u64,
    /// Whether consumers want the lines of output files.
    pub lines: bool,
}

/// Takes results in the order of the input.
pub trait Consumer {
    /// A record was judged. `line` is its line for an output file, where asked for.
    ///
    /// # Errors
    /// Ends the run.
    fn record(&mut self, judged: &Judged, line: Option<&[u8]>) -> std::io::Result<()>;

    /// A good moment to commit and to show progress.
    ///
    /// # Errors
    /// Ends the run.
    fn pause(&mut self, progress: &Progress, summary: &Summary) -> std::io::Result<()>;
}

/// How far reading is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Bytes of the input files read so far, before decompression.
    pub bytes: u64,
    /// Bytes of all of them, where known.
    pub bytes_total: Option<u64>,
    pub records: u64,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    Complete,
    /// It was asked to stop; everything handed to the consumer is whole.
    Interrupted,
}

/// Why a run could not go on.
#[derive(Debug)]
pub enum VerifyError {
    Input(InputError),
    Output(std::io::Error),
    /// No thread could be started.
    Threads(String),
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            VerifyError::Input(e) => e.fmt(f),
            VerifyError::Output(e) => write!(f, "cannot write the results: {e}"),
            VerifyError::Threads(e) => write!(f, "cannot start threads: {e}"),
        }
    }
}

impl std::error::Error for VerifyError {}

struct Batch {
    records: Vec<Record>,
    hint: Option<&'static dyn Format>,
}

/// A judged record and its output line.
type Done = (Judged, Option<Vec<u8>>);

/// Runs the whole job. `summary` goes on from what it holds; `stop` ends the run early.
///
/// # Errors
/// When an input cannot be opened, or the consumer fails.
///
/// # Panics
/// When judging panics outside of one record, which is a bug.
pub fn run(
    plan: &Plan,
    judge: &Arc<Judge>,
    summary: &mut Summary,
    stop: &AtomicBool,
    consumer: &mut dyn Consumer,
) -> Result<Ended, VerifyError> {
    // All of them are opened first: a misspelt name must not end a long run half-way.
    let inputs =
        plan.inputs.iter().map(|path| Input::open_spooled(path, plan.spool.as_deref())).collect::<Result<Vec<_>, _>>();
    let inputs = inputs.map_err(VerifyError::Input)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(plan.jobs)
        .stack_size(mock::STACK_BYTES)
        .start_handler(|_| mock::mark_roomy_thread())
        .build()
        .map_err(|e| VerifyError::Threads(e.to_string()))?;
    let ahead = pool.current_num_threads() * 2;
    let mut collector = Collector {
        consumer,
        seconds_before: summary.seconds,
        summary,
        ids: Ids::default(),
        started: Instant::now(),
        bytes_total: inputs.iter().map(|input| input.size).sum(),
        counters: inputs.iter().map(|input| Arc::clone(&input.read)).collect(),
        records: 0,
        spare: Arc::default(),
    };
    let spare = Arc::clone(&collector.spare);
    let reading = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel::<Batch>(ahead);
        let reading = &reading;
        let feed = Feed { judge, profile: Profile::default(), learnt: (0, 0), held: Vec::new(), sender };
        scope.spawn(move || read_batches(inputs, plan.format, plan.limit, &spare, reading, feed));
        let result = judge_batches(plan, judge, &pool, &batches, ahead, stop, &mut collector);
        // Lets the reader end: it stops at the flag, or when nobody takes its batches.
        reading.store(false, Ordering::Relaxed);
        drop(batches);
        result
    })
}

fn judge_batches(
    plan: &Plan,
    judge: &Arc<Judge>,
    pool: &rayon::ThreadPool,
    batches: &Receiver<Batch>,
    ahead: usize,
    stop: &AtomicBool,
    collector: &mut Collector<'_>,
) -> Result<Ended, VerifyError> {
    const WHOLE: &str = "a batch is judged to its end";
    let mut pending: VecDeque<Receiver<Vec<Done>>> = VecDeque::new();
    let mut skip = plan.skip;
    let mut ended = Ended::Complete;
    while let Ok(mut batch) = batches.recv() {
        if stop.load(Ordering::Relaxed) {
            ended = Ended::Interrupted;
            break;
        }
        if skip > 0 {
            let done = usize::try_from(skip).unwrap_or(usize::MAX).min(batch.records.len());
            skip -= done as u64;
            for record in batch.records.drain(..done) {
                collector.skip(judge, &record, batch.hint);
            }
        }
        if batch.records.is_empty() {
            continue;
        }
        let (sender, receiver) = sync_channel(1);
        let (judge, lines) = (Arc::clone(judge), plan.lines);
        pool.spawn_fifo(move || {
            let judged = batch.records.into_iter().map(|record| {
                let judged = judge.judge(record, batch.hint);
                let line = lines.then(|| record_line(&judged));
                (judged, line)
            });
            // The receiver is gone only when the run has ended.
            let _ = sender.send(judged.collect());
        });
        pending.push_back(receiver);
        while pending.len() > ahead {
            let first = pending.pop_front().expect("the queue is not empty");
            collector.take(first.recv().expect(WHOLE))?;
        }
    }
    for receiver in pending {
        collector.take(receiver.recv().expect(WHOLE))?;
    }
    Ok(ended)
}

/// Takes batches in order and hands their records on.
struct Collector<'a> {
    consumer: &'a mut dyn Consumer,
    summary: &'a mut Summary,
    ids: Ids,
    started: Instant,
    seconds_before: f64,
    bytes_total: Option<u64>,
    counters: Vec<Arc<AtomicU64>>,
    records: u64,
    spare: Arc<Spare>,
}

impl Collector<'_> {
    fn take(&mut self, done: Vec<Done>) -> Result<(), VerifyError> {
        for (mut judged, mut line) in done {
            let own = judged.readable.as_ref().is_some_and(|readable| readable.own_id);
            if own && let Some(first) = self.ids.repeats(&judged.report.id, &judged.record) {
                let message = format!("the id `{}` was used before, at {first}", judged.report.id);
                judged.report.diagnostics.insert(0, Diagnostic::new(Code::DuplicateId, "/id", message));
                line = line.map(|_| record_line(&judged));
            }
            self.summary.add(&judged.report);
            self.consumer.record(&judged, line.as_deref()).map_err(VerifyError::Output)?;
            self.records += 1;
            self.spare.give(judged.record.bytes);
        }
        self.summary.seconds = self.seconds_before + self.started.elapsed().as_secs_f64();
        let bytes = self.counters.iter().map(|counter| counter.load(Ordering::Relaxed)).sum();
        let progress = Progress { bytes, bytes_total: self.bytes_total, records: self.records };
        self.consumer.pause(&progress, self.summary).map_err(VerifyError::Output)
    }

    /// A record that an earlier run finished: only its id counts.
    fn skip(&mut self, judge: &Judge, record: &Record, hint: Option<&'static dyn Format>) {
        if let Ok(readable) = ingest::read(record, hint, &judge.shelf)
            && readable.own_id
        {
            self.ids.repeats(&readable.trajectory.id, record);
        }
    }
}

/// The ids met so far, as hashes: 16 bytes for each distinct id, and a number for its file.
#[derive(Default)]
struct Ids {
    hasher: foldhash::quality::FixedState,
    first: HashMap<u64, (u32, u64), foldhash::fast::FixedState>,
    files: Vec<Arc<str>>,
}

impl Ids {
    /// Where the id was used before, if it was.
    fn repeats(&mut self, id: &str, record: &Record) -> Option<String> {
        let file = &record.origin.file;
        if self.files.last() != Some(file) {
            self.files.push(Arc::clone(file));
        }
        let here = (self.files.len() as u32 - 1, record.origin.line);
        match self.first.entry(self.hasher.hash_one(id)) {
            std::collections::hash_map::Entry::Occupied(first) => {
                let (file, line) = *first.get();
                Some(format!("{}:{line}", self.files[file as usize]))
            }
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(here);
                None
            }
        }
    }
}

/// Hands batches to the judges. The first ones wait until the run has learnt from them what values parameters have.
struct Feed<'a> {
    judge: &'a Judge,
    profile: Profile,
    /// Records and bytes that were learnt from.
    learnt: (usize, usize),
    held: Vec<Batch>,
    sender: SyncSender<Batch>,
}

impl Feed<'_> {
    /// Whether anybody still takes batches.
    fn give(&mut self, batch: Batch) -> bool {
        if self.judge.profile.get().is_some() {
            return self.sender.send(batch).is_ok();
        }
        for record in &batch.records {
            self.learnt.0 += 1;
            self.learnt.1 += record.bytes.len();
            // A record that cannot be read, or not without a bug of ours, teaches nothing; judging it tells why.
            let read = std::panic::AssertUnwindSafe(|| ingest::read(record, batch.hint, &self.judge.shelf));
            if let Ok(Ok(readable)) = std::panic::catch_unwind(read) {
                self.profile.learn(&readable.trajectory);
            }
        }
        self.held.push(batch);
        if self.learnt.0 >= LEARNT_RECORDS || self.learnt.1 >= LEARNT_BYTES { self.begin() } else { true }
    }

    /// Ends learning, and lets the batches go that waited for it.
    fn begin(&mut self) -> bool {
        let _ = self.judge.profile.set(std::mem::take(&mut self.profile));
        self.held.drain(..).all(|batch| self.sender.send(batch).is_ok())
    }
}

/// Reads all inputs and cuts them into batches. The format of a file is told by its first record.
fn read_batches(
    inputs: Vec<Input>,
    format: Option<&'static dyn Format>,
    limit: Option<u64>,
    spare: &Arc<Spare>,
    reading: &AtomicBool,
    mut feed: Feed<'_>,
) {
    let mut left = limit.unwrap_or(u64::MAX);
    for input in inputs {
        let mut hint = format;
        let mut batch = Vec::new();
        let mut bytes = 0;
        for record in Records::reusing(input, Arc::clone(spare)) {
            if left == 0 || !reading.load(Ordering::Relaxed) {
                break;
            }
            left -= 1;
            if hint.is_none() && record.problem.is_none() {
                hint = std::str::from_utf8(&record.bytes).ok().and_then(|text| ingest::formats::recognise(text).next());
            }
            bytes += record.bytes.len();
            batch.push(record);
            if batch.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
                bytes = 0;
                if !feed.give(Batch { records: std::mem::take(&mut batch), hint }) {
                    return;
                }
            }
        }
        if !batch.is_empty() && !feed.give(Batch { records: batch, hint }) {
            return;
        }
    }
    feed.begin();
}
