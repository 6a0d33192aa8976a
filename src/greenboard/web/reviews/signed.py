"""What was signed: a page that stays, and the same as Markdown, PDF, and the evidence itself."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, require, sight
from greenboard.access.errors import Absent
from greenboard.paper import markdown, pdf
from greenboard.paper.types import Document
from greenboard.reviews import freezing, printed, store
from greenboard.reviews.models import Review, Signature
from greenboard.web.faults import explained
from greenboard.web.reviews.model import context_of


def _found(request: HttpRequest, number: int, signature: int) -> tuple[Review, Signature]:
    try:
        review = store.find(number, sight(request.user))
    except Absent:
        raise Http404("no such review") from None
    found = store.signature(review, signature)
    if found is None:
        raise Http404("no such signature")
    return review, found


@require(Permission.READ)
@require_safe
def page(request: HttpRequest, number: int, signature: int) -> HttpResponse:
    """All that was signed, as it was then."""
    review, found = _found(request, number, signature)
    last = store.signature(review)
    context = {
        "review": review,
        "signature": found,
        "told": context_of(json.loads(found.text)),
        "wrong": freezing.wrong(found.text, found.digest),
        "reopenings": found.reopenings.order_by("id"),
        "later": last if last and last.number > found.number else None,
    }
    return render(request, "review_signed.html", context)


_WRITERS: dict[str, tuple[str, Callable[[Document], bytes]]] = {
    "pdf": ("application/pdf", pdf.write),
    "md": ("text/markdown; charset=utf-8", lambda document: markdown.write(document).encode()),
}


@require(Permission.READ)
@require_safe
@explained
def file(request: HttpRequest, number: int, signature: int, as_file: str) -> HttpResponse:
    """What was signed as a file: for print, as text, or the evidence that the digest is of."""
    review, found = _found(request, number, signature)
    if as_file == "json":
        answer = HttpResponse(found.text.encode(), content_type="application/json")
        answer["Digest"] = f"sha-256={found.digest}"
    else:
        kind, write = _WRITERS[as_file]
        link = request.build_absolute_uri(f"/reviews/{review.pk}/signed/{found.number}")
        answer = HttpResponse(write(printed.document(json.loads(found.text), found.digest, link)), content_type=kind)
    name = f"review-{review.pk}-{found.number}.{as_file}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
