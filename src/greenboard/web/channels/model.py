"""Channels, routes and messages as values, without any secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.core.refs import Ref
from greenboard.notifications import reaching
from greenboard.notifications.models import Channel, Message, Preference, Route
from greenboard.notifications.reaching import Kind
from greenboard.notifications.types import Gathers, State
from greenboard.web import words
from greenboard.web.words import Said

_STATES: Mapping[State, Said] = {
    State.WAITING: Said("no_data", "◌", "Waits"),
    State.DONE: Said("pass", "✓", "Arrived"),
    State.FAILED: Said("fail", "✕", "Given up"),
}
STATES = tuple((state.value, said.word) for state, said in _STATES.items())
_GATHERS = {
    Gathers.CASES: "Message",
    Gathers.DIGEST: "Digest",
    Gathers.QUIET: "After quiet hours",
    Gathers.CAP: "Too many in an hour",
    Gathers.TEST: "Test",
}


@dataclass(frozen=True)
class Filled:
    """A field of a channel; of a secret only whether there is one."""

    name: str
    title: str
    hint: str
    example: str
    secret: bool
    required: bool
    value: str


@dataclass(frozen=True)
class Sent:
    """A message, and how sending it went."""

    number: int
    channel: str
    channel_url: str
    what: str
    to: str
    subject: str
    state: Said
    when: SafeString | str
    attempts: str
    next: SafeString | str
    answered: str
    said: str
    again: bool


@dataclass(frozen=True)
class Shown:
    """A channel as it stands."""

    number: int
    name: str
    kind: str
    active: bool
    last: Sent | None


@dataclass(frozen=True)
class Led:
    """A route: what it asks for, and where it leads, in words."""

    number: int
    name: str
    asks: tuple[str, ...]
    leads: tuple[str, ...]
    active: bool


@dataclass(frozen=True)
class Team:
    """The channel of a team."""

    ref: str
    name: str
    channel: str
    digest: str


def fields(kind: Kind, given: Mapping[str, str]) -> list[Filled]:
    """What there is to fill in; `given` has no secrets."""
    return [
        Filled(
            one.name,
            one.title,
            one.hint,
            one.example,
            one.secret,
            one.required,
            "" if one.secret else given.get(one.name, ""),
        )
        for one in kind.fields
    ]


def shown(row: Channel, newest: Message | None, now: datetime) -> Shown:
    """A channel with its newest message."""
    kind = reaching.kinds().get(row.kind)
    title = kind.title if kind else f"{row.kind}, which is not there any more"
    return Shown(row.pk, row.name, title, row.active, sent(newest, now, row.name) if newest else None)


def sent(row: Message, now: datetime, channel: str = "") -> Sent:
    """A message as the log has it."""
    waiting = row.state == State.WAITING
    name = channel or row.channel.name
    letter = row.letter or {}
    return Sent(
        number=row.pk,
        channel=name,
        channel_url=f"/channels/{row.channel_id}",
        what=_GATHERS[Gathers(row.gathers)] + (f" of {row.count:,}" if row.count > 1 else ""),
        to=row.address or _receiver(row.receiver),
        subject=str(letter.get("subject", "")),
        state=_STATES[State(row.state)],
        when=words.when(row.tried_at, now) if row.tried_at else "Not tried yet",
        attempts="" if row.gathers == Gathers.TEST else words.count(row.attempts, "attempt"),
        next=words.when(row.next_at, now) if waiting and row.attempts else "",
        answered=_answered(row),
        said=row.answer,
        again=not waiting and row.gathers != Gathers.TEST,
    )


def _receiver(text: str) -> str:
    """Who gathers, where the channel has no addresses: a team by its name."""
    kind, _, who = text.partition(":")
    return f"team {Ref.parse(who).short}" if kind == "team" else ""


def _answered(row: Message) -> str:
    if row.tried_at is None or row.milliseconds is None:
        return ""
    answer = "No answer" if row.status is None else f"Answered {row.status}"
    return f"{answer} in {row.milliseconds:,.0f} ms"


def led(row: Route) -> Led:
    """A route in words."""
    asks = [
        *(f"event {kind}" for kind in row.kinds),
        *(f"team {Ref.parse(team).short}" for team in row.teams),
        *([f"within {row.scope}"] if row.scope else []),
        *(f"tag {tag}" for tag in row.tags),
        *([f"{row.severity} or worse"] if row.severity != "info" else []),
    ]
    leads = [
        *([f"{row.channel.name}{f', {row.address}' if row.address else ''}"] if row.channel else []),
        *(["the owning team's channel"] if row.team_channel else []),
        *row.people,
    ]
    return Led(row.pk, row.name, tuple(asks), tuple(leads), row.active)


def team(row: Preference) -> Team:
    """The channel of a team."""
    channel = row.channel.name if row.channel else "None: its channel was removed"
    return Team(row.team, Ref.parse(row.team).short, f"{channel} {row.address}".strip(), row.digest)
