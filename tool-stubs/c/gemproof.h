// Mocks in C: the whole guest interface of gemproof (docs/abi.md, version 1), for clang without a C library.
//
//   clang --target=wasm32 -O2 -ffreestanding -mbulk-memory -nostdlib -Wl,--no-entry -o mock.wasm mock.c
//
//   TOOL(get_user) {
//       value user = get("users", field(args, "user_id"));
//       if (!user) fail(JOIN(text("Error: there is no user "), field(args, "user_id")));
//       return user;
//   }
//
// A `value` is a handle to a JSON value that lives with the host. It needs no freeing: all are gone when the call ends. Each call starts with
// the memory as it was compiled, so what should outlive a call belongs into the world.
//
// Names of fields, tables, rules and patterns are string literals: the macros take their lengths. Where a name is computed, use a value
// (`member`, `set_member`), or the function with the pointer and the length behind the macro, which ends in `_of`.

#ifndef GEMPROOF_H
#define GEMPROOF_H

#include <stdbool.h>
#include <stdint.h>

typedef int32_t value;

/// No value: a missing member, no record. Functions that read take it as null.
#define NOTHING ((value)0)

/// What `kind` answers.
enum { KIND_NOTHING, KIND_NULL, KIND_BOOLEAN, KIND_INTEGER, KIND_FLOAT, KIND_TEXT, KIND_LIST, KIND_MAP };

/// Defines a tool: `TOOL(get_user) { ... return answer; }`. Its arguments are the map `args`.
#define TOOL(name) TOOL_AS(#name, tool_##name)
/// The same for a tool whose name is none in C: `TOOL_AS("get-user", get_user) { ... }`.
#define TOOL_AS(name, function) \
    value function(value args); \
    __attribute__((export_name("tool:" name))) value function(value args)

#define GP_IMPORT(name) __attribute__((import_module("gemproof/1"), import_name(name)))
#define GP_LITERAL(literal) ("" literal), ((int32_t)sizeof("" literal) - 1)

// ---- making values ------------------------------------------------------------------------------

GP_IMPORT("null") value null(void);
GP_IMPORT("bool") value boolean(int32_t condition);
GP_IMPORT("int") value integer(int64_t number);
/// The number must be finite.
GP_IMPORT("float") value real(double number);
GP_IMPORT("text") value text_of(const char *bytes, int32_t length);
GP_IMPORT("parse") value parse_of(const char *json, int32_t length);
GP_IMPORT("list") value new_list(void);
GP_IMPORT("map") value new_map(void);
/// A value to change apart from this one.
GP_IMPORT("copy") value copy(value any);

#define text(literal) text_of(GP_LITERAL(literal))
/// The value of a JSON text; nothing when it is none.
#define parse(literal) parse_of(GP_LITERAL(literal))

// ---- reading values -----------------------------------------------------------------------------

GP_IMPORT("kind") int32_t kind(value any);
/// The scalar; a fault when it is of another kind. `as_float` takes integers too.
GP_IMPORT("as_bool") int32_t as_bool(value scalar);
GP_IMPORT("as_int") int64_t as_int(value scalar);
GP_IMPORT("as_float") double as_float(value scalar);
/// Bytes of a text, items of a list, members of a map; 0 for all else.
GP_IMPORT("len") int32_t len(value any);
/// Writes the bytes of a text, as many as fit, and answers how many there are. No zero is added.
GP_IMPORT("read") int32_t read(value text, char *to, int32_t size);
/// The same with the JSON text of any value.
GP_IMPORT("print") int32_t print(value any, char *to, int32_t size);

GP_IMPORT("field") value field_of(value map, const char *name, int32_t length);
GP_IMPORT("member") value member(value map, value key);
/// Negative indices count from the end.
GP_IMPORT("item") value item(value list, int32_t index);
/// The i-th key of a map.
GP_IMPORT("key") value key(value map, int32_t index);
GP_IMPORT("at") value at_of(value any, const char *pointer, int32_t length);

#define field(map, name) field_of(map, GP_LITERAL(name))
/// What a JSON pointer leads to: `at(order, "/items/0/price")`.
#define at(any, pointer) at_of(any, GP_LITERAL(pointer))

static inline bool is_text(value any) { return kind(any) == KIND_TEXT; }
static inline bool is_integer(value any) { return kind(any) == KIND_INTEGER; }
static inline bool is_number(value any) { int32_t is = kind(any); return is == KIND_INTEGER || is == KIND_FLOAT; }
static inline bool is_list(value any) { return kind(any) == KIND_LIST; }
static inline bool is_map(value any) { return kind(any) == KIND_MAP; }
/// Neither absent nor null.
static inline bool is_given(value any) { return kind(any) > KIND_NULL; }
/// Whether this is the boolean true.
static inline bool is_true(value any) { return kind(any) == KIND_BOOLEAN && as_bool(any); }
/// An integer, or what stands in for it where none was given.
static inline int64_t integer_or(value any, int64_t otherwise) { return is_integer(any) ? as_int(any) : otherwise; }

// ---- comparing values ---------------------------------------------------------------------------

/// Whether two values are the same JSON; 1 and 1.0 are.
GP_IMPORT("equal") int32_t equal(value a, value b);
/// -1, 0, 1 for two numbers or two texts; 2 for all else.
GP_IMPORT("compare") int32_t compare(value a, value b);
/// Whether a list has an item, a map a key, a text a part.
GP_IMPORT("contains") int32_t contains(value whole, value part);

#define equals(any, literal) (equal(any, text(literal)) != 0)
/// Whether both are numbers, or both texts, and in this order.
static inline bool less(value a, value b) { return compare(a, b) == -1; }
static inline bool at_most(value a, value b) { int32_t order = compare(a, b); return order == -1 || order == 0; }

// ---- changing values ----------------------------------------------------------------------------
// A handle stands for a value of its own: what `field` answers is a copy. `set` it into the map, `put` the map into the world.

GP_IMPORT("set") void set_of(value map, const char *name, int32_t length, value member);
GP_IMPORT("set_member") void set_member(value map, value key, value member);
/// The item must exist.
GP_IMPORT("set_item") void set_item(value list, int32_t index, value item);
GP_IMPORT("set_at") void set_at_of(value any, const char *pointer, int32_t length, value member);
GP_IMPORT("push") void push(value list, value item);
GP_IMPORT("delete") value unset_of(value map, const char *name, int32_t length);

#define set(map, name, member) set_of(map, GP_LITERAL(name), member)
/// Sets what a JSON pointer leads to; maps on the way are made where they are absent.
#define set_at(any, pointer, member) set_at_of(any, GP_LITERAL(pointer), member)
/// Removes a member and answers it.
#define unset(map, name) unset_of(map, GP_LITERAL(name))

// ---- numbers and texts --------------------------------------------------------------------------

/// The sum of numbers; texts one after the other; lists likewise.
GP_IMPORT("add") value add(value a, value b);
/// Of two integers an integer; a fault when it overflows or divides an integer by zero.
GP_IMPORT("subtract") value subtract(value a, value b);
GP_IMPORT("multiply") value multiply(value a, value b);
GP_IMPORT("divide") value divide(value a, value b);
GP_IMPORT("power") value power(value a, value b);
/// To so many decimals, ties to even: a float, a text.
GP_IMPORT("round") value rounded(value number, int64_t decimals);
GP_IMPORT("fixed") value fixed(value number, int64_t decimals);
GP_IMPORT("sum") value sum(value numbers);
GP_IMPORT("sorted") value sorted(value scalars);
/// The value of an arithmetic expression, a text; a map with `error` where it is none.
GP_IMPORT("arithmetic") value arithmetic(value expression);
/// The text of a value after the text of another: a text as it is, null as nothing, all else as JSON.
GP_IMPORT("join") value join(value a, value b);

/// The texts of so many values in a row.
static inline value join_all(const value *parts, uint32_t count) {
    value joined = parts[0];
    for (uint32_t i = 1; i < count; i++) joined = join(joined, parts[i]);
    return joined;
}
/// A sentence out of its parts: `JOIN(text("there is no user "), id)`.
#define JOIN(...) join_all((const value[]){__VA_ARGS__}, sizeof((const value[]){__VA_ARGS__}) / sizeof(value))

/// A text in small, in capital letters.
GP_IMPORT("lower") value lower(value text);
GP_IMPORT("upper") value upper(value text);

/// Integers of any size, as integers or texts, by `+ - * ** /`; NOTHING beyond 4,300 digits.
GP_IMPORT("exact") value exact_of(value a, const char *operator, int32_t length, value b);
#define exact(a, operator, b) exact_of(a, GP_LITERAL(operator), b)
/// Logarithm and square root to so many digits, as texts.
GP_IMPORT("precise_log") value precise_log(value number, value base, int64_t digits);
GP_IMPORT("precise_sqrt") value precise_sqrt(value number, int64_t digits);
/// Python's random numbers after so many outputs of its generator: a list of the number, and the outputs used after it.
GP_IMPORT("random_integer") value random_integer(int64_t seed, int64_t used, int64_t low, int64_t high);
GP_IMPORT("random_float") value random_float(int64_t seed, int64_t used);

// ---- the world ----------------------------------------------------------------------------------

/// A record; the key is a text or an integer, anything else names none.
GP_IMPORT("get") value get_of(const char *table, int32_t length, value key);
/// The records of a table in key order: all (`NOTHING`), or those whose fields equal those of a map.
GP_IMPORT("query") value query_of(const char *table, int32_t length, value where);
GP_IMPORT("keys") value keys_of(const char *table, int32_t length, value where);
GP_IMPORT("insert") void insert_of(const char *table, int32_t length, value key, value record);
GP_IMPORT("put") void put_of(const char *table, int32_t length, value key, value record);
GP_IMPORT("update") void update_of(const char *table, int32_t length, value key, value fields);
GP_IMPORT("remove") value remove_of(const char *table, int32_t length, value key);
GP_IMPORT("get_value") value get_value_of(const char *name, int32_t length);
GP_IMPORT("put_value") void put_value_of(const char *name, int32_t length, value any);
GP_IMPORT("fresh_id") value fresh_id_of(const char *table, int32_t length, const char *pattern, int32_t pattern_length);

#define get(table, key) get_of(GP_LITERAL(table), key)
#define query(table, where) query_of(GP_LITERAL(table), where)
#define keys(table, where) keys_of(GP_LITERAL(table), where)
/// A new record; a fault when the key is taken.
#define insert(table, key, record) insert_of(GP_LITERAL(table), key, record)
/// A new record or a whole replacement.
#define put(table, key, record) put_of(GP_LITERAL(table), key, record)
/// Replaces these fields of a record; a fault when there is none.
#define update(table, key, fields) update_of(GP_LITERAL(table), key, fields)
/// Removes and answers a record.
#define remove(table, key) remove_of(GP_LITERAL(table), key)
/// A value of the world that is not a table.
#define get_value(name) get_value_of(GP_LITERAL(name))
#define put_value(name, any) put_value_of(GP_LITERAL(name), any)
/// An id that no record of the table has: in the pattern `#` is a digit, `@` a capital letter, `*` either.
#define fresh_id(table, pattern) fresh_id_of(GP_LITERAL(table), GP_LITERAL(pattern))

/// In a setup: the keys of the object at a path (a list) of the given state, as they were written.
GP_IMPORT("written_keys") value written_keys(value path);

/// The world's clock as 2024-03-15T09:00:00, and its date.
GP_IMPORT("now") value now(void);
GP_IMPORT("today") value today(void);
/// Nothing where a text is no date.
GP_IMPORT("add_days") value add_days(value date, int64_t days);
GP_IMPORT("add_seconds") value add_seconds(value time, int64_t seconds);
GP_IMPORT("days_between") value days_between(value from, value to);
GP_IMPORT("seconds_between") value seconds_between(value from, value to);

// ---- ending a call ------------------------------------------------------------------------------

/// Ends the call with an error answer and undoes its writes.
GP_IMPORT("fail") __attribute__((noreturn)) void fail(value answer);
/// Ends the call with an answer and keeps its writes.
GP_IMPORT("answer") __attribute__((noreturn)) void answer(value answer);
/// Ends the call as a fault of the environment: a mistake of the mock itself.
GP_IMPORT("fault") __attribute__((noreturn)) void fault_of(const char *message, int32_t length);
GP_IMPORT("cite") void cite_of(const char *rule, int32_t length);

#define fault(message) fault_of(GP_LITERAL(message))
/// Names the rule of env.toml by which this call decides.
#define cite(rule) cite_of(GP_LITERAL(rule))
/// The same with a rule whose name is a value, such as a field of a record.
static inline void cite_value(value rule) {
    char bytes[128];
    int32_t length = read(rule, bytes, sizeof bytes);
    cite_of(bytes, length < (int32_t)sizeof bytes ? length : (int32_t)sizeof bytes);
}

#endif
