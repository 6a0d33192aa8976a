"""What the catalog announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from greenboard.core.refs import Ref


@dataclass(frozen=True)
class CatalogChanged:
    """Entities that were declared, changed, renamed or retired at a moment, or whose relations were.

    Told inside the transaction that changes them.
    """

    at: datetime
    entities: frozenset[Ref]
