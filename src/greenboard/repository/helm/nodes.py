"""The parts of a template, as the parser makes them and the renderer walks them."""

from __future__ import annotations

from dataclasses import dataclass

from greenboard.core.errors import Place


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | int | float | str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Dot:
    place: Place


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Field:
    """A chain of names on a base: `.Values.image.tag` is the chain on a dot."""

    base: Operand
    names: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands whose result is the last argument of the next. `declares` are variables that take the result."""

    commands: tuple[tuple[Operand, ...], ...]
    place: Place
    declares: tuple[str, ...] = ()
    assigns: bool = False


Operand = Literal | Dot | Variable | Function | Field | Pipe


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Action:
    pipe: Pipe


@dataclass(frozen=True, slots=True)
class If:
    pipe: Pipe
    body: Body
    otherwise: Body


@dataclass(frozen=True, slots=True)
class With:
    pipe: Pipe
    body: Body
    otherwise: Body


@dataclass(frozen=True, slots=True)
class Range:
    pipe: Pipe
    body: Body
    otherwise: Body


@dataclass(frozen=True, slots=True)
class Call:
    """`{{ template "name" pipe }}`, and the call that a block makes."""

    name: str
    pipe: Pipe | None
    place: Place


@dataclass(frozen=True, slots=True)
class Jump:
    """`break` or `continue`."""

    name: str
    place: Place


Node = Text | Action | If | With | Range | Call | Jump
Body = tuple[Node, ...]
