"""Plugins: which there are, what is wrong with them, and whether they may do anything."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import ADMINISTER, author
from greenboard.api.shapes import Strict
from greenboard.core.errors import UserError, suggest
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


class PluginFilled(Strict):
    """Texts by the names of settings; what is left out, secrets aside, is empty."""

    settings: dict[str, Annotated[str, Field(max_length=20_000)]] = Field(max_length=200)


class PluginSetting(BaseModel):
    """Something to fill in. `value` of a secret is null; `filled` says whether there is one."""

    name: str
    title: str
    required: bool
    secret: bool
    filled: bool
    value: str | None


class PluginSettingList(BaseModel):
    settings: list[PluginSetting]


class PluginFilledIn(PluginSettingList):
    """The settings as they are after a change."""


@router.get("/plugins", auth=ADMINISTER, response=PluginList)
def plugins(request: HttpRequest) -> HttpResponse:
    """Every plugin that is installed."""
    return answers.kept(request, PluginList(plugins=[_shown(one) for one in registry.plugins()]))


@router.get("/plugins/{name}/settings", auth=ADMINISTER, response=PluginSettingList)
def plugin_settings(request: HttpRequest, name: Path[PluginName]) -> HttpResponse:
    """What there is to fill in for a plugin, and what is filled in; of a secret only whether it is."""
    return answers.kept(request, _settings(installation.find(name)))


@router.put("/plugins/{name}/settings", auth=ADMINISTER, response=PluginFilledIn)
def fill_in_plugin(request: HttpRequest, name: Path[PluginName], given: PluginFilled) -> HttpResponse:
    """Fill in what a plugin asks for. A secret that is left out stays as it is."""
    plugin = installation.find(name)
    known = [one.name for one in installation.fields(plugin)]
    for one in given.settings:
        if one not in known:
            raise UserError(f"no setting {one!r} of {name}", expected=", ".join(known), hint=suggest(one, known))
    installation.fill_in(name, given.settings, author(request))
    return answers.told(_settings(plugin))


@router.put("/plugins/{name}/enabled", auth=ADMINISTER, response=PluginShown)
def switch_plugin(request: HttpRequest, name: Path[PluginName], given: PluginSwitched) -> HttpResponse:
    """Switch a plugin on or off, in all processes within five seconds."""
    installation.switch(name, enabled=given.enabled, by=author(request))
    return answers.told(_shown(installation.find(name)))


def _settings(plugin: Plugin) -> PluginSettingList:
    given = installation.settings_of(plugin.name)
    return PluginSettingList(
        settings=[
            PluginSetting(
                name=one.name,
                title=one.title,
                required=one.required,
                secret=one.secret,
                filled=one.name in given,
                value=None if one.secret else given.get(one.name, ""),
            )
            for one in installation.fields(plugin)
        ]
    )


def _shown(one: Plugin) -> PluginShown:
    brings: dict[str, Any] = {hook: len(several) for hook, several in one.brought.items()}
    found = one.found
    return PluginShown(
        name=one.name, package=found.package, version=found.version, state=one.state, why=one.why, brings=brings
    )
