"""Queries on campaigns. What one asked at a moment is what its edition of then says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from greenboard.campaigns.definition import Definition
from greenboard.campaigns.models import CURRENT, Campaign, Edition
from greenboard.core.errors import UserError


class NoCampaign(UserError):
    """There is none of that name."""

    status = 404


class State(StrEnum):
    """How far a campaign is."""

    PLANNED = "planned"
    RUNNING = "running"
    OVERDUE = "overdue"
    ENDED = "ended"


@dataclass(frozen=True)
class Held:
    """A campaign, and what it asks as of the moment for which it was read."""

    row: Campaign
    definition: Definition

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def path(self) -> str:
        """The page about it."""
        return f"/campaigns/{self.row.name}"

    def state(self, now: datetime) -> State:
        """How far it is at a moment."""
        if self.row.ended_at is not None and self.row.ended_at <= now:
            return State.ENDED
        if now < self.definition.starts_at:
            return State.PLANNED
        return State.RUNNING if now < self.definition.due_at else State.OVERDUE


def find(name: str, as_of: datetime | None = None) -> Held:
    """The campaign of a name, as it was at a moment; before its first edition what that says.

    Raises:
        NoCampaign: there is none.

    """
    row = Campaign.objects.filter(name=name).first()
    if row is None:
        raise NoCampaign(f"no campaign {name!r}")
    return held(row, as_of)


def held(row: Campaign, as_of: datetime | None = None) -> Held:
    """A campaign with its edition of a moment."""
    rows = Edition.objects.filter(campaign=row).order_by("valid_from", "id")
    then = rows.filter(CURRENT) if as_of is None else rows.filter(valid_from__lte=as_of)
    return Held(row, read(then.last() or rows[0]))


def read(edition: Edition) -> Definition:
    """What an edition asks."""
    return Definition.model_validate(edition.definition)


def campaigns(as_of: datetime | None = None) -> list[Held]:
    """All of them, those that end first at the top; of the past only those that were there. One query."""
    there = Q() if as_of is None else Q(campaign__created_at__lte=as_of)
    rows = Edition.objects.filter(there).select_related("campaign").order_by("valid_from", "id")
    chosen: dict[int, Edition] = {}
    for row in rows:
        if as_of is None or row.valid_from <= as_of or row.campaign_id not in chosen:
            chosen[row.campaign_id] = row
    found = [Held(row.campaign, read(row)) for row in chosen.values()]
    return sorted(found, key=lambda one: (one.row.ended_at is not None, one.definition.due, one.name))


def open_ones() -> list[Held]:
    """Those that have not ended, in one query."""
    rows = Edition.objects.filter(CURRENT, campaign__ended_at=None).select_related("campaign").order_by("campaign_id")
    return [Held(row.campaign, read(row)) for row in rows]


def editions(row: Campaign) -> Sequence[Edition]:
    """What it asked from when to when, the first one first."""
    return list(Edition.objects.filter(campaign=row).order_by("valid_from", "id"))
