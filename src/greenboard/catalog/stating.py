"""What is stated by whoever asks, instead of by a descriptor in a repository.

One name has one place where it is declared. What a descriptor declares is changed there: otherwise
the next look at the repository would undo it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from greenboard.catalog import kinds, saving
from greenboard.catalog.events import CatalogChanged
from greenboard.catalog.locking import lock
from greenboard.catalog.models import CURRENT, EntityVersion, RelationInterval
from greenboard.catalog.naming import named
from greenboard.catalog.saving import Saved
from greenboard.catalog.types import Declared, Relation, Touched
from greenboard.catalog.upkeep import retire
from greenboard.core import events
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

API = Place("api")
"""Where it stands what was stated by API."""


class Elsewhere(UserError):
    """Something that is declared in another place."""

    status = 409


class NotThere(UserError):
    """Something that does not exist now."""

    status = 404


def state(declared: Declared, at: datetime, *, cause: str) -> Saved:
    """Make what is declared hold from `at` on, as `saving.save` does.

    Relations whose declaring entity is not among the declared ones are added to what that says.

    Raises:
        Elsewhere: a descriptor declares one of the entities.
        UserError: as `saving.save`; or a relation's declaring entity does not exist.

    """
    with transaction.atomic():
        lock()
        kinds.refuse((*_elsewhere(declared), *_nobody(declared)))
        return saving.save(replace(declared, relations=tuple(_fresh(declared, at))), at, cause=cause, place=API)


def withdraw(refs: Collection[Ref], at: datetime) -> Touched:
    """Retire entities that were stated, with the relations that they declare; what that touched.

    Raises:
        NotThere: there is none of them.
        Elsewhere: a descriptor declares it.

    """
    with transaction.atomic():
        lock()
        places = _places(refs)
        for ref in refs:
            if ref not in places:
                raise NotThere(f"no entity {ref}")
            if places[ref] != str(API):
                raise _refusal(ref, places[ref], None)
        return retire(refs, at)


def unrelate(relation: Relation, at: datetime) -> Touched:
    """End a relation that was stated; what that touched.

    Raises:
        NotThere: it does not hold.
        Elsewhere: a descriptor declares it.

    """
    with transaction.atomic():
        lock()
        rows = [row for row, known in _known([relation]).items() if _link(known) == _link(relation)]
        if not rows:
            raise NotThere(f"{relation.source} {relation.kind} {relation.target}: there is no such relation")
        if any(row.place != str(API) for row in rows):
            raise _refusal(relation.declarer, rows[0].place, None)
        saving.end_relations(rows, at)
        events.announce(CatalogChanged(at, frozenset({relation.source, relation.target})))
    return Touched(links=frozenset((row.kind, row.source_id, row.target_id) for row in rows))


def _elsewhere(declared: Declared) -> Iterator[UserError]:
    places = _places([entity.ref for entity in declared.entities])
    for entity in declared.entities:
        known = places.get(entity.ref)
        if known is not None and known != str(API):
            yield _refusal(entity.ref, known, entity.place)


def _refusal(ref: Ref, known: str, place: Place | None) -> Elsewhere:
    return Elsewhere(
        f"{ref} is declared in another place",
        place=place,
        expected="something that was stated by API",
        got=f"a declaration in {known}" if known else "a discovery in a repository",
        hint="Change it there.",
    )


def _nobody(declared: Declared) -> Iterator[UserError]:
    own = {entity.ref for entity in declared.entities}
    others = {each.declarer for each in declared.relations} - own
    there = _places(others).keys()
    for each in declared.relations:
        if each.declarer not in own and each.declarer not in there:
            yield UserError(f"no entity {each.declarer} that could say so", place=each.place)


def _fresh(declared: Declared, at: datetime) -> Iterator[Relation]:
    """The relations that do not hold yet; what held in another way ends."""
    own = {entity.ref for entity in declared.entities}
    others = [each for each in declared.relations if each.declarer not in own]
    rows = {_link(known): (row, known) for row, known in _known(others).items()}
    for each in declared.relations:
        row, known = rows.get(_link(each), (None, None))
        if row is None or known is None:
            yield each
        elif known.path != each.path:
            if row.place != str(API):
                raise _refusal(each.declarer, row.place, each.place)
            saving.end_relations([row], at)
            yield each


def _link(relation: Relation) -> tuple[str, Ref, Ref, Ref]:
    return relation.kind.value, relation.source, relation.target, relation.declarer


def _known(relations: Collection[Relation]) -> dict[RelationInterval, Relation]:
    """The current relations of the entities that declare these."""
    ids = saving.ids_of({each.declarer for each in relations})
    rows = RelationInterval.objects.filter(CURRENT)
    found = [row for part in saving.chunks(ids.values()) for row in rows.filter(declared_by_id__in=part)]
    return saving.relations_of(found)


def _places(refs: Collection[Ref]) -> dict[Ref, str]:
    """Where entities that exist are declared."""
    found: dict[Ref, str] = {}
    for part in named(refs):
        rows = EntityVersion.objects.filter(CURRENT).filter(part).values_list("kind", "namespace", "name", "place")
        found |= {Ref(*parts): place for *parts, place in rows}
    return found
