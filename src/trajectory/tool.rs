//! Tools: what a model may call, and the check of arguments against their schemas.

use std::collections::HashMap;
use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use super::Parameter;
use crate::diagnostic::Code;

/// The tools on offer in one place, in their order there.
#[derive(Debug, Default)]
pub struct ToolSet {
    pub tools: Vec<Tool>,
    /// All definitions as they were recorded, also those that are no tools.
    pub definitions: Vec<Value>,
    /// What was found while reading them.
    pub findings: Vec<ToolFinding>,
    by_name: HashMap<String, usize>,
}

/// A finding about a tool definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolFinding {
    pub code: Code,
    /// JSON pointer below the place where the tools stand.
    pub path: String,
    pub message: String,
    pub help: Option<String>,
}

/// A tool. Schemas are as normalised at ingest.
#[derive(Debug)]
pub struct Tool {
    pub name: String,
    pub description: Option<String>,
    /// JSON Schema of the arguments.
    pub input_schema: Value,
    pub output_schema: Option<Value>,
    /// `readOnlyHint`, `destructiveHint`, `idempotentHint`, `openWorldHint` (MCP).
    pub annotations: Option<Value>,

    validator: OnceLock<Result<Validator, InvalidSchema>>,
    output_validator: OnceLock<Option<Validator>>,
    parameters: OnceLock<Parameter>,
}

/// Why a schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSchema {
    /// JSON pointer into the schema.
    pub path: String,
    pub message: String,
}

/// One way in which arguments break their schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentProblem {
    pub code: Code,
    pub message: String,
    /// JSON pointer into the arguments.
    pub instance_path: String,
    /// JSON pointer into the input schema.
    pub schema_path: String,
    /// Whether it breaks the schema. `false` for arguments that the schema merely does not name.
    pub breaks: bool,
}

impl ToolSet {
    pub fn new(tools: Vec<Tool>, definitions: Vec<Value>, findings: Vec<ToolFinding>) -> ToolSet {
        let by_name = tools.iter().enumerate().rev().map(|(at, tool)| (tool.name.clone(), at)).collect();
        ToolSet { tools, definitions, findings, by_name }
    }

    /// The tool of that name; the first where there are several.
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.by_name.get(name).map(|at| &self.tools[*at])
    }

    /// The name on offer that is nearest to one that is not.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let found = self.tools.iter().map(|tool| (distance(&tool.name, name), tool.name.as_str())).min()?;
        (found.0 <= name.chars().count() / 2).then_some(found.1)
    }
}

impl Tool {
    pub fn new(name: String, description: Option<String>, input_schema: Value) -> Tool {
        Tool {
            name,
            description,
            input_schema,
            output_schema: None,
            annotations: None,
            validator: OnceLock::new(),
            output_validator: OnceLock::new(),
            parameters: OnceLock::new(),
        }
    }

    /// What kind of value each place in the arguments holds.
    pub fn parameters(&self) -> &Parameter {
        self.parameters.get_or_init(|| Parameter::of_schema(&self.input_schema))
    }

    /// The compiled input schema.
    ///
    /// # Errors
    /// When the schema is not valid against its meta-schema or cannot be compiled (an unknown `$schema`, a remote `$ref`).
    pub fn validator(&self) -> Result<&Validator, &InvalidSchema> {
        self.validator.get_or_init(|| compile(&self.input_schema)).as_ref()
    }

    /// In which way an answer breaks the declared output schema, with a JSON pointer into the answer. `None` where it does not, and
    /// where there is no valid schema.
    pub fn output_problem(&self, answer: &Value) -> Option<(String, String)> {
        let schema = self.output_schema.as_ref()?;
        let validator = self.output_validator.get_or_init(|| compile(schema).ok()).as_ref()?;
        let error = validator.iter_errors(answer).next()?;
        Some((error.instance_path().to_string(), shorten(&error.to_string())))
    }

    /// What is wrong with these arguments; empty when nothing is, and when the schema itself is invalid.
    pub fn problems(&self, arguments: &Value) -> Vec<ArgumentProblem> {
        let Ok(validator) = self.validator() else { return Vec::new() };
        let mut problems = Vec::new();
        if !validator.is_valid(arguments) {
            for error in validator.iter_errors(arguments) {
                let code = match error.kind() {
                    ValidationErrorKind::Required { .. } => Code::ArgumentMissing,
                    ValidationErrorKind::Type { .. } => Code::ArgumentType,
                    ValidationErrorKind::AdditionalProperties { .. }
                    | ValidationErrorKind::UnevaluatedProperties { .. } => Code::ArgumentUndeclared,
                    _ => Code::ArgumentValue,
                };
                problems.push(ArgumentProblem {
                    code,
                    message: shorten(&error.to_string()),
                    instance_path: error.instance_path().to_string(),
                    schema_path: error.schema_path().to_string(),
                    breaks: true,
                });
            }
        }
        if !declares(&self.input_schema, arguments) {
            undeclared(arguments, &self.input_schema, &mut String::new(), &mut String::new(), &mut problems);
        }
        problems
    }
}

/// Compiles a schema: draft as declared, 2020-12 by default, formats checked, nothing fetched.
fn compile(schema: &Value) -> Result<Validator, InvalidSchema> {
    if let Err(error) = jsonschema::meta::validate(schema) {
        return Err(InvalidSchema { path: error.instance_path().to_string(), message: shorten(&error.to_string()) });
    }
    if applications(schema) > APPLICATIONS_MAX {
        let message = format!("its references multiply: one value would be checked more than {APPLICATIONS_MAX} times");
        return Err(InvalidSchema { path: String::new(), message });
    }
    let build = |patterns: bool| {
        let mut options = jsonschema::options();
        options = options.should_validate_formats(true);
        options = if patterns {
            options.with_pattern_options(PatternOptions::regex())
        } else {
            options.with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(100_000))
        };
        options.build(schema)
    };
    // Patterns that cannot backtrack where possible; look-around needs the other engine.
    build(true).or_else(|_| build(false)).map_err(|error| {
        let text = error.to_string();
        // What the library says of references that it may not fetch is about its own features.
        let message = match text.contains("resolve-http") || text.contains("resolve-file") {
            true => "it refers to another document; nothing is fetched, so bring that in under `$defs`".to_owned(),
            false => shorten(&text),
        };
        InvalidSchema { path: error.schema_path().to_string(), message }
    })
}

/// How often one value may be checked against parts of one schema.
const APPLICATIONS_MAX: u64 = 10_000;

/// How often a schema makes one and the same value be checked, at worst over all its parts: `allOf`, `$ref` and the like apply in
/// place, and doubling references multiply.
fn applications(root: &Value) -> u64 {
    type Known = HashMap<*const Value, Option<u64>>;
    fn cost(root: &Value, schema: &Value, known: &mut Known) -> u64 {
        let Value::Object(members) = schema else { return 1 };
        match known.get(&std::ptr::from_ref(schema)) {
            Some(Some(cost)) => return *cost,
            // A cycle: the validator ends it.
            Some(None) => return 0,
            None => drop(known.insert(schema, None)),
        }
        let mut sum = 1u64;
        let mut add = |part: &Value| sum = sum.saturating_add(cost(root, part, known));
        for key in ["allOf", "anyOf", "oneOf"] {
            members.get(key).and_then(Value::as_array).into_iter().flatten().for_each(&mut add);
        }
        ["not", "if", "then", "else"].iter().filter_map(|key| members.get(*key)).for_each(&mut add);
        for key in ["$ref", "$dynamicRef"] {
            let pointer = members.get(key).and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
            if let Some(target) = pointer.and_then(|pointer| root.pointer(pointer)) {
                add(target);
            }
        }
        known.insert(schema, Some(sum));
        sum
    }
    fn walk(root: &Value, part: &Value, known: &mut Known) -> u64 {
        match part {
            Value::Object(members) => {
                let within = members.values().map(|value| walk(root, value, known)).max().unwrap_or(0);
                within.max(cost(root, part, known))
            }
            Value::Array(items) => items.iter().map(|value| walk(root, value, known)).max().unwrap_or(0),
            _ => 0,
        }
    }
    walk(root, root, &mut HashMap::new())
}

/// Whether `undeclared` would find nothing: the usual case, decided without keeping paths.
fn declares(schema: &Value, value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            let Some(Value::Object(properties)) = schema.get("properties") else { return true };
            members.iter().all(|(name, member)| properties.get(name).is_some_and(|property| declares(property, member)))
        }
        Value::Array(items) => match schema.get("items") {
            Some(schema @ Value::Object(_)) => items.iter().all(|item| declares(schema, item)),
            _ => true,
        },
        _ => true,
    }
}

/// Arguments that an open schema does not name.
fn undeclared(value: &Value, schema: &Value, at: &mut String, path: &mut String, problems: &mut Vec<ArgumentProblem>) {
    let lens = (at.len(), path.len());
    match value {
        Value::Object(members) => {
            let Some(Value::Object(properties)) = schema.get("properties") else { return };
            let open = matches!(schema.get("additionalProperties"), None | Some(Value::Bool(true)))
                && ["patternProperties", "allOf", "anyOf", "oneOf", "$ref", "if"]
                    .iter()
                    .all(|k| schema.get(k).is_none());
            for (name, member) in members {
                crate::json::pointer::push(at, name);
                match properties.get(name) {
                    Some(property) => {
                        path.push_str("/properties");
                        crate::json::pointer::push(path, name);
                        undeclared(member, property, at, path, problems);
                    }
                    None if open => problems.push(ArgumentProblem {
                        code: Code::ArgumentUndeclared,
                        message: format!("the schema declares no argument `{name}`"),
                        instance_path: at.clone(),
                        schema_path: format!("{path}/properties"),
                        breaks: false,
                    }),
                    None => {}
                }
                at.truncate(lens.0);
                path.truncate(lens.1);
            }
        }
        Value::Array(items) => {
            let Some(schema @ Value::Object(_)) = schema.get("items") else { return };
            path.push_str("/items");
            for (index, item) in items.iter().enumerate() {
                crate::json::pointer::push(at, &index.to_string());
                undeclared(item, schema, at, path, problems);
                at.truncate(lens.0);
            }
            path.truncate(lens.1);
        }
        _ => {}
    }
}

/// A message of bounded length: values can be long.
fn shorten(message: &str) -> String {
    const CHARS_MAX: usize = 300;
    if message.chars().count() <= CHARS_MAX {
        return message.to_owned();
    }
    let keep = CHARS_MAX / 2;
    let head: String = message.chars().take(keep).collect();
    let tail: String = message.chars().skip(message.chars().count() - keep).collect();
    format!("{head} ... {tail}")
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tool(schema: Value) -> Tool {
        Tool::new("t".into(), None, schema)
    }

    #[test]
    fn problems_carry_both_paths() {
        let tool = tool(json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "integer", "minimum": 2}, "b": {"type": "array", "items": {"type": "object", "properties": {"c": {"enum": ["x"]}}}},
            "d": {"type": "string", "format": "date"}}}));
        let found = |value: Value| -> Vec<(String, String, String)> {
            let problems = tool.problems(&value).into_iter();
            problems.map(|p| (p.code.name().to_owned(), p.instance_path, p.schema_path)).collect()
        };
        let one = |code: &str, at: &str, path: &str| vec![(code.to_owned(), at.to_owned(), path.to_owned())];
        assert_eq!(found(json!({"a": 2})), []);
        assert_eq!(found(json!({"a": 2.0})), []);
        assert_eq!(found(json!({})), one("argument-missing", "", "/required"));
        assert_eq!(found(json!({"a": "2"})), one("argument-type", "/a", "/properties/a/type"));
        assert_eq!(found(json!({"a": 1})), one("argument-value", "/a", "/properties/a/minimum"));
        assert_eq!(found(json!({"a": 2, "d": "1/2/24"})), one("argument-value", "/d", "/properties/d/format"));
        assert_eq!(
            found(json!({"a": 2, "b": [{"c": "y"}]})),
            one("argument-value", "/b/0/c", "/properties/b/items/properties/c/enum")
        );
        assert_eq!(
            found(json!({"a": 2, "b": [{"e": 1}]})),
            one("argument-undeclared", "/b/0/e", "/properties/b/items/properties")
        );
    }

    #[test]
    fn invalid_schemas_say_where() {
        assert_eq!(
            tool(json!({"properties": {"a": {"type": "text"}}})).validator().err().unwrap().path,
            "/properties/a/type"
        );
        assert!(tool(json!({"$ref": "https://example.com/schema.json"})).validator().is_err());
        assert!(tool(json!({"$schema": "https://example.com/draft"})).validator().is_err());
        assert!(tool(json!({"properties": {"a": {"pattern": "^(?!x).*$"}}})).validator().is_ok());
        assert!(tool(json!({"properties": {"a": {"$ref": "#"}}})).validator().is_ok());
        let twice = |n: usize| json!({"allOf": [{"$ref": format!("#/$defs/d{n}")}, {"$ref": format!("#/$defs/d{n}")}]});
        let mut definitions: serde_json::Map<String, Value> =
            (0..40).map(|n| (format!("d{n}"), twice(n + 1))).collect();
        definitions.insert("d40".into(), json!({"type": "string"}));
        let doubling = json!({"$defs": definitions, "properties": {"a": {"$ref": "#/$defs/d0"}}});
        assert!(tool(doubling).validator().is_err_and(|e| e.message.contains("multiply")));
    }

    #[test]
    fn near_names_are_offered() {
        let set = ToolSet::new(vec![tool(json!({})), Tool::new("get_order".into(), None, json!({}))], vec![], vec![]);
        assert_eq!(set.nearest("get_orders"), Some("get_order"));
        assert_eq!(set.nearest("unrelated_name"), None);
    }
}
