"""Proves that the faults of the scenarios are really there, without the program under test: each scenario may name
commands and what their output must match (`proof`); they run where its client sits, one after another in one box."""

import json
import os
import re
import tempfile
from itertools import zip_longest

from . import scenario, world

LIMIT_S = "60"


class Proofs:
    """Proofs of one scenario on their way: run inside its box, read when that has ended."""

    def __init__(self, pairs):
        self.pairs = pairs
        self.told = tempfile.TemporaryFile()

    def run(self, what, run_at_client):
        """Called inside the box (`after` of world.start)."""
        for command, _ in self.pairs:
            filled = scenario.fill(command, scenario.replacer(what, {}))
            with tempfile.TemporaryFile() as out:
                run_at_client(["timeout", LIMIT_S, "sh", "-c", scenario.TOOLS + filled], out)
                out.seek(0)
                text = out.read().decode("utf-8", "replace")
            os.write(self.told.fileno(), json.dumps(text).encode() + b"\n")

    def results(self):
        """A table for each proof. One that never ran, since the box ended before, does not hold."""
        self.told.seek(0)
        outs = map(json.loads, self.told)
        return [{"proof": command, "wanted": pattern, "out": "(never ran)" if out is None else out,
                 "holds": out is not None and bool(re.search(pattern, out, re.DOTALL))}
                for (command, pattern), out in zip_longest(self.pairs, outs)]


class Job:
    """A box in which nothing but proofs run."""

    def __init__(self, name, pairs, tables):
        self.name, self.proofs = name, Proofs(pairs)
        self.pid = world.start(name, lambda what: ["true"], tables=tables, after=self.proofs.run)


def tell(name, result, verbose=False):
    print(f"{'proved' if result['holds'] else 'NOT SO':<8}{name:<30}{result['proof']}", flush=True)
    if verbose or not result["holds"]:
        print("    wanted: " + result["wanted"] + "\n    " + result["out"].replace("\n", "\n    "), flush=True)


def wanted(name, tables):
    """[(command, pattern)]; a scenario without a proof is an error of the files."""
    if name not in tables:
        raise scenario.Unknown(name)
    if not scenario.proofs(name, tables):
        raise ValueError(f"{name} has no proof")
    return scenario.proofs(name, tables)


def is_fresh(name, tables):
    return tables[name].get("fresh_proof", False)


def boxes(name, tables):
    """The proofs of a scenario, box by box."""
    pairs = wanted(name, tables)
    return [[pair] for pair in pairs] if is_fresh(name, tables) else [pairs]


def run(names, tables, jobs):
    """(scenario, result) of each proof, as the boxes end."""
    waiting, running = [(name, pairs) for name in names for pairs in boxes(name, tables)], {}
    while waiting or running:
        while waiting and len(running) < jobs:
            job = Job(*waiting.pop(0), tables)
            running[job.pid] = job
        pid, _ = os.wait()
        job = running.pop(pid)
        yield from ((job.name, result) for result in job.proofs.results())


def main(names, verbose, jobs):
    tables = scenario.read_all()
    missed = 0
    for name, result in run(names or scenario.ids(tables), tables, jobs):
        tell(name, result, verbose)
        missed += not result["holds"]
    return 1 if missed else 0
