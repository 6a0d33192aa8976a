"""Who answers for an entity, whether anybody still does, and who is in a team."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from greenboard.catalog.crews import crews
from greenboard.catalog.ownership import Hole, Member, hole
from greenboard.catalog.store import Related, Stored
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.catalog.model import Named

_SAID = {
    Hole.LEFT: "all of its people have left",
    Hole.EMPTY: "nobody is in it",
    Hole.UNDECLARED: "not in the catalog",
}
_PEOPLE = ("team", "person")


@dataclass(frozen=True)
class Crew:
    """The people of a team, those who are here first, and who says so where a provider does."""

    members: tuple[Member, ...]
    said: str
    synced: str


@dataclass(frozen=True)
class Turn:
    """An owner of its own that the entity had, from when to when, and why it began."""

    owner: str
    since: str
    until: str
    cause: str


@dataclass(frozen=True)
class Owning:
    """Further owners, a warning where nobody answers, the owners so far, and the people of a team."""

    others: tuple[Named, ...]
    warning: str
    turns: tuple[Turn, ...]
    crew: Crew | None


def build(
    stored: Stored, relations: Iterable[Relation], past: Iterable[Related], declared: Collection[Ref], asked: Asked
) -> Owning:
    """What the page says of owners and people; who is here counts as of now.

    `past` are all relations that the entity ever stood in. Owners that were are shown when they changed.
    """
    known = crews(relations, [stored.owner] if stored.owner else ())
    turns = tuple(_turns(stored.ref, past, declared, asked))
    why = None if stored.ref.kind in _PEOPLE or stored.owner is None else hole(stored.owner, declared, known)
    return Owning(
        others=tuple(Named(one.short, asked.to(links.entity(one))) for one in stored.owners[1:]),
        warning=_SAID[why] if why else "",
        turns=turns if len(turns) > 1 else (),
        crew=_crew(known.get(stored.ref, ())) if stored.ref.kind == "team" else None,
    )


def _turns(ref: Ref, past: Iterable[Related], declared: Collection[Ref], asked: Asked) -> Iterator[Turn]:
    for one in past:
        relation = one.relation
        if relation.kind is RelationKind.OWNS and relation.target == ref and one.since <= asked.now:
            ended = one.until is not None and one.until <= asked.now
            name = relation.source.short if relation.source in declared else "a team that you cannot see"
            yield Turn(name, words.day(one.since), words.day(one.until) if ended and one.until else "", one.cause)


def _crew(members: Collection[Member]) -> Crew:
    ordered = tuple(sorted(members, key=lambda one: (not one.active, one.name)))
    left = sum(not one.active for one in ordered)
    said = words.count(len(ordered) - left, "person", "people") + (f", {left} left" if left else "")
    providers = sorted({one.provider for one in ordered if one.provider})
    return Crew(ordered, said, ", ".join(providers))
