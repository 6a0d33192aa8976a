"""List the exemptions of a server."""

from __future__ import annotations

from typing import Any

import click

_STATES = ("requested", "approved", "denied", "revoked", "withdrawn", "expired")
_PAGE = 200


@click.command("list", short_help=__doc__)
@click.option("--url", metavar="URL", help="Of the server; else GREENBOARD_URL.")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="How far it is; all, if left out.")
@click.option("--owner", "owners", multiple=True, metavar="TEAM", help="Only those of what this team owns.")
@click.option("--rule", default="", metavar="ID", help="Only those from this rule.")
@click.option(
    "--ending", type=click.IntRange(0, 3650), metavar="DAYS", help="Approved ones that end within so many days."
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="How many at most.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, url: str | None, limit: int, form: str, **asked: Any) -> None:
    """Show the ledger, newest first. Exit codes: 0 shown, 1 the server does not answer, 2 bad input."""
    import json

    from greenboard.cli.remote.sending import get, server

    address = f"{server(url)}/api/v1/exemptions"
    wanted = {
        "state": list(asked["states"]),
        "owner": list(asked["owners"]),
        "rule": asked["rule"],
        "ending": asked["ending"],
    }
    params = {name: value for name, value in wanted.items() if value not in ("", None, [])}
    found: list[dict[str, Any]] = []
    cursor = ""
    while len(found) < limit:
        part = {**params, "limit": min(_PAGE, limit - len(found)), **({"cursor": cursor} if cursor else {})}
        told = get(address, part)
        found += told["exemptions"]
        cursor = told["next"]
        if not cursor:
            break
    if form == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(map(line, found)) or "There is none.")


def line(one: dict[str, Any]) -> str:
    """An exemption on one line: its number is what it is decided by."""
    within = one["environment"] or one["path"]
    reach = f", {within} only" if within else ""
    ends = f"until {one['ends'][:10]}" if one["ends"] else "without an end"
    by = f"asked by {one['requested_by']}" + (f", decided by {one['decided_by']}" if one["decided_by"] else "")
    return f"{one['id']:>6}  {one['state']:<9}  {one['entity']}  {one['rule']}  {one['category']}{reach}, {ends}, {by}"
