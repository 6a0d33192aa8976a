"""What somebody may see, as a condition of a query: no bound costs nothing, a bound one subquery.

What counts is the catalog of now, whichever moment is read: whose something is today may see what
became of it. A reference covers its entity and all that is part of it, a team also what it or a
team within it owns, and the parts of that which nobody else owns.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.db.models.expressions import RawSQL

from greenboard.access.sight import Sight
from greenboard.catalog.models import CURRENT, Entity, EntityVersion
from greenboard.catalog.naming import named
from greenboard.catalog.types import Inheritance
from greenboard.core.refs import Ref

_COVERED = """
WITH RECURSIVE inside(id) AS (
    SELECT id FROM catalog_entity WHERE (kind, namespace, name) IN (VALUES {refs})
    UNION
    SELECT part.source_id FROM catalog_relationinterval part JOIN inside ON part.target_id = inside.id
    WHERE part.kind = 'part-of' AND part.valid_to IS NULL
), owned(id) AS (
    SELECT own.target_id FROM catalog_relationinterval own JOIN inside ON own.source_id = inside.id
    WHERE own.kind = 'owns' AND own.valid_to IS NULL
    UNION
    SELECT part.source_id FROM catalog_relationinterval part JOIN owned ON part.target_id = owned.id
    WHERE part.kind = 'part-of' AND part.valid_to IS NULL AND part.target_id NOT IN ({none}) AND (
        part.target_id IN ({append}) OR NOT EXISTS (
            SELECT 1 FROM catalog_relationinterval other
            WHERE other.target_id = part.source_id AND other.kind = 'owns' AND other.valid_to IS NULL
        )
    )
)
SELECT id FROM inside UNION SELECT id FROM owned
"""


def condition(sight: Sight, field: str = "entity_id") -> Q:
    """The rows that may be seen; `field` is where they hold the surrogate id of an entity."""
    if sight.nothing:
        return Q(pk__in=())
    found = Q()
    for group in sight.groups:
        found &= Q(**{f"{field}__in": _covered(group)})
    return found


def _covered(group: Collection[Ref]) -> RawSQL:
    """The ids that any reference of a group covers."""
    refs = sorted(group)
    places = ", ".join(["(%s, %s, %s)"] * len(refs))
    ways = _ways()
    query = _COVERED.format(refs=places, none=ways[Inheritance.NONE], append=ways[Inheritance.APPEND])
    return RawSQL(  # noqa: S611 - what is put in are places for values, and numbers of ours
        query, [part for ref in refs for part in (ref.kind, ref.namespace, ref.name)]
    )


def _ways() -> dict[Inheritance, str]:
    """The systems and domains whose owner is inherited in each way that is not the usual one, as a list in SQL."""
    rows = EntityVersion.objects.filter(CURRENT, kind__in=("system", "domain"), data__has_key="owner_inherited")
    said = [(Inheritance(data["owner_inherited"]), of) for of, data in rows.values_list("entity_id", "data")]
    return {way: ", ".join(str(int(of)) for found, of in said if found is way) or "0" for way in Inheritance}


def covered(sight: Sight, refs: Collection[Ref]) -> set[Ref]:
    """Those of the references that may be seen. What the catalog does not have, only a sight without bound covers."""
    if sight.everything:
        return set(refs)
    rows = Entity.objects.filter(condition(sight, "id"))
    found = (row for part in named(refs) for row in rows.filter(part).values_list("kind", "namespace", "name"))
    return {Ref(*parts) for parts in found}
