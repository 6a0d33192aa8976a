"""What others are told of runs: that one waits for somebody, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from greenboard.core.events import announce
from greenboard.core.happened import ANSWERED, Happened, Happening, Severity
from greenboard.core.refs import Ref
from greenboard.workflows import allowed, asking, store
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Run, Step
from greenboard.workflows.types import Asked, Path, State, Way

_ENDS = {State.DONE: "is done", State.FAILED: "failed", State.CANCELLED: "was cancelled"}


def people(asked: Asked) -> bool:
    """Whether people are asked, rather than time, others, or facts."""
    return any(not who.startswith("entity:") for who in asked.who)


def reference(row: Step) -> str:
    """What names a step in messages by which people answer, for as long as it waits in this attempt."""
    return f"{ANSWERED}{row.run_id}:{row.path}:{row.attempts}"


def waits(run: Run, made: Definition, row: Step, now: datetime, who: Sequence[str]) -> None:
    """A step waits for people, teams and roles."""
    asked = store.asked(row)
    assert asked is not None, "it was just asked"
    step = made.step(Path.parse(row.path).step)
    _tell(
        run,
        Happened(
            Happening.WORKFLOW_WAITING,
            now,
            title=f"{_named(run, made)} waits: {step.name}.",
            why=asked.text,
            todo="Open the run and answer.",
            teams=tuple(Ref.parse(one) for one in who if one.startswith("team:")),
            people=tuple(sorted(asking.everyone(one for one in who if not one.startswith("team:")))),
            key=f"workflow.waiting:{run.pk}:{row.path}" if asked.signed_in or asked.fields else reference(row),
        ),
    )


def held(run: Run, made: Definition, row: Step, now: datetime) -> None:
    """A step failed, and whoever started the run decides."""
    step = made.step(Path.parse(row.path).step)
    _tell(
        run,
        Happened(
            Happening.WORKFLOW_WAITING,
            now,
            title=f"{_named(run, made)} is held: {step.name} failed.",
            why=row.error[:500],
            todo="Try the step again, skip it, or cancel the run.",
            people=(allowed.decides(run),),
            severity=Severity.WARNING,
            key=f"workflow.waiting:{run.pk}:{row.path}",
        ),
    )


def ended(run: Run, made: Definition, now: datetime) -> None:
    """A run is over."""
    state = State(run.state)
    _tell(
        run,
        Happened(
            Happening.WORKFLOW_ENDED,
            now,
            title=f"{_named(run, made)} {_ENDS[state]}.",
            why=run.error[:500],
            people=(allowed.decides(run),) if state is State.FAILED else _starter(run),
            severity=Severity.WARNING if state is State.FAILED else Severity.INFO,
            key=f"workflow.ended:{run.pk}",
        ),
    )


def _named(run: Run, made: Definition) -> str:
    about = store.ref(run)
    return f"Run {run.pk} of “{made.title}”" + (f" for {about.short}" if about else "")


def _starter(run: Run) -> tuple[str, ...]:
    return (run.by,) if run.way == Way.PERSON else ()


def _tell(run: Run, said: Happened) -> None:
    data = {"workflow": run.workflow.name, "run": run.pk, "state": run.state}
    announce(replace(said, path=f"/workflow-runs/{run.pk}", entity=store.ref(run), data=data))
