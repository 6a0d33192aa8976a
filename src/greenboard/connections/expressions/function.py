"""What a function of expressions is: a Python function over JSON values, checked before it is called. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Takes = Literal["any", "list", "text", "number", "time", "object", "rule", "texts"]
Gives = Literal["any", "int", "float", "bool", "text", "time", "seconds", "list", "texts", "object", "element", "same"]
Evaluated = Callable[[Any], Any]
"""An expression that was given as `&expression`: what it makes of one value."""


class Mistyped(Exception):
    """A value was not what a function needs: the tool answered something else than it documents."""


@dataclass(frozen=True)
class Function:
    """A function by name. Of its arguments the first `needed` have to be given.

    A `strict` one is unknown as soon as one of its arguments is, and is not called then. `gives` is
    for checking manifests: `element` is what the list of the first argument holds, `same` its type.
    """

    name: str
    call: Callable[..., Any]
    takes: tuple[Takes, ...]
    needed: int
    gives: Gives
    strict: bool
    doc: str
    example: str
    timed: bool = False
    rest: bool = False

    def refusal(self, at: int, value: Any) -> Mistyped:
        """What is wrong with an argument that does not fit."""
        wanted = self.takes[min(at, len(self.takes) - 1)]
        return Mistyped(f"{self.name}: expected {_NAMED[wanted]}, got {_said(value)}")


class Registry:
    """Functions, declared one by one with their types."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}

    def add(
        self,
        *takes: Takes,
        gives: Gives,
        example: str,
        needed: int | None = None,
        strict: bool = True,
        timed: bool = False,
        rest: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a function under its own name, without a closing underscore.

        A `timed` one is given the moment of the collection first. With `rest` the last type may be
        repeated.
        """

        def declare(call: Callable[..., Any]) -> Callable[..., Any]:
            name = call.__name__.rstrip("_")
            doc = " ".join((call.__doc__ or "").split())
            least = len(takes) if needed is None else needed
            self.functions[name] = Function(name, call, takes, least, gives, strict, doc, example, timed, rest)
            return call

        return declare


def fitting(takes: Takes) -> Callable[[Any], bool]:
    """Whether a known value is of a type."""
    return _FITS[takes]


def takes_whole(takes: Takes) -> bool:
    """Whether a type is that of a list or object."""
    return takes in ("list", "texts", "object")


def joined(*registries: Registry) -> Mapping[str, Function]:
    """All functions of several registries."""
    return {name: one for registry in registries for name, one in registry.functions.items()}


def moment(value: object) -> datetime:
    """A time that a tool wrote as RFC 3339 or ISO 8601; without a zone it is taken as UTC.

    Raises:
        Mistyped: it is none.

    """
    from greenboard.core import clock
    from greenboard.core.errors import UserError

    try:
        return clock.parse_time(value if isinstance(value, str) else repr(value))
    except UserError:
        raise Mistyped(f"expected a time, got {_said(value)}") from None


def is_number(value: object) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _said(value: object) -> str:
    return {bool: "a bool", str: "a text", list: "a list", dict: "an object"}.get(type(value), "a number")


_FITS: dict[Takes, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "list": lambda value: isinstance(value, list),
    "texts": lambda value: isinstance(value, list) and all(isinstance(one, str | None) for one in value),
    "text": lambda value: isinstance(value, str),
    "time": lambda value: isinstance(value, str),
    "number": is_number,
    "object": lambda value: isinstance(value, dict),
    "rule": callable,
}
_NAMED: dict[Takes, str] = {
    "any": "anything",
    "list": "a list",
    "texts": "a list of texts",
    "text": "a text",
    "time": "a time as text",
    "number": "a number",
    "object": "an object",
    "rule": "an &expression",
}
