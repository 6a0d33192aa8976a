"""My reviews: what I asked for, what waits for me to triage, look at, decide or sign, and what I owe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from greenboard.access.decide import Permission, may, sight
from greenboard.core import clock
from greenboard.reviews import events, rights, store
from greenboard.reviews.course import ENDED
from greenboard.reviews.models import Condition, Finding, Review, Section
from greenboard.reviews.store import Asking
from greenboard.reviews.types import FindingState, SectionState, State
from greenboard.web import words
from greenboard.web.panels import Home, Panel
from greenboard.web.reviews.model import STATES

_MOST = 20
_GOING = (State.OPEN.value, State.REOPENED.value)
_Line = tuple[str, str, Review, datetime | None]


def panel(home: Home) -> Panel | None:
    """None where nothing waits."""
    seen, now = store.reviews(sight(home.request.user)), clock.now()
    lines = [*_asked(home, seen), *_steps(home, seen), *_owned(home, seen)]
    if not lines:
        return None
    lines.sort(key=lambda line: (line[3] is None, line[3] or now))
    shown = [
        (what, text, review, words.when(due, now) if due else "–", due is not None and due < now)
        for what, text, review, due in lines
    ]
    return Panel("reviews", "Reviews", "parts/mine_reviews.html", {"lines": shown}, more="/reviews", order=30)


def _asked(home: Home, seen: QuerySet[Review]) -> Iterator[_Line]:
    """What I asked for and is not over: what is still to be answered, what came back, else whose turn it is."""
    own = seen.filter(requested_by=home.request.user.get_username()).exclude(state__in=[one.value for one in ENDED])
    for row in own[:_MOST]:
        returned = list(row.sections.filter(state=SectionState.RETURNED.value).values_list("name", "said"))
        yield from (("Returned to me", f"{name}: {said}", row, row.due_at) for name, said in returned)
        left = len(store.unanswered(Asking.of(row)))
        if left and row.state != State.DECIDED:
            yield "Answer", words.count(left, "question"), row, row.due_at
        elif not returned:
            yield "Asked for", STATES[State(row.state)].word.lower(), row, row.due_at


def _owned(home: Home, seen: QuerySet[Review]) -> Iterator[_Line]:
    """Sections, findings and conditions of me and my teams."""
    name, teams = home.request.user.get_username(), [str(team) for team in (*home.mine.teams, *home.mine.within)]
    among = seen.values("pk")
    sections = Section.objects.filter(Q(reviewer=name) | Q(reviewer="", team__in=teams), review__state__in=_GOING)
    sections = sections.exclude(state=SectionState.ACCEPTED.value).filter(review__in=among).select_related("review")
    own = Q(owner__in=[name, *teams]) & Q(review__in=among)
    findings = Finding.objects.filter(own, state=FindingState.OPEN.value).exclude(review__state=State.WITHDRAWN.value)
    conditions = Condition.objects.filter(own, done_at__isnull=True, dropped_at__isnull=True).select_related("review")
    yield from (("Look at the section", row.name, row.review, row.review.due_at) for row in sections[:_MOST])
    yield from (("Finding", row.title, row.review, row.due_at) for row in findings.select_related("review")[:_MOST])
    yield from (("Condition", row.text, row.review, row.due_at) for row in conditions[:_MOST])


def _steps(home: Home, seen: QuerySet[Review]) -> Iterator[_Line]:
    """The next step of reviews that I did not ask for: triage, decision, signature."""
    user = home.request.user
    if may(user, Permission.REVIEWS_MANAGE):
        asked = seen.filter(state=State.REQUESTED.value).order_by("id")
        yield from (("Triage", row.reason or row.title, row, row.due_at) for row in asked[:_MOST])
    if not may(user, Permission.REVIEWS_SIGN):
        return
    open_ = Section.objects.exclude(state=SectionState.ACCEPTED.value).values("review")
    ready = Q(state=State.DECIDED.value) | Q(state__in=_GOING) & ~Q(pk__in=open_)
    who = rights.actor(user)
    for row in seen.filter(ready).order_by("id")[:_MOST]:
        template = Asking.of(row).template
        if row.requested_by == who.name and not template.alone:
            continue
        decided = row.state == State.DECIDED
        if rights.over(who, Permission.REVIEWS_SIGN, events.subjects(row)):
            if not decided:
                yield "Decide", "every section is accepted", row, row.due_at
            elif rights.signs(who, row, template):
                yield "Sign", f"decided by {row.decided_by}", row, row.due_at
