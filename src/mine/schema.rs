//! Tools that were never seen called: what their definitions alone tell.
//!
//! The verb of a name says what is done, the words after it to what: `create_invoice` puts a record into `invoices` under a new id,
//! `get_invoice(invoice_id)` looks it up. A guess, and marked as one.

use serde_json::{Value, json};

use super::Offered;

/// What a verb does to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Create,
    Look,
    List,
    Change,
    Remove,
}

const VERBS: &[(Deed, &[&str])] = &[
    (
        Deed::Create,
        &[
            "create", "add", "book", "place", "register", "insert", "post", "submit", "reserve", "schedule", "make",
            "open", "send",
        ],
    ),
    (Deed::Look, &["get", "read", "fetch", "retrieve", "show", "view", "lookup", "describe", "check"]),
    (Deed::List, &["list", "search", "find", "query", "browse"]),
    (Deed::Change, &["update", "modify", "edit", "set", "change", "rename", "assign", "complete", "close"]),
    (Deed::Remove, &["delete", "remove", "cancel"]),
];

/// The singular and the plural of what a tool is about.
fn noun(words: &[String]) -> Option<(String, String)> {
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "by" | "id" | "details" | "detail" | "info" | "all" | "a" | "the" | "new"))
        .collect();
    let last = words.last()?;
    let singular = match *last {
        word if word.ends_with("ies") && word.len() > 4 => format!("{}y", &word[..word.len() - 3]),
        word if word.ends_with('s') && !word.ends_with("ss") && word.len() > 3 => word[..word.len() - 1].to_owned(),
        word => word.to_owned(),
    };
    let mut name = words[..words.len() - 1].join("_");
    if !name.is_empty() {
        name.push('_');
    }
    name.push_str(&singular);
    let plural = match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with('s') => format!("{name}es"),
        _ => format!("{name}s"),
    };
    Some((name, plural))
}

/// A value that satisfies a schema: the smallest one that says something.
pub(super) fn sample(schema: &Value, depth: u32) -> Value {
    for key in ["const", "default", "example"] {
        if let Some(value) = schema.get(key) {
            return value.clone();
        }
    }
    for key in ["enum", "examples"] {
        if let Some(value) = schema.get(key).and_then(Value::as_array).and_then(|values| values.first()) {
            return value.clone();
        }
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema.get(key).and_then(Value::as_array).and_then(|parts| parts.first()) {
            return sample(first, depth + 1);
        }
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        Some(Value::String(kind)) => kind.as_str(),
        _ if schema.get("properties").is_some() => "object",
        _ => "null",
    };
    match kind {
        "object" if depth < 6 => {
            let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            Value::Object(members.map(|(name, part)| (name.clone(), sample(part, depth + 1))).collect())
        }
        "object" => json!({}),
        "array" => match schema.get("items").filter(|_| depth < 6) {
            Some(items) => json!([sample(items, depth + 1)]),
            None => json!([]),
        },
        "string" => match schema.get("format").and_then(Value::as_str) {
            Some("date") => json!("2024-01-01"),
            Some("date-time") => json!("2024-01-01T00:00:00Z"),
            Some("email") => json!("someone@example.com"),
            _ => json!("text"),
        },
        "integer" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "number" => schema.get("minimum").cloned().unwrap_or(json!(1.0)),
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

/// What a tool that was never called is taken to do. The id is the argument that names the record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Guess {
    /// Puts the arguments into a table, under a new id by a pattern, which also stands in a field.
    Create {
        table: String,
        field: String,
        pattern: String,
    },
    Look {
        table: String,
        id: String,
    },
    /// The records that agree with the arguments they have.
    List {
        table: String,
    },
    Change {
        table: String,
        id: String,
    },
    Remove {
        table: String,
        id: String,
    },
    /// Nothing is known but the form of the answer.
    Sample(Value),
    Recorded,
}

pub(super) fn guess(tool: &Offered) -> Guess {
    let words = crate::grounding::name_parts(&tool.name);
    let verb = words.iter().take(2).position(|word| VERBS.iter().any(|(_, verbs)| verbs.contains(&word.as_str())));
    let deed =
        verb.and_then(|at| VERBS.iter().find(|(_, verbs)| verbs.contains(&words[at].as_str())).map(|(deed, _)| *deed));
    let about = verb.and_then(|at| noun(&words[at + 1..]));
    let unknown = || tool.returns.as_ref().map_or(Guess::Recorded, |schema| Guess::Sample(sample(schema, 0)));
    let (Some(deed), Some((one, table))) = (deed, about) else { return unknown() };
    let properties = tool.parameters.get("properties").and_then(Value::as_object);
    let names = || properties.into_iter().flat_map(|properties| properties.keys());
    let id = names().find(|name| **name == format!("{one}_id")).or_else(|| {
        names().find(|name| *name == "id" || name.to_lowercase().ends_with("id") || name.ends_with("_number"))
    });
    match (deed, id.cloned()) {
        (Deed::Create, _) => {
            let prefix: String =
                one.chars().filter(char::is_ascii_alphabetic).take(3).collect::<String>().to_uppercase();
            Guess::Create { table, field: format!("{one}_id"), pattern: format!("{prefix}-######") }
        }
        (Deed::Look, Some(id)) => Guess::Look { table, id },
        (Deed::Change, Some(id)) => Guess::Change { table, id },
        (Deed::Remove, Some(id)) => Guess::Remove { table, id },
        (Deed::List, _) => Guess::List { table },
        _ => unknown(),
    }
}

/// The body of a function for a tool that was never called.
pub(super) fn body(tool: &Offered, quoted: impl Fn(&str) -> String, literal: impl Fn(&Value) -> String) -> String {
    let name = quoted(&tool.name);
    let key = |id: &str| format!("args[{}]", quoted(id));
    match guess(tool) {
        Guess::Create { table, field, pattern } => format!(
            "    let id = mint({});\n    let record = args.merge(#{{ {}: id }});\n    put({}, id, record);\n    record\n",
            quoted(&pattern),
            quoted(&field),
            quoted(&table)
        ),
        Guess::Look { table, id } => format!("    found({}, {}, {name}, args)\n", quoted(&table), key(&id)),
        Guess::Change { table, id } => {
            let (table, key) = (quoted(&table), key(&id));
            format!(
                "    let record = found({table}, {key}, {name}, args).merge(args);\n    put({table}, `${{{key}}}`, record);\n    record\n"
            )
        }
        Guess::Remove { table, id } => {
            let (table, key) = (quoted(&table), key(&id));
            format!(
                "    let record = found({table}, {key}, {name}, args);\n    remove({table}, `${{{key}}}`);\n    record\n"
            )
        }
        Guess::List { table } => {
            format!("    query({}).filter(|record| agrees(record, args))\n", quoted(&table))
        }
        Guess::Sample(value) => format!("    {}\n", literal(&value)),
        Guess::Recorded => format!("    answered({name}, args)\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_and_samples() {
        let noun = |name: &str| noun(&crate::grounding::name_parts(name)).unwrap();
        assert_eq!(noun("user_details"), ("user".into(), "users".into()));
        assert_eq!(noun("categories"), ("category".into(), "categories".into()));
        assert_eq!(noun("price_alert"), ("price_alert".into(), "price_alerts".into()));
        let schema = json!({"type": "object", "properties": {
            "a": {"type": ["null", "integer"]}, "b": {"enum": ["x"]}, "c": {"type": "array", "items": {"type": "string"}}}});
        assert_eq!(sample(&schema, 0), json!({"a": 1, "b": "x", "c": ["text"]}));
    }
}
