"""An action of an integration, through a configured connection: an issue, a message, a pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from greenboard.collection import acting
from greenboard.connections import service, store, templates
from greenboard.connections.actions import Planned
from greenboard.connections.types import Failed as Refused
from greenboard.core.errors import UserError
from greenboard.workflows import hosts
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Call, Done, Failed, Result


class Act(Given):
    """The name of the connection, the action of its integration, and the inputs of that."""

    connection: str = Field(min_length=1, max_length=64)
    action: str = Field(min_length=1, max_length=100)
    inputs: dict[str, Any] = Field(default={}, description="A line for each: `name: value`.")


def perform(given: Act, moment: Moment) -> Result:
    """Do it once, and give its outputs. Where it is not known whether it was done, it is looked for and tried again."""
    if moment.hosts is not None:
        opened = service.opened(store.find(given.connection))
        base = templates.text(opened.integration.manifest.api.url, {"settings": opened.settings})
        hosts.check(hosts.of(base), moment.hosts)
    try:
        found = acting.run(given.connection, given.action, given.inputs, moment.key, moment.now)
    except Refused as error:
        again = error.unsure or error.reason.fault in ("theirs", "limit")
        after = acting.settle(given.connection, given.action).total_seconds() if error.unsure else 0.0
        return Failed(str(error.reason), again=again, after=after)
    if found.nothing:
        return Failed(f"{given.action} found nothing to do it to")
    return Done({**found.output, "found": found.found}, found.secret)


def calls(given: Act, moment: Moment) -> list[Call]:
    """What it would send: what it looks at first, and what it does."""
    try:
        planned = acting.plan(given.connection, given.action, given.inputs, moment.key, moment.now)
    except Refused as error:
        raise UserError(str(error.reason)) from None
    return list(_listed(planned))


def _listed(planned: Planned) -> Iterator[Call]:
    for one in planned.before:
        yield from _listed(one)
    yield Call(planned.method, planned.url, planned.headers, planned.body)


KIND = Kind("action", "Do something at a connected tool", Act, perform, sealed=frozenset({"inputs"}), calls=calls)
