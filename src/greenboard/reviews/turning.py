"""Changing a review as a whole: by a conditional UPDATE, so that of two who do it at once the second is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from greenboard.access.errors import InTheWay
from greenboard.reviews.course import MOVES, after
from greenboard.reviews.models import Review
from greenboard.reviews.types import Act, State


def turn(review: Review, act: Act, seen: int | None, at: datetime, **columns: Any) -> None:
    """Let an act lead to its state. `seen` is the version that whoever acts saw; None is whatever it is now.

    From here to the end of the transaction nobody else changes the review.

    Raises:
        InTheWay: it is not possible in the state of the review, or somebody else changed it meanwhile.

    """
    states = [state for state, moves in MOVES.items() if act in moves]
    rows = Review.objects.filter(pk=review.pk, state__in=states)
    if seen is not None:
        rows = rows.filter(version=seen)
    changed = rows.update(version=F("version") + 1)
    review.refresh_from_db()
    try:
        state = after(State(review.state), act)
    except InTheWay as refused:
        raise InTheWay(f"{refused.what}; {_first(review)}", expected=refused.expected) from None
    if not changed:
        raise InTheWay(_first(review), hint="Look at it again, and then decide whether you still want to.")
    moved = {"state": state.value, "state_since": at} if state != review.state else {}
    if moved or columns:
        Review.objects.filter(pk=review.pk).update(**moved, **columns)
        review.refresh_from_db()


def _first(review: Review) -> str:
    """Who was first, and what they did."""
    last = review.events.order_by("-id").first()
    if last is None:
        return "somebody changed the review meanwhile"
    said = f": {last.text}" if last.text else ""
    return f"{last.by} was first ({last.what} at {last.at:%Y-%m-%d %H:%M:%S} UTC{said})"
