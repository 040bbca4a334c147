//! Tool definitions in the shapes people publish, and the normalisation of dirty schemas.
//!
//! Shapes: OpenAI (`{"type":"function","function":{"name","parameters"}}`, or flat), MCP and GEM (`inputSchema`,
//! `outputSchema`, `annotations`), Anthropic (`input_schema`). Each normalisation is reported.

use serde_json::{Map, Value, json};

use crate::diagnostic::Code;
use crate::json::pointer;
use crate::trajectory::{Tool, ToolFinding, ToolSet};

/// Reads a list of tool definitions, or a JSON string that holds one.
///
/// # Errors
/// When the text is no JSON, or no list of definitions.
pub fn read(text: &str) -> Result<ToolSet, String> {
    let mut value: Value = serde_json::from_str(text).map_err(|e| format!("the tools are not JSON: {e}"))?;
    if let Value::String(inner) = &value {
        if inner.trim().is_empty() {
            return Ok(ToolSet::default());
        }
        value = serde_json::from_str(inner).map_err(|e| format!("the tools are a string that is not JSON: {e}"))?;
    }
    read_value(value)
}

/// Reads definitions written one after another, as some system prompts do: JSON values, one or many.
///
/// # Errors
/// When a part is no JSON.
pub fn read_stream(text: &str) -> Result<ToolSet, String> {
    let mut definitions = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match value.map_err(|e| format!("the tools are not JSON: {e}"))? {
            Value::Array(items) => definitions.extend(items),
            other => definitions.push(other),
        }
    }
    read_value(Value::Array(definitions))
}

fn read_value(value: Value) -> Result<ToolSet, String> {
    let definitions = match value {
        Value::Array(definitions) => definitions,
        Value::Object(mut members) => match members.remove("tools") {
            Some(Value::Array(definitions)) => definitions,
            _ => vec![Value::Object(members)],
        },
        Value::Null => Vec::new(),
        _ => return Err("the tools must be a list of definitions".into()),
    };
    let mut tools: Vec<Tool> = Vec::new();
    let mut findings = Vec::new();
    for (at, definition) in definitions.iter().enumerate() {
        let path = format!("/{at}");
        let mut reader = Reader { findings: &mut findings };
        match reader.tool(definition, path.clone()) {
            Ok(tool) => {
                if tools.iter().any(|other| other.name == tool.name) {
                    findings.push(ToolFinding {
                        code: Code::DuplicateTool,
                        path,
                        message: format!("a second tool is named `{}`; the first one counts", tool.name),
                        help: None,
                    });
                }
                tools.push(tool);
            }
            Err(message) => findings.push(ToolFinding {
                code: Code::InvalidTool,
                path,
                message,
                help: Some(
                    "a tool is an object with a `name` and a schema: `parameters`, `inputSchema` or `input_schema`"
                        .into(),
                ),
            }),
        }
    }
    Ok(ToolSet::new(tools, definitions, findings))
}

/// Where the shapes keep the schema of the arguments.
pub const SCHEMA_KEYS: [&str; 3] = ["parameters", "inputSchema", "input_schema"];

struct Reader<'a> {
    findings: &'a mut Vec<ToolFinding>,
}

impl Reader<'_> {
    fn tool(&mut self, definition: &Value, mut path: String) -> Result<Tool, String> {
        let Value::Object(outer) = definition else {
            return Err("a tool definition must be an object".into());
        };
        let body = match outer.get("function") {
            Some(Value::Object(function)) => {
                path.push_str("/function");
                function
            }
            _ => outer,
        };
        let name = match body.get("name") {
            Some(Value::String(name)) if !name.is_empty() => name.clone(),
            Some(_) => return Err("the name of a tool must be a non-empty string".into()),
            None => return Err("the tool has no name".into()),
        };
        let description = body.get("description").and_then(Value::as_str).map(str::to_owned);
        let found = SCHEMA_KEYS.into_iter().find_map(|key| Some((key, body.get(key)?)));
        let schema = match found {
            None | Some((_, Value::Null)) => json!({"type": "object"}),
            Some((key, schema)) => self.schema(schema, format!("{path}/{key}"))?,
        };
        let output =
            ["outputSchema", "output_schema", "x_returns"].into_iter().find_map(|key| Some((key, body.get(key)?)));
        let mut tool = Tool::new(name, description, schema);
        tool.output_schema = match output {
            None | Some((_, Value::Null)) => None,
            Some((key, schema)) => self.schema(schema, format!("{path}/{key}")).ok(),
        };
        tool.annotations = body.get("annotations").filter(|a| a.is_object()).cloned();
        if let Err(invalid) = tool.validator() {
            self.findings.push(ToolFinding {
                code: Code::InvalidToolSchema,
                path: format!("{path}/{}{}", found.map_or("parameters", |(key, _)| key), invalid.path),
                message: format!("the schema of `{}` is not valid: {}", tool.name, invalid.message),
                help: Some("arguments of this tool cannot be checked until its schema is mended".into()),
            });
        }
        Ok(tool)
    }

    fn schema(&mut self, schema: &Value, path: String) -> Result<Value, String> {
        let mut schema = match schema {
            Value::Bool(_) => return Ok(schema.clone()),
            Value::Object(_) => schema.clone(),
            Value::String(text) => {
                let inner =
                    serde_json::from_str(text).map_err(|e| format!("the schema is a string that is not JSON: {e}"))?;
                self.report(&path, "a schema written as a string was parsed".into());
                inner
            }
            _ => return Err("the schema of a tool must be an object".into()),
        };
        if let Value::Object(members) = &mut schema
            && is_bare_properties(members)
        {
            self.report(&path, "a bare map of properties was wrapped into an object schema".into());
            let properties = std::mem::take(members);
            schema = json!({"type": "object", "properties": properties});
        }
        let mut path = path;
        self.normalise(&mut schema, &mut path);
        Ok(schema)
    }

    fn report(&mut self, path: &str, message: String) {
        self.findings.push(ToolFinding {
            code: Code::NormalisedToolSchema,
            path: path.to_owned(),
            message,
            help: None,
        });
    }

    /// Repairs one schema and those within it, keyword by keyword, so that values (`enum`, `default`, ...) stay untouched.
    fn normalise(&mut self, schema: &mut Value, path: &mut String) {
        let Value::Object(members) = schema else { return };
        let len = path.len();
        self.normalise_type(members, path);
        self.normalise_required(members, path);
        for key in ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"] {
            if let Some(Value::Object(schemas)) = members.get_mut(key) {
                for (name, schema) in schemas {
                    pointer::push(path, key);
                    pointer::push(path, name);
                    self.normalise(schema, path);
                    path.truncate(len);
                }
            }
        }
        for key in [
            "items",
            "additionalProperties",
            "contains",
            "propertyNames",
            "not",
            "if",
            "then",
            "else",
            "unevaluatedItems",
            "unevaluatedProperties",
            "additionalItems",
        ] {
            if let Some(schema @ Value::Object(_)) = members.get_mut(key) {
                pointer::push(path, key);
                self.normalise(schema, path);
                path.truncate(len);
            }
        }
        for key in ["items", "prefixItems", "anyOf", "oneOf", "allOf"] {
            if let Some(Value::Array(schemas)) = members.get_mut(key) {
                for (at, schema) in schemas.iter_mut().enumerate() {
                    pointer::push(path, key);
                    pointer::push(path, &at.to_string());
                    self.normalise(schema, path);
                    path.truncate(len);
                }
            }
        }
    }

    fn normalise_type(&mut self, members: &mut Map<String, Value>, path: &str) {
        let at = format!("{path}/type");
        match members.get_mut("type") {
            Some(Value::String(name)) => match canonical_type(name) {
                Canonical::Same => {}
                Canonical::Other(canonical) => {
                    self.report(&at, format!("type `{name}` was read as `{canonical}`"));
                    *name = canonical.into();
                }
                Canonical::Any => {
                    self.report(&at, format!("type `{name}` was read as any type"));
                    members.shift_remove("type");
                }
                Canonical::Unknown => {
                    self.report(
                        &at,
                        format!("type `{name}` is no type of JSON Schema and was left out: any value passes"),
                    );
                    members.shift_remove("type");
                }
            },
            Some(Value::Array(names)) => {
                let mut any = false;
                for name in names.iter_mut() {
                    let Value::String(name) = name else { continue };
                    match canonical_type(name) {
                        Canonical::Same => {}
                        Canonical::Other(canonical) => {
                            self.report(&at, format!("type `{name}` was read as `{canonical}`"));
                            *name = canonical.into();
                        }
                        Canonical::Any | Canonical::Unknown => {
                            self.report(&at, format!("type `{name}` was read as any type"));
                            any = true;
                        }
                    }
                }
                let mut seen = Vec::new();
                names.retain(|name| {
                    !seen.contains(name) && {
                        seen.push(name.clone());
                        true
                    }
                });
                if any {
                    members.shift_remove("type");
                }
            }
            Some(Value::Null) => {
                self.report(&at, "type `null` as a value, not a name, was left out: any value passes".into());
                members.shift_remove("type");
            }
            _ => {}
        }
    }

    fn normalise_required(&mut self, members: &mut Map<String, Value>, path: &str) {
        // `required: true` inside a property is draft 3; it belongs to the object around it.
        let mut required_here = Vec::new();
        if let Some(Value::Object(properties)) = members.get_mut("properties") {
            for (name, property) in properties {
                if let Value::Object(property) = property
                    && let Some(Value::Bool(required)) = property.get("required")
                {
                    let required = *required;
                    property.shift_remove("required");
                    let mut at = format!("{path}/properties");
                    pointer::push(&mut at, name);
                    self.report(
                        &at,
                        format!("`required: {required}` inside a property was moved to the object around it"),
                    );
                    if required {
                        required_here.push(Value::String(name.clone()));
                    }
                }
            }
        }
        let at = format!("{path}/required");
        match members.get_mut("required") {
            Some(Value::Null) => {
                self.report(&at, "`required: null` was read as no required property".into());
                members.shift_remove("required");
            }
            Some(Value::Bool(_)) => {
                self.report(&at, "`required` must be a list of names and was left out".into());
                members.shift_remove("required");
            }
            Some(Value::Array(names)) => {
                let mut seen: Vec<Value> = Vec::new();
                let before = names.len();
                names.retain(|name| {
                    !seen.contains(name) && {
                        seen.push(name.clone());
                        true
                    }
                });
                if names.len() != before {
                    self.report(&at, "names that `required` repeats were left out".into());
                }
                if let Some(Value::Object(properties)) = members.get("properties") {
                    let missing: Vec<&str> =
                        seen.iter().filter_map(Value::as_str).filter(|name| !properties.contains_key(*name)).collect();
                    if !missing.is_empty() {
                        let message =
                            format!("`required` names what `properties` does not declare: {}", missing.join(", "));
                        self.report(&at, message);
                    }
                }
            }
            _ => {}
        }
        if !required_here.is_empty() {
            match members.get_mut("required") {
                Some(Value::Array(names)) => {
                    required_here.retain(|name| !names.contains(name));
                    names.extend(required_here);
                }
                _ => drop(members.insert("required".into(), Value::Array(required_here))),
            }
        }
    }
}

enum Canonical {
    Same,
    Other(&'static str),
    Any,
    Unknown,
}

fn canonical_type(name: &str) -> Canonical {
    match name {
        "string" | "number" | "integer" | "boolean" | "object" | "array" | "null" => Canonical::Same,
        _ => {
            let name = name.trim().to_ascii_lowercase();
            // `list(str)`, `Dict[str, Any]`, `array<string>`, `list of str`: what stands before the parameters.
            let head = name.split(['(', '[', '<', ',', ' ', '|']).next().unwrap_or_default();
            match head.strip_prefix("typing.").unwrap_or(head) {
                "dict" | "object" | "map" | "mapping" | "hashmap" | "json" => Canonical::Other("object"),
                "float" | "double" | "number" | "decimal" | "real" => Canonical::Other("number"),
                "int" | "integer" | "long" | "int32" | "int64" => Canonical::Other("integer"),
                "str" | "string" | "text" | "char" => Canonical::Other("string"),
                "bool" | "boolean" => Canonical::Other("boolean"),
                "list" | "tuple" | "array" | "set" | "arraylist" | "sequence" => Canonical::Other("array"),
                "none" | "null" | "nonetype" => Canonical::Other("null"),
                "any" | "optional" | "union" | "literal" => Canonical::Any,
                _ => Canonical::Unknown,
            }
        }
    }
}

/// Whether the members are properties without the schema around them.
fn is_bare_properties(members: &Map<String, Value>) -> bool {
    const KEYWORDS: &[&str] = &[
        "type",
        "properties",
        "$ref",
        "$schema",
        "anyOf",
        "oneOf",
        "allOf",
        "required",
        "additionalProperties",
        "$defs",
        "definitions",
        "enum",
        "const",
        "not",
        "if",
        "items",
    ];
    let schemas = || members.values().all(|value| value.get("type").is_some_and(|t| t.is_string() || t.is_array()));
    !members.is_empty()
        && schemas()
        && !members.iter().any(|(key, value)| KEYWORDS.contains(&key.as_str()) && !value.is_object())
        && !members.contains_key("properties")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(definition: Value) -> (Tool, Vec<String>) {
        let mut set = read(&json!([definition]).to_string()).unwrap();
        let findings = set.findings.iter().map(|f| format!("{} {}: {}", f.code.name(), f.path, f.message)).collect();
        (set.tools.remove(0), findings)
    }

    #[test]
    fn the_shapes_mean_the_same() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        for definition in [
            json!({"type": "function", "function": {"name": "f", "description": "d", "parameters": schema}}),
            json!({"name": "f", "description": "d", "parameters": schema}),
            json!({"name": "f", "description": "d", "inputSchema": schema}),
            json!({"name": "f", "description": "d", "input_schema": schema}),
            json!({"name": "f", "description": "d", "parameters": {"a": {"type": "str", "required": true}}}),
        ] {
            let (tool, _) = one(definition.clone());
            assert_eq!((tool.name.as_str(), tool.description.as_deref()), ("f", Some("d")));
            assert_eq!(tool.input_schema, schema, "{definition}");
        }
    }

    #[test]
    fn dirty_types_are_normalised_and_reported() {
        let (tool, findings) = one(json!({"name": "f", "parameters": {"type": "dict", "properties": {
            "a": {"type": "float", "enum": ["float"], "default": "None"}, "b": {"type": "tuple", "items": {"type": "any"}},
            "type": {"type": "string"}, "c": {"type": ["str", "None"]}, "d": {"type": "List[str]"}}, "required": ["a", "x"]}}));
        assert_eq!(
            tool.input_schema,
            json!({"type": "object", "properties": {
                "a": {"type": "number", "enum": ["float"], "default": "None"}, "b": {"type": "array", "items": {}},
                "type": {"type": "string"}, "c": {"type": ["string", "null"]}, "d": {"type": "array"}}, "required": ["a", "x"]})
        );
        assert_eq!(
            findings,
            [
                "normalised-tool-schema /0/parameters/type: type `dict` was read as `object`",
                "normalised-tool-schema /0/parameters/required: `required` names what `properties` does not declare: x",
                "normalised-tool-schema /0/parameters/properties/a/type: type `float` was read as `number`",
                "normalised-tool-schema /0/parameters/properties/b/type: type `tuple` was read as `array`",
                "normalised-tool-schema /0/parameters/properties/b/items/type: type `any` was read as any type",
                "normalised-tool-schema /0/parameters/properties/c/type: type `str` was read as `string`",
                "normalised-tool-schema /0/parameters/properties/c/type: type `None` was read as `null`",
                "normalised-tool-schema /0/parameters/properties/d/type: type `List[str]` was read as `array`",
            ]
        );
    }

    #[test]
    fn what_is_no_tool_is_told() {
        let set = read(r#"[1, {"name": 2}, {"name": "f", "parameters": 3}, {"name": "g"}, {"name": "g"}]"#).unwrap();
        let codes: Vec<(&str, &str)> = set.findings.iter().map(|f| (f.code.name(), f.path.as_str())).collect();
        assert_eq!(
            codes,
            [("invalid-tool", "/0"), ("invalid-tool", "/1"), ("invalid-tool", "/2"), ("duplicate-tool", "/4")]
        );
        assert!(read("3").is_err() && read("[").is_err());
        assert_eq!(read("\"\"").unwrap().tools.len(), 0);
        assert_eq!(read_stream("{\"name\":\"f\"}\n{\"name\":\"g\"}").unwrap().tools.len(), 2);
    }
}
