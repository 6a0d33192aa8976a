"""`greenboard doctor`: each thing that can be wrong is found, and told with what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.project.installation import greenboard, python, surroundings

WORKING = """
from greenboard.project.models import Heartbeat
Heartbeat.objects.create(worker="board:1", began_at=clock.now(), beat_at=clock.now())
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("sound")
    env = surroundings(data, GREENBOARD_FIRST_PASSWORD="a long enough password")
    assert greenboard("migrate", env=env).returncode == 0
    assert not (data / "first-password.txt").exists()
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(sound, tmp_path / "data"))
    python(WORKING, surroundings(copy))
    return copy


def examined(data: Path, url: str = "", **variables: str) -> tuple[int, dict[str, list[str]]]:
    done = greenboard("doctor", "--json", env=surroundings(data, url, **variables))
    found: dict[str, list[str]] = {}
    for one in json.loads(done.stdout)["findings"]:
        found.setdefault(one["about"], []).append(one["state"])
        assert one["todo"] or one["state"] == "pass", one
    assert json.loads(done.stdout)["ok"] is (done.returncode == 0)
    return done.returncode, found


def test_a_sound_installation_passes(data: Path) -> None:
    code, found = examined(data)
    assert code == 0
    assert {state for states in found.values() for state in states} == {"pass"}
    assert {"database", "migrations", "SQLite", "clock", "worker", "changes", "scorecards", "disk"} <= set(found)


@pytest.mark.slow
def test_it_makes_nothing_where_there_is_no_installation(tmp_path: Path) -> None:
    code, found = examined(tmp_path / "nowhere")
    assert (code, found["data folder"]) == (1, ["fail"])
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.slow
def test_a_wrong_setting_is_told_like_any_other_fault(data: Path) -> None:
    code, found = examined(data, GREENBOARD_PORT="http")
    assert (code, found) == (1, {"settings": ["fail"]})


def open_the_key(data: Path) -> None:
    (data / "secret.key").chmod(0o644)


def lose_a_migration(data: Path) -> None:
    python(
        "from django.db.migrations.recorder import MigrationRecorder; from django.db import connection\n"
        "MigrationRecorder(connection).record_unapplied('facts', '0002_by_type')",
        surroundings(data),
    )


def stop_the_worker(data: Path) -> None:
    python("from greenboard.project.models import Heartbeat; Heartbeat.objects.all().delete()", surroundings(data))


def leave_changes(data: Path) -> None:
    python(
        "from datetime import timedelta; enter('one')\nfrom greenboard.results.models import Mark\n"
        "Mark.objects.update(at=clock.now() - timedelta(hours=1), done=False)",
        surroundings(data),
    )


def write_in_the_future(data: Path) -> None:
    python(
        "from datetime import timedelta; enter('one')\nfrom greenboard.results.models import Mark\n"
        "Mark.objects.update(at=clock.now() + timedelta(hours=1), done=True)",
        surroundings(data),
    )


def lose_the_database(data: Path) -> None:
    for path in data.glob("greenboard.sqlite3*"):
        path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("harm", "about"),
    [
        (open_the_key, "secret key"),
        (lose_a_migration, "migrations"),
        (stop_the_worker, "worker"),
        (leave_changes, "changes"),
        (write_in_the_future, "clock"),
        (lose_the_database, "database"),
    ],
)
def test_what_is_wrong_is_found(data: Path, harm: Callable[[Path], None], about: str) -> None:
    harm(data)
    code, found = examined(data)
    assert (code, found[about][-1]) == (1, "fail")


@pytest.mark.slow
def test_what_is_only_unwise_is_a_warning(data: Path) -> None:
    (data / "first-password.txt").write_text("x")
    code, found = examined(data, GREENBOARD_HOST="0.0.0.0", GREENBOARD_DEBUG="0")
    assert code == 0
    assert (found["first password"], found["allowed hosts"], found["origin"]) == (["warn"], ["warn"], ["warn"])
    assert examined(data, GREENBOARD_HOST="0.0.0.0", GREENBOARD_DEBUG="1")[1]["debug"] == ["fail"]


@pytest.mark.slow
def test_scorecards_that_cannot_be_read_are_found(data: Path, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "broken.yaml").write_text("titel: x\n")
    code, found = examined(data, GREENBOARD_SCORECARDS=str(tmp_path / "own"))
    assert (code, found["scorecards"]) == (1, ["fail"])


@pytest.mark.slow
def test_postgresql_is_looked_at_as_well(tmp_path: Path, database: str) -> None:
    env = surroundings(tmp_path, database, GREENBOARD_FIRST_PASSWORD="a long enough password")
    assert greenboard("migrate", env=env).returncode == 0
    python(WORKING, env)
    code, found = examined(tmp_path, database)
    assert (code, found["database"], found["clock"]) == (0, ["pass"], ["pass"])
    assert "SQLite" not in found


@pytest.mark.slow
def test_lines_for_people_say_what_to_do(data: Path) -> None:
    stop_the_worker(data)
    done = greenboard("doctor", env=surroundings(data))
    assert "✘ fail  worker: none is at work: results do not change" in done.stdout
    assert "Start greenboard serve or greenboard worker." in done.stdout
