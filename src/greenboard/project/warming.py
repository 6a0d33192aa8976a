"""Reading what pages count in before the first page is asked for: catalog, results and changes of now.

Until that is done the process says that it is not ready, so that whoever spreads requests leaves it
out; after a bound it says so no more, because a slow page is better than none.
"""

from __future__ import annotations

import gc
import logging
import threading
import time

from django.db import DatabaseError, connections
from django.urls import get_resolver

log = logging.getLogger("greenboard.web")
BOUND = 120.0
"""Seconds; who is not done by then serves all the same, and reads the rest with the first page."""
_SLOW = 2.0


class Warming:
    """What one process reads at its start, in a thread of its own."""

    def __init__(self, bound: float = BOUND) -> None:
        self._until = time.monotonic() + bound
        self._over = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="warming", daemon=True).start()

    def reason(self) -> str | None:
        """Why the process is not ready yet, or None."""
        if self._over.is_set() or time.monotonic() > self._until:
            return None
        return "the catalog and its results are being read"

    def _run(self) -> None:
        started = time.monotonic()
        try:
            read()
        except DatabaseError as error:  # what readiness says of the database is enough
            log.warning("nothing was read ahead: the database refused (%s)", str(error).strip())
        finally:
            self._over.set()
            connections.close_all()
        # What was read stays: looking through it for garbage again and again costs a page a fifth of its time.
        gc.freeze()
        taken = time.monotonic() - started
        if taken > _SLOW:
            log.info("read the catalog and its results in %.1f s", taken)


def read() -> None:
    """Read it all: what is known already costs a query each."""
    from greenboard.catalog import columns, whole
    from greenboard.connections import discovery
    from greenboard.core import clock
    from greenboard.results import changes, matrix
    from greenboard.web import content
    from greenboard.web.catalog.model import texts

    assert get_resolver().url_patterns, "every page and operation is loaded"
    found = whole.whole()
    columns.index(found)
    texts(found)
    for card in content.scorecards():
        matrix.matrix(card.name)
        changes.changes(card.name, clock.now())
    discovery.found()  # what tools send is to be understood within a second, the first time as well


_begun: list[Warming] = []


def begin() -> None:
    """Read ahead in this process, which is to serve pages."""
    _begun[:] = [Warming()]
    _begun[0].start()


def reasons() -> list[str]:
    """Why this process is not ready for what it still reads; nothing where it reads nothing ahead."""
    return [reason for one in _begun if (reason := one.reason())]
