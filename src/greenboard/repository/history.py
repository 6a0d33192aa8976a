"""What git remembers: the commits of a window of time, tags, and when single files last changed.

Nothing beyond the boundary of a shallow clone is known. Dates are those of the committer. Git is
asked for what it has stored only: it checks no signature, runs no filter and fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenboard.repository.tree import Tree

MOST_COMMITS = 20_000
"""How far back the last change of a file is looked for."""

_VERSION = re.compile(
    r"(?:.*[/@_-])?(?:v|ver|version|release|rel|r|go)?[-_.]?(?:\d+(?:[._]\d+)+(?:[-_.+]?[a-z][0-9a-z.+-]*|[-+][0-9a-z.+-]*)?"
    r"|\d{4}-?\d{2}-?\d{2}(?:[-.]\d+)?)|v\d+",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\x01([0-9a-f]{40,64}) (-?\d+)")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as the log tells it; names and addresses follow .mailmap."""

    id: str
    at: datetime
    name: str
    email: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, with the date of its own object or else of the commit that it names."""

    name: str
    at: datetime | None

    @property
    def names_version(self) -> bool:
        """Whether it names a release: `v1.2.3`, `cart/v1.2.3`, `@shop/cart@1.2.3`, `2026-11-23`."""
        return _VERSION.fullmatch(self.name) is not None


class History:
    """The history of one tree, read as far as it is asked for."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._changed: dict[str, datetime] = {}
        self._passed: Iterator[list[str]] | None = None

    @cached_property
    def boundary(self) -> frozenset[str]:
        """The oldest commits of a shallow clone: what they changed and what was before is not known."""
        path = self.tree.git("rev-parse", "--git-path", "shallow", check=False).strip()
        file = self.tree.root / path
        return frozenset(file.read_text("ascii").split()) if path and file.is_file() else frozenset()

    @property
    def shallow(self) -> bool:
        """Whether the clone holds only a part of the history."""
        return bool(self.boundary)

    @cached_property
    def treeless(self) -> bool:
        """Whether the clone lacks the folders of older commits, so that changes cannot be told."""
        filters = self.tree.git("config", "--get-regexp", r"remote\..*\.partialclonefilter", check=False)
        return " tree:" in filters

    def since(self, start: datetime) -> list[Commit]:
        """The commits of the branch that were made after a moment, the newest first."""
        if not self.tree.commit:
            return []
        window = f"--since=@{int(start.timestamp())}"
        raw = self.tree.git("log", "--format=%H%x00%ct%x00%aN%x00%aE", window)
        signed = self._signed(window)
        found = (line.split("\0") for line in raw.split("\n") if line)
        return [Commit(commit, _moment(at), name, mail, commit in signed) for commit, at, name, mail in found]

    def last(self) -> datetime | None:
        """The date of the commit that is checked out."""
        raw = self.tree.git("log", "-1", "--format=%ct", check=False).strip() if self.tree.commit else ""
        return _moment(raw) if raw else None

    def tags(self) -> list[Tag] | None:
        """All tags; None where the clone left them out."""
        if self.shallow or self.tree.git("config", "--get", "remote.origin.tagOpt", check=False).strip() == "--no-tags":
            return None
        raw = self.tree.git("for-each-ref", "refs/tags", "--format=%(creatordate:unix) %(refname:strip=2)")
        found = (line.partition(" ") for line in raw.splitlines())
        return [Tag(name, _moment(stamp) if stamp else None) for stamp, _, name in found]

    def changed(self, path: str) -> datetime | None:
        """When a commit last changed a file.

        None where that is not known: not committed yet, beyond the boundary of a shallow clone, or
        further back than `MOST_COMMITS`. One pass over the log serves all files.
        """
        entry = self.tree.entries.get(path)
        if entry is None or not entry.tracked or not self.tree.commit or self.treeless:
            return None
        while path not in self._changed:
            if next(self._log(), None) is None:
                return None
        return self._changed[path]

    def newest(self, paths: Collection[str]) -> datetime | None:
        """When a commit last changed any of these files; unknown as for `changed`."""
        if not self.tree.commit or self.treeless:
            return None
        wanted = set(paths)
        known = [self._changed[path] for path in wanted if path in self._changed]
        if known:
            return max(known)
        for fresh in self._log():
            found = [self._changed[path] for path in fresh if path in wanted]
            if found:
                return max(found)
        return None

    def _log(self) -> Iterator[list[str]]:
        """The one pass over the log, taken up where the last question left it."""
        if self._passed is None:
            self._passed = self._pass()
        return self._passed

    def _signed(self, window: str) -> set[str]:
        """The commits that carry a signature, by the header that git stores; nothing is verified."""
        found: set[str] = set()
        current = ""
        for line in self.tree.git_bytes("log", "--format=raw", window).split(b"\n"):
            if line.startswith(b"commit "):
                current = line[7:].split(b" ")[0].decode("ascii")
            elif line.startswith((b"gpgsig ", b"gpgsig-sha256 ")):
                found.add(current)
        return found

    def _pass(self) -> Iterator[list[str]]:
        """Go back through the log, noting each file's newest change; yields the files of each commit."""
        arguments = ("log", f"--max-count={MOST_COMMITS}", "--format=%x01%H %ct", "--name-only", "--no-renames", "-z")
        at: datetime | None = None
        first = False
        fresh: list[str] = []
        for record in self.tree.git_records(*arguments):
            head = _HEAD.fullmatch(record)
            if head:
                yield fresh
                fresh = []
                at = None if head[1] in self.boundary else _moment(head[2])
                first = True
                continue
            path = record.removeprefix("\n") if first else record
            first = False
            if path and at is not None and path not in self._changed:
                self._changed[path] = at
                fresh.append(path)
        yield fresh


def _moment(stamp: str) -> datetime:
    """A date of git; one that no calendar has is taken for the beginning of time."""
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
