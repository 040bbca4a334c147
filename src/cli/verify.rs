//! `gemproof verify`

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{EXIT_BUG, EXIT_INTERRUPTED, EXIT_NOT_VERIFIED, UsageError};
use crate::bundle::{Mined, MockForm, world_line, write_environment};
use crate::diagnostic::{Code, Level, Severity};
use crate::emit::{DataFlow, ENVIRONMENT, Folder, Human, Summary, report_line};
use crate::environment::{Stage, StageError};
use crate::ingest::{FORMATS, Format, formats, tools};
use crate::trajectory::ToolSet;
use crate::verdict::{Judge, Judged, Verdict};
use crate::verify::{Consumer, Corpus, Ended, Plan, Progress, learn, run};

/// Judge trajectories: what is proved of each, and what contradicts it
///
/// Exit status: 0 all verified, 1 something rejected or undetermined, 2 usage or unreadable input, 101 a bug of gemproof,
/// 130 interrupted.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Files of trajectories (JSONL, JSON arrays, GEM documents; plain, .gz, .zst); `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// An environment's folder to replay in; may be given several times
    #[arg(long, value_name = "DIR")]
    env: Vec<PathBuf>,
    /// The initial world, a JSON file; NAME=FILE where there are several environments
    #[arg(long, value_name = "FILE")]
    state: Vec<String>,
    /// Tool definitions for records that bring none
    #[arg(long, value_name = "FILE")]
    tools: Option<PathBuf>,
    /// The format of the inputs, instead of recognising it
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    from: Option<&'static dyn Format>,
    /// Learn what the tools do from these files, or from the trajectories of an environment, and only judge the inputs by it
    #[arg(long, value_name = "FILE|ENVDIR")]
    learn: Vec<PathBuf>,
    /// Let little evidence be enough to reject
    #[arg(long)]
    strict: bool,
    /// The levels that the verdict asks for, with commas; `formed` is always asked for
    /// [default: executed where --env is given, otherwise consistent]
    #[arg(long, value_name = "LEVELS", value_delimiter = ',')]
    level: Vec<AskedLevel>,
    /// Say of each argument where it comes from, and draw which tool feeds which
    #[arg(long)]
    provenance: bool,
    /// Let verified trajectories leave with an environment and the initial world in which they replay: environment/ in the folder of -o
    #[arg(long, requires = "output")]
    bundle: bool,
    /// Go on with the run that was interrupted in the folder of -o
    #[arg(long, requires = "output")]
    resume: bool,
    /// Stop after N records
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Write verified.jsonl, rejected.jsonl, undetermined.jsonl and summary.json into this folder, with --provenance also data-flow.json, .dot and .mmd
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Threads that judge; 0 is one for each core
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// Run every call afresh, also those whose outcome in the same world is known; for measuring
    #[arg(long, hide_short_help = true)]
    no_memo: bool,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Human)]
    format: OutputFormat,
    /// Records that are not verified to show in human output
    #[arg(long, value_name = "N", default_value_t = 20)]
    show: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// Findings with their context, and a summary
    Human,
    /// One JSON object for each record, and the summary as the last line
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AskedLevel {
    Formed,
    Grounded,
    Consistent,
    Executed,
}

pub(super) fn parse_format(name: &str) -> Result<&'static dyn Format, String> {
    formats::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        format!("the formats are {}", names.join(", "))
    })
}

/// Standard input as a file, which is gone when this is.
pub(super) fn spool() -> Result<tempfile::NamedTempFile, UsageError> {
    let fail = |e: io::Error| UsageError(format!("cannot keep standard input for a second reading: {e}"));
    let mut file = tempfile::NamedTempFile::new().map_err(fail)?;
    io::copy(&mut io::stdin().lock(), &mut file).map_err(fail)?;
    Ok(file)
}

/// Tool definitions of a file.
pub(super) fn read_tools(path: Option<&Path>) -> Result<Option<Arc<ToolSet>>, UsageError> {
    let Some(path) = path else { return Ok(None) };
    let fail = |message: String| UsageError(format!("{}: {message}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    let set = tools::read(&text).map_err(fail)?;
    for finding in &set.findings {
        let word = if finding.code.severity() == Severity::Error { "error" } else { "note" };
        let code = finding.code.name();
        eprintln!("{word}[{code}]: {}: {}: {}", path.display(), finding.path, finding.message);
    }
    Ok(Some(Arc::new(set)))
}

/// A flag that the first interrupt sets. The second one ends the program at once; where no handler can be set, the first one does.
pub(super) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_INTERRUPTED));
        }
    });
    stop
}

impl Verify {
    pub fn run(self) -> Result<u8, UsageError> {
        let stage = self.stage().map_err(|e| UsageError(e.to_string()))?;
        let tools = read_tools(self.tools.as_deref())?;
        let mut asked: Vec<Level> = self
            .level
            .iter()
            .map(|level| match level {
                AskedLevel::Formed => Level::Formed,
                AskedLevel::Grounded => Level::Grounded,
                AskedLevel::Consistent => Level::Consistent,
                AskedLevel::Executed => Level::Executed,
            })
            .collect();
        if asked.is_empty() {
            asked.push(if stage.is_empty() { Level::Consistent } else { Level::Executed });
        }
        if asked.contains(&Level::Executed) && stage.is_empty() {
            return Err(UsageError("level `executed` needs an environment: give --env".into()));
        }
        let mut judge = Judge { stage, tools, asked, provenance: self.provenance, ..Judge::default() };
        judge.strict = self.strict;

        let stop = stop_on_interrupt();

        if !judge.asked.contains(&Level::Consistent) {
            let option = if self.bundle { "--bundle" } else { "--learn" };
            if self.bundle || !self.learn.is_empty() {
                return Err(UsageError(format!("{option} is for level `consistent`: ask for it with --level")));
            }
        }
        // Learning reads the input twice before it is judged.
        let reads = |paths: &[PathBuf]| paths.iter().any(|path| path.as_os_str() == "-");
        let again = judge.asked.contains(&Level::Consistent) && (reads(&self.learn) || self.learn.is_empty());
        let spool = match again && (reads(&self.inputs) || reads(&self.learn)) {
            true => Some(spool()?),
            false => None,
        };
        if judge.asked.contains(&Level::Consistent) {
            let corpus = Corpus {
                inputs: self.corpus()?,
                spool: spool.as_ref().map(|file| file.path().to_owned()),
                format: self.from,
                limit: if self.learn.is_empty() { self.limit } else { None },
                jobs: self.jobs,
                tools: judge.tools.clone().or_else(|| judge.stage.tools.clone()),
            };
            match learn(&corpus, &judge.shelf, &stop).map_err(|e| UsageError(e.to_string()))? {
                Some(model) => {
                    let model = Arc::new(model);
                    if self.bundle {
                        judge.mined = Some(Arc::new(Mined::new(Arc::clone(&model)).map_err(UsageError)?));
                    }
                    judge.model = Some(model);
                }
                None => return Ok(EXIT_INTERRUPTED),
            }
        }
        let judge = Arc::new(judge);

        let folder = match &self.output {
            None => None,
            Some(dir) => {
                self.check_inputs(dir)?;
                let fail = |e| UsageError(format!("{}: {e}", dir.display()));
                let folder = Folder::open(dir, self.fingerprint(), self.resume, self.bundle).map_err(fail)?;
                if let Some(mined) = &judge.mined {
                    write_environment(&dir.join(ENVIRONMENT), "mined", mined, MockForm::Rhai).map_err(fail)?;
                }
                Some(folder)
            }
        };
        let flow = folder.as_ref().and_then(|folder| folder.position().flow.clone());
        let mut summary = folder.as_ref().map(|folder| folder.position().summary.clone()).unwrap_or_default();
        let plan = Plan {
            inputs: self.inputs.clone(),
            spool: spool.as_ref().map(|file| file.path().to_owned()),
            format: self.from,
            limit: self.limit,
            jobs: self.jobs,
            skip: folder.as_ref().map_or(0, |folder| folder.position().records),
            lines: folder.is_some(),
        };
        let mut printer = Printer {
            human: Human::new(anstream::AutoStream::auto(io::stdout().lock()), self.show),
            json: io::BufWriter::new(io::stdout()),
            format: self.format,
            closed: false,
            folder,
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            committed: Instant::now(),
            bugs: 0,
            flow: self.provenance.then(|| flow.unwrap_or_default()),
        };
        if !io::stderr().is_terminal() {
            printer.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let ended = run(&plan, &judge, &mut summary, &stop, &mut printer).map_err(|e| UsageError(e.to_string()))?;
        printer.bar.finish_and_clear();
        let folder = self.output.as_ref().map(|dir| dir.display().to_string());
        let bugs = printer.bugs;
        let fail = |e: io::Error| UsageError(format!("cannot write the results: {e}"));
        if ended == Ended::Interrupted {
            if let Some(mut folder) = printer.folder.take() {
                *folder.flow() = printer.flow.take();
                folder.commit(&summary).map_err(fail)?;
                eprintln!("gemproof: interrupted after {} records; go on with --resume", summary.trajectories);
            } else {
                eprintln!("gemproof: interrupted after {} records", summary.trajectories);
            }
            return Ok(EXIT_INTERRUPTED);
        }
        if let Some(mut folder) = printer.folder.take() {
            folder.flow().clone_from(&printer.flow);
            folder.finish(&summary).map_err(fail)?;
        }
        printer.finish(&summary, folder.as_deref()).map_err(fail)?;
        if summary.trajectories == 0 {
            let names: Vec<String> = self.inputs.iter().map(|path| path.display().to_string()).collect();
            return Err(UsageError(format!("no records in {}", names.join(", "))));
        }
        Ok(match (bugs, summary.verified == summary.trajectories) {
            (0, true) => 0,
            (0, false) => EXIT_NOT_VERIFIED,
            _ => EXIT_BUG,
        })
    }

    /// The files to learn from: those of --learn, where a folder stands for the trajectories of an environment; else the inputs.
    fn corpus(&self) -> Result<Vec<PathBuf>, UsageError> {
        let mut files = Vec::new();
        for path in &self.learn {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let found = super::mine::trajectories_of(path);
            if found.is_empty() {
                let message = "is a folder without trajectories/*.jsonl; name a file to learn from";
                return Err(UsageError(format!("--learn: {} {message}", path.display())));
            }
            files.extend(found);
        }
        Ok(if files.is_empty() { self.inputs.clone() } else { files })
    }

    fn stage(&self) -> Result<Stage, StageError> {
        let mut stage = Stage::load(self.env.iter().map(PathBuf::as_path))?;
        for state in &self.state {
            match state.split_once('=') {
                Some((name, file)) if stage.environments.iter().any(|e| e.manifest.name == name) => {
                    stage.give_state(Some(name), file.as_ref())?;
                }
                _ => stage.give_state(None, state.as_ref())?,
            }
        }
        if self.no_memo {
            stage.forget();
        }
        Ok(stage)
    }

    /// Makes sure that every input can be read and is not one of the files to be written, before any of them is emptied.
    fn check_inputs(&self, dir: &Path) -> Result<(), UsageError> {
        for input in self.inputs.iter().filter(|input| input.as_os_str() != "-") {
            std::fs::File::open(input).map_err(|e| UsageError(format!("cannot read {}: {e}", input.display())))?;
            let Ok(input) = input.canonicalize() else { continue };
            for verdict in Verdict::ALL {
                let output = dir.join(format!("{}.jsonl", verdict.name()));
                if output.canonicalize().is_ok_and(|output| output == input) {
                    let message = "is an input and would be overwritten; choose another folder for -o";
                    return Err(UsageError(format!("{} {message}", output.display())));
                }
            }
        }
        Ok(())
    }

    /// What a resumed run must share with the interrupted one.
    fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        let mut add = |text: String| {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        };
        for path in self.inputs.iter().chain(&self.env).chain(&self.tools).chain(&self.learn) {
            let metadata = std::fs::metadata(path).ok();
            let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            add(format!("{}:{:?}:{changed:?}", path.display(), metadata.map(|metadata| metadata.len())));
        }
        let flags = (self.provenance, self.strict, self.bundle);
        add(format!("{:?} {:?} {:?} {flags:?}", self.state, self.level, self.from.map(Format::name)));
        hasher.finalize().to_hex().to_string()
    }
}

/// Prints results, writes the output folder, and shows progress.
struct Printer<W: Write> {
    human: Human<W>,
    json: io::BufWriter<io::Stdout>,
    format: OutputFormat,
    /// Nobody reads stdout any more.
    closed: bool,
    folder: Option<Folder>,
    bar: ProgressBar,
    committed: Instant,
    bugs: u64,
    /// Where arguments come from, over all records.
    flow: Option<DataFlow>,
}

impl<W: Write> Printer<W> {
    fn print(&mut self, work: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        match work(self) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }

    fn finish(&mut self, summary: &Summary, folder: Option<&str>) -> io::Result<()> {
        self.print(|p| match p.format {
            OutputFormat::Human => p.human.finish(summary, p.flow.as_ref(), folder),
            OutputFormat::Json => {
                if let Some(flow) = &p.flow {
                    writeln!(p.json, "{}", serde_json::json!({"data_flow": flow}))?;
                }
                writeln!(p.json, "{}", serde_json::json!({"summary": summary}))?;
                p.json.flush()
            }
        })
    }
}

impl<W: Write> Consumer for Printer<W> {
    fn record(&mut self, judged: &Judged, line: Option<&[u8]>) -> io::Result<()> {
        if judged.report.diagnostics.iter().any(|d| d.code == Code::InternalError) {
            self.bugs += 1;
        }
        if let Some(flow) = &mut self.flow {
            flow.add(&judged.report);
        }
        if let (Some(folder), Some(world)) = (&mut self.folder, &judged.world) {
            folder.add_world(&world_line(&judged.report.id, world));
        }
        if let (Some(folder), Some(line)) = (&mut self.folder, line) {
            folder.add(judged.report.verdict, line);
        }
        let bar = self.bar.clone();
        self.print(|p| match p.format {
            OutputFormat::Human => bar.suspend(|| p.human.record(judged)),
            OutputFormat::Json => writeln!(p.json, "{}", report_line(&judged.report)),
        })
    }

    fn pause(&mut self, progress: &Progress, summary: &Summary) -> io::Result<()> {
        if let Some(folder) = &mut self.folder {
            // Buffers hold no more than what a moment produces.
            if self.committed.elapsed() > Duration::from_millis(200) {
                folder.flow().clone_from(&self.flow);
                folder.commit(summary)?;
                self.committed = Instant::now();
            }
        }
        if self.bar.length().is_none()
            && let Some(total) = progress.bytes_total
        {
            self.bar.set_length(total);
            let template = "{bar:30} {bytes}/{total_bytes} {msg} eta {eta}";
            self.bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        self.bar.set_position(progress.bytes);
        let Summary { trajectories, rejected, undetermined, .. } = summary;
        self.bar.set_message(format!("{trajectories} records, {rejected} rejected, {undetermined} undetermined"));
        Ok(())
    }
}
