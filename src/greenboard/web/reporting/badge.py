"""Badges, and the keys that show them to strangers."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import parse_etags
from django.views.decorators.http import require_POST, require_safe

from greenboard.access import opening
from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reports import badges
from greenboard.web import content, links
from greenboard.web.charts import badge as drawn

_SECONDS = 300
_POLICY = "default-src 'none'"


@require_safe
def badge(request: HttpRequest, kind: str, namespace: str, name: str, scorecard: str) -> HttpResponse:
    """A badge, for who may see the entity, who has its key, or everybody where badges are open."""
    key = request.GET.get("key", "")
    stored = badges.find(request.user, Ref(kind, namespace, name), key)
    if stored is None:
        raise Http404("no such badge")
    card = content.scorecard(scorecard)
    text = request.GET.get("as_of", "")
    try:
        as_of = clock.as_of(text, clock.now()) if text else None
        said = badges.badge(stored, card, request.GET.get("show", "level"), request.GET.get("rule", ""), as_of)
    except (UserError, OverflowError) as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    drawing = drawn.badge(said.label, said.text, said.kind, said.share, said.at)
    return _kept(request, drawing, public=bool(key) or opening.badges_open())


def _kept(request: HttpRequest, drawing: str, *, public: bool) -> HttpResponse:
    """The drawing with its tag, or only that it is the same."""
    tag = f'"{hashlib.sha256(drawing.encode()).hexdigest()[:24]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    same = tag in known or f"W/{tag}" in known or "*" in known
    answer = HttpResponse(status=304) if same else HttpResponse(drawing, content_type="image/svg+xml")
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = f"public, max-age={_SECONDS}" if public else "private, no-cache"
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


@require(Permission.CATALOG_WRITE)
@require_POST
def renew(request: HttpRequest, **parts: str) -> HttpResponse:
    """Make a key for the badges of an entity; the one before ends."""
    stored = _own(request, parts)
    badges.renew(stored, request.user.get_username())
    return HttpResponseRedirect(f"{links.entity(stored.ref)}#panel-badges")


@require(Permission.CATALOG_WRITE)
@require_POST
def revoke(request: HttpRequest, **parts: str) -> HttpResponse:
    """End the key of an entity's badges."""
    stored = _own(request, parts)
    badges.revoke(stored, request.user.get_username())
    return HttpResponseRedirect(f"{links.entity(stored.ref)}#panel-badges")


def _own(request: HttpRequest, parts: dict[str, Any]) -> Stored:
    """The entity, for who may change it. Others do not find it."""
    ref = Ref(parts["kind"], parts["namespace"], parts["name"])
    stored = catalog.find(ref, sight=sight(request.user, Permission.CATALOG_WRITE))
    if stored is None:
        raise Http404("no such entity")
    return stored


def address(ref: Ref, scorecard: str) -> str:
    """Where the badge of an entity is, from the root."""
    return f"/badges/{ref.kind}/{ref.namespace}/{ref.name}/{scorecard}.svg"


def whole(path: str) -> str:
    """An address as others see it."""
    return f"{getattr(settings, 'ORIGIN', '')}{path}"
