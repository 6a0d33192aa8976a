"""Statements about one fact type become what was known of it at each of many moments. Pure.

Moments are named by their number, so that everything between two of them is left out at once. What
comes of it is the same as merging the facts of each moment (`facts.merge`) as they counted then: not
before they were said, not after they ended or became too old, and the gaps beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from greenboard.core.refs import Ref
from greenboard.facts import observed
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap, Source, SourceKind, Value
from greenboard.facts.vocabulary import FactError, FactType, Vocabulary

Array = np.ndarray[Any, np.dtype[Any]]
Decode = Callable[[str, str], Value]
"""Reads a stored value, given its fact type and text; FactError where it does not fit any more."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NOBODY = Ref("", "", "")


INTERVAL = np.dtype([(name, np.int64) for name in (
    "id", "subject", "first", "last", "stale", "after", "observed", "shared", "said")])  # fmt: skip

Said = tuple[str, str, str | None]
"""Kind and name of a source, and the stored value, None for a look that failed."""


@dataclass(frozen=True)
class Statements:
    """What sources said of one fact type, one entry of `rows` (of type INTERVAL) for each interval.

    `subject` is the surrogate id of the entity that it counts for. It holds at the moments from number
    `first` up to `last`, is too old from `stale` on, and was observed before moment `after`, namely at
    `observed` (microseconds since 1970). `shared` marks what a component reads of its repository.
    `said` is where it stands in the list.
    """

    rows: Array
    said: Sequence[Said]

    def taken(self, index: Array) -> Statements:
        """The entries at an index, or where a mask is true."""
        return Statements(self.rows[index], self.said)


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
    merged: frozenset[int] = frozenset()
    """The subjects of which several statements had to be merged at some moment."""

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def of(cls, entries: Sequence[tuple[int, int, int, Value]], merged: frozenset[int]) -> Timeline:
        """A timeline of entries (subject, first, last, value)."""
        numbers = np.array([entry[:3] for entry in entries], dtype=np.int64).reshape(len(entries), 3)
        return cls(numbers[:, 0], numbers[:, 1], numbers[:, 2], [entry[3] for entry in entries], merged)


def due(declared: FactType, told: Statements, moments: Sequence[datetime]) -> dict[int, int]:
    """By subject when (microseconds since 1970) time alone may next change what is known at the last moment."""
    now = (moments[-1] - _EPOCH) // _MICROSECOND
    rows = told.rows[told.rows["last"] == len(moments)]
    found: dict[int, int] = {}
    for age in {timedelta(), declared.max_age or timedelta()}:
        until = rows["observed"] + age // _MICROSECOND + 1
        ahead = until > now
        for subject, moment in zip(rows["subject"][ahead].tolist(), until[ahead].tolist(), strict=True):
            found[subject] = min(moment, found.get(subject, moment))
    return found


def shared(told: Statements, homes: Stays) -> Statements:
    """The same statements and, beside them, those about where its subjects live, for as long as they do."""
    rows = told.rows[np.argsort(told.rows["subject"], kind="stable")]
    starts = np.searchsorted(rows["subject"], homes.where)
    counts = np.searchsorted(rows["subject"], homes.where, side="right") - starts
    stay = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(stay)) - np.repeat(np.cumsum(counts) - counts, counts)
    read = rows[starts[stay] + within]
    read["subject"] = homes.subject[stay]
    read["first"] = np.maximum(read["first"], homes.first[stay])
    read["last"] = np.minimum(read["last"], homes.last[stay])
    read["shared"] = 1
    return Statements(np.concatenate([rows, read[read["first"] < read["last"]]]), told.said)


def timeline(
    declared: FactType,
    told: Statements,
    moments: Sequence[datetime],
    decode: Decode,
    *,
    priority: Sequence[str] = (),
) -> Timeline:
    """What was known at each moment, given all statements that hold at any of them. `priority` as of `merge`."""
    rows = told.rows
    rows = rows[np.lexsort((rows["id"], rows["shared"], rows["first"], rows["subject"]))]
    # What is open has to be fitted to the types of today, which is part of merging.
    alone = np.zeros(len(rows), dtype=np.bool_) if declared.open else _alone(rows, told.said)
    entries = _single(declared, Statements(rows[alone], told.said), decode)
    merging = _Merging(declared, told.said, moments, decode, priority)
    several = rows[~alone]
    for block in np.split(several, np.flatnonzero(np.diff(several["subject"])) + 1):
        entries += merging.entries(block)
    entries.sort(key=lambda entry: entry[:2])
    return Timeline.of(entries, frozenset(several["subject"].tolist()))


def _alone(rows: Array, said: Sequence[Said]) -> Array:
    """For every interval, whether of its subject no two hold at one moment and no look failed."""
    same = rows["subject"][1:] == rows["subject"][:-1]
    crowded = rows["subject"][1:][same & (rows["last"][:-1] > rows["first"][1:])]
    silent = [number for number, (*_, value) in enumerate(said) if value is None]
    failed = rows["subject"][np.isin(rows["said"], silent)]
    alone: Array = ~np.isin(rows["subject"], np.concatenate([crowded, failed]))
    return alone


_Entry = tuple[int, int, int, Value]


def _single(declared: FactType, told: Statements, decode: Decode) -> list[_Entry]:
    """What is known where only one statement holds at a time: what it says, until it is too old."""
    rows = told.rows[told.rows["first"] < told.rows["stale"]]
    lasts = np.minimum(rows["last"], rows["stale"])
    entries: list[_Entry] = []
    before: tuple[int, int, str] | None = None
    columns = (rows["subject"].tolist(), rows["first"].tolist(), lasts.tolist(), rows["said"].tolist())
    for subject, first, last, number in zip(*columns, strict=True):
        text = told.said[number][2]
        assert text is not None
        if before == (subject, first, text):
            entries[-1] = (*entries[-1][:2], last, entries[-1][3])
        else:
            try:
                entries.append((subject, first, last, _fitted(declared, decode(declared.name, text))))
            except FactError:  # stored in an older form: as good as a look that failed
                continue
        before = (subject, last, text)
    return entries


def _fitted(declared: FactType, value: Value) -> Value:
    """The value as merging it would have it: of custom facts, what has the type of its key."""
    return observed.fitted(declared, value)[0] if declared.open and isinstance(value, Mapping) else value


@dataclass(frozen=True)
class _Merging:
    """Merges statements that hold at the same moments, in each stretch in which all stays as it is."""

    declared: FactType
    said: Sequence[Said]
    moments: Sequence[datetime]
    decode: Decode
    priority: Sequence[str]

    def entries(self, rows: Array) -> Iterator[_Entry]:
        """The entries of one subject, given its intervals."""
        if not len(rows):
            return
        rows = rows[np.lexsort((rows["id"], rows["shared"]))]
        turns = np.concatenate([rows[name] for name in ("first", "last", "stale", "after")])
        subject = int(rows["subject"][0])
        before: _Entry | None = None
        for start, stop in pairwise(np.unique(np.clip(turns, 0, len(self.moments))).tolist()):
            value = self._value(rows[(rows["first"] <= start) & (start < rows["last"])], start)
            if before is not None and value is not None and before[2] == start and _same(before[3], value):
                before = (subject, before[1], stop, before[3])
                continue
            if before is not None:
                yield before
            before = None if value is None else (subject, start, stop, value)
        if before is not None:
            yield before

    def _value(self, rows: Array, number: int) -> Value | None:
        """What was known at a moment, given the intervals that hold then."""
        moment, name = self.moments[number], self.declared.name
        stated = zip(rows["said"].tolist(), rows["observed"].tolist(), strict=True)
        told = [self._told(said, observed, moment) for said, observed in stated]
        facts = [one for one in told if isinstance(one, Fact)]
        gaps = [one for one in told if isinstance(one, Gap)]
        if not facts:
            return None
        return merge(facts, gaps, Vocabulary({name: self.declared}), moment, self.priority).values.get(name)

    def _told(self, number: int, observed: int, moment: datetime) -> Fact | Gap:
        kind, source, text = self.said[number]
        spoke = Source(SourceKind(kind), source)
        if text is not None:
            try:
                value = self.decode(self.declared.name, text)
            except FactError:
                text = None
            else:
                seen = min(_EPOCH + timedelta(microseconds=observed), moment)
                return Fact(_NOBODY, self.declared.name, value, spoke, seen)
        return Gap(_NOBODY, self.declared.name, "", spoke, moment)


def _same(one: Value, other: Value) -> bool:
    """Whether two values are alike, also in whether they may lack items."""
    return type(one) is type(other) and one == other
