"""The audit log: every change by whom, from where, before and after. Append-only, chained by digests.

`note` is called by services, last in the transaction of what it tells: both are there or neither.
From then to the end of the transaction others who note wait, so that the chain has one order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from greenboard.access import chain, origin
from greenboard.access.chain import Verified
from greenboard.access.models import Entry
from greenboard.access.origin import Origin
from greenboard.core import clock
from greenboard.core.errors import UserError

_KEY = 0x61756474
"""Any number that no other lock of the product uses."""


def note(action: str, target: str = "", *, before: Any = None, after: Any = None, by: Origin | None = None) -> Entry:
    """Append one line.

    `action` is a word or two with a dot (`grant.made`), `target` what it was done to, `before` and
    `after` plain JSON that holds no secret; None is nothing. `by` is whoever acts, unless stated.
    """
    who = by or origin.current()
    with transaction.atomic():
        _alone()
        last = Entry.objects.order_by("-number").values_list("number", "digest").first() or (0, "")
        line = Entry(
            number=last[0] + 1,
            at=clock.now(),
            actor_kind=who.kind,
            actor=_text(who.name, 200),
            via=who.via,
            address=_text(who.address, 64),
            request=_text(who.request, 64),
            action=action,
            target=_text(target, 400),
            before="" if before is None else chain.canonical(before),
            after="" if after is None else chain.canonical(after),
            previous=last[1],
        )
        line.digest = chain.digest(vars(line))
        line.save(force_insert=True)
    return line


def _alone() -> None:
    """Wait until nobody else appends. SQLite's immediate transactions are alone anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])


def _text(text: str, most: int) -> str:
    """Text that every database carries, on one line and no longer than its column."""
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def verify() -> Verified:
    """Follow the whole chain, line by line; memory stays flat."""
    rows = Entry.objects.order_by("number").values(*chain.COVERED, "digest")
    return chain.verify(rows.iterator(chunk_size=2000))


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty part asks for nothing. `start` and `end` are moments, the end excluded."""

    actor: str = ""
    action: str = ""
    target: str = ""
    start: datetime | None = None
    end: datetime | None = None


def search(wanted: Wanted, *, below: int | None = None) -> QuerySet[Entry]:
    """The lines that fit, newest first: actor and target by a part of the text, action by its beginning.

    `below` goes on where a page ended.

    Raises:
        UserError: the end is before the start.

    """
    if wanted.start and wanted.end and wanted.end <= wanted.start:
        raise UserError("the span ends before it begins", hint="Exchange the two days.")
    parts = {
        "actor__icontains": wanted.actor,
        "action__startswith": wanted.action,
        "target__icontains": wanted.target,
        "at__gte": wanted.start,
        "at__lt": wanted.end,
        "number__lt": below,
    }
    return Entry.objects.filter(**{key: value for key, value in parts.items() if value not in ("", None)}).order_by(
        "-number"
    )


def actions() -> list[str]:
    """Every action that was ever noted, in order."""
    return sorted(Entry.objects.order_by().values_list("action", flat=True).distinct())


def lines(found: QuerySet[Entry]) -> Iterator[dict[str, Any]]:
    """Lines as plain JSON, as they are exported and as `chain.digest` covers them, with their digest."""
    for row in found.values(*chain.COVERED, "digest").iterator(chunk_size=2000):
        yield {**row, "at": chain.moment(row["at"])}
