"""A rule held against the past: what it came to for every entity at every moment, and what follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from greenboard.catalog.types import Entity
from greenboard.results.ground import ERROR, FAIL, NO_DATA, NOT_APPLICABLE, PASS, Ground, decided
from greenboard.results.rows import OUTCOMES
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import evaluate
from greenboard.rules.history import ABSENT, History, Surroundings, through, timeless
from greenboard.rules.language import Program
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array, ListVec, Vec
from greenboard.scorecards.types import Rule, Scorecard

_NO = 0
FLAPS = 2
"""How many turns between pass and fail make an entity one that flaps."""


@dataclass(frozen=True)
class Past:
    """What is known of all entities over time.

    `cards` are what the catalog said of them, a row for each version; `card` is, for every row of
    `history`, the row of `cards` that held then. `entities` are the entities by their number, each
    as it was last. `around` gives what is around the rows of the history.
    """

    history: History
    cards: Ground
    card: Array
    entities: Sequence[Entity]
    around: Surroundings | None = None


@dataclass(frozen=True)
class Day:
    """How many entities a rule came to what for at the end of a day (UTC), or until now."""

    day: date
    counts: Mapping[Outcome, int]

    @property
    def rate(self) -> float | None:
        """The share of passes among what was decided; None where nothing was."""
        decided_ones = self.counts[Outcome.PASS] + self.counts[Outcome.FAIL]
        return self.counts[Outcome.PASS] / decided_ones if decided_ones else None


@dataclass(frozen=True)
class Flapping:
    """An entity that turned between pass and fail again and again."""

    entity: Entity
    turns: int


@dataclass(frozen=True)
class Since:
    """An entity, and the first day on which something was so of it."""

    entity: Entity
    day: date


@dataclass(frozen=True)
class Course:
    """What a rule came to: codes of outcomes, a line for each day, a column for each entity.

    ABSENT stands where the entity was not there, or was none that the scorecard is asked of.
    """

    days: tuple[date, ...]
    entities: Sequence[Entity]
    codes: Array

    @cached_property
    def counted(self) -> tuple[Day, ...]:
        """The counts of each day, in order."""
        lines = (np.bincount(line[line != ABSENT], minlength=len(OUTCOMES)).tolist() for line in self.codes)
        return tuple(
            Day(day, dict(zip(OUTCOMES, line, strict=True))) for day, line in zip(self.days, lines, strict=True)
        )

    @cached_property
    def flapping(self) -> tuple[Flapping, ...]:
        """The entities that turned between pass and fail at least FLAPS times, those with most turns first.

        Days on which it was undecided, not asked or absent neither are a turn nor hide one.
        """
        turns = np.zeros(self.codes.shape[1], dtype=np.int32)
        last = np.full(self.codes.shape[1], ABSENT, dtype=np.int8)
        for line in self.codes:
            known = (line == PASS) | (line == FAIL)
            turns += known & (last != ABSENT) & (line != last)
            last = np.where(known, line, last)
        found = [Flapping(self.entities[one], int(turns[one])) for one in np.flatnonzero(turns >= FLAPS).tolist()]
        return tuple(sorted(found, key=lambda each: (-each.turns, each.entity.ref)))

    @cached_property
    def first_failed(self) -> tuple[Since, ...]:
        """The entities that failed, each with its first day, by that day; some may have failed before, too."""
        return self._first(self.codes == FAIL)

    @cached_property
    def first_undecided(self) -> tuple[Since, ...]:
        """The entities that could not be decided, each with its first day, by that day."""
        return self._first((self.codes == NO_DATA) | (self.codes == ERROR))

    def _first(self, mark: Array) -> tuple[Since, ...]:
        if not len(self.days):
            return ()
        day = mark.argmax(axis=0)
        found = [Since(self.entities[one], self.days[day[one]]) for one in np.flatnonzero(mark.any(axis=0)).tolist()]
        return tuple(sorted(found, key=lambda each: (each.day, each.entity.ref)))


@dataclass(frozen=True)
class Backtest:
    """A rule over days, beside the one of the same id that is in force; `before` is None of a new one.

    `milliseconds` is what holding the rules against the past took, without reading it.
    """

    rule: Rule
    course: Course
    before: Course | None
    milliseconds: float


def course(scorecard: Scorecard, rule: Rule, past: Past, days: int | None = None) -> Course:
    """Hold a rule against the last days of the past; None is all of it."""
    codes = outcomes(scorecard, rule, past)
    shown = past.history.moments[-days:] if days else past.history.moments
    return Course(tuple(moment.date() for moment in shown), past.entities, codes[len(codes) - len(shown) :])


def outcomes(scorecard: Scorecard, rule: Rule, past: Past) -> Array:
    """The codes of outcomes at all moments, as in `Course`.

    Scope, thresholds and facts are those of each moment: the same as judging the facts and the catalog
    as they were then.
    """
    if not len(past.cards):
        return np.zeros((len(past.history.moments), 0), dtype=np.int8)
    card, own = past.cards.covered(scorecard.scope), past.cards.covered(rule.scope)
    covered = np.where((card == _NO) | (own == _NO), np.int8(_NO), np.maximum(card, own))[past.card]
    foreign = (card == _NO)[past.card]
    given = {program.source: _thresholds(program, rule, past) for program in rule.programs}

    def decide(frame: Frame, rows: Array | None) -> Array:
        """Only what is asked is evaluated; what the scorecard is not asked of was, for it, not there."""
        here = np.arange(len(frame)) if rows is None else rows
        found = np.where(foreign[here], np.int8(ABSENT), np.int8(NOT_APPLICABLE))
        asked = np.flatnonzero(covered[here] != _NO)
        if len(asked):
            chosen = here[asked]
            found[asked] = decided(
                rule, covered[chosen], lambda one: evaluate(one, frame, given[one.source], rows=chosen)
            )
        return found

    return through(past.history, decide, steady=all(map(timeless, rule.programs)), around=past.around)


def _thresholds(program: Program, rule: Rule, past: Past) -> dict[str, Vec | ListVec]:
    """The thresholds of every row of the history."""
    return {name: column.take(past.card) for name, column in past.cards.thresholds(program, rule.parameters).items()}
