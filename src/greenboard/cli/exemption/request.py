"""Ask a server for an exemption."""

from __future__ import annotations

import click


@click.command("request", short_help=__doc__)
@click.argument("entity", metavar="ENTITY")
@click.argument("rule", metavar="RULE")
@click.option("--reason", required=True, help="Why the rule cannot be met by then; at least ten characters.")
@click.option("--until", metavar="DAY", help="Its last day, in UTC; only who may do without leaves it out.")
@click.option("--from", "starts", metavar="DAY", help="Its first day; as soon as it is approved, if left out.")
@click.option("--control", default="", help="What stands against the risk: it is mitigated then, and waived without.")
@click.option("--environment", default="", metavar="NAME", help="Only this environment.")
@click.option("--path", default="", metavar="PATH", help="Only this path and below.")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME")
@click.option("--url", metavar="URL", help="Of the server; else GREENBOARD_URL.")
@click.option("--key", help="Idempotency key: the same one again asks once. Default: a new one.")
def command(
    *, entity: str, rule: str, until: str | None, starts: str | None, url: str | None, key: str | None, **said: str
) -> None:
    """Ask that ENTITY be exempt from RULE; somebody else decides it.

    Exit codes: 0 it was asked for, 1 the server does not answer, 2 refused.
    """
    from greenboard.cli.exemption.list import line
    from greenboard.cli.remote.sending import headers, send, server
    from greenboard.core.refs import Ref

    body = {
        "entity": str(Ref.parse(entity, kind="service")),
        "rule": rule,
        "category": "mitigated" if said["control"].strip() else "waived",
        "ends": until,
        "starts": starts,
        **said,
    }
    made = send(f"{server(url)}/api/v1/exemptions", headers(key), json=body)
    click.echo(line(made))
