"""The plugins that are installed: whether they do anything, what they bring, and what is wrong."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines for people.")
def command(as_json: bool) -> None:
    """Print each plugin with its state. Nothing is changed."""
    from greenboard.core.errors import UserError
    from greenboard.project import setup

    setup.django()
    from greenboard.plugins import registry, specs
    from greenboard.plugins.types import State

    try:
        setup.reach()
    except UserError as error:  # a plugin may be looked at before there is a database
        registry.follow(registry.Installation())
        click.echo(f"Who was switched off on the page of plugins is not known: {error}", err=True)
    told = [
        {
            "name": one.name,
            "package": one.found.package,
            "version": one.found.version,
            "state": one.state.value,
            "why": one.why,
            "brings": {hook: len(several) for hook, several in one.brought.items()},
        }
        for one in registry.plugins()
    ]
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    for one in registry.plugins():
        sign = {State.READY: "✔", State.OFF: "–", State.BROKEN: "✘"}[one.state]
        click.echo(f"{sign} {one.state.value:6}  {one.name} ({one.found.package} {one.found.version})")
        for hook, several in one.brought.items():
            click.echo(f"          {specs.HOOKS[hook][1]}: {len(several)}")
        if one.why:
            click.echo(f"          {one.why}")
    if not told:
        click.echo("No plugin is installed.")
