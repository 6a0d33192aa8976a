"""Accessibility: results of axe-core, and reports of Lighthouse."""

from __future__ import annotations

from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import Accessibility, BadReport, moment, number, read_json, read_object


def axe(raw: bytes, path: str) -> Accessibility:
    """One result of axe-core, or a list of them (one for each page). A violation counts once for each rule and page."""
    data = read_json(raw, path)
    pages = data if isinstance(data, list) else [data]
    if not pages:
        raise BadReport("no page was checked", place=Place(path, 1, 1))
    impacts: list[Any] = []
    dates = []
    for page in pages:
        violations = page.get("violations") if isinstance(page, dict) else None
        if not isinstance(violations, list) or not all(isinstance(part, dict) for part in violations):
            raise BadReport("not a result of axe", place=Place(path, 1, 1), expected="violations")
        impacts += [part.get("impact") for part in violations]
        dates.append(moment(page.get("timestamp")))
    known = [at for at in dates if at]
    if any(impact not in ("minor", "moderate", "serious", "critical") for impact in impacts):
        raise BadReport("a violation without an impact", place=Place(path))
    return Accessibility("axe", impacts.count("critical"), impacts.count("serious"), None, min(known, default=None))


def lighthouse(raw: bytes, path: str) -> Accessibility:
    """A report of Lighthouse: the score of its accessibility category."""
    data = read_object(raw, path)
    categories = data.get("categories")
    category = categories.get("accessibility") if isinstance(categories, dict) else None
    score = number(category.get("score")) if isinstance(category, dict) else None
    if score is None or score > 1 or data.get("runtimeError"):
        raise BadReport("no accessibility score", place=Place(path, 1, 1), expected="categories.accessibility.score")
    return Accessibility("lighthouse", None, None, score * 100, moment(data.get("fetchTime")))
