"""Runs of workflows: listed, watched, answered, gone on with, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import WORKFLOWS_RUN
from greenboard.api.query import Asked, Limit, Number, One, RefText, Text, Word, cursor, key
from greenboard.api.schemas import FILE, Listed
from greenboard.api.shapes import Strict
from greenboard.attestations import files
from greenboard.core.refs import Ref
from greenboard.workflows import allowed, attaching, service, store
from greenboard.workflows.models import Line, Run, Step
from greenboard.workflows.service import Answer
from greenboard.workflows.types import Doing, State, Way

router = Router(tags=["Workflows"])
_RUN = "/workflow-runs/{int:number}"
WorkflowName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["deploy-service"])]
StepPath = Annotated[str, Field(pattern=r"^~?[a-z][a-z0-9_]{0,62}(\[\d{1,4}\])*$", examples=["approval"])]


class RunShown(BaseModel):
    """A run. `held`: a step failed, and somebody decides. Inputs that are secret are masked."""

    id: int
    workflow: str
    version: int
    state: State
    entity: str | None
    way: Way
    by: str
    inputs: dict[str, Any]
    outputs: Any
    error: str
    began_at: datetime
    ended_at: datetime | None


class StepShown(BaseModel):
    """A step of a run. `waits_for` names people, teams and roles."""

    step: str
    state: Doing
    attempts: int
    began_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    waits_for: list[str]
    outputs: Any
    error: str


class LogLine(BaseModel):
    at: datetime
    step: str
    by: str
    text: str


class RunWhole(RunShown):
    steps: list[StepShown]
    log: list[LogLine]


class RunPage(Listed):
    runs: list[RunShown]


class RunsAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    workflow: WorkflowName | None = Field(default=None, description="Of which workflow.")
    state: State | None = Field(default=None, description="How far they are.")
    entity: RefText | None = Field(default=None, description="About which entity.")
    by: Text | None = Field(default=None, description="Who started them.")


class AnswerGiven(Strict):
    """Yes or no to a step that waits, with a reason, and the values that it asks for."""

    step: StepPath
    yes: Annotated[bool, Field(strict=True)] = True
    reason: str = Field(default="", max_length=service.LONGEST_REASON)
    values: dict[str, Any] = Field(default={}, max_length=100)


class StepGiven(Strict):
    step: StepPath


class DelegateGiven(StepGiven):
    to: str = Field(min_length=1, max_length=150, description="The name of an account.")
    reason: str = Field(default="", max_length=service.LONGEST_REASON)


class SkipGiven(StepGiven):
    reason: str = Field(min_length=1, max_length=service.LONGEST_REASON)


class CancelGiven(Strict):
    reason: str = Field(default="", max_length=service.LONGEST_REASON)


@router.get("/workflow-runs", auth=WORKFLOWS_RUN, response=RunPage)
def runs(request: HttpRequest, asked: Query[RunsAsked]) -> HttpResponse:
    """The runs that whoever asks may see, newest first."""
    before = key(asked.cursor)
    state = asked.state.value if asked.state else ""
    about = Ref.parse(asked.entity) if asked.entity else None
    rows = store.runs(
        allowed.runs(request.user), workflow=asked.workflow or "", state=state, about=about, by=asked.by or ""
    )
    rows = rows.select_related("version", "workflow", "entity")
    found = list((rows.filter(pk__lt=before[0]) if before else rows)[: asked.limit + 1])
    shown_ = found[: asked.limit]
    next_ = (shown_[-1].pk,) if len(found) > asked.limit else None
    page = RunPage(runs=[shown(row) for row in shown_], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.get(_RUN, auth=WORKFLOWS_RUN, response=RunWhole)
def run(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One run, with its steps and its log."""
    row = store.run(number, allowed.runs(request.user))
    steps = [_step(one) for one in Step.objects.filter(run=row).order_by("id")]
    lines = Line.objects.filter(run=row).order_by("id")
    log = [LogLine(at=one.at, step=one.path, by=one.by, text=one.text) for one in lines]
    return answers.kept(request, RunWhole(**shown(row).model_dump(), steps=steps, log=log))


@router.get(f"{_RUN}/files/{{name}}", auth=WORKFLOWS_RUN, openapi_extra=FILE)
def run_file(request: HttpRequest, number: Path[Number], name: Path[Word]) -> HttpResponse:
    """A file that a run was given, by the name of its input."""
    attached = attaching.of(store.run(number, allowed.runs(request.user)).pk, name)
    return answers.tagged(request, files.served(attached.file, attached.title))


@router.post(f"{_RUN}/answer", auth=WORKFLOWS_RUN, response=RunShown)
def answer_run(request: HttpRequest, number: Path[Number], given: AnswerGiven) -> HttpResponse:
    """Answer a step that waits for whoever asks."""
    said = Answer(given.yes, given.reason, given.values)
    return answers.told(shown(service.answer(number, given.step, said, request.user)))


@router.post(f"{_RUN}/delegate", auth=WORKFLOWS_RUN, response=RunShown)
def delegate_step(request: HttpRequest, number: Path[Number], given: DelegateGiven) -> HttpResponse:
    """Name somebody who answers a step in the place of whoever asks."""
    return answers.told(shown(service.delegate(number, given.step, given.to, given.reason, request.user)))


@router.post(f"{_RUN}/retry", auth=WORKFLOWS_RUN, response=RunShown)
def retry_step(request: HttpRequest, number: Path[Number], given: StepGiven) -> HttpResponse:
    """Try a step again that failed."""
    return answers.told(shown(service.retry(number, given.step, request.user)))


@router.post(f"{_RUN}/skip", auth=WORKFLOWS_RUN, response=RunShown)
def skip_step(request: HttpRequest, number: Path[Number], given: SkipGiven) -> HttpResponse:
    """Go on without a step that failed, for a reason."""
    return answers.told(shown(service.skip(number, given.step, given.reason, request.user)))


@router.post(f"{_RUN}/cancel", auth=WORKFLOWS_RUN, response={202: RunShown})
def cancel_run(request: HttpRequest, number: Path[Number], given: CancelGiven) -> HttpResponse:
    """Cancel a run: nothing more is begun, and what was done is taken back where its steps say how."""
    service.cancel(number, given.reason, request.user)
    return answers.told(shown(store.run(number)), 202)


def shown(row: Run) -> RunShown:
    """A run as it is answered."""
    about = store.ref(row)
    return RunShown(
        id=row.pk,
        workflow=row.workflow.name,
        version=row.version.number,
        state=State(row.state),
        entity=str(about) if about else None,
        way=Way(row.way),
        by=row.by,
        inputs=row.inputs,
        outputs=row.outputs,
        error=row.error,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )


def _step(row: Step) -> StepShown:
    asked = store.asked(row)
    return StepShown(
        step=row.path,
        state=Doing(row.doing),
        attempts=row.attempts,
        began_at=row.began_at,
        ended_at=row.ended_at,
        due_at=row.due_at if row.doing == Doing.WAITING else None,
        waits_for=list(asked.who) if asked and row.doing == Doing.WAITING else [],
        outputs=row.outputs,
        error=row.error,
    )
