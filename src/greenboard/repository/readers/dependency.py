"""Packages that the component consumes, for each manifest of the ecosystems in `packages`.

That there are none is said of a component whose languages have their packages in these ecosystems,
or have none, where neither its own files nor the folders around it hold a manifest that might name
some: one that is not understood, or one above that several components share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from greenboard.core.errors import UserError
from greenboard.repository.evidence import aside
from greenboard.repository.manifests import is_manifest
from greenboard.repository.packages.ecosystems import counts
from greenboard.repository.packages.types import Counted
from greenboard.repository.types import Found, Missed, Reader, Scope

_KNOWN = frozenset(
    {"terraform", "shell", "sql", "javascript", "typescript", "vue", "svelte", "python", "java", "kotlin", "groovy"}
    | {"go", "rust", "csharp", "fsharp", "visual-basic", "ruby", "php"}
)
"""Languages of the ecosystems that are read, and those without packages."""
_READ = frozenset(
    {"package.json", "pyproject.toml", "setup.cfg", "requirements.txt", "pipfile", "go.mod", "cargo.toml"}
    | {"gemfile", "composer.json", "chart.yaml"}
)
"""Manifests that say all there is, so that one which names no package is no doubt."""
_OTHERS = re.compile(
    r"build\.xml|ivy\.xml|(workspace|module|build)(\.bazel)?|pants\.toml|buck|environment\.ya?ml|conda.*\.ya?ml|podfile"
    r"|cartfile|vcpkg\.json|conanfile\.(txt|py)|bower\.json|jsr\.json|import_map\.json|gopkg\.toml|glide\.yaml"
    r"|paket\.dependencies|packages\.config|meson\.build|.*\.nix|requirements.*\.in|gems\.rb"
)
_MOST_SCRIPTS = 200
"""Of more files of Python it is not said that none names packages."""


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each manifest."""
    items: dict[str, Counted] = {}
    missed = False
    for said in counts(scope):
        if isinstance(said, Counted):
            items.setdefault(said.manifest, said)
        else:
            missed = True
            yield said
    if items:
        places = {manifest: manifest for manifest in items}
        yield Found("dependency", [item.value() for item in items.values()], next(iter(items)), places)
    elif not missed and not set(scope.component.languages) - _KNOWN and not any(_doubts(scope)):
        yield Found("dependency", [], scope.component.path)


def _doubts(scope: Scope) -> Iterator[str]:
    """Manifests that may name packages of the component although none was counted."""
    scripts: list[str] = []
    for path in scope.files:
        folder, _, name = path[len(scope.root) :].rpartition("/")
        if not aside(folder) and _is_doubt(name.lower()):
            yield path
        elif name.endswith(".py"):
            scripts.append(path)
    yield from (path for number, path in enumerate(scripts) if number >= _MOST_SCRIPTS or _is_script(scope, path))
    above = scope.component.path
    while above:
        above = above.rpartition("/")[0]
        for name in _in_folder(scope, above):
            if is_manifest(name.lower()) or _is_doubt(name.lower()):
                yield f"{above}/{name}"


def _is_script(scope: Scope, path: str) -> bool:
    """Whether a file of Python names packages itself (PEP 723); one that cannot be read may."""
    try:
        return "# /// script" in scope.tree.text(path)
    except UserError:
        return True


def _is_doubt(name: str) -> bool:
    return bool(_OTHERS.fullmatch(name)) or (is_manifest(name) and name not in _READ)


def _in_folder(scope: Scope, folder: str) -> list[str]:
    """The names of the files right in a folder of the tree."""

    def index() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in scope.tree.files:
            around, _, name = path.rpartition("/")
            found.setdefault(around, []).append(name)
        return found

    return scope.tree.once("names by folder", index).get(folder, [])


READER = Reader("dependencies", ("dependency",), "component", read)
