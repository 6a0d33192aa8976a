"""The campaigns that run, and how far they are."""

from __future__ import annotations

from greenboard.campaigns import standing, store
from greenboard.campaigns.store import State
from greenboard.reports.ground import Ground
from greenboard.reports.types import Part, Row, Table, columns, rounded

_NAMES = ("campaign", "state", "due", "met", "open", "exempt", "settled_pct")


def part(ground: Ground) -> Part | None:
    """A row for each campaign that runs or is overdue, of what is in sight; None where there is none."""
    now, as_of = ground.wanted.now, ground.wanted.as_of
    rows: list[Row] = []
    for held in store.campaigns(as_of):
        state = held.state(now)
        if state in (State.RUNNING, State.OVERDUE):
            counts = standing.pairs(held.definition, as_of, ground.sight).counts
            due = f"{held.definition.due_at:%Y-%m-%d}"
            share = rounded(counts.share if counts.total else None)
            rows.append((held.definition.title, state.value, due, counts.done, counts.open, counts.exempt, share))
    if not rows:
        return None
    return Part(Table("campaigns", "Campaigns", columns(*_NAMES), lambda: rows))
