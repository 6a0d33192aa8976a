"""The worker as a process of its own: what is committed is judged within a second, and a kill loses nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.installation import prepared

PLAY = """
import sys
from greenboard.project import setup
setup.django()
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
CHECKOUT = Ref("library", "default", "checkout")
def say(exists):
    value = facts.vocabulary().normalise("license", {"exists": exists})
    record([Fact(CHECKOUT, "license", value, Source(SourceKind.CONNECTION, "forge"), clock.now())], [], clock.now())
"""


def play(data: Path, source: str) -> None:
    """Run some of our code in a process of its own, as a surface would."""
    code = PLAY + textwrap.dedent(source)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(data), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def environment(data: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    return {**own, "GREENBOARD_DATA_DIR": str(prepared(data))}


@contextmanager
def working(data: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "greenboard.project.main", "worker", *options]
    with subprocess.Popen(command, env=environment(data), stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith("ready"):
            return
    pytest.fail("the worker ended before it was ready")


def license_result(data: Path) -> tuple[int, str] | None:
    """Outcome and cause of the rule that asks for a licence, as another process sees them."""
    query = """SELECT result.outcome, cause.text FROM results_resultinterval result
        JOIN results_rule rule ON rule.id = result.rule_id JOIN results_cause cause ON cause.id = result.cause_id
        WHERE result.valid_to IS NULL AND rule.name = 'cmp-2-own'"""
    with closing(sqlite3.connect(data / "greenboard.sqlite3", timeout=20)) as database:
        found: tuple[int, str] | None = database.execute(query).fetchone()
    return found


def until(data: Path, outcome: int, limit: float = 60.0) -> float:
    began = time.monotonic()
    while time.monotonic() - began < limit:
        found = license_result(data)
        if found is not None and found[0] == outcome:
            return time.monotonic() - began
        time.sleep(0.01)
    pytest.fail(f"not judged within {limit} s: {license_result(data)}")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with working(tmp_path) as process:
        until_ready(process)
        play(
            tmp_path,
            'catalog.save(Declared((Entity(CHECKOUT, tier=1, lifecycle="production"),)), clock.now(), cause="test")',
        )
        until(tmp_path, 2)
    return tmp_path


def test_a_committed_fact_changes_the_result_and_is_its_cause(shop: Path) -> None:
    with working(shop) as process:
        until_ready(process)
        play(shop, "say(True)")
        until(shop, 1)
        play(shop, "say(False)")
        until(shop, 0)
        found = license_result(shop)
    assert found is not None
    assert "yes → no" in found[1]


@pytest.mark.slow
def test_what_was_committed_while_no_worker_ran_is_judged_when_one_starts(shop: Path) -> None:
    play(shop, "say(True)")
    with working(shop) as process:
        until_ready(process)
        until(shop, 1)


@pytest.mark.slow
def test_a_worker_killed_at_any_moment_loses_no_evaluation(shop: Path) -> None:
    for round_, wanted in enumerate((1, 0, 1, 0)):
        with working(shop) as process:
            until_ready(process)
            play(shop, f"say({bool(wanted)})")
            time.sleep(0.02 * round_)
            process.kill()
            process.wait(10)
        with working(shop) as process:
            until_ready(process)
            until(shop, wanted)


@pytest.mark.slow
def test_it_stops_when_asked_and_when_its_parent_is_gone(shop: Path) -> None:
    with working(shop) as process:
        until_ready(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    with working(shop, "--parent", "1") as process:
        assert process.wait(20) == 0
