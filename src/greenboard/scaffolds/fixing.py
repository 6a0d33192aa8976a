"""What meets a rule: the scaffold that the rule names, or those that name the rule; and where it would go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Entity, RelationKind
from greenboard.scaffolds.forge import Forge
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.shelf import Offered
from greenboard.scaffolds.types import Landing
from greenboard.scorecards.types import Rule

_SLUGS = {"github.com/project-slug": "github", "gitlab.com/project-slug": "gitlab"}
"""Annotations that name a repository, and the integration that knows it by that name."""


@dataclass(frozen=True)
class Target:
    """The repository of an entity, as far as it is known, and the connection that leads there."""

    connection: str = ""
    repository: str = ""


def fixes(rule: Rule, offered: Sequence[Offered]) -> list[Offered]:
    """The scaffolds by which a rule can be met: the one that it names, otherwise parts that name it or its item."""
    named = rule.remedy
    if named is not None and named.kind == "scaffold":
        return [one for one in offered if one.full == named.name]
    wanted = {rule.id, rule.item}
    return [one for one in offered if not one.project and wanted & {*one.scaffold.fixes}]


def target(stored: Stored, forges: Sequence[Forge]) -> Target:
    """Where a pull request for an entity would go: what was made for it, or an annotation of it or its repository."""
    made = (
        Making.objects.filter(entity_id=stored.id)
        .exclude(way=Landing.DOWNLOAD.value)
        .defer("tree")
        .order_by("id")
        .first()
    )
    if made is not None:
        return Target(made.connection, made.repository)
    homes = [
        one.target
        for one in catalog.relations(about=stored.ref)
        if one.kind is RelationKind.LIVES_IN and one.source == stored.ref
    ]
    around = [stored, *catalog.several(homes).values()]
    integration, slug = next((found for one in around if (found := _slug(one.entity))[1]), ("", ""))
    fitting = [one for one in forges if slug and one.integration == integration and _of(slug, one.owner)]
    able = fitting or [one for one in forges if not slug or one.integration == integration]
    return Target(able[0].name if fitting or len(able) == 1 else "", slug)


def _slug(entity: Entity) -> tuple[str, str]:
    """The integration that knows an entity's repository, and its name there."""
    annotations = dict(entity.annotations)
    return next(((kind, str(annotations[name])) for name, kind in _SLUGS.items() if annotations.get(name)), ("", ""))


def _of(slug: str, owner: str) -> bool:
    """Whether a repository is of an organization or group, or of a group within it."""
    return bool(owner) and slug.lower().startswith(f"{owner.lower()}/")
