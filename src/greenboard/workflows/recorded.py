"""Cases of workflows, held against how a run would go: those in the document, and those recorded beside its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from greenboard.core import clock, yaml
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.workflows import inputs
from greenboard.workflows.cases import Case, Cases
from greenboard.workflows.definition import Definition
from greenboard.workflows.inputs import Input
from greenboard.workflows.rehearsing import Rehearsal, Rehearsed
from greenboard.workflows.types import Json

NOW = clock.parse_time("2026-11-02T09:00:00Z")


@dataclass(frozen=True)
class Tried:
    """A case and what is wrong with how it went; nothing where it went as it should."""

    case: Case
    rehearsed: Rehearsed | None
    wrong: tuple[str, ...]


def read(text: str, path: str) -> tuple[Case, ...]:
    """The cases of a text.

    Raises:
        UserError: it holds none, or not in this form.

    """
    documents = yaml.read(text, path)
    if len(documents) != 1:
        raise UserError(f"{path}: not one document of cases")
    return yaml.parse(documents[0], Cases).cases


def beside(file: Path) -> tuple[Case, ...]:
    """The cases that are recorded beside the file of a document; errors as for `read`."""
    found = file.parent / "recorded" / file.name
    return read(found.read_text(encoding="utf-8"), str(found)) if found.exists() else ()


def attempt(made: Definition, case: Case, now: datetime = NOW) -> Tried:
    """Have a case go, and hold it against what it says."""
    try:
        given = inputs.check(
            made.inputs, case.inputs, {"entity": case.entity, "now": now}, lambda _, text: text, unasked
        )
    except UserError as error:
        return Tried(case, None, tuple(str(error).splitlines()))
    found = Rehearsal(made, values(made, case, given, now), case.answers, now, secrets(made, given)).run()
    return Tried(case, found, tuple(_wrong(case, found)))


def values(made: Definition, case: Case, given: Mapping[str, Json], now: datetime) -> dict[str, Any]:
    """What the expressions of a rehearsal read."""
    run = {"number": 1, "workflow": made.name, "by": case.by, "started_at": clock.format_time(now), "key": "a-key"}
    return {"inputs": inputs.open_(made.inputs, given), "entity": entity(case.entity), "event": case.event, "run": run}


def entity(told: Mapping[str, Any]) -> dict[str, Any]:
    """An entity as expressions read it, of what a case says of it."""
    if not told:
        return {}
    ref = Ref.parse(str(told.get("ref", "service:default/checkout")))
    usual = {"ref": str(ref), "kind": ref.kind, "namespace": ref.namespace, "name": ref.name, "title": ref.name}
    unknown = dict.fromkeys(("owner", "system", "domain", "tier", "lifecycle"))
    return {**unknown, "tags": [], "annotations": {}, "properties": {}, **usual, **told}


def secrets(made: Definition, given: Mapping[str, Json]) -> dict[str, str]:
    """Texts that stand for the secrets of a workflow in a rehearsal; nothing of them may be seen in it."""
    entered = {name: str(value) for name, value in given.items() if made.inputs[name].type == "secret"}
    return {name: f"the secret {name}" for name in made.secrets} | entered


def _wrong(case: Case, found: Rehearsed) -> Iterator[str]:
    if found.state != case.ends:
        yield f"it ends {found.state.value}, not {case.ends}" + (f": {found.error}" if found.error else "")
    if case.outputs is not None and found.outputs != case.outputs:
        yield f"its outputs are {found.outputs}, not {case.outputs}"
    for path, wanted in case.sends.items():
        line = found.line(path)
        if line is None:
            yield f"{path} is not reached"
        else:
            yield from (f"{path}: {said}" for said in _differs(wanted, line.given, ""))
    if case.undone is not None:
        undone = tuple(str(line.path)[1:] for line in found.lines if line.path.undo)
        if undone != case.undone:
            yield f"it takes back {', '.join(undone) or 'nothing'}, not {', '.join(case.undone) or 'nothing'}"


def _differs(wanted: Any, got: Any, at: str) -> Iterator[str]:
    """Where what is sent is not what is wanted; what is not named there may be anything."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for name, part in wanted.items():
            yield from _differs(part, got.get(name), f"{at}.{name}" if at else str(name))
    elif wanted != got:
        yield f"{at or 'it'} is {got!r}, not {wanted!r}"


def unasked(field: Input) -> Input:
    """A field whose choices nobody is asked for: any text will do."""
    return field.model_copy(update={"source": None, "type": "text" if field.type == "choice" else "list"})
