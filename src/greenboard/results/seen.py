"""What somebody sees of a moment: the catalog and a scorecard's results, within their sight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from greenboard.access.sight import Sight
from greenboard.catalog import whole as catalog
from greenboard.catalog.columns import Index, index
from greenboard.catalog.store import Stored
from greenboard.catalog.whole import Whole
from greenboard.core.refs import Ref
from greenboard.results import matrix as results
from greenboard.results.matrix import Matrix
from greenboard.rules.vectors import Array


@dataclass(frozen=True)
class Place:
    """Where an entity stands on the scorecard."""

    level: str | None
    score: float | None
    undecided: int
    bare_level: str | None
    """Without exemptions, as is the score."""
    bare_score: float | None


@dataclass(frozen=True, eq=False)
class Seen:
    """Entities by number, those that may be seen among them; and where each stands in the matrix."""

    whole: Whole
    matrix: Matrix
    visible: Array
    sight: Sight

    @property
    def index(self) -> Index:
        """What each entity has for each filter."""
        return index(self.whole)

    @cached_property
    def column(self) -> Array:
        """The column of each entity in the matrix; -1 where it is not judged."""
        return self.matrix.columns(self.whole.ids)

    @cached_property
    def judged(self) -> Array:
        """Which entities may be seen and are judged."""
        found: Array = self.visible & (self.column >= 0)
        return found

    def columns(self, among: Array) -> Array:
        """The columns of the judged ones among some entities."""
        found: Array = self.column[among & self.judged]
        return found

    def entity(self, number: int) -> Stored:
        """An entity by its number."""
        return self.whole.entities[number]

    def place(self, number: int) -> Place | None:
        """Where an entity, given by its number, stands; None where it is not judged."""
        column = int(self.column[number])
        if column < 0:
            return None
        found = self.matrix
        level, bare = (found.levels[int(one[column])] or None for one in (found.level, found.bare_level))
        score, bare_score = (_known(float(one[column])) for one in (found.score, found.bare_score))
        return Place(level, score, int(found.undecided[column]), bare, bare_score)

    def find(self, ref: Ref) -> Stored | None:
        """The entity of a reference, if it may be seen."""
        number = self.whole.number.get(ref)
        return self.whole.entities[number] if number is not None and self.visible[number] else None


def _known(score: float) -> float | None:
    return None if math.isnan(score) else score


def look(scorecard: str, as_of: datetime | None, sight: Sight, *, bare: bool = False) -> Seen:
    """What a sight reaches of a moment; None is now. Two queries, and one more where there is a bound.

    `bare` is as if nothing were exempt.
    """
    whole, found = catalog.whole(as_of), results.matrix(scorecard, as_of)
    return Seen(whole, found.bare if bare else found, whole.seen(sight), sight)
