"""Stating a fact about an entity. Its source is the workflow."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from greenboard.access import origin
from greenboard.access.origin import Origin
from greenboard.core.errors import Place
from greenboard.core.refs import Ref
from greenboard.facts import pushing
from greenboard.facts.pushing import Pushed, Reach, Said
from greenboard.facts.types import Source, SourceKind
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result


class SetFact(Given):
    """The type of the fact, its value, and the entity (the run's own, unless said)."""

    type: str = Field(title="Type of the fact", min_length=1, max_length=100)
    value: Any = Field(description="Its fields, a line for each: `name: value`.")
    entity: str = Field(default="", description="A reference; otherwise what the run is about.")


def perform(given: SetFact, moment: Moment) -> Result:
    """State it; what this workflow said of this type before ends."""
    about = Ref.parse(given.entity) if given.entity else moment.entity
    if about is None:
        return Failed("the run is about no entity: say which the fact is about")
    source = Source(SourceKind.REPORT, f"workflow {moment.workflow}")
    said = Said(about, given.type, source, Place(f"run {moment.run}"), given.value)
    with origin.acting(Origin("system", f"workflow {moment.workflow}, run {moment.run}", "worker")):
        pushing.take(Pushed(said=[said]), Reach(), cause=f"workflow {moment.workflow}")
    return Done({"entity": str(about), "type": given.type})


KIND = Kind("fact", "State a fact about an entity", SetFact, perform)
