"""The inputs of an action, held against its declaration. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import re2

from greenboard.connections.action.form import ActionDef, Input, Output
from greenboard.core.errors import Place, UserError, UserErrors, suggest

_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "choice": (str,),
    "int": (int,),
    "number": (int, float),
    "bool": (bool,),
    "list": (list, tuple),
    "object": (dict,),
    "any": (object,),
}


def checked(spec: ActionDef, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs with defaults; what is not given and not needed is left out.

    Raises:
        UserErrors: what is missing, unknown or wrong, each with the place `inputs.NAME`.

    """
    errors = [
        UserError(f"unknown input {key!r}", place=Place(f"inputs.{key}"), hint=suggest(key, spec.inputs))
        for key in given
        if key not in spec.inputs
    ]
    told: dict[str, Any] = {}
    for key, declared in spec.inputs.items():
        try:
            told[key] = _checked(declared, given.get(key), Place(f"inputs.{key}"))
        except UserError as error:
            errors.append(error)
    if errors:
        raise UserErrors(errors)
    return {key: value for key, value in told.items() if value is not None}


def fits(kind: str, value: Any) -> bool:
    """Whether a value is of a type. A bool is no number."""
    return isinstance(value, _TYPES[kind]) and (kind in ("bool", "any") or not isinstance(value, bool))


def typed(output: Output, value: Any) -> bool:
    """Whether an answer gave what was declared."""
    return output.optional if value is None else fits(output.type, value)


def _checked(declared: Input, value: Any, place: Place) -> Any:
    if value is None or value in ("", []):
        value = declared.default
    if value is None:
        if declared.required:
            raise UserError(f"{declared.title} is needed", place=place)
        return None
    shown = "•••" if declared.secret else repr(value)[:80]
    if not fits(declared.type, value):
        raise UserError(f"{declared.title}: wrong type", place=place, expected=declared.type, got=shown)
    if declared.values and value not in declared.values:
        expected = ", ".join(declared.values)
        raise UserError(f"{declared.title}: not a choice", place=place, expected=expected, got=shown)
    if isinstance(value, str):
        _refuse_text(declared, value, place, shown)
    return value


def _refuse_text(declared: Input, value: str, place: Place, shown: str) -> None:
    if declared.longest is not None and len(value) > declared.longest:
        expected = f"at most {declared.longest} characters"
        raise UserError(f"{declared.title} is too long", place=place, expected=expected, got=str(len(value)))
    if declared.pattern and not re2.fullmatch(declared.pattern, value):
        raise UserError(f"{declared.title} has another form", place=place, expected=declared.pattern, got=shown)
