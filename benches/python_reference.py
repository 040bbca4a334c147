#!/usr/bin/env python3
"""Throughput of gemproof against the original Python tools, on the same input, one after the other on one core.

    python3 benches/python_reference.py --tau-bench CHECKOUT [--data DIR] [--gemproof target/release/gemproof]
    python3 benches/python_reference.py --gorilla CHECKOUT [...]

The first CHECKOUT is a clone of the public repository `sierra-research/tau-bench`, the second one of
`ShishirPatil/gorilla`, whose multi-turn classes BFCL runs; nothing of either is part of gemproof. Printed are runs/s
and calls/s of CPU time, of tau-bench's airline

  python, state loaded for each episode   as the harness of tau-bench does
  python, bare calls                      arguments parsed and state loaded beforehand: only the calls, answers compared
  python, parsing alone                   reading the file, nothing else
  gemproof                                from file to verdict: parsing, schemas, execution, comparison, final states

and of BFCL's multi-turn part

  python, official executor               calls as texts, step by step, as BFCL's evaluation does with a model's answers
  python, classes called directly         arguments parsed beforehand, the state copied for each run, answers compared
  python, parsing alone
  gemproof                                from file to verdict, as above

gemproof runs on the file repeated `--repeat` times, start-up included, with and without the store of known outcomes. In
a repeated file the store knows all calls; where tasks do not repeat, the time without it is the one to compare.
"""

import argparse
import copy
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

# Each is measured as often, and the best time counts.
ROUNDS = 3

# ---- what both have in common ------------------------------------------------------------------------


def packages(root, names):
    """Makes modules below these packages importable without what the packages themselves would import."""
    sys.path.insert(0, str(root))
    for name in names:
        package = types.ModuleType(name)
        package.__path__ = [str(root / name.replace(".", "/"))]
        sys.modules[name] = package


class Table:
    """One line for each way to do the work; those of gemproof say how many times faster they are than Python's."""

    def __init__(self):
        self.references = []

    def line(self, label, runs, calls, seconds, note=""):
        print(f"{label:52} {runs / seconds:10.0f} runs/s {calls / seconds:10.0f} calls/s  {note}")
        return runs / seconds

    def python(self, label, runs, calls, seconds, note=""):
        rate = self.line(f"python, {label}", runs, calls, seconds, note)
        self.references.append((label, rate))

    def gemproof(self, label, runs, calls, seconds):
        rate = runs / seconds
        ratios = ", ".join(f"{rate / reference:.1f} x {of}" for of, reference in self.references)
        self.line(f"gemproof, {label}", runs, calls, seconds, ratios)


def exchanges(record):
    """The calls of a run with their recorded observations, in order."""
    calls, found = [], []
    for message in record["messages"]:
        for call in message.get("tool_calls") or []:
            calls.append((call["function"]["name"], json.loads(call["function"]["arguments"])))
        if message["role"] == "tool":
            found.append(message["content"])
    return list(zip(calls, found))


def best_time(work):
    seconds = []
    for nth in range(ROUNDS):
        started = time.process_time()
        work(nth)
        seconds.append(time.process_time() - started)
    return min(seconds)


def parsing(lines):
    def parse(_):
        for line in lines:
            json.loads(line)

    return best_time(parse)


def gemproof(options, lines, calls, table, ways):
    """Measures each way, a label and its arguments, on the lines repeated."""
    children = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as repeated:
        for _ in range(options.repeat):
            repeated.write("\n".join(lines) + "\n")
        repeated.flush()
        for label, arguments in ways:
            command = [options.gemproof.resolve(), "verify", repeated.name, "--jobs", "1", *arguments]
            command = [*map(str, command), "--format", "human", "--show", "0"]
            seconds = []
            for _ in range(ROUNDS):
                started = children()
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                seconds.append(children() - started)
                if done.returncode not in (0, 1):
                    sys.exit(done.stderr)
            table.gemproof(label, options.repeat * len(lines), options.repeat * calls, min(seconds))


# ---- tau-bench ---------------------------------------------------------------------------------------


def airline_tools(checkout):
    """The airline tools by name, without the packages that only the language-model side of tau-bench needs."""
    packages(checkout, ["tau_bench", "tau_bench.envs", "tau_bench.envs.airline"])
    module = importlib.import_module("tau_bench.envs.airline.tools")
    return {tool.get_info()["function"]["name"]: tool for tool in module.ALL_TOOLS}


def load_state(folder):
    return {table: json.load(open(folder / f"{table}.json")) for table in ("flights", "reservations", "users")}


def play(tools, data, run):
    agreed = 0
    for (name, arguments), recorded in run:
        try:
            answer = tools[name].invoke(data=data, **arguments)
        except Exception as error:  # the harness answers with the text of the exception
            answer = f"Error: {error}"
        agreed += answer == recorded
    return agreed


def measure_tau_bench(options):
    source = options.data / "tau1-airline"
    lines = (source / "trajectories.jsonl").read_text().splitlines()
    tools = airline_tools(options.tau_bench)
    # The runs were made with the revision of the data that is beside them.
    given = json.load(open(source / "db.json"))
    runs = [exchanges(json.loads(line)) for line in lines]
    calls = sum(map(len, runs))
    table = Table()

    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for name, records in given.items():
            (scratch / f"{name}.json").write_text(json.dumps(records))
        few = runs[: options.fresh]
        seconds = best_time(lambda nth: [play(tools, load_state(scratch), run) for run in few])
        table.python("state loaded for each episode", len(few), sum(map(len, few)), seconds)

    state_text = json.dumps(given)
    seconds = []
    for _ in range(ROUNDS):
        seconds.append(0.0)
        for run in runs:
            data = json.loads(state_text)
            started = time.process_time()
            play(tools, data, run)
            seconds[-1] += time.process_time() - started
    table.python("bare calls", len(runs), calls, min(seconds))
    table.line("python, parsing alone", len(lines), calls, parsing(lines))

    environment = ["--env", "envs/tau1-airline", "--state", source / "db.json"]
    gemproof(options, lines, calls, table, [
        ("file to verdict", environment),
        ("every call run afresh", [*environment, "--no-memo"]),
        ("level formed", ["--level", "formed"]),
    ])


# ---- BFCL --------------------------------------------------------------------------------------------

MODULES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
STATELESS = ["MathAPI"]


def official_executor(checkout):
    """The module of BFCL's executor, and the classes by name; its configuration, which names more, is stood in for."""
    root = checkout / "berkeley-function-call-leaderboard"
    inner = "bfcl_eval.eval_checker.multi_turn_eval"
    packages(root, ["bfcl_eval", "bfcl_eval.constants", "bfcl_eval.eval_checker", inner, f"{inner}.func_source_code"])
    paths = {name: f"{inner}.func_source_code.{module}" for name, module in MODULES.items()}
    configuration = types.ModuleType("bfcl_eval.constants.executable_backend_config")
    configuration.CLASS_FILE_PATH_MAPPING = paths
    configuration.STATELESS_CLASSES = STATELESS
    sys.modules[configuration.__name__] = configuration
    classes = {name: getattr(importlib.import_module(path), name) for name, path in paths.items()}
    return importlib.import_module(f"{inner}.multi_turn_utils"), classes


def steps(record):
    """The calls of a run as the texts that BFCL executes, those of one message together."""

    def text(function):
        arguments = json.loads(function["arguments"]).items()
        return f"{function['name']}({', '.join(f'{name}={value!r}' for name, value in arguments)})"

    calls = [message.get("tool_calls") or [] for message in record["messages"]]
    return [[text(call["function"]) for call in step] for step in calls if step]


def execute(executor, record, calls_by_step, run, name):
    """Runs the calls as BFCL's evaluation does; how many answers are as recorded.

    The executor keeps its objects by `name` and record.
    """
    metadata = record["metadata"]
    answers = []
    for calls in calls_by_step:
        answers += executor.execute_multi_turn_func_call(
            calls, metadata["initial_state"], metadata["involved_classes"], name, record["id"], metadata["long_context"]
        )[0]
    return sum(answer == recorded for answer, (_, recorded) in zip(answers, run))


def shown(answer):
    """What the executor makes of a method's result."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, dict):
        try:
            return json.dumps(answer)
        except TypeError:
            pass
    return str(answer)


def call_directly(classes, record, run):
    metadata = record["metadata"]
    methods = {}
    for name in metadata["involved_classes"]:
        instance = classes[name]()
        if name not in STATELESS:
            state = copy.deepcopy(metadata["initial_state"].get(name, {}))
            instance._load_scenario(state, long_context=metadata["long_context"])
        methods.update((method, instance) for method in dir(instance) if not method.startswith("_"))
    agreed = 0
    for (name, arguments), recorded in run:
        try:
            answer = shown(getattr(methods[name], name)(**arguments))
        except Exception as error:
            answer = f"Error during execution: {error}"
        agreed += answer == recorded
    return agreed


def measure_gorilla(options):
    lines = (options.data / "bfcl" / "base.jsonl").read_text().splitlines()
    executor, classes = official_executor(options.gorilla)
    records = [json.loads(line) for line in lines]
    calls = sum(len(exchanges(record)) for record in records)
    table = Table()

    def measure(label, prepare, play):
        # Afresh for each round: a method may change the arguments that it is given.
        rounds = [[prepare(record, nth) for record in records] for nth in range(ROUNDS)]
        agreed = []
        seconds = best_time(lambda nth: agreed.append(sum(play(*run) for run in rounds[nth])))
        table.python(label, len(records), calls, seconds, f"{min(agreed)} of {calls} answers as recorded")

    measure(
        "official executor",
        lambda record, nth: (executor, record, steps(record), exchanges(record), f"round_{nth}"),
        execute,
    )
    measure(
        "classes called directly",
        lambda record, nth: (classes, record, exchanges(record)),
        call_directly,
    )
    table.line("python, parsing alone", len(lines), calls, parsing(lines))

    environments = [argument for folder in sorted(Path("envs").glob("bfcl-*")) for argument in ("--env", folder)]
    gemproof(options, lines, calls, table, [
        ("file to verdict", environments),
        ("every call run afresh", [*environments, "--no-memo"]),
        ("levels executed and grounded", [*environments, "--level", "executed,grounded"]),
        ("level formed", ["--level", "formed"]),
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tau-bench", type=Path)
    parser.add_argument("--gorilla", type=Path)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("GEMPROOF_DATA", "../shared/data")))
    parser.add_argument("--gemproof", type=Path, default=Path("target/release/gemproof"))
    parser.add_argument("--repeat", type=int, default=50)
    parser.add_argument("--fresh", type=int, default=20, help="episodes of tau-bench to time with a fresh state")
    options = parser.parse_args()
    if not options.tau_bench and not options.gorilla:
        parser.error("one of --tau-bench and --gorilla is needed")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if options.tau_bench:
        measure_tau_bench(options)
    if options.gorilla:
        measure_gorilla(options)


if __name__ == "__main__":
    main()
