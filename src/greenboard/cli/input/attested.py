"""Attestations that descriptors state, for a check without a server.

There are no accounts here: a person is one whom a descriptor declares with the mail address of the commit. What only a
server can tell, a role for one, is left to it, and said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from greenboard.attestations import authors, entries, policies, wishing, wording
from greenboard.attestations.types import Policy, Who
from greenboard.catalog.types import Attested, Declared, RelationKind
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.facts.types import Fact, FieldValue, Source, SourceKind, Struct
from greenboard.repository.collect import Look

TYPE = "attestation"


@dataclass(frozen=True)
class Counted:
    """The facts of what counts, and what does not, each with its place and reason."""

    facts: tuple[Fact, ...]
    refused: tuple[UserError, ...]


@dataclass(frozen=True)
class _People:
    """Who is declared: persons by mail address, the teams that each is in, the owner of each entity."""

    persons: Mapping[str, Ref]
    teams: Mapping[Ref, frozenset[Ref]]
    owners: Mapping[Ref, Ref]

    def fits(self, who: Who, entity: Ref, mail: str) -> bool:
        """Whether somebody is among those who are meant, as far as it can be told here."""
        person = self.persons.get(mail)
        if person is None:
            return False
        mine = self.teams.get(person, frozenset()) | {person}
        return (who.owner and self.owners.get(entity) in mine) or not mine.isdisjoint(who.teams)


def read(looks: Sequence[tuple[Path, Look]], now: datetime) -> Counted:
    """What the descriptors of some trees state, as far as it counts at a moment."""
    people = _people(Declared.joined(look.declared for _, look in looks))
    refused: list[UserError] = []
    found: defaultdict[Ref, dict[str, tuple[Struct, Attested]]] = defaultdict(dict)
    for root, look in looks:
        for stated in look.declared.attestations:
            try:
                found[stated.entity][stated.item] = _one(look, stated, people, now), stated
            except UserError as error:
                refused += _placed(root, error, stated)
    return Counted(tuple(_fact(ref, items, now) for ref, items in found.items()), tuple(refused))


def _one(look: Look, stated: Attested, people: _People, now: datetime) -> Struct:
    policy = policies.of(stated.item)
    signed = authors.signed(look.tree, stated)
    settled = wishing.settle(policy, wording.wish(stated), min(signed.at, now), wording.placing(stated))
    if settled.expires_at <= now:
        raise UserError(f"{policy.item} is over", place=stated.place)
    if not people.fits(policy.who, stated.entity, signed.author):
        raise UserError(
            f"{policy.item}: whether {signed.author} may attest it is not known here",
            place=stated.place,
            hint="A server that knows the account decides.",
        )
    second = _second(policy, stated, signed, people)
    told: dict[str, FieldValue] = {
        "item": stated.item if not stated.environment else f"{stated.item}@{stated.environment}",
        "by": signed.author,
        "role": stated.role,
        "at": signed.at,
        "expires_at": settled.expires_at,
        "statement": settled.statement,
        "confirmed_by": second,
    }
    return {name: value for name, value in told.items() if value != ""}


def _second(policy: Policy, stated: Attested, signed: authors.Signed, people: _People) -> str:
    if policy.confirm is None:
        return ""
    others = (mail for mail in signed.reviewers if mail != signed.author)
    found = next((mail for mail in others if people.fits(policy.confirm, stated.entity, mail)), "")
    if not found:
        what = f"{policy.item}: waits for a second person, of whom nothing is known here"
        raise UserError(what, place=stated.place, hint="A Reviewed-by of the commit names one; a server decides.")
    return found


def _people(declared: Declared) -> _People:
    persons = {
        contact.address.lower(): entity.ref
        for entity in declared.entities
        for contact in entity.contacts
        if entity.ref.kind == "person" and contact.kind == "email"
    }
    teams: defaultdict[Ref, set[Ref]] = defaultdict(set)
    for one in declared.relations:
        if one.kind is RelationKind.MEMBER_OF:
            teams[one.source].add(one.target)
    owners = {one.target: one.source for one in declared.relations if one.kind is RelationKind.OWNS}
    return _People(persons, {ref: frozenset(several) for ref, several in teams.items()}, owners)


def _fact(ref: Ref, items: Mapping[str, tuple[Struct, Attested]], now: datetime) -> Fact:
    holding = {str(struct["item"]): struct for struct, _ in items.values()}
    stated = next(iter(items.values()))[1]
    source = Source(SourceKind.DESCRIPTOR, SourceKind.DESCRIPTOR.value, wording.where(stated))
    places = {str(struct["item"]): wording.where(one) for struct, one in items.values()}
    return Fact(ref, TYPE, entries.whole(holding, holding, policies.shipped()), source, now, places)


def _placed(root: Path, error: UserError, stated: Attested) -> Iterable[UserError]:
    """Each mistake with the folder of its tree in its place."""
    for one in error.errors if isinstance(error, UserErrors) else (error,):
        place = one.place or stated.place
        told = Place((root / place.path).as_posix(), place.line, place.column)
        yield UserError(one.what, place=told, expected=one.expected, got=one.got, hint=one.hint)
