"""What YAML cannot say of PagerDuty: when each incident was first acknowledged."""

from __future__ import annotations

from typing import Any

from greenboard.connections.expressions.function import Registry, moment

FUNCTIONS = Registry()


@FUNCTIONS.add("list", "list", gives="list", example="taken(recent, acknowledgements)")
def taken(incidents: list[Any], entries: list[Any]) -> list[Any] | None:
    """The incidents that somebody acknowledged, each with `created_at` and `taken_at`, its first acknowledgement."""
    first: dict[str, str] = {}
    for entry in entries:
        incident, at = (entry.get("incident") or {}).get("id"), entry.get("created_at")
        if incident is None or at is None:
            return None
        first[incident] = min(first.get(incident, at), at, key=moment)
    known = [one for one in incidents if one.get("id") in first]
    return [{"created_at": one.get("created_at"), "taken_at": first[one["id"]]} for one in known]
