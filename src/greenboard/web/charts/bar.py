"""The stacked bar of a cell: passed, failed, undecided; and the bar of a distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import Attribute, element, ornament, percent


@dataclass(frozen=True)
class Share:
    """One part of a bar: its class says its colour, `hatched` its texture."""

    kind: str
    count: int
    hatched: bool = False


def bar(shares: Sequence[Share], *, height: int = 8) -> SafeString:
    """A bar of parts as wide as their counts. Silent: the link around it says the numbers in words."""
    total = sum(share.count for share in shares)
    parts = []
    start = 0.0
    for share in shares:
        if not share.count:
            continue
        size = share.count / total
        box: dict[str, Attribute] = {"x": percent(start), "y": 0, "width": percent(size), "height": height}
        parts.append(element("rect", {**box, "class": f"is-{share.kind}"}))
        if share.hatched:
            parts.append(element("rect", {**box, "fill": "url(#hatch)"}))
        if start:
            parts.append(element("rect", {"x": percent(start), "y": 0, "width": 1, "height": height, "class": "gap"}))
        start += size
    kind = "bar" if parts else "bar empty"
    return ornament({"class": kind, "width": "100%", "height": height}, *parts)


@lru_cache(maxsize=8_000)  # a board has hundreds of them, and shows the same ones again and again
def outcome_bar(passed: int, failed: int, undecided: int, *, height: int = 8) -> SafeString:
    """The bar of a cell; what could not be decided is hatched."""
    shares = (Share("pass", passed), Share("fail", failed), Share("no_data", undecided, hatched=True))
    return bar(shares, height=height)
