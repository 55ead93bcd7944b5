"""What the suites share: where they lie, the program under test, and a name server that serves what a case says."""

import json
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent.parent
SUITES = Path(os.environ.get("MAILWHY_SUITES", TOP.parent / "shared" / "data"))
MAILWHY = Path(os.environ.get("MAILWHY", TOP / "build" / "mailwhy")).resolve()
NSD = shutil.which("nsd") or "/usr/sbin/nsd"
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
UP_LIMIT_S = 10


def documents(name):
    """The documents of a suite's YAML; skips the module where the suite is not there."""
    path = SUITES / name
    if not path.exists():
        pytest.skip(f"{path} is not there (MAILWHY_SUITES names the directory of the published suites)", allow_module_level=True)
    yaml = pytest.importorskip("yaml")
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def facts(*words):
    """What the program tells, as {fact: [values]} (and {"quote of " + fact: [quotes]}), its exit status and its errors."""
    done = subprocess.run([MAILWHY, *map(str, words), "--json"], capture_output=True, text=True, env=ENVIRONMENT, stdin=subprocess.DEVNULL, timeout=60)
    told = {}
    for line in done.stdout.splitlines():
        fact = json.loads(line)
        if "fact" in fact:
            told.setdefault(fact["fact"], []).append(fact["value"])
            told.setdefault("quote of " + fact["fact"], []).append(fact.get("quote", ""))
    return told, done.returncode, done.stderr


def quotes(told, fact):
    return told.get("quote of " + fact, [])


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def strings(text):
    """TXT data in strings of at most 255 bytes."""
    pieces = [text[i:i + 200] for i in range(0, len(text), 200)]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


def is_up(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            return True
    except OSError:
        return False


@contextmanager
def name_server(directory, records):
    """NSD as the root, so that every name that is not among `records` (lines of a zone file, names absolute) does not exist. Gives its ADDR:PORT."""
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    soa = ". 60 IN SOA ns.test. hostmaster.test. 1 3600 600 864000 60\n. 60 IN NS ns.test.\nns.test. 60 IN A 127.0.0.1\n"
    (directory / "zone").write_text(soa + "".join(line + "\n" for line in records))
    (directory / "nsd.conf").write_text(f"""server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{directory}"
  database: ""
  pidfile: "{directory}/pid"
  zonelistfile: "{directory}/list"
  xfrdfile: "{directory}/xfrd"
  server-count: 1
  verbosity: 0
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "zone"
""")
    with open(directory / "log", "wb") as log:
        server = subprocess.Popen([NSD, "-d", "-c", str(directory / "nsd.conf")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        end = time.monotonic() + UP_LIMIT_S
        while not is_up(port):
            assert server.poll() is None and time.monotonic() < end, (directory / "log").read_text()
            time.sleep(0.01)
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
