"""Integrations: which tools can be connected, and what each needs and supplies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.access.errors import Absent
from greenboard.api import answers
from greenboard.api.guard import CONNECTIONS_READ
from greenboard.api.query import Word
from greenboard.connections import discovery
from greenboard.connections.integration import Integration
from greenboard.core.errors import suggest

router = Router(tags=["Connections"])


class SettingShown(BaseModel):
    """What a connection is told. `type` is text, url, choice, int, bool or list."""

    name: str
    type: str
    title: str
    doc: str
    required: bool
    default: Any = Field(json_schema_extra={"description": "What holds where nothing is given."})
    values: list[str]


class SecretShown(BaseModel):
    name: str
    title: str
    doc: str
    optional: bool


class PermissionShown(BaseModel):
    """What the token needs, and what is read with it."""

    name: str
    doc: str
    streams: list[str]


class IntegrationShown(BaseModel):
    """A tool that can be connected. `supplies` are fields by fact type; none where it depends on what is there."""

    name: str
    title: str
    category: str
    summary: str
    docs: list[str]
    webhook: bool
    supplies: dict[str, list[str]]
    settings: list[SettingShown]
    secrets: list[SecretShown]
    permissions: list[PermissionShown]


class IntegrationList(BaseModel):
    integrations: list[IntegrationShown]


@router.get("/integrations", auth=CONNECTIONS_READ, response=IntegrationList)
def list_integrations(request: HttpRequest) -> HttpResponse:
    """Every tool that can be connected."""
    return answers.kept(request, IntegrationList(integrations=[_shown(one) for one in discovery.found().values()]))


@router.get("/integrations/{name}", auth=CONNECTIONS_READ, response=IntegrationShown)
def get_integration(request: HttpRequest, name: Path[Word]) -> HttpResponse:
    """One of them."""
    known = discovery.found()
    if name not in known:
        raise Absent(f"no integration {name!r}", hint=suggest(name, known))
    return answers.kept(request, _shown(known[name]))


def _shown(one: Integration) -> IntegrationShown:
    manifest = one.manifest
    return IntegrationShown(
        name=one.name,
        title=manifest.title,
        category=manifest.category,
        summary=manifest.summary,
        docs=list(manifest.docs),
        webhook=manifest.webhook is not None,
        supplies={name: sorted(fields) for name, fields in sorted(one.provides().items())},
        settings=[
            SettingShown(name=name, **told.model_dump(exclude={"values"}), values=list(told.values))
            for name, told in manifest.settings.items()
        ],
        secrets=[SecretShown(name=name, **told.model_dump()) for name, told in manifest.secrets.items()],
        permissions=[PermissionShown(**told.model_dump()) for told in manifest.permissions],
    )
