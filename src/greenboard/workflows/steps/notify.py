"""Telling people something: notifications bring it to them by the ways that they chose."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from pydantic import Field

from greenboard.core.events import announce
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.core.refs import Ref
from greenboard.workflows import asking
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Result


class Notify(Given):
    """A whole sentence, and who is told: people, teams, and always the owner of the entity."""

    title: str = Field(title="Sentence", min_length=1, max_length=500)
    text: str = Field(default="", max_length=4_000)
    people: Any = Field(default=(), description="Names of accounts, one a line.")
    teams: Any = Field(default=(), description="One a line. The owner of the entity is told anyway.")
    severity: Severity = Severity.INFO


def perform(given: Notify, moment: Moment) -> Result:
    """Announce it."""
    who = asking.names(given.people, given.teams, ()) if given.people or given.teams else ()
    told = Happened(
        Happening.WORKFLOW_TOLD,
        moment.now,
        title=given.title,
        why=given.text,
        path=f"/workflow-runs/{moment.run}",
        entity=moment.entity,
        teams=tuple(Ref.parse(name) for name in who if name.startswith("team:")),
        people=tuple(name.removeprefix("person:") for name in who if name.startswith("person:")),
        severity=given.severity,
        key=f"workflow.told:{moment.key}",
        data={"workflow": moment.workflow, "run": moment.run},
    )
    with transaction.atomic():
        announce(told)
    return Done({"title": given.title})


KIND = Kind("notify", "Tell people something", Notify, perform)
