"""What a pipe of tools concludes equals what mailwhy concludes, and what a saved run says again: on real servers, in the lab."""

import json
import os
import subprocess

import pytest

from programs import MAILWHY, TOP

COMMAND = """
set -e
cd "$(mktemp -d)"
"$1" check alice@example.org --json --save run.jsonl >one.json || true
"$1" dns alice@example.org | "$1" config | "$1" smtp | "$1" imap | "$1" pop3 | "$1" tls | "$1" explain --json >pipe.json || true
"$1" explain run.jsonl --json >again.json || true
printf '['; cat one.json; printf ','; cat pipe.json; printf ','; cat again.json; printf ']'
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="the lab needs root")
@pytest.mark.parametrize("scenario", ["healthy", "healthy-implicit", "mx-refused", "delegation-lame", "two-cert-and-mtasts", "mail-cert-expired", "offline"])
def test_pipe_and_saved_run_equal_one_run(scenario):
    known = subprocess.run([TOP / "scripts/lab", "list"], capture_output=True, text=True, check=True).stdout
    if f"\n{scenario} " not in "\n" + known:
        pytest.fail(f"the lab has no scenario {scenario}")
    done = subprocess.run([TOP / "scripts/lab", "run", scenario, "--", "sh", "-c", COMMAND, "sh", MAILWHY], capture_output=True, text=True, timeout=180)
    one, pipe, again = json.loads(done.stdout)
    assert again == one

    def told(report):
        causes = [(cause["id"], cause["severity"], cause["about"], cause["legs"], sorted(cause["explains"])) for cause in report["causes"]]
        return report["verdict"], causes, report["ruled_out"], [untested["what"] for untested in report["not_tested"]]
    assert told(pipe) == told(one)
