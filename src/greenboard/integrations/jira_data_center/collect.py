"""What YAML cannot say of Jira Data Center: a field whose name a setting tells."""

from __future__ import annotations

from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry

FUNCTIONS = Registry()


@FUNCTIONS.add("object", "text", gives="bool", example="sla_breached(fields, settings.sla_field)")
def sla_breached(fields: dict[str, Any], name: str) -> bool | None:
    """Whether an issue took longer than was promised, by the field of Jira Service Management with that name."""
    if name not in fields:
        return None
    promise = fields[name]
    if promise is None:
        return False
    if not isinstance(promise, dict):
        raise Mistyped(f"sla_breached: {name} is no field of a promised time")
    cycles = [*(promise.get("completedCycles") or ()), promise.get("ongoingCycle")]
    told = [cycle.get("breached") for cycle in cycles if isinstance(cycle, dict)]
    return True if True in told else None if None in told or not told else False
