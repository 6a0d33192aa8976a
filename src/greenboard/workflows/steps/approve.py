"""Approval: people say yes or no, one of them, several, or all."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.workflows import asking
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Asked, Done, Failed, Result, Waits


class Approve(Given):
    """Who is asked, how many have to approve (`any` is one), and whether whoever started it may (`others`: not)."""

    text: str = Field(default="", max_length=2_000)
    people: Any = ()
    teams: Any = ()
    roles: Any = ()
    need: Literal["any", "all"] | int = "any"
    others: bool = True
    within: str = Field(default="7d", pattern=r"^(\d+[smhdw])+$")


def perform(given: Approve, moment: Moment) -> Result:
    """Ask, then see what was said. A no ends the run; so does it that nobody answers in time."""
    if moment.asked is None:
        who = asking.names(given.people, given.teams, given.roles)
        need = 0 if given.need == "all" else 1 if given.need == "any" else given.need
        asked = Asked(who, need, given.others, given.text)
        return Waits(moment.now + clock.parse_span(given.within), asked, f"waits for approval by {', '.join(who)}")
    denied = next((one for one in moment.heard if not one["yes"]), None)
    if denied is not None:
        because = f": {denied['reason']}" if denied["reason"] else ""
        return Failed(f"{denied['by']} denied it{because}", final=True)
    names = [str(one["by"]) for one in moment.heard]
    if asking.enough(moment.asked, names, moment.by):
        return Done({"approved": True, "by": list(names), "reasons": [str(one["reason"]) for one in moment.heard]})
    if moment.late:
        return Failed(f"nobody approved it within {given.within}", final=True)
    return Waits(moment.until, moment.asked)


def check(given: Approve) -> None:
    """Refuse an approval that nobody can give."""
    if not (given.people or given.teams or given.roles):
        raise UserError("say who may approve", expected="people, teams or roles")
    if isinstance(given.need, int) and given.need < 1:
        raise UserError("at least one has to approve", got=str(given.need))


KIND = Kind("approve", "Ask people for approval", Approve, perform, waits=True, check=check)
