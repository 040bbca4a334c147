// Mocks in JavaScript, as components made by componentize-qjs (docs/abi.md). A tool is a function of the call's arguments:
//
//   import { mock, get, fail } from "./gemproof.js";
//
//   function get_user({ user_id }) {
//     return get("users", user_id) ?? fail(`Error: there is no user ${user_id}`);
//   }
//
//   export const tools = mock({ get_user });
//
// What it returns is the answer; `undefined` answers null. Each call starts with the module as it was built: what should outlive a call belongs into
// the world. JavaScript has one kind of number: 1.0 comes in as 1 and goes out as 1, integers beyond 2^53 lose digits.

import world from "gemproof:mock/world@1.0.0";
import numbers from "gemproof:mock/numbers@1.0.0";

/** What the world `mock` exports: tools by name. */
export function mock(functions) {
  return {
    names: () => Object.keys(functions),
    call: (tool, args) => {
      try {
        return JSON.stringify(functions[tool](JSON.parse(args)) ?? null);
      } catch (error) {
        fault([String(error), ...(error?.stack ?? "").trim().split("\n").slice(0, 1)].join(" ").trim());
      }
    },
  };
}

// ---- the world ----------------------------------------------------------------------------------

/** A record, or null. A key is a text or an integer; anything else names no record. */
export function get(table, key) {
  return isKey(key) ? parsed(world.get(table, String(key))) : null;
}

/** The records of a table in key order: all, or those whose fields equal those of `where` ("/a/b" is a JSON pointer). */
export function query(table, where) {
  return JSON.parse(world.query(table, where === undefined ? null : JSON.stringify(where)));
}

/** Their keys. */
export function keys(table, where) {
  return world.keys(table, where === undefined ? null : JSON.stringify(where));
}

/** A new record; a fault when the key is taken. */
export function insert(table, key, record) {
  world.insert(table, String(key), JSON.stringify(record));
}

/** A new record or a whole replacement. */
export function put(table, key, record) {
  world.put(table, String(key), JSON.stringify(record));
}

/** Replaces these fields of a record; a fault when there is none. */
export function update(table, key, fields) {
  world.update(table, String(key), JSON.stringify(fields));
}

/** Removes and answers a record; null when there is none. */
export function remove(table, key) {
  return isKey(key) ? parsed(world.remove(table, String(key))) : null;
}

/** A value of the world that is not a table, or null. */
export function getValue(name) {
  return parsed(world.getValue(name));
}

export function putValue(name, value) {
  world.putValue(name, JSON.stringify(value ?? null));
}

/** An id that no record of the table has: in the pattern `#` is a digit, `@` a capital letter, `*` either. */
export function freshId(table, pattern) {
  return world.freshId(table, pattern);
}

// ---- the clock ----------------------------------------------------------------------------------

/** The world's clock as 2024-03-15T09:00:00. */
export const now = () => world.now();
/** Its date. */
export const today = () => world.today();
/** Date arithmetic on 2024-03-15 or 2024-03-15T09:00:00; null where a text is no date. */
export const addDays = (date, days) => world.addDays(date, days) ?? null;
export const addSeconds = (time, seconds) => world.addSeconds(time, seconds) ?? null;
export const daysBetween = (start, end) => world.daysBetween(start, end) ?? null;
export const secondsBetween = (start, end) => world.secondsBetween(start, end) ?? null;

// ---- ending a call ------------------------------------------------------------------------------

/** Ends the call with an error answer and undoes its writes. Does not return. */
export function fail(answer) {
  world.fail(JSON.stringify(answer ?? null));
}

/** Ends the call with an answer and keeps its writes. Does not return. */
export function answer(value) {
  world.answer(JSON.stringify(value ?? null));
}

/** Ends the call as a fault of the environment: a mistake of the mock itself. Exceptions that nothing catches do so too. Does not return. */
export function fault(message) {
  world.fault(message);
}

/** Names the rule of env.toml by which this call decides. */
export function cite(rule) {
  world.cite(rule);
}

// ---- numbers ------------------------------------------------------------------------------------

/** To so many decimals, ties to even on the exact binary value. */
export const round = (x, decimals) => numbers.round(x, decimals);
/** The text of a number with so many decimals. */
export const fixed = (x, decimals) => numbers.fixed(x, decimals);
/** The value of an arithmetic expression; an object with `error` where it is none. */
export const arithmetic = (text) => JSON.parse(numbers.arithmetic(text));

function isKey(key) {
  return typeof key === "string" || Number.isInteger(key);
}

function parsed(text) {
  return text === null || text === undefined ? null : JSON.parse(text);
}
