"""Answers for machines: `/health/live`, `/health/ready` (also `/healthz`) and `/metrics`.

They stand before the check of the host name: who probes a process does so by its address.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse


class Probes:
    """The middleware that answers them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = _ANSWERS.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        return answer(request)


def _live(_: HttpRequest) -> HttpResponse:
    """The process answers. What it depends on is not asked: restarting would not mend that."""
    return JsonResponse({"status": "ok"})


def _ready(_: HttpRequest) -> HttpResponse:
    """200 when the process can serve, 503 with the reasons otherwise."""
    from greenboard.project.observing import readiness

    reasons = readiness.reasons()
    return JsonResponse({"status": "unavailable", "reasons": reasons}, status=503) if reasons else _live(_)


def _metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for who has the token; without a token set, nothing is here."""
    wanted = settings.GREENBOARD.metrics_token
    if not wanted:
        return HttpResponse("Set GREENBOARD_METRICS_TOKEN to have metrics here.\n", "text/plain", status=404)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted.encode()):
        return HttpResponse("", status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    from greenboard.project.observing import metrics

    return HttpResponse(metrics.text(), metrics.CONTENT_TYPE)


_ANSWERS = {"/health/live": _live, "/health/ready": _ready, "/healthz": _ready, "/metrics": _metrics}
