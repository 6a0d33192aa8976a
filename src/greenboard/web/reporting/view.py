"""The pages of reports, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from greenboard.access.decide import Permission, require, sight
from greenboard.access.models import Person
from greenboard.catalog.teams import belonging
from greenboard.core import clock
from greenboard.reports import files, found, groups
from greenboard.reports.files import Made
from greenboard.reports.found import NoReport
from greenboard.reports.ground import Ground, NoScorecard
from greenboard.reports.models import Shared
from greenboard.reports.types import Report
from greenboard.reports.wanted import NAMES, Wanted, read, written
from greenboard.web import asked as address
from greenboard.web import links, menus, selection, words
from greenboard.web.asked import Asked
from greenboard.web.faults import explained
from greenboard.web.menus import choices, spans
from greenboard.web.reporting.types import Drawn, Look, drawn
from greenboard.web.selection import Menu

_SHOWN = 200
"""Rows of a plain table on the page."""


@require(Permission.READ)
@explained
def page(request: HttpRequest, name: str, as_file: str = "") -> HttpResponseBase:
    """A report, as a page or as a file."""
    one = _report(name)
    asked = address.since(address.read(request), one.span)
    ground, figures = _computed(request, one, asked)
    if as_file:
        return attached(files.write(Made(one, ground, one.told(figures)), as_file))
    look, how = Look(ground, asked, figures), drawn().get(name)
    context = {**_context(one, look, how), "saving": _saving(request, asked)}
    return render(request, how.template if how else "report.html", context)


def _saving(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """What the form that keeps this view needs."""
    assert isinstance(request.user, Person), "pages are for who is signed in"
    return {"query": written(asked.given), "shares": Shared.choices, "teams": belonging(request.user).teams}


def _report(name: str) -> Report:
    try:
        return found.report(name)
    except NoReport as error:
        raise Http404(str(error)) from None


def _computed(request: HttpRequest, one: Report, asked: Asked) -> tuple[Ground, Any]:
    try:
        return found.computed(one, wanted(asked, one), sight(request.user))
    except NoScorecard as error:
        raise Http404(str(error)) from None


def wanted(asked: Asked, one: Report) -> Wanted:
    """What the address asks of a report; what else pages know is left out."""
    return read({name: text for name, text in asked.given.items() if name in NAMES}, clock.now(), one.span)


def attached(file: files.File) -> HttpResponse:
    """A file to be kept."""
    answer = HttpResponse(file.content, content_type=file.media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _context(one: Report, look: Look, how: Drawn | None) -> dict[str, Any]:
    asked, ground = look.asked, look.ground
    told = one.told(look.figures)
    return {
        "asked": asked,
        "report": one,
        "scorecard": ground.scorecard,
        "told": told,
        "shown": _SHOWN,
        "drawn": how.context(look) if how else {},
        "entities": words.count(len(ground.columns), "entity", "entities"),
        "scorecards": _scorecards(one, ground, asked),
        "by": _ways(one, ground, asked),
        "own": how.menus(look) if how else (),
        "menus": selection.menus(ground.index, ground.seen.judged, asked) if one.filtered else (),
        "chips": selection.chips(asked),
        "spans": spans(asked, one.span) if one.timed and not one.dated else None,
        "since": f"{asked.since:%Y-%m-%d}",
        "files": list(_files(one, asked)),
        "tables": [(table.title, _file(one, asked, "csv", table=table.name)) for table in told.tables],
        "api": asked.to(f"/api/v1/reporting/{one.name}", *(name for name in NAMES if name != "as_of")),
        "empty": not ground.seen.visible.any(),
    }


def _files(one: Report, asked: Asked) -> Iterator[tuple[str, str]]:
    yield from ((form.upper(), _file(one, asked, form)) for form in ("xlsx", "pdf", "csv"))
    for name, title in files.of_plugins():
        yield title, asked.to(links.report_as(one.name, name), *(known for known in NAMES if known != "as_of"))


def _file(one: Report, asked: Asked, form: str, **more: str) -> str:
    return asked.to(links.report(one.name, form), *(name for name in NAMES if name != "as_of"), **more)


def _scorecards(one: Report, ground: Ground, asked: Asked) -> Menu | None:
    if not one.one_scorecard or len(ground.scorecards) < 2:
        return None
    return choices("scorecard", "Scorecard", [(card.name, card.title) for card in ground.scorecards], asked)


def _ways(one: Report, ground: Ground, asked: Asked) -> Menu | None:
    if not one.grouped:
        return None
    ways = [(name, f"By {said}") for name, said in groups.known(ground.seen)]
    return menus.choices("by", "Group by", [*ways, (groups.ENTITY, "One by one")], asked)
