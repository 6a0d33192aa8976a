"""A preview says what the same judge would say, had the draft been saved."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.catalog.types import Entity
from greenboard.core.errors import UserErrors
from greenboard.core.refs import Ref
from greenboard.facts.merge import Snapshot
from greenboard.facts.vocabulary import load
from greenboard.results.ground import Ground
from greenboard.results.judge import Subject, judge
from greenboard.results.preview import preview
from greenboard.rules.columns import Frame
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition, draft

WORDS = load()
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CARD = definition.parse(
    """
name: shop
title: Shop
levels: [{name: bronze, title: Bronze}, {name: silver, title: Silver}]
scope: {kinds: [service]}
rules:
  - {id: covered, item: A, title: Covered, why: w, fix: f, level: bronze, expression: coverage.line_pct >= param.least,
     parameters: {least: {type: float, default: 50, by_tier: {0: 80}}}}
  - {id: reviewed, item: B, title: Reviewed, why: w, fix: f, level: silver,
     expression: branch_policy.required_reviews >= 1}
""",
    WORDS,
)
COVERED = CARD.rule("covered")


def company(*facts, tiers=(), kinds=()):
    """Entities with facts as {line_pct, required_reviews}; None is unknown."""
    rows, entities = [], []
    for number, (pct, reviews) in enumerate(facts):
        row = {} if pct is None else {"coverage": {"line_pct": float(pct)}}
        rows.append(row | ({} if reviews is None else {"branch_policy": {"required_reviews": reviews}}))
        kind = kinds[number] if kinds else "service"
        entities.append(Entity(Ref(kind, "default", f"e{number}"), tier=tiers[number] if tiers else None))
    return Ground(np.arange(len(rows)), tuple(entities), Frame.build(WORDS, rows, NOW))


def drafted(**parts):
    return draft.compiled(CARD, draft.complete(CARD, parts, parts.pop("name", "covered")), WORDS)


def test_who_passes_fails_and_is_undecided_and_who_changes():
    ground = company((90, 1), (60, 1), (40, 1), (None, 1))
    found = preview(CARD, drafted(expression="coverage.line_pct >= 70"), ground)
    (one,) = found.rules
    assert found.counts(one.after) == {
        Outcome.FAIL: 2, Outcome.PASS: 1, Outcome.NO_DATA: 1, Outcome.ERROR: 0, Outcome.NOT_APPLICABLE: 0,
    }  # fmt: skip
    assert found.counts(one.before, before=True)[Outcome.PASS] == 2
    assert found.rows(one, Outcome.FAIL).tolist() == [1, 2]
    assert found.changed(one).tolist() == [1]
    assert [found.level(row, before=True) for row in range(4)] == ["silver", "silver", None, None]
    assert found.moved.tolist() == [1]
    assert (found.level(1), bool(found.fell[1])) == (None, True)
    assert found.levels() == {"": 3, "bronze": 0, "silver": 1}
    assert found.levels(before=True) == {"": 2, "bronze": 0, "silver": 2}


def test_what_gets_worse_comes_first():
    found = preview(CARD, drafted(expression="coverage.line_pct < 50"), company((40, 1), (60, 1), (30, 1), (70, 1)))
    assert found.changed(found.rules[0]).tolist() == [1, 3, 0, 2]
    assert found.moved.tolist() == [1, 3, 0, 2]


def test_only_what_the_scorecard_covers_is_counted():
    ground = company((90, 1), (90, 1), kinds=("service", "library"))
    found = preview(CARD, drafted(expression="coverage.line_pct >= 95"), ground)
    assert found.counts(found.rules[0].after)[Outcome.FAIL] == 1
    assert found.changed(found.rules[0]).tolist() == [0]
    assert sum(found.levels().values()) == 1


def test_a_new_rule_has_nothing_to_compare_with_but_moves_levels():
    rule = drafted(name="safe", level="bronze", expression="coverage.line_pct >= 95", title="Safe")
    found = preview(CARD, rule, company((90, 1)))
    assert found.rules[0].before is None
    assert found.counts(found.rules[0].before, before=True) is None
    assert found.changed(found.rules[0]).tolist() == []
    assert (found.level(0, before=True), found.level(0)) == ("silver", None)


def test_a_rule_that_becomes_a_draft_no_longer_holds_anybody_back():
    found = preview(CARD, drafted(enforcement="draft"), company((40, 1)))
    assert (found.level(0, before=True), found.level(0), bool(found.fell[0])) == (None, "silver", False)


def test_thresholds_by_tier_hold_in_drafts_too():
    ground = company((70, 1), (70, 1), tiers=(0, 3))
    assert preview(CARD, drafted(), ground).rows(preview(CARD, drafted(), ground).rules[0], Outcome.FAIL).tolist() == [
        0
    ]
    parts = {"least": {"type": "float", "default": 75}}
    found = preview(CARD, drafted(parameters=parts), ground)
    assert found.rows(found.rules[0], Outcome.FAIL).tolist() == [0, 1]


def test_a_draft_of_a_whole_scorecard_is_compared_rule_by_rule():
    text = """
name: shop
title: Shop
levels: [{name: bronze, title: Bronze}, {name: gold, title: Gold}]
scope: {kinds: [service, library]}
rules:
  - {id: covered, item: A, title: Covered, why: w, fix: f, level: bronze, expression: coverage.line_pct >= 70}
"""
    ground = company((60, 1), (90, 1), (90, 1), kinds=("service", "service", "library"))
    found = preview(CARD, definition.parse(text, WORDS), ground)
    by_rule = {one.rule.id: one for one in found.rules}
    assert found.changed(by_rule["covered"]).tolist() == [0]
    assert by_rule["reviewed"].after is None
    assert (found.covered_before.tolist(), found.covered.tolist()) == ([True, True, False], [True, True, True])
    assert [(row, found.level(row, before=True), found.level(row)) for row in found.moved] == [
        (0, "silver", None),
        (1, "silver", "gold"),
    ]
    assert found.fell.tolist() == [True, False, False]


def test_a_scorecard_that_is_new_is_compared_with_nothing():
    found = preview(None, replace(CARD, name="other"), company((60, 1)))
    assert not found.covered_before.any()
    assert found.moved.tolist() == []
    assert found.levels() == {"": 0, "bronze": 0, "silver": 1}


def test_a_scorecard_without_rules_gives_no_level():
    assert preview(CARD, replace(CARD, rules=()), company((60, 1))).levels() == {"": 1, "bronze": 0, "silver": 0}


@given(
    st.lists(st.tuples(st.sampled_from([None, 10, 55, 75, 90]), st.sampled_from([None, 0, 2])), min_size=1, max_size=6),
    st.sampled_from(
        [{"expression": "coverage.line_pct >= 70"}, {"level": "silver"}, {"when": "has(coverage.line_pct)"}]
    ),
)
def test_the_draft_comes_to_what_the_judge_makes_of_it(facts, parts):
    ground = company(*facts)
    rule = drafted(**parts)
    found = preview(CARD, rule, ground)
    subjects = [
        Subject(entity, Snapshot(values=row)) for entity, row in zip(ground.entities, ground.frame.rows, strict=True)
    ]
    for row, judged in enumerate(judge(draft.placed(CARD, rule), subjects, WORDS, NOW)):
        assert row in found.rows(found.rules[0], judged.result("covered").outcome) or (
            judged.result("covered").outcome is Outcome.NOT_APPLICABLE
        )
        assert found.level(row) == judged.standing.level


def test_what_is_in_force_is_evaluated_once_for_a_ground(monkeypatch):
    from greenboard.results import preview as module

    asked = []
    whole = module.verdicts
    monkeypatch.setattr(
        module, "verdicts", lambda card, rule, ground: asked.append(rule.id) or whole(card, rule, ground)
    )
    ground = company((90, 1))
    preview(CARD, drafted(), ground)
    assert asked == ["covered", "reviewed", "covered"]
    asked.clear()
    preview(CARD, drafted(expression="coverage.line_pct >= 1"), ground)
    assert asked == ["covered"]


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"expression": "coverage.line_pc >= 1"}, "expression:1:10"),
        ({"when": "true &&\n  fals"}, "when:2:3"),
        ({"weigth": 1}, "weigth"),
        ({"level": "iron"}, "level"),
        ({"scope": {"kindz": []}}, "scope"),
        ({"parameters": {"least": {"type": "int", "default": ""}}}, "parameters"),
    ],
)
def test_each_mistake_in_a_draft_says_which_part_is_meant(parts, place):
    with pytest.raises(UserErrors) as refused:
        drafted(**parts)
    assert str(refused.value.errors[0].place) == place
