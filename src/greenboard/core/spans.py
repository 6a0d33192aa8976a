"""Spans: pieces of work that a trace shows. Nothing happens here until somebody asks for traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Value = str | int | float | bool


class Tell(Protocol):
    """Adds to what is told of a span."""

    def __call__(self, **more: Value) -> None: ...


Open = Callable[[str, dict[str, Value]], AbstractContextManager[Tell]]


def _nothing(**more: Value) -> None:
    """Tell nobody."""


@contextmanager
def _silent(_: str, __: dict[str, Value]) -> Iterator[Tell]:
    yield _nothing


_open: Open = _silent


def use(opened: Open) -> None:
    """Open spans so from now on, in this process."""
    global _open  # noqa: PLW0603 - one per process, set once at its start
    _open = opened


def span(name: str, **told: Value) -> AbstractContextManager[Tell]:
    """A piece of work for the length of a block, which may tell more of itself."""
    return _open(name, told)
