"""`greenboard rule test`: the examples of a scorecard are its own tests."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run

CARD = """\
name: own
title: Own
levels: [{name: basic, title: Basic}]
rules:
  - id: covered
    item: OWN.1
    title: Covered
    why: So that it is.
    fix: Cover it.
    level: basic
    expression: coverage.line_pct >= 80
    examples:
      - {facts: {coverage: {line_pct: 81}}, outcome: pass}
      - {facts: {coverage: {line_pct: 79}}, outcome: pass, title: nearly}
      - {facts: {coverage: {lines: 79}}, outcome: fail}
"""


def test_every_example_of_the_library_holds(run: Run) -> None:
    done = run("rule", "test")
    assert done.code == 0, done.out
    assert done.out.endswith("all hold\n")


def test_an_example_that_does_not_hold_is_told_with_its_place_and_why(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(CARD)
    done = run("rule", "test", "--scorecard", path)
    assert done.code == 1
    assert "own.yaml:14:" in done.out
    assert "covered (nearly): says pass, came to fail" in done.out
    assert "coverage: lines 79 %, wanted at least 80 %" in done.out
    assert "unknown field 'lines'" in done.out
    assert done.out.endswith("3 examples of 1 rules: 2 do not hold\n")
