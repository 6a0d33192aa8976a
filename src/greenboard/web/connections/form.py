"""The form of a connection: made of what its integration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from greenboard.access.decide import Permission, require
from greenboard.connections import service
from greenboard.connections.manifest import Manifest, Setting
from greenboard.connections.models import Connection
from greenboard.connections.service import HOURLY, Told, Wish
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web.acting import text
from greenboard.web.connections.page import found

EVERY = (
    (300, "Every 5 minutes"),
    (900, "Every 15 minutes"),
    (3600, "Every hour"),
    (21_600, "Every 6 hours"),
    (86_400, "Every day"),
    (0, "Only when asked"),
)


@dataclass(frozen=True)
class Field:
    """One field of the form."""

    name: str
    kind: str
    title: str
    doc: str
    value: str
    checked: bool
    required: bool
    optional: bool
    options: tuple[str, ...] = ()


@require(Permission.CONNECTIONS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, integration: str) -> HttpResponse:
    """Connect a tool."""
    try:
        manifest = service.integration(integration).manifest
    except UserError as error:
        raise Http404(str(error)) from None
    if request.method != "POST":
        return _draw(request, manifest, None, _defaults(manifest))
    try:
        row = service.make(_wish(request, manifest, text(request, "name")), clock.now())
    except UserError as error:
        return _draw(request, manifest, None, request.POST, error)
    return HttpResponseRedirect(reverse("connection", args=[row.name]))


@require(Permission.CONNECTIONS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Change a connection."""
    row = found(name)
    try:
        manifest = service.integration(row.integration).manifest
    except UserError as error:
        raise Http404(str(error)) from None
    if request.method != "POST":
        return _draw(request, manifest, row, _given(row, manifest))
    try:
        service.change(row, _wish(request, manifest, row.name), clock.now())
    except UserError as error:
        return _draw(request, manifest, row, request.POST, error)
    return HttpResponseRedirect(reverse("connection", args=[row.name]))


def _draw(
    request: HttpRequest,
    manifest: Manifest,
    row: Connection | None,
    given: Mapping[str, Any],
    error: UserError | None = None,
) -> HttpResponse:
    said = str(error) if error else ""
    kept = service.given(row) if row else frozenset[str]()
    context = {
        "error": said[:1].upper() + said[1:],
        "manifest": manifest,
        "connection": row,
        "name": given.get("name", ""),
        "fields": [_field(name, setting, given) for name, setting in manifest.settings.items()],
        "secrets": [{"name": name, "told": secret, "kept": name in kept} for name, secret in manifest.secrets.items()],
        "include": given.get("include", ""),
        "exclude": given.get("exclude", ""),
        "every": [(value, title, str(value) == str(given.get("every", HOURLY))) for value, title in _options(given)],
        "priority": given.get("priority", "0"),
        "enabled": bool(given.get("enabled")),
    }
    return render(request, "connection_form.html", context, status=error.status if error else 200)


def _options(given: Mapping[str, Any]) -> list[tuple[int, str]]:
    """The usual times, and the one that holds where it is another."""
    other = str(given.get("every", HOURLY))
    known = {str(value) for value, _ in EVERY}
    return [*EVERY, *([(int(other), f"Every {other} s")] if other.isdecimal() and other not in known else [])]


def _field(name: str, setting: Setting, given: Mapping[str, Any]) -> Field:
    value = given.get(f"setting.{name}", "")
    return Field(
        f"setting.{name}",
        setting.type,
        setting.title,
        setting.doc,
        str(value),
        bool(value),
        setting.required and setting.default is None,
        not setting.required,
        setting.values,
    )


def _defaults(manifest: Manifest) -> dict[str, Any]:
    told = {f"setting.{name}": _shown(setting, setting.default) for name, setting in manifest.settings.items()}
    return {"name": manifest.name.replace("_", "-"), "every": HOURLY, "enabled": "on", **told}


def _given(row: Connection, manifest: Manifest) -> dict[str, Any]:
    """The fields of a connection as it is."""
    told = {
        f"setting.{name}": _shown(setting, row.settings.get(name, setting.default))
        for name, setting in manifest.settings.items()
    }
    scope = {part: "\n".join(row.scope.get(part, ())) for part in ("include", "exclude")}
    return {"every": row.every or 0, "priority": row.priority, "enabled": "on" if row.enabled else "", **scope, **told}


def _shown(setting: Setting, value: Any) -> str:
    if value is None:
        return ""
    if setting.type == "bool":
        return "on" if value else ""
    return "\n".join(value) if isinstance(value, list | tuple) else str(value)


def _wish(request: HttpRequest, manifest: Manifest, name: str) -> Wish:
    """What the form asks for."""
    settings = {key: _value(request, f"setting.{key}", setting) for key, setting in manifest.settings.items()}
    settings = {key: value for key, value in settings.items() if value not in ("", [])}
    secrets = {key: request.POST.get(f"secret.{key}", "").strip() for key in manifest.secrets}
    scope = {part: _lines(request, part) for part in ("include", "exclude")}
    told = Told(settings, secrets, {part: lines for part, lines in scope.items() if lines})
    every, priority = text(request, "every"), text(request, "priority") or "0"
    if not every.isdecimal() or not priority.isdecimal():
        raise UserError("schedule and priority are numbers")
    return Wish(name, manifest.name, told, int(every) or None, int(priority), text(request, "enabled") == "on")


def _value(request: HttpRequest, field: str, setting: Setting) -> Any:
    said = text(request, field)
    if setting.type == "bool":
        return said == "on"
    if setting.type == "list":
        return _lines(request, field)
    if setting.type == "int" and said.removeprefix("-").isdecimal():
        return int(said)
    return said


def _lines(request: HttpRequest, field: str) -> list[str]:
    return [line.strip() for line in request.POST.get(field, "").splitlines() if line.strip()]
