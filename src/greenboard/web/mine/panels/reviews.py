"""What waits for me in reviews: sections to look at, findings and conditions of mine and of my teams."""

from __future__ import annotations

from django.db.models import Q

from greenboard.access.decide import sight
from greenboard.core import clock
from greenboard.reviews import store
from greenboard.reviews.models import Condition, Finding, Section
from greenboard.reviews.types import FindingState, SectionState, State
from greenboard.web import words
from greenboard.web.panels import Home, Panel

_MOST = 20


def panel(home: Home) -> Panel | None:
    """None where nothing waits."""
    name, teams = home.request.user.get_username(), [str(team) for team in (*home.mine.teams, *home.mine.within)]
    seen, now = store.reviews(sight(home.request.user)).values("pk"), clock.now()
    going = (State.OPEN.value, State.REOPENED.value)
    sections = Section.objects.filter(Q(reviewer=name) | Q(reviewer="", team__in=teams), review__state__in=going)
    sections = sections.exclude(state=SectionState.ACCEPTED.value).filter(review__in=seen).select_related("review")
    own = Q(owner__in=[name, *teams]) & Q(review__in=seen)
    findings = Finding.objects.filter(own, state=FindingState.OPEN.value).exclude(review__state=State.WITHDRAWN.value)
    conditions = Condition.objects.filter(own, done_at__isnull=True, dropped_at__isnull=True).select_related("review")
    lines = [
        *(("Look at the section", row.name, row.review, row.review.due_at) for row in sections[:_MOST]),
        *(("Finding", row.title, row.review, row.due_at) for row in findings.select_related("review")[:_MOST]),
        *(("Condition", row.text, row.review, row.due_at) for row in conditions[:_MOST]),
    ]
    if not lines:
        return None
    lines.sort(key=lambda line: (line[3] is None, line[3] or now))
    shown = [
        (what, text, review, words.when(due, now), due is not None and due < now) for what, text, review, due in lines
    ]
    return Panel("reviews", "Reviews", "parts/mine_reviews.html", {"lines": shown}, more="/reviews", order=30)
