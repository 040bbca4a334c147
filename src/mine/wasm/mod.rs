//! A mined mock as a WebAssembly module over the guest interface of `docs/abi.md`: what `rhai.rs` writes for people, compiled.
//!
//! **Invariant.** Both forms of a mock answer, refuse, write and fault alike: the Rhai form is what this one is held against (`tests/mined_wasm.rs`). They
//! differ where Rhai has a meaning for what no rule is mined from: a text less a text, a property such as `.len` of a text; in integers
//! above 2^63, which scripts read as floats; and in what a limit counts. The words of faults are each form's own.

mod assemble;
mod helpers;

use std::collections::BTreeMap;

use wasm_encoder::{BlockType, Instruction as Do};

use super::Offered;
use super::behaviour::{Behaviour, Behaviours, Set, Template, View};
use super::functions::{Computed, Kind};
use super::model::{Expr, Model, Rule};
use super::schema::{Guess, guess};
use crate::json::{Json, pointer};
use assemble::{ARGUMENTS, Function, Host, Local};
use helpers::Helper;

/// The module of a model: a tool under its own name for each that was called or is on offer.
pub fn module(model: &Model, behaviours: &Behaviours) -> Vec<u8> {
    let mut tools: BTreeMap<String, Function> = BTreeMap::new();
    for behaviour in &behaviours.tools {
        let compiled = || Compiler::new(model, behaviours, &behaviour.name).tool(behaviour);
        tools.entry(behaviour.name.to_string()).or_insert_with(compiled);
    }
    for tool in &model.offered {
        let compiled = || Compiler::new(model, behaviours, &tool.name).guessed(tool);
        tools.entry(tool.name.clone()).or_insert_with(compiled);
    }
    assemble::assemble("mined", &tools)
}

/// One tool being compiled.
struct Compiler<'a> {
    model: &'a Model,
    behaviours: &'a Behaviours,
    /// See [`Helper`].
    prefix: String,
    f: Function,
}

impl<'a> Compiler<'a> {
    fn new(model: &'a Model, behaviours: &'a Behaviours, name: &str) -> Compiler<'a> {
        Compiler { model, behaviours, prefix: format!("{name} "), f: Function::tool(name) }
    }

    fn tool(mut self, behaviour: &Behaviour) -> Function {
        if behaviour.view.is_none() && behaviour.answer.is_none() && behaviour.sets.is_empty() {
            self.recorded(Helper::Answered);
            return self.f;
        }
        let (told, answer) = (self.f.local(), self.f.local());
        self.recorded(Helper::Recorded);
        self.f.tee(told).text("answer").host(Host::Field).tee(answer).when(|f| {
            f.get(told).call(Helper::Apply);
            f.get(answer).answer();
        });
        if let Some(view) = &behaviour.view {
            self.view(behaviour, view, told);
            return self.f;
        }
        self.apart(behaviour);
        self.f.get(told).is_null().not().when(|f| {
            f.get(told).call(Helper::Apply);
        });
        match &behaviour.answer {
            Some(template) => self.template(template),
            None => self.recorded(Helper::Answered),
        }
        self.f
    }

    /// Calls a helper with the prefix and the arguments of this call.
    fn recorded(&mut self, helper: Helper) {
        self.f.text(&self.prefix).get(ARGUMENTS).call(helper);
    }

    /// The value that a pointer leads to. A member that is absent on the way is a fault, the last one is nothing.
    fn path(&mut self, from: Local, path: &str) {
        self.f.get(from);
        for segment in pointer::segments(path) {
            self.f.text(&segment).call(Helper::Member);
        }
    }

    /// The key under which a record stands in its table.
    fn key(&mut self, key: &[Box<str>]) -> Local {
        let local = self.f.local();
        match key {
            [one] => self.path(ARGUMENTS, one),
            several => {
                for (at, path) in several.iter().enumerate() {
                    if at > 0 {
                        self.f.text("|").host(Host::Text).host(Host::Join);
                    }
                    self.path(ARGUMENTS, path);
                    if at > 0 {
                        self.f.host(Host::Join);
                    }
                }
            }
        }
        self.f.set(local);
        local
    }

    fn view(&mut self, behaviour: &Behaviour, view: &View, told: Local) {
        let table = &self.behaviours.tables[view.table].name;
        let record = self.f.local();
        let key = self.key(&view.key);
        self.f.text(table).get(key);
        self.recorded(Helper::Found);
        self.f.set(record);
        for guard in &behaviour.guards {
            let value = self.f.local();
            self.f.get(record).text(&guard.field.0).call(Helper::Member).set(value);
            self.f.number(0);
            for allowed in &guard.allowed {
                self.f.get(value).constant(allowed).host(Host::Equal).plain(Do::I32Or);
            }
            self.f.not().when(|f| {
                f.constant(&guard.refusal).host(Host::Fail).trap();
            });
        }
        let sets: Vec<&Set> = behaviour.sets.iter().filter(|set| set.table == view.table).collect();
        for set in &sets {
            self.set(record, set);
        }
        if !sets.is_empty() {
            self.f.text(table).get(key).get(record).host(Host::Put);
        }
        self.f.get(told).is_null().not().when(|f| {
            f.get(told).call(Helper::Apply);
            f.text(table).get(key).host(Host::Get).set(record);
        });
        if view.at.is_empty() {
            self.f.get(record);
            return;
        }
        let answer = self.f.local();
        self.f.host(Host::Map).set(answer);
        self.f.get(answer).text(&view.at).get(record).host(Host::SetAt);
        for (at, value) in &view.around {
            self.f.get(answer).text(at).constant(value).host(Host::SetAt);
        }
        self.f.get(answer);
    }

    /// What a call sets in records that it does not answer with.
    fn apart(&mut self, behaviour: &Behaviour) {
        for sets in behaviour.sets.chunk_by(|a, b| a.table == b.table) {
            let table = &self.behaviours.tables[sets[0].table].name;
            let record = self.f.local();
            let key = self.key(&sets[0].key);
            self.f.text(table).get(key).host(Host::Get).tee(record).is_null().not();
            self.f.plain(Do::If(BlockType::Empty));
            for set in sets {
                self.set(record, set);
            }
            self.f.text(table).get(key).get(record).host(Host::Put);
            self.f.plain(Do::End);
        }
    }

    fn set(&mut self, record: Local, set: &Set) {
        let value = self.f.local();
        self.expression(&set.rule, Some((record, &set.path)));
        self.f.set(value);
        // An argument that is not given sets nothing.
        let optional = matches!(set.rule.expr, Expr::Argument { .. });
        if optional {
            self.f.get(value).is_null().not().plain(Do::If(BlockType::Empty));
        }
        self.assign(record, &pointer::segments(&set.path).collect::<Vec<_>>(), value);
        if optional {
            self.f.plain(Do::End);
        }
    }

    /// Puts a value where a path below a variable leads to.
    fn assign(&mut self, target: Local, path: &[String], value: Local) {
        match path {
            [] => drop(self.f.get(value).set(target)),
            [last] => drop(self.f.get(target).text(last).get(value).host(Host::Set)),
            [first, rest @ ..] => {
                // What is read is a copy, which goes back.
                let below = self.f.local();
                self.f.get(target).text(first).call(Helper::Member).set(below);
                self.assign(below, rest, value);
                self.f.get(target).text(first).get(below).host(Host::Set);
            }
        }
    }

    /// The value of a rule; `before` is what it replaces.
    fn expression(&mut self, rule: &Rule, before: Option<(Local, &str)>) {
        let replaced = |compiler: &mut Compiler<'_>| match before {
            Some((record, path)) => compiler.path(record, path),
            None => drop(compiler.f.number(0)),
        };
        match &rule.expr {
            Expr::Constant(value) => drop(self.f.constant(value)),
            Expr::Argument { path, .. } | Expr::Within { path, .. } => self.path(ARGUMENTS, path),
            Expr::Plus { path, .. } => {
                replaced(self);
                self.path(ARGUMENTS, path);
                self.f.call(Helper::Plus);
            }
            Expr::Minus { path, .. } => {
                replaced(self);
                self.path(ARGUMENTS, path);
                self.f.host(Host::Subtract);
            }
            Expr::Answer { .. } => drop(self.f.number(0)),
        }
    }

    fn template(&mut self, template: &Template) {
        match template {
            Template::Minted(pattern) => drop(self.f.text(pattern).call(Helper::Mint)),
            Template::Computed(rule) => self.computed(rule),
            Template::Value(rule) => self.expression(rule, None),
            Template::Map(members) => {
                let map = self.f.local();
                self.f.host(Host::Map).set(map);
                for (name, part) in members {
                    self.f.get(map).text(name);
                    self.template(part);
                    self.f.host(Host::Set);
                }
                self.f.get(map);
            }
        }
    }

    /// A function of the arguments.
    fn computed(&mut self, rule: &Computed) {
        let model = self.model;
        let f = &mut self.f;
        let argument = |f: &mut Function, hash: u64| {
            f.get(ARGUMENTS).text(model.tables.word(hash)).call(Helper::Member);
        };
        let first = |f: &mut Function| argument(f, rule.function.first);
        let second = |f: &mut Function| argument(f, rule.function.second);
        first(f);
        match rule.function.kind {
            Kind::Value => drop(f.host(Host::Arithmetic)),
            Kind::Sum => drop(f.host(Host::Sum)),
            Kind::Mean => {
                f.host(Host::Sum).call(Helper::AsFloat);
                first(f);
                f.call(Helper::Length).host(Host::Divide);
            }
            Kind::Least => drop(f.host(Host::Sorted).number(0).call(Helper::ItemOf)),
            Kind::Most => drop(f.host(Host::Sorted).number(-1).call(Helper::ItemOf)),
            Kind::Product => drop(f.call(Helper::Product)),
            Kind::Length => drop(f.call(Helper::Length)),
            Kind::Plus => {
                second(f);
                f.call(Helper::Plus);
            }
            Kind::Minus => {
                second(f);
                f.host(Host::Subtract);
            }
            Kind::Times => {
                second(f);
                f.host(Host::Multiply);
            }
            Kind::Over => {
                f.call(Helper::AsFloat);
                second(f);
                f.host(Host::Divide);
            }
            Kind::Power => {
                f.call(Helper::AsFloat);
                second(f);
                f.call(Helper::AsFloat).host(Host::Power);
            }
            Kind::Percent => {
                f.call(Helper::AsFloat);
                second(f);
                f.host(Host::Divide).constant(&Json::Float(100.0)).host(Host::Multiply);
            }
            Kind::Rounded => {
                second(f);
                f.host(Host::AsInt).host(Host::Round);
            }
            Kind::Root => drop(f.host(Host::AsFloat).plain(Do::F64Sqrt).host(Host::Float)),
            Kind::Absolute => drop(f.call(Helper::Absolute)),
            Kind::Factor => drop(f.constant(&Json::Float(rule.factor())).host(Host::Multiply)),
        }
        if let Some(decimals) = rule.rounding() {
            f.number(decimals as i32).call(Helper::Rounded);
        }
    }

    /// A tool that was never called.
    fn guessed(mut self, tool: &Offered) -> Function {
        match guess(tool) {
            Guess::Create { table, field, pattern } => {
                let (id, record) = (self.f.local(), self.f.local());
                self.f.text(&pattern).call(Helper::Mint).set(id);
                self.f.get(ARGUMENTS).host(Host::Copy).set(record);
                self.f.get(record).text(&field).get(id).host(Host::Set);
                self.f.text(&table).get(id).get(record).host(Host::Put);
                self.f.get(record);
            }
            Guess::Look { table, id } => self.named(&table, &id, |_, _, _| {}),
            Guess::Change { table, id } => self.named(&table, &id, |f, key, record| {
                f.get(record).get(ARGUMENTS).call(Helper::Merged).set(record);
                f.text(&table).get(key).number(0).host(Host::Join).get(record).host(Host::Put);
            }),
            Guess::Remove { table, id } => self.named(&table, &id, |f, key, _| {
                f.text(&table).get(key).number(0).host(Host::Join).host(Host::Remove).plain(Do::Drop);
            }),
            Guess::List { table } => drop(self.f.text(&table).get(ARGUMENTS).call(Helper::Agreeing)),
            Guess::Sample(value) => drop(self.f.constant(&Json::from(&value))),
            Guess::Recorded => self.recorded(Helper::Answered),
        }
        self.f
    }

    /// Answers the record that an argument names, after some work on it.
    fn named(&mut self, table: &str, id: &str, work: impl FnOnce(&mut Function, Local, Local)) {
        let (key, record) = (self.f.local(), self.f.local());
        self.f.get(ARGUMENTS).text(id).call(Helper::Member).set(key);
        self.f.text(table).get(key);
        self.recorded(Helper::Found);
        self.f.set(record);
        work(&mut self.f, key, record);
        self.f.get(record);
    }
}
