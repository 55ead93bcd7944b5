"""Every format says the same, is well formed, and shows nothing hostile as it came: a saved run may come from anywhere."""

import html.parser
import json
import re
import shlex
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from programs import mailwhy

JUDGE = Path(__file__).resolve().parents[1] / "judge"
EVIL = "<script>alert(1)</script>\x1b[31m|\"quoted\" `tick` & \\ \x07\u202eend\nnext"
BLOCKED = 2


@pytest.fixture
def saved(tmp_path):
    """A domain that is not there, told by a server that says evil things."""
    target = "alice@example.org" + EVIL
    rows = [{"schema": "mailwhy-facts/1", "version": "0.1.0", "vantage": EVIL, "question": "check", "target": target, "options": [f"user={EVIL}"]}]
    facts = [("target.mailbox", "alice@example.org", "alice@example.org"), ("target.domain", "example.org", "example.org"), ("parent.zone", "example.org", "org"),
             ("parent.end", "example.org@a0.org.example[198.18.0.1]", "nxdomain"), ("dns.mx.end", "example.org", "nxdomain"), ("dns.a.end", "example.org", "nxdomain"),
             ("smtp.greeting", EVIL, "220 " + EVIL), ("talk.dialogue", "x" + EVIL, ["S: " + EVIL])]
    for n, (fact, about, value) in enumerate(facts, 1):
        rows.append({"fact": fact, "about": about, "value": value, "quote": EVIL, "n": n, "because": n - 1, "from": EVIL, "at": "2026-11-22T13:00:00Z"})
    path = tmp_path / "evil.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def shown(saved, form, *more):
    done = mailwhy("explain", saved, "--format", form, *more)
    assert done.stderr == "" and done.returncode == BLOCKED
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", done.stdout), "a control character came through"
    return done.stdout


@pytest.fixture
def root(saved):
    return json.loads(shown(saved, "json"))["causes"][0]


def test_json(saved, root):
    report = json.loads(shown(saved, "json"))
    assert list(report)[:4] == ["schema", "target", "question", "verdict"] and report["schema"] == "mailwhy-report/1"
    assert set(report["verdict"]["legs"]) == {"submit", "send", "receive", "retrieve", "account"}
    assert root["root"] is True and root["severity"] == "blocks" and root["evidence"] and root["fix"] and 0 < root["confidence"] <= 1
    assert set(root) >= {"id", "legs", "about", "owner", "title", "says", "explains", "verify", "reference"}


def test_text(saved, root):
    plain = shown(saved, "text")
    assert root["id"] in plain and root["title"] in plain and max(map(len, plain.splitlines())) < 400
    verbose = shown(saved, "text", "--verbose")
    assert "Dialogue with" in verbose and "smtp.greeting" in verbose and r"\x1B[31m" in verbose


def test_html(saved, root):
    page = shown(saved, "html")
    assert "<script" not in page and "&lt;script&gt;" in page and root["id"] in page

    class Balance(html.parser.HTMLParser):
        open = []

        def handle_starttag(self, tag, attributes):
            if tag not in ("meta", "br"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag
    balance = Balance()
    balance.feed(page)
    assert balance.open == []


def test_junit(saved, root):
    top = xml.fromstring(shown(saved, "junit"))
    suite = top.find("testsuite")
    assert int(suite.get("tests")) == len(suite.findall("testcase")) > 50
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) >= 1
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    assert suite.find("testcase[failure]").get("name") == root["id"]


def test_junit_has_what_to_paste():
    case = JUDGE / "spf" / "spf.record.missing.finds.jsonl"
    pasted = [step["snippet"] for step in json.loads(mailwhy("--json", case, program="-explain").stdout)["causes"][0]["fix"] if "snippet" in step]
    failure = xml.fromstring(mailwhy("--format", "junit", case, program="-explain").stdout).find("testsuite/testcase/failure")
    assert pasted and all(snippet in failure.text for snippet in pasted)


def test_nagios(saved, root):
    line = shown(saved, "nagios")
    assert line.count("\n") == 1 and line.count("|") == 1 and line.startswith("MAILWHY CRITICAL - ") and root["id"] in line
    assert re.search(r"\| time=\d+\.\d+s causes=\d+ not_tested=\d+\n$", line)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "junit", "nagios"])
def test_every_format_says_that_a_run_is_partial(saved, form):
    whole = shown(saved, form)
    saved.write_text(saved.read_text() + json.dumps({"fact": "run.partial", "about": "example.org", "value": "interrupted", "n": 90, "from": "v", "at": "2026-11-22T13:00:00Z"}) + "\n")
    assert "interrupted" not in whole and "interrupted" in shown(saved, form)


def test_prometheus(saved, root):
    sample = re.compile(r'mailwhy_\w+\{(\w+="([^"\\\n]|\\[\\"n])*",?)+\} [0-9.]+')
    lines = shown(saved, "prometheus").splitlines()
    assert all(line.startswith("# ") or sample.fullmatch(line) for line in lines)
    assert any(f'id="{root["id"]}"' in line for line in lines)


def test_markdown(saved, root):
    page = shown(saved, "markdown")
    assert page.startswith("# ") and "<script" not in re.sub("```.*?```|`[^`\n]*`", "", page, flags=re.S) and f"`{root['id']}`" in page
    assert page.count("\n```\n") % 2 == 0


def test_the_command_to_verify_can_be_pasted(saved, root):
    words = shlex.split(root["verify"])
    assert words[:2] == ["mailwhy", "check"] and words[2].startswith("alice@example.org<script>") and words[3].startswith("--user=<script>") and len(words) == 4
    assert "\n" not in root["verify"]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "junit", "nagios"])
def test_chinese(saved, form):
    assert re.search("[\u4e00-\u9fff]", shown(saved, form, "--lang", "zh_CN"))


def test_a_parsers_clause_is_in_the_readers_language():
    case = JUDGE / "spf" / "spf.record.syntax.finds.jsonl"
    said = {lang: mailwhy("--json", "--lang", lang, case, program="-explain").stdout for lang in ("en", "zh_CN")}
    first = {lang: json.loads(text)["causes"][0] for lang, text in said.items()}
    assert "unknown mechanism" in first["en"]["says"]
    assert "unknown mechanism" not in first["zh_CN"]["says"]
    assert first["en"]["fix"][0].get("snippet") == first["zh_CN"]["fix"][0].get("snippet")


def test_no_clause_or_outcome_is_left_in_english(tmp_path):
    header = {"schema": "mailwhy-facts/1", "version": "0.1.0", "vantage": "v", "question": "dns", "target": "example.org", "options": []}
    facts = [("target.domain", "example.org", "example.org"), ("dns.mx.end", "example.org", "ok"), ("dmarc.end", "example.org", "ok"), ("spf.end", "example.org", "timed out"),
             ("dmarc.flaw", "example.org", "stands at the domain itself instead of _dmarc below it")]
    case = tmp_path / "run.jsonl"
    case.write_text("".join(json.dumps(row) + "\n" for row in [header] + [
        {"fact": fact, "about": about, "value": value, "n": n, "from": "v", "at": "2026-11-22T13:00:00Z"} for n, (fact, about, value) in enumerate(facts, 1)]))
    says = {found["id"]: found["says"] for found in json.loads(mailwhy("--json", "--lang", "zh_CN", case, program="-explain").stdout)["causes"]}
    assert "写在域名本身" in says["dmarc.record.syntax"] and "（超时）" in says["spf.dns.temperror"]


def test_a_cause_is_explained_in_the_readers_language():
    said = {lang: mailwhy("explain", "spf.lookup.void", "--lang", lang).stdout for lang in ("en", "zh_CN")}
    assert "To do in the DNS: Take" in said["en"] and "Severity: mail is impaired\n" in said["en"] and "administrator" in said["en"]
    assert "在 DNS 里要做的：请" in said["zh_CN"] and "由谁处理：域名或服务器的管理员" in said["zh_CN"] and "： " not in said["zh_CN"]
