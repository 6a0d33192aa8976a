"""Try the rules of a scorecard on their examples."""

from __future__ import annotations

import click


@click.command("test")
@click.option("--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE")
@click.option("--all", "everything", is_flag=True, help="Show the examples that hold, too.")
def command(*, scorecard: str, everything: bool) -> int:
    """Try every rule of a scorecard on its examples. Exit 1 when one does not come to what it says."""
    import sys

    from greenboard.cli.report.examples import render
    from greenboard.facts import vocabulary
    from greenboard.results.examples import attempt
    from greenboard.scorecards import definition

    words = vocabulary.load()
    card = definition.find(scorecard, words)
    tried = attempt(card, card.rules, words, definition.ladders())
    sys.stdout.buffer.write(render(tried, everything=everything).encode())
    sys.stdout.buffer.flush()
    return 0 if all(one.holds for one in tried) else 1
