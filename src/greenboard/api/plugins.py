"""Plugins: which there are, what is wrong with them, and whether they may do anything."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import ADMINISTER, author
from greenboard.api.shapes import Strict
from greenboard.plugins import installation, registry
from greenboard.plugins.types import Plugin, State

router = Router(tags=["Plugins"])
PluginName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,14}$", examples=["costs"])]


class PluginShown(BaseModel):
    """A plugin that is installed. `why` it does nothing; `brings` how many of what each hook gives."""

    name: str
    package: str
    version: str
    state: State
    why: str
    brings: dict[str, int]


class PluginList(BaseModel):
    plugins: list[PluginShown]


class PluginSwitched(Strict):
    enabled: Annotated[bool, Field(strict=True)]


@router.get("/plugins", auth=ADMINISTER, response=PluginList)
def plugins(request: HttpRequest) -> HttpResponse:
    """Every plugin that is installed."""
    return answers.kept(request, PluginList(plugins=[_shown(one) for one in registry.plugins()]))


@router.put("/plugins/{name}/enabled", auth=ADMINISTER, response=PluginShown)
def switch_plugin(request: HttpRequest, name: Path[PluginName], given: PluginSwitched) -> HttpResponse:
    """Switch a plugin on or off, in all processes within five seconds."""
    installation.switch(name, enabled=given.enabled, by=author(request))
    return answers.told(_shown(installation.find(name)))


def _shown(one: Plugin) -> PluginShown:
    brings: dict[str, Any] = {hook: len(several) for hook, several in one.brought.items()}
    found = one.found
    return PluginShown(
        name=one.name, package=found.package, version=found.version, state=one.state, why=one.why, brings=brings
    )
