"""Hooks, their deliveries and inlets as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.core.happened import Happening
from greenboard.hooks.models import Delivery, Hook, Inlet
from greenboard.hooks.types import State
from greenboard.web import words
from greenboard.web.words import Said

_EVENTS: Mapping[Happening, str] = {
    Happening.ENTITY_CHANGED: "An entity was declared, changed or retired",
    Happening.FACTS_CHANGED: "Facts or gaps of an entity changed",
    Happening.RESULT_CHANGED: "A rule came to another outcome",
    Happening.LEVEL_CHANGED: "An entity reached or lost a level",
    Happening.RULE_SAVED: "A rule was saved or restored",
    Happening.ENTITY_DISCOVERED: "A tool shows something that the catalog lacks",
    Happening.SOURCE_FAILED: "A connection could not be read",
    Happening.SOURCE_RECOVERED: "A connection can be read again",
    Happening.ATTESTATION_GIVEN: "Somebody attested that an item holds",
    Happening.ATTESTATION_CONFIRMED: "A second person confirmed or refused an attestation",
    Happening.ATTESTATION_ENDING: "An attestation ends soon",
    Happening.ATTESTATION_ENDED: "An attestation ended, by date or by an event",
    Happening.EXEMPTION_REQUESTED: "Somebody asked for an exemption",
    Happening.EXEMPTION_DECIDED: "An exemption was approved or denied",
    Happening.EXEMPTION_ENDING: "An exemption ends soon",
    Happening.EXEMPTION_ENDED: "An exemption ended or was revoked",
    Happening.CAMPAIGN_STARTED: "A campaign started",
    Happening.CAMPAIGN_DUE: "A campaign reminds, or a milestone of it is due",
    Happening.CAMPAIGN_ENDED: "A campaign ended",
    Happening.REVIEW_REQUESTED: "Somebody asked for a readiness review",
    Happening.REVIEW_ASSIGNED: "A review or a section of it was given to somebody",
    Happening.REVIEW_DECIDED: "A review was decided and signed",
    Happening.REVIEW_REOPENED: "A review was opened again, since something changed",
    Happening.REVIEW_DUE: "A review, finding or condition is due",
    Happening.WORKFLOW_WAITING: "A run of a workflow waits for somebody",
    Happening.WORKFLOW_ENDED: "A run of a workflow ended",
    Happening.WORKFLOW_TOLD: "A workflow tells people something",
    Happening.SCAFFOLD_MADE: "Something was made from a scaffold",
    Happening.SCAFFOLD_FAILED: "Something could not be made from a scaffold",
    Happening.SCAFFOLD_MERGED: "A pull request of a scaffold was merged, or closed without that",
    Happening.SCAFFOLD_BEHIND: "A scaffold has a newer version than what was made from it",
    Happening.CHANNEL_FAILED: "A message could not be sent by a channel",
}
"""What one may choose. That a hook is tried is told to it whatever it chose."""
_STATES: Mapping[State, Said] = {
    State.WAITING: Said("no_data", "◌", "Waits"),
    State.DONE: Said("pass", "✓", "Arrived"),
    State.FAILED: Said("fail", "✕", "Given up"),
}
STATES = tuple((state.value, said.word) for state, said in _STATES.items())


@dataclass(frozen=True)
class Event:
    """An event to choose."""

    name: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class Told:
    """A delivery. `said` is the beginning of the answer, or why there was none."""

    number: int
    event: str
    state: Said
    when: SafeString | str
    attempts: str
    next: SafeString | str
    status: str
    said: str
    body: str
    again: bool


@dataclass(frozen=True)
class Shown:
    """A hook, without its secret; `last` is the newest delivery."""

    number: int
    name: str
    url: str
    events: tuple[str, ...]
    active: bool
    made: SafeString | str
    last: Told | None


@dataclass(frozen=True)
class Door:
    """An inlet, without its secret."""

    name: str
    url: str
    service: str
    active: bool
    may: bool
    made: SafeString | str


def shown(row: Hook, newest: Delivery | None, now: datetime) -> Shown:
    """A hook as it stands; the event of its newest delivery is not read."""
    return Shown(
        number=row.pk,
        name=row.name,
        url=row.url,
        events=tuple(row.events),
        active=row.active,
        made=words.when(row.created_at, now),
        last=_told(newest, "", "", now) if newest else None,
    )


def events(chosen: Collection[str]) -> tuple[Event, ...]:
    """The events to choose from."""
    return tuple(Event(one.value, title, one.value in chosen) for one, title in _EVENTS.items())


def told(row: Delivery, now: datetime) -> Told:
    """A delivery with what it told."""
    return _told(row, row.event.kind, row.event.body, now)


def _told(row: Delivery, event: str, body: str, now: datetime) -> Told:
    waiting = row.state == State.WAITING
    return Told(
        number=row.pk,
        event=event,
        state=_STATES[State(row.state)],
        when=words.when(row.tried_at, now) if row.tried_at else "Not tried yet",
        attempts=words.count(row.attempts, "attempt"),
        next=words.when(row.next_at, now) if waiting else "",
        status=_status(row),
        said=row.answer,
        body=body,
        again=not waiting,
    )


def _status(row: Delivery) -> str:
    if row.tried_at is None:
        return ""
    taken = f" in {row.milliseconds:,.0f} ms" if row.milliseconds is not None else ""
    return f"Answered {row.status}{taken}" if row.status is not None else "No answer"


def door(row: Inlet, now: datetime) -> Door:
    """An inlet as it stands."""
    return Door(
        name=row.name,
        url=f"/api/v1/hooks/in/{row.name}",
        service=row.service.name,
        active=row.active,
        may=row.service.active,
        made=words.when(row.created_at, now),
    )
