"""`greenboard collect`: from a folder of real repositories to the board's database."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.installation import prepared

COMMAND = Path(sys.executable).with_name("greenboard")
IDENTITY = {f"GIT_{role}_{part}": "ada@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 3
  template:
    spec:
      containers: [{name: app, image: "example.org/NAME:1.2"}]
"""


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    for name in ("cart", "login"):
        folder = tmp_path / "clones" / name
        (folder / "k8s").mkdir(parents=True)
        (folder / "main.go").write_text("package main\n")
        (folder / "go.mod").write_text("module example.org/x\n\ngo 1.22\n")
        (folder / "k8s" / "app.yaml").write_text(DEPLOYMENT.replace("NAME", name))
        commit(folder, "init", "-q")
    return tmp_path / "clones"


def commit(folder: Path, *first: str) -> None:
    for arguments in ([*first] if first else ["status"], ["add", "-A"], ["commit", "-qm", "change"]):
        subprocess.run(
            ["git", "-C", folder, *arguments], check=True, capture_output=True, env={**os.environ, **IDENTITY}
        )


def collect(data: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GREENBOARD_", "DJANGO_"))}
    variables = {**kept, "GREENBOARD_DATA_DIR": str(prepared(data))}
    return subprocess.run([COMMAND, "collect", *paths], env=variables, capture_output=True, text=True, check=False)


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(data / "greenboard.sqlite3") as database:
        return database.execute(query).fetchall()


def test_a_folder_of_clones_is_on_the_board_afterwards(tmp_path: Path, clones: Path) -> None:
    done = collect(tmp_path / "data", clones)
    assert done.returncode == 0, done.stderr
    assert "Read 2 repositories with 4 entities" in done.stdout
    names = rows(tmp_path / "data", "SELECT kind, name FROM catalog_entity ORDER BY kind, name")
    assert ("repository", "cart") in names
    assert len(names) == 4


@pytest.mark.slow
def test_the_same_again_writes_no_fact_and_a_change_writes_what_changed(tmp_path: Path, clones: Path) -> None:
    data = tmp_path / "data"
    count = "SELECT count(*) FROM facts_factinterval"
    collect(data, clones)
    before = rows(data, count)
    collect(data, clones)
    assert rows(data, count) == before
    app = clones / "cart" / "k8s" / "app.yaml"
    app.write_text(app.read_text().replace("replicas: 3", "replicas: 1"))
    commit(clones / "cart")
    collect(data, clones)
    changed = rows(data, "SELECT value FROM facts_factinterval WHERE type = 'workload' AND valid_to IS NOT NULL")
    assert len(changed) == 1
    assert '"replicas":3' in str(changed[0][0])


@pytest.mark.slow
def test_a_path_without_repositories_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = collect(tmp_path / "data", tmp_path / "empty")
    assert done.returncode == 2
    assert "no git working tree" in done.stderr
