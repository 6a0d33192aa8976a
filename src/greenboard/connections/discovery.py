"""Which integrations there are: those that ship, that GREENBOARD_INTEGRATIONS names, and of plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from greenboard.connections.integration import MANIFEST, SHIPPED, Integration, load
from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.facts.vocabulary import Vocabulary
from greenboard.plugins import registry
from greenboard.plugins.boundary import Mishap, attempt

SETTING = "GREENBOARD_INTEGRATIONS"


def found(words: Vocabulary | None = None, variables: Mapping[str, str] | None = None) -> Mapping[str, Integration]:
    """Every integration by name, in the order of names. One that is broken is left out, see `broken`."""
    return _both(words, variables)[0]


def broken(words: Vocabulary | None = None, variables: Mapping[str, str] | None = None) -> tuple[UserError, ...]:
    """What is wrong with folders of integrations: a manifest, a name that is taken, a folder that is missing."""
    return _both(words, variables)[1]


Brought = tuple[tuple[str, Path], ...]
"""The folders of integrations that plugins bring, each with the name of its plugin."""
Both = tuple[Mapping[str, Integration], tuple[UserError, ...]]


def _both(words: Vocabulary | None, variables: Mapping[str, str] | None) -> Both:
    told = (os.environ if variables is None else variables).get(SETTING, "")
    brought = tuple(registry.brought("greenboard_integrations", Path))
    return _read(told, brought) if words is None else _all(told, brought, words)


@lru_cache(maxsize=4)
def _read(told: str, brought: Brought) -> Both:
    return _all(told, brought, vocabulary.load())


def _all(told: str, brought: Brought, words: Vocabulary) -> Both:
    several: dict[str, Integration] = {}
    errors: list[UserError] = []
    ours = (("", folder) for folder in (*inside(SHIPPED), *_named(told, errors)))
    theirs = ((plugin, folder) for plugin, place in brought for folder in inside(place))
    for plugin, folder in (*ours, *theirs):
        try:
            one = _contained(plugin, folder, words) if plugin else load(folder, words)
        except UserError as error:
            errors.append(error)
            continue
        if one.name in several:
            hint = "Call the folder and the integration something else."
            errors.append(UserError(f"the name {one.name!r} is taken", place=one.document.place("name"), hint=hint))
        several.setdefault(one.name, one)
    return dict(sorted(several.items())), tuple(errors)


def _contained(plugin: str, folder: Path, words: Vocabulary) -> Integration:
    """An integration of a plugin, whose code may raise anything when it is imported."""
    came = attempt(plugin, f"the integration {folder.name}", lambda: load(folder, words), (UserError,))
    if isinstance(came, Mishap):
        raise UserError(f"the integration {folder.name} of the plugin {plugin} cannot be loaded: {came.said}")
    return came


def _named(told: str, errors: list[UserError]) -> Iterator[Path]:
    """The folders that the setting names: each is an integration, or holds several."""
    for text in filter(None, (part.strip() for part in told.split(os.pathsep))):
        folder = Path(text).expanduser().resolve()
        if folder.is_dir():
            yield from [folder] if (folder / MANIFEST).is_file() else inside(folder)
        else:
            what = f"{SETTING} names no folder"
            errors.append(UserError(what, expected="folders with integrations", got=repr(text)))


def inside(folder: Path) -> list[Path]:
    """The integrations in a folder."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
