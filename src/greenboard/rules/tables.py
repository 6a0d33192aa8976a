"""Frames whose columns are all there: joined from parts, with rows replaced, added or left out. Pure.

Their rows in Python are not kept. What a frame holds is never changed; frames made from one another share it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial, reduce

import numpy as np

from greenboard.facts.vocabulary import FactType
from greenboard.rules import tree
from greenboard.rules.around import ALONE, Around
from greenboard.rules.columns import Frame, Row, Strings
from greenboard.rules.table import Table
from greenboard.rules.vectors import MISSING, OK, Array, ListVec, State, StructVec, offsets, spread

Variable = StructVec | ListVec
"""The facts of one type, a lane for each row; the items are in a `Table`."""


def ready(frame: Frame) -> Frame:
    """The same frame with the columns of every fact type, and without its rows."""
    if frame.rows is None:
        return frame
    there = {name for row in frame.rows for name in row}
    made = {name: _built(frame, declared, there) for name, declared in frame.vocabulary.types.items()}
    return frame.of(made, len(frame))


def _built(frame: Frame, declared: FactType, there: Collection[str] | None = None) -> Variable:
    """The columns of one fact type; `there` are those of which any row has a fact, where that is known."""
    known = any(declared.name in row for row in frame.rows or ()) if there is None else declared.name in there
    return _ready(declared, frame.variable(declared.name)) if known else _unknown(declared, len(frame))


def joined(frames: Iterable[Frame], around: Around = ALONE) -> Frame:
    """The rows of several frames, at least one, one after another; they must share their `strings`.

    Frames are taken one by one, so that only what is joined so far need be in memory.
    """
    whole = reduce(_two, map(ready, frames))
    return whole.at(whole.now, around)


def patched(frame: Frame, rows: Mapping[int, Row], types: Collection[str] | None = None) -> Frame:
    """A frame with the facts of some rows replaced; `types` are those that may differ, by default all.

    What is around the rows stays. It takes time by the rows that are replaced; memory that replaced
    facts hold is given back when they are more than those that are used.
    """
    whole = ready(frame)
    if not rows:
        return whole
    where = np.fromiter(rows, dtype=np.int64, count=len(rows))
    words = whole.vocabulary.types
    names = words if types is None else types
    stated = [{name: row[name] for name in names if name in row} for row in rows.values()]
    new = Frame.build(whole.vocabulary, stated, whole.now, strings=whole.strings)
    made = {name: whole.variable(name) for name in words}
    for name in names:
        made[name] = _patched(made[name], _built(new, words[name]), where, len(whole))
    return whole.of(made, len(whole))


def taken(frame: Frame, index: Array, around: Around = ALONE) -> Frame:
    """The rows at an index, in its order, and nothing kept of the others."""
    whole = ready(frame)
    made = {name: _gathered(whole.variable(name).take(index), len(index)) for name in whole.vocabulary.types}
    return whole.of(made, len(index), around)


def refreshed(frame: Frame) -> Frame:
    """The same frame with only the facts and the texts in memory that its rows have.

    It has `strings` of its own: columns that were made with the old ones do not belong to it.
    """
    whole = taken(frame, np.arange(len(frame)), frame.around)
    other = Frame(whole.vocabulary, None, whole.now, whole.around)
    recode = partial(_recoded, old=whole.strings, new=other.strings)
    found = {name: whole.variable(name) for name in whole.vocabulary.types}
    made = {name: _with(one, _table(one).recoded(recode)) for name, one in found.items()}
    return other.of(made, len(whole))


def _ready(declared: FactType, found: Variable) -> Variable:
    items = found if isinstance(found, StructVec) else found.content
    assert isinstance(items, StructVec)
    return _with(found, Table.of(declared.fields, items.count, items.columns))


def _unknown(declared: FactType, count: int) -> Variable:
    """A type of which nothing is known in any row."""
    struct, state = tree.struct_of(declared.name), np.asarray(np.uint8(MISSING))
    if declared.many is None:
        return StructVec(struct, Table(declared.fields, count, {}), count, None, state)
    zero = np.asarray(0)
    content = StructVec(struct, Table(declared.fields, 0, {}), 0)
    return ListVec(tree.list_of(struct), zero, zero, content, state)


def _table(found: Variable) -> Table:
    items = found if isinstance(found, StructVec) else found.content
    assert isinstance(items, StructVec)
    assert isinstance(items.columns, Table)
    return items.columns


def _with(found: Variable, table: Table) -> Variable:
    """The same lanes over the items of another table."""
    if isinstance(found, StructVec):
        return StructVec(found.type, table, found.count, found.index, found.state)
    content = StructVec(found.type.inner, table, table.count)
    return ListVec(found.type, found.starts, found.lengths, content, found.state, found.partial)


def _two(left: Frame, right: Frame) -> Frame:
    assert left.strings is right.strings
    sizes = len(left), len(right)
    made = {name: _one_after(left.variable(name), right.variable(name), sizes) for name in left.vocabulary.types}
    return left.of(made, sum(sizes))


def _one_after(left: Variable, right: Variable, sizes: tuple[int, int]) -> Variable:
    before, table = _table(left).count, _table(left).added(_table(right))
    state = _both(left.state, right.state, sizes, OK)
    if isinstance(left, StructVec):
        assert isinstance(right, StructVec)
        index = None
        if left.index is not None or right.index is not None:
            index = np.concatenate([_index(left), _index(right) + before])
        return StructVec(left.type, table, sum(sizes), index, state)
    assert isinstance(right, ListVec)
    if left.lengths.ndim == right.lengths.ndim == 0:
        starts, lengths = left.starts, left.lengths
    else:
        starts = np.concatenate([spread(left.starts, sizes[0]), spread(right.starts, sizes[1]) + before])
        lengths = np.concatenate([spread(left.lengths, sizes[0]), spread(right.lengths, sizes[1])])
    partial = _both(left.partial, right.partial, sizes, False)
    return ListVec(left.type, starts, lengths, StructVec(left.type.inner, table, table.count), state, partial)


def _both(left: State, right: State, sizes: tuple[int, int], plain: int) -> State:
    """One after another; None stands for `plain` in all lanes, and what stands for all lanes stays so."""
    if left is None and right is None:
        return None
    if left is not None and right is not None and left.ndim == right.ndim == 0 and left == right:
        return left
    dtype = (left if left is not None else right).dtype  # type: ignore[union-attr]
    parts = [np.asarray(plain, dtype) if part is None else part for part in (left, right)]
    return np.concatenate([spread(part, size) for part, size in zip(parts, sizes, strict=True)])


def _index(found: StructVec) -> Array:
    return np.arange(found.count) if found.index is None else found.index


def _patched(old: Variable, new: Variable, where: Array, count: int) -> Variable:
    if _is_unknown(old) and _is_unknown(new):
        return old
    before, table = _table(old).count, _table(old).added(_table(new))
    state = _replaced(old.state, new.state, where, count)
    if isinstance(old, StructVec):
        index = _index(old).copy()
        index[where] = before + np.arange(len(where))
        return _compact(StructVec(old.type, table, count, index, state), count)
    assert isinstance(new, ListVec)
    starts, lengths = spread(old.starts, count).copy(), spread(old.lengths, count).copy()
    starts[where], lengths[where] = new.starts + before, new.lengths
    partial = _replaced(old.partial, new.partial, where, count)
    content = StructVec(old.type.inner, table, table.count)
    return _compact(ListVec(old.type, starts, lengths, content, state, partial), count)


def _is_unknown(found: Variable) -> bool:
    return found.state is not None and found.state.ndim == 0


def _replaced(old: State, new: State, where: Array, count: int) -> State:
    """States (or other marks, of which None is nowhere) of all lanes, with those of some lanes replaced."""
    if old is None and new is None:
        return None
    zero = np.asarray(0, (old if old is not None else new).dtype)  # type: ignore[union-attr]
    made = spread(zero if old is None else old, count).copy()
    made[where] = zero if new is None else new
    return made if made.any() else None


def _compact(found: Variable, count: int) -> Variable:
    """The same lanes; items that none of them has are left out when they are more than those that have one."""
    used = count if isinstance(found, StructVec) else int(found.lengths.sum())
    return found if _table(found).count <= 2 * used else _gathered(found, count)


def _gathered(found: Variable, count: int) -> Variable:
    """The same lanes, their items one after another and no others."""
    if isinstance(found, StructVec):
        table = _table(found) if found.index is None else _table(found).taken(found.index)
        return StructVec(found.type, table, count, None, found.state)
    if _is_unknown(found):
        return found
    _, index = found.expand(count)
    table = _table(found) if index is None else _table(found).taken(index)
    content = StructVec(found.type.inner, table, table.count)
    starts = offsets(found.lengths)[:-1]
    return ListVec(found.type, starts, found.lengths, content, found.state, found.partial)


def _recoded(codes: Array, old: Strings, new: Strings) -> Array:
    """Codes of texts among `new` that stand for the same texts as some codes among `old`."""
    used, inverse = np.unique(codes, return_inverse=True)
    return new.codes((old.texts[code] for code in used.tolist()), len(used))[inverse]
