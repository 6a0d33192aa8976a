"""Serve the pages and the API, without a worker."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Serve the board; one worker or more (`greenboard worker`) keep its results right.

    When it is told to stop (SIGTERM, SIGINT), it takes no new request and finishes those in hand,
    for at most GREENBOARD_STOP_SECONDS.
    """
    from greenboard.project import running

    running.web()
