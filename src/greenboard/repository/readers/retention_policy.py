"""Retention policies in prose. Only what was found is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.repository.documents import documents
from greenboard.repository.types import Found, Missed, Reader, Scope

_NAMES = re.compile(r"(data|log|logs|backup|record|records)[-_ ]?retention|retention[-_ ]?(policy|policies|schedule)")
_HEADINGS = re.compile(r"\b(data|log|logs|backup|records?) retention\b|\bretention (policy|policies|schedule)\b")
_KEPT = re.compile(
    r"\b(?:kept|keep|retain\w*|stored|deleted after|purged after|retention(?: period)?(?: of| is|:)?)\b"
    r"[^.\n]{0,40}?\b(\d{1,4})[ -]?(day|month|year)s?\b",
    re.IGNORECASE,
)
_DAYS = {"day": 1, "month": 30, "year": 365}


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each policy, where there is any."""
    items: list[dict[str, Any]] = []
    for found in documents(scope, _NAMES, _HEADINGS, "retention_policy"):
        if isinstance(found, Missed):
            yield found
            continue
        item = {
            "path": found.path,
            "title": found.prose.title or None,
            "days": days(found.text),
            "last_changed_at": scope.tree.history.changed(found.path),
        }
        items.append(item)
    if items:
        yield Found("retention_policy", items, items[0]["path"], {item["path"]: f"{item['path']}:1" for item in items})


def days(text: str) -> int | None:
    """How long data is kept, in days, where the text states one span only."""
    stated = {int(number) * _DAYS[unit.lower()] for number, unit in _KEPT.findall(text)}
    return stated.pop() if len(stated) == 1 else None


READER = Reader("retention policies", ("retention_policy",), "component", read)
