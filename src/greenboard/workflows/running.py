"""Going on with a run: look what is next, perform it, write down what came of it.

Everything that is known of a run is in its rows. A step that was under way when its process died is performed
again, under the same key; what is written down is never performed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.workflows import callbacks, ending, keeping, log, performing, planning, store, telling
from greenboard.workflows.definition import Definition, Retry
from greenboard.workflows.kinds import Kind, Moment
from greenboard.workflows.models import Run, Step, Waiting
from greenboard.workflows.performing import Came, Situation
from greenboard.workflows.types import Doing, Failed, Path, Result, State, Waits
from greenboard.workflows.waking import lock, wake

SOON = timedelta(seconds=5)
"""What is due sooner is waited for right away; the rest is found by whoever looks what is due."""
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Next:
    """Steps to perform at once, or seconds to wait before looking again."""

    ready: tuple[str, ...] = ()
    pause: float = 0.0


def look(number: int, turn: str) -> Next | None:
    """What is next; None where the run rests, is over, or somebody else goes on with it."""
    with transaction.atomic():
        run = lock(number)
        if run.turn != turn:
            return None
        now = clock.now()
        Step.objects.filter(run=run, doing=Doing.WAITING.value, due_at__lte=now).update(doing=Doing.READY.value)
        return _next(run, store.definition(run), now)


def _next(run: Run, made: Definition, now: datetime) -> Next | None:
    records = store.records(run)
    plan = planning.backward(made, records) if run.ending else planning.forward(made, records)
    if plan.ready:
        for path in plan.ready:
            _begin(run, path, made, now)
        _state(run, State.UNDOING if run.ending else State.RUNNING)
        return Next(tuple(str(path) for path in plan.ready))
    if plan.done:
        ending.end(run, made, now)
        return None
    if plan.failed:
        return _held(run, made, plan.failed, now)
    due = Step.objects.filter(run=run, doing=Doing.WAITING.value, due_at__lte=now + SOON).order_by("due_at").first()
    if due is not None and due.due_at is not None:
        return Next(pause=max(0.1, (due.due_at - now).total_seconds()))
    if not run.ending:
        run.state = State.WAITING.value
    run.turn = ""
    run.save(update_fields=["state", "turn"])
    return None


def _held(run: Run, made: Definition, failed: tuple[Path, ...], now: datetime) -> Next | None:
    """Steps failed: somebody decides how to go on, or everything is taken back at once."""
    rows = list(Step.objects.filter(run=run, path__in=[str(path) for path in failed]).order_by("ended_at"))
    run.error = "; ".join(f"{made.step(Path.parse(row.path).step).name}: {row.error}" for row in rows)[:2_000]
    if made.failure == "undo" or any((row.asked or {}).get("final") for row in rows):
        ending.begin(run, State.FAILED, now)
        return _next(run, made, now)
    run.state, run.turn, run.due_at = State.HELD.value, "", now + made.held_for
    run.save(update_fields=["state", "turn", "due_at", "error"])
    telling.held(run, made, rows[0], now)
    return None


def _state(run: Run, state: State) -> None:
    if run.state != state:
        run.state = state.value
        run.save(update_fields=["state"])


def _begin(run: Run, path: Path, made: Definition, now: datetime) -> None:
    """Write down that a step is under way. A further look at what it waits for is no further attempt.

    Nor is it one where whoever performed it died: a receiver that answers later knows the address of that attempt.
    """
    row, _ = Step.objects.get_or_create(run=run, path=str(path))
    if row.asked is None and row.doing != Doing.RUNNING and (path.undo or made.step(path.step).do):
        row.attempts += 1
    row.doing, row.began_at = Doing.RUNNING.value, row.began_at or now
    row.save(update_fields=["doing", "attempts", "began_at"])


def act(number: int, turn: str, path: str) -> None:
    """Perform a step and write down what came of it. One that somebody ended meanwhile is left as it is."""
    run = store.run(number)
    row = Step.objects.filter(run=run, path=path, doing=Doing.RUNNING.value).first()
    if row is None or run.turn != turn:
        return
    came = _perform(run, row, Path.parse(path))
    with transaction.atomic():
        _write(lock(number), row.pk, row.attempts, came)


def _perform(run: Run, row: Step, path: Path) -> Came:
    try:
        made = store.definition(run)
        secrets = keeping.opened(run, made)
        situation = Situation(made, store.values(run), store.records(run), clock.now(), secrets)
        found = performing.begin(situation, path)
        if found is not None:
            return found
        return performing.perform(situation, path, _moment(run, row, situation, path), _do)
    except UserError as error:
        return Came(Doing.FAILED, failed=Failed(str(error)))


def _do(kind: Kind, given: object, moment: Moment) -> Result:
    """Have a kind of step do what it does. A fault ends the durable work; `tending` has the step fail by it."""
    return kind.perform(given, moment)


def broke(number: int, turn: str, why: str, now: datetime) -> bool:
    """Have the steps fail that were under way when the work on a run ended by a fault of ours; whether that was so."""
    with transaction.atomic():
        run = lock(number)
        if run.turn != turn:
            return False
        made = store.definition(run)
        for row in Step.objects.filter(run=run, doing=Doing.RUNNING.value, outputs__isnull=True):
            path = Path.parse(row.path)
            if path.undo or made.step(path.step).do:
                _fail(run, row, Failed(f"an internal fault: {why[:500]}", again=True), _retry(made, path), now)
        run.turn = ""
        run.save(update_fields=["turn"])
        wake(run, now)
        return True


def _moment(run: Run, row: Step, situation: Situation, path: Path) -> Moment:
    _, _, used = performing.given(situation, path)
    return Moment(
        run=run.pk,
        path=row.path,
        key=callbacks.key(run, path),
        workflow=run.workflow.name,
        entity=store.ref(run),
        by=run.by,
        now=situation.now,
        depth=run.depth,
        asked=store.asked(row),
        until=store.until(row),
        heard=tuple(row.heard),
        address=callbacks.address(row),
        hosts=keeping.hosts(used) if used else None,
        secrets=tuple(situation.secrets.values()),
    )


def _write(run: Run, number: int, attempts: int, came: Came) -> None:
    row = Step.objects.select_related("run").get(pk=number)
    if row.doing != Doing.RUNNING or row.attempts != attempts:
        return
    row.run, now, path = run, clock.now(), Path.parse(row.path)
    made = store.definition(run)
    if came.waits is not None:
        _wait(run, row, came.waits, made, now)
        return
    if came.failed is not None:
        _fail(run, row, came.failed, _retry(made, path), now)
        return
    row.outputs = came.outputs if came.outputs is not None or came.doing is not Doing.DONE else {}
    row.doing, row.error, row.due_at = came.doing.value, "", None
    if came.doing is not Doing.RUNNING:
        row.ended_at = now
        said = "skipped: its condition does not hold" if came.doing is Doing.SKIPPED else "done"
        log.say(run, now, said, path=row.path)
    row.save()
    Waiting.objects.filter(step=row).delete()
    keeping.keep(run, came.kept)


def _retry(made: Definition, path: Path) -> Retry:
    step = made.step(path.step)
    return step.undo.retry if path.undo and step.undo else step.retry


def _wait(run: Run, row: Step, waits: Waits, made: Definition, now: datetime) -> None:
    asked, before = waits.asked, store.asked(row)
    fresh = [who for who in dict.fromkeys(asked.who) if before is None or who not in before.who]
    row.asked = store.kept(asked, waits.until)
    row.doing, row.due_at, row.error = Doing.WAITING.value, waits.look or waits.until, ""
    if before is None and row.heard:  # somebody was quicker than we
        row.doing = Doing.READY.value
    row.save()
    if before is not None and not fresh:
        return
    Waiting.objects.bulk_create(Waiting(step=row, who=who) for who in fresh)
    log.say(run, now, waits.note or "waits", path=row.path)
    if row.doing == Doing.WAITING and telling.people(asked):
        telling.waits(run, made, row, now, fresh)


def _fail(run: Run, row: Step, failed: Failed, retry: Retry, now: datetime) -> None:
    row.error = failed.why[:4_000]
    if failed.again and row.attempts < retry.attempts:
        pause = min(clock.parse_span(retry.pause) * 2 ** (row.attempts - 1), _LONGEST_PAUSE)
        pause = max(pause, timedelta(seconds=failed.after))
        row.doing, row.due_at, row.asked, row.heard = Doing.WAITING.value, now + pause, None, []
        log.say(run, now, f"attempt {row.attempts} of {retry.attempts} failed: {row.error}", path=row.path)
    else:
        row.doing, row.ended_at, row.due_at = Doing.FAILED.value, now, None
        row.asked = {"final": failed.final}
        log.say(run, now, f"failed: {row.error}", path=row.path)
    row.save()
    Waiting.objects.filter(step=row).delete()
