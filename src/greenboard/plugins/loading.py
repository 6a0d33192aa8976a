"""Finding plugins among what is installed, and asking one what it brings."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from greenboard.plugins import specs
from greenboard.plugins.boundary import Mishap, attempt, given
from greenboard.plugins.contract import API
from greenboard.plugins.types import Found, Loaded

GROUP = "greenboard.plugins"
NAME = re.compile(r"[a-z][a-z0-9_]{1,14}", re.ASCII)
"""What a plugin is called; its functions begin with it, and so do the names of all else that it brings."""


def installed() -> tuple[Found, ...]:
    """The plugins that are installed, in the order of their names. Nothing of them is imported."""
    return tuple(sorted(map(_found, entry_points(group=GROUP)), key=lambda one: (one.name, one.package)))


def _found(entry: EntryPoint) -> Found:
    dist = entry.dist
    return Found(entry.name, entry.value, dist.name if dist else "", dist.version if dist else "")


def load(found: Found) -> Loaded:
    """Import a plugin and ask it what it brings. Whatever goes wrong is said in `why`."""
    if not NAME.fullmatch(found.name):
        return Loaded(why="its name has to be 2 to 15 small letters, digits and _, the first a letter")
    module = attempt(found.name, "its import", lambda: _imported(found.target))
    if isinstance(module, Mishap):
        return Loaded(why=f"it cannot be imported: {module.said}")
    made_for = getattr(module, "GREENBOARD_API", None)
    if made_for != API or isinstance(made_for, bool):
        said = "does not say in GREENBOARD_API which version of the contract it was made for"
        said = said if made_for is None else f"was made for version {made_for!r:.40} of the contract"
        return Loaded(why=f"it {said}; this Greenboard has version {API}")
    brought = attempt(found.name, "its hooks", lambda: _asked(found.name, module))
    return Loaded(why=brought.said) if isinstance(brought, Mishap) else Loaded(brought)


def _imported(target: str) -> Any:
    module, _, attributes = target.partition(":")
    made: Any = importlib.import_module(module)
    for name in filter(None, attributes.split(".")):
        made = getattr(made, name)
    return made


def _asked(name: str, module: Any) -> dict[str, Sequence[Any]]:
    """What each hook gives. A manager for each plugin, so that none hears of another."""
    manager = pluggy.PluginManager(specs.PROJECT)
    manager.add_hookspecs(specs)
    manager.register(module, name)
    manager.check_pending()
    brought: dict[str, Sequence[Any]] = {}
    for hook, (kind, _, _) in specs.HOOKS.items():
        several = [_checked(hook, kind, one) for one in getattr(manager.hook, hook)()]
        found = tuple(one for part in several for one in part)
        _refuse_twice(hook, found)
        if found:
            brought[hook] = found
    return brought


def _checked(hook: str, kind: type, gave: object) -> Sequence[Any]:
    if isinstance(gave, str | bytes) or not isinstance(gave, Sequence):
        raise TypeError(f"{hook} gave {type(gave).__name__} where a list is due")
    for one in gave:
        try:
            given(one, kind)
        except TypeError as error:
            raise TypeError(f"{hook} {error}") from None
    return gave


def _refuse_twice(hook: str, found: Sequence[Any]) -> None:
    names = [one.name for one in found if isinstance(getattr(one, "name", None), str)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{hook} gave the name {twice[0]!r} twice")
