"""Runs a tool against a scripted server on loopback, and reads the facts that it tells."""

import json
import os
import subprocess
from pathlib import Path

import certificates
import server

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("MAILWHY", HERE.parents[1] / "build" / "mailwhy")).resolve().parent
CACHE = os.environ.get("MAILWHY_TALK_CACHE", "/tmp/mailwhy-talk-certificates")
TOOLS = {"smtp": "smtp", "submission": "smtp", "submissions": "smtp", "imap": "imap", "imaps": "imap", "pop3": "pop3", "pop3s": "pop3"}
ENDS = {"submissions": "submission", "imaps": "imap", "pop3s": "pop3"}


class Facts:
    """What a run told."""

    def __init__(self, service, lines):
        self.facts = [json.loads(line) for line in lines[1:]]
        self.end = self.value(ENDS.get(service, service) + ".end")
        self.stage = self.value(ENDS.get(service, service) + ".stage")

    def all(self, name):
        return [fact for fact in self.facts if fact["fact"] == name]

    def value(self, name):
        """Of the last such fact; None without one."""
        return self.all(name)[-1]["value"] if self.all(name) else None


def acts_of(service):
    return server.read_play(HERE / "plays" / (service + ".play"))[server.HERE][0]


def look(service, port, timeout=10, options=()):
    """Points the tool for `service` at a port of loopback."""
    command = [BUILD / ("mailwhy-" + TOOLS[service]), "--service", service, "--ca-file", certificates.root(CACHE), "--only", "target," + service,
               "--timeout", timeout, "--resolver", "127.0.0.1:9", *options, f"127.0.0.1:{port}"]
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.stderr == "", done.stderr
    return Facts(service, done.stdout.splitlines())


def run(service, acts, timeout=10, options=()):
    """Plays `acts` to the tool for `service`."""
    playing = server.Server({server.HERE: [acts]}, CACHE)
    playing.start()
    facts = look(service, playing.port, timeout, options)
    playing.close()
    assert playing.complaints == []
    assert playing.connections == 1
    return facts
