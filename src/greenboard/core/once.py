"""What is asked once within a block, however often it is wanted: for pages, which read and never write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_notes: ContextVar[dict[str, dict[Any, Any]] | None] = ContextVar("notes", default=None)


@contextmanager
def once() -> Iterator[None]:
    """Keep what is noted until the end of the block. Nothing may be written meanwhile that it depends on."""
    before = _notes.set({})
    try:
        yield
    finally:
        _notes.reset(before)


def notes(topic: str) -> dict[Any, Any]:
    """What was noted of a topic within the block; outside of one, a sheet that is thrown away."""
    kept = _notes.get()
    return {} if kept is None else kept.setdefault(topic, {})
