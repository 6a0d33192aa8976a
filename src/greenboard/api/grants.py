"""Who may do what: roles, grants, service accounts and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.access import grants, people
from greenboard.access.errors import Absent
from greenboard.access.models import Grant, Role, Service
from greenboard.access.permissions import Permission
from greenboard.api import answers
from greenboard.api.guard import ACCESS, PEOPLE_READ, author
from greenboard.api.query import WHOLE_REF, Number
from greenboard.api.shapes import Strict

router = Router(tags=["Access"])
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", examples=["auditors"])]
Title = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Scope = Annotated[str, Field(pattern=rf"^$|{WHOLE_REF}", max_length=256, examples=["domain:default/commerce"])]
_SCOPE = Field(default="", description="The entity within which it holds; empty: everything.")

_NESTED = "Of one to a team: whether it reaches the members of the teams within it."


class RoleGiven(Strict):
    """A role of one's own as it is to be."""

    title: Title = ""
    permissions: list[Permission] = Field(min_length=1, max_length=len(Permission))


class RoleShown(BaseModel):
    """A list of permissions. `shipped` ones cannot be changed."""

    name: str
    title: str
    permissions: list[Permission]
    shipped: bool


class RoleList(BaseModel):
    roles: list[RoleShown]


class GrantGiven(Strict):
    """A role for somebody. `name` is that of an account or service account, or a team's reference."""

    role: Slug
    to: Literal["person", "team", "service", "everyone"]
    name: Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    scope: Scope = _SCOPE
    nested: bool = Field(default=True, strict=True, description=_NESTED)


class GrantShown(BaseModel):
    """That somebody has a role. `source` is the identity provider that granted it; empty: a person did."""

    id: int
    role: str
    to: Literal["person", "team", "service", "everyone"]
    name: str
    scope: str
    nested: bool = Field(description=_NESTED)
    source: str
    created_at: datetime
    created_by: str


class GrantList(BaseModel):
    grants: list[GrantShown]


class ServiceGiven(Strict):
    name: Slug
    title: Title = ""


class ServiceShown(BaseModel):
    """An account for programs; closed, its tokens are dead."""

    name: str
    title: str
    active: bool
    created_at: datetime


class ServiceList(BaseModel):
    service_accounts: list[ServiceShown]


@router.get("/roles", auth=PEOPLE_READ, response=RoleList)
def roles(request: HttpRequest) -> HttpResponse:
    """Every role."""
    return answers.kept(request, RoleList(roles=[_role(row) for row in Role.objects.order_by("name")]))


@router.put("/roles/{name}", auth=ACCESS, response=RoleShown)
def set_role(request: HttpRequest, name: Path[Slug], given: RoleGiven) -> HttpResponse:
    """Make a role of one's own, or change it."""
    permissions = sorted({permission.value for permission in given.permissions})
    return answers.told(_role(grants.make_role(name, given.title, permissions, request.user)))


@router.delete("/roles/{name}", auth=ACCESS, response={204: None})
def delete_role(request: HttpRequest, name: Path[Slug]) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Delete a role of one's own that nobody has."""
    grants.delete_role(grants.named(Role, name, "role"))
    return HttpResponse(status=204)


@router.get("/grants", auth=PEOPLE_READ, response=GrantList)
def grants_(request: HttpRequest) -> HttpResponse:
    """Every grant."""
    return answers.kept(request, GrantList(grants=[_grant(row) for row in _grants().order_by("id")]))


@router.post("/grants", auth=ACCESS, response={201: GrantShown})
def make_grant(request: HttpRequest, given: GrantGiven) -> HttpResponse:
    """Grant a role. Nobody grants more than they hold."""
    wish = grants.Wish(given.role, given.to, given.name, given.scope, given.nested)
    return answers.told(_grant(grants.make(wish, request.user, author(request))), 201)


@router.delete("/grants/{int:number}", auth=ACCESS, response={204: None})
def revoke(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Take a grant back."""
    row = _grants().filter(pk=number).first()
    if row is None:
        raise Absent(f"no grant {number}")
    grants.revoke(row, request.user)
    return HttpResponse(status=204)


@router.get("/service-accounts", auth=PEOPLE_READ, response=ServiceList)
def services(request: HttpRequest) -> HttpResponse:
    """Every service account."""
    rows = Service.objects.order_by("name")
    return answers.kept(request, ServiceList(service_accounts=[_service(row) for row in rows]))


@router.post("/service-accounts", auth=ACCESS, response={201: ServiceShown})
def make_service(request: HttpRequest, given: ServiceGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Make a service account. It may nothing until something is granted to it."""
    return answers.told(_service(people.make_service(given.name, given.title)), 201)


@router.post("/service-accounts/{name}/close", auth=ACCESS, response=ServiceShown)
def close_service(request: HttpRequest, name: Path[Slug]) -> HttpResponse:  # noqa: ARG001 - as above
    """Close a service account: its tokens are dead while it is."""
    return _switched(name, active=False)


@router.post("/service-accounts/{name}/open", auth=ACCESS, response=ServiceShown)
def open_service(request: HttpRequest, name: Path[Slug]) -> HttpResponse:  # noqa: ARG001 - as above
    """Open a service account again."""
    return _switched(name, active=True)


def _switched(name: str, *, active: bool) -> HttpResponse:
    people.switch_service(grants.named(Service, name, "service account"), active=active)
    return answers.told(_service(grants.named(Service, name, "service account")))


def _grants() -> QuerySet[Grant]:
    return Grant.objects.select_related("role", "person", "service")


def _role(row: Role) -> RoleShown:
    known = {permission.value for permission in Permission}
    held = [Permission(name) for name in row.permissions if name in known]
    return RoleShown(name=row.name, title=row.title, permissions=held, shipped=row.shipped)


def _grant(row: Grant) -> GrantShown:
    to: Literal["person", "team", "service", "everyone"] = "everyone"
    name = row.team
    if row.person is not None:
        to, name = "person", row.person.get_username()
    elif row.service is not None:
        to, name = "service", row.service.name
    elif row.team:
        to = "team"
    return GrantShown(
        id=row.pk,
        role=row.role.name,
        to=to,
        name=name,
        scope=row.scope,
        nested=row.nested,
        source=row.source,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _service(row: Service) -> ServiceShown:
    return ServiceShown(name=row.name, title=row.title, active=row.active, created_at=row.created_at)
