"""The summary of Istanbul, as Jest, Vitest and nyc write it."""

from __future__ import annotations

import re

from greenboard.repository.reports.counted import pair, sane
from greenboard.repository.reports.types import Coverage, Format, read_object, whole


def istanbul(raw: bytes, path: str) -> Coverage:
    """The summary of Istanbul (`coverage-summary.json`, as Jest, Vitest and nyc write it)."""
    data = read_object(raw, path)
    total = data.get("total")
    pairs = {}
    for name in ("lines", "branches"):
        part = total.get(name) if isinstance(total, dict) else None
        part = part if isinstance(part, dict) else {}
        pairs[name] = sane(pair(whole(part.get("covered")), whole(part.get("total")), path), path)
    return Coverage("istanbul", pairs["lines"], pairs["branches"], None, frozenset(data) - {"total"})


FORMAT = Format(
    "istanbul",
    "Istanbul (coverage-summary.json)",
    "https://istanbul.js.org/docs/advanced/alternative-reporters/#json-summary",
    ("coverage",),
    re.compile(rb"^\s*\{\s*\"total\"\s*:\s*\{\s*\"lines\"\s*:"),
    istanbul,
    names=re.compile(r".*coverage.*\.json", re.IGNORECASE),
)
