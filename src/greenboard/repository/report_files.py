"""The reports that lie in a tree: tracked, untracked, and ignored ones where builds leave them.

Fixtures, examples and documentation are left out: a report there is a sample, not a result. The
look at ignored files is bounded, and follows no links.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from greenboard.core.errors import UserError
from greenboard.repository.reports.reading import read
from greenboard.repository.reports.recognise import START, recognise, worth_a_look
from greenboard.repository.reports.types import MAX_BYTES, ReportFile
from greenboard.repository.tree import Tree, Unreadable
from greenboard.repository.types import Scope

MAX_ENTRIES = 20_000
MAX_REPORTS = 500
_SAMPLES = re.compile(
    r"/(tests?|testdata|test-data|specs?|__tests__|(__)?fixtures(__)?|_?examples?|samples?|demos?|docs?|vendor|node_modules"
    r"|third_party|mocks?|snapshots?|__snapshots__|templates?|site-packages|src)/",
    re.IGNORECASE,
)
_ALWAYS_SAMPLES = re.compile(
    r"/(testdata|(__)?fixtures(__)?|examples?|samples?|node_modules|vendor|site-packages)/", re.IGNORECASE
)
# Ignored folders that hold what others made, and are large.
_NEVER = re.compile(
    r"^(node_modules|\.venv|venv|env|\.git|\.tox|\.nox|vendor|\.gradle|\.m2|\.terraform|__pycache__|\..*cache|bazel-.*)$"
)
_known: WeakKeyDictionary[Tree, list[ReportFile]] = WeakKeyDictionary()


def report_files(tree: Tree) -> list[ReportFile]:
    """Every report of a tree, read once."""
    if tree not in _known:
        _known[tree] = list(_read(tree))
    return _known[tree]


def of_component(scope: Scope) -> list[ReportFile]:
    """The reports that belong to a component: those whose home is a folder of its own files."""
    below = [file for file in report_files(scope.tree) if file.path.startswith(scope.root)]
    owned = {path.rpartition("/")[0] for path in scope.files} if below else set()
    return [file for file in below if file.home in owned or file.home == scope.component.path]


def _read(tree: Tree) -> Iterator[ReportFile]:
    count = 0
    folders = {path.rpartition("/")[0] for path, entry in tree.entries.items() if entry.tracked}
    for path, tracked in _candidates(tree):
        start = _start(tree, path)
        known = recognise(path, start) if start is not None else None
        if known is None:
            continue
        count += 1
        if count > MAX_REPORTS:
            return
        try:
            raw = tree.bytes(path, MAX_BYTES)
        except UserError as problem:
            yield ReportFile(path, known, (), problem, _date(tree, path, tracked), _home(path, folders))
        else:
            yield read(raw, path, known, _date(tree, path, tracked), _home(path, folders))


def _home(path: str, folders: set[str]) -> str:
    folder = path.rpartition("/")[0]
    while folder and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder


def _candidates(tree: Tree) -> Iterator[tuple[str, bool]]:
    for path, entry in tree.entries.items():
        samples = _SAMPLES if entry.tracked else _ALWAYS_SAMPLES
        if not entry.module and worth_a_look(path) and not samples.search(f"/{path}"):
            yield path, entry.tracked
    for path in _ignored(tree):
        if worth_a_look(path) and not _ALWAYS_SAMPLES.search(f"/{path}"):
            yield path, False


def _ignored(tree: Tree) -> Iterator[str]:
    """Ignored files, those inside of ignored folders as far as the bound allows."""
    raw = tree.git_bytes("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", check=False)
    left = MAX_ENTRIES
    for name in (part.decode("utf-8", "surrogateescape") for part in raw.split(b"\0") if part):
        if not name.endswith("/"):
            yield name
            continue
        if any(_NEVER.match(part) for part in name.rstrip("/").split("/")):
            continue
        for folder, folders, files in os.walk(tree.root / name, followlinks=False):
            folders[:] = [each for each in folders if not _NEVER.match(each)]
            left -= len(files) + len(folders)
            base = os.path.relpath(folder, tree.root).replace(os.sep, "/")
            yield from (f"{base}/{each}" for each in files)
            if left < 0:
                return


def _start(tree: Tree, path: str) -> bytes | None:
    try:
        tree.size(path)
        with (tree.root / path).open("rb") as file:
            return file.read(START)
    except (Unreadable, OSError):
        return None


def _date(tree: Tree, path: str, tracked: bool) -> datetime:
    """When a report was made, as far as its file tells: its last commit, or its time on disk."""
    changed = tree.history.changed(path) if tracked else None
    return changed or datetime.fromtimestamp((tree.root / path).stat().st_mtime, UTC)
