"""Keeping the version before of what ships, out of the history of this repository."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from greenboard.core.errors import UserError
from greenboard.scaffolds.rendering import Scaffold, read, versions
from greenboard.scaffolds.rendering.versions import Recorded

_REVISIONS = 100


def keep(scaffold: Scaffold, version: str, known: Recorded) -> Path:
    """Copy a version that was, with its parts, to where it is kept; where that is.

    Raises:
        UserError: no commit has it.

    """
    shelf, place = scaffold.folder.parent, versions.kept(scaffold, version)
    wanted = known[scaffold.name][version]
    for revision in _revisions(shelf, scaffold.name):
        with tempfile.TemporaryDirectory(prefix="greenboard-past-") as folder:
            found = _then(shelf, revision, Path(folder), scaffold.name)
            if found is None or versions.digest(found) != wanted:
                continue
            for one in (found, *found.parts):
                shutil.copytree(one.folder, place / one.name, dirs_exist_ok=True)
            return place
    raise UserError(f"no commit has {scaffold.name} {version} as it is recorded", hint=f"Put it into {place} by hand.")


def _revisions(shelf: Path, name: str) -> list[str]:
    return _git(shelf, "log", f"-{_REVISIONS}", "--format=%H", "--", name).decode().split()


def _then(shelf: Path, revision: str, folder: Path, name: str) -> Scaffold | None:
    """A scaffold as it was at a commit, with its parts; None where it was not there, or was none."""
    content = _git(shelf, "archive", "--format=tar", revision, ".")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
    try:
        return read(folder / name)
    except UserError:
        return None


def _git(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UserError(f"git {arguments[0]} failed", got=said[:300], hint="Run this in a checkout of Greenboard.")
    return done.stdout
