"""Arrays that grow at their end without copying what is there."""

from __future__ import annotations

import threading

import numpy as np

from greenboard.rules.vectors import Array

_LOCK = threading.Lock()


class _Room:
    """An array of which the first `used` places are taken, and none of them changes any more."""

    def __init__(self, held: Array, used: int) -> None:
        self.held = held
        self.used = used


class Growing:
    """An array to which more can be added: room is kept behind it, and whoever holds it goes on seeing it as it was.

    Only the longest of those that share a room can use it; another one is copied first.
    """

    __slots__ = ("_room", "values")

    def __init__(self, values: Array, room: _Room | None = None) -> None:
        self.values = values
        self._room = room or _Room(values, len(values))

    def added(self, more: Array, count: int) -> Growing:
        """The values with `count` more behind them: an array, or one value for all.

        Takes time by how many are added, and now and then by how many there are.
        """
        start, stop = len(self.values), len(self.values) + count
        with _LOCK:
            room = self._room
            if room.used != start or stop > len(room.held):
                room = _Room(np.empty(stop + stop // 4, dtype=self.values.dtype), start)
                room.held[:start] = self.values
            room.held[start:stop] = more
            room.used = stop
        return Growing(room.held[:stop], room)
