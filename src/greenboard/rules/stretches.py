"""Several things that each hold for stretches of moments, cut so that nothing changes within one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from greenboard.rules.vectors import Array

NOTHING = -1


@dataclass(frozen=True)
class Stretches:
    """Entry i holds for entity number `entity[i]` at the moments from number `first[i]` up to before `last[i]`.

    An entity has at most one entry at a moment. `moments` is how many there are.
    """

    entity: Array
    first: Array
    last: Array
    moments: int

    def __len__(self) -> int:
        return len(self.entity)

    def taken(self, index: Array) -> Stretches:
        """The entries at an index."""
        return Stretches(self.entity[index], self.first[index], self.last[index], self.moments)

    def begins(self) -> Array:
        """A number for the begin of each entry, which rises by entity and moment."""
        return self._key(self.first)

    def ends(self) -> Array:
        """The same for the end of each."""
        return self._key(self.last)

    def _key(self, moment: Array) -> Array:
        return self.entity.astype(np.int64) * (self.moments + 1) + moment

    def holding(self, others: Stretches) -> Array:
        """For each of other stretches, the entry that holds at its begin, or NOTHING."""
        if not len(self):
            return np.full(len(others), NOTHING)
        begins = self.begins()
        order = np.argsort(begins, kind="stable")
        near = order[np.maximum(np.searchsorted(begins[order], others.begins(), side="right") - 1, 0)]
        holds = (self.entity[near] == others.entity) & (self.first[near] <= others.first)
        return np.where(holds & (self.last[near] > others.first), near, NOTHING)


def cut(lines: Sequence[Stretches]) -> Stretches:
    """The longest stretches within which no entry of any line begins or ends, where the first line has one."""
    moments = lines[0].moments
    keys = np.unique(np.concatenate([key for line in lines for key in (line.begins(), line.ends())]))
    entity, first = np.divmod(keys, moments + 1)
    follows = np.append(entity[1:] == entity[:-1], False)
    last = np.where(follows, np.append(first[1:], moments), moments)
    whole = Stretches(entity, first, last, moments).taken(np.flatnonzero(first < moments))
    return whole.taken(np.flatnonzero(lines[0].holding(whole) != NOTHING))
