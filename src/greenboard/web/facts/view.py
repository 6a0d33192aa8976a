"""The pages of the fact reference."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, may, require
from greenboard.facts.vocabulary import Vocabulary
from greenboard.web import asked as address
from greenboard.web import content
from greenboard.web.facts.model import Type, build
from greenboard.web.faults import explained

_kept: list[tuple[Vocabulary, tuple[Type, ...]]] = []
"""What was last built, with the vocabulary that it is of."""


def _types() -> tuple[Type, ...]:
    words = content.vocabulary()
    if not _kept or _kept[0][0] is not words:
        _kept[:] = [(words, build(words, content.scorecards()))]
    return _kept[0][1]


@require(Permission.READ)
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """Every fact type in a line."""
    wanted = address.read(request).get("q").lower()
    found = [
        known for known in _types() if wanted in f"{known.name} {known.title} {known.doc} {known.connects}".lower()
    ]
    return render(
        request,
        "fact_types.html",
        {"types": found, "q": wanted, "total": len(_types()), "may_define": may(request.user, Permission.RULES_WRITE)},
    )


@require(Permission.READ)
@explained
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One fact type with its fields and its readers."""
    for known in _types():
        if known.name == name:
            held = name in content.vocabulary().defined and may(request.user, Permission.RULES_WRITE)
            return render(request, "fact_type.html", {"type": known, "may_edit": held})
    raise Http404(f"no fact type {name!r}")
