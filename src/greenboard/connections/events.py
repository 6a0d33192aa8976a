"""What connections announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PullChanged:
    """A forge says that something happened to a pull request; told inside the transaction that takes it in."""

    at: datetime
    repository: str
    number: int


@dataclass(frozen=True)
class TrustChanged:
    """A connection is believed more or less than before; told inside the transaction that changes it."""

    at: datetime
    name: str
