//! The command line. Results go to stdout, progress and logs to stderr; `docs/cli.md` is generated from here.

mod env;
mod explain;
mod mine;
mod verify;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Proves tool-use trajectories by executing them in sandboxed, stateful mock environments.
#[derive(Debug, Parser)]
#[command(name = "gemproof", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(verify::Verify),
    Explain(explain::Explain),
    Mine(mine::Mine),
    Env(env::Env),
}

/// Why a command ends with status 2.
#[derive(Debug)]
struct UsageError(String);

/// Everything verified, or something not.
const EXIT_NOT_VERIFIED: u8 = 1;
const EXIT_USAGE: u8 = 2;
const EXIT_BUG: u8 = 101;
const EXIT_INTERRUPTED: u8 = 130;

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe is none either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { EXIT_USAGE } else { 0 });
        }
    };
    #[cfg(feature = "wasm")]
    if let Some(folder) = compiled_guests() {
        crate::mock::wasm::keep_compiled_in(&folder);
    }
    let result = match cli.command {
        Command::Verify(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Mine(command) => command.run(),
        Command::Env(command) => command.run(),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(UsageError(message)) => {
            let _ = writeln!(io::stderr(), "gemproof: {message}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

/// Where compiled guests are kept: `GEMPROOF_CACHE`, or the user's folder for such things. Nowhere when that is empty.
#[cfg(feature = "wasm")]
fn compiled_guests() -> Option<std::path::PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(std::path::PathBuf::from);
    match std::env::var_os("GEMPROOF_CACHE") {
        Some(_) => set("GEMPROOF_CACHE"),
        None => {
            let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
            base.map(|base| base.join("gemproof"))
        }
    }
}

/// Lets a closed pipe pass: nobody reads any more, which is no error.
fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The Markdown reference of the command line.
pub fn reference() -> String {
    fn section(command: &clap::Command, path: &str, out: &mut String) {
        let mut command = command.clone().term_width(100);
        let help = command.render_long_help().to_string();
        out.push_str(&format!("\n## {path}\n\n```text\n{}\n```\n", help.trim_end()));
        let subcommands: Vec<_> = command.get_subcommands().filter(|c| c.get_name() != "help").cloned().collect();
        for sub in subcommands {
            section(
                &sub.clone().bin_name(format!("{path} {}", sub.get_name())),
                &format!("{path} {}", sub.get_name()),
                out,
            );
        }
    }
    let mut out = String::from("# Command line\n\nGenerated from the program; a test keeps it so.\n");
    section(&<Cli as clap::CommandFactory>::command(), "gemproof", &mut out);
    out
}
