"""What the manifest of Bitbucket Cloud cannot say: which restrictions concern a branch, and what became of changes."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from typing import Any

from greenboard.connections.expressions.function import Registry, moment

FUNCTIONS = Registry()
_RESULTS = {
    "SUCCESSFUL": "success", "FAILED": "failure", "ERROR": "failure", "STOPPED": "cancelled", "EXPIRED": "cancelled",
}  # fmt: skip
_UNFINISHED = {"PENDING", "PARSING", "IN_PROGRESS", "PAUSED", "HALTED", "BUILDING", "UNDEPLOYED"}


@FUNCTIONS.add(
    "list", "any", "text", "text", gives="list", strict=False, example="ruling(rules, model, mainbranch.name, 'push')"
)
def ruling(rules: list[Any] | None, model: Any, branch: str | None, kind: str) -> list[Any] | None:
    """The restrictions of a kind ("" for any) that concern a branch; unknown where one cannot be decided."""
    if rules is None or branch is None:
        return None
    found = []
    for rule in rules:
        told = _at(rule, "kind")
        if kind and told is not None and told != kind:
            continue
        concerned = _concerns(rule, model, branch)
        if concerned is None or told is None:
            return None
        if concerned:
            found.append(rule)
    return found


@FUNCTIONS.add("object", gives="bool", example="finished(state)")
def finished(state: dict[str, Any]) -> bool | None:
    """Whether a pipeline or deployment is over; a state that Bitbucket does not document is unknown."""
    name = state.get("name")
    return True if name == "COMPLETED" else False if name in _UNFINISHED else None


@FUNCTIONS.add("object", gives="text", example="outcome(state)")
def outcome(state: dict[str, Any]) -> str | None:
    """How a finished pipeline or deployment ended: success, failure or cancelled."""
    return _RESULTS.get(str(_at(state, "result", "name") or _at(state, "status", "name")))


@FUNCTIONS.add("list", "list", gives="list", example="told(merged, events)")
def told(changes: list[Any], events: list[Any]) -> list[Any]:
    """Merged changes with when they were merged (unknown without events), when another person looked at them first
    ("" if nobody did), and whether nobody else approved.
    """
    by_change: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        by_change[str(_at(event, "parent", "id"))].append(event)
    return [_told(change, by_change.get(str(_at(change, "id")), [])) for change in changes]


def _told(change: Any, events: list[Any]) -> dict[str, Any]:
    author = _at(change, "author", "uuid")
    merges = [_at(one, "update", "date") for one in events if _at(one, "update", "state") == "MERGED"]
    return {
        "created_on": _at(change, "created_on"),
        "merged_at": max(merges, key=moment) if merges and None not in merges else None,
        "reviewed_at": _reviewed(events, author) if events and author else None,
        "alone": _alone(_at(change, "participants"), author),
    }


def _reviewed(events: list[Any], author: str) -> str | None:
    times = []
    for event in events:
        review = _at(event, "approval") or _at(event, "changes_requested") or _at(event, "comment")
        if not review:
            continue
        by, at = _at(review, "user", "uuid"), _at(review, "date") or _at(review, "created_on")
        if by is None or at is None:
            return None
        if by != author:
            times.append(at)
    return min(times, key=moment, default="")


def _alone(participants: Any, author: str | None) -> bool | None:
    if not isinstance(participants, list):
        return None
    approved = [_at(one, "approved") for one in participants]
    by = {str(_at(one, "user", "uuid") or "") for one in participants if _at(one, "approved")}
    if None in approved or "" in by or (by and author is None):
        return None
    return not by - {author}


def _concerns(rule: Any, model: Any, branch: str) -> bool | None:
    way, pattern, wanted = _at(rule, "branch_match_kind"), _at(rule, "pattern"), _at(rule, "branch_type")
    if way == "glob" and isinstance(pattern, str):
        return fnmatch.fnmatchcase(branch, pattern)
    if way != "branching_model" or wanted is None or not isinstance(model, dict):
        return None
    if wanted in ("development", "production"):
        # A model need not name a branch for production.
        return (
            None
            if wanted == "development" and not model.get(wanted)
            else _at(model, wanted, "branch", "name") == branch
        )
    types = _at(model, "branch_types")
    if not isinstance(types, list):
        return None
    prefixes = [_at(one, "prefix") for one in types if _at(one, "kind") == wanted]
    return None if None in prefixes else any(branch.startswith(str(one)) for one in prefixes)


def _at(value: Any, *names: str) -> Any:
    """A field of a field, None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
