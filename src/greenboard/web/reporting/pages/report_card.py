"""The report card: standing, trend, worst rules, best gain, beside the other teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from greenboard.reports.each.report_card import WORST, ReportCard, Team
from greenboard.web import links, selection, words
from greenboard.web.reporting import drawing
from greenboard.web.reporting.drawing import Cell, Grid, grid, number
from greenboard.web.reporting.types import Drawn, Look
from greenboard.web.standing import mix


def context(look: Look) -> Mapping[str, Any]:
    """Figures, and tables of rules and teams."""
    found: ReportCard = look.figures
    asked, card = look.asked, look.ground.scorecard
    listed = asked.to(links.CATALOG, *asked.filters, "scorecard")
    one = bool(asked.filters.get("team"))
    grids = [_worst(look, found), _gains(look, found)]
    teams = _teams(look, found)
    return {
        "facts": _facts(found),
        "figure": drawing.figure(card, found.trend),
        "mix": mix(card, found.standing.levels, listed, "&" if "?" in listed else "?", height=14),
        "grids": [*grids, teams] if one else [teams, *grids],
    }


def _facts(found: ReportCard) -> list[tuple[str, str]]:
    facts = [
        ("Score", words.score(found.standing.score)),
        ("Without exemptions", words.score(found.bare)),
        ("Median of all teams", words.score(found.median)),
    ]
    if found.place:
        facts.append(("Place among teams", f"{found.place} of {len(found.teams)}"))
    if found.hole:
        facts.append(("Ownership", str(found.hole).capitalize()))
    return [*facts, ("Without an owner, in sight", f"{found.ownerless:,}")]


def _worst(look: Look, found: ReportCard) -> Grid:
    asked, card = look.asked, look.ground.scorecard
    rows = []
    for one in found.worst[:WORST]:
        behind = asked.to(links.RESULTS, *asked.filters, "scorecard", rule=one.rule.id, outcome="fail")
        rate = number(one.rate, 0)
        rows.append(
            [drawing.of_rule(one.rule, card, asked), drawing.failing(one.failed, behind), rate, number(one.company, 0)]
        )
    heads = ("Rule", "Failing", "Passing %", "Company %")
    return grid("worst", "Rules that fail most", heads, rows, empty="Nothing fails.")


def _gains(look: Look, found: ReportCard) -> Grid:
    asked, card = look.asked, look.ground.scorecard
    lifting = [one for one in found.gains if one.entities][:WORST]
    most = max((one.entities for one in lifting), default=0)
    rows = [
        [
            drawing.of_rule(one.rule, card, asked),
            Cell(words.count(one.entities, "entity", "entities"), picture=drawing.share(one.entities, most)),
            number(one.entities),
            number(one.points),
        ]
        for one in lifting
    ]
    note = "Entities that this rule alone keeps from their next level."
    return grid(
        "gains", "Best gain", ("Rule", "", "Entities", "Points"), rows, note, empty="No single rule lifts anybody."
    )


def _teams(look: Look, found: ReportCard) -> Grid:
    rows = [_team(look, one) for one in found.teams]
    heads = ("Team", "Entities", "Levels", "Score", "Without exemptions")
    return grid("teams", "Teams", heads, rows, "Best first. Choose one for its card.")


def _team(look: Look, one: Team) -> list[Cell]:
    asked, card = look.asked, look.ground.scorecard
    listed = asked.to(links.CATALOG, "scorecard", team=one.name)
    spread = mix(card, one.standing.levels, listed, "&")
    return [
        Cell(selection.said("team", one.name), asked.here(team=one.name)),
        number(one.standing.entities, url=listed),
        Cell(spread.said, picture=spread.bar),
        number(one.standing.score, 0),
        number(one.bare, 0),
    ]


def preview(look: Look) -> SafeString | str:
    """The teams' scores would need words; the trend does not."""
    return drawing.spark(look.ground.scorecard, look.figures.trend)


DRAWN = Drawn("report-card", "report_drawn.html", context, preview)
