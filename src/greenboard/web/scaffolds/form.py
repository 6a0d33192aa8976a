"""The form of a scaffold: its questions as the fields that workflows have, and where what is made goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from greenboard.access.decide import sight
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core.refs import Ref
from greenboard.scaffolds import answers, conditions
from greenboard.scaffolds.rendering.types import Json, Question
from greenboard.scaffolds.types import Goal, Landing
from greenboard.web.acting import text
from greenboard.web.workflows import form
from greenboard.web.workflows.form import Field
from greenboard.workflows.inputs import MOST, Choice, Input

_OFFERED = 500
_TEAMS = ("owner", "team")
_LONG = 2_000
_WIDE = 200
"""So long the value of a choice may be; an empty one is what is not chosen."""


def given(request: HttpRequest, questions: Sequence[Question]) -> dict[str, Any]:
    """What was entered, by the names of the questions; what was left empty is left out."""
    found = form.given(request, _inputs(questions))
    return {name: value for name, value in found.items() if value not in ("", [])}


def drawn(
    request: HttpRequest, questions: Sequence[Question], entered: Mapping[str, Any], about: Stored | None
) -> list[Field]:
    """The fields that are asked for, with what was entered so far, or what is known of the entity."""
    values = {**known(questions, about), **entered}
    asked = answers.asked(questions, values)
    teams = _teams(request) if any(one.name in _TEAMS for one in asked) else ()
    fields = form.drawn(request, _inputs(asked), values, {})
    return [
        replace(field, offered=teams) if field.name in _TEAMS and field.control == "line" else field for field in fields
    ]


def known(questions: Sequence[Question], about: Stored | None) -> dict[str, Json]:
    """The answers that follow from an entity."""
    if about is None:
        return {}
    entity = about.entity
    facts: dict[str, Json] = {
        "name": entity.ref.name,
        "service": entity.ref.name,
        "component": entity.ref.name,
        "title": entity.title or None,
        "description": entity.description or None,
        "kind": entity.ref.kind,
        "tier": entity.tier,
        "lifecycle": entity.lifecycle,
        "owner": short(about.owner) if about.owner else None,
        "team": short(about.owner) if about.owner else None,
        "system": short(about.system) if about.system else None,
    }
    return {one.name: answers.written(facts[one.name]) for one in questions if facts.get(one.name) is not None}


def enough(questions: Sequence[Question], about: Stored) -> dict[str, str] | None:
    """The fields of the form for an entity, as they would be sent; None where somebody has to answer something."""
    answers = known(questions, about)
    if any(one.asked and one.required and one.name not in answers for one in questions):
        return None
    inputs = _inputs(questions)
    on = {name for name, one in inputs.items() if one.type == "switch" and one.default is True}
    values = {**answers, **dict.fromkeys(on, "on")}
    return {f"input.{name}": str(values[name]) for name in inputs if name in values}


def short(ref: Ref) -> str:
    """A reference without its kind, as descriptors name teams and systems."""
    return ref.name if ref.namespace == "default" else f"{ref.namespace}/{ref.name}"


def goal(request: HttpRequest, entered: Mapping[str, Any], owner: str) -> Goal:
    """Where what is made goes. A repository that is not named has the name that was entered."""
    way = text(request, "way")
    name = entered.get("name")
    usual = f"{owner}/{name}" if owner and isinstance(name, str) else ""
    return Goal(
        way=Landing(way) if way in {*Landing} else Landing.REPOSITORY,
        connection=text(request, "connection"),
        repository=text(request, "repository") or usual,
        private=text(request, "private") == "on",
        reviewed=text(request, "reviewed") == "on",
    )


def _inputs(questions: Sequence[Question]) -> dict[str, Input]:
    return {one.name: _input(one) for one in questions if one.asked}


def _input(one: Question) -> Input:
    about = one.help
    if one.templated and not one.secret:
        about = f"{about}. It follows from the others where it is left empty." if about else "Left empty, it follows."
    told: dict[str, Any] = {"about": about, "required": one.required, "default": _default(one)}
    if 0 < len(one.choices) <= MOST:
        several = ((answers.written(each.value), each.label) for each in one.choices)
        choices = tuple(Choice(value=value, title=label) for value, label in several if 0 < len(value) <= _WIDE)
        return Input(type="several" if one.several else "choice", choices=choices, **told)
    if one.secret:
        return Input(type="secret", **{**told, "default": None})
    if one.type == "bool":
        return Input(type="switch", **told)
    if one.type in ("int", "float"):
        return Input(type="number", whole=one.type == "int", **told)
    if one.several:
        return Input(type="list", **told)
    if one.multiline or one.type in ("json", "yaml"):
        return Input(longest=_LONG, **told)
    shape = conditions.shape(one.validator, one.name)
    return Input(pattern=shape.pattern if shape else "", **told)


def _default(one: Question) -> Any:
    if one.templated or one.default is None:
        return None
    if one.several:
        return [answers.written(each) for each in one.default] if isinstance(one.default, list) else None
    return one.default if one.type == "bool" else answers.written(one.default)


def _teams(request: HttpRequest) -> tuple[str, ...]:
    return tuple(short(one.ref) for one in catalog.entities(kinds=("team",), sight=sight(request.user))[:_OFFERED])
