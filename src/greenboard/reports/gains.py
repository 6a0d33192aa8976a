"""What would lift most: rules that alone stand between entities and their next level. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenboard.reports.counting import FAILED
from greenboard.reports.ground import Ground
from greenboard.results.matrix import CLASSES
from greenboard.scorecards.types import Rule

_MET = (CLASSES.index("passed"), CLASSES.index("exempt"), CLASSES.index("not_applicable"))


@dataclass(frozen=True)
class Gain:
    """A rule: how many entities it alone keeps from their next level; for how many it fails; its weight in all."""

    rule: Rule
    entities: int
    failed: int
    points: int


def gains(ground: Ground) -> tuple[Gain, ...]:
    """The rules that fail for anybody who is shown, by what meeting them gains."""
    classes = ground.matrix.classes(ground.lines, ground.columns)
    unmet = ~np.isin(classes, _MET)
    card = ground.scorecard
    rank = np.array([card.rank(rule.level) for rule in ground.rules], dtype=np.int64)
    # Levels that an entity does not hold yet, from the lowest that any rule keeps it from.
    lowest = np.where(unmet, rank[:, None], len(card.levels) + 1).min(axis=0, initial=len(card.levels) + 1)
    stands_between = unmet & (rank[:, None] == lowest)
    alone = stands_between.sum(axis=0) == 1
    failing = classes == FAILED
    lifted = (stands_between & failing & alone).sum(axis=1).tolist()
    failed = failing.sum(axis=1).tolist()
    found = [
        Gain(rule, lifts, fails, rule.weight * fails)
        for rule, lifts, fails in zip(ground.rules, lifted, failed, strict=True)
        if fails
    ]
    return tuple(sorted(found, key=lambda one: (-one.entities, -one.points, one.rule.item, one.rule.id)))
