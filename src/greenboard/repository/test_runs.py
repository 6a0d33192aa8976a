"""Which tests of a component a run in CI takes, by the conventions of the test runner."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.ci.types import Run
from greenboard.repository.test_files import TestFile
from greenboard.repository.tree import Tree
from greenboard.repository.types import Scope

_RUNNERS = {
    "go": {"go"}, "python": {"pytest", "unittest"}, "javascript": {"jest", "browser"}, "rust": {"cargo"},
    "ruby": {"ruby"},
    "java": {"maven", "maven-verify", "gradle", "gradle-check", "jvm"}, "php": {"phpunit"}, "csharp": {"dotnet"},
    "swift": {"swift"}, "elixir": {"elixir"}, "dart": {"dart"}, "cpp": {"ctest"}, "haskell": {"haskell"},
    "clojure": {"jvm"},
    "shell": {"acceptance"}, "load": {"load"}, "cucumber": {"browser", "ruby"},
}  # fmt: skip
_ANY_KIND = frozenset({"browser", "acceptance", "api", "pact", "load"})
_TAKE_ALL = frozenset({"go", "cargo", "ruby", "elixir", "dart"})
"""Runners that take every test their conventions find, whatever its kind."""
_PYTEST = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")
_JEST = ("jest.config", "vitest.config", "vitest.workspace", "vite.config")
_SUFFIXES = ("js", "ts", "mjs", "mts", "cjs", "cts", "json")


def covers(scope: Scope, run: Run, kind: str, files: Sequence[TestFile]) -> bool | None:
    """Whether a run takes some of these files of one kind; None when that cannot be told."""
    if run.kind is not None and run.kind != kind:
        # A job named for another kind may still run all there is.
        related = any(run.runner in _RUNNERS.get(file.language, ()) for file in files[:50])
        return None if related and kind == "unit" and not run.targets else False
    fitting = [
        file for file in files if run.runner in _RUNNERS.get(file.language, ()) or run.runner in _built(run, kind)
    ]
    if not fitting:
        return None if run.runner in ("bazel", "other") else False
    if run.folder is None:
        return None
    if run.runner == "go" and any("$" in word for word in run.words):
        return None
    reached = [file for file in fitting if _reaches(run, file.path)]
    if not reached or kind in run.without:
        # A runner of the whole tree is often started in a folder beside its tests.
        return False if reached or _apart(run, scope) else None
    inside = _descends(scope, run)
    if not inside:
        return inside
    if run.kind == kind:
        return True
    if run.filtered:
        return None
    return _takes(scope, run, kind, reached)


def _built(run: Run, kind: str) -> frozenset[str]:
    return _ANY_KIND if run.kind == kind else frozenset()


def _bases(run: Run) -> tuple[str, ...]:
    return run.targets or (run.folder or "",)


def _reaches(run: Run, path: str) -> bool:
    if run.runner == "go" and run.words[1:2] == ("test",) and not any("..." in word for word in run.words):
        # Without `...` a package is one folder.
        return path.rpartition("/")[0] in _bases(run)
    return any(not base or path == base or path.startswith(base + "/") for base in _bases(run))


def _apart(run: Run, scope: Scope) -> bool:
    """Whether a run is surely about another part of the tree."""
    folder = run.folder or ""
    around = not folder or f"{folder}/".startswith(scope.root) or scope.root.startswith(f"{folder}/")
    return not around or bool(run.targets)


def _takes(scope: Scope, run: Run, kind: str, files: Sequence[TestFile]) -> bool | None:
    """Whether a run that is not narrowed takes files of this kind."""
    if kind == "unit" or run.targets:
        return True
    if run.runner == "go" and all(file.guarded for file in files):
        return False
    if run.runner in _TAKE_ALL:
        return True
    if run.runner == "maven-verify":
        return True if _mentions(scope, "pom.xml", "failsafe") else None
    if run.runner in ("pytest", "unittest"):
        configured = [_mentions(scope, name, word) for name in _PYTEST for word in ("testpaths", "addopts")]
        return None if any(configured) else True
    return None


def _mentions(scope: Scope, name: str, word: str) -> bool:
    return any(word in _text(scope.tree, path) for path in {f"{scope.root}{name}", name})


def _text(tree: Tree, path: str) -> str:
    """The text of a file, "" where there is none or it cannot be read."""
    try:
        return tree.text(path, 2**20) if tree.has(path) else ""
    except UserError:
        return ""


def _descends(scope: Scope, run: Run) -> bool | None:
    """Whether a run that starts above the component's folder goes down into it: many runners stop at manifests."""
    component = scope.component.path
    if any(f"{base}/".startswith(scope.root) for base in _bases(run)):
        return True
    answers = [_into(scope, run, base, component) for base in _bases(run) if not base or scope.root.startswith(base)]
    return True if True in answers else None if None in answers or not answers else False


def _into(scope: Scope, run: Run, base: str, component: str) -> bool | None:
    tree = scope.tree
    start = f"{base}/" if base else ""
    below = component.removeprefix(start)
    between = [f"{start}{part}" for part in accumulate(below.split("/"), "{}/{}".format)]
    if run.runner == "go":
        return not any(tree.has(f"{folder}/go.mod") for folder in between)
    if run.runner == "cargo":
        nested = any(tree.has(f"{folder}/Cargo.toml") for folder in between)
        return _cargo(_text(tree, f"{start}Cargo.toml"), run, below) if nested else True
    if run.runner in ("pytest", "unittest"):
        configured = any("testpaths" in _text(tree, f"{start}{name}") for name in _PYTEST)
        return None if configured or run.runner == "unittest" else True
    if run.runner == "jest":
        return _jest(tree, start, run, below)
    if run.runner in ("maven", "maven-verify", "gradle", "gradle-check", "dotnet"):
        return True if _listed(tree, start, run.runner, below) else None
    return None


def _cargo(text: str, run: Run, below: str) -> bool | None:
    """Whether `cargo test` at a manifest takes the package of a folder below it: Cargo's rules for workspaces."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    space = data.get("workspace")
    if not isinstance(space, dict):
        return False
    if any(fnmatch.fnmatchcase(below, str(each)) for each in space.get("exclude", ())):
        return False
    member = any(fnmatch.fnmatchcase(below, str(each)) for each in space.get("members", ()))
    if "package" not in data and "default-members" not in space:
        return True if member else None
    return (True if member else None) if {"--workspace", "--all"} & set(run.words) else None


def _jest(tree: Tree, start: str, run: Run, below: str) -> bool | None:
    """Jest and Vitest look through all folders, unless their configuration says where."""
    words = " ".join(run.words)
    if not re.search(r"\b(jest|vitest)\b", words):
        return None
    configs = (f"{start}{name}.{suffix}" for name in _JEST for suffix in _SUFFIXES)
    text = "\n".join(filter(None, (_text(tree, path) for path in configs)))
    own = re.search(r'"jest"\s*:\s*\{.*?\}', _text(tree, f"{start}package.json"), re.DOTALL)
    text += own[0] if own else ""
    narrowed = re.search(r"\b(projects|roots|testRegex|testMatch|include|dir|rootDir|workspace|exclude)\b", text)
    return True if not narrowed or re.search(rf"\b{re.escape(below.split('/', maxsplit=1)[0])}\b", text) else None


def _listed(tree: Tree, start: str, runner: str, below: str) -> bool:
    """Whether a build of many modules lists the folder."""
    name = below.rpartition("/")[2]
    if runner.startswith("maven"):
        return f"<module>{below}</module>" in _text(tree, f"{start}pom.xml")
    if runner.startswith("gradle"):
        text = _text(tree, f"{start}settings.gradle") + _text(tree, f"{start}settings.gradle.kts")
        return re.search(rf"[\"':]{re.escape(below.replace('/', ':'))}[\"']", text) is not None
    solutions = (path for path in tree.suffixed(".sln", ".slnx") if path.rpartition("/")[0] == start.rstrip("/"))
    return any(re.search(rf"[\\/\"]{re.escape(name)}[\\/\"]", _text(tree, path)) for path in solutions)
