"""Columns: the facts of many entities as typed arrays, built only for the fields that rules read."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from greenboard.facts.types import FieldValue, Partial, Struct, Value
from greenboard.facts.vocabulary import FieldDef, FieldType, Vocabulary
from greenboard.rules import tree
from greenboard.rules.around import ALONE, SINGLE, Around, Links
from greenboard.rules.tree import Kind, Type
from greenboard.rules.vectors import MISSING, OK, Array, Columns, ListVec, State, StructVec, Vec, offsets, worst

Row = Mapping[str, Value]
"""The facts of one entity by fact type. A type that is not there is unknown; `()` is known to be empty;
a `Partial` may lack items."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DTYPES = {
    Kind.BOOL: np.bool_,
    Kind.INT: np.int64,
    Kind.DOUBLE: np.float64,
    Kind.STRING: np.int32,
    Kind.TIMESTAMP: np.int64,
    Kind.DURATION: np.int64,
}
_TYPES = {
    FieldType.BOOL: tree.BOOL,
    FieldType.INT: tree.INT,
    FieldType.FLOAT: tree.DOUBLE,
    FieldType.STRING: tree.STRING,
    FieldType.TIMESTAMP: tree.TIMESTAMP,
    FieldType.DURATION: tree.DURATION,
}


class Strings:
    """Every distinct text once; code 0 is the empty text. Grows, never shrinks; safe between threads."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self.made = 0
        self._codes: dict[str, int] = {"": 0}
        self._constants: dict[str, Array] = {}
        self._lock = threading.Lock()
        self._ranks: Array = np.zeros(1, dtype=np.int64)

    def code(self, text: str) -> int:
        """The code of a text, which is added when it is new."""
        found = self._codes.get(text)
        if found is not None:
            return found
        with self._lock:
            if text not in self._codes:
                self.texts.append(text)
                self._codes[text] = len(self.texts) - 1
            return self._codes[text]

    def constant(self, text: str) -> Array:
        """The code of a text of a rule, as data that stands for all lanes."""
        found = self._constants.get(text)
        if found is None:
            found = self._constants[text] = np.asarray(self.code(text), dtype=np.int32)
        return found

    def make(self, text: str, limit: int) -> int | None:
        """The code of a text that a rule made; None where such texts come to more than `limit` characters."""
        found = self._codes.get(text)
        if found is not None:
            return found
        if self.made + len(text) > limit:
            return None
        self.made += len(text)
        return self.code(text)

    def codes(self, texts: Iterable[str], count: int) -> Array:
        """The codes of many texts."""
        return np.fromiter((self.code(text) for text in texts), dtype=np.int32, count=count)

    def ranks(self) -> Array:
        """For every code, where its text stands in the order of code points."""
        ranks = self._ranks
        if len(ranks) != len(self.texts):
            texts = list(self.texts)
            order = sorted(range(len(texts)), key=texts.__getitem__)
            ranks = np.empty(len(texts), dtype=np.int64)
            ranks[order] = np.arange(len(texts))
            self._ranks = ranks
        return ranks


def micros(moment: datetime) -> int:
    """A moment as microseconds since 1970."""
    return span_micros(moment - _EPOCH)


def span_micros(span: timedelta) -> int:
    """A length of time in microseconds, exactly."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


class Items:
    """The structs of one fact type, of all entities one after another; a column for each field read."""

    def __init__(self, fields: Mapping[str, FieldDef], items: Sequence[Struct], strings: Strings) -> None:
        self.fields = fields
        self.items = items
        self._strings = strings
        self._columns: dict[str, Vec | ListVec] = {}

    def field(self, name: str) -> Vec | ListVec:
        """The values of a field, MISSING where an item lacks it."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._column(name)
        return found

    def _column(self, name: str) -> Vec | ListVec:
        if name not in self.fields:  # a custom fact that nobody states any more
            return Vec(tree.BOOL, np.asarray(False), np.asarray(np.uint8(MISSING)))
        stated = self.fields[name].type
        raw = _fitting([item.get(name) for item in self.items], stated)
        state = _missing(raw)
        if stated.element is None:
            return Vec(_TYPES[stated], _encode(_TYPES[stated], raw, self._strings), state)
        lists = [() if value is None else value for value in raw]
        return _list_column(_TYPES[stated.element], lists, state, self._strings)


_PYTHON: dict[FieldType, type | tuple[type, ...]] = {
    FieldType.BOOL: bool,
    FieldType.INT: int,
    FieldType.FLOAT: (float, int),
    FieldType.STRING: str,
    FieldType.TIMESTAMP: datetime,
    FieldType.DURATION: timedelta,
}


def _fitting(raw: Sequence[FieldValue | None], stated: FieldType) -> list[FieldValue | None]:
    """The values of the field's type: custom facts may have changed theirs since a row was read."""
    wanted = _PYTHON[stated.element or stated]
    if stated.element is None:
        return [value if isinstance(value, wanted) else None for value in raw]
    lists = ((value if isinstance(value, list | tuple) else None) for value in raw)
    return [None if value is None or not all(isinstance(part, wanted) for part in value) else value for value in lists]


def absent(declared: FieldDef) -> Vec | ListVec:
    """A field that is unknown of every item, however many there are."""
    return _absent(declared.type)


@cache
def _absent(stated: FieldType) -> Vec | ListVec:
    state, element = np.asarray(np.uint8(MISSING)), stated.element
    if element is None:
        return Vec(_TYPES[stated], _nothing(stated).reshape(()), state)
    zero = np.asarray(0)
    content = Vec(_TYPES[element], _nothing(element)[:0])
    return ListVec(tree.list_of(content.type), zero, zero, content, state)


def _nothing(stated: FieldType) -> Array:
    return np.zeros(1, dtype=_DTYPES[_TYPES[stated].kind])


def _list_column(element: Type, lists: Sequence[FieldValue], state: State, strings: Strings) -> ListVec:
    held = [value if isinstance(value, list | tuple) else () for value in lists]
    lengths = np.fromiter(map(len, held), dtype=np.int64, count=len(held))
    content = _encode(element, [part for value in held for part in value], strings)
    return ListVec(tree.list_of(element), offsets(lengths)[:-1], lengths, Vec(element, content), state)


def _missing(raw: Sequence[object]) -> State:
    state = np.fromiter((MISSING if value is None else OK for value in raw), dtype=np.uint8, count=len(raw))
    return state if state.any() else None


def _encode(stated: Type, raw: Sequence[FieldValue | None], strings: Strings) -> Array:
    """Values as an array; where there is none, a zero that nobody reads."""
    count = len(raw)
    match stated.kind:
        case Kind.STRING:
            return strings.codes((value if isinstance(value, str) else "" for value in raw), count)
        case Kind.TIMESTAMP:
            moments = (micros(value) if isinstance(value, datetime) else 0 for value in raw)
            return np.fromiter(moments, dtype=np.int64, count=count)
        case Kind.DURATION:
            spans = (span_micros(value) if isinstance(value, timedelta) else 0 for value in raw)
            return np.fromiter(spans, dtype=np.int64, count=count)
    plain = (0 if value is None else value for value in raw)
    return np.fromiter(plain, dtype=_DTYPES[stated.kind], count=count)


_MANY_ITEMS = 100_000
"""Of more items of few rows than this, each rule takes what it reads."""


class Chosen:
    """Some items of other columns, each of their fields taken when it is first read."""

    def __init__(self, columns: Columns, index: Array) -> None:
        self._columns, self._index = columns, index
        self._fields: dict[str, Vec | ListVec | StructVec] = {}

    @classmethod
    def of(cls, struct: StructVec) -> Columns:
        """The columns of a struct, lane by lane."""
        return struct.columns if struct.index is None else cls(struct.columns, struct.index)

    def field(self, name: str) -> Vec | ListVec | StructVec:
        """The values of a field, MISSING where an item lacks it."""
        found = self._fields.get(name)
        if found is None:
            found = self._fields[name] = self._columns.field(name).take(self._index)
        return found


@dataclass(frozen=True)
class Related:
    """The rows of a frame as structs whose fields are their facts: what related entities are read by."""

    frame: Frame

    def field(self, name: str) -> StructVec | ListVec:
        """The facts of one type; MISSING where the row has none."""
        return self.frame.variable(name)


class Frame:
    """The facts of many entities, ready for evaluation at one moment.

    `rows` is None where all columns are there already: see `tables`. Frames that share `strings` can be
    joined.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        rows: Sequence[Row] | None,
        now: datetime,
        around: Around = ALONE,
        *,
        strings: Strings | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.rows = rows
        self.now = now
        self.around = around
        self.strings = Strings() if strings is None else strings
        self._count = 0 if rows is None else len(rows)
        self.fields: dict[tuple[str, str], Vec | ListVec | StructVec] = {}
        """What rules read of it so far, by fact type and field, a lane for each row."""
        self._variables: dict[str, StructVec | ListVec] = {}
        self._related: dict[str, StructVec | ListVec] = {}
        self._whole: tuple[Frame, Array] | None = None
        self._chosen: tuple[bytes, Frame] | None = None
        self._teams: ListVec | None = None

    @classmethod
    def build(
        cls,
        vocabulary: Vocabulary,
        rows: Sequence[Row],
        now: datetime,
        types: Collection[str] | None = None,
        *,
        around: Around = ALONE,
        strings: Strings | None = None,
    ) -> Frame:
        """Take the rows of a frame. Columns of `types` are made ready now, all others when first read."""
        frame = cls(vocabulary, rows, now, around, strings=strings)
        for name in types or ():
            frame.variable(name)
        return frame

    def of(self, variables: Mapping[str, StructVec | ListVec], count: int, around: Around | None = None) -> Frame:
        """A frame of `count` other rows whose columns are all there; vocabulary, moment and texts are shared."""
        other = Frame(self.vocabulary, None, self.now, self.around if around is None else around, strings=self.strings)
        other._count, other._variables = count, dict(variables)
        return other

    def at(self, now: datetime, around: Around | None = None) -> Frame:
        """The same facts seen at another moment, or with other things around them; columns are shared."""
        other = Frame(self.vocabulary, self.rows, now, self.around if around is None else around, strings=self.strings)
        other._count, other._variables = self._count, self._variables
        if other.around is self.around:
            other._related, other._teams = self._related, self._teams
        return other

    def but(self, variables: Mapping[str, StructVec | ListVec]) -> Frame:
        """The same rows with other facts of some types; what others say of them through relations stays."""
        other = self.at(self.now)
        other._variables = {**self._variables, **variables}
        return other

    def only(self, rows: Array) -> Frame:
        """Some rows of this frame, in their order, with nothing around them; columns are taken when first read."""
        known, key = self._chosen, rows.tobytes()
        if known is not None and known[0] == key:
            return known[1]
        other = Frame(self.vocabulary, None, self.now, strings=self.strings)
        other._count, other._whole = len(rows), (self, rows)
        self._chosen = key, other
        return other

    def shares_facts(self, other: Frame) -> bool:
        """Whether both are the same facts in memory, and the same things around them."""
        return self._variables is other._variables and self.around is other.around

    def __len__(self) -> int:
        return self._count

    def variable(self, name: str) -> StructVec | ListVec:
        """The facts of one type, a lane for each row."""
        found = self._variables.get(name)
        if found is None:
            found = self._variables[name] = self._taken(name) if self._whole else self._variable(name)
        return found

    def _taken(self, name: str) -> StructVec | ListVec:
        """The facts of the rows that were chosen; what is read of their items is taken once for all rules."""
        assert self._whole is not None
        frame, rows = self._whole
        found = frame.variable(name).take(rows)
        if isinstance(found, StructVec):
            return StructVec(found.type, Chosen.of(found), found.count, None, found.state)
        items = found.content
        if not isinstance(items, StructVec) or found.lengths.ndim == 0 or int(found.lengths.sum()) > _MANY_ITEMS:
            return found
        of_lane, index = found.expand(len(rows))
        chosen = items if index is None else items.take(index)
        content = StructVec(items.type, Chosen.of(chosen), len(of_lane))
        starts = offsets(found.lengths)[:-1]
        return ListVec(found.type, starts, found.lengths, content, found.state, found.partial, known=(of_lane, None))

    def _variable(self, name: str) -> StructVec | ListVec:
        assert self.rows is not None
        declared = self.vocabulary.types[name]
        held = [row.get(name) for row in self.rows]
        state = _missing(held)
        struct = tree.struct_of(name)
        if declared.many is None:
            single: list[Struct] = [value if isinstance(value, Mapping) else {} for value in held]
            return StructVec(struct, Items(declared.fields, single, self.strings), len(single), None, state)
        several = [value if isinstance(value, tuple | list) else () for value in held]
        lengths = np.fromiter(map(len, several), dtype=np.int64, count=len(several))
        items = Items(declared.fields, [item for value in several for item in value], self.strings)
        content = StructVec(struct, items, int(lengths.sum()))
        open_ended = [isinstance(value, Partial) for value in held]
        partial = np.array(open_ended, dtype=np.bool_) if any(open_ended) else None
        return ListVec(tree.list_of(struct), offsets(lengths)[:-1], lengths, content, state, partial)

    def related(self, name: str) -> StructVec | ListVec:
        """The entities that a relation leads to from each row, MISSING where nobody says which."""
        found = self._related.get(name)
        if found is None:
            found = self._related[name] = self._links(name)
        return found

    def _links(self, name: str) -> StructVec | ListVec:
        count = len(self)
        one = tree.struct_of("", name)
        links = self.around.links.get(name)
        if links is None:
            zero = np.zeros(count, dtype=np.int64)
            links = Links(zero, zero, np.zeros(0, dtype=np.int64), np.full(count, np.uint8(MISSING)))
        if name == SINGLE:
            there = links.lengths > 0
            targets = links.targets if len(links.targets) else np.zeros(1, dtype=np.int64)
            absent = np.where(there, np.uint8(OK), np.uint8(MISSING))
            index = targets[np.where(there, links.starts, 0)]
            return StructVec(one, Related(self), count, index, worst(links.state, absent))
        content = StructVec(one, Related(self), len(links.targets), links.targets)
        lengths = links.lengths if links.state is None else np.where(links.state == OK, links.lengths, 0)
        return ListVec(tree.list_of(one), links.starts, lengths, content, links.state, links.partial)

    def teams(self) -> ListVec:
        """For each row the names of the owning team and of those around it, MISSING where no owner is known."""
        if self._teams is None:
            told = self.around.teams or [None] * len(self)
            self._teams = _list_column(tree.STRING, [each or () for each in told], _missing(told), self.strings)
            self._teams.partial = self.around.teams_partial
        return self._teams

    def name(self, row: int) -> str:
        """The reference of a row, or what its facts say of its name."""
        if row < len(self.around.names):
            return self.around.names[row]
        known = self.rows[row].get("entity") if self.rows is not None else None
        told = known if isinstance(known, Mapping) else {}
        kind, space, name = (str(told.get(part) or "") for part in ("kind", "namespace", "name"))
        return f"{kind}:{space}/{name}" if kind and space and name else name or "another entity"

    def row_of(self, found: StructVec, lane: int) -> int | None:
        """The row whose facts a struct is part of, or that it is; None where it has none."""
        index = lane if found.index is None else int(found.index[lane])
        if isinstance(found.columns, Related):
            return index
        kept = self._variables.get(found.type.struct)
        if kept is None or not isinstance(found.columns, Items):
            return None
        return index if isinstance(kept, StructVec) else int(np.searchsorted(kept.starts, index, side="right")) - 1

    def column(self, stated: FieldType, values: Sequence[FieldValue | None]) -> Vec | ListVec:
        """Values that are given from outside, one for each row, as a column: the parameters of a rule."""
        items: list[Struct] = [{} if value is None else {"value": value} for value in values]
        return Items({"value": FieldDef(type=stated, doc="")}, items, self.strings).field("value")
