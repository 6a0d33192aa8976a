"""Renaming and retiring entities. `store` offers what is public here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError, Q

from greenboard.access import renaming
from greenboard.catalog import graph, kinds, rows
from greenboard.catalog.locking import lock
from greenboard.catalog.models import CURRENT, EntityVersion, RelationInterval
from greenboard.catalog.models import Entity as Identity
from greenboard.catalog.saving import announce, chunks, end_relations, in_order, near, relations_of
from greenboard.catalog.types import KINDS, Declared, Touched
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref


def rename(old: Ref, new: Ref, at: datetime, *, cause: str) -> int:
    """Give an entity another reference from `at` on. It keeps its id, its facts, its relations and its past.

    Raises:
        UserError: no entity has the old reference, another one has or had the new one, or a
            relation that it has is not possible with its new kind.

    """
    with transaction.atomic():
        lock()
        version = _current(old)
        if version is None:
            raise UserError(f"{old}: no such entity")
        if old == new:
            return version.entity_id
        rows.check_name(new)
        in_order(old, version.valid_from, at)
        _vacate(new, version.entity_id)
        named = {"kind": new.kind, "namespace": new.namespace, "name": new.name}
        Identity.objects.filter(pk=version.entity_id).update(**named)
        entity = rows.entity(version)
        renamed = type(entity)(**{**vars(entity), "ref": new})
        if version.valid_from == at:
            version.delete()
        else:
            EntityVersion.objects.filter(pk=version.pk).update(valid_to=at)
        EntityVersion.objects.create(
            entity_id=version.entity_id, place=version.place, cause=cause, valid_from=at, **rows.columns(renamed)
        )
        if old.kind != new.kind:
            _fits(version.entity_id, new)
        renaming.follow(old, new)
        announce(at, {old, new}, ())
    return version.entity_id


def retire(refs: Collection[Ref], at: datetime) -> Touched:
    """End entities, and the relations that they declare, at a moment; which there were.

    What others declare of them stays, as a relation to something that is not there. The caller has
    to know that they are gone: a look that failed is no reason.
    """
    with transaction.atomic():
        lock()
        found = [version for version in map(_current, refs) if version is not None]
        for version in found:
            in_order(version, version.valid_from, at)
            if version.valid_from == at:
                version.delete()
            else:
                EntityVersion.objects.filter(pk=version.pk).update(valid_to=at)
        ids = [version.entity_id for version in found]
        query = RelationInterval.objects.filter(CURRENT)
        ended = [row for part in chunks(ids) for row in query.filter(declared_by_id__in=part)]
        end_relations(ended, at)
        links = [(row.kind, row.source_id, row.target_id, row.declared_by_id) for row in ended]
        announce(at, set(refs), links)
    return Touched(frozenset(ids), frozenset(link[:3] for link in links))


def _current(ref: Ref) -> EntityVersion | None:
    named = {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name}
    return EntityVersion.objects.filter(CURRENT, **named).first()


def _vacate(ref: Ref, heir: int) -> None:
    """Make a reference free that was only mentioned: what mentioned it meant the heir."""
    row = Identity.objects.filter(kind=ref.kind, namespace=ref.namespace, name=ref.name).first()
    if row is None or row.pk == heir:
        return
    if row.versions.exists():
        raise UserError(f"{ref}: another entity has or had this reference", hint="Choose another name.")
    ends = Q(source=row) | Q(target=row) | Q(declared_by=row)
    for relation in RelationInterval.objects.filter(ends):
        for end in ("source_id", "target_id", "declared_by_id"):
            if getattr(relation, end) == row.pk:
                setattr(relation, end, heir)
        if relation.source_id == relation.target_id or _taken(relation):
            relation.delete()
        else:
            relation.save()
    try:
        row.delete()
    except ProtectedError:
        raise UserError(f"{ref}: something is recorded under this reference", hint="Choose another name.") from None


def _taken(relation: RelationInterval) -> bool:
    """Whether a current relation already says the same, or leaves no room for this one."""
    if relation.valid_to is not None:
        return False
    others = RelationInterval.objects.filter(CURRENT, kind=relation.kind).exclude(pk=relation.pk)
    if relation.kind == "owns":
        return others.filter(target_id=relation.target_id).exists()
    if relation.kind == "lives-in":
        return others.filter(source_id=relation.source_id).exists()
    return others.filter(source_id=relation.source_id, target_id=relation.target_id).exists()


def _fits(id_: int, new: Ref) -> None:
    """Refuse a kind that is unknown, or that the relations of the entity do not allow."""
    found = RelationInterval.objects.filter(CURRENT).filter(Q(source_id=id_) | Q(target_id=id_))
    together = {row.pk: row for row in (*found, *near([id_]))}
    known = kinds.named(kinds.shipped())
    errors = graph.check(Declared(relations=tuple(relations_of(together.values()).values())))
    wrong = None if new.kind in KINDS or new.kind in known else kinds.unknown(new.kind, known, None)
    kinds.refuse([*errors, *([wrong] if wrong else [])])
