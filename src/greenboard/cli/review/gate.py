"""Ask a server whether a signed review lets an entity go."""

from __future__ import annotations

import click

CLOSED = 1


@click.command("gate", short_help=__doc__)
@click.argument("entity", metavar="ENTITY")
@click.option("--url", metavar="URL", help="Of the server; else GREENBOARD_URL.")
@click.option("--template", default="", metavar="NAME", help="Only a review by this template counts.")
@click.option("--stage", default="", metavar="NAME", help="Only one of this stage counts.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, entity: str, url: str | None, template: str, stage: str, form: str) -> int:
    """Stop a pipeline unless a review of the entity is signed, was a go, and still stands.

    The token is read from GREENBOARD_TOKEN. Exit codes: 0 it may go, 1 it may not or the server does not answer,
    2 bad input.
    """
    import json

    from greenboard.cli.remote import gate
    from greenboard.cli.remote.sending import server
    from greenboard.core.refs import Ref

    ref = Ref.parse(entity, kind="service")
    told = gate.ask(server(url), ref, template=template, stage=stage)
    if form == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(gate.lines(ref, told)))
    return 0 if told["open"] else CLOSED
