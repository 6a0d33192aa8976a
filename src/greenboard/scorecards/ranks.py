"""Where many entities stand, all at once: the vectorised form of `scoring.stand`. Pure.

Outcomes are int8 codes, rules by rows: 0 fail, 1 pass, 2 no data, 3 error, 4 not applicable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Level, Rule, Scorecard

FAIL, PASS, NO_DATA, ERROR, NOT_APPLICABLE = range(5)


@dataclass(frozen=True)
class Standings:
    """For each row: the rank of its level (0 is none), its score (NaN where nothing was decided), and the counts."""

    rank: Array
    score: Array
    passed: Array
    decided: Array
    undecided: Array


def stand(scorecard: Scorecard, codes: Array, now: datetime, exempt: Array | None = None) -> Standings:
    """Level, score and counts of every row.

    `codes` has a line for each rule of the scorecard, in its order. `exempt` marks pairs as bool in
    the same shape.
    """
    rules, codes, exempt = _counting(scorecard, codes, now, exempt)
    # won and lost are points; passed, failed and undecided are numbers of rules
    won, lost, passed, failed, undecided = np.zeros((5, codes.shape[1]), dtype=np.int32)
    for line, rule in enumerate(rules):
        met, missed = codes[line] == PASS, codes[line] == FAIL
        open_ = (codes[line] == NO_DATA) | (codes[line] == ERROR)
        if exempt is not None:
            missed, open_ = missed & ~exempt[line], open_ & ~exempt[line]
        won += np.multiply(met, rule.weight, dtype=np.int32)
        lost += np.multiply(missed, rule.weight, dtype=np.int32)
        passed += met
        failed += missed
        undecided += open_
    points = won + lost
    score = np.divide(100.0 * won, points, out=np.full(len(points), np.nan), where=points > 0)
    return Standings(_climb(scorecard.levels, rules, codes, exempt), score, passed, passed + failed, undecided)


def ranks(scorecard: Scorecard, codes: Array, now: datetime, exempt: Array | None = None) -> Array:
    """The rank of the level of every row as int8, 0 for none and 1 for the lowest; otherwise as `stand`."""
    return _climb(scorecard.levels, *_counting(scorecard, codes, now, exempt))


def _counting(
    scorecard: Scorecard, codes: Array, now: datetime, exempt: Array | None
) -> tuple[list[Rule], Array, Array | None]:
    """The rules that count, with their lines."""
    lines = [line for line, rule in enumerate(scorecard.rules) if rule.counts(now)]
    return [scorecard.rules[line] for line in lines], codes[lines], None if exempt is None else exempt[lines]


def _climb(levels: Sequence[Level], rules: Sequence[Rule], codes: Array, exempt: Array | None) -> Array:
    rows = codes.shape[1]
    reached, claimed, open_ = np.zeros(rows, np.int8), np.zeros(rows, np.bool_), np.ones(rows, np.bool_)
    for rank, level in enumerate(levels, start=1):
        own = [line for line, rule in enumerate(rules) if rule.level == level.name]
        if own:
            passed, spared = codes[own] == PASS, codes[own] == NOT_APPLICABLE
            if exempt is not None:
                passed |= exempt[own]
            claimed |= passed.any(axis=0)
            open_ &= (passed | spared).all(axis=0)
        reached[open_ & claimed] = rank
    return reached
