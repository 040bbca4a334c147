//! How faithful mined mocks are: mined from one half of a corpus, asked the calls of the other half.
//!
//! Figures: `cargo test --release --test fidelity -- --nocapture`. An answer counts as right only when all of it is.

mod common;

use std::collections::{BTreeMap, HashMap, VecDeque};

use common::{EXECUTED, Run, corpus, mine};
use gemproof::bundle::Mined;
use gemproof::json::Json;
use gemproof::mine::{Behaviours, Interpreter, Step, steps};

/// Right, answered, and asked.
#[derive(Clone, Copy, Default)]
struct Score {
    right: usize,
    answered: usize,
    asked: usize,
}

impl Score {
    fn note(&mut self, answer: Option<&Json>, truth: &Json) {
        self.asked += 1;
        self.answered += usize::from(answer.is_some());
        self.right += usize::from(answer == Some(truth));
    }

    fn line(self) -> String {
        let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        let Score { right, answered, asked } = self;
        format!(
            "answers {answered:4} of {asked:4} ({:3.0} %), right {right:4} ({:3.0} % of those, {:3.0} % of all)",
            share(answered, asked),
            share(right, answered),
            share(right, asked)
        )
    }
}

/// A way of answering calls that anyone would try.
trait Baseline {
    fn answer(&mut self, step: &Step) -> Option<Json>;
    /// Learns a recorded call, of the taught half or of the dialogue so far.
    fn learn(&mut self, step: &Step);
    /// A new dialogue begins.
    fn begin(&mut self) {}
}

fn request(step: &Step) -> (u64, u64) {
    (step.tool, step.question)
}

/// The last answer to the same request.
#[derive(Default)]
struct ExactReplay(HashMap<(u64, u64), Json>);

impl Baseline for ExactReplay {
    fn answer(&mut self, step: &Step) -> Option<Json> {
        self.0.get(&request(step)).cloned()
    }
    fn learn(&mut self, step: &Step) {
        self.0.insert(request(step), step.answer.value.clone());
    }
}

/// The answers to the same request, in the order in which they were recorded.
#[derive(Default)]
struct FirstInFirstOut(HashMap<(u64, u64), VecDeque<Json>>);

impl Baseline for FirstInFirstOut {
    fn answer(&mut self, step: &Step) -> Option<Json> {
        let queue = self.0.get_mut(&request(step))?;
        if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() }
    }
    fn learn(&mut self, step: &Step) {
        self.0.entry(request(step)).or_default().push_back(step.answer.value.clone());
    }
}

/// The answer to the call with the most equal arguments, with its arguments replaced by those asked.
#[derive(Default)]
struct Nearest(HashMap<u64, Vec<Step>>);

impl Baseline for Nearest {
    fn answer(&mut self, step: &Step) -> Option<Json> {
        let equal = |other: &Step| {
            let same = |given: &&gemproof::mine::Given| {
                other.given.iter().any(|g| g.id == given.id && g.indices == given.indices && g.value == given.value)
            };
            step.given.iter().filter(same).count()
        };
        let nearest = self.0.get(&step.tool)?.iter().rev().max_by_key(|other| equal(other))?;
        let mut text = nearest.answer.value.to_string();
        for given in &step.given {
            let other = nearest.given.iter().find(|g| g.id == given.id && g.indices == given.indices);
            if let Some(other) = other.filter(|other| other.value != given.value) {
                text = text.replace(&other.value.to_string(), &given.value.to_string());
            }
        }
        serde_json::from_str(&text).ok()
    }
    fn learn(&mut self, step: &Step) {
        self.0.entry(step.tool).or_default().push(step.clone());
    }
}

/// The last record seen under an id that the call names.
#[derive(Default)]
struct RecordStore {
    records: HashMap<String, Json>,
}

impl Baseline for RecordStore {
    fn answer(&mut self, step: &Step) -> Option<Json> {
        let ids = step.given.iter().filter_map(|given| given.value.as_str());
        ids.filter_map(|id| self.records.get(id)).next().cloned()
    }
    fn learn(&mut self, step: &Step) {
        fn walk(value: &Json, records: &mut HashMap<String, Json>) {
            match value {
                Json::Map(map) => {
                    for (name, member) in map.iter() {
                        if let (true, Json::Text(id)) = (name.ends_with("id"), member) {
                            records.insert(id.to_string(), value.clone());
                        }
                        walk(member, records);
                    }
                }
                Json::List(list) => list.items().iter().for_each(|item| walk(item, records)),
                _ => {}
            }
        }
        walk(&step.answer.value, &mut self.records);
    }
    fn begin(&mut self) {
        self.records.clear();
    }
}

fn baseline(mut of: impl Baseline, taught: &[&Run], judged: &[&Run]) -> Score {
    for (trajectory, exchanges) in taught {
        of.begin();
        steps(trajectory, exchanges, None).iter().for_each(|step| of.learn(step));
    }
    let mut score = Score::default();
    for (trajectory, exchanges) in judged {
        of.begin();
        for step in steps(trajectory, exchanges, None) {
            score.note(of.answer(&step).as_ref(), &step.answer.value);
            of.learn(&step);
        }
    }
    score
}

/// By the number of fields that the call changed.
fn bucket(changed: usize) -> &'static str {
    match changed {
        0 => "0",
        1 => "1",
        2 => "2",
        3..=6 => "3-6",
        _ => "7+",
    }
}

#[test]
fn mined_mocks_answer_what_is_determined() {
    let (mut all, mut free_all) = (Score::default(), Score::default());
    let mut by_changes: BTreeMap<&str, Score> = BTreeMap::new();
    for (name, path) in EXECUTED {
        let Some(runs) = corpus(path) else { return };
        let half = |side: usize| runs.iter().skip(side).step_by(2).collect::<Vec<_>>();
        let (taught, judged) = (half(0), half(1));
        let model = mine(taught.iter().copied());
        let behaviours = Behaviours::of(&model);
        let (mut forced, mut free) = (Score::default(), Score::default());
        for (trajectory, exchanges) in &judged {
            let mut told = Interpreter::new(&model, &behaviours);
            let mut own = Interpreter::new(&model, &behaviours);
            for step in steps(trajectory, exchanges, None) {
                let answer = told.predict(&step);
                forced.note(answer.as_ref(), &step.answer.value);
                if std::env::var_os("GEMPROOF_SHOW").is_some()
                    && answer.as_ref().is_some_and(|a| *a != step.answer.value)
                {
                    let a = answer.as_ref().unwrap();
                    println!(
                        "wrong {} {} {}\n   {}\n   {}",
                        trajectory.id, step.name, step.arguments, a, step.answer.value
                    );
                }
                let mut seen = step.clone();
                let predicted = own.predict(&step);
                free.note(predicted.as_ref(), &step.answer.value);
                if let Some(predicted) = predicted {
                    seen.answer.value = predicted;
                    seen.answer.refused = gemproof::trajectory::is_refusal(&seen.answer.value);
                }
                own.observe(seen);
                let truth = step.answer.value.clone();
                let changed = told.observe(step);
                by_changes.entry(bucket(changed)).or_default().note(answer.as_ref(), &truth);
            }
        }
        println!("{name:10} teacher-forced      {}", forced.line());
        println!("{name:10} free-running        {}", free.line());
        println!("{name:10} exact replay        {}", baseline(ExactReplay::default(), &taught, &judged).line());
        println!("{name:10} first in first out  {}", baseline(FirstInFirstOut::default(), &taught, &judged).line());
        println!("{name:10} nearest neighbour   {}", baseline(Nearest::default(), &taught, &judged).line());
        println!("{name:10} last write wins     {}", baseline(RecordStore::default(), &taught, &judged).line());
        for (sum, part) in [(&mut all, forced), (&mut free_all, free)] {
            sum.right += part.right;
            sum.answered += part.answered;
            sum.asked += part.asked;
        }
    }
    for (changed, score) in &by_changes {
        println!("changed {changed:4} fields: {}", score.line());
    }
    println!("teacher-forced {}", all.line());
    println!("free-running   {}", free_all.line());
    assert!(all.right * 100 >= all.answered * 90, "{}", all.line());
    assert!(all.answered * 100 >= all.asked * 5, "a mock that never answers: {}", all.line());
}

/// What the interpreter rightly predicts, the mock in Rhai answers without anything recorded beside its rules.
#[test]
fn the_rhai_mock_does_what_the_interpreter_says() {
    let mut compared = 0;
    for (name, path) in EXECUTED {
        let Some(runs) = corpus(path) else { return };
        let mined = Mined::new(std::sync::Arc::new(mine(runs.iter()))).expect("the mock compiles");
        for (trajectory, exchanges) in &runs {
            let bundle = mined.bundle(trajectory, exchanges, None);
            let bundle = bundle.unwrap_or_else(|e| panic!("{name} {}: {e}", trajectory.id));
            let mut interpreter = Interpreter::new(&mined.model, &mined.behaviours);
            for (at, step) in steps(trajectory, exchanges, None).into_iter().enumerate() {
                if interpreter.predict(&step).as_ref() == Some(&step.answer.value) {
                    compared += 1;
                    assert!(!bundle.told.contains(&at), "{name} {} call {at} of {}", trajectory.id, step.name);
                }
                interpreter.observe(step);
            }
        }
    }
    println!("{compared} predictions agree");
    assert!(compared > 500, "{compared}");
}
