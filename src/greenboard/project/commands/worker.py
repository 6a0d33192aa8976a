"""Keep all results right: judge what changes as it changes, and look at the clock every minute."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
def command(parent: int | None) -> None:
    """Judge what changes, as it changes, until stopped.

    `greenboard serve` starts one of its own. When it is told to stop (SIGTERM, SIGINT), it finishes
    the turn in hand; a turn that takes longer than GREENBOARD_STOP_SECONDS is taken back, and done
    again by the next worker. So does durable work with the steps in hand.
    """
    from greenboard.project import running, stopping
    from greenboard.project.environment import Environment

    environment = Environment.read()
    stop = stopping.told(environment.stop_seconds)
    running.prepare(environment.data_dir, sample=False)
    if environment.traces_url:
        from greenboard.project.observing import traces

        traces.start(environment.traces_url, "worker")
    from greenboard.access import origin
    from greenboard.durable.worker import Worker
    from greenboard.project import jobs, working

    origin.become("worker")
    jobs.declare(environment)
    durable = Worker(environment.durable, stop.set, environment.worker_id, upgrade=environment.migrate)
    durable.start()
    try:
        working.work(stop, environment.data_dir / "worker.beat", parent)
    finally:
        durable.stop(environment.stop_seconds)
    if durable.fault:
        sys.exit(stopping.LATE)
