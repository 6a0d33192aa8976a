"""Whether every change is tested and linted, as far as pipelines tell."""

from __future__ import annotations

from collections.abc import Sequence

from greenboard.repository.ci.linters import OUTSIDE, looks_at
from greenboard.repository.ci.types import Lint, Pipelines, Work
from greenboard.repository.languages import family
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component

Answer = tuple[bool | None, str]
_ASIDE = frozenset({"other", "performance"})
"""Kinds of tests that say nothing of the code itself: of alerting rules, charts and policies, or of speed."""


def tests_on_change(every: Pipelines, work: Work) -> Answer:
    """Whether every change starts some run of tests of the code, with its place. None when that cannot be told."""
    unsure = bool(every.broken or work.unseen_on_change)
    for run in work.runs:
        answer = run.when.for_changes_in("")
        if answer and run.kind not in _ASIDE:
            return True, run.place
        unsure = unsure or answer is not False
    place = work.runs[0].place if work.runs else f"{every.all[0].path}:1"
    return (None if unsure else False), place


def lints_on_change(tree: Tree, every: Pipelines, work: Work, parts: Sequence[Component]) -> Answer:
    """Whether every change to every component meets a linter for its language, with the place of the first."""
    found = [_linter(work.lints, part, parts) for part in parts if part.languages or len(parts) == 1]
    if found and all(found):
        return True, found[0].place if found[0] else ""
    unsure = (
        bool(every.broken or work.unseen_on_change or "lints" in work.doubts)
        or any(lint.when.changes is not False for lint in work.lints)
        or any(tree.has(path) for path in OUTSIDE)
    )
    place = work.lints[0].place if work.lints else f"{every.all[0].path}:1"
    return (None if unsure else False), place


def _linter(lints: Sequence[Lint], part: Component, parts: Sequence[Component]) -> Lint | None:
    language = family(part.languages[0]) if part.languages else None
    root = f"{part.path}/" if part.path else ""
    for lint in lints:
        reached = any(_reaches(folder, part, parts) for folder in lint.folders)
        if reached and looks_at(lint.program, language) and lint.when.for_changes_in(root):
            return lint
    return None


def _reaches(folder: str, part: Component, parts: Sequence[Component]) -> bool:
    """Whether what stands in a folder is about a component: it lies above it, or is the component's own."""
    if not folder or f"{part.path}/".startswith(f"{folder}/"):
        return True
    around = [each.path for each in parts if not each.path or f"{folder}/".startswith(f"{each.path}/")]
    return bool(around) and max(around, key=len) == part.path
