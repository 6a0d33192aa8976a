"""Forms that change something: done and back to the page, or the page again with what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref


class Page(Protocol):
    """Draws a page; `error` is what was wrong with the form that was sent to it."""

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse: ...


def act(request: HttpRequest, do: Callable[[], object], page: Page, back: str, *parts: str) -> HttpResponse:
    """Do it and go to the page of the name `back`; refused, draw `page` with the reason and its status."""
    try:
        do()
    except UserError as error:
        return refused(request, error, page)
    return HttpResponseRedirect(reverse(back, args=parts))


def refused(request: HttpRequest, error: UserError, page: Page) -> HttpResponse:
    """The page again, with the reason at its top."""
    said = str(error)
    answer = page(request, error=said[:1].upper() + said[1:])
    answer.status_code = error.status
    return answer


def text(request: HttpRequest, name: str) -> str:
    """A field of the form; only those that are asked for by name are ever read."""
    return request.POST.get(name, "").strip()


def entity(request: HttpRequest, asked: str, permission: Permission) -> Stored:
    """The entity that an address names, as far as whoever asks may do this with it.

    Raises:
        Http404: there is no such one, or none that may be known of.

    """
    try:
        ref = Ref.parse(asked, kind="service")
    except UserError:
        raise Http404("not a reference") from None
    stored = catalog.find(ref, sight=sight(request.user, permission))
    if stored is None:
        raise Http404("no such entity")
    return stored
