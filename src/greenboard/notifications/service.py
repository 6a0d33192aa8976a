"""Making, changing, trying and removing channels and routes. Every change is in the audit log, no secret of it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.access.errors import InTheWay
from greenboard.access.models import Person
from greenboard.access.sealing import Secret
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.core.happened import Severity
from greenboard.core.refs import Ref
from greenboard.notifications import reaching, sending, settings, store, writing
from greenboard.notifications.composing import letter
from greenboard.notifications.models import Channel, Message, Route
from greenboard.notifications.types import HEARD, Gathers, Notice, State

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_TAG = re.compile(r"[^\s,]{1,64}")
KINDS = tuple(kind.value for kind in HEARD)
"""The events that a route may ask for."""
_LONGEST, _SEVERAL = 2_000, 100


@dataclass(frozen=True)
class Wish:
    """A channel as it is to be. A secret field that is left out of `given` stays as it was."""

    name: str
    kind: str
    given: Mapping[str, str] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True)
class Way:
    """A route as it is to be; what is empty asks for nothing. Some receiver it must have."""

    name: str
    kinds: Sequence[str] = ()
    teams: Sequence[str] = ()
    scope: str = ""
    tags: Sequence[str] = ()
    severity: str = Severity.INFO.value
    channel: int | None = None
    address: str = ""
    team_channel: bool = False
    people: Sequence[str] = ()
    active: bool = True


def make(wish: Wish) -> Channel:
    """Make a channel.

    Raises:
        UserError: it has no name, or one that is taken, or lacks what its kind needs.

    """
    row = Channel(name=wish.name, kind=wish.kind, created_at=clock.now())
    _fill(row, wish, {})
    with transaction.atomic():
        _unique(row.save, wish.name, "channel")
        audit.note("channel.made", f"channel:{row.pk}", after=told(row))
    return row


def change(number: int, wish: Wish, version: int) -> Channel:
    """Change the channel that was seen in a version; its kind stays.

    Raises:
        UserError: as for `make`, or there is none, or somebody else was first (409).

    """
    with transaction.atomic():
        row = store.channel(number)
        before = told(row)
        kept = settings.given(row) if row.secret.readable else row.settings
        _fill(row, Wish(wish.name, row.kind, wish.given, wish.active), kept)
        said = {"name": row.name, "settings": row.settings, "secret": row.secret, "active": row.active}
        mine = Channel.objects.filter(pk=number, version=version)
        if not _unique(lambda: mine.update(**said, version=version + 1), wish.name, "channel"):
            raise _second("channel", f"channel:{number}")
        audit.note("channel.changed", f"channel:{number}", before=before, after=told(row))
    return store.channel(number)


def remove(number: int) -> None:
    """Remove a channel with its routes and the log of its messages; errors as for `store.channel`."""
    with transaction.atomic():
        row = store.channel(number)
        audit.note("channel.removed", f"channel:{number}", before=told(row))
        row.delete()


def test(number: int, address: str) -> Message:
    """Send something that means nothing by a channel, at once; what came of it is in the log.

    Raises:
        UserError: there is no such channel, or something is missing before anything could be sent.

    """
    row, now = store.channel(number), clock.now()
    if not row.active:
        raise UserError("the channel is switched off", hint="Switch it on first.")
    reaching.kind(row.kind).check(settings.given(row))
    with transaction.atomic():
        message = _test(row, address, now)
    came, milliseconds = sending.attempt(message)
    sending.note(message, came, milliseconds)
    return store.message(message.pk)


def _test(channel: Channel, address: str, now: Any) -> Message:
    message = Message.objects.create(
        channel=channel,
        receiver="channel",
        address=address,
        gathers=Gathers.TEST.value,
        reason="Somebody tried this channel.",
        count=1,
        until=now,
        state=State.WAITING.value,
        attempts=len(sending.PAUSES) + 1,  # it is tried once: whoever tries it looks on
        next_at=now + sending.LEASE,
        tried_at=now,
        created_at=now,
    )
    said = Notice(now, f"A test of the channel {channel.name}", path=f"/channels/{channel.pk}")
    message.letter = letter([said], writing.told(message, now)).plain()
    message.save(update_fields=["letter"])
    return message


def again(number: int) -> Message:
    """Send a message that arrived or was given up once more, as a new one with the same words.

    Raises:
        UserError: there is no such message, or it still waits.

    """
    with transaction.atomic():
        row, now = store.message(number), clock.now()
        if row.state == State.WAITING:
            raise InTheWay("this message still waits to be sent", hint="It is tried again by itself.")
        fresh = Message.objects.get(pk=row.pk)
        fresh.pk, fresh._state.adding = None, True
        fresh.state, fresh.attempts, fresh.next_at, fresh.tried_at = State.WAITING.value, 0, now, None
        fresh.status, fresh.answer, fresh.milliseconds, fresh.created_at = None, "", None, now
        fresh.save()
        audit.note("message.again", f"message:{number}", after={"as": fresh.pk})
    return store.message(fresh.pk)


def told(row: Channel) -> dict[str, Any]:
    """A channel as plain JSON, without its secrets."""
    return {"name": row.name, "kind": row.kind, "settings": dict(row.settings), "active": row.active}


def make_route(way: Way) -> Route:
    """Make a route.

    Raises:
        UserError: it leads nowhere, or asks for what there is not.

    """
    row = Route(created_at=clock.now(), **_columns(way))
    with transaction.atomic():
        _unique(row.save, way.name, "route")
        audit.note("route.made", f"route:{row.pk}", after=_columns(way))
    return row


def change_route(number: int, way: Way, version: int) -> Route:
    """Change the route that was seen in a version; errors as for `make_route`, or somebody else was first (409)."""
    columns = _columns(way)
    with transaction.atomic():
        before = told_route(store.route(number))
        mine = Route.objects.filter(pk=number, version=version)
        if not _unique(lambda: mine.update(**columns, version=version + 1), way.name, "route"):
            raise _second("route", f"route:{number}")
        audit.note("route.changed", f"route:{number}", before=before, after=columns)
    return store.route(number)


def remove_route(number: int) -> None:
    """Remove a route; errors as for `store.route`."""
    with transaction.atomic():
        audit.note("route.removed", f"route:{number}", before=told_route(store.route(number)))
        Route.objects.filter(pk=number).delete()


def told_route(row: Route) -> dict[str, Any]:
    """A route as plain JSON."""
    names = ("name", "kinds", "teams", "scope", "tags", "severity", "address", "team_channel", "people", "active")
    return {**{name: getattr(row, name) for name in names}, "channel_id": row.channel_id}


def _fill(row: Channel, wish: Wish, before: Mapping[str, str]) -> None:
    """Take over what is given, checked by the kind of the channel."""
    kind = reaching.kind(wish.kind)
    if not _NAME.fullmatch(wish.name):
        raise UserError("a channel needs a name", expected="1 to 100 characters on one line", got=repr(wish.name[:101]))
    known = [one.name for one in kind.fields]
    for name, value in wish.given.items():
        if name not in known:
            raise UserError(f"a channel of the kind {kind.name} has no {name!r}", hint=suggest(name, known))
        if len(value) > _LONGEST or not value.isprintable():
            raise UserError(f"{name} cannot be that", expected=f"at most {_LONGEST} characters on one line")
    kept = {one.name: before.get(one.name, "") for one in kind.fields if one.secret and not wish.given.get(one.name)}
    given = {name: value for name, value in {**wish.given, **kept}.items() if value}
    for one in kind.fields:
        if one.required and not given.get(one.name):
            raise UserError(f"{one.title} is missing", hint=one.hint or None)
    kind.check(given)
    secret = {name: value for name, value in given.items() if (own := kind.field(name)) and own.secret}
    row.name, row.active = wish.name, wish.active
    row.settings = {name: value for name, value in given.items() if name not in secret}
    row.secret = Secret(json.dumps(secret) if secret else "")


def _columns(way: Way) -> dict[str, Any]:
    """A route as columns, if it can be."""
    if not _NAME.fullmatch(way.name):
        raise UserError("a route needs a name", expected="1 to 100 characters on one line", got=repr(way.name[:101]))
    if way.channel is None and not way.team_channel and not way.people:
        raise UserError("the route leads nowhere", expected="a channel, the channels of teams, or people")
    if max(len(way.kinds), len(way.teams), len(way.tags), len(way.people)) > _SEVERAL:
        raise UserError("too much in one route", expected=f"at most {_SEVERAL} of each")
    if way.channel is not None:
        store.channel(way.channel)
    columns = asdict(way)
    columns["channel_id"] = columns.pop("channel")
    columns["kinds"] = [_among(one, KINDS, "event") for one in way.kinds]
    columns["severity"] = _among(way.severity, [one.value for one in Severity], "severity")
    columns["teams"] = [str(Ref.parse(one, kind="team")) for one in way.teams]
    columns["scope"] = _scope(way.scope)
    columns["tags"] = [_tag(one) for one in way.tags]
    columns["people"] = _people(way.people)
    return columns


def _among(given: str, known: Sequence[str], what: str) -> str:
    if given not in known:
        raise UserError(f"no {what} {given[:60]!r}", expected=", ".join(known), hint=suggest(given, known))
    return str(given)


def _scope(text: str) -> str:
    if not text:
        return ""
    ref = Ref.parse(text)
    if not catalog.several([ref]):
        raise UserError(f"{ref} is not in the catalog", hint="Name an entity, a system or a domain.")
    return str(ref)


def _tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        raise UserError("not a tag", expected="a word without blanks and commas", got=repr(text[:70]))
    return text


def _people(names: Sequence[str]) -> list[str]:
    known = set(Person.objects.filter(username__in=list(names)).values_list("username", flat=True))
    for name in names:
        if name not in known:
            raise UserError(f"no account {name[:60]!r}")
    return list(names)


def _unique(do: Any, name: str, what: str) -> Any:
    try:
        with transaction.atomic():
            return do()
    except IntegrityError:
        raise InTheWay(f"there is a {what} {name!r} already", hint="Take another name.") from None


def _second(what: str, target: str) -> InTheWay:
    last = audit.search(audit.Wanted(target=target)).first()
    who = f" by {last.actor}, {clock.format_time(last.at)} ({last.action})" if last else ""
    return InTheWay(f"this {what} was changed meanwhile{who}", hint="Look at it as it is now, and change that.")
