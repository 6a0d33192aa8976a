"""What YAML cannot say of ServiceNow: how it writes moments."""

from __future__ import annotations

from datetime import UTC, datetime

from greenboard.connections.expressions.function import Mistyped, Registry
from greenboard.core import clock

FUNCTIONS = Registry()


@FUNCTIONS.add("text", gives="time", example="at(opened_at)")
def at(text: str) -> str | None:
    """A moment as the table stores it, in UTC (`2026-11-20 09:00:00`); unknown where none is filled in."""
    if not text:
        return None
    try:
        return clock.format_time(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
    except ValueError:
        raise Mistyped(f"{text!r} is no moment") from None
