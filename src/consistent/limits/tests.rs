//! Each form, and what only looks like one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::trajectory::{Arguments, Call, CallSite, Message, Tool, pair};

fn found(text: &str) -> Vec<Limit> {
    candidates(text, &Source::System(0))
}

fn sides(text: &str) -> Option<([f64; 2], Option<&'static str>)> {
    match found(text).as_slice() {
        [Limit { bound: Bound::Dimensions { max }, unit, .. }] => Some((*max, *unit)),
        _ => None,
    }
}

fn range(text: &str) -> Option<(Option<f64>, Option<f64>)> {
    match found(text).as_slice() {
        [Limit { bound: Bound::Range { min, max }, .. }] => Some((*min, *max)),
        _ => None,
    }
}

#[test]
fn two_sides() {
    for text in [
        "Non-glare glass comes up to 60cm x 70cm.",
        "which is limited to 60x70cm",
        "The maximum size of 60 x 70 cm holds.",
        "Maximum size 60 by 70 cm",
        "maximum size: 60 × 70 cm",
        "no larger than 60cmx70cm",
        "It must not exceed 60 x 70 cm.",
        "The maximum size for non-glare glass is 60cm x 70cm.",
        "Non-glare glass: max 60 x 70 cm",
        "Non-glare glass (max. 60 x 70 cm)",
    ] {
        assert_eq!(sides(text), Some(([60.0, 70.0], Some("cm"))), "{text}");
    }
    assert_eq!(sides("up to 60 x 70"), Some(([60.0, 70.0], None)));
}

#[test]
fn ranges() {
    for text in [
        "A mount is between 2 and 5 cm wide.",
        "The width must be from 2 to 5.",
        "mount width is 2-5cm",
        "The mount may be 2–5 cm wide",
        "the value should be between two and five",
    ] {
        assert_eq!(range(text), Some((Some(2.0), Some(5.0))), "{text}");
    }
    for text in [
        "Each reservation can have at most five passengers.",
        "no more than 5 passengers",
        "up to 5 bags",
        "A maximum of 5 bags is allowed",
        "max. 5 items",
        "Items (max 5)",
        "The number of items must not exceed 5.",
        "The number of items cannot exceed 5",
        "can't be more than 5",
        "not more than five",
        "items <= 5",
        "items ≤ 5",
        "the limit is 5 items",
    ] {
        assert_eq!(range(text), Some((None, Some(5.0))), "{text}");
    }
    for text in ["at least 10 items", "minimum of 10 items", "a minimum 10 items", "no fewer than ten items", "n >= 10"]
    {
        assert_eq!(range(text), Some((Some(10.0), None)), "{text}");
    }
    assert_eq!(range("at most 1,500.5 kg"), Some((None, Some(1500.5))));
    assert_eq!(
        found("use at most one travel certificate, at most one credit card, and at most three gift cards").len(),
        3
    );
}

#[test]
fn states() {
    for text in [
        "Only pending orders can be cancelled.",
        "Orders can only be cancelled if their status is pending.",
        "Orders can only be cancelled when pending",
        "An order can be cancelled only if the order is 'pending'.",
        "orders may only be cancelled if they are still pending, never later",
    ] {
        let limits = found(text);
        let [limit] = limits.as_slice() else { panic!("{text}: {limits:?}") };
        assert_eq!(limit.bound, Bound::State { required: "pending".into(), action: "cancelled".into() }, "{text}");
        assert!(limit.subject[0].starts_with("order"), "{text}");
    }
    let limits = found("You can only cancel pending orders.");
    assert_eq!(limits[0].bound, Bound::State { required: "pending".into(), action: "cancel".into() });
    for text in [
        "Only one order can be made at same time",
        "Item modifications can only be done once per order",
        "The agent can only cancel the whole trip that is not flown.",
        "basic economy flights can be cancelled only if travel insurance is bought and the condition is met",
        "basic economy flights can only be canceled within 24 hours of booking",
        "only you and your team can access it",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
}

#[test]
fn what_is_no_limit() {
    for text in [
        "Shipping is free for orders over $50.",
        "We have flights from 2 to 5 pm.",
        "Open between 2 and 5pm",
        "Call 555-1234 or 1-800-555-1234.",
        "on 2024-05-15 or 5/15/2024",
        "Your photo is 60 x 70 cm.",
        "Such a size, up to e.g. 60 x 70 cm, is common",
        "sizes such as 60 x 70 cm",
        "The box is up to 60 x 70 x 80 cm",
        "Would you like up to 3 bags?",
        "including but not limited to 5 things",
        "It does not exceed 60 x 70 cm.",
        "at 10:30 or up to 11:45",
        "pages 2-5",
        "version 1.2.3, order #12345",
        "the price is $200-250",
        "take the maximum discount, order 5",
    ] {
        let limits = found(text);
        let told = limits.iter().all(|limit| limit.unit == Some("usd"));
        assert!(told, "{text}: {limits:?}");
    }
}

#[test]
fn spans_and_words() {
    let text = "## Frame Specifications\n### Glass Types\n- **Plain Glass**: Standard clear, up to 100cm x 150cm\n\
                - **Non-Glare Glass**: Anti-reflective coating, available only for frames up to 60cm x 70cm\n";
    let limits = found(text);
    assert_eq!(limits.len(), 2);
    let limit = &limits[1];
    assert_eq!(&text[limit.span.clone()], "up to 60cm x 70cm");
    assert_eq!(limit.quote, "available only for frames up to 60cm x 70cm");
    assert_eq!(limit.subject, ["frames"]);
    assert_eq!(limit.condition, ["non-glare", "glass"]);

    let limits = found("For basic economy, each passenger may bring at most 2 checked bags per flight");
    assert_eq!(limits[0].counts.as_deref(), Some("bags"));
    assert!(["basic", "economy"].iter().all(|word| limits[0].condition.contains(&(*word).to_owned())));

    let json = r#"{"status": "error", "message": "Frame 56x76cm exceeds the maximum of 60x70cm"}"#;
    let limits = candidates(json, &Source::Refusal(3));
    assert_eq!(&json[limits[0].span.clone()], "maximum of 60x70cm");
    assert_eq!(limits[0].subject, ["frame"]);
}

#[test]
fn stems() {
    use words::{name_words, stem, verb_stem};
    assert_eq!(name_words("frameWidth_mm"), ["frame", "width", "mm"]);
    assert_eq!(name_words("non-glare"), ["non", "glare"]);
    assert_eq!((stem("glass"), stem("dishes"), stem("bodies")), ("glass".into(), "dish".into(), "body".into()));
    for (a, b) in [("cancel", "cancelled"), ("cancel", "canceled"), ("modify", "modified"), ("ship", "shipped")] {
        assert_eq!(verb_stem(a), verb_stem(b));
    }
}

/// A dialogue: a system prompt, then calls with their answers, then a word of the assistant.
fn told(system: &str, calls: &[(&str, serde_json::Value, &str)], last: &str) -> Vec<Breach> {
    let mut messages = vec![Message::new(Role::System, system, 0)];
    for (name, arguments, answer) in calls {
        let mut message = Message::new(Role::Assistant, "", messages.len());
        message.calls.push(Call {
            id: None,
            name: (*name).to_owned(),
            arguments: Arguments::plain(&arguments.to_string()),
            site: CallSite::Listed(0),
        });
        messages.push(message);
        messages.push(Message::new(Role::Tool, *answer, messages.len()));
    }
    messages.push(Message::new(Role::Assistant, last, messages.len()));
    let tool = Tool::new(
        "cut_glass".into(),
        None,
        json!({"properties": {"width": {"type": "number", "description": "in mm"}, "height": {"type": "number"}}}),
    );
    let tools = Arc::new(ToolSet::new(vec![tool], Vec::new(), Vec::new()));
    let trajectory = Trajectory { messages, tools: Some(tools.clone()), list: "messages", ..Trajectory::default() };
    let exchanges = pair(&trajectory).exchanges;
    let read = |e: &Exchange| e.answer.map(|at| Answer::read(&trajectory.messages[at].content));
    let answers: Vec<_> = exchanges.iter().map(read).collect();
    breaches(&trajectory, &exchanges, &answers, Some(&tools))
}

const GLASS: &str = "Non-glare glass: only for frames up to 60 x 70 cm";

fn check(width: u32, height: u32, glass: &str) -> serde_json::Value {
    json!({"frame_width": width, "frame_height": height, "glass_type": glass})
}

#[test]
fn a_frame_may_be_turned_but_not_shrunk() {
    let one = |arguments| told(GLASS, &[("check_frame", arguments, r#"{"status":"success"}"#)], "");
    assert!(one(check(70, 60, "non-glare")).is_empty());
    assert!(one(check(60, 70, "non-glare")).is_empty());
    assert!(one(check(54, 74, "plain")).is_empty());
    let found = one(check(54, 74, "non-glare"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "54 x 74 was accepted, the limit is 60 x 70");
    assert_eq!(found[0].values, [("/frame_width".into(), 54.0), ("/frame_height".into(), 74.0)]);
    assert!(found[0].witnesses.is_empty());
    for answer in [r#"{"error":"too large"}"#, r#"{"valid":false}"#, "not available in this size", "null"] {
        assert!(told(GLASS, &[("check_frame", check(54, 74, "non-glare"), answer)], "").is_empty(), "{answer}");
    }
    // Photos are no frames.
    let photo = json!({"photo_width": 54, "photo_height": 74, "glass_type": "non-glare"});
    assert!(one(photo).is_empty());
}

#[test]
fn what_else_says_so() {
    let calls = [
        ("check_frame", check(56, 76, "non-glare"), r#"{"status":"error","message":"exceeds the maximum size"}"#),
        ("check_frame", check(54, 74, "non-glare"), r#"{"status":"success"}"#),
    ];
    let found = told(GLASS, &calls, "Non-glare glass is limited to 60 x 70 cm.");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].exchange, 1);
    let span = 21..38;
    assert_eq!(found[0].witnesses[0], Witness::Refusal { exchange: 0 });
    assert!(matches!(&found[0].witnesses[1..], [Witness::Statement { message: 5, span: s }] if s.start <= span.start));
    // The assistant alone is no second source of itself.
    let alone = told("", &calls[1..], "Non-glare frames: up to 60 x 70 cm. Non-glare frames go up to 60 x 70 cm.");
    assert!(alone.iter().all(|breach| breach.witnesses.is_empty()), "{alone:?}");
}

#[test]
fn conditions_must_be_found_in_the_call() {
    let ok = r#"{"id": 1}"#;
    let list = |n: usize| json!({"passengers": vec![json!({"name": "A"}); n], "cabin": "basic_economy"});
    let one = |system: &str, n: usize| told(system, &[("book_reservation", list(n), ok)], "").len();
    assert_eq!(one("Each reservation can have at most five passengers.", 6), 1);
    assert_eq!(one("Each reservation can have at most five passengers.", 5), 0);
    assert_eq!(one("For basic economy, at most five passengers.", 6), 1);
    assert_eq!(one("For economy, at most five passengers.", 6), 0);
    assert_eq!(one("For business, at most five passengers.", 6), 0);
    assert_eq!(one("## Gold members\n- at most five passengers", 6), 0);
    assert_eq!(one("Without insurance: at most five passengers", 6), 0);
    assert_eq!(one("At most five passengers within 24 hours of booking.", 6), 0);
    assert_eq!(one("Usually at most five passengers.", 6), 0);

    let mount = |width: f64| json!({"mount_width": width, "with_mount": true});
    let one = |system: &str, width: f64| told(system, &[("size_frame", mount(width), ok)], "").len();
    assert_eq!(one("A mount is between 2 and 5 cm wide.", 6.0), 1);
    assert_eq!(one("A mount is between 2 and 5 cm wide.", 5.0), 0);
    assert_eq!(one("A mount takes 2-5 business days.", 6.0), 0);
    assert_eq!(one("The standard mount width is 2-5cm", 6.0), 0);

    // A mount's width is not the width of the glass, and centimetres are not millimetres.
    let glass = json!({"width": 800, "height": 600, "mount": "wide"});
    assert!(told("A mount is between 2 and 5 cm wide.", &[("cut_glass", glass.clone(), ok)], "").is_empty());
    assert!(told("Glass is cut up to 60 x 70 cm.", &[("cut_glass", glass, ok)], "").is_empty());
}

#[test]
fn only_pending_orders_can_be_cancelled() {
    let system = "Only pending orders can be cancelled.";
    let get = |status: &str| {
        ("get_order", json!({"order_id": "#W1"}), format!(r##"{{"order_id":"#W1","status":"{status}"}}"##))
    };
    let run = |status: &str, between: &str| {
        let (name, arguments, answer) = get(status);
        let id = json!({"order_id": "#W1"});
        let ok = r#"{"done": 1}"#;
        let calls = [(name, arguments, &*answer), (between, json!({}), ok), ("cancel_order", id, ok)];
        told(system, &calls, "")
    };
    let found = run("delivered", "list_orders");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "#W1 is `delivered`, only pending orders can be cancelled");
    assert!(run("pending", "list_orders").is_empty());
    assert!(run("delivered", "reset_order").is_empty());
}

#[test]
fn hostile_texts_take_linear_time() {
    let parts =
        ["only ", "up to ", "1", "1 x ", "max ", "a: ", "((((", "é", "#\n", "- x:\n", "\\", "at most 5 b, ", "2-"];
    let start = Instant::now();
    for part in parts {
        for open in ["", "{", "# "] {
            let text = format!("{open}{}", part.repeat(1_000_000 / part.len()));
            assert!(found(&text).len() <= 256);
        }
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
