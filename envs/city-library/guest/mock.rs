//! The library of `../tools.rhai` once more, in Rust: the same answers, refusals, citations and writes, in the same order.
//! `build.sh` compiles it; `tests/backends.rs` holds the two against each other.

#[path = "../../../tool-stubs/rust/gemproof.rs"]
mod gemproof;

use gemproof::*;
use std::cmp::Ordering;

tools! {
    find_member, get_member, update_contact,
    search_titles, get_title, list_copies,
    borrow_copy, return_copy, list_loans, renew_loan,
    place_hold, cancel_hold, list_holds,
    transfer_copy, receive_copy,
    list_fines, pay_fine, waive_fine,
    list_events, register_for_event, cancel_registration,
}

// ---- members -------------------------------------------------------------------------------------

fn find_member(args: &Value) -> Value {
    let name = text(args, "name");
    let email = text(args, "email");
    if name.is_none() && email.is_none() {
        fail("Error: give a name or an email address");
    }
    let found = all("members").into_iter().filter(|member| {
        name.as_deref().map_or(true, |name| mentions(&member.field("name"), name))
            && email.as_deref().map_or(true, |email| same_text(&member.at("/contact/email"), email))
    });
    let brief: Value = found
        .map(|member| {
            map! {
                member_id: member.field("member_id"),
                name: member.field("name"),
                category: member.field("category"),
                status: member.field("status"),
            }
        })
        .collect();
    map! { count: brief.len(), members: brief }
}

fn get_member(args: &Value) -> Value {
    let member = need("members", args.field("member_id"));
    let member_id = member.field("member_id");
    member.merge(&map! {
        open_loans: open_loans(&member_id).len(),
        open_holds: query("holds", map! { member_id: &member_id }).len(),
        owed_cents: owed(&member_id),
    })
}

// Only the parts that are given change; an address changes part by part as well.
fn update_contact(args: &Value) -> Value {
    let member = need("members", args.field("member_id"));
    let member_id = member.field("member_id");
    let changes = object(args, "contact");
    if changes.is_empty() {
        fail("Error: nothing to change");
    }
    let mut contact = member.field("contact").merge(&changes);
    contact.set("address", member.at("/contact/address").merge(&object(&changes, "address")));
    let email = contact.field("email");
    require(email.is_text(), "email must be a text");
    let email = email.text();
    let taken = |other: Value| other.field("member_id") != member_id && same_text(&other.at("/contact/email"), &email);
    if all("members").into_iter().any(taken) {
        fail("Error: this email address belongs to another member");
    }
    update("members", &member_id, map! { contact: &contact });
    map! { member_id: member_id, contact: contact }
}

// ---- the catalogue -------------------------------------------------------------------------------

fn search_titles(args: &Value) -> Value {
    let words = text(args, "text");
    let filters = object(args, "filters");
    let limit = integer(args, "limit").unwrap_or(5);
    let branch = args.field("available_at");
    let found: Vec<Value> = all("titles")
        .into_iter()
        .filter(|title| {
            words.as_deref().map_or(true, |words| about(title, words))
                && passes(title, &filters)
                && (branch.is_null() || free_at(&title.field("title_id"), &branch) > 0)
        })
        .collect();
    let mut shown = list![];
    for title in &found {
        if shown.len() as i64 >= limit {
            break;
        }
        shown.push(map! {
            title_id: title.field("title_id"),
            name: title.field("name"),
            authors: title.field("authors"),
            kind: title.field("kind"),
            year: title.field("year"),
            copies_available: free(&title.field("title_id")).len(),
        });
    }
    map! { total: found.len(), titles: shown }
}

fn get_title(args: &Value) -> Value {
    let title = need("titles", args.field("title_id"));
    let title_id = title.field("title_id");
    title.merge(&map! {
        copies: query("copies", map! { title_id: &title_id }).len(),
        copies_available: free(&title_id).len(),
        waiting: queue(&title_id).len(),
    })
}

fn list_copies(args: &Value) -> Value {
    let title_id = args.field("title_id");
    need("titles", &title_id);
    let copies: Value = query("copies", map! { title_id: &title_id })
        .into_iter()
        .filter(|copy| agrees(copy, "branch_id", args) && agrees(copy, "status", args))
        .collect();
    map! { title_id: title_id, copies: copies }
}

// ---- loans ---------------------------------------------------------------------------------------

fn borrow_copy(args: &Value) -> Value {
    let member = need("members", args.field("member_id"));
    let copy = need("copies", args.field("copy_id"));
    let title = known("titles", copy.field("title_id"));
    let (member_id, copy_id) = (member.field("member_id"), copy.field("copy_id"));
    require_standing(&member);
    require_age(&member, &title);
    let limit = known("categories", member.field("category")).field("loan_limit").int();
    if open_loans(&member_id).len() as i64 >= limit {
        refuse("loan-limit", &format!("{member_id} already has {limit} copies on loan"));
    }
    require_borrowable(&copy, &member);

    // The loan answers the member's own hold on the title, if there is one.
    let hold = query("holds", map! { member_id: &member_id, title_id: title.field("title_id") }).item(0);
    if !hold.is_null() {
        close_hold(&hold, &copy_id);
    }

    let loan_id = fresh_id("loans", "L-######");
    let days = known("kinds", title.field("kind")).field("loan_days").int();
    let due_on = add_days(today(), days);
    let loan = map! {
        loan_id: &loan_id,
        copy_id: &copy_id,
        member_id: member_id,
        borrowed_on: today(),
        due_on: due_on.clone(),
        renewals: 0,
        returned_on: (),
    };
    insert("loans", &loan_id, loan);
    update("copies", &copy_id, map! { status: "on_loan" });
    map! {
        loan_id: loan_id,
        copy_id: copy_id,
        title: title.field("name"),
        due_on: due_on,
        hold_fulfilled: hold.field("hold_id"),
    }
}

// A copy stays at the branch where it came back, unless someone waits for it elsewhere.
fn return_copy(args: &Value) -> Value {
    let copy = need("copies", args.field("copy_id"));
    let branch = need("branches", args.field("branch_id"));
    let (copy_id, branch_id) = (copy.field("copy_id"), branch.field("branch_id"));
    let loan = query("loans", map! { copy_id: &copy_id })
        .into_iter()
        .find(|loan| loan.field("returned_on").is_null())
        .unwrap_or_else(|| fail(format!("Error: {copy_id} is not on loan")));
    update("loans", loan.field("loan_id"), map! { returned_on: today() });

    let mut charges = list![];
    let late = days_overdue(&loan);
    if late > 0 {
        cite("overdue-charge");
        charges.push(raise_fine(&loan, "overdue", overdue_cents(&loan)));
    }
    if args.field("damaged") == true {
        charges.push(raise_fine(&loan, "damage", setting("damage_cents")));
        update("copies", &copy_id, map! { status: "repair", branch_id: branch_id });
    } else {
        route(&copy_id, &branch_id);
    }

    let copy = known("copies", &copy_id);
    map! {
        loan_id: loan.field("loan_id"),
        returned_on: today(),
        days_overdue: late,
        charges: charges,
        copy_status: copy.field("status"),
        destination: copy.field("destination"),
    }
}

fn list_loans(args: &Value) -> Value {
    let member_id = args.field("member_id");
    need("members", &member_id);
    let returned_too = args.field("include_returned") == true;
    let lines: Value = query("loans", map! { member_id: &member_id })
        .into_iter()
        .filter(|loan| returned_too || loan.field("returned_on").is_null())
        .map(|loan| {
            let facts = map! {
                title: title_of(&loan).field("name"),
                days_overdue: days_overdue(&loan),
                charge_so_far_cents: overdue_cents(&loan),
            };
            loan.merge(&facts)
        })
        .collect();
    map! { member_id: member_id, loans: lines }
}

fn renew_loan(args: &Value) -> Value {
    let mut loan = need("loans", args.field("loan_id"));
    let loan_id = loan.field("loan_id");
    let returned_on = loan.field("returned_on");
    if !returned_on.is_null() {
        fail(format!("Error: {loan_id} was returned on {returned_on}"));
    }
    require_standing(&known("members", loan.field("member_id")));
    let title = title_of(&loan);
    let kind = known("kinds", title.field("kind"));
    if loan.field("renewals") >= kind.field("renewals") {
        refuse("renewal-limit", &format!("{loan_id} cannot be renewed again"));
    }
    if days_overdue(&loan) > 0 {
        refuse("renewal-overdue", &format!("{loan_id} has been overdue since {}", loan.field("due_on")));
    }
    if !queue(&title.field("title_id")).is_empty() {
        refuse("renewal-queue", &format!("others are waiting for {}", title.field("name")));
    }

    let renewals = loan.field("renewals").int() + 1;
    let due_on = add_days(loan.field("due_on"), kind.field("loan_days").int());
    loan.set("renewals", renewals);
    loan.set("due_on", due_on.clone());
    put("loans", &loan_id, loan);
    map! { loan_id: loan_id, due_on: due_on, renewals_left: kind.field("renewals").int() - renewals }
}

// ---- holds ---------------------------------------------------------------------------------------
// A hold is "waiting" in the queue of its title, "in_transit" while its copy travels, then "ready".
// It is removed when it is fulfilled or cancelled.

fn place_hold(args: &Value) -> Value {
    let member = need("members", args.field("member_id"));
    let title = need("titles", args.field("title_id"));
    let branch = need("branches", args.field("pickup_branch"));
    let (member_id, title_id) = (member.field("member_id"), title.field("title_id"));
    let branch_id = branch.field("branch_id");
    require_standing(&member);
    require_age(&member, &title);
    let own = query("holds", map! { member_id: &member_id });
    let borrowed = || open_loans(&member_id).iter().any(|loan| title_of(loan).field("title_id") == title_id);
    if own.items().any(|hold| hold.field("title_id") == title_id) || borrowed() {
        let text = format!("{member_id} already has {} on hold or on loan", title.field("name"));
        refuse("hold-once", &text);
    }
    let limit = known("categories", member.field("category")).field("hold_limit").int();
    if own.len() as i64 >= limit {
        refuse("hold-limit", &format!("{member_id} already has {} holds", own.len()));
    }
    if free_at(&title_id, &branch_id) > 0 {
        let text = format!("a copy of {} is free at {}", title.field("name"), branch.field("name"));
        refuse("hold-needed", &text);
    }

    let hold_id = fresh_id("holds", "H-####");
    let hold = map! {
        hold_id: &hold_id,
        title_id: title_id,
        member_id: member_id,
        pickup_branch: branch_id,
        placed_at: now(),
        status: "waiting",
        copy_id: (),
        collect_by: (),
    };
    insert("holds", &hold_id, &hold);
    map! { hold_id: hold_id, status: hold.field("status"), position: position(&hold) }
}

fn cancel_hold(args: &Value) -> Value {
    let hold = need("holds", args.field("hold_id"));
    close_hold(&hold, &Value::NOTHING);
    map! { hold_id: hold.field("hold_id"), status: "cancelled" }
}

fn list_holds(args: &Value) -> Value {
    if args.field("member_id").is_null() && args.field("title_id").is_null() {
        fail("Error: give a member or a title");
    }
    let holds =
        all("holds").into_iter().filter(|hold| agrees(hold, "member_id", args) && agrees(hold, "title_id", args));
    let lines: Value = oldest_first(holds, "placed_at")
        .into_iter()
        .map(|hold| {
            let place = map! { position: position(&hold) };
            hold.merge(&place)
        })
        .collect();
    map! { holds: lines }
}

// ---- copies on the move --------------------------------------------------------------------------

fn transfer_copy(args: &Value) -> Value {
    let copy = need("copies", args.field("copy_id"));
    let branch = need("branches", args.field("to_branch"));
    let (copy_id, branch_id) = (copy.field("copy_id"), branch.field("branch_id"));
    if copy.field("status") != "available" {
        refuse("copy-free", &format!("{copy_id} is {}", spoken(&copy.field("status"))));
    }
    if copy.field("branch_id") == branch_id {
        fail(format!("Error: {copy_id} is at {} already", branch.field("name")));
    }
    update("copies", &copy_id, map! { status: "in_transit", destination: &branch_id });
    map! { copy_id: copy_id, from: copy.field("branch_id"), to: branch_id, status: "in_transit" }
}

fn receive_copy(args: &Value) -> Value {
    let copy = need("copies", args.field("copy_id"));
    let copy_id = copy.field("copy_id");
    let branch_id = args.field("branch_id");
    need("branches", &branch_id);
    if copy.field("status") != "in_transit" || copy.field("destination") != branch_id {
        refuse("transfer-arrival", &format!("{copy_id} is not on its way to {branch_id}"));
    }

    // The copy may have been sent for a certain hold; otherwise it serves the queue.
    let hold = hold_of(&copy_id);
    if hold.is_null() {
        route(&copy_id, &branch_id);
    } else {
        set_ready(&hold, &copy_id, &branch_id);
    }

    let copy = known("copies", &copy_id);
    map! {
        copy_id: copy_id.clone(),
        status: copy.field("status"),
        branch_id: copy.field("branch_id"),
        destination: copy.field("destination"),
        hold_id: hold_of(&copy_id).field("hold_id"),
    }
}

// ---- money ---------------------------------------------------------------------------------------

fn list_fines(args: &Value) -> Value {
    let member_id = args.field("member_id");
    need("members", &member_id);
    let fines: Value = query("fines", map! { member_id: &member_id })
        .into_iter()
        .filter(|fine| agrees(fine, "status", args))
        .collect();
    let owed_cents = owed(&member_id);
    map! { member_id: member_id, owed_cents: owed_cents, fines: fines }
}

fn pay_fine(args: &Value) -> Value {
    let mut fine = need("fines", args.field("fine_id"));
    let fine_id = fine.field("fine_id");
    let open = open_cents(&fine);
    one_of(args, "method", &["cash", "card", "online"]);
    require_open(&fine);
    let amount = match args.field("amount_cents").as_int() {
        Some(amount) if amount > 0 && amount <= open => amount,
        _ => refuse("payment-exact", &format!("{} is open on {fine_id}", money(open))),
    };

    fine.set("paid_cents", fine.field("paid_cents").int() + amount);
    if amount == open {
        fine.set("status", "paid");
    }
    put("fines", &fine_id, &fine);
    let receipt = fresh_id("payments", "RC-@@####");
    let payment = map! {
        receipt: &receipt,
        fine_id: &fine_id,
        amount_cents: amount,
        method: args.field("method"),
        paid_at: now(),
    };
    insert("payments", &receipt, payment);
    map! {
        receipt: receipt,
        fine_id: fine_id,
        status: fine.field("status"),
        open_cents: open_cents(&fine),
        owed_cents: owed(&fine.field("member_id")),
    }
}

fn waive_fine(args: &Value) -> Value {
    let fine = need("fines", args.field("fine_id"));
    let fine_id = fine.field("fine_id");
    let open = open_cents(&fine);
    one_of(args, "reason", &["first_time", "illness", "library_error", "hardship"]);
    require_open(&fine);
    if open > setting("waiver_limit_cents") {
        refuse("waiver-limit", &format!("{} is more than the desk may waive", money(open)));
    }
    let today_text = today().text();
    let year = &today_text[..4];
    let member_id = fine.field("member_id");
    let waived = query("fines", map! { member_id: &member_id, status: "waived" });
    if waived.items().any(|earlier| earlier.field("waived_on").text().starts_with(year)) {
        refuse("waiver-limit", &format!("a fine of {member_id} was already waived this year"));
    }
    let fine = fine.merge(&map! { status: "waived", waived_on: today(), waiver_reason: args.field("reason") });
    put("fines", &fine_id, &fine);
    fine
}

// ---- events --------------------------------------------------------------------------------------

fn list_events(args: &Value) -> Value {
    let from = text(args, "from");
    let to = text(args, "to");
    // A text that is no date has no day after it, and nothing is earlier than that.
    let end = to.as_ref().map(|to| add_days(to, 1));
    let events = all("events").into_iter().filter(|event| {
        let starts_at = event.field("starts_at");
        agrees(event, "branch_id", args)
            && from.as_deref().map_or(true, |from| starts_at >= from)
            && end.as_ref().map_or(true, |end| end.as_ref().map_or(false, |end| starts_at < *end))
    });
    let lines: Value = oldest_first(events, "starts_at")
        .into_iter()
        .map(|event| {
            let seats = map! { seats_left: seats_left(&event) };
            event.merge(&seats)
        })
        .collect();
    map! { events: lines }
}

fn register_for_event(args: &Value) -> Value {
    let event = need("events", args.field("event_id"));
    let member = need("members", args.field("member_id"));
    let guests = list(args, "guests");
    let (event_id, member_id) = (event.field("event_id"), member.field("member_id"));
    require_card(&member);
    require_ahead(&event);
    let party = query("registrations", map! { event_id: &event_id });
    if party.items().any(|one| one.field("member_id") == member_id) {
        refuse("event-once", &format!("{member_id} is already signed up for {}", event.field("name")));
    }
    let min_age = event.field("min_age");
    let old_enough = |guest: Value| guest.is_map() && guest.field("age") >= min_age;
    if min_age > age(&member) || !guests.items().all(old_enough) {
        refuse("event-age", &format!("{} is for people of {min_age} and over", event.field("name")));
    }

    let seats = 1 + guests.len() as i64;
    let left = seats_left(&event);
    let seated = seats <= left;
    if !seated && args.field("waiting_list") != true {
        refuse("event-capacity", &format!("{} has {left} seats left", event.field("name")));
    }
    let registration_id = fresh_id("registrations", "R-####");
    let status = if seated { "confirmed" } else { "waiting" };
    let registration = map! {
        registration_id: &registration_id,
        event_id: &event_id,
        member_id: member_id,
        guests: guests,
        seats: seats,
        status: status,
        registered_at: now(),
    };
    insert("registrations", &registration_id, registration);
    map! {
        registration_id: registration_id,
        event_id: event_id,
        starts_at: event.field("starts_at"),
        seats: seats,
        status: status,
    }
}

// Seats that come free go to the waiting list, oldest first, as far as whole parties fit.
fn cancel_registration(args: &Value) -> Value {
    let registration = need("registrations", args.field("registration_id"));
    let registration_id = registration.field("registration_id");
    let event = known("events", registration.field("event_id"));
    require_ahead(&event);
    remove("registrations", &registration_id);

    let mut moved_up = list![];
    let waiting = query("registrations", map! { event_id: event.field("event_id"), status: "waiting" });
    for party in oldest_first(waiting, "registered_at") {
        if party.field("seats") <= seats_left(&event) {
            update("registrations", party.field("registration_id"), map! { status: "confirmed" });
            moved_up.push(party.field("registration_id"));
        }
    }
    map! { registration_id: registration_id, status: "cancelled", moved_up: moved_up }
}

// ---- helpers: arguments --------------------------------------------------------------------------
// An optional argument; one of another type is refused.

fn text(args: &Value, name: &str) -> Option<String> {
    let value = args.field(name);
    require(value.is_null() || value.is_text(), &format!("{name} must be a text"));
    value.as_text()
}

fn integer(args: &Value, name: &str) -> Option<i64> {
    let value = args.field(name);
    require(value.is_null() || value.is_int(), &format!("{name} must be a whole number"));
    value.as_int()
}

// Empty when it is absent.
fn object(args: &Value, name: &str) -> Value {
    let value = args.field(name);
    require(value.is_null() || value.is_map(), &format!("{name} must be an object"));
    if value.is_map() {
        value
    } else {
        Value::map()
    }
}

// Empty when it is absent.
fn list(args: &Value, name: &str) -> Value {
    let value = args.field(name);
    require(value.is_null() || value.is_list(), &format!("{name} must be a list"));
    if value.is_list() {
        value
    } else {
        Value::list()
    }
}

fn one_of(args: &Value, name: &str, values: &[&str]) {
    let value = args.field(name).as_text();
    let known = value.map_or(false, |value| values.contains(&value.as_str()));
    require(known, &format!("{name} must be one of {}", values.join(", ")));
}

// Whether a record has what an argument asks for, if it asks.
fn agrees(record: &Value, name: &str, args: &Value) -> bool {
    let wanted = args.field(name);
    wanted.is_null() || record.field(name) == wanted
}

// ---- helpers: refusals ---------------------------------------------------------------------------

fn require(met: bool, text: &str) {
    if !met {
        fail(format!("Error: {text}"));
    }
}

fn refuse(rule: &str, text: &str) -> ! {
    cite(rule);
    fail(format!("Error: {text}"))
}

// The record, or an error that says what is missing where.
fn need(table: &str, key: impl Json) -> Value {
    let key = key.value();
    get(table, &key).unwrap_or_else(|| fail(format!("Error: {key} is not among the {table}")))
}

// A record that another one names.
fn known(table: &str, key: impl Json) -> Value {
    get(table, key).expect("records name records that exist")
}

fn setting(name: &str) -> i64 {
    get_value(name).expect("the world has this value").int()
}

fn require_card(member: &Value) {
    let member_id = member.field("member_id");
    if member.field("status") != "active" {
        refuse("member-active", &format!("{member_id} is {}", member.field("status")));
    }
    if member.field("card_expires") < today() {
        let text = format!("the card of {member_id} expired on {}", member.field("card_expires"));
        refuse("card-valid", &text);
    }
}

fn require_standing(member: &Value) {
    require_card(member);
    let member_id = member.field("member_id");
    let debt = owed(&member_id);
    if debt >= setting("debt_limit_cents") {
        refuse("debt-limit", &format!("{member_id} owes {}", money(debt)));
    }
}

fn require_age(member: &Value, title: &Value) {
    let min_age = title.field("min_age");
    if min_age > age(member) {
        refuse("reader-age", &format!("{} is for readers of {min_age} and over", title.field("name")));
    }
}

fn require_borrowable(copy: &Value, member: &Value) {
    let copy_id = copy.field("copy_id");
    match copy.field("status").text().as_str() {
        "available" => {}
        "reference" => refuse("reference-only", &format!("{copy_id} is for the reading room only")),
        "on_hold_shelf" => {
            let hold = hold_of(&copy_id).present().expect("a copy on the hold shelf has a hold");
            if hold.field("member_id") != member.field("member_id") {
                refuse("hold-shelf", &format!("{copy_id} waits for another member"));
            }
        }
        _ => refuse("copy-free", &format!("{copy_id} is {}", spoken(&copy.field("status")))),
    }
}

fn require_open(fine: &Value) {
    if fine.field("status") != "open" {
        fail(format!("Error: {} is {} already", fine.field("fine_id"), fine.field("status")));
    }
}

fn require_ahead(event: &Value) {
    let starts_at = event.field("starts_at");
    if starts_at <= now() {
        refuse("event-over", &format!("{} began on {}", event.field("name"), &starts_at.text()[..10]));
    }
}

// ---- helpers: members and money ------------------------------------------------------------------

fn open_loans(member_id: &Value) -> Vec<Value> {
    let loans = query("loans", map! { member_id: member_id });
    loans.into_iter().filter(|loan| loan.field("returned_on").is_null()).collect()
}

fn owed(member_id: &Value) -> i64 {
    let open = query("fines", map! { member_id: member_id, status: "open" });
    open.into_iter().map(|fine| open_cents(&fine)).sum()
}

fn open_cents(fine: &Value) -> i64 {
    fine.field("amount_cents").int() - fine.field("paid_cents").int()
}

// Full years up to today.
fn age(member: &Value) -> i64 {
    let (born, today) = (member.field("birth_date").text(), today().text());
    let year = |date: &str| date[..4].parse::<i64>().expect("a date starts with its year");
    let years = year(&today) - year(&born);
    if today[5..] < born[5..] {
        years - 1
    } else {
        years
    }
}

fn days_overdue(loan: &Value) -> i64 {
    if !loan.field("returned_on").is_null() {
        return 0;
    }
    days_between(loan.field("due_on"), today()).expect("a loan is due on a date").max(0)
}

fn overdue_cents(loan: &Value) -> i64 {
    let member = known("members", loan.field("member_id"));
    let category = known("categories", member.field("category"));
    let charge = days_overdue(loan) * category.field("daily_charge_cents").int();
    charge.min(category.field("charge_ceiling_cents").int())
}

fn raise_fine(loan: &Value, reason: &str, amount_cents: i64) -> Value {
    let fine_id = fresh_id("fines", "F-####");
    let fine = map! {
        fine_id: &fine_id,
        member_id: loan.field("member_id"),
        loan_id: loan.field("loan_id"),
        reason: reason,
        amount_cents: amount_cents,
        paid_cents: 0,
        status: "open",
        raised_on: today(),
    };
    insert("fines", &fine_id, fine);
    map! { fine_id: fine_id, reason: reason, amount_cents: amount_cents }
}

fn money(cents: i64) -> Value {
    (cents as f64 / 100.0).value().fixed(2)
}

// ---- helpers: the catalogue ----------------------------------------------------------------------

fn title_of(loan: &Value) -> Value {
    known("titles", known("copies", loan.field("copy_id")).field("title_id"))
}

fn about(title: &Value, words: &str) -> bool {
    mentions(&title.field("name"), words)
        || title.field("authors").into_iter().any(|author| mentions(&author, words))
        || title.field("subjects").into_iter().any(|subject| mentions(&subject, words))
}

fn passes(title: &Value, filters: &Value) -> bool {
    let kinds = filters.field("kinds");
    require(kinds.is_null() || kinds.is_list(), "kinds must be a list");
    let year = object(filters, "year");
    let (reader_age, from, to) = (filters.field("reader_age"), year.field("from"), year.field("to"));
    (kinds.is_null() || kinds.contains(title.field("kind")))
        && (reader_age.is_null() || title.field("min_age") <= reader_age)
        && (from.is_null() || title.field("year") >= from)
        && (to.is_null() || title.field("year") <= to)
}

fn free(title_id: &Value) -> Value {
    query("copies", map! { title_id: title_id, status: "available" })
}

fn free_at(title_id: &Value, branch_id: &Value) -> usize {
    free(title_id).into_iter().filter(|copy| copy.field("branch_id") == *branch_id).count()
}

// ---- helpers: the hold queue ---------------------------------------------------------------------

fn queue(title_id: &Value) -> Vec<Value> {
    oldest_first(query("holds", map! { title_id: title_id, status: "waiting" }), "placed_at")
}

// The hold that a copy stands or travels for, if there is one.
fn hold_of(copy_id: &Value) -> Value {
    query("holds", map! { copy_id: copy_id }).item(0)
}

// 1 is next; a hold that has its copy is in no queue.
fn position(hold: &Value) -> Option<usize> {
    if hold.field("status") != "waiting" {
        return None;
    }
    let hold_id = hold.field("hold_id");
    let before = queue(&hold.field("title_id")).iter().position(|one| one.field("hold_id") == hold_id);
    Some(before.map_or(0, |before| before + 1))
}

// A copy that comes free at a branch: to the next hold, or back on the shelf.
fn route(copy_id: &Value, branch_id: &Value) {
    let waiting = queue(&known("copies", copy_id).field("title_id"));
    let hold = match waiting.first() {
        Some(hold) => hold,
        None => {
            let shelved = map! { status: "available", branch_id: branch_id, destination: () };
            return update("copies", copy_id, shelved);
        }
    };
    cite("hold-queue");
    let pickup_branch = hold.field("pickup_branch");
    if pickup_branch == *branch_id {
        set_ready(hold, copy_id, branch_id);
    } else {
        update("holds", hold.field("hold_id"), map! { status: "in_transit", copy_id: copy_id });
        let sent = map! { status: "in_transit", branch_id: branch_id, destination: pickup_branch };
        update("copies", copy_id, sent);
    }
}

fn set_ready(hold: &Value, copy_id: &Value, branch_id: &Value) {
    let ready = map! {
        status: "ready",
        copy_id: copy_id,
        collect_by: add_days(today(), setting("hold_shelf_days")),
    };
    update("holds", hold.field("hold_id"), ready);
    update("copies", copy_id, map! { status: "on_hold_shelf", branch_id: branch_id, destination: () });
}

// Ends a hold. A copy that stood ready for it, other than the one just taken, goes to the next.
fn close_hold(hold: &Value, taken: &Value) {
    remove("holds", hold.field("hold_id"));
    let copy_id = hold.field("copy_id");
    if hold.field("status") == "ready" && copy_id != *taken {
        route(&copy_id, &known("copies", &copy_id).field("branch_id"));
    }
}

// ---- helpers: events -----------------------------------------------------------------------------

fn seats_left(event: &Value) -> i64 {
    let seated = query("registrations", map! { event_id: event.field("event_id"), status: "confirmed" });
    event.field("capacity").int() - seated.into_iter().map(|party| party.field("seats").int()).sum::<i64>()
}

// ---- helpers: texts and lists --------------------------------------------------------------------

fn mentions(text: &Value, part: &str) -> bool {
    text.text().to_lowercase().contains(&part.to_lowercase())
}

fn same_text(one: &Value, other: &str) -> bool {
    one.text().to_lowercase() == other.to_lowercase()
}

fn spoken(status: &Value) -> String {
    status.text().replace('_', " ")
}

fn oldest_first(records: impl IntoIterator<Item = Value>, field: &str) -> Vec<Value> {
    let mut sorted: Vec<Value> = records.into_iter().collect();
    sorted.sort_by(|a, b| a.field(field).partial_cmp(&b.field(field)).unwrap_or(Ordering::Equal));
    sorted
}
