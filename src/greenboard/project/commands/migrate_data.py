"""Move this installation into another database, and prove that nothing was lost."""

from __future__ import annotations

import click


@click.command()
@click.option("--to", "url", required=True, metavar="URL", envvar="GREENBOARD_TARGET_URL", help="Address of the other.")
@click.option("--replace", is_flag=True, help="Lose what is in the other database now.")
def command(url: str, replace: bool) -> None:
    """Copy everything from the database of this installation into the one at URL, in one transaction.

    Both are counted and digested, table by table, and compared. Stop web and workers first; set
    GREENBOARD_DATABASE_URL to the new address afterwards. People sign in again. The address may
    stand in GREENBOARD_TARGET_URL, so that its password is in no list of processes.
    """
    from greenboard.project import setup
    from greenboard.project.environment import Environment

    setup.django()
    setup.reach()
    from greenboard.project.portable import moving

    data_dir = Environment.read().data_dir
    found = moving.move(url, data_dir, lambda line: click.echo(f"  {line}", err=True), replace=replace)
    width = max(len(name) for name in found)
    click.echo(f"{'table':{width}}  {'rows':>12}  the same in both, by SHA-256")
    for name, content in found.items():
        click.echo(f"{name:{width}}  {content.rows:>12,}  {content.digest[:16]}")
    rows = sum(content.rows for content in found.values())
    click.echo(f"All {rows:,} rows are in the other database. Set GREENBOARD_DATABASE_URL to it.")
