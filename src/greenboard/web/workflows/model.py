"""Workflows and runs as values for their pages."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from greenboard.core.errors import UserError
from greenboard.web import links, words
from greenboard.web.charts.graph import Box, Edge, neighbourhood
from greenboard.web.words import Said
from greenboard.workflows import giving, planning, store
from greenboard.workflows.definition import Definition, Step
from greenboard.workflows.models import Line, Run
from greenboard.workflows.models import Step as Row
from greenboard.workflows.rehearsing import Rehearsed
from greenboard.workflows.store import Figures, Listed
from greenboard.workflows.types import Doing, Path, State, Way

STATES: Mapping[State, Said] = {
    State.RUNNING: Said("no_data", "◌", "Under way"),
    State.WAITING: Said("no_data", "◌", "Waits"),
    State.HELD: Said("error", "!", "Held"),
    State.UNDOING: Said("error", "!", "Being taken back"),
    State.DONE: Said("pass", "✓", "Done"),
    State.FAILED: Said("fail", "✕", "Failed"),
    State.CANCELLED: Said("not_applicable", "–", "Cancelled"),
}
_DOINGS: Mapping[Doing, Said] = {
    Doing.READY: Said("no_data", "◌", "Next"),
    Doing.RUNNING: Said("no_data", "◌", "Under way"),
    Doing.WAITING: Said("no_data", "◌", "Waits"),
    Doing.DONE: Said("pass", "✓", "Done"),
    Doing.SKIPPED: Said("not_applicable", "–", "Skipped"),
    Doing.FAILED: Said("fail", "✕", "Failed"),
}
_NOT_YET = Said("not_applicable", "·", "Not yet")
_WAYS = {
    Way.PERSON: "by {}",
    Way.API: "by {} through the API",
    Way.SCHEDULE: "by its schedule",
    Way.EVENT: "by an event",
    Way.WORKFLOW: "by another run, started by {}",
}
_LONGEST = 4_000
MOST_DRAWN = 30


@dataclass(frozen=True)
class Choice:
    """A workflow in the list of all."""

    name: str
    title: str
    about: str
    url: str
    kinds: str
    starts: str
    enabled: bool
    edited: bool
    runs: str
    went: str
    took: str


@dataclass(frozen=True)
class RunLine:
    """A run in a list."""

    number: int
    url: str
    title: str
    state: Said
    entity: str
    entity_url: str
    by: str
    began: SafeString | str
    took: str
    error: str


@dataclass(frozen=True)
class StepLine:
    """A step of a run. `indent` says how deep it lies."""

    path: str
    title: str
    does: str
    state: Said
    indent: int
    took: str
    attempts: int
    due: SafeString | str
    asked: str
    text: str
    outputs: str
    error: str
    failed: bool
    given: str = ""


@dataclass(frozen=True)
class LogLine:
    """A line of the log."""

    at: SafeString | str
    step: str
    by: str
    text: str


@dataclass(frozen=True)
class Wrong:
    """A mistake in a document, and the characters of its line."""

    where: str
    start: int
    end: int
    line: str
    said: str


def choice(one: Listed, figures: Figures | None) -> Choice:
    """A workflow as it is listed; `figures` are of its runs of late."""
    made, counted = one.definition, figures or Figures(0, {}, None)
    went = [f"{count:,} {STATES[state].word.lower()}" for state, count in sorted(counted.states.items())]
    return Choice(
        name=one.row.name,
        title=made.title,
        about=made.about,
        url=reverse("workflow", args=[one.row.name]),
        kinds=", ".join(made.offer.kinds) or ("" if made.entity == "none" else "any"),
        starts=", ".join(start.every or start.heard for start in made.start),
        enabled=one.row.enabled,
        edited=one.row.edited,
        runs=words.count(counted.runs, "run"),
        went=", ".join(went),
        took=_seconds(counted.seconds),
    )


def run(row: Run, now: datetime) -> RunLine:
    """A run as it is listed."""
    about = store.ref(row)
    return RunLine(
        number=row.pk,
        url=reverse("workflow-run", args=[row.pk]),
        title=row.workflow.title,
        state=STATES[State(row.state)],
        entity=about.short if about else "",
        entity_url=links.entity(about) if about else "",
        by=_WAYS[Way(row.way)].format(row.by),
        began=words.when(row.began_at, now),
        took=_took(row.began_at, row.ended_at, now),
        error=row.error,
    )


def steps(row: Run, made: Definition, now: datetime) -> list[StepLine]:
    """The steps of a run in the order of the document, then what was taken back."""
    rows = {Path.parse(one.path): one for one in Row.objects.filter(run=row)}
    known = store.records(row)
    lines = [_step(step, path, rows.get(path), depth, now) for step, path, depth in planning.order(made, known)]
    undone = sorted((path for path in rows if path.undo), key=lambda path: rows[path].pk)
    lines += [_step(made.step(path.step), path, rows[path], 0, now) for path in undone]
    given = {str(path): plain(told) for path, told in giving.given(row, made, rows.values()).items()}
    return [replace(line, given=given.get(line.path, "")) for line in lines]


def _step(step: Step, path: Path, row: Row | None, depth: int, now: datetime) -> StepLine:
    doing = Doing(row.doing) if row else None
    asked = store.asked(row) if row and doing is Doing.WAITING else None
    title = f"Take back: {step.name}" if path.undo else step.name
    return StepLine(
        path=str(path),
        title=title + "".join(f" {index + 1}" for index in path.indices),
        does=(step.undo.do if path.undo and step.undo else step.do) or ("each" if step.each else "if"),
        state=_DOINGS[doing] if doing else _NOT_YET,
        indent=min(depth, 4),
        took=_took(row.began_at, row.ended_at, now) if row and row.began_at else "",
        attempts=row.attempts if row else 0,
        due=words.when(row.due_at, now) if row and doing is Doing.WAITING and row.due_at else "",
        asked=", ".join(who.partition(":")[2] for who in asked.who if not who.startswith("entity:")) if asked else "",
        text=asked.text or asked.rule if asked else "",
        outputs=plain(row.outputs) if row and doing is Doing.DONE and step.do else "",
        error=row.error if row else "",
        failed=doing is Doing.FAILED and not path.undo,
    )


def log(row: Run, now: datetime) -> list[LogLine]:
    """The log of a run, newest first."""
    found = Line.objects.filter(run=row).order_by("-id")[:500]
    return [LogLine(words.when(one.at, now), one.path, one.by, one.text) for one in found]


def plain(value: Any) -> str:
    """A value as JSON that one can read, cut where it is long; nothing where there is nothing."""
    if value in (None, {}, []):
        return ""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def picture(made: Definition, lines: Sequence[StepLine] = ()) -> SafeString | str:
    """The steps as a graph, from left to right; those within others below one another."""
    states = {line.path.partition("[")[0]: line.state for line in lines}
    boxes, edges = list[Box](), list[Edge]()
    last: list[str] = []
    for layer, step in enumerate(made.steps, 1):  # none of them is the one in the middle
        inner = [one for one in step.walk() if one.do] or [step]
        for one in inner:
            said = states.get(one.id, _NOT_YET)
            note = f"{said.glyph} {said.word}" if lines else one.do or "each"
            boxes.append(Box(one.id, layer, one.name, note, f"#step-{one.id}", 0, 0, said.word))
            edges += [Edge(before, one.id, f"{before}, then {one.id}") for before in last]
        last = [one.id for one in inner]
    return neighbourhood(boxes, edges, title=f"The steps of {made.title}") if len(boxes) <= MOST_DRAWN else ""


def dry(found: Rehearsed) -> dict[str, Any]:
    """How a run would go."""
    lines = [
        {
            "title": ("Take back: " if line.path.undo else "") + line.title,
            "does": line.kind,
            "given": plain(line.given),
            "state": _DOINGS[line.doing],
            "calls": [
                {"what": f"{one.method} {one.url}", "headers": plain(dict(one.headers)), "body": plain(one.body)}
                for one in line.calls
            ],
            "unknown": line.unknown,
            "error": line.error or line.refused,
        }
        for line in found.lines
    ]
    return {"state": STATES[found.state], "lines": lines, "outputs": plain(found.outputs), "error": found.error}


def wrong(text: str, errors: Sequence[UserError]) -> list[Wrong]:
    """Mistakes, each with the characters of the line that it is in."""
    lines = text.split("\n")
    return [_wrong(error, lines) for error in errors]


def _wrong(error: UserError, lines: Sequence[str]) -> Wrong:
    number = (error.place.line if error.place else None) or 0
    inside = 0 < number <= len(lines)
    start = sum(len(line) + 1 for line in lines[: number - 1]) if inside else 0
    told = UserError(error.what, expected=error.expected, got=error.got, hint=error.hint)
    column = error.place.column if error.place else None
    return Wrong(
        where=f"line {number}" + (f", column {column}" if column else "") if inside else "",
        start=start + len(lines[number - 1]) - len(lines[number - 1].lstrip()) if inside else 0,
        end=start + len(lines[number - 1]) if inside else 0,
        line=lines[number - 1].strip()[:120] if inside else "",
        said=str(told),
    )


@dataclass(frozen=True)
class Changed:
    """A line of a difference between two texts: one that came, one that went, one that stayed, or a gap."""

    sign: str
    text: str

    @property
    def word(self) -> str:
        """The same for those who hear it."""
        return {"+": "added: ", "-": "removed: "}.get(self.sign, "")


def differences(before: str, after: str) -> list[Changed]:
    """What a text changed, with three lines around."""
    told = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
    if told and told[0].startswith(("@@ -0,", "@@ -1,")):  # nothing is left out above
        told = told[1:]
    return [Changed("…", "") if line.startswith("@@") else Changed(line[:1], line[1:]) for line in told]


def _took(began: datetime, ended: datetime | None, now: datetime) -> str:
    return words.span((ended or now) - began)


def _seconds(value: float | None) -> str:
    return "" if value is None else words.span(timedelta(seconds=value))
