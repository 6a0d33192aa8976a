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

_SLUGS = ("github.com/project-slug", "gitlab.com/project-slug")


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
    slug = next((found for one in around if (found := _slug(one.entity))), "")
    owner = slug.rpartition("/")[0].lower()
    fitting = [one for one in forges if slug and one.owner.lower() == owner]
    only = fitting or (list(forges) if len(forges) == 1 else [])
    return Target(only[0].name if only else "", slug)


def _slug(entity: Entity) -> str:
    annotations = dict(entity.annotations)
    return next((str(annotations[name]) for name in _SLUGS if annotations.get(name)), "")
