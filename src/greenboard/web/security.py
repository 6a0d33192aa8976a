"""What every answer carries: the content security policy, its companions, and the request's id."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from greenboard.plugins import registry

POLICY = "; ".join(  # noqa: FLY002 - one directive to a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_current: ContextVar[str] = ContextVar("request_id", default="")
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


class SecurityMiddleware:
    """Adds the headers, gives each request an id that its error page and its log line share.

    An id that a proxy gave is kept when it is short and plain. Pages are not stored by shared
    caches: they are drawn for one person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        request.META["greenboard.request_id"] = request_id
        token = _current.set(request_id)
        try:
            response = _too_long(request) or self.get_response(request)
        finally:
            _current.reset(token)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        framed = registry.origins()
        if framed and response.headers["Content-Security-Policy"] == POLICY:
            response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src {' '.join(framed)}"
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers["X-Request-Id"] = request_id
        return response


def _too_long(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a form that is longer than any body may be, before its files are read to the disk."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    if request.path.startswith("/api/") or not told.isdecimal() or int(told) <= settings.API_BODY:
        return None
    said = f"A form of {int(told):,} bytes is longer than the {settings.API_BODY:,} that are taken.\n"
    return HttpResponse(said, content_type="text/plain; charset=utf-8", status=413)


def request_id(request: HttpRequest) -> str:
    """The id of a request, as its error page shows it."""
    return str(request.META.get("greenboard.request_id", ""))


def current_id() -> str:
    """The id of the request that is being answered here; empty outside of one."""
    return _current.get()
