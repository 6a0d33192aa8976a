"""Every rule of the library carries examples; each of them must come to what it says."""

from __future__ import annotations

from collections import Counter

import pytest

from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.facts.merge import Snapshot
from greenboard.results.examples import attempt
from greenboard.results.judge import Subject, outcomes
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition, examples
from greenboard.scorecards.types import Rule

NOW = examples.NOW
WORDS = vocabulary.load()
CARD = definition.find("production-readiness", WORDS)
DIMENSIONS = {"OWN": 4, "COD": 5, "PER": 5, "SEC": 7, "OBS": 5, "REL": 5, "INF": 4, "OPS": 4, "CMP": 4, "DOC": 4}


@pytest.mark.parametrize("rule", CARD.rules, ids=lambda rule: rule.id)
def test_the_examples_of_a_rule_come_to_what_they_say(rule: Rule) -> None:
    tried = attempt(CARD, [rule], WORDS, definition.ladders())
    assert [one.outcome for one in tried] == [example.outcome for example in rule.examples]


def test_every_rule_shows_a_pass_a_failure_and_missing_data() -> None:
    for rule in CARD.rules:
        shown = {example.outcome for example in rule.examples}
        assert {Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA} <= shown, rule.id


def test_all_items_have_a_rule() -> None:
    items = {f"{prefix}.{number}" for prefix, count in DIMENSIONS.items() for number in range(1, count + 1)}
    assert len(items) == 47
    assert {rule.item for rule in CARD.rules} == items


def test_each_level_asks_something_of_every_kind() -> None:
    for kind in CARD.scope.kinds:
        asked = Counter(rule.level for rule in CARD.rules if not rule.scope.kinds or kind in rule.scope.kinds)
        assert set(asked) == {"bronze", "silver", "gold"}, kind


def test_nothing_known_never_passes() -> None:
    for kind in CARD.scope.kinds:
        subject = Subject(Entity(Ref(kind, "default", "unknown")), Snapshot())
        found = set(outcomes(CARD, [subject], WORDS, NOW)[0].values())
        assert found <= {Outcome.NO_DATA, Outcome.NOT_APPLICABLE}, kind


def test_an_empty_list_never_passes_for_want_of_items() -> None:
    # Known and empty may pass only where nothing to look after is itself the good answer.
    fine = {"rel-5-external"}
    empty = {name: () for name, declared in WORDS.types.items() if declared.many}
    for kind in CARD.scope.kinds:
        subject = Subject(Entity(Ref(kind, "default", "bare")), Snapshot(values=empty))
        found = outcomes(CARD, [subject], WORDS, NOW)[0]
        assert {name for name, outcome in found.items() if outcome is Outcome.PASS} <= fine, kind
