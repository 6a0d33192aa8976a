"""What hooks are told of. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
