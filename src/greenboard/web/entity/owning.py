"""Who answers for an entity, whether anybody still does, and who is in a team."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from greenboard.catalog.crews import crews
from greenboard.catalog.ownership import Hole, Member, hole
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Relation
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
class Owning:
    """Further owners, a warning where nobody answers, and the people of a team."""

    others: tuple[Named, ...]
    warning: str
    crew: Crew | None


def build(stored: Stored, relations: Iterable[Relation], declared: Collection[Ref], asked: Asked) -> Owning:
    """What the page says of owners and people; who is here counts as of now."""
    known = crews(relations)
    why = None if stored.ref.kind in _PEOPLE or stored.owner is None else hole(stored.owner, declared, known)
    return Owning(
        others=tuple(Named(one.short, asked.to(links.entity(one))) for one in stored.owners[1:]),
        warning=_SAID[why] if why else "",
        crew=_crew(known.get(stored.ref, ())) if stored.ref.kind == "team" else None,
    )


def _crew(members: Collection[Member]) -> Crew:
    ordered = tuple(sorted(members, key=lambda one: (not one.active, one.name)))
    left = sum(not one.active for one in ordered)
    said = words.count(len(ordered) - left, "person", "people") + (f", {left} left" if left else "")
    providers = sorted({one.provider for one in ordered if one.provider})
    return Crew(ordered, said, ", ".join(providers))
