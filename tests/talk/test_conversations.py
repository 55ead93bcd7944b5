"""Whole programs against scripted servers: each scene says in comments what is run against it and which facts must come of it.

    # run: -smtp 127.0.0.1:{port} --service submission ...   the program's name behind "mailwhy", and its words
    # fact: NAME=VALUE        told with that value (a list's items parted by blanks, or by | where they hold blanks)
    # fact: NAME!             never told

The server itself fails where it hears a line that is not in the play (server.py)."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import certificates

HERE = Path(__file__).resolve().parent
MAILWHY = Path(os.environ.get("MAILWHY", HERE.parents[1] / "build" / "mailwhy")).resolve()
SCENES = sorted((HERE / "scenes").glob("*.play"))
PASSWORD = "secret-words"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("certificates")
    certificates.root(path)
    return path


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    return path


class Server:
    """A scripted server for one play."""

    def __init__(self, play, folder):
        self.process = subprocess.Popen([sys.executable, HERE / "server.py", play, "--certificates", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        _, self.complaints = self.process.communicate(timeout=20)


def comments(play, word):
    return re.findall(rf"^# {word}: (.*)$", play.read_text(encoding="utf-8"), re.MULTILINE)


def run(play, server, folder, password, wait="20"):
    command = comments(play, "run")[0].format(port=server.port, ca=certificates.root(folder), password=password)
    program, *words = shlex.split(command)
    done = subprocess.run([MAILWHY.with_name("mailwhy" + program), *words, "--json", "--timeout", wait], capture_output=True, text=True, timeout=40)
    assert done.stderr == ""
    return done.stdout


def shown(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ("|" if any(" " in item for item in value) else " ").join(value)
    return str(value)


def check(facts, line):
    name, never = (line[:-1], True) if line.endswith("!") and "=" not in line else (line.partition("=")[0], False)
    values = [shown(fact["value"]) for fact in facts if fact.get("fact") == name]
    if never:
        assert not values, line
        return
    assert values and values[-1] == line.partition("=")[2], (line, values)


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.stem)
def test_scene(play, folder, password):
    with Server(play, folder) as server:
        out = run(play, server, folder, password)
    assert server.complaints == ""
    assert PASSWORD not in out
    facts = [json.loads(line) for line in out.splitlines()]
    wanted = comments(play, "fact")
    assert wanted
    for line in wanted:
        check(facts, line)


# What may go wrong instead of anything that a server says, and the ends that a conversation may then have.
FAILURES = {
    "hangs-up": {"hung up", "reset", "tls failed"},
    "resets": {"reset", "hung up", "tls failed"},
    "says \\x00\\x1b[2J\\xff garbage": {"garbled", "tls failed", "hung up"}, # it may pass for a capability, or for bytes that nobody reads before the handshake
    "is-silent": {"timed out"},
}
WHOLE = ["submission-login", "smtp-pipelined", "imap-login", "imap-netease", "pop3-login"]
ENDS = {"submission.end", "smtp.end", "imap.end", "pop3.end"}
STAGES = {name.replace("end", "stage") for name in ENDS}


def broken_plays(play):
    """For each act of the server: the acts before it, and which one it is."""
    lines = play.read_text(encoding="utf-8").splitlines()
    acts = [number for number, line in enumerate(lines) if re.match(r"(says|puts|trickles|tls) ", line)]
    goodbye = max(number for number, line in enumerate(lines) if line.startswith("hears"))
    return [lines[:number] for number in acts if number < goodbye]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.split()[0])
@pytest.mark.parametrize("name", WHOLE)
def test_every_step_may_fail(name, failure, folder, password, tmp_path):
    plays = []
    for number, lines in enumerate(broken_plays(HERE / "scenes" / f"{name}.play")):
        plays.append(tmp_path / f"{number}.play")
        plays[-1].write_text("\n".join([*lines, failure]) + "\n", encoding="utf-8")

    def end_of(play):
        with Server(play, folder) as server:
            out = run(play, server, folder, password, wait="2" if failure == "is-silent" else "20")
        facts = [json.loads(line) for line in out.splitlines()]
        return [fact["value"] for fact in facts if fact.get("fact") in ENDS], [fact["value"] for fact in facts if fact.get("fact") in STAGES], out, server.complaints

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(end_of, plays))
    assert len(results) > 5
    assert not failure.startswith("says") or sum(ends[0] != "hung up" for ends, *_ in results) * 2 > len(results)
    for play, (ends, stages, out, complaints) in zip(plays, results):
        last = play.read_text().splitlines()[-2:]
        assert len(ends) == len(stages) == 1 and ends[0] in FAILURES[failure], (last, ends, stages)
        assert PASSWORD not in out and "\x1b" not in out and complaints == "", last
