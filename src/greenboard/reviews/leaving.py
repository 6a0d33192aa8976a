"""What becomes of reviews when somebody leaves: what was theirs to do goes to others, who are told.

What they said, accepted and signed stays theirs.
"""

from __future__ import annotations

from datetime import datetime

from greenboard.access.models import Person
from greenboard.catalog import store as catalog
from greenboard.core.happened import Happening, Severity
from greenboard.reviews import events
from greenboard.reviews.models import Condition, Finding, Review, Section
from greenboard.reviews.types import FindingState, SectionState, State

_ENDED = (State.SIGNED.value, State.WITHDRAWN.value)


def left(name: str, now: datetime) -> int:
    """Give up the sections, findings and conditions of somebody; how many others have to take. In its transaction."""
    return _sections(name, now) + _findings(name, now) + _conditions(name, now)


def _sections(name: str, now: datetime) -> int:
    """Sections go to nobody in particular; also those that are accepted, as they may be opened again."""
    rows = Section.objects.filter(reviewer=name).exclude(review__state=State.WITHDRAWN.value)
    waiting = rows.exclude(review__state__in=_ENDED).exclude(state=SectionState.ACCEPTED.value)
    told, others = list(waiting.select_related("review")), events.triaging()
    rows.update(reviewer="")
    for row in told:
        events.note(row.review, "unassigned", name, now, f"{row.name}: {name} left")
        events.tell(
            Happening.REVIEW_ASSIGNED,
            row.review,
            now,
            f"The section {row.name} of the readiness review of {row.review.title} needs another reviewer",
            why=f"{name} left.",
            todo="Take it, or give it to somebody.",
            people=[row.review.requested_by, *others.people],
            teams=[row.team, *map(str, others.teams)],
            severity=Severity.WARNING,
            data={"section": row.name},
        )
    return len(told)


def _findings(name: str, now: datetime) -> int:
    rows = Finding.objects.filter(owner=name, state=FindingState.OPEN.value)
    found = list(rows.exclude(review__state=State.WITHDRAWN.value).select_related("review"))
    for row in found:
        _hand_over(row.review, row, f"finding {row.title}", name, now)
    return len(found)


def _conditions(name: str, now: datetime) -> int:
    rows = Condition.objects.filter(owner=name, done_at__isnull=True, dropped_at__isnull=True)
    found = list(rows.exclude(review__state=State.WITHDRAWN.value).select_related("review"))
    for row in found:
        _hand_over(row.review, row, f"condition {row.text[:120]}", name, now)
    return len(found)


def _hand_over(review: Review, row: Finding | Condition, what: str, name: str, now: datetime) -> None:
    """Give it to whoever owns what is reviewed. The evidence of a signature keeps who it was then."""
    heir = _heir(review, name)
    type(row).objects.filter(pk=row.pk).update(owner=heir)
    events.note(review, "handed over", name, now, f"{what}: {name} left, so it is for {heir}")
    due = f" It is due on {row.due_at:%Y-%m-%d}." if row.due_at else ""
    events.tell(
        Happening.REVIEW_ASSIGNED,
        review,
        now,
        f"The {what} of the readiness review of {review.title} is for {heir} now",
        why=f"{name} left.{due}",
        todo="Do it, and say so on the page of the review.",
        people=[heir, review.requested_by],
        teams=[heir],
        severity=Severity.WARNING,
    )


def _heir(review: Review, name: str) -> str:
    """The team that owns what is reviewed, else who asked for the review, else whoever decided it."""
    stored = (catalog.find(ref) for ref in events.subjects(review))
    team = next((one.owner for one in stored if one and one.owner and one.owner.kind == "team"), None)
    if team is not None:
        return str(team)
    here = Person.objects.filter(username__in=[review.requested_by, review.decided_by], is_active=True)
    return next((one.username for one in here.order_by("pk") if one.username != name), name)
