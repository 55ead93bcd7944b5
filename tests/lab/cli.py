"""The command line of scripts/lab."""

import argparse
import os
import signal
import sys

from . import box, prove, scenario, score, store, world

TEXT = """A private Internet in network namespaces, with real servers and a known fault (or none).

  list                    the scenarios, their truth and their titles
  run ID [-- COMMAND…]    run COMMAND where the scenario's client sits; without one, mailwhy with the scenario's question
  shell ID                a shell there
  prove [ID…]             show, with plain tools, that each fault is really there
  score [ID…]             run mailwhy in every scenario and compare the roots it names with the truth; exit status 1
                          if the bar is missed (top-1 >= 95 %, no false alarm, both of two faults listed). With --prove,
                          each fault is proved in the same box afterwards, and must be there

Needs root. The program is $MAILWHY or build/mailwhy. Inside, the servers' files and logs are below /run/lab. Nothing is
left behind however it ends, except for the cache of keys and certificates in $XDG_CACHE_HOME/mailwhy-lab.
"""


def parser():
    top = argparse.ArgumentParser(prog="lab", description=TEXT, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="what", required=True, metavar="list|run|shell|prove|score")
    commands.add_parser("list")
    for name in ("run", "shell"):
        sub = commands.add_parser(name)
        sub.add_argument("id")
        sub.add_argument("--quiet", action="store_true", help="do not say how long it took to come up")
        if name == "run":
            sub.add_argument("command", nargs=argparse.REMAINDER)
    sub = commands.add_parser("prove")
    sub.add_argument("--verbose", action="store_true")
    sub.add_argument("--jobs", type=int, default=4)
    sub.add_argument("id", nargs="*")
    sub = commands.add_parser("score")
    sub.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="most of them only wait")
    sub.add_argument("--prove", action="store_true", help="prove the faults too")
    sub.add_argument("--json", action="store_true")
    sub.add_argument("--keep", metavar="DIRECTORY", help="write every report and its errors there")
    sub.add_argument("id", nargs="*")
    return top


def do_list():
    tables = scenario.read_all()
    for name in scenario.ids(tables):
        truth = " + ".join(tables[name].get("expect", [])) or "healthy"
        print(f"{name:<34}{truth:<48}{tables[name]['title']}")
    return 0


def say_up(words):
    if "up_ms" in words:
        print(f"lab: {words['id']} up in {words['up_ms']} ms", file=sys.stderr, flush=True)
    for breach in words.get("rude", []):
        print(f"lab: {breach}", file=sys.stderr, flush=True)


def do_inside(name, command, quiet):
    tables = scenario.read_all()
    if name not in tables:
        raise scenario.Unknown(name)

    def argv(what):
        return command or [score.program(), *scenario.command(name, tables, what)]

    pid = world.start(name, argv, (lambda words: None) if quiet else say_up, tables)
    # Ctrl-C belongs to the command; it ends, and then so do we.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return box.wait_for(pid)


def main(arguments):
    options = parser().parse_args(arguments)
    # Python ignores SIGPIPE and would hand that down to every command run inside.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        if options.what == "list":
            return do_list()
        if os.geteuid() != 0:
            print("lab: needs root, for network namespaces and ports below 1024", file=sys.stderr)
            return 77
        if absent := world.missing_tools():
            print(f"lab: not installed: {' '.join(absent)}", file=sys.stderr)
            return 69
        store.prune()
        if options.what == "prove":
            return prove.main(options.id, options.verbose, options.jobs)
        if options.what == "score":
            return score.main(options.id, options.jobs, options.json, options.keep, options.prove)
        command = [os.environ.get("SHELL", "/bin/bash")] if options.what == "shell" else options.command
        return do_inside(options.id, command[1:] if command[:1] == ["--"] else command, options.quiet)
    except scenario.Unknown as name:
        print(f"lab: no scenario {name}; `lab list` names them", file=sys.stderr)
        return 64
