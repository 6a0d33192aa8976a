"""The CODEOWNERS file that the forge of the repository reads."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository import codeowners
from greenboard.repository.types import Found, Reader, Scope


def read(scope: Scope) -> Iterator[Found]:
    """One fact; that there is no file is known, since a forge looks in few places."""
    file = codeowners.load(scope.tree)
    if file is None:
        yield Found("codeowners", {"exists": False})
        return
    all_covering = [rule for rule in file.rules if rule.covers_all and rule.owners]
    places = {"catch_all": f"{file.path}:{all_covering[0].line}"} if all_covering else {}
    if file.errors:
        places["errors"] = f"{file.path}:{file.errors[0].place.line}" if file.errors[0].place else file.path
    yield Found("codeowners", file.told(), file.path, places)


READER = Reader("codeowners", ("codeowners",), "repository", read)
