"""Read a tool through an integration and show what facts come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from greenboard.cli.integration import _given


@click.command("run")
@_given.options
@click.option("--dry-run", is_flag=True, help="Needed: nothing is stored. Connections are collected by the server.")
@click.option(
    "--recording", type=click.Path(path_type=Path, exists=True), help="Answers from a file, not from the tool."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--include", multiple=True, metavar="PATTERN", help="Only subjects with such an id or title.")
def command(
    *,
    folder: str,
    told: tuple[str, ...],
    dry_run: bool,
    recording: Path | None,
    as_json: bool,
    include: tuple[str, ...],
) -> int:
    """Read a tool through an integration, and show what would be stored.

    Secrets are read from INTEGRATION_SECRET_NAME. Addresses that are not public are called where
    GREENBOARD_OUTBOUND_ALLOW names them. Exit codes: 0 everything was read, 1 something was not.
    """
    from greenboard.core.errors import UserError

    if not dry_run:
        raise UserError("only a dry run is made from the command line", hint="Add --dry-run; the server collects.")
    events = _replayed(folder, recording) if recording else _asked(folder, told, include)
    whole = True
    for line, complete in _json(events) if as_json else _shown(events):
        click.echo(line)
        whole = whole and complete
    return 0 if whole else 1


def _replayed(folder: str, path: Path) -> Iterator[Any]:
    from greenboard.connections import recordings, replaying

    recording = recordings.load(path)
    return replaying.replayed(_given.integration(folder), recording, recordings.Replay(recording.calls))


def _asked(folder: str, told: tuple[str, ...], include: tuple[str, ...]) -> Iterator[Any]:
    import dataclasses

    from greenboard.connections import calling, collecting
    from greenboard.core import clock

    connection = _given.connection(_given.integration(folder), told)
    connection = dataclasses.replace(connection, scope={"include": list(include)})
    call = calling.caller(connection, client=_given.client())
    return collecting.collect(connection, now=clock.now(), call=call)


def _shown(events: Iterable[Any]) -> Iterator[tuple[str, bool]]:
    """Lines for people, each with whether all is well so far."""
    from greenboard.connections.types import Ended, Found, Missed, Seen

    for event in events:
        if isinstance(event, Seen):
            yield f"{event.subject.title} ({event.subject.stream} {event.subject.id})", True
        elif isinstance(event, Found):
            yield f"  {event.type}: {_value(event.value)}", True
        elif isinstance(event, Missed):
            fields = f" [{', '.join(event.fields)}]" if event.fields else ""
            indent = "  " if event.subject else ""
            yield f"{indent}{event.type}{fields}: missed, {event.reason.fault}: {event.reason}", True
        elif isinstance(event, Ended):
            for name, count in event.streams.items():
                told = f"{count.records} records, {count.calls} calls, {count.bytes} bytes"
                reason = event.reasons.get(name)
                yield f"stream {name}: {told}{f'; not complete: {reason}' if reason else ''}", reason is None


def _value(value: Any) -> str:
    import json

    from greenboard.facts.vocabulary import encode

    return json.dumps(encode(value), ensure_ascii=False)


def _json(events: Iterable[Any]) -> Iterator[tuple[str, bool]]:
    import dataclasses
    import json

    from greenboard.connections.types import Ended, Progress
    from greenboard.facts.vocabulary import encode

    for event in events:
        if isinstance(event, Progress):
            continue
        told: dict[str, Any] = {"event": type(event).__name__.lower()}
        for part in dataclasses.fields(event):
            raw = getattr(event, part.name)
            told[part.name] = _plain(raw) if dataclasses.is_dataclass(raw) else encode(raw)
        yield (
            json.dumps(told, default=_plain),
            not (isinstance(event, Ended) and event.reasons),
        )


def _plain(value: Any) -> Any:
    import dataclasses

    return dataclasses.asdict(value)
