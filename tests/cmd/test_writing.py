"""Output that cannot be written is one line and status 74: a closed or broken pipe, a full disk."""

import subprocess

import pytest

from programs import ENVIRONMENT, FACT, HEADER, MAILWHY, mailwhy, one_line

CANNOT_WRITE = 74
QUICK = ("check", "alice@example.org", "--timeout", "1", "--resolver", "127.0.0.1:9")


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "facts.jsonl"
    path.write_text(HEADER + FACT)
    return path


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("list", "facts"), ("manual",), ("completion", "zsh"), ("explain", "FILE"), ("explain", "--json", "FILE")])
def test_full_disk(saved, words):
    with open("/dev/full", "w") as full:
        done = subprocess.run([MAILWHY, *[str(saved) if word == "FILE" else word for word in words]], stdout=full, stderr=subprocess.PIPE, text=True,
                              env=ENVIRONMENT, stdin=subprocess.DEVNULL, timeout=30)
    assert done.returncode == CANNOT_WRITE
    assert len(done.stderr.splitlines()) == 1 and "cannot write to standard output: No space left on device" in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("list", "facts"), ("explain", "FILE"), ("check", "alice@example.org"), ("dns", "example.org")])
def test_standard_output_is_closed(saved, words):
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", MAILWHY, *[str(saved) if word == "FILE" else word for word in words]], stderr=subprocess.PIPE, text=True,
                          env=ENVIRONMENT, stdin=subprocess.DEVNULL, timeout=30)
    assert done.returncode == CANNOT_WRITE
    assert len(done.stderr.splitlines()) == 1 and "standard output is closed" in done.stderr


def test_reader_went_away():
    done = subprocess.run(["bash", "-c", '"$1" list facts --json | true; echo "${PIPESTATUS[0]}"', "bash", MAILWHY], capture_output=True, text=True, env=ENVIRONMENT, timeout=30)
    assert done.stdout.strip() in ("0", str(CANNOT_WRITE)) # the pipe may have taken it all before the reader left
    done = subprocess.run(["bash", "-c", '"$1" dns example.org --timeout 2 --resolver 127.0.0.1:9 | true; echo "${PIPESTATUS[0]}"', "bash", MAILWHY], capture_output=True,
                          text=True, env=ENVIRONMENT, timeout=30)
    assert done.stdout.strip() == str(CANNOT_WRITE)
    assert len(done.stderr.splitlines()) == 1 and "Broken pipe" in done.stderr


def test_full_disk_on_save():
    done = mailwhy(*QUICK, "--save", "/dev/full")
    assert done.returncode == CANNOT_WRITE
    assert "alice@example.org" in done.stdout, "the report is still printed"
    assert len(done.stderr.splitlines()) == 1 and "cannot save the facts in /dev/full: No space left on device" in done.stderr


def test_full_disk_on_output():
    one_line(mailwhy(*QUICK, "--output", "/dev/full"), CANNOT_WRITE, r"cannot write /dev/full: No space left")


def test_output_goes_to_the_file(tmp_path, saved):
    shown = mailwhy("explain", saved)
    done = mailwhy("explain", saved, "-o", tmp_path / "report")
    assert done.stdout == "" and done.returncode == shown.returncode
    assert (tmp_path / "report").read_text() == shown.stdout
