"""Whole programs against scripted servers, good ones (scenes/) and a zoo of bad, odd and slow ones (zoo/).
A scene says in comments what is run against it, and what must come of it.

    # run: -smtp 127.0.0.1:{port} --service submission ...   the program's name behind "mailwhy", and its words; mx.test has the addresses of the play
    # password: BYTES         of {password}, where it is not secret-words; \\xNN as in Python
    # timeout: SECONDS        for the whole run, where it is not 20
    # fact: NAME=VALUE        told with that value last (a list's items parted by blanks, or by | where they hold blanks)
    # fact: NAME!             never told
    # cause: ID               a root of the report; all roots are named, in any order
    # places: ADDRESS ...     all that the roots are about
    # never: ID               neither a root nor folded under one
    # exit: STATUS            of mailwhy explain, given the facts; the scenes of the zoo have it, and without it nobody looks at the causes
    # connections: N          in all, where it is not one for each part of the play

server.py says what a server notices by itself: a line that is not in the play, a word before the greeting, no goodbye, too many connections, a second login."""

import json
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import certificates
import names
import server

HERE = Path(__file__).resolve().parent
MAILWHY = Path(os.environ.get("MAILWHY", HERE.parents[1] / "build" / "mailwhy")).resolve()
ZOO = sorted((HERE / "zoo").glob("*.play"))
SCENES = sorted((HERE / "scenes").glob("*.play")) + ZOO
PASSWORD = "secret-words"
# The verdicts that such tools are known to give falsely. A scene in which one is true names it as cause.
FALSE_CLAIMS = {
    "smtp.ext.starttls_missing", "imap.ext.starttls_missing", "pop3.ext.stls_missing", "net.starttls.stripped", "tls.policy.required_not_offered",
    "auth.credentials.wrong", "auth.username.format", "auth.not_offered", "auth.account.disabled",
    "net.tcp.refused", "net.tcp.timeout", "smtp.banner.refused", "smtp.listener.missing", "net.port25.blocked_egress", "net.port.submission_blocked",
    "smtp.rcpt.user_unknown", "smtp.relay.open", "smtp.rcpt.catch_all",
}  # fmt: skip
# What may go wrong instead of anything that a server says, and the ends that a conversation may then have.
FAILURES = {
    "hangs-up": {"hung up", "reset", "tls failed"},
    "resets": {"reset", "hung up", "tls failed"},
    "says \\x00\\x1b[2J\\xff garbage": {"garbled", "tls failed", "hung up"},  # or it passes for a capability, or is read by nobody
    "is-silent": {"timed out"},
    "LEAVES": {"hung up", "throttled", "garbled", "tls failed", "ok"},  # a word of goodbye, and gone
}
# How a server of each kind says that it is going.
LEAVES = {"smtp": "421 4.3.2 shutting down", "imap": "* BYE shutting down", "pop3": "-ERR [SYS/TEMP] shutting down", "sieve": 'BYE "shutting down"'}
WHOLE = ["submission-login", "smtp-pipelined", "smtp-lmtp", "imap-login", "imap-netease", "pop3-login", "sieve-good"]
ENDS = ["submission.end", "smtp.end", "lmtp.end", "imap.end", "pop3.end", "sieve.end"]
# Steps behind the opened INBOX, or behind STAT: how IMAP's end is told by a fact of their own.
ASIDES = {"ID", "NAMESPACE", "LIST", "LSUB", "GETQUOTAROOT", "STATUS", "FETCH", "SEARCH", "CAPA after login", "UIDL"}


def folder():
    path = Path(os.environ.get("MAILWHY_TALK_CACHE", "/tmp/mailwhy-talk-certificates"))
    certificates.root(path)
    return path


@pytest.fixture(scope="session")
def secrets(tmp_path_factory):
    """A folder for passwords, a file each."""
    return tmp_path_factory.mktemp("secrets")


def write_secret(path, words):
    path.write_bytes(server.unescape(words) + b"\n")
    path.chmod(0o600)
    return path


class Scene:
    """A play, and what came of it."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    @property
    def patience(self):
        """Seconds that it may take, about."""
        waits = sum(map(float, re.findall(r"^waits (.*)$", self.text, re.MULTILINE)))
        drops = sum(float(pause) * len(text) for pause, text in re.findall(r"^trickles (\S+) (.*)$", self.text, re.MULTILINE))
        return waits + drops + float(self.comment("timeout", "0"))

    def comments(self, word):
        return re.findall(rf"^# {word}: (.*)$", self.text, re.MULTILINE)

    def comment(self, word, otherwise):
        return (self.comments(word) or [otherwise])[0]

    def run(self, secrets, wait=None):
        parts = server.read_play(self.path)
        self.server = server.Server(parts, folder())
        self.server.start()
        dns = names.Names({"mx.test": list(parts)})
        self.look(write_secret(secrets / self.path.stem, self.comment("password", PASSWORD)), wait or self.comment("timeout", "20"), dns)
        dns.close()
        self.server.close()
        self.explain()
        return self

    def look(self, password, wait, dns):
        program, *words = shlex.split(self.comment("run", "").format(port=self.server.port, ca=certificates.root(folder()), password=password))
        words += ["--json", "--timeout", wait, "--resolver", f"127.0.0.1:{dns.port}", "--vantage", "here"]
        done = subprocess.run([MAILWHY.with_name("mailwhy" + program), *words], capture_output=True, text=True, timeout=90)
        self.out, self.err = done.stdout, done.stderr
        self.facts = [json.loads(line) for line in self.out.splitlines()]

    def explain(self):
        done = subprocess.run([MAILWHY.with_name("mailwhy-explain"), "--json"], input=self.out, capture_output=True, text=True, timeout=20)
        self.err += done.stderr
        self.status, report = done.returncode, json.loads(done.stdout or '{"causes": []}')
        self.roots = {cause["id"] for cause in report["causes"]}
        self.places = {address for cause in report["causes"] for place in cause["places"] for address in re.findall(r"\[(.*)\]", place)}
        self.claims = self.roots | {word for cause in report["causes"] for word in cause["explains"]}

    def values(self, name):
        return [fact["value"] for fact in self.facts if fact.get("fact") == name]


@pytest.fixture(scope="session")
def played(secrets):
    """All scenes and all broken plays at once, the slow ones first: most of them wait."""
    works = [(Scene(path), None) for path in SCENES] + [work for name in WHOLE for failure in FAILURES for work in broken_scenes(name, failure, secrets)]
    with ThreadPoolExecutor(24) as pool:
        scenes = list(pool.map(lambda work: work[0].run(secrets, work[1]), sorted(works, key=lambda work: -work[0].patience)))
    return {scene.path.stem: scene for scene in scenes}


@pytest.fixture(params=[path.stem for path in SCENES])
def scene(request, played):
    return played[request.param]


def shown(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ("|" if any(" " in item for item in value) else " ").join(value)
    return str(value)


def check(scene, line):
    name, is_told, value = line.partition("=")
    values = [shown(value) for value in scene.values(name.rstrip("!"))]
    if not is_told:
        assert not values, line
        return
    assert values and values[-1] == value, (line, values)


def test_facts(scene):
    assert scene.err == ""
    assert PASSWORD not in scene.out and "\x1b" not in scene.out
    wanted = scene.comments("fact")
    assert wanted
    for line in wanted:
        check(scene, line)


def test_manners(scene):
    """As the server saw it."""
    assert scene.server.complaints == []
    parts = sum(map(len, scene.server.parts.values()))
    assert scene.server.connections == int(scene.comment("connections", parts))


def test_dialogue_is_what_was_said(scene):
    """No word that a server heard is missing from what is told; a goodbye may have come too late to be heard."""
    told = [line for dialogue in scene.values("talk.dialogue") for line in dialogue if line.startswith("C: ")]
    heard = [line for visits in scene.server.scenes.values() for visit in visits for line in visit.said]
    assert len(told) >= len(heard)


def test_causes(scene):
    if not scene.comments("exit"):
        assert scene.path not in ZOO
        return
    assert scene.roots == set(scene.comments("cause"))
    assert not scene.claims & set(scene.comments("never"))
    assert not scene.comments("places") or scene.places == set(scene.comment("places", "").split())
    assert scene.status == int(scene.comment("exit", ""))


def test_no_false_verdict(scene):
    assert scene.claims & FALSE_CLAIMS <= set(scene.comments("cause"))


def scene_called(name):
    return Scene(next(path for path in SCENES if path.stem == name))


def broken_plays(play):
    """For each act of the server: the acts before it."""
    lines = play.text.splitlines()
    acts = [number for number, line in enumerate(lines) if re.match(r"(says|puts|trickles|tls) ", line)]
    goodbye = max(number for number, line in enumerate(lines) if line.startswith("hears"))
    return [lines[:number] for number in acts if number < goodbye]


def broken_scenes(name, failure, folder):
    """[(scene, seconds to wait)]"""
    leaves = f"says {LEAVES.get(name.split('-')[0], LEAVES['smtp'])}\nhangs-up"
    for number, lines in enumerate(broken_plays(scene_called(name))):
        play = folder / f"{name}+{failure.split()[0]}+{number}.play"
        play.write_text("\n".join([*lines, failure.replace("LEAVES", leaves)]) + "\n", encoding="utf-8")
        yield Scene(play), "6" if failure == "is-silent" else None


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.split()[0])
@pytest.mark.parametrize("name", WHOLE)
def test_every_step_may_fail(name, failure, played):
    true = set(scene_called(name).comments("cause"))
    scenes = [scene for stem, scene in played.items() if stem.startswith(f"{name}+{failure.split()[0]}+")]
    assert len(scenes) > 4
    assert not failure.startswith("says") or sum("hung up" not in map(scene.values, ENDS) for scene in scenes) * 2 > len(scenes)
    for scene in scenes:
        last = scene.text.splitlines()[-2:]
        ends = [value for name in ENDS for value in scene.values(name)]
        stages = [value for name in ENDS for value in scene.values(name.replace("end", "stage"))]
        assert len(ends) == len(stages) == 1 and scene.err == "", (last, ends, stages, scene.err)
        if stages[0] in ASIDES and failure != "LEAVES":
            assert ends[0] == "ok" and scene.values("imap.mailbox.end") == (["cut off"] if "imap" in name else []), (last, ends, stages)
        else:
            assert ends[0] == "ok" if stages[0].endswith("of a trial") else ends[0] in FAILURES[failure], (last, ends, stages)
        assert PASSWORD not in scene.out and "\x1b" not in scene.out and scene.server.complaints == [], (last, scene.server.complaints)
        assert scene.claims & FALSE_CLAIMS <= true, last
        assert scene.status != 0 or scene.values("imap.exists") or scene.values("pop3.messages"), last  # behind the opened mailbox comes what was not asked
