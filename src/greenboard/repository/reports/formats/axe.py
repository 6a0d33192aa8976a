"""Results of axe-core."""

from __future__ import annotations

import re
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import Accessibility, BadReport, Format, moment, read_json


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


FORMAT = Format(
    "axe",
    "axe-core (JSON)",
    "https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#results-object",
    ("accessibility",),
    re.compile(rb"\"testEngine\"\s*:|\"violations\"\s*:\s*\["),
    axe,
    names=re.compile(r".*(axe|a11y|accessibility).*\.json", re.IGNORECASE),
    rank=2,
)
