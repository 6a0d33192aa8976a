"""Plugins as their pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from greenboard.access.decide import Asker, may
from greenboard.access.permissions import Permission
from greenboard.plugins import installation, specs
from greenboard.plugins.contract import Page
from greenboard.plugins.installation import Fault
from greenboard.plugins.types import Plugin, State
from greenboard.web import words


@dataclass(frozen=True)
class Told:
    """The last thing that went wrong."""

    said: str
    where: str
    when: SafeString | str


@dataclass(frozen=True)
class Row:
    """One plugin. `glyph` and `key` are those of the outcome that its state is like."""

    name: str
    package: str
    version: str
    state: str
    glyph: str
    key: str
    why: str
    on: bool
    brings: tuple[str, ...]
    fault: Told | None


_STATES = {
    State.READY: ("Ready", "✓", "pass"),
    State.OFF: ("Off", "–", "not_applicable"),
    State.BROKEN: ("Broken", "!", "error"),
}


def row(plugin: Plugin, off: frozenset[str], faults: Mapping[str, Fault], now: datetime) -> Row:
    """A plugin with what went wrong last."""
    state, glyph, key = _STATES[plugin.state]
    fault = faults.get(plugin.name)
    return Row(
        name=plugin.name,
        package=plugin.found.package,
        version=plugin.found.version,
        state=state,
        glyph=glyph,
        key=key,
        why=plugin.why,
        on=plugin.name not in off,
        brings=tuple(_brings(plugin)),
        fault=Told(fault.said, fault.where, words.when(fault.at, now)) if fault else None,
    )


def _brings(plugin: Plugin) -> Iterator[str]:
    for hook, (_, one, many) in specs.HOOKS.items():
        count = len(plugin.brought.get(hook, ()))
        if count:
            yield words.count(count, one, many)


@dataclass(frozen=True)
class Filled:
    """Something to fill in, as the form shows it: of a secret only whether there is one."""

    name: str
    title: str
    hint: str
    example: str
    secret: bool
    required: bool
    value: str
    kept: bool


def fields(plugin: Plugin) -> list[Filled]:
    """The settings of a plugin."""
    given = installation.settings_of(plugin.name)
    return [
        Filled(one.name, one.title, one.hint, one.example, one.secret, one.required,
               "" if one.secret else given.get(one.name, ""), one.name in given)
        for one in installation.fields(plugin)
    ]  # fmt: skip


def pages(plugin: Plugin, asker: Asker) -> list[tuple[str, str]]:
    """The pages of a plugin that have a title and that somebody may open, with their addresses."""
    found: list[Page] = list(plugin.brought.get("greenboard_pages", ()))
    return [
        (page.title, reverse("plugin-page", args=(plugin.name, page.route)))
        for page in found
        if page.title and "<" not in page.route and may(asker, Permission(page.permission))
    ]
