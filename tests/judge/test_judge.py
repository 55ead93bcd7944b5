"""Recorded facts are judged as expected, and every cause has a case that finds it and a near miss that does not.

A case is AREA/CAUSE.CASE.jsonl, a stream of facts as the tools write it, and AREA/CAUSE.CASE.expect, a line each:

    root ID        is a root           folded ID      follows from a root and is none itself
    not ID         is no root          not_tested ID  is listed as not tested
    none           no root blocks, degrades or is a risk
    ruled_out ID   is listed as ruled out
    leg NAME STATE is the state of that leg
    way NAME STATE is the verdict on sending or receiving
    exit N         is the exit status
    fix ID WHERE   has all its fixes at that place
    paste TEXT     is all that one of the fixes gives to paste
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
MAILWHY = Path(os.environ.get("MAILWHY", HERE.parent.parent / "build" / "mailwhy")).resolve()
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
CASES = sorted(HERE.glob("*/*.jsonl"))
FAULTS = ("blocks", "degrades", "risk")


def run(program, *words):
    return subprocess.run([MAILWHY.with_name(program), *map(str, words)], capture_output=True, text=True, env=ENVIRONMENT, timeout=30)


def judged(case):
    done = run("mailwhy-explain", "--json", case)
    assert done.stdout, done.stderr
    return json.loads(done.stdout) | {"exit": done.returncode}


def expected(case):
    lines = case.with_suffix(".expect").read_text().splitlines()
    return [line.split() for line in lines if line.strip() and not line.startswith("#")]


def holds(word, cause, state, report):
    roots = [found["id"] for found in report["causes"] if found["root"]]
    if word == "none":
        return not [found["id"] for found in report["causes"] if found["root"] and found["severity"] in FAULTS]
    return {
        "root": cause in roots,
        "not": cause not in roots,
        "folded": cause not in roots and any(cause in found["explains"] for found in report["causes"]),
        "ruled_out": cause in report["ruled_out"],
        "leg": report["verdict"]["legs"].get(cause) == state,
        "fix": {fix["where"] for found in report["causes"] if found["id"] == cause for fix in found["fix"]} == {state},
        "way": report["verdict"].get(cause) == state,
        "exit": str(report["exit"]) == cause,
        "not_tested": cause in [untested["what"] for untested in report["not_tested"]],
    }[word]


def is_so(line, report):
    if line[0] == "paste":
        return " ".join(line[1:]) in [fix.get("snippet") for found in report["causes"] for fix in found["fix"]]
    return holds(*(line + ["", ""])[:3], report)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case):
    report, lines = judged(case), expected(case)
    assert lines
    missed = [line for line in lines if not is_so(line, report)]
    roots = [(found["id"], found["severity"], found["about"]) for found in report["causes"] if found["root"]]
    assert not missed, f"roots: {roots}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_sentences_are_filled(case):
    for found in judged(case)["causes"]:
        for sentence in [found["says"], *[fix["text"] for fix in found["fix"]], *[fix.get("snippet") or "" for fix in found["fix"]]]:
            assert "{" not in sentence and "  " not in sentence.replace("    ;", ""), sentence


def seen_from(vantage, case, path):
    """The facts of one place in a file of their own, without word of the other."""
    header, *facts = [json.loads(line) for line in case.read_text().splitlines()]
    mine = [fact for fact in facts if fact["from"] == vantage and fact["fact"] != "run.vantage"]
    names = {fact["n"] for fact in mine}
    mine = [{key: value for key, value in fact.items() if key != "because" or value in names} for fact in mine]
    path.write_text("".join(json.dumps(line) + "\n" for line in [{**header, "vantage": vantage}, *mine]))
    return path


def test_two_places_are_judged_together(tmp_path):
    case = HERE / "network" / "net.starttls.stripped.finds.jsonl"
    files = [seen_from(vantage, case, tmp_path / f"{vantage}.jsonl") for vantage in ("test", "second")]
    together = json.loads(run("mailwhy-explain", "--json", *files).stdout)
    assert "net.starttls.stripped" in [found["id"] for found in together["causes"]]
    alone = json.loads(run("mailwhy-explain", "--json", files[0]).stdout)
    assert "net.starttls.stripped" in [untested["what"] for untested in alone["not_tested"]]


def causes():
    done = run("mailwhy", "list", "causes", "--json")
    return [row["id"] for row in json.loads(done.stdout)] if done.stdout else []


def test_every_cause_has_its_cases():
    assert causes()
    lacking = []
    for cause in causes():
        kinds = {case.stem[len(cause) + 1:]: expected(case) for case in CASES if case.stem.startswith(cause + ".")}
        if not any(name.startswith("finds") and ["root", cause] in lines for name, lines in kinds.items()):
            lacking.append(f"{cause}: no case finds it")
        if not any(name.startswith("near") and (["not", cause] in lines or ["none"] in lines) for name, lines in kinds.items()):
            lacking.append(f"{cause}: no near miss")
    assert not lacking, "\n".join(lacking)
