"""What the groups of a provider mean here: teams and roles. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref, slug


@dataclass(frozen=True, slots=True)
class Rule:
    """A group, with at most one `*`, and the team and role that it stands for; the team may repeat the `*`."""

    group: str
    team: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The teams and roles that follow from groups."""

    teams: frozenset[Ref] = frozenset()
    roles: frozenset[str] = frozenset()


def place(groups: Iterable[str], rules: Sequence[Rule]) -> Placed:
    """Where somebody belongs who is in these groups. Groups that no rule names mean nothing."""
    teams: set[Ref] = set()
    roles: set[str] = set()
    for group in groups:
        for rule in rules:
            star = match(rule.group, group)
            if star is None:
                continue
            if rule.team is not None and (team := _team(rule.team, star)) is not None:
                teams.add(team)
            if rule.role is not None:
                roles.add(rule.role)
    return Placed(frozenset(teams), frozenset(roles))


def match(pattern: str, group: str) -> str | None:
    """What the `*` of a pattern stands for in a group, without regard to case; None where it does not fit."""
    before, star, after = pattern.partition("*")
    if not star:
        return "" if pattern.casefold() == group.casefold() else None
    found = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", group, re.IGNORECASE | re.DOTALL)
    return found[1] if found else None


def _team(pattern: str, star: str) -> Ref | None:
    try:
        return Ref.parse(pattern.replace("*", slug(star)), kind="team")
    except UserError:  # a group of the provider that cannot be the name of a team
        return None


def claimed(value: object) -> tuple[str, ...]:
    """The groups of a claim: a list of names, one name, or a list of objects with a name, as providers send them."""
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, list | tuple):
        return ()
    names = (
        one.get("name") or one.get("display") or one.get("value") if isinstance(one, dict) else one for one in value
    )
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))
