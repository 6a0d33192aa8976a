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
    kinds = {owner: file.is_team(owner) for owner in file.owners}
    value = {
        "exists": True,
        "path": file.path,
        "dialect": file.dialect,
        "catch_all": bool(all_covering),
        "owners": list(file.owners),
        "teams": [owner for owner, team in kinds.items() if team],
        "people": [owner for owner, team in kinds.items() if team is False],
        "rules": len(file.rules),
        "errors": len(file.errors),
    }
    if None in kinds.values():
        del value["teams"], value["people"]
    places = {"catch_all": f"{file.path}:{all_covering[0].line}"} if all_covering else {}
    if file.errors:
        places["errors"] = f"{file.path}:{file.errors[0].place.line}" if file.errors[0].place else file.path
    yield Found("codeowners", value, file.path, places)


READER = Reader("codeowners", ("codeowners",), "repository", read)
