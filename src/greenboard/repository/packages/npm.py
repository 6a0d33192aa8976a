"""npm, Yarn and pnpm: package.json with package-lock.json, yarn.lock or pnpm-lock.yaml.

Sources: npm "package.json" and "package-lock.json" (lock versions 1 to 3), Yarn 1 and Berry lock
files, pnpm lock file versions 5 to 9. The lock files of Yarn and pnpm are written by machine, one
package per block, and may be very long: their blocks are read line by line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.repository.manifests import json_object, table
from greenboard.repository.packages.types import MAX_LOCK, Counted, Lock, Said, counted, failed, named, nearest
from greenboard.repository.tree import Tree
from greenboard.repository.types import Scope

_GROUPS = ("dependencies", "devDependencies", "optionalDependencies")
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb")
_EXACT = re.compile(r"=?v?\d+\.\d+\.\d+([-+][\w.+-]+)?|(npm:.+@)\d+\.\d+\.\d+\S*|\S+#[0-9a-f]{40}|https?://\S+\.tgz")
_LOCAL = ("workspace:", "file:", "link:", "portal:")
_PNPM_KEY = re.compile(r"^  ['\"]?/?((?:@[^/\s]+/)?[^@/'\"\s:]+)[@/]([^:('\"_\s]*)[^:\n]*['\"]?:", re.MULTILINE)
_YARN_VERSION = re.compile(r"  \"?version\"?:? \"?([^\"\s]+)\"?")


def read(scope: Scope) -> Said:
    """One count for each package.json that names a package."""
    for path in named(scope, "package.json"):
        try:
            found = _one(scope.tree, path)
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))
            continue
        if found is not None:
            yield found


def _one(tree: Tree, path: str) -> Counted | None:
    manifest = json_object(tree, path)
    stated = {name: spec for group in _GROUPS for name, spec in table(manifest.get(group)).items()}
    direct = {
        name: bool(_EXACT.fullmatch(spec.strip())) if not spec.startswith("catalog:") else None
        for name, spec in stated.items()
        if isinstance(spec, str) and not spec.startswith(_LOCAL)
    }
    if not direct:
        return None
    where = nearest(tree, path.rpartition("/")[0], *_LOCKS)
    if where is None:
        return counted(path, "npm", direct, None)
    lock = tree.once(f"lock {where}", lambda: _lock(tree, where))
    if lock is None:
        return Counted(path, "npm", direct=len(direct), lock_file=True)
    return counted(path, "npm", direct, lock)


def _lock(tree: Tree, path: str) -> Lock | None:
    name = path.rpartition("/")[2]
    if name in ("package-lock.json", "npm-shrinkwrap.json"):
        return _npm_lock(path, json_object(tree, path, MAX_LOCK))
    if name == "yarn.lock":
        return _yarn_lock(path, tree.text(path, MAX_LOCK))
    if name == "pnpm-lock.yaml":
        return _pnpm_lock(path, tree.text(path, MAX_LOCK))
    return None  # Bun's: binary, or not documented


def _npm_lock(path: str, data: Mapping[str, Any]) -> Lock:
    packages = data.get("packages")
    if not isinstance(packages, dict):
        old = list(_nested(table(data.get("dependencies"))))
        return Lock(path, frozenset(name for name, _ in old), len(set(old)), packages=frozenset(old))
    installed = {
        key: table(entry) for key, entry in packages.items() if "node_modules/" in key and not table(entry).get("link")
    }
    names = frozenset(key.rpartition("node_modules/")[2] for key in installed)
    deprecated = sum(1 for entry in installed.values() if entry.get("deprecated"))
    packages = frozenset(
        (str(entry.get("name") or key.rpartition("node_modules/")[2]), str(entry.get("version") or ""))
        for key, entry in installed.items()
    )
    return Lock(path, names, len(installed), deprecated or None, packages)


def _nested(entries: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, entry in entries.items():
        found.append((name, str(table(entry).get("version"))))
        found.extend(_nested(table(entry, "dependencies")))
    return found


def _yarn_lock(path: str, text: str) -> Lock:
    if "yarn lockfile v1" not in text and "__metadata:" not in text:
        raise UserError("not a lock file of Yarn", place=Place(path, 1))
    names: set[str] = set()
    packages: set[tuple[str, str]] = set()
    total, current = 0, ""
    for line in text.splitlines():
        if current and (version := _YARN_VERSION.fullmatch(line)):
            packages.add((current, version[1]))
            current = ""
        if not line or line[0] in " #\t" or not line.endswith(":") or line.startswith("__metadata"):
            continue
        wanted = [part.strip().strip('"') for part in line[:-1].strip('"').split(", ")]
        current = ""
        if any("@workspace:" in part for part in wanted):
            continue
        total += 1
        names |= {part[: part.find("@", 1)] for part in wanted if "@" in part[1:]}
        current = _real(wanted[0])
    return Lock(path, frozenset(names), total, packages=frozenset(packages))


def _real(wanted: str) -> str:
    """The name of the package that is wanted, as `NAME@RANGE`, or under another name as `NAME@npm:REAL@RANGE`."""
    name, _, other = wanted.partition("@npm:")
    text = other if other.rfind("@") > 0 else name
    return text[: text.rfind("@")] if text.rfind("@") > 0 else text


def _pnpm_lock(path: str, text: str) -> Lock:
    if "lockfileVersion" not in text:
        raise UserError("not a lock file of pnpm", place=Place(path, 1))
    block = re.search(r"^packages:\n(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    keys = _PNPM_KEY.findall(block[1]) if block else []
    return Lock(path, frozenset(name for name, _ in keys), len(keys), packages=frozenset(keys))
