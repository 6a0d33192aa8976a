"""Pages for what went wrong: what happened, what to do, and the id to quote."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from greenboard.core import refusals
from greenboard.core.errors import UserError
from greenboard.web.security import request_id

_log = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The address or the form cannot be meant."""
    said = str(exception) if isinstance(exception, UserError) else "The request could not be understood."
    said = said[:1].upper() + said[1:]
    return _page(request, 400, "That address cannot be read", said, "Take the part out, or start from the board.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """Signed in, but not allowed."""
    return _page(
        request, 403, "You may not see this", "Your account lacks the permission.", "Ask an administrator for access."
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """Nothing at this address, or not on the day that is shown."""
    said = "Nothing has this address. It may have been renamed, or not exist on the day that you look at."
    return _page(request, 404, "Not found", said, "Search with Ctrl K, or start from the board.")


def plugin_broke(request: HttpRequest, error: UserError) -> HttpResponse:
    """A page that a plugin brings, and that it could not draw."""
    said = str(error)
    todo = "Tell whoever operates Greenboard: the page of the plugin says more."
    return _page(request, 502, "A plugin broke", said[:1].upper() + said[1:], todo)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """More attempts than anybody makes by hand."""
    context = {"said": "Too many attempts from your address.", "todo": "Wait a minute, then try again."}
    answer = render(request, "too_many.html", context, status=429)
    answer["Retry-After"] = "60"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault, or a database that refused. Draws no frame: what failed may be what the frame needs."""
    refusal = refusals.of(sys.exc_info()[1])
    _log.error("%s, request %s", refusal.said if refusal else "server error", request_id(request))
    context = {"request_id": request_id(request), "refusal": refusal}
    answer = HttpResponse(render_to_string("fault_bare.html", context), status=refusal.status if refusal else 500)
    if refusal:
        answer["Retry-After"] = "5"
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """A form that was sent without the token that we gave: stale, or sent from elsewhere."""
    return _page(
        request,
        403,
        "This form has expired",
        "It was opened long ago, or cookies are refused.",
        "Reload it and send again.",
    )


def _page(request: HttpRequest, status: int, title: str, said: str, todo: str) -> HttpResponse:
    context = {"title": title, "said": said, "todo": todo, "status": status}
    return render(request, "fault.html", context, status=status)


def explained(view: View) -> View:
    """Turn what a person can mend into a page that says how, with the status of the error."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except UserError as error:
            return bad_request(request, error)

    return answered
