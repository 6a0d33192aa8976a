"""What changed on a scorecard, newest last, kept by each process: counted and chosen without asking for each row.

A year of changes is read once; after that only those of the runs that came since. Which of them a page
shows, it chooses here, and only then are their causes read.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.store import chunks, names_of
from greenboard.results import models, store
from greenboard.results.held import NONE, fetched
from greenboard.results.matrix import EXEMPT, Stamp, last_run
from greenboard.results.rows import CAUSES, OUTCOMES, Cause, Change, loses, worse
from greenboard.rules.columns import micros
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array

WORSE, LOST, BETTER = 0, 1, 2
"""Directions. What lost its data says nothing about the entity itself, and is neither better nor worse."""
KEPT = timedelta(days=100)
"""How far back changes are kept; what is asked of an earlier time is read for that one page."""
LEVEL = 0
"""Stands for the level where otherwise a rule does."""
_COLUMNS = ("moment", "entity", "rule", "before", "after", "direction", "cause", "row")
_FIRST = CAUSES.index("first")
_PART = 20_000
_RECENT = 20_000
"""The newest causes are looked for among so many changes of a direction."""


@dataclass(frozen=True, eq=False)
class Changes:
    """Changes in the order of time. `moment` is in microseconds; entities, rules and causes are surrogate ids.

    `before` and `after` are numbers of outcomes, or of `levels` where the rule is `LEVEL`; `NONE` is
    neither. `EXEMPT` is added where the outcome stays and is exempt. `row` is the stored row that began or ended.
    """

    moment: Array
    entity: Array
    rule: Array
    before: Array
    after: Array
    direction: Array
    cause: Array
    row: Array
    rules: Mapping[int, str]
    levels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.moment)

    def where(self, chosen: Array) -> Changes:
        """Some of them: a mask, or their positions in rising order."""
        return _made((getattr(self, name)[chosen] for name in _COLUMNS), self.rules, self.levels)

    def between(self, since: datetime, until: datetime) -> Changes:
        """Those after a moment and up to another."""
        first, last = np.searchsorted(self.moment, [micros(since), micros(until)], side="right")
        return self.where(np.arange(first, last))

    def of(self, entities: Array) -> Changes:
        """Those of entities, given by surrogate id."""
        return self.where(_among(self.entity, entities))

    def of_rule(self, name: str) -> Changes:
        """Those of the results of one rule."""
        return self.where(np.isin(self.rule, [number for number, known in self.rules.items() if known == name]))

    def counts(self) -> tuple[int, int, int]:
        """How many results got worse, lost their data, got better; levels are not counted."""
        worse, lost, better = np.bincount(self.direction[self.rule != LEVEL], minlength=3).tolist()
        return worse, lost, better

    def newest(self, causes: int, most: int) -> Changes:
        """All that the newest causes of each direction did: so many causes, or fewer that did no more than `most`."""
        kept = np.zeros(len(self), dtype=np.bool_)
        for direction in (WORSE, LOST, BETTER):
            own = np.flatnonzero(self.direction == direction)[::-1]
            distinct, first = np.unique(self.cause[own[:_RECENT]], return_index=True)
            chosen = distinct[np.argsort(first, kind="stable")[:causes]]
            several = own[_among(self.cause[own], chosen)]
            did = dict(
                zip(*(part.tolist() for part in np.unique(self.cause[several], return_counts=True)), strict=True)
            )
            fits = np.cumsum([did[cause] for cause in chosen.tolist()]) <= most
            fits[:1] = True
            kept[several[_among(self.cause[several], chosen[fits])]] = True
        return self.where(kept)

    @property
    def key(self) -> Hashable:
        """What tells them from all others."""
        return (self.levels, *(getattr(self, name).tobytes() for name in _COLUMNS))

    def told(self) -> list[Change]:
        """As values, newest first, with entities and causes read from the store."""
        refs = names_of(set(self.entity.tolist()))
        why = causes(set(self.cause.tolist()))
        columns = (getattr(self, name).tolist() for name in _COLUMNS)
        found = [self._told(refs, why, *row) for row in zip(*columns, strict=True)]
        return sorted(found, key=lambda change: (-change.at.timestamp(), change.entity, change.rule or ""))

    def _told(self, refs: Mapping[int, Ref], why: Mapping[int, Cause], *row: int) -> Change:
        moment, entity, rule, before, after, direction, cause, _ = row
        at = _EPOCH + timedelta(microseconds=moment)
        if rule == LEVEL:
            was, now = (self.levels[number] or None if number != NONE else None for number in (before, after))
            return Change(refs[entity], None, was, now, at, why[cause], direction == WORSE)
        if max(before, after) >= EXEMPT:
            outcome, pardon = OUTCOMES[after % EXEMPT], after >= EXEMPT
            said = outcome.value, outcome.value, at, why[cause], loses(outcome, pardon), pardon
            return Change(refs[entity], self.rules[rule], *said)
        was, now = (OUTCOMES[number].value if number != NONE else None for number in (before, after))
        fell = before != NONE and after != NONE and worse(OUTCOMES[before], OUTCOMES[after])
        return Change(refs[entity], self.rules[rule], was, now, at, why[cause], fell)


def _among(numbers: Array, wanted: Array) -> Array:
    """Which of very many surrogate ids are among some others."""
    table = np.zeros(int(max(numbers.max(initial=0), wanted.max(initial=0))) + 1, dtype=np.bool_)
    table[wanted] = True
    found: Array = table[numbers]
    return found


def _made(columns: Iterable[Array], rules: Mapping[int, str], levels: tuple[str, ...]) -> Changes:
    """Changes of their columns, in the order of `_COLUMNS`."""
    moment, entity, rule, before, after, direction, cause, row = columns
    return Changes(moment, entity, rule, before, after, direction, cause, row, rules, levels)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def changes(scorecard: str, since: datetime, until: datetime | None = None) -> Changes:
    """What changed after `since` and up to `until` (None is now), first looks left out."""
    return _keeper.changes(scorecard, since, until or clock.now())


def causes(ids: Collection[int]) -> dict[int, Cause]:
    """Causes by surrogate id."""
    rows = (row for part in chunks(sorted(ids)) for row in models.Cause.objects.filter(id__in=part))
    return {row.pk: store.cause(row) for row in rows}


def direction(before: int, after: int) -> int:
    """The direction of a turn from one outcome to another, by number; `NONE` is that there was none."""
    return BETTER if after == NONE else _DIRECTION[before, after]


def forget() -> None:
    """Read everything again when next asked."""
    _keeper.forget()


@dataclass(frozen=True)
class _Kept:
    stamp: Stamp
    since: datetime
    changes: Changes


class _Keeper:
    """Keeps the changes of each scorecard. Threads take turns to read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Kept] = {}

    def changes(self, scorecard: str, since: datetime, until: datetime) -> Changes:
        stamp = last_run(scorecard, None)
        if stamp is None:
            return _none({})
        known = self._known.get(scorecard)
        if known is None or (known.stamp != stamp and not self._lock.locked()):
            with self._lock:
                known = self._known.get(scorecard)
                if known is None or known.stamp != stamp:
                    known = self._known[scorecard] = _followed(scorecard, known, stamp)
        told = known.changes if since >= known.since else _read(scorecard, since, since)
        return told.between(since, until)

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


_keeper = _Keeper()


def _followed(scorecard: str, known: _Kept | None, stamp: Stamp) -> _Kept:
    """What was known, with what came since; read anew where that cannot be told, and now and then to let go of it."""
    floor = clock.now() - KEPT
    after = None if known is None else _certain(known.stamp, stamp)
    if known is None or after is None or floor - known.since > KEPT / 10:
        return _Kept(stamp, floor, _read(scorecard, floor, floor))
    return _Kept(stamp, known.since, _read(scorecard, after, known.since, known.changes))


def _certain(known: Stamp, stamp: Stamp) -> datetime | None:
    """The moment up to which nothing came after a stamp; None where that cannot be told.

    Parts are committed in any order, and each is of a moment after their version was divided.
    """
    if known.parts != stamp.parts:
        return min(known.at, known.opened_at or known.at) - timedelta(microseconds=1)
    return known.at if stamp.at > known.at else None


def _read(scorecard: str, after: datetime, since: datetime, known: Changes | None = None) -> Changes:
    """The changes after a moment, behind those that are known up to it and not older than `since`."""
    names = dict(models.Rule.objects.filter(scorecard__name=scorecard).values_list("id", "name"))
    number = {name: at for at, name in enumerate(known.levels if known else ("",))}
    beyond, old = (0, 0), None
    if known is not None:
        old = known.where((known.moment > micros(since)) & (known.moment <= micros(after)))
        beyond = int(old.row[old.rule != LEVEL].max(initial=0)), int(old.cause.max(initial=0))
    table = _table(chain(_turned(names, after, beyond), _moved(scorecard, after, number)))
    fresh = _made(_narrow(table), names, tuple(number))
    if old is None:
        return fresh
    joined = (np.concatenate([getattr(old, name), getattr(fresh, name)]) for name in _COLUMNS)
    return _made(joined, names, tuple(number))


def _narrow(table: Array) -> Iterator[Array]:
    """The columns, those of small numbers in a byte each."""
    small = {"before", "after", "direction"}
    return (part.astype(np.int8) if name in small else part for name, part in zip(_COLUMNS, table, strict=True))


def _none(rules: Mapping[int, str]) -> Changes:
    return _made(_narrow(np.zeros((len(_COLUMNS), 0), dtype=np.int64)), rules, ("",))


def _table(rows: Iterator[_Row]) -> Array:
    """Rows as columns, in the order of time; gathered in parts, as tuples take ten times the memory."""
    parts = [np.zeros((0, len(_COLUMNS)), dtype=np.int64)]
    while part := list(islice(rows, _PART)):
        parts.append(np.array(part, dtype=np.int64))
    table = np.concatenate(parts)
    return table[np.argsort(table[:, 0], kind="stable")].T


_Row = tuple[int, ...]


def _turned(rules: Mapping[int, str], after: datetime, beyond: tuple[int, int]) -> Iterator[_Row]:
    """The results that turned or ended after a moment, in the order of `_COLUMNS`.

    `beyond` are ids of a result and of a cause that such results are beyond.
    """
    # SQLite is kept from going by the rules: of very many rows it reads the table as it lies, of few by their ids.
    own = models.ResultInterval.objects.alias(of=F("rule_id") + 0).filter(of__in=list(rules)).order_by()
    columns = ("entity_id", "rule_id", "before", "outcome", "id", "exempt", "outcome_since")
    began = own.filter(id__gt=beyond[0], valid_from__gt=after).exclude(cause_id__in=_first_looks(beyond[1]))
    for at, cause, entity, rule, before, outcome, row, exempt, since in _moments(
        began, "valid_from", "cause_id", *columns
    ):
        was = NONE if before is None else before
        if since is not None:
            fell = WORSE if loses(OUTCOMES[outcome], bool(exempt)) else BETTER
            yield at, entity, rule, outcome + EXEMPT * (not exempt), outcome + EXEMPT * bool(exempt), fell, cause, row
        elif was != outcome:
            yield at, entity, rule, was, outcome, _DIRECTION[was, outcome], cause, row
    ended = own.filter(models.ENDED, valid_to__gt=after, ended_by__isnull=False)
    for at, cause, entity, rule, _, outcome, row in _moments(ended, "valid_to", "ended_by_id", *columns[:5]):
        yield at, entity, rule, outcome, NONE, BETTER, cause, row


def _first_looks(beyond: int) -> list[int]:
    """The causes of first looks, by surrogate id: few, and named for a row for every entity and rule."""
    return list(models.Cause.objects.filter(id__gt=beyond, kind=_FIRST).values_list("id", flat=True))


def _directions() -> dict[tuple[int, int], int]:
    """The direction of each pair of outcomes; `NONE` is that there was none."""
    undecided = (Outcome.NO_DATA, Outcome.ERROR)
    found = {}
    for after, outcome in enumerate(OUTCOMES):
        found[NONE, after] = LOST if outcome in undecided else BETTER
        for before, was in enumerate(OUTCOMES):
            fell = WORSE if worse(was, outcome) else BETTER
            found[before, after] = LOST if outcome in undecided else fell
    return found


_DIRECTION = _directions()


def _moved(scorecard: str, after: datetime, number: dict[str, int]) -> Iterator[_Row]:
    """The levels that changed or ended after a moment, in the order of `_COLUMNS`."""
    own = models.LevelInterval.objects.filter(scorecard__name=scorecard).order_by()
    columns = ("entity_id", "level_before", "level", "rank_before", "rank", "id")
    began = own.filter(valid_from__gt=after, valid_from=F("level_since")).exclude(cause__kind=_FIRST)
    for at, cause, entity, before, level, was, rank, row in _moments(began, "valid_from", "cause_id", *columns):
        if was != rank:
            fell = WORSE if was is not None and rank < was else BETTER
            yield at, entity, LEVEL, _number(number, before), _number(number, level), fell, cause, row
    ended = own.filter(valid_to__gt=after, ended_by__isnull=False)
    for at, cause, entity, _, level, *_, row in _moments(ended, "valid_to", "ended_by_id", *columns):
        yield at, entity, LEVEL, _number(number, level), NONE, BETTER, cause, row


def _number(number: dict[str, int], level: str) -> int:
    """The number of a level, which gets one when it is first met."""
    return number.setdefault(level, len(number))


def _moments(rows: QuerySet[Any], moment: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Columns of rows behind a moment in microseconds. A run leaves the same one in many rows."""
    known: dict[Any, int] = {}
    # As text on SQLite: reading a moment of each row takes longer than all else.
    at_text = Cast(moment, TextField()) if connection.vendor == "sqlite" else F(moment)
    for block in fetched(rows, at_text, *columns):
        for at, *row in block:
            if at not in known:
                known[at] = micros(at if isinstance(at, datetime) else datetime.fromisoformat(at).replace(tzinfo=UTC))
            yield known[at], *row
