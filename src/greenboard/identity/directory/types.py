"""What a directory says, and what follows from it, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greenboard.identity.placing import Placed


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the directory. `key` never changes, not even when the person is renamed."""

    key: str
    dn: str
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Look:
    """One whole look: everybody, and the groups that each is in, by key."""

    people: tuple[Listed, ...]
    groups: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is here. `key` is None where the directory was never linked to it."""

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    active: bool
    key: str | None = None
    untouchable: bool = False


@dataclass(frozen=True)
class Plan:
    """What a look changes. `placed` is where everybody in it belongs, by key."""

    made: tuple[Listed, ...] = ()
    linked: tuple[tuple[Account, Listed], ...] = ()
    changed: tuple[tuple[Account, Listed], ...] = ()
    reopened: tuple[Account, ...] = ()
    closed: tuple[Account, ...] = ()
    skipped: tuple[tuple[Listed, str], ...] = ()
    placed: Mapping[str, Placed] | None = None
