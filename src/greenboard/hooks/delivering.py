"""Telling hooks what happened: claimed for a while, sent, and tried again later when it did not arrive.

A claim is one UPDATE that only one of several workers can win. A worker that dies in between leaves a
claim that ends by itself: what is sent may arrive twice, and carries an id to tell that by.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.hooks.models import Delivery, Event, Received
from greenboard.hooks.types import State
from greenboard.outbound import addresses, signing
from greenboard.outbound.client import client

KEPT = timedelta(days=30)
"""How long events and the log of their deliveries stay."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200))
"""Between attempts; after the last one it is given up."""
_LEASE = timedelta(minutes=2)
_ANSWER = 2_000
_MOST = 50
_IDLE = 0.5
_log = logging.getLogger("greenboard.hooks")


@dataclass(frozen=True)
class Told:
    """What came of an attempt: the status of the answer, None where there was none, and what it said."""

    status: int | None
    answer: str
    milliseconds: float

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def run(stop: threading.Event) -> None:
    """Deliver what is due until told to stop. To be run in a thread of its own."""
    with ThreadPoolExecutor(4, thread_name_prefix="hooks") as pool:
        while not stop.is_set():
            try:
                close_old_connections()
                done = deliver(clock.now(), pool)
            except DatabaseError as error:
                _log.warning("the database refused (%s); deliveries wait", str(error).strip())
                connections.close_all()
                done = 0
            if not done:
                stop.wait(_IDLE)


def deliver(now: datetime, pool: ThreadPoolExecutor | None = None) -> int:
    """Send what is due; how many deliveries were tried."""
    due = Delivery.objects.filter(state=State.WAITING.value, next_at__lte=now).order_by("next_at", "id")
    claimed = [row for row in due.select_related("hook", "event")[:_MOST] if _claim(row, now)]
    told = list((pool.map if pool else map)(_send, claimed))
    for row, came in zip(claimed, told, strict=True):
        _note(row, came)
    return len(claimed)


def purge(now: datetime) -> int:
    """Forget what is older than it is kept; give how many rows that were, deliveries included."""
    events, _ = Event.objects.filter(at__lt=now - KEPT).delete()
    received, _ = Received.objects.filter(at__lt=now - 2 * signing.PATIENCE).delete()
    return events + received


def _claim(row: Delivery, now: datetime) -> bool:
    """Make a delivery ours for a while; False where another worker was first."""
    mine = Delivery.objects.filter(pk=row.pk, state=State.WAITING.value, next_at=row.next_at)
    row.attempts += 1
    return mine.update(next_at=now + _LEASE, attempts=row.attempts, tried_at=now) == 1


def _send(row: Delivery) -> Told:
    """Send one event. It reads nothing from the database."""
    if not row.hook.active:
        return Told(None, "the hook is switched off", 0.0)
    body, started = row.event.body.encode(), time.monotonic()
    try:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Greenboard",
            "Greenboard-Event": row.event.kind,
            "Greenboard-Delivery": str(row.pk),
            signing.HEADER: signing.sign(row.hook.secret.reveal(), f"{row.pk}.".encode() + body, clock.now()),
        }
        addresses.check(row.hook.url, settings.OUTBOUND_ALLOW)
        with _client().stream("POST", row.hook.url, content=body, headers=headers) as response:
            answer = _beginning(response)
            status: int | None = response.status_code
    except UserError as error:
        status, answer = None, str(error)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError) as error:
        status, answer = None, f"{type(error).__name__}: {error}"
    return Told(status, answer, (time.monotonic() - started) * 1000)


def _beginning(response: httpx2.Response) -> str:
    """The first part of an answer: more of it is nobody's business."""
    found = b""
    for part in response.iter_raw(_ANSWER):
        found += part
        if len(found) >= _ANSWER:
            break
    return found[:_ANSWER].decode(errors="replace").replace("\x00", "\ufffd")


@lru_cache(maxsize=1)
def _client() -> httpx2.Client:
    return client(settings.OUTBOUND_ALLOW)


def _note(row: Delivery, came: Told) -> None:
    told: dict[str, Any] = {"status": came.status, "answer": came.answer[:_ANSWER]}
    told["milliseconds"] = round(came.milliseconds, 1)
    if came.arrived:
        told["state"] = State.DONE.value
    elif row.attempts > len(PAUSES) or not row.hook.active:
        told["state"] = State.FAILED.value
    else:
        told["next_at"] = clock.now() + PAUSES[row.attempts - 1]
    Delivery.objects.filter(pk=row.pk).update(**told)
