"""All 47 items of the checklist can be decided: for each there is an entity that passes, one that fails, one that is undecided.

They are written through the real stores and judged by the real engine on the scorecard that ships: by facts, or where
people decide by attestations that are given, ended, or never asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from tests.attestations import cast
from tests.attestations.cast import DAY

from greenboard.attestations import policies, service
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import Kind, Question, Wish
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.results import service as results
from greenboard.results import store
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition, examples
from greenboard.scorecards.types import Example, Rule
from greenboard.web.entity.offers.attest import items_of

pytestmark = pytest.mark.django_db
WORDS = vocabulary.load()
CARD = definition.find("production-readiness", WORDS)
NOW = examples.NOW
SHOWN = (Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA)
TOOL = Source(SourceKind.CONNECTION, "a tool")


def chosen() -> dict[str, Rule]:
    """A rule of each item: one that people decide where there is one, and whose examples need nothing around."""
    found: dict[str, Rule] = {}
    for rule in CARD.rules:
        alone = {one.outcome for one in rule.examples if not one.around}
        if alone >= set(SHOWN) and (rule.item not in found or "attestation" in rule.types):
            found[rule.item] = rule
    return found


def example(rule: Rule, outcome: Outcome) -> Example:
    """One that an attestation can decide, where the rule asks for one: other facts say nothing or no."""
    fitting = [one for one in rule.examples if one.outcome is outcome and not one.around]
    if "attestation" in rule.types:
        told = [one for one in rule.examples if "attestation" in one.subject.facts and not one.around]
        fitting = (
            [one for one in told if one.outcome is Outcome.FAIL] or told if outcome is not Outcome.NO_DATA else fitting
        )
    return fitting[0]


def answer(question: Question) -> object:
    match question.kind:
        case Kind.CHOICE:
            return question.options[0]
        case Kind.NUMBER:
            return question.least or 0
        case Kind.DATE:
            return str((NOW - DAY).date())
        case Kind.TEXT:
            return "a" * int(question.least or 1)


def attest(by: Acting, second: Acting, ref: Ref, item: str, *, ends: bool) -> None:
    """Give one and confirm it, and revoke it where it is to end."""
    policy = policies.of(item)
    answers = {question.id: answer(question) for question in policy.questions}
    row = service.give(Wish(ref, item, answers=answers, evidence=cast.PROOF), by, NOW - DAY)
    if policy.confirm is not None:
        row = service.confirm(service.Change(row.pk, row.version), second, NOW - DAY)
    if ends:
        service.revoke(service.Change(row.pk, row.version, "not any more"), by, NOW - DAY)


def saved(subjects: Mapping[Ref, Example]) -> None:
    entities = [Entity(ref, tier=one.subject.tier, lifecycle=one.subject.lifecycle) for ref, one in subjects.items()]
    owns = [Relation(RelationKind.OWNS, cast.TEAM, ref) for ref in subjects]
    catalog.save(Declared((*entities, Entity(cast.TEAM)), tuple(owns)), NOW - 9 * DAY, cause="test")
    said = [
        Fact(ref, name, value, TOOL, NOW - 2 * DAY)
        for ref, one in subjects.items()
        for name, value in examples.facts(one.subject, WORDS).items()
        if name != "attestation"
    ]
    record(said, [], NOW - 2 * DAY)


def test_all_47_items_can_be_decided() -> None:
    rules = chosen()
    assert len(rules) == 47
    subjects = {
        Ref(one.subject.kind, "default", f"{rule.id}-{outcome.value}".replace("_", "-")): one
        for rule in rules.values()
        for outcome in SHOWN
        for one in [example(rule, outcome)]
    }
    saved(subjects)
    by, second = cast.person("ada", role="maintainer"), cast.person("bob", role="maintainer", team=None)
    for rule in rules.values():
        for ref in subjects if "attestation" in rule.types else ():
            if ref.name in (f"{rule.id}-pass", f"{rule.id}-fail"):
                attest(by, second, ref, rule.item, ends=ref.name.endswith("-fail"))
    results.evaluate(CARD, NOW)
    shown: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for rule in rules.values():
        for row in store.results(CARD.name, rule=rule.id):
            if row.entity.name.startswith(f"{rule.id}-"):
                shown[rule.item][row.entity.name.removeprefix(f"{rule.id}-")] = row.outcome
    wanted = {"pass": Outcome.PASS, "fail": Outcome.FAIL, "no-data": Outcome.NO_DATA}
    assert {item: told for item, told in shown.items() if told != wanted} == {}
    assert len(shown) == 47
    assert sum("attestation" in rule.types for rule in rules.values()) == 19


def test_each_item_that_rules_ask_attestations_of_has_a_policy_for_every_kind_they_ask() -> None:
    asked = {
        (item, kind)
        for rule in CARD.rules
        if "attestation" in rule.types
        for item in items_of(rule)
        for kind in rule.scope.kinds or CARD.scope.kinds
    }
    assert {(item, kind) for item, kind in asked if kind not in policies.of(item).kinds} == set()
    assert {item for item, _ in asked} == set(policies.shipped())
