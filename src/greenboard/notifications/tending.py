"""What time brings about for notifications: what happened is spread, and what has gathered long enough is written."""

from __future__ import annotations

from datetime import datetime

from greenboard.notifications import spreading, turning, writing


def tend(now: datetime) -> int:
    """Do all that is due at a moment; how much that was."""
    return turning.read() + spreading.spread(now) + writing.write(now)
