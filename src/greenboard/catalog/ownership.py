"""Who answers for what, and where nobody does: no owner, one that nobody declares, a team that all left. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from greenboard.core.refs import Ref


class Hole(StrEnum):
    """Why nobody answers for an entity, or not when it is needed."""

    NO_OWNER = "no owner"
    UNDECLARED = "owner not declared"
    EMPTY = "nobody in the team"
    LEFT = "all have left"
    CALLED = "who is on call has left"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team: by name, whether still here, and the provider that says so, where one does."""

    name: str
    active: bool = True
    provider: str = ""


@dataclass(frozen=True)
class People:
    """What accounts say of people, by the persons of the catalog that they are.

    `gone` are those whose account is closed, `joined` those whose account says that they are in a team, `synced` the
    teams whose people an identity provider says, with the day on which it last did, where that is known. Of somebody
    whom the catalog does not have, a reference is made up.
    """

    gone: frozenset[Ref] = frozenset()
    joined: Mapping[Ref, frozenset[Ref]] = field(default_factory=dict)
    synced: Mapping[Ref, datetime | None] = field(default_factory=dict)


Crews = Mapping[Ref, Collection[Member]]
"""The members of each team, and of each person that owns something the person alone."""


def within(members: Crews, parents: Iterable[tuple[Ref, Ref]]) -> dict[Ref, tuple[Member, ...]]:
    """The members of each team with those of the teams within it; `parents` are pairs of team and the one around it."""
    above: defaultdict[Ref, list[Ref]] = defaultdict(list)
    for team, parent in parents:
        above[team].append(parent)
    found: defaultdict[Ref, dict[str, Member]] = defaultdict(dict)
    for team, several in members.items():
        for around in _around(team, above):
            for member in several:
                known = found[around].get(member.name)
                if known is None or (member.active and not known.active):
                    found[around][member.name] = member
    return {team: tuple(sorted(several.values(), key=lambda one: one.name)) for team, several in found.items()}


def _around(team: Ref, above: Mapping[Ref, Collection[Ref]]) -> list[Ref]:
    seen, waiting = [team], [team]
    while waiting:
        fresh = [parent for parent in above.get(waiting.pop(), ()) if parent not in seen]
        seen += fresh
        waiting += fresh
    return seen


def hole(owner: Ref | None, declared: Collection[Ref], crews: Crews) -> Hole | None:
    """Why nobody answers for what this owner owns; None where somebody does.

    An owner that nobody declares but that has people is no hole: the identity provider knows the team.
    """
    if owner is None:
        return Hole.NO_OWNER
    crew = crews.get(owner, ())
    if any(member.active for member in crew):
        return None
    if crew:
        return Hole.LEFT
    if owner not in declared:
        return Hole.UNDECLARED
    return Hole.EMPTY if owner.kind == "team" else None
