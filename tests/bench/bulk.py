"""MX of 100,000 names at one name server on loopback: mailwhy's engine (bulk.c) beside dnsperf, in turns, at the same Knot."""

import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ZONE, FEW, MANY = "bulk.test", 10_000, 100_000
CONFIG = """server:
  listen: 127.0.0.1@{port}
  rundir: "{room}"
  udp-workers: 1
  background-workers: 1
database:
  storage: "{room}"
zone:
  - domain: {zone}
    file: "{room}/zone"
    zonefile-sync: -1
    journal-content: none
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_files(room, port):
    lines = [f"$ORIGIN {ZONE}.\n$TTL 3600\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\nmx A 127.0.0.1"]
    Path(room, "zone").write_text("\n".join(lines + [f"n{i} MX 10 mx" for i in range(MANY)]) + "\n")
    Path(room, "names").write_text("".join(f"n{i}.{ZONE} MX\n" for i in range(MANY)))
    Path(room, "knot.conf").write_text(CONFIG.format(port=port, room=room, zone=ZONE))


def wait_until_up(port):
    for _ in range(100):
        done = subprocess.run(["dig", "+short", "+time=1", "+tries=1", "-p", str(port), "@127.0.0.1", f"n0.{ZONE}", "MX"], capture_output=True, text=True)
        if "mx." in done.stdout:
            return
        time.sleep(0.1)
    raise SystemExit("bench: knotd does not answer")


def cpu_s(argv):
    """CPU time of a command and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out


def run_bulk(build, port, count):
    used, out = cpu_s([f"{build}/tests/bench/bulk", f"127.0.0.1:{port}", str(count), ZONE])
    said = json.loads(out)
    return {"program": f"mailwhy, {count:,} names", "lookups": said["found"], "per_s": count / said["wall_s"], "cpu_us": used / count * 1e6,
            "arena_bytes": said["arena_bytes"], "rss_mb": said["rss_mb"]}


def run_dnsperf(room, port):
    began = time.monotonic()
    used, out = cpu_s(["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", f"{room}/names", "-n", "1", "-q", "100", "-c", "1", "-T", "1"])
    wall_s = time.monotonic() - began
    completed = next(int(line.split()[2]) for line in out.splitlines() if "Queries completed" in line)
    return {"program": f"dnsperf, {MANY:,} names", "lookups": completed, "per_s": MANY / wall_s, "cpu_us": used / MANY * 1e6, "arena_bytes": None, "rss_mb": None}


def measure(build, runs):
    port = free_port()
    with tempfile.TemporaryDirectory() as room:
        write_files(room, port)
        knot = shutil.which("knotd", path=os.environ["PATH"] + ":/usr/sbin")
        server = subprocess.Popen([knot, "-c", f"{room}/knot.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_up(port)
            rows = [[run_bulk(build, port, FEW), run_bulk(build, port, MANY), run_dnsperf(room, port)] for _ in range(runs)]
        finally:
            server.terminate()
            server.wait()
    return [middle([row[i] for row in rows]) for i in range(3)]


def middle(rows):
    figures = {key: statistics.median(row[key] for row in rows) for key in rows[0] if key != "program" and rows[0][key] is not None}
    return {**rows[0], **figures}
