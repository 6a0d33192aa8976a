"""A small heat map without words, for where the real one is a click away."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import Attribute, element, ornament, percent


def squares(rows: Sequence[Sequence[str]], *, height: int = 10) -> SafeString:
    """A square for each class of each row."""
    parts = []
    for line, row in enumerate(rows):
        for at, kind in enumerate(row):
            box: dict[str, Attribute] = {
                "x": percent(at / len(row)),
                "y": line * height,
                "width": percent(0.9 / len(row)),
                "height": height - 1,
            }
            parts.append(element("rect", {**box, "class": kind}))
    return ornament({"class": "squares", "width": "100%", "height": max(1, len(rows) * height)}, *parts)
