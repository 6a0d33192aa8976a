"""`greenboard serve` as a person starts it: a real process, a real database, real kills."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from tests.installation import prepared

COMMAND = Path(sys.executable).with_name("greenboard")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, port: int) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("GREENBOARD_", "DJANGO_", "PYTEST_"))
    }
    return {**kept, "GREENBOARD_DATA_DIR": str(data), "GREENBOARD_PORT": str(port)}


@contextmanager
def serving(data: Path, port: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A server in a process group of its own, gone at the end."""
    command = [COMMAND, "serve", *options]
    prepared(data)
    with subprocess.Popen(
        command,
        env=environment(data, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def answer(port: int, path: str = "/healthz") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until_ready(process: subprocess.Popen[str], port: int, limit: float = 120) -> float:
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if answer(port) == 200:
            return time.monotonic() - began
        if process.poll() is not None:
            pytest.fail(f"the server ended: {process.stdout.read() if process.stdout else ''}")
        time.sleep(0.05)
    pytest.fail("the server did not answer")


def count(data: Path, table: str) -> int:
    """How many rows a table has; none while the database is still being made."""
    with closing(sqlite3.connect(data / "greenboard.sqlite3", timeout=20)) as database:
        there = "SELECT count(*) FROM sqlite_master WHERE name = ?"
        if not database.execute(there, (table,)).fetchone()[0]:
            return 0
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.slow
def test_it_says_where_it_is_and_how_to_sign_in(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as process:
        until_ready(process, port)
        kill(process)
        said = process.stdout.read() if process.stdout else ""
    assert f"http://127.0.0.1:{port}" in said
    assert f"Sign in as admin with the password {(tmp_path / 'first-password.txt').read_text().strip()}" in said


def test_a_stranger_is_sent_to_sign_in(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as process:
        until_ready(process, port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as response:
            assert "sign-in" in response.url


@pytest.mark.slow
def test_a_second_start_takes_under_five_seconds_and_keeps_the_data(tmp_path: Path) -> None:
    taken = []
    for _ in range(4):
        port = free_port()
        with serving(tmp_path, port) as process:
            taken.append(until_ready(process, port))
    assert min(taken[1:]) < 5  # the best of three: other work on the machine is not ours
    assert count(tmp_path, "access_person") == 1


def test_a_taken_port_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [COMMAND, "serve"], env=environment(tmp_path, port), capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "greenboard.sqlite3").exists()


def test_a_wrong_setting_is_told_by_name(tmp_path: Path) -> None:
    variables = environment(tmp_path, 1) | {"GREENBOARD_PORT": "http"}
    done = subprocess.run([COMMAND, "serve"], env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, "GREENBOARD_PORT is not a port" in done.stderr) == (2, True)


COMMITTED = {
    "facts": "SELECT id, value FROM facts_factinterval",
    "runs": "SELECT id, note FROM results_run",
    "results": "SELECT id, outcome FROM results_resultinterval",
    "persons": "SELECT id, username FROM access_person",
    "sessions": "SELECT session_key, session_data FROM django_session",
}


def committed(data: Path) -> dict[str, set[tuple[object, ...]]]:
    """What another process sees in the database: that is committed. Empty where no tables are yet."""
    found: dict[str, set[tuple[object, ...]]] = {}
    path = data / "greenboard.sqlite3"
    if not path.exists():
        return found
    with closing(sqlite3.connect(path, timeout=20)) as database, suppress(sqlite3.OperationalError):
        for name, query in COMMITTED.items():
            found[name] = set(database.execute(query))
    return found


def assert_kept(data: Path, before: dict[str, set[tuple[object, ...]]]) -> None:
    after = committed(data)
    assert [name for name, rows in before.items() if not rows <= after[name]] == []
    with closing(sqlite3.connect(data / "greenboard.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def sign_in(port: int, data: Path) -> None:
    """Sign in as a person does, which writes a session."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(f"http://127.0.0.1:{port}/", timeout=60) as response:
        address, page = response.url, response.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    password = (data / "first-password.txt").read_text().strip()
    form = {"csrfmiddlewaretoken": token[1], "username": "admin", "password": password}
    request = urllib.request.Request(address, urllib.parse.urlencode(form).encode(), {"Referer": address})
    with browser.open(request, timeout=60) as response:
        assert response.status == 200


def until_runs(process: subprocess.Popen[str], data: Path, wanted: int, limit: float = 60) -> None:
    """Wait until so many days of the sample are committed."""
    began = time.monotonic()
    while wanted and (not (data / "greenboard.sqlite3").exists() or count(data, "results_run") < wanted):
        if process.poll() is not None or time.monotonic() - began > limit:
            kill(process)
            pytest.fail(f"the sample does not get on: {process.stdout.read() if process.stdout else ''}")
        time.sleep(0.2)


@pytest.mark.slow
def test_kills_at_any_moment_lose_nothing_that_was_committed(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    for days in (0, 0, 1, 3):
        with serving(tmp_path, free_port(), "--sample") as process:
            until_runs(process, tmp_path, days)
            time.sleep(chance.uniform(0, 0.4 if days else 1.2))
            before = committed(tmp_path)
            kill(process)
        if before:
            assert_kept(tmp_path, before)
    assert len(before["runs"]) >= 3
    assert len(before["facts"]) > 100


@pytest.mark.slow
def test_kills_while_it_serves_keep_every_session(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    for number in range(1, 4):
        port = free_port()
        with serving(tmp_path, port) as process:
            until_ready(process, port)
            sign_in(port, tmp_path)
            before = committed(tmp_path)
            Thread(target=lambda port=port: [answer(port, "/sign-in") for _ in range(20)], daemon=True).start()
            time.sleep(chance.uniform(0, 0.1))
            kill(process)
        assert_kept(tmp_path, before)
        assert len(before["sessions"]) == number
        assert len(before["persons"]) == 1
