"""Decide exemptions of a server."""

from __future__ import annotations

import click


@click.command("decide", short_help=__doc__)
@click.argument("decision", type=click.Choice(["approve", "deny", "revoke"]))
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1), metavar="NUMBER...")
@click.option("--reason", required=True, help="Why.")
@click.option("--url", metavar="URL", help="Of the server; else GREENBOARD_URL.")
@click.option("--key", help="Idempotency key: the same one again decides once. Default: a new one.")
def command(*, decision: str, numbers: tuple[int, ...], reason: str, url: str | None, key: str | None) -> None:
    """Approve, deny or revoke exemptions by their numbers, all or none of them; never what one asked for oneself.

    Whoever comes second is told who was first. Exit codes: 0 decided, 1 the server does not answer, 2 refused.
    """
    from greenboard.cli.remote.sending import headers, send, server

    body = {"decision": decision, "reason": reason, "exemptions": [{"id": one} for one in dict.fromkeys(numbers)]}
    told = send(f"{server(url)}/api/v1/exemptions/decide", headers(key), json=body)
    click.echo(f"{told['decided']} decided: {decision}")
