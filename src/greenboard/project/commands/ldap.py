"""Bring accounts, teams and roles up to date with an LDAP directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from greenboard.core.errors import UserError

if TYPE_CHECKING:
    from greenboard.identity.directory.types import Plan


@click.group()
def command() -> None:
    """People and groups of the LDAP directory that identity.yaml names."""


@command.command()
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--force", is_flag=True, help="Also close more accounts than usually leave at once.")
def sync(dry_run: bool, force: bool) -> None:
    """Make the directory hold here: all of it, or nothing when it cannot be read whole."""
    from greenboard.core import clock
    from greenboard.project import running
    from greenboard.project.environment import Environment

    environment = Environment.read()
    model = environment.identity.ldap
    if model is None:
        raise UserError("no directory is configured", hint="Name one under `ldap` in the file of GREENBOARD_IDENTITY.")
    running.prepare(environment.data_dir, sample=False)
    from greenboard.identity.directory.syncing import sync as bring

    plan = bring(model, clock.now(), dry_run=dry_run, force=force)
    _tell(plan, dry_run=dry_run)


def _tell(plan: Plan, *, dry_run: bool) -> None:
    for one, reason in plan.skipped:
        click.echo(f"left out: {one.dn}: {reason}", err=True)
    if dry_run:
        for one in plan.made:
            click.echo(f"would make   {one.username}")
        for account, other in plan.linked:
            click.echo(f"would link   {account.username} to {other.dn}")
        for account, other in plan.changed:
            click.echo(f"would change {account.username}: {other.username} {other.email}")
        for account in plan.reopened:
            click.echo(f"would open   {account.username}")
        for account in plan.closed:
            click.echo(f"would close  {account.username}")
    counts = (("made", plan.made), ("linked", plan.linked), ("changed", plan.changed))
    more = (("opened", plan.reopened), ("closed", plan.closed), ("left out", plan.skipped))
    said = ", ".join(f"{len(several)} {word}" for word, several in (*counts, *more))
    click.echo(f"{'Nothing was changed; it would be' if dry_run else 'Accounts'}: {said}.")
