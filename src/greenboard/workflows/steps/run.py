"""Running another workflow, and waiting for its end."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from greenboard.core.refs import Ref
from greenboard.workflows import starting
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.models import Run, Step
from greenboard.workflows.starting import Cause, Wish
from greenboard.workflows.types import Asked, Done, Failed, Result, Waits, Way


class RunWorkflow(Given):
    """Which workflow, with which inputs, about which entity (the run's own, unless said)."""

    workflow: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    inputs: dict[str, Any] = Field(default={}, description="A line for each: `name: value`.")
    entity: str | None = None


def perform(given: RunWorkflow, moment: Moment) -> Result:
    """Start it once, and give the outputs that it ended with."""
    if moment.asked is None:
        step = Step.objects.select_related("run").get(run=moment.run, path=moment.path)
        if not Run.objects.filter(parent=step.run, parent_path=step.path, ended_at=None).exists():
            about = moment.entity if given.entity is None else Ref.parse(given.entity) if given.entity else None
            cause = Cause(Way.WORKFLOW, moment.by, {"run": moment.run, "step": moment.path}, step)
            starting.itself(Wish(given.workflow, given.inputs, about), cause)
        return Waits(None, Asked(), f"runs {given.workflow}")
    if not moment.heard:
        return Waits(None, moment.asked)
    last = moment.heard[-1]
    if last["state"] == "done":
        return Done(last["outputs"])
    return Failed(f"{given.workflow} {last['state']}: {last['error']}", again=last["state"] == "failed")


KIND = Kind("run", "Run another workflow", RunWorkflow, perform, waits=True)
