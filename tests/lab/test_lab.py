"""The lab itself: nothing is left behind however it ends, its faults are real, its healthy networks are healthy.

How long a scenario took to come up is printed, never asserted."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LAB = [sys.executable, str(TOP / "scripts" / "lab")]
sys.path.insert(0, str(TOP / "tests"))

from lab import manners, prove, scenario, score, world  # noqa: E402

TABLES = scenario.read_all()
usable = os.geteuid() == 0 and not world.missing_tools()
needs_lab = pytest.mark.skipif(not usable, reason="needs root and the servers that scripts/test installs")


# --- what a run could leave behind ---

def processes():
    return {p.name for p in Path("/proc").iterdir() if p.name.isdigit()}


def descendants(top):
    """Every process below `top`, its own children's children included."""
    parents = {}
    for name in processes():
        try:
            fields = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = set(), [top]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


def namespaces(pids):
    """The network, mount and PID namespaces that these processes live in."""
    found = set()
    for pid in pids:
        for kind in ("net", "mnt", "pid"):
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/{kind}"))
            except OSError:
                pass
    return found


def mounts():
    return sorted(Path("/proc/self/mountinfo").read_text().splitlines())


def files():
    """Names where a careless lab would leave something."""
    places = ("/run", "/tmp", "/var/tmp", "/run/netns", "/etc/netns", "/var/spool/postfix", "/var/lib/knot", "/var/lib/nsd")
    return sorted(str(p) for place in places if Path(place).is_dir() for p in Path(place).iterdir()
                  if not re.match(r"/tmp/(pytest|bash_jobs|clang|cc)", str(p)))


def links():
    return sorted(line.split(":")[1] for line in
                  subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout.splitlines())


class Trace:
    """The machine before a run, and what is different after it."""

    def __init__(self):
        self.mounts, self.files, self.links = mounts(), files(), links()
        self.spaces = namespaces(processes())

    def leftovers(self, watched):
        end = time.monotonic() + 30
        while (alive := {p for p in watched if running(p)}) and time.monotonic() < end:
            time.sleep(0.01)
        return {
            "processes": alive, "mounts": set(mounts()) ^ set(self.mounts), "links": set(links()) ^ set(self.links),
            "files": set(files()) - set(self.files),
        }


def running(pid):
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def start(command, marker):
    """A run of the healthy network, up and with its command running."""
    lab = subprocess.Popen([*LAB, "run", "healthy", "--", "sh", "-c", command], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert lab.stdout.readline().strip() == marker, lab.stderr.read()
    return lab


def lived_in(spaces, before):
    """Namespaces of the run that some process still lives in."""
    end = time.monotonic() + 30
    while (left := (spaces - before) & namespaces(filter(running, processes()))) and time.monotonic() < end:
        time.sleep(0.01)
    return left


@needs_lab
@pytest.mark.parametrize("kill", ["lab", "keeper"])
def test_kill_leaves_nothing(kill):
    trace = Trace()
    lab = start("echo up; sleep 600", "up")
    below = descendants(lab.pid)
    spaces = namespaces(below)
    assert len(below) > 10, "the servers are not below the lab"
    assert spaces - trace.spaces, "the run has no namespaces of its own"
    victim = lab.pid if kill == "lab" else min(below)
    os.kill(victim, signal.SIGKILL)
    lab.wait(10)
    assert trace.leftovers(below) == {"processes": set(), "mounts": set(), "links": set(), "files": set()}
    assert not lived_in(spaces, trace.spaces)


@needs_lab
def test_kill_while_starting_leaves_nothing():
    trace = Trace()
    for wait_s in (0.02, 0.06, 0.1, 0.14, 0.2):
        lab = subprocess.Popen([*LAB, "run", "healthy", "--", "sleep", "600"], stderr=subprocess.DEVNULL)
        time.sleep(wait_s)  # not for luck: every moment of the start is to be cut
        below = descendants(lab.pid)
        lab.kill()
        lab.wait(10)
        assert trace.leftovers(below) == {"processes": set(), "mounts": set(), "links": set(), "files": set()}


@needs_lab
def test_interrupt_leaves_nothing():
    trace = Trace()
    lab = start("echo up; exec sleep 600", "up")
    below = descendants(lab.pid)
    os.killpg(lab.pid, signal.SIGINT)
    assert lab.wait(10) == 130
    assert trace.leftovers(below) == {"processes": set(), "mounts": set(), "links": set(), "files": set()}


@needs_lab
def test_end_leaves_nothing_and_passes_the_status_on():
    trace = Trace()
    lab = start("echo up; exit 7", "up")
    assert lab.wait(10) == 7
    print(lab.stderr.read().strip())
    assert trace.leftovers(set()) == {"processes": set(), "mounts": set(), "links": set(), "files": set()}


# --- what the scenarios say ---

def test_enough_scenarios():
    tables = [TABLES[name] for name in scenario.ids(TABLES)]
    faults = [t for t in tables if not t.get("healthy")]
    assert sum(len(t["expect"]) == 1 for t in faults) >= 190
    assert sum(len(t["expect"]) == 2 for t in faults) >= 14
    assert sum(t.get("healthy", False) for t in tables) >= 40
    assert len({t["area"] for t in faults}) >= 12


@pytest.mark.parametrize("name", scenario.ids(TABLES))
def test_scenario_is_whole(name):
    table = TABLES[name]
    assert table["title"]
    assert bool(table.get("healthy")) != bool(table.get("expect"))
    assert scenario.proofs(name, TABLES), "nothing shows that it is so"
    for wanted in table.get("expect", []):
        assert not set(wanted.split("|")) & set(table.get("not_first", []))


# --- manners: what the servers' logs say of a client ---

RUDE_CLIENT = """
import imaplib, socket
for i in range(3):
    with socket.create_connection(("198.18.20.25", 25)) as s:
        s.recv(99)
with socket.create_connection(("198.18.20.25", 25)) as s:
    s.sendall(b"EHLO desk.example.net\\r\\nMAIL FROM:<a@example.com>\\r\\n")
    s.recv(99)
for password in (open("/run/lab/client/password").read().strip(),) * 2 + ("wrong",) * 2:
    m = imaplib.IMAP4_SSL("mail.example.org")
    try:
        m.login("alice@example.org", password)
        m.sock.close()
    except imaplib.IMAP4.error:
        m.logout()
"""


@needs_lab
def test_rude_client_is_noticed():
    lab = subprocess.run([*LAB, "run", "healthy", "--", sys.executable, "-c", RUDE_CLIENT], capture_output=True, text=True)
    for breach in ("4 connections to 198.18.20.25:25", "improper command pipelining at 198.18.20.25:25", "2 logins to imap",
                   "2 logins after or beside a refused one", "no QUIT at 198.18.20.25:25: ehlo=1 mail=1 commands=2",
                   "imap of alice@example.org ended by Connection closed"):
        assert f"lab: {breach}\n" in lab.stderr


@needs_lab
@pytest.mark.parametrize("name,fewest", [("healthy", 12), ("healthy-login", 12), ("password-wrong", 12), ("healthy-receive", 4),
                                         ("user-unknown", 4), ("healthy-postscreen", 4)])
def test_program_has_manners(name, fewest):
    """Every conversation with Postfix ends in QUIT, and there were some; the lab itself says what else would be rude."""
    _, world, _ = scenario.load(name, TABLES)
    words = " ".join([score.program(), *scenario.command(name, TABLES, world)])
    logs = "import pathlib; from lab import manners; print(manners.settled(pathlib.Path('/run/lab')))"
    lab = subprocess.run([*LAB, "run", name, "--", "sh", "-c", f'{words} >/dev/null; exec {sys.executable} -c "{logs}"'],
                         capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(TOP / "tests")})
    ends = manners.WENT.findall(lab.stdout)
    assert len(ends) >= fewest
    assert all("quit=1" in counts for _, _, _, counts in ends)
    assert [line for line in lab.stderr.splitlines() if " up in " not in line] == []


# --- what lies in a mailbox stays as it is ---

LISTED = "find /run/lab/dovecot/mail -type f -path '*/mail/*' '(' -path '*/new/*' -o -path '*/cur/*' ')' -printf '%P %s\\n'; echo ---"
READER = """
import imaplib
m = imaplib.IMAP4_SSL("mail.example.org")
m.login("alice@example.org", open("/run/lab/client/password").read().strip())
m.select("INBOX")
m.fetch("1", "(BODY[])")
m.logout()
"""


def messages(listed):
    """Folder, name with its flags, and size of each message; a server itself may move one from new to cur."""
    found = [re.fullmatch(r"(.*)(?:new|cur)/(\S+?)(?::2,)? (\d+)", line).groups() for line in listed.splitlines()]
    return sorted(found)


def mailboxes_around(name, command):
    lab = subprocess.run([*LAB, "run", name, "--", "sh", "-c", f'{LISTED}; "$@" >/dev/null; {LISTED}', "sh", *command], capture_output=True, text=True)
    before, after, _ = lab.stdout.split("---\n")
    assert messages(before)
    return messages(before), messages(after)


@needs_lab
def test_reader_is_noticed():
    before, after = mailboxes_around("healthy-login", [sys.executable, "-c", READER])
    assert before != after


@needs_lab
@pytest.mark.parametrize("name", ["healthy-login", "healthy-found", "account-junk", "healthy-sieve"])
def test_nothing_is_marked_moved_or_deleted(name):
    """IMAP and POP3 behind a login, the search of all folders, filters: every message lies where it lay, with the flags that it had."""
    _, world, _ = scenario.load(name, TABLES)
    before, after = mailboxes_around(name, [score.program(), *scenario.command(name, TABLES, world)])
    assert before == after


@needs_lab
def test_unknown_scenario():
    lab = subprocess.run([*LAB, "run", "no-such", "--", "true"], capture_output=True, text=True)
    assert (lab.returncode, lab.stderr) == (64, "lab: no scenario no-such; `lab list` names them\n")


# --- proofs ---

HELD = ["poke mx1.example.org:25", "^220 mx1.example.org"]
MISSED = ["echo here; echo nobody >&2", "somebody"]


@needs_lab
@pytest.mark.parametrize("proofs, fresh, status", [([HELD, HELD], False, 0), ([HELD, MISSED, HELD], False, 1), ([MISSED, HELD], True, 1)])
def test_a_proof_that_does_not_hold_fails_the_score(monkeypatch, capfd, proofs, fresh, status):
    made_up = {**TABLES, "healthy": {**TABLES["healthy"], "proof": proofs, "fresh_proof": fresh}}
    monkeypatch.setattr(scenario, "read_all", lambda: made_up)
    assert score.main(["healthy"], jobs=2, as_json=False, keep=None, with_proofs=True) == status
    said = capfd.readouterr().out
    missed = f"NOT SO  {'healthy':<30}{MISSED[0]}\n    wanted: {MISSED[1]}\n    here\n    nobody\n"
    assert ("NOT SO" in said) == (missed in said) == (MISSED in proofs)
    assert f"proofs {proofs.count(HELD)}/{len(proofs)}," in said


@needs_lab
def test_a_proof_that_never_ran_does_not_hold():
    nowhere = {**TABLES, "healthy": {**TABLES["healthy"], "proof": [HELD, ["true", ""]], "block": [{"to": "no-such-host", "how": "drop"}]}}
    assert [result["holds"] for _, result in prove.run(["healthy"], nowhere, 1)] == [False, False]


@needs_lab
@pytest.mark.parametrize("fresh", [False, True])
def test_proofs_of_a_scenario_share_a_box_or_have_their_own(fresh):
    proofs = [["touch /run/lab/client/here", ""], ["ls /run/lab/client", "here"]]
    made_up = {**TABLES, "healthy": {**TABLES["healthy"], "proof": proofs, "fresh_proof": fresh}}
    assert [result["holds"] for _, result in prove.run(["healthy"], made_up, 1)] == [True, not fresh]


# --- the scoring ---

def said(*roots):
    return json.dumps({"causes": [{"id": i, "root": True, "severity": s} for i, s in roots]})


FAULT = {"area": "x", "expect": ["a.b"], "also": ["a.c"], "not_first": ["z.z"]}
TWO = {"area": "x", "expect": ["a.b", "c.d|c.e"]}
FINE = {"area": "x", "healthy": True}
# fmt: off
#  table  report                                          status  ok     what else holds
JUDGED = [
    (FAULT, said(("a.b", "blocks")),                         2, True,  {"top1": True,  "listed": True}),
    (FAULT, said(("a.b", "blocks"), ("a.c", "degrades")),    2, True,  {"top1": True,  "alarms": []}),
    (FAULT, said(("a.b", "blocks"), ("x.y", "risk")),        2, False, {"top1": True,  "alarms": ["x.y"]}),
    (FAULT, said(("a.b", "blocks"), ("x.y", "advice")),      2, True,  {"alarms": []}),
    (FAULT, said(("z.z", "risk"), ("a.b", "blocks")),        2, False, {"top1": False, "listed": True, "bad_first": ["z.z"]}),
    (FAULT, said(),                                          0, False, {"top1": False, "listed": False}),
    (FAULT, "",                                              70, False, {"broken": True}),
    (TWO,   said(("c.e", "blocks"), ("a.b", "blocks")),      2, True,  {"top1": True,  "listed": True}),
    (TWO,   said(("a.b", "blocks")),                         2, False, {"listed": False}),
    (FINE,  said(),                                          0, True,  {}),
    (FINE,  said(("a.b", "advice")),                         0, True,  {}),
    (FINE,  said(("a.b", "risk")),                           0, False, {"alarms": ["a.b"]}),
    (FINE,  said(),                                          3, False, {}),
    (FINE,  "not json",                                      0, False, {"broken": True}),
]
# fmt: on


@pytest.mark.parametrize("table,report,status,good,more", JUDGED)
def test_judging(table, report, status, good, more):
    row = score.judge("x", table, report, "", status)
    assert row["ok"] is good
    for key, value in more.items():
        assert row[key] == value, key


def test_bar():
    sums = {"faults": 20, "top1": 19, "listed": 20, "false_alarm": 0, "doubles": 4, "doubles_listed": 4, "broken": 0, "rude": 0, "proofs": 9, "proved": 9}
    assert score.passed(sums)
    for worse in ({"top1": 18}, {"false_alarm": 1}, {"doubles_listed": 3}, {"broken": 1}, {"rude": 1}, {"proved": 8}):
        assert not score.passed(sums | worse)
