"""--compare: a saved run of the same domain against a later one, judged offline."""

import json

from programs import mailwhy


def saved(path, at, policy_id, mx):
    """A run of example.org that found this policy."""
    facts = [("target.domain", "example.org"), ("mtasts.record", f"v=STSv1; id={policy_id};"), ("mtasts.end", "ok"), ("mtasts.http", 200), ("mtasts.fetch.end", "ok"),
             ("mtasts.media_type", "text/plain"), ("mtasts.policy", "version: STSv1"), ("mtasts.mode", "enforce"), ("mtasts.max_age", 86400), ("mtasts.mx", mx)]
    header = {"schema": "mailwhy-facts/1", "version": "0.1.0", "vantage": "test", "question": "check", "target": "example.org", "options": []}
    rows = [{"fact": fact, "about": "example.org", "value": value, "n": n, "from": "test", "at": at} for n, (fact, value) in enumerate(facts, 1)]
    path.write_text("".join(json.dumps(row) + "\n" for row in [header, *rows]))
    return path


def stale(now, before):
    report = json.loads(mailwhy("--json", now, "--compare", before, program="-explain").stdout)
    return [cause for cause in report["causes"] if cause["id"] == "mtasts.id_stale"]


def test_a_policy_that_changed_under_its_id(tmp_path):
    before = saved(tmp_path / "before.jsonl", "2026-10-01T08:00:00Z", "1", ["mx.old.example.org"])
    found = stale(saved(tmp_path / "now.jsonl", "2026-11-01T08:00:00Z", "1", ["mx1.example.org"]), before)
    assert "2026-10-01T08:00:00Z" in found[0]["says"]
    assert 'id=20261101T080000Z;"' in found[0]["fix"][0]["snippet"]


def test_a_policy_with_a_new_id_or_none_new(tmp_path):
    before = saved(tmp_path / "before.jsonl", "2026-10-01T08:00:00Z", "1", ["mx.old.example.org"])
    assert not stale(saved(tmp_path / "now.jsonl", "2026-11-01T08:00:00Z", "2", ["mx1.example.org"]), before)
    assert not stale(saved(tmp_path / "now.jsonl", "2026-11-01T08:00:00Z", "1", ["mx.old.example.org"]), before)
