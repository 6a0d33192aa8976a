"""The real command on real repositories: `repo` makes one, `run` calls `greenboard`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(sys.executable).with_name("greenboard")
NOW = "2026-06-01T00:00:00Z"


@dataclass(frozen=True)
class Done:
    """What a call of the command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def result(self, rule: str, entity: int = 0) -> Any:
        """The result of one rule for one entity of a JSON report."""
        return next(part for part in self.json["entities"][entity]["results"] if part["rule"] == rule)


Run = Callable[..., Done]
Repo = Callable[..., Path]


def call(*arguments: object, cwd: Path | None = None) -> Done:
    """Call `greenboard`; a traceback is never an answer."""
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, timeout=60, cwd=cwd, check=False)
    found = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in found.err, found.err
    return found


def make(folder: Path, files: Mapping[str, str | bytes], *, commit: bool = True) -> Path:
    """Make a git repository with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    stamp = "2026-05-20T12:00:00Z"
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.org", f"GIT_{role}_DATE": stamp}
    steps = [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "first"]]
    for step in steps if commit else steps[:1]:
        subprocess.run(["git", *step], cwd=folder, env=env, check=True)
    return folder


@pytest.fixture
def run() -> Run:
    return call


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    def build(files: Mapping[str, str | bytes], name: str = "checkout") -> Path:
        return make(tmp_path / name, files)

    return build
