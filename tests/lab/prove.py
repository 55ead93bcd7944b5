"""Proves that the faults of the scenarios are really there, without the program under test: each scenario may name
commands and what their output must match (`proof`); they run where its client sits."""

import os
import re
import tempfile

from . import scenario, world

LIMIT_S = "60"


class Proof:
    """One command on its way in its own box."""

    def __init__(self, name, command, pattern, tables):
        self.name, self.command, self.pattern = name, command, pattern
        self.out = tempfile.TemporaryFile()
        self.pid = world.start(name, self.argv, tables=tables)

    def argv(self, what):
        os.dup2(self.out.fileno(), 1)
        os.dup2(self.out.fileno(), 2)
        filled = scenario.fill(self.command, scenario.replacer(what, {}))
        return ["timeout", LIMIT_S, "sh", "-c", scenario.TOOLS + filled]

    def holds(self, verbose):
        """Whether it printed what it should; says so."""
        self.out.seek(0)
        out = self.out.read().decode("utf-8", "replace")
        self.out.close()
        good = bool(re.search(self.pattern, out, re.DOTALL))
        print(f"{'proved' if good else 'NOT SO':<8}{self.name:<30}{self.command}", flush=True)
        if verbose or not good:
            print("    wanted: " + self.pattern + "\n    " + out.replace("\n", "\n    "), flush=True)
        return good


def wanted(names, tables):
    """(name, command, pattern) of every proof; a scenario without one is an error of the files."""
    for name in names:
        if name not in tables:
            raise scenario.Unknown(name)
        proofs = scenario.proofs(name, tables)
        if not proofs:
            raise ValueError(f"{name} has no proof")
        for command, pattern in proofs:
            yield name, command, pattern


def main(names, verbose, jobs):
    tables = scenario.read_all()
    waiting, running, missed = list(wanted(names or scenario.ids(tables), tables)), {}, 0
    while waiting or running:
        while waiting and len(running) < jobs:
            proof = Proof(*waiting.pop(0), tables)
            running[proof.pid] = proof
        pid, _ = os.wait()
        missed += not running.pop(pid).holds(verbose)
    return 1 if missed else 0
