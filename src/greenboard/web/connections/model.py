"""Connections and collections as values for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.collection import models
from greenboard.collection.costs import Budget
from greenboard.collection.types import Kind, RemovalState, State
from greenboard.connections.models import Connection
from greenboard.facts.vocabulary import Vocabulary
from greenboard.web import links, words
from greenboard.web.words import Said

STATES: Mapping[str, Said] = {
    State.WAITING: Said("not_applicable", "…", "Waiting"),
    State.RUNNING: Said("not_applicable", "↻", "Running"),
    State.DONE: Said("pass", "✓", "Complete"),
    State.PARTIAL: Said("no_data", "◌", "Partial"),
    State.FAILED: Said("fail", "✕", "Failed"),
    State.STOPPED: Said("not_applicable", "–", "Stopped"),
}
NEVER = Said("not_applicable", "–", "Never collected")
FAULTS: Mapping[str, str] = {
    "permission": "A permission is missing",
    "theirs": "The tool",
    "limit": "Its limits",
    "ours": "Ours",
    "stopped": "Stopped",
}
"""Whose fault it is that something could not be looked at, the one that people can mend first."""
_KINDS = {Kind.WHOLE: "Collection", Kind.TRIAL: "Trial"}
_EVERY = {60: "minute", 3600: "hour", 86_400: "day", 604_800: "week"}


@dataclass(frozen=True)
class Line:
    """A connection in a list."""

    name: str
    url: str
    integration: str
    enabled: bool
    state: Said
    ended: SafeString | str
    due: SafeString | str
    every: str
    faults: int
    undecided: int
    waiting: int


@dataclass(frozen=True)
class Step:
    """How far the reading of a stream is."""

    stream: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Fault:
    """Why something could not be looked at, and how often."""

    types: str
    text: str
    what: str
    missing: str
    fields: str
    count: int
    example: str


@dataclass(frozen=True)
class Faults:
    """The faults of one party."""

    title: str
    lines: tuple[Fault, ...]


@dataclass(frozen=True)
class Run:
    """A collection."""

    number: int
    url: str
    kind: str
    trial: bool
    state: Said
    open: bool
    stopping: bool
    asked: SafeString | str
    by: str
    took: str
    facts: str
    fault_count: int
    steps: tuple[Step, ...]
    done: int
    total: int
    error: str


@dataclass(frozen=True)
class Gone:
    """What the tool no longer shows, of one fact type."""

    number: int
    type: str
    url: str
    said: str
    at: SafeString | str
    waits: bool
    can_undo: bool
    state: str


@dataclass(frozen=True)
class Hourly:
    """The calls of an hour in words; `parts` are planned and allowed for the drawing."""

    allowed: str
    planned: str
    used: str
    over: bool


def every(seconds: int | None) -> str:
    """How often: `every hour`, `every 15 min`, `only when asked`."""
    if not seconds:
        return "only when asked"
    for size in sorted(_EVERY, reverse=True):
        if seconds % size == 0:
            count = seconds // size
            return f"every {_EVERY[size]}" if count == 1 else f"every {count} {_EVERY[size]}s"
    return f"every {seconds} s"


def line(row: Connection, title: str, last: models.Collection | None, waiting: int, now: datetime) -> Line:
    """A connection with its last collection."""
    standing = last.outcome.get("subjects", {}) if last else {}
    return Line(
        name=row.name,
        url=links.connection(row.name),
        integration=title,
        enabled=row.enabled,
        state=STATES[last.state] if last else NEVER,
        ended=words.when(last.ended_at, now) if last and last.ended_at else "–",
        due=words.when(row.due_at, now) if row.due_at and row.enabled else "–",
        every=every(row.every),
        faults=sum(int(one["count"]) for one in last.faults) if last else 0,
        undecided=int(standing.get("missing", 0)) + int(standing.get("ambiguous", 0)),
        waiting=waiting,
    )


def run(row: models.Collection, now: datetime) -> Run:
    """A collection, while it runs or afterwards."""
    steps = tuple(Step(name, int(done or 0), total) for name, (done, total) in row.progress.items())
    known = [step for step in steps if step.total]
    facts = row.outcome.get("facts", {})
    return Run(
        number=row.pk,
        url=f"{links.connection(row.connection.name)}/collections/{row.pk}",
        kind=_KINDS[Kind(row.kind)],
        trial=row.kind == Kind.TRIAL,
        state=STATES[row.state],
        open=not State(row.state).over,
        stopping=row.stop,
        asked=words.when(row.asked_at, now),
        by=row.asked_by or "schedule",
        took=words.span((row.ended_at or now) - row.asked_at),
        facts=f"{facts.get('began', 0):,} new, {facts.get('ended', 0):,} ended, {facts.get('same', 0):,} same"
        if facts
        else "",
        fault_count=sum(int(one["count"]) for one in row.faults),
        steps=steps,
        done=sum(min(step.done, step.total or 0) for step in known),
        total=sum(step.total or 0 for step in known),
        error=row.error,
    )


def faults(told: Iterable[Mapping[str, object]], vocabulary: Vocabulary) -> tuple[Faults, ...]:
    """What could not be looked at, by whose fault it is."""
    found: dict[str, list[Fault]] = {name: [] for name in FAULTS}
    for one in told:
        fields = one.get("fields") or []
        assert isinstance(fields, list), "names of fields"
        found[str(one["fault"])].append(
            Fault(
                types=type_title(str(one["type"]), vocabulary),
                text=str(one["text"]),
                what=" ".join(str(one[name]) for name in ("what", "status") if one.get(name)),
                missing=str(one.get("missing") or ""),
                fields=", ".join(map(str, fields)),
                count=int(str(one["count"])),
                example=str(one.get("example") or ""),
            )
        )
    return tuple(Faults(FAULTS[name], tuple(several)) for name, several in found.items() if several)


def type_title(name: str, vocabulary: Vocabulary) -> str:
    """What a fact type is called."""
    declared = vocabulary.stored.get(name)
    return declared.title if declared else name


def gone(row: models.Removal, vocabulary: Vocabulary, now: datetime) -> Gone:
    """What the tool no longer shows."""
    state = RemovalState(row.state)
    by = f" by {row.decided_by}" if row.decided_by else ""
    said = {
        RemovalState.WAITING: "Waits",
        RemovalState.DONE: f"Gone, confirmed{by}" if by else "Gone",
        RemovalState.UNDONE: f"Brought back{by}",
        RemovalState.REFUSED: f"Kept{by}",
        RemovalState.OVER: "Shown again",
    }
    return Gone(
        number=row.pk,
        type=type_title(row.type, vocabulary),
        url=links.fact_type(row.type),
        said=f"{row.count:,} of {row.total:,}",
        at=words.when(row.at, now),
        waits=state is RemovalState.WAITING,
        can_undo=state is RemovalState.DONE,
        state=said[state],
    )


def hourly(budget: Budget) -> Hourly:
    """A budget in words."""
    return Hourly(
        allowed="not said" if budget.allowed is None else f"{budget.allowed:,.0f}",
        planned="known after the first collection" if budget.planned is None else f"{budget.planned:,.0f}",
        used=f"{budget.used:,}",
        over=bool(budget.share and budget.share > 1),
    )


def supplied(
    manifest_fields: Mapping[str, Sequence[str]],
    counts: Mapping[str, int],
    complete: Mapping[str, bool],
    words_: Vocabulary,
) -> list[tuple[str, str, str, int, str]]:
    """By fact type: title, address, fields, how many facts there are, and whether the last look was whole."""
    said = {True: "yes", False: "no"}
    return [
        (
            type_title(name, words_),
            links.fact_type(name),
            ", ".join(fields),
            counts.get(name, 0),
            said[complete[name]] if name in complete else "–",
        )
        for name, fields in sorted(manifest_fields.items())
    ]
