//! A mined mock that runs, and the world in which a trajectory happens in it.
//!
//! What a trajectory shows of the world is filled in where it was seen first; what the mock does otherwise than the record is written
//! into the world beside the rules, until the trajectory replays. So a bundle says how much of it the rules explain.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::environment::Relaxation;
use crate::json::Json;
use crate::json::pointer::{self, Pattern};
use crate::mine::{Behaviours, Model, Offered, Step, rhai, shape, steps};
use crate::mock::rhai::RhaiMock;
use crate::mock::{Limits, Mock, Outcome, Turn};
use crate::replay;
use crate::trajectory::{Exchange, ToolSet, Trajectory};
use crate::world::{Clock, World};

/// A mined mock, compiled.
pub struct Mined {
    pub model: Arc<Model>,
    pub behaviours: Behaviours,
    pub source: rhai::Source,
    mock: RhaiMock,
    relaxations: HashMap<u64, Relaxation>,
}

impl std::fmt::Debug for Mined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mined").field("tools", &self.behaviours.tools.len()).finish_non_exhaustive()
    }
}

/// The world of one trajectory.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The initial state, as `worlds.jsonl` holds it.
    pub state: Json,
    /// Calls that were run.
    pub calls: usize,
    /// Those that the rules and the records answer, without anything recorded beside them.
    pub explained: usize,
    /// Steps whose answer is recorded beside the rules.
    pub told: Vec<usize>,
}

/// Restarts for one call; each adds what was recorded of one.
const RESTARTS_PER_CALL: usize = 3;
/// Calls of a trajectory that is bundled.
const CALLS_MAX: usize = 2_000;

impl Mined {
    /// Writes and compiles the mock of a model.
    ///
    /// # Errors
    /// When what was written does not compile, which is a bug.
    pub fn new(model: Arc<Model>) -> Result<Mined, String> {
        let behaviours = Behaviours::of(&model);
        let source = rhai::write(&model, &behaviours);
        let mock = RhaiMock::compile(&[(PathBuf::from("tools.rhai"), source.text.clone())], Limits::default())
            .map_err(|e| format!("the mined mock does not compile: {}", e.message))?;
        let mut relaxations = HashMap::new();
        for behaviour in behaviours.tools.iter().filter(|behaviour| !behaviour.minted.is_empty()) {
            let minted = behaviour.minted.iter().filter_map(|(path, _)| Pattern::parse(path).ok()).collect();
            relaxations.insert(behaviour.tool, Relaxation { minted, ..Relaxation::default() });
        }
        Ok(Mined { model, behaviours, source, mock, relaxations })
    }

    /// The mock as a WebAssembly module, see [`crate::mine::wasm`].
    #[cfg(feature = "wasm")]
    pub fn module(&self) -> Vec<u8> {
        crate::mine::wasm::module(&self.model, &self.behaviours)
    }

    /// The world in which a trajectory happens.
    ///
    /// # Errors
    /// When it does not replay whatever is recorded beside the rules; the message says at which call.
    pub fn bundle(
        &self,
        trajectory: &Trajectory,
        exchanges: &[Exchange],
        fallback: Option<&ToolSet>,
    ) -> Result<Bundle, String> {
        let steps = steps(trajectory, exchanges, fallback);
        if steps.len() > CALLS_MAX {
            return Err(format!("it has more than {CALLS_MAX} calls"));
        }
        let contents: Vec<&str> = steps.iter().map(|step| &*trajectory.messages[step.answered_at].content).collect();
        let mut draft = Draft::new(self, &steps, &contents);
        let mut left = RESTARTS_PER_CALL * steps.len() + 1;
        loop {
            match draft.run()? {
                None => break,
                Some((at, told)) if left > 0 => {
                    left -= 1;
                    draft.mend(at, told);
                }
                Some((at, told)) => {
                    let message = steps[at].answered_at;
                    return Err(format!(
                        "`{}` at message {message} does not replay: it answers {}",
                        steps[at].name,
                        told.excerpt()
                    ));
                }
            }
        }
        let state = draft.state();
        let told: usize = draft.recorded.values().map(|times| times.len()).sum();
        let own = |at: &usize| {
            let (key, times) = &draft.asked[*at];
            let answered =
                draft.recorded.get(key).and_then(|all| all.get(times)).is_some_and(|told| told.answer.is_some());
            answered || draft.answers.contains_key(key) && *times == 1
        };
        let explained = steps.len().saturating_sub(told + draft.answers.len());
        let told = (0..steps.len()).filter(own).collect();
        Ok(Bundle { state, calls: steps.len(), explained, told })
    }
}

/// The world as it is being put together.
struct Draft<'a> {
    mined: &'a Mined,
    steps: &'a [Step],
    contents: &'a [&'a str],
    tables: BTreeMap<String, BTreeMap<String, Json>>,
    /// Answers of tools that no rule explains, by call.
    answers: BTreeMap<String, Json>,
    /// What was recorded beside the rules: by call, by how often it was made.
    recorded: BTreeMap<String, BTreeMap<usize, Told>>,
    /// For each step: its call, and how often it was made with this one.
    asked: Vec<(String, usize)>,
    /// Steps whose writes were tried as the reason of a later answer.
    blamed: Vec<(usize, usize)>,
}

/// What was recorded of a call.
#[derive(Clone, Debug, Default)]
struct Told {
    answer: Option<Json>,
    /// Table, key, field, value; without the value the field goes.
    writes: Vec<(String, String, String, Option<Json>)>,
}

fn call_key(step: &Step) -> String {
    format!("{} {}", step.name, step.arguments.spaced())
}

/// An answer as a mock returns it: JSON as JSON, a text as text.
fn returned(content: &str) -> Json {
    match serde_json::from_str::<Json>(content) {
        Ok(Json::Text(_)) | Err(_) => Json::text(content),
        Ok(value) => value,
    }
}

fn key_text(value: &Json) -> String {
    match value {
        Json::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}

impl<'a> Draft<'a> {
    fn new(mined: &'a Mined, steps: &'a [Step], contents: &'a [&'a str]) -> Draft<'a> {
        let mut draft = Draft {
            mined,
            steps,
            contents,
            tables: BTreeMap::new(),
            answers: BTreeMap::new(),
            recorded: BTreeMap::new(),
            asked: Vec::new(),
            blamed: Vec::new(),
        };
        let mut times: HashMap<String, usize> = HashMap::new();
        for step in steps {
            let key = call_key(step);
            let count = times.entry(key.clone()).or_default();
            *count += 1;
            draft.asked.push((key, *count));
        }
        for (at, step) in steps.iter().enumerate() {
            draft.first_seen(at, step);
        }
        draft
    }

    /// Fills in what a step shows for the first time.
    fn first_seen(&mut self, at: usize, step: &Step) {
        let behaviour = self.mined.behaviours.get(step.tool);
        let rules = behaviour.is_some_and(|behaviour| behaviour.view.is_some() || behaviour.answer.is_some());
        let (key, times) = &self.asked[at];
        if *times == 1 && !rules {
            self.answers.entry(key.clone()).or_insert_with(|| returned(self.contents[at]));
        }
        if step.answer.refused {
            return;
        }
        let model = &self.mined.model;
        shape::records(step.tool, &step.answer.value, &mut |record| {
            let Some((place, _)) = model.tables.key(record, step) else { return };
            let Some(table) = self.mined.behaviours.tables.iter().find(|table| table.id == place.table) else { return };
            let parts: Option<Vec<String>> = place
                .key
                .iter()
                .map(|part| match part {
                    crate::mine::KeyPart::Member(name) => record.map.get(name).map(key_text),
                    crate::mine::KeyPart::Argument(name) => step.arguments.get(name).map(key_text),
                    crate::mine::KeyPart::Key => record.key.map(|key| key.to_string()),
                })
                .collect();
            let Some(parts) = parts else { return };
            let known = self.tables.entry(table.name.clone()).or_default().entry(parts.join("|"));
            let viewed =
                behaviour.and_then(|behaviour| behaviour.view.as_ref()).is_some_and(|v| v.place == record.place);
            match known {
                std::collections::btree_map::Entry::Vacant(slot) => drop(slot.insert(record.value.clone())),
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    // Seen before in another place: what that did not show. A record that was seen whole got new members by writes.
                    let Json::Map(own) = slot.get_mut() else { return };
                    let whole =
                        own.iter().filter(|(name, _)| record.map.get(name).is_some()).count() * 2 > record.map.len();
                    if viewed && !whole {
                        let own = Arc::make_mut(own);
                        for (name, value) in
                            record.map.iter().filter(|(name, _)| own.get(name).is_none()).collect::<Vec<_>>()
                        {
                            own.set(name, value.clone());
                        }
                    }
                }
            }
        });
    }

    /// The initial state.
    fn state(&self) -> Json {
        let text = |text: &str| -> Arc<str> { Arc::from(text) };
        let mut state: Vec<(Arc<str>, Json)> = Vec::new();
        for (name, records) in &self.tables {
            state
                .push((text(name), Json::map(records.iter().map(|(key, value)| (text(key), value.clone())).collect())));
        }
        let answer = |value: &Json| Json::map(vec![(text("answer"), value.clone())]);
        let answers = self.answers.iter().map(|(key, value)| (text(key), answer(value))).collect();
        state.push((text("answers"), Json::map(answers)));
        let told = |told: &Told| {
            let mut members: Vec<(Arc<str>, Json)> = Vec::new();
            members.extend(told.answer.iter().map(|answer| (text("answer"), answer.clone())));
            if !told.writes.is_empty() {
                let write = |(table, key, field, value): &(String, String, String, Option<Json>)| {
                    let mut parts = vec![Json::text(table), Json::text(key), Json::text(field)];
                    parts.extend(value.clone());
                    Json::list(parts)
                };
                members.push((text("writes"), Json::list(told.writes.iter().map(write).collect())));
            }
            Json::map(members)
        };
        let recorded = self.recorded.iter().map(|(key, times)| {
            let times = times.iter().map(|(n, entry)| (text(&n.to_string()), told(entry))).collect();
            (text(key), Json::map(vec![(text("asked"), Json::Int(0)), (text("times"), Json::map(times))]))
        });
        state.push((text("recorded"), Json::map(recorded.collect())));
        state.push((text("minted"), Json::map(Vec::new())));
        Json::map(state)
    }

    /// Runs the calls; the first one that answers otherwise than recorded, with its answer.
    fn run(&self) -> Result<Option<(usize, Json)>, String> {
        let mut world = World::from_json(&self.state(), Clock::default(), 0)?;
        for (at, step) in self.steps.iter().enumerate() {
            let function = self.mined.source.functions.get(&*step.name).map_or(&*step.name, String::as_str);
            let offered = self.offered(at);
            let mut turn = Turn { world: world.clone(), offered, ..Turn::default() };
            let answer = match self.mined.mock.run(function, &step.arguments, &mut turn) {
                Outcome::Answer(answer) => {
                    world = turn.world;
                    answer
                }
                Outcome::Refusal(answer) => answer,
                // What the code cannot do with these arguments, it is told.
                Outcome::Fault(fault) => return Ok(Some((at, Json::text(fault.to_string())))),
            };
            if !replay::compare(&answer, self.contents[at], None).is_empty() {
                return Ok(Some((at, answer)));
            }
        }
        Ok(None)
    }

    fn offered(&self, at: usize) -> Vec<Arc<str>> {
        let step = &self.steps[at];
        let Some(relaxation) = self.mined.relaxations.get(&step.tool) else { return Vec::new() };
        let leaves = relaxation.minted.iter().flat_map(|pattern| pattern.select(&step.answer.value));
        leaves.map(|leaf| Arc::from(key_text(leaf))).collect()
    }

    fn told(&mut self, at: usize) -> &mut Told {
        let (key, times) = self.asked[at].clone();
        self.recorded.entry(key).or_default().entry(times).or_default()
    }

    /// Writes down what was recorded of a call that answered `answer`.
    fn mend(&mut self, at: usize, answer: Json) {
        let step = &self.steps[at];
        let behaviour = self.mined.behaviours.get(step.tool);
        let (key, times) = &self.asked[at];
        // A record that shows otherwise was written: by this call, or by an earlier one that may write.
        if let Some(view) = behaviour.and_then(|behaviour| behaviour.view.as_ref())
            && !step.answer.refused
        {
            let record: Option<Vec<String>> =
                view.key.iter().map(|path| pointer::resolve(&step.arguments, path).map(key_text)).collect();
            let (own, recorded) = (pointer::resolve(&answer, &view.at), pointer::resolve(&step.answer.value, &view.at));
            let writer = match behaviour.is_some_and(|behaviour| behaviour.acts) {
                true => Some(at),
                false => self.steps[..at].iter().rposition(|step| {
                    let acts = self.mined.behaviours.get(step.tool).is_none_or(|behaviour| behaviour.acts);
                    acts && !step.answer.refused
                }),
            };
            if let (Some(record), Some(Json::Map(own)), Some(Json::Map(recorded)), Some(writer)) =
                (record, own, recorded, writer)
                && !self.blamed.contains(&(writer, at))
            {
                self.blamed.push((writer, at));
                let table = self.mined.behaviours.tables[view.table].name.clone();
                let key = record.join("|");
                let mut writes = Vec::new();
                for (name, value) in recorded.iter().filter(|(name, value)| own.get(name) != Some(value)) {
                    writes.push((table.clone(), key.clone(), name.to_string(), Some(value.clone())));
                }
                for (name, _) in own.iter().filter(|(name, _)| recorded.get(name).is_none()) {
                    writes.push((table.clone(), key.clone(), name.to_string(), None));
                }
                let told = self.told(writer);
                told.writes.retain(|(table, key, field, _)| {
                    !writes.iter().any(|write| (&write.0, &write.1, &write.2) == (table, key, field))
                });
                told.writes.extend(writes);
                return;
            }
        }
        let answer = returned(self.contents[at]);
        // A record that is not there is answered for, as is a call that no rule explains.
        if step.answer.refused && *times == 1 && !self.answers.contains_key(key) {
            self.answers.insert(key.clone(), answer);
            return;
        }
        self.told(at).answer = Some(answer);
    }
}

/// What a mined mock is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MockForm {
    /// A script, to read and to correct.
    #[default]
    Rhai,
    /// A module that does the same, with the script beside it.
    #[cfg(feature = "wasm")]
    Wasm,
}

/// The manifest of a mined environment.
fn manifest(name: &str, mined: &Mined, form: MockForm) -> String {
    let trajectories = mined.model.tables.trajectories;
    let mut text = format!(
        "name = {}\nsummary = \"Mined from {trajectories} recorded trajectories\"\n",
        toml::Value::String(name.to_owned())
    );
    // A module names its tools as they are called, a script cannot.
    let functions = match form {
        MockForm::Rhai => Some(&mined.source.functions),
        #[cfg(feature = "wasm")]
        MockForm::Wasm => {
            text.push_str("# tools.rhai says in a readable form what mock.wasm does. To correct it, make it the mock");
            match mined.source.functions.len() {
                0 => text.push_str(".\n"),
                _ => {
                    let name = |text: &String| toml::Value::String(text.clone());
                    text.push_str(", with these functions of tools:\n");
                    for (tool, function) in &mined.source.functions {
                        text.push_str(&format!("#   tools.{}.function = {}\n", name(tool), name(function)));
                    }
                }
            }
            text.push_str("mock = \"mock.wasm\"\n");
            None
        }
    };
    text.push_str(
        "# Its tables are inferred: final states that records bring are in terms of others.\nfinal_state = false\n",
    );
    let minted = mined.behaviours.tools.iter().filter(|behaviour| !behaviour.minted.is_empty());
    let minted: BTreeMap<&str, &[(String, String)]> =
        minted.map(|behaviour| (&*behaviour.name, &behaviour.minted[..])).collect();
    let names: BTreeSet<&str> = functions
        .into_iter()
        .flat_map(|named| named.keys())
        .map(String::as_str)
        .chain(minted.keys().copied())
        .collect();
    for name in names {
        text.push_str(&format!("\n[tools.{}]\n", toml::Value::String(name.to_owned())));
        if let Some(function) = functions.and_then(|named| named.get(name)) {
            text.push_str(&format!("function = {}\n", toml::Value::String(function.clone())));
        }
        if let Some(minted) = minted.get(name) {
            let paths = minted.iter().map(|(path, _)| toml::Value::String(path.clone())).collect();
            text.push_str(&format!("minted = {}\n", toml::Value::Array(paths)));
        }
    }
    text
}

/// Writes the environment of a mined mock into a folder, but for its worlds: env.toml, tools.json, tools.rhai, and mock.wasm where that is its form.
///
/// # Errors
/// When the disk does not take it.
pub fn write_environment(dir: &Path, name: &str, mined: &Mined, form: MockForm) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut tools = serde_json::to_string_pretty(&definitions(mined))?;
    tools.push('\n');
    fs::write(dir.join("tools.json"), tools)?;
    fs::write(dir.join("tools.rhai"), &mined.source.text)?;
    #[cfg(feature = "wasm")]
    if form == MockForm::Wasm {
        fs::write(dir.join("mock.wasm"), mined.module())?;
    }
    fs::write(dir.join("env.toml"), manifest(name, mined, form))
}

/// A line of `worlds.jsonl`.
pub fn world_line(id: &str, state: &Json) -> Vec<u8> {
    let mut line = serde_json::json!({"id": id, "state": state}).to_string().into_bytes();
    line.push(b'\n');
    line
}

/// The tools on offer, and those that are called without being so.
fn definitions(mined: &Mined) -> Vec<serde_json::Value> {
    let mut found: Vec<serde_json::Value> = mined.model.offered.iter().map(Offered::definition).collect();
    for behaviour in &mined.behaviours.tools {
        let name = &*behaviour.name;
        if !mined.model.offered.iter().any(|offered| offered.name == name) {
            let function = serde_json::json!({"name": name, "parameters": {"type": "object"}});
            found.push(serde_json::json!({"type": "function", "function": function}));
        }
    }
    found
}
