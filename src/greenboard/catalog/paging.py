"""Pages of rows in the order of a key: each goes on where the last one ended, whatever changed in between."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Key = tuple[int, ...]
"""The values of the key's columns of the last row that was given."""

_Row = TypeVar("_Row", bound=Model)
_Given = TypeVar("_Given")
_CHUNK = 500


@dataclass(frozen=True)
class Part:
    """Which part of a list is wanted: so many rows at most, from behind a key on."""

    limit: int
    after: Key | None = None


@dataclass(frozen=True)
class Page(Generic[_Given]):
    """Some of the rows of a list; `next` is the key to go on from, None where there are no more."""

    rows: Sequence[_Given]
    next: Key | None


def read(found: QuerySet[_Row], columns: Sequence[str], part: Part, among: Collection[int] | None = None) -> Page[_Row]:
    """One page in the order of some columns of whole numbers, which tell every row apart.

    `among` are the values that the first column may have, None is any; there may be very many.
    """
    query = found.order_by(*columns)
    if part.after is not None:
        query = query.filter(beyond(columns, part.after))
    rows: list[_Row] = []
    for piece in _pieces(query, columns[0], part, among):
        rows += piece[: part.limit + 1 - len(rows)]
        if len(rows) > part.limit:
            break
    kept = rows[: part.limit]
    more = len(rows) > part.limit
    return Page(kept, tuple(getattr(kept[-1], name) for name in columns) if more else None)


def beyond(columns: Sequence[str], key: Sequence[int]) -> Q:
    """The rows that come after a key. The first column bounds it on its own, so that an index serves."""
    (column, *others), (value, *rest) = columns, key
    if not others:
        return Q(**{f"{column}__gt": value})
    return Q(**{f"{column}__gte": value}) & (Q(**{f"{column}__gt": value}) | beyond(others, rest))


def _pieces(query: QuerySet[_Row], column: str, part: Part, among: Collection[int] | None) -> Iterator[QuerySet[_Row]]:
    if among is None:
        yield query
        return
    first = part.after[0] if part.after else 0
    wanted = sorted(number for number in among if number >= first)
    for start in range(0, len(wanted), _CHUNK):
        yield query.filter(**{f"{column}__in": wanted[start : start + _CHUNK]})
