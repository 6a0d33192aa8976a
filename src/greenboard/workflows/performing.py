"""Performing a step: what its expressions come to before and after. Pure, but for what the kind of step does.

A run, a test with recorded answers and a dry run all go through here, so what holds in one holds in all.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from greenboard.core.errors import UserError
from greenboard.workflows import definition as documents
from greenboard.workflows import expressions, kinds, planning
from greenboard.workflows.definition import Definition, Step
from greenboard.workflows.kinds import Kind, Moment
from greenboard.workflows.types import HIDDEN, Doing, Done, Failed, Json, Path, Record, Result, Waits

_SHORTEST = 4
LONGEST_LIST = 1_000
"""So many times an `each` goes around at most."""


@dataclass(frozen=True)
class Situation:
    """What is known of a run when one of its steps is performed.

    `values` are `inputs`, `run`, `entity`, `event` as expressions read them; `secrets` are texts by name.
    """

    definition: Definition
    values: Mapping[str, Any]
    records: Mapping[Path, Record]
    now: datetime
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Came:
    """What came of a step: outputs and secrets that it keeps, or that it waits, failed, was skipped, or is open."""

    doing: Doing
    outputs: Json = None
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)
    waits: Waits | None = None
    failed: Failed | None = None


def scope(situation: Situation, path: Path) -> dict[str, Any]:
    """What the expressions of a step may read, secrets excepted."""
    made: dict[str, Any] = {**situation.values, "now": situation.now, "steps": _steps(situation, path)}
    inputs = made.get("inputs") or {}
    made["inputs"] = {**dict.fromkeys(situation.definition.inputs), **inputs}
    for around, index in _around(situation.definition, path):
        record = situation.records.get(around)
        items = planning.items(record) if record else ()
        made |= {"item": items[index] if index < len(items) else None, "index": index}
    return made


def _around(definition: Definition, path: Path) -> list[tuple[Path, int]]:
    """The `each` steps around a step, from outside, with the turn of each."""
    groups = [step for step in definition.every_step() if step.each and any(one.id == path.step for one in step.walk())]
    inner = [step for step in groups if step.id != path.step]
    return [(Path(step.id, path.indices[:depth]), path.indices[depth]) for depth, step in enumerate(inner)]


def _steps(situation: Situation, path: Path) -> dict[str, Json]:
    """What steps gave, of those in the same turn of each `each` around, and of those outside."""
    found: dict[str, Json] = {}
    for one, record in situation.records.items():
        if not one.undo and one.indices == path.indices[: len(one.indices)]:
            open_ = record.doing is Doing.RUNNING
            found[one.step] = {"state": record.doing.value, "outputs": {} if open_ else record.outputs}
    return found


def begin(situation: Situation, path: Path) -> Came | None:
    """What a step comes to before it does anything: skipped, open, closed; None where it has something to do.

    Raises:
        UserError: its condition or list cannot be computed.

    """
    step, record = situation.definition.step(path.step), situation.records.get(path)
    read = scope(situation, path)
    if step.steps and record is not None and record.outputs is not None:
        return Came(Doing.DONE, _gathered(situation, step, path))
    if step.condition and not path.undo and not expressions.truth(step.condition, read):
        return Came(Doing.RUNNING, {"branch": False}) if step.otherwise else Came(Doing.SKIPPED)
    if not step.steps:
        return None
    if not step.each:
        return Came(Doing.RUNNING, {"branch": True})
    items = expressions.filled(step.each, read)
    if not isinstance(items, list):
        raise UserError(f"`each` of {step.id} is not a list", got=repr(items)[:80])
    if len(items) > LONGEST_LIST:
        raise UserError(f"`each` of {step.id} is too long", expected=f"at most {LONGEST_LIST:,}", got=f"{len(items):,}")
    return Came(Doing.RUNNING, {"items": items})


def _gathered(situation: Situation, step: Step, path: Path) -> Json:
    """What a group gave: of an `each`, for each turn the outputs of its steps by id."""
    if not step.each:
        return {}
    record = situation.records[path]
    inner = [one.id for part in step.steps for one in part.walk()]
    return [
        {name: found.outputs for name in inner
         if (found := situation.records.get(Path(name, (*path.indices, index)))) is not None}
        for index in range(len(planning.items(record)))
    ]  # fmt: skip


def given(situation: Situation, path: Path, address: str = "") -> tuple[Kind, dict[str, Json], frozenset[str]]:
    """What a step does, what it is given, and the names of the secrets within that.

    Raises:
        UserError: an expression cannot be computed.

    """
    step = situation.definition.step(path.step)
    what = step.undo if path.undo and step.undo else step
    kind, read = kinds.find(what.do), scope(situation, path)
    read["callback"] = {"url": address}
    sealed = {**read, "secrets": situation.secrets}
    filled: dict[str, Json] = {}
    for name, part in what.given.items():
        filled[name] = expressions.filled(part, sealed if name in kind.sealed else read)
    used = expressions.secrets({name: part for name, part in what.given.items() if name in kind.sealed})
    return kind, filled, used


def perform(situation: Situation, path: Path, moment: Moment, do: Callable[[Kind, Any, Moment], Result]) -> Came:
    """Have a step do what it does. What it says is without secrets.

    Raises:
        UserError: an expression cannot be computed, or what it is given does not fit.

    """
    kind, filled, _ = given(situation, path, moment.address)
    result = do(kind, documents.given(kind.name, filled), moment)
    if isinstance(result, Failed):
        why = masked(result.why, moment.secrets)
        return Came(Doing.FAILED, failed=replace(result, why=str(why)))
    if isinstance(result, Waits):
        return Came(Doing.WAITING, waits=result)
    return _settled(situation, path, result, moment.secrets)


def _settled(situation: Situation, path: Path, done: Done, known: Iterable[str]) -> Came:
    """Outputs, and what is kept, of an answer."""
    step, answer = situation.definition.step(path.step), done.answer
    hidden = [str(answer.get(name)) for name in done.hidden] if isinstance(answer, dict) else []
    secrets = [*known, *hidden]
    if path.undo:
        return Came(Doing.DONE, masked(answer, secrets))
    read = scope(situation, path) | {"answer": answer if isinstance(answer, dict) else {"value": answer}}
    kept = {name: str(expressions.filled(text, read) or "") for name, text in step.keep.items()}
    if missing := [name for name, text in kept.items() if not text]:
        return Came(Doing.FAILED, failed=Failed(f"the answer has nothing to keep as {missing[0]}"))
    outputs = answer if step.outputs is None else expressions.filled(step.outputs, read)
    return Came(Doing.DONE, masked(outputs, [*secrets, *kept.values()]), kept)


def masked(value: Json, secrets: Iterable[str]) -> Json:
    """A value in which no secret stands, neither plain nor as it stands in JSON, addresses and basic credentials."""
    forms = sorted({form for text in secrets if len(text) >= _SHORTEST for form in _forms(text)}, key=len, reverse=True)
    return _masked(value, forms) if forms else value


def _forms(text: str) -> tuple[str, ...]:
    encoded = base64.b64encode(text.encode()).decode().rstrip("=")
    return (text, json.dumps(text)[1:-1], quote(text, safe=""), encoded)


def _masked(value: Json, forms: list[str]) -> Json:
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, HIDDEN)
        return value
    if isinstance(value, list):
        return [_masked(part, forms) for part in value]
    if isinstance(value, dict):
        return {str(_masked(key, forms)): _masked(part, forms) for key, part in value.items()}
    return value
