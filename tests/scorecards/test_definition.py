"""Reading scorecards: every mistake is told with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.facts import vocabulary
from greenboard.scorecards import definition
from greenboard.scorecards.position import locate

WORDS = vocabulary.load()
HEAD = """\
name: own
title: Our own
levels:
  - {name: bronze, title: Bronze}
"""
RULE = """\
rules:
  - id: covered
    item: COD.1
    title: Covered
    why: because
    fix: add tests
    level: bronze
    expression: coverage.line_pct >= 80.0
"""


def _load(folder: Path, text: str) -> definition.Scorecard:
    path = folder / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return definition.load(path, WORDS)


def _refusal(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as refused:
        _load(folder, text)
    return str(refused.value).replace(f"{folder}/", "")


def test_it_reads_a_scorecard(tmp_path: Path) -> None:
    card = _load(tmp_path, HEAD + RULE)
    (rule,) = card.rules
    assert (rule.id, rule.level, rule.reads) == ("covered", "bronze", ("coverage.line_pct",))


def test_a_misspelt_field_is_refused_with_its_place_and_a_suggestion(tmp_path: Path) -> None:
    said = _refusal(tmp_path, HEAD + RULE.replace("    level:", "    levle:"))
    assert "card.yaml:11:5: rules.0.levle: unknown field 'levle'" in said
    assert "Did you mean 'level'?" in said
    assert "rules.0.level: field required" in said


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("expression: coverage.line_pcct >= 80.0", "12:26"),
        ('expression: "coverage.line_pcct >= 80.0"', "12:27"),
        ("expression: |\n      true &&\n      coverage.line_pcct >= 80.0", "14:16"),
        ("expression: >-\n      true &&\n        coverage.line_pcct >= 80.0", "14:18"),
        ("expression: true &&\n      coverage.line_pcct >= 80.0", "13:16"),
    ],
    ids=["plain", "quoted", "literal", "folded", "several lines"],
)
def test_an_error_in_an_expression_points_into_the_yaml(tmp_path: Path, expression: str, place: str) -> None:
    said = _refusal(tmp_path, HEAD + RULE.replace("expression: coverage.line_pct >= 80.0", expression))
    line, _, column = place.partition(":")
    # The checker may point at the dot before the field or at the field.
    assert any(f"card.yaml:{line}:{int(column) + shift}: " in said for shift in (-1, 0)), said
    assert "line_pct" in said


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    twice = RULE + RULE.replace("rules:\n", "").replace("bronze", "bronce").replace("line_pct", "lines")
    said = _refusal(tmp_path, HEAD + twice)
    assert "two rules with the id 'covered'" in said
    assert "unknown level 'bronce'" in said
    assert said.count("card.yaml:") >= 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("item: COD.1", "item: COD.1\n    grace: soon", "not a length of time"),
        ("item: COD.1", "item: COD.1\n    enabled_from: someday", "not a timestamp"),
        ("item: COD.1", "item: COD.1\n    weight: -1", "weight"),
        ("item: COD.1", "item: COD.1\n    parameters: {min: {type: int, default: many}}", "parameter min: wrong type"),
        ("coverage.line_pct >= 80.0", "coverage.line_pct", "true or false"),
        ("expression: coverage", "expression: [coverage", "card.yaml:"),
    ],
)
def test_wrong_values_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = _refusal(tmp_path, HEAD + RULE.replace(old, new))
    assert said in found
    assert re.match(r"card\.yaml:\d+:\d+: ", found)


def test_the_digest_follows_what_is_asked_and_not_the_words(tmp_path: Path) -> None:
    before = _load(tmp_path, HEAD + RULE)
    words = _load(tmp_path, HEAD + RULE.replace("why: because", "why: otherwise"))
    asked = _load(tmp_path, HEAD + RULE.replace("80.0", "81.0"))
    assert before.digest == words.digest
    assert before.digest != asked.digest


def test_an_included_file_that_is_missing_is_told_where_it_is_named(tmp_path: Path) -> None:
    said = _refusal(tmp_path, HEAD + "include:\n  - gone.yaml\n")
    assert said.startswith("card.yaml:6:5: ")
    assert "gone.yaml cannot be read" in said


def test_errors_in_an_included_file_carry_its_name(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("dimension: code\ntitle: Code\n" + RULE.replace("80.0", "'x'"))
    assert "part.yaml:10:" in _refusal(tmp_path, HEAD + "include: [part.yaml]\n")


def test_an_unknown_scorecard_is_answered_with_a_suggestion() -> None:
    with pytest.raises(UserError, match="Did you mean 'production-readiness'"):
        definition.find("production-rediness", WORDS)


def test_thresholds_follow_kind_and_tier(tmp_path: Path) -> None:
    limits = "parameters: {least: {type: float, default: 60, by_tier: {0: 90}, by_kind: {library: 80}}}"
    changed = RULE.replace("item: COD.1", f"item: COD.1\n    {limits}").replace("80.0", "param.least")
    least = _load(tmp_path, HEAD + changed).rules[0].parameters["least"]
    assert [least.value("service", None), least.value("library", 2), least.value("library", 0)] == [60.0, 80.0, 90.0]


WORD = st.text("abcxyz09.=()<>[]'\"", min_size=1, max_size=8).filter(lambda word: not word.startswith(("'", '"')))


@given(st.lists(st.lists(WORD, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=4), st.data())
def test_every_character_of_a_block_is_found_in_its_file(lines: list[str], data: st.DataObject) -> None:
    text = "a: 1\nexpression: |\n" + "".join(f"    {line}\n" for line in lines)
    (document,) = yaml.read(text, "card.yaml")
    value = document.data["expression"]
    row = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.sampled_from([at for at, letter in enumerate(lines[row]) if letter != " "]))
    found = locate(text, Place("card.yaml", 2, 1), value, row + 1, column + 1)
    assert (found.line, found.column) == (row + 3, column + 5)
