"""How reviews go: who has how much to look at, how old what waits is, and how long a decision takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, QuerySet

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.reviews import store
from greenboard.reviews.course import ENDED
from greenboard.reviews.models import Section
from greenboard.reviews.types import SectionState, State

NOBODY = "nobody yet"
WINDOW = timedelta(days=365)


@dataclass(frozen=True)
class Waiting:
    """The reviews in one state: how many, and the median and greatest age in it."""

    state: State
    count: int
    median: timedelta
    oldest: timedelta


@dataclass(frozen=True)
class Load:
    """Somebody, or a team, with the sections that wait for them."""

    name: str
    sections: int


def waiting(now: datetime, sight: Sight = EVERYTHING) -> list[Waiting]:
    """What has not ended, by state, in the order of the course."""
    rows = store.reviews(sight).exclude(state__in=[one.value for one in ENDED]).values_list("state", "state_since")
    ages: dict[State, list[timedelta]] = {state: [] for state in State if state not in ENDED}
    for state, since in rows:
        ages[State(state)].append(now - since)
    return [Waiting(state, len(found), _middle(found), max(found)) for state, found in ages.items() if found]


def _open(sight: Sight) -> QuerySet[Section]:
    """The sections that somebody has to look at."""
    going = (State.OPEN.value, State.REOPENED.value)
    rows = Section.objects.filter(review__in=store.reviews(sight).filter(state__in=going).values("pk"))
    return rows.exclude(state=SectionState.ACCEPTED.value)


def queue(name: str, sight: Sight = EVERYTHING) -> QuerySet[Section]:
    """The sections that wait for an account, a team, or `NOBODY` in particular, as `load` names them."""
    if name == NOBODY:
        return _open(sight).filter(reviewer="", team="")
    return _open(sight).filter(reviewer="", team=name) if ":" in name else _open(sight).filter(reviewer=name)


def load(sight: Sight = EVERYTHING) -> list[Load]:
    """Who has how many sections to look at, those with most first."""
    rows = _open(sight)
    counted = rows.values_list("reviewer", "team").annotate(count=Count("id")).order_by("-count", "reviewer", "team")
    found: dict[str, int] = {}
    for reviewer, team, count in counted:
        name = reviewer or team or NOBODY
        found[name] = found.get(name, 0) + count
    return [Load(name, count) for name, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))]


def time_to_decision(now: datetime, sight: Sight = EVERYTHING) -> tuple[timedelta | None, int]:
    """The median time from request to signature of what was signed in a year, and how many that were."""
    rows = store.reviews(sight).filter(signatures__number=1, signatures__at__gte=now - WINDOW)
    taken: Sequence[timedelta] = [at - asked for asked, at in rows.values_list("requested_at", "signatures__at")]
    return (_middle(taken) if taken else None), len(taken)


def _middle(lengths: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(length.total_seconds() for length in lengths))
