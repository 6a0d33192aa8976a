"""Forms that change something: done and back to the page, or the page again with what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from greenboard.core.errors import UserError


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
