"""Rule quality: rules with their flaws, and how long fixes take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from greenboard.reports.each.rule_quality import FLAWS, RuleQuality
from greenboard.web import links
from greenboard.web.charts.bar import Share, bar
from greenboard.web.reporting import drawing
from greenboard.web.reporting.drawing import Cell, grid, number
from greenboard.web.reporting.types import Drawn, Look


def context(look: Look) -> Mapping[str, Any]:
    """Every rule, those with flaws first."""
    found: RuleQuality = look.figures
    asked, card = look.asked, look.ground.scorecard
    rows = []
    for one in found.rules:
        failed = asked.to(links.RESULTS, *asked.filters, "scorecard", rule=one.rule.id, outcome="fail")
        rows.append(
            [
                drawing.of_rule(one.rule, card, asked),
                Cell("", tags=one.flaws),
                drawing.outcomes(one.passed, one.failed, one.undecided),
                drawing.failing(one.failed, failed),
                number(one.exempt),
                number(one.flapping),
                number(one.fixed),
                number(one.days),
            ]
        )
    heads = ("Rule", "What is odd", "Results", "Failing", "Exempt", "Flapping", "Fixed", "Median days to fix")
    facts = [(flaw.capitalize(), f"{found.flawed(flaw):,}") for flaw in FLAWS]
    days = "–" if found.days is None else f"{found.days:.1f}"
    note = "Flapping: entities that turned between pass and fail four times or more. Fixed: within the span."
    return {
        "facts": [("Median days to fix", days), *facts],
        "grids": [drawing.whole(grid("rules", "Rules", heads, rows, note), rows)],
    }


def preview(look: Look) -> SafeString | str:
    """How many rules have any flaw."""
    rules = look.figures.rules
    odd = sum(bool(one.flaws) for one in rules)
    return bar([Share("rung-3", len(rules) - odd), Share("rung-1", odd)], height=16)


DRAWN = Drawn("rule-quality", "report_drawn.html", context, preview)
