"""How much may be asked of a tool, counted for all processes together in the database.

A process takes several calls at once where many are allowed, so that counting costs little.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, connections, transaction

from greenboard.collection.models import Bucket

_AHEAD = 0.5
"""Seconds of calls that a process takes at once."""


@dataclass
class SharedBuckets:
    """Buckets of one connection. Safe to use from several threads; `Buckets` of the seam.

    `home` is the thread that keeps its connection to the database; others give theirs back.
    """

    connection: int
    home: threading.Thread = field(default_factory=threading.current_thread)
    _own: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, connection: str, bucket: str, rate: float, burst: float, now: datetime) -> float:  # noqa: ARG002 - it is that of `connection`
        """Take one call of a bucket; how many seconds to wait before it."""
        with self._lock:
            own = self._own.get(bucket, 0.0)
            if own < 1:
                wanted = max(1.0, min(rate * _AHEAD, burst))
                own, wait = self._fetch(bucket, rate, burst, now.timestamp(), wanted)
            else:
                wait = 0.0
            self._own[bucket] = own - 1
            return wait

    def empty(self, connection: str, bucket: str, until: datetime) -> None:  # noqa: ARG002 - as above
        """Nothing is left until a moment: whoever asks before waits until then."""
        with self._lock, self._row(bucket, 0.0, until.timestamp()) as row:
            self._own[bucket] = 0.0
            row.tokens, row.at = min(row.tokens, 0.0), max(row.at, until.timestamp())

    def _fetch(self, bucket: str, rate: float, burst: float, now: float, wanted: float) -> tuple[float, float]:
        """Calls taken, and seconds to wait for the last of them; at least one is always given."""
        with self._row(bucket, burst, now) as row:
            # A moment ahead is one until which nothing is left: it fills from there.
            filled = min(burst, row.tokens + max(now - row.at, 0.0) * rate)
            taken = min(wanted, filled) if filled >= 1 else 1.0
            row.tokens, row.at = filled - taken, max(row.at, now)
            short = max(-row.tokens / rate, 0.0) if rate > 0 else 0.0
            return taken, max(row.at - now, 0.0) + short

    @contextmanager
    def _row(self, bucket: str, tokens: float, at: float) -> Iterator[Bucket]:
        try:
            with transaction.atomic():
                row = self._locked(bucket, tokens, at)
                yield row
                row.save(update_fields=["tokens", "at"])
        finally:
            if threading.current_thread() is not self.home:
                connections.close_all()

    def _locked(self, bucket: str, tokens: float, at: float) -> Bucket:
        rows = Bucket.objects.select_for_update().filter(connection_id=self.connection, name=bucket)
        found = rows.first()
        if found is not None:
            return found
        try:
            with transaction.atomic():
                return Bucket.objects.create(connection_id=self.connection, name=bucket, tokens=tokens, at=at)
        except IntegrityError:  # another process made it just now
            return rows.get()
