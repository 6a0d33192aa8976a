"""Doing something at a tool through a configured connection, within the limits that everything there shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from greenboard.collection.reaching import reach
from greenboard.connections import actions, service, store
from greenboard.connections.actions import Done, Planned
from greenboard.connections.models import Connection
from greenboard.connections.session import Ask, Session
from greenboard.connections.types import Json
from greenboard.core.errors import UserError


def run(connection: str, action: str, inputs: Mapping[str, Json], key: str, now: datetime) -> Done:
    """Do something once through the connection of a name; see `connections.actions.run`.

    Raises:
        UserError: there is no such connection or action, it is switched off, or the inputs are wrong.
        Failed: it was not done, or that is not known.

    """
    reached = reach(_enabled(connection))
    return actions.run(reached.opened, action, inputs, key, call=reached.call, now=now)


def plan(connection: str, action: str, inputs: Mapping[str, Json], key: str, now: datetime) -> Planned:
    """What `run` would send, without sending anything and without secrets. Raises as `run`."""
    return actions.plan(service.opened(_enabled(connection)), action, inputs, key, now=now)


def ask(connection: str, path: str, query: Mapping[str, Json], now: datetime, stop: Callable[[], bool]) -> Json:
    """What the tool answers at a path, within the limits of the connection. When `stop` says so, waiting ends.

    Raises:
        UserError: there is no such connection, or it is switched off.
        Failed: there is no answer.

    """
    reached = reach(_enabled(connection), stop)
    bucket = next(iter(reached.opened.integration.manifest.limits), "")
    return Session(reached.opened, reached.call, now).ask(Ask("GET", path, query, {}, bucket=bucket)).body


def settle(connection: str, action: str) -> timedelta:
    """How long after an attempt of which nothing is known it may not be found yet."""
    return actions.settle(service.opened(_enabled(connection)), action)


def _enabled(name: str) -> Connection:
    row = store.find(name)
    if not row.enabled:
        raise UserError(f"the connection {name} is switched off", hint="Switch it on, or take another one.")
    return row
