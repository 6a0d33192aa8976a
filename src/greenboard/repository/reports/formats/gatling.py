"""Gatling's statistics (`js/stats.json`, `js/global_stats.json`). Numbers may be written as texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Format, Load, number, read_object


def gatling(raw: bytes, path: str) -> Load:
    """All requests together. The third percentile is the 95th, unless gatling.conf says otherwise."""
    data = read_object(raw, path)
    stats = data.get("stats") if isinstance(data.get("stats"), dict) else data
    assert isinstance(stats, dict)
    total, failed = _figure(stats, "numberOfRequests"), _figure(stats, "numberOfRequests", "ko")
    if total is None:
        raise BadReport("not statistics of Gatling", place=Place(path, 1, 1), expected="numberOfRequests.total")
    figures: dict[str, float | bool] = {}
    for name, key in (("mean_rps", "meanNumberOfRequestsPerSecond"), ("p95_ms", "percentiles3")):
        value = _figure(stats, key)
        if value is not None:
            figures[name] = value
    if total and failed is not None and failed <= total:
        figures["error_pct"] = 100 * failed / total
    return Load("gatling", figures)


def _figure(stats: Mapping[str, Any], key: str, part: str = "total") -> float | None:
    found = stats.get(key)
    value = found.get(part) if isinstance(found, dict) else None
    if isinstance(value, str):
        plain = value.strip().replace(",", "")
        value = float(plain) if re.fullmatch(r"\d{1,15}(\.\d{1,6})?", plain) else None
    return number(value)


FORMAT = Format(
    "gatling",
    "Gatling (stats.json)",
    "https://docs.gatling.io/reference/stats/reports/oss/",
    ("load_test",),
    re.compile(rb"\"numberOfRequests\"\s*:\s*\{\s*\"total\""),
    gatling,
    names=re.compile(r"(global_)?stats\.json|.*gatling.*\.json", re.IGNORECASE),
)
