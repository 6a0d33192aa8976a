"""Tests of a component by kind: how many files there are, and whether a CI job runs them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.repository.ci.pipelines import pipelines
from greenboard.repository.ci.types import Pipelines, Work
from greenboard.repository.languages import family
from greenboard.repository.test_files import KNOWN, TestFile, candidates, tests
from greenboard.repository.test_runs import covers
from greenboard.repository.tree import Tree
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
