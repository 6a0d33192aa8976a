"""Go, Cargo and NuGet.

Go: go.mod names every module with one version (Go "Modules reference"); go.sum holds their sums.
Cargo: Cargo.toml with Cargo.lock, which stands at the root of the workspace.
NuGet: project files with packages.lock.json and Directory.Packages.props. NuGet takes the lowest
version that fits, so a plain version is firm, and one with a star or a range is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.repository.manifests import json_object, table, toml_table, xml_root
from greenboard.repository.packages.types import (
    MAX_LOCK,
    Counted,
    Lock,
    Locked,
    Said,
    counted,
    failed,
    named,
    nearest,
    suffixed,
)
from greenboard.repository.tree import Tree
from greenboard.repository.types import Scope

_CARGO_GROUPS = ("dependencies", "dev-dependencies", "build-dependencies")
_PROJECTS = (".csproj", ".fsproj", ".vbproj")


def go(scope: Scope) -> Said:
    """One count for each go.mod."""
    for path in named(scope, "go.mod"):
        try:
            yield _go_mod(scope.tree, path)
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))


def _go_mod(tree: Tree, path: str) -> Counted:
    required: dict[str, bool] = {}
    versions: dict[str, tuple[str, str]] = {}
    replaced: set[str] = set()
    version = (0, 0)
    for words, comment in _directives(tree.text(path)):
        if words[0] == "go" and re.match(r"1\.\d+", words[1]):
            version = (1, int(words[1].split(".")[1]))
        elif words[0] == "require" and len(words) >= 3:
            required[words[1]] = "indirect" in comment
            versions.setdefault(words[1], (words[1], words[2]))
        elif words[0] == "replace" and words[-1].startswith(("./", "../", "/")):
            replaced.add(words[1])
        elif words[0] == "replace" and len(words) >= 5:
            versions[words[1]] = (words[-2], words[-1])
    required = {module: indirect for module, indirect in required.items() if module not in replaced}
    direct = sum(1 for indirect in required.values() if not indirect)
    sums = nearest(tree, path.rpartition("/")[0], "go.sum", "go.work.sum")
    whole = version >= (1, 17)
    return Counted(
        path,
        "go",
        direct=direct,
        # Since Go 1.17 go.mod names every module that takes part in the build.
        total=len(required) if whole else None,
        locked=Locked(path, frozenset(versions[module] for module in required)) if whole else None,
        pinned=direct,
        unpinned=0,
        lock_file=sums is not None or not required,
    )


def _directives(text: str) -> Iterator[tuple[list[str], str]]:
    """The directives of go.mod with their words and comment; blocks are written out."""
    block = ""
    for raw in text.splitlines():
        line, _, comment = raw.partition("//")
        words = [word.strip('"`') for word in line.split()]
        if block and words == [")"]:
            block = ""
        elif len(words) == 2 and words[1] == "(":
            block = words[0]
        elif words and (block or len(words) > 1):
            yield ([block, *words] if block else words), comment


def cargo(scope: Scope) -> Said:
    """One count for each Cargo.toml that names a crate of others."""
    for path in named(scope, "Cargo.toml"):
        try:
            direct = dict(_crates(toml_table(scope.tree, path)))
            where = nearest(scope.tree, path.rpartition("/")[0], "Cargo.lock")
            lock = _cargo_lock(scope.tree, where) if where else None
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))
            continue
        if direct:
            yield counted(path, "cargo", direct, lock)


def _crates(data: Mapping[str, Any]) -> Iterator[tuple[str, bool | None]]:
    holders = [data, *(table(target) for target in table(data, "target").values())]
    for holder in holders:
        for group in _CARGO_GROUPS:
            for alias, stated in table(holder, group).items():
                detail = table(stated)
                name = str(detail.get("package", alias))
                if "path" in detail and "version" not in detail:
                    continue
                version = stated if isinstance(stated, str) else str(detail.get("version", ""))
                yield name, None if detail.get("workspace") else version.strip().startswith("=") or "rev" in detail


def _cargo_lock(tree: Tree, path: str) -> Lock:
    def make() -> Lock:
        packages = toml_table(tree, path, MAX_LOCK).get("package", [])
        if not isinstance(packages, list):
            raise UserError("not a lock file of Cargo", place=Place(path, 1))
        names = frozenset(str(table(package).get("name")) for package in packages)
        others = [table(package) for package in packages if "source" in table(package)]
        fixed = frozenset((str(package.get("name")), str(package.get("version") or "")) for package in others)
        return Lock(path, names, len(others), packages=fixed)

    return tree.once(f"lock {path}", make)


def nuget(scope: Scope) -> Said:
    """One count for each project file that names a package."""
    for path in suffixed(scope, *_PROJECTS):
        try:
            found = _project(scope.tree, path)
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))
            continue
        if found is not None:
            yield found


def _project(tree: Tree, path: str) -> Counted | None:
    folder = path.rpartition("/")[0]
    central = _central(tree, nearest(tree, folder, "Directory.Packages.props"))
    direct: dict[str, bool | None] = {}
    for entry in xml_root(tree, path).iter("PackageReference"):
        name = (entry.get("Include") or entry.get("Update") or "").lower()
        stated = entry.get("Version") or entry.get("VersionOverride") or entry.findtext("Version")
        if name:
            direct[name] = _nuget_firm(stated or central.get(name))
    if not direct:
        return None
    where = f"{folder}/packages.lock.json".lstrip("/")
    return counted(path, "nuget", direct, _nuget_lock(tree, where) if tree.has(where) else None)


def _central(tree: Tree, path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    entries = tree.once(f"central {path}", lambda: list(xml_root(tree, path).iter("PackageVersion")))
    return {(entry.get("Include") or "").lower(): entry.get("Version") or "" for entry in entries}


def _nuget_firm(version: str | None) -> bool | None:
    """Whether a version is a single one; None where a property or an import elsewhere sets it."""
    if not version or "$(" in version:
        return None
    return bool(re.fullmatch(r"\d[\w.+-]*|\[\d[\w.+-]*\]", version.strip()))


def _nuget_lock(tree: Tree, path: str) -> Lock:
    packages: set[tuple[str, str]] = set()
    for framework in table(json_object(tree, path, MAX_LOCK), "dependencies").values():
        others = {name: table(entry) for name, entry in table(framework).items()}
        packages |= {
            (name, str(entry.get("resolved") or ""))
            for name, entry in others.items()
            if str(entry.get("type")).lower() != "project"
        }
    names = frozenset(name.lower() for name, _ in packages)
    return Lock(path, names, len(names), packages=frozenset(packages))
