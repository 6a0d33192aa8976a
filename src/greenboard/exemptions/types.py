"""Exemptions as plain values: what is asked for, what holds, and how far it reaches. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from greenboard.core.happened import ANSWERED
from greenboard.core.refs import Ref

REMINDED = (30, 7, 1)
"""So many days before the end it is told that an exemption ends."""


class State(StrEnum):
    """How far an exemption is. Only an approved one can hold."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


OPEN = (State.REQUESTED, State.APPROVED)
"""States from which something can follow."""


class Category(StrEnum):
    """Why one may live without the rule: the risk is taken, or something else stands against it."""

    WAIVED = "waived"
    MITIGATED = "mitigated"


class Did(StrEnum):
    """What happened to an exemption, as its log names it."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"
    REMINDED = "reminded"


@dataclass(frozen=True, order=True)
class Within:
    """How far an exemption reaches: one environment, or a path and what is below it; neither is everything."""

    environment: str = ""
    path: str = ""

    def __bool__(self) -> bool:
        return bool(self.environment or self.path)

    def __str__(self) -> str:
        return f"environment {self.environment}" if self.environment else f"path {self.path}" if self.path else ""


EVERYWHERE = Within()


@dataclass(frozen=True)
class Pair:
    """A rule of a scorecard, and an entity that may be exempt from it."""

    entity: Ref
    scorecard: str
    rule: str


@dataclass(frozen=True)
class Terms:
    """What is asked for, of one pair or of many alike.

    `ends` None is without an end; `starts` None is as soon as it is approved.
    """

    category: Category
    reason: str
    control: str = ""
    ends: datetime | None = None
    starts: datetime | None = None
    within: Within = EVERYWHERE


@dataclass(frozen=True)
class Holding:
    """An exemption that holds at some moment, for an entity given by its surrogate id."""

    id: int
    entity: int
    rule: str
    within: Within
    text: str

    @property
    def path(self) -> str:
        """Its page, from the root of the portal."""
        return page(self.id)


@dataclass(frozen=True)
class Ended:
    """An exemption that no longer holds, and why, in a sentence."""

    id: int
    entity: int
    rule: str
    text: str

    @property
    def path(self) -> str:
        """Its page, from the root of the portal."""
        return page(self.id)


@dataclass(frozen=True)
class Span:
    """When an exemption held: from `first`, and before `last` where that is known."""

    entity: Ref
    rule: str
    within: Within
    first: datetime
    last: datetime | None


ASKED = f"{ANSWERED}exemption:"
"""How the key of a request begins that can be decided right from the message that tells of it."""


def page(number: int) -> str:
    """The page of an exemption, from the root of the portal."""
    return f"/exemptions/{number}"


def due(ends: datetime, told: int | None, now: datetime) -> int | None:
    """How many days before the end it is to be told now that an exemption ends; None where it is not.

    `told` is how many days before the end that was last done. What was missed meanwhile is told once.
    """
    passed = [days for days in REMINDED if ends - timedelta(days=days) <= now < ends]
    nearest = min(passed, default=None)
    return nearest if nearest is not None and (told is None or nearest < told) else None


def already(ends: datetime | None, now: datetime) -> int | None:
    """What counts as told of an exemption that begins so shortly before its end."""
    return None if ends is None else due(ends, None, now)
