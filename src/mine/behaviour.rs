//! What a tool does, in a form that can be interpreted in a world with holes and written out as code.
//!
//! A [`Behaviour`] is the readable part of a [`Model`]: which record a call looks up, what it sets there, and how its answer is put together.
//! What it does not explain is answered as it was recorded.

use std::collections::BTreeMap;

use super::functions::Computed;
use super::model::{Bar, Effect, Expr, License, Model, Rule};
use super::survey::{KeyPart, Support};
use super::{Access, FastMap, hash_text, mix};
use crate::json::{Json, pointer};

/// A table of the world.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSpec {
    pub id: u64,
    /// The plural of what its records are, as far as their key tells.
    pub name: String,
    /// The members, or arguments, that name a record.
    pub key: Vec<KeyPart>,
    pub records: u32,
}

/// What a tool does.
#[derive(Clone, Debug)]
pub struct Behaviour {
    pub tool: u64,
    pub name: Box<str>,
    pub calls: u32,
    pub refused: u32,
    /// Whether it may write.
    pub acts: bool,
    pub view: Option<View>,
    /// In which states of the record it is refused.
    pub guards: Vec<Guard>,
    /// What a call sets in the record that it names.
    pub sets: Vec<Set>,
    pub answer: Option<Template>,
    /// Pointers to ids that the call mints, with a pattern of them.
    pub minted: Vec<(String, String)>,
}

/// The record that a tool answers with.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Index into [`Behaviours::tables`].
    pub table: usize,
    /// Paths of the arguments that name it, one for each part of the key.
    pub key: Vec<Box<str>>,
    /// JSON pointer to it in the answer; the answer itself where empty.
    pub at: String,
    /// The place, see [`super::shape`].
    pub place: u64,
    /// What surrounds it in the answer, where it is not all of it: pointers and constants.
    pub around: Vec<(String, Json)>,
    pub fields: Vec<FieldSpec>,
}

/// A member of a record that a view shows.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSpec {
    pub name: Box<str>,
    pub hash: u64,
    /// Whether every record has it.
    pub always: bool,
    /// Whether calls of the tool may change it in a way that no rule tells.
    pub open: bool,
}

/// A state that the record must be in, or the call is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// The field of the record, by name and hash.
    pub field: (Box<str>, u64),
    /// The values with which calls succeed.
    pub allowed: Vec<Json>,
    /// The answer to the others.
    pub refusal: Json,
    pub succeeded: u32,
    pub refused: u32,
}

/// A field that a call sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// Index into [`Behaviours::tables`].
    pub table: usize,
    /// The arguments that name the record.
    pub key: Vec<Box<str>>,
    /// JSON pointer below the record, without stars.
    pub path: Box<str>,
    pub rule: Rule,
}

/// An answer that is put together of arguments and constants.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    Value(Rule),
    /// A function of the arguments.
    Computed(Computed),
    /// An id that the call mints, by its pattern.
    Minted(String),
    Map(Vec<(Box<str>, Template)>),
}

/// What the tools of a model do.
#[derive(Clone, Debug, Default)]
pub struct Behaviours {
    pub tables: Vec<TableSpec>,
    /// In the order of their names.
    pub tools: Vec<Behaviour>,
    by_tool: FastMap<u64, usize>,
}

impl Behaviours {
    pub fn get(&self, tool: u64) -> Option<&Behaviour> {
        self.by_tool.get(&tool).map(|at| &self.tools[*at])
    }

    /// The behaviour of the tools of a model.
    pub fn of(model: &Model) -> Behaviours {
        let mut found = Behaviours { tables: tables(model), ..Behaviours::default() };
        let mut tools: Vec<_> = model.tools.iter().collect();
        tools.sort_by(|a, b| (&a.1.name, a.0).cmp(&(&b.1.name, b.0)));
        for (tool, seen) in tools {
            let acts = model.acts(*tool, seen.access.unwrap_or(Access::Unknown));
            let mut behaviour = Behaviour {
                tool: *tool,
                name: seen.name.clone(),
                calls: seen.calls,
                refused: seen.refused,
                acts,
                view: None,
                guards: Vec::new(),
                sets: Vec::new(),
                answer: None,
                minted: minted(model, *tool),
            };
            behaviour.view = found.view(model, *tool, acts);
            if let Some(view) = &behaviour.view {
                behaviour.guards = found.guards(model, *tool, view);
            }
            if acts {
                behaviour.sets = found.sets(model, *tool, behaviour.view.as_ref());
            }
            if behaviour.view.is_none() {
                behaviour.answer = template(model, *tool, &behaviour.minted);
            }
            found.by_tool.insert(*tool, found.tools.len());
            found.tools.push(behaviour);
        }
        found
    }

    fn table(&self, id: u64) -> Option<usize> {
        self.tables.iter().position(|table| table.id == id)
    }

    fn view(&self, model: &Model, tool: u64, acts: bool) -> Option<View> {
        let mut places: Vec<_> = model.tables.places.iter().filter(|(_, place)| place.tool == tool).collect();
        places.sort_by_key(|(place, _)| (model.tables.word(**place).len(), **place));
        places.into_iter().find_map(|(at, place)| {
            let path = if *at == tool { "" } else { model.tables.word(*at) };
            if path.contains("/*") {
                return None;
            }
            let key: Option<Vec<Box<str>>> = place
                .key
                .iter()
                .map(|part| match part {
                    KeyPart::Member(name) => match &model.answers.get(&mix(*at, hash_text(name)))?.expr {
                        Expr::Argument { path, .. } if !path.contains("/*") => Some(path.clone()),
                        _ => None,
                    },
                    KeyPart::Argument(name) => Some(pointer_to(name).into()),
                    KeyPart::Key => None,
                })
                .collect();
            let (key, table, shape) = (key?, self.table(place.table)?, model.shapes.get(at)?);
            let mut fields: Vec<FieldSpec> = shape
                .fields
                .iter()
                .filter(|(_, seen)| seen.records * 50 >= shape.records)
                .map(|(hash, seen)| FieldSpec {
                    name: model.tables.word(*hash).into(),
                    hash: *hash,
                    always: seen.records == shape.records,
                    open: acts && self.opens(model, tool, place.table, *hash),
                })
                .collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            let around = match path {
                "" => Vec::new(),
                path => around(model, tool, path)?,
            };
            Some(View { table, key, at: path.into(), place: *at, around, fields })
        })
    }

    /// Whether calls of a tool change a field of the records that they name, in a way that no rule tells.
    fn opens(&self, model: &Model, tool: u64, table: u64, field: u64) -> bool {
        let top = mix(table, field);
        if model.license(tool, table, top, top, false, Bar::USUAL) == License::Never
            && model.touch(tool, top).changed[0] == 0
        {
            return false;
        }
        let touch = model.touch(tool, top);
        let (changed, kept) = (touch.changed[0] + touch.shared[0], touch.kept[0]);
        let constant = matches!(self.constant(model, tool, field), Some(Rule { .. }));
        if changed == 0 && !self.comes(model, tool, top) || constant {
            return false;
        }
        if kept >= 3 && changed * 20 <= kept {
            return false;
        }
        let own = pointer_to(model.tables.word(field));
        !model.effects.iter().any(|((by, _), effect)| {
            let below = effect.path.strip_prefix(own.as_str());
            *by == tool
                && effect.table == table
                && !effect.path.contains("/*")
                && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Whether a call brings a field that was not there.
    fn comes(&self, model: &Model, tool: u64, top: u64) -> bool {
        let touch = model.touch(tool, super::holes::coming(top));
        touch.changed[0] + touch.shared[0] > 0
    }

    /// What a field of the whole answer always is.
    fn constant<'a>(&self, model: &'a Model, tool: u64, field: u64) -> Option<&'a Rule> {
        let rule = model.answers.get(&mix(tool, field))?;
        let answers = model.shapes.get(&mix(tool, 1))?.records;
        let always = rule.support.total() >= answers && rule.support.held >= Bar::USUAL.held;
        (always && rule.support.broken == 0 && matches!(rule.expr, Expr::Constant(_))).then_some(rule)
    }

    /// States in which calls are refused, with one answer, and others in which they succeed.
    fn guards(&self, model: &Model, tool: u64, view: &View) -> Vec<Guard> {
        let [key] = &view.key[..] else { return Vec::new() };
        let mut guards = Vec::new();
        for ((by, argument, table, field), values) in &model.guards.fields {
            let own = *by == tool && *table == self.tables[view.table].id;
            if !own || !model.changing.contains(&mix(*table, *field)) || *argument != argument_id(key) {
                continue;
            }
            let (good, bad): (Vec<_>, Vec<_>) = values.iter().partition(|seen| seen.succeeded > seen.refused * 4);
            let succeeded: u32 = good.iter().map(|seen| seen.succeeded).sum();
            let refused: u32 = bad.iter().map(|seen| seen.refused).sum();
            let clean = bad.iter().all(|seen| seen.succeeded == 0);
            // All refusals but a few read the same: the others have other reasons.
            let mut answers: Vec<(Json, u32)> = Vec::new();
            for (answer, count) in bad.iter().flat_map(|seen| &seen.answers) {
                match answers.iter().position(|(known, _)| known == answer) {
                    Some(at) => answers[at].1 += count,
                    None => answers.push((answer.clone(), *count)),
                }
            }
            let Some((refusal, count)) = answers.into_iter().max_by_key(|(answer, n)| (*n, answer.to_string())) else {
                continue;
            };
            if clean && succeeded >= Bar::USUAL.held && refused >= 2 && count * 4 >= refused * 3 {
                let mut allowed: Vec<Json> = good.iter().map(|seen| seen.value.clone()).collect();
                allowed.sort_by_key(Json::to_string);
                let field = (model.tables.word(*field).into(), *field);
                guards.push(Guard { field, allowed, refusal, succeeded, refused });
            }
        }
        // The state that explains the most; a second one would mostly say the same in other words.
        guards.sort_by(|a, b| (b.refused, b.succeeded, &a.field).cmp(&(a.refused, a.succeeded, &b.field)));
        guards.truncate(1);
        guards
    }

    fn sets(&self, model: &Model, tool: u64, view: Option<&View>) -> Vec<Set> {
        let mut sets = Vec::new();
        for ((by, _), Effect { table, path, rule }) in &model.effects {
            let (Some(table), false) = (self.table(*table).filter(|_| *by == tool), path.contains("/*")) else {
                continue;
            };
            if matches!(rule.expr, Expr::Answer { .. }) || rule.support.held < Bar::USUAL.held {
                continue;
            }
            let key = match view {
                Some(view) if view.table == table => Some(view.key.clone()),
                Some(_) => None,
                None => self.key_by_name(model, tool, table),
            };
            // What is the key itself is not set.
            let is_key = |part: &KeyPart| matches!(part, KeyPart::Member(name) if **path == *pointer_to(name));
            if let Some(key) = key
                && !self.tables[table].key.iter().any(is_key)
            {
                sets.push(Set { table, key, path: path.clone(), rule: rule.clone() });
            }
        }
        // What comes with the write and always is the same.
        if let Some(view) = view.filter(|view| view.at.is_empty()) {
            let table = self.tables[view.table].id;
            for field in &view.fields {
                let path: Box<str> = pointer_to(&field.name).into();
                let top = mix(table, field.hash);
                let changes = self.comes(model, tool, top) || model.touch(tool, top).changed[0] > 0;
                if let (Some(rule), true) = (self.constant(model, tool, field.hash), changes)
                    && !sets.iter().any(|set: &Set| set.path == path)
                {
                    sets.push(Set { table: view.table, key: view.key.clone(), path, rule: rule.clone() });
                }
            }
        }
        sets.sort_by(|a, b| (a.table, &a.path).cmp(&(b.table, &b.path)));
        sets
    }

    /// The arguments that name a record of a table, by the names of its key.
    fn key_by_name(&self, model: &Model, tool: u64, table: usize) -> Option<Vec<Box<str>>> {
        let known = |path: &str| model.arguments.contains(&mix(tool, hash_text(path)));
        let path = |part: &KeyPart| match part {
            KeyPart::Member(name) | KeyPart::Argument(name) => {
                let path = pointer_to(name);
                known(&path).then(|| path.into())
            }
            KeyPart::Key => None,
        };
        self.tables[table].key.iter().map(path).collect()
    }
}

/// The id of a top-level argument, see [`super::Given`].
fn argument_id(path: &str) -> u64 {
    pointer::segments(path).fold(0, |id, segment| mix(id, hash_text(&segment)))
}

/// A JSON pointer to a member.
fn pointer_to(name: &str) -> String {
    let mut path = String::new();
    pointer::push(&mut path, name);
    path
}

/// What surrounds a record in an answer: all of it must be constant.
fn around(model: &Model, tool: u64, path: &str) -> Option<Vec<(String, Json)>> {
    let mut around = Vec::new();
    let mut place = tool;
    let mut prefix = String::new();
    for segment in pointer::segments(path) {
        let shape = model.shapes.get(&place)?;
        for field in shape.fields.keys() {
            let name = model.tables.word(*field);
            if name == segment {
                continue;
            }
            let constant = match &model.answers.get(&mix(place, *field))?.expr {
                Expr::Constant(value) => value.clone(),
                _ => return None,
            };
            let mut at = prefix.clone();
            pointer::push(&mut at, name);
            around.push((at, constant));
        }
        pointer::push(&mut prefix, &segment);
        place = mix(place, hash_text(&segment));
    }
    around.sort_by(|a, b| a.0.cmp(&b.0));
    Some(around)
}

/// The tables that some tool answers with, named.
fn tables(model: &Model) -> Vec<TableSpec> {
    let mut found = Vec::new();
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    for (id, places) in &model.tables.records {
        let whole: Vec<_> = places.iter().filter_map(|place| model.tables.places.get(place)).collect();
        let Some(first) = whole.iter().filter(|place| place.table == *id).min_by_key(|place| &place.key) else {
            continue;
        };
        let records = whole.iter().filter(|place| place.table == *id).map(|place| place.records).sum();
        let name = match &first.key[0] {
            KeyPart::Member(name) | KeyPart::Argument(name) => {
                let words = crate::grounding::name_parts(name);
                let stem = &words[..words.len().saturating_sub(usize::from(words.len() > 1))];
                match (stem, words.first()) {
                    ([], Some(word)) | ([_], Some(word)) if word == "id" => singular_of_places(model, places),
                    (stem, _) => stem.join("_"),
                }
            }
            KeyPart::Key => singular_of_places(model, places),
        };
        let name = match name.as_str() {
            "" => "records".into(),
            name if name.ends_with('s') => name.to_owned(),
            name => format!("{name}s"),
        };
        found.push(TableSpec { id: *id, name, key: first.key.clone(), records });
    }
    // The one with the most records has the plain name.
    found.sort_by(|a, b| b.records.cmp(&a.records).then(a.id.cmp(&b.id)));
    for table in &mut found {
        let count = names.entry(table.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            table.name = format!("{}_{count}", table.name);
        }
    }
    found
}

/// A name for records that are called `id`: that of the list in which they stand.
fn singular_of_places(model: &Model, places: &[u64]) -> String {
    let paths = places.iter().map(|place| model.tables.word(*place));
    let names = paths.filter_map(|path| path.rsplit('/').find(|part| !part.is_empty() && *part != "*"));
    names.min_by_key(|name| (name.len(), *name)).unwrap_or("record").to_lowercase()
}

/// An answer that arguments and constants make up. `None` where some of it is neither.
fn template(model: &Model, tool: u64, minted: &[(String, String)]) -> Option<Template> {
    fn build(model: &Model, place: u64, answers: u32, depth: u32, minted: &[(String, String)]) -> Option<Template> {
        let path = model.tables.word(place);
        if let Some((_, pattern)) = minted.iter().find(|(minted, _)| minted == path) {
            return Some(Template::Minted(pattern.clone()));
        }
        let computed = model.functions.get(&place).into_iter().flatten();
        let best = computed.max_by_key(|rule| (rule.support.held, std::cmp::Reverse(rule.function)));
        if let Some(rule) = best.filter(|rule| rule.support.total() * 10 >= answers * 9) {
            return Some(Template::Computed(*rule));
        }
        if let Some(rule) = model.answers.get(&place) {
            // A text that merely contains an argument is not put together, and a list that is at times empty is no constant.
            let whole = rule.support.total() >= answers;
            let sure = rule.support.held >= 5 || rule.named;
            return (whole && sure && !matches!(rule.expr, Expr::Within { .. })).then(|| Template::Value(rule.clone()));
        }
        let shape = model.shapes.get(&place).filter(|_| depth < 4)?;
        let mut fields: Vec<_> = shape.fields.iter().collect();
        fields.sort_by_key(|(field, _)| model.tables.word(**field));
        let members = fields.into_iter().map(|(field, seen)| {
            let name: Box<str> = model.tables.word(*field).into();
            let always = seen.records == shape.records;
            let part = always.then(|| build(model, mix(place, *field), seen.records, depth + 1, minted)).flatten();
            part.map(|part| (name, part))
        });
        members.collect::<Option<Vec<_>>>().map(Template::Map)
    }
    let answers = model.shapes.get(&mix(tool, 1)).map_or(0, |shape| shape.records);
    build(model, tool, answers, 0, minted)
}

/// Ids that a tool mints in its answers, with a pattern for `fresh_id`.
fn minted(model: &Model, tool: u64) -> Vec<(String, String)> {
    let shape = model.shapes.get(&tool);
    let fields = shape.into_iter().flat_map(|shape| shape.fields.keys());
    let mut found: Vec<(String, String)> = fields
        .filter(|field| {
            let words = crate::grounding::name_parts(model.tables.word(**field));
            words.last().is_some_and(|last| last == "id" || last == "number")
        })
        .filter_map(|field| {
            let leaf = mix(tool, *field);
            let minted: Support = *model.minted.get(&leaf)?;
            let example = model.examples.get(&leaf)?.as_str()?;
            (minted.broken == 0).then(|| (pointer_to(model.tables.word(*field)), pattern_of(example)))
        })
        .collect();
    found.sort();
    found
}

/// A pattern for `fresh_id`: digits and capitals vary, the rest is as it is.
fn pattern_of(example: &str) -> String {
    let one = |c: char| match c {
        c if c.is_ascii_digit() => "#".to_owned(),
        c if c.is_ascii_uppercase() && example.len() <= 12 && example.chars().all(|c| !c.is_lowercase()) => {
            "@".to_owned()
        }
        '#' | '@' | '*' | '\\' => format!("\\{c}"),
        c => c.to_string(),
    };
    example.chars().map(one).collect()
}
