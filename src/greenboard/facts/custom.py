"""The vocabulary of a running server: what ships, what is your own, what was defined here, and custom facts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity
from greenboard.facts import definitions, observed
from greenboard.facts.definitions import Stamp
from greenboard.facts.vocabulary import FactType, FieldDef, Vocabulary, load

_NONE: Stamp = (0, None)
FRESH = 5.0
"""Seconds for which the catalog is not asked again whether it has changed."""


@lru_cache(maxsize=1)
def files() -> Vocabulary:
    """The fact types that ship and those of your own in files, read once; custom facts with declared keys only."""
    return load()


def fact_types() -> Vocabulary:
    """The fact types of files and those defined here. The same object until a definition changes."""
    return _current.fact_types()


def vocabulary() -> Vocabulary:
    """The fact types, and custom facts with the keys in use. The same object until keys change."""
    return _current.vocabulary()


def refresh() -> Vocabulary:
    """As `vocabulary`, and the catalog is asked whatever the time: for who has just seen it change."""
    return _current.vocabulary(at_once=True)


class _Current:
    """The vocabulary with the stamps of catalog and definitions that it was made for.

    A key that no entity has any more keeps its last type, so that rules of the past can still be read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """As before the first question."""
        self._types: Vocabulary | None = None
        self._defined: Stamp | None = None
        self._made: Vocabulary | None = None
        self._stamp: tuple[int, datetime | None] | None = None
        self._base: Vocabulary | None = None
        self._asked = self._asked_types = 0.0
        self._before: dict[str, FieldDef] | None = None

    def fact_types(self) -> Vocabulary:
        with self._lock:
            if self._types is None or time.monotonic() - self._asked_types >= FRESH:
                self._define()
            assert self._types is not None
            return self._types

    def vocabulary(self, *, at_once: bool = False) -> Vocabulary:
        with self._lock:
            now = time.monotonic()
            if self._made is not None and not at_once and now - self._asked < FRESH:
                return self._made
            before = self._types
            self._define()
            stamp = catalog.stamp()
            if self._made is None or stamp != self._stamp or self._types is not before:
                self._make()
                self._stamp = stamp
            self._asked = now
            assert self._made is not None
            return self._made

    def _define(self) -> None:
        """Take in what was defined since."""
        stamp = definitions.stamp()
        if self._types is None or stamp != self._defined:
            base = files()
            self._types = base if stamp == _NONE else definitions.extended(base)
            self._defined = stamp
        self._asked_types = time.monotonic()

    def _make(self) -> None:
        assert self._types is not None, "definitions are taken in before"
        base = self._types
        found = _observe(base, catalog.with_properties())
        if self._before is None:
            self._before = dict(_observe(base, catalog.with_properties(ended=True)).fields)
        gone = {name: field for name, field in self._before.items() if name not in found.unreadable}
        whole = found.model_copy(update={"fields": {**gone, **found.fields}})
        self._before.update(found.fields)
        if self._made is None or self._base is not base or self._made.types[observed.PROPERTIES] != whole:
            self._made, self._base = base.with_type(whole), base


def _observe(base: Vocabulary, entities: Iterable[Entity]) -> FactType:
    told = list(entities)
    return observed.fact_type(base.types[observed.PROPERTIES], told, observed.used(told, catalog.kinds()))


_current = _Current()
