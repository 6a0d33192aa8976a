"""Lanes: which rows, or which elements of the lists of which rows, an expression is evaluated for."""

from __future__ import annotations

import numpy as np

from greenboard.rules.vectors import Array, Value

_NOWHERE = np.zeros(0, dtype=np.int32)


class Lanes:
    """The lanes of one level of nesting.

    `depth` is 0 for rows and rises with each comprehension; `up` says for every lane which lane of
    `parent` it belongs to; `bound` is the comprehension's variable.
    """

    def __init__(
        self,
        count: int,
        depth: int = 0,
        parent: Lanes | None = None,
        up: Array | None = None,
        bound: Value | None = None,
    ) -> None:
        self.count = count
        self.depth = depth
        self.parent = parent
        self.up = _NOWHERE if up is None else up
        self.bound = bound
        self._paths: dict[int, Array] | None = None

    def home(self, level: int) -> Lanes:
        """The lanes that a value of a level has: these, or those around them."""
        lanes = self
        while lanes.depth > level and lanes.parent is not None:
            lanes = lanes.parent
        return lanes

    def path(self, outer: Lanes) -> Array:
        """For every lane, the lane of `outer` that it belongs to."""
        paths = self._paths = {} if self._paths is None else self._paths
        known = paths.get(outer.depth)
        if known is None:
            known = self.up
            lanes = self.parent
            while lanes is not None and lanes is not outer:
                known = lanes.up[known]
                lanes = lanes.parent
            paths[outer.depth] = known
        return known
