"""Answers in the shape of the backtest, for as long as the server has none: a rule that fails more in one stretch."""

import json
from datetime import date, timedelta

TOTAL, DAYS, UNKNOWN = 10_000, 90, 6
LAST = date(2026, 11, 16)


def backtest(page):
    """Answer a page's questions about the past."""
    page.route(
        "**/api/v1/rules/backtest", lambda route: route.fulfill(content_type="application/json", body=json.dumps(PAST))
    )


def entity(number, **more):
    name = f"service-{number:04}"
    place = {"ref": f"service:default/{name}", "name": name, "url": f"/entities/service/default/{name}"}
    return {**place, "team": "payments", "tier": number % 5, **more}


def days(level):
    for n in range(DAYS):
        day = (LAST - timedelta(days=DAYS - 1 - n)).isoformat()
        fail = 1_000 + level + (900 if 30 < n < 44 else 0) - 6 * n
        known = {"pass": TOTAL - fail - 900, "fail": fail, "no_data": 600}
        told = {"pass": 0, "fail": 0, "no_data": TOTAL - 300} if n < UNKNOWN else known
        yield {"day": day, **told, "error": 0, "not_applicable": 300}


PAST = {
    "ok": True,
    "errors": [],
    "ready": True,
    "days": list(days(900)),
    "before": {"days": list(days(0))},
    "flapping": [entity(n, turns=9 - n) for n in range(5)],
    "first_failed": [entity(n + 20, day=(LAST - timedelta(days=80 - n)).isoformat()) for n in range(42)],
    "milliseconds": 412.0,
}
