"""Bots that keep dependencies current, by their settings in the repository. Only what was found is listed.

Beside each stands what no bot looks after: the ecosystems of manifests, those of examples and
documentation left out, that none of them names.

Sources: GitHub "Dependabot options reference"; Renovate "Configuration options" and its documented
places; the settings files of PyUp, Snyk and Scala Steward.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.evidence import aside
from greenboard.repository.manifests import json_object, strings, table
from greenboard.repository.packages.ecosystems import ECOSYSTEMS
from greenboard.repository.packages.types import Counted
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
_RENOVATE = tuple(
    folder + name
    for folder in ("", ".github/", ".gitlab/", ".forgejo/", ".gitea/")
    for name in ("renovate.json", "renovate.json5")
) + (".renovaterc", ".renovaterc.json", ".renovaterc.json5")
_OTHERS = {".pyup.yml": "pyup", ".scala-steward.conf": "scala-steward", ".dependabot/config.yml": "dependabot"}


_ECOSYSTEMS = {
    "pip": "pypi", "uv": "pypi", "pip_requirements": "pypi", "pip-compile": "pypi", "pip_setup": "pypi",
    "pep621": "pypi", "poetry": "pypi", "pipenv": "pypi", "bun": "npm", "gomod": "go", "bundler": "rubygems",
    "gradle-wrapper": "gradle",
}  # fmt: skip
"""What Dependabot and Renovate call them, where that is not our name."""
_BY_NAME = (
    (re.compile(r"package(-lock)?\.json|yarn\.lock|pnpm-lock"), "npm"),
    (re.compile(r"pyproject|requirements|setup\.(py|cfg)|pipfile|(uv|poetry|pdm)\.lock"), "pypi"),
    (re.compile(r"pom\.xml"), "maven"),
    (re.compile(r"gradle|libs\.versions"), "gradle"),
    (re.compile(r"go\.(mod|sum)"), "go"),
    (re.compile(r"cargo"), "cargo"),
    (re.compile(r"(cs|fs|vb)proj$|packages\.(lock\.json|props)"), "nuget"),
    (re.compile(r"gem"), "rubygems"),
    (re.compile(r"composer"), "composer"),
)


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
        missing = _missing(scope, items.values())
        for item in items.values():
            item["missing"] = missing
        places = {tool: f"{item['path']}:1" for tool, item in items.items()}
        yield Found("dependency_updates", list(items.values()), "", places)


def _missing(scope: Scope, items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ecosystems of manifests in the tree that no bot looks after; one that names none looks after all."""
    covered: set[str] = set()
    for item in items:
        if not item.get("ecosystems"):
            return []
        covered |= {_ECOSYSTEMS.get(name, name) for name in item["ecosystems"]}
    return sorted(set(_present(scope)) - covered)


def _present(scope: Scope) -> Iterator[str]:
    """The ecosystems of manifests that name packages, or of which it cannot be known."""
    for ecosystem in ECOSYSTEMS:
        for said in ecosystem(scope):
            if isinstance(said, Counted):
                if said.direct != 0:
                    yield said.ecosystem
            else:
                name = said.location.partition(":")[0].rpartition("/")[2].lower()
                yield from (found for pattern, found in _BY_NAME if pattern.search(name))
    if any(not aside(path.rpartition("/")[0]) for path in scope.tree.suffixed(".gemspec")):
        yield "rubygems"


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
        return None if _switched_off(text) else {}
    return _enabled(json_object(tree, path))


def _switched_off(text: str) -> bool:
    """Whether the outermost object of a JSON5 text says `enabled: false`."""
    depth = 0
    outer = ""
    for part in _JSON5.findall(text):
        if part in ("{", "["):
            depth += 1
        elif part in ("}", "]"):
            depth -= 1
        elif depth == 1 and not part.startswith(("//", "/*")):
            outer += part if part[0] not in "\"'" or part[1:-1] == "enabled" else '""'
    return bool(re.search(r"(?<![\w$])[\"']?enabled[\"']?\s*:\s*false\b", outer))


_JSON5 = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{}\[\]]|[^/{}\[\]\"']+|.", re.DOTALL)


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
