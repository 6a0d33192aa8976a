"""The nightly work of an installation, done by its real worker."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from tests.project.installation import greenboard, python, surroundings

RUN = """
import json, time
from django.conf import settings
from django.db import transaction
from greenboard.durable import outbox
from greenboard.durable.engine import client
from greenboard.project import jobs
from greenboard.project.environment import Environment
from greenboard.durable.workflows import declared
jobs.declare(Environment.read())
def run(name):
    with transaction.atomic():
        made = outbox.wish(declared()[name])
    for _ in range(600):
        if settings.DURABLE.file.exists() and (one := client(settings.DURABLE).run(made)):
            if one.state not in ("waiting", "running"):
                return [one.state, one.output, one.error]
        time.sleep(0.1)
"""
LEFTOVERS = """
from datetime import timedelta
from django.contrib.sessions.models import Session
from greenboard.access.models import Service, Token
from greenboard.core import clock
now = clock.now()
service = Service.objects.create(name="ci", created_at=now)
for number, days in enumerate((-100, -10, 10)):
    Token.objects.create(prefix=f"p{number}", digest="x", name=str(days), service=service, created_at=now,
                         expires_at=now + timedelta(days=days))
    Session.objects.create(session_key=str(number), session_data="", expire_date=now + timedelta(days=days))
"""


@pytest.fixture
def nightly(tmp_path: Path) -> dict[str, str]:
    env = surroundings(tmp_path, GREENBOARD_BACKUP_DIR=str(tmp_path / "backups"), GREENBOARD_BACKUPS_KEPT="2")
    assert greenboard("migrate", env=env).returncode == 0
    return env


@pytest.mark.slow
def test_upkeep_forgets_what_is_over_and_a_backup_is_written_and_old_ones_go(
    nightly: dict[str, str], tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    for day in ("2026-01-01", "2026-01-02"):
        (backups / f"greenboard-{day}T023000Z.zip").touch()
    (backups / "mine.zip").touch()
    with subprocess.Popen([sys.executable, "-m", "greenboard.project.main", "worker"], env=nightly) as worker:
        try:
            told = python(LEFTOVERS + RUN + "print(json.dumps([run('upkeep'), run('backup')]))", nightly)
            upkeep, backup = json.loads(told)
        finally:
            worker.terminate()
            assert worker.wait(30) == 0
    assert upkeep[0] == "done", upkeep
    assert (upkeep[1]["tokens"], upkeep[1]["sessions"]) == (1, 2)
    assert backup[0] == "done", backup
    kept = sorted(path.name for path in backups.iterdir())
    assert kept[0] == "greenboard-2026-01-02T023000Z.zip"
    assert kept[2:] == ["mine.zip"]
    with zipfile.ZipFile(backup[1]) as packed:
        assert "access_service.jsonl" in packed.namelist()
    with closing(sqlite3.connect(tmp_path / "engine.sqlite3")) as engine:
        names = {name for (name,) in engine.execute("SELECT schedule_name FROM workflow_schedules")}
    assert names == {"upkeep", "backup"}


@pytest.mark.slow
def test_a_second_worker_of_a_name_is_refused_and_says_what_to_do(nightly: dict[str, str], tmp_path: Path) -> None:
    env = {**nightly, "GREENBOARD_WORKER_ID": "first"}
    with subprocess.Popen([sys.executable, "-m", "greenboard.project.main", "worker"], env=env) as worker:
        try:
            while not (tmp_path / "workers" / "first.lock").exists():
                time.sleep(0.1)
                assert worker.poll() is None
            done = greenboard("worker", env=env)
        finally:
            worker.kill()
    assert done.returncode == 2
    assert "another worker is named first" in done.stderr


@pytest.mark.slow
def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    done = greenboard("worker", env=surroundings(tmp_path, GREENBOARD_WORKER_ID="../first"))
    assert done.returncode == 2
    assert "GREENBOARD_WORKER_ID is no name of a worker" in done.stderr
