"""Collecting and acting from a recording, through everything but the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from greenboard.connections import actions, calling, collecting, configured, recordings
from greenboard.connections.actions import Done
from greenboard.connections.integration import Integration
from greenboard.connections.recordings import Acted, Recording, Replay
from greenboard.connections.types import Caller, Connection, Event, Failed, Known
from greenboard.core.errors import UserError


def unmet(integration: Integration, recording: Recording) -> Iterator[str]:
    """What of the expectations of a recording does not come about, as sentences."""
    replay = Replay(recording.calls)
    connection, call = _replaying(integration, recording, replay)
    for wanted in recording.actions:
        said = _acted(connection, call, recording, wanted)
        yield from (f"{wanted.run}: {said}",) if said else ()
    events = replayed(integration, recording, replay) if recording.collects else ()
    yield from recordings.unmet(recording, events, replay)


def replayed(integration: Integration, recording: Recording, replay: Replay) -> Iterator[Event]:
    """What comes of the calls of a recording. Secrets that it does not give are made up."""
    connection, call = _replaying(integration, recording, replay)
    return collecting.collect(connection, now=recording.now, call=call)


def _replaying(integration: Integration, recording: Recording, replay: Replay) -> tuple[Connection, Caller]:
    secrets = {name: "secret" for name, one in integration.manifest.secrets.items() if not one.optional}
    connection = configured.connection(integration, recording.settings, {**secrets, **recording.secrets})
    known = tuple(Known(entity, facts) for entity, facts in sorted(recording.known.items()))
    connection = replace(connection, known=known)
    call = calling.caller(connection, client=replay.client(), buckets=calling.Unlimited(), sleep=lambda _: None)
    return connection, call


def _acted(connection: Connection, call: Caller, recording: Recording, wanted: Acted) -> str:
    """What came otherwise than it had to; "" where all did."""
    try:
        done = actions.run(connection, wanted.run, wanted.inputs, wanted.key, call=call, now=recording.now)
    except (Failed, UserError) as failed:
        if wanted.fails and wanted.fails in str(failed):
            return ""
        return f"failed: {failed}"
    expected = Done(dict(wanted.gives), wanted.found, wanted.nothing)
    got = Done({name: value for name, value in done.output.items() if value is not None}, done.found, done.nothing)
    return "" if got == expected and not wanted.fails else f"{got} and not {expected}"
