"""A table: the items of one fact type as ready columns, without the values they were made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from greenboard.facts.vocabulary import FieldDef, FieldType
from greenboard.rules.columns import absent
from greenboard.rules.growing import Growing
from greenboard.rules.tree import Kind, Type
from greenboard.rules.vectors import MISSING, OK, Array, Columns, ListVec, State, StructVec, Vec, offsets

_NEW = FieldDef(type=FieldType.BOOL, doc="")
"""Stands for a field that came after the table, of whatever type: it is unknown of every item."""

_OK = np.asarray(np.uint8(OK))


class Table:
    """Ready columns by field, over `count` items. A field that has none is unknown of every item."""

    def __init__(self, fields: Mapping[str, FieldDef], count: int, columns: Mapping[str, _Column]) -> None:
        self.fields = fields
        self.count = count
        self._columns = columns

    @classmethod
    def of(cls, fields: Mapping[str, FieldDef], count: int, columns: Columns) -> Table:
        """Read every field of other columns."""
        found = ((name, columns.field(name)) for name in fields if count)
        read = {name: one for name, one in found if not isinstance(one, StructVec)}
        return cls(fields, count, {name: _column(found) for name, found in read.items() if _anywhere(found)})

    def field(self, name: str) -> Vec | ListVec:
        """The values of a field, MISSING where an item lacks it."""
        found = self._columns.get(name)
        if found is not None:
            return found.vector
        return absent(self.fields.get(name) or _NEW)

    def added(self, more: Table) -> Table:
        """The items of this table and, behind them, those of another one that shares its texts."""
        columns = {}
        for name in self._columns.keys() | more._columns.keys():
            known = self._columns.get(name) or _unknown(more._columns[name], self.count)
            columns[name] = known.added(more.field(name), more.count)
        return Table(self.fields, self.count + more.count, columns)

    def taken(self, index: Array) -> Table:
        """The items at an index, and nothing else kept."""
        return Table.of(self.fields, len(index), _At(self, index))

    def recoded(self, recode: Callable[[Array], Array]) -> Table:
        """The same items, their texts having other codes."""
        columns = {name: found.recoded(recode) for name, found in self._columns.items()}
        return Table(self.fields, self.count, columns)


@dataclass(frozen=True)
class _At:
    """The columns of a table at an index, without elements that are in no list."""

    table: Table
    index: Array

    def field(self, name: str) -> Vec | ListVec:
        found = self.table.field(name).take(self.index)
        if isinstance(found, Vec) or found.lengths.ndim == 0:
            return found
        assert isinstance(found.content, Vec)
        _, index = found.expand(len(self.index))
        content = found.content if index is None else found.content.take(index)
        return ListVec(found.type, offsets(found.lengths)[:-1], found.lengths, content, found.state)


@dataclass(frozen=True)
class _Column:
    """One field of many items. Of lists, `data` says where their elements start in `content`."""

    type: Type
    data: Growing
    state: Growing | None
    lengths: Growing | None = None
    content: Growing | None = None

    @cached_property
    def vector(self) -> Vec | ListVec:
        state = None if self.state is None else self.state.values
        if self.lengths is None or self.content is None:
            return Vec(self.type, self.data.values, state)
        content = Vec(self.type.inner, self.content.values)
        return ListVec(self.type, self.data.values, self.lengths.values, content, state)

    def added(self, more: Vec | ListVec, count: int) -> _Column:
        """With `count` more values behind."""
        state = self._states(more.state, count)
        if isinstance(more, Vec):
            return _Column(self.type, self.data.added(more.data, count), state)
        assert self.lengths is not None
        assert self.content is not None
        assert isinstance(more.content, Vec)
        starts = self.data.added(more.starts + len(self.content.values), count)
        content = self.content.added(more.content.data, len(more.content))
        return _Column(self.type, starts, state, self.lengths.added(more.lengths, count), content)

    def _states(self, more: State, count: int) -> Growing | None:
        if self.state is None and more is None:
            return None
        known = self.state or Growing(np.zeros(len(self.data.values), dtype=np.uint8))
        return known.added(_OK if more is None else more, count)

    def recoded(self, recode: Callable[[Array], Array]) -> _Column:
        if self.type.kind is Kind.STRING:
            return _Column(self.type, Growing(recode(self.data.values)), self.state)
        if self.content is not None and self.type.inner.kind is Kind.STRING:
            return _Column(self.type, self.data, self.state, self.lengths, Growing(recode(self.content.values)))
        return self


def _anywhere(found: Vec | ListVec) -> bool:
    """Whether any lane has a value."""
    return found.state is None or bool((found.state == OK).any())


def _column(found: Vec | ListVec) -> _Column:
    state = None if found.state is None else Growing(found.state)
    if isinstance(found, Vec):
        return _Column(found.type, Growing(found.data), state)
    assert isinstance(found.content, Vec)
    return _Column(found.type, Growing(found.starts), state, Growing(found.lengths), Growing(found.content.data))


def _unknown(like: _Column, count: int) -> _Column:
    """A column like another one that has no value for any of `count` items."""
    data = Growing(np.zeros(count, dtype=like.data.values.dtype))
    state = Growing(np.full(count, np.uint8(MISSING)))
    if like.content is None:
        return _Column(like.type, data, state)
    content = Growing(np.zeros(0, dtype=like.content.values.dtype))
    return _Column(like.type, data, state, Growing(np.zeros(count, dtype=np.int64)), content)
