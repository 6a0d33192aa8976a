"""Installations on either database, with the worker of `play` as a process."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.project.conftest import postgres  # noqa: F401 - a fixture
from tests.project.installation import greenboard, surroundings

HERE = Path(__file__).parent


@dataclass
class Installation:
    """A data folder and what runs on it."""

    folder: Path
    env: dict[str, str]
    _surface: subprocess.Popen[str] | None = None

    @contextmanager
    def working(self, name: str = "") -> Iterator[subprocess.Popen[str]]:
        """A worker that has claimed its name; it is killed in the end."""
        with self._started(name) as process:
            try:
                assert process.stdout is not None
                assert "claimed" in process.stdout.readline(), self.log()
                yield process
            finally:
                kill(process)

    def _started(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(HERE / "play.py"), *options]
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                command, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1,
                start_new_session=True,
            )  # fmt: skip

    def ask(self, code: str) -> str:
        """Run code in a process that is no worker, as a surface would; what it prints."""
        if self._surface is None:
            self._surface = self._started("--surface")
            self._tell(ASK)
        return self._tell(code)

    def _tell(self, code: str) -> str:
        assert self._surface is not None
        assert self._surface.stdin is not None
        assert self._surface.stdout is not None
        self._surface.stdin.write(json.dumps(code) + "\n")
        told = self._surface.stdout.readline()
        assert told, self.log()[-3000:]
        return str(json.loads(told))

    def crash(self, code: str) -> str:
        """Run code that ends its process in the middle; what it printed before."""
        source = f"import sys; sys.path.insert(0, {str(HERE)!r})\n{ASK}\n{code}"
        done = subprocess.run([sys.executable, "-c", source], env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 9, done.stderr
        return done.stdout.strip()

    def state(self, run: str) -> dict[str, object]:
        """What is known of a run from outside."""
        names = ("state", "output", "error", "worker")
        code = f"""
engine = client(settings.DURABLE) if settings.DURABLE.postgresql or settings.DURABLE.file.exists() else None
one = engine and engine.run({run!r})
print(json.dumps([getattr(one, name) for name in {names}] if one else ["waiting", None, None, None]))"""
        return dict(zip(names, json.loads(self.ask(code)), strict=True))

    def ended(self, run: str, limit: float = 30.0) -> None:
        """Wait until a run is over."""
        began = time.monotonic()
        while self.state(run)["state"] in ("waiting", "running"):
            assert time.monotonic() - began < limit, self.log()[-3000:]
            time.sleep(0.05)

    def end(self) -> None:
        if self._surface is not None:
            kill(self._surface)

    def go(self) -> None:
        """Let steps that are held go on."""
        (self.folder / "go").touch()

    def wish(self, workflow: str, given: str = "None", count: int = 1) -> list[str]:
        """Wish for runs of a workflow; their ids."""
        code = f"""
with transaction.atomic():
    print(*[outbox.wish(workflows.declared()[{workflow!r}], {given}) for _ in range({count})])"""
        return self.ask(code).split()

    def journal(self) -> list[tuple[str, str]]:
        """What steps wrote: the run, and what it did."""
        path = Path(self.env["JOURNAL"])
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]

    def of(self, run: str) -> list[str]:
        """What one run did."""
        return [what for whose, what in self.journal() if whose == run]

    def until(self, *wanted: tuple[str, str], limit: float = 30.0) -> float:
        """Wait until the journal has lines; how long it took."""
        began = time.monotonic()
        while time.monotonic() - began < limit:
            if set(wanted) <= set(self.journal()):
                return time.monotonic() - began
            time.sleep(0.02)
        pytest.fail(f"not within {limit} s: {set(wanted) - set(self.journal())}\n{self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder / "log").read_text()


ASK = """
import json, time
import play
from django.conf import settings
from django.db import transaction
from greenboard.durable import outbox, workflows
from greenboard.durable.engine import Unreachable, client
from greenboard.durable.models import Wish
"""


def kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@contextmanager
def installation(folder: Path, url: str) -> Iterator[Installation]:
    env = surroundings(folder, url, JOURNAL=str(folder / "journal"))
    (folder / "log").touch()
    made = Installation(folder, env)
    yield made
    made.end()


def migrate(folder: Path, url: str = "") -> None:
    done = greenboard("migrate", env=surroundings(folder, url))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an SQLite database without content."""
    folder = tmp_path_factory.mktemp("empty")
    migrate(folder)
    return folder / "greenboard.sqlite3"


@pytest.fixture(scope="session")
def empty_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: F811 - the fixture
    """The name of a PostgreSQL database without content."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
    migrate(tmp_path_factory.mktemp("empty"), postgres.replace("/postgres?", "/empty?"))
    return "empty"


@pytest.fixture
def here(tmp_path: Path, empty_file: Path) -> Iterator[Installation]:
    """One on SQLite."""
    shutil.copy(empty_file, tmp_path)
    with installation(tmp_path, "") as made:
        yield made


@pytest.fixture
def there(tmp_path: Path, postgres: str, empty_database: str) -> Iterator[Installation]:  # noqa: F811 - the fixture
    """One on PostgreSQL."""
    name = f"test_{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {empty_database}")
    with installation(tmp_path, postgres.replace("/postgres?", f"/{name}?")) as made:
        yield made


@pytest.fixture(params=["here", "there"])
def either(request: pytest.FixtureRequest) -> Installation:
    """One on each database."""
    found: Installation = request.getfixturevalue(request.param)
    return found
