"""The entities of a working tree: what its descriptors declare, and the rest as discovered.

A discovered component of a repository with several has the repository's name as its namespace, so
that the `frontend` of one repository is not that of another.
"""

from __future__ import annotations

from dataclasses import dataclass

from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import DEFAULT_NAMESPACE, Ref
from greenboard.repository.components import Part, Survey


@dataclass(frozen=True)
class Subjects:
    """What the facts of a tree are about. `refs` names the entity of each part of the survey, in order."""

    repository: Entity
    refs: tuple[Ref, ...]
    declared: Declared


def subjects(surveyed: Survey) -> Subjects:
    """Build the entities of a surveyed tree, each component living in the repository."""
    declared = surveyed.declared
    repository = next((entity for entity in declared.entities if entity.ref == surveyed.repository), None)
    found: list[Entity] = []
    if repository is None:
        repository = Entity(surveyed.repository, discovered=True)
        found.append(repository)
    refs: list[Ref] = []
    lives: list[Relation] = []
    stated = {relation.source for relation in declared.relations if relation.kind is RelationKind.LIVES_IN}
    for part in surveyed.parts:
        entity = part.entity or _discovered(part, repository.ref)
        refs.append(entity.ref)
        if part.entity is None:
            found.append(entity)
        if entity.ref not in stated:
            lives.append(Relation(RelationKind.LIVES_IN, entity.ref, repository.ref, part.component.path))
    return Subjects(repository, tuple(refs), declared + Declared(tuple(found), tuple(lives)))


def _discovered(part: Part, repository: Ref) -> Entity:
    component = part.component
    namespace = repository.name[:63].rstrip("-._") if component.path else DEFAULT_NAMESPACE
    return Entity(Ref(component.kind, namespace, component.name), discovered=True)
