"""Queries on what was said of a fact type over many moments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import DateTimeField, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from greenboard.core.errors import UserError
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.facts.reading import OBSERVED
from greenboard.facts.store import chunks
from greenboard.facts.timeline import INTERVAL, Array, Said, Statements
from greenboard.facts.vocabulary import FactType

MOST = 2_000_000
"""How many intervals of one fact type are looked at, at most."""

Current = dict[int, tuple[int, str]]
"""The current intervals of a fact type by id (below zero of gaps): entity, and when it was last observed."""

_ENDLESS = "9999-12-31 00:00:00"
_BLOCK = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = ("id", "entity_id", "source_kind", "source")


def statements(declared: FactType, moments: Sequence[datetime], entities: Collection[int] | None = None) -> Statements:
    """What was said of a fact type at any of some moments in rising order, of all entities or of some.

    Raises:
        UserError: there are more intervals than MOST.

    """
    marks = np.array([micros(moment) for moment in moments], dtype=np.int64)
    parts, said = [np.zeros(0, dtype=INTERVAL)], list[Said]()
    looked = 0
    for block in _blocks(declared, moments, entities):
        looked += len(block)
        if looked > MOST:
            raise UserError(
                f"too much happened to {declared.name} in this time",
                expected=f"at most {MOST:,} changes",
                hint="Ask for fewer days.",
            )
        rows, told = _block(declared, block, marks)
        rows["said"] += len(said)
        parts.append(rows)
        said += told
    return Statements(np.concatenate(parts), said)


def current(declared: FactType) -> Current:
    """The current intervals of a fact type: while this stays as it is, so does all that was said of it."""
    facts = FactInterval.objects.filter(type=declared.name, valid_to__isnull=True)
    rows = facts.values_list("id", "entity_id", Cast(OBSERVED, TextField()))
    found = {number: (entity, observed) for number, entity, observed in rows}
    if declared.many is not None:
        gaps = GapInterval.objects.filter(type=declared.name, valid_to__isnull=True)
        found |= {-number: (entity, "") for number, entity in gaps.values_list("id", "entity_id")}
    return found


def micros(moment: datetime) -> int:
    """A moment as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def stamps(column: Sequence[datetime | str | None]) -> Array:
    """Moments as `plain` reads them, in microseconds since 1970; far ahead where there is none."""
    texts = [_ENDLESS if one is None else one if isinstance(one, str) else one.replace(tzinfo=None) for one in column]
    return np.array(texts, dtype="datetime64[us]").astype(np.int64)


def plain(name: str | Combinable) -> Cast:
    """Selects a column of moments as the database has it.

    SQLite keeps texts, and turning each into an object would take longer than all the rest.
    """
    return Cast(name, TextField() if connection.vendor == "sqlite" else DateTimeField())


def overlapping(moments: Sequence[datetime]) -> Q:
    """The rows that hold at some time between the first and the last of the moments."""
    return Q(valid_from__lte=moments[-1]) & (Q(valid_to__isnull=True) | Q(valid_to__gt=moments[0]))


def _blocks(
    declared: FactType, moments: Sequence[datetime], entities: Collection[int] | None
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of facts, then of gaps where they matter: id, entity, kind, source, value, observed, from, to."""
    wanted = overlapping(moments) & Q(type=declared.name)
    began, ended = plain("valid_from"), plain("valid_to")
    for part in _parts(FactInterval.objects.filter(wanted), entities):
        yield from _cut(part.values_list(*_COLUMNS, "value", plain(OBSERVED), began, ended))
    if declared.many is not None:
        nothing = Value(None, output_field=TextField())
        for part in _parts(GapInterval.objects.filter(wanted), entities):
            yield from _cut(part.values_list(*_COLUMNS, nothing, began, began, ended))


def _parts(rows: QuerySet[Any], entities: Collection[int] | None) -> Iterator[QuerySet[Any]]:
    if entities is None:
        yield rows
    else:
        yield from (rows.filter(entity_id__in=part) for part in chunks(sorted(entities)))


def _cut(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    left = rows.iterator(chunk_size=_BLOCK)
    while block := list(islice(left, _BLOCK)):
        yield block


def _block(declared: FactType, told: Sequence[tuple[Any, ...]], marks: Array) -> tuple[Array, list[Said]]:
    """Rows of the store as intervals of moments, without those that hold at none, and what they say."""
    ids, entities, kinds, sources, values, *times = zip(*told, strict=True)
    observed, began, ended = (stamps(column) for column in times)
    rows = np.zeros(len(told), dtype=INTERVAL)
    rows["id"], rows["subject"], rows["observed"] = ids, entities, observed
    rows["first"], rows["last"] = np.searchsorted(marks, began), np.searchsorted(marks, ended)
    rows["after"] = np.searchsorted(marks, observed, side="right")
    rows["stale"] = len(marks)
    if declared.max_age is not None:
        spoke = np.array([value is not None for value in values], dtype=np.bool_)
        limit = observed + declared.max_age // _MICROSECOND
        rows["stale"][spoke] = np.searchsorted(marks, limit, side="right")[spoke]
    kept = np.flatnonzero(rows["first"] < rows["last"])
    rows = rows[kept]
    rows["said"] = np.arange(len(rows))
    return rows, [(kinds[at], sources[at], values[at]) for at in kept.tolist()]
