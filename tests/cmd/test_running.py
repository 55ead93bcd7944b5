"""Runs without a network worth the name: they end in time, say that they could not tell, and can be interrupted, saved and judged again."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time

import pytest

from programs import ENVIRONMENT, FACT, HEADER, MAILWHY, mailwhy

UNKNOWN = 3
NO_NETWORK = ["unshare", "--user", "--map-root-user", "--net"]


@pytest.fixture
def silence():
    """A resolver that never answers: its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{udp.getsockname()[1]}"


def may_unshare():
    return subprocess.run([*NO_NETWORK, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not may_unshare(), reason="this machine allows no namespaces")
@pytest.mark.parametrize("question", ["check", "send", "receive"])
def test_no_network(question):
    done = mailwhy(question, "alice@example.org", "--json", "--timeout", "10", before=NO_NETWORK)
    report = json.loads(done.stdout)
    assert done.returncode == UNKNOWN and done.stderr == "" and done.seconds < 30
    assert [report["verdict"]["send"], report["verdict"]["receive"]] == ["unknown", "unknown"]
    assert report["causes"][0]["id"] == "net.local.offline"
    blamed = [cause["id"] for cause in report["causes"] if cause["severity"] == "blocks"]
    assert all(cause.startswith(("net.", "dns.resolver")) for cause in blamed), blamed


@pytest.mark.skipif(not may_unshare(), reason="this machine allows no namespaces")
def test_no_resolver_at_all(tmp_path):
    empty = tmp_path / "resolv.conf"
    empty.write_text("")
    done = mailwhy("check", "alice@example.org", "--json", "--timeout", "10", before=["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c",
                   f'mount --bind {empty} "$(readlink -f /etc/resolv.conf)" && exec "$@"', "sh"])
    assert done.returncode in (2, UNKNOWN), done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"]["receive"] != "ok" and "partial" not in report, "it ends when there is nothing left to ask"


@pytest.mark.parametrize("words", [("check", "alice@example.org"), ("dns", "example.org"), ("smtp", "example.org"), ("config", "alice@example.org")])
def test_a_resolver_that_never_answers(silence, words):
    done = mailwhy(*words, "--resolver", silence, "--timeout", "2", "--format", "json")
    assert done.seconds < 20
    assert done.returncode == UNKNOWN
    report = json.loads(done.stdout)
    assert report["partial"] == "out of time" and report["verdict"]["receive"] == "unknown" and report["verdict"]["send"] == "unknown"


def test_a_host_that_never_answers():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        done = mailwhy("smtp", f"127.0.0.1:{listener.getsockname()[1]}", "--timeout", "1.5", "--format", "json")
    assert done.seconds < 20 and done.returncode in (1, 2, UNKNOWN)
    assert json.loads(done.stdout)["partial"] == "out of time"


def test_a_server_that_had_no_time_to_greet_is_not_called_silent():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        done = mailwhy("smtp", f"127.0.0.1:{listener.getsockname()[1]}", "--timeout", "1", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == UNKNOWN and report["verdict"]["legs"]["receive"] == "unknown"
    assert "smtp.banner.none" not in [cause["id"] for cause in report["causes"]]


@pytest.mark.parametrize("target", ["alice@例え.jp", "用户@例子.中国", "例え.jp", "alice@EXAMPLE.org.", "\"a b\"@example.org", "postmaster@xn--r8jz45g.jp"])
def test_international_and_odd_targets_are_taken(silence, target):
    done = mailwhy("check", target, "--resolver", silence, "--timeout", "0.3", "--json")
    assert done.returncode in (2, UNKNOWN) and done.stderr == ""
    assert json.loads(done.stdout)["target"] == target


def test_a_saved_run_is_judged_again_byte_for_byte(silence, tmp_path):
    saved = tmp_path / "run.jsonl"
    for form in (["--format", "text"], ["--json"], ["--verbose"], ["--lang", "zh_CN"], ["--lang", "zh_CN", "--verbose"]):
        run = mailwhy("check", "alice@example.org", "--resolver", silence, "--timeout", "0.5", "--save", saved, *form)
        again = mailwhy("explain", saved, *form)
        assert run.stdout and again.stdout == run.stdout, form
        assert again.returncode == run.returncode and again.stderr == ""


def test_a_password_is_in_nothing_that_is_written(silence, tmp_path):
    secret = "correct-horse-battery"
    (tmp_path / "password").write_text(secret + "\n")
    (tmp_path / "password").chmod(0o600)
    run = mailwhy("check", "alice@example.org", "--resolver", silence, "--timeout", "0.5", "--password-file", tmp_path / "password", "--save", tmp_path / "run.jsonl",
                  "--verbose", "--format", "text")
    saved = (tmp_path / "run.jsonl").read_text()
    assert secret not in run.stdout + run.stderr + saved
    assert '"ask-password"' in saved and str(tmp_path) not in saved, "that there was a login is kept, not where the password is"


def test_a_pipe_takes_the_question_on(silence):
    command = '"$1-dns" alice@example.org --resolver "$2" --timeout 0.5 | "$1-smtp" --resolver "$2" --timeout 0.5 | "$1-tls" --resolver "$2" --timeout 0.5 | "$1-explain" --json'
    done = subprocess.run(["bash", "-c", command, "bash", MAILWHY, silence], capture_output=True, text=True, env=ENVIRONMENT, timeout=30)
    report = json.loads(done.stdout)
    assert done.stderr == "" and report["target"] == "alice@example.org" and report["verdict"]["receive"] != "ok"


def test_a_pipe_passes_on_what_it_does_not_know(silence):
    moon = FACT.replace("dns.mx.end", "moon.phase").replace('"nxdomain"', '{"lit": 0.5}')
    done = mailwhy("smtp", "--resolver", silence, "--timeout", "0.3", input=HEADER + moon)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == "" and rows[0] == json.loads(HEADER)
    assert {"fact": "moon.phase", "value": {"lit": 0.5}}.items() <= rows[1].items()


def test_several_saved_runs_are_one_report(silence, tmp_path):
    files = [tmp_path / f"{place}.jsonl" for place in ("desk", "home")]
    for file in files:
        mailwhy("check", "alice@example.org", "--resolver", silence, "--timeout", "0.3", "--vantage", file.stem, "--save", file)
    both = mailwhy("explain", *files, "--verbose")
    assert both.stderr == "" and both.returncode in (2, UNKNOWN)
    one = mailwhy("explain", files[0], "--verbose")
    assert both.stdout.count("dns.mx.end = ") > one.stdout.count("dns.mx.end = ")


def test_facts_come_as_json_lines_with_a_header(silence):
    done = mailwhy("dns", "example.org", "--resolver", silence, "--timeout", "0.5", "--vantage", "desk", "--dkim-selector", "s1")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["schema"] == "mailwhy-facts/1" and lines[0]["vantage"] == "desk" and lines[0]["target"] == "example.org"
    assert f"resolver={silence}" in lines[0]["options"] and "dkim-selector=s1" in lines[0]["options"]
    assert {"fact", "about", "value", "n", "from", "at"} <= set(lines[1])
    assert [line["n"] for line in lines[1:]] == list(range(1, len(lines)))


def test_skip_and_only(silence):
    def probes_of(*words):
        facts = [json.loads(line)["fact"] for line in mailwhy("dns", "example.org", "--resolver", silence, "--timeout", "0.5", *words).stdout.splitlines()[1:]]
        return {fact for fact in facts if fact.endswith(".end")}
    assert {"dns.mx.end", "spf.end"} <= probes_of()
    assert "spf.end" not in probes_of("--skip", "spf") and "dns.mx.end" in probes_of("--skip", "spf")
    assert "spf.end" in probes_of("--only", "spf") and "dns.mx.end" not in probes_of("--only", "spf")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        run = subprocess.Popen([MAILWHY, "check", "alice@example.org", "--resolver", f"127.0.0.1:{udp.getsockname()[1]}", "--timeout", "120"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, stdin=subprocess.DEVNULL)
        udp.settimeout(30)
        udp.recv(512)  # it is under way
        run.send_signal(number)
        out, errors = run.communicate(timeout=30)
    assert run.returncode in (2, UNKNOWN) and errors == ""
    assert "interrupted" in out and "partial" in out


def on_terminal(*words, stdout_too=True, seconds=10.0):
    """What a terminal shows of it."""
    master, slave = pty.openpty()
    out = slave if stdout_too else subprocess.DEVNULL
    run = subprocess.Popen([MAILWHY, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=slave, env=ENVIRONMENT)
    os.close(slave)
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and select.select([master], [], [], 0.2)[0] or run.poll() is None:
        try:
            more = os.read(master, 65536)
        except OSError:
            break
        if not more:
            break
        shown += more
    run.wait(timeout=30)
    os.close(master)
    return shown.decode()


def test_password_typed_on_a_terminal_is_not_shown(silence, tmp_path):
    saved = tmp_path / "run.jsonl"
    child, terminal = pty.fork()
    if child == 0:
        os.execve(MAILWHY, ["mailwhy", "check", "alice@example.org", "--resolver", silence, "--timeout", "0.5", "--ask-password", "--save", str(saved)], ENVIRONMENT)
    shown = b""
    while b"Password for alice@example.org: " not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, b"hunter2x\x7f two\r")
    try:
        while more := os.read(terminal, 4096):
            shown += more
    except OSError:
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    assert status in (2, UNKNOWN) and b"hunter2" not in shown and "hunter2" not in saved.read_text()


def test_ctrl_c_at_the_password_prompt(silence):
    child, terminal = pty.fork()
    if child == 0:
        os.execve(MAILWHY, ["mailwhy", "check", "alice@example.org", "--resolver", silence, "--ask-password"], ENVIRONMENT)
    while b"Password for" not in os.read(terminal, 4096):
        pass
    os.write(terminal, b"hun\x03")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    os.close(terminal)


def test_progress_on_a_terminal_alone(silence):
    words = ("check", "alice@example.org", "--resolver", silence, "--timeout", "1")
    shown = on_terminal(*words)
    assert "looking: " in shown and "\033[1;" in shown
    assert re.search(r"\r\033\[K[^\r]*alice@example\.org", shown.split("looking: ")[-1]), "the line is wiped before the report"
    assert on_terminal(*words, stdout_too=False) == ""
    piped = mailwhy(*words)
    assert piped.stderr == "" and "\033" not in piped.stdout


def test_color(silence):
    words = ("check", "alice@example.org", "--resolver", silence, "--timeout", "0.3")
    assert "\033[" in mailwhy(*words, "--color", "always").stdout
    assert "\033[1;" not in on_terminal(*words, "--color", "never")


def test_a_tool_on_a_terminal_reports(silence):
    shown = on_terminal("dns", "example.org", "--resolver", silence, "--timeout", "0.5")
    assert "Not tested" in shown and '"fact"' not in shown


def test_version_is_quick():
    times = sorted(mailwhy("--version").seconds for _ in range(15))
    print(f"mailwhy --version: {times[len(times) // 2] * 1000:.1f} ms (median of 15)")
    assert times[0] < 0.5 # printed, and bounded only against something absurd: the machine may be busy
