"""Approval: people say yes or no, one of them, several, or all."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from greenboard.core.errors import UserError
from greenboard.workflows import asking
from greenboard.workflows.kinds import Kind, Moment
from greenboard.workflows.types import Asked, Done, Failed, Result


class Approve(asking.Asks):
    """How many have to approve (`any` is one), and whether whoever started the run may (`others`: not)."""

    need: Literal["any", "all"] | int = Field(
        default="any", title="How many", description="`any` is one, `all`, or a number."
    )
    others: bool = Field(default=True, title="Somebody else has to", description="Not whoever started the run.")


def perform(given: Approve, moment: Moment) -> Result:
    """Ask, then see what was said. A no ends the run; so does it that nobody answers in time."""
    if moment.asked is None:
        who = asking.names(given.people, given.teams, given.roles)
        need = 0 if given.need == "all" else 1 if given.need == "any" else given.need
        asked = Asked(who, need, given.others, given.text, signed_in=given.signed_in)
        return asking.first(given, moment, asked, f"waits for approval by {', '.join(who)}")
    denied = next((one for one in moment.heard if not one["yes"]), None)
    if denied is not None:
        because = f": {denied['reason']}" if denied["reason"] else ""
        return Failed(f"{denied['by']} denied it{because}", final=True)
    names = [str(one["by"]) for one in moment.heard]
    if asking.enough(moment.asked, names, moment.by):
        return Done({"approved": True, "by": list(names), "reasons": [str(one["reason"]) for one in moment.heard]})
    if moment.late:
        return Failed(f"nobody approved it within {given.within}", final=True)
    return asking.still(given, moment)


def check(given: Approve) -> None:
    """Refuse an approval that nobody can give."""
    asking.check(given)
    if given.escalate is not None and given.need == "all":
        raise UserError("all of those who are asked later would have to approve", expected="`any` or a number")
    if isinstance(given.need, int) and given.need < 1:
        raise UserError("at least one has to approve", got=str(given.need))


KIND = Kind("approve", "Ask people for approval", Approve, perform, waits=True, check=check, rare=asking.RARE)
