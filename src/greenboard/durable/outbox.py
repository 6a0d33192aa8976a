"""Wishes for work, written in the transaction that they belong to and handed to the engine after it.

Whoever wished hands over at the commit. Should it die in between, or the engine not answer, a
worker does so: the wish is a row until then.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from greenboard.core import clock
from greenboard.durable import workflows
from greenboard.durable.models import Wish
from greenboard.durable.types import Json, Workflow

_LEFT = timedelta(seconds=2)
"""A younger wish is still with whoever wished."""
_MOST = 200
log = logging.getLogger("greenboard.durable")


def wish(workflow: Workflow, given: Json = None) -> str:
    """Have a workflow run once the transaction is committed, and never if it is not; give the id of the run."""
    row = Wish.objects.create(id=str(uuid.uuid4()), workflow=workflow.name, input=given, at=clock.now())
    transaction.on_commit(partial(_at_commit, row))
    return row.id


def _at_commit(row: Wish) -> None:
    from greenboard.durable.engine import Unreachable

    try:
        _hand_over([row])
    except Unreachable as error:
        log.info("%s is left to a worker: %s", row, error)


def sweep(now: datetime) -> int:
    """Hand over what was left, as far as this version knows the workflows; give how many.

    Raises:
        Unreachable: the engine does not answer.

    """
    waiting = Wish.objects.filter(dispatched_at=None, at__lte=now - _LEFT, workflow__in=workflows.declared())
    rows = list(waiting.order_by("at")[:_MOST])
    _hand_over(rows)
    return len(rows)


def dispatched(run: str) -> bool:
    """Whether the wish for a run was handed over, or is so old that it is forgotten."""
    return not Wish.objects.filter(id=run, dispatched_at=None).exists()


def forget(before: datetime) -> int:
    """Forget wishes that were handed over before a moment; give how many."""
    return Wish.objects.filter(dispatched_at__lt=before).delete()[0]


def _hand_over(rows: Sequence[Wish]) -> None:
    if not rows:
        return
    from greenboard.durable.engine import client

    engine = client(settings.DURABLE)
    for row in rows:
        engine.enqueue(workflows.declared()[row.workflow], row.input, row.id)
    Wish.objects.filter(pk__in=[row.pk for row in rows]).update(dispatched_at=clock.now())
