"""What a tool shows and the catalog does not have, or not clearly: taken as an entity, ignored, or made one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from greenboard.access import audit
from greenboard.access.sight import Sight
from greenboard.catalog import store as catalog
from greenboard.catalog.sight import covered
from greenboard.catalog.types import COMPONENT_KINDS, Declared, Entity
from greenboard.collection import models, placing, reaching
from greenboard.collection.keeping import keep
from greenboard.collection.matching import OWN
from greenboard.collection.types import Standing
from greenboard.connections import discovery
from greenboard.connections.models import Connection
from greenboard.core.errors import Place, UserError, suggest
from greenboard.core.refs import DEFAULT_NAMESPACE, Ref, slug
from greenboard.facts import pushing, store

PLACE = Place("discovery")


@dataclass(frozen=True)
class Name:
    """The entity that a subject is to become."""

    kind: str
    name: str = ""
    namespace: str = DEFAULT_NAMESPACE


class NoSubject(UserError):
    """There is none of that number."""

    status = 404


def find(connection: Connection, number: int) -> models.Subject:
    """A subject of a connection.

    Raises:
        NoSubject: there is none.

    """
    row = models.Subject.objects.filter(connection=connection, pk=number).select_related("connection", "look").first()
    if row is None:
        raise NoSubject(f"{connection} has no subject {number}")
    return row


def accept(row: models.Subject, ref: Ref, sight: Sight, *, by: str) -> None:
    """Say that a subject is an entity, which has its facts at once.

    Raises:
        UserError: the catalog has no such entity, or it is of a kind that the subject cannot be.

    """
    number = catalog.identity(ref, None)
    if number is None or not covered(sight, [ref]):
        raise UserError(f"no entity {ref} in the catalog", hint="Name one by kind:namespace/name, or create it.")
    if row.kinds and ref.kind not in row.kinds:
        raise UserError(f"{row.title or row.subject} is no {ref.kind}", expected=" or ".join(row.kinds), got=str(ref))
    with transaction.atomic():
        concerned = placing.decide(row, number, why=f"said by {by}")
        _tell("accepted", row, after={"entity": str(ref)})
        _keep(row.connection, concerned)


def ignore(row: models.Subject) -> None:
    """Have a subject be nothing that anybody asks about; it has no facts any more."""
    with transaction.atomic():
        concerned = placing.decide(row, None, ignored=True)
        _tell("ignored", row)
        _keep(row.connection, concerned)


def reconsider(row: models.Subject) -> None:
    """Forget what somebody decided, and match it again."""
    with transaction.atomic():
        concerned = placing.decide(row, None)
        _tell("reconsidered", row)
        _keep(row.connection, concerned)


def create(row: models.Subject, name: Name, sight: Sight, *, by: str) -> Ref:
    """Make an entity of a subject, within what whoever asks may change in the catalog.

    Raises:
        UserError: it exists already, is of a kind that the subject cannot be, or is out of reach.

    """
    ref = Ref.parse(f"{name.kind}:{name.namespace}/{name.name or slug(row.title or row.subject)}")
    known = catalog.find(ref)
    if known is not None:
        raise UserError(
            f"{ref} is in the catalog already", place=Place("name"), hint="Accept it, or take another name."
        )
    if row.kinds and ref.kind not in row.kinds:
        hint = suggest(ref.kind, row.kinds)
        raise UserError(f"it cannot be a {ref.kind}", place=Place("kind"), expected=" or ".join(row.kinds), hint=hint)
    own = {OWN + row.connection.integration: row.subject}
    made = Entity(ref, title=row.title if slug(row.title) != ref.name else "", annotations=own, place=PLACE)
    with transaction.atomic():
        pushed = pushing.Pushed(Declared((made,)))
        pushing.take(pushed, pushing.Reach(catalog=sight), cause=f"discovered by {row.connection}")
        accept(row, ref, sight, by=by)
    return ref


def _keep(connection: Connection, concerned: Collection[int]) -> None:
    keep(connection, concerned, reaching.about_of(connection))


def _tell(what: str, row: models.Subject, *, after: object = None) -> None:
    audit.note(f"subject.{what}", f"connection:{row.connection.name}/{row.stream}/{row.subject}", after=after)


@dataclass(frozen=True)
class Seen:
    """The entities that subjects are or may be, as far as whoever asks may see them."""

    refs: Mapping[int, Ref]

    def entity(self, row: models.Subject) -> Ref | None:
        return self.refs.get(row.entity_id) if row.entity_id is not None else None

    def candidates(self, row: models.Subject) -> list[Ref]:
        there = set(self.refs.values())
        return [ref for ref in map(Ref.parse, row.candidates) if ref in there]


def seen(rows: Collection[models.Subject], sight: Sight) -> Seen:
    """What may be seen of the entities of some subjects."""
    refs = store.names_of({row.entity_id for row in rows if row.entity_id is not None})
    refs |= {
        number: ref for ref, number in store.known({Ref.parse(one) for row in rows for one in row.candidates}).items()
    }
    there = covered(sight, list(refs.values()))
    return Seen({number: ref for number, ref in refs.items() if ref in there})


def kinds(connection: Connection) -> tuple[str, ...]:
    """The kinds of entities that the subjects of a connection can be."""
    known = discovery.found().get(connection.integration)
    several = known.manifest.subjects.values() if known else ()
    found = {kind for subject in several for kind in subject.kinds or COMPONENT_KINDS}
    return tuple(sorted(found))


def absent(connection: Connection, sight: Sight) -> list[Entity]:
    """The entities of those kinds that no subject of the connection is, by reference."""
    matched = models.Subject.objects.filter(connection=connection, standing=Standing.MATCHED.value, gone=False)
    there = set(matched.values_list("entity_id", flat=True))
    wanted = kinds(connection)
    found = (
        {number: one for number, one in catalog.plain(kinds=wanted).items() if number not in there} if wanted else {}
    )
    seen = covered(sight, [one.ref for one in found.values()])
    return sorted((one for one in found.values() if one.ref in seen), key=lambda one: one.ref)
