"""The page of saved views: opened, shared, mailed, removed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require
from greenboard.access.errors import Absent
from greenboard.access.models import Person
from greenboard.catalog.teams import belonging
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reports import found, scheduling, views
from greenboard.reports.models import Every, Schedule, Shared, State, View
from greenboard.reports.scheduling import MAILED
from greenboard.web import links, words
from greenboard.web.acting import act, text

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Mailed:
    """A schedule for people; `last` says how its last mails went."""

    number: int
    said: str
    to: str
    next: SafeString | str
    last: str
    mine: bool


@dataclass(frozen=True)
class Shown:
    """A view for people."""

    number: int
    name: str
    report: str
    url: str
    owner: str
    shared: str
    team: str
    version: int
    mine: bool
    mailed: tuple[Mailed, ...]


@require(Permission.READ)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The views that whoever asks finds."""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    person = _person(request)
    everybodys = may(person, Permission.NOTIFICATIONS_MANAGE)
    context = {
        "error": error,
        "views": [_shown(person, one) for one in views.seen_by(person)],
        "reports": found.reports(),
        "shares": Shared.choices,
        "teams": belonging(person).teams,
        "days": list(enumerate(DAYS)),
        "formats": MAILED,
        "others": everybodys,
    }
    return render(request, "views.html", context)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person), "pages are for who is signed in"
    return request.user


def _shown(person: Person, one: View) -> Shown:
    mine = views.may_change(person, one)
    schedules = one.schedules.select_related("owner").order_by("pk")
    known = {report.name: report.title for report in found.reports()}
    return Shown(
        number=one.pk,
        name=one.name,
        report=known.get(one.report, one.report),
        url=links.report(one.report) + (f"?{one.query}" if one.query else ""),
        owner=one.owner.username,
        shared=one.shared,
        team=one.team,
        version=one.version,
        mine=mine,
        mailed=tuple(_mailed(person, each) for each in schedules if mine or each.owner_id == person.pk),
    )


def _mailed(person: Person, one: Schedule) -> Mailed:
    now = clock.now()
    day = f"on {DAYS[one.day]}s" if one.every == Every.WEEK else f"on day {one.day} of the month"
    counts = [(state, one.sendings.filter(state=state).count()) for state in State.values]
    failed = one.sendings.filter(state=State.FAILED).order_by("-pk").values_list("answer", flat=True).first()
    last = ", ".join(f"{count:,} {state}" for state, count in counts if count) or "nothing sent yet"
    return Mailed(
        number=one.pk,
        said=f"{one.format.upper()} {day} at {one.hour:02}:00 UTC",
        to=", ".join([*one.people, *one.addresses]),
        next=words.when(one.next_at, now),
        last=f"{last}: {failed}" if failed else last,
        mine=one.owner_id == person.pk or may(person, Permission.NOTIFICATIONS_MANAGE),
    )


@require(Permission.READ)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Keep a view."""
    return act(request, lambda: views.make(_person(request), _wish(request)), _page, "views")


@require(Permission.READ)
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change the name of a view, and with whom it is shared."""
    person, view = _person(request), _view(request, number)

    def work() -> None:
        wish = views.Wish(
            text(request, "name"), view.report, view.query, text(request, "shared"), text(request, "team")
        )
        views.change(person, view, wish, _number(request, "version"))

    return act(request, work, _page, "views")


@require(Permission.READ)
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a view."""
    return act(request, partial(views.remove, _person(request), _view(request, number)), _page, "views")


@require(Permission.READ)
@require_POST
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """Mail a view from now on."""
    person, view = _person(request), _view(request, number)

    def work() -> None:
        people = _names(request, "people") or ((person.username,) if not text(request, "addresses") else ())
        every = text(request, "every")
        day = _number(request, "weekday" if every == Every.WEEK else "day")
        wish = scheduling.Wish(
            every, day, _number(request, "hour"), text(request, "format"), people, _names(request, "addresses")
        )
        scheduling.make(person, view, wish)

    return act(request, work, _page, "views")


@require(Permission.READ)
@require_POST
def end(request: HttpRequest, number: int, schedule: int) -> HttpResponse:
    """Mail it no more."""
    return act(request, partial(scheduling.remove, _person(request), _view(request, number), schedule), _page, "views")


def _view(request: HttpRequest, number: int) -> View:
    try:
        return views.find(_person(request), number)
    except Absent as error:
        raise Http404(str(error)) from None


def _wish(request: HttpRequest) -> views.Wish:
    names = ("name", "report", "query", "shared", "team")
    given = {name: text(request, name) for name in names}
    return views.Wish(**{**given, "shared": given["shared"] or Shared.OWN})


def _names(request: HttpRequest, field: str) -> tuple[str, ...]:
    return tuple(name for name in text(request, field).replace(",", " ").split())


def _number(request: HttpRequest, field: str) -> int:
    said = text(request, field)
    if not (said.isascii() and said.isdecimal() and len(said) < 9):
        raise UserError(f"{field} is a number", got=repr(said[:20]))
    return int(said)
