"""`greenboard check` reads the properties of descriptors by the keys that they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import NOW, Done, Repo, Run

CARD = """\
name: own
title: Own
levels: [{name: bronze, title: Bronze}]
rules:
  - id: paged
    item: OWN.1
    title: Somebody is paged
    why: At night
    fix: Name them
    level: bronze
    expression: properties.pager_levels >= 2
"""
DESCRIPTOR = "kind: service\nname: checkout\nowner: team:payments\nproperties: {pager-levels: %s}\n"


@pytest.fixture
def check(repo: Repo, run: Run, tmp_path: Path) -> object:
    def checked(value: str, expression: str = "properties.pager_levels >= 2") -> Done:
        card = tmp_path / "own.yaml"
        card.write_text(CARD.replace("properties.pager_levels >= 2", expression), encoding="utf-8")
        folder = repo({"greenboard.yaml": DESCRIPTOR % value, "README.md": "# A\n"})
        return run("check", folder, "--scorecard", card, "--format", "json", "--now", NOW)

    return checked


@pytest.mark.parametrize(("value", "outcome"), [("3", "pass"), ("1", "fail")])
def test_a_rule_reads_a_key_of_a_descriptor(check, value: str, outcome: str) -> None:  # type: ignore[no-untyped-def]
    done = check(value)
    result = done.result("paged")
    assert result["outcome"] == outcome
    assert "pager_levels" in str(result["evidence"])


def test_a_key_that_cannot_be_read_is_refused_with_the_reason(check) -> None:  # type: ignore[no-untyped-def]
    done = check("{first: ada}")
    assert done.code == 2
    assert "properties.pager_levels cannot be read" in done.err
    assert "an object" in done.err


def test_a_misspelt_key_is_refused_with_the_one_that_was_meant(check) -> None:  # type: ignore[no-untyped-def]
    done = check("3", "properties.pagerlevels >= 2")
    assert done.code == 2
    assert "Did you mean 'pager_levels'?" in done.err
