"""Deciding exemptions, and ending them by hand: one or thousands in one go, all or nothing.

Each change is an UPDATE that asks for the state, and the version where it is given: who comes second changes nothing
and is told who was first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, F, Q, SmallIntegerField, Value, When

from greenboard.access import audit
from greenboard.access.decide import Asker, Permission, sight
from greenboard.access.errors import InTheWay
from greenboard.catalog.sight import condition
from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.core.happened import Happening
from greenboard.exemptions import finding, telling
from greenboard.exemptions.events import ExemptionsChanged
from greenboard.exemptions.models import Event, Exemption
from greenboard.exemptions.types import REMINDED, Did, State
from greenboard.facts.store import chunks

Chosen = Mapping[int, int | None]
"""Exemptions by number, each with the version that whoever decides saw; None is whichever there is."""
MOST = 10_000
_BATCH = 500
_Columns = dict[str, object]


class OwnRequest(UserError):
    """Somebody else has to decide what one asked for."""

    status = 403


def approve(chosen: Chosen, reason: str, by: Asker, now: datetime) -> None:
    """Let exemptions hold: from now, or from when they say. Errors as for `deny`; and where one would end before."""
    rows = asked(chosen, by)
    late = [row for row in rows if row.ends is not None and row.ends <= max(now, row.starts or now)]
    if late:
        raise UserError(f"exemption {late[0].pk} would end before it begins", hint="Deny it, or ask for a later end.")
    told = [When(ends__lte=now + timedelta(days=days), then=Value(days)) for days in sorted(REMINDED)]
    held: _Columns = {
        "holds_from": Case(When(starts__gt=now, then=F("starts")), default=Value(now)),
        "holds_to": F("ends"),
        # What it would be reminded of as it begins is no news.
        "told": Case(*told, default=None, output_field=SmallIntegerField()),
    }
    _decide(rows, chosen, (State.APPROVED, Did.APPROVED), (reason, by, now), held)


def deny(chosen: Chosen, reason: str, by: Asker, now: datetime) -> None:
    """Refuse exemptions, with a reason.

    Raises:
        Absent: there is none of that number, or it may not be seen.
        PermissionDenied: whoever decides may not, or decides what they asked for themselves.
        UserError: no reason is given.
        InTheWay: somebody else was first; it says who, and what they did.

    """
    _decide(asked(chosen, by), chosen, (State.DENIED, Did.DENIED), (reason, by, now), {})


def revoke(chosen: Chosen, reason: str, by: Asker, now: datetime) -> None:
    """End exemptions that were approved, now; errors as for `deny`."""
    rows = _found(chosen, by, Permission.EXEMPTIONS_DECIDE)
    ends = {"ended_by": finding.name(by), "ending": _reason(reason), "holds_to": _cut(now)}
    with transaction.atomic():
        _change(rows, chosen, State.APPROVED, {"state": State.REVOKED.value, **ends})
        _close(rows, Did.REVOKED, (reason, by, now))


def withdraw(chosen: Chosen, by: Asker, now: datetime) -> None:
    """Take back what one asked for and nobody decided; errors as for `deny`."""
    rows = _found(chosen, by, Permission.EXEMPTIONS_REQUEST)
    name = finding.name(by)
    other = next((row for row in rows if row.requested_by != name), None)
    if other is not None:
        raise PermissionDenied(f"{other.requested_by} asked for exemption {other.pk}")
    with transaction.atomic():
        _change(rows, chosen, State.REQUESTED, {"state": State.WITHDRAWN.value, "ended_by": name})
        _log(rows, Did.WITHDRAWN, name, now, "")
        audit.note("exemption.withdrawn", telling.target([row.pk for row in rows]), after=_numbers(rows))


def asked(chosen: Chosen, by: Asker) -> list[Exemption]:
    """What is to be decided, by somebody else than who asked for it unless the installation allows that."""
    rows = _found(chosen, by, Permission.EXEMPTIONS_DECIDE)
    own = [row.pk for row in rows if row.requested_by == finding.name(by)]
    if own and not settings.DECIDE_OWN_EXEMPTIONS:
        raise OwnRequest(f"you asked for exemption {own[0]} yourself", hint="Somebody else decides it.")
    return rows


def _found(chosen: Chosen, by: Asker, permission: Permission) -> list[Exemption]:
    if not 0 < len(chosen) <= MOST:
        raise UserError("not a number of exemptions", expected=f"1 to {MOST:,}", got=str(len(chosen)))
    rows = finding.rows(list(chosen), by)
    own = sight(by, permission)
    if not own.everything:
        mine = Exemption.objects.filter(condition(own))
        allowed = {pk for part in chunks([row.pk for row in rows]) for pk in _ids(mine, part)}
        if len(allowed) < len(rows):
            raise PermissionDenied(permission.value)
    return rows


def _ids(rows: object, part: Sequence[int]) -> list[int]:
    return list(rows.filter(pk__in=part).values_list("pk", flat=True))  # type: ignore[attr-defined]


def _decide(
    rows: Sequence[Exemption],
    chosen: Chosen,
    what: tuple[State, Did],
    said: tuple[str, Asker, datetime],
    held: _Columns,
) -> None:
    reason, by, now = said
    state, did = what
    decided: _Columns = {"decided_by": finding.name(by), "decided_at": now, "decision": _reason(reason)}
    with transaction.atomic():
        _change(rows, chosen, State.REQUESTED, {"state": state.value, **decided, **held})
        numbers = [row.pk for row in rows]
        _log(rows, did, finding.name(by), now, reason)
        if held:
            announce(rows, now)
        telling.tell(Happening.EXEMPTION_DECIDED, numbers, now, by=finding.name(by))
        audit.note(f"exemption.{did.value}", telling.target(numbers), after={**_numbers(rows), "reason": reason})


def _close(rows: Sequence[Exemption], did: Did, said: tuple[str, Asker, datetime]) -> None:
    reason, by, now = said
    numbers = [row.pk for row in rows]
    _log(rows, did, finding.name(by), now, reason)
    announce(rows, now)
    telling.tell(Happening.EXEMPTION_ENDED, numbers, now, by=finding.name(by))
    audit.note(f"exemption.{did.value}", telling.target(numbers), after={**_numbers(rows), "reason": reason})


def announce(rows: Sequence[Exemption], now: datetime) -> None:
    """Let whoever judges know which pairs are exempt otherwise."""
    events.announce(ExemptionsChanged(now, {(row.scorecard, row.rule, row.entity_id) for row in rows}))


def _change(rows: Sequence[Exemption], chosen: Chosen, state: State, to: _Columns) -> None:
    """Change all rows from a state, or none.

    Raises:
        InTheWay: some are no longer in that state, or were changed since they were seen.

    """
    by_version: dict[int | None, list[int]] = {}
    for row in rows:
        by_version.setdefault(chosen[row.pk], []).append(row.pk)
    done = 0
    for version, several in by_version.items():
        seen = Q() if version is None else Q(version=version)
        for part in chunks(sorted(several)):
            wanted = Exemption.objects.filter(seen, pk__in=part, state=state.value)
            done += wanted.update(**to, version=F("version") + 1)
    if done < len(rows):
        raise InTheWay(_first([row.pk for row in rows], state), hint="Look at it again.")


def _first(numbers: Sequence[int], state: State) -> str:
    """Who was first, and what they did."""
    for part in chunks(numbers):
        changed = Exemption.objects.filter(pk__in=part).exclude(state=state.value).order_by("pk").first()
        last = None if changed is None else changed.events.order_by("-id").first()
        if last is not None:
            who = last.by or "time"
            when = f"{last.at:%Y-%m-%d %H:%M} UTC"
            return f"exemption {last.exemption_id} was {last.did} by {who} first, at {when}"
    return "somebody changed one of these meanwhile"


def _cut(now: datetime) -> Case:
    """The end of what held; what had not begun held for no time at all."""
    return Case(When(holds_from__gt=now, then=F("holds_from")), default=Value(now))


def _log(rows: Sequence[Exemption], did: Did, by: str, now: datetime, text: str) -> None:
    told = [Event(exemption=row, did=did.value, by=by, at=now, text=text.strip()) for row in rows]
    Event.objects.bulk_create(told, batch_size=_BATCH)


def _numbers(rows: Sequence[Exemption]) -> dict[str, object]:
    return {"exemptions": [row.pk for row in rows]}


def _reason(text: str) -> str:
    if not text.strip():
        raise UserError("no reason is given", hint="Say why, for whoever asked and whoever looks later.")
    return text.strip()
