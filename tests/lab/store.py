"""The cache: things that are slow to make (keys, certificates, signed zones), stored under the digest of what
they were made from. Never holds anything that a run needs to keep; deleting it only costs time."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

DAY = 86400
# Signatures and certificates are made for months; a week keeps them far from their ends.
MAX_AGE = 7 * DAY


def root():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = Path(base) / "mailwhy-lab"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked():
    """One maker at a time: two runs must not make two different root keys."""
    with open(root() / "lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def digest(*parts):
    whole = hashlib.sha256()
    for part in parts:
        whole.update(repr(part).encode())
    return whole.hexdigest()[:32]


def fresh(path, max_age):
    try:
        return time.time() - path.stat().st_mtime < max_age
    except FileNotFoundError:
        return False


def get(kind, key, make, max_age=MAX_AGE):
    """The directory of `kind`/`key`; `make(directory)` fills it when it is absent or old."""
    path = root() / kind / key
    if fresh(path, max_age):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=".new-"))
    os.chmod(work, 0o755)
    try:
        make(work)
        shutil.rmtree(path, ignore_errors=True)
        work.rename(path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return path


def prune():
    """Forget what nobody could use any more."""
    for kind in root().iterdir():
        if not kind.is_dir():
            continue
        for entry in kind.iterdir():
            if not fresh(entry, 4 * MAX_AGE):
                shutil.rmtree(entry, ignore_errors=True)
