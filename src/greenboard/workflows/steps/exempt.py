"""Asking for an exemption: in the name of whoever started the run. Somebody else decides, outside of the run."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pydantic import Field

from greenboard.access.errors import InTheWay
from greenboard.core.refs import Ref
from greenboard.exemptions import asking
from greenboard.exemptions.types import Category, Pair, Terms
from greenboard.workflows import allowed
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result


class Exempt(Given):
    """The rule, why it cannot be met, what stands against the risk, and the last day in UTC."""

    rule: str = Field(min_length=1, max_length=100)
    scorecard: str = "production-readiness"
    category: Category = Category.WAIVED
    reason: str = Field(min_length=1, max_length=4_000)
    control: str = Field(default="", description="What stands against the risk, where it is mitigated.")
    ends: date = Field(title="Last day", description="Such as ${{ inputs.ends }}.")
    entity: str = Field(default="", description="A reference; otherwise what the run is about.")


def perform(given: Exempt, moment: Moment) -> Result:
    """Ask for it; one that is there already is as good."""
    about = Ref.parse(given.entity) if given.entity else moment.entity
    who = allowed.starter(moment.run)
    if about is None or who is None:
        return Failed("a person asks for an exemption of an entity: the run has no such person or entity")
    ends = datetime.combine(given.ends, time(), UTC) + timedelta(days=1)
    terms = Terms(given.category, given.reason, given.control, ends)
    try:
        found = asking.ask([Pair(about, given.scorecard, given.rule)], terms, who, moment.now, source="workflow")
    except InTheWay as error:
        return Done({"number": None, "already": error.what})
    return Done({"number": found.made[0]})


KIND = Kind("exempt", "Ask for an exemption", Exempt, perform)
