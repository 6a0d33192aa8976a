"""Accounts of people, and their teams."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access import people
from greenboard.access.errors import Absent
from greenboard.access.models import Membership, Person
from greenboard.api import answers
from greenboard.api.guard import PEOPLE, PEOPLE_READ
from greenboard.api.query import Asked, Limit, Number, One, cursor, key
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.identity import leaving

router = Router(tags=["People"])
Username = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@+-]{1,150}$", examples=["ada"])]
Team = Annotated[str, Field(pattern=r"^team:[a-z0-9][a-z0-9._-]{0,62}/[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$")]


class PersonGiven(Strict):
    name: Username
    email: Annotated[str, Field(max_length=254)] = ""


class MembershipShown(BaseModel):
    """That somebody is in a team; `synced` ones are changed at their `provider`."""

    id: int
    team: str
    source: Literal["synced", "manual"]
    provider: str
    since: datetime


class PersonShown(BaseModel):
    """An account that can sign in, or could while it was open."""

    name: str
    full_name: str
    email: str
    active: bool
    administrator: bool = Field(description="May do everything, whatever is granted.")
    last_sign_in: datetime | None
    memberships: list[MembershipShown]


class PersonMade(PersonShown):
    password: str = Field(description="The first password. It is not shown again.")


class PersonPage(Listed):
    people: list[PersonShown]


class PeopleAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    active: Literal["true", "false"] | None = Field(default=None, description="Only open accounts, or closed ones.")


class TeamGiven(Strict):
    team: Team = Field(examples=["team:default/payments"])


@router.get("/people", auth=PEOPLE_READ, response=PersonPage)
def listing(request: HttpRequest, asked: Query[PeopleAsked]) -> HttpResponse:
    """Accounts, in the order in which they were made."""
    rows, after = _rows().order_by("id"), key(asked.cursor)
    rows = rows if after is None else rows.filter(id__gt=after[0])
    rows = rows if asked.active is None else rows.filter(is_active=asked.active == "true")
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].pk,) if len(found) > asked.limit else None
    page = PersonPage(people=[_shown(row) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post("/people", auth=PEOPLE, response={201: PersonMade})
def make(request: HttpRequest, given: PersonGiven) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Make an account with a random first password."""
    made, password = people.make(given.name, given.email)
    return answers.told_once(PersonMade(**_shown(made).model_dump(), password=password), 201)


@router.get("/people/{name}", auth=PEOPLE_READ, response=PersonShown)
def one(request: HttpRequest, name: Path[Username]) -> HttpResponse:
    """One account."""
    return answers.kept(request, _shown(_person(name)))


@router.post("/people/{name}/close", auth=PEOPLE, response=PersonShown)
def close(request: HttpRequest, name: Path[Username]) -> HttpResponse:
    """Close an account: sessions and tokens end at once."""
    leaving.switch(_person(name), request.user, active=False)
    return answers.told(_shown(_person(name)))


@router.post("/people/{name}/open", auth=PEOPLE, response=PersonShown)
def open_again(request: HttpRequest, name: Path[Username]) -> HttpResponse:
    """Open a closed account; its tokens stay revoked."""
    leaving.switch(_person(name), request.user, active=True)
    return answers.told(_shown(_person(name)))


@router.post("/people/{name}/teams", auth=PEOPLE, response={201: MembershipShown})
def join(request: HttpRequest, name: Path[Username], given: TeamGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Put somebody into a team."""
    return answers.told(_membership(people.join(_person(name), given.team)), 201)


@router.delete("/people/{name}/teams/{int:number}", auth=PEOPLE, response={204: None})
def leave(request: HttpRequest, name: Path[Username], number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Take somebody out of a team that they were put into by hand."""
    row = Membership.objects.filter(pk=number, person=_person(name)).select_related("person").first()
    if row is None:
        raise Absent(f"no membership {number} of {name}")
    people.leave(row)
    return HttpResponse(status=204)


def _rows() -> QuerySet[Person]:
    return Person.objects.prefetch_related("memberships")


def _person(name: str) -> Person:
    found = _rows().filter(username=name).first()
    if found is None:
        raise Absent(f"no account {name!r}")
    return found


def _shown(row: Person) -> PersonShown:
    return PersonShown(
        name=row.username,
        full_name=row.get_full_name(),
        email=row.email,
        active=row.is_active,
        administrator=row.is_superuser,
        last_sign_in=row.last_login,
        memberships=[_membership(one) for one in sorted(row.memberships.all(), key=lambda one: one.pk)],
    )


def _membership(row: Membership) -> MembershipShown:
    return MembershipShown(
        id=row.pk,
        team=row.team,
        source="manual" if row.source == Membership.Source.MANUAL else "synced",
        provider=row.provider,
        since=row.since,
    )
