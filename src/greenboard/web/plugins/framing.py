"""What frames ask for: the entity that they are shown for, and calls that their plugin lists.

They come from another origin without cookies, so a token of the frame is all that counts here, and any origin may ask.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, require, sight
from greenboard.access.models import Person
from greenboard.access.tokens import presented
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts import store as facts
from greenboard.facts.vocabulary import encode
from greenboard.plugins import frames, proxying
from greenboard.plugins.framed import METHODS
from greenboard.plugins.frames import Bearer
from greenboard.results import store as results
from greenboard.web import content
from greenboard.web.acting import entity as sighted

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Max-Age": "600",
}
View = Callable[..., HttpResponse]


class _NotSeen(UserError):
    status = 404


def _framed(view: Callable[..., HttpResponse]) -> View:
    """For the bearer of a token of a frame, who still sees the entity; errors are told as JSON."""

    @wraps(view)
    def answered(request: HttpRequest, plugin: str, **given: Any) -> HttpResponse:
        try:
            if request.method == "OPTIONS":
                answer = HttpResponse(status=204)
            else:
                bearer = frames.bearer(plugin, presented(request) or "")
                stored = catalog.find(bearer.entity, sight=sight(bearer.person))
                if stored is None:
                    raise _NotSeen(f"no entity {bearer.entity}")
                answer = view(request, bearer, stored, **given)
        except UserError as error:
            answer = JsonResponse({"error": str(error)}, status=error.status)
        for name, value in _CORS.items():
            answer.headers[name] = value
        return answer

    exempt: View = csrf_exempt(answered)
    return exempt


@require(Permission.READ)
@require_safe
@never_cache
def token(request: HttpRequest, plugin: str) -> HttpResponse:
    """Another token for a frame that is still shown, for the page around it. It is as good as the first one was."""
    person = request.user
    shown = sighted(request, request.GET.get("entity", ""), Permission.READ)
    has = any(name == plugin and (not one.kinds or shown.ref.kind in one.kinds) for name, one in frames.frames())
    if not has or not isinstance(person, Person):
        raise Http404("no frame of that plugin")
    return JsonResponse({"token": frames.token(plugin, shown.ref, person)})


@_framed
def entity(request: HttpRequest, bearer: Bearer, stored: Stored) -> HttpResponse:
    """The entity of the frame: what it is, where it stands, what is known of it."""
    if request.method != "GET":
        return JsonResponse({"error": "an entity is read only"}, status=405)
    return JsonResponse({"entity": _entity(stored), "scorecards": _standings(bearer), "facts": _facts(stored)})


def _entity(stored: Stored) -> dict[str, Any]:
    one = stored.entity
    return {
        "ref": str(one.ref),
        "title": one.title,
        "description": one.description,
        "owner": str(stored.owner) if stored.owner else None,
        "tier": one.tier,
        "lifecycle": one.lifecycle,
        "tags": list(one.tags),
    }


def _standings(bearer: Bearer) -> list[dict[str, Any]]:
    told = []
    for card in content.scorecards():
        level = next(iter(results.levels(card.name, entity=bearer.entity)), None)
        if level is not None:
            lines = results.results(card.name, entity=bearer.entity)
            told.append({
                "scorecard": card.name,
                "level": level.level,
                "score": level.score,
                "results": [{"rule": one.rule, "outcome": one.outcome.value, "exempt": one.exempt} for one in lines],
            })  # fmt: skip
    return told


def _facts(stored: Stored) -> list[dict[str, Any]]:
    said, _ = facts.current(None, [stored.ref], {stored.ref: stored.id}).get(stored.ref, ([], []))
    known = content.vocabulary().types
    return [
        {
            "type": one.type,
            "source": one.source.name,
            "observed_at": clock.format_time(one.observed_at),
            "value": encode(one.value),
        }
        for one in said
        if one.type in known
    ]


@_framed
def proxy(request: HttpRequest, bearer: Bearer, stored: Stored, name: str, rest: str) -> HttpResponse:  # noqa: ARG001 - who bears the token sees the entity
    """A call that the plugin lists."""
    asked = proxying.Call(
        name, request.method or "", f"/{rest}", request.META.get("QUERY_STRING", ""), request.body,
        request.content_type or "",
    )  # fmt: skip
    came = proxying.call(bearer, asked)
    answer = HttpResponse(came.body, status=came.status, content_type=came.kind)
    answer.headers["Content-Disposition"] = "attachment"
    return answer
