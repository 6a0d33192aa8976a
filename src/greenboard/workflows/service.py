"""What people do with workflows and runs: write, switch, answer, go on, cancel. Each is in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from greenboard.access import audit
from greenboard.access.decide import Asker
from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.workflows import allowed, ending, inputs, library, log, starting, store, telling
from greenboard.workflows import definition as documents
from greenboard.workflows.definition import Definition
from greenboard.workflows.inputs import Input
from greenboard.workflows.models import Run, Step, Version, Waiting, Workflow
from greenboard.workflows.types import Asked, Doing, Json, State
from greenboard.workflows.waking import hear, lock, wake

LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Change:
    """A text of a workflow, based on the version that whoever wrote it saw (0: there was none)."""

    text: str
    based_on: int
    by: str
    note: str = ""


def save(change: Change, name: str = "") -> Workflow:
    """Keep a text as the newest version of a workflow, or make one that there is not yet.

    Raises:
        UserError: it is not right, has another name, or somebody else was first.

    """
    made = documents.read(change.text, f"{name or 'workflow'}.yaml")
    if name and made.name != name:
        raise UserError("the name cannot change", expected=name, got=made.name, hint="Make another workflow instead.")
    with transaction.atomic():
        now = clock.now()
        row = _next(made, change)
        Version.objects.create(
            workflow=row, number=row.version, text=change.text, by=change.by, note=change.note[:500], at=now
        )
        library.write_starts(row, made, now)
        audit.note("workflow.saved", f"workflow:{row.name}", after={"version": row.version, "note": change.note[:500]})
    return row


def _next(made: Definition, change: Change) -> Workflow:
    told: dict[str, Any] = {"title": made.title, "edited": True, "version": change.based_on + 1}
    if change.based_on == 0:
        row, fresh = Workflow.objects.get_or_create(name=made.name, defaults=told)
        if not fresh:
            raise InTheWay(f"there is a workflow {made.name} already", hint="Change that one, or take another name.")
        return row
    if not Workflow.objects.filter(name=made.name, version=change.based_on).update(**told):
        row = store.workflow(made.name).row
        last = store.version(row, row.version)
        raise InTheWay(
            f"{last.by} saved version {last.number} meanwhile", hint="Read it, and put what you wrote into it."
        )
    return Workflow.objects.get(name=made.name)


def switch(name: str, *, enabled: bool) -> None:
    """Have a workflow start, or not for the time being; runs that are under way go on.

    Raises:
        Absent: there is none of that name.

    """
    with transaction.atomic():
        row = store.workflow(name).row
        if row.enabled != enabled:
            Workflow.objects.filter(pk=row.pk).update(enabled=enabled)
            audit.note(
                "workflow.switched", f"workflow:{name}", before={"enabled": row.enabled}, after={"enabled": enabled}
            )


@dataclass(frozen=True)
class Answer:
    """What somebody answers a step that waits for them: yes or no, with a reason, and what was asked for."""

    yes: bool = True
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def answer(number: int, path: str, said: Answer, asker: Asker) -> Run:
    """Answer a step that waits.

    Raises:
        UserError: it waits for somebody else, or not any more, or what was entered does not fit.

    """
    with transaction.atomic():
        run, now = _locked(number, asker), clock.now()
        row = _step(run, path)
        asked = _awaiting(run, row)
        if not allowed.answer(asker, asked, row):
            raise Above("this waits for somebody else", hint=_whom(asked, run, asker))
        who = allowed.person(asker)
        assert who is not None, "those who may answer are people"
        if any(one["by"] == who.get_username() for one in row.heard):
            raise InTheWay("you answered this already")
        values = _values(asked, said, asker) if said.yes else {}
        told = {"by": who.get_username(), "at": clock.format_time(now), "yes": said.yes, "values": values}
        hear(row, {**told, "reason": said.reason[:LONGEST_REASON]}, now)
        word = "answered" if asked.fields else "approved" if said.yes else "denied"
        log.say(run, now, f"{word}: {said.reason}" if said.reason else word, path=path, by=who.get_username())
        audit.note(f"workflow.{word}", f"workflow-run:{run.pk}", after={"step": path, "reason": said.reason[:500]})
    return run


def delegate(number: int, path: str, to: str, reason: str, asker: Asker) -> Run:
    """Have somebody else answer a step that waits for whoever asks, who answers it no more.

    Raises:
        UserError: it does not wait for them, or not any more, or the other one may not answer.

    """
    with transaction.atomic():
        run, now = _locked(number, asker), clock.now()
        row = _step(run, path)
        asked = _awaiting(run, row)
        who = allowed.person(asker)
        if who is None or not allowed.answer(asker, asked, row):
            raise Above("this waits for somebody else", hint=_whom(asked, run, asker))
        if any(one["by"] == who.get_username() for one in row.heard):
            raise InTheWay("you answered this already")
        other = allowed.stands_in(to, asked, row).get_username()
        handed = {**asked.handed, who.get_username(): other}
        handed.pop(other, None)
        named = f"person:{other}"
        changed = replace(asked, who=tuple(dict.fromkeys((*asked.who, named))), handed=handed)
        row.asked = store.kept(changed, store.until(row))
        row.save(update_fields=["asked"])
        if not Waiting.objects.filter(step=row, who=named).exists():
            Waiting.objects.create(step=row, who=named)
        said = f"asks {other} in their place" + (f": {reason.strip()[:LONGEST_REASON]}" if reason.strip() else "")
        log.say(run, now, said, path=path, by=who.get_username())
        audit.note("workflow.delegated", f"workflow-run:{run.pk}", after={"step": path, "to": other})
        telling.waits(run, store.definition(run), row, now, [named])
    return run


def _values(asked: Asked, said: Answer, asker: Asker) -> dict[str, Json]:
    fields = {name: Input.model_validate(told) for name, told in asked.fields.items()}
    return inputs.check(fields, said.values, {"entity": {}, "now": clock.now()}, *starting.reading(asker))


def _whom(asked: Asked, run: Run, asker: Asker) -> str:
    if asked.others and run.by == allowed.account(asker):
        return "You started the run, so somebody else has to answer."
    return f"It waits for {', '.join(asked.who)}."


def _awaiting(run: Run, row: Step) -> Asked:
    asked = store.asked(row)
    if row.doing != Doing.WAITING or asked is None or not any(not who.startswith("entity:") for who in asked.who):
        last = row.heard[-1] if row.heard else None
        who = f": {last['by']} answered at {last['at']}" if last and "by" in last else ""
        raise InTheWay(f"{row.path} of run {run.pk} does not wait for an answer any more{who}")
    return asked


def retry(number: int, path: str, asker: Asker) -> Run:
    """Try a step again that failed, in a run that is held.

    Raises:
        UserError: they may not, or the step did not fail.

    """
    with transaction.atomic():
        run, row, now = _failed(number, path, asker)
        row.doing, row.asked, row.heard, row.attempts, row.ended_at = Doing.READY.value, None, [], 0, None
        row.save()
        _resume(run, now, path, "tried again", asker)
    return run


def skip(number: int, path: str, reason: str, asker: Asker) -> Run:
    """Go on without a step that failed, in a run that is held.

    Raises:
        UserError: they may not, give no reason, or the step did not fail.

    """
    if not reason.strip():
        raise UserError("say why it is skipped", expected="a reason")
    with transaction.atomic():
        run, row, now = _failed(number, path, asker)
        row.doing, row.ended_at, row.outputs = Doing.SKIPPED.value, now, {}
        row.save()
        _resume(run, now, path, f"skipped: {reason.strip()[:LONGEST_REASON]}", asker)
    return run


def cancel(number: int, reason: str, asker: Asker) -> None:
    """Cancel a run: nothing more is begun, and what was done is taken back.

    Raises:
        UserError: they may not, or it is over.

    """
    run = store.run(number, allowed.runs(asker))
    if not allowed.go_on(asker, run):
        raise Above("this run is not yours to cancel")
    if State(run.state).over or run.ending:
        raise InTheWay(f"run {number} is over already")
    with transaction.atomic():
        ending.cancel(number, clock.now(), reason.strip()[:LONGEST_REASON] or "by hand", by=allowed.account(asker))
        audit.note("workflow.cancelled", f"workflow-run:{number}", after={"reason": reason.strip()[:500]})


def _failed(number: int, path: str, asker: Asker) -> tuple[Run, Step, datetime]:
    run = _locked(number, asker)
    if not allowed.go_on(asker, run):
        raise Above("this run is not yours to go on with")
    row = _step(run, path)
    if run.state != State.HELD or row.doing != Doing.FAILED:
        raise InTheWay(f"{path} of run {number} is not held", hint="Somebody went on with it, or it ended.")
    return run, row, clock.now()


def _resume(run: Run, now: datetime, path: str, said: str, asker: Asker) -> None:
    run.state, run.due_at, run.error = State.RUNNING.value, None, ""
    run.save(update_fields=["state", "due_at", "error"])
    log.say(run, now, said, path=path, by=allowed.account(asker))
    audit.note("workflow.resumed", f"workflow-run:{run.pk}", after={"step": path, "said": said[:500]})
    wake(run, now)


def _locked(number: int, asker: Asker) -> Run:
    store.run(number, allowed.runs(asker))
    return lock(number)


def _step(run: Run, path: str) -> Step:
    row = Step.objects.filter(run=run, path=path).first()
    if row is None:
        raise Absent(f"run {run.pk} has no step {path[:200]!r} yet")
    row.run = run
    return row
