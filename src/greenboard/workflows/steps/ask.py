"""Input in the middle of a run: somebody enters what is needed."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from greenboard.core.errors import UserError
from greenboard.workflows import asking
from greenboard.workflows.inputs import Input
from greenboard.workflows.kinds import Kind, Moment
from greenboard.workflows.types import Asked, Done, Failed, Result


class Ask(asking.Asks):
    """What they are asked for."""

    fields: dict[str, Input] = Field(
        title="What they enter", description="A line for each, `name: what stands before the field`.", min_length=1
    )

    @field_validator("fields", mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """A field that is only a text is what stands before it."""
        if not isinstance(value, dict):
            return value
        return {name: {"title": told} if isinstance(told, str) else told for name, told in value.items()}


def perform(given: Ask, moment: Moment) -> Result:
    """Ask, then give the values that were entered, with who did."""
    if moment.asked is None:
        who = asking.names(given.people, given.teams, given.roles)
        fields = {name: field.model_dump(mode="json") for name, field in given.fields.items()}
        asked = Asked(who, 1, others=False, text=given.text, fields=fields, signed_in=given.signed_in)
        return asking.first(given, moment, asked, f"asks {', '.join(who)}")
    for one in moment.heard:
        if not one["yes"]:
            return Failed(f"{one['by']} gave no answer: {one['reason'] or 'no reason given'}", final=True)
        return Done({**one["values"], "by": str(one["by"])})
    if moment.late:
        return Failed(f"nobody answered within {given.within}", final=True)
    return asking.still(given, moment)


def check(given: Ask) -> None:
    """Refuse what cannot be asked."""
    asking.check(given)
    if wrong := [name for name, field in given.fields.items() if field.type in ("secret", "file")]:
        raise UserError(f"{wrong[0]}: a run cannot ask for that in the middle", hint="Make it an input of the start.")


KIND = Kind("ask", "Ask somebody to enter something", Ask, perform, waits=True, check=check, rare=asking.RARE)
