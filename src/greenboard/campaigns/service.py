"""Making, changing and ending campaigns. Whoever was second is told who was first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from greenboard.access import audit
from greenboard.access.errors import InTheWay
from greenboard.access.models import Person
from greenboard.campaigns import following, standing, store, telling
from greenboard.campaigns.definition import Definition, Occasion
from greenboard.campaigns.enforcing import Enforcing, enforce, plan
from greenboard.campaigns.models import CURRENT, Campaign, Edition
from greenboard.campaigns.store import Held
from greenboard.campaigns.ticketing import tools
from greenboard.core import clock
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import slug


@dataclass(frozen=True)
class Ending:
    """How a campaign ends: whether tickets that are open are closed, and what becomes of its rules."""

    close_tickets: bool = False
    enforcing: Enforcing | None = None


def make(definition: Definition, by: str, now: datetime, name: str = "") -> Held:
    """Make a campaign. Its name is made of its title, unless one is given; it stays.

    Raises:
        UserErrors: it asks for something that there is not.
        InTheWay: the name is taken.

    """
    wanted = slug(name or definition.title)[:64].strip("-._")
    definition = _checked(definition, by)
    try:
        with transaction.atomic():
            row = Campaign.objects.create(name=wanted, created_at=now, created_by=by)
            _write(row, definition, by, now)
            audit.note("campaign.made", f"campaign:{wanted}", after=_plain(definition))
    except IntegrityError:
        hint = "Give it another name."
        raise InTheWay(f"there is a campaign {wanted!r} already", place=Place("name"), hint=hint) from None
    return Held(row, definition)


def change(name: str, version: int, definition: Definition, by: str, now: datetime) -> Held:
    """Change what a campaign asks from now on.

    Raises:
        UserErrors: it asks for something that there is not.
        InTheWay: somebody changed or ended it since `version`.

    """
    before = store.find(name)
    definition = _checked(definition, by)
    with transaction.atomic():
        row = _take(name, version)
        _write(row, definition, by, now)
        if definition.tickets and row.started_at:
            following.touch(row)
        audit.note("campaign.changed", f"campaign:{name}", before=_plain(before.definition), after=_plain(definition))
    return Held(row, definition)


def end(name: str, version: int, ending: Ending, by: str, now: datetime) -> tuple[str, ...]:
    """End a campaign; what became of its rules, as sentences.

    Raises:
        InTheWay: somebody changed or ended it since `version`.
        UserError: a rule cannot be enforced so. Then it has not ended.

    """
    pairs = standing.pairs(store.find(name).definition)
    with transaction.atomic():
        row = _take(name, version, ended_at=now, ended_by=by, close_tickets=ending.close_tickets)
        held = store.held(row)
        said: tuple[str, ...] = ()
        if ending.enforcing:
            said = enforce(held.definition, ending.enforcing, by, now)
            plan(row, ending.enforcing, by, now)
        if held.definition.tickets and ending.close_tickets:
            following.touch(row)
        telling.tell(held, pairs, Occasion(telling.ENDED, telling.ENDED, now), now)
        after = {"close_tickets": ending.close_tickets, "rules": list(said)}
        audit.note("campaign.ended", f"campaign:{name}", after=after)
    return said


def shifted(definition: Definition, start: date) -> Definition:
    """The same campaign at another time, as a beginning for a copy."""
    by = start - definition.start
    milestones = [{"on": one.on + by, "share": one.share} for one in definition.milestones]
    moved = {"start": start, "due": definition.due + by, "milestones": milestones}
    return Definition.model_validate({**definition.model_dump(), **moved})


def _take(name: str, version: int, **changes: Any) -> Campaign:
    """Take the next version, which only one can."""
    wanted = Campaign.objects.filter(name=name, version=version, ended_at=None)
    if not wanted.update(version=F("version") + 1, **changes):
        raise _second(store.find(name), version)
    return Campaign.objects.get(name=name)


def _second(held: Held, version: int) -> InTheWay:
    """Who was first, and what they did."""
    row = held.row
    if row.ended_at is not None:
        what = f"{row.ended_by} ended it at {clock.format_time(row.ended_at)}"
        return InTheWay(f"this campaign is over: {what}", hint="Copy it to begin another one.")
    edition = Edition.objects.filter(CURRENT, campaign=row).get()
    what = f"{edition.author} changed it at {clock.format_time(edition.valid_from)}"
    hint = f"Look at version {row.version} before you change it; you saw version {version}."
    return InTheWay(f"somebody was first: {what}", hint=hint)


def _write(row: Campaign, definition: Definition, by: str, now: datetime) -> None:
    current = Edition.objects.filter(CURRENT, campaign=row)
    begun = current.values_list("valid_from", flat=True).first()
    at = now if begun is None else max(now, begun + timedelta(microseconds=1))
    current.update(valid_to=at)
    Edition.objects.create(campaign=row, definition=_plain(definition), author=by, valid_from=at)


def _checked(definition: Definition, by: str) -> Definition:
    standing.check(definition)
    owner = definition.owner or by
    if definition.owner and not Person.objects.filter(username=owner).exists():
        raise UserError(f"there is no account {owner!r}", place=Place("owner"))
    if definition.tickets is not None:
        tools.check(definition.tickets)
    return definition.model_copy(update={"owner": owner})


def _plain(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json", exclude_defaults=True)
