"""Have something made from a scaffold: a new repository, or a pull request to one that is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.scaffolds import service
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Goal, Landing, State, Wish
from greenboard.workflows import allowed
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result, Waits

_LOOK = timedelta(seconds=10)
_LONGEST = timedelta(hours=1)


class Make(Given):
    """Which scaffold, its answers, and where what is made goes; `entity` is what it is for, where that is there."""

    scaffold: str = Field(min_length=1, max_length=110)
    answers: dict[str, Any] = Field(default={}, description="To its questions, a line for each: `name: value`.")
    way: Literal["repository", "pull-request"] = Field(default="pull-request", title="As")
    connection: str = Field(min_length=1, max_length=64)
    repository: str = Field(min_length=1, max_length=200)
    private: bool = True
    reviewed: bool = True
    entity: str = Field(default="", description="A reference; otherwise what the run is about.")


def perform(given: Make, moment: Moment) -> Result:
    """Have it made in the name of whoever started the run, once for each key, and wait for that."""
    row = Making.objects.filter(key=UUID(moment.key)).defer("tree").first()
    if row is None or (row.state == State.FAILED and moment.asked is None):
        who = allowed.starter(moment.run)
        if who is None:
            return Failed("nobody started the run, in whose name something could be made")
        try:
            row = service.retry(row.pk, who) if row else service.ask(_wish(given), who, UUID(moment.key))
        except UserError as error:
            return Failed(str(error))
    if row.state == State.FAILED or moment.late:
        return Failed(row.error or "it takes too long")
    if row.state == State.UNDERWAY:
        return Waits(moment.until or moment.now + _LONGEST, note=f"making {row.pk}", look=moment.now + _LOOK)
    return Done(
        {"making": row.pk, "url": row.url, "branch": row.branch, "number": row.number, "pull_request": row.pull_url}
    )


def _wish(given: Make) -> Wish:
    goal = Goal(Landing(given.way), given.connection, given.repository, given.private, given.reviewed)
    return Wish(given.scaffold, given.answers, goal, Ref.parse(given.entity) if given.entity else None)


KIND = Kind(
    "scaffold", "Make something from a scaffold", Make, perform, rare=frozenset({"private", "reviewed", "entity"})
)
