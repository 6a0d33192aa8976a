"""Counting over arrays, for reports: results by group and rule. Pure."""

from __future__ import annotations

import numpy as np

from greenboard.reports.ground import Ground
from greenboard.reports.groups import Groups
from greenboard.results.matrix import CLASSES
from greenboard.results.tallies import Standing, standings
from greenboard.rules.vectors import Array

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
    found: Array = np.divide(100.0 * passed, decided, out=np.full(np.shape(decided), np.nan), where=decided > 0)
    return found


def standing_of(ground: Ground, groups: Groups) -> list[Standing]:
    """Where the entities of each group stand."""
    return standings(ground.matrix, ground.seen.column[groups.entity], groups.group, len(groups))
