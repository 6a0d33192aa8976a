"""What channels, routes and settings there are, and what was sent."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from greenboard.access import rows
from greenboard.access.models import Person
from greenboard.core.refs import Ref
from greenboard.notifications.models import Channel, Message, Preference, Route
from greenboard.notifications.types import State

WRITTEN = (State.WAITING.value, State.DONE.value, State.FAILED.value)
"""The states of what is sent, or is about to be."""


def channels() -> QuerySet[Channel]:
    """Every channel, by name."""
    return Channel.objects.order_by("name")


def channel(number: int) -> Channel:
    """A channel by its number.

    Raises:
        Absent: there is none.

    """
    return rows.one(channels(), number, "channel")


def routes() -> QuerySet[Route]:
    """Every route with its channel, by name."""
    return Route.objects.select_related("channel").order_by("name")


def route(number: int) -> Route:
    """A route by its number.

    Raises:
        Absent: there is none.

    """
    return rows.one(routes(), number, "route")


def messages(
    *, channel: Channel | None = None, state: State | None = None, below: int | None = None
) -> QuerySet[Message]:
    """What was sent or waits for it, newest first, by one channel or in one state where they are named. Slice it."""
    found = Message.objects.filter(state__in=WRITTEN).select_related("channel", "person").order_by("-id")
    found = found if channel is None else found.filter(channel=channel)
    found = found if state is None else found.filter(state=state.value)
    return found if below is None else found.filter(pk__lt=below)


def message(number: int) -> Message:
    """A message that was written, by its number.

    Raises:
        Absent: there is none.

    """
    return rows.one(messages(), number, "message")


def newest() -> Mapping[int, Message]:
    """The newest message by each channel that sent any, by the number of the channel."""
    return rows.newest(Message.objects.filter(state__in=WRITTEN), "channel")


def of_person(person: Person) -> Preference:
    """How a person wants to hear; a row that is not written yet, of what is usual, where they never said."""
    return Preference.objects.filter(person=person).first() or Preference(person=person, version=0)


def of_team(team: Ref) -> Preference:
    """How a team wants to hear, as `of_person`."""
    return Preference.objects.filter(team=str(team)).first() or Preference(team=str(team), version=0)


def of_teams() -> QuerySet[Preference]:
    """The teams that said how they want to hear, by reference."""
    return Preference.objects.exclude(team="").select_related("channel").order_by("team")
