"""Whom a step asks, and when enough of them answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from greenboard.access.models import Grant, Person
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.workflows.types import Asked


def names(people: Any, teams: Any, roles: Any) -> tuple[str, ...]:
    """People, teams and roles as they are asked.

    Raises:
        UserError: nobody is left, or a name is none.

    """
    found = [f"person:{name}" for name in _texts(people, "people")]
    found += [str(Ref.parse(name, kind="team")) for name in _texts(teams, "teams")]
    found += [f"role:{name}" for name in _texts(roles, "roles")]
    if not found:
        raise UserError("there is nobody to ask", expected="people, teams or roles", hint="Has the entity an owner?")
    return tuple(dict.fromkeys(found))


def _texts(given: Any, what: str) -> list[str]:
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, Sequence):
        raise UserError(f"{what} is no list of names", got=repr(given)[:80])
    return [str(one) for one in several if one]


def enough(asked: Asked, answered: Collection[str], starter: str) -> bool:
    """Whether enough people approved: so many as were asked for, or each of all whom that names."""
    if asked.need:
        return len(answered) >= asked.need
    wanted = _everyone(asked.who) - ({starter} if asked.others else set())
    return bool(answered) and wanted <= {*answered}


def _everyone(who: Iterable[str]) -> set[str]:
    """The people whom names stand for now."""
    found = set[str]()
    for name in who:
        kind, _, rest = name.partition(":")
        if kind == "person":
            found.add(rest)
        elif kind == "team":
            rows = Person.objects.filter(memberships__team=name, is_active=True)
            found |= set(rows.values_list("username", flat=True))
        else:
            grants = Grant.objects.filter(role__name=rest, person__is_active=True)
            found |= set(grants.values_list("person__username", flat=True))
    return found
