//! A mined mock as Rhai that a person likes to read: one function for each tool, with what was inferred from what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::behaviour::{Behaviour, Behaviours, Guard, Set, TableSpec, Template, View};
use super::functions::{Computed, Kind};
use super::model::{Expr, Model, Rule};
use super::survey::KeyPart;
use crate::json::{Json, pointer};

/// A mock written out.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub text: String,
    /// The function of each tool, where it is not called as the tool is.
    pub functions: BTreeMap<String, String>,
}

/// Names that Rhai keeps for itself, or that functions have which mined mocks call.
const TAKEN: &[&str] = &[
    "let",
    "const",
    "if",
    "else",
    "switch",
    "do",
    "while",
    "until",
    "loop",
    "for",
    "in",
    "continue",
    "break",
    "return",
    "throw",
    "try",
    "catch",
    "import",
    "export",
    "as",
    "fn",
    "private",
    "true",
    "false",
    "this",
    "is_def_var",
    "is_def_fn",
    "type_of",
    "print",
    "debug",
    "eval",
    "call",
    "curry",
    "get",
    "exists",
    "query",
    "keys",
    "insert",
    "put",
    "update",
    "remove",
    "fresh_id",
    "now",
    "today",
    "fail",
    "cite",
    "round",
    "fixed",
    "to_json",
    "from_json",
    "arithmetic",
    "add_days",
    "add_seconds",
    "days_between",
    "seconds_between",
    "sqrt",
    "min",
    "max",
    "sort",
    "mean",
    "static",
    "var",
    "shared",
    "goto",
    "match",
    "case",
    "public",
    "new",
    "use",
    "with",
    "is",
    "module",
    "package",
    "super",
    "thread",
    "go",
    "spawn",
    "await",
    "async",
    "sync",
    "yield",
    "default",
    "void",
    "null",
    "nil",
    "exit",
    "args",
    "told",
    "filter",
    "starts_with",
    "sub_string",
    "merge",
    "is_map",
    "is_number",
];

/// A name that Rhai takes for a function or a variable.
fn identifier(name: &str) -> String {
    let mut text: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.insert_str(0, "tool_");
    }
    if TAKEN.contains(&text.as_str()) || HELPERS.contains(&format!("\nfn {text}(")) {
        text.push_str("_tool");
    }
    text
}

/// A member access: `.name`, or `["odd name"]`.
fn member(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !TAKEN.contains(&name);
    match plain {
        true => format!(".{name}"),
        false => format!("[{}]", quoted(name)),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The value that a pointer leads to from a variable.
fn path_of(variable: &str, path: &str) -> String {
    pointer::segments(path).fold(variable.to_owned(), |out, segment| out + member(&segment).as_str())
}

/// A value as Rhai writes it.
fn literal(value: &Json) -> String {
    match value {
        Json::Null => "()".into(),
        Json::Text(text) => quoted(text),
        Json::Float(n) => format!("{n:?}"),
        Json::List(list) => {
            let items: Vec<String> = list.items().iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Map(map) => {
            let members: Vec<String> =
                map.iter().map(|(name, value)| format!("{}: {}", quoted(name), literal(value))).collect();
            format!("#{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// The expression of a rule; `before` is the value that it replaces.
fn expression(rule: &Rule, before: &str) -> String {
    match &rule.expr {
        Expr::Constant(value) => literal(value),
        Expr::Argument { path, .. } | Expr::Within { path, .. } => path_of("args", path),
        Expr::Plus { path, .. } => format!("{before} + {}", path_of("args", path)),
        Expr::Minus { path, .. } => format!("{before} - {}", path_of("args", path)),
        Expr::Answer { .. } => "()".into(),
    }
}

fn support(rule: &Rule) -> String {
    match rule.support.broken {
        0 => format!("in all {} calls seen", rule.support.held),
        _ => format!("in {} of {} calls seen", rule.support.held, rule.support.total()),
    }
}

fn singular(table: &str) -> String {
    let name = table.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    identifier(name.strip_suffix('s').filter(|name| !name.is_empty()).unwrap_or(name))
}

/// The key under which a record stands in its table.
fn key_expression(key: &[Box<str>]) -> String {
    match key {
        [one] => path_of("args", one),
        several => {
            let parts: Vec<String> = several.iter().map(|path| format!("${{{}}}", path_of("args", path))).collect();
            format!("`{}`", parts.join("|"))
        }
    }
}

/// Writes the mock of a model.
pub fn write(model: &Model, behaviours: &Behaviours) -> Source {
    let mut source = Source::default();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut body = String::new();
    for behaviour in &behaviours.tools {
        if source.functions.contains_key(&*behaviour.name) || used.contains(&*behaviour.name) {
            continue;
        }
        let mut function = identifier(&behaviour.name);
        while !used.insert(function.clone()) {
            function.push('_');
        }
        if function != *behaviour.name {
            source.functions.insert(behaviour.name.to_string(), function.clone());
            used.insert(behaviour.name.to_string());
        }
        Writer { model, behaviours, out: &mut body }.tool(behaviour, &function);
    }
    for tool in &model.offered {
        if source.functions.contains_key(&tool.name) || used.contains(&tool.name) {
            continue;
        }
        let mut function = identifier(&tool.name);
        while !used.insert(function.clone()) {
            function.push('_');
        }
        if function != tool.name {
            source.functions.insert(tool.name.clone(), function.clone());
            used.insert(tool.name.clone());
        }
        let _ = writeln!(
            body,
            "\n// Never called in what was recorded: a guess from its definition.\nfn {function}(args) {{"
        );
        body.push_str(&super::schema::body(tool, quoted, |value| literal(&Json::from(value))));
        body.push_str("}\n");
    }
    let trajectories = model.tables.trajectories;
    let plural = if trajectories == 1 { "trajectory" } else { "trajectories" };
    let mut text = format!(
        "// Mined from {trajectories} recorded {plural}: tools, arguments and answers, no implementation.\n\
         // Every rule says how often it was seen. What no rule explains is answered as it was recorded (see the end).\n"
    );
    if !behaviours.tables.is_empty() {
        text.push_str("//\n// Tables:\n");
    }
    for TableSpec { name, key, records, .. } in &behaviours.tables {
        let key: Vec<&str> = key
            .iter()
            .map(|part| match part {
                KeyPart::Member(name) | KeyPart::Argument(name) => &**name,
                KeyPart::Key => "the key in the answer",
            })
            .collect();
        let _ = writeln!(text, "//   {name:24} by {} ({records} records seen)", key.join(", "));
    }
    text.push_str(&body);
    text.push_str(HELPERS);
    source.text = text;
    source
}

struct Writer<'a> {
    model: &'a Model,
    behaviours: &'a Behaviours,
    out: &'a mut String,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{:1$}{text}", "", depth * 4);
    }

    fn tool(&mut self, behaviour: &Behaviour, function: &str) {
        let Behaviour { name, calls, refused, acts, .. } = behaviour;
        let does = match (acts, &behaviour.view) {
            (true, Some(view)) => format!("Changes one of `{}`", self.behaviours.tables[view.table].name),
            (false, Some(view)) => format!("Looks up one of `{}`", self.behaviours.tables[view.table].name),
            (true, None) => "May write".into(),
            (false, None) => "Reads".into(),
        };
        let refusals = if *refused > 0 { format!(", {refused} of them refused") } else { String::new() };
        self.out.push('\n');
        self.line(0, &format!("// {does}. Seen in {calls} calls{refusals}."));
        for condition in self.conditions(behaviour) {
            self.line(0, &condition);
        }
        self.line(0, &format!("fn {function}(args) {{"));
        let simple = behaviour.view.is_none() && behaviour.answer.is_none() && behaviour.sets.is_empty();
        if simple {
            self.line(1, &format!("answered({}, args)", quoted(name)));
            self.line(0, "}");
            return;
        }
        self.line(1, &format!("let told = recorded_answer({}, args);", quoted(name)));
        self.line(1, "if is_answer(told) { return apply_recorded(told); }");
        match (&behaviour.view, &behaviour.answer) {
            (Some(view), _) => self.view(behaviour, view),
            (None, Some(template)) => {
                self.apart(behaviour);
                self.line(1, "apply_recorded(told);");
                let mut text = String::new();
                self.template(template, 1, &mut text);
                self.line(1, &text);
            }
            (None, None) => {
                self.apart(behaviour);
                self.line(1, "apply_recorded(told);");
                self.line(1, &format!("answered({}, args)", quoted(name)));
            }
        }
        self.line(0, "}");
    }

    /// What is known of when the tool refuses, for a person who wants to write it down as code.
    fn conditions(&self, behaviour: &Behaviour) -> Vec<String> {
        let mut found = Vec::new();
        if !behaviour.guards.is_empty() {
            return found;
        }
        for ((tool, _, table, field), values) in &self.model.guards.fields {
            if *tool != behaviour.tool || !self.model.changing.contains(&super::mix(*table, *field)) {
                continue;
            }
            let refused: u32 = values.iter().map(|value| value.refused).sum();
            if refused < 2 {
                continue;
            }
            let mut values: Vec<_> = values.iter().filter(|value| value.succeeded + value.refused > 0).collect();
            values.sort_by_key(|value| value.value.to_string());
            let outcomes: Vec<String> = values
                .iter()
                .map(|v| format!("{} {} ok/{} refused", v.value.excerpt(), v.succeeded, v.refused))
                .collect();
            found.push(format!("//   by `{}` of the record: {}", self.model.tables.word(*field), outcomes.join(", ")));
        }
        found.sort();
        found
    }

    fn view(&mut self, behaviour: &Behaviour, view: &View) {
        let table = &self.behaviours.tables[view.table].name;
        let record = singular(table);
        let key = key_expression(&view.key);
        let tool = quoted(&behaviour.name);
        self.line(1, &format!("let {record} = found({}, {key}, {tool}, args);", quoted(table)));
        for guard in &behaviour.guards {
            let value = format!("{record}{}", member(&guard.field.0));
            let allowed: Vec<String> = guard.allowed.iter().map(literal).collect();
            let test = match &allowed[..] {
                [one] => format!("{value} != {one}"),
                _ => format!("!({value} in [{}])", allowed.join(", ")),
            };
            let refusal = literal(&guard.refusal);
            let Guard { succeeded, refused, .. } = guard;
            self.line(1, &format!("// {succeeded} calls succeeded so, {refused} were refused otherwise."));
            self.line(1, &format!("if {test} {{ fail({refusal}); }}"));
        }
        let mut writes = false;
        for set in behaviour.sets.iter().filter(|set| set.table == view.table) {
            self.set(&record, set);
            writes = true;
        }
        let open: Vec<&str> = view.fields.iter().filter(|field| field.open).map(|field| &*field.name).collect();
        if !open.is_empty() {
            self.line(1, &format!("// No rule tells what it makes of: {}.", open.join(", ")));
        }
        if writes {
            self.line(1, &format!("put({}, {key}, {record});", quoted(table)));
        }
        self.line(1, "if told != () {");
        self.line(2, "apply_recorded(told);");
        self.line(2, &format!("{record} = get({}, {key});", quoted(table)));
        self.line(1, "}");
        if view.at.is_empty() {
            self.line(1, &record);
        } else {
            let mut parts = vec![(view.at.clone(), record)];
            parts.extend(view.around.iter().map(|(at, value)| (at.clone(), literal(value))));
            let text = nested(&parts);
            self.line(1, &text);
        }
    }

    /// What a call sets in records that it does not answer with.
    fn apart(&mut self, behaviour: &Behaviour) {
        let mut tables: Vec<usize> = behaviour.sets.iter().map(|set| set.table).collect();
        tables.dedup();
        for at in tables {
            let table = &self.behaviours.tables[at].name;
            let sets: Vec<&Set> = behaviour.sets.iter().filter(|set| set.table == at).collect();
            let key = key_expression(&sets[0].key);
            let record = singular(table);
            self.line(1, &format!("let {record} = get({}, {key});", quoted(table)));
            self.line(1, &format!("if {record} != () {{"));
            for set in sets {
                let before = self.out.len();
                self.set(&record, set);
                let text = self.out.split_off(before);
                for line in text.lines() {
                    self.line(1, line);
                }
            }
            self.line(2, &format!("put({}, {key}, {record});", quoted(table)));
            self.line(1, "}");
        }
    }

    fn set(&mut self, record: &str, set: &Set) {
        let target = path_of(record, &set.path);
        let value = expression(&set.rule, &target);
        let why = support(&set.rule);
        match &set.rule.expr {
            // An argument that is not given sets nothing.
            Expr::Argument { path, .. } => {
                let given = path_of("args", path);
                self.line(1, &format!("if {given} != () {{ {target} = {value}; }} // {why}"));
            }
            _ => self.line(1, &format!("{target} = {value}; // {why}")),
        }
    }
}

/// A map of values by pointer, as Rhai writes it.
fn nested(parts: &[(String, String)]) -> String {
    let mut members: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, value) in parts {
        let mut segments = pointer::segments(path);
        let Some(first) = segments.next() else { return value.clone() };
        let mut rest = String::new();
        segments.for_each(|segment| pointer::push(&mut rest, &segment));
        members.entry(first).or_default().push((rest, value.clone()));
    }
    let members: Vec<String> =
        members.iter().map(|(name, parts)| format!("{}: {}", quoted(name), nested(parts))).collect();
    format!("#{{ {} }}", members.join(", "))
}

impl Writer<'_> {
    fn template(&self, template: &Template, depth: usize, out: &mut String) {
        match template {
            Template::Minted(pattern) => {
                let _ = write!(out, "mint({})", quoted(pattern));
            }
            Template::Computed(rule) => out.push_str(&self.computed(rule)),
            Template::Value(rule) => out.push_str(&expression(rule, "()")),
            Template::Map(members) if members.is_empty() => out.push_str("#{}"),
            Template::Map(members) => {
                out.push_str("#{\n");
                for (name, part) in members {
                    let _ = write!(out, "{:1$}{2}: ", "", (depth + 1) * 4, quoted(name));
                    self.template(part, depth + 1, out);
                    let why = match part {
                        Template::Value(rule) => format!(", // {}", support(rule)),
                        Template::Computed(rule) => format!(", // in {} calls seen", rule.support.held),
                        Template::Minted(_) => ", // a new one in each call".into(),
                        Template::Map(_) => ",".into(),
                    };
                    let _ = writeln!(out, "{why}");
                }
                let _ = write!(out, "{:1$}}}", "", depth * 4);
            }
        }
    }

    /// A function of the arguments.
    fn computed(&self, rule: &Computed) -> String {
        let argument = |hash: u64| format!("args{}", member(self.model.tables.word(hash)));
        let (a, b) = (argument(rule.function.first), argument(rule.function.second));
        let value = match rule.function.kind {
            Kind::Value => format!("arithmetic({a})"),
            Kind::Sum => format!("{a}.sum()"),
            Kind::Mean => format!("({a}.sum() + 0.0) / {a}.len()"),
            Kind::Least => format!("{a}.sorted()[0]"),
            Kind::Most => format!("{a}.sorted()[-1]"),
            Kind::Product => format!("product({a})"),
            Kind::Length => format!("{a}.len()"),
            Kind::Plus => format!("{a} + {b}"),
            Kind::Minus => format!("{a} - {b}"),
            Kind::Times => format!("{a} * {b}"),
            Kind::Over => format!("({a} + 0.0) / {b}"),
            Kind::Power => format!("({a} + 0.0) ** ({b} + 0.0)"),
            Kind::Percent => format!("({a} + 0.0) / {b} * 100.0"),
            Kind::Rounded => format!("round({a}, {b})"),
            Kind::Root => format!("({a} + 0.0).sqrt()"),
            Kind::Absolute => format!("{a}.abs()"),
            Kind::Factor => format!("{a} * {:?}", rule.factor()),
        };
        match rule.rounding() {
            Some(decimals) => format!("rounded({value}, {decimals})"),
            None => value,
        }
    }
}

/// What every mined mock brings: recorded answers for what no rule explains.
const HELPERS: &str = r#"
// ---- what was recorded ---------------------------------------------------------------------------
//
// `recorded` holds, for a tool and its arguments, what the recorded dialogue had beyond the rules, by how often the call was made
// before: an answer, and writes of the form [table, key, field, value] ([table, key, field] takes the field away).
// `answers` holds the answers of tools that no rule explains. Replace both by code where you know better.

fn call_key(tool, args) {
    `${tool} ${to_json(args)}`
}

// A number to so many decimals; what is none stays as it is.
fn rounded(value, decimals) {
    if is_number(value) { round(value, decimals) } else { value }
}

// Whether a record has what the arguments say, as far as it has such members.
fn agrees(record, args) {
    if !is_map(args) { return false; }
    for name in args.keys() {
        if name in record && record[name] != args[name] { return false; }
    }
    true
}

fn product(list) {
    let result = 1;
    for item in list { result *= item; }
    result
}

// An id that was not minted before.
fn mint(pattern) {
    let id = fresh_id("minted", pattern);
    put("minted", id, #{});
    id
}

fn recorded_answer(tool, args) {
    let key = call_key(tool, args);
    let known = get("recorded", key);
    if known == () { return (); }
    known.asked += 1;
    put("recorded", key, known);
    known.times[`${known.asked}`]
}

fn is_answer(told) {
    told != () && "answer" in told
}

fn apply_recorded(told) {
    if told == () { return (); }
    if "writes" in told {
        for write in told.writes {
            let record = get(write[0], write[1]);
            if record == () { record = #{}; }
            if write.len() == 3 {
                record.remove(write[2]);
            } else {
                record[write[2]] = write[3];
            }
            put(write[0], write[1], record);
        }
    }
    told.answer
}

// The record of a table, or the answer that was recorded for this call.
fn found(table, key, tool, args) {
    let record = if key == () { () } else { get(table, `${key}`) };
    if record == () {
        let known = get("answers", call_key(tool, args));
        fail(if known == () { `Error: ${tool}: no record ${key} in ${table}` } else { known.answer });
    }
    record
}

// The answer that was recorded for this call; for another call, the nearest one is named.
fn answered(tool, args) {
    let told = recorded_answer(tool, args);
    let answer = apply_recorded(told);
    if is_answer(told) { return answer; }
    let known = get("answers", call_key(tool, args));
    if known != () { return known.answer; }
    fail(`Error: ${tool}: nothing was recorded for ${to_json(args)}${nearest_call(tool, args)}`);
}

fn nearest_call(tool, args) {
    if !is_map(args) { return ""; }
    let best = ();
    let least = 1000;
    for key in keys("answers").filter(|key| key.starts_with(`${tool} `)) {
        let other = from_json(key.sub_string(tool.len() + 1));
        if is_map(other) {
            let differing = 0;
            for name in args.keys() {
                if args[name] != other[name] { differing += 1; }
            }
            if differing < least { best = to_json(other); least = differing; }
        }
    }
    if best == () { "" } else { `; the nearest recorded call has ${best}` }
}
"#;
