"""Runs scenarios with the program under test and compares the roots that it names with the truth."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from . import scenario, world

FAULTY = ("blocks", "degrades", "risk")
TOP1_BAR = 0.95
RUN_LIMIT_S = 90


def program():
    named = os.environ.get("MAILWHY")
    return named or str(Path(__file__).resolve().parents[2] / "build" / "mailwhy")


class Job:
    """One scenario on its way: started at once, read when it has ended."""

    def __init__(self, name, tables, keep):
        self.name, self.table = name, tables[name]
        self.out, self.err, self.told = (tempfile.TemporaryFile() for _ in range(3))
        self.began, self.tables, self.keep = time.monotonic(), tables, keep
        self.pid = world.start(name, self.argv, self.report, tables)

    def argv(self, what):
        """Called inside the box: the last moment to point the output somewhere."""
        os.dup2(self.out.fileno(), 1)
        os.dup2(self.err.fileno(), 2)
        words = scenario.command(self.name, self.tables, what)
        return ["timeout", str(RUN_LIMIT_S), program(), *words, "--format", "json"]

    def report(self, words):
        words["at"] = time.monotonic()
        os.write(self.told.fileno(), json.dumps(words).encode() + b"\n")

    def finish(self, status):
        now = time.monotonic()
        text, errors, told = (self.text(f) for f in (self.out, self.err, self.told))
        up = {}
        for line in told.splitlines():
            up = {**json.loads(line), **up}
        if self.keep:
            directory = Path(self.keep)
            directory.mkdir(parents=True, exist_ok=True)
            (directory / f"{self.name}.json").write_text(text)
            (directory / f"{self.name}.err").write_text(errors)
        return judge(self.name, self.table, text, errors, status) | {
            "up_ms": up.get("up_ms"), "run_ms": round((now - up["at"]) * 1000) if up else None,
            "rude": up.get("rude", [])}

    @staticmethod
    def text(handle):
        handle.seek(0)
        return handle.read().decode("utf-8", "replace")


def holds(wanted, got):
    """`wanted` may name several ids that one look cannot tell apart: a|b."""
    return any(one in got for one in wanted.split("|"))


def judge(name, table, text, errors, status):
    """A row of the table: what was expected, what was said, and which of ok/wrong/false-alarm that is."""
    row = {"id": name, "area": table["area"], "expect": table.get("expect", []), "status": status, "got": [], "notes": []}
    try:
        report = json.loads(text)
        roots = [c for c in report["causes"] if c.get("root")]
    except (ValueError, KeyError, TypeError):
        row["notes"].append("no report: " + (errors.strip().splitlines() or ["(silent)"])[-1][:120])
        roots = []
        row["broken"] = True
    row["got"] = [c["id"] for c in roots if c["severity"] in FAULTY]
    everything = [c["id"] for c in roots]
    first = row["got"][:1] or everything[:1]
    row["top1"] = bool(first) and any(holds(w, first) for w in row["expect"])
    row["listed"] = bool(row["expect"]) and all(holds(w, everything) for w in row["expect"])
    row["alarms"] = sorted(set(row["got"]) - {i for w in row["expect"] + table.get("also", []) for i in w.split("|")})
    row["bad_first"] = [i for i in first if i in table.get("not_first", [])]
    if table.get("healthy"):
        wanted = table.get("status", 0)
        row["ok"] = not row["alarms"] and status == wanted and not row.get("broken")
        if status != wanted:
            row["notes"].append(f"exit {status}, not {wanted}")
    else:
        row["ok"] = row["top1"] and row["listed"] and not row["alarms"]
    return row


def run(names, tables, jobs, keep, tell):
    """Rows in the order of their ends."""
    waiting, running, rows = list(names), {}, []
    while waiting or running:
        while waiting and len(running) < jobs:
            job = Job(waiting.pop(0), tables, keep)
            running[job.pid] = job
        pid, code = os.wait()
        if pid not in running:
            continue
        status = os.waitstatus_to_exitcode(code)
        rows.append(running.pop(pid).finish(status if status >= 0 else 128 - status))
        tell(rows[-1])
    return rows


def totals(rows, tables):
    faults = [r for r in rows if not tables[r["id"]].get("healthy")]
    doubles = [r for r in faults if len(r["expect"]) > 1]
    healthy = [r for r in rows if tables[r["id"]].get("healthy")]
    return {
        "faults": len(faults), "top1": sum(r["top1"] for r in faults), "listed": sum(r["listed"] for r in faults),
        "wrong": sum(not r["listed"] for r in faults), "doubles": len(doubles),
        "doubles_listed": sum(r["listed"] for r in doubles), "healthy": len(healthy),
        "healthy_ok": sum(r["ok"] for r in healthy),
        "false_alarm": sum(bool(r["alarms"]) or (not r["ok"] and bool(tables[r["id"]].get("healthy"))) for r in rows),
        "bad_first": sum(bool(r["bad_first"]) for r in rows), "broken": sum(bool(r.get("broken")) for r in rows),
        "rude": sum(bool(r["rude"]) for r in rows),
        "up_ms_max": max((r["up_ms"] or 0 for r in rows), default=0),
    }


def passed(sums):
    enough = sums["top1"] >= TOP1_BAR * sums["faults"]
    return enough and not sums["false_alarm"] and not sums["rude"] and sums["doubles_listed"] == sums["doubles"] and not sums["broken"]


def mark(row):
    return "ok" if row["ok"] else "WRONG" if row["expect"] and not row["listed"] else "ALARM" if row["alarms"] else "FAIL"


def print_row(row):
    extra = [f"rude: {breach}" for breach in row["rude"]] + ([f"also named {' '.join(row['alarms'])}"] if row["alarms"] else []) + row["notes"]
    print(f"{mark(row):<6}{row['id']:<34}{' + '.join(row['expect']) or '(healthy)':<48}"
          f"{(row['got'] or ['-'])[0]:<34}{row['up_ms'] or '-':>6}{row['run_ms'] or '-':>7}", flush=True)
    for line in extra:
        print(f"      {line}", flush=True)


def main(names, jobs, as_json, keep):
    tables = scenario.read_all()
    names = names or scenario.ids(tables)
    for name in names:
        if name not in tables:
            raise scenario.Unknown(name)
    if not as_json:
        print(f"{'':<6}{'scenario':<34}{'expected':<48}{'named first':<34}{'up_ms':>6}{'run_ms':>7}", flush=True)
    began = time.monotonic()
    rows = run(names, tables, jobs, keep, (lambda row: None) if as_json else print_row)
    sums = totals(rows, tables) | {"seconds": round(time.monotonic() - began, 1)}
    if as_json:
        json.dump({"rows": rows, "totals": sums, "passed": passed(sums)}, sys.stdout, indent=1)
        print()
    else:
        print("top-1 {top1}/{faults}, in list {listed}/{faults}, wrong {wrong}, doubles {doubles_listed}/{doubles}, "
              "healthy {healthy_ok}/{healthy}, false alarm {false_alarm}, rude {rude}, slowest up {up_ms_max} ms, "
              "time {seconds} s".format(**sums))
    return 0 if passed(sums) else 1


