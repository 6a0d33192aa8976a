"""The worker: keeps all results right until it is told to stop."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from greenboard.collection import refreshing, scheduling
from greenboard.core import clock, spans
from greenboard.facts.store import vocabulary
from greenboard.hooks import delivering
from greenboard.notifications import sending
from greenboard.project import tending
from greenboard.project.observing.beating import Beating
from greenboard.results.continuous import Continuous, Done
from greenboard.results.live import Live
from greenboard.scorecards.order import in_order
from greenboard.scorecards.store import standards
from greenboard.scorecards.types import Scorecard

log = logging.getLogger("greenboard.worker")

PAUSES = (0.025, 0.1)
"""Seconds between two looks for marks while there is work, and when there was none for a while.

Half of it is what a change waits on average.
"""
_QUIET = 5.0
_BACK_OFF = (0.1, 0.5, 1.0, 2.0, 5.0)
_EDITS = 0.5
_SLOW = 1.0
GONE = "SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2"
"""What a session on PostgreSQL is told; without it a machine that lost its power keeps its locks for two hours."""


def work(stop: threading.Event, beat_file: Path, parent: int | None = None) -> None:
    """Take turns until `stop` is set, or the process `parent` is gone."""
    for beside in (delivering.run, sending.run, scheduling.run, refreshing.run, tending.run, tending.run_slow):
        name = f"{beside.__module__.rpartition('.')[2]}.{beside.__name__}"
        threading.Thread(target=beside, args=(stop,), name=name, daemon=True).start()
    beating = Beating(beat_file)
    connection_created.connect(_noticed_when_gone)
    watch = Continuous(_Standards().now, Live(_Progress(beating).say))
    failures, ready, busy = 0, False, time.monotonic()
    while not stop.is_set() and (parent is None or os.getppid() == parent):
        try:
            beating.beat()
            done = _turn(watch, beating)
        except DatabaseError as error:
            # The database may be restarted, full or locked: what was not written is still marked.
            pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
            failures += 1
            beating.refusals += 1
            log.warning("the database refused (%s); trying again in %g s", str(error).strip(), pause)
            connections.close_all()
            stop.wait(pause)
            continue
        failures = 0
        if not ready:
            ready = True
            log.info("ready")
        if done is None:
            stop.wait(PAUSES[time.monotonic() - busy > _QUIET])
        else:
            busy = time.monotonic()
    with suppress(DatabaseError):  # then the beat is late before long
        beating.end()


class _Standards:
    """The scorecards that hold, asked for twice a second: an edited rule is judged within one."""

    def __init__(self) -> None:
        self._asked = 0.0
        self._known: Sequence[Scorecard] = ()

    def now(self) -> Sequence[Scorecard]:
        """Those that others read first."""
        if time.monotonic() - self._asked > _EDITS:
            self._known = in_order(standards(vocabulary()))
            self._asked = time.monotonic()
        return self._known


def _turn(watch: Continuous, beating: Beating) -> Done | None:
    close_old_connections()
    started = time.monotonic()
    with spans.span("turn") as tell:
        done = watch.turn(clock.now())
        if done is not None:
            tell(marks=done.marks, results_changed=done.results_changed, looked=done.looked)
    taken = time.monotonic() - started
    if done is not None:
        beating.count(done, taken)
    if done is not None and taken > _SLOW:
        log.info("%d marks, %d results changed, in %.1f s", done.marks, done.results_changed, taken)
    return done


class _Progress:
    """Tells of reading the catalog, which takes long where it is large."""

    def __init__(self, beating: Beating) -> None:
        self._beating = beating

    def say(self, read: int, of: int) -> None:
        self._beating.beat()
        if of >= 5_000 and read % 5_000 == 0:
            log.info("read %d of %d entities", read, of)


def _noticed_when_gone(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have PostgreSQL notice within ten seconds that this machine is gone, and give others what it had in hand."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(GONE)
