//! The interpreter: what a call must answer, in a world with holes.
//!
//! It runs a [`Behaviour`] on what the dialogue so far has shown. An answer is predicted whole or not at all: where one leaf of it
//! is a hole (never seen, or touched since by a call that may have changed it) there is none.

use std::sync::Arc;

use super::behaviour::{Behaviour, Behaviours, Template, View};
use super::holes::{Fact, Holes, answers_of, changes};
use super::model::{Bar, Expr, License, Model, Rule};
use super::shape;
use super::step::{Step, hash_name};
use super::{Access, mix};
use crate::json::{Json, pointer};

/// A dialogue being interpreted.
pub struct Interpreter<'m> {
    model: &'m Model,
    behaviours: &'m Behaviours,
    holes: Holes,
    /// What was said so far, with the answers as taken over.
    steps: Vec<Step>,
    /// Steps that may have written.
    acting: Vec<usize>,
}

impl<'m> Interpreter<'m> {
    pub fn new(model: &'m Model, behaviours: &'m Behaviours) -> Interpreter<'m> {
        Interpreter { model, behaviours, holes: Holes::default(), steps: Vec::new(), acting: Vec::new() }
    }

    /// What a call answers, where all of it is determined.
    pub fn predict(&self, step: &Step) -> Option<Json> {
        let behaviour = self.behaviours.get(step.tool);
        let acts = behaviour.map_or(step.access != Access::Reads, |behaviour| behaviour.acts);
        if let Some(behaviour) = behaviour {
            if let Some(view) = &behaviour.view
                && let Some(answer) = self.view(behaviour, view, step)
            {
                return Some(answer);
            }
            // A call that can be refused is not known to succeed.
            if let (Some(template), true) = (&behaviour.answer, behaviour.refused * 50 <= behaviour.calls) {
                return fill(template, step);
            }
        }
        if acts { None } else { self.again(step) }
    }

    /// Takes over what a call answered, and how many fields that changes of what was known.
    pub fn observe(&mut self, step: Step) -> usize {
        let at = self.steps.len();
        if !step.answer.refused && self.model.acts(step.tool, step.access) {
            self.acting.push(at);
        }
        let readings = self.holes.readings(&self.model.tables, &step);
        let changed = readings
            .iter()
            .filter_map(|reading| {
                let prior = reading.prior.as_ref().filter(|prior| prior.value != *reading.value)?;
                Some(changes(&self.model.tables, &step, reading, prior).len())
            })
            .sum();
        self.holes.learn(readings, at);
        self.steps.push(step);
        changed
    }

    /// Whether a fact still holds: no call since may have touched it. `key` are the values that name the record.
    fn holds(&self, fact: &Fact, table: u64, class: u64, names: impl Fn(&Step) -> bool) -> bool {
        let since = self.acting.partition_point(|k| *k <= fact.step);
        self.acting[since..].iter().all(|k| {
            let step = &self.steps[*k];
            self.untouched(step, table, class, !names(step))
        })
    }

    fn untouched(&self, step: &Step, table: u64, class: u64, other: bool) -> bool {
        let license = self.model.license(step.tool, table, class, class, other, Bar::USUAL);
        let touch = self.model.touch(step.tool, class);
        let side = usize::from(other);
        license == License::Never && (touch.changed[side] + touch.shared[side]) * 50 <= touch.kept[side]
    }

    fn view(&self, behaviour: &Behaviour, view: &View, step: &Step) -> Option<Json> {
        let table = self.behaviours.tables[view.table].id;
        let mut key = [0; 2];
        for (slot, path) in key.iter_mut().zip(&view.key) {
            *slot = hash_name(pointer::resolve(&step.arguments, path)?)?;
        }
        let subject = mix(table, mix(key[0], key[1]));
        let named = |step: &Step| key.iter().filter(|part| **part != 0).all(|part| step.mentioned.contains(part));
        for guard in &behaviour.guards {
            let (_, hash) = &guard.field;
            let fact = self.holes.get(subject, *hash)?;
            if !self.holds(fact, table, mix(table, *hash), named) {
                return None;
            }
            if !guard.allowed.contains(&fact.value) {
                return Some(guard.refusal.clone());
            }
        }
        // A call that can be refused for other reasons is not known to succeed.
        let explained: u32 = behaviour.guards.iter().map(|guard| guard.refused).sum();
        if behaviour.acts && behaviour.refused.saturating_sub(explained) * 50 > behaviour.calls {
            return None;
        }
        let mut members: Vec<(Arc<str>, Json)> = Vec::new();
        for field in &view.fields {
            let class = mix(table, field.hash);
            if self.model.tables.volatile.contains(&(view.place, field.hash)) || field.open {
                return None;
            }
            let fact = self.holes.get(subject, field.hash).filter(|fact| self.holds(fact, table, class, named));
            let mut value = match fact {
                Some(fact) => Some(fact.value.clone()),
                None if field.always => None,
                // Known to be absent, where the record was seen whole and is as it was.
                None => {
                    let seen = self.holes.fields(subject).find(|(_, fact)| {
                        let shape = self.model.shapes.get(&fact.place);
                        shape.is_some_and(|shape| shape.fields.contains_key(&field.hash))
                            && self.holds(fact, table, class, named)
                    });
                    seen?;
                    None
                }
            };
            let mut pointer = String::new();
            pointer::push(&mut pointer, &field.name);
            for set in behaviour.sets.iter().filter(|set| set.table == view.table) {
                if *set.path == *pointer {
                    value = evaluate(&set.rule, step, value.as_ref()).or(value);
                } else if let Some(rest) = set.path.strip_prefix(pointer.as_str()).filter(|rest| rest.starts_with('/'))
                {
                    let before = pointer::resolve(value.as_ref()?, rest).cloned();
                    if let Some(new) = evaluate(&set.rule, step, before.as_ref()) {
                        value = Some(replaced(value.as_ref()?, rest, new)?);
                    }
                }
            }
            match value {
                Some(value) => members.push((Arc::from(&*field.name), value)),
                None if field.always => return None,
                None => {}
            }
        }
        let record = Json::map(members);
        if view.at.is_empty() {
            return Some(record);
        }
        let mut answer = Json::map(Vec::new());
        for (at, value) in view.around.iter().chain([&(view.at.clone(), record)]) {
            answer = replaced(&answer, at, value.clone())?;
        }
        Some(answer)
    }

    /// The answer to the same question, where nothing in it may have changed since.
    fn again(&self, step: &Step) -> Option<Json> {
        let table = answers_of(step.tool);
        let prior = self.holes.get(mix(table, step.question), 0)?;
        let asker = &self.steps[prior.step];
        let named =
            |other: &Step| step.given.is_empty() || other.mentioned.iter().any(|hash| step.mentioned.contains(hash));
        if !self.holds(prior, table, table, named) {
            return None;
        }
        let mut whole = true;
        let since = self.acting.partition_point(|k| *k <= prior.step);
        if since < self.acting.len() {
            shape::records(step.tool, &prior.value, &mut |record| {
                let Some((place, key)) = self.model.tables.key(record, asker) else { return };
                for (name, _) in record.map.iter() {
                    let class = mix(place.table, super::hash_text(name));
                    let named =
                        |step: &Step| key.iter().filter(|part| **part != 0).all(|part| step.mentioned.contains(part));
                    whole &= self.holds(prior, place.table, class, named);
                }
            });
        }
        whole.then(|| prior.value.clone())
    }
}

/// The value of a rule for a call.
fn evaluate(rule: &Rule, step: &Step, before: Option<&Json>) -> Option<Json> {
    let given = |path: &str| pointer::resolve(&step.arguments, path);
    match &rule.expr {
        Expr::Constant(value) => Some(value.clone()),
        Expr::Argument { path, .. } => given(path).cloned(),
        Expr::Plus { path, .. } => Some(Json::Float(before?.as_f64()? + given(path)?.as_f64()?)),
        Expr::Minus { path, .. } => Some(Json::Float(before?.as_f64()? - given(path)?.as_f64()?)),
        Expr::Within { .. } | Expr::Answer { .. } => None,
    }
}

fn fill(template: &Template, step: &Step) -> Option<Json> {
    match template {
        Template::Value(rule) => evaluate(rule, step, None),
        Template::Minted(_) => None,
        Template::Computed(rule) => rule.answer(step.arguments.as_map()?).map(Json::Float),
        Template::Map(members) => {
            let members = members.iter().map(|(name, part)| Some((Arc::from(&**name), fill(part, step)?)));
            members.collect::<Option<Vec<_>>>().map(Json::map)
        }
    }
}

/// A value with another one at a pointer; members that are not there are made.
fn replaced(value: &Json, at: &str, new: Json) -> Option<Json> {
    let mut segments = pointer::segments(at);
    let Some(first) = segments.next() else { return Some(new) };
    let mut rest = String::new();
    segments.for_each(|segment| pointer::push(&mut rest, &segment));
    let Json::Map(map) = value else { return None };
    let below = map.get(&first).cloned().unwrap_or_else(|| Json::map(Vec::new()));
    let mut map = Arc::clone(map);
    Arc::make_mut(&mut map).set(&first, replaced(&below, &rest, new)?);
    Some(Json::Map(map))
}
