"""Proves that the faults of the scenarios are really there, without the program under test: each scenario may name
commands and what their output must match (`proof`); they run where its client sits."""

import os
import re
import sys
import tempfile
from pathlib import Path

from . import scenario, world

HEAD = f"poke() {{ {sys.executable} {Path(__file__).parent / 'poke.py'} \"$@\"; }}\n"
LIMIT_S = "60"


def run(name, command, tables):
    """What the command prints there."""
    with tempfile.TemporaryFile() as out:

        def argv(what):
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            filled = scenario.fill(command, scenario.replacer(what, {}))
            return ["timeout", LIMIT_S, "sh", "-c", HEAD + filled]

        os.waitpid(world.start(name, argv, tables=tables), 0)
        out.seek(0)
        return out.read().decode("utf-8", "replace")


def main(names, verbose):
    tables = scenario.read_all()
    names = names or [n for n in scenario.ids(tables) if not tables[n].get("healthy")]
    missed = 0
    for name in names:
        proofs = scenario.inherited(name, tables, "proof", [])
        for command, pattern in proofs:
            out = run(name, command, tables)
            good = re.search(pattern, out, re.DOTALL)
            missed += not good
            print(f"{'proved' if good else 'NOT SO':<8}{name:<30}{command}")
            if verbose or not good:
                print("    wanted: " + pattern + "\n    " + out.replace("\n", "\n    "))
        if not proofs:
            missed += 1
            print(f"{'NOTHING':<8}{name:<30}has no proof")
    return 1 if missed else 0
