"""What results announce."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from greenboard.core.refs import Ref


@dataclass(frozen=True)
class ResultsChanged:
    """Results or levels of entities changed; told after they are committed."""

    scorecard: str
    at: datetime
    entities: Collection[Ref]
