"""Writing the letters of messages whose gathering has ended: once, of what the receiver may see at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.access.decide import sight
from greenboard.access.sight import EVERYTHING
from greenboard.catalog.sight import condition
from greenboard.core.happened import Severity
from greenboard.core.refs import Ref
from greenboard.notifications import levels, settings
from greenboard.notifications.composing import Told, letter
from greenboard.notifications.models import Message
from greenboard.notifications.models import Notice as Row
from greenboard.notifications.types import Gathers, Notice, State, number

_MOST = 50
_INBOX, _SETTINGS, _CHANNELS = "/inbox", "/notifications", "/channels"


def write(now: datetime) -> int:
    """Write what has gathered long enough; how many messages."""
    full = Message.objects.filter(state=State.GATHERING.value, until__lte=now).order_by("until", "id")
    return sum(_write(one, now) for one in list(full.values_list("pk", flat=True)[:_MOST]))


def _write(key: int, now: datetime) -> bool:
    standing = _standing(key)  # before the transaction: nobody who writes waits for it
    with transaction.atomic():
        mine = Message.objects.filter(pk=key, state=State.GATHERING.value)
        if not mine.update(state=State.WAITING.value, next_at=now):
            return False
        row = Message.objects.select_related("person", "channel").get(pk=key)
        notices = [notice(one) for one in _rows(row)]
        if not notices:  # what it was about may not be seen any more
            row.delete()
            return True
        row.letter = letter(notices, told(row, now, len(row.cases) - len(notices), standing)).plain()
        row.save(update_fields=["letter"])
    return True


def _rows(message: Message) -> Sequence[Row]:
    mine = EVERYTHING if message.person is None else sight(message.person)
    rows = Row.objects.filter(pk__in=message.cases).order_by("id")
    if mine.everything:
        return list(rows)
    return [one for one in rows if not one.about] + list(rows.filter(condition(mine, "entity_id")).exclude(about=""))


def told(message: Message, now: datetime, unseen: int = 0, standing: str = "") -> Told:
    """What a message says besides its cases; `unseen` of them may not be seen. `standing` as in `Told`."""
    of_person, team = message.person is not None, _team(message)
    return Told(
        number=number(message.pk, message.created_at),
        at=now,
        gathers=Gathers(message.gathers),
        count=message.count - unseen,
        origin=settings.origin(),
        path=_INBOX if of_person else "/",
        to=team.short if team else "",
        foot=message.reason,
        settings=_SETTINGS if of_person else _CHANNELS,
        standing=standing,
    )


def _team(message: Message) -> Ref | None:
    return Ref.parse(message.receiver.removeprefix("team:")) if message.receiver.startswith("team:") else None


def _standing(key: int) -> str:
    """Where a team stands, for its digest; "" for every other message."""
    row = Message.objects.filter(pk=key, gathers=Gathers.DIGEST.value, receiver__startswith="team:").first()
    team = _team(row) if row is not None else None
    return levels.standing(team, _last_digest(row)) if row is not None and team is not None else ""


def _last_digest(message: Message) -> datetime:
    """When the digest before was full; of the first one a day before it began."""
    mine = Message.objects.filter(channel=message.channel_id, receiver=message.receiver, address=message.address)
    last = mine.filter(gathers=Gathers.DIGEST.value, pk__lt=message.pk).order_by("-pk").first()
    return last.until if last else message.created_at - timedelta(days=1)


def notice(row: Row) -> Notice:
    """A row as the value that letters are made of."""
    return Notice(
        at=row.at,
        title=row.title,
        why=row.why,
        todo=row.todo,
        path=row.path,
        severity=Severity(row.severity),
        glyph=row.glyph,
        word=row.word,
        answer=row.answer,
    )
