"""The summary of k6 (`--summary-export` and `handleSummary`)."""

from __future__ import annotations

import re
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Format, Load, moment, number, read_object


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


FORMAT = Format(
    "k6",
    "k6 (summary as JSON)",
    "https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/",
    ("load_test",),
    re.compile(rb"\"(http_req_\w+|iteration_duration|vus_max|root_group|http_reqs|data_received)\"\s*:"),
    k6,
    names=re.compile(r".*(k6|load[-_]?test|stress[-_]?test|soak|summary).*\.json", re.IGNORECASE),
    rank=3,
)
