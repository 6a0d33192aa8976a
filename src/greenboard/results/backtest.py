"""A rule held against the past: what it came to for every entity at every moment, and what follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from greenboard.catalog.types import Entity
from greenboard.exemptions.types import Span, Within
from greenboard.results.ground import ERROR, FAIL, NO_DATA, NOT_APPLICABLE, PASS, Ground, decided
from greenboard.results.rows import OUTCOMES
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import evaluate
from greenboard.rules.history import ABSENT, History, Surroundings, through, timeless
from greenboard.rules.language import Program
from greenboard.rules.leaving import without
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
    """How many entities a rule came to what for at the end of a day (UTC), or until now.

    `exempt` counts those of them that were exempt then and did not pass, `pardoned` those among them that failed.
    """

    day: date
    counts: Mapping[Outcome, int]
    exempt: int = 0
    pardoned: int = 0

    @property
    def rate(self) -> float | None:
        """The share of passes among what was decided and not exempt; None where nothing was."""
        decided_ones = self.counts[Outcome.PASS] + self.counts[Outcome.FAIL] - self.pardoned
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

    ABSENT stands where the entity was not there, or was none that the scorecard is asked of. `exempt` marks what
    was exempt on a day, in the same shape; None is nothing.
    """

    days: tuple[date, ...]
    entities: Sequence[Entity]
    codes: Array
    exempt: Array | None = None

    @cached_property
    def counted(self) -> tuple[Day, ...]:
        """The counts of each day, in order."""
        lines = (np.bincount(line[line != ABSENT], minlength=len(OUTCOMES)).tolist() for line in self.codes)
        return tuple(
            Day(day, dict(zip(OUTCOMES, line, strict=True)), int(exempt), int(pardoned))
            for day, line, exempt, pardoned in zip(self.days, lines, *self._pardoned, strict=True)
        )

    @cached_property
    def _pardoned(self) -> tuple[Sequence[int], Sequence[int]]:
        """Of each day how many are exempt that do not pass, and how many of them fail."""
        if self.exempt is None:
            return [0] * len(self.days), [0] * len(self.days)
        asked = np.isin(self.codes, (FAIL, NO_DATA, ERROR)) & self.exempt
        return asked.sum(axis=1).tolist(), (asked & (self.codes == FAIL)).sum(axis=1).tolist()

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
        """The entities that failed and were not exempt, each with its first day; some may have failed before, too."""
        failed = self.codes == FAIL
        return self._first(failed if self.exempt is None else failed & ~self.exempt)

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


def course(scorecard: Scorecard, rule: Rule, past: Past, days: int | None = None, spans: Sequence[Span] = ()) -> Course:
    """Hold a rule against the last days of the past; None is all of it. `spans` say when what was exempt."""
    codes = outcomes(scorecard, rule, past)
    exempt = pardoned(scorecard, rule, past, codes, [span for span in spans if span.rule == rule.id])
    shown = past.history.moments[-days:] if days else past.history.moments
    first = len(codes) - len(shown)
    beside = None if exempt is None else exempt[first:]
    return Course(tuple(moment.date() for moment in shown), past.entities, codes[first:], beside)


def pardoned(scorecard: Scorecard, rule: Rule, past: Past, codes: Array, spans: Sequence[Span]) -> Array | None:
    """What was exempt at each moment, in the shape of `codes`, as `pardons` has it; None where nothing was."""
    number = {entity.ref: place for place, entity in enumerate(past.entities)}
    found = np.zeros(codes.shape, dtype=np.bool_)
    scoped: dict[Within, list[tuple[int, Array]]] = {}
    for span in spans:
        place = number.get(span.entity)
        held = np.array([span.first <= at and (span.last is None or at < span.last) for at in past.history.moments])
        if place is None or not held.any():
            continue
        if span.within:
            scoped.setdefault(span.within, []).append((place, held))
        else:
            found[held, place] = True
    for within, several in sorted(scoped.items(), key=lambda one: one[0]):
        less = outcomes(scorecard, rule, _less(past, rule, within, [place for place, _ in several]))
        for place, held in several:
            found[:, place] |= held & (codes[:, place] == FAIL) & ~np.isin(less[:, place], (FAIL, ERROR))
    return found if found.any() else None


def _less(past: Past, rule: Rule, within: Within, places: Sequence[int]) -> Past:
    """The past in which some entities lack what lies in an environment or at a path."""
    history = past.history
    rows = np.flatnonzero(np.isin(history.entity, places))
    types = {*rule.types, *(path.partition(".")[0] for paths in rule.related.values() for path in paths)}
    frame = without(history.frame, rows, types, environment=within.environment, path=within.path)
    return replace(past, history=replace(history, frame=frame))


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
