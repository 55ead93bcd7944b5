"""A round trip leaves nothing behind: read from the recipient's mailbox itself, however the trip ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LAB = [sys.executable, str(TOP / "scripts" / "lab")]
sys.path.insert(0, str(TOP / "tests"))

from lab import score, world  # noqa: E402

usable = os.geteuid() == 0 and not world.missing_tools()
pytestmark = pytest.mark.skipif(not usable, reason="needs root and the servers that scripts/test installs")

ASK = "deliver alice@example.org --to friend@example.com --password-file /run/lab/client/password --to-password-file /run/lab/client/password-friend"
# What the mailboxes hold but for Dovecot's own files, before and behind a run; then the facts.
SCRIPT = """
list() { find /run/lab/dovecot/mail -type f ! -name 'dovecot*' ! -name subscriptions ! -name maildirfolder -printf '%P\\n' | sed 's,/cur/,/new/,; s/:2,.*//' | sort; }
list >/run/before
{command} >/run/report; status=$?
{settle}
list >/run/behind
diff /run/before /run/behind >/run/changed
printf '%s\\n' "$status" "$(grep -rl X-Mailwhy-Test /run/lab/dovecot/mail | wc -l)" "$(tr '\\n' ' ' </run/changed)"
cat /run/facts
"""


def trip(scenario, options="", command="{mailwhy} {ask} {options} --save /run/facts", settle=":"):
    """(exit status, copies of the message that are left, other changes of the mailboxes, facts)"""
    line = command.format(mailwhy=score.program(), ask=ASK, options=options)
    script = SCRIPT.replace("{command}", line).replace("{settle}", settle)
    done = subprocess.run([*LAB, "run", "--quiet", scenario, "--", "bash", "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    status, left, changed, _, *facts = done.stdout.splitlines()
    return int(status), int(left), changed.strip(), [json.loads(fact) for fact in facts]


def values(facts, name):
    return [fact["value"] for fact in facts if fact["fact"] == name]


@pytest.mark.parametrize("scenario, folder, status", [("healthy-deliver", "INBOX", 0), ("deliver-junk", "Junk", 1), ("deliver-footer", "INBOX", 1)])
def test_the_message_is_found_and_removed(scenario, folder, status):
    result, left, changed, facts = trip(scenario)
    assert (result, left, changed) == (status, 0, "")
    assert values(facts, "deliver.arrived") == [folder] and values(facts, "deliver.removed") == [folder]
    assert values(facts, "deliver.body") == [scenario != "deliver-footer"]
    assert values(facts, "deliver.signature") == ["body altered" if scenario == "deliver-footer" else "pass"]


def test_both_messages_of_an_intrusive_run_are_removed():
    _, left, changed, facts = trip("deliver-smuggling", "--intrusive")
    assert (left, changed) == (0, "")
    assert values(facts, "smtp.end_of_data") == ["LF.LF"]
    assert len(values(facts, "deliver.removed")) == 2


def test_wrong_ends_that_are_passed_over_are_no_fault():
    result, left, changed, facts = trip("healthy-deliver-normalize", "--intrusive")
    assert (result, left, changed) == (0, 0, "")
    assert values(facts, "smtp.end_of_data") == []
    assert "LF.LF" in values(facts, "smtp.end_of_data.passed")[0]


def test_to_oneself_with_one_login_to_each_service():
    ask = ASK.split()[0] + " alice@example.org --password-file /run/lab/client/password"
    result, left, changed, facts = trip("healthy-deliver", command="{mailwhy} " + ask + " --save /run/facts")
    assert (result, left, changed) == (0, 0, "")
    assert len(values(facts, "smtp.login")) == len(values(facts, "arrival.login")) == 1 and values(facts, "imap.login") == []


def test_nothing_is_sent_where_the_mailbox_does_not_open():
    result, left, changed, facts = trip("healthy-deliver", command="{mailwhy} {ask} --save /run/facts".replace("{ask}", ASK.replace("password-friend", "password")))
    assert (result, left, changed) == (3, 0, "")
    assert values(facts, "deliver.message") == [] and len(values(facts, "arrival.login")) == 1


def test_a_connection_that_breaks_at_the_dot_is_told():
    result, left, changed, facts = trip("deliver-cut-at-the-dot", "--timeout 12")
    assert (result, left, changed) == (1, 0, "")
    assert values(facts, "deliver.unsure") == ["hung up"] and values(facts, "deliver.left") == ["INBOX"]


def test_an_interrupted_run_says_what_may_be_left():
    begins = "for i in $(seq 200); do grep -q status=deferred /run/lab/sending/log && break; sleep 0.05; done"
    command = "{{ {mailwhy} {ask} --save /run/facts & {begins}; kill -TERM $!; wait $!; }}".replace("{begins}", begins)
    arrives = "for i in $(seq 100); do grep -rq X-Mailwhy-Test /run/lab/dovecot/mail && break; sleep 0.2; done"
    _, left, _, facts = trip("deliver-greylist", command=command, settle=arrives)
    assert values(facts, "run.partial") == ["interrupted"]
    assert left == 1 and values(facts, "deliver.left") == ["INBOX"]
