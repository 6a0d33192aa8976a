"""While a release is rolled out, two versions work on one database: the new schema serves both."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.project.installation import greenboard, python, surroundings

ROOT = Path(__file__).resolve().parents[2]
BEFORE = "680cc8c"
"""The version before, by its commit: the last one without roles, tokens and heartbeats."""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the version before."""
    packed = subprocess.run(["git", "archive", BEFORE, "src", "library"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"the history here does not reach back to {BEFORE}: a shallow clone")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def of(version: Path, env: dict[str, str]) -> dict[str, str]:
    return {**env, "PYTHONPATH": str(version / "src"), "PYTHONDONTWRITEBYTECODE": ""}


JUDGE = """
from greenboard.facts.store import vocabulary
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.scorecards.store import standards
print(Continuous(lambda: standards(vocabulary()), Live()).turn(clock.now()))
"""
STATE = """
from greenboard.results import store
rows = store.results("production-readiness", rule="cmp-2-own")
print(sorted((row.entity.name, row.outcome.value) for row in rows))
"""
ACCOUNT = """
from greenboard.access.models import Person
Person.objects.create_user("ada", password="a long enough password")
from django.contrib.auth import authenticate
print(authenticate(username="ada", password="a long enough password"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_the_version_before_works_on_the_new_schema_beside_the_new_one(
    before: Path, tmp_path: Path, vendor: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database") if vendor == "postgresql" else ""
    new = surroundings(tmp_path, url)
    old = of(before, new)
    assert greenboard("migrate", env=new).returncode == 0
    assert str(before) in python("import greenboard; print(greenboard.__file__)", old)
    python('enter("one", "two"); say("one")' + JUDGE, old)
    assert python(STATE, new) == python(STATE, old)
    python('say("two"); say("one", exists=False)' + JUDGE, new)
    assert python(STATE, old).strip() == "[('one', 'fail'), ('two', 'pass')]"
    python('say("one")' + JUDGE, old)
    assert python(STATE, new).strip() == "[('one', 'pass'), ('two', 'pass')]"
    assert "ada" in python(ACCOUNT, old)


@pytest.mark.slow
def test_the_version_before_starts_on_the_new_schema(before: Path, tmp_path: Path) -> None:
    new = surroundings(tmp_path)
    assert greenboard("migrate", env=new).returncode == 0
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "main.go").write_text("package main\n")
    identity = {f"GIT_{role}_{part}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        subprocess.run(["git", *arguments], cwd=clone, env={**os.environ, **identity}, check=True)
    done = greenboard("collect", clone, env=of(before, new))
    assert done.returncode == 0, done.stderr
    assert "Read 1 repositories" in done.stdout
