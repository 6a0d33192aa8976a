"""A document that somebody changes by forms: a part is filled in, written into the text, and looked at again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from greenboard.access.decide import Permission, require
from greenboard.core.errors import UserError
from greenboard.web.acting import text as field
from greenboard.web.workflows import looking
from greenboard.workflows import parts
from greenboard.workflows.parts import Part

PREFIX = "part."


@require(Permission.WORKFLOWS_MANAGE)
@require_POST
def part(request: HttpRequest) -> HttpResponse:
    """The form of a part, or the document with that part saved, removed, or moved."""
    text, do = looking.written(request), field(request, "do")
    try:
        one = _part(request)
        if do == "form":
            return _form(request, text, one)
        made = _changed(request, text, one, do)
    except UserError as error:
        return _refused(request, text, error, do)
    return render(request, "parts/workflow_look.html", {**looking.look(made), "written": True})


def _part(request: HttpRequest) -> Part:
    told = {name: field(request, name) for name in ("kind", "connection", "action")}
    return parts.part(field(request, "at"), **told, fresh=field(request, "fresh") == "1")


def _changed(request: HttpRequest, text: str, one: Part, do: str) -> str:
    if do == "save":
        given = {name.removeprefix(PREFIX): value for name, value in request.POST.items() if name.startswith(PREFIX)}
        return parts.save(text, one, {name: str(value) for name, value in given.items()})
    if do == "remove":
        return parts.remove(text, one)
    return parts.move(text, one, -1 if do == "up" else 1)


def _form(request: HttpRequest, text: str, one: Part) -> HttpResponse:
    return render(request, "parts/workflow_part.html", {"form": parts.form(text, one)})


def _refused(request: HttpRequest, text: str, error: UserError, do: str) -> HttpResponse:
    """What was wrong, above what it is about: the form that was sent keeps what was entered."""
    said = str(error)
    context = {"error": said[:1].upper() + said[1:]}
    if do in ("form", "save"):
        answer = render(request, "parts/workflow_refused.html", context, status=error.status)
        answer.headers["HX-Retarget"] = "#part-told" if do == "save" else "#part"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return render(request, "parts/workflow_look.html", {**looking.look(text), **context}, status=error.status)
