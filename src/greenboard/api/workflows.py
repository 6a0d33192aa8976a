"""Workflows: their documents, what starts them, and the secrets that they use."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import WORKFLOWS, WORKFLOWS_RUN, CalledBack, author
from greenboard.api.query import RefText
from greenboard.api.shapes import Strict
from greenboard.api.workflow_runs import RunShown, WorkflowName, shown
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.workflows import answering, definition, drying, keeping, service, starting, store
from greenboard.workflows.definition import LONGEST
from greenboard.workflows.models import Secret
from greenboard.workflows.service import Change
from greenboard.workflows.starting import Wish
from greenboard.workflows.store import Listed
from greenboard.workflows.types import Doing, State, Way

router = Router(tags=["Workflows"])
Token = Annotated[str, Field(max_length=1000)]
SecretName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["deployer_token"])]
_WORKFLOW = "/workflows/{name}"
_KEPT = "/workflow-secrets/{name}"


class WorkflowShown(BaseModel):
    """A workflow. `edited`: it is not, or no longer, that of the library."""

    name: str
    title: str
    about: str
    version: int
    enabled: bool
    edited: bool
    kinds: list[str] = Field(description="Kinds of entities that it is about; empty: any.")
    inputs: dict[str, Any]


class WorkflowText(WorkflowShown):
    text: str = Field(description="The document, YAML.")


class WorkflowList(BaseModel):
    workflows: list[WorkflowShown]


class WorkflowVersion(BaseModel):
    """A version: who wrote it, when and why."""

    version: int
    at: datetime
    by: str
    note: str
    text: str = Field(description="The document, YAML.")


class WorkflowVersionList(BaseModel):
    versions: list[WorkflowVersion]


class TextGiven(Strict):
    """A document to look at."""

    text: str = Field(max_length=LONGEST)


class WorkflowGiven(TextGiven):
    """A document to keep. `based_on` is the version that it was made of; 0: there was none."""

    based_on: Annotated[int, Field(ge=0, le=2**31 - 2, strict=True)] = 0
    note: str = Field(default="", max_length=500)


class MistakeShown(BaseModel):
    """What is wrong, and where."""

    what: str
    line: int | None
    column: int | None
    hint: str | None


class Checked(BaseModel):
    mistakes: list[MistakeShown]


class EnabledGiven(Strict):
    enabled: Annotated[bool, Field(strict=True)]


class RunGiven(Strict):
    """What a run is about, and the values of its inputs."""

    entity: RefText | None = None
    inputs: dict[str, Any] = Field(default={}, max_length=100)

    def wish(self, name: str) -> Wish:
        """What is asked for."""
        return Wish(name, self.inputs, Ref.parse(self.entity) if self.entity else None)


class CallShown(BaseModel):
    """A request that would be sent, with masks in place of secrets. A call of AWS has the method `AWS`."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any


class LineShown(BaseModel):
    """A step as it would be. `unknown`: why it is not known what it would be given, or would give.

    `calls` are the requests that it would send; `refused` says why it could not.
    """

    step: str
    title: str
    does: str
    given: Any
    state: Doing
    unknown: str
    error: str
    calls: list[CallShown]
    refused: str


class DryRun(BaseModel):
    """How a run would go; nothing was sent."""

    state: State
    steps: list[LineShown]
    outputs: Any


class SecretGiven(Strict):
    """A text, and the hosts that it may be sent to (and those below them)."""

    value: str = Field(min_length=1, max_length=keeping.LONGEST)
    hosts: list[Annotated[str, Field(min_length=1, max_length=253)]] = Field(min_length=1, max_length=20)


class SecretShown(BaseModel):
    """A secret without its text."""

    name: str
    hosts: list[str]
    changed_at: datetime
    changed_by: str


class SecretList(BaseModel):
    secrets: list[SecretShown]


class Callback(Strict):
    """What a receiver says of a step: how it goes, or how it ended."""

    state: Annotated[str, Field(pattern=r"^(progress|success|failure)$")]
    message: str = Field(default="", max_length=answering.LONGEST)
    outputs: dict[str, Any] = Field(default={}, max_length=100)


@router.get("/workflows", auth=WORKFLOWS_RUN, response=WorkflowList)
def workflows(request: HttpRequest) -> HttpResponse:
    """Every workflow."""
    return answers.kept(request, WorkflowList(workflows=[_shown(one) for one in store.workflows()]))


@router.get(_WORKFLOW, auth=WORKFLOWS_RUN, response=WorkflowText)
def workflow(request: HttpRequest, name: Path[WorkflowName]) -> HttpResponse:
    """One of them, with its document."""
    return answers.kept(request, _text(store.workflow(name)))


@router.get(f"{_WORKFLOW}/versions", auth=WORKFLOWS_RUN, response=WorkflowVersionList)
def workflow_versions(request: HttpRequest, name: Path[WorkflowName]) -> HttpResponse:
    """Every version of a workflow with its document, the newest first."""
    rows = store.versions(store.workflow(name).row)
    found = [WorkflowVersion(version=one.number, at=one.at, by=one.by, note=one.note, text=one.text) for one in rows]
    return answers.kept(request, WorkflowVersionList(versions=found))


@router.put(_WORKFLOW, auth=WORKFLOWS, response=WorkflowText)
def save_workflow(request: HttpRequest, name: Path[WorkflowName], given: WorkflowGiven) -> HttpResponse:
    """Keep a document as the newest version. Runs that are under way keep theirs."""
    service.save(Change(given.text, given.based_on, author(request), given.note), name)
    return answers.written(_text(store.workflow(name)), 200)


@router.post(f"{_WORKFLOW}/check", auth=WORKFLOWS, response=Checked)
def check_workflow(request: HttpRequest, name: Path[WorkflowName], given: TextGiven) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """What is wrong with a document, without keeping it."""
    found = definition.look(given.text, f"{name}.yaml").errors
    mistakes = [
        MistakeShown(
            what=error.what,
            line=error.place.line if error.place else None,
            column=error.place.column if error.place else None,
            hint=error.hint,
        )
        for error in found
    ]
    return answers.told(Checked(mistakes=mistakes))


@router.put(f"{_WORKFLOW}/enabled", auth=WORKFLOWS, response={204: None})
def switch_workflow(request: HttpRequest, name: Path[WorkflowName], given: EnabledGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Have it start, or not for the time being."""
    service.switch(name, enabled=given.enabled)
    return HttpResponse(status=204)


@router.post(f"{_WORKFLOW}/runs", auth=WORKFLOWS_RUN, response={201: RunShown})
def start_run(request: HttpRequest, name: Path[WorkflowName], given: RunGiven) -> HttpResponse:
    """Start a run."""
    with transaction.atomic():
        return answers.told(shown(starting.ask(given.wish(name), request.user, Way.API)), 201)


@router.post(f"{_WORKFLOW}/dry-run", auth=WORKFLOWS_RUN, response=DryRun)
def dry_run(request: HttpRequest, name: Path[WorkflowName], given: RunGiven) -> HttpResponse:
    """What a run would send, step by step; nothing is sent. Secrets are masked."""
    found = drying.run(given.wish(name), request.user)
    lines = [
        LineShown(
            step=str(one.path), title=one.title, does=one.kind, given=one.given, state=one.doing, unknown=one.unknown,
            error=one.error, calls=[CallShown(**asdict(call)) for call in one.calls], refused=one.refused,
        )
        for one in found.lines
    ]  # fmt: skip
    return answers.told(DryRun(state=found.state, steps=lines, outputs=found.outputs))


@router.get("/workflow-secrets", auth=WORKFLOWS, response=SecretList)
def secrets(request: HttpRequest) -> HttpResponse:
    """The secrets that workflows use. Their texts are given to nobody."""
    return answers.kept(request, SecretList(secrets=[_secret(row) for row in keeping.secrets()]))


@router.put(_KEPT, auth=WORKFLOWS, response=SecretShown)
def put_secret(request: HttpRequest, name: Path[SecretName], given: SecretGiven) -> HttpResponse:
    """Keep a secret, in place of the one of this name."""
    return answers.told(_secret(keeping.put(name, given.value, given.hosts, author(request), clock.now())))


@router.delete(_KEPT, auth=WORKFLOWS, response={204: None})
def remove_secret(request: HttpRequest, name: Path[SecretName]) -> HttpResponse:  # noqa: ARG001 - as above
    """Forget a secret."""
    keeping.remove(name)
    return HttpResponse(status=204)


@router.post("/workflows/callbacks/{token}", auth=CalledBack(), response={204: None})
def call_back(request: HttpRequest, token: Path[Token], said: Callback) -> HttpResponse:  # noqa: ARG001 - as above
    """Answer to a step that waits at this address. It is signed, for one attempt, and for a time."""
    answering.take(token, answering.Said(said.state, said.message, said.outputs))
    return HttpResponse(status=204)


def _shown(one: Listed) -> WorkflowShown:
    made = one.definition
    return WorkflowShown(
        name=one.row.name,
        title=made.title,
        about=made.about,
        version=one.row.version,
        enabled=one.row.enabled,
        edited=one.row.edited,
        kinds=list(made.offer.kinds),
        inputs={
            name: field.model_dump(mode="json", exclude_defaults=True, by_alias=True)
            for name, field in made.inputs.items()
        },
    )


def _text(one: Listed) -> WorkflowText:
    return WorkflowText(**_shown(one).model_dump(), text=one.text)


def _secret(row: Secret) -> SecretShown:
    return SecretShown(name=row.name, hosts=row.hosts, changed_at=row.changed_at, changed_by=row.changed_by)
