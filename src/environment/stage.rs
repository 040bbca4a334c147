//! The environments of a run side by side, and an episode in them.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::memo::{Known, Memo, Node};
use super::{Environment, Problem, Relaxation, Unmade, load};
use crate::diagnostic::CitedRule;
use crate::json::Json;
use crate::mock::{Fault, FaultKind, Outcome, Turn};
use crate::trajectory::{Tool, ToolSet, Trajectory};
use crate::world::{Change, World};

/// The environments that a run replays in; each tool belongs to one of them.
#[derive(Debug, Default)]
pub struct Stage {
    pub environments: Vec<Environment>,
    by_tool: HashMap<String, usize>,
    /// Outcomes known already; `None` runs every call afresh.
    memo: Option<Memo>,
    /// The tools of all environments.
    pub tools: Option<Arc<ToolSet>>,
}

/// Why environments cannot be used, or not together.
#[derive(Debug)]
pub enum StageError {
    Environment(Vec<Problem>),
    SharedTool { tool: String, first: String, second: String },
    State(String),
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StageError::Environment(problems) => {
                for (at, problem) in problems.iter().filter(|problem| problem.fatal).enumerate() {
                    write!(f, "{}{problem}", if at > 0 { "\n" } else { "" })?;
                }
                Ok(())
            }
            StageError::SharedTool { tool, first, second } => {
                write!(f, "environments `{first}` and `{second}` both have a tool `{tool}`")
            }
            StageError::State(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for StageError {}

impl Stage {
    /// Loads environments from their folders.
    ///
    /// # Errors
    /// When one cannot run, or two have a tool of the same name.
    pub fn load<'a>(dirs: impl IntoIterator<Item = &'a Path>) -> Result<Stage, StageError> {
        let mut stage = Stage { memo: Some(Memo::default()), ..Stage::default() };
        for dir in dirs {
            let (environments, problems) = load(dir);
            if environments.is_empty() {
                return Err(StageError::Environment(problems));
            }
            stage.environments.extend(environments);
        }
        for (at, environment) in stage.environments.iter().enumerate() {
            for tool in &environment.tools.tools {
                if let Some(first) = stage.by_tool.insert(tool.name.clone(), at) {
                    return Err(StageError::SharedTool {
                        tool: tool.name.clone(),
                        first: stage.environments[first].manifest.name.clone(),
                        second: environment.manifest.name.clone(),
                    });
                }
            }
        }
        stage.tools = match stage.environments.as_slice() {
            [] => None,
            [one] => Some(Arc::clone(&one.tools)),
            several => {
                let copy =
                    |tool: &Tool| Tool::new(tool.name.clone(), tool.description.clone(), tool.input_schema.clone());
                let tools = several.iter().flat_map(|e| e.tools.tools.iter().map(copy)).collect();
                let definitions = several.iter().flat_map(|e| e.tools.definitions.iter().cloned()).collect();
                Some(Arc::new(ToolSet::new(tools, definitions, Vec::new())))
            }
        };
        Ok(stage)
    }

    /// Gives an environment its initial state: the one of that name, or the only one.
    ///
    /// # Errors
    /// When there is no such environment, or the file is no world.
    pub fn give_state(&mut self, name: Option<&str>, file: &Path) -> Result<(), StageError> {
        let names: Vec<&str> = self.environments.iter().map(|e| e.manifest.name.as_str()).collect();
        let at = match (name, names.as_slice()) {
            (Some(name), names) => names.iter().position(|known| *known == name).ok_or_else(|| {
                StageError::State(format!("--state names environment `{name}`; there are: {}", names.join(", ")))
            })?,
            (None, [_]) => 0,
            (None, []) => return Err(StageError::State("--state needs an environment: give --env".into())),
            (None, names) => {
                let message = format!("--state must say whose it is, as NAME=FILE; there are: {}", names.join(", "));
                return Err(StageError::State(message));
            }
        };
        let fail = |message: String| StageError::State(format!("{}: {message}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|e| fail(e.to_string()))?;
        let environment = &mut self.environments[at];
        environment.given = Some(environment.start(Some(&text)).map_err(|e| fail(e.to_string()))?);
        self.memo = self.memo.as_ref().map(|_| Memo::default());
        Ok(())
    }

    /// Runs every call afresh, also those whose outcome is known. Results are the same; this is for measuring.
    pub fn forget(&mut self) {
        self.memo = None;
    }

    pub fn is_empty(&self) -> bool {
        self.environments.is_empty()
    }

    /// How the answers of a tool are compared.
    pub fn relaxation(&self, tool: &str) -> Option<&Relaxation> {
        self.environments[*self.by_tool.get(tool)?].relaxations.get(tool)
    }

    /// The worlds in which a trajectory starts, one for each environment.
    ///
    /// # Errors
    /// When there is none, the record's own is none, or making one failed.
    pub fn initial_worlds(&self, trajectory: &Trajectory) -> Result<InitialWorlds, NoWorld> {
        let own = trajectory.metadata.initial_state.as_deref();
        let alone = self.environments.len() == 1;
        let parts = match own {
            Some(text) if self.environments.iter().any(|e| e.part_name(alone).is_some()) => parts(text)?,
            _ => HashMap::new(),
        };
        let mut initial = InitialWorlds::default();
        for (at, environment) in self.environments.iter().enumerate() {
            let part = match environment.part_name(alone) {
                None => own,
                Some(name) => parts.get(name).map(|part| part.get()),
            };
            let (world, node) = self.start(at, &trajectory.id, part)?;
            initial.worlds.push(world);
            initial.nodes.push(node);
        }
        Ok(initial)
    }

    /// The world in which a record starts in an environment, and its name where other records may start in it too.
    fn start(&self, at: usize, id: &str, part: Option<&str>) -> Result<(World, Option<Node>), NoWorld> {
        let environment = &self.environments[at];
        if let Some(world) = environment.worlds.get(id) {
            return Ok((world.clone(), None));
        }
        let no_world = |unmade: Unmade| match unmade {
            Unmade::State(message) => NoWorld::State { at: "/metadata/initial_state", message },
            fault => {
                let message = format!("environment `{}`: {fault}", environment.manifest.name);
                NoWorld::Fault { at: if part.is_some() { "/metadata/initial_state" } else { "" }, message }
            }
        };
        if let Some(part) = part {
            let Some(memo) = &self.memo else { return Ok((environment.start(Some(part)).map_err(no_world)?, None)) };
            let node = Node::of_text(at, part);
            if let Some(world) = memo.world(node) {
                return Ok((world, Some(node)));
            }
            let world = environment.start(Some(part)).map_err(no_world)?;
            memo.keep_world(node, &world);
            return Ok((world, memo.expects_to_meet_again().then_some(node)));
        }
        match (environment.given.as_ref().or(environment.state.as_ref()), &environment.unmade) {
            (Some(world), _) => Ok((world.clone(), Some(Node::initial(at)))),
            (None, Some(unmade)) => Err(no_world(unmade.clone())),
            (None, None) => {
                let name = &environment.manifest.name;
                let message =
                    format!("environment `{name}` has no state of its own and the record brings none: give --state");
                Err(NoWorld::State { at: "", message })
            }
        }
    }

    /// The state that `worlds.jsonl` has for a record, as JSON text.
    pub fn state_of_record(&self, id: &str) -> Option<String> {
        let own = self.environments.iter().find_map(|environment| environment.worlds.get(id));
        own.map(|world| world.to_json().to_string())
    }

    /// The state in which records start that bring none, as JSON text; by environment where there are several.
    pub fn state(&self) -> Option<String> {
        let state =
            |environment: &Environment| environment.given.as_ref().or(environment.state.as_ref()).map(World::to_json);
        match self.environments.as_slice() {
            [one] => state(one).map(|state| state.to_string()),
            several => {
                let entry = |e: &Environment| Some((Arc::from(e.manifest.name.as_str()), state(e)?));
                let states: Vec<_> = several.iter().filter_map(entry).collect();
                (!states.is_empty()).then(|| Json::map(states).to_string())
            }
        }
    }

    /// The date on which episodes start, where an environment says so.
    pub fn today(&self) -> Option<chrono::NaiveDate> {
        let clock = self.environments.iter().find_map(|environment| environment.manifest.clock.as_deref())?;
        crate::world::Clock::parse(clock)?.today().parse().ok()
    }

    /// An episode that starts in the given worlds.
    pub fn episode(&self, initial: InitialWorlds) -> Episode<'_> {
        Episode { stage: self, worlds: initial.worlds, nodes: initial.nodes }
    }
}

/// The members of a state, as texts. A state that is no object has none.
fn parts(state: &str) -> Result<HashMap<String, &RawValue>, NoWorld> {
    if !state.trim_start().starts_with('{') {
        return Ok(HashMap::new());
    }
    serde_json::from_str(state).map_err(|e| NoWorld::State {
        at: "/metadata/initial_state",
        message: format!("the initial state cannot be read: {e}"),
    })
}

/// Why a record has no world to start in.
#[derive(Clone, Debug, PartialEq)]
pub enum NoWorld {
    /// There is no state, or it is none: a JSON pointer into the record, and what is wrong.
    State { at: &'static str, message: String },
    /// The environment failed to make a world of it, likewise.
    Fault { at: &'static str, message: String },
}

/// The worlds in which an episode starts, one for each environment.
#[derive(Clone, Debug, Default)]
pub struct InitialWorlds {
    pub worlds: Vec<World>,
    /// The names of the worlds in which other records may start too.
    nodes: Vec<Option<Node>>,
}

impl From<Vec<World>> for InitialWorlds {
    fn from(worlds: Vec<World>) -> InitialWorlds {
        InitialWorlds { nodes: vec![None; worlds.len()], worlds }
    }
}

/// What one call did.
#[derive(Clone, Debug)]
pub struct Performed {
    pub outcome: Outcome,
    pub cited: Vec<CitedRule>,
}

/// One run through a stage: the worlds as they are now.
#[derive(Clone, Debug)]
pub struct Episode<'a> {
    stage: &'a Stage,
    pub worlds: Vec<World>,
    /// The names of the worlds, where outcomes in them may be known.
    nodes: Vec<Option<Node>>,
}

impl Episode<'_> {
    /// Performs a call. One that fails, by the tool or by the mock, leaves the worlds as they were.
    pub fn call(&mut self, tool: &str, arguments: &Json, offered: Vec<Arc<str>>) -> Performed {
        let stage = self.stage;
        let Some(at) = stage.by_tool.get(tool).copied() else {
            let answer = stage.environments.iter().find_map(|e| e.manifest.unknown_tool.as_deref());
            let outcome = match answer {
                Some(answer) => Outcome::Refusal(Json::text(answer.replace("{tool}", tool))),
                None => Outcome::Fault(Fault {
                    kind: FaultKind::Missing,
                    message: format!("no environment here has a tool `{tool}`"),
                    place: None,
                }),
            };
            return Performed { outcome, cited: Vec::new() };
        };
        let memo = stage.memo.as_ref().zip(self.nodes[at]);
        let Some((memo, node)) = memo else { return self.run(at, tool, arguments, offered) };
        let key = Memo::key(node, tool, arguments, &offered);
        if let Some(known) = memo.get(&key) {
            if let Some((world, node)) = &known.after {
                self.worlds[at] = world.clone();
                self.nodes[at] = Some(*node);
            }
            return known.performed.clone();
        }
        let before = self.worlds[at].clone();
        let performed = self.run(at, tool, arguments, offered);
        let answer = match &performed.outcome {
            Outcome::Answer(answer) | Outcome::Refusal(answer) => answer.nodes(),
            Outcome::Fault(_) => return performed,
        };
        let now = &self.worlds[at];
        let (after, written) = if before.is_same(now) {
            (None, 0)
        } else {
            let changed = |change: &Change| change.after.as_ref().map_or(1, Json::nodes);
            let node = memo.fresh();
            self.nodes[at] = Some(node);
            (Some((now.clone(), node)), before.changes(now).iter().map(changed).sum())
        };
        memo.keep(key, Known { performed: performed.clone(), after }, answer.saturating_add(written));
        performed
    }

    /// What a function of the mock makes of the world as it is now. Nothing is written.
    ///
    /// # Errors
    /// When the function is wrong.
    pub(crate) fn shown(&self, at: usize, function: &str) -> Result<Json, Fault> {
        let environment = &self.stage.environments[at];
        let memo = self.stage.memo.as_ref().zip(self.nodes[at]);
        // No call has `null` for its arguments.
        let memo = memo.map(|(memo, node)| (memo, Memo::key(node, function, &Json::Null, &[])));
        let known = memo.as_ref().and_then(|(memo, key)| memo.get(key));
        let outcome = match known {
            Some(known) => known.performed.outcome.clone(),
            None => {
                let mut turn = Turn { world: self.worlds[at].clone(), ..Turn::default() };
                environment.mock.run(function, &Json::Null, &mut turn)
            }
        };
        match outcome {
            Outcome::Answer(shown) => {
                if let Some((memo, key)) = memo {
                    let performed = Performed { outcome: Outcome::Answer(shown.clone()), cited: Vec::new() };
                    memo.keep(key, Known { performed, after: None }, shown.nodes());
                }
                Ok(shown)
            }
            Outcome::Fault(fault) => Err(fault),
            Outcome::Refusal(answer) => Err(Fault {
                kind: FaultKind::Script,
                message: format!("it fails with {}", answer.excerpt()),
                place: None,
            }),
        }
    }

    fn run(&mut self, at: usize, tool: &str, arguments: &Json, offered: Vec<Arc<str>>) -> Performed {
        let environment = &self.stage.environments[at];
        let before = self.worlds[at].clone();
        let mut turn = Turn { world: before.clone(), offered, ..Turn::default() };
        let function = environment.functions.get(tool).map_or(tool, String::as_str);
        let outcome = environment.mock.run(function, arguments, &mut turn);
        self.worlds[at] = match outcome {
            Outcome::Answer(_) => turn.world,
            Outcome::Refusal(_) | Outcome::Fault(_) => before,
        };
        if environment.manifest.clock_step_seconds != 0 {
            self.worlds[at].clock_mut().advance(environment.manifest.clock_step_seconds);
        }
        let text = |id: &String| environment.rules.get(id).cloned().unwrap_or_default();
        let cited = turn.cited.iter().map(|id| CitedRule { id: id.clone(), text: text(id) }).collect();
        Performed { outcome, cited }
    }
}
