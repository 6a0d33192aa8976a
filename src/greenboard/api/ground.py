"""The ground that drafts are held against: one for the process, read again when something changed."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connections
from django.db.models import Max

from greenboard.catalog.models import EntityVersion, RelationInterval
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.results import live
from greenboard.results.ground import Ground
from greenboard.results.models import Run

FRESH = 1.0
"""Seconds for which nobody asks whether something changed."""
OLD = 60.0
"""Seconds after which it is read again in any case, for the rules that read the clock."""
SMALL = 500
"""So many entities are read at once; more are read aside, while the ground of before answers."""

_Mark = tuple[int | None, ...]


@dataclass
class _Kept:
    ground: Ground | None = None
    mark: _Mark = ()
    read_at: float = 0.0
    asked_at: float = 0.0
    coming: Future[tuple[Ground, _Mark]] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept = _Kept()
_aside = ThreadPoolExecutor(1, thread_name_prefix="ground")


def current() -> Ground | None:
    """The ground of now, or of a moment ago; None while the first one is being read: ask again."""
    with _kept.lock:
        if _kept.coming is not None and _kept.coming.done():
            coming, _kept.coming = _kept.coming, None
            _take(*coming.result())
        if _kept.coming is None and _stale():
            if EntityVersion.objects.filter(valid_to__isnull=True).count() <= SMALL:
                _take(*_read())
            else:
                _kept.coming = _aside.submit(_read_aside)
        return _kept.ground


def forget() -> None:
    """Read anew at the next call."""
    global _kept  # noqa: PLW0603 - the one ground of the process
    _kept = _Kept()


def _take(ground: Ground, mark: _Mark) -> None:
    _kept.ground, _kept.mark = ground, mark
    _kept.read_at = _kept.asked_at = time.monotonic()


def _stale() -> bool:
    if _kept.ground is None or time.monotonic() - _kept.read_at > OLD:
        return True
    if time.monotonic() - _kept.asked_at < FRESH:
        return False
    _kept.asked_at = time.monotonic()
    return _mark() != _kept.mark


def _mark() -> _Mark:
    """Another one whenever something was written that a rule could read."""
    tables = (EntityVersion, RelationInterval, FactInterval, GapInterval, Run)
    return tuple(model.objects.aggregate(last=Max("id"))["last"] for model in tables)


def _read() -> tuple[Ground, _Mark]:
    mark = _mark()  # first: what is written meanwhile makes it stale again
    return live.load(), mark


def _read_aside() -> tuple[Ground, _Mark]:
    try:
        return _read()
    finally:
        connections.close_all()
