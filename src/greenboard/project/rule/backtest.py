"""See what a draft of a rule would have come to on each day of the past."""

from __future__ import annotations

import sys

import click

from greenboard.core.errors import UserError


@click.command("backtest", short_help=__doc__)
@click.option(
    "--scorecard", default="production-readiness", show_default=True, metavar="NAME", help="What the rule belongs to."
)
@click.option("--rule", required=True, metavar="ID", help="The rule; a new id adds one.")
@click.option("--expression", metavar="TEXT", help="What it shall ask; without it, what it asks now.")
@click.option("--days", type=int, default=90, show_default=True, help="How many days to look back, today included.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--limit", type=click.IntRange(0, 100_000), default=20, show_default=True, help="How many entities to name."
)
def command(*, scorecard: str, rule: str, expression: str | None, days: int, form: str, limit: int) -> None:
    """Hold a draft against the facts, the catalog and the clock of each day's end (UTC). Nothing is written.

    The database is the one in GREENBOARD_DATA_DIR. Exit codes: 0 shown, 2 bad input, 70 our own fault.
    """
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Environment.read().data_dir, sample=False)
    from greenboard.facts.store import vocabulary
    from greenboard.results import past
    from greenboard.scorecards import draft, store

    words = vocabulary()
    card = store.standard(scorecard, words)
    if expression is None:
        asked = store.rule(card, rule)
    else:
        asked = draft.compiled(card, draft.complete(card, {"expression": expression}, rule), words)
    found = past.backtest(card, asked, days)
    if not found.course.entities:
        raise UserError("the board knows no entity", hint="Read some in first: `greenboard collect PATH...`.")
    if form == "json":
        import json

        from greenboard.api.backtest import shown

        text = json.dumps(shown(found, limit), indent=2, ensure_ascii=False) + "\n"
    else:
        from greenboard.project.rule._course import table

        text = table(found, limit)
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
