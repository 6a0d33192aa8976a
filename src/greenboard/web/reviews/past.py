"""Reviews that others held, as they were imported: the list, a page for each that stays, and the same as files."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, require, sight
from greenboard.access.errors import Absent
from greenboard.paper import markdown, pdf
from greenboard.reviews import corpus, freezing
from greenboard.reviews import template as templates
from greenboard.reviews.models import PastReview
from greenboard.reviews.past import keeping, printed
from greenboard.web import asked as address
from greenboard.web import paging
from greenboard.web.faults import explained
from greenboard.web.selection import Menu, Option

PAGE = 50


@require(Permission.READ)
@require_safe
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """What others reviewed, who approved it, and which files could not be read."""
    asked, seen = address.read(request), sight(request.user)
    stage, words = asked.choice("state", ("", *corpus.STAGES)), asked.get("q")
    found = keeping.past(seen)
    if words:
        found = found.filter(title__icontains=words) | found.filter(name__icontains=words)
    if stage:
        found = found.filter(approved__contains=stage)
    page = paging.page(found.count(), PAGE, asked)
    options = tuple(Option(one, one.capitalize(), one == stage) for one in corpus.STAGES)
    context = {
        "asked": asked,
        "rows": found.defer("text")[page.part],
        "page": page,
        "menu": Menu("state", "Approved for", "Approved for any stage", options, bool(stage)),
        "imports": [(one, keeping.link(one, "keps")) for one in keeping.imports(seen)],
        "filtered": bool(words or stage),
    }
    return render(request, "past_reviews.html", context)


def _found(request: HttpRequest, number: int) -> PastReview:
    try:
        return keeping.find(number, sight(request.user))
    except Absent:
        raise Http404("no such past review") from None


@require(Permission.READ)
@require_safe
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Who approved what, what was answered, from which files, with the digest of all of it."""
    row = _found(request, number)
    told = json.loads(row.text)
    others = PastReview.objects.filter(source=row.source, name=row.name).exclude(pk=row.pk).defer("text")
    context = {
        "row": row,
        "told": told,
        "approvals": [{**one, "link": keeping.link(row.corpus, one["file"])} for one in told["approvals"]],
        "files": [(path, digest, keeping.link(row.corpus, path)) for path, digest in told["files"].items()],
        "parts": _parts(told),
        "wrong": freezing.wrong(row.text, row.digest),
        "others": others.order_by("number"),
    }
    return render(request, "past_review.html", context)


def _parts(told: dict[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """The answers below the sections of our template that ask the same; what it does not ask comes last."""
    template = templates.shipped().get(told["template"])
    section = {one.id: part.title for part in template.sections for one in part.questions} if template else {}
    found: dict[str, list[dict[str, str]]] = {title: [] for title in dict.fromkeys(section.values())}
    for one in told["answers"]:
        found.setdefault(section.get(one["question"], "Asked there only"), []).append(one)
    return [(title, answers) for title, answers in found.items() if answers]


@require(Permission.READ)
@require_safe
def file(request: HttpRequest, number: int, as_file: str) -> HttpResponse:
    """The same for print, as text, or the JSON that the digest is of."""
    row = _found(request, number)
    if as_file == "json":
        answer = HttpResponse(row.text.encode(), content_type="application/json")
        answer["Digest"] = f"sha-256={row.digest}"
    else:
        document = printed.document(row, request.build_absolute_uri(f"/reviews/past/{row.pk}"))
        made = pdf.write(document) if as_file == "pdf" else markdown.write(document).encode()
        kind = "application/pdf" if as_file == "pdf" else "text/markdown; charset=utf-8"
        answer = HttpResponse(made, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="past-review-{row.pk}.{as_file}"'
    return answer
