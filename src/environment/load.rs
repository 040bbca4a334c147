//! Reading an environment's folder. Every defect is reported, not the first one alone.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::manifest::Group;
use super::{Environment, FinalState, Manifest, Problem};
use crate::ingest::tools;
use crate::json::Json;
use crate::mock::rhai::RhaiMock;
use crate::mock::{Mock, SourceError};
use crate::trajectory::ToolSet;
use crate::world::{Clock, World};

/// Loads the environment in a folder, or those that the folder consists of, with what was found wrong. Without an environment,
/// at least one problem is fatal.
pub fn load(dir: &Path) -> (Vec<Environment>, Vec<Problem>) {
    let mut loader = Loader { dir, problems: Vec::new() };
    let environments = match loader.members() {
        None => loader.environment().into_iter().collect(),
        Some(members) => members.iter().filter_map(|member| loader.member(member)).collect(),
    };
    let fatal = loader.problems.iter().any(|problem| problem.fatal);
    (if fatal { Vec::new() } else { environments }, loader.problems)
}

type Compiled = Result<Box<dyn Mock>, SourceError>;

struct Loader<'a> {
    dir: &'a Path,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    fn problem(&mut self, file: &Path, position: Option<(usize, usize)>, fatal: bool, message: impl Into<String>) {
        self.problems.push(Problem { file: file.to_owned(), position, message: message.into(), fatal });
    }

    fn read(&mut self, file: &Path) -> Option<String> {
        match String::from_utf8(self.bytes(file)?) {
            Ok(text) => Some(text),
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                self.problem(file, None, true, format!("byte {at} is not UTF-8"));
                None
            }
        }
    }

    fn bytes(&mut self, file: &Path) -> Option<Vec<u8>> {
        if !self.is_inside(file) {
            self.problem(file, None, true, "lies outside of the environment's folder and those beside it");
            return None;
        }
        match fs::read(file) {
            Ok(bytes) => Some(bytes),
            Err(e) => {
                self.problem(file, None, true, e.to_string());
                None
            }
        }
    }

    /// Whether a file, links followed, lies in the folder or in one beside it. What is not there is told when it is read.
    fn is_inside(&self, file: &Path) -> bool {
        let Ok(file) = fs::canonicalize(file) else { return true };
        let Ok(dir) = fs::canonicalize(self.dir) else { return true };
        let beside =
            |parent: &Path| parent.parent().is_some() && file.starts_with(parent) && file.parent() != Some(parent);
        file.starts_with(&dir) || dir.parent().is_some_and(beside)
    }

    /// The folders of the environments that this one consists of, where it is of that kind.
    fn members(&mut self) -> Option<Vec<PathBuf>> {
        let file = self.dir.join("env.toml");
        // What cannot be read is told when the environment is.
        let text = fs::read_to_string(&file).ok().filter(|_| self.is_inside(&file))?;
        if !text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("environments")) {
            return None;
        }
        let group: Group = self.manifest(&file, &text).unwrap_or_default();
        if group.environments.is_empty() {
            self.problem(&file, None, true, "`environments` names none");
        }
        Some(group.environments.iter().filter_map(|name| self.beside(name)).collect())
    }

    fn member(&mut self, dir: &Path) -> Option<Environment> {
        let mut loader = Loader { dir, problems: Vec::new() };
        let environment = match loader.members() {
            None => loader.environment(),
            Some(_) => {
                let message = "consists of others, and so cannot be one of the environments that another consists of";
                loader.problem(&dir.join("env.toml"), None, true, message);
                None
            }
        };
        self.problems.append(&mut loader.problems);
        environment
    }

    /// `env.toml`, as whichever kind it is.
    fn manifest<M: serde::de::DeserializeOwned>(&mut self, file: &Path, text: &str) -> Option<M> {
        match toml::from_str(text) {
            Ok(manifest) => Some(manifest),
            Err(e) => {
                let position = e.span().map(|span| position(text, span.start));
                self.problem(file, position, true, e.message());
                None
            }
        }
    }

    fn environment(&mut self) -> Option<Environment> {
        let file = self.dir.join("env.toml");
        let text = self.read(&file)?;
        let manifest: Manifest = self.manifest(&file, &text)?;
        if let Some(text) = manifest.clock.as_deref().filter(|text| Clock::parse(text).is_none()) {
            self.problem(&file, None, true, format!("clock `{text}` is not of the form 2024-03-15T09:00:00"));
        }
        let mut relaxations = HashMap::new();
        for (tool, settings) in &manifest.tools {
            match settings.relaxation() {
                Ok(relaxation) => drop(relaxations.insert(tool.clone(), relaxation)),
                Err(message) => self.problem(&file, None, true, format!("tools.{tool}: {message}")),
            }
        }
        let mut rules = BTreeMap::new();
        for rule in &manifest.rules {
            if rules.insert(rule.id.clone(), rule.text.clone()).is_some() {
                self.problem(&file, None, false, format!("two rules have the id `{}`", rule.id));
            }
        }
        let tools = self.tools();
        let mock = self.mock(&manifest);
        let (tools, mock) = (tools?, mock?);
        let functions = self.functions(&file, &manifest, &tools, &*mock);
        let mut environment = Environment {
            dir: self.dir.to_owned(),
            limits: manifest.limits,
            manifest,
            tools: Arc::new(tools),
            mock,
            rules,
            relaxations,
            functions,
            state: None,
            unmade: None,
            given: None,
            worlds: HashMap::new(),
        };
        environment.worlds = self.worlds(&environment);
        let file = self.dir.join(environment.manifest.state.as_deref().unwrap_or("state.json"));
        if environment.manifest.state.is_some() || file.exists() {
            environment.state = self.state(&file, &environment);
        } else if environment.manifest.setup.is_some() {
            match environment.start(None) {
                Ok(world) => environment.state = Some(world),
                Err(unmade) => environment.unmade = Some(unmade),
            }
        }
        Some(environment)
    }

    fn tools(&mut self) -> Option<ToolSet> {
        let file = self.dir.join("tools.json");
        let text = self.read(&file)?;
        if let Err(e) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            self.problem(&file, Some((e.line(), e.column())), true, e.to_string());
            return None;
        }
        match tools::read(&text) {
            Ok(set) => {
                for finding in &set.findings {
                    let fatal = finding.code.severity() == crate::diagnostic::Severity::Error;
                    self.problem(&file, None, fatal, format!("{}: {}", finding.path, finding.message));
                }
                Some(set)
            }
            Err(message) => {
                self.problem(&file, None, true, message);
                None
            }
        }
    }

    fn mock(&mut self, manifest: &Manifest) -> Option<Box<dyn Mock>> {
        let mock = match Path::new(&manifest.mock).extension().and_then(|extension| extension.to_str()) {
            Some("wasm" | "wat") => self.module(manifest)?,
            _ => self.scripts(manifest)?,
        };
        match mock {
            Ok(mock) => Some(mock),
            Err(e) => {
                self.problem(&e.file, e.place.map(|place| (place.line, place.column)), true, e.message);
                None
            }
        }
    }

    fn scripts(&mut self, manifest: &Manifest) -> Option<Compiled> {
        let mut sources = Vec::new();
        for name in manifest.include.iter().chain([&manifest.mock]) {
            let file = self.source(name, &["rhai"])?;
            sources.push((file.clone(), self.read(&file)?));
        }
        Some(RhaiMock::compile(&sources, manifest.limits).map(|mock| Box::new(mock) as Box<dyn Mock>))
    }

    #[cfg(feature = "wasm")]
    fn module(&mut self, manifest: &Manifest) -> Option<Compiled> {
        let file = self.source(&manifest.mock, &["wasm", "wat"])?;
        if !manifest.include.is_empty() {
            let message = "`include` is for scripts: a module has its parts inside";
            self.problem(&self.dir.join("env.toml"), None, true, message);
        }
        let bytes = self.bytes(&file)?;
        let mock = crate::mock::wasm::WasmMock::compile(&file, &bytes, manifest.limits);
        Some(mock.map(|mock| Box::new(mock) as Box<dyn Mock>))
    }

    #[cfg(not(feature = "wasm"))]
    fn module(&mut self, manifest: &Manifest) -> Option<Compiled> {
        let message = "WebAssembly is not in this build of gemproof: it was made without the feature `wasm`";
        Some(Err(SourceError { message: message.into(), place: None, file: self.dir.join(&manifest.mock) }))
    }

    /// The path of a mock's source.
    fn source(&mut self, name: &str, extensions: &[&str]) -> Option<PathBuf> {
        let path = self.beside(name)?;
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !extensions.contains(&extension) {
            let message = format!("`{name}` is neither a Rhai script (.rhai) nor a WebAssembly module (.wasm, .wat)");
            self.problem(&self.dir.join("env.toml"), None, true, message);
            return None;
        }
        Some(path)
    }

    /// A path in the folder, or in a sibling folder. Nothing else on the machine can be named.
    fn beside(&mut self, name: &str) -> Option<PathBuf> {
        let path = Path::new(name);
        let mut ups = 0;
        let plain = path.components().enumerate().all(|(at, part)| match part {
            Component::ParentDir => {
                ups += 1;
                at == 0
            }
            Component::Normal(_) => true,
            _ => false,
        });
        if !plain || ups > 1 {
            let message = format!("`{name}` is not in the environment's folder nor in one beside it");
            self.problem(&self.dir.join("env.toml"), None, true, message);
            return None;
        }
        Some(self.dir.join(path))
    }

    fn state(&mut self, file: &Path, environment: &Environment) -> Option<World> {
        let text = self.read(file)?;
        if let Err(e) = serde_json::from_str::<Json>(&text) {
            self.problem(file, Some((e.line(), e.column())), true, e.to_string());
            return None;
        }
        environment.start(Some(&text)).map_err(|e| self.problem(file, None, true, e.to_string())).ok()
    }

    fn worlds(&mut self, environment: &Environment) -> HashMap<String, World> {
        #[derive(serde::Deserialize)]
        struct Line<'a> {
            id: String,
            #[serde(borrow)]
            state: &'a RawValue,
        }
        let file = self.dir.join("worlds.jsonl");
        let mut worlds = HashMap::new();
        if !file.exists() {
            return worlds;
        }
        let Some(text) = self.read(&file) else { return worlds };
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let parsed = serde_json::from_str::<Line>(line).map_err(|e| e.to_string()).and_then(|line| {
                let world = environment.start(Some(line.state.get())).map_err(|e| e.to_string())?;
                Ok((line.id, world))
            });
            match parsed {
                Ok((id, world)) => drop(worlds.insert(id, world)),
                Err(message) => self.problem(&file, Some((at + 1, 1)), true, message),
            }
        }
        worlds
    }

    /// Which function implements each tool.
    fn functions(
        &mut self,
        file: &Path,
        manifest: &Manifest,
        tools: &ToolSet,
        mock: &dyn Mock,
    ) -> HashMap<String, String> {
        let known = mock.functions();
        let mut functions = HashMap::new();
        for tool in &tools.tools {
            let settings = manifest.tools.get(&tool.name);
            let function = settings.and_then(|s| s.function.clone()).unwrap_or_else(|| tool.name.clone());
            if !known.contains(&function) {
                let message = format!("tool `{}` has no function `{function}(args)` in {}", tool.name, manifest.mock);
                self.problem(file, None, true, message);
            }
            functions.insert(tool.name.clone(), function);
        }
        let shown = match &manifest.final_state {
            FinalState::Shown(function) => Some(("final_state", function, "nothing")),
            FinalState::Tables | FinalState::Unrelated => None,
        };
        let setup = manifest.setup.as_ref().map(|function| ("setup", function, "given"));
        for (key, function, parameter) in setup.into_iter().chain(shown) {
            if !known.contains(function) {
                let message = format!("`{key}` needs a function `{function}({parameter})` in {}", manifest.mock);
                self.problem(file, None, true, message);
            }
        }
        for name in manifest.tools.keys().filter(|name| tools.get(name).is_none()) {
            self.problem(file, None, false, format!("settings for `{name}`, which is not in tools.json"));
        }
        functions
    }
}

/// Line and column, from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(1, |rest| rest.chars().count() + 1);
    (line, column)
}
