"""Having a run go on: at most one piece of durable work goes on with it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from greenboard.durable import outbox
from greenboard.workflows.models import Run, Step
from greenboard.workflows.types import Doing, State


def lock(number: int) -> Run:
    """A run, to be changed by nobody else until the end of the transaction."""
    rows = Run.objects.select_for_update(of=("self",)).select_related("version", "workflow", "entity")
    return rows.get(pk=number)


def wake(run: Run, now: datetime) -> None:
    """Have a locked run go on, unless it does; what goes on looks again before it rests."""
    from greenboard.workflows.jobs import advance

    if run.turn or State(run.state).over:
        return
    run.turn, run.turned_at = outbox.wish(advance, {"run": run.pk}), now
    run.save(update_fields=["turn", "turned_at"])


def hear(step: Step, said: Mapping[str, Any], now: datetime) -> None:
    """Tell a step something, and have its locked run go on."""
    step.heard = [*step.heard, dict(said)]
    if step.doing == Doing.WAITING:
        step.doing = Doing.READY.value
    step.save(update_fields=["heard", "doing"])
    wake(step.run, now)
