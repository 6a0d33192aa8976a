"""Whether a review lets an entity go on: for pipelines that deploy it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.core.refs import Ref
from greenboard.reviews import store
from greenboard.reviews.models import Reopening, Review
from greenboard.reviews.types import Decision, State


@dataclass(frozen=True)
class Standing:
    """Whether it may go, the review that says so, and why in sentences."""

    open: bool
    review: Review | None
    why: Sequence[str]


def gate(entity: Ref, now: datetime, *, template: str = "", stage: str = "", sight: Sight = EVERYTHING) -> Standing:
    """What the newest signature over an entity says; one that is under way does not count before it is signed.

    Open where that was a go, and has not been opened again. `template` and `stage` ask for a review of that kind.
    """
    rows = store.about([entity], sight).filter(signed_at__isnull=False).exclude(state=State.WITHDRAWN.value)
    rows = rows.filter(template_name=template) if template else rows
    rows = rows.filter(stage=stage) if stage else rows
    review = rows.order_by("-signed_at", "-id").first()
    if review is None:
        return Standing(False, None, [f"No signed readiness review covers {entity}."])
    if review.state != State.SIGNED:
        return Standing(False, review, _open_again(review))
    if review.decision == Decision.NO_GO:
        return Standing(False, review, [f"It was decided no go: {review.rationale}"])
    late = [row for row in store.open_conditions(review) if row.due_at < now]
    if late:
        return Standing(False, review, [f"A condition was due on {row.due_at:%Y-%m-%d}: {row.text}" for row in late])
    left = [f"By {row.due_at:%Y-%m-%d}, {row.owner}: {row.text}" for row in store.open_conditions(review)]
    return Standing(True, review, left)


def _open_again(review: Review) -> list[str]:
    signature = store.signature(review)
    rows = Reopening.objects.filter(signature=signature).order_by("id")
    return [f"The review is open again since {row.at:%Y-%m-%d}: {row.text}" for row in rows] or ["It is open again."]
