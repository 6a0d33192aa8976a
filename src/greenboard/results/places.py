"""Where numbers stand in a list of them. Pure."""

from __future__ import annotations

import numpy as np

from greenboard.rules.vectors import Array


class Places:
    """Where each of some numbers stands in a list; -1 for those that do not."""

    def __init__(self, numbers: Array) -> None:
        self.order = np.argsort(numbers, kind="stable")
        self.numbers = numbers[self.order]

    def of(self, wanted: Array) -> Array:
        """The places of some numbers."""
        if not len(self.numbers):
            return np.full(len(wanted), -1)
        at = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        return np.where(self.numbers[at] == wanted, self.order[at], -1)
