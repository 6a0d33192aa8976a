"""The typed tree of an expression: what the evaluator and the explanation walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np


class Kind(StrEnum):
    """The kinds of values that an expression can meet. EMPTY is the element of a literal `[]`."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    STRUCT = "struct"
    LIST = "list"
    OPTIONAL = "optional"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Type:
    """A kind, with the fact type of a struct, or the element of a list or optional.

    `through` is the relation that a struct is read through: "" for what is the entity's own. A struct
    without a fact type that has one is a related entity itself.
    """

    kind: Kind
    struct: str = ""
    element: Type | None = None
    through: str = ""

    def __str__(self) -> str:
        if self.is_related:
            return "related entity"
        return f"{self.kind}<{self.element}>" if self.element else self.struct or str(self.kind)

    @property
    def is_related(self) -> bool:
        """Whether it is a related entity, whose fields are its facts."""
        return bool(self.through) and not self.struct

    @property
    def held(self) -> Type:
        """The type itself, or of an optional what it may hold."""
        return self.inner if self.kind is Kind.OPTIONAL else self

    @property
    def inner(self) -> Type:
        """The element's type; only of lists and optionals."""
        assert self.element is not None
        return self.element


@cache
def list_of(element: Type) -> Type:
    """A list; the same object for the same element, so that types are compared by identity first."""
    return Type(Kind.LIST, element=element)


def struct_of(name: str, through: str = "") -> Type:
    """A fact of a type, the entity's own or of one related to it; the same object for the same words."""
    return _struct(name, through)  # the cache tells a default apart from the same argument stated


@cache
def _struct(name: str, through: str) -> Type:
    return Type(Kind.STRUCT, name, through=through)


BOOL, INT, DOUBLE, STRING, TIMESTAMP, DURATION, EMPTY = (
    Type(kind) for kind in (Kind.BOOL, Kind.INT, Kind.DOUBLE, Kind.STRING, Kind.TIMESTAMP, Kind.DURATION, Kind.EMPTY)
)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Part of an expression.

    `at` is its offset in the source in characters. `level` is how many comprehensions around it its
    value depends on: a part of level 0 is the same for every element of every list.
    """

    type: Type
    at: int
    level: int

    def parts(self) -> tuple[Node, ...]:
        """The nodes directly below."""
        return ()

    def walk(self) -> Iterator[Node]:
        """The node itself and all below it."""
        yield self
        for part in self.parts():
            yield from part.walk()


@dataclass(frozen=True, slots=True, eq=False)
class Const(Node):
    """A literal: bool, int, float or str; timestamps and durations as microseconds."""

    value: bool | int | float | str
    array: np.ndarray[Any, np.dtype[Any]] = field(init=False, repr=False)
    """The same as data that stands for all lanes, made once: rules are evaluated more often than they are compiled."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "array", np.asarray(self.value))


@dataclass(frozen=True, slots=True, eq=False)
class Var(Node):
    """A fact type, `param`, `now`, or (`local`) the variable of a comprehension around it, which runs `over` a list."""

    name: str
    local: bool = False
    over: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Select(Node):
    """A field of a struct; `optional` where written `.?`, then the value is an optional."""

    operand: Node
    field: str
    optional: bool = False

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True, eq=False)
class Has(Node):
    """`has(operand.field)`."""

    operand: Node
    field: str

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """An operator or function. A method's target is its first argument."""

    function: str
    arguments: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True, eq=False)
class ListOf(Node):
    """A list literal."""

    elements: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        return self.elements


class FoldKind(StrEnum):
    """The macros over lists."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"
    FILTER = "filter"
    MAP = "map"


@dataclass(frozen=True, slots=True, eq=False)
class Fold(Node):
    """A macro over a list. `test` is the condition, None for a plain map; `body` is what a map makes.

    `depth` is the level of the variable within: 1 in the outermost comprehension.
    """

    fold: FoldKind
    over: Node
    variable: str
    test: Node | None
    body: Node | None
    depth: int

    def parts(self) -> tuple[Node, ...]:
        return tuple(part for part in (self.over, self.test, self.body) if part is not None)
