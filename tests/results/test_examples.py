"""Examples may say what is around an entity: relations, levels on other scorecards, and teams."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.results.examples import Tried, attempt
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition

WORDS = vocabulary.load()
LADDERS = {"security": ("basic", "strong")}
CARD = """
name: own
title: Own
levels: [{name: good, title: Good}]
rules:
  - id: own-1
    item: OWN.1
    dimension: ownership
    title: A rule
    why: Because
    fix: Mend it
    level: good
    expression: %s
    examples:
"""


def tried(expression: str, example: str) -> Tried:
    text = CARD % expression + indent(dedent(example).strip(), " " * 6)
    card = definition.parse(text, WORDS)
    (one,) = attempt(card, card.rules, WORDS, LADDERS)
    return one


@pytest.mark.parametrize(
    ("expression", "example"),
    [
        ('reached("security", "basic")', "- {levels: {security: strong}, outcome: pass}"),
        ('reached("security", "strong")', "- {levels: {security: basic}, outcome: fail}"),
        ('level("security") == ""', '- {levels: {security: ""}, outcome: pass}'),
        ('reached("security", "basic")', "- {outcome: no_data}"),
        ('in_team("payments")', "- {teams: [ledgers, payments], outcome: pass}"),
        ('in_team("payments")', "- {teams: [search], outcome: fail}"),
        ('in_team("payments")', "- {outcome: no_data}"),
        ("size(dependencies()) == 0", "- {around: {dependencies: []}, outcome: pass}"),
        ("size(dependencies()) == 0", "- {around: {dependents: []}, outcome: no_data}"),
        ("size(dependents()) == 2", "- {around: {dependents: [{name: a}, {name: b}]}, outcome: pass}"),
        (
            "repository().license.exists",
            "- {around: {repository: {name: r, kind: repository, facts: {license: {exists: true}}}}, outcome: pass}",
        ),
        (
            'dependencies().all(d, d.reached("security", "basic"))',
            "- {around: {dependencies: [{name: a, levels: {security: basic}}, {name: b, levels: {security: ''}}]}, outcome: fail}",
        ),
        (
            'dependencies().exists(d, d.in_team("payments")) && parts().all(p, p.entity.tier == 1)',
            "- {around: {dependencies: [{name: a, teams: [payments]}], parts: [{name: b, tier: 1}]}, outcome: pass}",
        ),
    ],
)
def test_what_is_around_an_example_decides_its_rule(expression: str, example: str) -> None:
    one = tried(f"'{expression}'" if '"' in expression else expression, example)
    assert one.holds, (one.outcome, one.message)


def test_the_sentence_names_the_entity_that_decided() -> None:
    one = tried(
        "dependencies().all(d, d.entity.tier <= 1)",
        "- {around: {dependencies: [{name: fine, tier: 1}, {name: ledger, tier: 3}]}, outcome: fail}",
    )
    assert one.outcome is Outcome.FAIL
    assert "ledger" in one.message
    assert "fine" not in one.message


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (
            "- {levels: {securty: basic}, outcome: pass}",
            "no scorecard 'securty' (expected security). Did you mean 'security'?",
        ),
        ("- {levels: {security: bsic}, outcome: pass}", "security has no level 'bsic'"),
        ("- {around: {dependencies: [{name: a, facts: {slo: 3}}]}, outcome: pass}", "slo"),
    ],
)
def test_an_example_that_names_what_is_not_there_is_told_so(example: str, said: str) -> None:
    one = tried('\'reached("security", "basic")\'', example)
    assert one.outcome is None
    assert said.split(" (")[0] in one.message


def test_an_unknown_relation_is_refused_with_its_place() -> None:
    with pytest.raises(UserError, match=r"scorecard:15:.*dependants"):
        tried("size(dependencies()) == 0", "- {around: {dependants: []}, outcome: pass}")
