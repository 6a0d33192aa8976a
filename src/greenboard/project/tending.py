"""What time brings about: reminders, ends, due dates. Looked at every few seconds by every worker.

Each `tend(now)` does what is due by then and gives how much that was. It takes what it does by a row that only
one worker can change, in the transaction that does it: so everything happens once, however many workers
there are and whatever is restarted, and what was missed while nobody ran is done at the next look. Reports take
minutes to draw and post: they have a thread of their own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connections

from greenboard.attestations import tending as attestations
from greenboard.campaigns import tending as campaigns
from greenboard.core import clock
from greenboard.exemptions import tending as exemptions
from greenboard.facts import crewing
from greenboard.notifications import tending as notifications
from greenboard.reports import tending as reports
from greenboard.reviews import tending as reviews
from greenboard.workflows import tending as workflows

Tend = Callable[[datetime], int]
PROMPT: tuple[Tend, ...] = (
    crewing.tend,
    attestations.tend,
    exemptions.tend,
    campaigns.tend,
    reviews.tend,
    workflows.tend,
    notifications.tend,
)
SLOW: tuple[Tend, ...] = (reports.tend,)
TENDERS = (*PROMPT, *SLOW)
PAUSE = 5.0
"""Seconds between two looks when nothing was due."""
BREATH = 0.5
"""The same when something was: judging shares the processor, and on SQLite the right to write."""
_log = logging.getLogger("greenboard.worker")


def run(stop: threading.Event) -> None:
    """Look at what is due until told to stop. To be run in a thread of its own."""
    _run(stop, PROMPT)


def run_slow(stop: threading.Event) -> None:
    """As `run`, for what takes long."""
    _run(stop, SLOW)


def _run(stop: threading.Event, tenders: Sequence[Tend]) -> None:
    while not stop.is_set():
        stop.wait(BREATH if tend(clock.now(), tenders) else PAUSE)


def tend(now: datetime, tenders: Sequence[Tend] = TENDERS) -> int:
    """Do all that is due at a moment; how much that was. What the database refuses waits for the next look."""
    return sum(_tended(one, now) for one in tenders)


def _tended(tender: Tend, now: datetime) -> int:
    """What one of them did. An error of one is told with its name, and keeps no other from its work."""
    try:
        close_old_connections()
        return tender(now)
    except DatabaseError as error:
        _log.warning("the database refused (%s); %s waits", str(error).strip(), tender.__module__)
        connections.close_all()
    except Exception:  # noqa: BLE001 - the boundary of what time brings about: reminders go on although reports cannot
        _log.exception("%s failed at what is due, and tries again at the next look", tender.__module__)
    return 0
