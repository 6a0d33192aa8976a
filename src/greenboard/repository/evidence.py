"""Which folders look like something built, told by the names of files alone.

A folder with a package manifest, or with a container file beside or above source, is taken for a
component. Inside of another component it counts only when it is a member of a workspace, has both
of its own, or is one of several container folders side by side. Folders that hold a workspace
together do not count themselves. A repository with none of these that is a collection of Helm
charts or of Terraform modules has one component for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import lru_cache

from greenboard.repository.languages import VENDORED, language_of
from greenboard.repository.manifests import is_container_file, is_manifest
from greenboard.repository.tree import Tree
from greenboard.repository.workspaces import INNER, Workspaces, only_tests

_ASIDE = VENDORED | frozenset(
    {"example", "examples", "_examples", "sample", "samples", "demo", "demos", "fixture", "fixtures", "__fixtures__"}
    | {"testdata", "test-data", "test_data", "test-fixtures", "test", "tests", "__tests__", "e2e", "spec", "specs"}
    | {"doc", "docs", "documentation", "template", "templates", "benchmark", "benchmarks", "playground", "hack"}
    | {"tools", "scripts", "ci", "fuzz", "buildsrc", "build-logic"}
)
_TESTS = ("-test", "-tests", "_test", "_tests", ".test", ".tests", ".unittests", ".functionaltests", "-test-app")
_STAGES = frozenset({"prod", "production", "staging", "stage", "dev", "development", "test", "qa", "live", "global"})


@lru_cache(maxsize=65536)
def aside(folder: str) -> bool:
    """Whether what lies in a folder is no component: examples, tests, documentation, what others wrote."""
    return any(
        part in _ASIDE or part.startswith(".") or part.endswith(_TESTS) for part in folder.lower().split("/") if part
    )


def guess_folders(tree: Tree, space: Workspaces) -> set[str]:
    """The folders of components, as far as files tell; empty where nothing does."""
    seen = _Seen(tree)
    found = set(space.members)
    for folder in sorted({_lift(folder) for folder in seen.packages()} - space.roots - space.parts):
        if only_tests(tree, folder):
            continue
        if not _around(folder, found) or seen.stands_alone(folder):
            found.add(folder)
    return found or _charts(tree) or _modules(tree)


def _lift(folder: str) -> str:
    outer, _, name = folder.rpartition("/")
    return outer if name.lower() in INNER else folder


def _around(folder: str, found: Collection[str]) -> bool:
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in found:
            return True
    return False


class _Seen:
    """Folders by what they hold: manifests, container files, source in them, source below them."""

    def __init__(self, tree: Tree) -> None:
        self.manifests: set[str] = set()
        self.containers: set[str] = set()
        self.direct: set[str] = set()
        self.source: set[str] = set()
        for path in tree.files:
            folder, _, name = path.rpartition("/")
            if not aside(folder) and not (name == "setup.py" and tree.has(f"{folder}/__init__.py".lstrip("/"))):
                self._note(folder, name.lower())
        self.row = Counter(folder.rpartition("/")[0] for folder in self.containers & self.direct)

    def _note(self, folder: str, name: str) -> None:
        if is_manifest(name):
            self.manifests.add(folder)
        elif is_container_file(name):
            self.containers.add(folder)
        elif folder not in self.direct and language_of(name):
            self.direct.add(folder)
            self.source.add(folder)
            while folder:
                folder = folder.rpartition("/")[0]
                self.source.add(folder)

    def packages(self) -> set[str]:
        return self.manifests | (self.containers & self.source)

    def stands_alone(self, folder: str) -> bool:
        if folder not in self.containers or not folder:
            return False
        return folder in self.manifests or (folder in self.direct and self.row[folder.rpartition("/")[0]] > 1)


def _charts(tree: Tree) -> set[str]:
    """The charts of a chart repository; charts inside of charts are parts of the outer one."""
    charts: set[str] = set()
    for path in sorted(tree.named("Chart.yaml")):
        folder = path.rpartition("/")[0]
        if not aside(folder) and folder not in charts and not _around(folder, charts):
            charts.add(folder)
    return charts


def _modules(tree: Tree) -> set[str]:
    """The modules of a Terraform collection: side by side in one folder, and not stages of one landscape."""
    folders = {path.rpartition("/")[0] for path in tree.suffixed(".tf")}
    folders = {folder for folder in folders if not aside(folder)}
    top = {folder for folder in folders if not _around(folder, folders)}
    names = {folder.rpartition("/")[2].lower() for folder in top}
    parents = {folder.rpartition("/")[0] for folder in top}
    return top if len(parents) == 1 and not names & _STAGES else set()
