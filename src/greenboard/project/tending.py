"""What time brings about: reminders, ends, due dates. Looked at every few seconds by every worker.

Each `tend(now)` does what is due by then and gives how much that was. It takes what it does by a row that only
one worker can change, in the transaction that does it: so everything happens once, however many workers
there are and whatever is restarted, and what was missed while nobody ran is done at the next look.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connections

from greenboard.attestations import tending as attestations
from greenboard.campaigns import tending as campaigns
from greenboard.core import clock
from greenboard.exemptions import tending as exemptions
from greenboard.notifications import tending as notifications
from greenboard.reports import tending as reports
from greenboard.reviews import tending as reviews
from greenboard.workflows import tending as workflows

Tend = Callable[[datetime], int]
TENDERS: tuple[Tend, ...] = (
    attestations.tend,
    exemptions.tend,
    campaigns.tend,
    reviews.tend,
    reports.tend,
    workflows.tend,
    notifications.tend,
)
PAUSE = 5.0
"""Seconds between two looks when nothing was due."""
_log = logging.getLogger("greenboard.worker")


def run(stop: threading.Event) -> None:
    """Look at what is due until told to stop. To be run in a thread of its own."""
    while not stop.is_set():
        if not tend(clock.now()):
            stop.wait(PAUSE)


def tend(now: datetime) -> int:
    """Do all that is due at a moment; how much that was. What the database refuses waits for the next look."""
    done = 0
    for one in TENDERS:
        try:
            close_old_connections()
            done += one(now)
        except DatabaseError as error:
            _log.warning("the database refused (%s); %s waits", str(error).strip(), one.__module__)
            connections.close_all()
    return done
