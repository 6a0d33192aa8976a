"""The ground that drafts are held against: one for the process, kept in step with the database."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connections

from greenboard.catalog.models import EntityVersion
from greenboard.core import clock
from greenboard.results.ground import Ground
from greenboard.results.live import Live

SMALL = 500
"""So many entities are read at once; more are read aside, and the first who ask are told to ask again."""

NEAR = timedelta(seconds=20)
"""How far the clock of a ground may be behind while somebody types."""

_log = logging.getLogger(__name__)


@dataclass
class _Kept:
    live: Live = field(default_factory=Live)
    coming: Future[None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: Ground | None = None


_kept = _Kept()
_aside = ThreadPoolExecutor(1, thread_name_prefix="ground")


def current() -> Ground | None:
    """The ground of now; None while it is being read for the first time: ask again."""
    with _kept.lock:
        if not _kept.live.loaded and not _small():
            if _kept.coming is None or _kept.coming.done():
                _kept.coming = _aside.submit(_read_aside, _kept.live)
            return None
    return _steady(_kept.live.ground(clock.now()))


def _steady(fresh: Ground) -> Ground:
    """The ground given last, with all that was worked out on it, as long as no fact changed and its clock is near."""
    last = _kept.last
    if last is None or not last.shares_facts(fresh) or fresh.frame.now - last.frame.now > NEAR:
        _kept.last = last = fresh
    return last


def forget() -> None:
    """Read anew at the next call."""
    global _kept  # noqa: PLW0603 - the one ground of the process
    _kept = _Kept()


def _small() -> bool:
    return EntityVersion.objects.filter(valid_to__isnull=True).count() <= SMALL


def _read_aside(live: Live) -> None:
    try:
        live.ground(clock.now())
    except Exception:  # the boundary of the thread: whoever asks next begins again, and the log says why
        _log.exception("the catalog could not be read")
        raise
    finally:
        connections.close_all()
