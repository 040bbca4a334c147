//! `gemproof env new`: the small environments of `tool-stubs/`, one domain in every language.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::UsageError;

/// Make a small environment to begin one with: a list of tasks, its tools, rules and dialogues
///
/// `gemproof env check` passes it as it stands (rhai, wat), or after its build.sh, which says what must be installed (rust, c, js, python).
#[derive(Debug, Args)]
pub(super) struct New {
    /// Its name, which is also that of its folder: letters, digits, `-` and `_`
    name: String,
    /// The language of the mock
    #[arg(long, value_enum, default_value_t = Language::Rhai)]
    lang: Language,
    /// More building blocks for a mock in Rhai, with commas; `records` and `pages` are there anyway
    #[arg(long, value_enum, value_delimiter = ',', value_name = "BLOCKS")]
    with: Vec<Block>,
    /// The folder to make it in [default: envs, where there is one, otherwise this folder]
    #[arg(long, value_name = "PARENT")]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// A script, run as it is
    Rhai,
    /// A WASM module
    Rust,
    /// A WASM module
    C,
    /// A WASM component with a JavaScript engine
    Js,
    /// A WASM component with a Python interpreter
    Python,
    /// A WASM module in text form, run as it is
    Wat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Block {
    /// Finding records by words, values and bounds, in an order
    Search,
    /// Who is signed in, and for how long
    Sessions,
    /// So many calls in so much time
    #[value(name = "rate_limits")]
    RateLimits,
    /// Money between accounts
    Payments,
    /// Bookings, free times, workdays
    Calendar,
    /// A file system
    Files,
}

/// What a language brings to an environment.
struct Template {
    /// What `mock` is in env.toml.
    mock: &'static str,
    /// The file that implements the tools.
    source: &'static str,
    /// What turns it into mock.wasm, in words.
    compiler: Option<&'static str>,
    files: &'static [File],
}

struct File {
    path: &'static str,
    text: &'static str,
}

macro_rules! file {
    ($path:literal, $of:literal) => {
        File { path: $path, text: include_str!(concat!("../../../tool-stubs/", $of)) }
    };
}

/// The same in all languages. `{name}`, `{mock}` and so on are filled in where they stand.
const COMMON: &[File] = &[
    file!("README.md", "template/README.md"),
    file!("env.toml", "template/env.toml"),
    file!("tools.json", "template/tools.json"),
    file!("state.json", "template/state.json"),
    file!("trajectories/good.jsonl", "template/trajectories/good.jsonl"),
    file!("trajectories/bad.jsonl", "template/trajectories/bad.jsonl"),
];

const BUILT: &str = "mock.wasm";
const BUILD: &str = "build.sh";

/// What the mock in Rhai includes.
const BLOCKS: [File; 2] = [file!("records.rhai", "rhai/records.rhai"), file!("pages.rhai", "rhai/pages.rhai")];

impl Block {
    fn file(self) -> File {
        match self {
            Block::Search => file!("search.rhai", "rhai/search.rhai"),
            Block::Sessions => file!("sessions.rhai", "rhai/sessions.rhai"),
            Block::RateLimits => file!("rate_limits.rhai", "rhai/rate_limits.rhai"),
            Block::Payments => file!("payments.rhai", "rhai/payments.rhai"),
            Block::Calendar => file!("calendar.rhai", "rhai/calendar.rhai"),
            Block::Files => file!("files.rhai", "rhai/files.rhai"),
        }
    }
}

impl Language {
    fn template(self) -> Template {
        match self {
            Language::Rhai => Template {
                mock: "mock.rhai",
                source: "mock.rhai",
                compiler: None,
                files: &[file!("mock.rhai", "rhai/template/mock.rhai")],
            },
            Language::Rust => Template {
                mock: BUILT,
                source: "mock.rs",
                compiler: Some("rustc for wasm32-unknown-unknown"),
                files: &[
                    file!("mock.rs", "rust/template/mock.rs"),
                    file!("gemproof.rs", "rust/gemproof.rs"),
                    file!("build.sh", "rust/template/build.sh"),
                ],
            },
            Language::C => Template {
                mock: BUILT,
                source: "mock.c",
                compiler: Some("clang and lld"),
                files: &[
                    file!("mock.c", "c/template/mock.c"),
                    file!("gemproof.h", "c/gemproof.h"),
                    file!("build.sh", "c/template/build.sh"),
                ],
            },
            Language::Js => Template {
                mock: BUILT,
                source: "mock.js",
                compiler: Some("componentize-qjs from npm"),
                files: &[
                    file!("mock.js", "js/template/mock.js"),
                    file!("gemproof.js", "js/gemproof.js"),
                    file!("wit/mock.wit", "wit/mock.wit"),
                    file!("build.sh", "js/template/build.sh"),
                ],
            },
            Language::Python => Template {
                mock: BUILT,
                source: "mock.py",
                compiler: Some("componentize-py from PyPI"),
                files: &[
                    file!("mock.py", "python/template/mock.py"),
                    file!("gemproof.py", "python/gemproof.py"),
                    file!("wit/mock.wit", "wit/mock.wit"),
                    file!("build.sh", "python/template/build.sh"),
                ],
            },
            Language::Wat => Template {
                mock: "mock.wat",
                source: "mock.wat",
                compiler: None,
                files: &[file!("mock.wat", "wat/template/mock.wat")],
            },
        }
    }
}

impl New {
    /// Makes the environment; what to do next, as text.
    pub fn run(self) -> Result<String, UsageError> {
        check_name(&self.name)?;
        let parent = self.dir.unwrap_or_else(|| PathBuf::from(if Path::new("envs").is_dir() { "envs" } else { "." }));
        let dir = parent.join(&self.name);
        let template = self.lang.template();
        let blocks = blocks(self.lang, &self.with)?;
        // Fails where there is anything, so that nothing is ever written over.
        fs::create_dir(&dir).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => UsageError(format!("{} exists already", dir.display())),
            io::ErrorKind::NotFound => UsageError(format!("there is no folder {}", parent.display())),
            _ => UsageError(format!("{}: {e}", dir.display())),
        })?;
        for file in COMMON.iter().chain(template.files).chain(&blocks) {
            let path = dir.join(file.path);
            write_file(&path, &template.filled(file, &self.name, &blocks))
                .map_err(|e| UsageError(format!("{}: {e}", path.display())))?;
        }
        Ok(template.next(&dir))
    }
}

impl Template {
    fn filled(&self, file: &File, name: &str, blocks: &[File]) -> String {
        if !matches!(file.path, "README.md" | "env.toml") {
            return file.text.to_owned();
        }
        let build = match self.compiler {
            Some(compiler) => format!("`./{BUILD}` makes `mock.wasm` out of it, with {compiler}."),
            None => "Nothing is to be built.".to_owned(),
        };
        let mut mock = format!("mock = \"{}\"", self.mock);
        if !blocks.is_empty() {
            let names: Vec<String> = blocks.iter().map(|block| format!("\"{}\"", block.path)).collect();
            let _ = write!(mock, "\ninclude = [{}]", names.join(", "));
        }
        let text = file.text.replace("{name}", name).replace("{mock}", &mock);
        text.replace("{source}", self.source).replace("{build}", &build)
    }

    fn next(&self, dir: &Path) -> String {
        let dir = dir.display();
        let mut text = format!("{dir}: a list of tasks; what its tools do is in {}\n\nnext:\n", self.source);
        if let Some(compiler) = self.compiler {
            let _ = writeln!(text, "  {dir}/{BUILD}    # needs {compiler}");
        }
        let _ = writeln!(text, "  gemproof env check {dir}");
        text
    }
}

/// The building blocks that a mock includes, each once.
fn blocks(lang: Language, with: &[Block]) -> Result<Vec<File>, UsageError> {
    match lang {
        Language::Rhai => {
            let more = with.iter().enumerate().filter(|(at, block)| !with[..*at].contains(block));
            Ok(BLOCKS.into_iter().chain(more.map(|(_, block)| block.file())).collect())
        }
        _ if with.is_empty() => Ok(Vec::new()),
        _ => Err(UsageError("--with: building blocks are for mocks in Rhai".into())),
    }
}

/// A name that is a folder everywhere, and no option.
fn check_name(name: &str) -> Result<(), UsageError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && name.chars().all(plain) && name.len() <= 64 {
        return Ok(());
    }
    Err(UsageError(format!(
        "`{name}` is no name for an environment: letters, digits, `-` and `_`, at most 64, the first a letter or digit"
    )))
}

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)?;
    #[cfg(unix)]
    if path.ends_with(BUILD) {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = fs::metadata(path)?.permissions();
        // Executable for whoever may read it.
        permissions.set_mode(permissions.mode() | (permissions.mode() & 0o444) >> 2);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}
