"""What goes in and comes out of the runtime: a connection in; what was found, and what was missed, out. Pure.

`greenboard.connections.collecting.collect` turns a `Connection` into a stream of what it saw. It keeps
nothing but the work file that it is given, knows no entity and no database: `collection` matches
subjects to entities and keeps the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from greenboard.facts.types import Struct, Value
from greenboard.outbound.addresses import Allowed

if TYPE_CHECKING:
    from greenboard.connections.integration import Integration

Json = Any
"""What JSON can say. It is parsed at the edge: expressions turn it into typed fields of facts."""
Record = Mapping[str, Json]
"""One thing as the tool tells it."""

By = Literal["id", "entity", "annotation", "tag", "name", "repository", "email", "login", "contact"]
"""How a subject may be matched to an entity; `entity` is its reference, `contact` a chat channel that it names."""
Fault = Literal["ours", "theirs", "permission", "limit", "stopped"]


@dataclass(frozen=True, slots=True)
class Match:
    """One way in which a subject may be matched. `value` is what the entity has to have."""

    by: By
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing in the tool that facts are about. `stream` and `id` together name it within a connection.

    `kinds` are the kinds of entities it can be; empty: any. `matches` come in order of strength.
    """

    stream: str
    id: str
    kinds: tuple[str, ...]
    title: str
    link: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no fact. `text` is a sentence for a person and holds no secret.

    `status` is what the tool answered, if it did; `what` is the call, as `GET /services`; `missing`
    names the permission that would help, as the manifest describes it.
    """

    fault: Fault
    text: str
    status: int | None = None
    what: str = ""
    missing: str = ""

    def __str__(self) -> str:
        called = f" ({self.what}{f': {self.status}' if self.status else ''})" if self.what else ""
        return self.text + called


@dataclass(frozen=True, slots=True)
class Found:
    """A fact about a subject, normalised by the vocabulary; a field that is absent is unknown.

    Of a type with several per entity the value is a tuple of all items: empty when the look was
    complete and there are none, `Partial` when there may be more.
    """

    type: str
    subject: Subject
    value: Value
    link: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """No fact, and why. Without a subject nothing of the whole type could be read.

    With `fields` only those are unknown for this reason; the rest of the fact is in a `Found`.
    """

    type: str
    subject: Subject | None
    reason: Reason
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A subject exists in the tool, whether or not a fact comes of it."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a stream is, in records, or in parents where it is read once for each."""

    stream: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """What a stream took."""

    records: int = 0
    pages: int = 0
    calls: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word of a collection.

    `complete` says for each fact type whether everything that it is made of was read to the end;
    `subjects` says it for each stream of subjects. What is not there any more counts as gone only
    where that is true. `reasons` tells why a stream was not complete.
    """

    complete: Mapping[str, bool]
    subjects: Mapping[str, bool]
    streams: Mapping[str, Count]
    reasons: Mapping[str, Reason] = field(default_factory=dict)


Event = Found | Missed | Seen | Progress | Ended


@dataclass(frozen=True, slots=True)
class Known:
    """What others said of an entity, by fact type: each fact, or each item of a list, as the vocabulary has it."""

    entity: str
    facts: Mapping[str, tuple[Struct, ...]]


@dataclass(frozen=True)
class Connection:
    """A configured use of an integration. `scope` holds `include` and `exclude`: patterns of ids and titles
    of subjects (as of a shell, `*` for anything). `known` is what others said, of the fact types that the
    manifest `knows`, in the order of references; `allowed` are the addresses beside public ones that may be called.
    """

    integration: Integration
    settings: Mapping[str, Json] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    scope: Mapping[str, Json] = field(default_factory=dict)
    name: str = ""
    known: tuple[Known, ...] = field(default=(), repr=False)
    allowed: Allowed = field(default_factory=Allowed)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a probe looked at: a stream, by its name."""

    what: str
    ok: bool
    reason: Reason | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a connection works. `account` is whom the tool takes us for."""

    ok: bool
    account: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a tool that is what it claims to be, and what it says has changed: ids by stream, a pull request.

    `delivery_id` tells a repeated delivery; the caller remembers those of at least a day. `answer` is what
    the tool wants to be answered, as JSON, where it asks whether we are there.
    """

    refresh: Mapping[str, tuple[str, ...]]
    delivery_id: str
    answer: Mapping[str, str] | None = None
    pull: tuple[str, int] | None = None
    """The pull request that something happened to: its repository and number."""


class Refused(Exception):
    """A message that is not what it claims to be. The text holds no secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `url` is absolute; `label` names it for a person, without anything secret.

    One that is not `repeatable` is made again only where it is sure that nothing was done.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None
    bucket: str = ""
    label: str = ""
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status below 400, or one that the caller asked to be told of."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    calls: int = 1


class Failed(Exception):
    """A call, or what it answered, was of no use. `body` is what the tool said, as far as it was read.

    `unsure` is said of a call that is not repeatable: it may have been done all the same.
    """

    def __init__(self, reason: Reason, *, body: bytes = b"", calls: int = 1, unsure: bool = False) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.body = body
        self.calls = calls
        self.unsure = unsure


class Caller(Protocol):
    """Makes one call, with everything that makes calls safe and polite. Safe to use from several threads."""

    def __call__(self, request: Request, /) -> Answer:
        """What the tool answered.

        Raises:
            Failed: no answer, or one with a status of 400 and more, after all retries.

        """
        ...


class Looking(Protocol):
    """What the code of a collect.py is given to read a stream of records: see `reading.Look`."""

    @property
    def connection(self) -> Connection: ...

    @property
    def stream(self) -> str: ...

    @property
    def parent(self) -> Json: ...

    @property
    def stop(self) -> Callable[[], bool]: ...

    def ask(self, method: str, path: str, *, query: dict[str, Any] | None = None, body: Json = None) -> Json:
        """The decoded answer of one call through the guarded client. Raises Failed."""
        ...

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, for code that connects by itself. Raises Forbidden where one may not be called."""
        ...


class Own(Protocol):
    """A collect.py that does the whole work, because no manifest can say what the tool tells."""

    def collect(
        self, connection: Connection, *, now: datetime, call: Caller, stop: Callable[[], bool], work: Path | None
    ) -> Iterator[Event]:
        """As `collecting.collect`; what is kept in the work file is its own."""
        ...

    def provides(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that can be filled, by fact type; none where it cannot say which."""
        ...

    def probe(self, connection: Connection, *, now: datetime, call: Caller) -> Probe:
        """As `probing.probe`."""
        ...


class Buckets(Protocol):
    """Counts calls, shared by everyone who uses a connection. Safe to use from several threads."""

    def take(self, connection: str, bucket: str, rate: float, burst: float, now: datetime) -> float:
        """Take one token of a bucket that fills at `rate` a second up to `burst`; seconds to wait before the call."""
        ...

    def empty(self, connection: str, bucket: str, until: datetime) -> None:
        """The tool said that there is nothing left until then."""
        ...
