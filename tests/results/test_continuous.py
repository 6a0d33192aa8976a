"""Working marks off as they come, and looking at the clock, comes to the same as judging everything anew."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenboard.access.errors import InTheWay
from greenboard.access.models import Person
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, deciding
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import Category, Pair, Terms, Within
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Gap
from greenboard.results import service, store
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.results.models import Run
from greenboard.rules.types import Outcome

from .history_cast import CARD, CHECKOUT, CODE, START, enter, scorecard, tool

MONEY = Ref("library", "default", "money")
SEARCH = Ref("service", "default", "search")
OURS = (CHECKOUT, MONEY, SEARCH)
RULES = (
    ("covered", "coverage.line_pct >= 70.0", "bronze"),
    ("reviewed", "branch_policy.required_reviews >= 1", "silver"),
    ("read", "readme.exists && age(readme.last_changed_at) < days(4)", "bronze"),
    ("deployed", "deployment.exists(d, d.automated && age(d.last_deployed_at) < days(3))", "silver", "grace: 2d"),
    ("critical", "oncall.schedules > 0", "silver", "scope: {tiers: [0, 1]}"),
    ("counted", "size(slo) >= 1", "silver", "enabled_from: 2026-09-08T00:00:00Z"),
    ("sound", "dependencies().all(d, d.coverage.line_pct >= 70.0)", "silver"),
    ("used", "size(dependents()) < 2 || dependents().exists(d, d.oncall.schedules > 0)", "bronze"),
    ("owned", 'in_team("payments")', "silver"),
    ("housed", "repository().branch_policy.required_reviews > 1", "silver"),
    ("rolled", "deployment.all(d, d.automated && age(d.last_deployed_at) < days(20))", "bronze"),
)
ABOVE = (
    ("stands", 'reached("shop", "bronze")', "bronze"),
    ("rests", 'dependencies().all(d, d.level("shop") != "")', "silver"),
)
ANN, BOB = Person(username="ann", is_superuser=True), Person(username="bob", is_superuser=True)
PAYMENTS, MONEY_PEOPLE = Ref("team", "default", "payments"), Ref("team", "default", "money-people")


@dataclass(frozen=True)
class Say:
    entity: Ref
    name: str
    value: object


@dataclass(frozen=True)
class Fail:
    entity: Ref
    name: str


@dataclass(frozen=True)
class Declare:
    entity: Ref
    tier: int
    home: bool
    needs: frozenset[Ref]
    owner: Ref | None


@dataclass(frozen=True)
class Join:
    below: bool


@dataclass(frozen=True)
class Retire:
    entity: Ref


@dataclass(frozen=True)
class Exempt:
    """An exemption that is approved, for so many days, from so many on; None is without an end."""

    entity: Ref
    rule: tuple[str, str]
    within: Within
    starts: float
    lasts: float | None


@dataclass(frozen=True)
class Revoke:
    pass


@dataclass(frozen=True)
class Wait:
    pass


def _values(name):
    return {
        "coverage": st.sampled_from([{"line_pct": 60.0}, {"line_pct": 90.0}, {"branch_pct": 50.0}]),
        "branch_policy": st.sampled_from([{"required_reviews": 0}, {"required_reviews": 2}]),
        "readme": st.sampled_from([{"exists": True, "last_changed_at": START}, {"exists": False}, {"exists": True}]),
        "oncall": st.sampled_from([{"schedules": 0}, {"schedules": 1}]),
        "slo": st.sampled_from([[], [{"name": "fast", "target_pct": 99.0}]]),
        "deployment": st.sampled_from([[], [_ran("live", True)], [_ran("test", False), _ran("live", True)]]),
    }[name]


def _ran(environment, automated):
    return {"environment": environment, "last_deployed_at": START, "automated": automated}


ENTITIES = st.sampled_from(OURS)
NAMES = st.sampled_from(["coverage", "readme", "oncall", "slo", "deployment"])
STEP = st.one_of(
    NAMES.flatmap(lambda name: st.builds(Say, ENTITIES, st.just(name), _values(name))),
    st.builds(Say, st.just(CODE), st.just("branch_policy"), _values("branch_policy")),
    st.builds(Fail, ENTITIES, NAMES),
    st.builds(
        Declare,
        ENTITIES,
        st.integers(0, 3),
        st.booleans(),
        st.frozensets(ENTITIES, max_size=2),
        st.sampled_from([None, PAYMENTS, MONEY_PEOPLE]),
    ),
    st.builds(Join, st.booleans()),
    st.builds(Retire, ENTITIES),
    st.builds(
        Exempt,
        ENTITIES,
        st.sampled_from(
            [(CARD, "covered"), (CARD, "rolled"), (CARD, "deployed"), (CARD, "sound"), ("above", "stands")]
        ),
        st.sampled_from([Within(), Within(environment="test")]),
        st.sampled_from([0.0, 0.2, 2.0]),
        st.sampled_from([None, 1.0, 12.0]),
    ),
    st.just(Revoke()),
    st.just(Wait()),
)
STEPS = st.lists(st.tuples(STEP, st.sampled_from([0.01, 0.4, 1.5, 9.0, 40.0])), max_size=8)


def act(step, at):
    known = {stored.entity.ref for stored in catalog.entities()}
    match step:
        case Say(entity, name, value) if entity in known:
            words = facts.vocabulary()
            record([Fact(entity, name, words.normalise(name, value), tool(), at)], [], at)
        case Fail(entity, name) if entity in known:
            record([], [Gap(entity, name, "answered 403", tool(), at)], at)
        case Declare(entity, tier, home, needs, owner):
            links = [Relation(RelationKind.DEPENDS_ON, entity, other) for other in needs - {entity}]
            links += [Relation(RelationKind.LIVES_IN, entity, CODE)] if home else []
            links += [Relation(RelationKind.OWNS, owner, entity)] if owner else []
            one = Entity(entity, tier=tier, lifecycle="production", dependencies_declared=bool(needs))
            catalog.save(Declared((one, Entity(CODE)), tuple(links)), at, cause="test")
        case Join(below):
            links = (Relation(RelationKind.PART_OF, MONEY_PEOPLE, PAYMENTS),) if below else ()
            catalog.save(Declared((Entity(MONEY_PEOPLE), Entity(PAYMENTS)), links), at, cause="test")
        case Retire(entity) if entity in known:
            catalog.retire([entity], at)
        case Exempt(entity, (card, rule), within, starts, lasts) if entity in known:
            begins = at + timedelta(days=starts) if starts else None
            ends = None if lasts is None else at + timedelta(days=starts + lasts)
            terms = Terms(Category.WAIVED, "It is being rewritten", ends=ends, starts=begins, within=within)
            with suppress(InTheWay):
                asked = asking.ask([Pair(entity, card, rule)], terms, ANN, at)
                deciding.approve(dict.fromkeys(asked.made), "Agreed", BOB, at)
        case Revoke():
            number = Exemption.objects.filter(state="approved").order_by("-pk").values_list("pk", flat=True).first()
            if number is not None:
                deciding.revoke({number: None}, "No longer", BOB, at)


def play(steps, evaluate):
    """What the store says after every step, evaluated in one way."""
    seen = []
    with transaction.atomic():
        enter(-1)
        enter(-1, ref=MONEY)
        at = START
        evaluate(at)
        for step, days in steps:
            at += timedelta(days=days)
            act(step, at)
            evaluate(at)
            seen += [_said(card) for card in (CARD, "above")]
        causes = [
            (change.entity, change.rule, change.after, change.at, _apart(change.cause), change.pardon)
            for card in (CARD, "above")
            for change in store.changes(card, START)
        ]
        transaction.set_rollback(True)
    return seen, causes


def _apart(cause):
    """A cause without its link, in which an exemption's number counts on from one way to the next."""
    return replace(cause, link="") if cause.kind == "exemption" else cause


def _said(card):
    results = {(row.entity, row.rule): (row.outcome, row.exempt, row.since) for row in store.results(card)}
    levels = {
        row.entity: (row.level, row.score, row.undecided, row.held_since, row.exempt, row.bare)
        for row in store.levels(card)
    }
    return results, levels


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_marks_and_the_clock_come_to_what_full_runs_come_to(tmp_path, monkeypatch, steps):
    cards = [scorecard(tmp_path, *RULES), scorecard(tmp_path, *ABOVE, name="above")]
    monkeypatch.setattr("greenboard.scorecards.store.standards", lambda words: tuple(cards))
    watch = Continuous(lambda: cards, Live(), size=1)
    anew = play(steps, lambda at: [service.evaluate(card, at) for card in cards])
    said, causes = play(steps, lambda at: watch.whole(lambda: at))
    assert [_differing(one, other) for one, other in zip(said, anew[0], strict=True)] == [({}, {})] * len(said)
    assert set(causes) ^ set(anew[1]) == set()


@pytest.mark.django_db
def test_who_is_retired_has_no_level_any_more_for_those_who_read_it(tmp_path):
    cards = [scorecard(tmp_path, *RULES), scorecard(tmp_path, *ABOVE, name="above")]
    watch = Continuous(lambda: cards, Live())
    steps = [
        (Declare(CHECKOUT, 2, False, frozenset({SEARCH}), PAYMENTS), 9.0),
        (Declare(SEARCH, 0, False, frozenset(), None), 9.0),
        (Retire(SEARCH), 1.5),
    ]
    seen, _ = play(steps, watch.turn)
    found = [results[CHECKOUT, "rests"][0] for results, _ in seen[1::2]]
    assert found == [Outcome.NO_DATA, Outcome.FAIL, Outcome.NO_DATA]


def _differing(one, other):
    """What two ways say otherwise, of results and of levels."""
    return tuple(
        {key: (ours.get(key), theirs.get(key)) for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)}
        for ours, theirs in zip(one, other, strict=True)
    )


@pytest.mark.django_db
def test_who_was_never_judged_is_judged_in_short_transactions(tmp_path):
    cards = [scorecard(tmp_path, *RULES), scorecard(tmp_path, *ABOVE, name="above")]
    enter(-1)
    many = [Entity(Ref("service", "default", f"s{number}")) for number in range(7)]
    catalog.save(Declared(tuple(many), ()), START, cause="test")
    watch = Continuous(lambda: cards, Live(), size=3)
    done = [watch.turn(START) for _ in range(7)]
    assert [one.part for one in done] == [True] * 6 + [False]
    runs = Run.objects.filter(scorecard__name=CARD).order_by("id").values_list("entities", "results_changed", "full")
    assert list(runs) == [(3, 33, False), (3, 33, False), (2, 22, False), (0, 0, True)]
    assert {row.entity for row in store.levels("above")} == {CHECKOUT, *(one.ref for one in many)}
