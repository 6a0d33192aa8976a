"""`greenboard check --exemptions`: what is exempt stands beside the outcome, has an end, and names what is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("greenboard")
WHO = {f"GIT_{role}_{part}": "ada@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
GIVEN = """exemptions:
  - entity: library:shop
    rules: [RULE]
    reason: It is a sketch that nobody else uses yet.
    by: ada
    until: 2026-06-30
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "greenboard.yaml").write_text("kind: library\nname: shop\nowner: ada\n")
    (folder / "main.go").write_text("package main\n")
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **WHO}, check=True)
    return folder


def check(clone: Path, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    path = clone.parent / "exemptions.yaml"
    path.write_text(text)
    command = [COMMAND, "check", clone, "--exemptions", path, "--now", "2026-06-01T00:00:00Z", *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def result(done: subprocess.CompletedProcess[str]) -> tuple[str, bool]:
    (entity,) = json.loads(done.stdout)["entities"]
    found = next(one for one in entity["results"] if one["rule"] == "doc-1-readme")
    return found["outcome"], found["exempt"]


def test_the_outcome_stays_and_the_exemption_stands_beside_it(clone: Path) -> None:
    done = check(clone, GIVEN.replace("RULE", "doc-1-readme"), "--format", "json")
    assert result(done) == ("fail", True)
    assert json.loads(done.stdout)["entities"][0]["blocking"] != ["doc-1-readme"]


def test_one_that_is_over_no_longer_counts_and_is_told(clone: Path) -> None:
    done = check(clone, GIVEN.replace("RULE", "doc-1-readme").replace("2026-06-30", "2026-05-31"), "--format", "json")
    assert result(done) == ("fail", False)
    assert "ended on 2026-05-31" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            GIVEN.replace("RULE", "doc-1-redme"),
            "3 no rule 'doc-1-redme' in production-readiness. Did you mean 'doc-1-readme'?",
        ),
        (GIVEN.replace("RULE", "doc-1-readme").replace("library:shop", "library:shpo"), "2 no such entity here"),
        (GIVEN.replace("RULE", "doc-1-readme").replace("    by: ada\n", ""), "2 exemptions.0.by: field required"),
        (GIVEN.replace("RULE", "doc-1-readme").replace("It is a sketch that nobody else uses yet.", "x"), "reason"),
        (GIVEN.replace("RULE", "doc-1-readme") + "    untill: 2027-01-01\n", "Did you mean 'until'?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(clone: Path, text: str, told: str) -> None:
    done = check(clone, text)
    assert done.returncode == 2
    assert "exemptions.yaml:" in done.stderr
    line, _, said = told.partition(" ") if told[0].isdigit() else ("", "", told)
    assert said in done.stderr
    assert not line or f"exemptions.yaml:{line}:" in done.stderr
