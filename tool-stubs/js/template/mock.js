// A list of tasks. A refusal is a text that starts with "Error:".

import { mock, get, query, keys, insert, put, remove, freshId, now, today, daysBetween, fail, cite } from "./gemproof.js";

const TASKS_ON_A_PAGE = 3;

function existingTask(task_id) {
  return get("tasks", task_id) ?? fail(`Error: there is no task ${task_id}`);
}

function get_task({ task_id }) {
  return existingTask(task_id);
}

function list_tasks({ status, page }) {
  const tasks = query("tasks", status == null ? {} : { status });
  const pages = Math.max(1, Math.ceil(tasks.length / TASKS_ON_A_PAGE));
  const wanted = page ?? 1;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > pages) fail(`Error: there is no page ${wanted}`);
  const start = (wanted - 1) * TASKS_ON_A_PAGE;
  return {
    tasks: tasks.slice(start, start + TASKS_ON_A_PAGE).map(({ task_id, title, status }) => ({ task_id, title, status })),
    page: wanted,
    pages,
    total: tasks.length,
  };
}

function create_task({ title, due = null, needs = null }) {
  if (due !== null) {
    const days = daysBetween(today(), due);
    if (days === null) fail(`Error: ${due} is no date`);
    if (days < 0) {
      cite("due-in-future");
      fail(`Error: ${due} has passed`);
    }
  }
  if (needs !== null) existingTask(needs);

  const task = { task_id: freshId("tasks", "T-####"), title, status: "open", due, needs, done_at: null };
  insert("tasks", task.task_id, task);
  return task;
}

function complete_task({ task_id }) {
  const task = existingTask(task_id);
  if (task.status === "done") fail(`Error: ${task_id} is done already`);
  const needed = get("tasks", task.needs);
  if (needed !== null && needed.status !== "done") {
    cite("prerequisite-first");
    fail(`Error: ${task.needs} must be done first`);
  }
  const done = { ...task, status: "done", done_at: now() };
  put("tasks", task_id, done);
  return done;
}

function delete_task({ task_id }) {
  existingTask(task_id);
  const waiting = keys("tasks", { needs: task_id });
  if (waiting.length > 0) fail(`Error: ${waiting[0]} needs ${task_id}`);
  remove("tasks", task_id);
  return { deleted: task_id };
}

export const tools = mock({ get_task, list_tasks, create_task, complete_task, delete_task });
