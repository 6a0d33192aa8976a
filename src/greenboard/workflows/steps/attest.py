"""Attesting that an item holds: in the name of whoever started the run, who has to be allowed to."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from greenboard.attestations import service
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import Wish
from greenboard.core.refs import Ref
from greenboard.workflows import allowed
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result


class Attest(Given):
    """The item, what is stated of it, answers to the questions of its policy, and its last day in UTC."""

    item: str = Field(min_length=1, max_length=64)
    statement: str = Field(default="", max_length=4_000)
    answers: dict[str, Any] = {}
    until: date | None = None
    entity: str = ""


def perform(given: Attest, moment: Moment) -> Result:
    """Give it; where the policy asks for a second person it waits for that, outside of the run."""
    about = Ref.parse(given.entity) if given.entity else moment.entity
    who = allowed.starter(moment.run)
    if about is None or who is None:
        return Failed("an attestation is a person's word about an entity: the run has no such person or entity")
    wish = Wish(about, given.item, given.statement, given.answers, until=given.until)
    row = service.give(wish, Acting(who, who), moment.now)
    return Done({"number": row.pk})


KIND = Kind("attest", "Attest that an item holds", Attest, perform)
