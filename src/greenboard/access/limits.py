"""How often a token may ask: a bucket of so many requests a minute, kept in the memory of each process.

With several web processes a token gets the rate from each. Counting in the database would be exact,
and would make of every read a write.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

from greenboard.core.errors import UserError

_MOST = 10_000


class TooMany(UserError):
    """A token asked too often. `seconds` is how long to wait, in whole seconds."""

    status = 429

    def __init__(self, rate: int, seconds: int) -> None:
        super().__init__(
            f"this token asked more than {rate} times a minute", hint=f"Ask again in {seconds} s, and more seldom."
        )
        self.seconds = seconds


@dataclass
class Buckets:
    """A bucket for each key. It holds `rate` requests at most and fills again within a minute; 0 is no limit."""

    rate: int
    _left: dict[int, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: int, now: float) -> None:
        """Take one request out; `now` is in seconds and only grows.

        Raises:
            TooMany: there is none left.

        """
        if not self.rate:
            return
        with self._lock:
            left, at = self._left.get(key, (float(self.rate), now))
            left = min(float(self.rate), left + max(0.0, now - at) * self.rate / 60)
            if left < 1:
                raise TooMany(self.rate, max(1, math.ceil((1 - left) * 60 / self.rate)))
            if len(self._left) >= _MOST:
                self._forget(now)
            self._left[key] = (left - 1, now)

    def _forget(self, now: float) -> None:
        """Leave out the buckets that are full again."""
        self._left = {key: (left, at) for key, (left, at) in self._left.items() if now - at < 60}
