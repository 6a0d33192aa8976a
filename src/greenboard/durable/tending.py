"""What each worker does for the work of all: hand over wishes that were left, and take over the work of the dead."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from django.db import DatabaseError, close_old_connections, connections

from greenboard.core import clock
from greenboard.durable import outbox
from greenboard.durable.engine import Engine, Unreachable
from greenboard.durable.locks import Locks, LocksLost

EVERY = 1.0
"""Seconds between two looks."""
_FREE = 3
"""Looks in a row at which a name must be free: its owner takes one that a restarted database forgot before that."""
log = logging.getLogger("greenboard.durable")


@dataclass
class Tending:
    """One worker's looks. `locks` are others than those by which it holds its own name."""

    engine: Engine
    locks: Locks
    name: str
    _free: dict[str, int] = field(default_factory=dict)
    _told: bool = False

    def look(self) -> None:
        """Look once. A database that does not answer is asked again at the next look."""
        try:
            close_old_connections()
            outbox.sweep(clock.now())
            self._take_over()
            self._told = False
        except (Unreachable, DatabaseError, LocksLost) as error:
            if not self._told:
                log.warning("durable work waits for the database: %s", " ".join(str(error).split()))
            self._told = True
            self._free.clear()
            connections.close_all()

    def _take_over(self) -> None:
        others = self.engine.working() - {self.name}
        self._free = {name: self._free.get(name, 0) for name in others}
        for name in sorted(others):
            if not self.locks.take(name):
                self._free[name] = 0
                continue
            try:
                self._free[name] += 1
                if self._free[name] >= _FREE:
                    began = time.monotonic()
                    taken = self.engine.take_over(name)
                    log.warning("took over %d runs of %s in %.1f s", taken, name, time.monotonic() - began)
            finally:
                self.locks.give(name)
