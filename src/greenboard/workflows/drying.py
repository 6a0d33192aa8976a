"""A dry run: what a run would send, step by step, without sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from greenboard.access.decide import Asker
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.workflows import allowed, inputs, kinds, library, recorded, starting, store
from greenboard.workflows import definition as documents
from greenboard.workflows.kinds import Moment
from greenboard.workflows.rehearsing import Line, Rehearsal, Rehearsed
from greenboard.workflows.starting import Wish
from greenboard.workflows.store import Listed


def run(wish: Wish, asker: Asker) -> Rehearsed:
    """Hold a wish against what somebody may, and say how the run would go; raises as `starting.check`.

    What steps would answer is taken from the cases of a workflow, and is not known where it has none.
    """
    checked, now = starting.check(wish, asker), clock.now()
    made = checked.listed.definition
    run = {"number": 0, "workflow": made.name, "by": allowed.account(asker), "started_at": clock.format_time(now)}
    values = {
        "inputs": inputs.open_(made.inputs, checked.values),
        "entity": store.told(checked.about) if checked.about else {},
        "event": {},
        "run": {**run, "key": "KEY"},
    }
    secrets = recorded.secrets(made, checked.values)
    return sending(Rehearsal(made, values, _answers(checked.listed), now, secrets, strict=False).run(), now)


def sending(found: Rehearsed, now: datetime) -> Rehearsed:
    """The same with the requests that its steps would send, or why they could not."""
    return replace(found, lines=tuple(_sending(line, now) for line in found.lines))


def _sending(line: Line, now: datetime) -> Line:
    kind = kinds.known().get(line.kind)
    if kind is None or kind.calls is None or not isinstance(line.given, dict):
        return line
    try:
        given = documents.given(kind.name, line.given)
        calls = kind.calls(given, Moment(0, str(line.path), f"key of {line.path}", "", None, "", now))
    except UserError as error:
        return replace(line, refused=str(error))
    return replace(line, calls=tuple(calls))


def _answers(listed: Listed) -> dict[str, Any]:
    """The answers of the first case that ends well: of the document, or beside it where it is as it shipped."""
    name = f"{listed.row.name}.yaml"
    file = None if listed.row.edited else next((path for path in library.files() if path.name == name), None)
    cases = (*listed.definition.cases, *(recorded.beside(file) if file else ()))
    return next((dict(case.answers) for case in cases if case.ends == "done"), {})
