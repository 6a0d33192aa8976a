"""Packages that the component consumes, for each manifest of the ecosystems in `packages`.

Nothing is said of a component without any known manifest, unless it is written in no language that
has packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.packages import compiled, jvm, npm, python, scripted
from greenboard.repository.packages.types import Counted
from greenboard.repository.types import Found, Missed, Reader, Scope

_ECOSYSTEMS = (
    npm.read,
    python.read,
    jvm.maven,
    jvm.gradle,
    compiled.go,
    compiled.cargo,
    compiled.nuget,
    scripted.rubygems,
    scripted.composer,
)
_WITHOUT_PACKAGES = frozenset({"terraform", "shell", "sql"})


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each manifest."""
    items: dict[str, Counted] = {}
    missed = False
    for ecosystem in _ECOSYSTEMS:
        for said in ecosystem(scope):
            if isinstance(said, Counted):
                items.setdefault(said.manifest, said)
            else:
                missed = True
                yield said
    if items:
        places = {manifest: manifest for manifest in items}
        yield Found("dependency", [item.value() for item in items.values()], next(iter(items)), places)
    elif not missed and not set(scope.component.languages) - _WITHOUT_PACKAGES:
        yield Found("dependency", [], scope.component.path)


READER = Reader("dependencies", ("dependency",), "component", read)
