"""Runbooks: what to do when something is wrong. Only what was found is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.repository.documents import Text, documents, is_index
from greenboard.repository.types import Found, Missed, Reader, Scope

_NAMES = re.compile(r"run[-_ ]?book|(^|/)(on-?call|incident)[-_](guide|handbook|response)|(^|/)playbooks/")
_HEADINGS = re.compile(r"\brun[- ]?books?\b|\bon-?call (guide|handbook|playbook)\b|\bincident playbook\b")


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each runbook, where there is any."""
    items: list[dict[str, Any]] = []
    for found in documents(scope, _NAMES, _HEADINGS, "runbook"):
        if isinstance(found, Missed):
            yield found
        elif not is_index(found.path) and found.prose.words:
            items.append(_item(scope, found))
    if items:
        yield Found("runbook", items, items[0]["path"], {item["path"]: f"{item['path']}:1" for item in items})


def _item(scope: Scope, found: Text) -> dict[str, Any]:
    return {
        "path": found.path,
        "title": found.prose.title or None,
        "words": found.prose.words,
        "sections": list(found.prose.sections),
        "last_changed_at": scope.tree.history.changed(found.path),
    }


READER = Reader("runbooks", ("runbook",), "component", read)
