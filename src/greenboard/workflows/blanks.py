"""Parts of a document as forms have them: texts to fill in, so that nobody has to know the notation. Pure.

What a text comes to and how a value is shown go to and fro without loss.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from greenboard.connections.action.form import ActionDef
from greenboard.core.errors import UserError

_LONG = 1_000
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
_NAMED = re.compile(r"\s*([\w.$/-]+)\s*:(?:\s+(.*))?")
_HEADS = ("anything", "pairs")


@dataclass(frozen=True)
class Blank:
    """Something to fill in.

    `control` is one of line, number, area, select, box, lines (one each), pairs (`name: value`), anything.
    """

    name: str
    title: str
    about: str = ""
    control: str = "line"
    options: tuple[str, ...] = ()
    value: str = ""
    required: bool = False
    default: Any = None

    @property
    def rows(self) -> int:
        """How high the control is."""
        return min(12, max(2, self.value.count("\n") + 1))


def of_model(
    model: type[BaseModel], values: Mapping[str, Any], prefix: str = "", only: Collection[str] = ()
) -> list[Blank]:
    """The fields of a model, those within others among them, with the values that they have."""
    return list(_blanks(model, values, prefix, only))


def _blanks(model: type[BaseModel], values: Mapping[str, Any], prefix: str, only: Collection[str]) -> Iterator[Blank]:
    for key, info in model.model_fields.items():
        name = info.alias or key
        if only and name not in only:
            continue
        kind, value = _kind(info), values.get(name)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _within(kind, value, f"{prefix}{name}.")
            continue
        default = None if info.is_required() else _plain(info.get_default(call_default_factory=True))
        control, options = _control(kind, info, default)
        yield Blank(
            prefix + name,
            info.title or _words(f"{prefix.rpartition('with.')[2]}{name}"),
            info.description or "",
            control,
            options,
            shown(default if value is None else value, control),
            info.is_required(),
            default,
        )


def _within(model: type[BaseModel], value: Any, prefix: str) -> Iterator[Blank]:
    """The fields of a part that may be missing as a whole: it is there as soon as one of them is filled in."""
    there = isinstance(value, dict)
    for blank in _blanks(model, value if there else {}, prefix, ()):
        options = ("", *blank.options) if blank.control == "select" and "" not in blank.options else blank.options
        yield replace(blank, options=options, value=blank.value if there else "", default=None, required=False)


def of_action(action: ActionDef, values: Mapping[str, Any], prefix: str) -> list[Blank]:
    """The inputs of an action of a tool."""
    controls = {
        "choice": "select",
        "bool": "box",
        "list": "lines",
        "object": "pairs",
        "int": "number",
        "number": "number",
    }
    found = []
    for name, one in action.inputs.items():
        control = controls.get(one.type, "area" if (one.longest or 0) > _LONG else "line")
        value = shown(one.default if values.get(name) is None else values[name], control)
        needed = one.required and one.default is None
        options = ("", *one.values) if control == "select" and not needed else one.values
        found.append(Blank(f"{prefix}{name}", one.title, one.doc, control, options, value, needed, one.default))
    return found


def read(blanks: Iterable[Blank], texts: Mapping[str, str]) -> dict[str, Any]:
    """What was filled in, nested by the dots in the names; what is empty or as it is anyway is left out.

    What no text is given for stays as it is, but for boxes: browsers send those that are ticked.

    Raises:
        UserError: a text is not what was asked for.

    """
    found: dict[str, Any] = {}
    for blank in blanks:
        value = meant(texts.get(blank.name, "" if blank.control == "box" else blank.value), blank)
        if value == blank.default or value in ("", [], {}, None) or (value is False and not blank.default):
            continue
        inside, parts = found, blank.name.split(".")
        for part in parts[:-1]:
            inside = inside.setdefault(part, {})
        inside[parts[-1]] = value
    return found


def meant(text: str, blank: Blank) -> Any:
    """What a text comes to, in its control; errors as for `read`."""
    told = text.replace("\r\n", "\n").strip()
    if blank.control == "box":
        return told == "on"
    if blank.control == "lines":
        return [_meant(line.strip()) for line in told.split("\n") if line.strip()]
    if blank.control == "number":
        return json.loads(told) if _NUMBER.fullmatch(told) and not re.match(r"-?0\d", told) else told or None
    if blank.control == "pairs" and not (told.startswith("${{") and told.endswith("}}")):
        pairs = _pairs(told) if told else {}
        if pairs is None:
            raise UserError(f"{blank.title}: not names and values", expected="a line for each, such as `name: value`")
        return pairs
    if blank.control == "anything":
        pairs = _pairs(told) if told else None
        return (_meant(told) if told else None) if pairs is None else pairs
    return told


def shown(value: Any, control: str) -> str:
    """A value as its control has it."""
    if control == "box":
        return "on" if value else ""
    if value is None or value in ([], {}):
        return ""
    if control == "lines":
        return "\n".join(_shown(part) for part in (value if isinstance(value, list | tuple) else [value]))
    if control in _HEADS and isinstance(value, dict):
        told = "\n".join(f"{name}: {_shown(part)}" for name, part in value.items())
        return told if _pairs(told) == value else json.dumps(value, indent=2, ensure_ascii=False)
    if control == "anything":
        return _shown(value) if _pairs(_shown(value)) is None else json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pairs(text: str) -> dict[str, Any] | None:
    """Names and values, a line for each, or an object of JSON; None where it is neither."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if told is not None:
        return told if isinstance(told, dict) else None
    found: dict[str, Any] = {}
    for line in text.split("\n"):
        if not line.strip():
            continue
        match = _NAMED.fullmatch(line)
        if match is None or match[1] in found:
            return None
        found[match[1]] = _meant((match[2] or "").strip())
    return found or None


def _meant(text: str) -> Any:
    """JSON where it is that, otherwise the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shown(value: Any) -> str:
    plain = isinstance(value, str) and value == value.strip() and "\n" not in value and _meant(value) == value
    return value if plain and (value or not isinstance(value, str)) else json.dumps(value, ensure_ascii=False)


def _kind(info: FieldInfo) -> Any:
    """What a field is, where it is given at all."""
    told = info.annotation
    if get_origin(told) in (Union, UnionType):
        several = [part for part in get_args(told) if part is not type(None)]
        return several[0] if len(several) == 1 else Any
    return told


def _control(kind: Any, info: FieldInfo, default: Any) -> tuple[str, tuple[str, ...]]:
    origin = get_origin(kind) or kind
    if origin is Literal:
        return "select", tuple(str(part) for part in get_args(kind))
    if isinstance(origin, type) and issubclass(origin, StrEnum):
        several = tuple(one.value for one in origin)
        return "select", several if default else ("", *several)
    if origin in (int, float):
        return "number", ()
    if origin in (tuple, list) or default == []:
        return "lines", ()
    longest = next((one.max_length for one in info.metadata if hasattr(one, "max_length")), 0)
    known = {bool: "box", dict: "pairs", Any: "anything"}
    return known.get(origin, "area" if longest > _LONG and info.title != "Address" else "line"), ()


def _plain(value: Any) -> Any:
    """A default as documents have it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return list(value) if isinstance(value, tuple) else value


def _words(name: str) -> str:
    told = re.sub(r"[._]", " ", name).strip()
    return told[:1].upper() + told[1:]
