"""The parts of a document that a form makes and changes: its head, inputs, starts, secrets, steps and their undos.

The text stays the one document: a part is written into it, and whatever else stands there stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, Field

from greenboard.connections import service as connecting
from greenboard.connections import store as connections
from greenboard.connections.action.form import ActionDef
from greenboard.core import rewriting, yaml
from greenboard.core.errors import UserError
from greenboard.core.yaml import Path
from greenboard.workflows import blanks, kinds
from greenboard.workflows.blanks import Blank
from greenboard.workflows.definition import Definition, Start, Step, Undo
from greenboard.workflows.inputs import NAME, Input

GROUP = "steps"
"""Stands for the kind of a step that has steps within it."""
_HEAD = ("title", "about", "entity", "for", "who", "failure", "hold", "outputs")
_STEP = ("title", "id", "if", "retry", "outputs", "keep")
_AROUND = ("title", "id", "if", "each", "at_once")
_RARE = ("id", "if", "retry.", "outputs", "keep", "each", "at_once", "hold", "failure", "who.", "for.", "longest",
         "default", "from.", "largest", "media", "least", "most", "whole", "kinds", "teams")  # fmt: skip
_PLACE = re.compile(
    r"(head|(inputs|secrets)(\.[a-z][a-z0-9_]{0,62})?|start\.\d{1,3}"
    r"|steps\.\d{1,3}(\.(steps|else)\.\d{1,3}){0,8}(\.undo)?)"
)


class _Named(BaseModel):
    """What an input or secret is called in expressions."""

    name: str = Field(title="Name", description="Small letters, digits and underscores: `inputs.NAME` in expressions.")


class _Secret(_Named):
    """A secret that the workflow uses."""

    about: str = Field(title="What it is", description="Its text is entered under Workflows, Secrets.")


@dataclass(frozen=True)
class Part:
    """A part of a document: where it stands, or will, and what kind of step it is."""

    place: str
    fresh: bool = False
    kind: str = ""
    connection: str = ""
    action: str = ""

    @property
    def path(self) -> Path:
        """The same as the document has it."""
        return tuple(int(one) if one.isdigit() else one for one in self.place.split("."))

    @property
    def undoes(self) -> bool:
        """Whether it is what takes a step back."""
        return self.path[-1] == "undo"


@dataclass(frozen=True)
class Form:
    """What there is to fill in for a part; `rare` is folded away."""

    title: str
    about: str
    part: Part
    usual: tuple[Blank, ...]
    rare: tuple[Blank, ...]

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """All of it."""
        return (*self.usual, *self.rare)


def data(text: str) -> dict[str, Any]:
    """What a document says so far, right or not.

    Raises:
        UserError: it cannot be read at all.

    """
    documents = yaml.read(text, "workflow.yaml")
    if documents and (len(documents) > 1 or not isinstance(documents[0].data, dict)):
        raise UserError("not one document of names and values")
    return documents[0].data if documents else {}


def part(place: str, kind: str = "", connection: str = "", action: str = "", *, fresh: bool = False) -> Part:
    """A part by its place.

    Raises:
        UserError: there is no such place.

    """
    if not _PLACE.fullmatch(place):
        raise UserError("no such part", got=repr(place[:80]))
    return Part(place, fresh, kind, connection, action)


def form(text: str, one: Part) -> Form:
    """The form of a part, filled in as far as the document says something; errors as for `data` and `part`."""
    now = _now(text, one)
    head = one.path[0]
    if head == "steps":
        return _undo(one, now) if one.undoes else _step(one, now)
    if head == "inputs":
        named = () if not one.fresh else blanks.of_model(_Named, {})
        several = [*named, *blanks.of_model(Input, now)]
        return _form(
            "An input" if one.fresh else f"The input {one.path[-1]}", "What is entered at the start.", one, several
        )
    if head == "start":
        return _form(
            "It starts by itself", "At a time, at what happens, or by a message.", one, blanks.of_model(Start, now)
        )
    if head == "secrets":
        return _form("A secret", _Secret.__doc__, one, blanks.of_model(_Secret, now))
    return _form("The workflow", "", one, blanks.of_model(Definition, now, only=_HEAD))


def _form(title: str, about: str | None, one: Part, several: Sequence[Blank], more: tuple[str, ...] = ()) -> Form:
    folded = (*_RARE, *more)
    rare = tuple(blank for blank in several if not blank.required and blank.name.startswith(folded))
    usual = tuple(blank for blank in several if blank not in rare)
    return Form(title, (about or "").strip().partition("\n")[0], one, usual, rare)


def _step(one: Part, now: Mapping[str, Any]) -> Form:
    kind_name = one.kind or str(now.get("do") or GROUP)
    if kind_name == GROUP:
        several = _around(now, _AROUND if one.fresh or "each" in now else _AROUND[:3])
        return _form(
            "Steps within", "Steps that go around for each of a list, or only where a condition holds.", one, several
        )
    kind = kinds.find(kind_name)
    values = now.get("with")
    told: dict[str, Any] = values if isinstance(values, dict) else {}
    around = _around(now, _STEP)
    if one.fresh:
        around += blanks.of_model(Step, now, only=("each", "at_once"))
    action = find_action(one, told) if kind.name == "action" else None
    given = list(_given(kind, told, one, action))
    title = action.title if action else kind.title
    rare = tuple(f"with.{name}" for name in kind.rare)
    return _form(title, action.doc if action else "", one, [around[0], *given, *around[1:]], rare)


def _undo(one: Part, now: Mapping[str, Any]) -> Form:
    kind = kinds.find(one.kind or str(now.get("do") or GROUP))
    if kind.waits:
        raise UserError("this waits, so it cannot take anything back", got=kind.title)
    values = now.get("with")
    told: dict[str, Any] = values if isinstance(values, dict) else {}
    action = find_action(one, told) if kind.name == "action" else None
    several = [*_given(kind, told, one, action), *blanks.of_model(Undo, now, only=("retry",))]
    title = f"Takes it back: {action.title if action else kind.title}"
    about = "It is done when the run fails or is cancelled after the step was done."
    return _form(title, about, one, several, tuple(f"with.{name}" for name in kind.rare))


def _around(now: Mapping[str, Any], names: Sequence[str]) -> list[Blank]:
    """What every step has: its title first, and an id that is made of that where it is left empty."""
    found = blanks.of_model(Step, now, only=names)
    return sorted((replace(one, required=False) for one in found), key=lambda one: one.name != "title")


def _given(kind: kinds.Kind, told: Mapping[str, Any], one: Part, action: ActionDef | None) -> Iterator[Blank]:
    if action is not None:
        told = {"connection": one.connection, "action": one.action, **told}
        yield from blanks.of_model(kind.model, told, "with.", only=("connection", "action"))
        inputs = told.get("inputs")
        yield from blanks.of_action(action, inputs if isinstance(inputs, dict) else {}, "with.inputs.")
    else:
        yield from blanks.of_model(kind.model, told, "with.")


def find_action(one: Part, told: Mapping[str, Any]) -> ActionDef | None:
    """The action of a connection that a step uses; None where there is none, or an expression names it."""
    wanted = (one.connection or told.get("connection"), one.action or told.get("action"))
    return next((found for row, name, found in actions() if (row, name) == wanted), None)


def actions() -> Iterator[tuple[str, str, ActionDef]]:
    """What the connections of this installation can do: connection, name, action. Those that only look are left out."""
    for row in connections.connections():
        try:
            known = connecting.integration(row.integration).manifest.actions
        except UserError:  # its folder is gone: there is nothing that it could do
            continue
        yield from ((row.name, name, action) for name, action in known.items() if not action.get)


def save(text: str, one: Part, texts: Mapping[str, str]) -> str:
    """The document with a part as it was filled in.

    Raises:
        UserError: what was filled in is not what was asked for, or the text cannot be changed there.

    """
    several = form(text, one).blanks
    was = blanks.read(several, {blank.name: blank.value for blank in several})
    now, head = _now(text, one), one.path[0]
    given = merged(now, {} if one.fresh else was, blanks.read(several, texts))
    if head == "head":
        return _head(text, now, given)
    if head == "steps" and one.undoes:
        made = {"do": one.kind or given.get("do"), "with": {}, **given}
        return rewriting.put(text, one.path, made, _STEP_ORDER)
    if head == "steps":
        return _put(text, one, _made(text, one, given))
    if head in ("inputs", "secrets"):
        name = str(given.pop("name", "") or one.path[-1])
        if not re.fullmatch(NAME, name) or (one.fresh and name in (data(text).get(head) or {})):
            raise UserError(
                "not a name that is free", expected="small letters, digits, underscores", got=repr(name[:80])
            )
        return rewriting.put(text, (head, name), given.get("about", "") if head == "secrets" else given, _ORDER)
    return _put(text, one, given)


def merged(now: Mapping[str, Any], was: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says `now`, with what was filled in instead of what the form showed; all else stays."""
    made: dict[str, Any] = {}
    for name in {**now, **given}:
        if name not in given:
            if name not in was:  # no form shows it, or it is as it would be anyway
                made[name] = now[name]
        elif name in now and given[name] == was.get(name):
            made[name] = now[name]
        elif isinstance(now.get(name), dict) and isinstance(given[name], dict) and isinstance(was.get(name), dict):
            made[name] = merged(now[name], was[name], given[name])
        else:
            made[name] = given[name]
    return made


def _put(text: str, one: Part, value: Any) -> str:
    return (rewriting.insert if one.fresh else rewriting.put)(text, one.path, value, _ORDER)


def _head(text: str, now: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    for name in _HEAD:
        if name in given:
            text = rewriting.put(text, (name,), given[name], _ORDER)
        elif name in now:
            text = rewriting.remove(text, (name,))
    return text


def _made(text: str, one: Part, given: dict[str, Any]) -> dict[str, Any]:
    """A step of what was filled in, with an id of its own."""
    kind = one.kind or str(given.get("do") or GROUP)
    given["id"] = given.get("id") or _free(text, str(given.get("title") or kind))
    around: dict[str, Any] = {
        name: given.pop(name) for name in ("each", "at_once") if one.fresh and kind != GROUP and name in given
    }
    if kind == GROUP:
        inner = {"id": _free(text, "note", given["id"]), "do": "transform", "with": {"values": {}}}
        given.setdefault("steps", [inner])
    else:
        given["do"] = kind
        given.setdefault("with", {})
    step = {name: given[name] for name in _STEP_ORDER if name in given}
    if "each" not in around:
        return step
    outer = _free(text, f"{step['id']}_each")
    return {"id": outer, "title": f"{step.get('title') or step['id']}, for each", **around, "steps": [step]}


def _free(text: str, title: str, *more: str) -> str:
    """An id made of a title, which no other step has."""
    taken = {str(step.get("id")) for step in _every(data(text).get("steps"))} | {*more}
    told = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40]
    base = told if told[:1].isalpha() else f"step_{told}".rstrip("_")
    return next(name for name in (base, *(f"{base}_{n}" for n in range(2, 1_000))) if name not in taken)


def _every(steps: object) -> Iterator[dict[str, Any]]:
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            yield step
            yield from _every(step.get("steps"))
            yield from _every(step.get("else"))


def _now(text: str, one: Part) -> dict[str, Any]:
    """What the document says of a part."""
    found: Any = data(text)
    if one.fresh:
        return {}
    for name in () if one.place == "head" else one.path:
        try:
            found = found[name]
        except (LookupError, TypeError):
            raise UserError("no such part any more", got=one.place, hint="The text was changed meanwhile.") from None
    if one.path[0] == "secrets":
        return {"name": one.path[-1], "about": found}
    return found if isinstance(found, dict) else {}


def remove(text: str, one: Part) -> str:
    """The document without a part; errors as for `save`."""
    return rewriting.remove(text, one.path)


def move(text: str, one: Part, by: int) -> str:
    """The document with a step one further up or down; errors as for `save`."""
    last = one.path[-1]
    if not isinstance(last, int):
        raise UserError("this has no place in an order", got=one.place)
    to = last + by
    around: Any = data(text)
    for name in one.path[:-1]:
        around = around[name]
    return rewriting.move(text, one.path, to) if 0 <= to < len(around) else text


_ORDER = [info.alias or name for name, info in Definition.model_fields.items()]
_STEP_ORDER = [info.alias or name for name, info in Step.model_fields.items()]
