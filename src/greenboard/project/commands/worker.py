"""Keep all results right: judge what changes as it changes, and look at the clock every minute."""

from __future__ import annotations

import signal
import threading

import click


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
def command(parent: int | None) -> None:
    """Judge what changes, as it changes, until stopped.

    `greenboard serve` starts one of its own. The database is the one that GREENBOARD_DATA_DIR names.
    """
    from greenboard.project import running
    from greenboard.project.environment import Environment

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    running.prepare(Environment.read().data_dir, sample=False)
    from greenboard.project import working

    working.work(stop, parent)
