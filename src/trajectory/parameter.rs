//! Parameters: what kind of value each place in the arguments of a tool holds, from its schema, name and description.

use std::cell::Cell;
use std::collections::HashMap;

use serde_json::{Map, Value};

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// Names one thing: an id, an order number, a user name, a token.
    Identifier,
    /// A password, a PIN.
    Secret,
    Email,
    Phone,
    Url,
    /// Money.
    Amount,
    /// A date, a time, or both.
    Date,
    /// A code of a public standard or market: airport, country, currency, language, ticker.
    Code,
    /// The name of a person, place or thing.
    Name,
    /// A file or folder.
    Path,
    /// A measured number: a length, a temperature, a coordinate.
    Measure,
    /// A small whole number that the caller may choose: a limit, a page, a quantity.
    Count,
    /// One of few values.
    Choice,
    /// A formula, a query language, a script.
    Expression,
    /// Text that the caller writes: a message, a summary, a reason.
    Prose,
    /// Anything else.
    Text,
}

impl ValueKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            ValueKind::Identifier => "identifier",
            ValueKind::Secret => "secret",
            ValueKind::Email => "email",
            ValueKind::Phone => "phone",
            ValueKind::Url => "url",
            ValueKind::Amount => "amount",
            ValueKind::Date => "date",
            ValueKind::Code => "code",
            ValueKind::Name => "name",
            ValueKind::Path => "path",
            ValueKind::Measure => "measure",
            ValueKind::Count => "count",
            ValueKind::Choice => "choice",
            ValueKind::Expression => "expression",
            ValueKind::Prose => "prose",
            ValueKind::Text => "text",
        }
    }

    /// Whether an invented value of this kind is an error: it says something that is true or false of the world.
    pub fn is_hard(self) -> bool {
        use ValueKind::{Amount, Code, Date, Email, Identifier, Phone, Secret, Url};
        matches!(self, Identifier | Secret | Email | Phone | Url | Amount | Date | Code)
    }
}

/// A place in the arguments of a tool: the arguments as a whole, a member, the items of a list.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub description: String,
    pub kind: ValueKind,
    /// Whether the schema itself leaves no doubt about the kind.
    pub certain: bool,
    /// Whether it is a quantity with a unit of measurement.
    pub physical: bool,
    /// Values that the schema lists: `enum`, `const`, `default`.
    pub choices: Vec<Value>,
    pub examples: Vec<Value>,
    members: HashMap<String, Parameter>,
    items: Option<Box<Parameter>>,
    rest: Option<Box<Parameter>>,
}

/// How deep schemas are followed; a recursive one has no end.
const DEPTH_MAX: usize = 8;

/// How many places of one schema are read; a recursive one with several members grows by their number at each level.
const NODES_MAX: usize = 4096;

impl Parameter {
    /// The parameters of an input schema.
    pub fn of_schema(schema: &Value) -> Parameter {
        Parameter::new("", schema, schema, 0, &Cell::new(NODES_MAX))
    }

    /// A parameter of which only the name is known.
    pub fn undeclared(name: &str) -> Parameter {
        Parameter::new(name, &Value::Null, &Value::Null, DEPTH_MAX, &Cell::new(0))
    }

    fn new(name: &str, schema: &Value, root: &Value, depth: usize, left: &Cell<usize>) -> Parameter {
        left.set(left.get().saturating_sub(1));
        let mut parts = Vec::new();
        collect(schema, root, &mut parts, 0);
        let text = |key: &str| parts.iter().find_map(|part| part.get(key).and_then(Value::as_str)).unwrap_or("");
        let description = match (text("description"), text("title")) {
            ("", title) => title,
            (description, _) => description,
        };
        let mut parameter = Parameter {
            name: name.to_owned(),
            description: description.to_owned(),
            kind: ValueKind::Text,
            certain: false,
            physical: is_physical(name, description),
            choices: Vec::new(),
            examples: Vec::new(),
            members: HashMap::new(),
            items: None,
            rest: None,
        };
        for part in &parts {
            for key in ["enum", "const", "default"] {
                match part.get(key) {
                    Some(Value::Array(values)) => parameter.choices.extend(values.iter().cloned()),
                    Some(value) => parameter.choices.push(value.clone()),
                    None => {}
                }
            }
            if let Some(Value::Array(examples)) = part.get("examples") {
                parameter.examples.extend(examples.iter().cloned());
            }
            parameter.examples.extend(part.get("example").cloned());
        }
        let types: Vec<&str> = parts.iter().flat_map(|part| types_of(part)).collect();
        let listed = parts.iter().any(|part| part.contains_key("enum") || part.contains_key("const"));
        (parameter.kind, parameter.certain) = kind_of(name, description, text("format"), &types, listed);
        if depth < DEPTH_MAX && left.get() > 0 {
            for part in &parts {
                if let Some(Value::Object(members)) = part.get("properties") {
                    for (name, schema) in members {
                        let member = || Parameter::new(name, schema, root, depth + 1, left);
                        parameter.members.entry(name.clone()).or_insert_with(member);
                    }
                }
                let below = |key: &str| {
                    let schema = part.get(key).filter(|schema| schema.is_object())?;
                    let mut below = Parameter::new(name, schema, root, depth + 1, left);
                    if below.description.is_empty() && !below.certain {
                        // Items of `user_ids` are what the list is described as.
                        let types: Vec<&str> =
                            schema.as_object().map(|part| types_of(part).collect()).unwrap_or_default();
                        let listed = schema.get("enum").is_some();
                        (below.kind, below.certain) = kind_of(name, description, "", &types, listed);
                        below.description = description.to_owned();
                    }
                    Some(Box::new(below))
                };
                parameter.items = parameter.items.take().or_else(|| below("items"));
                parameter.rest = parameter.rest.take().or_else(|| below("additionalProperties"));
            }
        }
        parameter
    }

    /// All that the schema says of it in words, in lower case.
    pub fn told(&self) -> String {
        format!("{} {}", self.name, self.description).to_lowercase()
    }

    /// What a member of the object is.
    pub fn member(&self, name: &str) -> Option<&Parameter> {
        self.members.get(name).or(self.rest.as_deref())
    }

    /// Whether the schema names a member.
    pub fn declares(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// What the items of a list are.
    pub fn items(&self) -> Option<&Parameter> {
        self.items.as_deref()
    }
}

/// A schema and those that apply in its place.
fn collect<'a>(schema: &'a Value, root: &'a Value, parts: &mut Vec<&'a Map<String, Value>>, depth: usize) {
    let Value::Object(part) = schema else { return };
    if depth > DEPTH_MAX || parts.len() > 32 {
        return;
    }
    parts.push(part);
    for key in ["anyOf", "oneOf", "allOf"] {
        for one in part.get(key).and_then(Value::as_array).into_iter().flatten() {
            collect(one, root, parts, depth + 1);
        }
    }
    if let Some(target) = part.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'))
        && let Some(target) = root.pointer(target)
    {
        collect(target, root, parts, depth + 1);
    }
}

fn types_of(part: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match part.get("type") {
        Some(Value::String(one)) => (Some(one.as_str()), None),
        Some(Value::Array(many)) => (None, Some(many)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_str))
}

fn is_physical(name: &str, description: &str) -> bool {
    let about = description.to_lowercase();
    let units = [
        "liter",
        "litre",
        "gallon",
        "kilogram",
        " kg",
        " km",
        "meter",
        "celsius",
        "percent",
        "fuel",
        "inches",
        "pounds of",
        "ounce",
    ];
    let things = ["fuel", "weight", "water"];
    units.iter().any(|unit| about.contains(unit)) || name_words(name).iter().any(|word| things.contains(&word.as_str()))
}

/// The words of a name: `newItemIds` is `new`, `item`, `ids`.
fn name_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut start = true;
    let mut upper = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            start = true;
            continue;
        }
        if start || (c.is_uppercase() && !upper) {
            words.push(String::new());
        }
        start = false;
        upper = c.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// The kind of value, and whether there is no doubt.
fn kind_of(name: &str, description: &str, format: &str, types: &[&str], listed: bool) -> (ValueKind, bool) {
    use ValueKind::{
        Amount, Choice, Code, Count, Date, Email, Expression, Identifier, Measure, Name, Path, Phone, Prose, Secret,
        Text, Url,
    };
    let has_type = |wanted: &[&str]| types.iter().any(|t| wanted.contains(t));
    let number = has_type(&["number", "integer"]);
    let string = has_type(&["string"]) || types.is_empty();
    if listed || (has_type(&["boolean"]) && !string) {
        return (Choice, true);
    }
    let by_format = match format {
        "date" | "date-time" | "time" => Some(Date),
        "email" | "idn-email" => Some(Email),
        "uri" | "url" | "uri-reference" | "iri" | "hostname" => Some(Url),
        "uuid" | "ipv4" | "ipv6" => Some(Identifier),
        "password" => Some(Secret),
        _ => None,
    };
    if let Some(kind) = by_format {
        return (kind, true);
    }
    let words: Vec<String> =
        name_words(name).iter().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).collect();
    let last = words.last().map_or("", String::as_str);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let about = description.to_lowercase();
    let told = |list: &[&str]| list.iter().any(|text| about.contains(text));

    if has(&["password", "passwd", "passphrase", "secret", "pin", "cvv", "otp"]) {
        return (Secret, true);
    }
    if matches!(
        last,
        "id" | "ids" | "uuid" | "guid" | "uid" | "sku" | "isbn" | "iban" | "ssn" | "vin" | "username" | "login"
    ) {
        return (Identifier, true);
    }
    if matches!(last, "token" | "tokens" | "hash" | "apikey") || name.to_lowercase().ends_with("api_key") {
        return (if has(&["max", "min", "num"]) { Count } else { Identifier }, true);
    }
    if has(&["email", "emails", "mail"]) && string && !has(&["body", "subject", "content", "text"]) {
        return (Email, false);
    }
    if has(&["phone", "telephone", "mobile", "fax"]) {
        return (Phone, false);
    }
    if has(&["url", "urls", "uri", "link", "website", "webhook"]) {
        return (Url, false);
    }
    if has(&["ip"]) && string {
        return (Identifier, false);
    }
    let physical = is_physical(name, description);
    let money = has(&[
        "amount", "price", "cost", "fee", "total", "budget", "balance", "salary", "payment", "deposit", "fund",
        "funds", "refund", "bid", "fare", "rent", "income", "loan", "tip", "revenue", "wage", "premium", "donation",
    ]);
    if money
        && (!physical || last == "amount")
        && (number || (string && types.is_empty()) || last == "amount" || last == "price")
    {
        return (Amount, false);
    }
    if matches!(
        last,
        "expression"
            | "formula"
            | "equation"
            | "sql"
            | "script"
            | "command"
            | "regex"
            | "xpath"
            | "condition"
            | "filter"
            | "code"
    ) && (last != "code" || told(&["source code", "python", "program", "snippet"]))
        && string
    {
        return (Expression, false);
    }
    let public_code = told(&[
        "iata",
        "iso 3166",
        "iso 4217",
        "iso 639",
        "3-letter",
        "three letters",
        "3 letters",
        "three-letter",
        "3 letter",
        "two-letter",
        "2-letter",
        "ticker",
        "stock symbol",
        "country code",
        "currency code",
        "language code",
        "airport code",
        "currency pair",
    ]);
    if string
        && (public_code
            || has(&["currency", "iata", "ticker", "symbol", "symbols", "timezone", "locale"])
            || (last == "code" && has(&["country", "currency", "language", "airport", "stock", "state"]))
            || matches!(last, "lang" | "language" | "languages" | "stock" | "stocks"))
    {
        return (Code, false);
    }
    if has(&[
        "flight",
        "order",
        "account",
        "card",
        "tracking",
        "invoice",
        "passport",
        "license",
        "serial",
        "ticket",
        "reservation",
        "booking",
        "confirmation",
        "plate",
        "room",
        "phone",
        "registration",
        "receipt",
        "case",
        "policy",
    ]) && matches!(last, "number" | "no" | "num" | "code" | "ref" | "reference" | "key")
    {
        return (Identifier, true);
    }
    if matches!(last, "zip" | "zipcode" | "postcode" | "postal")
        || (last == "code" && !physical)
        || matches!(last, "coupon" | "promocode")
    {
        return (Identifier, false);
    }
    let dated = told(&["yyyy", "%y-", "dd/mm", "mm/dd", "iso 8601", "iso8601", "timestamp", "hh:mm", "%h:%m", "yy-mm"]);
    if dated
        || has(&["date", "dates", "dob", "birthday", "birthdate", "datetime", "timestamp", "deadline"])
        || (string
            && has(&["day", "month", "year", "time"])
            && !has(&["zone", "limit", "unit", "frame", "interval", "times"]))
        || (matches!(last, "year" | "month") && number)
    {
        return (Date, dated);
    }
    let id_told = told(&[
        "unique identifier",
        "unique id",
        " id of ",
        "the id ",
        "id of the",
        "identifier of",
        "identifier for",
        "user id",
        "uuid",
    ]);
    if id_told && !about.starts_with("whether") && !has(&["name", "type", "title"]) {
        return (Identifier, false);
    }
    if matches!(
        last,
        "user" | "users" | "userid" | "handle" | "account" | "accounts" | "recipient" | "receiver" | "sender"
    ) && string
    {
        return (Identifier, false);
    }
    if string
        && told(&["name of the", "full name", "names of"])
        && !has(&["file", "filename", "folder", "tool", "function", "column", "field"])
    {
        return (Name, false);
    }
    if has(&["lat", "latitude", "lon", "lng", "longitude"]) {
        return (Measure, true);
    }
    if number {
        let count = has(&[
            "count", "num", "limit", "page", "pages", "offset", "size", "max", "min", "top", "k", "n", "quantity",
            "qty", "index", "lines", "days", "hours", "minutes", "nights", "weeks", "months", "years", "duration",
            "retries", "level", "priority", "rating", "number", "adults", "children", "guests", "rooms", "per",
            "results", "depth", "radius", "age",
        ]);
        return (if count || (has_type(&["integer"]) && !has_type(&["number"])) { Count } else { Measure }, false);
    }
    if has(&["path", "file", "filename", "folder", "directory", "dir", "filepath"]) {
        return (Path, false);
    }
    if has(&[
        "message",
        "body",
        "content",
        "text",
        "summary",
        "description",
        "reason",
        "comment",
        "comments",
        "note",
        "notes",
        "thought",
        "question",
        "query",
        "prompt",
        "instruction",
        "instructions",
        "feedback",
        "remark",
        "remarks",
        "title",
        "subject",
        "caption",
        "explanation",
        "details",
        "keywords",
        "keyword",
        "task",
        "bio",
        "answer",
        "review",
        "tweet",
        "post",
        "tags",
        "tag",
        "request",
        "info",
        "resolution",
        "issue",
        "topic",
        "agenda",
    ]) {
        return (Prose, false);
    }
    if has(&[
        "name",
        "first",
        "last",
        "surname",
        "city",
        "location",
        "place",
        "address",
        "artist",
        "author",
        "company",
        "street",
        "patient",
        "doctor",
        "hotel",
        "restaurant",
        "brand",
        "product",
        "attendees",
        "participants",
        "destination",
        "origin",
        "state",
        "country",
    ]) {
        return (Name, false);
    }
    if has(&[
        "type", "mode", "format", "style", "category", "status", "sort", "order", "unit", "units", "option", "kind",
        "class", "language", "priority", "level",
    ]) {
        return (Choice, false);
    }
    (Text, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(name: &str, schema: Value) -> &'static str {
        let root = Parameter::of_schema(&json!({"properties": {name: schema}}));
        root.member(name).unwrap().kind.name()
    }

    #[test]
    fn a_schema_that_refers_to_itself_many_times_ends() {
        let members: Map<String, Value> = (0..12).map(|at| (format!("m{at}"), json!({"$ref": "#"}))).collect();
        let root = Parameter::of_schema(&json!({"type": "object", "properties": members}));
        fn count(parameter: &Parameter) -> usize {
            1 + parameter.members.values().map(count).sum::<usize>()
        }
        let places = count(&root);
        assert!((13..=2 * NODES_MAX).contains(&places), "{places}");
    }

    #[test]
    fn kinds_follow_names_types_and_descriptions() {
        let text = || json!({"type": "string"});
        for (name, schema, expected) in [
            ("order_id", text(), "identifier"),
            ("flightNumber", text(), "identifier"),
            ("userId", json!({"type": "integer"}), "identifier"),
            ("password", text(), "secret"),
            ("email", text(), "email"),
            ("email_body", text(), "prose"),
            ("amount", json!({"type": "number"}), "amount"),
            ("fuelAmount", json!({"type": "number", "description": "fuel in gallons"}), "amount"),
            ("date", text(), "date"),
            ("when", json!({"type": "string", "format": "date-time"}), "date"),
            ("time", json!({"type": "string", "description": "Format: %Y-%m-%d"}), "date"),
            ("time_zone", text(), "text"),
            ("currency", text(), "code"),
            ("origin", json!({"type": "string", "description": "The IATA code of the origin"}), "code"),
            ("code", json!({"type": "string", "description": "Python source code"}), "expression"),
            ("limit", json!({"type": "integer"}), "count"),
            ("temperature", json!({"type": "number"}), "measure"),
            ("mode", json!({"enum": ["a", "b"]}), "choice"),
            ("verbose", json!({"type": "boolean"}), "choice"),
            ("summary", text(), "prose"),
            ("first_name", text(), "name"),
            ("file_name", text(), "path"),
            ("expression", text(), "expression"),
            ("thing", json!({"type": "string", "description": "The unique identifier of the thing"}), "identifier"),
            ("max_tokens", json!({"type": "integer"}), "count"),
        ] {
            assert_eq!(kind(name, schema.clone()), expected, "{name} {schema}");
        }
    }

    #[test]
    fn items_references_and_unions_are_followed() {
        let root = Parameter::of_schema(&json!({
            "$defs": {"leg": {"type": "object", "properties": {"flight_number": {"type": "string"}, "next": {"$ref": "#/$defs/leg"}}}},
            "properties": {
                "legs": {"type": "array", "items": {"$ref": "#/$defs/leg"}},
                "item_ids": {"type": "array", "items": {"type": "string"}},
                "cabin": {"anyOf": [{"enum": ["economy"]}, {"type": "null"}], "default": "economy"}
            }
        }));
        let leg = root.member("legs").unwrap().items().unwrap();
        assert_eq!(leg.member("flight_number").unwrap().kind, ValueKind::Identifier);
        assert!(leg.member("next").unwrap().member("next").is_some());
        assert_eq!(root.member("item_ids").unwrap().items().unwrap().kind, ValueKind::Identifier);
        assert_eq!(root.member("cabin").unwrap().choices, [json!("economy"), json!("economy")]);
        assert_eq!(root.member("nothing").map(|p| p.kind), None);
    }
}
