"""The same facts without some elements: those of one environment, or at a path and below. Pure.

An element lies in an environment or at a path where a field of it says so. One that says nothing of it is kept, and
so are facts of which an entity has but one: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from greenboard.facts.vocabulary import FactType
from greenboard.rules.columns import Frame
from greenboard.rules.vectors import OK, Array, ListVec, StructVec, Vec, spread

ENVIRONMENT, PATH = "environment", "path"
_FIELDS = {ENVIRONMENT: ("environment",), PATH: ("path", "manifest")}


def without(frame: Frame, rows: Array, types: Collection[str], *, environment: str = "", path: str = "") -> Frame:
    """A frame in which some rows lack the elements of an environment, or at a path and below it."""
    said = (ENVIRONMENT, environment) if environment else (PATH, path)
    left = {}
    for name in sorted(types):
        declared = frame.vocabulary.types.get(name)
        field = _field(declared, said[0]) if declared is not None else None
        if field is not None:
            found = frame.variable(name)
            assert isinstance(found, ListVec), "only a type with many elements tells of places"
            left[name] = _left(found, frame, rows, (field, *said))
    return frame.but(left)


def _field(declared: FactType, what: str) -> str | None:
    """The field by which elements of a type say where they are."""
    if declared.many is None:
        return None
    if what == ENVIRONMENT and declared.name == ENVIRONMENT:
        return declared.many
    return next((name for name in _FIELDS[what] if name in declared.fields), None)


def _left(found: ListVec, frame: Frame, rows: Array, said: tuple[str, str, str]) -> ListVec:
    """The same lists, some of them shorter: what they keep stands behind all elements there are."""
    content = found.content
    assert isinstance(content, StructVec)
    count = len(frame)
    starts, lengths = spread(found.starts, count).copy(), spread(found.lengths, count).copy()
    inside = _inside(content, frame, said)
    index = np.arange(content.count) if content.index is None else content.index
    parts, end = [index], content.count
    for row in rows.tolist():
        lanes = np.arange(starts[row], starts[row] + lengths[row])
        kept = lanes[~inside[lanes]]
        starts[row], lengths[row] = end, len(kept)
        parts.append(index[kept])
        end += len(kept)
    longer = StructVec(content.type, content.columns, end, np.concatenate(parts))
    return ListVec(found.type, starts, lengths, longer, found.state, found.partial)


def _inside(content: StructVec, frame: Frame, said: tuple[str, str, str]) -> Array:
    """Which elements say that they are there."""
    field, what, wanted = said
    told = content.field(field)
    assert isinstance(told, Vec)
    texts = frame.strings.texts
    codes = spread(told.data, content.count)
    used, place = np.unique(codes, return_inverse=True)
    fits = np.array([_lies(texts[code], what, wanted) for code in used.tolist()], dtype=np.bool_)
    found = fits[place] if len(used) else np.zeros(content.count, dtype=np.bool_)
    return found if told.state is None else found & (spread(told.state, content.count) == OK)


def _lies(text: str, what: str, wanted: str) -> bool:
    if what == ENVIRONMENT:
        return text == wanted
    below = wanted.strip("/")
    return text.strip("/") == below or text.strip("/").startswith(f"{below}/")
