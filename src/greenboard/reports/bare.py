"""Where entities would stand if nothing was exempt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenboard.facts.store import at_moment
from greenboard.reports.ground import Ground
from greenboard.results.models import LevelInterval
from greenboard.rules.vectors import Array


@dataclass(frozen=True, eq=False)
class Bare:
    """Rank and score of each column of the matrix without exemptions: as they hold, where nothing is exempt."""

    rank: Array
    score: Array


def bare(ground: Ground) -> Bare:
    """All columns of the matrix. One query, for the few entities that have an exemption."""
    matrix, card = ground.matrix, ground.scorecard
    known = {level.name: rank for rank, level in enumerate(card.levels, start=1)}
    rank = np.array([known.get(name, 0) for name in matrix.levels], dtype=np.int64)[matrix.level]
    score = matrix.score.copy()
    rows = LevelInterval.objects.filter(
        at_moment(ground.wanted.as_of), scorecard__name=card.name, bare_rank__isnull=False
    )
    told = list(rows.order_by().values_list("entity_id", "bare_rank", "bare_score"))
    columns = matrix.columns(np.array([row[0] for row in told], dtype=np.int64))
    for column, (_, bare_rank, bare_score) in zip(columns.tolist(), told, strict=True):
        if column >= 0:
            rank[column] = bare_rank or 0
            score[column] = np.nan if bare_score is None else bare_score
    return Bare(rank, score)
