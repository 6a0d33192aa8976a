"""Scaffolds: which there are and what they ask, having something made, who lags behind, and where they come from."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.connections import ConnectionName
from greenboard.api.guard import SCAFFOLDS, SCAFFOLDS_USE, author
from greenboard.api.query import RefText
from greenboard.api.scaffold_makings import MakingList, MakingShown, ScaffoldName, shown
from greenboard.api.shapes import Strict
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.scaffolds import allowed, forge, lagging, reserving, service, shelf, sources, store
from greenboard.scaffolds.models import Source
from greenboard.scaffolds.rendering.types import Question
from greenboard.scaffolds.shelf import Offered
from greenboard.scaffolds.types import Goal, Landing, Wish

router = Router(tags=["Scaffolds"])
SourceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,38}$", examples=["platform"])]
_SCAFFOLD, _SOURCE = "/scaffolds/{name}", "/scaffold-sources/{name}"
MOST = 200


class ScaffoldShown(BaseModel):
    """A scaffold. Its name has that of its source before a dot; one of the library has none."""

    name: str
    title: str
    description: str
    makes: Literal["project", "part"]
    version: str
    source: str
    languages: list[str]
    fixes: list[str] = Field(description="The rules and checklist items that it helps to meet.")


class ScaffoldList(BaseModel):
    scaffolds: list[ScaffoldShown]


class QuestionShown(BaseModel):
    """A question. `when` is a condition over other answers; a default may be a template over them."""

    name: str
    type: str
    help: str
    default: Any
    required: bool
    choices: list[Any]
    several: bool
    secret: bool
    when: bool | str


class ScaffoldWhole(ScaffoldShown):
    questions: list[QuestionShown]
    tasks: list[str] = Field(description="What is left to do by hand.")


class MakingGiven(Strict):
    """What is to be made, and where it goes. `repository` is `owner/name`; a download needs neither.

    With an entity, `rule` may say which rule it is to meet there: `SCORECARD/RULE`.
    """

    answers: dict[str, Any] = Field(default={}, max_length=200)
    way: Landing = Landing.DOWNLOAD
    connection: str = Field(default="", max_length=64)
    repository: str = Field(default="", max_length=200)
    private: Annotated[bool, Field(strict=True)] = True
    reviewed: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="A new repository gets it as a pull request, not at once."
    )
    entity: RefText | None = None
    rule: str = Field(default="", max_length=260)

    def wish(self, name: str) -> Wish:
        """What is asked for."""
        goal = Goal(self.way, self.connection, self.repository, private=self.private, reviewed=self.reviewed)
        return Wish(name, self.answers, goal, Ref.parse(self.entity) if self.entity else None, self.rule)


class BehindShown(BaseModel):
    """Something that was made and has an older version. `update` is the making that brings it up to date."""

    making: int
    repository: str
    entity: str | None
    version: str
    newest: str
    update: int | None


class BehindList(BaseModel):
    behind: list[BehindShown]


class UpdatesGiven(Strict):
    """Which makings are to be brought up to date: all of them or, where one cannot be, none."""

    makings: list[Annotated[int, Field(ge=0, le=2**53, strict=True)]] = Field(min_length=1, max_length=MOST)


class ScaffoldSourceGiven(Strict):
    """A git repository with scaffolds, read with the credentials of a connection, or with none."""

    address: str = Field(max_length=500)
    branch: str = Field(default="", max_length=200)
    folder: str = Field(default="", max_length=200)
    connection: str = Field(default="", max_length=64)
    trusted: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Whether its tasks and extensions may run here while it renders."
    )


class ScaffoldSourceShown(BaseModel):
    """A source, and what came of the last look at it."""

    name: str
    address: str
    branch: str
    folder: str
    connection: str
    trusted: bool
    commit: str
    error: str
    looked_at: datetime | None


class ScaffoldSourceList(BaseModel):
    sources: list[ScaffoldSourceShown]


class ReservedGiven(Strict):
    """Who may use a connection with scaffolds; everybody who may use them, where nobody is named."""

    who: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        max_length=50, description="Teams and roles: `team:payments`, `role:maintainer`."
    )


class ReservedShown(BaseModel):
    connection: str
    who: list[str]


class ReservedList(BaseModel):
    connections: list[ReservedShown]


@router.get("/scaffolds", auth=SCAFFOLDS_USE, response=ScaffoldList)
def scaffolds(request: HttpRequest) -> HttpResponse:
    """Every scaffold."""
    return answers.kept(request, ScaffoldList(scaffolds=[_shown(one) for one in shelf.offered()]))


@router.get(_SCAFFOLD, auth=SCAFFOLDS_USE, response=ScaffoldWhole)
def scaffold(request: HttpRequest, name: Path[ScaffoldName]) -> HttpResponse:
    """One of them, with what it asks."""
    one = shelf.find(name)
    questions = [_question(each) for each in one.scaffold.questions if each.asked]
    tasks = [task.title for task in one.scaffold.tasks]
    return answers.kept(request, ScaffoldWhole(**_shown(one).model_dump(), questions=questions, tasks=tasks))


@router.post(f"{_SCAFFOLD}/makings", auth=SCAFFOLDS_USE, response={201: MakingShown})
def make_from_scaffold(request: HttpRequest, name: Path[ScaffoldName], given: MakingGiven) -> HttpResponse:
    """Have something made. It goes on by itself: ask for the making to see how far it is."""
    with transaction.atomic():
        return answers.told(shown(service.ask(given.wish(name), request.user)), 201)


@router.get(f"{_SCAFFOLD}/behind", auth=SCAFFOLDS_USE, response=BehindList)
def list_behind(request: HttpRequest, name: Path[ScaffoldName]) -> HttpResponse:
    """What was made from it and has an older version, as far as whoever asks may see it."""
    shelf.find(name)
    rows = store.published().filter(allowed.makings(request.user), scaffold=name)
    found = [
        BehindShown(
            making=one.first.pk,
            repository=one.first.repository,
            entity=str(ref) if (ref := store.entity(one.first)) else None,
            version=one.version,
            newest=one.newest,
            update=one.update.pk if one.update else None,
        )
        for one in lagging.standings(rows)
        if one.behind
    ]
    return answers.kept(request, BehindList(behind=found))


@router.post(f"{_SCAFFOLD}/updates", auth=SCAFFOLDS_USE, response={201: MakingList})
def update_makings(request: HttpRequest, name: Path[ScaffoldName], given: UpdatesGiven) -> HttpResponse:
    """Open pull requests that bring what was made up to date."""
    seen = allowed.makings(request.user)
    with transaction.atomic():
        rows = [store.making(number, seen, scaffold=name) for number in given.makings]
        made = [service.update(row, request.user) for row in rows]
        return answers.told(MakingList(makings=[shown(row) for row in made]), 201)


@router.get("/scaffold-sources", auth=SCAFFOLDS, response=ScaffoldSourceList)
def source_list(request: HttpRequest) -> HttpResponse:
    """Every source of scaffolds."""
    rows = Source.objects.order_by("name")
    return answers.kept(request, ScaffoldSourceList(sources=[_source(row) for row in rows]))


@router.put(_SOURCE, auth=SCAFFOLDS, response=ScaffoldSourceShown)
def put_source(request: HttpRequest, name: Path[SourceName], given: ScaffoldSourceGiven) -> HttpResponse:
    """Add a source, or change the one of this name. It is read soon."""
    wish = sources.Wish(name, given.address, given.branch, given.folder, given.connection, given.trusted)
    return answers.told(_source(sources.put(wish, author(request), clock.now())))


@router.post(f"{_SOURCE}/look", auth=SCAFFOLDS, response={202: ScaffoldSourceShown})
def look_at_source(request: HttpRequest, name: Path[SourceName]) -> HttpResponse:  # noqa: ARG001 - it is passed
    """Have a source read now."""
    row = store.source(name)
    sources.wake(row)
    return answers.told(_source(row), 202)


@router.delete(_SOURCE, auth=SCAFFOLDS, response={204: None})
def remove_source(request: HttpRequest, name: Path[SourceName]) -> HttpResponse:  # noqa: ARG001 - it is passed
    """Forget a source with its scaffolds. What was made from them stays."""
    sources.remove(name)
    return HttpResponse(status=204)


@router.get("/scaffold-connections", auth=SCAFFOLDS, response=ReservedList)
def reserved_list(request: HttpRequest) -> HttpResponse:
    """The connections through which scaffolds reach a forge, and who may use them."""
    kept = reserving.reserved()
    shown = [ReservedShown(connection=one.name, who=list(kept.get(one.name, ()))) for one in forge.forges()]
    return answers.kept(request, ReservedList(connections=shown))


@router.put("/scaffold-connections/{name}", auth=SCAFFOLDS, response=ReservedShown)
def reserve_connection(request: HttpRequest, name: Path[ConnectionName], given: ReservedGiven) -> HttpResponse:  # noqa: ARG001 - it is passed
    """Say who may use a connection with scaffolds."""
    return answers.told(ReservedShown(connection=name, who=list(reserving.put(name, given.who))))


def _shown(one: Offered) -> ScaffoldShown:
    scaffold = one.scaffold
    return ScaffoldShown(
        name=one.full,
        title=scaffold.title,
        description=scaffold.description,
        makes=scaffold.makes,
        version=scaffold.version,
        source=one.source,
        languages=list(scaffold.languages),
        fixes=list(scaffold.fixes),
    )


def _question(one: Question) -> QuestionShown:
    return QuestionShown(
        name=one.name,
        type=one.type,
        help=one.help,
        default=None if one.secret else one.default,
        required=one.required,
        choices=[choice.value for choice in one.choices],
        several=one.several,
        secret=one.secret,
        when=one.when,
    )


def _source(row: Source) -> ScaffoldSourceShown:
    return ScaffoldSourceShown(
        name=row.name,
        address=row.address,
        branch=row.branch,
        folder=row.folder,
        connection=row.connection,
        trusted=row.trusted,
        commit=row.commit,
        error=row.error,
        looked_at=row.looked_at,
    )
