"""How old something is, on a scale that has room for minutes and for years: the median, the oldest, and what counts."""

from __future__ import annotations

import math
from datetime import timedelta

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import element, ornament, percent

_SHORTEST = 60.0


def ages(median: timedelta, oldest: timedelta, most: timedelta | None, *, span: timedelta) -> SafeString:
    """A dot at the median, a line to the oldest, a tick where facts stop to count. `span` is the whole width.

    Silent: the numbers stand beside it.
    """
    parts = [element("line", {"x1": "0", "x2": "100%", "y1": 6, "y2": 6, "class": "axis"})]
    ends = {"x1": percent(_at(median, span)), "x2": percent(_at(oldest, span)), "y1": 6, "y2": 6}
    parts.append(element("line", {**ends, "class": "reach"}))
    if most is not None and most <= span:
        at = percent(_at(most, span))
        parts.append(element("line", {"x1": at, "x2": at, "y1": 0, "y2": 12, "class": "limit"}))
    late = most is not None and median > most
    parts.append(
        element("circle", {"cx": percent(_at(median, span)), "cy": 6, "r": 3, "class": "late" if late else "dot"})
    )
    return ornament({"class": "ages", "width": "100%", "height": 12}, *parts)


def _at(age: timedelta, span: timedelta) -> float:
    """Where an age is between 0 and 1, by its logarithm."""
    whole = math.log(max(span.total_seconds() / _SHORTEST, 2.0))
    return min(1.0, max(0.0, math.log(max(age.total_seconds() / _SHORTEST, 1.0)) / whole))
