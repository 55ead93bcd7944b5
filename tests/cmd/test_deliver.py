"""A round trip is asked for in full, or not at all: who sends, who reads, and both logins."""

import json

import pytest

from programs import mailwhy, one_line

USAGE = 64


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text("secret-word\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("words, pattern", [
    (("deliver",), r"a target is missing: mailwhy deliver user@example\.org"),
    (("deliver", "example.org", "--to", "bob@example.net", "--user", "alice", "--password-file", "{}"), r"a message needs a sender's address"),
    (("deliver", "alice@example.org"), r"the sender's login is needed"),
    (("deliver", "--from", "alice@example.org", "--to", "bob@example.net", "--password-file", "{}"), r"the recipient's login is needed"),
    (("deliver", "alice@example.org", "--to", "bob", "--password-file", "{}"), r"--to takes an address"),
    (("check", "alice@example.org", "--deliver", "--to", "bob@example.net", "--password-file", "{}"), r"the recipient's login is needed"),
    (("check", "alice@example.org", "--intrusive"), r"--intrusive is for --deliver alone"),
    (("smtp", "mx.example.org", "--deliver"), r"--deliver is for mailwhy deliver and mailwhy check"),
])
def test_usage(words, pattern, password):
    one_line(mailwhy(*[word.format(password) for word in words]), USAGE, pattern)


def test_without_a_network_nothing_is_sent(password):
    words = ["deliver", "--from", "alice@example.org", "--password-file", password, "--resolver", "127.0.0.1:9", "--timeout", "5", "--json"]
    done = mailwhy(*words)
    assert done.returncode == 3 and '"message"' not in done.stdout and "secret-word" not in done.stdout


@pytest.mark.parametrize("reply, refused", [("550 5.1.1 no such user", True), ("250 2.1.5 Ok", False)])
def test_one_recipient_refused_is_not_all_sending(reply, refused, tmp_path):
    at = "mail.example.org[198.51.100.10]:587"
    facts = [("target.domain", "example.org", "example.org"), ("recipient.mailbox", "bob@example.net", "bob@example.net"),
             ("endpoint.submission", at, "published"), ("smtp.rcpt", at, reply)]
    header = {"schema": "mailwhy-facts/1", "version": "0.1.0", "vantage": "test", "question": "deliver", "target": "alice@example.org", "options": []}
    lines = [header] + [{"n": n, "fact": fact, "about": about, "value": value, "because": 0, "from": "test", "at": "2026-11-22T13:00:00Z"}
                      for n, (fact, about, value) in enumerate(facts, 1)]
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = " ".join(mailwhy("explain", tmp_path / "run.jsonl", "--format", "text").stdout.split())
    assert ("No message was sent: mail.example.org refuses bob@example.net as recipient" in words) == refused
