"""Where the published suites are: MAILWHY_SUITES names the directory with spf/ and arc/ in it; else shared/data beside the checkout. They are not part of the
repository; without them their tests are skipped."""

import os
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))


def suite_path(*parts):
    return Path(os.environ.get("MAILWHY_SUITES", TOP.parent / "shared" / "data"), *parts)


def suite_documents(*parts):
    """The YAML documents of a suite; none where it is not there."""
    yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed")
    path = suite_path(*parts)
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as text:
        return list(yaml.safe_load_all(text))


def program():
    return os.environ.get("MAILWHY", str(TOP / "build" / "mailwhy"))
