//! A list of tasks. A refusal is a text that starts with "Error:".

mod gemproof;

use gemproof::*;

const TASKS_ON_A_PAGE: i64 = 3;

tools! { get_task, list_tasks, create_task, complete_task, delete_task }

fn get_task(args: &Value) -> Value {
    existing_task(&args.field("task_id"))
}

fn list_tasks(args: &Value) -> Value {
    let status = args.field("status");
    let tasks = if status.is_null() { all("tasks") } else { query("tasks", map! { status: status }) };
    let total = tasks.len() as i64;
    let pages = ((total + TASKS_ON_A_PAGE - 1) / TASKS_ON_A_PAGE).max(1);

    let wanted = args.field("page");
    let page = match wanted.as_int() {
        None if wanted.is_null() => 1,
        Some(page) if (1..=pages).contains(&page) => page,
        _ => fail(format!("Error: there is no page {wanted}")),
    };
    let lines: Value = tasks
        .items()
        .skip(((page - 1) * TASKS_ON_A_PAGE) as usize)
        .take(TASKS_ON_A_PAGE as usize)
        .map(|task| {
            map! {
                task_id: task.field("task_id"),
                title: task.field("title"),
                status: task.field("status"),
            }
        })
        .collect();
    map! { tasks: lines, page: page, pages: pages, total: total }
}

fn create_task(args: &Value) -> Value {
    let due = args.field("due");
    if !due.is_null() {
        let days = days_between(today(), &due).unwrap_or_else(|| fail(format!("Error: {due} is no date")));
        if days < 0 {
            cite("due-in-future");
            fail(format!("Error: {due} has passed"));
        }
    }
    let needs = args.field("needs");
    if !needs.is_null() {
        existing_task(&needs);
    }

    let task_id = fresh_id("tasks", "T-####");
    let task = map! {
        task_id: &task_id,
        title: args.field("title"),
        status: "open",
        due: due,
        needs: needs,
        done_at: (),
    };
    insert("tasks", &task_id, &task);
    task
}

fn complete_task(args: &Value) -> Value {
    let task_id = args.field("task_id");
    let mut task = existing_task(&task_id);
    if task.field("status") == "done" {
        fail(format!("Error: {task_id} is done already"));
    }
    let needs = task.field("needs");
    if get("tasks", &needs).map_or(false, |needed| needed.field("status") != "done") {
        cite("prerequisite-first");
        fail(format!("Error: {needs} must be done first"));
    }
    task.set("status", "done");
    task.set("done_at", now());
    put("tasks", &task_id, &task);
    task
}

fn delete_task(args: &Value) -> Value {
    let task_id = args.field("task_id");
    existing_task(&task_id);
    let waiting = keys("tasks", map! { needs: &task_id });
    if !waiting.is_empty() {
        fail(format!("Error: {} needs {task_id}", waiting.item(0)));
    }
    remove("tasks", &task_id);
    map! { deleted: task_id }
}

fn existing_task(task_id: &Value) -> Value {
    get("tasks", task_id).unwrap_or_else(|| fail(format!("Error: there is no task {task_id}")))
}
