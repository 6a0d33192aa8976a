"""Kills, a database that stops, a full disk, a database that may only be read: clear refusals, and nothing is lost."""

from __future__ import annotations

import importlib
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.project.company import Company, Load, check, company, covered, licensed
from tests.project.installation import greenboard, python, surroundings

postgresql = importlib.import_module("tools.with_postgres")
NAMES = [f"lib-{number}" for number in range(24)]
KILLS = 20
RULE = "scorecards/production-readiness/rules/cmp-2-own"
pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[object]:
    """A server of the test's own, that keeps what was committed."""
    if postgresql.binaries() is None:
        pytest.skip("PostgreSQL is not installed here: no initdb and postgres")
    with postgresql.running(durable=True) as one:
        yield one


@contextmanager
def working(folder: Path, url: str, *, workers: int, webs: int) -> Iterator[Company]:
    """A company whose libraries are judged once."""
    env = surroundings(folder, url)
    assert greenboard("migrate", env=env).returncode == 0
    python(f"enter(*{[*NAMES, 'probe']!r})", env)
    with company(folder, env, workers=workers, webs=webs) as made:
        made.write({"facts": [licensed("probe", exists=True)]}, "probe")
        made.judged("probe", "pass")
        yield made


def edit(made: Company, weight: int) -> None:
    """Save another version of a rule, which everybody is judged by then."""
    for at in range(1_000):
        status, known = made.ask("GET", RULE, at=at)
        if status == 200 and known["weight"] == weight:
            return
        if status == 200:
            made.ask("PUT", RULE, {"based_on": known["digest"], "weight": weight}, at=at)
        time.sleep(0.1)
    raise AssertionError(f"the rule could not be saved: {status}, {known}")


def test_twenty_kills_at_random_moments_lose_nothing(tmp_path: Path, server: object) -> None:
    chance = random.Random(4)
    taken: list[float] = []
    with working(tmp_path, server.url, workers=3, webs=2) as made:  # type: ignore[attr-defined]
        with Load(made, NAMES, writers=2) as load:
            for kill in range(KILLS):
                if kill % 5 == 0:  # what a new version asks is judged in parts, and somebody dies in one
                    edit(made, 2 + kill // 5)
                time.sleep(chance.uniform(0, 2))
                made.kill(chance.choice(sorted(made.kept)))
                exists = kill % 2 == 1
                made.write({"facts": [licensed("probe", exists=exists)]}, f"probe-{kill}")
                taken.append(made.judged("probe", "pass" if exists else "fail"))
        assert sum(map(len, load.accepted.values())) > KILLS
        check(made, load)
    print(f"from an accepted write after a kill to its result: {sorted(round(one, 1) for one in taken)} s")


def test_the_service_goes_on_after_its_database_was_stopped_and_started(tmp_path: Path, server: object) -> None:
    with working(tmp_path, server.url, workers=2, webs=2) as made:  # type: ignore[attr-defined]
        with Load(made, NAMES, writers=2) as load:
            for number in (signal.SIGQUIT, signal.SIGINT):
                time.sleep(2)
                server.stop(number)  # type: ignore[attr-defined]
                status, told = made.ask("GET", "scorecards")
                assert (status, "does not answer" in str(told)) == (503, True), told
                time.sleep(2)
                server.start()  # type: ignore[attr-defined]
                exists = number == signal.SIGINT
                made.write({"facts": [licensed("probe", exists=exists)]}, f"probe-{number}")
                made.judged("probe", "pass" if exists else "fail")
        check(made, load)
        assert "Traceback" not in "".join(line for line in made.log().splitlines() if "greenboard.worker" in line)


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own, in memory."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("this test makes a small disk, which needs the rights to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False)


def fill(folder: Path) -> Path:
    """Leave no room on a disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


def found(made: Company, about: str) -> str:
    """What `doctor` says about something."""
    done = greenboard("doctor", env=made.env)
    return next((line for line in done.stdout.splitlines() if f" {about}: " in line), done.stdout + done.stderr)


def refused(made: Company, status: int) -> str:
    """State facts, each at another place, until that is refused so; what is said then."""
    for count in range(500):
        facts = [covered(name, 50.0) for name in NAMES]
        for fact in facts:
            fact["source"]["location"] = f"{count}/{'x' * 900}"
        got, told = made.ask("POST", "facts", {"facts": facts}, key=f"fill-{count}")
        if got == status:
            return str(told)
        assert got in (0, 200, 503), (got, told)
    raise AssertionError("never refused")


def test_a_full_disk_refuses_clearly_and_loses_nothing(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "64m") as folder, working(folder, "", workers=1, webs=1) as made:
        with Load(made, NAMES[:4], writers=1) as load:
            ballast = fill(folder)
            told = refused(made, 507)
            assert "disk of the database is full" in told
            assert "507" in told
            assert "0 MiB free" in found(made, "disk")
            assert made.ask("GET", "scorecards")[0] == 200
            ballast.unlink()
            made.write({"facts": [licensed("probe", exists=False)]}, "after")
            made.judged("probe", "fail")
        check(made, load)


def test_a_database_that_may_only_be_read_says_so_and_goes_on_later(tmp_path: Path, server: object) -> None:
    with working(tmp_path, server.url, workers=1, webs=1) as made:  # type: ignore[attr-defined]
        only_read(made, on=True)
        status, told = made.ask("POST", "facts", {"facts": [licensed("probe", exists=False)]}, key="while")
        assert (status, "takes no changes" in str(told)) == (503, True), told
        assert "read-only" in found(made, "writing")
        assert made.ask("GET", "scorecards")[0] == 200
        only_read(made, on=False)
        made.write({"facts": [licensed("probe", exists=False)]}, "while")
        made.judged("probe", "fail")


def only_read(made: Company, *, on: bool) -> None:
    """Let everybody only read, from the next session on, which begins now."""
    python(
        f"""
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SET default_transaction_read_only = off")
    cursor.execute("ALTER DATABASE postgres SET default_transaction_read_only = {"on" if on else "off"}")
    cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'postgres'")
""",
        made.env,
    )
