"""Input in the middle of a run: somebody enters what is needed."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.workflows import asking
from greenboard.workflows.inputs import Input
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Asked, Done, Failed, Result, Waits


class Ask(Given):
    """Who is asked for what."""

    text: str = Field(default="", max_length=2_000)
    people: Any = ()
    teams: Any = ()
    roles: Any = ()
    fields: dict[str, Input] = Field(min_length=1)
    within: str = Field(default="7d", pattern=r"^(\d+[smhdw])+$")


def perform(given: Ask, moment: Moment) -> Result:
    """Ask, then give the values that were entered, with who did."""
    if moment.asked is None:
        who = asking.names(given.people, given.teams, given.roles)
        fields = {name: field.model_dump(mode="json") for name, field in given.fields.items()}
        until = moment.now + clock.parse_span(given.within)
        return Waits(until, Asked(who, 1, others=False, text=given.text, fields=fields), f"asks {', '.join(who)}")
    for one in moment.heard:
        if not one["yes"]:
            return Failed(f"{one['by']} gave no answer: {one['reason'] or 'no reason given'}", final=True)
        return Done({**one["values"], "by": str(one["by"])})
    if moment.late:
        return Failed(f"nobody answered within {given.within}", final=True)
    return Waits(moment.until, moment.asked)


def check(given: Ask) -> None:
    """Refuse what cannot be asked."""
    if not (given.people or given.teams or given.roles):
        raise UserError("say who is asked", expected="people, teams or roles")
    if wrong := [name for name, field in given.fields.items() if field.type in ("secret", "entity", "person")]:
        raise UserError(f"{wrong[0]}: a run cannot ask for that in the middle", hint="Make it an input of the start.")


KIND = Kind("ask", "Ask somebody to enter something", Ask, perform, waits=True, check=check)
