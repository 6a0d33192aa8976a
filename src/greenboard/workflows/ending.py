"""How runs end: done, failed or cancelled; before that, what was done is taken back where the steps say how."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from greenboard.core.errors import UserError
from greenboard.workflows import expressions, keeping, log, performing, store, telling
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Run, Step, Waiting
from greenboard.workflows.types import Doing, Json, Path, State
from greenboard.workflows.waking import hear, lock, wake

_OPEN = (Doing.READY.value, Doing.WAITING.value)


def begin(run: Run, state: State, now: datetime) -> None:
    """Have a locked run end in a state: nothing more is begun, and what was done is taken back."""
    run.ending, run.due_at, run.state = state.value, None, State.UNDOING.value
    run.save(update_fields=["ending", "due_at", "state", "error"])
    open_ = Step.objects.filter(run=run, doing__in=_OPEN).exclude(path__startswith="~")
    Waiting.objects.filter(step__in=open_).delete()
    for row in open_:
        for child in run.children.filter(parent_path=row.path, ended_at=None):
            cancel(child.pk, now, "the run around it ended")
        row.doing, row.ended_at = Doing.SKIPPED.value, now
        row.save(update_fields=["doing", "ended_at"])


def cancel(number: int, now: datetime, why: str, *, by: str = "") -> None:
    """Cancel a run, unless it is over or ends already."""
    with transaction.atomic():
        run = lock(number)
        if State(run.state).over or run.ending:
            return
        log.say(run, now, f"cancelled: {why}", by=by)
        run.error = why
        begin(run, State.CANCELLED, now)
        wake(run, now)


def end(run: Run, made: Definition, now: datetime) -> None:
    """End a locked run of which nothing is left to do, and tell who asked for it."""
    state = State(run.ending) if run.ending else State.DONE
    outputs: Json = None
    if state is State.DONE:
        try:
            outputs = _outputs(run, made, now)
        except UserError as error:
            state, run.error = State.FAILED, str(error)
    failed = Step.objects.filter(run=run, doing=Doing.FAILED.value, path__startswith="~")
    if left := [made.step(Path.parse(row.path).step).name for row in failed]:
        run.error = f"{run.error}; not taken back: {', '.join(left)}"
    run.state, run.outputs, run.ended_at, run.turn, run.due_at = state.value, outputs, now, "", None
    run.save()
    keeping.forget(run)
    log.say(run, now, f"{state.value}: {run.error}" if run.error and state is not State.DONE else state.value)
    telling.ended(run, made, now)
    if run.parent_id is not None:
        parent = Step.objects.get(run=run.parent_id, path=run.parent_path)
        parent.run = lock(run.parent_id)
        hear(parent, {"state": state.value, "outputs": outputs, "error": run.error}, now)


def _outputs(run: Run, made: Definition, now: datetime) -> Json:
    secrets = keeping.opened(run, made)
    situation = performing.Situation(made, store.values(run), store.records(run), now)
    found = expressions.filled(made.outputs, performing.scope(situation, Path("end")))
    return performing.masked(found, secrets.values())
