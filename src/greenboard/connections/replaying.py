"""Collecting from a recording, through everything but the network."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.connections import calling, collecting, configured
from greenboard.connections.integration import Integration
from greenboard.connections.recordings import Recording, Replay
from greenboard.connections.types import Event


def replayed(integration: Integration, recording: Recording, replay: Replay) -> Iterator[Event]:
    """What comes of the calls of a recording. Secrets that it does not give are made up."""
    secrets = {name: "secret" for name, one in integration.manifest.secrets.items() if not one.optional}
    connection = configured.connection(integration, recording.settings, {**secrets, **recording.secrets})
    call = calling.caller(connection, client=replay.client(), buckets=calling.Unlimited(), sleep=lambda _: None)
    return collecting.collect(connection, now=recording.now, call=call)
