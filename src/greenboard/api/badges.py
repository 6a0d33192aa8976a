"""The keys by which strangers see the badges of an entity."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.access.permissions import Permission
from greenboard.api import answers
from greenboard.api.catalog import ENTITY, absent, named
from greenboard.api.guard import DECLARE, author, sight
from greenboard.api.query import Kind, Name, Namespace
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.reports import badges

router = Router(tags=["Reports"])
_KEY = f"{ENTITY}/badge-key"


class BadgeKeyShown(BaseModel):
    key: str = Field(description="Goes into the address of a badge as `key`; empty: there is none.")


@router.get(_KEY, auth=DECLARE, response=BadgeKeyShown)
def badge_key(request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name]) -> HttpResponse:
    """The key of an entity's badges, for who may change the entity."""
    return answers.kept(request, BadgeKeyShown(key=badges.key_of(_own(request, kind, namespace, name).id)))


@router.post(_KEY, auth=DECLARE, response={201: BadgeKeyShown})
def renew_badge_key(
    request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name]
) -> HttpResponse:
    """Make a key; the one before opens nothing any more."""
    stored = _own(request, kind, namespace, name)
    badges.renew(stored, author(request))
    return answers.told(BadgeKeyShown(key=badges.key_of(stored.id)), 201)


@router.delete(_KEY, auth=DECLARE, response={204: None})
def revoke_badge_key(
    request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name]
) -> HttpResponse:
    """End the key."""
    badges.revoke(_own(request, kind, namespace, name), author(request))
    return HttpResponse(status=204)


def _own(request: HttpRequest, kind: str, namespace: str, name: str) -> Stored:
    ref = named(kind, namespace, name)
    stored = catalog.find(ref, sight=sight(request, Permission.CATALOG_WRITE))
    if stored is None:
        raise absent(ref)
    return stored
