"""The database by one address: what is accepted, what is refused and how, and real installations on PostgreSQL."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from greenboard.core.errors import UserError
from greenboard.project.database import read
from greenboard.project.environment import Environment

SECRET = "hunter2"


def test_without_an_address_it_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    found = read("", tmp_path)
    assert (found.vendor, found.settings["NAME"]) == ("sqlite", tmp_path / "greenboard.sqlite3")


def test_a_file_may_be_named_by_an_absolute_or_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(f"sqlite:///{tmp_path}/board.db", tmp_path / "data").settings["NAME"] == tmp_path / "board.db"
    assert read("sqlite:///board.db", tmp_path / "data").settings["NAME"] == tmp_path / "board.db"


def test_an_address_of_postgresql_is_read_with_its_escapes_and_parameters(tmp_path: Path) -> None:
    url = f"postgres://ada%40shop:{SECRET}%2F%25@db.example:6543/board?sslmode=verify-full"
    found = read(url, tmp_path).settings
    wanted = {"NAME": "board", "USER": "ada@shop", "PASSWORD": f"{SECRET}/%", "HOST": "db.example", "PORT": "6543"}
    assert {key: found[key] for key in wanted} == wanted
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["CONN_HEALTH_CHECKS"]


def test_a_socket_may_be_named_instead_of_a_host(tmp_path: Path) -> None:
    found = read("postgresql:///board?host=/run/postgresql", tmp_path).settings
    assert (found["NAME"], found["HOST"], found["PORT"]) == ("board", "/run/postgresql", "")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"mysql://ada:{SECRET}@db/board", "not the address of a database"),
        (f"ada:{SECRET}@db/board", "not the address of a database"),
        ("sqlite:///", "not the address of a database"),
        ("sqlite:///nowhere/board.db", "there is no folder"),
        (f"postgresql://ada:{SECRET}@db", "names no database"),
        (f"postgresql://ada:{SECRET}%zz@db/board", "cannot be read"),
        (f"postgresql://ada:{SECRET}/x@db/board", "port is not a number"),
        (f"postgresql://ada:{SECRET}@db:port/board", "port is not a number"),
        (f"postgresql://ada:{SECRET}@db/board?nonsense=1", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_without_the_password(url: str, why: str) -> None:
    with pytest.raises(UserError, match=why) as refused:
        Environment.read({"GREENBOARD_DATABASE_URL": url})
    assert "GREENBOARD_DATABASE_URL" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_no_password_is_in_what_is_shown_of_a_setting(tmp_path: Path) -> None:
    environment = Environment.read({"GREENBOARD_DATABASE_URL": f"postgresql://ada:{SECRET}@db/board"})
    assert SECRET not in repr(environment) + environment.database.where


def surroundings(data: Path, url: str = "", **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    return {**kept, "GREENBOARD_DATA_DIR": str(data), "GREENBOARD_DATABASE_URL": url, **more}


def start(code: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, **out)


def finish(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said
    return said


PREPARE = """
from greenboard.project import running
from greenboard.project.environment import Environment
running.prepare(Environment.read().data_dir, sample=False)
from greenboard.access.models import Person
print(Person.objects.count())
"""


@pytest.mark.slow
def test_installations_that_start_at_once_wait_for_each_other(tmp_path: Path, database: str) -> None:
    for url in ("", database):
        said = finish([start(PREPARE, surroundings(tmp_path, url)) for _ in range(3)])
        assert [text.split()[-1] for text in said] == ["1", "1", "1"]


RUN = "from greenboard.project.main import main; main()"


def run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, command], env=environment, capture_output=True, text=True, check=False
    )


def test_a_wrong_password_is_told_as_such_and_not_shown(tmp_path: Path, database: str) -> None:
    wrong = database.replace("p%40ss%2Fword", SECRET)
    done = run("serve", surroundings(tmp_path, wrong, GREENBOARD_PORT=str(free_port())))
    assert done.returncode == 2
    assert "password authentication failed" in done.stderr
    assert "GREENBOARD_DATABASE_URL" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_does_not_answer_is_told_as_such(tmp_path: Path) -> None:
    url = f"postgresql://ada:{SECRET}@127.0.0.1:{free_port()}/board"
    done = run("worker", surroundings(tmp_path, url))
    assert done.returncode == 2
    assert "the database board on 127.0.0.1 port" in done.stderr
    assert SECRET not in done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_the_board_is_served_from_postgresql_alone(tmp_path: Path, database: str) -> None:
    port = free_port()
    serve = f"import sys; sys.argv.append('serve'); {RUN}"
    process = start(serve, surroundings(tmp_path, database, GREENBOARD_PORT=str(port)))
    try:
        assert answer(f"http://127.0.0.1:{port}/healthz") == '{"status": "ok"}'
        assert "Sign in" in answer(f"http://127.0.0.1:{port}/sign-in")
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert not list(tmp_path.glob("*.sqlite3"))
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM access_person").fetchone() == (1,)


def answer(url: str) -> str:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                return str(response.read().decode())
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"no answer from {url}")


ENTER = """
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
REFS = [Ref("service", "default", name) for name in ("one", "two", "three")]
"""
SAY = """
import sys
from greenboard.project import setup
setup.django()
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
tool, names = sys.argv[1], sys.argv[2:]
for round_ in range(40):
    at = clock.now()
    said = [Fact(Ref("service", "default", name), "coverage", {"line_pct": float(round_)},
            Source(SourceKind.CONNECTION, tool), at) for name in names]
    record(said, [], at)
"""


@pytest.mark.slow
def test_several_who_record_for_the_same_entities_at_once_lose_nothing(tmp_path: Path, database: str) -> None:
    enter = PREPARE + ENTER + 'catalog.save(Declared(tuple(map(Entity, REFS))), clock.now(), cause="test")'
    finish([start(enter, surroundings(tmp_path, database))])
    orders = (("one", "two", "three"), ("three", "two", "one"), ("two", "three", "one"))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SAY, f"tool {number}", *names],
            env=surroundings(tmp_path, database),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number, names in enumerate(orders)
    ]
    finish(processes)
    with psycopg.connect(database) as connection:
        query = "SELECT source, count(*), count(*) FILTER (WHERE valid_to IS NULL) FROM facts_factinterval GROUP BY 1"
        assert sorted(connection.execute(query).fetchall()) == [(f"tool {number}", 120, 3) for number in range(3)]
