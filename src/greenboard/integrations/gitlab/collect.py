"""What the manifest of GitLab cannot say: branches by wildcards, the first review among notes, how a pipeline ended."""

from __future__ import annotations

import re
from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry, moment

FUNCTIONS = Registry()
_APPROVED = "approved this merge request"
_FULL = 100
"""How many notes of a change are read."""
_OUTCOMES = {"SUCCESS": "success", "FAILED": "failure", "CANCELED": "other", "SKIPPED": "other"} | dict.fromkeys(
    ("CREATED", "WAITING_FOR_RESOURCE", "WAITING_FOR_CALLBACK", "PREPARING", "PENDING", "RUNNING", "CANCELING",
     "MANUAL", "SCHEDULED"), "other")  # fmt: skip


@FUNCTIONS.add("text", "text", gives="bool", example="covers(name, default_branch)")
def covers(pattern: str, branch: str) -> bool:
    """Whether a rule for protected branches, which may have wildcards (`release/*`), is for a branch."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), branch, re.DOTALL) is not None


@FUNCTIONS.add("list", "number", gives="any", example="reviewed_at(notes, author.id)")
def reviewed_at(notes: list[Any], author: int) -> str | None:
    """When somebody but the author commented or approved first; "" if nobody did, unknown if that cannot be told."""
    told = [_review(note, author) for note in notes]
    if None in told:
        return None
    times = [one for one in told if one]
    if not times and len(notes) >= _FULL:
        return None
    return min(times, key=moment, default="")


@FUNCTIONS.add("text", gives="text", example="outcome(status)")
def outcome(status: str) -> str | None:
    """How a pipeline ended: success, failure or other; a word that GitLab does not document is unknown."""
    return _OUTCOMES.get(status)


def _review(note: Any, author: int) -> str | None:
    """When a note was written, if it is a review; "" if it is none, None if that cannot be told."""
    if not isinstance(note, dict):
        raise Mistyped("reviewed_at: expected notes")
    by, at, system = (note.get("author") or {}).get("id"), note.get("created_at"), note.get("system")
    if by == author:
        return ""
    if system and not str(note.get("body")).startswith(_APPROVED):
        return ""
    return None if by is None or system is None or not isinstance(at, str) else at
