"""A project is brought to a newer version of its scaffold, and what was changed by hand stays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.scaffolds.rendering.conftest import Write

from greenboard.core.errors import UserError
from greenboard.scaffolds.rendering import Recorded, Scaffold, recorded, render, update

OLD = {
    "a.txt.jinja": "one\ntwo {{ name }}\nthree\nfour\nfive\n",
    "gone.txt": "x",
    "kept.txt": "x",
    "same.txt": "x",
    "b.txt": "1\n",
}
NEW = {"a.txt.jinja": "one\ntwo {{ name }}\nthree\nfour\nFIVE\n", "same.txt": "x", "b.txt": "2\n", "new.txt": "n"}


def git(project: Path, *arguments: str) -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "-C", str(project), *who, *arguments], check=True, env=env, capture_output=True)


def commit(project: Path) -> None:
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "x")


@pytest.fixture
def old(write: Write) -> Scaffold:
    return write(OLD, at="old")


@pytest.fixture
def project(old: Scaffold, tmp_path: Path) -> Path:
    made = render(old, {"name": "till"}, tmp_path / "project").folder
    git(made, "init", "-q", "-b", "main")
    commit(made)
    return made


def test_both_changes_are_kept_and_conflicts_are_named(write: Write, old: Scaffold, project: Path) -> None:
    (project / "a.txt").write_text("ONE\ntwo till\nthree\nfour\nfive\n")
    (project / "kept.txt").write_text("mine")
    (project / "b.txt").write_text("3\n")
    (project / "same.txt").unlink()
    commit(project)
    done = update(write(NEW, at="new", version="1.1.0"), project, before=old)
    assert (project / "a.txt").read_text() == "ONE\ntwo till\nthree\nfour\nFIVE\n"
    assert done.files == (".copier-answers.yml", "a.txt", "new.txt")
    assert (done.removed, done.conflicts, done.remarks[1:]) == (("gone.txt",), ("b.txt", "kept.txt"), ())
    assert ((project / "b.txt").read_text(), (project / "same.txt").exists()) == ("3\n", False)
    assert recorded(project) == (Recorded("try", "1.1.0", {"name": "till"}),)


@pytest.mark.slow
def test_without_the_scaffold_of_then_what_differs_is_left(write: Write, project: Path) -> None:
    done = update(write(NEW, at="new", version="1.1.0"), project)
    assert (done.files, done.conflicts) == ((".copier-answers.yml", "new.txt"), ("a.txt", "b.txt"))
    assert "The scaffold of then is not known" in done.remarks[-1]


@pytest.mark.slow
def test_a_project_with_changes_of_its_own_or_of_another_scaffold_is_refused(write: Write, project: Path) -> None:
    with pytest.raises(UserError, match="was not made of the scaffold 'other'"):
        update(write({}, name="other"), project)
    (project / "a.txt").write_text("not committed")
    with pytest.raises(UserError, match="not committed"):
        update(write(NEW, at="new"), project)


@pytest.mark.slow
def test_nothing_is_written_through_a_link_of_the_project(
    write: Write, old: Scaffold, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (project / "folder").symlink_to(tmp_path / "outside")
    commit(project)
    with pytest.raises(UserError, match="folder: a folder of the project is a link"):
        update(write({**OLD, "folder/x.txt": "x"}, at="new", version="1.1.0"), project, before=old)
    assert list((tmp_path / "outside").iterdir()) == []
