"""Statements about one fact type become what was known of it at each of many moments. Pure.

Moments are named by their number, so that everything between two of them is left out at once. What
comes of it is the same as merging the facts of each moment (`facts.merge`) as they counted then: not
before they were said, not after they ended or became too old, and the gaps beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from greenboard.core.refs import Ref
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap, Source, SourceKind, Value
from greenboard.facts.vocabulary import FactError, FactType, Vocabulary

Array = np.ndarray[Any, np.dtype[Any]]
Decode = Callable[[str, str], Value]
"""Reads a stored value, given its fact type and text; FactError where it does not fit any more."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NOBODY = Ref("", "", "")


@dataclass(frozen=True)
class Statements:
    """What sources said of one fact type; one entry of each array is one interval.

    `subject` is the surrogate id of the entity that it counts for. It holds at the moments from number
    `first` up to `last`, is too old from `stale` on, and was observed before `after`. `text` is the
    row of the lists: who said it and the stored value, None for a look that failed. `shared` marks
    what a component reads of its repository. `observed` is in microseconds since 1970.
    """

    id: Array
    subject: Array
    first: Array
    last: Array
    stale: Array
    after: Array
    observed: Array
    text: Array
    shared: Array
    kinds: Sequence[str]
    sources: Sequence[str]
    values: Sequence[str | None]

    def taken(self, index: Array) -> Statements:
        """The entries at an index."""
        return replace(self, **{name: getattr(self, name)[index] for name in ARRAYS})

    def beside(self, other: Statements) -> Statements:
        """The entries of both, which share their lists."""
        both = {name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in ARRAYS}
        return replace(self, **both)


ARRAYS = ("id", "subject", "first", "last", "stale", "after", "observed", "text", "shared")


@dataclass(frozen=True)
class Stays:
    """Where entities lived: `subject[i]` in `where[i]` at the moments from number `first[i]` up to `last[i]`."""

    subject: Array
    where: Array
    first: Array
    last: Array


@dataclass(frozen=True)
class Timeline:
    """What was known of one fact type: by subject and, within, by time.

    Entry i holds for `subject[i]` at the moments from number `first[i]` up to `last[i]`. Where there is
    no entry, nothing was known.
    """

    subject: Array
    first: Array
    last: Array
    values: Sequence[Value]

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def of(cls, entries: Sequence[tuple[int, int, int, Value]]) -> Timeline:
        """A timeline of entries (subject, first, last, value)."""
        numbers = np.array([entry[:3] for entry in entries], dtype=np.int64).reshape(len(entries), 3)
        return cls(numbers[:, 0], numbers[:, 1], numbers[:, 2], [entry[3] for entry in entries])

    def replaced(self, subjects: Array, other: Timeline) -> Timeline:
        """With the entries of some subjects taken from another timeline."""
        kept = np.flatnonzero(~np.isin(self.subject, subjects))
        values = [*(self.values[row] for row in kept.tolist()), *other.values]
        subject = np.concatenate([self.subject[kept], other.subject])
        first, last = (np.concatenate([mine[kept], theirs]) for mine, theirs in (
            (self.first, other.first), (self.last, other.last)))  # fmt: skip
        order = np.lexsort((first, subject))
        return Timeline(subject[order], first[order], last[order], [values[row] for row in order.tolist()])


def timeline(declared: FactType, said: Statements, moments: Sequence[datetime], decode: Decode) -> Timeline:
    """What was known at each moment, given all statements that hold at any of them."""
    said = said.taken(np.lexsort((said.id, said.shared, said.first, said.subject)))
    alone = _alone(said)
    entries = list(_single(declared, said.taken(np.flatnonzero(alone)), decode))
    merging = _Merging(declared, said, moments, decode)
    several = np.flatnonzero(~alone)
    for rows in np.split(several, np.flatnonzero(np.diff(said.subject[several])) + 1):
        entries += merging.entries(rows)
    entries.sort(key=lambda entry: entry[:2])
    return Timeline.of(entries)


def due(declared: FactType, said: Statements, moments: Sequence[datetime]) -> dict[int, int]:
    """By subject when (microseconds since 1970) time alone may next change what is known at the last moment."""
    now = (moments[-1] - _EPOCH) // _MICROSECOND
    found: dict[int, int] = {}
    held = said.last == len(moments)
    for age in {timedelta(), declared.max_age or timedelta()}:
        until = said.observed + age // _MICROSECOND + 1
        for row in np.flatnonzero(held & (until > now)).tolist():
            subject, moment = int(said.subject[row]), int(until[row])
            found[subject] = min(moment, found.get(subject, moment))
    return found


def shared(said: Statements, homes: Stays) -> Statements:
    """The same statements and, beside them, those about where its subjects live, for as long as they do."""
    said = said.taken(np.argsort(said.subject, kind="stable"))
    starts = np.searchsorted(said.subject, homes.where)
    counts = np.searchsorted(said.subject, homes.where, side="right") - starts
    stay = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(stay)) - np.repeat(np.cumsum(counts) - counts, counts)
    read = said.taken(starts[stay] + within)
    read = replace(
        read,
        subject=homes.subject[stay],
        first=np.maximum(read.first, homes.first[stay]),
        last=np.minimum(read.last, homes.last[stay]),
        shared=np.ones(len(stay), dtype=np.bool_),
    )
    return said.beside(read.taken(np.flatnonzero(read.first < read.last)))


def _alone(said: Statements) -> Array:
    """For every statement, whether of its subject no two hold at one moment and no look failed."""
    same = said.subject[1:] == said.subject[:-1]
    crowded = said.subject[1:][same & (said.last[:-1] > said.first[1:])]
    silent = {row for row, value in enumerate(said.values) if value is None}
    failed = said.subject[np.isin(said.text, list(silent))] if silent else said.subject[:0]
    return ~np.isin(said.subject, np.concatenate([crowded, failed]))


def _single(declared: FactType, said: Statements, decode: Decode) -> Iterator[tuple[int, int, int, Value]]:
    """What is known where only one statement holds at a time: what it says, until it is too old."""
    lasts = np.minimum(said.last, said.stale)
    columns = (said.subject.tolist(), said.first.tolist(), lasts.tolist(), said.text.tolist())
    before: tuple[int, int, int, str] | None = None
    for subject, first, last, row in zip(*columns, strict=True):
        text = said.values[row]
        assert text is not None
        if first >= last:
            continue
        if before is not None and (subject, first, text) == (before[0], before[2], before[3]):
            before = (subject, before[1], last, text)
            continue
        yield from _decoded(declared, before, decode)
        before = (subject, first, last, text)
    yield from _decoded(declared, before, decode)


def _decoded(
    declared: FactType, entry: tuple[int, int, int, str] | None, decode: Decode
) -> Iterator[tuple[int, int, int, Value]]:
    if entry is not None:
        try:
            yield (*entry[:3], decode(declared.name, entry[3]))
        except FactError:  # stored in an older form: as good as a look that failed
            return


@dataclass(frozen=True)
class _Merging:
    """Merges statements that hold at the same moments, in each stretch of moments in which all stays as it is."""

    declared: FactType
    said: Statements
    moments: Sequence[datetime]
    decode: Decode

    def entries(self, rows: Array) -> Iterator[tuple[int, int, int, Value]]:
        """The entries of one subject, given its statements."""
        if not len(rows):
            return
        said = self.said.taken(rows)
        said = said.taken(np.lexsort((said.id, said.shared)))
        ends = np.concatenate([said.first, said.last, said.stale, said.after])
        points = np.unique(np.clip(ends, 0, len(self.moments))).tolist()
        subject = int(said.subject[0])
        before: tuple[int, int, int, Value] | None = None
        for start, stop in pairwise(points):
            value = self._value(said, start)
            if before is not None and value is not None and before[2] == start and _same(before[3], value):
                before = (subject, before[1], stop, before[3])
                continue
            if before is not None:
                yield before
            before = None if value is None else (subject, start, stop, value)
        if before is not None:
            yield before

    def _value(self, said: Statements, number: int) -> Value | None:
        """What was known at a moment."""
        moment, name = self.moments[number], self.declared.name
        facts, gaps = [], []
        for row in np.flatnonzero((said.first <= number) & (number < said.last)).tolist():
            told = self._told(said, row, moment)
            (facts if isinstance(told, Fact) else gaps).append(told)
        if not facts:
            return None
        return merge(facts, gaps, Vocabulary({name: self.declared}), moment).values.get(name)

    def _told(self, said: Statements, row: int, moment: datetime) -> Fact | Gap:
        text, name = said.values[said.text[row]], self.declared.name
        source = Source(SourceKind(said.kinds[said.text[row]]), said.sources[said.text[row]])
        if text is None:
            return Gap(_NOBODY, name, "", source, moment)
        try:
            value = self.decode(name, text)
        except FactError:
            return Gap(_NOBODY, name, "", source, moment)
        observed = _EPOCH + timedelta(microseconds=int(said.observed[row]))
        return Fact(_NOBODY, name, value, source, min(observed, moment))


def _same(one: Value, other: Value) -> bool:
    """Whether two values are alike, also in whether they may lack items."""
    return type(one) is type(other) and one == other
