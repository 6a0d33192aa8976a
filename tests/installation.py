"""Installations whose database is there already: made once in a process and copied, as making it takes as long as a test."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

FILE = "greenboard.sqlite3"
_DONE = "done"
_MAKE = "from greenboard.project import setup; setup.django(); setup.migrate()"


@cache
def made() -> Path:
    """The file of a database in which nothing was entered, not even an administrator; one for all processes of a run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    folder = Path(tempfile.gettempdir()) / f"greenboard-made-{run}" if run else Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits, and finds it made
        if not (folder / _DONE).exists():
            _make(folder)
            (folder / _DONE).touch()
    return folder / FILE


def _make(folder: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    own = {**kept, "GREENBOARD_DATA_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", _MAKE], env=own, check=True)


def prepared(folder: Path) -> Path:
    """The same data folder, with a migrated database unless it has one."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists():
        shutil.copyfile(made(), folder / FILE)
    return folder
