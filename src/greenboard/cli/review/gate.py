"""Ask a server whether a signed review lets an entity go."""

from __future__ import annotations

from typing import Any

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

    from greenboard.cli.remote.sending import server
    from greenboard.core.refs import Ref

    asked = {"entity": str(Ref.parse(entity, kind="service")), "template": template, "stage": stage}
    told = _get(f"{server(url)}/api/v1/reviews/gate", {name: value for name, value in asked.items() if value})
    if form == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        review = f" (review {told['review']})" if told["review"] else ""
        click.echo(f"{asked['entity']}: {'may go' if told['open'] else 'may not go'}{review}")
        for line in told["why"]:
            click.echo(f"  {line}")
    return 0 if told["open"] else CLOSED


def _get(url: str, asked: dict[str, str]) -> dict[str, Any]:
    import httpx2

    from greenboard.cli.remote.sending import TIMEOUT, Unreached, headers
    from greenboard.core.errors import UserError

    try:
        answer = httpx2.get(url, params=asked, headers=headers(None), timeout=TIMEOUT)
    except httpx2.HTTPError as error:
        raise Unreached(f"{url} does not answer: {error}") from None
    if answer.status_code >= 500:
        raise Unreached(f"the server answered {answer.status_code}")
    if answer.status_code != 200:
        raise UserError(f"the server refused: {answer.status_code} {answer.text[:300]}")
    found: dict[str, Any] = answer.json()
    return found
