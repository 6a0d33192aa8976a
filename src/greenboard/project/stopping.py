"""Stopping in good order, within a time."""

from __future__ import annotations

import logging
import os
import signal
import threading

log = logging.getLogger("greenboard.worker")
LATE = 75
"""Exit code of a process whose work was taken back (EX_TEMPFAIL of BSD's sysexits.h)."""


def told(seconds: float) -> threading.Event:
    """An event that is set when the process is told to stop; it is ended if it still runs `seconds` later.

    What is in hand is then in a transaction, which the database takes back.
    """
    stop = threading.Event()

    def heard(*_: object) -> None:
        if not stop.is_set():
            stop.set()
            threading.Thread(target=_end, args=(seconds,), daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    return stop


def _end(seconds: float) -> None:
    threading.Event().wait(seconds)
    log.error("the work in hand took longer than %g s after the stop: it is taken back", seconds)
    os._exit(LATE)
