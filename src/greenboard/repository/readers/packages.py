"""The packages that lock files install, by name and version.

They are told only where a lock file says all of them, for each manifest that names any: what is held against
known vulnerabilities must not lack packages that nobody knows of.
"""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.packages.ecosystems import counts
from greenboard.repository.packages.types import Counted
from greenboard.repository.packages.urls import urls
from greenboard.repository.types import Found, Missed, Reader, Scope

MOST = 20_000
"""So many packages of one component are told."""


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each lock file."""
    said = counts(scope)
    for one in said:
        if isinstance(one, Missed):
            yield Missed("packages", one.reason, one.location, one.unclear)
            return
    several = [one for one in said if isinstance(one, Counted)]
    for one in several:
        if one.locked is None:
            yield Missed("packages", f"{one.manifest}: no lock file says which packages come of it", one.manifest, True)
            return
    items = {one.locked.path: urls(one.ecosystem, one.locked.packages) for one in several if one.locked}
    if sum(map(len, items.values())) > MOST:
        yield Missed("packages", f"more than {MOST:,} packages", next(iter(items)))
    elif items:
        places = {path: f"{path}:1" for path in items}
        yield Found("packages", [{"file": path, "urls": one} for path, one in items.items()], next(iter(items)), places)


READER = Reader("packages", ("packages",), "component", read)
