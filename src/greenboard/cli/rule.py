"""List the rules of a scorecard, and try them on their examples."""

from __future__ import annotations

import click


@click.group("rule", short_help=__doc__)
def command() -> None:
    """Look at rules."""


@command.command("list")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def list_rules(*, scorecard: str, form: str) -> None:
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


@command.command("test")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE")
@click.option("--all", "everything", is_flag=True, help="Show the examples that hold, too.")
def test_rules(*, scorecard: str, everything: bool) -> int:
    """Try every rule of a scorecard on its examples. Exit 1 when one does not come to what it says."""
    import sys

    from greenboard.cli.report import examples
    from greenboard.facts import vocabulary
    from greenboard.scorecards import definition

    words = vocabulary.load()
    tried = examples.attempt(definition.find(scorecard, words), words)
    sys.stdout.buffer.write(examples.render(tried, everything=everything).encode())
    sys.stdout.buffer.flush()
    return 0 if all(one.holds for one in tried) else 1
