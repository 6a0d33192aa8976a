"""Time as a picture: stacked areas of counts, and the step line of a level.

Horizontal places are percentages, so that a drawing stretches with the page and its text does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import Attribute, drawing, element, percent, words


@dataclass(frozen=True)
class Column:
    """How many were in each series at a moment."""

    at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Series:
    """A layer of the stack, lowest first; `kind` is its class."""

    key: str
    label: str
    kind: str
    hatched: bool = False


@dataclass(frozen=True)
class Step:
    """A stretch of time at one rank; `label` marks its beginning on the line, if it has one."""

    start: datetime
    end: datetime
    rank: int
    label: str = ""
    held: bool = False


def stacked(
    columns: Sequence[Column], series: Sequence[Series], *, title: str, description: str, height: int = 160
) -> SafeString:
    """Counts over time as a stack. Equal neighbours are drawn as one piece."""
    top = max((sum(column.counts.values()) for column in columns), default=0) or 1
    pieces: list[str] = []
    for share in (0.25, 0.5, 0.75):
        pieces.append(element("line", _line(0, height * share, 1, height * share, "grid")))
    base = [0] * len(columns)
    for layer in series:
        heights = [column.counts.get(layer.key, 0) for column in columns]
        pieces.extend(_layer(layer, base, heights, height / top, height))
        base = [low + more for low, more in zip(base, heights, strict=True)]
    return drawing({"class": "stack", "width": "100%", "height": height}, title, description, *pieces)


def _layer(layer: Series, base: Sequence[int], heights: Sequence[int], scale: float, height: int) -> list[str]:
    pieces = []
    start = 0
    count = len(heights)
    for index in range(1, count + 1):
        if index < count and (base[index], heights[index]) == (base[start], heights[start]):
            continue
        if heights[start]:
            tall = heights[start] * scale
            box: dict[str, Attribute] = {
                "x": percent(start / count),
                "y": height - base[start] * scale - tall,
                "width": percent((index - start) / count),
                "height": tall,
            }
            pieces.append(element("rect", {**box, "class": f"is-{layer.kind}", "shape-rendering": "crispEdges"}))
            if layer.hatched:
                pieces.append(element("rect", {**box, "fill": "url(#hatch)"}))
        start = index
    return pieces


def _line(left: float, top: float, right: float, bottom: float, kind: str) -> dict[str, str | float]:
    return {"x1": percent(left), "y1": top, "x2": percent(right), "y2": bottom, "class": kind}


def steps(spans: Sequence[Step], levels: Sequence[str], *, title: str, description: str) -> SafeString:
    """The level of one entity over time; `levels` names the ranks from 0 up."""
    gap, margin = 34, 16
    height = margin * 2 + gap * (len(levels) - 1)
    if not spans:
        return drawing({"class": "steps", "width": "100%", "height": height}, title, description)
    first, last = spans[0].start, spans[-1].end
    whole = (last - first).total_seconds() or 1.0

    def across(moment: datetime) -> float:
        return (moment - first).total_seconds() / whole

    def down(rank: int) -> float:
        return float(height - margin - gap * rank)

    pieces = [element("line", _line(0, down(rank), 1, down(rank), "grid")) for rank in range(len(levels))]
    pieces += [words(name, x=0, y=down(rank) - 5, class_="axis") for rank, name in enumerate(levels)]
    for before, span in zip((None, *spans), spans, strict=False):
        kind = "line held" if span.held else "line"
        if before is not None and before.rank != span.rank:
            rise = _line(across(span.start), down(before.rank), across(span.start), down(span.rank), "line")
            pieces.append(element("line", rise))
        pieces.append(
            element("line", _line(across(span.start), down(span.rank), across(span.end), down(span.rank), kind))
        )
    for span in spans:
        if span.label:
            pieces.append(_mark(across(span.start), down(span.rank), span.label))
    return drawing({"class": "steps", "width": "100%", "height": height}, title, description, *pieces)


def _mark(across: float, down: float, label: str) -> str:
    dot = element("circle", {"cx": percent(across), "cy": down, "r": 9, "class": "mark"})
    text = words(label, x=percent(across), y=down + 4, class_="mark-text", text_anchor="middle")
    return dot + text
