"""What is printed from the tables: help, manuals, lists, completion, versions, and what a cause is."""

import json
import re
import subprocess

import pytest

from programs import mailwhy

TOOLS = ["", "-dns", "-smtp", "-imap", "-pop3", "-tls", "-config", "-explain"]


@pytest.mark.parametrize("program", TOOLS)
def test_version_help_and_manual(program):
    version = mailwhy("--version", program=program)
    assert (version.returncode, version.stderr) == (0, "") and re.fullmatch(rf"mailwhy{program} \d+\.\d+\.\d+\n", version.stdout)
    help_text = mailwhy("--help", program=program)
    assert help_text.returncode == 0 and f"mailwhy{program} [options]" in help_text.stdout and "--resolver" in help_text.stdout
    assert max(map(len, help_text.stdout.splitlines())) <= 100
    manual = mailwhy("--manual", program=program)
    assert manual.returncode == 0 and manual.stdout.splitlines()[1].startswith(f'.TH "MAILWHY{program.upper()}" "1"')


@pytest.mark.parametrize("tool", [tool[1:] for tool in TOOLS if tool])
def test_the_front_door_starts_the_tool(tool):
    assert mailwhy(tool, "--version").stdout == mailwhy("--version", program="-" + tool).stdout
    assert mailwhy("help", tool).stdout == mailwhy("--help", program="-" + tool).stdout
    assert mailwhy("manual", tool).stdout == mailwhy("--manual", program="-" + tool).stdout


@pytest.mark.parametrize("name, columns", [("probes", {"name", "wants", "says"}), ("facts", {"name", "type", "meaning"}),
                                           ("causes", {"id", "severity", "area", "title"}), ("formats", {"name", "says"})])
def test_lists(name, columns):
    text, rows = mailwhy("list", name), json.loads(mailwhy("list", name, "--json").stdout)
    assert text.returncode == 0 and len(text.stdout.splitlines()) == len(rows) > 1
    assert all(set(row) == columns and all(row.values()) for row in rows)
    first = [row.get("id", row.get("name")) for row in rows]
    # A probe may have a row for each fact that it wants, and for each thing that it does with it.
    twice = [(row.get("id", row.get("name")), row.get("wants"), row.get("says")) for row in rows]
    assert len(set(twice)) == len(twice), "a row stands in the table twice"
    assert [line.split()[0] for line in text.stdout.splitlines()] == first


def test_help_names_each_probe_once():
    named = re.search(r"--skip PROBE.*?\((.*?)\)", mailwhy("--help").stdout, re.DOTALL)[1].replace("\n", " ").split(",")
    assert [name.strip() for name in named] == list(dict.fromkeys(row["name"] for row in json.loads(mailwhy("list", "probes", "--json").stdout)))


def test_chinese_needs_no_locale():
    for environment in ({"LC_ALL": "zh_CN.UTF-8"}, {"LC_ALL": "", "LANG": "zh_CN"}, {"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN:en"}):
        assert "选项" in mailwhy("--help", environment=environment).stdout, environment
    assert "选项" in mailwhy("--help", "--lang", "zh-CN", environment={"LC_ALL": "C"}).stdout
    for environment in ({"LC_ALL": "C", "LANGUAGE": "zh_CN"}, {"LC_ALL": "en_US.UTF-8"}, {"LC_ALL": "fr_FR.UTF-8"}):
        assert "Options" in mailwhy("--help", environment=environment).stdout, environment
    assert "Options" in mailwhy("--help", "--lang", "en", environment={"LC_ALL": "zh_CN.UTF-8"}).stdout


def test_every_cause_is_explained():
    for row in json.loads(mailwhy("list", "causes", "--json").stdout):
        cause = mailwhy("explain", row["id"])
        assert cause.returncode == 0 and row["id"] in cause.stdout.splitlines()[0] and row["title"] in cause.stdout
    one = json.loads(mailwhy("explain", row["id"], "--json").stdout)
    assert one["id"] == row["id"] and one["says"] and one["needs"] and one["fix"]


@pytest.mark.parametrize("line, point, wanted", [
    ("mailwhy --for", 1, "--format"),
    ("mailwhy check --format js", 3, "json"),
    ("mailwhy che", 1, "check"),
    ("mailwhy list pr", 2, "probes"),
    ("mailwhy completion z", 2, "zsh"),
    ("mailwhy help im", 2, "imap"),
    ("mailwhy-smtp --only sm", 2, "smtp"),
])
def test_bash_completes(tmp_path, line, point, wanted):
    script = tmp_path / "completion"
    script.write_text(mailwhy("completion", "bash").stdout)
    words = " ".join(f"'{word}'" for word in line.split())
    done = subprocess.run(["bash", "-c", f"source {script}; COMP_WORDS=({words}); COMP_CWORD={point}; _mailwhy; echo \"${{COMPREPLY[@]}}\""],
                          capture_output=True, text=True, check=True)
    assert wanted in done.stdout.split(), done
