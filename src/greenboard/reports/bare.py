"""Where entities would stand if nothing was exempt. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenboard.reports.ground import Ground
from greenboard.rules.vectors import Array


@dataclass(frozen=True, eq=False)
class Bare:
    """Rank and score of each column of the matrix without exemptions: as they hold, where nothing is exempt."""

    rank: Array
    score: Array


def bare(ground: Ground) -> Bare:
    """All columns of the matrix."""
    matrix = ground.matrix
    known = {level.name: rank for rank, level in enumerate(ground.scorecard.levels, start=1)}
    ranks = np.array([known.get(name, 0) for name in matrix.levels], dtype=np.int64)
    return Bare(ranks[matrix.bare_level], matrix.bare_score)
