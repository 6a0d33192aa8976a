"""Levels and scores: what must always hold, whatever the outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from greenboard.facts import vocabulary
from greenboard.rules import language
from greenboard.rules.types import Outcome
from greenboard.scorecards.scoring import settle, stand
from greenboard.scorecards.types import Enforcement, Level, Rule, Scorecard

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROGRAM = language.compile("true", vocabulary.load())
GRACE = timedelta(days=7)


def _card(*levels: str, **changes: object) -> Scorecard:
    rules = tuple(
        Rule(
            id=f"r{index}", item="OWN.1", dimension="ownership", title="", why="", fix="",
            level=level, program=PROGRAM, weight=index + 1, grace=GRACE, **changes,  # type: ignore[arg-type]
        )
        for index, level in enumerate(levels)
    )  # fmt: skip
    return Scorecard("card", "Card", "", tuple(Level(name, name) for name in ("bronze", "silver", "gold")), rules)


CARD = _card("bronze", "bronze", "silver", "silver", "gold", "gold")
NAMES = [rule.id for rule in CARD.rules]
OUTCOMES = st.fixed_dictionaries({name: st.sampled_from(list(Outcome)) for name in NAMES})
SOME = st.sets(st.sampled_from(NAMES))
P, F, N, E, X = Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA, Outcome.ERROR, Outcome.NOT_APPLICABLE


def _all(*outcomes: Outcome) -> dict[str, Outcome]:
    return dict(zip(NAMES, outcomes, strict=True))


def test_a_level_needs_every_rule_of_it_and_below() -> None:
    found = stand(CARD, _all(P, P, P, F, P, P), NOW)
    assert (found.level, found.next_level, found.blocking) == ("bronze", "silver", ("r3",))
    assert stand(CARD, _all(P, P, P, P, P, P), NOW).level == "gold"


def test_the_score_is_points_passed_over_points_decided() -> None:
    found = stand(CARD, _all(P, F, N, X, E, P), NOW)
    assert found.score == 100 * (1 + 6) / (1 + 2 + 6)
    assert (found.passed, found.decided, found.undecided) == (2, 3, 2)


def test_an_exemption_stands_beside_the_outcome() -> None:
    found = stand(CARD, _all(P, F, P, P, P, P), NOW, exempt={"r1"})
    assert (found.level, found.exempt, found.score) == ("gold", 1, 100.0)


def test_nothing_decided_claims_nothing() -> None:
    assert stand(CARD, _all(X, X, X, X, X, X), NOW).level is None
    found = stand(CARD, _all(N, N, N, N, N, N), NOW, sourceless=NAMES)
    assert (found.level, found.provisional, found.score) == (None, None, None)


def test_rules_without_a_source_are_left_out_of_the_provisional_level() -> None:
    found = stand(CARD, _all(P, N, P, N, N, N), NOW, sourceless={"r1", "r3", "r4", "r5"})
    assert (found.level, found.provisional, found.provisional_next) == (None, "silver", "gold")
    assert found.left_out == ("r1", "r3", "r4", "r5")


def test_a_level_with_no_decided_rule_cannot_be_claimed() -> None:
    found = stand(CARD, _all(N, N, P, P, P, P), NOW, sourceless={"r0", "r1"})
    assert found.provisional is None


def test_a_look_that_failed_holds_the_provisional_level_back() -> None:
    found = stand(CARD, _all(P, N, P, P, P, P), NOW, sourceless=set())
    assert (found.provisional, found.provisional_blocking) == (None, ("r1",))


def test_drafts_and_rules_of_later_days_do_not_count() -> None:
    for changes in ({"enforcement": Enforcement.DRAFT}, {"enabled_from": NOW + timedelta(days=1)}):
        card = _card("bronze", **changes)
        assert stand(card, {"r0": F}, NOW).score is None


@given(OUTCOMES, SOME, SOME, st.sampled_from(NAMES))
def test_turning_a_failure_into_a_pass_never_lowers_anything(
    outcomes: dict[str, Outcome], exempt: set[str], sourceless: set[str], name: str
) -> None:
    before = stand(CARD, {**outcomes, name: F}, NOW, exempt=exempt, sourceless=sourceless)
    after = stand(CARD, {**outcomes, name: P}, NOW, exempt=exempt, sourceless=sourceless)
    assert CARD.rank(after.level) >= CARD.rank(before.level)
    assert CARD.rank(after.provisional) >= CARD.rank(before.provisional)
    assert (after.score or 0) >= (before.score or 0)


@given(OUTCOMES, SOME, st.sampled_from(NAMES), st.sampled_from([N, E]))
def test_losing_data_never_raises_the_level(
    outcomes: dict[str, Outcome], exempt: set[str], name: str, lost: Outcome
) -> None:
    before = stand(CARD, outcomes, NOW, exempt=exempt)
    after = stand(CARD, {**outcomes, name: lost}, NOW, exempt=exempt)
    if outcomes[name] in (P, F):
        assert CARD.rank(after.level) <= CARD.rank(before.level)


@given(OUTCOMES, SOME, SOME)
def test_the_provisional_level_is_never_below_the_full_one(
    outcomes: dict[str, Outcome], exempt: set[str], sourceless: set[str]
) -> None:
    found = stand(CARD, outcomes, NOW, exempt=exempt, sourceless=sourceless)
    assert CARD.rank(found.provisional) >= CARD.rank(found.level)


@given(OUTCOMES, SOME)
def test_the_level_and_what_blocks_it_agree(outcomes: dict[str, Outcome], exempt: set[str]) -> None:
    found = stand(CARD, outcomes, NOW, exempt=exempt)
    cured = stand(CARD, {**outcomes, **dict.fromkeys(found.blocking, P)}, NOW, exempt=exempt)
    if found.next_level is not None and found.blocking:
        assert CARD.rank(cured.level) >= CARD.rank(found.next_level)


LEVELS = st.sampled_from([None, "bronze", "silver", "gold"])
AGES = st.fixed_dictionaries({}, optional={name: st.integers(0, 14) for name in NAMES})


@given(OUTCOMES, LEVELS, AGES)
def test_a_held_level_never_rises(outcomes: dict[str, Outcome], previous: str | None, ages: dict[str, int]) -> None:
    since = {name: NOW - timedelta(days=age) for name, age in ages.items()}
    found = settle(CARD, previous, outcomes, NOW, undecided_since=since)
    reached = stand(CARD, outcomes, NOW).level
    assert CARD.rank(found.level) <= max(CARD.rank(previous), CARD.rank(reached))
    assert CARD.rank(found.level) >= CARD.rank(reached)
    assert (found.held_since is None) == (found.level == reached)


@given(OUTCOMES, LEVELS, AGES)
def test_a_failure_is_never_held(outcomes: dict[str, Outcome], previous: str | None, ages: dict[str, int]) -> None:
    since = {name: NOW - timedelta(days=age) for name, age in ages.items()}
    found = settle(CARD, previous, outcomes, NOW, undecided_since=since)
    below = [rule.id for rule in CARD.rules if CARD.rank(rule.level) <= CARD.rank(found.level)]
    assert all(outcomes[name] is not F for name in below)


def test_a_level_is_held_for_the_grace_and_then_falls() -> None:
    outcomes = _all(P, P, N, P, F, F)
    since = {"r2": NOW - timedelta(days=6)}
    held = settle(CARD, "silver", outcomes, NOW, undecided_since=since)
    assert (held.level, held.held_since, held.held_by) == ("silver", since["r2"], ("r2",))
    assert held.falls_at == NOW + timedelta(days=1)
    fallen = settle(CARD, "silver", outcomes, NOW + timedelta(days=1), undecided_since=since)
    assert (fallen.level, fallen.held_since) == ("bronze", None)


def test_a_level_never_rises_on_missing_data() -> None:
    outcomes = _all(P, P, N, P, P, P)
    assert settle(CARD, "bronze", outcomes, NOW, undecided_since={}).level == "bronze"
