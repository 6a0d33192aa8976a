"""From outcomes to a level and a score. Pure.

A level is reached when every rule of it and below passes, is exempt, or is not applicable, and at
least one rule passed or is exempt: where nothing was asked, nothing is reached. Undecided rules
hold a level back. The *provisional* level leaves out the rules that no source at hand can decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule, Scorecard

UNDECIDED = frozenset({Outcome.NO_DATA, Outcome.ERROR})


@dataclass(frozen=True)
class Standing:
    """Where an entity stands.

    `score` is points passed over points decided, 0 to 100, None when nothing was decided. Failures
    that are exempt count neither way. `blocking` names the rules between the entity and
    `next_level`. The fields of the provisional level follow the same meaning over the rules that
    are not `left_out`.
    """

    level: str | None
    score: float | None
    passed: int
    decided: int
    undecided: int
    exempt: int
    next_level: str | None
    blocking: tuple[str, ...]
    provisional: str | None = None
    provisional_next: str | None = None
    provisional_blocking: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settled:
    """The level that holds on a server. `held_since` is set while missing data is waited for.

    `held_by` are the rules waited for; the first of them gives up waiting at `falls_at`.
    """

    level: str | None
    held_since: datetime | None = None
    held_by: tuple[str, ...] = ()
    falls_at: datetime | None = None


def stand(
    scorecard: Scorecard,
    outcomes: Mapping[str, Outcome],
    now: datetime,
    *,
    exempt: Collection[str] = (),
    sourceless: Collection[str] = (),
) -> Standing:
    """Work out level and score of one entity.

    `outcomes` are by rule id; a rule without one counts as no data. `sourceless` names rules
    without data because no source supplies their facts: they are left out of the provisional level.
    """
    rules = [rule for rule in scorecard.rules if rule.counts(now)]
    known = {rule.id: outcomes.get(rule.id, Outcome.NO_DATA) for rule in rules}
    pardoned = {rule.id for rule in rules if rule.id in exempt}
    left_out = tuple(rule.id for rule in rules if _left_out(rule.id, known, pardoned, sourceless))
    met = {name for name, outcome in known.items() if _met(outcome) or name in pardoned}
    scored = [rule for rule in rules if known[rule.id].decided and not _pardoned(rule.id, known, pardoned)]
    level, next_level, blocking = _climb(scorecard, rules, met, _claims(known, pardoned))
    remaining = [rule for rule in rules if rule.id not in left_out]
    provisional = _climb(scorecard, remaining, met, _claims(known, pardoned), _empty(scorecard, rules, remaining))
    return Standing(
        level=level,
        score=_score(scored, known),
        passed=sum(known[rule.id] is Outcome.PASS for rule in scored),
        decided=len(scored),
        undecided=sum(known[rule.id] in UNDECIDED and rule.id not in pardoned for rule in rules),
        exempt=len(pardoned),
        next_level=next_level,
        blocking=blocking,
        provisional=provisional[0],
        provisional_next=provisional[1],
        provisional_blocking=provisional[2],
        left_out=left_out,
    )


def settle(
    scorecard: Scorecard,
    previous: str | None,
    outcomes: Mapping[str, Outcome],
    now: datetime,
    *,
    undecided_since: Mapping[str, datetime],
    exempt: Collection[str] = (),
) -> Settled:
    """Work out the level that holds, given the one that held before.

    A rule that lost its data counts as met for its grace, so that a level held before is kept
    meanwhile; it never lifts an entity above `previous`. A failure counts at once. A rule whose
    moment of losing data is not in `undecided_since` lost it now.
    """
    reached = stand(scorecard, outcomes, now, exempt=exempt).level
    rank = scorecard.rank(previous) if previous in {level.name for level in scorecard.levels} else 0
    if scorecard.rank(reached) >= rank:
        return Settled(reached)
    waited = {
        rule.id: undecided_since.get(rule.id, now)
        for rule in scorecard.rules
        if rule.counts(now)
        and outcomes.get(rule.id, Outcome.NO_DATA) in UNDECIDED
        and rule.id not in exempt
        and now - undecided_since.get(rule.id, now) < rule.grace
    }
    lenient = {**outcomes, **dict.fromkeys(waited, Outcome.PASS)}
    kept = min(scorecard.rank(stand(scorecard, lenient, now, exempt=exempt).level), rank)
    if kept <= scorecard.rank(reached):
        return Settled(reached)
    waiting = [rule for rule in scorecard.rules if rule.id in waited]
    # Where nothing is asked up to the level, it was claimed by the rules above, and those are waited for.
    holding = [rule for rule in waiting if scorecard.rank(rule.level) <= kept] or waiting
    return Settled(
        level=scorecard.levels[kept - 1].name,
        held_since=min(waited[rule.id] for rule in holding),
        held_by=tuple(rule.id for rule in holding),
        falls_at=min(waited[rule.id] + rule.grace for rule in holding),
    )


def _met(outcome: Outcome) -> bool:
    return outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)


def _pardoned(name: str, known: Mapping[str, Outcome], pardoned: Collection[str]) -> bool:
    return name in pardoned and known[name] is not Outcome.PASS


def _claims(known: Mapping[str, Outcome], pardoned: Collection[str]) -> set[str]:
    """The rules that give a reason to claim a level at all."""
    return {name for name, outcome in known.items() if outcome is Outcome.PASS or name in pardoned}


def _left_out(name: str, known: Mapping[str, Outcome], pardoned: Collection[str], sourceless: Collection[str]) -> bool:
    return known[name] is Outcome.NO_DATA and name in sourceless and name not in pardoned


def _empty(scorecard: Scorecard, rules: Iterable[Rule], remaining: Iterable[Rule]) -> set[str]:
    """Levels that ask for something, but for nothing that can be decided here: not to be claimed."""
    asked, left = {rule.level for rule in rules}, {rule.level for rule in remaining}
    return {level.name for level in scorecard.levels if level.name in asked and level.name not in left}


def _climb(
    scorecard: Scorecard,
    rules: Collection[Rule],
    met: Collection[str],
    claims: Collection[str],
    closed: Collection[str] = (),
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """The level reached, the next one, and what stands in between."""
    reached: str | None = None
    claimed = False
    for level in scorecard.levels:
        own = [rule.id for rule in rules if rule.level == level.name]
        blocking = tuple(name for name in own if name not in met)
        claimed = claimed or any(name in claims for name in own)
        if blocking or level.name in closed:
            return reached, level.name, blocking
        reached = level.name if claimed else None
    return (reached, None, ()) if claimed else (None, scorecard.levels[0].name if scorecard.levels else None, ())


def _score(scored: Collection[Rule], known: Mapping[str, Outcome]) -> float | None:
    points = sum(rule.weight for rule in scored)
    if not points:
        return None
    return 100.0 * sum(rule.weight for rule in scored if known[rule.id] is Outcome.PASS) / points
