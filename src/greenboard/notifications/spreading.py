"""Telling whom it concerns: each notice once, into inboxes and into the messages that gather.

Whom it concerns is found before the transaction, so that nobody who writes waits for it. In it a worker locks
the notices that it spreads: another one waits, finds them spread, and writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core.happened import Happening, Severity
from greenboard.core.refs import Ref
from greenboard.notifications import inbox
from greenboard.notifications.choosing import AUDIENCE, Asked, Because, Subject, fits, reasons, way
from greenboard.notifications.crowd import Crowd
from greenboard.notifications.gathering import Cases, To, gather
from greenboard.notifications.models import Notice, Route
from greenboard.notifications.types import HEARD, SEVERITIES, How

_KNOWN = [kind.value for kind in HEARD]
"""The others are of a version to come, whose workers spread them."""
MOST = 500
"""So many notices are spread at once."""


def spread(now: datetime) -> int:
    """Tell whom it concerns of what is not spread yet; how many notices."""
    fresh = Notice.objects.filter(spread_at__isnull=True, kind__in=_KNOWN).order_by("id")
    notices = list(fresh[:MOST])
    if not notices:
        return 0
    spreading = _Spreading(notices, now)
    spreading.choose()
    numbers = [one.pk for one in notices]
    with transaction.atomic():
        own = fresh.filter(pk__in=numbers).select_for_update()
        if list(own.values_list("pk", flat=True)) != numbers:
            return 0  # another worker spread some of them; what is left is chosen for at the next look
        spreading.write()
        Notice.objects.filter(pk__in=numbers).update(spread_at=now)
    return len(notices)


@dataclass
class _Gathered:
    """What one receiver is told of, by key and way: the notices and the gravest of them."""

    notices: list[int] = field(default_factory=list)
    severity: Severity = Severity.INFO

    def add(self, notice: Notice) -> None:
        self.notices.append(notice.pk)
        self.severity = max(self.severity, Severity(notice.severity), key=SEVERITIES.index)


class _Spreading:
    """One turn."""

    def __init__(self, notices: Sequence[Notice], now: datetime) -> None:
        self.notices, self.now = notices, now
        self.crowd = Crowd()
        self.known = catalog.several({Ref.parse(one.about) for one in notices if one.about})
        self.routes = list(Route.objects.filter(active=True).select_related("channel").order_by("id"))
        self.found: defaultdict[tuple[To, str, How, int], _Gathered] = defaultdict(_Gathered)
        self.lines: defaultdict[int, list[Notice]] = defaultdict(list)
        self.placed: list[Notice] = []

    def choose(self) -> None:
        """Find whom each notice concerns."""
        for notice in self.notices:
            about = Ref.parse(notice.about) if notice.about else None
            stored = self.known.get(about) if about else None
            if stored is not None and notice.entity_id != stored.id:
                notice.entity_id = stored.id
                self.placed.append(notice)
            subject = _subject(notice, stored)
            routes = [route for route in self.routes if fits(_asked(route), subject)]
            self._people(notice, subject, about, routes)
            if not notice.late:
                self._teams(notice, subject, routes)
                self._channels(notice, routes)

    def write(self) -> None:
        """Put it into inboxes and into the messages that gather."""
        Notice.objects.bulk_update(self.placed, ["entity"], batch_size=MOST)
        inbox.put(self.lines, self.now)
        for (to, key, how, _), told in self.found.items():
            gather(to, Cases(key, told.notices, told.severity, how), self.now)

    def _add(self, to: To, notice: Notice, how: How) -> None:
        """Have a receiver told: what has no key is a message of its own, but in a digest."""
        own = 0 if notice.key or how is How.DIGEST else notice.pk
        self.found[to, notice.key, how, own].add(notice)

    def _people(self, notice: Notice, subject: Subject, about: Ref | None, routes: Sequence[Route]) -> None:
        routed = [name for route in routes for name in route.people]
        permission = AUDIENCE.get(subject.kind)
        routed += self.crowd.holding(permission) if permission else []
        because = reasons(subject, self.crowd.crews, routed)
        for person in self.crowd.persons(because):
            how = way(subject, because[person.username], self.crowd.ways(person))
            if how is How.OFF or not self.crowd.may_hear(person, subject.kind, about, about in self.known):
                continue
            self.lines[person.pk].append(notice)
            to = self.crowd.to(person) if how is not How.INBOX and not notice.late else None
            if to is not None:
                self._add(to, notice, how)

    def _teams(self, notice: Notice, subject: Subject, routes: Sequence[Route]) -> None:
        """The channels of the teams that it concerns. A route to the team's channel has it told at once."""
        wanted = any(route.team_channel for route in routes)
        for team in sorted(ref for ref in subject.concerned if ref.kind == "team"):
            to = self.crowd.to_team(team)
            if to is not None:
                how = How.NOW if wanted else way(subject, Because.TEAM, self.crowd.ways_of_team(team))
                if how in (How.NOW, How.DIGEST):
                    self._add(to, notice, how)

    def _channels(self, notice: Notice, routes: Sequence[Route]) -> None:
        """The channels of routes, each once, however many routes lead there."""
        for to in dict.fromkeys(_to(route) for route in routes if route.channel and route.channel.active):
            if notice.kind != Happening.CHANNEL_FAILED:
                self._add(to, notice, How.NOW)


def _to(route: Route) -> To:
    assert route.channel_id is not None, "it has a channel"
    return To(route.channel_id, "channel", route.address, reason="A route of this installation leads here.")


def _asked(route: Route) -> Asked:
    return Asked(
        frozenset(route.kinds),
        frozenset(map(Ref.parse, route.teams)),
        Ref.parse(route.scope) if route.scope else None,
        frozenset(route.tags),
        Severity(route.severity),
    )


def _subject(notice: Notice, stored: Stored | None) -> Subject:
    return Subject(
        kind=Happening(notice.kind),
        severity=Severity(notice.severity),
        todo=bool(notice.todo),
        teams=frozenset(map(Ref.parse, notice.teams)),
        people=frozenset(notice.people),
        owners=stored.owners if stored else (),
        around=frozenset(_around(stored)) if stored else frozenset(),
        tags=frozenset(stored.entity.tags) if stored else frozenset(),
    )


def _around(stored: Stored) -> Iterator[Ref]:
    yield stored.ref
    yield from (ref for ref in (stored.system, stored.domain) if ref is not None)
