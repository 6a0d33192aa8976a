"""Fields of a form made of inputs, and what was entered in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from greenboard.access.decide import sight
from greenboard.access.models import Person
from greenboard.attestations import files
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.workflows import inputs, offering
from greenboard.workflows.inputs import Input

PREFIX = "input."
_OFFERED = 500
_STRANGE = re.compile(r"\[[^\]]*[(){}/|&][^\]]*\]|\(\?")
"""What RE2 and the patterns of HTML read differently."""
_KINDS = {"text": "text", "secret": "password", "number": "number", "date": "date", "entity": "text", "person": "text"}


@dataclass(frozen=True)
class Option:
    """Something to choose."""

    value: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """A field as it is drawn. `control` says how; `offered` are values that are proposed."""

    name: str
    title: str
    about: str
    control: str
    kind: str
    value: str
    required: bool
    optional: bool
    input: Input
    options: tuple[Option, ...] = ()
    offered: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """The pattern as browsers read it, which want more signs escaped within brackets; "" where they would not."""
        found = self.input.pattern.replace("-]", r"\-]")
        return "" if _STRANGE.search(found) else found

    @property
    def step(self) -> str:
        """How fine a number may be."""
        return "1" if self.input.whole else "any"


def given(request: HttpRequest, fields: Mapping[str, Input]) -> dict[str, Any]:
    """What was entered, by the names of the inputs. A box that is not ticked says no. Files are handed in.

    Raises:
        UserError: a file is not taken.

    """
    found = entered(request.POST, fields)
    for name, field in fields.items():
        file = request.FILES.get(PREFIX + name) if field.type == "file" else None
        if isinstance(file, UploadedFile):
            row = files.keep(file.open(), file.name or name, str(request.user.get_username()), clock.now())
            found[name] = str(row.pk)
    return found


def entered(form: QueryDict, fields: Mapping[str, Input]) -> dict[str, Any]:
    """The same of a form."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        key = PREFIX + name
        if field.type == "switch":
            found[name] = "on" if key in form else "off"
        elif field.type == "several":
            found[name] = form.getlist(key)
        elif field.type == "file":  # the number under which it was handed in; browsers add an empty part for the field
            found[name] = next(filter(None, form.getlist(key)), "")
        elif key in form:
            found[name] = form.get(key, "")
    return found


def drawn(
    request: HttpRequest, fields: Mapping[str, Input], values: Mapping[str, Any], entity: Mapping[str, Any]
) -> list[Field]:
    """The fields that are asked for, with what was entered so far; secrets are never drawn again."""
    known = {**dict.fromkeys(fields), **{name: field.default for name, field in fields.items()}, **values}
    asked = inputs.asked(fields, known, {"entity": dict(entity), "now": clock.now()})
    return [_field(request, name, fields[name], known.get(name)) for name in asked]


def _field(request: HttpRequest, name: str, told: Input, value: Any) -> Field:
    field, lacks = _filled(request, told)
    chosen = value if isinstance(value, list) else [value]
    return Field(
        name=name,
        title=field.shown(name),
        about=field.about + (" One a line." if field.type == "list" else "") + lacks,
        control={"file": "file", "choice": "select", "several": "boxes", "switch": "box", "list": "area"}.get(
            field.type, "area" if field.type == "text" and field.longest > 500 else "line"
        ),
        kind=_KINDS.get(field.type, "text"),
        value="" if field.type == "secret" else _text(value),
        required=field.required and field.type != "switch",
        optional=not field.required,
        input=field,
        options=tuple(Option(one.value, one.title or one.value, one.value in chosen) for one in field.choices),
        offered=_offered(request, field),
    )


def _filled(request: HttpRequest, field: Input) -> tuple[Input, str]:
    """A field with its choices, and why it has none."""
    try:
        return offering.filled(field, sight(request.user)), ""
    except UserError as error:
        return field, f" {error}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(str(part) for part in value)
    return "" if value in (None, "off") else str(value)


def people() -> tuple[str, ...]:
    """The names of accounts that are proposed."""
    rows = Person.objects.filter(is_active=True).order_by("username")
    return tuple(rows.values_list("username", flat=True)[:_OFFERED])


def _offered(request: HttpRequest, field: Input) -> tuple[str, ...]:
    if field.type == "person":
        return tuple(offering.people(field).order_by("username").values_list("username", flat=True)[:_OFFERED])
    if field.type == "entity":
        found = catalog.entities(kinds=field.kinds, sight=sight(request.user))
        return tuple(str(one.ref) for one in found[:_OFFERED])
    return ()
