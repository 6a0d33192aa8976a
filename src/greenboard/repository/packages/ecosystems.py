"""Every ecosystem whose manifests are read."""

from __future__ import annotations

from greenboard.repository.packages import compiled, jvm, npm, python, scripted
from greenboard.repository.packages.types import Counted
from greenboard.repository.types import Missed, Scope

ECOSYSTEMS = (
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


def counts(scope: Scope) -> tuple[Counted | Missed, ...]:
    """What every manifest of a component says, read once for all who ask."""
    return scope.tree.once(
        f"manifests of {scope.component.path}", lambda: tuple(said for read in ECOSYSTEMS for said in read(scope))
    )
