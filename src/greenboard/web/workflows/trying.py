"""Trying a document that is not saved yet: what it would send, with answers that somebody makes up; kept as a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from greenboard.access.decide import Permission, require
from greenboard.catalog.store import Stored
from greenboard.core import rewriting
from greenboard.core.errors import UserError
from greenboard.web.acting import entity
from greenboard.web.acting import text as field
from greenboard.web.workflows import form, looking, model
from greenboard.workflows import allowed, blanks, definition, drying, inputs, kinds, parts, recorded, rehearsing, store
from greenboard.workflows.blanks import Blank
from greenboard.workflows.cases import Case
from greenboard.workflows.definition import Definition

PREFIX = "answer."


@require(Permission.WORKFLOWS_MANAGE)
@require_POST
def page(request: HttpRequest) -> HttpResponse:
    """The form that tries a document, how a run of it would go, or the document with that as one more case."""
    text, do = looking.written(request), field(request, "do")
    try:
        made = definition.read(text, "workflow.yaml")
        about = (
            entity(request, field(request, "entity"), Permission.WORKFLOWS_RUN) if field(request, "entity") else None
        )
        entered = form.entered(request.POST, made.inputs) if do != "form" else {}
        context: dict[str, Any] = {
            "made": made,
            "fields": form.drawn(request, made.inputs, entered, store.told(about) if about else {}),
            "answers": _answers(request, made),
            "entity": field(request, "entity"),
            "case": field(request, "case"),
        }
        if do == "form":
            return render(request, "parts/workflow_trial.html", context)
        case = _case(request, made, entered, about)
        if do == "keep":
            return _kept(request, text, case, _rehearsed(made, case, strict=True))
        found = drying.sending(_rehearsed(made, case), recorded.NOW)
    except UserError as error:
        said = str(error)
        told = {"error": said[:1].upper() + said[1:]}
        answer = render(request, "parts/workflow_refused.html", told, status=error.status)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#trial-told", "innerHTML"
        return answer
    return render(request, "parts/workflow_trial.html", {**context, "dry": model.dry(found)})


def _answers(request: HttpRequest, made: Definition) -> list[Blank]:
    """What each step that asks somebody or something would be answered, as far as anybody said."""
    known = next((case.answers for case in made.cases if case.ends == "done"), {})
    found = []
    for step in made.every_step():
        kind = kinds.known().get(step.do)
        if kind is not None and not kind.pure:
            name = f"{PREFIX}{step.id}"
            told = request.POST.get(name, blanks.shown(known.get(step.id), "anything"))
            found.append(Blank(name, step.name, "", "anything", value=told))
    return found


def _case(request: HttpRequest, made: Definition, entered: Mapping[str, Any], about: Stored | None) -> Case:
    """What somebody entered, as a case. Steps that nobody answered for are answered by nothing."""
    given = {name: value for name, value in entered.items() if value not in ("", [], "off")}
    answers = {blank.name.removeprefix(PREFIX): blanks.meant(blank.value, blank) for blank in _answers(request, made)}
    told = {name: value for name, value in (store.told(about) if about else {}).items() if value not in (None, [], {})}
    return Case(
        case=field(request, "case")[:200] or "It goes as it was tried",
        inputs=given,
        entity=told,
        by=allowed.account(request.user),
        answers={step: {} if value is None else value for step, value in answers.items()},
    )


def _rehearsed(made: Definition, case: Case, *, strict: bool = False) -> rehearsing.Rehearsed:
    now = recorded.NOW
    scope = {"entity": case.entity, "now": now}
    given = inputs.check(made.inputs, case.inputs, scope, lambda _, text: text, recorded.unasked)
    values = recorded.values(made, case, given, now)
    secrets = recorded.secrets(made, given)
    return rehearsing.Rehearsal(made, values, case.answers, now, secrets, strict=strict).run()


def _kept(request: HttpRequest, text: str, case: Case, found: rehearsing.Rehearsed) -> HttpResponse:
    told = case.model_copy(update={"ends": found.state.value}).model_dump(mode="json", exclude_defaults=True)
    if isinstance(found.outputs, dict) and found.outputs:
        told["outputs"] = found.outputs
    number = len(parts.data(text).get("cases") or ())
    made = rewriting.insert(text, ("cases", number), told)
    return render(request, "parts/workflow_look.html", {**looking.look(made), "written": True})
