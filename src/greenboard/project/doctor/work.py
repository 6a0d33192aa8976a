"""The work: whether somebody does it, what waits, and whether the standards can be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, Min, Q

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.durable.models import Wish
from greenboard.facts.store import vocabulary
from greenboard.project.doctor.types import Finding, Look, fail, good, warn
from greenboard.project.environment import Environment
from greenboard.project.models import Heartbeat
from greenboard.project.observing.beating import LATE
from greenboard.results.models import Mark, Part
from greenboard.scorecards.store import standards

SLOW, STUCK = timedelta(minutes=1), timedelta(minutes=10)
"""How long a change may wait before there is a warning, and a failure."""


def workers(_: Environment) -> Iterator[Finding]:
    """At least one worker is at work."""
    now = clock.now()
    beats = list(Heartbeat.objects.order_by("-beat_at"))
    if not beats:
        yield fail("worker", "none is at work: results do not change", "Start greenboard serve or greenboard worker.")
        return
    ages = {beat.worker: now - beat.beat_at for beat in beats}
    fresh = [name for name, age in ages.items() if age <= LATE]
    newest = min(ages.values())
    said = f"the last sign of one is {newest.total_seconds():,.0f} s old"
    if newest > STUCK:
        yield fail("worker", said, "Start greenboard worker, and read the log of the one that ended.")
    elif not fresh:
        yield warn("worker", said, "It is in a long turn, or gone: look at its log.")
    else:
        yield good("worker", f"{len(fresh)} at work: {', '.join(sorted(fresh))}")


def marks(_: Environment) -> Iterator[Finding]:
    """Changes are judged soon."""
    waiting = Mark.objects.filter(done=False).aggregate(count=Count("id"), oldest=Min("at"))
    if not waiting["count"]:
        yield good("changes", "none waits to be judged")
        return
    age = clock.now() - waiting["oldest"]
    said = f"{waiting['count']:,} wait to be judged, the oldest for {age.total_seconds():,.0f} s"
    if age > STUCK:
        yield fail("changes", said, "Start greenboard worker, and read its log.")
    elif age > SLOW:
        yield warn("changes", said, "The worker is behind: look at greenboard_worker_turn_seconds.")
    else:
        yield good("changes", said)


def parts(_: Environment) -> Iterator[Finding]:
    """New versions of rules are judged for everybody."""
    told = Part.objects.filter(
        scorecard__versions__valid_to__isnull=True, scorecard__versions__digest=F("digest")
    ).aggregate(all=Count("id"), left=Count("id", filter=Q(number=None)), opened=Min("opened_at"))
    if not told["left"]:
        yield good("new rules", "are judged for all entities")
        return
    age = clock.now() - told["opened"]
    said = f"{told['left']} of {told['all']} parts are still to be judged, after {age.total_seconds():,.0f} s"
    yield warn("new rules", said, "Start more workers, or wait.") if age > STUCK else good("new rules", said)


def wishes(_: Environment) -> Iterator[Finding]:
    """What is wished for is handed to the engine of durable work."""
    waiting = Wish.objects.filter(dispatched_at=None).aggregate(count=Count("id"), oldest=Min("at"))
    age = clock.now() - (waiting["oldest"] or clock.now())
    if age > SLOW:
        said = f"{waiting['count']:,} wait to begin, the oldest for {age.total_seconds():,.0f} s"
        yield warn("durable work", said, "Start greenboard worker, of the newest version, and read its log.")
    else:
        yield good("durable work", "nothing waits to begin")


def content(_: Environment) -> Iterator[Finding]:
    """The scorecards and fact types that hold can be read."""
    try:
        known = standards(vocabulary())
    except UserError as error:
        yield fail("scorecards", str(error), "Mend the file that is named.")
        return
    yield good("scorecards", f"{len(known)} with {sum(len(card.rules) for card in known):,} rules")


LOOKS: tuple[Look, ...] = (workers, marks, parts, wishes, content)
