"""The RFC 7208 suite (openspf.org): every case's zone data is served by NSD behind Unbound, the whole program is run as a user would, and result and explanation
are compared. Where the data says TIMEOUT the name's servers refuse, or never answer."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from . import suite
from .dns_world import World

DOCUMENTS = suite.documents("spf/rfc7208-tests.yml")
CASES = [(number, name) for number, document in enumerate(DOCUMENTS) for name in document["tests"]]
SILENT = {"Record lookup"}  # what fails there fails by silence; elsewhere by refusal, which is quicker
WAIT_S = 2  # for a run in which servers are silent


def records_of(document):
    """(name, type, data) of a document's zone data. Records of type SPF stand for TXT too where the name has none of its own; "TXT: NONE" is none."""
    for name, entries in document["zonedata"].items():
        pairs = [pair for entry in entries if isinstance(entry, dict) for pair in entry.items()]
        has_txt = any(kind == "TXT" for kind, _ in pairs)
        for kind, data in pairs:
            if data == "NONE":
                continue
            yield name, kind, data
            if kind == "SPF" and not has_txt:
                yield name, "TXT", data


def dead_of(document):
    """Names whose servers fail: those that say TIMEOUT, unless their TXT records are there to be found."""
    how = "silent" if document["description"] in SILENT else "refused"
    found = {name for name, kind, _ in records_of(document) if kind == "TXT"}
    return {name.lower(): how for name, entries in document["zonedata"].items() if "TIMEOUT" in entries and name not in found}


def evaluate(world, document, name):
    case = document["tests"][name]
    command = [suite.MAILWHY, "dns", "--spf", "--resolver", world.resolver, "--ip", case["host"], "--helo", case["helo"], "--from", case["mailfrom"] or "<>"]
    if document["description"] in SILENT:
        command += ["--timeout", str(WAIT_S)]
    return subprocess.run(command, capture_output=True, text=True, env=suite.ENVIRONMENT, timeout=60, check=False)


@pytest.fixture(scope="module")
def answers():
    """(document, case) -> what the program printed: all of them at once, since they wait more than they compute."""
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        starting = [pool.submit(World(records_of(d), dead_of(d)).__enter__) for d in DOCUMENTS]
        worlds = []
        for start in starting:
            world = start.result()
            stack.callback(world.__exit__)
            worlds.append(world)
        running = {case: pool.submit(evaluate, worlds[case[0]], DOCUMENTS[case[0]], case[1]) for case in CASES}
        yield {case: run.result() for case, run in running.items()}


def test_the_suite_is_whole():
    assert len(CASES) == 203


@pytest.mark.parametrize("case", CASES, ids=[f"{DOCUMENTS[number]['description']}: {name}" for number, name in CASES])
def test_case(answers, case):
    wanted, run = DOCUMENTS[case[0]]["tests"][case[1]], answers[case]
    lines = run.stdout.splitlines()
    assert lines, run.stderr
    results = wanted["result"] if isinstance(wanted["result"], list) else [wanted["result"]]
    assert lines[0].split()[0] in results, run.stdout
    if "explanation" in wanted:
        told = [line.removeprefix("Explanation: ") for line in lines[1:] if line.startswith("Explanation: ")]
        # The hexadecimal digits of an IPv6 address may be of either case.
        assert [text.lower() for text in told] == ([] if wanted["explanation"] == "DEFAULT" else [wanted["explanation"].lower()])
