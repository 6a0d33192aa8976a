"""What time brings about in reviews: missed conditions, reminders, stages that are due; and what was stirred."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from greenboard.core.happened import Happening, Severity
from greenboard.reviews import events, store, watching
from greenboard.reviews.changing import Reason
from greenboard.reviews.models import Condition, Finding, Review
from greenboard.reviews.store import WATCHED, Asking
from greenboard.reviews.types import Change, FindingState, State

BEFORE = timedelta(days=7)
"""How long before a day somebody is reminded."""
_OPEN = {"done_at__isnull": True, "dropped_at__isnull": True, "review__state__in": WATCHED}


def tend(now: datetime) -> int:
    """Do all that is due by a moment; how much that was. What is done is marked in the transaction that does it."""
    done = sum(_missed(row, now) for row in Condition.objects.filter(**_OPEN, missed_at__isnull=True, due_at__lt=now))
    stirred = Review.objects.filter(stirred=True, state__in=WATCHED).order_by("id")
    done += sum(watching.look_again(review, now) for review in stirred)
    soon = {"told_at__isnull": True, "due_at__lte": now + BEFORE}
    done += sum(
        _remind_condition(row, now) for row in Condition.objects.filter(**_OPEN, **soon, missed_at__isnull=True)
    )
    findings = Finding.objects.filter(**soon, state=FindingState.OPEN.value).exclude(
        review__state=State.WITHDRAWN.value
    )
    done += sum(_remind_finding(row, now) for row in findings)
    late = Review.objects.filter(state=State.SIGNED.value, next_told_at__isnull=True, next_due_at__lte=now)
    return done + sum(_next_stage(row, now) for row in late)


def _missed(row: Condition, now: datetime) -> int:
    """A condition that is not met by its day opens the review again."""
    with transaction.atomic():
        if not Condition.objects.filter(pk=row.pk, **_OPEN, missed_at__isnull=True).update(missed_at=now):
            return 0
        review = store.find(row.review_id)
        signature = store.signature(review)
        if signature is None:
            return 0
        text = f"This condition was to be met by {row.due_at:%Y-%m-%d} by {row.owner}, and is not: {row.text}"
        watching.reopen(review, signature, [Reason(Change.CONDITION_MISSED, f"condition {row.pk}", text)], now)
    return 1


def _remind_condition(row: Condition, now: datetime) -> int:
    with transaction.atomic():
        if not Condition.objects.filter(pk=row.pk, **_OPEN, told_at__isnull=True).update(told_at=now):
            return 0
        review = store.find(row.review_id)
        title = f"A condition of the readiness review of {review.title} is due on {row.due_at:%Y-%m-%d}"
        _due(review, now, title, row.text, owner=row.owner, data={"condition": row.pk})
    return 1


def _remind_finding(row: Finding, now: datetime) -> int:
    with transaction.atomic():
        rows = Finding.objects.filter(pk=row.pk, state=FindingState.OPEN.value, told_at__isnull=True)
        if not rows.update(told_at=now):
            return 0
        review = store.find(row.review_id)
        title = f"A finding of the readiness review of {review.title} is due on {row.due_at:%Y-%m-%d}"
        _due(review, now, title, row.title, owner=row.owner, data={"finding": row.pk})
    return 1


def _due(review: Review, now: datetime, title: str, why: str, *, owner: str, data: dict[str, object]) -> None:
    events.tell(
        Happening.REVIEW_DUE,
        review,
        now,
        title,
        why=why,
        todo="Do it, and say so on the page of the review.",
        people=[owner],
        teams=[owner],
        severity=Severity.WARNING,
        data=data,
    )


def _next_stage(row: Review, now: datetime) -> int:
    with transaction.atomic():
        rows = Review.objects.filter(pk=row.pk, next_told_at__isnull=True, next_due_at=F("next_due_at"))
        if not rows.update(next_told_at=now):
            return 0
        stage = Asking.of(row).template.next_stage(row.stage)
        title = f"The readiness review of {row.title} is due for its next stage: {stage.title if stage else ''}"
        events.tell(
            Happening.REVIEW_DUE,
            row,
            now,
            title,
            todo="Ask for it on the page of the review: the answers of this stage go along.",
            people=[row.requested_by],
            severity=Severity.WARNING,
            data={"stage": stage.name if stage else ""},
        )
    return 1
