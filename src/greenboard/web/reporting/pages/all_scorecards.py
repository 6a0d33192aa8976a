"""All scorecards side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from greenboard.reports.each.all_scorecards import AllScorecards, Line, level
from greenboard.reports.groups import ENTITY
from greenboard.web import links, paging, selection, words
from greenboard.web.charts.bar import Share, bar
from greenboard.web.reporting.drawing import Cell, grid, number
from greenboard.web.reporting.types import Drawn, Look
from greenboard.web.standing import mix, rung

PAGE = 50


def context(look: Look) -> Mapping[str, Any]:
    """A row for each group or entity, two columns for each scorecard."""
    found: AllScorecards = look.figures
    page = paging.page(len(found.lines), PAGE, look.asked)
    heads = ["Entity" if found.by == ENTITY else words.sentence(found.by.removeprefix("property:")), "Entities"]
    for card in found.scorecards:
        heads += [card.title, f"Score: {card.title}"]
    rows = [_row(look, found, line) for line in found.lines[page.part]]
    facts = [
        (card.title, words.score(stood.score)) for card, stood in zip(found.scorecards, found.everything, strict=True)
    ]
    return {"facts": facts, "grids": [grid("scorecards", "Scorecards", [*heads, "Mean"], rows)], "page": page}


def _row(look: Look, found: AllScorecards, line: Line) -> list[Cell]:
    asked = look.asked
    said = line.home.short if found.by == ENTITY and line.home else selection.said(found.by, line.name)
    url = asked.to(links.entity(line.home)) if line.home else asked.here(group=line.name, by=found.by)
    cells = [
        Cell(said, url),
        number(line.entities, url=asked.here(group=line.name, by=found.by) if found.by != ENTITY else ""),
    ]
    for card, stood in zip(found.scorecards, line.standings, strict=True):
        if stood is None:
            cells += [Cell("Not asked"), Cell("–", number=True)]
        elif found.by == ENTITY:
            sign = rung(card, level(stood))
            cells += [Cell(sign.title, glyph=sign.glyph), number(stood.score, 0)]
        else:
            listed = asked.to(links.CATALOG, *asked.filters, scorecard=card.name)
            spread = mix(card, stood.levels, listed, "&")
            cells += [Cell(spread.said, picture=spread.bar), number(stood.score, 0)]
    return [*cells, number(line.score, 0)]


def preview(look: Look) -> SafeString | str:
    """The mean score of the default scorecard, of a hundred."""
    score = look.figures.everything[0].score if look.figures.everything else None
    return "" if score is None else bar([Share("rung-3", round(score)), Share("rung-0", 100 - round(score))], height=16)


DRAWN = Drawn("all-scorecards", "report_drawn.html", context, preview)
