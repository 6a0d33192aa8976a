"""The whole catalog of a moment, kept by each process until the catalog changes.

Pages that count and filter need all of it; reading ten thousand entities takes half a second.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection

from greenboard.access.sight import Sight
from greenboard.catalog import store
from greenboard.catalog.models import Entity
from greenboard.catalog.sight import condition
from greenboard.catalog.store import Stored
from greenboard.core.refs import Ref

Array = np.ndarray[Any, Any]
Stamp = tuple[Any, ...]
_MOST = 3
"""How many moments are kept, now among them."""
# SQLite uses an index of ended rows only where it is asked in the words of that index.
_STAMP = """
SELECT (SELECT max(id) FROM catalog_entityversion),
       (SELECT max(valid_to) FROM catalog_entityversion WHERE NOT (valid_to IS NULL)),
       (SELECT max(id) FROM catalog_relationinterval),
       (SELECT max(valid_to) FROM catalog_relationinterval WHERE NOT (valid_to IS NULL))
"""


@dataclass(frozen=True, eq=False)
class Whole:
    """All entities of a moment, by reference; numbered as they stand here."""

    entities: tuple[Stored, ...]

    def __len__(self) -> int:
        return len(self.entities)

    @cached_property
    def ids(self) -> Array:
        """The surrogate ids."""
        return np.fromiter((stored.id for stored in self.entities), dtype=np.int64, count=len(self))

    @cached_property
    def names(self) -> dict[int, Ref]:
        """The reference of each surrogate id."""
        return {stored.id: stored.ref for stored in self.entities}

    @cached_property
    def by_id(self) -> dict[int, Stored]:
        """The entity of each surrogate id."""
        return {stored.id: stored for stored in self.entities}

    @cached_property
    def owned(self) -> Mapping[Ref | None, frozenset[int]]:
        """The ids of what each owner answers for, alone or with others; those of None have nobody."""
        return _grouped((stored.id, stored.owners or (None,)) for stored in self.entities)

    @cached_property
    def parts(self) -> Mapping[str, Mapping[Ref | None, frozenset[int]]]:
        """For `system` and `domain` the ids of what is part of each; those of None are part of none."""
        return {
            "system": _grouped((stored.id, (stored.system,)) for stored in self.entities),
            "domain": _grouped((stored.id, (stored.domain,)) for stored in self.entities),
        }

    @cached_property
    def number(self) -> dict[Ref, int]:
        """The number of each entity, by reference."""
        return {stored.ref: number for number, stored in enumerate(self.entities)}

    def seen(self, sight: Sight) -> Array:
        """For each entity, whether it may be seen. One query where there is a bound, else none."""
        if sight.everything:
            return np.ones(len(self), dtype=np.bool_)
        return np.isin(self.ids, list(Entity.objects.filter(condition(sight, "id")).values_list("id", flat=True)))


def _grouped(pairs: Iterable[tuple[int, Iterable[Ref | None]]]) -> dict[Ref | None, frozenset[int]]:
    found: defaultdict[Ref | None, set[int]] = defaultdict(set)
    for number, groups in pairs:
        for group in groups:
            found[group].add(number)
    return {group: frozenset(numbers) for group, numbers in found.items()}


class _Keeper:
    """Keeps the catalog of some moments. Threads take turns only where it has to be read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[datetime | None, tuple[Stamp, Whole]] = OrderedDict()

    def whole(self, as_of: datetime | None) -> Whole:
        found = stamp()
        with self._lock:
            known = self._known.get(as_of)
            if known is None or known[0] != found:
                known = found, Whole(tuple(store.entities(as_of)))
                self._known[as_of] = known
            self._known.move_to_end(as_of)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
            return known[1]

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


_keeper = _Keeper()


def whole(as_of: datetime | None = None) -> Whole:
    """Every entity of a moment; the same object until anything is declared, changed or retired. One query."""
    return _keeper.whole(as_of)


def forget() -> None:
    """Read everything again when next asked."""
    _keeper.forget()


def stamp() -> Stamp:
    """What differs whenever an entity or a relation began or ended. One query, four looks into indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        found: Stamp = cursor.fetchone()
        return found
