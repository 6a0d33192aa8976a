"""The pages of administrators about plugins: the list, one of them, its switch and its settings."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, require
from greenboard.core import clock
from greenboard.plugins import installation, registry
from greenboard.plugins.contract import API
from greenboard.plugins.types import Plugin
from greenboard.web.acting import act, text
from greenboard.web.plugins import model


@require(Permission.OPERATE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Which plugins there are."""
    now, off, faults = clock.now(), installation.off(), installation.faults()
    rows = [model.row(one, off, faults, now) for one in registry.plugins()]
    return render(request, "plugins.html", {"plugins": rows, "api": API})


@require(Permission.OPERATE)
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One plugin."""
    return _page(request, _find(name))


def _page(request: HttpRequest, plugin: Plugin, *, error: str = "") -> HttpResponse:
    row = model.row(plugin, installation.off(), installation.faults(), clock.now())
    context = {
        "error": error,
        "plugin": row,
        "target": plugin.found.target,
        "fields": model.fields(plugin),
        "pages": model.pages(plugin, request.user),
    }
    return render(request, "plugin.html", context)


def _find(name: str) -> Plugin:
    found = registry.find(name)
    if found is None:
        raise Http404(f"no plugin {name}")
    return found


@require(Permission.OPERATE)
@require_POST
def switch(request: HttpRequest, name: str) -> HttpResponse:
    """Switch a plugin on or off."""
    plugin, by = _find(name), request.user.get_username()
    enabled = text(request, "to") == "on"

    def again(request: HttpRequest, *, error: str = "") -> HttpResponse:
        return _page(request, plugin, error=error)

    return act(request, lambda: installation.switch(name, enabled=enabled, by=by), again, "plugin", name)


@require(Permission.OPERATE)
@require_POST
def settings(request: HttpRequest, name: str) -> HttpResponse:
    """Keep what was filled in."""
    plugin, by = _find(name), request.user.get_username()
    given = {one.name: text(request, one.name) for one in installation.fields(plugin)}

    def again(request: HttpRequest, *, error: str = "") -> HttpResponse:
        return _page(request, plugin, error=error)

    return act(request, lambda: installation.fill_in(name, given, by), again, "plugin", name)
