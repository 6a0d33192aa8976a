"""Load tests: k6's summary (`--summary-export` and `handleSummary`), JMeter's results in CSV, Locust's statistics."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Load, decode, moment, number, read_object


def k6(raw: bytes, path: str) -> Load:
    """The summary of k6. `passed` is whether every threshold held, absent where there are none."""
    data = read_object(raw, path)
    metrics = data.get("metrics")
    if not isinstance(metrics, dict) or not any(
        name in metrics for name in ("http_reqs", "iterations", "iteration_duration")
    ):
        raise BadReport("not a summary of k6", place=Place(path, 1, 1), expected="metrics with http_reqs or iterations")
    held = [answer for metric in metrics.values() for answer in _thresholds(metric)]
    figures: dict[str, float | bool] = {}
    for name, metric, key, factor in (
        ("mean_rps", "http_reqs", "rate", 1.0),
        ("p95_ms", "http_req_duration", "p(95)", 1.0),
    ):
        value = number(_values(metrics.get(metric)).get(key))
        if value is not None:
            figures[name] = value * factor
    failed = _values(metrics.get("http_req_failed"))
    share = number(failed.get("rate", failed.get("value")))
    if share is not None and share <= 1:
        figures["error_pct"] = share * 100
    if held:
        figures["passed"] = all(held)
    state = data.get("state")
    at = moment(state.get("endTime")) if isinstance(state, dict) else None
    return Load("k6", figures, at)


def _values(metric: Any) -> dict[str, Any]:
    if not isinstance(metric, dict):
        return {}
    values = metric.get("values")
    return values if isinstance(values, dict) else metric


def _thresholds(metric: Any) -> list[bool]:
    """Whether each threshold held: `--summary-export` writes true for a crossed one, `handleSummary` `{ok: false}`."""
    listed = metric.get("thresholds") if isinstance(metric, dict) else None
    answers = []
    for value in listed.values() if isinstance(listed, dict) else ():
        if isinstance(value, bool):
            answers.append(not value)
        elif isinstance(value, dict) and isinstance(value.get("ok"), bool):
            answers.append(value["ok"])
    return answers


def jmeter(raw: bytes, path: str) -> Load:
    """JMeter's results as CSV with a header: time stamps in milliseconds, elapsed, success."""
    rows = _rows(raw, path, {"timeStamp", "elapsed", "success"})
    stamps, elapsed, errors = [], [], 0
    for at, row in enumerate(rows, 2):
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


def locust(raw: bytes, path: str) -> Load:
    """Locust's `*_stats.csv`: the row of all requests together."""
    rows = _rows(raw, path, {"Name", "Request Count", "Failure Count"})
    row = next((row for row in rows if row["Name"] == "Aggregated"), None)
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


def _rows(raw: bytes, path: str, needed: set[str]) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(decode(raw, path)), strict=True)
        missing = needed - set(reader.fieldnames or ())
        rows = list(reader)
    except csv.Error as error:
        raise BadReport(f"not whole CSV: {error}", place=Place(path)) from None
    if missing:
        raise BadReport("columns are missing", place=Place(path, 1, 1), expected=", ".join(sorted(missing)))
    for at, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise BadReport("a row that is cut off", place=Place(path, at, 1))
    return rows
