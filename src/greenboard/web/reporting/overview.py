"""All reports at a glance, each with a small picture of what it says now."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from greenboard.access.decide import Permission, require, sight
from greenboard.core import clock
from greenboard.reports import found
from greenboard.reports.wanted import read
from greenboard.web import asked as address
from greenboard.web import links
from greenboard.web.asked import Asked
from greenboard.web.faults import explained
from greenboard.web.reporting.types import Look, drawn


@dataclass(frozen=True)
class Card:
    """A report in the overview. `facts` are a few of its figures."""

    title: str
    question: str
    url: str
    picture: SafeString | str
    facts: tuple[tuple[str, str], ...]


@require(Permission.READ)
@explained
def overview(request: HttpRequest) -> HttpResponse:
    """Every report, computed for whoever asks."""
    asked = address.read(request)
    given = {name: asked.get(name) for name in ("scorecard", "as_of")}
    cards = []
    for one in found.reports():
        wanted = read(given, clock.now(), one.span)
        ground, figures = found.computed(one, wanted, sight(request.user))
        look, how = Look(ground, asked, figures), drawn().get(one.name)
        picture = how.preview(look) if how else ""
        cards.append(Card(one.title, one.question, _url(one.name, asked), picture, one.told(figures).facts[:3]))
    return render(request, "reporting.html", {"asked": asked, "cards": cards})


def _url(name: str, asked: Asked) -> str:
    return asked.to(links.report(name), "scorecard")
