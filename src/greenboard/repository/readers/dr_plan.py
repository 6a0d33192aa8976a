"""Disaster recovery plans. Only what was found is listed; a rehearsal counts by the date it states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.repository.documents import Text, documents, is_index
from greenboard.repository.types import Found, Missed, Reader, Scope

_NAMES = re.compile(
    r"disaster[-_ ]?recovery|(^|[/_-])dr[-_](plan|guide|runbook)|business[-_ ]?continuity|recovery[-_]plan"
)
_HEADINGS = re.compile(r"\bdisaster recovery\b|\bbusiness continuity\b|\brecovery plan\b")
_REHEARSED = re.compile(
    r"\blast[ _]?(?:successful )?(?:rehears\w+|test\w*|drill\w*|exercise\w*|game ?day)(?: on| at| date)?\W{1,6}"
    r"(\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each plan, where there is any."""
    items: list[dict[str, Any]] = []
    for found in documents(scope, _NAMES, _HEADINGS, "dr_plan"):
        if isinstance(found, Missed):
            yield found
        elif found.prose.words and not (is_index(found.path) and found.prose.words < 50):
            items.append(_item(scope, found))
    if items:
        yield Found("dr_plan", items, items[0]["path"], {item["path"]: f"{item['path']}:1" for item in items})


def _item(scope: Scope, found: Text) -> dict[str, Any]:
    return {
        "path": found.path,
        "title": found.prose.title or None,
        "words": found.prose.words,
        "last_changed_at": scope.tree.history.changed(found.path),
        "rehearsed_at": rehearsed(found.text, scope.now),
    }


def rehearsed(text: str, now: datetime) -> datetime | None:
    """The newest date that the text gives for a rehearsal, if that is not still to come."""
    dates: list[datetime] = []
    for stated in _REHEARSED.findall(text):
        try:
            dates.append(clock.parse_time(stated))
        except UserError:
            continue
    return max((date for date in dates if date <= now), default=None)


READER = Reader("disaster recovery", ("dr_plan",), "component", read)
