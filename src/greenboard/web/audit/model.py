"""Lines of the audit log as values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from greenboard.access.audit import Wanted
from greenboard.access.chain import COVERED
from greenboard.access.models import Entry
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web import words

FIELDS = ("actor", "action", "target", "start", "end")
COLUMNS = (*(name for name in COVERED if name != "previous"), "digest")
"""Those of the export as CSV: JSON lines have the digest before, too, by which the chain can be followed."""


@dataclass(frozen=True)
class Line:
    """One line."""

    number: int
    at: str
    moment: str
    actor: str
    source: str
    action: str
    target: str
    before: str
    after: str
    request: str


def line(row: Entry) -> Line:
    """A line for the eye."""
    return Line(
        number=row.number,
        at=words.exact(row.at),
        moment=clock.format_time(row.at),
        actor=row.actor or "A stranger",
        source=" from ".join(part for part in (row.via, row.address) if part),
        action=row.action,
        target=row.target,
        before=_readable(row.before),
        after=_readable(row.after),
        request=row.request,
    )


def _readable(text: str) -> str:
    """JSON as `name: value` lines; texts of several lines stand as they are."""
    if not text:
        return ""
    told = json.loads(text)
    return (
        "\n".join(f"{name}: {_plain(value)}" for name, value in told.items())
        if isinstance(told, dict)
        else _plain(told)
    )


def _plain(value: object) -> str:
    if isinstance(value, str):
        return f"\n{value}" if "\n" in value else value
    return ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)


def wanted(request: HttpRequest) -> Wanted:
    """What the address asks for.

    Raises:
        UserError: a day in it that cannot be read.

    """
    given = {name: request.GET.get(name, "").strip() for name in FIELDS}
    return Wanted(given["actor"], given["action"], given["target"], _moment(given["start"]), _end(given["end"]))


def _moment(text: str) -> datetime | None:
    return clock.parse_time(text) if text else None


def _end(text: str) -> datetime | None:
    """A day means its end."""
    moment = _moment(text)
    try:
        return moment + timedelta(days=1) if moment and len(text) == 10 else moment
    except OverflowError:
        raise UserError("a day beyond the calendar", got=text) from None


def below(request: HttpRequest) -> int | None:
    """Where the page before ended."""
    text = request.GET.get("below", "")
    if text and not (text.isdecimal() and len(text) < 19):
        raise UserError("the address asks for a line that cannot be", expected="a number", got=repr(text[:40]))
    return int(text) if text else None
