"""What is counted of a manifest, the same for every ecosystem."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from greenboard.repository.evidence import aside
from greenboard.repository.tree import Tree
from greenboard.repository.types import Missed, Scope

MAX_LOCK = 32 * 2**20


@dataclass(frozen=True)
class Counted:
    """One manifest. None means not known; see the fact type `dependency` for the fields."""

    manifest: str
    ecosystem: str
    direct: int | None = None
    total: int | None = None
    pinned: int | None = None
    unpinned: int | None = None
    lock_file: bool | None = None
    deprecated: int | None = None
    locked: Locked | None = None
    """What is installed, where a lock file says all of it."""

    def value(self) -> Mapping[str, Any]:
        """The item of the fact type."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "locked"}


Said = Iterator[Counted | Missed]


@dataclass(frozen=True)
class Locked:
    """The packages that a lock file installs, each with its version."""

    path: str
    packages: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Lock:
    """What a lock file fixes: the names of packages, how many packages there are in all, and their versions."""

    path: str
    names: frozenset[str]
    total: int
    deprecated: int | None = None
    packages: frozenset[tuple[str, str]] = frozenset()


def named(scope: Scope, *names: str) -> list[str]:
    """Files of the component with one of these names (any case), but not of its examples and tests."""
    return [path for path in scope.tree.named(*names, under=scope.root) if counts(scope, path)]


def suffixed(scope: Scope, *suffixes: str) -> list[str]:
    """Files of the component with one of these suffixes, as for `named`."""
    return [path for path in scope.tree.suffixed(*suffixes, under=scope.root) if counts(scope, path)]


def counts(scope: Scope, path: str) -> bool:
    """Whether a file is of the component proper: not of its examples, tests, documentation or inner components."""
    folder = path[len(scope.root) :].rpartition("/")[0]
    if folder and aside(folder):
        return False
    return path in scope.tree.once(f"files of {scope.component.path}", lambda: frozenset(scope.files))


def nearest(tree: Tree, folder: str, *names: str) -> str | None:
    """The first of these files in a folder or the ones around it, the nearest folder first."""
    while True:
        for name in names:
            path = f"{folder}/{name}" if folder else name
            if tree.has(path):
                return path
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def counted(manifest: str, ecosystem: str, direct: Mapping[str, bool | None], lock: Lock | None) -> Counted:
    """Count packages that a manifest names; `direct` says of each whether the manifest itself fixes it."""
    if lock is None:
        fixed: Collection[str] = [name for name, exact in direct.items() if exact]
        known = None not in direct.values()
    else:
        fixed = [name for name, exact in direct.items() if exact or name in lock.names]
        known = True
    return Counted(
        manifest=manifest,
        ecosystem=ecosystem,
        direct=len(direct),
        total=lock.total if lock else None,
        pinned=len(fixed) if known else None,
        unpinned=len(direct) - len(fixed) if known else None,
        lock_file=lock is not None,
        deprecated=lock.deprecated if lock else None,
        locked=Locked(lock.path, lock.packages) if lock else None,
    )


def failed(path: str, reason: str, location: str = "") -> Missed:
    """A manifest or lock file that was there and could not be understood."""
    return Missed("dependency", f"{path}: {reason}", location or path)
