"""What a collection is made of, as plain values. Pure."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a collection is for."""

    WHOLE = "whole"
    """All that the connection covers."""
    TRIAL = "trial"
    """The same, without writing: what would change."""


class State(StrEnum):
    """How far a collection is. One that is partial ended, and could not see everything."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def over(self) -> bool:
        return self not in OPEN


OPEN = (State.WAITING, State.RUNNING)


class Standing(StrEnum):
    """Whether a subject of a tool is known to be an entity of the catalog."""

    MATCHED = "matched"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    IGNORED = "ignored"


class RemovalState(StrEnum):
    """What becomes of what a tool no longer shows."""

    WAITING = "waiting"
    """Too much at once: it stays until somebody confirms."""
    DONE = "done"
    UNDONE = "undone"
    """Somebody took it back: it is not removed again without being asked for."""
    REFUSED = "refused"
    OVER = "over"
    """It is moot: the tool showed it again, or a later look asks anew."""
