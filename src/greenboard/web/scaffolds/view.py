"""Which scaffolds there are, and one of them with its form and what lags behind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.access.errors import Absent
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.scaffolds import allowed, fixing, lagging, reserving, service, shelf, store
from greenboard.scaffolds.fixing import Target
from greenboard.scaffolds.shelf import Offered
from greenboard.scaffolds.types import Landing, Wish
from greenboard.web import markdown
from greenboard.web.acting import act, entity, refused, text
from greenboard.web.scaffolds import form, model
from greenboard.web.workflows.form import Field

_MADE = 10


@require(Permission.SCAFFOLDS_USE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every scaffold: what projects begin with, and parts of them."""
    offered, behind = shelf.offered(), lagging.counts()
    made = Counter(store.makings(allowed.makings(request.user)).order_by().values_list("scaffold", flat=True))
    cards = [(one.project, model.card(one, made[one.full], behind.get(one.full, 0), "")) for one in offered]
    context = {
        "projects": [card for project, card in cards if project],
        "parts": [card for project, card in cards if not project],
        "may_manage": may(request.user, Permission.SCAFFOLDS_MANAGE),
    }
    return render(request, "scaffolds.html", context)


@require(Permission.SCAFFOLDS_USE)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A scaffold: its form, what was made from it, and who lags behind."""
    shown = _Page(found(name), _about(request), _given(request, "rule"))
    if request.method != "POST":
        return shown(request)
    questions = shown.offered.scaffold.questions
    entered = form.given(request, questions)
    owners = {one.name: one.owner for one in reserving.forges(request.user)}
    goal = form.goal(request, entered, owners.get(text(request, "connection"), ""))
    ref = shown.about.ref if shown.about else None
    try:
        row = service.ask(Wish(name, entered, goal, ref, shown.rule), request.user)
    except UserError as error:
        return refused(request, error, shown)
    return HttpResponseRedirect(reverse("making", args=[row.pk]))


@require(Permission.SCAFFOLDS_USE)
@require_POST
def fields(request: HttpRequest, name: str) -> HttpResponse:
    """The fields of the form, as far as they are asked for with what is entered."""
    shown = _Page(found(name), _about(request), _given(request, "rule"))
    return render(request, "parts/inputs.html", {"fields": shown.fields(request)})


@require(Permission.SCAFFOLDS_USE)
@require_POST
def update(request: HttpRequest, name: str) -> HttpResponse:
    """Open pull requests that bring those chosen up to date: all of them, or none where one cannot be."""
    chosen = [int(one) for one in request.POST.getlist("making") if one.isascii() and one.isdecimal() and len(one) < 19]
    seen = allowed.makings(request.user)

    def do() -> None:
        with transaction.atomic():
            for number in chosen:
                service.update(store.making(number, seen, scaffold=name), request.user)

    shown = _Page(found(name), None, "")
    if not chosen:
        return refused(request, UserError("nothing was chosen"), shown)
    return act(request, do, shown, "makings")


@dataclass(frozen=True)
class _Page:
    """Draws the page of a scaffold."""

    offered: Offered
    about: Stored | None
    rule: str

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        scaffold, now = self.offered.scaffold, clock.now()
        seen = allowed.makings(request.user)
        rows = store.makings(seen, scaffold=self.offered.full)
        published = store.published().filter(seen, scaffold=self.offered.full)
        standings = lagging.standings(published)
        context = {
            "error": error,
            "offered": self.offered,
            "scaffold": scaffold,
            "doc": markdown.render(scaffold.description),
            "about": self.about,
            "rule": self.rule,
            "rule_name": self.rule.partition("/")[2],
            "fields": self.fields(request),
            "depends": any(isinstance(one.when, str) for one in scaffold.questions),
            **self._goal(request),
            "behind": [model.behind(one) for one in standings if one.behind],
            "current": sum(not one.behind for one in standings),
            "lines": [model.line(row, now) for row in rows[:_MADE]],
            "asked": urlencode({"entity": self.about.ref, "rule": self.rule}) if self.about else "",
        }
        return render(request, "scaffold.html", context)

    def fields(self, request: HttpRequest) -> list[Field]:
        """The fields, with what was entered or is known."""
        questions = self.offered.scaffold.questions
        entered = form.given(request, questions) if request.method == "POST" else _again(request, self.offered)
        return form.drawn(request, questions, entered, self.about)

    def _goal(self, request: HttpRequest) -> dict[str, Any]:
        forges = reserving.forges(request.user)
        target = fixing.target(self.about, forges) if self.about else Target(forges[0].name if forges else "")
        sent = request.method == "POST"
        usual = Landing.REPOSITORY if self.offered.project and not self.about else Landing.PULL_REQUEST
        usual = usual if forges else Landing.DOWNLOAD
        return {
            "forges": forges,
            "ways": self._ways(bool(forges)),
            "way": text(request, "way") if sent else usual.value,
            "connection": text(request, "connection") if sent else target.connection,
            "repository": text(request, "repository") if sent else target.repository,
            "private": not sent or text(request, "private") == "on",
            "reviewed": not sent or text(request, "reviewed") == "on",
        }

    def _ways(self, connected: bool) -> list[tuple[str, str]]:
        new = [(Landing.REPOSITORY.value, "A new repository")] if self.offered.project and not self.about else []
        pull = [(Landing.PULL_REQUEST.value, "A pull request to a repository that is there")]
        return [*(new + pull if connected else []), (Landing.DOWNLOAD.value, "A zip file to download")]


def found(name: str) -> Offered:
    """The scaffold of a page; 404 where there is none."""
    try:
        return shelf.find(name)
    except Absent:
        raise Http404("no such scaffold") from None


def _again(request: HttpRequest, offered: Offered) -> dict[str, Any]:
    """The answers of a making that somebody starts from again."""
    number = request.GET.get("like", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return {}
    row = store.makings(allowed.makings(request.user), scaffold=offered.full).filter(pk=int(number)).first()
    return dict(row.answers) if row else {}


def _given(request: HttpRequest, name: str) -> str:
    return text(request, name) or request.GET.get(name, "")


def _about(request: HttpRequest) -> Stored | None:
    """The entity that the form is about, as far as scaffolds may be used for it."""
    asked = _given(request, "entity")
    return entity(request, asked, Permission.SCAFFOLDS_USE) if asked else None
