"""Lines of an inbox as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.safestring import SafeString

from greenboard.core.errors import UserError
from greenboard.core.happened import Severity
from greenboard.notifications.composing import SIGNS
from greenboard.notifications.models import Line, Notice
from greenboard.web import words
from greenboard.web.words import Said

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TONES = {Severity.INFO: "no_data", Severity.WARNING: "error", Severity.CRITICAL: "fail"}


@dataclass(frozen=True)
class Shown:
    """A notice; `entity` is whom it is about, `url` its page."""

    sign: Said
    title: str
    why: str
    todo: str
    when: SafeString | str
    url: str
    entity: str
    entity_url: str


@dataclass(frozen=True)
class Told:
    """A line: its newest notice, and how many more of its kind there are."""

    number: int
    notice: Shown
    more: int
    unread: bool


def told(row: Line, now: datetime) -> Told:
    """A line as it stands."""
    return Told(row.pk, notice(row.notice, now, row.at), row.count - 1, row.read_at is None)


def notice(row: Notice, now: datetime, at: datetime | None = None) -> Shown:
    """A notice as it is told; `at` stands for its own moment."""
    there = row.entity
    return Shown(
        sign=_sign(row),
        title=row.title,
        why=row.why,
        todo=row.todo,
        when=words.when(at or row.at, now),
        url=row.path if row.path.startswith("/") and not row.path.startswith("//") else "",
        entity=f"{there.kind}:{there.name}" if there else "",
        entity_url=f"/entities/{there.kind}/{there.namespace}/{there.name}" if there else "",
    )


def _sign(row: Notice) -> Said:
    severity = Severity(row.severity)
    if row.glyph:
        known = {said.glyph: said.key for said in words.OUTCOMES.values()} | {"▾": "fail", "▴": "pass"}
        return Said(known.get(row.glyph, _TONES[severity]), row.glyph, row.word)
    glyph, word = SIGNS[severity]
    return Said(_TONES[severity], glyph, word)


def cursor(rows: Sequence[Line]) -> str:
    """Where a list goes on behind its last row."""
    last = rows[-1]
    return f"{(last.at - _EPOCH) // timedelta(microseconds=1)}.{last.pk}"


def below(text: str) -> tuple[datetime, int] | None:
    """What a cursor stands for; None for none.

    Raises:
        UserError: it is no cursor.

    """
    if not text:
        return None
    moment, _, number = text.partition(".")
    if not (moment.isdecimal() and number.isdecimal() and text.isascii() and len(moment) < 17 and len(number) < 19):
        raise UserError("the address asks for a place that cannot be", expected="that of the link", got=repr(text[:40]))
    return _EPOCH + timedelta(microseconds=int(moment)), int(number)
