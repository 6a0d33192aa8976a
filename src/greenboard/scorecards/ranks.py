"""Levels and scores of many entities at once: what `scoring.stand` says of one, in arrays. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

FAIL, PASS, NO_DATA, ERROR, NOT_APPLICABLE = range(5)
"""Outcomes as they stand in arrays; the first four are the evaluator's verdicts."""


@dataclass(frozen=True)
class Ranks:
    """Where entities stand, one entry for each: rank 0 is no level, 1 the lowest; a score of NaN is none."""

    rank: Array
    score: Array
    passed: Array
    decided: Array
    undecided: Array


def ranks(scorecard: Scorecard, outcomes: Array, now: datetime) -> Ranks:
    """Work out levels and scores, nobody being exempt.

    `outcomes` has a line for each rule, in the scorecard's order, and a column for each entity; what
    is none of the outcomes counts as no data.
    """
    counting = np.array([rule.counts(now) for rule in scorecard.rules], dtype=np.bool_)
    rules = [rule for rule in scorecard.rules if rule.counts(now)]
    found = outcomes[counting]
    passed, failed = found == PASS, found == FAIL
    met = passed | (found == NOT_APPLICABLE)
    weights = np.array([rule.weight for rule in rules], dtype=np.int64)
    points, gained = weights @ (passed | failed), weights @ passed
    score = np.where(points > 0, 100.0 * gained / np.maximum(points, 1), np.nan)
    rank = _climb(scorecard, [rule.level for rule in rules], met, passed)
    decided = (passed | failed).sum(axis=0)
    return Ranks(rank, score, passed.sum(axis=0), decided, (~met & ~failed).sum(axis=0))


def _climb(scorecard: Scorecard, levels: list[str], met: Array, passed: Array) -> Array:
    """The highest level up to which every rule is met, where some rule up to it passed."""
    count = met.shape[1]
    rank = np.zeros(count, dtype=np.int16)
    alive, claimed = np.ones(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for number, level in enumerate(scorecard.levels, start=1):
        own = np.array([name == level.name for name in levels], dtype=np.bool_)
        alive &= met[own].all(axis=0)
        claimed |= passed[own].any(axis=0)
        rank = np.where(alive, np.where(claimed, np.int16(number), np.int16(0)), rank)
    return rank
