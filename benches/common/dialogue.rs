//! A synthetic dialogue of any length.

use serde_json::{Value, json};

fn tools() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let tool = |name: &str, description: &str, parameters: Value| {
        json!({"type": "function", "function": {"name": name,
        "description": description, "parameters": {"type": "object", "properties": parameters}}})
    };
    json!([
        tool(
            "search_ferries",
            "Search ferries between two ports on a day",
            json!({"from": text("Port of departure"), "to": text("Port of arrival"), "date": text("Day, YYYY-MM-DD")})
        ),
        tool(
            "book_ferry",
            "Book places on a ferry",
            json!({"sailing_id": text("Id of the sailing"), "passenger": text("Full name"),
            "places": {"type": "integer"}, "amount": {"type": "number", "description": "Total price in EUR"}, "remark": text("A remark for the crew")})
        ),
        tool("get_booking", "Read a booking", json!({"booking_id": text("Id of the booking")})),
    ])
}

/// A dialogue of about so many messages in the shape of GEM: a request, then calls and answers with a text to the user in between.
/// Six of seven values can be traced to the messages before; the others were said long ago, in other words, or are computed.
pub fn dialogue(messages: usize) -> Value {
    let mut said = vec![
        json!({"role": "system", "content": "You book ferries for the Skerry Line. Today is 2031-05-02. A cabin costs 45 EUR for each night. \
            Dogs travel free. Changes are possible until 24 hours before departure. Ask before you book, and never guess a number."}),
    ];
    let call = |id: usize, name: &str, arguments: Value| {
        json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": format!("c{id}"), "type": "function", "function": {"name": name, "arguments": arguments.to_string()}}]})
    };
    let answer = |id: usize, content: Value| json!({"role": "tool", "tool_call_id": format!("c{id}"), "content": content.to_string()});
    let mut turn = 0;
    while said.len() < messages {
        let (day, places) = (3 + turn % 25, 2 + turn % 3);
        let sailing = |at: usize| format!("SK{}", 10_000 + turn * 7 + at);
        let fares = [31.5 + turn as f64, 28.0 + turn as f64, 54.25, 19.0];
        said.push(json!({"role": "user", "content": format!("Hello, this is Una Holm again. We need places for {places} people from Torvik to Lysø on May {day}, \
            the cheapest ferry before noon if there is one. Tell the crew that we bring a dog, it is old and needs a quiet corner.")}));
        said.push(call(
            turn * 3,
            "search_ferries",
            json!({"from": "Torvik", "to": "Lysø", "date": format!("2031-05-{day:02}")}),
        ));
        let found: Vec<Value> = (0..4).map(|at| json!({"sailing_id": sailing(at), "ship": format!("MS Skerry {at}"), "departs": format!("2031-05-{day:02}T0{}:30:00", 6 + at),
            "fare": {"currency": "EUR", "per_person": fares[at]}, "free_places": 40 - at, "deck": if at % 2 == 0 { "open" } else { "closed" }})).collect();
        said.push(answer(turn * 3, json!(found)));
        said.push(json!({"role": "assistant", "content": format!("I found four ferries from Torvik to Lysø on May {day}, 2031. The cheapest before noon is {} at {} EUR for each person. \
            Shall I book {places} places on it in the name of Una Holm?", sailing(3), fares[3])}));
        said.push(json!({"role": "user", "content": "Yes, please do."}));
        said.push(call(
            turn * 3 + 1,
            "book_ferry",
            json!({"sailing_id": sailing(3), "passenger": "Una Holm", "places": places,
            "amount": fares[3] * places as f64, "remark": "Old dog on board, please keep a quiet corner free."}),
        ));
        said.push(answer(turn * 3 + 1, json!({"status": "booked", "booking_id": format!("BK-{}", 7_000 + turn), "total": fares[3] * places as f64})));
        said.push(call(turn * 3 + 2, "get_booking", json!({"booking_id": format!("BK-{}", 7_000 + turn)})));
        said.push(answer(turn * 3 + 2, json!({"booking_id": format!("BK-{}", 7_000 + turn), "sailing_id": sailing(3), "passenger": "Una Holm", "status": "booked"})));
        said.push(json!({"role": "assistant", "content": format!("Done: booking BK-{} for {places} people is confirmed, {} EUR in all.", 7_000 + turn, fares[3] * places as f64)}));
        turn += 1;
    }
    json!({"id": "bench", "tools": tools(), "messages": said})
}
