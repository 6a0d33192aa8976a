"""Two dates compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from greenboard.core.refs import Ref
from greenboard.reports.each.comparison import DIRECTIONS, Comparison, Moved
from greenboard.results.changes import BETTER, LOST, WORSE
from greenboard.web import causes, words
from greenboard.web.charts.bar import Share, bar
from greenboard.web.reporting import drawing
from greenboard.web.reporting.drawing import Cell, grid, number
from greenboard.web.reporting.types import Drawn, Look

_KIND = {DIRECTIONS[WORSE]: "fail", DIRECTIONS[LOST]: "no_data", DIRECTIONS[BETTER]: "pass"}


def context(look: Look) -> Mapping[str, Any]:
    """Why, which levels, who came and went."""
    found: Comparison = look.figures
    rows = [_why(one.kind, one.text, (one.worse, one.lost, one.better), one.entities) for one in found.whys]
    heads = ("Cause", "Kind", "Results", "Worse", "Lost data", "Better", "Entities")
    return {
        "facts": _facts(found),
        "grids": [
            _kinds(found),
            _levels(look, "lost", "Levels lost", [one for one in found.levels if not one.gained]),
            _levels(look, "gained", "Levels gained", [one for one in found.levels if one.gained]),
            grid("why", "Why results turned", heads, rows, "Facts of one source and type are one cause."),
            _ends(look, "came", "Came into the catalog", found.came),
            _ends(look, "went", "Went from the catalog", found.went),
        ],
    }


def _facts(found: Comparison) -> list[tuple[str, str]]:
    counts = _totals(found)
    return [
        ("Between", f"{words.day(found.since)} – {words.day(found.until)}"),
        ("Levels gained", f"{found.gained:,}"),
        ("Levels lost", f"{len(found.levels) - found.gained:,}"),
        *((f"Results {name}", f"{counts[name]:,}") for name in _KIND),
    ]


def _totals(found: Comparison) -> Counter[str]:
    counts = Counter[str]()
    for each in found.counts.values():
        counts += each
    return counts


def _kinds(found: Comparison) -> drawing.Grid:
    rows = []
    for kind, counts in found.counts.items():
        if counts.total():
            rows.append(_why(words.sentence(kind), "", _three(counts)))
    heads = ("Kind of cause", "", "Results", "Worse", "Lost data", "Better", "")
    return grid("kinds", "What turned, by kind of cause", heads, rows, empty="Nothing turned.")


def _three(counts: Counter[str]) -> tuple[int, int, int]:
    worse, lost, better = (counts[name] for name in _KIND)
    return worse, lost, better


def _why(kind: str, text: str, counts: tuple[int, int, int], entities: int | None = None) -> list[Cell]:
    worse, lost, better = counts
    shares = [Share("fail", worse), Share("no_data", lost, hatched=True), Share("pass", better)]
    said = f"{worse:,} worse, {lost:,} lost their data, {better:,} better"
    first, second = (text or kind, kind) if text else (kind, "")
    last = Cell("") if entities is None else number(entities)
    return [
        Cell(first),
        Cell(second),
        Cell(said, picture=bar(shares)),
        number(worse),
        number(lost),
        number(better),
        last,
    ]


def _levels(look: Look, name: str, title: str, moved: list[Moved]) -> drawing.Grid:
    card, asked = look.ground.scorecard, look.asked
    rows = [
        [
            drawing.of_entity(one.entity, asked),
            drawing.of_level(one.before, card),
            drawing.of_level(one.after, card),
            Cell(causes.said(one.cause)),
            Cell(words.day(one.at)),
        ]
        for one in moved
    ]
    return grid(name, title, ("Entity", "Before", "After", "Cause", "On"), rows, empty="None.")


def _ends(look: Look, name: str, title: str, refs: tuple[Ref, ...]) -> drawing.Grid:
    asked = look.asked
    rows = [[drawing.of_entity(ref, asked) if name == "came" else Cell(ref.short), Cell(ref.kind)] for ref in refs]
    return grid(name, title, ("Entity", "Kind"), rows, empty="None.")


def preview(look: Look) -> SafeString | str:
    """What turned: worse, lost, better."""
    counts = _totals(look.figures)
    return bar([Share(kind, counts[name], hatched=kind == "no_data") for name, kind in _KIND.items()], height=16)


DRAWN = Drawn("comparison", "report_drawn.html", context, preview)
