"""Handing a review on: whose turn it is when somebody did their part and cannot do the next one, and telling them."""

from __future__ import annotations

from datetime import datetime

from greenboard.access.permissions import Permission
from greenboard.catalog.holders import Holders, holders
from greenboard.core.happened import Happening
from greenboard.reviews import events, rights
from greenboard.reviews.models import Review
from greenboard.reviews.rights import Actor
from greenboard.reviews.template import Template
from greenboard.reviews.types import SectionState

_DECISION = "waits for a decision", "Decide: go, go with conditions, or no go."
_SIGNATURE = "waits for a signature", "Sign it, or take the decision back."


def to_decision(review: Review, template: Template, who: Actor, now: datetime) -> None:
    """Tell who may decide once every section is accepted."""
    refs = events.subjects(review)
    if review.sections.exclude(state=SectionState.ACCEPTED.value).exists():
        return
    if not rights.over(who, Permission.REVIEWS_SIGN, refs):
        found = events.holders(Permission.REVIEWS_SIGN, refs)
        _tell(review, found if template.alone else found.without(review.requested_by), _DECISION, now)


def to_signature(review: Review, template: Template, who: Actor, now: datetime) -> None:
    """Tell who may sign what was decided."""
    if rights.signs(who, review, template):
        return
    named, refs = template.sign.who, events.subjects(review)
    found = events.holders(Permission.REVIEWS_SIGN, refs)
    if named is not None:
        by_role = holders(lambda role: role.name in named.roles, refs) if named.roles else Holders((), ())
        found = Holders(by_role.people, (*named.teams, *by_role.teams))
    others = found.without(who.name)
    _tell(review, others if template.alone else others.without(review.requested_by), _SIGNATURE, now)


def _tell(review: Review, others: Holders, said: tuple[str, str], now: datetime) -> None:
    what, todo = said
    events.tell(
        Happening.REVIEW_ASSIGNED,
        review,
        now,
        f"The readiness review of {review.title} {what}",
        todo=todo,
        people=others.people,
        teams=map(str, others.teams),
    )
