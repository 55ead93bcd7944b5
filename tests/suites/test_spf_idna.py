"""SPF and names beyond ASCII, of which the published suite has none: U-labels on the command line, A-labels in records, local parts in UTF-8 (RFC 7208, RFC 8616)."""

import subprocess

import pytest

from . import suite
from .dns_world import World

HOUSE, SHOP = "xn--bcher-kva.example", "xn--fiqs8s.example"  # bücher, 中国
RECORDS = [
    (HOUSE, "TXT", "v=spf1 ip4:192.0.2.1 include:" + SHOP + " -all exp=why." + HOUSE),
    ("why." + HOUSE, "TXT", "%{i} may not send for %{d}"),
    (SHOP, "TXT", "v=spf1 ip4:192.0.2.2 -all"),
    ("raw.example.org", "TXT", "v=spf1 include:bücher.example -all".encode()),
    ("local.example.org", "TXT", "v=spf1 exists:%{l}.users.example.org ip4:192.0.2.3 -all"),
    ("stranger.example.org", "TXT", "v=spf1 include:%{l}.users.example.org -all"),
    ("alice.users.example.org", "A", "127.0.0.2"),
    ("*.users.example.org", "A", "127.0.0.2"),
    ("helo." + HOUSE, "TXT", "v=spf1 ip4:192.0.2.4 -all"),
    ("of.example.org", "TXT", "v=spf1 exists:%{o}.seen.example.org exists:%{h}.seen.example.org -all"),
    (HOUSE + ".seen.example.org", "A", "127.0.0.2"),
]


@pytest.fixture(scope="module")
def world():
    with World(RECORDS) as world:
        yield world


def result(world, *words):
    done = subprocess.run([suite.MAILWHY, "dns", "--spf", "--resolver", world.resolver, *words], capture_output=True, text=True, env=suite.ENVIRONMENT, timeout=60, check=False)
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[0].split()[0], done.stdout


@pytest.mark.parametrize("wanted, words", [
    ("pass", ["bücher.example", "--ip", "192.0.2.1"]),
    ("pass", ["--ip", "192.0.2.1", "--from", "alice@BÜCHER.example"]),
    ("pass", ["--ip", "192.0.2.2", "--from", "alice@bücher.example"]),  # through the include of 中国.example
    ("pass", ["--ip", "192.0.2.2", "--from", "alice@中国。example"]),
    ("fail", ["--ip", "192.0.2.9", "--from", "alice@bücher.example"]),
    ("pass", ["--ip", "192.0.2.4", "--from", "<>", "--helo", "helo.bücher.example"]),
    ("permerror", ["--ip", "192.0.2.9", "--from", "alice@raw.example.org"]),  # a record must be ASCII
    ("none", ["--ip", "192.0.2.9", "--from", "alice@ex\u2028ample.org"]),  # no domain at all
])
def test_domains(world, wanted, words):
    assert result(world, *words)[0] == wanted


def test_the_explanation_names_the_a_label(world):
    assert "Explanation: 192.0.2.9 may not send for " + HOUSE in result(world, "--ip", "192.0.2.9", "--from", "alice@bücher.example")[1]


@pytest.mark.parametrize("wanted, address, sender", [
    ("pass", "192.0.2.9", "alice@local.example.org"),
    ("fail", "192.0.2.9", "爱丽丝@local.example.org"),  # the wildcard would match: RFC 8616 says that such a term matches nothing
    ("pass", "192.0.2.3", "爱丽丝@local.example.org"),  # the next term does
    ("fail", "192.0.2.9", "爱丽丝@stranger.example.org"),  # not a permanent error either
    ("permerror", "192.0.2.9", "bob@stranger.example.org"),
])
def test_local_parts(world, wanted, address, sender):
    assert result(world, "--ip", address, "--from", sender)[0] == wanted


def test_macros_give_a_labels(world):
    assert result(world, "of.example.org", "--ip", "192.0.2.9", "--from", "alice@bücher.example")[0] == "pass"
    assert result(world, "of.example.org", "--ip", "192.0.2.9", "--from", "alice@example.com", "--helo", "bücher.example")[0] == "pass"
