"""No lookup is sent twice in a run, as the wire of the client's network shows (queries.py): the same question to the same server, with the same flags and
over the same transport. A packet that was sent again since nothing came has the same id and port, and is no second lookup.

Questions with DO are those about the chain of trust and libunbound's, which validates here."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LAB = [sys.executable, str(TOP / "scripts" / "lab")]
sys.path.insert(0, str(TOP / "tests"))

from lab import score, world  # noqa: E402

usable = os.geteuid() == 0 and not world.missing_tools()
pytestmark = pytest.mark.skipif(not usable, reason="needs root and the servers that scripts/test installs")

WORDS = ["dns", "check"]
ASK = "alice@example.org --dkim-selector s1 --json"
ROUTE = ("server", "tcp", "name", "type", "rd", "cd", "do", "edns")


@pytest.fixture(scope="module")
def queries():
    """{word: what it sent}"""
    listen = f"{sys.executable} {TOP}/tests/lab/queries.py {score.program()}"
    script = "; ".join(f"echo {word}; {listen} {word} {ASK}" for word in WORDS)
    done = subprocess.run([*LAB, "run", "--quiet", "healthy", "--", "bash", "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found, word = {}, None
    for line in done.stdout.splitlines():
        if line in WORDS:
            word = line
        else:
            found.setdefault(word, []).append(json.loads(line))
    return found


@pytest.mark.parametrize("word", WORDS)
def test_no_lookup_is_sent_twice(word, queries):
    sent = defaultdict(set)
    for query in queries[word]:
        sent[tuple(query[key] for key in ROUTE)].add((query["id"], query["port"]))
    assert [route for route, packets in sent.items() if len(packets) > 1] == []
    assert {("DS", "example.org"), ("DNSKEY", "."), ("TLSA", "_25._tcp.mx1.example.org")} <= {(query["type"], query["name"]) for query in queries[word] if query["do"]}


@pytest.mark.parametrize("word", WORDS)
def test_only_what_helps_is_asked(word, queries):
    wanted = {"A", "AAAA", "CAA", "CNAME", "DNSKEY", "DS", "MX", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT"}
    assert {query["type"] for query in queries[word]} <= wanted


@pytest.mark.parametrize("word", WORDS)
def test_each_question_has_its_own_port_and_id(word, queries):
    """RFC 5452: neither may be guessed from the one before."""
    ours = [query for query in queries[word] if not query["tcp"] and not query["do"]]
    assert len(ours) > 60 and {query["rd"] for query in ours} == {True, False}
    assert len({query["port"] for query in ours}) > len(ours) / 4
    assert len({query["id"] for query in ours}) > len(ours) - 3
    assert not any(query["rd"] and query["tcp"] for query in queries[word])
