//! `gemproof mine`

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};

use super::{EXIT_INTERRUPTED, EXIT_NOT_VERIFIED, UsageError};
use crate::bundle::{Mined, MockForm, world_line, write_environment};
use crate::ingest::{Format, ToolShelf};
use crate::verify::{Corpus, Run, each_run, learn};

/// Make an environment out of recorded tools and trajectories
///
/// Writes env.toml, tools.json, the mock as tools.rhai, and worlds.jsonl with the world in which each trajectory happens. Every rule
/// says how often it was seen; what no rule explains is answered as recorded. Correct it, and run the same files in it with
/// `gemproof verify --env ENVDIR`. With `--mock wasm` the mock is mock.wasm, a module that does what tools.rhai says.
///
/// Exit status: 0 every trajectory replays, 1 some do not (they are named), 2 usage or unreadable input, 130 interrupted.
#[derive(Debug, Args)]
pub(super) struct Mine {
    /// Files of trajectories, as for `verify`
    #[arg(required_unless_present = "tools", value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The folder to write; it must be empty or not exist yet
    #[arg(short, long, value_name = "ENVDIR")]
    output: PathBuf,
    /// Tool definitions for records that bring none
    #[arg(long, value_name = "FILE")]
    tools: Option<PathBuf>,
    /// The format of the inputs, instead of recognising it
    #[arg(long, value_name = "FORMAT", value_parser = super::verify::parse_format)]
    from: Option<&'static dyn Format>,
    /// What the environment runs: the script, or a WebAssembly module that does the same
    #[arg(long = "mock", value_name = "FORM", value_enum, default_value_t = Form::Rhai)]
    form: Form,
    /// Stop after N records
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Threads; 0 is one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Rhai,
    #[cfg(feature = "wasm")]
    Wasm,
}

impl From<Form> for MockForm {
    fn from(form: Form) -> MockForm {
        match form {
            Form::Rhai => MockForm::Rhai,
            #[cfg(feature = "wasm")]
            Form::Wasm => MockForm::Wasm,
        }
    }
}

/// What bundling some records comes to.
#[derive(Default)]
struct Part {
    /// Lines of `worlds.jsonl`.
    worlds: Vec<u8>,
    /// Records that do not replay: id and why.
    failed: Vec<(String, String)>,
    records: u64,
    calls: u64,
    explained: u64,
}

impl Mine {
    pub fn run(self) -> Result<u8, UsageError> {
        let name = self.name()?;
        let tools = super::verify::read_tools(self.tools.as_deref())?;
        let stop = super::verify::stop_on_interrupt();
        let spool = match self.inputs.iter().any(|path| path.as_os_str() == "-") {
            true => Some(super::verify::spool()?),
            false => None,
        };
        let corpus = Corpus {
            inputs: self.inputs.clone(),
            spool: spool.as_ref().map(|file| file.path().to_owned()),
            format: self.from,
            limit: self.limit,
            jobs: self.jobs,
            tools: tools.clone(),
        };
        let shelf = ToolShelf::default();
        let fail = |e: &dyn std::fmt::Display| UsageError(e.to_string());
        let Some(model) = learn(&corpus, &shelf, &stop).map_err(|e| fail(&e))? else { return Ok(EXIT_INTERRUPTED) };
        let trajectories = model.tables.trajectories;
        if trajectories == 0 && model.offered.is_empty() {
            return Err(UsageError("no record could be read: there is nothing to mine".into()));
        }
        let mined = Mined::new(Arc::new(model)).map_err(|e| fail(&e))?;
        let write = |e: std::io::Error| UsageError(format!("cannot write {}: {e}", self.output.display()));
        fs::create_dir_all(&self.output).map_err(write)?;
        let mut worlds = BufWriter::new(fs::File::create(self.output.join("worlds.jsonl")).map_err(write)?);
        let whole = self.worlds(&corpus, &shelf, &stop, &mined, &mut worlds)?;
        let Some(all) = whole else { return Ok(EXIT_INTERRUPTED) };
        worlds.flush().map_err(write)?;
        write_environment(&self.output, &name, &mined, self.form.into()).map_err(write)?;

        let share = 100.0 * all.explained as f64 / all.calls.max(1) as f64;
        let (tools, tables) = (mined.behaviours.tools.len(), mined.behaviours.tables.len());
        let text = format!(
            "{}: {tools} tools, {tables} tables, from {} trajectories\n\
             {} of {} calls ({share:.0} %) follow from rules and records, the others are answered as recorded\n\
             {} of {} trajectories replay in it\n",
            self.output.display(),
            all.records,
            all.explained,
            all.calls,
            all.records - all.failed.len() as u64,
            all.records,
        );
        super::unless_closed(std::io::stdout().write_all(text.as_bytes())).map_err(write)?;
        for (id, why) in &all.failed {
            eprintln!("gemproof: {id} has no world: {why}");
        }
        Ok(if all.failed.is_empty() { 0 } else { EXIT_NOT_VERIFIED })
    }

    /// The name of the environment: that of its folder. The folder must be free.
    fn name(&self) -> Result<String, UsageError> {
        let occupied = fs::read_dir(&self.output).is_ok_and(|mut entries| entries.next().is_some());
        if occupied || self.output.is_file() {
            let message = "is not empty; name another folder for -o, what is in it may be the work of a person";
            return Err(UsageError(format!("{} {message}", self.output.display())));
        }
        let name = self.output.file_name().and_then(|name| name.to_str()).unwrap_or("mined");
        Ok(name.to_owned())
    }

    /// Writes the world of each trajectory. `None` where it was interrupted.
    fn worlds(
        &self,
        corpus: &Corpus,
        shelf: &ToolShelf,
        stop: &AtomicBool,
        mined: &Mined,
        out: &mut impl Write,
    ) -> Result<Option<Part>, UsageError> {
        let fallback = corpus.tools.as_deref();
        let work = |part: &mut Part, run: &Run<'_>| {
            part.records += 1;
            match mined.bundle(run.trajectory, run.exchanges, fallback) {
                Ok(bundle) => {
                    part.calls += bundle.calls as u64;
                    part.explained += bundle.explained as u64;
                    part.worlds.extend(world_line(&run.trajectory.id, &bundle.state));
                }
                Err(why) => part.failed.push((run.trajectory.id.clone(), why)),
            }
        };
        let mut all = Part::default();
        let mut written = Ok(());
        let whole = each_run(corpus, shelf, stop, work, |part: Part| {
            if written.is_ok() {
                written = out.write_all(&part.worlds);
            }
            all.records += part.records;
            all.calls += part.calls;
            all.explained += part.explained;
            all.failed.extend(part.failed);
        })
        .map_err(|e| UsageError(e.to_string()))?;
        written.map_err(|e| UsageError(format!("cannot write {}: {e}", self.output.display())))?;
        Ok((whole && !stop.load(Ordering::Relaxed)).then_some(all))
    }
}

/// The trajectories that an environment's folder brings.
pub(super) fn trajectories_of(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("trajectories")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
