"""Tests of a component by kind: how many files there are, and whether a CI job runs them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.ci.pipelines import pipelines
from greenboard.repository.ci.types import Pipelines, Run, Work
from greenboard.repository.test_files import KNOWN, TestFile, candidates, family, tests
from greenboard.repository.types import Found, Missed, Reader, Scope

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


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with an item for each kind; unit with no files where there is certainly no test."""
    found = list(tests(scope.tree, scope.files, scope.root))
    if not found:
        nothing = _nothing(scope)
        if nothing is not None:
            yield nothing
        return
    every, work = pipelines(scope.tree)
    by_kind: dict[str, list[TestFile]] = defaultdict(list)
    for file in found:
        by_kind[file.kind].append(file)
    items: list[Mapping[str, Any]] = []
    places: dict[str, str] = {}
    for kind, files in sorted(by_kind.items()):
        item: dict[str, Any] = {"kind": kind, "files": len(files)}
        places[kind] = f"{files[0].path}:1"
        answer, place = _in_ci(scope, kind, files, every, work)
        if answer is not None:
            item["in_ci"] = answer
            places[f"{kind}.in_ci"] = place
        items.append(item)
    yield Found("test_suite", items, places[items[0]["kind"]], places)


def _nothing(scope: Scope) -> Found | Missed | None:
    """None, and so nothing said, where tests could not be told by their names: that is no failed look."""
    languages = [family(language) for language in scope.component.languages]
    if not languages or languages[0] not in KNOWN:
        return None
    outside = _outside(scope, set(languages))
    if outside:
        return Missed(
            "test_suite", "tests outside of the component's folder may be its own", f"{outside}:1", unclear=True
        )
    return Found("test_suite", [{"kind": "unit", "files": 0}], scope.component.path)


def _outside(scope: Scope, languages: set[str]) -> str | None:
    """A test file elsewhere in the tree that may be about this component."""
    if not scope.root:
        return None
    own = set(scope.files)
    name = scope.component.name.lower()
    top = re.compile(r"(tests?|specs?|e2e|integration[-_]?tests?|qa)/", re.IGNORECASE)
    others = (path for path in candidates(scope.tree) if path not in own and (top.match(path) or name in path.lower()))
    return next((file.path for file in tests(scope.tree, others, "") if file.language in languages), None)


def _in_ci(scope: Scope, kind: str, files: Sequence[TestFile], every: Pipelines, work: Work) -> tuple[bool | None, str]:
    """Whether a CI job runs some of these files. None when there is no CI to see, or it cannot be judged."""
    if not every.all:
        return None, ""
    unsure = bool(every.broken or work.unseen)
    for run in work.runs:
        answer = _covers(scope, run, kind, files)
        if answer:
            return True, run.place
        unsure = unsure or answer is None
    return (None if unsure else False), f"{every.all[0].path}:1"


def _covers(scope: Scope, run: Run, kind: str, files: Sequence[TestFile]) -> bool | None:
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
    reached = [file for file in fitting if _reaches(run, file.path)]
    if not reached or kind in run.without:
        # A runner of the whole tree is often started in a folder beside its tests.
        return False if reached or _apart(run, scope) else None
    if run.kind == kind:
        return True
    if run.filtered:
        return None
    return _takes(scope, run, kind, reached)


def _built(run: Run, kind: str) -> frozenset[str]:
    return _ANY_KIND if run.kind == kind else frozenset()


def _reaches(run: Run, path: str) -> bool:
    bases = run.targets or (run.folder or "",)
    return any(not base or path == base or path.startswith(base + "/") for base in bases)


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


_PYTEST = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")


def _mentions(scope: Scope, name: str, word: str) -> bool:
    for path in {f"{scope.root}{name}", name}:
        try:
            if scope.tree.has(path) and word in scope.tree.text(path, 2**20):
                return True
        except UserError:
            continue
    return False


READER = Reader("test_suite", ("test_suite",), "component", read)
