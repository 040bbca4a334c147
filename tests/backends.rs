//! The backends of mocks held against each other: the same environment behind a script and behind a guest module answers
//! every call alike, refuses alike, cites alike, and leaves the same world.
//!
//! The guests are built from `envs/NAME/guest` by its `build.sh`. Where a toolchain is missing, a test says `SKIPPED`
//! with what to install and passes; with `GEMPROOF_GUESTS=all` it fails. `PROPTEST_CASES` raises the number of generated
//! dialogues, `PROPTEST_RNG_SEED` makes others; `GEMPROOF_SHOW=1` prints what came of the calls and what they cost.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use common::{env_dir, executing_judge, judge_files, judge_records, project, stage};
use gemproof::environment::{Episode, Stage};
use gemproof::json::Json;
use gemproof::mock::{FaultKind, Outcome, with_roomy_stack};
use gemproof::world::World;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::{Map, Value, json};

// ---- guests --------------------------------------------------------------------------------------

/// An environment whose mock is written a second time, as a guest.
struct Guest {
    name: &'static str,
    /// Its folder with the guest in place of the script, once it is built; or why it cannot be.
    folder: OnceLock<Result<PathBuf, String>>,
}

static CITY_LIBRARY: Guest = Guest { name: "city-library", folder: OnceLock::new() };
static FRAME_STUDIO: Guest = Guest { name: "frame-studio", folder: OnceLock::new() };

/// What `build.sh` ends with where its toolchain is missing.
const TOOLCHAIN_MISSING: i32 = 3;

impl Guest {
    fn script_folder(&self) -> PathBuf {
        env_dir(self.name)
    }

    /// The folder with the guest, or `None` where it cannot be built here, after saying so.
    fn folder(&self) -> Option<&Path> {
        match self.folder.get_or_init(|| self.build()) {
            Ok(folder) => Some(folder),
            Err(missing) => {
                assert!(std::env::var("GEMPROOF_GUESTS").as_deref() != Ok("all"), "{missing}");
                // Past the capture of the test harness, which hides what passing tests print.
                let _ = writeln!(std::io::stderr(), "SKIPPED: the guest of {}: {missing}", self.name);
                None
            }
        }
    }

    /// Builds in a copy, in which everything lies as in the project.
    fn build(&self) -> Result<PathBuf, String> {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backends").join(self.name);
        let _ = fs::remove_dir_all(&root);
        let folder = root.join("envs").join(self.name);
        copy(&self.script_folder(), &folder);
        copy(&project("tool-stubs"), &root.join("tool-stubs"));
        let built =
            Command::new("bash").arg(folder.join("guest/build.sh")).output().map_err(|e| format!("bash: {e}"))?;
        let said = String::from_utf8_lossy(&built.stderr).trim().to_owned();
        match built.status.code() {
            Some(0) => {}
            Some(TOOLCHAIN_MISSING) => return Err(said),
            code => panic!("guest/build.sh of {} ended with {code:?}:\n{said}", self.name),
        }
        let manifest = folder.join("env.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("mock")), "{}: names its mock itself", self.name);
        // Before everything else: what stands behind a table belongs to the table.
        fs::write(&manifest, format!("mock = \"guest/mock.wasm\"\n{text}")).unwrap();
        fs::remove_file(folder.join("tools.rhai")).unwrap();
        Ok(folder)
    }

    /// The two stages: of the script and of the guest. Neither remembers outcomes, so that every call is run.
    fn stages(&self) -> Option<(Stage, Stage)> {
        let folder = self.folder()?;
        let load = |folder: &Path| {
            let mut stage = stage(folder, None);
            stage.forget();
            stage
        };
        Some((load(&self.script_folder()), load(folder)))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

// ---- two backends side by side -------------------------------------------------------------------

/// What came of calls that both backends ran.
#[derive(Default)]
struct Tally {
    /// Answers, refusals and faults, by tool.
    outcomes: BTreeMap<String, [u64; 3]>,
    rules: BTreeMap<String, u64>,
    changed: u64,
    time: [Duration; 2],
}

impl Tally {
    fn calls(&self) -> u64 {
        self.outcomes.values().flatten().sum()
    }

    fn show(&self, name: &str) {
        if std::env::var_os("GEMPROOF_SHOW").is_none() {
            return;
        }
        let each = |time: Duration| time.as_secs_f64() * 1e6 / self.calls() as f64;
        println!(
            "{name}: {} calls agree, {} of them change the world; {:.1} us in the script, {:.1} us in the guest",
            self.calls(),
            self.changed,
            each(self.time[0]),
            each(self.time[1]),
        );
        for (tool, [answers, refusals, faults]) in &self.outcomes {
            println!("  {tool}: {answers} answers, {refusals} refusals, {faults} faults");
        }
        let rules: Vec<String> = self.rules.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
        println!("  cited: {}", rules.join(", "));
    }
}

/// One dialogue in both backends.
struct Pair<'a> {
    episodes: [Episode<'a>; 2],
    tally: &'a mut Tally,
}

impl<'a> Pair<'a> {
    fn new(stages: &'a (Stage, Stage), world: &World, tally: &'a mut Tally) -> Pair<'a> {
        let episode = |stage: &'a Stage| stage.episode(vec![world.clone()].into());
        Pair { episodes: [episode(&stages.0), episode(&stages.1)], tally }
    }

    fn world(&self) -> &World {
        &self.episodes[0].worlds[0]
    }

    /// Runs a call in both, and says where they differ.
    fn call(&mut self, call: &Call) -> Result<Outcome, String> {
        let before = self.world().clone();
        let arguments = Json::from(&call.arguments);
        let mut at = 0;
        let [script, guest] = self.episodes.each_mut().map(|episode| {
            let start = Instant::now();
            let performed = episode.call(&call.tool, &arguments, call.offered.iter().map(|id| (**id).into()).collect());
            self.tally.time[at] += start.elapsed();
            at += 1;
            performed
        });
        let differs = |what: &str, script: &dyn std::fmt::Debug, guest: &dyn std::fmt::Debug| {
            Err(format!("{what} differs after {call:?}:\n  script: {script:?}\n  guest:  {guest:?}"))
        };
        let kind = match (&script.outcome, &guest.outcome) {
            (Outcome::Answer(one), Outcome::Answer(other)) if same(one, other) => 0,
            (Outcome::Refusal(one), Outcome::Refusal(other)) if same(one, other) => 1,
            // What a backend says of a fault is its own.
            (Outcome::Fault(one), Outcome::Fault(other)) if one.kind == other.kind => 2,
            (one, other) => return differs("the outcome", one, other),
        };
        if kind < 2 && script.cited != guest.cited {
            return differs("what is cited", &script.cited, &guest.cited);
        }
        let worlds = self.episodes.each_ref().map(|episode| &episode.worlds[0]);
        let patches = worlds.map(|world| serde_json::to_string(&before.patch(world)).unwrap());
        if patches[0] != patches[1] {
            return differs("the change of the world", &patches[0], &patches[1]);
        }
        if worlds[0].state_hash() != worlds[1].state_hash() {
            return differs("the state", &worlds[0].to_json().to_string(), &worlds[1].to_json().to_string());
        }
        self.tally.outcomes.entry(call.tool.clone()).or_default()[kind] += 1;
        self.tally.changed += u64::from(patches[0] != "[]");
        for rule in &script.cited {
            *self.tally.rules.entry(rule.id.clone()).or_default() += 1;
        }
        Ok(script.outcome)
    }
}

/// The same value in the same form: `1` is not `1.0` here.
fn same(one: &Json, other: &Json) -> bool {
    one == other && one.to_string() == other.to_string()
}

#[derive(Clone, Debug)]
struct Call {
    tool: String,
    arguments: Value,
    /// Ids that a record would say were minted.
    offered: Vec<String>,
}

// ---- calls ---------------------------------------------------------------------------------------

/// How the arguments of a call go wrong.
#[derive(Clone, Copy, Debug)]
enum Slip {
    None,
    /// An id, or another text, with one character changed, added or lost.
    NearMiss,
    /// An id of something else.
    Mistaken,
    /// An argument is left out.
    Missing,
    /// An argument, or a part of one, has another type.
    Odd,
    /// Every argument has.
    AllOdd,
    /// An argument that the tool does not know.
    Extra,
}

/// A dialogue before the world is known in which it happens.
#[derive(Clone, Debug)]
struct Dialogue {
    /// Tools that it calls often, so that it gets somewhere.
    about: Vec<prop::sample::Index>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    tool: prop::sample::Index,
    /// Whether the tool is one of those that the dialogue is about.
    to_the_point: bool,
    slip: Slip,
    offers: bool,
    seed: u64,
}

fn dialogue() -> impl Strategy<Value = Dialogue> {
    let about = prop::collection::vec(any::<prop::sample::Index>(), 1..4);
    (about, prop::collection::vec(step(), 1..CALLS_MAX)).prop_map(|(about, steps)| Dialogue { about, steps })
}

fn step() -> impl Strategy<Value = Step> {
    let slip = prop_oneof![
        28 => Just(Slip::None),
        3 => Just(Slip::NearMiss),
        2 => Just(Slip::Mistaken),
        2 => Just(Slip::Missing),
        3 => Just(Slip::Odd),
        1 => Just(Slip::AllOdd),
        1 => Just(Slip::Extra),
    ];
    (any::<prop::sample::Index>(), prop::bool::weighted(0.6), slip, prop::bool::weighted(0.3), any::<u64>())
        .prop_map(|(tool, to_the_point, slip, offers, seed)| Step { tool, to_the_point, slip, offers, seed })
}

/// What a step draws from.
struct Draw(u64);

impl Draw {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// The scalars of the world, and of what was answered lately, by the name of their field.
#[derive(Default)]
struct Known {
    fields: BTreeMap<String, Vec<Value>>,
}

impl Known {
    fn of_world(world: &World) -> Known {
        let mut known = Known::default();
        known.note("", &world.to_json());
        known
    }

    fn note(&mut self, name: &str, value: &Json) {
        match value {
            Json::List(list) => list.items().iter().for_each(|item| self.note(name, item)),
            Json::Map(map) => map.iter().for_each(|(name, value)| self.note(name, value)),
            Json::Null => {}
            scalar => {
                let value = serde_json::to_value(scalar).unwrap();
                self.fields.entry(name.to_owned()).or_default().push(value);
            }
        }
    }

    fn of(&self, name: &str) -> &[Value] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    fn any(&self, draw: &mut Draw) -> Value {
        let fields: Vec<&Vec<Value>> = self.fields.values().collect();
        draw.pick(&fields).and_then(|values| draw.pick(values)).cloned().unwrap_or(Value::Null)
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.fields.values().flatten().filter_map(Value::as_str)
    }
}

/// Generates arguments from a tool's schema and what is known.
struct Maker<'a> {
    world: &'a Known,
    /// What the last answer said.
    heard: &'a Known,
    /// Arguments that were of use before: a dialogue stays with its people.
    used: &'a BTreeMap<String, Value>,
    draw: Draw,
}

impl Maker<'_> {
    fn call(&mut self, tool: &str, schema: &Value, slip: Slip, offers: bool) -> Call {
        let mut arguments = self.object(schema);
        self.slip(&mut arguments, slip);
        let offered = if offers { (0..2).filter_map(|_| self.other_id()).collect() } else { Vec::new() };
        Call { tool: tool.to_owned(), arguments: Value::Object(arguments), offered }
    }

    fn object(&mut self, schema: &Value) -> Map<String, Value> {
        let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
        let mut object = Map::new();
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if required(name) || self.draw.percent(55) {
                let value = self.value(name, part);
                object.insert(name.clone(), value);
            }
        }
        object
    }

    fn value(&mut self, name: &str, schema: &Value) -> Value {
        if let Some(values) = schema["enum"].as_array() {
            let value = self.draw.pick(values).cloned().unwrap_or(Value::Null);
            return if self.draw.percent(4) { self.near_miss(&value) } else { value };
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(self.draw.percent(60)),
            Some("object") => Value::Object(self.object(schema)),
            Some("array") => (0..self.draw.below(4)).map(|_| self.value(name, &schema["items"])).collect(),
            Some("integer") => self.integer(name, schema),
            Some("number") => self.length(),
            _ => self.text(name, schema),
        }
    }

    fn length(&mut self) -> Value {
        let end = if self.draw.percent(50) { 8 } else { 160 };
        match self.draw.percent(40) {
            true => json!(self.draw.below(end * 100) as f64 / 100.0),
            false => json!(self.draw.below(end)),
        }
    }

    fn integer(&mut self, name: &str, schema: &Value) -> Value {
        let known = self.world.of(name);
        match self.draw.below(3) {
            0 => self.draw.pick(known).cloned().unwrap_or(json!(1)),
            1 => json!(self.draw.below(100)),
            _ => {
                let bound = |name: &str, otherwise: i64| schema[name].as_i64().unwrap_or(otherwise);
                let (low, high) = (bound("minimum", 0), bound("maximum", 1_000));
                json!(low + self.draw.below((high - low + 1) as usize) as i64)
            }
        }
    }

    fn text(&mut self, name: &str, schema: &Value) -> Value {
        if schema["format"] == "date" {
            let dates: Vec<&str> = self.world.texts().filter(|text| looks_like_date(text)).collect();
            return json!(self.draw.pick(&dates).map_or("2024-05-20", |text| &text[..10]));
        }
        if let Some(used) = self.used.get(name).filter(|_| self.draw.percent(40)) {
            return used.clone();
        }
        let heard = if self.draw.percent(40) { self.heard.of(name) } else { &[] };
        let known = if heard.is_empty() { self.world.of(name) } else { heard };
        if let Some(value) = self.draw.pick(known) {
            let value = value.clone();
            // What is searched for is rarely typed as it stands.
            return match value.as_str() {
                Some(text) if !text.contains('-') && self.draw.percent(30) => json!(self.retyped(text)),
                _ => value,
            };
        }
        let texts: Vec<&str> = self.world.texts().collect();
        let text = self.draw.pick(&texts).map_or_else(String::new, |text| (*text).to_owned());
        json!(self.retyped(&text))
    }

    /// A word of a text, or all of it, in another case.
    fn retyped(&mut self, text: &str) -> String {
        let words: Vec<&str> = text.split(' ').collect();
        let text = if self.draw.percent(50) { self.draw.pick(&words).map_or("", |word| word) } else { text };
        match self.draw.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }

    /// An id of the form that ids here have, with other digits.
    fn other_id(&mut self) -> Option<String> {
        let name = |name: &&String| name.ends_with("_id") || *name == "receipt";
        let names: Vec<&String> = self.world.fields.keys().filter(name).collect();
        let name = self.draw.pick(&names)?;
        let id = self.draw.pick(self.world.of(name))?.as_str()?.to_owned();
        let digits = id.chars().map(|c| match c {
            '0'..='9' => char::from(b'0' + self.draw.below(10) as u8),
            c => c,
        });
        Some(digits.collect())
    }

    fn slip(&mut self, arguments: &mut Map<String, Value>, slip: Slip) {
        let names: Vec<String> = arguments.keys().cloned().collect();
        let Some(name) = self.draw.pick(&names).cloned() else {
            if !matches!(slip, Slip::None) {
                arguments.insert("surplus".into(), self.odd());
            }
            return;
        };
        match slip {
            Slip::None => {}
            Slip::NearMiss => {
                let value = self.near_miss(&arguments[&name]);
                arguments.insert(name, value);
            }
            Slip::Mistaken => {
                let value = self.world.any(&mut self.draw);
                arguments.insert(name, value);
            }
            Slip::Missing => drop(arguments.remove(&name)),
            Slip::Odd => {
                let odd = self.odd();
                let inner = match arguments.get_mut(&name) {
                    Some(Value::Object(inner)) if self.draw.percent(70) => {
                        let names: Vec<String> = inner.keys().cloned().collect();
                        self.draw.pick(&names).and_then(|name| inner.get_mut(name))
                    }
                    Some(Value::Array(inner)) if self.draw.percent(70) => {
                        let at = self.draw.below(inner.len());
                        inner.get_mut(at)
                    }
                    _ => None,
                };
                match inner {
                    Some(inner) => *inner = odd,
                    None => drop(arguments.insert(name, odd)),
                }
            }
            Slip::AllOdd => {
                for name in names {
                    let odd = self.odd();
                    arguments.insert(name, odd);
                }
            }
            Slip::Extra => {
                let value = self.odd();
                arguments.insert("surplus".into(), value);
            }
        }
    }

    fn near_miss(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let mut chars: Vec<char> = text.chars().collect();
                let at = self.draw.below(chars.len());
                match self.draw.below(4) {
                    0 => chars.push('0'),
                    1 if !chars.is_empty() => drop(chars.remove(at)),
                    2 if !chars.is_empty() => chars[at] = if chars[at] == '1' { '2' } else { '1' },
                    _ => return json!(text.to_lowercase()),
                }
                json!(chars.into_iter().collect::<String>())
            }
            Value::Number(n) => match n.as_i64() {
                Some(n) => json!(n + [-1, 1, 100][self.draw.below(3)]),
                None => json!(n.as_f64().unwrap_or(0.0) * [-1.0, 1.5, 1e14][self.draw.below(3)]),
            },
            Value::Bool(b) => json!(!b),
            other => other.clone(),
        }
    }

    /// Integers above those of 64 bits are not among them: scripts read these as floats, guests as they are.
    fn odd(&mut self) -> Value {
        let odd = [
            Value::Null,
            json!(true),
            json!(false),
            json!(0),
            json!(-7),
            json!(41),
            json!(2.5),
            json!(30.0),
            json!(-0.0),
            json!(1e-7),
            json!(1e15),
            json!(1.5e300),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(""),
            json!(" "),
            json!("0"),
            json!("Error: no"),
            json!("ÄRGER, ΣΊΣΥΦΟΣ"),
            json!("2024-02-30"),
            json!("2024-05-18T11:00:00"),
            json!("quote \" slash \\ tab \t"),
            json!("/members/M-1001"),
            json!([]),
            json!([null]),
            json!(["book", 1, {"a": []}]),
            json!({}),
            json!({"from": "2019", "to": null}),
            json!({"name": "x", "age": 2.5}),
            json!({"email": 3, "address": []}),
        ];
        match self.draw.percent(15) {
            true => self.world.any(&mut self.draw),
            false => odd[self.draw.below(odd.len())].clone(),
        }
    }
}

fn looks_like_date(text: &str) -> bool {
    text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' && text.is_ascii()
}

// ---- the tests -----------------------------------------------------------------------------------

/// Calls of one dialogue at most.
const CALLS_MAX: usize = 60;

fn run_dialogue(stages: &(Stage, Stage), tally: &mut Tally, dialogue: &Dialogue) -> Result<(), String> {
    let environment = &stages.0.environments[0];
    let tools = &environment.tools.tools;
    let world = environment.state.clone().expect("the environment has a world of its own");
    let mut pair = Pair::new(stages, &world, tally);
    let mut known = Known::of_world(&world);
    let mut heard = Known::default();
    let mut used = BTreeMap::new();
    for step in &dialogue.steps {
        let tool = match step.to_the_point {
            true => step.tool.get(&dialogue.about).get(tools),
            false => step.tool.get(tools),
        };
        let mut maker = Maker { world: &known, heard: &heard, used: &used, draw: Draw(step.seed) };
        let call = maker.call(&tool.name, &tool.input_schema, step.slip, step.offers);
        let changed = pair.tally.changed;
        let outcome = pair.call(&call)?;
        if pair.tally.changed > changed {
            known = Known::of_world(pair.world());
        }
        if let Outcome::Answer(answer) = outcome {
            heard = Known::default();
            heard.note("", &answer);
            let texts = call.arguments.as_object().into_iter().flatten().filter(|(_, value)| value.is_string());
            for (name, value) in texts {
                used.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    Ok(())
}

/// What came of generated dialogues up to the first difference, and that.
fn first_difference(stages: &(Stage, Stage), cases: u32) -> (Tally, Option<String>) {
    let given = |name: &str| std::env::var_os(name).is_some();
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if !given("PROPTEST_CASES") {
        config.cases = cases;
    }
    // The same dialogues each time, unless others are asked for.
    if !given("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(1);
    }
    let tally = std::cell::RefCell::new(Tally::default());
    let run = |dialogue| run_dialogue(stages, &mut tally.borrow_mut(), &dialogue).map_err(TestCaseError::fail);
    let difference = match TestRunner::new(config).run(&dialogue(), run) {
        Ok(()) => None,
        Err(TestError::Fail(why, dialogue)) => Some(format!("{why}\nin {dialogue:#?}")),
        Err(e) => Some(e.to_string()),
    };
    (tally.into_inner(), difference)
}

/// Generated dialogues in both backends: in as many as run by default, every tool is answered and refused at some time,
/// and every rule cited.
fn hold_against_each_other(guest: &Guest, cases: u32) {
    let Some(stages) = guest.stages() else { return };
    let (tally, difference) = first_difference(&stages, cases);
    if let Some(difference) = difference {
        panic!("{}: {difference}", guest.name);
    }
    tally.show(guest.name);
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return;
    }
    let environment = &stages.0.environments[0];
    for tool in &environment.tools.tools {
        let [answers, refusals, _] = tally.outcomes.get(&tool.name).copied().unwrap_or_default();
        assert!(answers > 0, "{}: no call of {} was answered", guest.name, tool.name);
        assert!(refusals > 0, "{}: no call of {} was refused", guest.name, tool.name);
    }
    for rule in environment.rules.keys() {
        assert!(tally.rules.contains_key(rule), "{}: no call cited {rule}", guest.name);
    }
}

#[test]
fn dialogues_in_the_library_agree() {
    with_roomy_stack(|| hold_against_each_other(&CITY_LIBRARY, 1_000));
}

#[test]
fn dialogues_in_the_frame_studio_agree() {
    with_roomy_stack(|| hold_against_each_other(&FRAME_STUDIO, 400));
}

/// What holds two mocks against each other must tell a changed one from the original.
#[test]
fn a_changed_mock_is_told_from_the_original() {
    let original = env_dir("city-library");
    let script = fs::read_to_string(original.join("tools.rhai")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for (at, (from, to, differs)) in [
        ("loan.renewals += 1;", "loan.renewals += 2;", "the outcome"),
        ("is not among the", "is not in the", "the outcome"),
        ("cents / 100.0, 2)", "cents / 100.0, 1)", "the outcome"),
        ("    cite(\"hold-queue\");\n", "", "what is cited"),
        ("    update(\"copies\", copy.copy_id, #{ status: \"on_loan\" });\n", "", "the change of the world"),
        ("paid_at: now(),", "paid_at: today(),", "the change of the world"),
        // An id that nobody takes leaves a trace in the world's count of ids alone.
        (
            "    remove(\"holds\", hold.hold_id);\n",
            "    remove(\"holds\", hold.hold_id); fresh_id(\"x\", \"#\");\n",
            "the state",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(script.matches(from).count(), 1, "{from}");
        let changed = dir.path().join(at.to_string());
        copy(&original, &changed);
        fs::write(changed.join("tools.rhai"), script.replace(from, to)).unwrap();
        let mut stages = (stage(&original, None), stage(&changed, None));
        stages.0.forget();
        stages.1.forget();
        let (_, difference) = with_roomy_stack(|| first_difference(&stages, 1_000));
        let difference = difference.unwrap_or_else(|| panic!("nothing was noticed of `{to}` for `{from}`"));
        assert!(difference.starts_with(differs), "`{to}` for `{from}`: {difference}");
    }
}

#[test]
fn the_trajectories_of_the_environments_come_out_alike() {
    for guest in [&CITY_LIBRARY, &FRAME_STUDIO] {
        let Some(folder) = guest.folder() else { continue };
        let inputs = ["good.jsonl", "broken.jsonl"].map(|file| guest.script_folder().join("trajectories").join(file));
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        let [script, guest_run] =
            [guest.script_folder().as_path(), folder].map(|dir| judge_files(&executing_judge(dir, None), &inputs));
        assert!(script.summary.trajectories >= 20, "{}: too few to say much", guest.name);
        assert_eq!(script.lines.len(), guest_run.lines.len());
        for (one, other) in script.lines.iter().zip(&guest_run.lines) {
            assert_eq!(String::from_utf8_lossy(one), String::from_utf8_lossy(other));
        }
        let verdicts = |run: &common::Collected| {
            let mut verdicts: BTreeMap<&str, u64> = BTreeMap::new();
            run.records.iter().for_each(|judged| *verdicts.entry(judged.report.verdict.name()).or_default() += 1);
            verdicts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&script), verdicts(&guest_run));
    }
}

/// A world that the environment's own rules do not allow, and calls that meet what is wrong in it.
fn broken_worlds() -> Vec<(&'static str, Value, Call)> {
    let state = fs::read_to_string(env_dir("city-library").join("state.json")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let world = |change: &dyn Fn(&mut Value)| {
        let mut state = state.clone();
        change(&mut state);
        state
    };
    let call = |tool: &str, arguments: Value| Call { tool: tool.into(), arguments, offered: Vec::new() };
    vec![
        (
            "a copy on the shelf for nobody",
            world(&|state| state["holds"].as_object_mut().unwrap().clear()),
            call("borrow_copy", json!({"member_id": "M-1001", "copy_id": "C-2011"})),
        ),
        (
            "a member of no category",
            world(&|state| state["members"]["M-1001"]["category"] = json!("guest")),
            call("borrow_copy", json!({"member_id": "M-1001", "copy_id": "C-2003"})),
        ),
        (
            "a copy of no title",
            world(&|state| state["copies"]["C-2003"]["title_id"] = Value::Null),
            call("borrow_copy", json!({"member_id": "M-1001", "copy_id": "C-2003"})),
        ),
        (
            "an amount that is a text",
            world(&|state| state["fines"]["F-7001"]["amount_cents"] = json!("8.00")),
            call("get_member", json!({"member_id": "M-1005"})),
        ),
        (
            "a birth date that is none",
            world(&|state| state["members"]["M-1001"]["birth_date"] = json!("long ago")),
            call("borrow_copy", json!({"member_id": "M-1001", "copy_id": "C-2003"})),
        ),
        (
            "a loan that is due soon",
            world(&|state| {
                for loan in state["loans"].as_object_mut().unwrap().values_mut() {
                    loan["due_on"] = json!("soon");
                    loan["returned_on"] = Value::Null;
                }
            }),
            call("list_loans", json!({"member_id": "M-1002"})),
        ),
        (
            "an event without a capacity",
            world(&|state| {
                state["events"].as_object_mut().unwrap().values_mut().for_each(|event| {
                    event.as_object_mut().unwrap().remove("capacity");
                });
            }),
            call("list_events", json!({})),
        ),
    ]
}

#[test]
fn faults_are_faults_in_both_and_leave_no_trace() {
    let Some(stages) = CITY_LIBRARY.stages() else { return };
    with_roomy_stack(|| {
        let environment = &stages.0.environments[0];
        for (what, state, call) in broken_worlds() {
            let world = environment.start(Some(&state.to_string())).unwrap();
            let mut tally = Tally::default();
            let mut pair = Pair::new(&stages, &world, &mut tally);
            match pair.call(&call).unwrap_or_else(|e| panic!("{what}: {e}")) {
                Outcome::Fault(fault) => assert_eq!(fault.kind, FaultKind::Script, "{what}: {fault}"),
                other => panic!("{what}: no fault but {other:?}"),
            }
            assert_eq!(tally.changed, 0, "{what}");
        }
    });
}

/// An environment with these tools in a file of a mock, script or guest.
fn small(dir: &Path, tools: &[&str], mock: &str, source: &str) -> PathBuf {
    let folder = dir.join(mock.replace('.', "-"));
    fs::create_dir_all(&folder).unwrap();
    let manifest = format!("name = \"small\"\nsummary = \"for a test\"\nmock = \"{mock}\"\n");
    let tools: Value = tools.iter().map(|name| json!({"name": name, "inputSchema": {"type": "object"}})).collect();
    fs::write(folder.join("env.toml"), manifest).unwrap();
    fs::write(folder.join("tools.json"), tools.to_string()).unwrap();
    fs::write(folder.join("state.json"), "{}").unwrap();
    fs::write(folder.join(mock), source).unwrap();
    folder
}

#[test]
fn values_within_texts_read_alike() {
    let dir = tempfile::tempdir().unwrap();
    let script = "fn show(args) { `${args.x}` }\n";
    let guest = r#"(module
        (import "gemproof/1" "field" (func $field (param i32 i32 i32) (result i32)))
        (import "gemproof/1" "join" (func $join (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "x")
        (func (export "tool:show") (param $args i32) (result i32)
            (call $join (i32.const 0) (call $field (local.get $args) (i32.const 0) (i32.const 1)))))"#;
    let load = |mock: &str, source: &str| stage(&small(dir.path(), &["show"], mock, source), None);
    let stages = (load("mock.rhai", script), load("mock.wat", guest));
    let mut tally = Tally::default();
    let world = World::default();
    let mut pair = Pair::new(&stages, &world, &mut tally);
    for x in [
        json!(null),
        json!(true),
        json!(0),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.0),
        json!(-0.0),
        json!(2.0),
        json!(-2.5),
        json!(0.1 + 0.2),
        json!(1e-5),
        json!(1e-13),
        json!(-1e-14),
        json!(9_999_999_827_968.0),
        json!(1e13),
        json!(1.5e300),
        json!("text \" with \\ all ü"),
        json!([1, 1e15, null, "a"]),
        json!({"b": [], "a": {"c": -0.0}}),
    ] {
        let call = Call { tool: "show".into(), arguments: json!({ "x": x }), offered: Vec::new() };
        let shown = pair.call(&call).unwrap_or_else(|e| panic!("{e}"));
        assert!(matches!(&shown, Outcome::Answer(Json::Text(_))), "{x}: {shown:?}");
    }
}

#[test]
fn a_runaway_guest_ends_with_the_diagnostic_of_a_runaway_script() {
    let dir = tempfile::tempdir().unwrap();
    let script = "fn spin(args) { loop {} }\nfn dive(args) { dive(args) + 1 }\n";
    let guest = r#"(module
        (func $dive (export "tool:dive") (param i32) (result i32)
            (i32.add (call $dive (local.get 0)) (i32.const 1)))
        (func (export "tool:spin") (param i32) (result i32) (loop $again (br $again)) (i32.const 0)))"#;
    for tool in ["spin", "dive"] {
        let arguments = json!({"id": "call_1", "type": "function", "function": {"name": tool, "arguments": "{}"}});
        let record = json!({"id": "runaway", "messages": [
            {"role": "user", "content": "Go."},
            {"role": "assistant", "content": null, "tool_calls": [arguments]},
            {"role": "tool", "tool_call_id": "call_1", "content": "1"},
            {"role": "assistant", "content": "Gone."},
        ]});
        let found = [("mock.rhai", script), ("mock.wat", guest)].map(|(mock, source)| {
            let judge = executing_judge(&small(dir.path(), &["spin", "dive"], mock, source), None);
            let report = &judge_records(&judge, std::slice::from_ref(&record)).records[0].report;
            let found = |d: &gemproof::diagnostic::Diagnostic| (d.code.name(), d.severity, d.level, d.at.clone());
            (report.verdict.name(), report.diagnostics.iter().map(found).collect::<Vec<_>>())
        });
        assert_eq!(found[0], found[1], "{tool}");
        assert!(found[0].1.iter().any(|(code, ..)| *code == "environment-fault"), "{tool}: {found:?}");
        assert_eq!(found[0].0, "undetermined", "{tool}");
    }
}
