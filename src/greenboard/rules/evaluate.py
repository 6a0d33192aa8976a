"""The vectorised interpreter: one verdict for each row.

It follows the error rules of CEL, an unknown standing where CEL has the error of a missing key: `&&`
and `||` absorb it when the other side decides, `all` and `exists` when another element does, and
everything else passes it on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import FieldType
from greenboard.rules import beyond, folds, gather, operators, tree
from greenboard.rules.around import RELATIONS
from greenboard.rules.columns import Frame, Related, micros
from greenboard.rules.lanes import Lanes
from greenboard.rules.language import Program
from greenboard.rules.schema import NOW, PARAMETERS
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Has, Kind, ListOf, Node, Select, Type, Var
from greenboard.rules.vectors import (
    HAS,
    OK,
    Array,
    Held,
    ListVec,
    OptionalVec,
    State,
    StructVec,
    TooWide,
    Value,
    Vec,
    bounded,
    first,
    pick_state,
    spread,
    stack,
    with_state,
    worst,
)

FAIL, PASS, NO_DATA, ERROR = 0, 1, 2, 3

Parameters = Mapping[str, Sequence[FieldValue | None]]
"""One value for each row of a frame under each name; None is unknown."""

Given = Mapping[str, Vec | ListVec]
"""Parameters as columns of the whole frame."""


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Hear no warnings of numpy meanwhile: around many rules of few rows, as switching them off for each takes long."""
    token = _quiet.set(True)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        _quiet.reset(token)


def evaluate(
    program: Program, frame: Frame, parameters: Parameters | Given | None = None, *, rows: Array | None = None
) -> Array:
    """The verdicts as int8, FAIL, PASS, NO_DATA or ERROR: of every row, or of the rows named, in their order.

    `parameters` are for every row of the frame, also where `rows` names a few. More rows than fit are
    evaluated in parts. A single row whose comprehensions look at more than MAX_LANES elements is an ERROR.
    """
    given = columns_of(program, frame, parameters or {}) if program.parameter_types else {}
    if rows is not None and not program.looks_around:
        given = {name: column.take(rows) for name, column in given.items()} if given else given
        frame, rows = frame.only(rows), None  # what many rules read of few rows is then taken once
    count = len(frame) if rows is None else len(rows)
    if not count:
        return np.empty(0, dtype=np.int8)
    try:
        return _verdicts(program, Interpreter(frame, given, rows), count)
    except TooWide:
        return _in_parts(program, frame, given, np.arange(count) if rows is None else rows)


def _in_parts(program: Program, frame: Frame, given: Given, rows: Array) -> Array:
    """The verdicts of rows that are too many for one step, or of one that looks at too much by itself."""
    if len(rows) == 1:
        return np.asarray([ERROR], dtype=np.int8)
    halves = np.array_split(rows, 2)
    return np.concatenate([_of_part(program, frame, given, half) for half in halves])


def _of_part(program: Program, frame: Frame, given: Given, rows: Array) -> Array:
    try:
        return _verdicts(program, Interpreter(frame, given, rows), len(rows))
    except TooWide:
        return _in_parts(program, frame, given, rows)


def columns_of(program: Program, frame: Frame, parameters: Parameters | Given) -> dict[str, Vec | ListVec]:
    """The parameters that a program reads, as columns; one that is not given is unknown."""
    return {name: _column(frame, kind, parameters.get(name)) for name, kind in program.parameter_types.items()}


def _column(frame: Frame, kind: FieldType, given: Sequence[FieldValue | None] | Vec | ListVec | None) -> Vec | ListVec:
    if isinstance(given, Vec | ListVec):
        return given
    return frame.column(kind, [None] * len(frame) if given is None else given)


def _verdicts(program: Program, interpreter: Interpreter, count: int) -> Array:
    value = interpreter.run(program.tree, Lanes(count))
    assert isinstance(value, Vec)
    if count == 1:  # as when one entity changed: numpy would take longer to begin than all of this does
        state = OK if value.state is None else int(value.state.item())
        return np.array([state + 1 if state else bool(value.data.item())], dtype=np.int8)
    passed = spread(value.data, count).view(np.int8)
    if value.state is None:
        return passed.copy()  # it may be a column of the frame, or a constant
    # A state is one less than the verdict that it leads to, and each of those is more than PASS.
    verdicts: Array = np.maximum(passed, (value.state + (value.state != OK)).astype(np.int8))
    return verdicts


@dataclass
class _Parameters:
    """The parameters of a rule, as the fields of a struct."""

    columns: Mapping[str, Vec | ListVec]

    def field(self, name: str) -> Vec | ListVec:
        return self.columns[name]


class Interpreter:
    """Evaluates the nodes of a tree. `rows` are those of the frame that are lanes; None is all of them.

    With `trace`, each node's value and the lanes it was evaluated for are kept for the explanation.
    """

    def __init__(
        self, frame: Frame, given: Mapping[str, Vec | ListVec], rows: Array | None = None, *, trace: bool = False
    ) -> None:
        self.frame = frame
        self.given = given
        self.rows = rows
        self._trace: dict[Node, tuple[Value, Lanes]] | None = {} if trace else None
        self._inside: dict[Node, tuple[Lanes, Lanes]] = {}
        self._looked = 0

    def traced(self, node: Node) -> tuple[Value, Lanes]:
        """What a node came to, and for which lanes; only with `trace`."""
        assert self._trace is not None
        return self._trace[node]

    def was_traced(self, node: Node) -> bool:
        """Whether a node was evaluated; only with `trace`."""
        return self._trace is not None and node in self._trace

    def inside(self, fold: Fold) -> tuple[Lanes, Lanes]:
        """The lanes around a comprehension and those within it; only with `trace`."""
        return self._inside[fold]

    def run(self, node: Node, lanes: Lanes) -> Value:
        """The value of a whole expression. Overflow is found by looking at results, not by warnings."""
        if _quiet.get():
            return self.value(node, lanes)
        with quietly():
            return self.value(node, lanes)

    def value(self, node: Node, lanes: Lanes) -> Value:
        """The value of a node for the lanes; evaluated where it varies, then spread inwards."""
        if lanes.depth <= node.level:
            found = _EVALUATED[type(node)](self, node, lanes)
            if self._trace is not None:
                self._trace[node] = (found, lanes)
            return found
        home = lanes.home(node.level)
        found = _EVALUATED[type(node)](self, node, home)
        if self._trace is not None:
            self._trace[node] = (found, home)
        return found.take(lanes.path(home))

    def scalar(self, node: Node, lanes: Lanes) -> Vec:
        """The value of a node that is known to be scalar."""
        found = self.value(node, lanes)
        assert isinstance(found, Vec)
        return found

    def _constant(self, node: Const, _lanes: Lanes) -> Vec:
        if isinstance(node.value, str):
            return Vec(node.type, self.frame.strings.constant(node.value))
        return Vec(node.type, node.array)

    def _variable(self, node: Var, lanes: Lanes) -> Value:
        if node.local:
            assert lanes.bound is not None
            return lanes.bound
        if node.name == NOW:
            return Vec(tree.TIMESTAMP, np.asarray(micros(self.frame.now)))
        if node.name == PARAMETERS:
            found: StructVec | ListVec = StructVec(node.type, _Parameters(self.given), len(self.frame))
        else:
            found = self._facts(node)
        return found if self.rows is None else found.take(self.rows)

    def _facts(self, node: Var) -> StructVec | ListVec:
        """The facts of a type; unknown where there is no such type any more, or it has become another."""
        known = node.name in self.frame.vocabulary.types
        found = self.frame.variable(node.name) if known else None
        if found is not None and (found.type is node.type or found.type == node.type):
            return found
        return cast("StructVec | ListVec", gather.unknown(node.type, len(self.frame)))

    def _select(self, node: Select, lanes: Lanes) -> Value:
        if self.rows is None and self._trace is None and type(node.operand) is Var and not node.optional:
            return self._field(node, node.operand, lanes)
        operand = self.value(node.operand, lanes)
        if node.optional:
            return _optional_field(operand, node.field, node.type)
        assert isinstance(operand, StructVec)
        return _read(operand, node.field, node.type)

    def _field(self, node: Select, variable: Var, lanes: Lanes) -> Held:
        """A field of the entity's own facts, which rule after rule reads: it is worked out once for a frame."""
        known = self.frame.fields if not variable.local and variable.name != PARAMETERS else {}
        key = variable.name, node.field
        found = known.get(key)
        if found is None or (found.type is not node.type and found.type != node.type):
            operand = self._variable(variable, lanes)
            assert isinstance(operand, StructVec)
            found = known[key] = _read(operand, node.field, node.type)
        return found

    def _has(self, node: Has, lanes: Lanes) -> Value:
        operand = self.value(node.operand, lanes)
        if isinstance(operand, OptionalVec):
            found = _optional_field(operand, node.field, node.type)
            return Vec(tree.BOOL, found.present(), found.state)
        assert isinstance(operand, StructVec)
        known = operand.columns.field(node.field).state
        picked = known if operand.index is None else pick_state(known, operand.index)
        there = np.asarray(True) if picked is None else picked == HAS
        return Vec(tree.BOOL, there, operand.state)

    def _call(self, node: Call, lanes: Lanes) -> Value:
        function = node.function
        of_two = operators.OF_TWO.get(function)
        if of_two is not None:
            left, right = self.value(node.arguments[0], lanes), self.value(node.arguments[1], lanes)
            if type(left) is Vec and type(right) is Vec:
                return of_two(left, right, self.frame.strings)
            return operators.apply(node, [left, right], lanes.count, self.frame.strings)
        if function == "@in" and isinstance(node.arguments[1], ListOf) and not _may_lack(node.arguments[1]):
            return self._in_literal(node, node.arguments[1], lanes)
        if function in RELATIONS:
            return beyond.related(node, self.frame, self.rows)
        arguments = [self.value(argument, lanes) for argument in node.arguments]
        if function in beyond.FUNCTIONS:
            return beyond.apply(node, arguments, self.frame, self._rows(lanes))
        return operators.apply(node, arguments, lanes.count, self.frame.strings)

    def _rows(self, lanes: Lanes) -> Array:
        """For every lane, the row of the frame that it belongs to."""
        root = lanes.home(0)
        own = np.arange(root.count) if self.rows is None else self.rows
        return own if root is lanes else own[lanes.path(root)]

    def _in_literal(self, node: Call, listed: ListOf, lanes: Lanes) -> Vec:
        sought = self.scalar(node.arguments[0], lanes)
        found: Array = np.asarray(False)
        states = [sought.state]
        for element in listed.elements:
            other = self.scalar(element, lanes)
            found = found | (sought.data == other.data)
            states.append(other.state)
        if self._trace is not None:
            self.value(listed, lanes)
        return Vec(tree.BOOL, found, worst(*states))

    def _list(self, node: ListOf, lanes: Lanes) -> Value:
        parts = [self.value(element, lanes) for element in node.elements]
        state = worst(*(part.state for part in parts))
        if _may_lack(node) or node.type.inner.kind in (Kind.STRUCT, Kind.LIST):
            listed = gather.literal(node.type, parts, lanes.count)
            return listed if state is None else with_state(listed, spread(state, lanes.count))
        return self._row_of(node, [part for part in parts if isinstance(part, Vec)], state, lanes)

    def _row_of(self, node: ListOf, parts: list[Vec], state: State, lanes: Lanes) -> ListVec:
        """A list literal of scalars, which is what nearly all are."""
        count = len(parts)
        bounded(count * lanes.count)
        data = stack([part.data for part in parts], lanes.count) if parts else np.zeros(0, dtype=np.int64)
        starts = np.arange(lanes.count, dtype=np.int64) * count
        made = ListVec(node.type, starts, np.full(lanes.count, count), Vec(node.type.inner, data))
        return made if state is None else with_state(made, spread(state, lanes.count))

    def _fold(self, node: Fold, lanes: Lanes) -> Value:
        over = self.value(node.over, lanes)
        assert isinstance(over, ListVec)
        parent, index = over.expand(lanes.count)
        # Of all comprehensions together, so that many beside one another are bounded as one is.
        self._looked += len(parent)
        bounded(self._looked)
        bound = over.content if index is None else over.content.take(index)
        inner = Lanes(len(parent), node.depth, lanes, parent, bound)
        if self._trace is not None:
            self._inside[node] = (lanes, inner)
        test = self.scalar(node.test, inner) if node.test is not None else None
        match node.fold:
            case FoldKind.ALL | FoldKind.EXISTS:
                assert test is not None
                return folds.quantify(test, inner, lanes.count, over, decided_by=node.fold is FoldKind.EXISTS)
            case FoldKind.EXISTS_ONE:
                assert test is not None
                return folds.exists_one(test, inner, lanes.count, over)
        made = bound if node.body is None else self.value(node.body, inner)
        return folds.collect(node, made, test, inner, over)


_EVALUATED: Mapping[type[Node], Callable[[Interpreter, Any, Lanes], Value]] = {
    Const: Interpreter._constant,
    Var: Interpreter._variable,
    Select: Interpreter._select,
    Has: Interpreter._has,
    Call: Interpreter._call,
    Fold: Interpreter._fold,
    ListOf: Interpreter._list,
}
"""How each kind of node is evaluated. Looked up by type: for a single lane, matching would cost as much as the work."""


def _read(struct: StructVec, name: str, stated: Type) -> Held:
    """A field, of the type that it had when the rule was compiled; unknown where custom facts have changed since."""
    if isinstance(struct.columns, Related) and name not in struct.columns.frame.vocabulary.types:
        return gather.unknown(stated, struct.count)
    found = struct.field(name)
    if found.type is stated or isinstance(found, StructVec) or found.type == stated:
        return found
    several = found.type.kind is Kind.LIST and found.type.inner.kind is Kind.STRUCT  # facts of a related entity
    return found if several else gather.unknown(stated, struct.count)


def _may_lack(node: ListOf) -> bool:
    """Whether a list literal has optional elements."""
    return any(part.type.kind is Kind.OPTIONAL for part in node.elements)


def _optional_field(operand: Value, name: str, stated: Type) -> OptionalVec:
    """`operand.?field`: none where the field is unknown; an operand that is none stays none."""
    absent, struct = (operand.absent, operand.value) if isinstance(operand, OptionalVec) else (None, operand)
    assert isinstance(struct, StructVec)
    found = _read(with_state(struct, None), name, stated.inner)
    return OptionalVec(stated, with_state(found, None), first(absent, found.state), operand.state)
