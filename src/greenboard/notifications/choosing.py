"""Who hears what, and in which way. Pure: what is known of entities and people is given.

Who is named must act or asked for it, and is told at once; owners are told at once of what they must act on,
and find the rest in their inbox. Everybody's own settings go before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from greenboard.access.permissions import Permission
from greenboard.core.happened import Happening, Severity
from greenboard.core.refs import Ref
from greenboard.notifications.types import SEVERITIES, How


class Because(StrEnum):
    """Why somebody is told."""

    NAMED = "named"
    OWNER = "owner"
    TEAM = "team"


AUDIENCE: Mapping[Happening, Permission] = {
    Happening.SOURCE_FAILED: Permission.CONNECTIONS_MANAGE,
    Happening.SOURCE_RECOVERED: Permission.CONNECTIONS_MANAGE,
    Happening.CHANNEL_FAILED: Permission.NOTIFICATIONS_MANAGE,
}
"""Who can act on what is about no entity: whoever holds the permission."""
NEEDED: Mapping[Happening, Permission] = {
    Happening.SOURCE_FAILED: Permission.CONNECTIONS_READ,
    Happening.SOURCE_RECOVERED: Permission.CONNECTIONS_READ,
    Happening.ENTITY_DISCOVERED: Permission.CONNECTIONS_READ,
    Happening.CHANNEL_FAILED: Permission.NOTIFICATIONS_MANAGE,
}
"""What one must be allowed to hear of a kind at all."""


@dataclass(frozen=True)
class Subject:
    """A notice as far as it matters for who hears of it.

    `owners` are those of its entity, `around` its entity with the systems and domains that it is in.
    """

    kind: Happening
    severity: Severity
    todo: bool
    teams: frozenset[Ref] = frozenset()
    people: frozenset[str] = frozenset()
    owners: tuple[Ref, ...] = ()
    around: frozenset[Ref] = frozenset()
    tags: frozenset[str] = frozenset()

    @property
    def concerned(self) -> frozenset[Ref]:
        """The teams and persons of the catalog that it concerns."""
        return self.teams | set(self.owners)


@dataclass(frozen=True)
class Asked:
    """What a route asks for; what is empty asks for nothing."""

    kinds: frozenset[str] = frozenset()
    teams: frozenset[Ref] = frozenset()
    scope: Ref | None = None
    tags: frozenset[str] = frozenset()
    severity: Severity = Severity.INFO


def fits(asked: Asked, subject: Subject) -> bool:
    """Whether a route is about something."""
    return (
        (not asked.kinds or subject.kind in asked.kinds)
        and (not asked.teams or bool(asked.teams & subject.concerned))
        and (asked.scope is None or asked.scope in subject.around | subject.concerned)
        and asked.tags <= subject.tags
        and SEVERITIES.index(subject.severity) >= SEVERITIES.index(asked.severity)
    )


def reasons(subject: Subject, crews: Mapping[Ref, Collection[str]], routed: Collection[str] = ()) -> dict[str, Because]:
    """The accounts that something concerns, by name; `routed` are those whom a route names."""
    found = {name: Because.OWNER for ref in subject.concerned for name in crews.get(ref, ())}
    return found | dict.fromkeys((*routed, *subject.people), Because.NAMED)


def way(subject: Subject, because: Because, ways: Mapping[str, str]) -> How:
    """How somebody hears of something: as they said for its kind, else as is usual."""
    said = ways.get(subject.kind)
    return How(said) if said else usual(subject, because)


def usual(subject: Subject, because: Because) -> How:
    """How one hears of something without having said."""
    if subject.kind is Happening.CHANNEL_FAILED:  # what cannot be sent is not sent
        return How.INBOX
    if because is Because.NAMED:
        return How.NOW
    if subject.kind is Happening.RESULT_CHANGED and subject.severity is not Severity.CRITICAL:
        return How.DIGEST if subject.todo else _quiet(because)
    return How.NOW if subject.todo else _quiet(because)


def _quiet(because: Because) -> How:
    """A team has no inbox: what a person would find there is in its digest."""
    return How.DIGEST if because is Because.TEAM else How.INBOX
