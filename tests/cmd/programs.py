"""Runs whole programs as a user would: $MAILWHY or build/mailwhy, and its siblings."""

import os
import re
import subprocess
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
MAILWHY = Path(os.environ.get("MAILWHY", TOP / "build" / "mailwhy")).resolve()
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "TERM": "xterm"} | {
    name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}


def mailwhy(*words, program="", before=(), environment=None, **more):
    """The program's end: returncode, stdout, stderr as text, and how long it took (seconds)."""
    begin = time.monotonic()
    more.setdefault("timeout", 60)
    if "input" not in more:
        more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([*before, MAILWHY.with_name("mailwhy" + program), *[word if isinstance(word, bytes) else str(word) for word in words]], capture_output=True, text=True,
                          env=ENVIRONMENT | (environment or {}), **more)
    done.seconds = time.monotonic() - begin
    return done


def one_line(done, status, pattern):
    """It ended with that status and exactly one line on standard error, which says so."""
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert re.search(pattern, lines[0]), lines[0]
    assert re.match(r"mailwhy(-\w+)?: ", lines[0]), lines[0]


HEADER = '{"schema":"mailwhy-facts/1","version":"0.1.0","vantage":"test","question":"check","target":"alice@example.org","options":[]}\n'
FACT = ('{"fact":"dns.mx.end","about":"example.org","value":"nxdomain","n":1,"from":"test","at":"2026-11-22T13:00:00Z"}\n')
