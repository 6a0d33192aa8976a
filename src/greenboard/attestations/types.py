"""What attestations are made of, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from greenboard.core.refs import Ref

PRODUCTION = "production"
"""The environment whose attestations count for the whole entity: it is whose readiness is asked."""


class State(StrEnum):
    """How far an attestation is."""

    WAITING = "waiting"
    HOLDS = "holds"
    REFUSED = "refused"
    ENDED = "ended"


LIVE = (State.WAITING, State.HOLDS)
"""The states that something may still become of."""


class Cause(StrEnum):
    """What ended an attestation: a date, somebody, or an event."""

    DATE = "date"
    REVOKED = "revoked"
    RENEWED = "renewed"
    WITHDRAWN = "withdrawn"
    """It stood in a descriptor, and does no longer."""
    OWNER = "owner_changed"
    TIER = "tier_changed"
    DEPENDENCY = "new_dependency"
    MAJOR = "major_version"
    DEPLOYMENTS = "deployments"
    CLASSIFICATION = "data_classification_changed"
    FILE = "file_changed"


class Done(StrEnum):
    """A step in the history of an attestation."""

    GIVEN = "given"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REMINDED = "reminded"
    ENDED = "ended"


class Kind(StrEnum):
    """What an answer is."""

    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


class Proof(StrEnum):
    """What evidence is: an address, a file that is kept here, words, or a file of the repository."""

    LINK = "link"
    FILE = "file"
    TEXT = "text"
    PATH = "path"


Answer = str | float


@dataclass(frozen=True)
class Question:
    """One question of an item. `least` and `most` bound a number, or the length of a text.

    A date is not before `earliest` days ago, nor after today unless `future`.
    """

    id: str
    ask: str
    kind: Kind
    doc: str = ""
    required: bool = True
    options: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = False
    earliest: int | None = None
    future: bool = False


@dataclass(frozen=True)
class Who:
    """Some people: those of the owner, of named teams, and who hold one of some roles for the entity."""

    owner: bool = False
    teams: tuple[Ref, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ends:
    """The events that end an attestation, besides its date."""

    causes: frozenset[Cause] = frozenset()
    deployments: int | None = None


@dataclass(frozen=True)
class Policy:
    """How an item is attested: by whom, whether a second person confirms, until when, with which evidence.

    `kinds` are those of the entities that may be asked; `need` says what there has to be at least one of,
    none where evidence is welcome only. `source` is the file that says so.
    """

    item: str
    title: str
    statement: str
    kinds: tuple[str, ...]
    who: Who
    confirm: Who | None
    valid_for: timedelta
    remind: tuple[int, ...]
    ends: Ends = Ends()
    questions: tuple[Question, ...] = ()
    evidence: str = ""
    need: tuple[Proof, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Given:
    """One piece of evidence as somebody gives it: an address, words, a path; or the number of an upload of theirs."""

    kind: Proof
    text: str = ""
    upload: int | None = None


@dataclass(frozen=True)
class Wish:
    """An attestation as somebody wants to give it. `until` is its last day, in UTC."""

    entity: Ref
    item: str
    statement: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    evidence: tuple[Given, ...] = ()
    until: date | None = None
    environment: str = ""
    release: str = ""
    role: str = ""


@dataclass(frozen=True)
class Ended:
    """That an attestation ends: what ended it, and why, in a sentence."""

    cause: Cause
    reason: str


def state_at(state: State, given: datetime, settled: datetime | None, ended: datetime | None, at: datetime) -> State:
    """How far an attestation was at a moment, by what became of it and when; given before it."""
    if ended is not None and ended <= at:
        return state
    if settled is not None and settled <= at:
        return State.HOLDS
    return State.WAITING if settled is None or settled > given else State.HOLDS
