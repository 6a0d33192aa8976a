"""Whom a step asks, and when enough of them answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import Field

from greenboard.access.models import Grant, Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.workflows.kinds import Given, Moment
from greenboard.workflows.types import Asked, Waits

RARE = frozenset({"escalate", "signed_in"})
SPAN = r"^(\d+[smhdw])+$"


class Escalate(Given):
    """Who is asked as well when nobody answered for so long."""

    after: str = Field(title="Ask others as well after", description="Such as 1d.", pattern=SPAN)
    people: Any = Field(default=(), title="Others: people")
    teams: Any = Field(default=(), title="Others: teams")
    roles: Any = Field(default=(), title="Others: roles")


class Asks(Given):
    """Who is asked for an answer, and for how long. `signed_in`: they answer in the portal only."""

    text: str = Field(default="", title="What they are asked", max_length=2_000)
    people: Any = Field(default=(), description="Names of accounts, one a line.")
    teams: Any = Field(default=(), description="One a line, such as ${{ entity.owner }}.")
    roles: Any = Field(default=(), description="One a line, such as maintainer.")
    within: str = Field(default="7d", description="Nobody may answer after so long.", pattern=SPAN)
    escalate: Escalate | None = None
    signed_in: bool = Field(
        default=False, title="Only in the portal", description="Not by a link in a letter, nor in chat."
    )


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
    wanted = everyone(asked.who) - ({starter} if asked.others else set()) - asked.handed.keys()
    return bool(answered) and wanted <= {*answered}


def everyone(who: Iterable[str]) -> set[str]:
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


def first(given: Asks, moment: Moment, asked: Asked, note: str) -> Waits:
    """Begin to wait for whoever is asked."""
    until = moment.now + clock.parse_span(given.within)
    return Waits(until, asked, note, _look(given, until))


def still(given: Asks, moment: Moment) -> Waits:
    """Go on waiting. When the time of `escalate` has come, others are asked as well."""
    asked, until, more = moment.asked, moment.until, given.escalate
    assert asked is not None, "it was asked before"
    look = _look(given, until)
    if more is None or asked.escalated or look is None:
        return Waits(until, asked)
    if moment.now < look:
        return Waits(until, asked, look=look)
    others = names(more.people, more.teams, more.roles)
    who = tuple(dict.fromkeys((*asked.who, *others)))
    note = f"nobody answered within {more.after}: asks {', '.join(others)} as well"
    return Waits(until, replace(asked, who=who, escalated=True), note)


def _look(given: Asks, until: datetime | None) -> datetime | None:
    """When others are asked."""
    if given.escalate is None or until is None:
        return None
    return until - clock.parse_span(given.within) + clock.parse_span(given.escalate.after)


def check(given: Asks) -> None:
    """Refuse what nobody can answer.

    Raises:
        UserError: nobody is asked, or others only when it is too late.

    """
    if not (given.people or given.teams or given.roles):
        raise UserError("say who is asked", expected="people, teams or roles")
    more = given.escalate
    if more is None:
        return
    if not (more.people or more.teams or more.roles):
        raise UserError("say who is asked after that time", expected="people, teams or roles")
    if clock.parse_span(more.after) >= clock.parse_span(given.within):
        raise UserError("others would be asked when nobody may answer any more", got=f"{more.after} of {given.within}")
