#!/usr/bin/env python3
"""Throughput of gemproof against the original Python tools, on the same input, one after the other on one core.

    python3 benches/python_reference.py --tau-bench CHECKOUT [--data DIR] [--gemproof target/release/gemproof]

CHECKOUT is a clone of the public repository `sierra-research/tau-bench`; nothing of it is part of gemproof. Printed are
runs/s and calls/s of

  python, state loaded for each episode    as the harness of tau-bench does
  python, bare calls                       arguments parsed and state loaded beforehand: the calls alone, answers compared
  python, parsing alone                    reading the file, nothing else
  gemproof                                 from file to verdict: parsing, schemas, execution, comparison, final states

gemproof runs on the file repeated `--repeat` times, start-up included, with and without the store of known outcomes.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path


def original_tools(checkout):
    """The airline tools by name, without the packages that only the language-model side of tau-bench needs."""
    sys.path.insert(0, str(checkout))
    for name in ("tau_bench", "tau_bench.envs", "tau_bench.envs.airline"):
        package = types.ModuleType(name)
        package.__path__ = [str(checkout / name.replace(".", "/"))]
        sys.modules[name] = package
    module = importlib.import_module("tau_bench.envs.airline.tools")
    return {tool.get_info()["function"]["name"]: tool for tool in module.ALL_TOOLS}


def load_state(folder):
    return {table: json.load(open(folder / f"{table}.json")) for table in ("flights", "reservations", "users")}


def exchanges(record):
    """The calls of a run with their recorded observations, in order."""
    calls, found = [], []
    for message in record["messages"]:
        for call in message.get("tool_calls") or []:
            calls.append((call["function"]["name"], json.loads(call["function"]["arguments"])))
        if message["role"] == "tool":
            found.append(message["content"])
    return list(zip(calls, found))


def play(tools, data, run):
    agreed = 0
    for (name, arguments), recorded in run:
        try:
            answer = tools[name].invoke(data=data, **arguments)
        except Exception as error:  # the harness answers with the text of the exception
            answer = f"Error: {error}"
        agreed += answer == recorded
    return agreed


def report(label, runs, calls, seconds, note=""):
    print(f"{label:52} {runs / seconds:10.0f} runs/s {calls / seconds:10.0f} calls/s  {note}")
    return runs / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tau-bench", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("GEMPROOF_DATA", "../shared/data")))
    parser.add_argument("--gemproof", type=Path, default=Path("target/release/gemproof"))
    parser.add_argument("--repeat", type=int, default=50)
    parser.add_argument("--fresh", type=int, default=20, help="episodes to time with a fresh state")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    source = options.data / "tau1-airline"
    lines = (source / "trajectories.jsonl").read_text().splitlines()
    tools = original_tools(options.tau_bench)
    # The runs were made with the revision of the data that is beside them.
    given = json.load(open(source / "db.json"))

    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for table, records in given.items():
            (scratch / f"{table}.json").write_text(json.dumps(records))
        records = [json.loads(line) for line in lines]
        runs = [exchanges(record) for record in records]
        calls = sum(map(len, runs))
        state_text = json.dumps(given)

        started = time.perf_counter()
        for run in runs[: options.fresh]:
            play(tools, load_state(scratch), run)
        fresh = report("python, state loaded for each episode", options.fresh, sum(map(len, runs[: options.fresh])),
                       time.perf_counter() - started)

        seconds = 0.0
        for run in runs:
            data = json.loads(state_text)
            started = time.perf_counter()
            play(tools, data, run)
            seconds += time.perf_counter() - started
        bare = report("python, bare calls", len(runs), calls, seconds)

        started = time.perf_counter()
        for _ in range(5):
            for line in lines:
                json.loads(line)
        report("python, parsing alone", 5 * len(lines), 5 * calls, time.perf_counter() - started)

        repeated = scratch / "repeated.jsonl"
        with repeated.open("w") as out:
            for _ in range(options.repeat):
                out.write("\n".join(lines) + "\n")
        environment = ["--env", "envs/tau1-airline", "--state", str(source / "db.json")]
        for label, extra in [
            ("gemproof, file to verdict", environment),
            ("gemproof, every call run afresh", [*environment, "--no-memo"]),
            ("gemproof, level formed", []),
        ]:
            command = [str(options.gemproof), "verify", str(repeated), "--jobs", "1", "--show", "0", "--format", "human", *extra]
            started = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - started
            if done.returncode not in (0, 1):
                sys.exit(done.stderr)
            n = options.repeat * len(lines)
            rate = n / seconds
            report(label, n, options.repeat * calls, seconds, f"{rate / fresh:.0f} x fresh, {rate / bare:.1f} x bare")


if __name__ == "__main__":
    main()
