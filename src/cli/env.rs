//! `gemproof env`

mod new;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{Args, Subcommand};

use super::{EXIT_NOT_VERIFIED, UsageError, unless_closed};
use crate::diagnostic::{Level, plain};
use crate::emit::Summary;
use crate::environment::{self, Stage};
use crate::verdict::{Judge, Judged};
use crate::verify::{Consumer, Plan, Progress, run};

/// Work with environments
#[derive(Debug, Args)]
pub(super) struct Env {
    #[command(subcommand)]
    command: EnvCommand,
}

#[derive(Debug, Subcommand)]
enum EnvCommand {
    New(new::New),
    /// Load an environment, report its faults, and run its own trajectories
    ///
    /// Each record of trajectories/*.jsonl may say in `metadata.expect` what must be found: `verdict`, and `code` and `at` of
    /// the first error. Without it the record must be verified.
    Check {
        /// Its folder, or its name below envs/
        #[arg(value_name = "NAME")]
        name: PathBuf,
    },
}

impl Env {
    pub fn run(self) -> Result<u8, UsageError> {
        let (text, sound) = match self.command {
            EnvCommand::New(new) => (new.run()?, true),
            EnvCommand::Check { name } => {
                let dir = if name.is_dir() { name } else { Path::new("envs").join(name) };
                check(&dir)?
            }
        };
        unless_closed(std::io::stdout().write_all(text.as_bytes())).map_err(|e| UsageError(e.to_string()))?;
        Ok(if sound { 0 } else { EXIT_NOT_VERIFIED })
    }
}

/// What a record of an environment's own trajectories must come out as.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expectation {
    verdict: Option<String>,
    code: Option<String>,
    at: Option<String>,
    /// For readers of the file.
    #[serde(rename = "why")]
    _why: Option<String>,
}

fn check(dir: &Path) -> Result<(String, bool), UsageError> {
    let (found, problems) = environment::load(dir);
    let mut text = String::new();
    for problem in &problems {
        let word = if problem.fatal { "fault" } else { "note" };
        text.push_str(&format!("{word}: {problem}\n"));
    }
    if found.is_empty() {
        text.push_str(&format!("{}: cannot run\n", dir.display()));
        return Ok((text, false));
    }
    for environment in &found {
        text.push_str(&format!(
            "{}: {} tools, {} rules, {}\n",
            environment.manifest.name,
            environment.tools.tools.len(),
            environment.rules.len(),
            match &environment.state {
                Some(world) => format!("{} records in its initial world", world.size().records),
                None => "no initial world of its own".into(),
            },
        ));
    }
    let own_world = found.iter().all(|environment| environment.state.is_some() || !environment.worlds.is_empty());
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(dir.join("trajectories"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect())
        .unwrap_or_default();
    inputs.sort();
    if inputs.is_empty() {
        text.push_str("no trajectories of its own to run\n");
        return Ok((text, true));
    }
    if !own_world {
        text.push_str("its trajectories are not run: they need a world\n");
        return Ok((text, true));
    }
    let stage = Stage::load([dir]).map_err(|e| UsageError(e.to_string()))?;
    let judge = Arc::new(Judge { stage, asked: vec![Level::Executed], ..Judge::default() });
    let mut expecting = Expecting { text: String::new(), as_expected: 0, wrong: 0, tools: Default::default() };
    let plan = Plan { inputs, ..Plan::default() };
    run(&plan, &judge, &mut Summary::default(), &AtomicBool::new(false), &mut expecting)
        .map_err(|e| UsageError(e.to_string()))?;
    text.push_str(&expecting.text);
    let tools = found.iter().flat_map(|environment| &environment.tools.tools);
    let unused: Vec<&str> =
        tools.map(|tool| tool.name.as_str()).filter(|name| !expecting.tools.contains(*name)).collect();
    if !unused.is_empty() {
        text.push_str(&format!("note: no trajectory calls {}\n", unused.join(", ")));
    }
    let Expecting { as_expected, wrong, .. } = expecting;
    text.push_str(&format!(
        "{} trajectories of its own: {as_expected} as expected, {wrong} not\n",
        as_expected + wrong
    ));
    Ok((text, wrong == 0))
}

/// Holds each report against what the record expects.
struct Expecting {
    text: String,
    as_expected: u64,
    wrong: u64,
    tools: std::collections::BTreeSet<String>,
}

impl Consumer for Expecting {
    fn record(&mut self, judged: &Judged, _: Option<&[u8]>) -> std::io::Result<()> {
        let report = &judged.report;
        self.tools.extend(report.calls.iter().map(|call| call.tool.clone()));
        let expect = judged.readable.as_ref().and_then(|readable| readable.trajectory.metadata.expect.as_deref());
        let expectation: Expectation = match expect.map(serde_json::from_str).transpose() {
            Ok(expectation) => expectation.unwrap_or_default(),
            Err(e) => {
                self.wrong += 1;
                self.text.push_str(&format!("wrong: {}: metadata.expect: {e}\n", report.id));
                return Ok(());
            }
        };
        let first = report.first_error();
        let mut wrong = Vec::new();
        let mut compare = |what: &str, wanted: Option<&str>, got: &str| {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
                wrong.push(format!("{what} {got}, expected {wanted}"));
            }
        };
        compare("verdict", Some(expectation.verdict.as_deref().unwrap_or("verified")), report.verdict.name());
        compare("code", expectation.code.as_deref(), first.map_or("none", |d| d.code.name()));
        compare("at", expectation.at.as_deref(), first.map_or("nowhere", |d| d.at.as_str()));
        if wrong.is_empty() {
            self.as_expected += 1;
        } else {
            self.wrong += 1;
            self.text.push_str(&format!(
                "wrong: {} ({}:{}): {}\n",
                report.id,
                report.origin.file,
                report.origin.line,
                wrong.join("; ")
            ));
            if let Some(first) = first {
                self.text.push_str(&format!("       {}: {}\n", first.at, plain(&first.message)));
            }
            for fault in report.diagnostics.iter().filter(|d| d.severity == crate::diagnostic::Severity::Fault) {
                self.text.push_str(&format!("       {}: {}\n", fault.at, plain(&fault.message)));
            }
        }
        Ok(())
    }

    fn pause(&mut self, _: &Progress, _: &Summary) -> std::io::Result<()> {
        Ok(())
    }
}
