"""The owner of a component by CODEOWNERS: stated where every file of it has one.

A file without owner says nothing: the catalog may know the owner, so no absence is claimed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from greenboard.repository import codeowners
from greenboard.repository.codeowners import Codeowners, OwnerRule
from greenboard.repository.types import Found, Reader, Scope

_MOST_LOOKS = 2_000_000


def read(scope: Scope) -> Iterator[Found]:
    """At most one fact: the owner of most files, where all of them have some owner."""
    file = codeowners.load(scope.tree)
    if file is None or not scope.files or not file.rules:
        return
    deciding = _deciding(file, scope.files)
    if not deciding:
        return
    rule = deciding.most_common(1)[0][0]
    owner = next((name for name in rule.owners if file.is_team(name)), rule.owners[0])
    value = {"declared": True, "owner": owner, "is_team": file.is_team(owner)}
    yield Found("ownership", value, f"{file.path}:{rule.line}", tool="codeowners")


def _deciding(file: Codeowners, paths: tuple[str, ...]) -> Counter[OwnerRule]:
    """The rules that own the files, by number of files; empty unless every file has an owner."""
    counted: Counter[OwnerRule] = Counter()
    first = file.rules[0]
    if first.covers_all and all(rule.owners for rule in file.rules):
        paths = paths[:: len(paths) // 500 + 1]
    elif len(paths) * len(file.rules) > _MOST_LOOKS:
        return counted
    for path in paths:
        owning = [rule for rule in file.deciding(path) if rule.owners]
        if not owning:
            return Counter()
        counted[owning[0]] += 1
    return counted


READER = Reader("ownership", ("ownership",), "component", read)
