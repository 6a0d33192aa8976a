"""A report of one's own: facts by their type, in the fields of the vocabulary.

`{"tool": "cost-report", "observed_at": "2026-11-22T10:00:00Z", "facts": {"coverage": {"line_pct": 81.5}}}`
"""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Format, Told, moment, read_object

_PARTS = frozenset({"tool", "observed_at", "facts"})


def custom(raw: bytes, path: str) -> list[Told]:
    """The facts as they stand; whether they fit their types is for the vocabulary to say."""
    data = read_object(raw, path)
    facts, tool, stated = data.get("facts"), data.get("tool", "custom"), data.get("observed_at")
    stranger = next((name for name in data if name not in _PARTS), None)
    if stranger is not None or not isinstance(facts, dict) or not isinstance(tool, str) or not tool.strip():
        got = repr(stranger)[:60] if stranger is not None else None
        raise BadReport(
            "not facts by their type", place=Place(path, 1, 1), expected="facts, tool, observed_at", got=got
        )
    at = moment(stated)
    if stated is not None and at is None:
        raise BadReport("observed_at is no moment", place=Place(path), expected="2026-11-22T10:00:00Z")
    for name, value in facts.items():
        if not isinstance(value, dict) and not (
            isinstance(value, list) and all(isinstance(one, dict) for one in value)
        ):
            raise BadReport(f"{name} is neither an object nor a list of them", place=Place(path))
    return [Told(name, value, tool.strip(), at=at) for name, value in facts.items()]


FORMAT = Format(
    "custom",
    "Facts of your own (JSON)",
    "docs/reports.md",
    (),
    re.compile(rb"\"facts\"\s*:\s*\{"),
    custom,
    rank=9,
)
