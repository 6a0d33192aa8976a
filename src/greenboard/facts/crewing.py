"""Who came, left, or is in another team: what follows for what those teams own, within seconds.

Accounts change one by one at sign-in, and by the thousand when a directory is read; so nothing is described where they
change. A worker compares what accounts say with what they said at its last look, and describes what that reaches.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from greenboard.catalog import crews
from greenboard.catalog import store as catalog
from greenboard.catalog import touched as reached
from greenboard.catalog.locking import lock
from greenboard.catalog.ownership import People
from greenboard.catalog.types import RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.following import describe_some

_AT_ONCE = 500
"""So many entities are described in one transaction, for others to write in between."""
_known: People | None = None


def tend(now: datetime) -> int:
    """Describe what reads otherwise since the last look; how many entities that were."""
    global _known  # noqa: PLW0603 - what this process saw last; another one only looks once more
    people = crews.people(now)
    if people == _known:
        return 0
    ids = sorted(_reached(_known, people))
    for start in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            lock()
            describe_some(ids[start : start + _AT_ONCE], clock.now(), people)
    _known = people
    return len(ids)


def forget() -> None:
    """Compare with nothing at the next look, as after a start."""
    global _known  # noqa: PLW0603 - as above
    _known = None


def _reached(before: People | None, after: People) -> Collection[int]:
    """The entities that answer otherwise. After a start, whatever accounts say anything of."""
    known = before or People()
    first = (bool(known.synced), bool(known.joined)) != (bool(after.synced), bool(after.joined))
    if first or (before is None and after != known):
        return [one.id for one in catalog.entities()]
    gone = known.gone ^ after.gone
    teams = {one for one in {*known.joined, *after.joined} if known.joined.get(one) != after.joined.get(one)}
    teams |= {one for one, _ in known.synced.items() ^ after.synced.items()}
    return reached.of_teams({*teams, *_teams_of(gone)})


def _teams_of(persons: Collection[Ref]) -> set[Ref]:
    relations = catalog.relations() if persons else ()
    return {one.target for one in relations if one.kind is RelationKind.MEMBER_OF and one.source in persons}
