"""Counting over arrays, for reports: results by group and rule, and what stands without exemptions. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenboard.reports.ground import Ground
from greenboard.reports.groups import Groups
from greenboard.results.matrix import CLASSES, EXEMPT
from greenboard.results.tallies import Standing, standings
from greenboard.rules.vectors import Array
from greenboard.scorecards.ranks import NO_DATA, stand

PASSED, FAILED, UNDECIDED, PARDONED, OUTSIDE = range(len(CLASSES))
"""The classes of `results.matrix.CLASSES` by name."""


def by_group(ground: Ground, groups: Groups) -> Array:
    """How many results come to what: an array of class, rule, group."""
    count = len(groups)
    found = np.zeros((len(CLASSES), len(ground.lines), count), dtype=np.int64)
    if not count or not len(ground.lines):
        return found
    # Pairs come in the order of groups, of which none is empty: each is a stretch of columns.
    starts = np.searchsorted(groups.group, np.arange(count))
    classes = ground.matrix.classes(ground.lines, ground.seen.column[groups.entity])
    for number in range(len(CLASSES)):
        found[number] = np.add.reduceat(classes == number, starts, axis=1, dtype=np.int64)
    return found


def together(ground: Ground, columns: Array) -> Array:
    """How many results of some columns come to what: an array of class and rule."""
    classes = ground.matrix.classes(ground.lines, columns)
    return np.array([np.count_nonzero(classes == number, axis=1) for number in range(len(CLASSES))], dtype=np.int64)


def rate(passed: Array, failed: Array) -> Array:
    """The percentage that passed of what was decided; NaN where nothing was."""
    decided = passed + failed
    return np.divide(100.0 * passed, decided, out=np.full(np.shape(decided), np.nan), where=decided > 0)


def standing_of(ground: Ground, groups: Groups) -> list[Standing]:
    """Where the entities of each group stand."""
    return standings(ground.matrix, ground.seen.column[groups.entity], groups.group, len(groups))


@dataclass(frozen=True, eq=False)
class Bare:
    """Where entities would stand if nothing was exempt: rank and score for each column.

    `rank` and `score` are those that hold where nothing of the entity is exempt.
    """

    rank: Array
    score: Array
    held: Array
    """The rank that holds, exemptions counted."""


def bare(ground: Ground) -> Bare:
    """All columns of the matrix without exemptions."""
    matrix, card = ground.matrix, ground.scorecard
    place = {name: line for line, name in enumerate(matrix.names)}
    raw = np.full((len(card.rules), len(matrix.ids)), NO_DATA, dtype=np.int8)
    pardoned = np.zeros(len(matrix.ids), dtype=np.bool_)
    for at, rule in enumerate(card.rules):
        if rule.id in place:
            line = matrix.outcomes[place[rule.id]]
            spared = line >= EXEMPT
            pardoned |= spared
            codes = np.where(spared, line - EXEMPT, line)
            raw[at] = np.where(codes < 0, NO_DATA, codes)
    known = {level.name: rank for rank, level in enumerate(card.levels, start=1)}
    held = np.array([known.get(name, 0) for name in matrix.levels], dtype=np.int64)[matrix.level]
    if not pardoned.any():
        return Bare(held, matrix.score, held)
    columns = np.flatnonzero(pardoned)
    without = stand(card, raw[:, columns], ground.wanted.now)
    rank, score = held.copy(), matrix.score.copy()
    rank[columns], score[columns] = without.rank, without.score
    return Bare(rank, score, held)
