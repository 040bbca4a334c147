use std::sync::Arc;

use super::*;
use crate::trajectory::{Arguments, Call, CallSite, Message, Role, pair};

/// One trajectory of calls: tool, arguments, answer.
fn run(id: &str, calls: &[(&str, &str, &str)]) -> (Trajectory, Vec<Exchange>) {
    let mut messages = vec![Message::new(Role::User, "do it", 0)];
    for (tool, arguments, answer) in calls {
        let mut message = Message::new(Role::Assistant, "", messages.len());
        message.calls.push(Call {
            id: None,
            name: (*tool).into(),
            arguments: Arguments::encoded((*arguments).into()),
            site: CallSite::Listed(0),
        });
        messages.push(message);
        messages.push(Message::new(Role::Tool, *answer, messages.len()));
    }
    messages.push(Message::new(Role::Assistant, "done", messages.len()));
    let trajectory = Trajectory { id: id.into(), messages, list: "messages", ..Trajectory::default() };
    let exchanges = pair(&trajectory).exchanges;
    (trajectory, exchanges)
}

fn donors(runs: &[(Trajectory, Vec<Exchange>)]) -> Donors {
    Donors::new(runs.iter().map(|(trajectory, exchanges)| (trajectory, &exchanges[..])))
}

/// The corruptions of one trajectory, with others beside it in the corpus.
fn made(family: Family, calls: &[(&str, &str, &str)], others: &[(Trajectory, Vec<Exchange>)]) -> Vec<Corrupted> {
    let (trajectory, exchanges) = run("r", calls);
    let donors = donors(others);
    let made = corrupt(&trajectory, &exchanges, &donors, family, 7, 9);
    let again = corrupt(&trajectory, &exchanges, &donors, family, 7, 9);
    let whats = |made: &[Corrupted]| -> Vec<String> { made.iter().map(|c| c.corruption.what.clone()).collect() };
    assert_eq!(whats(&made), whats(&again));
    made
}

fn answer(made: &Corrupted, exchange: usize) -> &str {
    &made.trajectory.messages[2 * exchange + 2].content
}

const ORDER: &str = r##"{"order_id": "#W10", "status": "pending", "total": 12.5}"##;
const SHIPPED: &str = r##"{"order_id": "#W10", "status": "shipped", "total": 12.5}"##;
const ASK: (&str, &str, &str) = ("get_order", r##"{"order_id": "#W10"}"##, ORDER);
const ASK_AGAIN: (&str, &str, &str) = ("get_order", r##"{"order_id": "#W10"}"##, SHIPPED);

#[test]
fn repeated_reads() {
    let quiet = [ASK, ("check_stock", "{}", "[]"), ASK];
    let found = made(Family::RepeatedRead, &quiet, &[]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (2, Witness::Message(0)));
    assert_eq!(answer(&found[0], 0), ORDER);
    assert_ne!(Answer::read(answer(&found[0], 2)).value, Answer::read(ORDER).value);
    assert!(answer(&found[0], 2).contains("\": "), "{}", answer(&found[0], 2));
    assert!(found[0].corruption.what.starts_with("answer 6 of get_order: /"), "{}", found[0].corruption.what);

    let random = ("get_random_fact", "{}", "fact 12");
    for calls in [
        vec![ASK, ("ship_order", "{}", "done"), ASK],
        vec![ASK, ASK_AGAIN],
        vec![random, random],
        vec![("ship_order", "{}", "done"), ("ship_order", "{}", "done")],
        vec![("get_order", "{}", "Error: none"), ("get_order", "{}", "Error: none")],
    ] {
        assert!(made(Family::RepeatedRead, &calls, &[]).is_empty());
    }
    let refused = [ASK, ("ship_order", "{}", "Error: not paid"), ASK];
    assert_eq!(made(Family::RepeatedRead, &refused, &[]).len(), 1);
}

#[test]
fn stale_reads() {
    let told = [ASK, ("ship_order", r##"{"order_id": "#W10"}"##, SHIPPED), ASK_AGAIN];
    let found = made(Family::StaleRead, &told, &[]);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (2, Witness::Message(1)));
    assert_eq!(answer(&found[0], 2), ORDER);
    let silent = [ASK, ("ship_order", r##"{"order_id": "#W10"}"##, "done"), ASK_AGAIN];
    assert_eq!(made(Family::StaleRead, &silent, &[])[0].corruption.witness, Witness::World);
    let other = r##"{"order_id": "#W11", "status": "shipped"}"##;
    let elsewhere = [ASK, ("ship_order", r##"{"order_id": "#W11"}"##, other), ASK_AGAIN];
    assert_eq!(made(Family::StaleRead, &elsewhere, &[])[0].corruption.witness, Witness::World);
    assert!(made(Family::StaleRead, &[ASK, ASK_AGAIN], &[]).is_empty());

    let set = |to: &'static str, shown: &'static str| {
        [ASK, ("set_status", to, "done"), ("get_order", r##"{"order_id": "#W10"}"##, shown)]
    };
    let shipped = r##"{"order_id": "#W10", "to": "shipped"}"##;
    let others: Vec<_> = (0..3).map(|n| run(&n.to_string(), &set(shipped, SHIPPED))).collect();
    let calls = set(shipped, SHIPPED);
    assert_eq!(made(Family::StaleRead, &calls, &others)[0].corruption.witness, Witness::Message(1));
    assert_eq!(made(Family::StaleRead, &calls, &others[1..])[0].corruption.witness, Witness::World);
}

#[test]
fn phantom_effects() {
    let calls = [ASK, ("ship_order", r##"{"order_id": "#W11"}"##, "done"), ASK];
    let others: Vec<_> = (0..3).map(|n| run(&n.to_string(), &calls)).collect();
    let witness = |calls: &[_], others: &[_]| made(Family::PhantomEffect, calls, others)[0].corruption.witness;
    assert_eq!(witness(&calls, &others), Witness::Message(0));
    assert_eq!(witness(&calls, &[]), Witness::World);
    let same = [ASK, ("ship_order", r##"{"order_id": "#W10"}"##, "done"), ASK];
    assert_eq!(witness(&same, &others), Witness::World);
    let linked = [ASK, ("ship_order", r##"{"order_id": "#W11"}"##, r##"{"with": "#W10"}"##), ASK];
    assert_eq!(witness(&linked, &others), Witness::World);
    let mut broken = others;
    broken.push(run("b", &[ASK, ("ship_order", r##"{"order_id": "#W11"}"##, "done"), ASK_AGAIN]));
    assert_eq!(witness(&calls, &broken), Witness::World);
    assert!(made(Family::PhantomEffect, &[ASK, ASK], &broken).is_empty());
}

#[test]
fn lost_writes() {
    let write = ("ship_order", r##"{"order_id": "#W10"}"##, "done");
    let found = made(Family::LostWrite, &[ASK, write, ASK_AGAIN], &[]);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (1, Witness::Message(0)));
    let messages = &found[0].trajectory.messages;
    assert_eq!(messages.iter().map(|m| m.index).collect::<Vec<_>>(), [0, 1, 2, 5, 6, 7]);
    assert_eq!(pair(&found[0].trajectory).exchanges.len(), 2);
    for calls in [vec![ASK, write, write, ASK_AGAIN], vec![ASK, write, ASK], vec![ASK, ASK_AGAIN]] {
        assert!(made(Family::LostWrite, &calls, &[]).is_empty());
    }
}

#[test]
fn pure_answers() {
    let call = ("calculate", r#"{"expression": "152 + 103"}"#, "255.0");
    let found = made(Family::PureAnswer, &[call, ("ship_order", "{}", "done"), call], &[]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|c| c.corruption.witness == Witness::World));
    let found = made(Family::PureAnswer, &[call, call], &[]);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (1, Witness::Message(0)));
    assert!(answer(&found[0], 1).ends_with(".0"));
    let other = run("o", &[call, ("calculate", r#"{"expression": "152 + 103"}"#, "256.0")]);
    assert!(made(Family::PureAnswer, &[call], &[other]).is_empty());
    assert!(made(Family::PureAnswer, &[("add_item", r#"{"item": "a"}"#, "3")], &[]).is_empty());
}

#[test]
fn totals() {
    let bill = r#"{"lines": [{"price": 3}, {"price": 4.5}], "total": 7.5, "tax": 1}"#;
    let wrong = r#"{"lines": [{"price": 3}, {"price": 4}], "total": 8, "tax": 1}"#;
    let others = |answer: &str| -> Vec<_> {
        (0..5).map(|n| run(&n.to_string(), &[("get_bill", "{}", if n == 0 { answer } else { bill })])).collect()
    };
    let found = made(Family::Arithmetic, &[("get_bill", "{}", bill)], &others(bill));
    assert_eq!((found.len(), found[0].corruption.witness), (1, Witness::World));
    assert!(found[0].corruption.what.contains("/total 7.5 ->"), "{}", found[0].corruption.what);
    assert!(made(Family::Arithmetic, &[("get_bill", "{}", bill)], &others(wrong)).is_empty());
    assert!(made(Family::Arithmetic, &[("get_bill", "{}", bill)], &others(bill)[1..]).is_empty());
}

/// Reads of five other orders.
fn orders() -> Vec<(Trajectory, Vec<Exchange>)> {
    let order = |n: usize| {
        let call = format!(r##"{{"order_id": "#W2{n}"}}"##);
        let answer = format!(r##"{{"order_id": "#W2{n}", "status": "old", "total": {n}.5}}"##);
        run(&n.to_string(), &[("get_order", &call, &answer)])
    };
    (0..5).map(order).collect()
}

#[test]
fn answers_about_something_else() {
    let found = made(Family::OtherAnswer, &[ASK], &orders());
    assert_eq!(found[0].corruption.witness, Witness::Message(0));
    assert!(answer(&found[0], 0).contains("#W2"));
    let found = made(Family::OtherAnswer, &[ASK], &orders()[1..]);
    assert_eq!(found[0].corruption.witness, Witness::World);
    assert!(made(Family::OtherAnswer, &[ASK], &[]).is_empty());
    assert!(made(Family::OtherAnswer, &[("get_order", r##"{"order_id": "#W10"}"##, "{}")], &orders()).is_empty());
}

#[test]
fn echoed_arguments() {
    let found = made(Family::EchoedArgument, &[ASK], &orders());
    assert_eq!((found.len(), found[0].corruption.witness), (1, Witness::Message(0)));
    assert!(found[0].corruption.what.contains("/order_id \"#W10\" ->"), "{}", found[0].corruption.what);
    assert!(made(Family::EchoedArgument, &[ASK], &orders()[1..]).is_empty());
    let mut broken = orders();
    broken.push(run("b", &[("get_order", r##"{"order_id": "#w1"}"##, r##"{"order_id": "#W1"}"##)]));
    assert!(made(Family::EchoedArgument, &[ASK], &broken).is_empty());
}

#[test]
fn refusals_and_successes() {
    let refused = ("ship_order", r#"{"id": "A10"}"#, "Error: A10 is not paid");
    let shipped = ("ship_order", r#"{"id": "B20"}"#, "B20 is shipped");
    let others = [run("o", &[shipped, ("get_order", r##"{"order_id": "#W9"}"##, "Error: no order #W9")])];
    let found = made(Family::RefusalTurned, &[refused, ASK, refused], &others);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (2, Witness::Message(0)));
    assert_eq!((found[1].corruption.at, found[1].corruption.witness), (0, Witness::World));
    assert_eq!(answer(&found[0], 2), "A10 is shipped");
    let found = made(Family::RefusalTurned, &[refused, ("pay", "{}", "done"), refused], &others);
    assert!(found.iter().all(|c| c.corruption.witness == Witness::World));
    assert!(made(Family::RefusalTurned, &[refused], &[]).is_empty());
    assert!(made(Family::RefusalTurned, &[ASK], &others).is_empty());

    let found = made(Family::SuccessTurned, &[ASK, ASK], &others);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (1, Witness::Message(0)));
    assert_eq!(answer(&found[0], 1), "Error: no order #W10");
    assert_eq!(found[1].corruption.witness, Witness::World);
    let found = made(Family::SuccessTurned, &[ASK, ("pay", "{}", "done"), ASK], &others);
    assert!(found.iter().all(|c| c.corruption.witness == Witness::World));
    assert!(made(Family::SuccessTurned, &[refused], &others).is_empty());
}

#[test]
fn shapes() {
    let found = made(Family::ShapeDrift, &[ASK, ASK_AGAIN], &orders());
    assert_eq!(found.len(), 2);
    for corrupted in &found {
        assert_eq!(corrupted.corruption.witness, Witness::World);
        let text = answer(corrupted, corrupted.corruption.at);
        assert!(serde_json::from_str::<Json>(text).is_ok(), "{text}");
    }
    assert!(made(Family::ShapeDrift, &[ASK], &orders()[1..]).is_empty());
}

#[test]
fn ids_twice() {
    let create = |name: &'static str, answer: &'static str| ("create_order", name, answer);
    let one = create(r#"{"name": "a"}"#, r#"{"order_id": 12446, "price": 300}"#);
    let two = create(r#"{"name": "b"}"#, r#"{"order_id": 12447, "price": 400}"#);
    let later = ("get_order", r#"{"order_id": 12447}"#, r#"{"id": 12447, "n": 124470}"#);
    let found = made(Family::RepeatedId, &[one, two, later], &[]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (1, Witness::Message(0)));
    assert_eq!(answer(&found[0], 1), r#"{"order_id": 12446, "price": 400}"#);
    assert_eq!(answer(&found[0], 2), r#"{"id": 12446, "n": 124470}"#);
    assert_eq!(found[0].trajectory.messages[5].calls[0].arguments.text, r#"{"order_id": 12446}"#);
    let removed = ("delete_order", r#"{"order_id": 12446}"#, "done");
    assert!(made(Family::RepeatedId, &[one, removed, two], &[]).is_empty());
    let known = ("get_orders", "{}", "[12446, 12447]");
    assert!(made(Family::RepeatedId, &[known, one, two], &[]).is_empty());
    assert!(made(Family::RepeatedId, &[one], &[]).is_empty());
}

#[test]
fn ghosts() {
    let listing = |answer: &'static str| ("list_orders", "{}", answer);
    let before = listing(r#"{"orders": [{"order_id": "A10", "n": 1}, {"order_id": "B20", "n": 2}]}"#);
    let after = listing(r#"{"orders": [{"order_id": "B20", "n": 2}]}"#);
    let empty = listing(r#"{"orders": []}"#);
    let delete = ("delete_order", r#"{"order_id": "A10"}"#, "done");
    let found = made(Family::GhostEntity, &[before, delete, after], &[]);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (2, Witness::Message(1)));
    assert_eq!(answer(&found[0], 2), r#"{"orders": [{"order_id": "B20", "n": 2}, {"order_id": "A10", "n": 1}]}"#);
    let found = made(Family::GhostEntity, &[before, delete, empty], &[]);
    assert_eq!(answer(&found[0], 2), r#"{"orders": [{"order_id": "A10", "n": 1}]}"#);
    let again = ("add_order", r#"{"order_id": "A10"}"#, "done");
    for calls in [
        vec![before, delete, before],
        vec![before, ("hide_order", r#"{"order_id": "A10"}"#, "done"), after],
        vec![before, delete, again, after],
        vec![before, ("delete_order", r#"{"order_id": "C30"}"#, "done"), after],
    ] {
        assert!(made(Family::GhostEntity, &calls, &[]).is_empty());
    }
}

#[test]
fn fields_of_one_entity() {
    let pair_of = |n: usize, listed: &str| {
        let ask = format!(r#"{{"order_id": "A1{n}"}}"#);
        let shown = format!(r#"{{"order_id": "A1{n}", "owner": "user {n}", "total": {n}.5, "state": "open"}}"#);
        run(
            &n.to_string(),
            &[("list_orders", "{}", &format!("[{}]", shown.replace("user", listed))), ("get_order", &ask, &shown)],
        )
    };
    let others: Vec<_> = (0..6).map(|n| pair_of(n, "user")).collect();
    let record = r#"{"order_id": "Z99", "owner": "user 9", "total": 9.5, "state": "open"}"#;
    let list = format!("[{record}]");
    let calls = [("list_orders", "{}", &*list), ("get_order", r#"{"order_id": "Z99"}"#, record)];
    let found = made(Family::FieldOfEntity, &calls, &others);
    assert_eq!((found[0].corruption.at, found[0].corruption.witness), (1, Witness::Message(0)));
    // That all are open says nothing of one of them.
    assert!(!found[0].corruption.what.contains("/state"), "{}", found[0].corruption.what);
    assert!(made(Family::FieldOfEntity, &calls, &others[..4]).is_empty());
    let between = [calls[0], ("pay", "{}", "done"), calls[1]];
    assert!(made(Family::FieldOfEntity, &between, &others).is_empty());
    let mut broken = others;
    broken.push(pair_of(7, "the user"));
    let found = made(Family::FieldOfEntity, &calls, &broken);
    assert!(found[0].corruption.what.contains("/total"), "{}", found[0].corruption.what);
}

#[test]
fn texts_keep_their_form() {
    let content = "Status Code: 200. Response: {\"b\":1.0,\"a\":[\"x\",{\"k\":null}],\"c\":{}}. Go on";
    let answer = Answer::read(content);
    let body = Body::of(content, &answer);
    let with = |part: &str| Some(format!("Status Code: 200. Response: {part}. Go on"));
    assert_eq!(body.replaced("/b", &Json::Int(2)), with(r#"{"b":2,"a":["x",{"k":null}],"c":{}}"#));
    assert_eq!(body.renamed("/a/1/k", "l"), with(r#"{"b":1.0,"a":["x",{"l":null}],"c":{}}"#));
    assert_eq!(body.dropped("/b"), with(r#"{"a":["x",{"k":null}],"c":{}}"#));
    assert_eq!(body.dropped("/c"), with(r#"{"b":1.0,"a":["x",{"k":null}]}"#));
    assert_eq!(body.dropped("/a/1/k"), with(r#"{"b":1.0,"a":["x",{}],"c":{}}"#));
    assert_eq!(body.appended("/a", "3"), with(r#"{"b":1.0,"a":["x",{"k":null},3],"c":{}}"#));
    assert_eq!(body.replaced("/d", &Json::Null), None);
    let text = Answer::read(" a text ");
    assert_eq!(Body::of(" a text ", &text).replaced("", &Json::text("b")).as_deref(), Some(" b "));
    assert_eq!(run::words("getUser_nameID2"), ["get", "user", "name", "id2"]);
    assert_eq!(edit::with_word("12447 124470 x12447 12447", "12447", "1"), "1 124470 x12447 1");
}

#[test]
fn another_value_is_another() {
    let mut chance = Chance::new(1);
    for text in
        ["true", "0", "-1", "7", "18446744073709551615", "0.0", "0.1", "-0.001", "3e20", "255.0", "\"a\"", "\"W1\""]
    {
        let old: Json = serde_json::from_str(text).expect("it is JSON");
        for _ in 0..20 {
            let new = edit::another_value(&old, std::iter::empty(), &mut chance).expect("there is another");
            assert!(new != old || text == "3e20", "{text}");
            assert_eq!(new.kind(), old.kind());
        }
    }
    let seen = [Json::text("A "), Json::text("b"), Json::Int(1)];
    let new = edit::another_value(&Json::text("a"), seen.iter(), &mut chance);
    assert_eq!(new, Some(Json::text("b")));
    assert_eq!(Arc::<str>::from(clipped(&Json::text("x".repeat(99)))).len(), 63);
}
