"""The results and levels that are current, read as arrays: the rows of most tables are too many for objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from greenboard.facts.store import chunks
from greenboard.results import models
from greenboard.results.places import Places
from greenboard.rules.vectors import Array

NONE = -1
"""Stands for "no result" among outcomes."""
_Row = TypeVar("_Row", models.ResultInterval, models.LevelInterval)
FEW = 2_000
"""So many entities are asked for one by one; of more, everything is read and the others are left out."""
_RANGE = 100
"""Of so many entities that lie close together a range is asked for."""
_FETCH = 20_000
_BARE = ("bare_rank", "bare_score")


@dataclass(frozen=True)
class HeldResults:
    """Current results, a line for each rule and a column for each entity: outcome (NONE without one) and id.

    `exempt` marks those beside which an exemption stands.
    """

    outcomes: Array
    ids: Array
    exempt: Array


@dataclass(frozen=True)
class HeldLevels:
    """Current levels, one for each entity; `there` says where there is one."""

    there: Array
    rank: Array
    score: Array
    passed: Array
    decided: Array
    undecided: Array
    exempt: Array
    waiting: Array
    """Held although rules lost their data."""
    bare_rank: Array
    """Without exemptions, as is the score; NONE and NaN where there are none."""
    bare_score: Array


def results(rules: Sequence[int], entities: Array) -> HeldResults:
    """The current results of rules and entities, both given by their surrogate ids."""
    wanted = models.ResultInterval.objects.filter(valid_to__isnull=True)
    # Over many entities, asking for all of them and leaving some out is quicker than naming each.
    lying = wanted.alias(of=F("rule_id") + 0).filter(of__in=rules)
    many = (lying.filter(entity_id__gte=first, entity_id__lte=last) for first, last in _ranges(entities))
    return _placed(many if len(entities) > FEW else named(wanted, entities.tolist()), rules, entities)


def _ranges(entities: Array) -> Iterator[tuple[int, int]]:
    """The first and last of the surrogate ids, so many at a time that their rows fit into memory."""
    ordered = np.sort(entities)
    for start in range(0, len(ordered), _FETCH):
        part = ordered[start : start + _FETCH]
        yield int(part[0]), int(part[-1])


def begun(rules: Sequence[int], entities: Array, since: datetime) -> Array:
    """Those of the current outcomes that began at a moment or later; NONE for all others."""
    rows = models.ResultInterval.objects.filter(valid_to__isnull=True, rule_id__in=rules, valid_from__gte=since)
    return _placed([rows.order_by()], rules, entities).outcomes


def _placed(parts: Iterable[QuerySet[models.ResultInterval]], rules: Sequence[int], entities: Array) -> HeldResults:
    shape = len(rules), len(entities)
    outcomes = np.full(shape, NONE, dtype=np.int8)
    ids = np.zeros(shape, dtype=np.int64)
    exempt = np.zeros(shape, dtype=np.bool_)
    columns = Places(entities)
    lines = Places(np.array(rules, dtype=np.int64))
    for part in parts:
        for block in blocks(part, "rule_id", "entity_id", "outcome", "id", "exempt"):
            line, column = lines.of(block[:, 0]), columns.of(block[:, 1])
            kept = (line >= 0) & (column >= 0)
            outcomes[line[kept], column[kept]] = block[kept, 2]
            ids[line[kept], column[kept]] = block[kept, 3]
            exempt[line[kept], column[kept]] = block[kept, 4]
    return HeldResults(outcomes, ids, exempt)


def levels(scorecard: int, entities: Array) -> HeldLevels:
    """The current levels of entities on a scorecard."""
    columns = Places(entities)
    rows = models.LevelInterval.objects.filter(scorecard_id=scorecard, valid_to__isnull=True)
    parts = [rows] if len(entities) > FEW else list(named(rows, entities.tolist()))
    found = np.zeros((10, len(entities)))
    found[8], found[9] = NONE, np.nan
    names = ("entity_id", "rank", "score", "passed", "decided", "undecided", "exempt", "held_since", *_BARE)
    for part in parts:
        for entity, *values in part.values_list(*names).iterator(chunk_size=_FETCH):
            at = int(columns.of(np.array([entity]))[0])
            if at >= 0:
                score = np.nan if values[1] is None else values[1]
                bare = NONE if values[7] is None else values[7], np.nan if values[8] is None else values[8]
                found[:, at] = (1, values[0], score, *values[2:6], values[6] is not None, *bare)
    passed, decided, undecided, exempt = (count.astype(np.int64) for count in found[3:7])
    return HeldLevels(
        found[0].astype(np.bool_),
        found[1].astype(np.int16),
        found[2],
        passed,
        decided,
        undecided,
        exempt,
        found[7].astype(np.bool_),
        found[8].astype(np.int16),
        found[9],
    )


def named(rows: QuerySet[_Row], entities: Sequence[int]) -> Iterator[QuerySet[_Row]]:
    """The rows of some entities, by surrogate id, in as many queries as a database takes.

    Of many that lie close together the rows of those between them come, too: a range is shorter than their names.
    """
    if len(entities) > _RANGE and max(entities) - min(entities) < 2 * len(entities):
        yield rows.filter(entity_id__gte=min(entities), entity_id__lte=max(entities))
        return
    for part in chunks(entities):
        yield rows.filter(entity_id__in=part)


def blocks(rows: QuerySet[models.ResultInterval], *columns: str) -> Iterator[Array]:
    """Columns of whole numbers of many rows, none of them NULL, in one or several arrays."""
    if connection.vendor == "postgresql":
        return _sent(rows, columns)
    return (np.array(block, dtype=np.int64) for block in fetched(rows, *columns))


_SENT = {"bigint": ("int8send", ">i8"), "integer": ("int4send", ">i4"), "smallint": ("int2send", ">i2"),
         "boolean": ("boolsend", ">i1")}  # fmt: skip
"""How PostgreSQL writes a value of a type in binary, and how that is read as a number."""


def _sent(rows: QuerySet[models.ResultInterval], columns: Sequence[str]) -> Iterator[Array]:
    """The rows as one string of bytes that PostgreSQL makes of them: three times as quick as a binary COPY,
    which gives each row on its own.
    """
    statement, parameters = rows.values_list(*columns).query.sql_with_params()
    sent = [_SENT[str(rows.model._meta.get_field(name).db_type(connection))] for name in columns]
    row = np.dtype([(f"value{at}", width) for at, (_, width) in enumerate(sent)])
    names = [f"c{at}" for at in range(len(columns))]
    told = " || ".join(f"{function}({name})" for name, (function, _) in zip(names, sent, strict=True))
    asked = f"SELECT string_agg({told}, ''::bytea) FROM ({statement}) AS told ({', '.join(names)})"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(asked, parameters)
        (found,) = cursor.fetchone()
    if found is not None:
        block = np.frombuffer(found, row)
        yield np.stack([block[f"value{at}"] for at in range(len(columns))], axis=1).astype(np.int64)


def fetched(rows: QuerySet[_Row], *columns: str | Combinable) -> Iterator[list[tuple[Any, ...]]]:
    """Columns of many rows as the database gives them, some thousand rows at a time."""
    statement, parameters = rows.values_list(*columns).query.sql_with_params()
    with connection.chunked_cursor() as cursor:  # the model layer takes longer than the database
        cursor.execute(statement, parameters)
        while block := cursor.fetchmany(_FETCH):
            yield block
