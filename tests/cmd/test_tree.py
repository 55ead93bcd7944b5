"""--tree shows the SPF record with all that it leads to, from facts alone: offline too, in the formats that have room for it, and safe whatever the facts say."""

import json

import pytest

from programs import HEADER, mailwhy


def fact(number, name, value, about="example.org", **more):
    return json.dumps({"fact": name, "about": about, "value": value, "n": number, "from": "test", "at": "2026-11-22T13:00:00Z", **more}) + "\n"


NODES = [
    ["1", "0", "", "example.org", "4", "ok", "v=spf1 include:_spf.example.net exists:%{i}.example.org -all mx"],
    ["2", "1", "include:_spf.example.net", "_spf.example.net", "3", "ok", "v=spf1 a:gone.example.net include:none.example -all"],
    ["3", "2", "a:gone.example.net", "gone.example.net", "1", "void", ""],
    ["4", "2", "include:none.example", "none.example", "1", "none", ""],
    ["5", "1", "exists:%{i}.example.org", "%{i}.example.org", "1", "macro", ""],
]
RUN = HEADER + "".join(fact(i, "spf.node", node) for i, node in enumerate(NODES, 1)) + fact(
    8, "spf.unreached", "mx", quote="it stands behind all") + fact(9, "spf.covers", ["192.0.2.0/24"], quote="others too") + fact(
    10, "spf.covers.ipv4", "256") + fact(11, "spf.covers.ipv6", "0")
TEXT = """\
   example.org  (4 of 10 lookups)
     v=spf1 include:_spf.example.net exists:%{i}.example.org -all mx
     include:_spf.example.net  (3 lookups)
       v=spf1 a:gone.example.net include:none.example -all
       a:gone.example.net  (1 lookup)  finds nothing
       include:none.example  (1 lookup)  no SPF record there: permanent error
     exists:%{i}.example.org  (1 lookup)  depends on who sends
   never reached in example.org: mx (it stands behind all)
   addresses that pass: 256 of IPv4, 0 of IPv6
     192.0.2.0/24
"""


def tree(tmp_path, text, *words):
    run = tmp_path / "run.jsonl"
    run.write_text(text)
    return mailwhy("explain", run, *words).stdout


def test_text(tmp_path):
    assert TEXT in tree(tmp_path, RUN, "--tree")
    assert "_spf.example.net" not in tree(tmp_path, RUN)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_documents(tmp_path, form):
    shown = tree(tmp_path, RUN, "--tree", "--format", form)
    assert "include:none.example  (1 lookup)  no SPF record there" in shown


def test_json(tmp_path):
    root = json.loads(tree(tmp_path, RUN, "--tree", "--json"))["tree"]["spf"][0]
    assert (root["domain"], root["lookups"]) == ("example.org", 4)
    assert [(below["term"], below["state"]) for below in root["below"]] == [("include:_spf.example.net", "ok"), ("exists:%{i}.example.org", "macro")]
    assert [below["state"] for below in root["below"][0]["below"]] == ["void", "none"]


@pytest.mark.parametrize("node", [
    ["2", "2", "a", "b", "1", "ok", ""],  # its own parent
    ["2", "7", "a", "b", "1", "ok", ""],  # a parent to come
    ["2", "0", "a", "b", "1", "ok", ""],  # a second root
    ["2", "1", "a", "b", "-1", "ok", ""],
    ["x", "1", "a", "b", "1", "ok", ""],
    ["2", "1"],
    [],
])
def test_hostile_nodes_are_left_out(tmp_path, node):
    shown = tree(tmp_path, HEADER + fact(1, "spf.node", NODES[0]) + fact(2, "spf.node", node), "--tree")
    assert "example.org  (4 of 10 lookups)" in shown


def test_nothing_is_shown_unsafe(tmp_path):
    node = ["1", "0", "", "exa\x1b[31mmple.org", "1", "ok", "v=spf1 \x07<b> -all"]
    shown = tree(tmp_path, HEADER + fact(1, "spf.node", node), "--tree", "--format", "html")
    assert "\x1b" not in shown and "\x07" not in shown and "<b>" not in shown
