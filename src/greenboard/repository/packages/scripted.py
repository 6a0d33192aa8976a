"""RubyGems and Composer.

RubyGems: a Gemfile is a program; what it names is known from what Bundler wrote into Gemfile.lock.
Composer: composer.json with composer.lock (Composer "The composer.json schema").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.manifests import json_object, table
from greenboard.repository.packages.types import MAX_LOCK, Counted, Lock, Locked, Said, counted, failed, named
from greenboard.repository.tree import Tree
from greenboard.repository.types import Scope

_PLATFORM = re.compile(r"php(-\w+)?|hhvm|(ext|lib)-.+|composer(-\w+-api)?")
_COMPOSER_EXACT = re.compile(r"=?v?\d+(\.\d+)+([-+]\S+)?")


def rubygems(scope: Scope) -> Said:
    """One count for each Gemfile; without a lock file only that there is none is known."""
    for path in named(scope, "Gemfile", "gems.rb"):
        where = "gems.locked" if path.endswith("gems.rb") else "Gemfile.lock"
        where = f"{path.rpartition('/')[0]}/{where}".lstrip("/")
        if not scope.tree.has(where):
            yield Counted(path, "rubygems", lock_file=False)
            continue
        try:
            yield _bundled(path, where, scope.tree.text(where))
        except UserError as error:
            yield failed(path, error.what, str(error.place or where))


def _bundled(path: str, where: str, text: str) -> Counted:
    section = ""
    installed: set[str] = set()
    packages: set[tuple[str, str]] = set()
    direct: set[str] = set()
    for line in text.splitlines():
        if line and line[0] != " ":
            section = line.strip()
        elif section in ("GEM", "GIT") and re.match(r"    \S", line):
            installed.add(line.split()[0])
            packages.add(_versioned(line, of_index=section == "GEM"))
        elif section == "DEPENDENCIES" and re.match(r"  \S", line):
            direct.add(line.split()[0].rstrip("!"))
    own = {line.split()[0] for line in re.findall(r"^PATH\n(?:.*\n)*?\n", text, re.MULTILINE) for line in _specs(line)}
    direct -= own
    fixed = len(direct & installed)
    return Counted(
        path,
        "rubygems",
        direct=len(direct),
        total=len(installed),
        pinned=fixed,
        unpinned=len(direct) - fixed,
        lock_file=True,
        locked=Locked(where, frozenset(packages)),
    )


def _versioned(line: str, *, of_index: bool) -> tuple[str, str]:
    """Name and version of a line `NAME (VERSION-PLATFORM)`; what comes of a repository has no version that is known."""
    name, _, rest = line.strip().partition(" ")
    version = rest.strip("()").partition("-")[0]
    return name, version if of_index else ""


def _specs(block: str) -> list[str]:
    return [line for line in block.splitlines() if re.match(r"    \S", line)]


def composer(scope: Scope) -> Said:
    """One count for each composer.json that names a package."""
    for path in named(scope, "composer.json"):
        try:
            found = _composer(scope.tree, path)
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))
            continue
        if found is not None:
            yield found


def _composer(tree: Tree, path: str) -> Counted | None:
    manifest = json_object(tree, path)
    stated = {**table(manifest.get("require")), **table(manifest.get("require-dev"))}
    direct: dict[str, bool | None] = {
        name.lower(): bool(_COMPOSER_EXACT.fullmatch(str(spec).strip()))
        for name, spec in stated.items()
        if not _PLATFORM.fullmatch(name.lower())
    }
    if not direct:
        return None
    where = path.removesuffix("json") + "lock"
    lock = _composer_lock(where, json_object(tree, where, MAX_LOCK)) if tree.has(where) else None
    return counted(path, "composer", direct, lock)


def _composer_lock(path: str, data: Mapping[str, Any]) -> Lock:
    packages = [
        table(entry)
        for group in ("packages", "packages-dev")
        for entry in data.get(group) or ()
        if isinstance(entry, dict)
    ]
    names = frozenset(str(entry.get("name", "")).lower() for entry in packages)
    abandoned = sum(1 for entry in packages if entry.get("abandoned"))
    fixed = frozenset((str(one.get("name", "")).lower(), str(one.get("version") or "").lstrip("v")) for one in packages)
    return Lock(path, names, len(packages), abandoned or None, fixed)
