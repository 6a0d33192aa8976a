"""Sending what is written: claimed for a while, sent, and tried again later when it did not arrive.

A claim is one UPDATE that only one of several workers can win, and counts the attempt before it is made. A worker that
dies in between leaves a claim that ends by itself: what is sent may arrive twice, with the same number.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connections, transaction

from greenboard.core import clock, events
from greenboard.core.errors import UserError
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.notifications import answering, reaching, settings
from greenboard.notifications.models import Message, Notice
from greenboard.notifications.types import Came, Letter, State

KEPT = timedelta(days=90)
"""How long notices, inboxes and the log of messages stay."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200))
"""Between attempts; after the last one it is given up."""
LEASE = timedelta(minutes=2)
_ANSWER = 2_000
_MOST = 50
_IDLE = 0.5
_log = logging.getLogger("greenboard.notifications")


def run(stop: threading.Event) -> None:
    """Send what is due until told to stop. To be run in a thread of its own."""
    with ThreadPoolExecutor(4, thread_name_prefix="notifications") as pool:
        while not stop.is_set():
            try:
                close_old_connections()
                done = send(clock.now(), pool)
            except DatabaseError as error:
                _log.warning("the database refused (%s); messages wait", str(error).strip())
                connections.close_all()
                done = 0
            if not done:
                stop.wait(_IDLE)


def send(now: datetime, pool: ThreadPoolExecutor | None = None) -> int:
    """Send what is due; how many messages were tried."""
    due = Message.objects.filter(state=State.WAITING.value, next_at__lte=now).order_by("next_at", "id")
    claimed = [row for row in due.select_related("channel")[:_MOST] if _claim(row, now)]
    came = list((pool.map if pool else map)(attempt, claimed))
    for row, (what, milliseconds) in zip(claimed, came, strict=True):
        note(row, what, milliseconds)
    return len(claimed)


def attempt(row: Message) -> tuple[Came, float]:
    """Send one message, and how long that took. It reads nothing from the database."""
    started = time.monotonic()
    try:
        came = _sent(row)
    except UserError as error:  # its kind is gone, or its secret cannot be opened any more
        came = Came(False, str(error), permanent=True)
    return came, (time.monotonic() - started) * 1000


def _sent(row: Message) -> Came:
    if not row.channel.active:
        return Came(False, "the channel is switched off", permanent=True)
    letter = answering.signed(Letter.of(row.letter), row.person_id, row.channel_id, settings.origin())
    return reaching.kind(row.channel.kind).send(settings.given(row.channel), row.address, letter)


def note(row: Message, came: Came, milliseconds: float) -> None:
    """Write down what came of an attempt, and when the next one is; given up, whoever manages channels hears of it."""
    answer = f"{came.answer}\n{came.advice}".strip().replace("\x00", "\ufffd")
    told: dict[str, Any] = {"status": came.status, "answer": answer[:_ANSWER], "milliseconds": round(milliseconds, 1)}
    over = came.permanent or row.attempts > len(PAUSES)
    if came.arrived:
        told["state"] = State.DONE.value
    elif over:
        told["state"] = State.FAILED.value
    else:
        told["next_at"] = clock.now() + max(PAUSES[row.attempts - 1], came.after or timedelta())
    with transaction.atomic():
        Message.objects.filter(pk=row.pk).update(**told)
        if over and not came.arrived:
            events.announce(_given_up(row, came))


def _claim(row: Message, now: datetime) -> bool:
    """Make a message ours for a while; False where another worker was first."""
    mine = Message.objects.filter(pk=row.pk, state=State.WAITING.value, next_at=row.next_at)
    row.attempts += 1
    return mine.update(next_at=now + LEASE, attempts=row.attempts, tried_at=now) == 1


def _given_up(row: Message, came: Came) -> Happened:
    return Happened(
        Happening.CHANNEL_FAILED,
        clock.now(),
        f"A message by the channel {row.channel.name} was given up after {_counted(row.attempts)}.",
        why=came.answer.partition("\n")[0][:300],
        todo=came.advice or "Look at the log of the channel, mend it, and send the message again.",
        path=f"/channels/{row.channel_id}",
        severity=Severity.WARNING,
        key=f"channel.failed:{row.channel_id}",
        data={"channel": row.channel.name, "message": row.pk, "attempts": row.attempts},
    )


def _counted(attempts: int) -> str:
    return "one attempt" if attempts == 1 else f"{attempts} attempts"


def purge(now: datetime) -> int:
    """Forget what is older than it is kept, with its lines; how many rows. What still waits stays."""
    over = (State.DONE.value, State.FAILED.value)
    messages, _ = Message.objects.filter(created_at__lt=now - KEPT, state__in=over).delete()
    notices, _ = Notice.objects.filter(at__lt=now - KEPT, spread_at__isnull=False).delete()
    return messages + notices
