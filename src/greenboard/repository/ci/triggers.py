"""What starts a GitHub workflow, and the folders whose changes do.

Contract: the events and filter patterns of GitHub's workflow syntax.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from greenboard.repository.ci.shape import Data, mapping, strings
from greenboard.repository.ci.types import When

_DOCS_ONLY = re.compile(
    r"(.*\.(md|rst|txt|adoc|png|svg|jpg)|docs?/.*|LICENSE.*|\.gitignore|.*README.*|.*CHANGELOG.*)", re.IGNORECASE
)
_MAIN = re.compile(r"(main|master|trunk|develop|dev|default)$")
_PROPOSED = ("pull_request", "pull_request_target", "merge_group")
_ELSEWHERE = frozenset({"workflow_run", "workflow_call", "check_run", "check_suite", "status", "deployment_status"})
_BY_HAND = frozenset({"workflow_dispatch", "repository_dispatch"})


@dataclass(frozen=True)
class Start:
    """One event that starts a workflow. `changes`: it comes with every change (None: cannot be told)."""

    event: str
    changes: bool | None
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def given(self, answer: bool | None) -> Start:
        """The same event under a condition."""
        if answer is None:
            return replace(self, changes=None if self.changes is not False else False)
        return self if answer else replace(self, changes=False)


def named(triggers: object) -> Data:
    """The events of a workflow with their filters."""
    return {name: {} for name in strings(triggers)} or mapping(triggers)


def starts(triggers: object, main: str) -> tuple[Start, ...]:
    """Every event that starts a workflow; `main` is the default branch, "" when that is not known."""
    return tuple(_start(str(event), mapping(filters), main) for event, filters in named(triggers).items())


def _start(event: str, filters: Data, main: str) -> Start:
    only = tuple(strings(filters.get("paths")))
    ignored = tuple(path for path in strings(filters.get("paths-ignore")) if not _DOCS_ONLY.fullmatch(path))
    if event in _ELSEWHERE:
        return Start(event, None)
    if event in _PROPOSED:
        types = strings(filters.get("types"))
        every = not types or "synchronize" in types
        return Start(event, (_reaches(filters, main) if every else None), only, ignored)
    if event == "push":
        if "tags" in filters and not {"branches", "branches-ignore"} & set(filters):
            return Start(event, False)
        return Start(event, _reaches(filters, main), only, ignored)
    return Start(event, False)


def _reaches(filters: Data, main: str) -> bool | None:
    """Whether changes to the default branch pass the filter for branches."""
    left_out = strings(filters.get("branches-ignore"))
    if left_out:
        return None if any(_named(pattern, main) for pattern in left_out) else True
    answer: bool | None = True if "branches" not in filters else None
    for pattern in strings(filters.get("branches")):
        if _named(pattern.removeprefix("!"), main):
            answer = None if pattern.startswith("!") else True
    return answer


def _named(pattern: str, main: str) -> bool:
    if re.fullmatch(r"\*+/?\*?", pattern):
        return True
    return fnmatchcase(main, pattern.replace("**", "*")) if main else _MAIN.match(pattern) is not None


def reduce(found: Sequence[Start]) -> When:
    """When something runs that these events start: the event that says most for changes decides."""
    every = [start for start in found if start.changes]
    if every:
        best = next((start for start in every if not start.only and not start.ignored), every[0])
        return When(True, best.only, best.ignored)
    if any(start.changes is None for start in found):
        return When(None)
    return When(False, by_hand=bool(found) and all(start.event in _BY_HAND for start in found))
