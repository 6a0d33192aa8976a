"""Backup, restore, export, import, and moving to PostgreSQL: nothing is lost, and nothing is half done."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import JSONField, TextField
from tests.project.installation import ENTER, greenboard, python, surroundings

from greenboard.access.sealing import Sealed
from greenboard.project.portable.tables import LEFT_OUT, Column, tables

FILL = """
enter("one", "two", "three")
for number in range(3):
    say("one", exists=bool(number % 2)); say("two")
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.facts.store import vocabulary
from greenboard.scorecards.store import standards
Continuous(lambda: standards(vocabulary()), Live()).turn(clock.now())
from greenboard.access.models import Person
Person.objects.create_user("ada", password="a long enough password", email="ada@example.org")
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("filled")
    env = surroundings(data)
    assert greenboard("migrate", env=env).returncode == 0
    python(FILL, env)
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """An installation of one's own to change."""
    return Path(shutil.copytree(filled, tmp_path / "data"))


def exported(env: dict[str, str], folder: Path) -> dict[str, object]:
    done = greenboard("export", folder, env=env)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads((folder / "manifest.json").read_text())["tables"]
    return told


@pytest.mark.slow
def test_a_backup_restores_to_the_same_rows_on_either_database(filled: Path, tmp_path: Path, database: str) -> None:
    before = exported(surroundings(filled), tmp_path / "before")
    done = greenboard("backup", tmp_path / "board.zip", env=surroundings(filled))
    assert done.returncode == 0, done.stderr
    for number, url in enumerate(("", database)):
        env = surroundings(tmp_path / f"data{number}", url)
        done = greenboard("restore", tmp_path / "board.zip", env=env)
        assert done.returncode == 0, done.stderr
        assert "Restored" in done.stdout
        assert exported(env, tmp_path / f"after{number}") == before
        verified = greenboard("audit", "verify", env=env)
        assert verified.returncode == 0, verified.stderr
        # What comes next gets a number of its own.
        python('enter("four"); say("four")', env)


@pytest.mark.slow
def test_a_backup_is_for_its_owner_only_and_has_neither_sessions_nor_the_key(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "board.zip"
    greenboard("backup", file, env=surroundings(filled))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = (filled / "secret.key").read_bytes()
    with zipfile.ZipFile(file) as packed:
        assert "django_session.jsonl" not in packed.namelist()
        assert not any(key in packed.read(name) for name in packed.namelist())
    assert [path.name for path in tmp_path.iterdir()] == ["board.zip"]


@pytest.mark.slow
def test_nothing_is_overwritten(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "board.zip").write_text("mine")
    done = greenboard("backup", tmp_path / "board.zip", env=surroundings(filled))
    assert (done.returncode, (tmp_path / "board.zip").read_text()) == (2, "mine")


@pytest.mark.slow
def test_an_installation_with_people_is_not_replaced_unless_told(filled: Path, data: Path, tmp_path: Path) -> None:
    greenboard("backup", tmp_path / "board.zip", env=surroundings(filled))
    python('enter("late")', surroundings(data))
    refused = greenboard("restore", tmp_path / "board.zip", env=surroundings(data))
    assert refused.returncode == 2
    assert "not empty" in refused.stderr
    assert "late" in python("print(catalog.entities())", surroundings(data))
    done = greenboard("restore", tmp_path / "board.zip", "--replace", env=surroundings(data))
    assert done.returncode == 0, done.stderr
    assert "late" not in python("print(catalog.entities())", surroundings(data))


def entities(data: Path) -> int:
    """How many are in the database; none where it has no tables yet."""
    with closing(sqlite3.connect(data / "greenboard.sqlite3")) as found:
        if not found.execute("SELECT count(*) FROM sqlite_master WHERE name = 'catalog_entity'").fetchone()[0]:
            return 0
        return int(found.execute("SELECT count(*) FROM catalog_entity").fetchone()[0])


def change_a_row(folder: Path) -> None:
    file = folder / "catalog_entity.jsonl"
    file.write_text(file.read_text().replace('"one"', '"eno"'))


def lose_a_row(folder: Path) -> None:
    file = folder / "facts_factinterval.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))


def lose_a_file(folder: Path) -> None:
    (folder / "access_person.jsonl").unlink()


def change_the_manifest(folder: Path) -> None:
    file = folder / "manifest.json"
    file.write_text(file.read_text().replace('"database": "sqlite"', '"database": "other"'))


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.slow
@pytest.mark.parametrize("damage", [change_a_row, lose_a_row, lose_a_file, change_the_manifest, lose_the_manifest])
def test_what_is_damaged_is_refused_and_changes_nothing(filled: Path, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    exported(surroundings(filled), tmp_path / "files")
    damage(tmp_path / "files")
    env = surroundings(tmp_path / "data")
    done = greenboard("import", tmp_path / "files", env=env)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert entities(tmp_path / "data") == 0


@pytest.mark.slow
def test_a_row_that_the_database_refuses_takes_all_of_it_back(filled: Path, tmp_path: Path) -> None:
    exported(surroundings(filled), tmp_path / "files")
    orphan = """
import json, sys
from pathlib import Path
from greenboard.project.portable import manifest
from greenboard.project.portable.manifest import Content
import hashlib, dataclasses
folder = Path(FOLDER)
file = folder / "facts_factinterval.jsonl"
lines = file.read_text().splitlines()
told = json.loads(lines[0]); told["entity_id"] = 999999
lines[0] = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
text = "\\n".join(lines) + "\\n"
file.write_text(text)
old = manifest.read((folder / "manifest.json").read_bytes(), "x")
content = Content(len(lines), hashlib.sha256(text.encode()).hexdigest())
new = dataclasses.replace(old, tables={**old.tables, "facts_factinterval": content})
(folder / "manifest.json").write_bytes(new.text())
"""
    python(f"FOLDER = {str(tmp_path / 'files')!r}\n" + orphan, surroundings(filled))
    env = surroundings(tmp_path / "data")
    done = greenboard("import", tmp_path / "files", env=env)
    assert done.returncode == 2
    assert "the database refused" in done.stderr
    assert entities(tmp_path / "data") == 0


@pytest.mark.slow
def test_a_backup_of_a_newer_version_is_refused_by_name(filled: Path, tmp_path: Path) -> None:
    exported(surroundings(filled), tmp_path / "files")
    code = f"""
import dataclasses
from pathlib import Path
from greenboard.project.portable import manifest
file = Path({str(tmp_path / "files" / "manifest.json")!r})
told = manifest.read(file.read_bytes(), "x")
told = dataclasses.replace(told, greenboard="99.0", migrations=(*told.migrations, "catalog.0099_later"))
file.write_bytes(told.text())
"""
    python(code, surroundings(filled))
    done = greenboard("import", tmp_path / "files", env=surroundings(tmp_path / "data"))
    assert done.returncode == 2
    assert "version 99.0, which is newer" in done.stderr


@pytest.mark.slow
def test_a_backup_of_an_older_schema_is_restored_and_brought_up_to_date(tmp_path: Path) -> None:
    old = tmp_path / "old"
    env = surroundings(old)
    older = """
from django.core.management import call_command
call_command("migrate", "facts", "0001", verbosity=0)
from greenboard.project.portable import reading, shelves
from pathlib import Path
reading.expect_same = lambda: None
with shelves.folder(Path(FOLDER)) as put:
    reading.write(put, print)
"""
    old.mkdir()
    assert greenboard("migrate", env=env).returncode == 0
    python('enter("one"); say("one")' + f"\nFOLDER = {str(tmp_path / 'files')!r}\n" + older, env)
    new = surroundings(tmp_path / "new")
    done = greenboard("import", tmp_path / "files", env=new)
    assert done.returncode == 0, done.stderr
    assert greenboard("migrate", "--check", env=new).returncode == 0
    assert "one" in python("print(catalog.entities())", new)


WRITE = """
import sys, time
for number in range(30):
    enter(f"more-{number}"); say(f"more-{number}")
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_backup_is_of_one_moment_while_others_write(data: Path, tmp_path: Path, database: str) -> None:
    moved = greenboard("migrate-data", "--to", database, env=surroundings(data))
    assert moved.returncode == 0, moved.stderr
    for number, url in enumerate(("", database)):
        env = surroundings(data, url)
        with subprocess.Popen(
            [sys.executable, "-c", ENTER + WRITE], env=env, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            other.stdout.readline()
            done = greenboard("backup", tmp_path / f"{number}.zip", env=env)
            assert done.returncode == 0, done.stderr
            assert other.wait(120) == 0, "who writes was kept from it"
        restored = surroundings(tmp_path / f"restored{number}")
        done = greenboard("restore", tmp_path / f"{number}.zip", env=restored)
        assert done.returncode == 0, done.stderr  # every reference leads somewhere: it is of one moment
        there = int(python("print(len(catalog.entities()))", restored))
        assert 4 <= there <= 33


@pytest.mark.slow
def test_moving_to_postgresql_proves_that_nothing_was_lost(filled: Path, tmp_path: Path, database: str) -> None:
    before = exported(surroundings(filled), tmp_path / "before")
    done = greenboard("migrate-data", "--to", database, env=surroundings(filled))
    assert done.returncode == 0, done.stderr
    for table in ("catalog_entity", "facts_factinterval", "results_resultinterval", "access_person"):
        assert table in done.stdout
    there = surroundings(tmp_path / "data", database)
    assert exported(there, tmp_path / "after") == before
    again = greenboard("migrate-data", "--to", database, env=surroundings(filled))
    assert again.returncode == 2
    assert "not empty" in again.stderr
    assert "p%40ss" not in again.stderr + again.stdout


@pytest.mark.slow
def test_moving_is_refused_while_a_worker_is_at_work(data: Path, database: str) -> None:
    beat = """
from greenboard.project.models import Heartbeat
Heartbeat.objects.create(worker="board:1", began_at=clock.now(), beat_at=clock.now())
"""
    python(beat, surroundings(data))
    done = greenboard("migrate-data", "--to", database, env=surroundings(data))
    assert done.returncode == 2
    assert "a worker is at work: board:1" in done.stderr


ELSEWHERE = {"django_migrations", "identity_cache"}
"""What the manifest says by itself, and what may be lost at any time."""


@pytest.mark.slow
@pytest.mark.django_db
def test_every_table_is_in_a_backup_or_left_out_on_purpose() -> None:
    there = set(connection.introspection.table_names())
    assert there - {table.name for table in tables(apps)} - set(LEFT_OUT) - ELSEWHERE == set()


REWRITE = """
from django.db import DatabaseError, connection
try:
    connection.cursor().execute("DELETE FROM access_entry")
except DatabaseError as error:
    print(error)
"""


@pytest.mark.slow
def test_the_audit_log_of_what_was_restored_is_append_only_again(filled: Path, data: Path, tmp_path: Path) -> None:
    greenboard("backup", tmp_path / "board.zip", env=surroundings(filled))
    done = greenboard("restore", tmp_path / "board.zip", "--replace", env=surroundings(data))
    assert done.returncode == 0, done.stderr
    assert "append-only" in python(REWRITE, surroundings(data))


@pytest.mark.slow
def test_a_sealed_secret_is_carried_as_it_is_stored() -> None:
    field = Sealed()
    field.set_attributes_from_name("secret")
    column = Column(field)
    assert column.opaque
    assert column.written("sealed:1:abc") == column.read("sealed:1:abc") == "sealed:1:abc"
    assert column.stored("sealed:1:abc", connection) == "sealed:1:abc"
    assert isinstance(column.asked.output_field, TextField)


@pytest.mark.slow
def test_what_json_says_is_the_same_on_every_database() -> None:
    column = Column(JSONField(name="data", db_column="data"))
    assert json.dumps(column.written({"b": [1.0, {"d": 2.5, "c": None}], "a": 1})) == (
        '{"a": 1, "b": [1, {"c": null, "d": 2.5}]}'
    )
