"""The form of how somebody wants to hear: read into what the service takes, and drawn from what is saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from django.http import HttpRequest

from greenboard.core.errors import UserError
from greenboard.notifications import reaching, scheduling, store
from greenboard.notifications.models import Channel, Preference
from greenboard.notifications.types import HEARD, Digest, How, Times
from greenboard.notifications.wanting import Wanted
from greenboard.web.acting import text
from greenboard.web.hooks.model import events

USUAL = ""
WAYS = (
    (USUAL, "As is usual"),
    (How.NOW.value, "At once"),
    (How.DIGEST.value, "In the digest"),
    (How.INBOX.value, "In the inbox only"),
    (How.OFF.value, "Not at all"),
)
DIGESTS = ((Digest.OFF.value, "None"), (Digest.DAILY.value, "Daily"), (Digest.WEEKLY.value, "Weekly"))
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Kind:
    """A kind of thing to hear of, and the way that is chosen for it."""

    name: str
    title: str
    way: str


def kinds(of: Preference) -> list[Kind]:
    """Every kind with its way."""
    titles = {one.name: one.title for one in events(())}
    return [Kind(kind.value, titles.get(kind.value, kind.value), of.ways.get(kind.value, USUAL)) for kind in HEARD]


def channels(*, personal: bool) -> list[Channel]:
    """The channels to choose from; `personal` are those that reach single persons."""
    rows: Iterable[Channel] = store.channels().filter(active=True)
    known = reaching.kinds()
    return [row for row in rows if not personal or (row.kind in known and known[row.kind].tool)]


def drawn(of: Preference, *, personal: bool) -> dict[str, object]:
    """What the template needs."""
    return {
        "of": of,
        "kinds": kinds(of),
        "ways": [way for way in WAYS if personal or way[0] != How.INBOX],
        "digests": DIGESTS,
        "days": list(enumerate(DAYS)),
        "zones": scheduling.zones(),
        "channels": channels(personal=personal),
        "quiet_from": f"{of.quiet_from:%H:%M}" if of.quiet_from else "",
        "quiet_to": f"{of.quiet_to:%H:%M}" if of.quiet_to else "",
        "digest_at": f"{of.digest_at:%H:%M}",
    }


def wanted(request: HttpRequest) -> Wanted:
    """What the form says.

    Raises:
        UserError: something of it cannot be.

    """
    times = Times(
        text(request, "zone") or "UTC",
        _time(request, "quiet_from"),
        _time(request, "quiet_to"),
        _digest(text(request, "digest")),
        _time(request, "digest_at") or time(9),
        _number(request, "digest_day") or 0,
    )
    ways = {kind.value: way for kind in HEARD if (way := text(request, f"way-{kind.value}"))}
    address, version = text(request, "address"), _number(request, "version") or 0
    return Wanted(times, ways, _number(request, "channel"), address, version)


def _digest(given: str) -> Digest:
    if given not in list(Digest):
        raise UserError("no such digest", expected=", ".join(Digest), got=repr(given[:40]))
    return Digest(given)


def _time(request: HttpRequest, name: str) -> time | None:
    given = text(request, name)
    try:
        return time.fromisoformat(given).replace(second=0, microsecond=0, tzinfo=None) if given else None
    except ValueError:
        raise UserError("not a time of day", expected="such as 09:00", got=repr(given[:40])) from None


def _number(request: HttpRequest, name: str) -> int | None:
    given = text(request, name)
    if given and not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise UserError(f"{name} is no number", got=repr(given[:40]))
    return int(given) if given else None
