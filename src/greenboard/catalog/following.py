"""Reads all descriptors of one tree: those that have the usual names, and those that they point to."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable

from greenboard.catalog import descriptors
from greenboard.catalog.parts import Placeholder
from greenboard.catalog.types import Declared, Kind, Target
from greenboard.core.errors import UserError, UserErrors


def follow(
    paths: Iterable[str], text: Callable[[str], str], files: Collection[str], known: Collection[Kind] = ()
) -> tuple[Declared, list[UserError]]:
    """Everything that is declared in a tree, and what was refused; a refused file declares nothing.

    A kind that one file defines holds in all of them. Descriptors of project templates are left
    out: they count in the projects made of them.

    Args:
        paths: the descriptors to start with.
        text: reads a file of the tree; raises UserError where it cannot.
        files: all paths of the tree, among which targets are looked for.
        known: kinds that are defined elsewhere.

    """
    waiting = deque(dict.fromkeys(paths))
    seen = set(waiting)
    read: dict[str, Declared] = {}
    refused: dict[str, UserError] = {}
    lost: list[UserError] = []
    while waiting:
        path = waiting.popleft()
        _read(path, text, known, read, refused)
        for target in read[path].targets if path in read else ():
            found = _found(target, files)
            if target.in_tree and not found:
                lost.append(UserError(f"no file {target.where!r} in this repository", place=target.place))
            waiting.extend(path for path in found if path not in seen)
            seen.update(found)
    kinds = Declared.joined(read.values()).kinds
    for path in list(refused) if kinds else ():
        _read(path, text, (*known, *kinds), read, refused)
    problems = [error for each in refused.values() for error in _single(each)]
    return Declared.joined(read.values()), [*problems, *lost]


def _read(
    path: str,
    text: Callable[[str], str],
    kinds: Collection[Kind],
    read: dict[str, Declared],
    refused: dict[str, UserError],
) -> None:
    refused.pop(path, None)
    try:
        read[path] = descriptors.read(text(path), path, kinds)
    except Placeholder:
        pass
    except UserError as error:
        refused[path] = error


def _single(error: UserError) -> tuple[UserError, ...]:
    return error.errors if isinstance(error, UserErrors) else (error,)


def _found(target: Target, files: Collection[str]) -> list[str]:
    """The files that a target names."""
    if "*" not in target.where:
        return [target.where] if target.where in files else []
    parts = re.split(r"(\*\*/|\*\*|\*)", target.where)
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    pattern = re.compile("".join(wild.get(part, re.escape(part)) for part in parts))
    return sorted(path for path in files if pattern.fullmatch(path))
