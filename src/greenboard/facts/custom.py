"""The vocabulary of a running server: what ships, what is your own, and the custom facts of the catalog as it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity
from greenboard.facts import observed
from greenboard.facts.vocabulary import FactType, FieldDef, Vocabulary, load

FRESH = 5.0
"""Seconds for which the catalog is not asked again whether it has changed."""


@lru_cache(maxsize=1)
def fact_types() -> Vocabulary:
    """The fact types that ship and those of your own, read once; custom facts with their declared keys only."""
    return load()


def vocabulary() -> Vocabulary:
    """The fact types, and custom facts with the keys in use. The same object until keys change."""
    return _current.vocabulary()


def refresh() -> Vocabulary:
    """As `vocabulary`, and the catalog is asked whatever the time: for who has just seen it change."""
    return _current.vocabulary(at_once=True)


class _Current:
    """The vocabulary with the catalog's stamp that it was made for.

    A key that no entity has any more keeps its last type, so that rules of the past can still be read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """As before the first question."""
        self._made: Vocabulary | None = None
        self._stamp: tuple[int, datetime | None] | None = None
        self._asked = 0.0
        self._before: dict[str, FieldDef] | None = None

    def vocabulary(self, *, at_once: bool = False) -> Vocabulary:
        with self._lock:
            now = time.monotonic()
            if self._made is not None and not at_once and now - self._asked < FRESH:
                return self._made
            stamp = catalog.stamp()
            if self._made is None or stamp != self._stamp:
                self._make()
                self._stamp = stamp
            self._asked = now
            assert self._made is not None
            return self._made

    def _make(self) -> None:
        base = fact_types()
        found = _observe(base, catalog.with_properties())
        if self._before is None:
            self._before = dict(_observe(base, catalog.with_properties(ended=True)).fields)
        gone = {name: field for name, field in self._before.items() if name not in found.unreadable}
        whole = found.model_copy(update={"fields": {**gone, **found.fields}})
        self._before.update(found.fields)
        if self._made is None or self._made.types[observed.PROPERTIES] != whole:
            self._made = base.with_type(whole)


def _observe(base: Vocabulary, entities: Iterable[Entity]) -> FactType:
    told = list(entities)
    return observed.fact_type(base.types[observed.PROPERTIES], told, observed.used(told, catalog.kinds()))


_current = _Current()
