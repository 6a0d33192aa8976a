"""Tests of a component by kind: how many files there are, and whether a CI job runs them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.ci.pipelines import pipelines
from greenboard.repository.ci.types import Pipelines, Work
from greenboard.repository.languages import family, language_of
from greenboard.repository.test_files import KNOWN, TestFile, candidates, suspected, tests
from greenboard.repository.test_runs import covers
from greenboard.repository.tree import Tree, name_of
from greenboard.repository.types import Found, Missed, Reader, Scope


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
        for name, (answer, place) in _in_ci(scope, kind, files, every, work).items():
            if answer is not None:
                item[name] = answer
                places[f"{kind}.{name}"] = place
        items.append(item)
    if "unit" not in by_kind:
        # The list must not look as if it were whole where the tests in it hide that others are not known.
        nothing = _nothing(scope, {file.path for file in found})
        items.append(_NONE if isinstance(nothing, Found) else {"kind": "unit"})
        places.setdefault("unit", scope.component.path)
    yield Found("test_suite", items, places[items[0]["kind"]], places)


def _nothing(scope: Scope, known: Collection[str] = ()) -> Found | Missed | None:
    """None, and so nothing said, where tests could not be told by their names: that is no failed look."""
    languages = [family(language) for language in scope.component.languages]
    if not languages or languages[0] not in KNOWN or _only_builds(scope):
        return None
    inside = suspected((path for path in scope.files if path not in known), scope.root)
    if inside:
        return Missed(
            "test_suite", "not known whether what lies in a folder of tests is one", f"{inside}:1", unclear=True
        )
    outside = _outside(scope, set(languages))
    if outside:
        return Missed(
            "test_suite", "tests outside of the component's folder may be its own", f"{outside}:1", unclear=True
        )
    user = _tested_user(scope)
    if user:
        reason = "tests of what depends on it may be its own"
        return Missed("test_suite", reason, f"{user}:1", unclear=True)
    return Found("test_suite", [_NONE], scope.component.path)


_NONE: Mapping[str, Any] = {"kind": "unit", "files": 0, "in_ci": False, "on_change": False}
_BUILD = re.compile(
    r".*\.gradle(\.kts)?|.*\.config\.[cm]?[jt]s|setup\.py|gulpfile\..*|gruntfile\..*|\.?eslintrc\..*", re.IGNORECASE
)
_MANIFESTS = ("package.json", "build.gradle", "build.gradle.kts", "pom.xml", "Cargo.toml", "go.mod", "pyproject.toml")


def _only_builds(scope: Scope) -> bool:
    """Whether all the code of a component is that of its build, which nobody tests."""
    code = [path for path in scope.files if language_of(path)]
    return bool(code) and all(_BUILD.fullmatch(name_of(path)) for path in code)


def _tested_user(scope: Scope) -> str | None:
    """The manifest of a component that has tests and names this one: they may be where this one is tested."""
    name = _squeezed(scope.component.name)
    if not scope.root or not name:
        return None
    users = scope.tree.once("manifests of components with tests", lambda: list(_users(scope.tree)))
    return next((path for path, text in users if name in text and not path.startswith(scope.root)), None)


def _users(tree: Tree) -> Iterator[tuple[str, str]]:
    tested = {path.rpartition("/")[0] for path in candidates(tree)}
    for path in (*tree.named(*_MANIFESTS), *tree.suffixed(".csproj", ".fsproj")):
        folder = path.rpartition("/")[0]
        if any(each == folder or each.startswith(f"{folder}/") or not folder for each in tested):
            try:
                yield path, _squeezed(tree.text(path, 2**20))
            except UserError:
                continue


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


_TOP = re.compile(r"(tests?|specs?|e2e|integration[-_]?tests?|qa)/", re.IGNORECASE)


def _outside(scope: Scope, languages: set[str]) -> str | None:
    """A test file elsewhere in the tree that may be about this component."""
    if not scope.root:
        return None
    own = set(scope.files)
    name = scope.component.name.lower()
    every = scope.tree.once("test files by lower-case path", lambda: _lowered(scope.tree))
    others = (path for path, lower, top in every if (top or name in lower) and path not in own)
    return next((file.path for file in tests(scope.tree, others, "") if file.language in languages), None)


def _lowered(tree: Tree) -> list[tuple[str, str, bool]]:
    return [(path, path.lower(), _TOP.match(path) is not None) for path in candidates(tree)]


def _in_ci(
    scope: Scope, kind: str, files: Sequence[TestFile], every: Pipelines, work: Work
) -> dict[str, tuple[bool | None, str]]:
    """Whether a CI job runs some of these files, and whether every change to the component starts it.

    Nothing when there is no CI to see; None where it cannot be judged.
    """
    if not every.all:
        return {}
    first = f"{every.all[0].path}:1"
    ever: tuple[bool | None, str] = (None if every.broken or work.unseen else False, first)
    changed: tuple[bool | None, str] = (None if every.broken or work.unseen_on_change else False, first)
    for run in work.runs:
        taken = covers(scope, run, kind, files)
        started = run.when.for_changes_in(scope.root)
        if taken and not run.when.by_hand and not ever[0]:
            ever = True, run.place
        elif taken is None and not ever[0]:
            ever = None, run.place
        if taken and started:
            return {"in_ci": ever, "on_change": (True, run.place)}
        if taken is not False and started is not False:
            changed = None, run.place
        elif taken and changed[0] is False:
            changed = False, run.place
    return {"in_ci": ever, "on_change": changed}


READER = Reader("test_suite", ("test_suite",), "component", read)
