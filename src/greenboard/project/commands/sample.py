"""Load the sample organization that shows what every page is for."""

from __future__ import annotations

import click

from greenboard.core import clock
from greenboard.project.environment import Environment


@click.group()
def command() -> None:
    """The sample organization: a made-up company with ninety days of history."""


@command.command()
def load() -> None:
    """Load the sample into the data folder; does nothing where it is loaded, goes on where it was stopped."""
    from greenboard.project import running

    environment = Environment.read()
    running.prepare(environment.data_dir, sample=False)
    from greenboard.project.sample import load as loading

    loading.ensure(environment.data_dir, clock.now(), lambda line: click.echo(line, err=True))
    click.echo("The sample organization is loaded.")
