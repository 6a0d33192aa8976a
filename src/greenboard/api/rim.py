"""What holds for every address under /api/, whatever is behind it: refusals are problems, bodies are bounded JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from greenboard.api.problems import TYPE, answer
from greenboard.core.refusals import AWAY, FULL

_PATH = "/api/"
_JSON = "application/json"
_RAW = frozenset({"/api/v1/reports", "/api/v1/attestation-files"})
"""Where a body may be anything: reports of pipelines and files of evidence, taken for what they are."""
_CHAT = re.compile(r"/api/v1/channels/\d+/slack")
"""Where a chat sends forms of its own, which it signs as they are."""
_SAID = {
    400: "The request cannot be read.",
    403: "You may not do this.",
    404: "Nothing has this address.",
    405: "This address does not take that method.",
    500: "A fault of ours. Tell an administrator the request id.",
    503: f"{AWAY.said}, or takes no changes. Nothing was written; send it again in a moment.",
    507: f"{FULL.said}. Nothing was written; send it again when there is room.",
}


class RimMiddleware:
    """Looks at requests to the API before anybody, and at answers after everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_PATH):
            return self.get_response(request)
        refused = _refused(request)
        response = refused or self.get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type", "").startswith((TYPE, _JSON)):
            return response
        return _told(request, response)


def _refused(request: HttpRequest) -> HttpResponse | None:
    """The problem of a body that is too long or no JSON; None where there is nothing to refuse."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() else 0
    if size > settings.API_BODY:
        return answer(413, f"A body of {size:,} bytes is longer than the {settings.API_BODY:,} that are taken.")
    if request.path in _RAW or _CHAT.fullmatch(request.path):
        request.body  # noqa: B018 - kept, so that a form can be read and the whole be told apart from another
        return None
    if size and request.method not in ("GET", "HEAD") and request.content_type != _JSON:
        got = request.content_type or "no type"
        return answer(415, f"A body has to be {_JSON}; this one is {got}.")
    return None


def _told(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The problem in the place of a page that tells of one."""
    status = response.status_code
    request_id = str(request.META.get("greenboard.request_id", ""))
    told = answer(status, _SAID.get(status, HTTPStatus(status).phrase), request_id=request_id)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            told.headers[name] = response.headers[name]
    return told
