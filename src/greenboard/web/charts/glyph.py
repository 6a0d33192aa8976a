"""Small signs beside words: how far up its ladder an entity stands."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import Attribute, element, ornament

_STEP, _WIDTH, _HEIGHT = 5, 4, 14


@lru_cache(maxsize=128)
def rungs(rank: int, count: int) -> SafeString:
    """Rising bars, one per level of the scorecard; the reached ones are filled."""
    lowest = 5
    bars = []
    for index in range(count):
        tall = lowest + round((_HEIGHT - lowest) * index / max(1, count - 1))
        reached = "on" if index < rank else "off"
        box: dict[str, Attribute] = {"x": index * _STEP, "y": _HEIGHT - tall, "width": _WIDTH, "height": tall, "rx": 1}
        bars.append(element("rect", {**box, "class": reached}))
    width = max(1, count * _STEP - 1)
    frame: dict[str, Attribute] = {
        "class": "rungs",
        "viewBox": f"0 0 {width} {_HEIGHT}",
        "width": width,
        "height": _HEIGHT,
    }
    return ornament(frame, *bars)
