"""Entering what was made into the catalog: the descriptors of the rendered tree, as if they had been sent."""

from __future__ import annotations

from django.db import transaction

from greenboard.access.decide import Permission, sight
from greenboard.access.models import Person
from greenboard.catalog import descriptors
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import pushing
from greenboard.facts.pushing import Pushed, Reach
from greenboard.scaffolds import packing


def declared(tree: bytes) -> Declared:
    """What the descriptors of a tree declare; nothing where it has none.

    Raises:
        UserError: one is wrong, with file, line and column.

    """
    texts = packing.texts(tree, descriptors.NAMES)
    known = catalog.kinds()
    return Declared.joined(descriptors.read(text, path, known) for path, text in texts.items())


def rehearse(tree: bytes, who: Person | None) -> None:
    """Refuse what `register` would refuse, and write nothing.

    Raises:
        UserError: as `register`; or one of the entities is there already.

    """
    found = declared(tree)
    there = catalog.several([one.ref for one in found.entities])
    for one in found.entities:
        if one.ref in there:
            raise UserError(f"there is {one.ref} already", place=one.place, hint="Take another name.")
    with transaction.atomic():
        _take(found, who)
        transaction.set_rollback(True)


def register(tree: bytes, who: Person | None) -> tuple[Ref, ...]:
    """Enter what the descriptors of a tree declare, in the name of somebody; the entities. The same again is nothing.

    Raises:
        UserError: a descriptor is wrong, contradicts the catalog, or is not theirs to declare.

    """
    found = declared(tree)
    _take(found, who)
    return tuple(one.ref for one in found.entities)


def _take(found: Declared, who: Person | None) -> None:
    seen = sight(who, Permission.CATALOG_WRITE) if who else None
    if seen is None or (found.entities and seen.nothing):
        raise UserError("who wanted it may not declare entities any more")
    pushing.take(Pushed(found), Reach(catalog=seen, asker=who), cause="scaffold")
