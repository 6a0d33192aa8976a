"""Who asks: account, teams, roles and permissions, as far as the session or token reaches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from greenboard.access import standing
from greenboard.access.models import Grant, Person, Service, Token
from greenboard.access.permissions import WORDS, Permission
from greenboard.access.standing import Bearer
from greenboard.api import answers
from greenboard.api.guard import MYSELF
from greenboard.catalog.teams import Belonging, belonging

router = Router(tags=["People"])


class TokenUsed(BaseModel):
    """The token that asks. Nothing is allowed beyond what it lists, nor outside of its `scope` where it has one."""

    prefix: str
    name: str
    scope: str
    expires_at: datetime | None


class TeamMine(BaseModel):
    """A team that one is in; `within` ones are within such a team."""

    ref: str
    within: bool


class RoleMine(BaseModel):
    """A role that one has; `through` is the account, a team, or everyone. `scope` empty: everything."""

    role: str
    title: str
    scope: str
    through: str


class Allowed(BaseModel):
    """A permission that is held: for everything, or within some entities."""

    name: Permission
    title: str
    everywhere: bool
    within: list[str]


class Me(BaseModel):
    """Whoever asks."""

    kind: Literal["person", "service"]
    name: str
    full_name: str
    email: str
    administrator: bool = Field(description="May do everything, whatever is granted.")
    token: TokenUsed | None = Field(description="The token that asks; null: a session does.")
    persons: list[str] = Field(description="Who of the catalog this is.")
    teams: list[TeamMine]
    roles: list[RoleMine]
    permissions: list[Allowed]


@router.get("/me", auth=MYSELF, response=Me)
def me(request: HttpRequest) -> HttpResponse:
    """Who asks, and what they may."""
    asker: object = request.user
    token = asker.token if isinstance(asker, Bearer) else None
    owner = (token.person or token.service) if token else asker
    assert isinstance(owner, Person | Service), "the guard lets nobody else in"
    person = owner if isinstance(owner, Person) else None
    where = belonging(person) if person else Belonging()
    return answers.kept(
        request,
        Me(
            kind="person" if person else "service",
            name=str(owner),
            full_name=owner.get_full_name() if isinstance(owner, Person) else owner.title,
            email=person.email if person else "",
            administrator=bool(person and person.is_superuser),
            token=_token(token) if token else None,
            persons=sorted(map(str, where.persons)),
            teams=[
                *(TeamMine(ref=str(ref), within=False) for ref in where.teams),
                *(TeamMine(ref=str(ref), within=True) for ref in where.within),
            ],
            roles=[_role(grant) for grant in standing.grants(owner)],
            permissions=list(_permissions(request)),
        ),
    )


def _token(token: Token) -> TokenUsed:
    return TokenUsed(prefix=token.prefix, name=token.name, scope=token.scope, expires_at=token.expires_at)


def _role(grant: Grant) -> RoleMine:
    through = grant.team or ("everyone" if grant.everyone else "account")
    return RoleMine(role=grant.role.name, title=grant.role.title, scope=grant.scope, through=through)


def _permissions(request: HttpRequest) -> Iterator[Allowed]:
    held = standing.of(request.user)
    for permission in Permission:
        sight = held.sight(permission)
        if not sight.nothing:
            within = sorted({str(ref) for group in sight.groups for ref in group})
            title = WORDS[permission].title
            yield Allowed(name=permission, title=title, everywhere=sight.everything, within=within)
