"""Levels and outcomes of many entities, counted. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.results.matrix import CLASSES, Matrix
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard


@dataclass(frozen=True)
class Tally:
    """Results counted. `exempt` ones stand beside their outcome and are in no other number."""

    passed: int = 0
    failed: int = 0
    undecided: int = 0
    exempt: int = 0
    not_applicable: int = 0

    @property
    def asked(self) -> int:
        return self.passed + self.failed + self.undecided

    @property
    def decided(self) -> int:
        return self.passed + self.failed

    @property
    def said(self) -> str:
        """`9 passed, 3 failed, 2 without data`."""
        parts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.undecided, "undecided"),
            (self.exempt, "exempt"),
        ]
        return ", ".join(f"{number} {word}" for number, word in parts if number) or "nothing asked"


def tally(matrix: Matrix, rules: Collection[str], columns: Array) -> Tally:
    """Count what some rules come to for the entities of some columns."""
    counted = matrix.counted(matrix.lines(rules).tolist()).take(columns, axis=1).sum(axis=1)
    return Tally(*counted.tolist())


def by_rule(matrix: Matrix, columns: Array) -> dict[str, Tally]:
    """What each rule comes to for the entities of some columns."""
    rows = matrix.by_rule(columns).tolist()
    return {name: Tally(*row) for name, row in zip(matrix.names, rows, strict=True)}


def grouped(matrix: Matrix, several: Sequence[Collection[str]], columns: Array, groups: Array) -> Array:
    """What several collections of rules come to by groups: group × collection × class, as `Tally` has them.

    `groups` has the group of each column; there is none without one, and they are numbered from 0 on.
    """
    if not several or not len(columns):
        return np.zeros((0, len(several), len(CLASSES)), dtype=np.int32)
    order = np.argsort(groups.astype(np.min_scalar_type(int(groups.max()))), kind="stable")
    starts, sorted_ = np.flatnonzero(np.diff(groups[order], prepend=-1)), columns[order]
    counted = (matrix.counted(matrix.lines(rules).tolist()) for rules in several)
    return np.stack([np.add.reduceat(one.take(sorted_, axis=1), starts, axis=1).T for one in counted], axis=1)


@dataclass(frozen=True)
class Standing:
    """Where entities stand: how many on each level ("" is none), and the mean of the scores that there are."""

    entities: int
    levels: Mapping[str, int]
    score: float | None


def standing(matrix: Matrix, columns: Array) -> Standing:
    """Where the entities of some columns stand."""
    return standings(matrix, columns, np.zeros(len(columns), dtype=np.int64), 1)[0]


def standings(matrix: Matrix, columns: Array, groups: Array, count: int) -> list[Standing]:
    """As `standing`, for each of so many groups; `groups` has the group of each column."""
    width = len(matrix.levels)
    spread = np.bincount(groups * width + matrix.level[columns], minlength=count * width).reshape(count, width)
    score = matrix.score[columns]
    known = ~np.isnan(score)
    total = np.bincount(groups[known], score[known], minlength=count).tolist()
    scored = np.bincount(groups[known], minlength=count).tolist()
    return [
        Standing(
            entities=sum(row),
            levels=dict(zip(matrix.levels, row, strict=True)),
            score=total[group] / scored[group] if scored[group] else None,
        )
        for group, row in enumerate(spread.tolist())
    ]


def counting(scorecard: Scorecard, now: datetime) -> frozenset[str]:
    """The rules that take part in levels and score at a moment."""
    return frozenset(rule.id for rule in scorecard.rules if rule.counts(now))
