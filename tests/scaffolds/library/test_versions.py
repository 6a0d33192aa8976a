"""What ships does not change without a new version, and the version before can still be had."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from greenboard.cli.scaffold._keeping import keep
from greenboard.core import content
from greenboard.scaffolds.rendering import Scaffold, library, read, versions


def test_what_ships_has_the_versions_that_are_recorded() -> None:
    known = versions.recorded(content.library("scaffolds"))
    assert list(versions.wrong(library(), known)) == []
    assert known.keys() == {one.name for one in library()}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A library of its own with one part and a project of it, recorded and committed."""
    there = content.library("scaffolds")
    folder = tmp_path / "scaffolds"
    project = folder / "job"
    shutil.copytree(there / "runbook", folder / "runbook")
    shutil.copytree(there / "runbook", project)
    text = "name: job\ntitle: Job\ndescription: A job.\nmakes: project\nversion: 1.0.0\nentity: {kind: job}\nparts: [runbook]\n"
    (project / "scaffold.yaml").write_text(text)
    versions.write(folder, read_all(folder), {})
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "Begin")):
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(("git", *who, *command), cwd=folder, check=True, capture_output=True)
    return folder


def read_all(folder: Path) -> tuple[Scaffold, ...]:
    return tuple(read(folder / name) for name in ("job", "runbook"))


def wrong(folder: Path) -> list[str]:
    return list(versions.wrong(read_all(folder), versions.recorded(folder)))


def change(folder: Path, name: str, old: str, new: str, file: str = "scaffold.yaml") -> None:
    path = folder / name / file
    path.write_text(path.read_text().replace(old, new))


def test_a_change_needs_a_new_version_also_in_what_has_it_as_a_part(shelf: Path) -> None:
    version = read(shelf / "runbook").version
    (shelf / "runbook" / "template" / "more.md").write_text("More.\n")
    assert wrong(shelf) == [f"runbook changed, and its version is {version} still: raise it"]
    change(shelf, "runbook", f"version: {version}", "version: 9.0.0")
    assert "job changed, and its version is 1.0.0 still: raise it" in wrong(shelf)
    assert "runbook 9.0.0 is not recorded" in wrong(shelf)


def test_the_version_before_is_kept_with_its_parts_out_of_the_history(shelf: Path) -> None:
    change(shelf, "job", "version: 1.0.0", "version: 1.1.0")
    known = versions.recorded(shelf)
    job = read(shelf / "job")
    versions.write(shelf, read_all(shelf), known)
    assert wrong(shelf) == ["job 1.0.0 is not kept in past/job/1.0.0"]
    place = keep(job, versions.before(job, known), known)
    assert wrong(shelf) == []
    assert read(place / "job").version == "1.0.0"
    assert (place / "runbook").is_dir()
