"""Bots that keep dependencies current, by their settings in the repository. Only what was found is listed.

Sources: GitHub "Dependabot options reference"; Renovate "Configuration options" and its documented
places; the settings files of PyUp, Snyk and Scala Steward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.manifests import json_object, strings, table
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
_RENOVATE = tuple(
    folder + name
    for folder in ("", ".github/", ".gitlab/", ".forgejo/", ".gitea/")
    for name in ("renovate.json", "renovate.json5")
) + (".renovaterc", ".renovaterc.json", ".renovaterc.json5")
_OTHERS = {".pyup.yml": "pyup", ".scala-steward.conf": "scala-steward", ".dependabot/config.yml": "dependabot"}


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each bot, where there is any."""
    items: dict[str, dict[str, Any]] = {}
    for path, tool, find in _settings(scope.tree):
        try:
            found = find(scope.tree, path)
        except UserError as error:
            yield Missed("dependency_updates", f"{path}: {error.what}", str(error.place or path))
            continue
        if found is not None:
            items.setdefault(tool, {"tool": tool, "path": path, **found})
    if items:
        places = {tool: f"{item['path']}:1" for tool, item in items.items()}
        yield Found("dependency_updates", list(items.values()), "", places)


def _settings(tree: Tree) -> Iterator[tuple[str, str, Any]]:
    yield from ((path, "dependabot", _dependabot) for path in _DEPENDABOT if tree.has(path))
    yield from ((path, "renovate", _renovate) for path in _RENOVATE if tree.has(path))
    if tree.has("package.json"):
        yield "package.json", "renovate", _in_package
    yield from ((path, tool, lambda *_: {}) for path, tool in _OTHERS.items() if tree.has(path))


def _dependabot(tree: Tree, path: str) -> dict[str, Any] | None:
    """The ecosystems of version updates; an entry that allows no pull request updates nothing."""
    ecosystems: list[str] = []
    for document in tree.yaml(path):
        updates = table(document.data).get("updates")
        for entry in updates if isinstance(updates, list) else ():
            name = table(entry).get("package-ecosystem")
            if isinstance(name, str) and table(entry).get("open-pull-requests-limit") != 0:
                ecosystems.append(name)
    return {"ecosystems": list(dict.fromkeys(ecosystems))} if ecosystems else None


def _renovate(tree: Tree, path: str) -> dict[str, Any] | None:
    """Renovate accepts JSON5 in every one of its files, so comments do not make it broken."""
    text = tree.text(path)
    if path.endswith("5") or "//" in text or "/*" in text:
        disabled = re.search(r"^\s{0,4}[\"']?enabled[\"']?\s*:\s*false", text, re.MULTILINE)
        return None if disabled else {}
    return _enabled(json_object(tree, path))


def _in_package(tree: Tree, path: str) -> dict[str, Any] | None:
    if '"renovate"' not in tree.text(path):
        return None
    stated = json_object(tree, path).get("renovate")
    return _enabled(table(stated)) if isinstance(stated, dict) else None


def _enabled(settings: Any) -> dict[str, Any] | None:
    if settings.get("enabled") is False:
        return None
    managers = strings(settings.get("enabledManagers"))
    return {"ecosystems": list(managers)} if managers else {}


READER = Reader("dependency updates", ("dependency_updates",), "repository", read)
