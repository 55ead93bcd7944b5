"""A round trip is asked for in full, or not at all: who sends, who reads, and both logins."""

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
