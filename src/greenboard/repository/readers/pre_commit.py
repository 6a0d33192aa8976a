"""Checks that run before a commit: pre-commit, husky, lefthook, lint-staged and overcommit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.repository.ci.hooks import CONFIGS, hooks
from greenboard.repository.ci.shape import mapping, strings
from greenboard.repository.ci.shell import split
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_HUSKY = re.compile(r"(?:.*/)?\.husky/(pre-commit|pre-push|commit-msg|prepare-commit-msg)")
_LEFTHOOK = tuple(f"{dot}lefthook{end}" for dot in ("", ".") for end in (".yml", ".yaml"))
_LINT_STAGED = (".lintstagedrc", ".lintstagedrc.json", ".lintstagedrc.yaml", ".lintstagedrc.yml")
_LINT_STAGED_CODE = re.compile(r"(\.lintstagedrc|lint-staged\.config)\.[cm]?[jt]s")

Item = dict[str, Any]


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with an item for each runner that is configured; nothing where none is found."""
    items: dict[str, Item] = {}
    places: dict[str, str] = {}
    for reader in (_pre_commit, _husky, _lefthook, _packages, _lint_staged, _overcommit):
        try:
            for item, place in reader(scope.tree):
                known = items.setdefault(item["tool"], item)
                if known is not item:
                    known["hooks"] = list(dict.fromkeys([*known.get("hooks", ()), *item.get("hooks", ())]))
                places.setdefault(item["tool"], place)
        except UserError as error:
            yield Missed("pre_commit", str(error), str(error.place or ""))
    if items:
        values: list[Mapping[str, Any]] = [items[tool] for tool in sorted(items)]
        yield Found("pre_commit", values, places[values[0]["tool"]], places)


def _pre_commit(tree: Tree) -> Iterator[tuple[Item, str]]:
    for path in (path for path in CONFIGS if tree.has(path)):
        found = [hook for document in tree.yaml(path) for hook, _ in hooks(document)]
        if not found:
            raise UserError("no hooks in it", place=Place(path, 1, 1), expected="repos with hooks")
        yield {"tool": "pre-commit", "path": path, "hooks": found}, f"{path}:1"


def _husky(tree: Tree) -> Iterator[tuple[Item, str]]:
    for path in (path for path in tree.files if _HUSKY.fullmatch(path)):
        calls = [" ".join(simple.words) for simple in split(tree.text(path, 2**18)) if simple.program != "husky.sh"]
        calls = [call for call in calls if "husky.sh" not in call]
        if calls:
            yield {"tool": "husky", "path": path, "hooks": calls[:50]}, f"{path}:1"


def _lefthook(tree: Tree) -> Iterator[tuple[Item, str]]:
    for path in (path for path in _LEFTHOOK if tree.has(path)):
        data = mapping(next((document.data for document in tree.yaml(path)), None))
        names: list[str] = []
        for stage, body in data.items():
            if not re.fullmatch(r"pre-commit|pre-push|commit-msg|prepare-commit-msg", str(stage)):
                continue
            listed = mapping(body).get("jobs")
            names += [str(name) for key in ("commands", "scripts") for name in mapping(mapping(body).get(key))]
            names += [
                str(mapping(job).get("name") or mapping(job).get("run"))
                for job in (listed if isinstance(listed, list) else ())
            ]
        if names:
            yield {"tool": "lefthook", "path": path, "hooks": names}, f"{path}:1"


def _packages(tree: Tree) -> Iterator[tuple[Item, str]]:
    """What package.json configures itself: lint-staged, and husky as it was before version 5."""
    path = "package.json"
    if not tree.has(path):
        return
    try:
        data = mapping(json.loads(tree.text(path)))
    except (ValueError, RecursionError):
        raise UserError("not whole JSON", place=Place(path)) from None
    staged, before = mapping(data.get("lint-staged")), mapping(mapping(data.get("husky")).get("hooks"))
    if staged:
        yield _staged(path, staged)
    if before:
        yield {"tool": "husky", "path": path, "hooks": strings(list(before.values()))}, f"{path}:1"


def _staged(path: str, data: Mapping[Any, Any]) -> tuple[Item, str]:
    return {
        "tool": "lint-staged",
        "path": path,
        "hooks": list(dict.fromkeys(strings(list(data.values())))),
    }, f"{path}:1"


def _lint_staged(tree: Tree) -> Iterator[tuple[Item, str]]:
    for path in (path for path in _LINT_STAGED if tree.has(path)):
        yield _staged(path, mapping(next((document.data for document in tree.yaml(path)), None)))
    for path in tree.files:
        if _LINT_STAGED_CODE.fullmatch(path):
            # What a program computes is not known; that it is configured is.
            yield {"tool": "lint-staged", "path": path}, f"{path}:1"


def _overcommit(tree: Tree) -> Iterator[tuple[Item, str]]:
    path = ".overcommit.yml"
    if not tree.has(path):
        return
    data = mapping(next((document.data for document in tree.yaml(path)), None))
    names = [
        str(name)
        for stage in ("PreCommit", "PrePush", "CommitMsg")
        for name in mapping(data.get(stage))
        if name != "ALL"
    ]
    yield {"tool": "overcommit", "path": path, "hooks": names}, f"{path}:1"


READER = Reader("pre_commit", ("pre_commit",), "repository", read)
