"""What happens to people, told inside the transaction that changes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PersonArrived:
    """An account was made by a provider or by provisioning, `by` names which."""

    at: datetime
    person: int
    name: str
    by: str


@dataclass(frozen=True)
class PersonLeft:
    """An account was closed."""

    at: datetime
    person: int
    name: str
    by: str


@dataclass(frozen=True)
class PersonReturned:
    """A closed account was opened again."""

    at: datetime
    person: int
    name: str
    by: str
