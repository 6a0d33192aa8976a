"""What channels, routes and settings there are, and what was sent."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Max, QuerySet

from greenboard.access.errors import Absent
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
    found = Channel.objects.filter(pk=number).first()
    if found is None:
        raise Absent(f"no channel {number}")
    return found


def routes() -> QuerySet[Route]:
    """Every route with its channel, by name."""
    return Route.objects.select_related("channel").order_by("name")


def route(number: int) -> Route:
    """A route by its number.

    Raises:
        Absent: there is none.

    """
    found = routes().filter(pk=number).first()
    if found is None:
        raise Absent(f"no route {number}")
    return found


def messages(
    *, channel: Channel | None = None, state: State | None = None, below: int | None = None
) -> QuerySet[Message]:
    """What was sent or waits for it, newest first, by one channel or in one state where they are named. Slice it."""
    rows = Message.objects.filter(state__in=WRITTEN).select_related("channel", "person").order_by("-id")
    rows = rows if channel is None else rows.filter(channel=channel)
    rows = rows if state is None else rows.filter(state=state.value)
    return rows if below is None else rows.filter(pk__lt=below)


def message(number: int) -> Message:
    """A message that was written, by its number.

    Raises:
        Absent: there is none.

    """
    found = messages().filter(pk=number).first()
    if found is None:
        raise Absent(f"no message {number}")
    return found


def newest() -> Mapping[int, Message]:
    """The newest message by each channel that sent any, by the number of the channel."""
    rows = Message.objects.filter(state__in=WRITTEN).order_by()
    last = rows.values("channel").annotate(last=Max("id")).values("last")
    return {row.channel_id: row for row in Message.objects.filter(pk__in=last)}


def of_person(person: Person) -> Preference:
    """How a person wants to hear; a row that is not written yet, of what is usual, where they never said."""
    return Preference.objects.filter(person=person).first() or Preference(person=person, version=0)


def of_team(team: Ref) -> Preference:
    """How a team wants to hear, as `of_person`."""
    return Preference.objects.filter(team=str(team)).first() or Preference(team=str(team), version=0)


def of_teams() -> QuerySet[Preference]:
    """The teams that said how they want to hear, by reference."""
    return Preference.objects.exclude(team="").select_related("channel").order_by("team")
