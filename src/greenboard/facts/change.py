"""What is different between two values of a fact, in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from greenboard.facts import labels
from greenboard.facts.types import FieldValue, Struct, Value
from greenboard.facts.vocabulary import FactType

_MOST = 3
_LONGEST = 60


def differences(
    declared: FactType, before: Value | None, after: Value | None, fields: Collection[str] = ()
) -> tuple[str, ...]:
    """Each difference as `label before → after`; only of these fields, where any of them differs.

    Items that came or went are one difference each.
    """
    found = list(_differ(declared, before, after))
    wanted = [said for name, said in found if name in fields or not name]
    return tuple(wanted or [said for _, said in found])


def describe(declared: FactType, before: Value | None, after: Value | None, fields: Collection[str] = ()) -> str:
    """The differences in one line for a person, the first few of them."""
    said = differences(declared, before, after, fields)
    more = f" and {len(said) - _MOST} more" if len(said) > _MOST else ""
    return f"{declared.title}: {', '.join(said[:_MOST])}{more}" if said else declared.title


def _differ(declared: FactType, before: Value | None, after: Value | None) -> Iterator[tuple[str, str]]:
    """Name of the field ("" for whole items) and what is different."""
    if declared.many is None:
        yield from _fields(declared, _struct(before), _struct(after), "")
        return
    if not before and not after:
        yield "", "looked, and nothing there" if before is None else "no longer known"
    old, new = _items(declared, before), _items(declared, after)
    for key in sorted({*old, *new}):
        if key not in old:
            yield "", f"{key} added"
        elif key not in new:
            yield "", f"{key} gone"
        else:
            yield from _fields(declared, old[key], new[key], f"{key}: ")


def _struct(value: Value | None) -> Struct:
    return value if isinstance(value, Mapping) else {}


def _items(declared: FactType, value: Value | None) -> dict[str, Struct]:
    items = () if value is None or isinstance(value, Mapping) else value
    return {str(item.get(declared.many or "")): item for item in items}


def _fields(declared: FactType, before: Struct, after: Struct, item: str) -> Iterator[tuple[str, str]]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            field = declared.fields.get(name)
            unit = " %" if field and field.unit == "percent" and new is not None else ""
            yield name, f"{item}{labels.of_field(name, field)} {show(old)} → {show(new)}{unit}"


def show(value: FieldValue | None) -> str:
    """A value for a person, in a few words."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%d %b %Y}"
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str | int):
        text = str(value)
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"[{', '.join(show(part) for part in value[:4])}{', …' if len(value) > 4 else ''}]"
