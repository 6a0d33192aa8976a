"""What results announce."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from greenboard.core.refs import Ref
from greenboard.results.rows import Change


@dataclass(frozen=True)
class ResultsWritten:
    """Results or levels of entities changed; told inside the transaction that changes them.

    `first` says that nothing but the first look at entities and rules was written.
    """

    scorecard: str
    at: datetime
    entities: Collection[Ref]
    read: Callable[[], Sequence[Change]] = field(default=tuple, repr=False, compare=False)
    first: bool = False

    @cached_property
    def changes(self) -> Sequence[Change]:
        """What changed of them, without the first look at anything; read once, when somebody wants it."""
        return self.read()


@dataclass(frozen=True)
class ResultsChanged:
    """Results or levels of entities changed; told after they are committed."""

    scorecard: str
    at: datetime
    entities: Collection[Ref]
