"""A list of tasks. A refusal is a text that starts with "Error:"."""

from gemproof import Tools, cite, days_between, fail, fresh_id, get, insert, keys, now, put, query, remove, today, tool

TASKS_ON_A_PAGE = 3


def existing_task(task_id):
    return get("tasks", task_id) or fail(f"Error: there is no task {task_id}")


@tool
def get_task(task_id):
    return existing_task(task_id)


@tool
def list_tasks(status=None, page=None):
    tasks = query("tasks") if status is None else query("tasks", status=status)
    pages = max(1, -(-len(tasks) // TASKS_ON_A_PAGE))
    page = 1 if page is None else page
    if type(page) is not int or not 1 <= page <= pages:
        fail(f"Error: there is no page {page}")
    start = (page - 1) * TASKS_ON_A_PAGE
    return {
        "tasks": [
            {"task_id": task["task_id"], "title": task["title"], "status": task["status"]}
            for task in tasks[start : start + TASKS_ON_A_PAGE]
        ],
        "page": page,
        "pages": pages,
        "total": len(tasks),
    }


@tool
def create_task(title, due=None, needs=None):
    if due is not None:
        days = days_between(today(), due)
        if days is None:
            fail(f"Error: {due} is no date")
        if days < 0:
            cite("due-in-future")
            fail(f"Error: {due} has passed")
    if needs is not None:
        existing_task(needs)

    task_id = fresh_id("tasks", "T-####")
    task = {"task_id": task_id, "title": title, "status": "open", "due": due, "needs": needs, "done_at": None}
    insert("tasks", task_id, task)
    return task


@tool
def complete_task(task_id):
    task = existing_task(task_id)
    if task["status"] == "done":
        fail(f"Error: {task_id} is done already")
    needed = get("tasks", task["needs"])
    if needed is not None and needed["status"] != "done":
        cite("prerequisite-first")
        fail(f"Error: {task['needs']} must be done first")
    task |= {"status": "done", "done_at": now()}
    put("tasks", task_id, task)
    return task


@tool
def delete_task(task_id):
    existing_task(task_id)
    waiting = keys("tasks", needs=task_id)
    if waiting:
        fail(f"Error: {waiting[0]} needs {task_id}")
    remove("tasks", task_id)
    return {"deleted": task_id}
