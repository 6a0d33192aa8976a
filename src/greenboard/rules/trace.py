"""A trace: what every part of an expression came to for one row, read by lane."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from greenboard.facts.types import FieldValue, Scalar
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import Interpreter, Parameters, columns_of
from greenboard.rules.lanes import Lanes
from greenboard.rules.language import Program
from greenboard.rules.tree import Fold, Kind, Node, Type
from greenboard.rules.vectors import MISSING, OK, Array, ListVec, OptionalVec, State, StructVec, Value, Vec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Point:
    """One lane: the row itself, or one element of a list."""

    lanes: Lanes
    lane: int


class Trace:
    """Evaluates one row and remembers every part."""

    def __init__(self, program: Program, frame: Frame, row: int, parameters: Parameters) -> None:
        self.frame = frame
        self.row = row
        self.root = Point(Lanes(1), 0)
        given = columns_of(program, frame, parameters)
        only = None if len(frame) == 1 else np.array([row])  # of a single row nothing has to be taken out
        self._interpreter = Interpreter(frame, given, only, trace=True)
        self._interpreter.run(program.tree, self.root.lanes)

    def _seen(self, node: Node, point: Point) -> tuple[Value, int]:
        value, home = self._interpreter.traced(node)
        return value, point.lane if home is point.lanes else int(point.lanes.path(home)[point.lane])

    def state(self, node: Node, point: Point) -> int:
        """OK, MISSING or ERROR."""
        value, lane = self._seen(node, point)
        return _state(value.state, lane)

    def has(self, node: Node) -> bool:
        """Whether a part was evaluated at all: one within an empty list was, one that nobody asked was not."""
        return self._interpreter.was_traced(node)

    def absent(self, node: Node, point: Point) -> bool:
        """Whether an optional holds none because a field is unknown."""
        if not self.has(node):
            return False
        found, lane = self._seen(node, point)
        return isinstance(found, OptionalVec) and _state(found.absent, lane) == MISSING

    def truth(self, node: Node, point: Point) -> bool:
        """The value of a bool that has one."""
        value, lane = self._seen(node, point)
        assert isinstance(value, Vec)
        return bool(_at(value.data, lane))

    def holds(self, node: Node, point: Point) -> bool:
        """Whether a bool has a value, and is true."""
        return self.state(node, point) == OK and self.truth(node, point)

    def value(self, node: Node, point: Point) -> FieldValue | None:
        """The value in Python: scalars and lists of them; None where it has none, or is a struct."""
        found, lane = self._seen(node, point)
        if _state(found.state, lane) != OK:
            return None
        return self._decode(found, lane)

    def field(self, struct: Node, name: str, point: Point) -> FieldValue | None:
        """The value of a field of a struct; None where either is unknown."""
        found, lane = self._struct(struct, point)
        if found is None or _state(found.state, lane) != OK:
            return None
        read = found.field(name)
        return self._decode(read, lane) if _state(read.state, lane) == OK else None

    def _struct(self, node: Node, point: Point) -> tuple[StructVec | None, int]:
        """What a node came to as structs, an optional's among them; None where it holds none."""
        found, lane = self._seen(node, point)
        if isinstance(found, OptionalVec):
            held = found.value if _state(found.absent, lane) == OK else None
            return (held if isinstance(held, StructVec) else None), lane
        return (found if isinstance(found, StructVec) else None), lane

    def count(self, node: Node, point: Point) -> int:
        """How many elements a list has."""
        found, lane = self._seen(node, point)
        assert isinstance(found, ListVec)
        return int(_at(found.lengths, lane))

    def partial(self, node: Node, point: Point) -> bool:
        """Whether a list may have more elements than are known."""
        found, lane = self._seen(node, point)
        return isinstance(found, ListVec) and found.partial is not None and bool(_at(found.partial, lane))

    def key(self, node: Node, point: Point) -> str | None:
        """What tells the item apart that a struct is, where its type has several per entity."""
        found, _ = self._struct(node, point)
        if found is None or found.type.struct not in self.frame.vocabulary.types:
            return None
        many = self.frame.vocabulary.types[found.type.struct].many
        return None if many is None else str(self.field(node, many, point) or "")

    def of(self, struct: Node, point: Point) -> int | None:
        """The row of the frame that a struct is, or is a part of the facts of."""
        found, lane = self._struct(struct, point)
        return None if found is None else self.frame.row_of(found, lane)

    def elements(self, fold: Fold, point: Point) -> list[Point]:
        """The elements that a comprehension ran over."""
        home, inner = self._interpreter.inside(fold)
        lane = point.lane if home is point.lanes else int(point.lanes.path(home)[point.lane])
        first, end = np.searchsorted(inner.up, [lane, lane + 1])
        return [Point(inner, index) for index in range(int(first), int(end))]

    def _decode(self, found: Value, lane: int) -> FieldValue | None:
        if isinstance(found, Vec):
            return self._scalar(found.type, _at(found.data, lane))
        if isinstance(found, OptionalVec):
            return self._decode(found.value, lane) if _state(found.absent, lane) == OK else None
        if isinstance(found, ListVec) and isinstance(found.content, Vec):
            start, length = int(_at(found.starts, lane)), int(_at(found.lengths, lane))
            return tuple(self._scalar(found.content.type, found.content.data[start + at]) for at in range(length))
        return None

    def _scalar(self, stated: Type, raw: Array) -> Scalar:
        plain: bool | int | float = raw.item()
        match stated.kind:
            case Kind.STRING:
                return self.frame.strings.texts[int(plain)]
            case Kind.TIMESTAMP:
                return _EPOCH + timedelta(microseconds=plain)
            case Kind.DURATION:
                return timedelta(microseconds=plain)
        return plain


def _state(state: State, lane: int) -> int:
    return OK if state is None else int(_at(state, lane))


def _at(data: Array, lane: int) -> Array:
    return data if data.ndim == 0 else data[lane]
