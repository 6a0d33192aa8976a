"""The pages of runs: all of them, and one of them live, with what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, require
from greenboard.access.errors import Absent
from greenboard.attestations import files
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.web.acting import act, text
from greenboard.web.workflows import form, model
from greenboard.workflows import allowed, attaching, service, store
from greenboard.workflows.inputs import Input
from greenboard.workflows.models import Run, Step
from greenboard.workflows.service import Answer
from greenboard.workflows.types import Doing, State

PAGE = 50


@require(Permission.WORKFLOWS_RUN)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Runs, the newest first; those of a workflow, about an entity, of whoever started them, or in a state."""
    workflow, state, entity, by, below = (
        request.GET.get(name, "").strip() for name in ("workflow", "state", "entity", "by", "below")
    )
    about, error = _about(entity)
    wanted = state if state in {*State} else ""
    rows = store.runs(allowed.runs(request.user), workflow=workflow, state=wanted, about=about, by=by)
    if error:
        rows = rows.none()
    if below.isascii() and below.isdecimal() and len(below) < 19:
        rows = rows.filter(pk__lt=int(below))
    found, now = list(rows[: PAGE + 1]), clock.now()
    kept = {name: value for name, value in (("workflow", workflow), ("entity", entity), ("by", by)) if value}
    chosen = {**kept, **({"state": state} if state else {})}
    older = f"?{urlencode({**chosen, 'below': found[PAGE - 1].pk})}" if len(found) > PAGE else ""
    context = {
        "error": error,
        "entity": entity,
        "by": by,
        "kept": urlencode(kept),
        "runs": [model.run(row, now) for row in found[:PAGE]],
        "states": [(one.value, said.word) for one, said in model.STATES.items()],
        "state": state,
        "workflow": workflow,
        "workflows": [(one.row.name, one.definition.title) for one in store.workflows()],
        "older": older,
    }
    return render(request, "workflow_runs.html", context)


def _about(text: str) -> tuple[Ref | None, str]:
    """The entity of a reference, or what is wrong with that."""
    try:
        return (Ref.parse(text) if text else None), ""
    except UserError as error:
        return None, str(error)


@require(Permission.WORKFLOWS_RUN)
@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One run."""
    return _Page(number)(request)


@require(Permission.WORKFLOWS_RUN)
@require_safe
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a run is; asked for again and again while it goes on.

    The forms that answer come along only where they are not those that are shown: what somebody writes stays.
    """
    context = _Page(number).context(request, "")
    anew = {one["path"] for one in context["asked"]} != {*request.GET.get("shown", "").split()}
    return render(request, "parts/run_progress.html", {**context, "anew": anew})


@dataclass(frozen=True)
class _Page:
    """Draws the page of a run."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        return render(request, "workflow_run.html", self.context(request, error))

    def context(self, request: HttpRequest, error: str) -> dict[str, Any]:
        row, now = _found(request, self.number), clock.now()
        made, state = store.definition(row), State(row.state)
        lines = model.steps(row, made, now)
        return {
            "error": error,
            "run": model.run(row, now),
            "row": row,
            "made": made,
            "lines": lines,
            "picture": model.picture(made, lines),
            "log": model.log(row, now),
            "inputs": model.plain(row.inputs),
            "outputs": model.plain(row.outputs),
            "cause": model.plain(row.cause),
            "asked": (asked := _asked(request, row)),
            "people": form.people() if asked else (),
            "over": state.over,
            "held": state is State.HELD,
            "may_go_on": not state.over and not row.ending and allowed.go_on(request.user, row),
            "files": row.files.order_by("name"),
            "parent": reverse("workflow-run", args=[row.parent_id]) if row.parent_id else "",
            "children": [model.run(one, now) for one in row.children.select_related("workflow", "entity")],
        }


def _found(request: HttpRequest, number: int) -> Run:
    try:
        return store.run(number, allowed.runs(request.user))
    except Absent:
        raise Http404("no such run") from None


def _asked(request: HttpRequest, row: Run) -> list[dict[str, Any]]:
    """The steps that wait for whoever looks, with the fields that they ask for."""
    found = []
    for step in Step.objects.filter(run=row, doing=Doing.WAITING.value).select_related("run").order_by("id"):
        asked = store.asked(step)
        if asked is None or not allowed.answer(request.user, asked, step):
            continue
        fields = {name: Input.model_validate(told) for name, told in asked.fields.items()}
        drawn = form.drawn(request, fields, {}, {})
        made = store.definition(row).step(step.path.partition("[")[0])
        found.append({"path": step.path, "title": made.name, "text": asked.text, "fields": drawn})
    return found


@require(Permission.WORKFLOWS_RUN)
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Answer a step that waits."""
    path = text(request, "step")
    row = _found(request, number)
    step = Step.objects.filter(run=row, path=path).first()
    asked = store.asked(step) if step else None
    fields = {name: Input.model_validate(told) for name, told in asked.fields.items()} if asked else {}
    said = Answer(text(request, "answer") != "no", text(request, "reason"), form.given(request, fields))
    return act(
        request, lambda: service.answer(number, path, said, request.user), _Page(number), "workflow-run", str(number)
    )


@require(Permission.WORKFLOWS_RUN)
@require_safe
def file(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """A file that a run was given."""
    row = _found(request, number)
    try:
        attached = attaching.of(row.pk, name)
    except Absent:
        raise Http404("no such file") from None
    return files.served(attached.file, attached.title)


@require(Permission.WORKFLOWS_RUN)
@require_POST
def delegate(request: HttpRequest, number: int) -> HttpResponse:
    """Name somebody who answers instead."""
    _found(request, number)
    path, to, reason = text(request, "step"), text(request, "to"), text(request, "reason")
    return act(
        request,
        lambda: service.delegate(number, path, to, reason, request.user),
        _Page(number),
        "workflow-run",
        str(number),
    )


@require(Permission.WORKFLOWS_RUN)
@require_POST
def go_on(request: HttpRequest, number: int) -> HttpResponse:
    """Try a failed step again, or go on without it."""
    _found(request, number)
    path, reason = text(request, "step"), text(request, "reason")

    def do() -> object:
        if text(request, "do") == "skip":
            return service.skip(number, path, reason, request.user)
        return service.retry(number, path, request.user)

    return act(request, do, _Page(number), "workflow-run", str(number))


@require(Permission.WORKFLOWS_RUN)
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a run."""
    _found(request, number)
    reason = text(request, "reason")
    return act(
        request, lambda: service.cancel(number, reason, request.user), _Page(number), "workflow-run", str(number)
    )
