"""The queue of reviews, asking for one, and the templates."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, Sight, may, require, sight
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reviews import asking, figures, rights, store
from greenboard.reviews import template as templates
from greenboard.reviews.asking import Wish
from greenboard.reviews.course import ENDED
from greenboard.reviews.reviewers import Reviewer, reviewers
from greenboard.reviews.types import State
from greenboard.web.acting import refused, text
from greenboard.web.asked import address
from greenboard.web.faults import explained
from greenboard.web.reviews.model import STATES, age, entities, rows

PAGE = 50
_ALL = "all"


@require(Permission.READ)
@require_safe
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """What waits for whom, and how long it takes."""
    now, seen = clock.now(), sight(request.user)
    state = request.GET.get("state", "")
    found = store.reviews(seen)
    if not state:
        found = found.exclude(state__in=[one.value for one in ENDED])
    elif state != _ALL:
        found = found.filter(state=_state(state).value)
    reviewer = request.GET.get("reviewer", "").strip()[:320]
    if reviewer:
        found = found.filter(pk__in=figures.queue(reviewer, seen).values("review"))
    below = request.GET.get("below", "")
    if below.isdecimal() and len(below) < 19:
        found = found.filter(pk__lt=int(below))
    page = list(found[: PAGE + 1])
    time, counted = figures.time_to_decision(now, seen)
    waiting = figures.waiting(now, seen)
    most = max((one.oldest for one in waiting), default=None)
    context = {
        "rows": rows(page[:PAGE], now),
        "state": state,
        "states": [(one.value, said.word) for one, said in STATES.items()],
        "reviewer": reviewer,
        "older": _older(state, reviewer, page[PAGE - 1].pk) if len(page) > PAGE else "",
        "waiting": [
            (
                STATES[one.state],
                one.count,
                age(one.median),
                age(one.oldest),
                int(100 * one.oldest / most) if most else 0,
            )
            for one in waiting
        ],
        "load": [(one, address(reverse("reviews"), {"reviewer": one.name})) for one in figures.load(seen)[:12]],
        "reviewers": _reviewers(seen) if may(request.user, Permission.REVIEWS_MANAGE) else (),
        "time": "" if time is None else age(time),
        "counted": counted,
        "any": store.reviews(seen).exists(),
        "may_ask": may(request.user, Permission.REVIEWS_ANSWER),
    }
    return render(request, "reviews.html", context)


def _older(state: str, reviewer: str, below: int) -> str:
    return address("", {"state": state, "reviewer": reviewer, "below": str(below)})


def _reviewers(seen: Sight) -> list[tuple[Reviewer, int]]:
    """Who can review what, with the sections that wait for each."""
    waits = {one.name: one.sections for one in figures.load(seen)}
    return [(one, waits.get(one.name, 0)) for one in reviewers()]


def _state(name: str) -> State:
    try:
        return State(name)
    except ValueError:
        raise UserError(f"the address asks for state={name[:40]!r}", expected=", ".join(State)) from None


@require(Permission.REVIEWS_ANSWER)
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a review: of what, by which template, at which stage."""
    return _new(request)


def _new(request: HttpRequest, *, error: str = "") -> HttpResponse:
    given = request.POST if error else request.GET
    known = templates.shipped()
    chosen = given.get("template", "")
    context = {
        "error": error,
        "given": given,
        "entities": given.get("entities", "") or given.get("entity", ""),
        "templates": known.values(),
        "chosen": chosen if chosen in known else next(iter(known)),
    }
    return render(request, "review_new.html", context)


@require(Permission.REVIEWS_ANSWER)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Ask for it."""
    template, _, stage = text(request, "what").partition(" ")
    try:
        wish = Wish(
            entities(text(request, "entities")),
            template,
            stage,
            text(request, "title"),
            text(request, "reason"),
            text(request, "due"),
        )
        review = asking.request(wish, who=rights.actor(request.user), now=clock.now())
    except UserError as error:
        return refused(request, error, _new)
    return HttpResponseRedirect(reverse("review", args=[review.pk]))


@require(Permission.READ)
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """Every template, and what it asks."""
    return render(request, "review_templates.html", {"templates": templates.shipped().values()})


@require(Permission.READ)
@require_safe
def template(request: HttpRequest, name: str) -> HttpResponse:
    """One template: its stages, sections and questions."""
    found = templates.shipped().get(name)
    if found is None:
        raise Http404(f"no template {name!r}")
    return render(request, "review_template.html", {"template": found, "signed_by": rights.signed_by(found)})
