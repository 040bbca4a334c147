// A list of tasks. A refusal is a text that starts with "Error:".

#include "gemproof.h"

enum { TASKS_ON_A_PAGE = 3 };

static value existing_task(value task_id) {
    value task = get("tasks", task_id);
    if (!task) fail(JOIN(text("Error: there is no task "), task_id));
    return task;
}

TOOL(get_task) {
    return existing_task(field(args, "task_id"));
}

TOOL(list_tasks) {
    value where = new_map();
    if (is_given(field(args, "status"))) set(where, "status", field(args, "status"));
    value tasks = query("tasks", where);
    int64_t total = len(tasks);
    int64_t pages = total ? (total + TASKS_ON_A_PAGE - 1) / TASKS_ON_A_PAGE : 1;

    value wanted = field(args, "page");
    int64_t page = is_given(wanted) ? integer_or(wanted, 0) : 1;
    if (page < 1 || page > pages) fail(JOIN(text("Error: there is no page "), wanted));

    value items = new_list();
    int64_t end = page * TASKS_ON_A_PAGE < total ? page * TASKS_ON_A_PAGE : total;
    for (int64_t i = (page - 1) * TASKS_ON_A_PAGE; i < end; i++) {
        value task = item(tasks, (int32_t)i);
        value line = new_map();
        set(line, "task_id", field(task, "task_id"));
        set(line, "title", field(task, "title"));
        set(line, "status", field(task, "status"));
        push(items, line);
    }
    value answer = new_map();
    set(answer, "tasks", items);
    set(answer, "page", integer(page));
    set(answer, "pages", integer(pages));
    set(answer, "total", integer(total));
    return answer;
}

TOOL(create_task) {
    value due = field(args, "due");
    if (is_given(due)) {
        value days = days_between(today(), due);
        if (!days) fail(JOIN(text("Error: "), due, text(" is no date")));
        if (as_int(days) < 0) {
            cite("due-in-future");
            fail(JOIN(text("Error: "), due, text(" has passed")));
        }
    }
    value needs = field(args, "needs");
    if (is_given(needs)) existing_task(needs);

    value task = new_map();
    set(task, "task_id", fresh_id("tasks", "T-####"));
    set(task, "title", field(args, "title"));
    set(task, "status", text("open"));
    set(task, "due", due);
    set(task, "needs", needs);
    set(task, "done_at", null());
    insert("tasks", field(task, "task_id"), task);
    return task;
}

TOOL(complete_task) {
    value task_id = field(args, "task_id");
    value task = existing_task(task_id);
    if (equals(field(task, "status"), "done")) fail(JOIN(text("Error: "), task_id, text(" is done already")));
    value needed = get("tasks", field(task, "needs"));
    if (needed && !equals(field(needed, "status"), "done")) {
        cite("prerequisite-first");
        fail(JOIN(text("Error: "), field(task, "needs"), text(" must be done first")));
    }
    set(task, "status", text("done"));
    set(task, "done_at", now());
    put("tasks", task_id, task);
    return task;
}

TOOL(delete_task) {
    value task_id = field(args, "task_id");
    existing_task(task_id);
    value where = new_map();
    set(where, "needs", task_id);
    value waiting = keys("tasks", where);
    if (len(waiting)) fail(JOIN(text("Error: "), item(waiting, 0), text(" needs "), task_id));
    remove("tasks", task_id);
    value answer = new_map();
    set(answer, "deleted", task_id);
    return answer;
}
