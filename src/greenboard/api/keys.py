"""Tokens: one's own by a session, those of service accounts by whoever manages access."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.access import tokens
from greenboard.access.errors import Absent
from greenboard.access.grants import named
from greenboard.access.models import Person, Service, Token
from greenboard.access.permissions import About, Permission
from greenboard.api import answers
from greenboard.api.grants import Scope, Slug
from greenboard.api.guard import ACCESS, TOKENS, person
from greenboard.api.shapes import Strict
from greenboard.core import clock

router = Router(tags=["Tokens"])
Prefix = Annotated[str, Field(pattern=r"^[0-9a-f]{8}$", examples=["1a2b3c4d"])]
_SERVICES = "/service-accounts/{name}/tokens"
_LENDABLE = tuple(one for one in Permission if one.about is not About.SELF)


class TokenGiven(Strict):
    """A token as it is to be. It can never do more than its owner."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~][ -~]*$", examples=["CI of checkout"])]
    permissions: list[Permission] = Field(
        min_length=1,
        max_length=len(Permission),
        json_schema_extra={"items": {"type": "string", "enum": [one.value for one in _LENDABLE]}},
    )
    scope: Scope = Field(default="", description="The entity within which it works; empty: everything.")
    days: int | None = Field(default=30, ge=1, le=366, strict=True, description="When it ends; null: never.")


class TokenShown(BaseModel):
    """A token without its secret."""

    prefix: str
    name: str
    owner: str
    permissions: list[Permission]
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenShown):
    token: str = Field(description="The token itself. It is not shown again.")


class TokenList(BaseModel):
    tokens: list[TokenShown]


@router.get("/tokens", auth=TOKENS, response=TokenList)
def own(request: HttpRequest) -> HttpResponse:
    """One's own tokens, newest first."""
    return _listed(request, person(request))


@router.post("/tokens", auth=TOKENS, response={201: TokenMade})
def make_own(request: HttpRequest, given: TokenGiven) -> HttpResponse:
    """Make a token of one's own. A session can, a token cannot."""
    return _made(request, person(request), given)


@router.delete("/tokens/{prefix}", auth=TOKENS, response={204: None})
def revoke_own(request: HttpRequest, prefix: Path[Prefix]) -> HttpResponse:
    """Revoke a token of one's own."""
    return _revoked(person(request), prefix)


@router.get(_SERVICES, auth=ACCESS, response=TokenList)
def of_service(request: HttpRequest, name: Path[Slug]) -> HttpResponse:
    """The tokens of a service account, newest first."""
    return _listed(request, named(Service, name, "service account"))


@router.post(_SERVICES, auth=ACCESS, response={201: TokenMade})
def make_of_service(request: HttpRequest, name: Path[Slug], given: TokenGiven) -> HttpResponse:
    """Make a token of a service account."""
    return _made(request, named(Service, name, "service account"), given)


@router.delete(f"{_SERVICES}/{{prefix}}", auth=ACCESS, response={204: None})
def revoke_of_service(request: HttpRequest, name: Path[Slug], prefix: Path[Prefix]) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Revoke a token of a service account."""
    return _revoked(named(Service, name, "service account"), prefix)


def _of(owner: Person | Service) -> QuerySet[Token]:
    found = Token.objects.select_related("person", "service")
    return found.filter(person=owner) if isinstance(owner, Person) else found.filter(service=owner)


def _listed(request: HttpRequest, owner: Person | Service) -> HttpResponse:
    return answers.kept(request, TokenList(tokens=[_shown(row) for row in _of(owner).order_by("-id")]))


def _made(request: HttpRequest, owner: Person | Service, given: TokenGiven) -> HttpResponse:
    ends = None if given.days is None else clock.now() + timedelta(days=given.days)
    token, text = tokens.make(owner, tokens.Wish(given.name, given.permissions, given.scope, ends), request.user)
    return answers.told_once(TokenMade(**_shown(token).model_dump(), token=text), 201)


def _revoked(owner: Person | Service, prefix: str) -> HttpResponse:
    row = _of(owner).filter(prefix=prefix).first()
    if row is None:
        raise Absent(f"no token gb_{prefix}_… of {owner}")
    tokens.revoke(row)
    return HttpResponse(status=204)


def _shown(row: Token) -> TokenShown:
    return TokenShown(
        prefix=row.prefix,
        name=row.name,
        owner=str(row.person or row.service),
        permissions=[one for one in Permission if one.value in row.permissions],
        scope=row.scope,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
