//! One trajectory for each way in which a trajectory can contradict itself, among thirty of the same desk that do not.
//!
//! The desk rents bikes. Its true runs come out of a small simulator; the bad ones are the same with one thing wrong.

use std::collections::{BTreeMap, BTreeSet};

use gemproof::consistent;
use gemproof::diagnostic::{Code, Level, Severity};
use gemproof::ingest::{self, Input, Records, ToolShelf};
use gemproof::mine::{Model, steps};
use gemproof::trajectory::{Exchange, Trajectory, pair};
use serde_json::{Value, json};

const STATIONS: [&str; 4] = ["harbour", "old town", "west gate", "university"];
const MODELS: [&str; 5] = ["city", "cargo", "gravel", "tandem", "folding"];

const RULE: &str = "You rent bikes. Each rental can have at most five riders.";

fn riders(n: usize) -> Vec<String> {
    (1..=n).map(|n| format!("Rider {n}")).collect()
}

/// A desk with its bikes and customers, and the dialogue at it.
struct Desk {
    bikes: BTreeMap<String, Value>,
    customers: BTreeMap<String, Value>,
    next_rental: u64,
    messages: Vec<Value>,
}

impl Desk {
    /// The desk on one day: other days have other bikes, prices and customers.
    fn new(day: u64) -> Desk {
        let bike = |n: u64| {
            let id = format!("BK{}", 1000 + day * 37 % 811 + n * 13);
            let status = if n == 4 { "in repair" } else { "available" };
            let price = 7 + (day * 5 + n * 3) % 23;
            let (model, station) = (MODELS[((day + n) % 5) as usize], STATIONS[(n % 2) as usize]);
            let bike =
                json!({"bike_id": id, "model": model, "status": status, "station": station, "price_per_day": price});
            (id, bike)
        };
        let customer = |n: u64| {
            let id = format!("CU{}", 5000 + day * 91 % 2003 + n * 17);
            let (name, email) = (format!("Rider {day}-{n}"), format!("rider{day}.{n}@bikes.example"));
            (id.clone(), json!({"customer_id": id, "name": name, "email": email, "rentals": (day + n) % 9}))
        };
        Desk {
            bikes: (0..6).map(bike).collect(),
            customers: (0..3).map(customer).collect(),
            next_rental: 70_000 + day * 101,
            messages: vec![
                json!({"role": "system", "content": RULE}),
                json!({"role": "user", "content": "I am at the desk."}),
            ],
        }
    }

    fn bike(&self, n: usize) -> String {
        self.bikes.keys().nth(n).expect("six bikes").clone()
    }

    fn customer(&self, n: usize) -> String {
        self.customers.keys().nth(n).expect("three customers").clone()
    }

    /// The bike that is in repair.
    fn broken_bike(&self) -> String {
        let found = self.bikes.iter().find(|(_, bike)| bike["status"] == "in repair");
        found.expect("one is in repair").0.clone()
    }

    fn answer(&mut self, tool: &str, arguments: &Value) -> Value {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
        let missing = |what: &str| json!(format!("Error: {what} {} not found", text(&format!("{what}_id"))));
        match tool {
            "get_bike" => self.bikes.get(&text("bike_id")).cloned().unwrap_or_else(|| missing("bike")),
            "list_bikes" => {
                let station = text("station");
                let bikes: Vec<Value> =
                    self.bikes.values().filter(|bike| bike["station"] == station.as_str()).cloned().collect();
                json!({"station": station, "count": bikes.len(), "bikes": bikes})
            }
            "get_customer" => self.customers.get(&text("customer_id")).cloned().unwrap_or_else(|| missing("customer")),
            "update_email" => match self.customers.get_mut(&text("customer_id")) {
                Some(customer) => {
                    customer["email"] = arguments["email"].clone();
                    json!({"customer_id": text("customer_id"), "updated": true})
                }
                None => missing("customer"),
            },
            "book_rental" => {
                let days = arguments["days"].as_u64().unwrap_or(0);
                let Some(bike) = self.bikes.get_mut(&text("bike_id")) else { return missing("bike") };
                if bike["status"] != "available" {
                    return json!("Error: the bike is not available");
                }
                if arguments["riders"].as_array().is_some_and(|riders| riders.len() > 5) {
                    return json!("Error: too many riders");
                }
                bike["status"] = json!("rented");
                self.next_rental += 7;
                let total = days * bike["price_per_day"].as_u64().unwrap_or(0);
                json!({"rental_id": format!("RE{}", self.next_rental), "bike_id": text("bike_id"),
                       "customer_id": text("customer_id"), "days": days, "total": total})
            }
            "get_hours" => json!("Open from 9 to 18."),
            "retire_bike" => match self.bikes.remove(&text("bike_id")) {
                Some(_) => json!({"bike_id": text("bike_id"), "retired": true}),
                None => missing("bike"),
            },
            "calculate" => {
                let expression = text("expression");
                let numbers: Vec<u64> = expression.split(" * ").filter_map(|number| number.parse().ok()).collect();
                json!({"result": numbers.iter().product::<u64>()})
            }
            other => panic!("no tool {other}"),
        }
    }

    /// Calls a tool, and records what it truly answers.
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.answer(tool, &arguments);
        self.record(tool, &arguments, &answer);
        answer
    }

    /// Calls a tool, and records that it answers something else.
    fn forge(&mut self, tool: &str, arguments: Value, change: impl FnOnce(&mut Value)) {
        let mut answer = self.answer(tool, &arguments);
        change(&mut answer);
        self.record(tool, &arguments, &answer);
    }

    fn record(&mut self, tool: &str, arguments: &Value, answer: &Value) {
        let id = format!("call_{}", self.messages.len());
        let content = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        self.messages.push(json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": id, "type": "function", "function": {"name": tool, "arguments": arguments.to_string()}}]}));
        self.messages.push(json!({"role": "tool", "tool_call_id": id, "name": tool, "content": content}));
    }

    fn ended(mut self, id: &str) -> Value {
        self.messages.push(json!({"role": "assistant", "content": "That is done."}));
        json!({"id": id, "tools": tools(), "messages": self.messages})
    }
}

fn tools() -> Value {
    let tool = |name: &str, description: &str, parameters: &[(&str, &str)]| {
        let properties: serde_json::Map<String, Value> =
            parameters.iter().map(|(name, kind)| (name.to_string(), json!({"type": kind}))).collect();
        let required: Vec<&str> = parameters.iter().map(|(name, _)| *name).collect();
        let schema = json!({"type": "object", "properties": properties, "required": required});
        json!({"type": "function", "function": {"name": name, "description": description, "parameters": schema}})
    };
    json!([
        tool("get_bike", "Shows a bike.", &[("bike_id", "string")]),
        tool("list_bikes", "Lists the bikes of a station.", &[("station", "string")]),
        tool("get_customer", "Shows a customer.", &[("customer_id", "string")]),
        tool("update_email", "Sets the email of a customer.", &[("customer_id", "string"), ("email", "string")]),
        tool(
            "book_rental",
            "Books a rental of a bike for a customer.",
            &[("bike_id", "string"), ("customer_id", "string"), ("days", "integer"), ("riders", "array")]
        ),
        tool("retire_bike", "Takes a bike out of service for good.", &[("bike_id", "string")]),
        tool("get_hours", "Tells when the desk is open.", &[]),
        tool("calculate", "Computes.", &[("expression", "string")]),
    ])
}

/// A day at the desk, with nothing wrong.
fn good(day: u64) -> Value {
    let mut desk = Desk::new(day);
    let (a, b) = (desk.customer((day % 3) as usize), desk.customer(((day + 1) % 3) as usize));
    let (first, second, last) = (desk.bike(0), desk.bike(1), desk.bike(5));
    let repair = desk.broken_bike();
    let get = |desk: &mut Desk, id: &str| desk.call("get_bike", json!({"bike_id": id}));
    let who = |desk: &mut Desk, id: &str| desk.call("get_customer", json!({"customer_id": id}));
    let station = get(&mut desk, &first)["station"].clone();
    get(&mut desk, &last);
    desk.call("list_bikes", json!({"station": station}));
    for _ in 0..2 {
        who(&mut desk, &a);
        who(&mut desk, &b);
    }
    desk.call("update_email", json!({"customer_id": b, "email": format!("new{day}@post.example")}));
    who(&mut desk, &a);
    who(&mut desk, &b);
    for (n, bike) in [&first, &second].into_iter().enumerate() {
        if n == 1 || day.is_multiple_of(2) {
            get(&mut desk, bike);
        }
        desk.call(
            "book_rental",
            json!({"bike_id": bike, "customer_id": a, "days": 2 + (day + n as u64) % 9, "riders": riders(1 + n)}),
        );
        get(&mut desk, bike);
    }
    desk.call(
        "book_rental",
        json!({"bike_id": desk.bike(2), "customer_id": b, "days": 1 + day % 5, "riders": riders(3)}),
    );
    desk.call("calculate", json!({"expression": format!("{} * {}", 11 + day, 3 + day % 7)}));
    get(&mut desk, &repair);
    if day.is_multiple_of(3) {
        desk.call("book_rental", json!({"bike_id": repair, "customer_id": b, "days": 3, "riders": riders(1)}));
    }
    if day % 4 == 1 {
        get(&mut desk, "BK99");
    }
    if day % 2 == 1 {
        let at = desk.bikes[&last]["station"].clone();
        desk.call("list_bikes", json!({"station": at}));
        desk.call("retire_bike", json!({"bike_id": last}));
        desk.call("list_bikes", json!({"station": at}));
        get(&mut desk, &last);
    }
    desk.ended(&format!("day-{day}"))
}

/// What is wrong with a trajectory, and the code that must say so first.
fn bad() -> Vec<(Code, Value)> {
    let mut made = Vec::new();
    let mut add = |code: Code, play: &dyn Fn(&mut Desk)| {
        let mut desk = Desk::new(400 + made.len() as u64);
        play(&mut desk);
        made.push((code, desk.ended(code.name())));
    };
    add(Code::ReadChanged, &|desk| {
        let bike = desk.bike(0);
        let station = desk.call("get_bike", json!({"bike_id": bike}))["station"].clone();
        desk.forge("list_bikes", json!({"station": station}), |answer| {
            let bikes = answer["bikes"].as_array_mut().expect("a list");
            let same = bikes.iter_mut().find(|other| other["bike_id"] == bike.as_str()).expect("the bike");
            same["price_per_day"] = json!(99);
        });
    });
    // What is said of a record and of the answer that shows it is told of the record.
    add(Code::ReadChanged, &|desk| {
        let question = json!({"customer_id": desk.customer(0)});
        desk.call("get_customer", question.clone());
        desk.forge("get_customer", question, |answer| answer["email"] = json!("other@post.example"));
    });
    add(Code::AnswerChanged, &|desk| {
        desk.call("get_hours", json!({}));
        desk.forge("get_hours", json!({}), |answer| *answer = json!("Closed today."));
    });
    add(Code::OutcomeChanged, &|desk| {
        let question = json!({"bike_id": "BK77"});
        let other = desk.bikes[&desk.bike(0)].clone();
        desk.call("get_bike", question.clone());
        desk.forge("get_bike", question, |answer| {
            *answer = other;
            answer["bike_id"] = json!("BK77");
        });
    });
    add(Code::EffectWithoutWrite, &|desk| {
        let question = json!({"customer_id": desk.customer(0)});
        desk.call("get_customer", question.clone());
        desk.call("update_email", json!({"customer_id": desk.customer(1), "email": "b@post.example"}));
        desk.forge("get_customer", question, |answer| answer["name"] = json!("Somebody Else"));
    });
    add(Code::WriteWithoutEffect, &|desk| {
        let question = json!({"customer_id": desk.customer(0)});
        let before = desk.call("get_customer", question.clone());
        desk.call("update_email", json!({"customer_id": desk.customer(0), "email": "new@post.example"}));
        desk.forge("get_customer", question, |answer| *answer = before);
    });
    add(Code::EffectMismatch, &|desk| {
        let question = json!({"customer_id": desk.customer(0)});
        desk.call("get_customer", question.clone());
        desk.call("update_email", json!({"customer_id": desk.customer(0), "email": "new@post.example"}));
        desk.forge("get_customer", question, |answer| answer["email"] = json!("third@post.example"));
    });
    add(Code::UnknownEntity, &|desk| {
        let bike = desk.bike(5);
        let shown = desk.call("get_bike", json!({"bike_id": bike}));
        desk.call("retire_bike", json!({"bike_id": bike}));
        desk.forge("get_bike", json!({"bike_id": bike}), |answer| *answer = shown);
    });
    add(Code::ArithmeticMismatch, &|desk| {
        desk.forge("calculate", json!({"expression": "12 * 12"}), |answer| answer["result"] = json!(154));
    });
    add(Code::AnswerIgnoresArguments, &|desk| {
        let other = desk.bikes[&desk.bike(1)].clone();
        desk.forge("get_bike", json!({"bike_id": desk.bike(0)}), |answer| *answer = other);
    });
    add(Code::LimitBroken, &|desk| {
        let (bike, customer) = (desk.bike(0), desk.customer(0));
        desk.call("get_bike", json!({"bike_id": bike}));
        let arguments = |n| json!({"bike_id": bike, "customer_id": customer, "days": 4, "riders": riders(n)});
        desk.call("book_rental", arguments(8));
        let accepted = desk.answer("book_rental", &arguments(5));
        desk.record("book_rental", &arguments(7), &accepted);
    });
    add(Code::GuardBroken, &|desk| {
        let bike = desk.broken_bike();
        desk.call("get_bike", json!({"bike_id": bike}));
        let arguments = json!({"bike_id": bike, "customer_id": desk.customer(0), "days": 3, "riders": riders(1)});
        desk.bikes.get_mut(&bike).expect("the bike")["status"] = json!("available");
        desk.call("book_rental", arguments);
    });
    add(Code::RefusalUnexplained, &|desk| {
        let bike = desk.bike(0);
        desk.call("get_bike", json!({"bike_id": bike}));
        let arguments = json!({"bike_id": bike, "customer_id": desk.customer(0), "days": 3, "riders": riders(1)});
        desk.forge("book_rental", arguments, |answer| *answer = json!(format!("Error: bike {bike} not found")));
    });
    add(Code::AnswerShape, &|desk| {
        desk.forge("get_customer", json!({"customer_id": desk.customer(0)}), |answer| {
            let members = answer.as_object_mut().expect("an object");
            let id = members.remove("email").expect("an email");
            members.insert("email_address".into(), id);
        });
    });
    add(Code::IdRepeated, &|desk| {
        let customer = desk.customer(0);
        let arguments =
            |bike: String| json!({"bike_id": bike, "customer_id": customer, "days": 2, "riders": riders(2)});
        let first = desk.call("book_rental", arguments(desk.bike(0)))["rental_id"].clone();
        desk.forge("book_rental", arguments(desk.bike(1)), |answer| answer["rental_id"] = first);
    });
    made
}

type Run = (Trajectory, Vec<Exchange>);

fn runs(records: &[Value]) -> Vec<Run> {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let input = Input::from_reader("desk", Box::new(std::io::Cursor::new(lines.into_bytes())), None).expect("it reads");
    let shelf = ToolShelf::default();
    let read = Records::new(input).map(|record| ingest::read(&record, None, &shelf).expect("a trajectory"));
    let runs = read.map(|readable| (pair(&readable.trajectory).exchanges, readable.trajectory));
    runs.map(|(exchanges, trajectory)| (trajectory, exchanges)).collect()
}

fn mine(runs: &[Run]) -> Model {
    let all: Vec<_> = runs.iter().map(|(trajectory, exchanges)| steps(trajectory, exchanges, None)).collect();
    Model::of(all.iter().map(Vec::as_slice))
}

fn errors(model: &Model, (trajectory, exchanges): &Run) -> Vec<(Code, String)> {
    let found = consistent::check(model, trajectory, exchanges, None, false).diagnostics;
    let errors = found.into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| (diagnostic.code, diagnostic.message)).collect()
}

#[test]
fn each_contradiction_has_its_code() {
    let good = runs(&(0..30).map(good).collect::<Vec<_>>());
    let model = mine(&good);
    for run in &good {
        assert_eq!(errors(&model, run), [], "{}", run.0.id);
    }
    let (codes, records): (Vec<Code>, Vec<Value>) = bad().into_iter().unzip();
    for (code, run) in codes.iter().zip(runs(&records)) {
        let errors = errors(&model, &run);
        println!("{}: {errors:?}", code.name());
    }
    for (code, run) in codes.iter().zip(runs(&records)) {
        let errors = errors(&model, &run);
        assert_eq!(errors.first().map(|(first, _)| *first), Some(*code), "{}: {errors:?}", code.name());
        assert!(errors[1..].iter().all(|(other, _)| other != code), "{}, told twice: {errors:?}", code.name());
    }
    let shown: BTreeSet<Code> = codes.into_iter().collect();
    let all: BTreeSet<Code> = Code::ALL.iter().copied().filter(|code| code.level() == Level::Consistent).collect();
    assert_eq!(shown, all);
}

/// The calls of one dialogue have too much in common for a rule; what contradicts itself needs none.
#[test]
fn one_dialogue_teaches_no_errors() {
    let good = runs(&(0..30).map(good).collect::<Vec<_>>());
    let model = mine(&good[1..2]);
    for run in &good {
        assert_eq!(errors(&model, run), [], "{}", run.0.id);
    }
    let (codes, records): (Vec<Code>, Vec<Value>) = bad().into_iter().unzip();
    let mut told = BTreeSet::new();
    for (code, run) in codes.iter().zip(runs(&records)) {
        let errors = errors(&model, &run);
        println!("{}: {errors:?}", code.name());
        told.extend(errors.first().map(|_| *code));
    }
    let without_rules = [Code::ReadChanged, Code::AnswerChanged, Code::OutcomeChanged, Code::LimitBroken];
    assert_eq!(told, BTreeSet::from(without_rules));
}

/// A tool of which nothing is known is asked the same twice: it is not taken to have changed its own answer, nor for
/// certain not to.
#[test]
fn an_unknown_tool_that_answers_twice_is_warned_of() {
    let mut desk = Desk::new(1);
    for answer in ["Sunny.", "Rainy."] {
        desk.record("weather", &json!({}), &json!(answer));
    }
    let run = &runs(&[desk.ended("weather")])[0];
    let severities = |strict: bool| {
        let found = consistent::check(&Model::default(), &run.0, &run.1, None, strict).diagnostics;
        found.into_iter().map(|found| (found.code, found.severity)).collect::<Vec<_>>()
    };
    assert_eq!(severities(false), [(Code::AnswerChanged, Severity::Warning)]);
    assert_eq!(severities(true), [(Code::AnswerChanged, Severity::Error)]);
}
