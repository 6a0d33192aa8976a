"""Texts with placeholders: `/repos/{settings.org}/{parent.name}`. Pure.

Known are `settings`, `secrets` (where a manifest may use them), `parent`, `id`, `now`, `ago.30d` and `in.30d`;
in actions `input`, `let`, `look` and `marker`.
A time is written as RFC 3339, or with `.epoch`, `.epoch_ms` or `.date` at the end as that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from greenboard.core import clock
from greenboard.core.errors import UserError

_HOLE = re.compile(r"\{(\+?)([a-z_]+(?:\.[A-Za-z0-9_-]+)*)\}")
_LEFT_OUT = object()
Scope = Mapping[str, Any]


class Unfilled(Exception):
    """A placeholder for which there is no value."""


def holes(value: Any) -> Iterator[str]:
    """The placeholders in a template, or in all texts of a structure."""
    if isinstance(value, str):
        yield from (name for _, name in _HOLE.findall(value))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from holes(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from holes(part)


def check(value: Any, allowed: frozenset[str], known: Mapping[str, Any]) -> None:
    """Refuse placeholders that mean nothing.

    Raises:
        UserError: an unknown root, a setting or secret that is not declared, a bad length of time.

    """
    for hole in holes(value):
        root, _, rest = hole.partition(".")
        if root not in allowed:
            raise UserError(f"unknown placeholder {{{hole}}}", expected=", ".join(sorted(allowed)))
        if root in known and rest not in known[root]:
            raise UserError(f"{{{hole}}}: there is no such name in {root}", expected=", ".join(sorted(known[root])))
        if root in ("ago", "in"):
            clock.parse_span(rest.partition(".")[0])


def path(template: str, scope: Scope) -> str:
    """Fill a template for a path of an address: values are quoted whole, as one part of it each.

    With a plus (`{+id}`) a value may be several parts.

    Raises:
        Unfilled: a placeholder has no value, or one that would lead elsewhere.

    """
    return _HOLE.sub(lambda found: _part(found[1], found[2], scope), template)


def _part(plus: str, hole: str, scope: Scope) -> str:
    value = _text(_lookup(hole, scope))
    if {".", ".."} & set(value.split("/")):
        raise Unfilled(hole)
    return quote(value, safe="/" if plus else "")


def text(template: str, scope: Scope) -> str:
    """Fill a template as it is. Raises as `path`."""
    return _HOLE.sub(lambda found: _text(_lookup(found[2], scope)), template)


def filled(value: Any, scope: Scope) -> Any:
    """Fill all templates of a structure; one that is a placeholder alone keeps the type of its value.

    What has no value is left out of lists and objects; a null that stands there stays.
    """
    if isinstance(value, str):
        whole = _HOLE.fullmatch(value)
        return _lookup(whole[2], scope) if whole else text(value, scope)
    if isinstance(value, Mapping):
        return {key: part for key, raw in value.items() if (part := _optional(raw, scope)) is not _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [part for raw in value if (part := _optional(raw, scope)) is not _LEFT_OUT]
    return value


def _optional(value: Any, scope: Scope) -> Any:
    try:
        return filled(value, scope)
    except Unfilled:
        return _LEFT_OUT


def _lookup(hole: str, scope: Scope) -> Any:
    root, *parts = hole.split(".")
    if root in ("now", "ago", "in"):
        return _time(scope["now"], root, parts)
    value: Any = scope.get(root)
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None or value == "":
        raise Unfilled(hole)
    return value


def _time(now: datetime, root: str, parts: list[str]) -> Any:
    span = timedelta() if root == "now" else clock.parse_span(parts.pop(0))
    moment = now + span if root == "in" else now - span
    return TIMES[parts[0] if parts else "iso"](moment)


TIMES: Mapping[str, Callable[[datetime], Any]] = {
    "iso": lambda moment: clock.format_time(moment.replace(microsecond=0)),
    "epoch": lambda moment: int(moment.timestamp()),
    "epoch_ms": lambda moment: int(moment.timestamp() * 1000),
    "date": lambda moment: f"{moment:%Y-%m-%d}",
}


def _text(value: Any) -> str:
    return ("false", "true")[value] if isinstance(value, bool) else str(value)
