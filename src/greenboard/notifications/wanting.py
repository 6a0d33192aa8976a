"""How people and teams want to hear: saved at once for what gathers already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.access.errors import InTheWay
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref
from greenboard.notifications import gathering, reaching, scheduling, store
from greenboard.notifications.channels.mail import address_of_mail
from greenboard.notifications.models import Preference
from greenboard.notifications.types import HEARD, How, Times

_LONGEST = 200
_USUAL = Times()


@dataclass(frozen=True)
class Wanted:
    """How somebody wants to hear; `ways` by kind, those that are left out as is usual. `version` is that they saw."""

    times: Times = _USUAL
    ways: Mapping[str, str] = field(default_factory=dict)
    channel: int | None = None
    address: str = ""
    version: int = 0


def set_own(person: Person, wanted: Wanted) -> Preference:
    """Save how a person wants to hear.

    Raises:
        UserError: it cannot be so, or it was changed meanwhile (409).

    """
    if wanted.channel is not None and not reaching.kind(store.channel(wanted.channel).kind).tool:
        raise UserError("this channel reaches no single person", expected="mail, or Slack by an app")
    return _save(store.of_person(person), wanted, f"person:{person.pk}", f"person:{person.username}")


def set_team(team: Ref, wanted: Wanted) -> Preference:
    """Save how a team wants to hear; errors as for `set_own`."""
    if team.kind != "team":
        raise UserError("not a team", expected="a reference such as team:default/payments", got=repr(str(team)))
    if wanted.channel is None:
        raise UserError("a team needs a channel", hint="Choose one; without any, its people hear by themselves.")
    kind = reaching.kind(store.channel(wanted.channel).kind)
    if wanted.address and not kind.addressed:
        raise UserError("this channel has no addresses of its own", hint="Leave the address empty.")
    if wanted.address and kind.tool == "mail":
        address_of_mail(wanted.address)
    return _save(store.of_team(team), wanted, f"team:{team}", str(team))


def drop_team(team: Ref) -> None:
    """Have a team hear by no channel of its own any more.

    Raises:
        Absent: it has none.

    """
    with transaction.atomic():
        row = store.of_team(team)
        if row._state.adding:
            raise UserError(f"{team} has no channel")
        audit.note("preference.removed", str(team), before=told(row))
        row.delete()


def told(row: Preference) -> dict[str, Any]:
    """Settings as plain JSON."""
    names = ("channel_id", "address", "zone", "digest", "digest_day", "ways")
    clocks = ("quiet_from", "quiet_to", "digest_at")
    plain = {name: getattr(row, name) for name in names}
    return {**plain, **{name: f"{at:%H:%M}" if (at := getattr(row, name)) else None for name in clocks}}


def _save(row: Preference, wanted: Wanted, receiver: str, target: str) -> Preference:
    times = scheduling.check(wanted.times)
    _check(wanted)
    with transaction.atomic():
        before = None if row._state.adding else told(row)
        columns = _columns(wanted)
        if not _written(row, columns, wanted.version):
            raise InTheWay(
                "these settings were changed meanwhile", hint="Look at them as they are now, and change those."
            )
        for name, value in columns.items():
            setattr(row, name, value)
        row.version = wanted.version + 1
        gathering.retime(receiver, times, clock.now())
        audit.note("preference.set", target, before=before, after=told(row))
    return row


def _written(row: Preference, columns: Mapping[str, Any], version: int) -> bool:
    if not row._state.adding:
        return Preference.objects.filter(pk=row.pk, version=version).update(**columns, version=version + 1) == 1
    if version:
        return False
    for name, value in columns.items():
        setattr(row, name, value)
    row.version = 1
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _columns(wanted: Wanted) -> dict[str, Any]:
    times = wanted.times
    return {
        "channel_id": wanted.channel,
        "address": wanted.address,
        "zone": times.zone,
        "quiet_from": times.quiet_from,
        "quiet_to": times.quiet_to,
        "digest": times.digest.value,
        "digest_at": times.digest_at,
        "digest_day": times.digest_day,
        "ways": {kind: str(How(way)) for kind, way in sorted(wanted.ways.items())},
    }


def _check(wanted: Wanted) -> None:
    kinds = [kind.value for kind in HEARD]
    for kind, way in wanted.ways.items():
        if kind not in kinds:
            raise UserError(f"no event {kind[:60]!r}", expected=", ".join(kinds), hint=suggest(kind, kinds))
        if way not in list(How):
            raise UserError(f"no way {way[:60]!r} to hear", expected=", ".join(How))
    if len(wanted.address) > _LONGEST or not wanted.address.isprintable():
        raise UserError("not an address", expected=f"at most {_LONGEST} characters on one line")
