"""JMeter's results in CSV."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from greenboard.core.errors import Place
from greenboard.repository.reports.table import rows
from greenboard.repository.reports.types import BadReport, Format, Load


def jmeter(raw: bytes, path: str) -> Load:
    """JMeter's results as CSV with a header: time stamps in milliseconds, elapsed, success."""
    stamps, elapsed, errors = [], [], 0
    for at, row in rows(raw, path, {"timeStamp", "elapsed", "success"}):
        stamp, took = row["timeStamp"], row["elapsed"]
        if not (stamp and stamp.isdigit() and len(stamp) < 15 and took and took.isdigit() and len(took) < 12):
            raise BadReport("not a sample", place=Place(path, at, 1), expected="numbers for timeStamp and elapsed")
        stamps.append(int(stamp))
        elapsed.append(int(took))
        errors += row["success"] != "true"
    if not elapsed:
        raise BadReport("no samples", place=Place(path))
    per_second: dict[int, int] = {}
    for started in stamps:
        per_second[started // 1000] = per_second.get(started // 1000, 0) + 1
    ranked = sorted(elapsed)
    figures: dict[str, float | bool] = {
        "peak_rps": float(max(per_second.values())),
        "p95_ms": float(ranked[-(-95 * len(ranked) // 100) - 1]),
        "error_pct": 100 * errors / len(elapsed),
    }
    end = max(start + took for start, took in zip(stamps, elapsed, strict=True)) / 1000
    return Load("jmeter", figures, datetime.fromtimestamp(end, UTC) if end < 10**11 else None)


FORMAT = Format(
    "jmeter",
    "JMeter (results as CSV)",
    "https://jmeter.apache.org/usermanual/listeners.html#csvlogformat",
    ("load_test",),
    re.compile(rb"\AtimeStamp,elapsed,"),
    jmeter,
    names=re.compile(r".*\.jtl|.*(load[-_]?test|stress[-_]?test|soak|jmeter).*\.csv", re.IGNORECASE),
)
