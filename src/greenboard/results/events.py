"""What results announce."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from greenboard.core.refs import Ref


@dataclass(frozen=True)
class ResultsWritten:
    """Results or levels of entities changed; told inside the transaction that changes them."""

    scorecard: str
    at: datetime
    entities: Collection[Ref]


@dataclass(frozen=True)
class ResultsChanged:
    """Results or levels of entities changed; told after they are committed."""

    scorecard: str
    at: datetime
    entities: Collection[Ref]
