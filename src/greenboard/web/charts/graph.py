"""The neighbourhood of an entity: who depends on it at the left, what it needs at the right.

A layered layout of our own, for up to 60 boxes: layers by distance, order within a layer by the
mean place of the neighbours, two sweeps to and fro.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

from greenboard.web.charts.glyph import rungs
from greenboard.web.charts.svg import Attribute, drawing, element, words

BOX_WIDTH, BOX_HEIGHT, GAP_ACROSS, GAP_DOWN, MARGIN = 176, 44, 48, 12, 4
MOST = 60


@dataclass(frozen=True)
class Box:
    """An entity in the picture. `layer` is 0 for the one in the middle, negative for its dependants."""

    key: str
    layer: int
    name: str
    note: str
    url: str
    rank: int
    levels: int
    level: str
    warning: str = ""


@dataclass(frozen=True)
class Edge:
    """From the one that depends to the one it needs; `kind` is its class."""

    source: str
    target: str
    label: str
    kind: str = "depends-on"


def neighbourhood(boxes: Sequence[Box], edges: Sequence[Edge], *, title: str) -> SafeString:
    """Draw the boxes and what joins them. Boxes are links."""
    layers = _layers(boxes, edges)
    rows = max(len(layer) for layer in layers)
    width = MARGIN * 2 + len(layers) * BOX_WIDTH + (len(layers) - 1) * GAP_ACROSS
    height = MARGIN * 2 + rows * (BOX_HEIGHT + GAP_DOWN) - GAP_DOWN
    corners = {
        box.key: (
            MARGIN + column * (BOX_WIDTH + GAP_ACROSS),
            MARGIN + (rows - len(layer)) * (BOX_HEIGHT + GAP_DOWN) / 2 + row * (BOX_HEIGHT + GAP_DOWN),
        )
        for column, layer in enumerate(layers)
        for row, box in enumerate(layer)
    }
    lines = [_curve(edge, corners) for edge in edges if edge.source in corners and edge.target in corners]
    drawn = [_box(box, corners[box.key]) for layer in layers for box in layer]
    frame: dict[str, Attribute] = {
        "class": "graph",
        "viewBox": f"0 0 {width} {height:.0f}",
        "width": width,
        "height": f"{height:.0f}",
    }
    said = "; ".join(edge.label for edge in edges) or "No relations are declared."
    # A group rather than an image: its boxes are links, and an image would hide them from a screen reader.
    return drawing({**frame, "role": "group"}, title, said, *lines, *drawn)


def _layers(boxes: Sequence[Box], edges: Sequence[Edge]) -> list[list[Box]]:
    numbers = sorted({box.layer for box in boxes})
    layers = [sorted((box for box in boxes if box.layer == number), key=lambda box: box.name) for number in numbers]
    joined: dict[str, list[str]] = {box.key: [] for box in boxes}
    for edge in edges:
        if edge.source in joined and edge.target in joined:
            joined[edge.source].append(edge.target)
            joined[edge.target].append(edge.source)
    forth = range(1, len(layers))
    back = range(len(layers) - 2, -1, -1)
    for order, step in ((forth, -1), (back, 1), (forth, -1), (back, 1)):
        for index in order:
            _settle(layers[index], layers[index + step], joined)
    return layers


def _settle(layer: list[Box], beside: Sequence[Box], joined: Mapping[str, Sequence[str]]) -> None:
    places = {box.key: index for index, box in enumerate(beside)}

    def mean(box: Box) -> float:
        found = [places[key] for key in joined[box.key] if key in places]
        return sum(found) / len(found) if found else len(places) / 2

    layer.sort(key=mean)


def _curve(edge: Edge, corners: Mapping[str, tuple[float, float]]) -> str:
    (left, top), (right, low) = corners[edge.source], corners[edge.target]
    start, end = top + BOX_HEIGHT / 2, low + BOX_HEIGHT / 2
    if left == right:  # within one layer: a bow at the side
        side = left + BOX_WIDTH
        path = f"M{side} {start:.1f}C{side + 40} {start:.1f} {side + 40} {end:.1f} {side + 4} {end:.1f}"
    elif left < right:
        out, into = left + BOX_WIDTH, right - 3
        middle = (out + into) / 2
        path = f"M{out} {start:.1f}C{middle:.1f} {start:.1f} {middle:.1f} {end:.1f} {into} {end:.1f}"
    else:
        out, into = left, right + BOX_WIDTH + 3
        middle = (out + into) / 2
        path = f"M{out} {start:.1f}C{middle:.1f} {start:.1f} {middle:.1f} {end:.1f} {into} {end:.1f}"
    return element("path", {"d": path, "class": f"edge {edge.kind}", "marker-end": "url(#arrow)", "fill": "none"})


def _box(box: Box, corner: tuple[float, float]) -> str:
    left, top = corner
    kind = "node here" if box.layer == 0 else "node"
    frame: dict[str, Attribute] = {
        "x": left,
        "y": top,
        "width": BOX_WIDTH,
        "height": BOX_HEIGHT,
        "rx": 6,
        "class": kind,
    }
    sign = rungs(box.rank, box.levels).replace("<svg ", f'<svg x="{left + 10}" y="{top + 8:.1f}" ', 1)
    across = left + 10 + (box.levels * 5 + 6 if box.levels else 0)
    parts = [
        element("rect", frame),
        sign,
        words(_short(box.name, 17), x=across, y=top + 19, class_="name"),
        words(_short(box.note, 26), x=left + 10, y=top + 36, class_="note warn" if box.warning else "note"),
    ]
    said = f"{box.name}, {box.note}, {box.level}" + (f". {box.warning}" if box.warning else "")
    return element("a", {"href": box.url}, element("title", {}, escape(said)), *parts)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
