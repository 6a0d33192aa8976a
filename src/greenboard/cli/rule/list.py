"""List the rules of a scorecard."""

from __future__ import annotations

import click


@click.command("list")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(*, scorecard: str, form: str) -> None:
    """List rules with id, item, level, expression and what they read."""
    import json
    import sys

    from greenboard.facts import vocabulary
    from greenboard.scorecards import definition

    card = definition.find(scorecard, vocabulary.load())
    rows = [
        {
            "id": rule.id,
            "item": rule.item,
            "level": rule.level,
            "dimension": rule.dimension,
            "title": rule.title,
            "expression": rule.program.source,
            "when": rule.when.source if rule.when else None,
            "reads": list(rule.inputs),
        }
        for rule in card.rules
    ]
    if form == "json":
        text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    else:
        wide = max((len(rule.id) for rule in card.rules), default=2)
        lines = [f"{'id':<{wide}}  {'item':<6}  {'level':<8}  title"]
        lines += [f"{rule.id:<{wide}}  {rule.item:<6}  {rule.level:<8}  {rule.title}" for rule in card.rules]
        text = "\n".join(lines) + "\n"
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
