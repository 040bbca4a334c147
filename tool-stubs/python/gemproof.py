"""Mocks in Python, as components made by componentize-py (docs/abi.md). A tool is a function with the call's arguments as its parameters:

    from gemproof import Tools, fail, get, tool

    @tool
    def get_user(user_id=None):
        return get("users", user_id) or fail(f"Error: there is no user {user_id}")

What it returns is the answer. An argument that the function has no parameter for is a fault, unless it takes `**others`; one that was not given is
the parameter's default. Each call starts with the modules as they were built: what should outlive a call belongs into the world.
`Tools` is what the component exports: the mock's module must have it.
"""

import json

from wit_world import exports
from wit_world.imports import numbers, world

_tools = {}


def tool(function):
    """Makes a function a tool of its own name; `@named("other-name")` gives it another."""
    return named(function.__name__)(function)


def named(name):
    def register(function):
        _tools[name] = function
        return function

    return register


class Tools(exports.Tools):
    def names(self):
        return list(_tools)

    def call(self, tool, arguments):
        try:
            return _text(_tools[tool](**json.loads(arguments)))
        except Exception as error:
            # The module `traceback` would read source files, which are not there.
            at = error.__traceback__
            while at.tb_next:
                at = at.tb_next
            code = at.tb_frame.f_code
            fault(f"{type(error).__name__}: {error} in {code.co_name} ({code.co_filename.rsplit("/", 1)[-1]}:{at.tb_lineno})")


# ---- the world -----------------------------------------------------------------------------------


def get(table, key):
    """A record, or None. A key is a text or an integer; anything else names no record."""
    return _value(world.get(table, str(key))) if _is_key(key) else None


def query(table, **where):
    """The records of a table in key order: all, or those whose fields equal these. Other names: `query("t", **{"/a/b": 1})`."""
    return json.loads(world.query(table, _text(where) if where else None))


def keys(table, **where):
    """Their keys."""
    return world.keys(table, _text(where) if where else None)


def insert(table, key, record):
    """A new record; a fault when the key is taken."""
    world.insert(table, str(key), _text(record))


def put(table, key, record):
    """A new record or a whole replacement."""
    world.put(table, str(key), _text(record))


def update(table, key, **fields):
    """Replaces these fields of a record; a fault when there is none."""
    world.update(table, str(key), _text(fields))


def remove(table, key):
    """Removes and answers a record; None when there is none."""
    return _value(world.remove(table, str(key))) if _is_key(key) else None


def get_value(name):
    """A value of the world that is not a table, or None."""
    return _value(world.get_value(name))


def put_value(name, value):
    world.put_value(name, _text(value))


def fresh_id(table, pattern):
    """An id that no record of the table has: in the pattern `#` is a digit, `@` a capital letter, `*` either."""
    return world.fresh_id(table, pattern)


# ---- the clock -----------------------------------------------------------------------------------
# Use these, not the modules `time` and `random`: a guest has neither.


def now():
    """The world's clock as 2024-03-15T09:00:00."""
    return world.now()


def today():
    """Its date."""
    return world.today()


def add_days(date, days):
    """Date arithmetic on 2024-03-15 or 2024-03-15T09:00:00; None where a text is no date."""
    return world.add_days(date, days)


def add_seconds(time, seconds):
    return world.add_seconds(time, seconds)


def days_between(start, end):
    return world.days_between(start, end)


def seconds_between(start, end):
    return world.seconds_between(start, end)


# ---- ending a call -------------------------------------------------------------------------------


def fail(answer):
    """Ends the call with an error answer and undoes its writes. Does not return."""
    world.fail(_text(answer))


def answer(value):
    """Ends the call with an answer and keeps its writes. Does not return."""
    world.answer(_text(value))


def fault(message):
    """Ends the call as a fault of the environment: a mistake of the mock itself. Exceptions that nothing catches do so too. Does not return."""
    world.fault(message)


def cite(rule):
    """Names the rule of env.toml by which this call decides."""
    world.cite(rule)


# ---- numbers -------------------------------------------------------------------------------------


def fixed(x, decimals):
    """The text of a number with so many decimals."""
    return numbers.fixed(float(x), decimals)


def arithmetic(text):
    """The value of an arithmetic expression; a dict with `error` where it is none."""
    return json.loads(numbers.arithmetic(text))


def _is_key(key):
    return isinstance(key, (str, int)) and not isinstance(key, bool)


def _text(value):
    return json.dumps(value, allow_nan=False)


def _value(text):
    return None if text is None else json.loads(text)
