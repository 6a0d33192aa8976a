"""Reading reviews. What one may not see is not there: of whatever is reviewed, all has to be in sight."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from greenboard.access.errors import Absent
from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog.models import Entity
from greenboard.catalog.naming import named
from greenboard.catalog.sight import condition
from greenboard.core.refs import Ref
from greenboard.reviews import template as templates
from greenboard.reviews.course import Tally
from greenboard.reviews.live import Live, look
from greenboard.reviews.models import CURRENT, Answer, Condition, Finding, Review, Section, Signature, Subject
from greenboard.reviews.template import Question, Template
from greenboard.reviews.template import Section as Asked
from greenboard.reviews.types import FindingState, SectionState, State, Weight, worst


def reviews(sight: Sight = EVERYTHING) -> QuerySet[Review]:
    """The reviews in sight, newest first."""
    rows = Review.objects.order_by("-id")
    if sight.everything:
        return rows
    hidden = Subject.objects.exclude(condition(sight)).values("review")
    return rows.filter(pk__in=Subject.objects.values("review")).exclude(pk__in=hidden)


def find(number: int, sight: Sight = EVERYTHING) -> Review:
    """A review by its number.

    Raises:
        Absent: there is none, or none that may be seen.

    """
    found = reviews(sight).filter(pk=number).first()
    if found is None:
        raise Absent(f"no review {number}")
    return found


def about(refs: Collection[Ref], sight: Sight = EVERYTHING) -> QuerySet[Review]:
    """The reviews in sight that any of some entities is part of."""
    found = Q(pk__in=())
    for part in named(refs):
        ids = Entity.objects.filter(part).values("id")
        found |= Q(pk__in=Subject.objects.filter(entity__in=ids).values("review"))
    return reviews(sight).filter(found)


def section(review: Review, name: str) -> Section:
    """A section by its name.

    Raises:
        Absent: the review has none of that name.

    """
    found = review.sections.filter(name=name).first()
    if found is None:
        raise Absent(f"no section {name!r} in review {review.pk}")
    return found


def finding(review: Review, number: int) -> Finding:
    """A finding by its number; errors as for `section`."""
    found = review.findings.filter(pk=number).first()
    if found is None:
        raise Absent(f"no finding {number} in review {review.pk}")
    return found


def condition_of(review: Review, number: int) -> Condition:
    """A condition by its number; errors as for `section`."""
    found = review.conditions.filter(pk=number).first()
    if found is None:
        raise Absent(f"no condition {number} in review {review.pk}")
    return found


def signature(review: Review, number: int | None = None) -> Signature | None:
    """A signature of a review by its number, or the last."""
    rows = review.signatures.order_by("-number")
    return (rows if number is None else rows.filter(number=number)).first()


def answers(review: Review) -> Mapping[str, Answer]:
    """What people answer, by question."""
    return {row.question: row for row in review.answers.filter(CURRENT)}


def open_conditions(review: Review) -> QuerySet[Condition]:
    """The conditions that are neither done nor dropped, the next due first."""
    return review.conditions.filter(done_at__isnull=True, dropped_at__isnull=True).order_by("due_at", "id")


@dataclass(frozen=True)
class Asking:
    """A review with what it asks: its template, the sections of its stage, and every question by id."""

    review: Review
    template: Template
    sections: tuple[Asked, ...]

    @classmethod
    def of(cls, review: Review) -> Asking:
        template = templates.again(review.template)
        return cls(review, template, template.sections_at(review.stage))

    @property
    def questions(self) -> Mapping[str, tuple[Asked, Question]]:
        return {question.id: (one, question) for one in self.sections for question in one.questions}

    def question(self, name: str) -> tuple[Asked, Question]:
        """A question and its section.

        Raises:
            Absent: it is not asked.

        """
        found = self.questions.get(name)
        if found is None:
            raise Absent(f"no question {name!r} in review {self.review.pk}")
        return found


def unanswered(asking: Asking) -> list[Question]:
    """The required questions for people that nobody answered."""
    given = answers(asking.review)
    several = [question for _, question in asking.questions.values() if not question.bound and question.required]
    return [question for question in several if question.id not in given]


def tally(asking: Asking, live: Live) -> Tally:
    """How far a review is, as a decision asks: what holds now, and what people said."""
    review, given = asking.review, answers(asking.review)
    unanswered: list[str] = []
    red: list[str] = []
    unknown: list[str] = []
    for name, (_, question) in asking.questions.items():
        said = given.get(name)
        if said is not None and not said.applies:
            continue
        if question.bound:
            verdict = worst(live.verdicts.get(name, ()))
            if verdict is not None and not verdict.green:
                (red if verdict.outcome.decided else unknown).append(question.title)
        elif said is None:
            unanswered += [question.title] if question.required else []
        elif said.value in question.against:
            red.append(question.title)
    return Tally(
        unanswered,
        red,
        unknown,
        [SectionState(row.state) for row in review.sections.all()],
        [(Weight(row.severity), FindingState(row.state)) for row in review.findings.all()],
        open_conditions(review).count(),
    )


WATCHED = (State.SIGNED.value, State.REOPENED.value)
"""The states in which a signature is held against what happens."""

__all__ = ["Asking", "about", "answers", "find", "look", "reviews", "tally", "unanswered"]
