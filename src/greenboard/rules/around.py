"""What is around each row of a frame: related entities, levels on scorecards, teams. Plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from greenboard.rules.vectors import Array, State

RELATIONS = {
    "dependencies": "What the entity depends on: what it declares, and the APIs that it consumes.",
    "dependents": "What depends on the entity, or consumes an API that it provides.",
    "parts": "What is part of the entity: of a system its components, of a domain its systems.",
    "repository": "The repository that the entity lives in.",
}
"""The functions that lead to related entities. `repository()` is one entity, the others are lists."""

SINGLE = "repository"
"""The one relation that leads to at most one entity."""


def own_path(path: str) -> str:
    """A path as it is of the entity that is read: `slo.sli` of `dependencies().slo.sli`."""
    return path.rpartition("().")[2]


@dataclass(frozen=True)
class Links:
    """Where one relation leads from every row: row i to the rows `targets[starts[i]:starts[i] + lengths[i]]`.

    `state` is MISSING where nobody says what the relation leads to; `partial` marks the rows that may
    be related to more than is known. Of `repository`, `lengths` is 0 or 1.
    """

    starts: Array
    lengths: Array
    targets: Array
    state: State = None
    partial: Array | None = None

    def leading_to(self, rows: Array) -> Array:
        """The rows from which the relation leads to any of these."""
        places = np.flatnonzero(np.isin(self.targets, rows))
        if not len(places):
            return places
        ends = self.starts + self.lengths
        filled = np.flatnonzero(self.lengths > 0)
        order = filled[np.argsort(self.starts[filled], kind="stable")]
        found = order[np.searchsorted(self.starts[order], places, side="right") - 1]
        return np.unique(found[places < ends[found]])

    def of(self, row: int) -> Array:
        """The rows that the relation leads to from one row."""
        start = int(self.starts[row])
        return self.targets[start : start + int(self.lengths[row])]


@dataclass(frozen=True)
class Levels:
    """Where every row stands on one scorecard: 0 is no level, 1 the lowest of `names`, -1 is unknown."""

    names: tuple[str, ...]
    ranks: Array


@dataclass(frozen=True)
class Around:
    """Everything around the rows of a frame. What is not there is unknown for all rows.

    `teams` gives for each row the names of the owning team and of the teams that it is part of, None
    where no owner is known; `teams_partial` marks the rows that may be within more teams than are named.
    `names` are the references of the rows, for words about them.
    """

    links: Mapping[str, Links] = field(default_factory=dict)
    levels: Mapping[str, Levels] = field(default_factory=dict)
    teams: Sequence[tuple[str, ...] | None] = ()
    names: Sequence[str] = ()
    teams_partial: Array | None = None


ALONE = Around()
"""Nothing is known around any row."""
