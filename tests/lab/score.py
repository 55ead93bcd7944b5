"""Runs scenarios with the program under test and compares the roots that it names with the truth; then, where asked, proves
that truth in the same box (see prove.py)."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from . import prove, scenario, world

FAULTY = ("blocks", "degrades", "risk")
TOP1_BAR = 0.95
RUN_LIMIT_S = 90


def program():
    named = os.environ.get("MAILWHY")
    return named or str(Path(__file__).resolve().parents[2] / "build" / "mailwhy")


class Job:
    """One scenario on its way: started at once, read when it has ended."""

    def __init__(self, name, tables, keep, proofs):
        self.name, self.table = name, tables[name]
        self.out, self.err, self.told = (tempfile.TemporaryFile() for _ in range(3))
        self.tables, self.keep, self.proofs = tables, keep, prove.Proofs(proofs)
        self.pid = world.start(name, self.argv, self.report, tables, self.proofs.run)

    def argv(self, what):
        """Called inside the box: the last moment to point the output somewhere."""
        os.dup2(self.out.fileno(), 1)
        os.dup2(self.err.fileno(), 2)
        words = scenario.command(self.name, self.tables, what)
        return ["timeout", str(RUN_LIMIT_S), program(), *words, "--format", "json"]

    def report(self, words):
        os.write(self.told.fileno(), json.dumps(words).encode() + b"\n")

    def finish(self, status):
        text, errors, told = (self.text(f) for f in (self.out, self.err, self.told))
        words = {"up_ms": None, "run_ms": None, "rude": []}
        for line in told.splitlines():
            words |= json.loads(line)
        if self.keep:
            directory = Path(self.keep)
            directory.mkdir(parents=True, exist_ok=True)
            (directory / f"{self.name}.json").write_text(text)
            (directory / f"{self.name}.err").write_text(errors)
        return judge(self.name, self.table, text, errors, status) | words | {"proofs": self.proofs.results()}

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


def may_be_quick(table):
    """Nothing in it is silent. (What is begins first, lest the end waits for it alone.)"""
    return "mini" not in table and all(block["how"] != "drop" for block in table.get("block", []))


def run(names, tables, jobs, keep, tell, proofs):
    """Rows in the order of their ends; `proofs`: {scenario: what to prove in its box}."""
    waiting, running, rows = sorted(names, key=lambda name: may_be_quick(tables[name])), {}, []
    while waiting or running:
        while waiting and len(running) < jobs:
            name = waiting.pop(0)
            job = Job(name, tables, keep, proofs.get(name, []))
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
        "proofs": sum(len(r["proofs"]) for r in rows), "proved": sum(p["holds"] for r in rows for p in r["proofs"]),
        "up_ms_max": max((r["up_ms"] or 0 for r in rows), default=0),
    }


def passed(sums):
    enough = sums["top1"] >= TOP1_BAR * sums["faults"]
    return (enough and not sums["false_alarm"] and not sums["rude"] and sums["doubles_listed"] == sums["doubles"] and not sums["broken"]
            and sums["proved"] == sums["proofs"])


def is_good(row):
    return row["ok"] and not row["rude"] and all(result["holds"] for result in row["proofs"])


def mark(row):
    return "ok" if row["ok"] else "WRONG" if row["expect"] and not row["listed"] else "ALARM" if row["alarms"] else "FAIL"


def print_row(row):
    extra = [f"rude: {breach}" for breach in row["rude"]] + ([f"also named {' '.join(row['alarms'])}"] if row["alarms"] else []) + row["notes"]
    print(f"{mark(row):<6}{row['id']:<34}{' + '.join(row['expect']) or '(healthy)':<48}"
          f"{(row['got'] or ['-'])[0]:<34}{row['up_ms'] or '-':>6}{row['run_ms'] or '-':>7}", flush=True)
    for line in extra:
        print(f"      {line}", flush=True)
    print_missed(row["id"], row["proofs"])


def print_missed(name, results):
    for result in results:
        if not result["holds"]:
            prove.tell(name, result)


def prove_afresh(rows, tables, jobs, tell):
    """The proofs that could not run where the program had run."""
    by_name = {row["id"]: row for row in rows if prove.is_fresh(row["id"], tables)}
    for name, result in prove.run(by_name, tables, jobs):
        by_name[name]["proofs"].append(result)
        tell(name, [result])


def main(names, jobs, as_json, keep, with_proofs):
    tables = scenario.read_all()
    names = names or scenario.ids(tables)
    for name in names:
        if name not in tables:
            raise scenario.Unknown(name)
    proofs = {name: prove.wanted(name, tables) for name in names if not prove.is_fresh(name, tables)} if with_proofs else {}
    if not as_json:
        print(f"{'':<6}{'scenario':<34}{'expected':<48}{'named first':<34}{'up_ms':>6}{'run_ms':>7}", flush=True)
    began = time.monotonic()
    rows = run(names, tables, jobs, keep, (lambda row: None) if as_json else print_row, proofs)
    if with_proofs:
        prove_afresh(rows, tables, jobs, (lambda *missed: None) if as_json else print_missed)
    sums = totals(rows, tables) | {"seconds": round(time.monotonic() - began, 1)}
    if as_json:
        json.dump({"rows": rows, "totals": sums, "passed": passed(sums)}, sys.stdout, indent=1)
        print()
    else:
        for row in (row for row in rows if not is_good(row)):  # once more, at the end of a long list
            print_row(row)
        print("top-1 {top1}/{faults}, in list {listed}/{faults}, wrong {wrong}, doubles {doubles_listed}/{doubles}, "
              "healthy {healthy_ok}/{healthy}, false alarm {false_alarm}, rude {rude}, proofs {proved}/{proofs}, slowest up {up_ms_max} ms, "
              "time {seconds} s".format(**sums))
    return 0 if passed(sums) else 1


