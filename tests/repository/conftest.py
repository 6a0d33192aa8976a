"""Real git repositories for the readers: `repo` writes files and commits them, `scope` is a reader's view."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from greenboard.repository.components import survey
from greenboard.repository.tree import Tree, within
from greenboard.repository.types import Component, Scope

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COMMITTED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When commits are made, unless a test says otherwise."""
AUTHOR = "Ada <ada@example.org>"

Files = Mapping[str, str | bytes]


def _git(folder: Path, *arguments: str, at: datetime = COMMITTED, author: str = AUTHOR) -> str:
    name, _, mail = author.rstrip(">").partition(" <")
    stamp = f"{int(at.timestamp())} +0000"
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": mail, f"GIT_{role}_DATE": stamp}
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=env, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace").strip()


def _write(folder: Path, files: Files) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def _commit(
    folder: Path, files: Files | None = None, *, at: datetime = COMMITTED, author: str = AUTHOR, message: str = "change"
) -> None:
    _write(folder, files or {})
    _git(folder, "add", "--all", "--force")
    _git(folder, "commit", "-q", "--allow-empty", "-m", message, at=at, author=author)


@pytest.fixture
def git() -> Callable[..., str]:
    """`git(folder, *arguments, at=..., author=...)`: run git, free of the machine's own settings."""
    return _git


@pytest.fixture
def write() -> Callable[..., None]:
    """`write(folder, files)`: write files below a folder, with the folders that they need."""
    return _write


@pytest.fixture
def commit() -> Callable[..., None]:
    """`commit(folder, files={}, at=..., author=..., message=...)`: write files and commit all there is."""
    return _commit


@pytest.fixture
def repo(tmp_path: Path) -> Callable[..., Tree]:
    """`repo(files, commit=True, name="shop") -> Tree`: a new repository with these files."""
    made: list[Path] = []

    def make(files: Files, *, commit: bool = True, name: str = "shop") -> Tree:
        folder = tmp_path / (name if not made else f"{name}-{len(made) + 1}")
        folder.mkdir()
        made.append(folder)
        _git(folder, "init", "-q", "-b", "main")
        _write(folder, files)
        if commit:
            _commit(folder)
        return Tree.open(folder)

    return make


@pytest.fixture
def scope() -> Callable[..., Scope]:
    """`scope(tree, path="", kind="service", languages=()) -> Scope`: what a reader is given for one component."""

    def make(tree: Tree, path: str = "", kind: str = "service", languages: Sequence[str] = ()) -> Scope:
        component = Component(path.rpartition("/")[2] or tree.root.name, path, kind, tuple(languages))
        return Scope(tree, component, within(tree.files, path), NOW)

    return make


@pytest.fixture
def survey_scopes() -> Callable[[Tree], dict[str, Scope]]:
    """`survey_scopes(tree)`: what readers are given for each component that is found, by its folder."""

    def make(tree: Tree) -> dict[str, Scope]:
        found = survey(tree)
        return {part.component.path: Scope(tree, part.component, part.files, NOW, found.shared) for part in found.parts}

    return make
