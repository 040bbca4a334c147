//! Learning from a corpus: two passes over its files, in parallel, in bounded memory.
//!
//! Batches have a fixed size and are added up in the order of the input, so the result does not depend on the number of threads.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::VerifyError;
use crate::ingest::{self, Format, Input, Record, Records, ToolShelf};
use crate::mine::{Evidence, Model, Offered, Survey, offered, steps};
use crate::trajectory::{Exchange, ToolSet, Trajectory, pair};

/// What to learn from.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    pub inputs: Vec<PathBuf>,
    /// Where standard input was copied to, if it was.
    pub spool: Option<PathBuf>,
    /// Read every record as this format instead of recognising it.
    pub format: Option<&'static dyn Format>,
    /// Learn from so many records at most.
    pub limit: Option<u64>,
    /// Threads; 0 for one on each core.
    pub jobs: usize,
    /// Tools for records that name none.
    pub tools: Option<Arc<ToolSet>>,
}

/// Records of one unit of work.
const UNIT_RECORDS: usize = 64;
/// Units, or bytes, that are read before they are worked on.
const UNITS_AHEAD: usize = 16;
const BYTES_AHEAD: usize = 64 << 20;

/// Mines the tools of a corpus. `None` where it was stopped.
///
/// # Errors
/// When an input cannot be opened.
pub fn learn(corpus: &Corpus, shelf: &ToolShelf, stop: &AtomicBool) -> Result<Option<Model>, VerifyError> {
    let pool = threads(corpus.jobs)?;
    let fallback = corpus.tools.as_deref();
    let mut survey = Survey::default();
    let mut tools = Vec::new();
    offered(None, fallback, &mut tools);
    type First = (Survey, Vec<Offered>);
    let each = |(survey, tools): &mut First, run: &Run<'_>| {
        survey.learn(&steps(run.trajectory, run.exchanges, fallback));
        offered(Some(run.trajectory), fallback, tools);
    };
    let whole = pass(corpus, shelf, stop, &pool, each, |(part, more): First| {
        survey.merge(part);
        for tool in more {
            if !tools.iter().any(|known| known.name == tool.name) {
                tools.push(tool);
            }
        }
    })?;
    if !whole {
        return Ok(None);
    }
    let tables = survey.tables();
    let mut evidence = Evidence::default();
    let each = |evidence: &mut Evidence, run: &Run<'_>| {
        evidence.learn(&tables, &steps(run.trajectory, run.exchanges, fallback));
    };
    let whole = pass(corpus, shelf, stop, &pool, each, |part| evidence.merge(part))?;
    Ok(whole.then(|| {
        let mut model = Model::new(tables, evidence);
        model.offered = tools;
        model
    }))
}

/// A readable record of a corpus.
pub struct Run<'a> {
    pub trajectory: &'a Trajectory,
    pub exchanges: &'a [Exchange],
}

/// A pool whose threads have the stack that mocks need.
fn threads(jobs: usize) -> Result<rayon::ThreadPool, VerifyError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(crate::mock::STACK_BYTES)
        .start_handler(|_| crate::mock::mark_roomy_thread())
        .build()
        .map_err(|e| VerifyError::Threads(e.to_string()))
}

/// Does some work on each readable record of a corpus, in parallel, and takes what it comes to in the order of the input: a part for
/// every 64 records. Whether it came to its end.
///
/// # Errors
/// When an input cannot be opened.
pub fn each_run<T: Default + Send>(
    corpus: &Corpus,
    shelf: &ToolShelf,
    stop: &AtomicBool,
    work: impl Fn(&mut T, &Run<'_>) + Sync,
    take: impl FnMut(T),
) -> Result<bool, VerifyError> {
    pass(corpus, shelf, stop, &threads(corpus.jobs)?, work, take)
}

/// One pass: the work on each unit, and what it comes to, in order. Whether it came to its end.
fn pass<T: Default + Send>(
    corpus: &Corpus,
    shelf: &ToolShelf,
    stop: &AtomicBool,
    pool: &rayon::ThreadPool,
    work: impl Fn(&mut T, &Run<'_>) + Sync,
    mut take: impl FnMut(T),
) -> Result<bool, VerifyError> {
    let mut flush = |units: &mut Vec<Vec<(Record, Option<&'static dyn Format>)>>| {
        let parts: Vec<T> = pool.install(|| {
            let unit = |unit: &Vec<(Record, Option<&'static dyn Format>)>| {
                let mut part = T::default();
                for (record, hint) in unit {
                    // A record that cannot be read, or not without a bug of ours, teaches nothing; judging it tells why.
                    let read = std::panic::AssertUnwindSafe(|| {
                        let readable = ingest::read(record, *hint, shelf).ok()?;
                        let exchanges = pair(&readable.trajectory).exchanges;
                        Some((readable.trajectory, exchanges))
                    });
                    if let Ok(Some((trajectory, exchanges))) = std::panic::catch_unwind(read) {
                        work(&mut part, &Run { trajectory: &trajectory, exchanges: &exchanges });
                    }
                }
                part
            };
            units.par_iter().map(unit).collect()
        });
        parts.into_iter().for_each(&mut take);
        units.clear();
    };
    let mut left = corpus.limit.unwrap_or(u64::MAX);
    let mut units = Vec::new();
    let (mut unit, mut bytes) = (Vec::new(), 0);
    for path in &corpus.inputs {
        let input = Input::open_spooled(path, corpus.spool.as_deref()).map_err(VerifyError::Input)?;
        let mut hint = corpus.format;
        for record in Records::new(input) {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            if left == 0 {
                break;
            }
            left -= 1;
            if hint.is_none() && record.problem.is_none() {
                hint = std::str::from_utf8(&record.bytes).ok().and_then(|text| ingest::formats::recognise(text).next());
            }
            bytes += record.bytes.len();
            unit.push((record, hint));
            if unit.len() == UNIT_RECORDS {
                units.push(std::mem::take(&mut unit));
                if units.len() >= UNITS_AHEAD || bytes >= BYTES_AHEAD {
                    bytes = 0;
                    flush(&mut units);
                }
            }
        }
    }
    units.push(unit);
    flush(&mut units);
    Ok(true)
}
