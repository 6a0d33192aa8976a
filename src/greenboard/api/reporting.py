"""Reports as figures, and their saved views with when they are mailed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import READ, person, sight
from greenboard.api.query import Asked, AsOf, Number, Text, Word
from greenboard.api.shapes import Strict
from greenboard.core import clock
from greenboard.reports import files, found, scheduling, views, wanted
from greenboard.reports.files import Made
from greenboard.reports.models import Schedule, View

router = Router(tags=["Reports"])
_VIEW = "/report-views/{int:number}"
_Plain = Field(default="", description="As in the address of the report's page.")


class ReportAsked(Asked):
    """What is asked of a report, as in the address of its page."""

    scorecard: Text = Field(default="", description="Name of the scorecard. Default: the first.")
    as_of: AsOf = Field(default=None, description="What held at this moment; a date means its end. Default: now.")
    since: Text = Field(default="", description="A length of time such as `30d`, or a day.")
    by: Text = Field(default="", description="How to group: a field, a relation, `property:NAME`, `level`, `entity`.")
    group: Text = Field(default="", description="Only this group of `by`.")
    show: Text = Field(default="", description="How columns are arranged, where a report can arrange them.")
    team: Text = _Plain
    kind: Text = _Plain
    tier: Text = _Plain
    domain: Text = _Plain
    system: Text = _Plain
    tag: Text = _Plain
    lifecycle: Text = _Plain

    def wanted(self, span: str) -> wanted.Wanted:
        """What is asked for, read."""
        given = {name: str(text) for name, text in self.model_dump(exclude={"as_of"}).items()}
        if self.as_of is not None:
            given["as_of"] = clock.format_time(self.as_of)
        return wanted.read(given, clock.now(), span)


class ReportShown(BaseModel):
    """A report that there is."""

    name: str
    title: str
    question: str


class ReportList(BaseModel):
    reports: list[ReportShown]


class FactTold(BaseModel):
    """A single figure, as it is said to people."""

    name: str
    value: str


class ColumnTold(BaseModel):
    name: str
    title: str


class TableTold(BaseModel):
    """A table; each row has a value for each column. Null is unknown."""

    name: str
    title: str
    note: str
    columns: list[ColumnTold]
    rows: list[dict[str, str | float | int | bool | None]]


class ReportTold(BaseModel):
    """A report as figures, within the sight of whoever asks."""

    report: str
    title: str
    scorecard: str | None
    as_of: datetime
    since: datetime
    facts: list[FactTold]
    notes: list[str]
    tables: list[TableTold]


class ViewGiven(Strict):
    """A view as it is to be. `query` is that of the address of the report's page."""

    name: Annotated[
        str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["Our weak spots"])
    ]
    report: Word = Field(examples=["birds-eye"])
    query: Annotated[str, Field(max_length=2000, examples=["by=system&team=payments"])] = ""
    shared: Literal["own", "team", "all"] = "own"
    team: Annotated[str, Field(max_length=256)] = ""

    def wish(self) -> views.Wish:
        """What is asked for."""
        return views.Wish(self.name, self.report, self.query, self.shared, self.team)


class ViewChanged(ViewGiven):
    """A view as it is to be, and the `version` that was seen."""

    version: Annotated[int, Field(ge=1, strict=True)]


class ScheduleGiven(Strict):
    """When to mail a view: `day` is a weekday (0 is Monday) or a day of the month (1 to 28); `hour` is in UTC."""

    every: Literal["week", "month"]
    day: Annotated[int, Field(ge=0, le=28, strict=True)]
    hour: Annotated[int, Field(ge=0, le=23, strict=True)] = 7
    format: Literal["pdf", "xlsx", "csv"] = "pdf"
    people: Annotated[list[Word], Field(max_length=50)] = []
    addresses: Annotated[list[Annotated[str, Field(max_length=320)]], Field(max_length=50)] = []

    def wish(self) -> scheduling.Wish:
        """What is asked for."""
        given = self.model_dump()
        return scheduling.Wish(**{**given, "people": tuple(self.people), "addresses": tuple(self.addresses)})


class ScheduleShown(BaseModel):
    id: int
    owner: str
    every: str
    day: int
    hour: int
    format: str
    people: list[str]
    addresses: list[str]
    next_at: datetime


class ViewShown(BaseModel):
    """A saved view. `address` is its page, from the root."""

    id: int
    name: str
    owner: str
    report: str
    query: str
    address: str
    shared: str
    team: str
    version: int
    created_at: datetime
    changed_at: datetime
    changed_by: str
    schedules: list[ScheduleShown]


class ViewList(BaseModel):
    views: list[ViewShown]


@router.get("/reporting", auth=READ, response=ReportList)
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that there are."""
    shown = [ReportShown(name=one.name, title=one.title, question=one.question) for one in found.reports()]
    return answers.kept(request, ReportList(reports=shown))


@router.get("/reporting/{name}", auth=READ, response=ReportTold)
def report(request: HttpRequest, name: Path[Word], asked: Query[ReportAsked]) -> HttpResponse:
    """A report as figures, of what is in sight."""
    one = found.report(name)
    ground, figures = found.computed(one, asked.wanted(one.span), sight(request))
    return answers.kept(request, files.plain(Made(one, ground, one.told(figures))))


@router.get("/report-views", auth=READ, response=ViewList)
def report_views(request: HttpRequest) -> HttpResponse:
    """The saved views that one finds: own ones, those of one's teams, those shared with everybody."""
    return answers.kept(request, ViewList(views=[_shown(one) for one in views.seen_by(person(request))]))


@router.post("/report-views", auth=READ, response={201: ViewShown})
def make_report_view(request: HttpRequest, given: ViewGiven) -> HttpResponse:
    """Save a view."""
    return answers.told(_shown(views.make(person(request), given.wish())), 201)


@router.get(_VIEW, auth=READ, response=ViewShown)
def report_view(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """A saved view."""
    return answers.kept(request, _shown(views.find(person(request), number)))


@router.put(_VIEW, auth=READ, response=ViewShown)
def change_report_view(request: HttpRequest, number: Path[Number], given: ViewChanged) -> HttpResponse:
    """Change a view of one's own. Who saw another version is told who was first (409)."""
    who = person(request)
    return answers.told(_shown(views.change(who, views.find(who, number), given.wish(), given.version)))


@router.delete(_VIEW, auth=READ, response={204: None})
def remove_report_view(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Remove a view of one's own, with its schedules."""
    who = person(request)
    views.remove(who, views.find(who, number))
    return HttpResponse(status=204)


@router.post(f"{_VIEW}/schedules", auth=READ, response={201: ScheduleShown})
def mail_report_view(request: HttpRequest, number: Path[Number], given: ScheduleGiven) -> HttpResponse:
    """Mail a view from now on: to oneself, or to others for who manages notifications."""
    who = person(request)
    return answers.told(_schedule(scheduling.make(who, views.find(who, number), given.wish())), 201)


@router.delete(f"{_VIEW}/schedules/{{int:schedule}}", auth=READ, response={204: None})
def end_report_mail(request: HttpRequest, number: Path[Number], schedule: Path[Number]) -> HttpResponse:
    """Mail it no more."""
    who = person(request)
    scheduling.remove(who, views.find(who, number), schedule)
    return HttpResponse(status=204)


def _shown(view: View) -> ViewShown:
    query = f"?{view.query}" if view.query else ""
    return ViewShown(
        id=view.pk,
        address=f"/reports/{view.report}{query}",
        created_at=view.created_at,
        changed_at=view.changed_at,
        changed_by=view.changed_by,
        version=view.version,
        schedules=[_schedule(one) for one in view.schedules.select_related("owner").order_by("pk")],
        **views.said(view),  # type: ignore[arg-type]  # plain JSON of just these fields
    )


def _schedule(one: Schedule) -> ScheduleShown:
    return ScheduleShown(id=one.pk, next_at=one.next_at, **scheduling.said(one))  # type: ignore[arg-type]  # as above
