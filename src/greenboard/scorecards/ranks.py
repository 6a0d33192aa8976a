"""Where many entities stand, all at once: the vectorised form of `scoring.stand`. Pure.

Outcomes are int8 codes, rules by rows: 0 fail, 1 pass, 2 no data, 3 error, 4 not applicable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule, Scorecard

Lines = Sequence[Array] | Array
"""A line for each rule: a matrix, or several arrays."""
Told = tuple[Rule, Array, Array | None]
"""A rule, what it comes to for every row, and for which it is exempt (None: for none)."""

FAIL, PASS, NO_DATA, ERROR, NOT_APPLICABLE = range(5)


@dataclass(frozen=True)
class Ladder:
    """Of every level and row, how many of the level's rules are not met, and how many give a reason to claim it."""

    unmet: Array
    claims: Array

    @classmethod
    def of(cls, scorecard: Scorecard, codes: Lines, now: datetime, exempt: Lines = ()) -> Ladder:
        """The ladder of a scorecard; `codes` and `exempt` are as of `stand`."""
        made = cls(*np.zeros((2, len(scorecard.levels), _width(codes)), dtype=np.int16))
        steps = {level.name: step for step, level in enumerate(scorecard.levels)}
        for line, rule in enumerate(scorecard.rules):
            if rule.counts(now) and rule.level in steps:
                made._count(steps[rule.level], codes[line], exempt[line] if len(exempt) else None, 1)
        return made

    def swapped(self, scorecard: Scorecard, now: datetime, before: Told | None, after: Told | None) -> Ladder:
        """The ladder with another rule, or other outcomes, in the place of one that it counts."""
        made = Ladder(self.unmet.copy(), self.claims.copy())
        steps = {level.name: step for step, level in enumerate(scorecard.levels)}
        for told, by in ((before, -1), (after, 1)):
            if told is not None and told[0].counts(now) and told[0].level in steps:
                made._count(steps[told[0].level], told[1], told[2], by)
        return made

    def _count(self, step: int, codes: Array, exempt: Array | None, by: int) -> None:
        claims = codes == PASS if exempt is None else (codes == PASS) | exempt
        met = claims | (codes == NOT_APPLICABLE)
        self.claims[step] += np.multiply(claims, by, dtype=np.int16)
        self.unmet[step] += np.multiply(~met, by, dtype=np.int16)

    def ranks(self) -> Array:
        """The rank of the level of every row as int8: 0 is none, 1 the lowest."""
        rows = self.unmet.shape[1]
        reached, claimed, open_ = np.zeros(rows, np.int8), np.zeros(rows, np.bool_), np.ones(rows, np.bool_)
        for level, (unmet, claims) in enumerate(zip(self.unmet, self.claims, strict=True), start=1):
            claimed |= claims > 0
            open_ &= unmet == 0
            reached[open_ & claimed] = level
        return reached


@dataclass(frozen=True)
class Standings:
    """For each row: the rank of its level (0 is none), its score (NaN where nothing was decided), and the counts.

    `exempt` counts the rules that are, whatever they come to.
    """

    rank: Array
    score: Array
    passed: Array
    decided: Array
    undecided: Array
    exempt: Array


def stand(scorecard: Scorecard, codes: Lines, now: datetime, exempt: Lines = ()) -> Standings:
    """Level, score and counts of every row.

    `codes` has a line for each rule of the scorecard, in its order. Of a scorecard without rules only a
    matrix says how many rows there are.
    `exempt` marks pairs as bool in the same shape.
    """
    rows = _width(codes)
    # won and lost are points; passed, failed and undecided are numbers of rules
    won, lost, passed, failed, undecided, pardoned = np.zeros((6, rows), dtype=np.int32)
    for line, rule in enumerate(scorecard.rules):
        if not rule.counts(now):
            continue
        met, missed = codes[line] == PASS, codes[line] == FAIL
        open_ = (codes[line] == NO_DATA) | (codes[line] == ERROR)
        if len(exempt):
            missed, open_ = missed & ~exempt[line], open_ & ~exempt[line]
            pardoned += exempt[line]
        won += np.multiply(met, rule.weight, dtype=np.int32)
        lost += np.multiply(missed, rule.weight, dtype=np.int32)
        passed += met
        failed += missed
        undecided += open_
    points = won + lost
    score = np.divide(100.0 * won, points, out=np.full(rows, np.nan), where=points > 0)
    ranks = Ladder.of(scorecard, codes, now, exempt).ranks()
    return Standings(ranks, score, passed, passed + failed, undecided, pardoned)


@dataclass(frozen=True)
class Kept:
    """The rank that holds of every row; of those whose level is kept though data were lost, the rules that hold it."""

    rank: Array
    holding: Array


def settle(scorecard: Scorecard, previous: Array, codes: Array, now: datetime, *, lost: Array, exempt: Array) -> Kept:
    """The vectorised form of `scoring.settle`: the level that holds, given the rank that held before.

    `lost` marks the pairs that lost their data less than the rule's grace ago; the matrices are as of `stand`.
    """
    waited = lost & ((codes == NO_DATA) | (codes == ERROR)) & ~exempt
    waited &= np.array([[rule.counts(now)] for rule in scorecard.rules], dtype=np.bool_).reshape(-1, 1)
    reached = Ladder.of(scorecard, codes, now, exempt).ranks()
    lenient = Ladder.of(scorecard, np.where(waited, PASS, codes), now, exempt).ranks()
    kept = np.minimum(lenient, previous)
    rank = np.where(kept > reached, kept, reached)
    of_level = np.array([[scorecard.rank(rule.level)] for rule in scorecard.rules], dtype=np.int16).reshape(-1, 1)
    below = waited & (of_level <= rank)
    # Where nothing is asked up to the level, it was claimed by the rules above, and those are waited for.
    holding = np.where(below.any(axis=0), below, waited) & (kept > reached)
    return Kept(rank, holding)


def _width(codes: Lines) -> int:
    if isinstance(codes, np.ndarray):
        return int(codes.shape[1])
    return len(codes[0]) if codes else 0
