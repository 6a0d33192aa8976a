"""A connection and the runtime that talks to its tool: where both meet."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import httpx2
from django.conf import settings

from greenboard.collection import knowing
from greenboard.collection.buckets import SharedBuckets
from greenboard.collection.keeping import About
from greenboard.connections import calling, collecting, discovery, probing, service
from greenboard.connections import types as seam
from greenboard.connections.integration import Integration
from greenboard.connections.models import Connection
from greenboard.connections.types import Answer, Caller, Event, Probe, Request
from greenboard.outbound.client import client

FOLDER = "connections"
_TIMEOUT = 30.0
Stop = Callable[[], bool]
"""Whether to begin nothing more."""


@dataclass
class Counting:
    """A caller that counts what it is asked for. Safe to use from several threads."""

    call: Caller
    calls: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request, /) -> Answer:
        """Pass a call on; errors as for the caller itself."""
        with self._lock:
            self.calls += 1
        answer = self.call(request)
        with self._lock:
            self.calls += answer.calls - 1
            self.bytes += len(answer.body)
        return answer

    def taken(self) -> tuple[int, int]:
        """Calls and bytes since this was last asked."""
        with self._lock:
            found, self.calls, self.bytes = (self.calls, self.bytes), 0, 0
        return found


@dataclass(frozen=True)
class Reached:
    """A connection that is ready to be talked through."""

    row: Connection
    opened: seam.Connection
    buckets: SharedBuckets
    call: Counting
    stop: Stop

    def collect(self, now: datetime, *, keep: bool = True) -> Iterator[Event]:
        """What the tool shows. Without `keep` nothing is remembered for the next time."""
        place = work_file(self.row) if keep else None
        return collecting.collect(self.opened, now=now, call=self.call, work=place, stop=self.stop)

    def look(self, now: datetime, only: Mapping[str, tuple[str, ...]]) -> Iterator[Event]:
        """What the tool shows of some things, as ids by stream."""
        place = work_file(self.row)
        return collecting.collect(
            self.opened, now=now, call=self.call, work=place if place.exists() else None, only=only, stop=self.stop
        )

    def probe(self, now: datetime) -> Probe:
        """Whether the connection works, and what is missing."""
        return probing.probe(self.opened, now=now, call=self.call)


def reach(row: Connection, stop: Stop = collecting.never) -> Reached:
    """Make a connection ready. When `stop` says so, waiting for the tool ends soon.

    Raises:
        UserError: as `service.opened`.

    """
    opened, buckets = service.opened(row), SharedBuckets(row.pk)
    known = knowing.known(opened.integration.manifest.knows, row.name)
    opened = replace(opened, known=known, allowed=settings.OUTBOUND_ALLOW)
    call = calling.caller(opened, client=_client(), buckets=buckets, stop=stop)
    return Reached(row, opened, buckets, Counting(call), stop)


def work_file(row: Connection) -> Path:
    """Where the runtime keeps what it needs from one collection to the next. It may be lost: then all is read again."""
    folder = Path(settings.BASE_DIR) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{row.pk}.sqlite3"


def about(declared: Integration) -> About:
    """The streams of the subjects that each fact type is about."""
    found: dict[str, set[str]] = defaultdict(set)
    for fact in declared.manifest.facts:
        subject = declared.manifest.subjects.get(fact.about)
        if subject is not None:
            found[fact.type].add(subject.stream)
    return found


def about_of(row: Connection) -> About:
    """The same for a connection; nothing is known where its integration is not there any more."""
    known = discovery.found().get(row.integration)
    return about(known) if known else {}


@lru_cache(maxsize=1)
def _client() -> httpx2.Client:
    return client(settings.OUTBOUND_ALLOW, timeout=_TIMEOUT)
