"""Reports of Lighthouse: the score of its accessibility category, and how fast the page is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import (
    Accessibility,
    BadReport,
    Format,
    Report,
    Told,
    moment,
    number,
    read_object,
)

_AUDITS = (
    ("largest_paint_ms", "largest-contentful-paint"),
    ("blocking_ms", "total-blocking-time"),
    ("layout_shift", "cumulative-layout-shift"),
)


def lighthouse(raw: bytes, path: str) -> list[Report]:
    """What a report says of each of the two categories that it has."""
    data = read_object(raw, path)
    if data.get("runtimeError"):
        raise BadReport("the page was not measured, as the report says", place=Place(path))
    at = moment(data.get("fetchTime"))
    found: list[Report] = []
    accessible, fast = (_score(data, name) for name in ("accessibility", "performance"))
    if accessible is not None:
        found.append(Accessibility("lighthouse", None, None, accessible, at))
    url = data.get("finalDisplayedUrl") or data.get("finalUrl") or data.get("requestedUrl")
    if fast is not None and isinstance(url, str):
        stated = {"score": fast, **{name: _numeric(data, audit) for name, audit in _AUDITS}}
        value = {"url": url, "tool": "lighthouse", **{name: part for name, part in stated.items() if part is not None}}
        found.append(Told("page_speed", [value], "lighthouse", "url", at))
    if not found:
        expected = "categories.accessibility.score or categories.performance.score"
        raise BadReport("no score", place=Place(path, 1, 1), expected=expected)
    return found


def _score(data: Mapping[str, Any], name: str) -> float | None:
    score = number(_part(_part(data.get("categories")).get(name)).get("score"))
    return round(score * 100, 2) if score is not None and score <= 1 else None


def _numeric(data: Mapping[str, Any], audit: str) -> float | None:
    return number(_part(_part(data.get("audits")).get(audit)).get("numericValue"))


def _part(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}


FORMAT = Format(
    "lighthouse",
    "Lighthouse (JSON)",
    "https://github.com/GoogleChrome/lighthouse/blob/main/docs/understanding-results.md",
    ("accessibility", "page_speed"),
    re.compile(rb"\"lighthouseVersion\"\s*:"),
    lighthouse,
    names=re.compile(r".*(lighthouse|lhr|lhci).*\.json|lhr-\d+\.json", re.IGNORECASE),
)
