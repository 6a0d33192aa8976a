"""Reading scorecards: every mistake is told with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.results import versions
from greenboard.scorecards import definition
from greenboard.scorecards.order import in_order
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


def _with_limits(values: str) -> str:
    limits = f"parameters: {{least: {{type: float, default: 60, {values}}}}}"
    return HEAD + RULE.replace("item: COD.1", f"item: COD.1\n    {limits}").replace("80.0", "param.least")


def test_thresholds_follow_entity_tier_and_kind(tmp_path: Path) -> None:
    values = "by_tier: {0: 90}, by_kind: {library: 80}, by_entity: {'service:default/Ledger': 95}"
    rule = _load(tmp_path, _with_limits(values)).rules[0]
    service, library, ledger = (
        Ref.parse(name) for name in ("service:default/a", "library:default/b", "service:default/ledger")
    )
    for least in (rule.parameters["least"], versions.unpack(versions.pack(rule), WORDS).parameters["least"]):
        assert [least.value(service, None), least.value(library, 2), least.value(library, 0)] == [60.0, 80.0, 90.0]
        assert [least.value(ledger, None), least.value(ledger, 0)] == [95.0, 95.0]


def test_a_threshold_of_no_entity_is_refused_with_its_place(tmp_path: Path) -> None:
    said = _refusal(tmp_path, _with_limits("by_entity: {ledger: 95}"))
    assert "card.yaml:8:18: " in said
    assert "a reference without a kind" in said


def test_a_rule_may_not_ask_for_the_level_of_its_own_scorecard(tmp_path: Path) -> None:
    said = _refusal(tmp_path, HEAD + RULE.replace("coverage.line_pct >= 80.0", "reached('own', 'bronze')"))
    assert "card.yaml:12:5: rule covered: it asks for a level of own, the scorecard that it is in" in said


def test_levels_of_scorecards_that_there_are_not_are_refused_where_these_are_known(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(HEAD + RULE.replace("coverage.line_pct >= 80.0", "dependencies().all(d, d.level('basic') != '')"))
    assert definition.load(path, WORDS).rules[0].levels == {("dependencies", "basic")}
    with pytest.raises(UserError, match=r"no scorecard 'basic'.*Did you mean 'basics'"):
        definition.load(path, WORDS, {"basics": ("bronze",)})


def _reading(folder: Path, name: str, *others: str) -> definition.Scorecard:
    asked = " && ".join(f"level('{other}') != ''" for other in others) or "readme.exists"
    head = HEAD.replace("name: own", f"name: {name}")
    return _load(folder, head + RULE.replace("coverage.line_pct >= 80.0", asked))


def test_scorecards_that_are_read_come_first(tmp_path: Path) -> None:
    cards = [
        _reading(tmp_path, "a", "c"),
        _reading(tmp_path, "b"),
        _reading(tmp_path, "c", "d"),
        _reading(tmp_path, "d"),
    ]
    assert [card.name for card in in_order(cards)] == ["b", "d", "c", "a"]
    assert [card.name for card in in_order([_reading(tmp_path, "a", "not-here")])] == ["a"]


def test_scorecards_that_read_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    cards = [_reading(tmp_path, name, other) for name, other in (("a", "b"), ("b", "c"), ("c", "b"))]
    with pytest.raises(UserError, match="levels in a circle: b → c → b"):
        in_order(cards)


def test_what_a_rule_reads_of_others_is_listed(tmp_path: Path) -> None:
    asked = 'dependencies().all(d, d.slo.all(s, s.target_pct > 99.0 && d.reached("x", "y"))) && in_team("a")'
    text = RULE.replace("coverage.line_pct >= 80.0", asked).replace(
        "level: bronze", "level: bronze\n    when: size(parts()) > 0"
    )
    rule = _load(tmp_path, HEAD + text).rules[0]
    assert rule.reads == ()
    assert rule.related == {"dependencies": ("slo.target_pct",), "parts": ()}
    assert rule.inputs == ("dependencies().slo.target_pct", "parts()", 'dependencies().level("x")', "in_team()")


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
