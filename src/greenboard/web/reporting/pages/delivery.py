"""Delivery and incidents beside readiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString

from greenboard.reports.each.delivery import Delivery, Line
from greenboard.web import selection
from greenboard.web.charts.bar import Share, bar
from greenboard.web.reporting import drawing
from greenboard.web.reporting.drawing import Cell, grid, number
from greenboard.web.reporting.types import Drawn, Look

_HEADS = (
    "Entities",
    "Known of",
    "",
    "Incidents in 30 d",
    "Severe in 90 d",
    "Hours to restore",
    "Deploys in 30 d",
    "Failed %",
    "Hours to deploy",
    "Hours to review",
)
NOTE = "Counts are means for each entity that they are known of, hours are medians. A dash is unknown, not zero."


def context(look: Look) -> Mapping[str, Any]:
    """The same figures by level and by team."""
    found: Delivery = look.figures
    card, asked = look.ground.scorecard, look.asked
    levels = [[drawing.of_level(line.name, card), *cells] for line, cells in _lines(found.levels)]
    teams = [
        [Cell(selection.said("team", line.name), asked.here(team=line.name)), *cells]
        for line, cells in _lines(found.teams)
    ]
    return {
        "facts": [
            ("Entities", f"{found.entities:,}"),
            ("Incidents known of", f"{found.told:,}"),
        ],
        "grids": [
            grid("levels", "By level: do ready services have fewer incidents?", ("Level", *_HEADS), levels, NOTE),
            grid("teams", "By team", ("Team", *_HEADS), teams, NOTE),
        ],
    }


def _lines(lines: Sequence[Line]) -> list[tuple[Line, list[Cell]]]:
    most = max((line.incidents for line in lines if line.incidents is not None), default=0.0)
    return [(line, _cells(line, most)) for line in lines]


def _cells(line: Line, most: float) -> list[Cell]:
    said = "" if line.incidents is None else f"{line.incidents:.2f} incidents each"
    return [
        number(line.entities),
        number(line.told),
        Cell(said, picture=drawing.share(line.incidents, most, "fail")),
        number(line.incidents, 2),
        number(line.severe, 2),
        number(line.restore),
        number(line.deploys),
        number(line.failed_changes),
        number(line.lead_time),
        number(line.review),
    ]


def preview(look: Look) -> SafeString | str:
    """For how many entities incidents are known of."""
    found: Delivery = look.figures
    return bar([Share("rung-3", found.told), Share("no_data", found.entities - found.told, hatched=True)], height=16)


DRAWN = Drawn("delivery-and-incidents", "report_drawn.html", context, preview)
