"""Whose word an attestation in a descriptor is: the author of the newest commit on its lines, and who reviewed that.

Git does not prove who somebody is: this is worth what the review of the branch is worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from greenboard.catalog.types import Attested, Wished
from greenboard.core.errors import UserError
from greenboard.repository.tree import Tree

_HEAD = re.compile(r"([0-9a-f]{40,64}) \d+ \d+(?: \d+)?")
_MAIL = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True)
class Signed:
    """The commit that states it, when, and the mail addresses of author and reviewers, in lower case."""

    commit: str
    at: datetime
    author: str
    reviewers: tuple[str, ...]


class Unsigned(UserError):
    """Nobody's word: it is not known who states it."""


def signed(tree: Tree, stated: Attested | Wished) -> Signed:
    """Who states it.

    Raises:
        Unsigned: its lines are not committed, or older than the history that the clone has.

    """
    commit, at = _newest(tree, stated)
    if not commit:
        raise Unsigned("not committed yet, so nobody states it", place=stated.place)
    if commit in tree.history.boundary:
        raise Unsigned("older than the history of this clone, so it is not known who states it", place=stated.place,
                       hint="Clone the whole history.")  # fmt: skip
    told = tree.git("log", "-1", "--format=%aE%n%(trailers:key=Reviewed-by,valueonly)", commit)
    author, _, trailers = told.partition("\n")
    return Signed(commit, at, author.strip().lower(), tuple(mail.lower() for mail in _MAIL.findall(trailers)))


def _newest(tree: Tree, stated: Attested | Wished) -> tuple[str, datetime]:
    """The newest commit on its lines; "" where one of them is not committed."""
    lines = tree.text(stated.place.path).split("\n")
    last = stated.last or len(lines)
    while last > stated.first and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    span = f"{stated.first},{last}"
    told = tree.git("blame", "--no-textconv", "--line-porcelain", "-L", span, "--", stated.place.path, check=False)
    found: dict[str, datetime] = {}
    commit = ""
    for line in told.split("\n"):
        head = _HEAD.fullmatch(line)
        if head:
            commit = head[1]
        elif line.startswith("committer-time "):
            found[commit] = datetime.fromtimestamp(int(line.rpartition(" ")[2]), UTC)
    if not found or any(not name.strip("0") for name in found):
        return "", datetime.fromtimestamp(0, UTC)
    newest = max(found, key=lambda name: found[name])
    return newest, found[newest]


def digests(tree: Tree, paths: tuple[str, ...]) -> dict[str, str]:
    """The digests of files of the tree, as git has them; "gone" of what is not there."""
    found = dict.fromkeys(paths, "gone")
    for line in tree.git("ls-files", "--stage", "-z", "--", *paths).split("\0") if paths else ():
        head, _, path = line.partition("\t")
        if path in found and path in tree.entries:
            found[path] = head.split(" ")[1]
    return found
