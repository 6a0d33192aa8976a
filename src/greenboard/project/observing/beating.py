"""The heartbeat of a worker: that it is at work, and what it did, for `doctor` and the metrics."""

from __future__ import annotations

import os
import socket
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from greenboard.core import clock
from greenboard.project.models import Heartbeat
from greenboard.results.continuous import Done

BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds; the bounds by which turns are counted."""
EVERY = 5.0
LATE = timedelta(minutes=1)
"""A beat that is older is late: the worker is in a long turn, or gone."""
_FORGOTTEN = timedelta(days=1)


@dataclass
class Beating:
    """What one worker did so far. `file` is touched at each beat, for probes that have no database."""

    file: Path
    worker: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}"[:200])
    began_at: datetime = field(default_factory=clock.now)
    turns: int = 0
    seconds: float = 0.0
    marks: int = 0
    results_changed: int = 0
    levels_changed: int = 0
    refusals: int = 0
    spread: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    _last: float = field(default=-EVERY, repr=False)

    def count(self, done: Done, seconds: float) -> None:
        """Count a turn that did something."""
        self.turns += 1
        self.seconds += seconds
        self.marks += done.marks
        self.results_changed += done.results_changed
        self.levels_changed += done.levels_changed
        self.spread[bisect_left(BOUNDS, seconds)] += 1

    def beat(self) -> None:
        """Say that the worker is at work, if the last time was a while ago."""
        if time.monotonic() - self._last < EVERY:
            return
        now = clock.now()
        Heartbeat.objects.update_or_create(worker=self.worker, defaults={**self._told(), "beat_at": now})
        if self._last < 0:
            Heartbeat.objects.filter(beat_at__lt=now - _FORGOTTEN).delete()
        self.file.touch()
        self._last = time.monotonic()

    def end(self) -> None:
        """Say that the worker stopped in good order."""
        Heartbeat.objects.filter(worker=self.worker).delete()

    def _told(self) -> dict[str, object]:
        names = ("began_at", "turns", "seconds", "marks", "results_changed", "levels_changed", "refusals", "spread")
        return {name: getattr(self, name) for name in names}
