"""Installations whose database is there already: made once in a process and copied, as making it takes as long as a test."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

URL = "GREENBOARD_DATABASE_URL"
FILE = "greenboard.sqlite3"
_DONE = "done"
_MADE = "made"
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


def _make(folder: Path, url: str = "") -> None:
    own = {"GREENBOARD_DATA_DIR": str(folder), URL: url, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", _MAKE], env={**kept(), **own}, check=True)


def prepared(folder: Path) -> Path:
    """The same data folder, with a migrated database unless it has one."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists():
        shutil.copyfile(made(), folder / FILE)
    return folder


def kept() -> dict[str, str]:
    """The variables of this process, but for those of its own installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}


def own(folder: Path) -> dict[str, str]:
    """The variables of an installation of its own with a migrated database: on PostgreSQL where the tests are, else in the folder."""
    url = os.environ.get(URL)
    if not url:
        return {"GREENBOARD_DATA_DIR": str(prepared(folder))}
    folder.mkdir(parents=True, exist_ok=True)
    return {"GREENBOARD_DATA_DIR": str(folder), URL: _copied(url, folder)}


@cache
def _copied(url: str, folder: Path) -> str:
    """The address of a new database on the server of the tests, the same for the same folder."""
    name = f"own_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # whoever comes second waits, and finds it made
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_MADE]).fetchone():
            connection.execute(f"CREATE DATABASE {_MADE}")
            with tempfile.TemporaryDirectory() as data:
                _make(Path(data), _named(url, _MADE))
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_MADE}")
    return _named(url, name)


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
