"""Collections in a worker's process: begun when they are due, gone on with after a kill, and heard of at once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.collection.tool import KEY, Tool, serving
from tests.project.installation import greenboard, surroundings

MAKE = """
import sys
from greenboard.project import setup
setup.django()
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.connections import service
from greenboard.connections.service import Told, Wish
from greenboard.core import clock
from greenboard.core.refs import Ref
refs = [Ref("service", "default", f"shop-{number}") for number in range(int(sys.argv[2]))]
catalog.save(Declared(tuple(Entity(ref) for ref in refs)), clock.now(), cause="test")
service.make(Wish("lookout", "lookout", Told({"url": sys.argv[1]}, {"key": "KEY", "hook": "h"})), clock.now())
""".replace("KEY", KEY)
ASK = """
from greenboard.project import setup
setup.django()
from greenboard.collection import refreshing
from greenboard.connections import store
from greenboard.core import clock
refreshing.ask(store.find("lookout"), {"services": ["s1"]}, clock.now())
print("asked", flush=True)
"""
SERVICES = 120
PAGES = 7
LIMIT = 120.0


@pytest.fixture
def tool() -> Iterator[Tool]:
    with serving(Tool()) as made:
        for number in range(SERVICES):
            made.service(f"s{number}", f"shop-{number}")
        yield made


@pytest.fixture
def installation(tmp_path: Path, tool: Tool) -> dict[str, str]:
    env = surroundings(
        tmp_path,
        GREENBOARD_INTEGRATIONS=str(Path(__file__).parent / "lookout"),
        GREENBOARD_OUTBOUND_ALLOW="127.0.0.1",
        GREENBOARD_WORKER_ID="one",
    )
    assert greenboard("migrate", env=env).returncode == 0
    command = [sys.executable, "-c", MAKE, tool.url, str(SERVICES)]
    subprocess.run(command, env=env, check=True, capture_output=True)
    return env


@contextmanager
def working(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    log = Path(env["GREENBOARD_DATA_DIR"]) / "log"
    command = [sys.executable, "-m", "greenboard.project.main", "worker"]
    with log.open("ab") as said:
        process = subprocess.Popen(command, env=env, stderr=said, start_new_session=True)
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def until(what: Callable[[], Any], env: dict[str, str]) -> Any:
    began = time.monotonic()
    while time.monotonic() - began < LIMIT:
        if found := what():
            return found
        time.sleep(0.02)
    pytest.fail((Path(env["GREENBOARD_DATA_DIR"]) / "log").read_text()[-5000:])


def rows(env: dict[str, str], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(Path(env["GREENBOARD_DATA_DIR"]) / "greenboard.sqlite3", timeout=30)) as database:
        return database.execute(query).fetchall()


def ended(env: dict[str, str]) -> tuple[Any, ...] | None:
    query = "SELECT state, outcome, faults FROM collection_collection WHERE ended_at IS NOT NULL"
    return next(iter(rows(env, query)), None)


def levels(env: dict[str, str]) -> list[int]:
    query = "SELECT value FROM facts_factinterval WHERE type = 'oncall' AND source = 'lookout' AND valid_to IS NULL"
    return [json.loads(value)["escalation_levels"] for (value,) in rows(env, query)]


@pytest.mark.slow
def test_a_collection_that_was_killed_goes_on_where_it_was(installation, tool):
    tool.slow = 0.3
    with working(installation) as worker:
        until(lambda: len(tool.calls) >= 4, installation)
        kill(worker)
    before = len(tool.calls)
    assert ended(installation) is None
    with working(installation):
        state, outcome, faults = until(lambda: ended(installation), installation)
    assert (state, json.loads(faults)) == ("done", [])
    assert levels(installation) == [2] * SERVICES
    assert json.loads(outcome)["subjects"] == {"matched": SERVICES}
    asked = [call for call in tool.calls if call.startswith("/services?")]
    assert len(set(asked)) == PAGES
    assert len(asked) <= PAGES + 1, before


@pytest.mark.slow
def test_what_is_heard_of_is_a_changed_verdict_soon(installation, tool):
    query = """SELECT COUNT(*) FROM results_resultinterval WHERE valid_to IS NULL AND entity_id = (
        SELECT id FROM catalog_entity WHERE name = 'shop-1') AND valid_from > ?"""
    with working(installation):
        until(lambda: ended(installation), installation)
        until(lambda: not rows(installation, "SELECT 1 FROM results_mark WHERE NOT done"), installation)
        time.sleep(1)
        (before,) = rows(installation, "SELECT MAX(valid_from) FROM results_resultinterval")[0]
        tool.service("s1", "shop-1", levels=0)
        with subprocess.Popen([sys.executable, "-c", ASK], env=installation, stdout=subprocess.PIPE) as asking:
            assert asking.stdout is not None
            asking.stdout.readline()
            began = time.monotonic()
        until(lambda: rows(installation, query.replace("?", f"'{before}'"))[0][0], installation)
        print(f"a changed verdict after {time.monotonic() - began:.2f} s")
    assert min(levels(installation)) == 0
