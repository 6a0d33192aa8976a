"""Each request is counted, timed and, where that is asked for, logged and traced."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from greenboard.core import spans
from greenboard.project.observing import metrics

log = logging.getLogger("greenboard.request")
UNKNOWN = "unknown"


class Observing:
    """The middleware that does. It sees the answer as it leaves, faults included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        began = time.perf_counter()
        with spans.span("request", method=str(request.method)) as told:
            response = self.get_response(request)
            route = _route(request)
            told(route=route, status=response.status_code)
        taken = time.perf_counter() - began
        metrics.count(route, str(request.method), response.status_code, taken)
        if settings.GREENBOARD.log_requests:
            _log(request, route, response.status_code, taken)
        return response


def _route(request: HttpRequest) -> str:
    """The pattern of the address, which names no entity and nobody."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else UNKNOWN


def _log(request: HttpRequest, route: str, status: int, taken: float) -> None:
    milliseconds = round(taken * 1000, 1)
    told = {"method": request.method, "route": route, "status": status, "milliseconds": milliseconds}
    log.info("%s %s %d in %g ms", request.method, request.path, status, milliseconds, extra=told)
