"""What is wrong with a workflow although every part of it has the right form. Pure.

A name that is read has to be there by then, and a secret may go nowhere but into a request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from greenboard.core import yaml
from greenboard.core.errors import UserError, suggest
from greenboard.workflows import expressions, kinds
from greenboard.workflows.expressions import Read, Wrong

if TYPE_CHECKING:
    from greenboard.workflows.definition import Definition, Step

_RUN = ("number", "workflow", "by", "started_at", "key")
_ENTITY = ("ref", "kind", "namespace", "name", "title", "owner", "system", "domain", "tier", "lifecycle", "tags",
           "annotations", "properties")  # fmt: skip
_FIELDS = {"run": _RUN, "entity": _ENTITY}
_ANYWHERE = frozenset({"inputs", "steps", "entity", "run", "now", "event"})


@dataclass(frozen=True)
class _Known:
    """What can be read at some place."""

    names: frozenset[str]
    inputs: Collection[str]
    steps: Mapping[str, Step]
    secrets: Collection[str]


def mistakes(made: Definition, document: yaml.Document) -> Iterator[UserError]:
    """Everything that is wrong, with its place."""
    yield from _twice(made, document)
    hidden = {name for name, field in made.inputs.items() if field.type == "secret"}
    kept = {name: step for step in made.every_step() for name in step.keep}
    known = _Known(_ANYWHERE, [name for name in made.inputs if name not in hidden], {}, ())
    sealed = (*made.secrets, *hidden, *kept)
    for name in sorted({*made.secrets} & (hidden | {*kept})):
        yield UserError(f"the secret {name} is declared and also an input or kept", place=document.place("secrets"))
    for name, field in made.inputs.items():
        yield from _inside(field.when, replace(known, names=frozenset({"inputs", "entity"})), document,
                           ("inputs", name, "when"))  # fmt: skip
        if field.source is not None:
            read = ("where",) if field.source.kinds else ("items", "value", "title")
            told = {part: getattr(field.source, part) for part in read}
            names = frozenset({"entity"} if field.source.kinds else {"answer", "item"})
            yield from _inside(told, replace(known, names=names), document, ("inputs", name, "from"))
    for number, start in enumerate(made.start):
        at = ("start", number)
        names = frozenset({"event", "entity", "now"} if start.heard else {"now"})
        yield from _inside(start.when, replace(known, names=names), document, (*at, "when"))
        yield from _inside(start.inputs, replace(known, names=names), document, (*at, "inputs"))
    done = dict[str, "Step"]()
    yield from _sequence(made.steps, ("steps",), known, done, (document, sealed))
    yield from _inside(made.outputs, replace(known, steps=done), document, ("outputs",))
    yield from _cases(made, document)


def _cases(made: Definition, document: yaml.Document) -> Iterator[UserError]:
    """What cases say of steps that there are not."""
    ids = [step.id for step in made.every_step()]
    for number, case in enumerate(made.cases):
        for part, named in (("answers", case.answers), ("sends", case.sends)):
            for path in named:
                if path.removeprefix("~").partition("[")[0] not in ids:
                    place = document.place("cases", number, part, path)
                    yield UserError(f"there is no step {path!r}", place=place, hint=suggest(path, ids))


def _twice(made: Definition, document: yaml.Document) -> Iterator[UserError]:
    seen = set[str]()
    for step in made.every_step():
        if step.id in seen:
            yield UserError(f"two steps are named {step.id}", place=document.place("steps"))
        seen.add(step.id)


_Around = tuple[yaml.Document, Collection[str]]


def _sequence(
    steps: Iterable[Step], at: yaml.Path, known: _Known, done: dict[str, Step], around: _Around
) -> Iterator[UserError]:
    """The steps in order; each may read those before it. What is done is added to `done`."""
    for number, step in enumerate(steps):
        here, now = (*at, number), replace(known, steps=dict(done))
        yield from _inside(step.condition, now, around[0], (*here, "if"))
        yield from _inside(step.each, now, around[0], (*here, "each"))
        if step.do:
            yield from _leaf(step, here, now, around)
        within = replace(known, names=known.names | {"item", "index"}) if step.each else known
        for part, name in ((step.steps, "steps"), (step.otherwise, "else")):
            branch = dict(done)
            yield from _sequence(part, (*here, name), within, branch, around)
            if not step.each:
                done.update(branch)
        done[step.id] = step


def _leaf(step: Step, at: yaml.Path, known: _Known, around: _Around) -> Iterator[UserError]:
    document, sealed = around
    kind = kinds.known().get(step.do)
    if kind is None:
        yield _no_kind(step.do, document, (*at, "do"))
        return
    yield from _given(kind, step.given, known, (document, sealed), (*at, "with"))
    answered = replace(known, names=known.names | {"answer"})
    yield from _inside(step.outputs or {}, answered, document, (*at, "outputs"))
    yield from _inside(step.keep, answered, document, (*at, "keep"))
    if step.undo is None:
        return
    undo = kinds.known().get(step.undo.do)
    if undo is None:
        yield _no_kind(step.undo.do, document, (*at, "undo", "do"))
    elif undo.waits or "callback" in step.undo.given:
        place = document.place(*at, "undo", "do")
        yield UserError(f"{step.undo.do} waits, so it cannot take anything back", place=place)
    else:
        later = replace(known, steps={**known.steps, step.id: step})
        yield from _given(undo, step.undo.given, later, (document, sealed), (*at, "undo", "with"))


def _no_kind(name: str, document: yaml.Document, at: yaml.Path) -> UserError:
    known = sorted(kinds.known())
    return UserError(
        f"no step does {name!r}", place=document.place(*at), expected=", ".join(known), hint=suggest(name, known)
    )


def _given(
    kind: kinds.Kind, given: Mapping[str, Any], known: _Known, around: _Around, at: yaml.Path
) -> Iterator[UserError]:
    """What a step is given: its form as far as that is no expression, and what its expressions read."""
    document, sealed = around
    for name, part in given.items():
        allowed = replace(known, secrets=sealed, names=known.names | {"secrets"}) if name in kind.sealed else known
        if kind.answered:
            allowed = replace(allowed, names=allowed.names | {"callback"})
        yield from _inside(part, allowed, document, (*at, name))
    yield from _form(kind, given, document, at)


def _form(kind: kinds.Kind, given: Mapping[str, Any], document: yaml.Document, at: yaml.Path) -> Iterator[UserError]:
    from pydantic import ValidationError

    try:
        read = kind.model.model_validate(given)
        if kind.check is not None:
            kind.check(read)
    except ValidationError as invalid:
        inner = yaml.Document(given, document.path, {path[len(at) :]: place for path, place in document.places.items()
                                                     if path[: len(at)] == at})  # fmt: skip
        for error in invalid.errors():
            if not _computed(error["input"]):
                yield yaml.explain(inner, kind.model, error)
    except UserError as error:
        place = document.place(*at)
        yield UserError(error.what, place=place, expected=error.expected, got=error.got, hint=error.hint)


def _computed(value: object) -> bool:
    """Whether a value is one expression, of which only a run knows the type."""
    return isinstance(value, str) and value.strip().startswith(expressions.OPEN)


def _inside(value: Any, known: _Known, document: yaml.Document, at: yaml.Path) -> Iterator[UserError]:
    """What the expressions in a part read that is not there."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _inside(part, known, document, (*at, name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _inside(part, known, document, (*at, number))
    elif isinstance(value, str) and expressions.OPEN in value:
        try:
            found = sorted(expressions.reads(value))
        except Wrong as error:
            yield Wrong(error.what, place=document.place(*at), expected=error.expected, hint=error.hint)
            return
        for read in found:
            wrong = _read(read, known)
            if wrong is not None:
                yield UserError(wrong[0], place=document.place(*at), expected=wrong[1], hint=wrong[2])


def _read(read: Read, known: _Known) -> tuple[str, str | None, str | None] | None:
    """What is wrong with reading a name: what, what was expected, a hint."""
    root, *fields = read
    if root == "secrets" and root not in known.names:
        return "a secret may only go into a request", "secrets in headers, body or arguments of a request", None
    if root not in known.names:
        what = f"{root} cannot be read here" if root in expressions.NAMES else f"there is no {root}"
        return what, ", ".join(sorted(known.names)), suggest(root, known.names)
    there: Collection[str] | None = {
        "inputs": known.inputs, "steps": known.steps, "secrets": known.secrets, **_FIELDS
    }.get(root)  # fmt: skip
    if there is None:
        return None
    if not fields:
        return (f"{root} cannot be read as a whole", f"{root}.NAME", None) if root in ("secrets", "steps") else None
    if fields[0] not in there:
        return f"{root} has no {fields[0]}", ", ".join(sorted(there)) or "none at this place", suggest(fields[0], there)
    return _output(fields, known.steps[fields[0]]) if root == "steps" else None


def _output(fields: list[str], step: Step) -> tuple[str, str | None, str | None] | None:
    """What is wrong with reading something of a step."""
    known = ("outputs", "state")
    if len(fields) > 1 and fields[1] not in known:
        return f"a step has no {fields[1]}", ", ".join(known), suggest(fields[1], known)
    if len(fields) > 2 and fields[1] == "outputs" and step.outputs is not None and fields[2] not in step.outputs:
        return f"{step.id} has no output {fields[2]}", ", ".join(step.outputs), suggest(fields[2], step.outputs)
    return None
