"""Locust's statistics in CSV."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.table import rows
from greenboard.repository.reports.types import BadReport, Format, Load, number


def locust(raw: bytes, path: str) -> Load:
    """Locust's `*_stats.csv`: the row of all requests together."""
    found = rows(raw, path, {"Name", "Request Count", "Failure Count"})
    row = next((row for _, row in found if row["Name"] == "Aggregated"), None)
    if row is None:
        raise BadReport("no row of all requests", place=Place(path), expected="Aggregated")
    figures: dict[str, float | bool] = {}
    for name, column in (("mean_rps", "Requests/s"), ("p95_ms", "95%")):
        value = _figure(row.get(column))
        if value is not None:
            figures[name] = value
    total, failed = _figure(row["Request Count"]), _figure(row["Failure Count"])
    if total and failed is not None and failed <= total:
        figures["error_pct"] = 100 * failed / total
    return Load("locust", figures)


def _figure(text: str | None) -> float | None:
    try:
        return number(float(text or ""))
    except ValueError:
        return None


FORMAT = Format(
    "locust",
    "Locust (*_stats.csv)",
    "https://docs.locust.io/en/stable/retrieving-stats.html",
    ("load_test",),
    re.compile(rb"\A\"?Type\"?,\"?Name\"?,\"?Request Count\"?"),
    locust,
    names=re.compile(r".*_stats\.csv", re.IGNORECASE),
)
