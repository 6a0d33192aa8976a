"""What is around entities at each of many moments: relations, levels and teams as they were then.

It is worked out anew only for moments between which the catalog changed, and kept for the next rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from greenboard.catalog.past import Relations, Versions
from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.results.around import build
from greenboard.rules.around import Around, Levels, Links
from greenboard.rules.history import ABSENT, Surroundings
from greenboard.rules.vectors import MISSING, OK, Array


@dataclass(frozen=True)
class Ranks:
    """Where entities stood on one scorecard: `subject[i]` on `rank[i]` (0 is no level) from `first[i]` to `last[i]`."""

    names: tuple[str, ...]
    subject: Array
    rank: Array
    first: Array
    last: Array


@dataclass(frozen=True)
class Wanted:
    """What of all that is around entities rules read: names of relations, of scorecards, and teams."""

    relations: frozenset[str] = frozenset()
    scorecards: frozenset[str] = frozenset()
    teams: bool = False

    def __bool__(self) -> bool:
        return bool(self.relations or self.scorecards or self.teams)


@dataclass(frozen=True)
class Neighbours:
    """The company over time. `ids` are the surrogate ids of the entities, by their number in a history.

    `names` are the references of all that relations name, by id: also of what nobody declares.
    """

    ids: Array
    versions: Versions
    relations: Relations
    names: Mapping[int, Ref]
    _built: dict[int, Around] = field(default_factory=dict, repr=False)

    def of(self, wanted: Wanted, levels: Mapping[str, Ranks], rows: int) -> Surroundings:
        """What is around the rows of a history at any moment; its last row is one of which nothing is known."""

        def around(number: int, row_of: Array) -> Around:
            built = self._around(number)
            place = np.concatenate([row_of, np.full(len(built.names) - len(row_of), ABSENT, dtype=row_of.dtype)])
            there = np.flatnonzero(place != ABSENT)
            teams: list[tuple[str, ...] | None] = []
            if wanted.teams:
                teams = [None] * rows
                for each in there.tolist():
                    teams[place[each]] = built.teams[each]
            return Around(
                {name: _moved(built.links[name], place, there, rows) for name in wanted.relations},
                {name: self._levels(levels[name], number, row_of, rows) for name in wanted.scorecards & levels.keys()},
                teams,
            )

        return around

    def _levels(self, told: Ranks, number: int, row_of: Array, rows: int) -> Levels:
        """Where every row stood; one that the scorecard was not held against is unknown."""
        held = np.flatnonzero((told.first <= number) & (number < told.last) & np.isin(told.subject, self.ids))
        place = row_of[np.searchsorted(self.ids, told.subject[held])]
        ranks = np.full(rows, -1, dtype=np.int64)
        ranks[place[place != ABSENT]] = told.rank[held][place != ABSENT]
        return Levels(told.names, ranks)

    def _around(self, number: int) -> Around:
        """What is around every entity and, after them, around what is only mentioned, at a moment."""
        since = self._since(number)
        found = self._built.get(since)
        if found is None:
            found = self._built[since] = self._build(since)
        return found

    def _since(self, number: int) -> int:
        """The first moment from which on the catalog was as it was at a moment."""
        turns = [part[part <= number] for each in (self.versions, self.relations) for part in (each.first, each.last)]
        return int(max((part.max() for part in turns if len(part)), default=0))

    def _build(self, number: int) -> Around:
        mentioned = sorted(self.names.keys() - set(self.ids.tolist()))
        row = {subject: place for place, subject in enumerate([*self.ids.tolist(), *mentioned])}
        entities: list[Entity | None] = [None] * len(row)
        for each in np.flatnonzero((self.versions.first <= number) & (number < self.versions.last)).tolist():
            entities[row[int(self.versions.subject[each])]] = self.versions.entities[each]
        named = zip(entities, row, strict=True)
        refs = [self.names[subject] if entity is None else entity.ref for entity, subject in named]
        one = self.relations
        active = np.flatnonzero((one.first <= number) & (number < one.last)).tolist()
        several = dict.fromkeys((one.kinds[at], row[int(one.source[at])], row[int(one.target[at])]) for at in active)
        return build(entities, refs, sorted(several, key=lambda each: each[0].value), complete=True)


def _moved(links: Links, place: Array, there: Array, rows: int) -> Links:
    """Links between entities as links between the rows that stand for them at a moment."""
    starts, lengths = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    state = np.full(rows, np.uint8(MISSING))
    at = place[there]
    starts[at], lengths[at] = links.starts[there], links.lengths[there]
    state[at] = OK if links.state is None else links.state[there]
    return Links(starts, lengths, np.where(place == ABSENT, rows - 1, place)[links.targets], state)
