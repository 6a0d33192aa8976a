"""OpenSSF Scorecard's result in JSON. A check that came to no verdict has the score -1, and here none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Format, Told, moment, number, read_object

_LONGEST = 500


def scorecard(raw: bytes, path: str) -> Told:
    """Every check as a practice, and the score of all together as `overall`."""
    data = read_object(raw, path)
    checks = data.get("checks")
    if not isinstance(checks, list) or not isinstance(data.get("scorecard"), dict):
        raise BadReport("not a result of Scorecard", place=Place(path, 1, 1), expected="scorecard and checks")
    at = moment(data.get("date"))
    practices = {item["name"]: item for item in _practices(data, checks, path)}
    items = [{**item, "tool": "scorecard", **({"measured_at": at} if at else {})} for item in practices.values()]
    return Told("security_practice", items, "scorecard", "name", at)


def _practices(data: Mapping[str, Any], checks: list[Any], path: str) -> Iterator[dict[str, Any]]:
    yield {"name": "overall", **_score(data)}
    for check in checks:
        if not isinstance(check, dict) or not isinstance(check.get("name"), str):
            raise BadReport("a check without a name", place=Place(path))
        reason = check.get("reason")
        said = {"reason": reason[:_LONGEST]} if isinstance(reason, str) and reason else {}
        yield {"name": check["name"], **_score(check), **said}


def _score(part: Mapping[str, Any]) -> dict[str, float]:
    score = number(part.get("score"))
    return {"score": score} if score is not None and score <= 10 else {}


FORMAT = Format(
    "scorecard",
    "OpenSSF Scorecard (JSON)",
    "https://github.com/ossf/scorecard/blob/main/pkg/scorecard/schema.v2.json",
    ("security_practice",),
    re.compile(rb"\"scorecard\"\s*:\s*\{\s*\"(version|commit)\""),
    scorecard,
    names=re.compile(r".*scorecard.*\.json", re.IGNORECASE),
)
