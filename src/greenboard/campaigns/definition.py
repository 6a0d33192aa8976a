"""What a campaign asks: of whom, which rules, by when, and what is told. Pure.

Dates mean days in the campaign's own time zone: it starts as the first day begins, and is due as the last one ends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from greenboard.core.refs import Ref

if TYPE_CHECKING:
    from greenboard.catalog.store import Stored

NONE = "none"
"""What a part of the scope says for entities that lack the thing, as in the addresses of pages."""
_TOLD_AT = time(9)
_MOST = 50


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = "not a time zone, such as Europe/Berlin"
        raise ValueError(msg) from None
    return name


Words = Annotated[tuple[str, ...], Field(max_length=200)]


class Ask(_Part):
    """Some rules of a scorecard; or with `level` all rules that it takes to reach that level."""

    scorecard: str = Field(max_length=128)
    rules: Words = ()
    level: str = Field(default="", max_length=128)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.rules) is bool(self.level):
            msg = "either rules or a level"
            raise ValueError(msg)
        return self


class Scope(_Part):
    """Which entities are asked. An empty part asks nothing; of a part with several values one will do.

    The values are those of the filters of the board; `none` stands for entities that lack the thing.
    """

    kind: Words = ()
    tier: Words = ()
    lifecycle: Words = ()
    team: Words = ()
    system: Words = ()
    domain: Words = ()
    tag: Words = ()

    def covers(self, stored: Stored) -> bool:
        """Whether an entity is asked, if its rules are asked of it at all."""
        entity = stored.entity
        asked: tuple[tuple[Collection[str], Collection[str]], ...] = (
            (self.kind, (entity.ref.kind,)),
            (self.tier, (NONE if entity.tier is None else str(entity.tier),)),
            (self.lifecycle, (entity.lifecycle or NONE,)),
            (self.team, tuple(one.short for one in stored.owners) or (NONE,)),
            (self.system, (_named(stored.system),)),
            (self.domain, (_named(stored.domain),)),
            (self.tag, entity.tags or (NONE,)),
        )
        return all(not wanted or not set(wanted).isdisjoint(has) for wanted, has in asked)


def _named(ref: Ref | None) -> str:
    return ref.short if ref else NONE


class Milestone(_Part):
    """By the end of a day, so many percent of what is asked shall be met."""

    on: date
    share: int = Field(ge=1, le=100)


class Tickets(_Part):
    """Where tickets are opened: by which connection, and in which project or repository where nothing else says so.

    `grouped`: one for each entity, not for each entity and rule. `type` is the type of issue, where the tool has some.
    At most `most` are open at once: more of them at a time are rather a mistake in a rule than work for teams.
    """

    connection: str = Field(min_length=1, max_length=64)
    place: str = Field(default="", max_length=200)
    grouped: bool = False
    type: str = Field(default="Task", min_length=1, max_length=60)
    most: int = Field(default=500, ge=1, le=10_000)


class Definition(_Part):
    """A campaign as somebody wants it. `reminders` are days before it is due; `owner` is an account."""

    title: str = Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
    owner: str = Field(default="", max_length=150)
    brief: str = Field(default="", max_length=20_000)
    start: date
    due: date
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    asks: Annotated[tuple[Ask, ...], Field(min_length=1, max_length=_MOST)]
    scope: Scope = Scope()
    milestones: Annotated[tuple[Milestone, ...], Field(max_length=_MOST)] = ()
    reminders: Annotated[tuple[Annotated[int, Field(ge=1, le=365)], ...], Field(max_length=12)] = (14, 3)
    tickets: Tickets | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due < self.start:
            msg = "it is due before it starts"
            raise ValueError(msg)
        days = [one.on for one in self.milestones]
        shares = [one.share for one in self.milestones]
        if days != sorted(set(days)) or shares != sorted(set(shares)):
            msg = "milestones rise, each on a day of its own"
            raise ValueError(msg)
        if days and not self.start <= days[0] <= days[-1] <= self.due:
            msg = "milestones lie between start and due"
            raise ValueError(msg)
        return self

    @property
    def starts_at(self) -> datetime:
        """The beginning of the first day."""
        return self._moment(self.start)

    @property
    def due_at(self) -> datetime:
        """The end of the last day."""
        return self.end_of(self.due)

    def end_of(self, day: date) -> datetime:
        """The end of a day, where the campaign is at home."""
        return self._moment(day + timedelta(days=1))

    def day_of(self, moment: datetime) -> date:
        """The day at a moment, where the campaign is at home."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    @property
    def scorecards(self) -> tuple[str, ...]:
        """The scorecards that it takes rules of."""
        return tuple(dict.fromkeys(one.scorecard for one in self.asks))

    def _moment(self, day: date, at: time = time()) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self.zone)).astimezone(ZoneInfo("UTC"))

    def occasions(self) -> tuple[Occasion, ...]:
        """All that is told of it by the clock, in the order of time."""
        found = [Occasion("started", f"started:{self.start}", self.starts_at)]
        for days in sorted(set(self.reminders), reverse=True):
            day = self.due - timedelta(days=days)
            if day > self.start:
                found.append(Occasion("reminder", f"reminder:{self.due}:{days}", self._moment(day, _TOLD_AT), days))
        found += [
            Occasion("milestone", f"milestone:{one.on}:{one.share}", self.end_of(one.on), one.share)
            for one in self.milestones
        ]
        found.append(Occasion("due", f"due:{self.due}", self.due_at))
        return tuple(sorted(found, key=lambda one: (one.at, one.key)))


@dataclass(frozen=True)
class Occasion:
    """Something that is told when its time comes. `key` tells it from others, also when dates are changed later.

    `number` is how many days are left, or how many percent shall be met.
    """

    what: str
    key: str
    at: datetime
    number: int = 0
