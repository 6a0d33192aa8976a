"""What exemptions announce."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ExemptionsChanged:
    """Other pairs are exempt than before; told inside the transaction that changes them.

    `pairs` are scorecard, rule, and the surrogate id of the entity.
    """

    at: datetime
    pairs: Collection[tuple[str, str, int]]
