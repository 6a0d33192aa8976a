"""The way in when nothing else is: a new password for an account, from the machine itself."""

from __future__ import annotations

import click

from greenboard.core.errors import UserError


@click.group()
def command() -> None:
    """Accounts of people, for whoever runs the machine."""


@command.command()
@click.argument("name")
@click.option("--factors", is_flag=True, help="Also take code app, passkeys and recovery codes off the account.")
def reset(name: str, factors: bool) -> None:
    """Give an account a new random password, print it, and end its sessions."""
    from greenboard.project import running
    from greenboard.project.environment import Environment

    environment = Environment.read()
    running.prepare(environment.data_dir, sample=False)
    from greenboard.access.models import Person
    from greenboard.identity.passwords import renew

    person = Person.objects.filter(username=name).first()
    if person is None:
        raise UserError(f"there is no account {name!r}")
    click.echo(renew(person, factors=factors))
    if not environment.identity.local:
        click.echo("Local sign-in is switched off: it lets nobody in until `local` is true in identity.yaml.", err=True)
