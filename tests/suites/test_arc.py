"""ARC chains of Valimail's published suite (draft-ietf-dmarc-arc-protocol, RFC 8617): every case's message is given to `mailwhy dns --message`, its keys are
served by NSD, and arc.result must be what the suite says."""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from . import suite

DOCUMENTS = suite.documents("arc/arc-draft-validation-tests.yml")
CASES = [(number, name) for number, document in enumerate(DOCUMENTS) for name in document["tests"]]


def wanted(case):
    """Where the suite leaves the result open the newest or an older seal says cv=fail: RFC 8617 section 5.2, step 2, and section 4.2.1 make that a fail."""
    return (case["cv"] or "Fail").lower()


def groups():
    """Documents whose keys do not contradict each other share a name server: [(records, numbers)]."""
    found = []
    for number, document in enumerate(DOCUMENTS):
        keys = document["txt-records"]
        for records, numbers in found:
            if all(records.get(name, text) == text for name, text in keys.items()):
                records.update(keys)
                numbers.append(number)
                break
        else:
            found.append((dict(keys), [number]))
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """{(number of the document, name of the case): (facts, exit status, errors)}"""
    home = tmp_path_factory.mktemp("arc")
    with contextlib.ExitStack() as servers:
        resolver = {}
        for records, numbers in groups():
            lines = [f"{name}. 60 IN TXT {suite.strings(text)}" for name, text in records.items()]
            address = servers.enter_context(suite.name_server(home / f"server-{numbers[0]}", lines))
            resolver.update(dict.fromkeys(numbers, address))

        def run(case):
            number, name = case
            path = home / f"{number}-{name}.eml"
            path.write_bytes(DOCUMENTS[number]["tests"][name]["message"].encode())
            return case, suite.facts("dns", "example.org", "--message", path, "--only", "message", "--resolver", resolver[number])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(pool.map(run, CASES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_case(case, results):
    told, status, errors = results[case]
    number, name = case
    assert told.get("arc.result") == [wanted(DOCUMENTS[number]["tests"][name])], (told.get("arc.flaw"), status, errors)
