"""What time brings about for runs: what waited long enough, schedules, and runs whose work got lost."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from greenboard.core.errors import UserError
from greenboard.durable import outbox
from greenboard.durable.types import State as Engine
from greenboard.workflows import definition as documents
from greenboard.workflows import ending, kinds, log, running, starting
from greenboard.workflows.models import Run, Start, Version
from greenboard.workflows.starting import Cause, Wish
from greenboard.workflows.types import Doing, State, Way
from greenboard.workflows.waking import lock, wake

PATIENCE = timedelta(minutes=1)
"""After that long it is asked whether the work on a run is still under way."""
_MOST = 200
_log = logging.getLogger("greenboard.workflows")


def tend(now: datetime) -> int:
    """Do what is due; how much that was."""
    return _due(now) + _held(now) + _scheduled(now) + _lost(now)


def _due(now: datetime) -> int:
    """Runs in which a step waited long enough go on."""
    waited = Q(steps__doing=Doing.WAITING.value, steps__due_at__lte=now)
    numbers = Run.objects.filter(waited, turn="", ended_at=None).distinct().values_list("pk", flat=True)[:_MOST]
    return sum(_go_on(number, now) for number in list(numbers))


def _go_on(number: int, now: datetime) -> int:
    with transaction.atomic():
        run = lock(number)
        if run.turn or State(run.state).over:
            return 0
        wake(run, now)
        return 1


def _held(now: datetime) -> int:
    """Runs that were held long enough are given up."""
    numbers = Run.objects.filter(state=State.HELD.value, due_at__lte=now).values_list("pk", flat=True)[:_MOST]
    count = 0
    for number in list(numbers):
        with transaction.atomic():
            run = lock(number)
            if run.state == State.HELD and run.due_at is not None and run.due_at <= now:
                log.say(run, now, "given up: nobody decided in time")
                ending.begin(run, State.FAILED, now)
                wake(run, now)
                count += 1
    return count


def _scheduled(now: datetime) -> int:
    """Workflows start whose time has come: once, however often it came while nobody ran."""
    rows = Start.objects.filter(next_at__lte=now, workflow__enabled=True).select_related("workflow")[:_MOST]
    return sum(_start(row, now) for row in list(rows))


def _start(row: Start, now: datetime) -> int:
    with transaction.atomic():
        mine = Start.objects.filter(pk=row.pk, next_at=row.next_at)
        if not mine.update(next_at=kinds.after(row.every, now)):
            return 0
        text = Version.objects.get(workflow=row.workflow, number=row.workflow.version).text
        told = documents.kept(text, row.workflow.name).start[row.number]
        try:
            starting.itself(Wish(row.workflow.name, told.inputs), Cause(Way.SCHEDULE, "schedule", {"every": row.every}))
        except UserError as error:
            _log.warning("%s did not start by its schedule: %s", row.workflow.name, error)
    return 1


def _lost(now: datetime) -> int:
    """Runs go on whose durable work ended in between, or is of before a backup was restored."""
    rows = list(Run.objects.filter(ended_at=None, turned_at__lt=now - PATIENCE).exclude(turn="")[:_MOST])
    if not rows:
        return 0
    from greenboard.durable.engine import Unreachable, client

    count = 0
    for row in rows:
        try:
            found = client(settings.DURABLE).run(row.turn)
        except Unreachable:
            return count
        if found is None and not outbox.dispatched(row.turn):
            continue
        mine = Run.objects.filter(pk=row.pk, turn=row.turn)
        if found is not None and found.state in (Engine.WAITING, Engine.RUNNING):
            mine.update(turned_at=now)
        elif found is not None and found.state is Engine.FAILED:
            _log.error("the work on run %d ended by a fault: %s", row.pk, found.error)
            count += running.broke(row.pk, row.turn, found.error or "it does not say which", now)
        elif mine.update(turn=""):
            _log.warning("run %d lost its work (%s) and goes on", row.pk, found.error if found else "forgotten")
            count += _go_on(row.pk, now)
    return count
