"""What YAML cannot say of Buildbot: how a build ended, which it tells by a number."""

from __future__ import annotations

from greenboard.connections.expressions.function import Registry

FUNCTIONS = Registry()
_OUTCOMES = {0: "success", 1: "success", 2: "failure", 3: "other", 4: "failure", 5: "other", 6: "cancelled"}
"""SUCCESS, WARNINGS, FAILURE, SKIPPED, EXCEPTION, RETRY, CANCELLED."""


@FUNCTIONS.add("number", gives="text", example="outcome(results)")
def outcome(results: float) -> str | None:
    """How a build ended: success, failure, cancelled, or other; a number that Buildbot does not document is unknown."""
    return _OUTCOMES.get(int(results))
