"""The log of a run."""

from __future__ import annotations

from datetime import datetime

from greenboard.workflows.models import Line, Run

_LONGEST = 4_000


def say(run: Run, at: datetime, text: str, *, path: str = "", by: str = "") -> None:
    """Add a line; text that a person or tool wrote is cut where it is very long."""
    plain = text.replace("\x00", "\ufffd")
    Line.objects.create(
        run=run, at=at, path=path, by=by, text=plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"
    )
