"""The pages that plugins bring, below /plugins/PLUGIN/, each for those who hold the permission that it names."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, path

from greenboard.access.decide import Permission, require, signed_in
from greenboard.plugins import registry
from greenboard.plugins.contract import Page, Shown
from greenboard.plugins.types import Unavailable
from greenboard.web import security
from greenboard.web.faults import explained, plugin_broke


@signed_in
@explained
def page(request: HttpRequest, plugin: str, rest: str) -> HttpResponseBase:
    """A page of a plugin. Whoever is signed in comes here; the page's own permission is asked for then."""
    for name, one in registry.brought("greenboard_pages", Page):
        if name != plugin:
            continue
        try:
            found = path(one.route, one.view).resolve(rest)
        except Resolver404:
            continue
        if found is not None:
            return require(Permission(one.permission))(_view(plugin, one))(request, **found.kwargs)
    raise Http404(f"no page {rest} of {plugin}")


def _view(plugin: str, one: Page) -> Any:
    """The view behind the guard: what it raises is a fault of the plugin, and its answer carries our headers."""

    def answered(request: HttpRequest, **given: Any) -> HttpResponseBase:
        where, meant = f"the page {one.route}", (Http404, PermissionDenied)
        try:
            gave = registry.call(plugin, where, lambda: one.view(request, **given), _ANSWERS, meant)
        except Unavailable as error:
            return plugin_broke(request, error)
        if isinstance(gave, Shown):
            return render(request, "plugin_page.html", {"shown": gave, "plugin": plugin})
        for name in security.HEADERS:
            gave.headers.pop(name, None)
        return gave

    return answered


_ANSWERS: tuple[type[Shown | HttpResponse], ...] = (Shown, HttpResponse)
"""What a page may give."""
