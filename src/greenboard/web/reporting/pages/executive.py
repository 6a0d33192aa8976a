"""The executive summary on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from greenboard.reports.each.executive import Executive
from greenboard.web import links, words
from greenboard.web.charts.bar import Share, bar
from greenboard.web.reporting import drawing
from greenboard.web.reporting.drawing import Cell, grid, number
from greenboard.web.reporting.types import Drawn, Look
from greenboard.web.standing import mix


def context(look: Look) -> Mapping[str, Any]:
    """Figures, the trend, and tables of risk and debt."""
    found: Executive = look.figures
    asked, card = look.asked, look.ground.scorecard
    listed = asked.to(links.CATALOG, *asked.filters, "scorecard")
    return {
        "facts": _facts(found),
        "figure": drawing.figure(card, found.trend),
        "mix": mix(card, found.standing.levels, listed, "&" if "?" in listed else "?", height=14),
        "grids": [_risk(look, found), *map(drawing.of_part, found.parts), _debt(found)],
    }


def _facts(found: Executive) -> list[tuple[str, str]]:
    moved = found.moved
    return [
        ("Mean score", words.score(found.standing.score)),
        ("Moved over the span", "–" if moved is None else f"{moved:+.1f}".replace("-", "−")),
        ("Without exemptions", words.score(found.bare)),
        ("Critical entities", f"{found.critical:,}"),
        ("Exempt failures", f"{sum(count for _, count in found.debt):,}"),
    ]


def _risk(look: Look, found: Executive) -> drawing.Grid:
    asked = look.asked
    rows = []
    for one in sorted(found.risks, key=lambda risk: (risk.rate if risk.rate is not None else 101, risk.title)):
        behind = asked.to(links.RESULTS, *asked.filters, "scorecard", dimension=one.name)
        failed = asked.to(links.RESULTS, *asked.filters, "scorecard", dimension=one.name, outcome="fail")
        critical = asked.to(links.RESULTS, *asked.filters, "scorecard", dimension=one.name, outcome="fail", tier="0,1")
        rows.append(
            [
                Cell(one.title, behind),
                drawing.outcomes(one.passed, one.failed, one.undecided),
                number(one.rate, 0),
                drawing.failing(one.failed, failed),
                number(one.undecided),
                number(one.critical, url=critical),
            ]
        )
    heads = ("Dimension", "Results", "Passing %", "Failing", "Undecided", "Critical entities that fail any")
    return grid("risk", "Risk by dimension", heads, rows, "Worst first. Critical: tier 0 and 1.")


def _debt(found: Executive) -> drawing.Grid:
    most = max((count for _, count in found.debt), default=0)
    rows = [
        [Cell(age.capitalize()), Cell(f"{count:,}", picture=drawing.share(count, most, "rung-2")), number(count)]
        for age, count in found.debt
        if most
    ]
    note = "Failing results that are exempt, by how long they stand so."
    return grid("debt", "Exemption debt", ("Age", "", "Exempt failures"), rows, note, empty="No failure is exempt.")


def preview(look: Look) -> SafeString | str:
    """Risk, all dimensions as one bar each would be too much: passed, failed, undecided of everything."""
    risks = look.figures.risks
    shares = [Share("pass", sum(one.passed for one in risks)), Share("fail", sum(one.failed for one in risks))]
    return bar([*shares, Share("no_data", sum(one.undecided for one in risks), hatched=True)], height=16)


DRAWN = Drawn("executive-summary", "report_drawn.html", context, preview)
