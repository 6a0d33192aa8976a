"""When it will be done, as far as the pace so far can tell: an interval, or that there is none. Pure.

Each day's progress is what remained less on it, so that what joins counts against it. Progress is taken as a walk with
a steady drift: the interval widens with the noise of the days and with how few of them were seen. See decision 0035.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import erf, sqrt

LEAST = 7
"""So many days have to be seen."""
WINDOW = 42
"""So many are looked at: what was longer ago says little."""
SHARE = 80
"""In so many of a hundred cases the end lies in the interval, if the pace stays as it was."""
_Z = 1.2816
_FAR = 730
"""Days beyond which nothing is said."""


@dataclass(frozen=True)
class Day:
    """What was asked and met at the end of a day."""

    on: date
    total: int
    done: int

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True)
class Forecast:
    """When everything will be met. `latest` None: maybe never. `by_due` is the probability, 0 to 1.

    `pace` is how much less remains each day.
    """

    earliest: date | None
    likely: date | None
    latest: date | None
    pace: float
    by_due: float
    days: int


def forecast(days: Sequence[Day], due: date) -> Forecast | None:
    """What the last days tell; None where too few were seen. `days` are consecutive, the last one is today."""
    seen = list(days)[-(WINDOW + 1) :]
    steps = [before.left - after.left for before, after in pairwise(seen)]
    if len(steps) < LEAST:
        return None
    today, left, count = seen[-1].on, seen[-1].left, len(steps)
    pace = sum(steps) / count
    # Bursts come together: the noise is that of whole weeks where there are some, else of days.
    noise, samples = _noise(steps, pace)
    # Of few samples the noise is known badly itself: Student's t, by the first terms of its expansion.
    reach = _Z + (_Z**3 + _Z) / (4 * max(samples - 1, 1))
    if left <= 0:
        return Forecast(today, today, today, pace, 1.0, count)

    def spread(ahead: int) -> float:
        return sqrt(noise * ahead * (1 + ahead / count))

    def first(reached: float) -> date | None:
        found = (n for n in range(1, _FAR + 1) if pace * n + reached * spread(n) >= left)
        at = next(found, None)
        return None if at is None else today + timedelta(days=at)

    ahead = (due - today).days
    by_due = _normal((pace * ahead - left) / spread(ahead)) if ahead > 0 and noise else float(pace * ahead >= left)
    return Forecast(
        first(reach), first(0.0) if pace > 0 else None, first(-reach), pace, by_due if ahead > 0 else 0.0, count
    )


def _noise(steps: Sequence[int], pace: float) -> tuple[float, int]:
    """The variance of a day, from sums of weeks if there are three of them at least; and of how many sums."""
    size = 7 if len(steps) >= 21 else 1
    whole = len(steps) // size
    sums = [sum(steps[len(steps) - (at + 1) * size : len(steps) - at * size]) for at in range(whole)]
    return sum((one - pace * size) ** 2 for one in sums) / max(whole - 1, 1) / size, whole


def _normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2
