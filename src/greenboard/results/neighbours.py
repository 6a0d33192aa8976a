"""What is around entities at each of many moments: relations, levels and teams as they were then. Pure.

What is told of the whole catalog is worked out anew only for moments between which it changed, and kept
for the next rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from greenboard.catalog.spans import Relations, Versions
from greenboard.catalog.types import Entity, RelationKind
from greenboard.core.refs import Ref
from greenboard.results import around
from greenboard.rules.around import Around, Levels, Links
from greenboard.rules.history import ABSENT, Surroundings
from greenboard.rules.vectors import MISSING, OK, Array

_Teams = Sequence[tuple[str, ...] | None]
_TEAMS = "teams"
_FROM = {
    "dependencies": (RelationKind.DEPENDS_ON, RelationKind.CONSUMES),
    "dependents": (RelationKind.DEPENDS_ON, RelationKind.CONSUMES, RelationKind.PROVIDES),
    "parts": (RelationKind.PART_OF,),
    "repository": (RelationKind.LIVES_IN,),
    _TEAMS: (RelationKind.OWNS, RelationKind.PART_OF),
}
"""The relations that each of these follows from: while they stay the same, so does it."""
_MOST = 5_000_000
"""How many entities are kept with what is around them, those of each state of the catalog counted."""


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
    _made: dict[tuple[str, int], Links | _Teams] = field(default_factory=dict, repr=False)

    def of(self, wanted: Wanted, levels: Mapping[str, Ranks], rows: int) -> Surroundings:
        """What is around the rows of a history at any moment; its last row is one of which nothing is known."""

        def around(number: int, row_of: Array) -> Around:
            place = np.full(len(self.row), ABSENT, dtype=row_of.dtype)
            place[: len(row_of)] = row_of
            return Around(
                {name: _moved(self._links(name, number), place, rows) for name in wanted.relations},
                {name: self._levels(levels[name], number, row_of, rows) for name in wanted.scorecards & levels.keys()},
                _placed(self._teams(number), place, rows) if wanted.teams else (),
            )

        return around

    @cached_property
    def row(self) -> dict[int, int]:
        """The number of each entity and, after them, of what is only mentioned, by surrogate id."""
        mentioned = sorted(self.names.keys() - set(self.ids.tolist()))
        return {subject: row for row, subject in enumerate([*self.ids.tolist(), *mentioned])}

    @cached_property
    def kinds(self) -> Array:
        """The kind of entity of each version."""
        return np.array([entity.ref.kind for entity in self.versions.entities], dtype=object)

    @cached_property
    def listing(self) -> Array:
        """For each version, whether the descriptor lists dependencies."""
        return np.array([entity.dependencies_declared for entity in self.versions.entities], dtype=np.bool_)

    @cached_property
    def version_rows(self) -> Array:
        """The number of the entity of each version."""
        return np.array([self.row[subject] for subject in self.versions.subject.tolist()], dtype=np.int64)

    @cached_property
    def by_kind(self) -> dict[RelationKind, tuple[Array, Array]]:
        """For each kind of relation which they are, and the numbers of their ends."""
        told = self.relations
        kinds = np.array([kind.value for kind in told.kinds], dtype=object)
        ends = [[self.row[subject] for subject in part.tolist()] for part in (told.source, told.target)]
        both = np.array(ends, dtype=np.int64).reshape(2, len(kinds))
        chosen = {kind: np.flatnonzero(kinds == kind.value) for kind in RelationKind}
        return {kind: (index, both[:, index]) for kind, index in chosen.items()}

    def _since(self, name: str, number: int) -> int:
        """The first moment from which on all that something follows from was as it was at a moment."""
        told = self.relations
        parts = [self.versions.first, self.versions.last]
        parts += [part[self.by_kind[kind][0]] for kind in _FROM[name] for part in (told.first, told.last)]
        return int(max((part[part <= number].max(initial=0) for part in parts), default=0))

    def _links(self, name: str, number: int) -> Links:
        """Where a relation leads from every entity."""
        since = self._since(name, number)
        found = self._made.get((name, since))
        if not isinstance(found, Links):
            found = around.links(name, _Then(self, since))
            self._keep(name, since, found)
        return found

    def _teams(self, number: int) -> _Teams:
        """The teams of every entity."""
        since = self._since(_TEAMS, number)
        found = self._made.get((_TEAMS, since))
        if found is None or isinstance(found, Links):
            then = _Then(self, since)
            named = zip(then.entities, self.row, strict=True)
            refs = [self.names[subject] if each is None else each.ref for each, subject in named]
            ends = ((kind, np.stack(then.pairs(kind), axis=1).tolist()) for kind in _FROM[_TEAMS])
            told = [(kind, source, target) for kind, pairs in ends for source, target in pairs]
            found = around.teams(then.entities, refs, told)
            self._keep(_TEAMS, since, found)
        return found

    def _keep(self, name: str, since: int, made: Links | _Teams) -> None:
        if len(self._made) * len(self.row) > _MOST:
            self._made.clear()
        self._made[name, since] = made

    def _levels(self, told: Ranks, number: int, row_of: Array, rows: int) -> Levels:
        """Where every row stood; one that the scorecard was not held against is unknown."""
        held = np.flatnonzero((told.first <= number) & (number < told.last) & np.isin(told.subject, self.ids))
        place = row_of[np.searchsorted(self.ids, told.subject[held])]
        ranks = np.full(rows, -1, dtype=np.int64)
        ranks[place[place != ABSENT]] = told.rank[held][place != ABSENT]
        return Levels(told.names, ranks)


@dataclass(frozen=True)
class _Then:
    """The catalog at one moment, as a `Web`; it is all there is."""

    catalog: Neighbours
    number: int
    complete: bool = True

    @property
    def count(self) -> int:
        """Entities, and what is only mentioned."""
        return len(self.catalog.row)

    @cached_property
    def held(self) -> Array:
        """The versions that held."""
        told = self.catalog.versions
        return np.flatnonzero((told.first <= self.number) & (self.number < told.last))

    @property
    def entities(self) -> list[Entity | None]:
        """The entities that were there."""
        found: list[Entity | None] = [None] * self.count
        for version in self.held.tolist():
            found[self.catalog.version_rows[version]] = self.catalog.versions.entities[version]
        return found

    def pairs(self, kind: RelationKind, *, reverse: bool = False) -> tuple[Array, Array]:
        """The ends of all relations of a kind, from source to target or back."""
        told, (index, ends) = self.catalog.relations, self.catalog.by_kind[kind]
        source, target = ends[:, (told.first[index] <= self.number) & (self.number < told.last[index])]
        return (target, source) if reverse else (source, target)

    def mask(self, kinds: Sequence[str]) -> Array:
        """Which are declared entities of other kinds than these."""
        return self._marked(~np.isin(self.catalog.kinds[self.held], kinds))

    def listing(self) -> Array:
        """Which are entities whose descriptor lists dependencies, even as none."""
        return self._marked(self.catalog.listing[self.held])

    def _marked(self, of_versions: Array) -> Array:
        found = np.zeros(self.count, dtype=np.bool_)
        found[self.catalog.version_rows[self.held]] = of_versions
        return found


def _moved(links: Links, place: Array, rows: int) -> Links:
    """Links between entities as links between the rows that stand for them at a moment."""
    there = np.flatnonzero(place != ABSENT)
    starts, lengths = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    state = np.full(rows, np.uint8(MISSING))
    at = place[there]
    starts[at], lengths[at] = links.starts[there], links.lengths[there]
    state[at] = OK if links.state is None else links.state[there]
    return Links(starts, lengths, np.where(place == ABSENT, rows - 1, place)[links.targets], state)


def _placed(teams: _Teams, place: Array, rows: int) -> _Teams:
    """The teams of entities as those of the rows that stand for them at a moment."""
    found: list[tuple[str, ...] | None] = [None] * rows
    for one, row in zip(teams, place.tolist(), strict=True):
        if row != ABSENT:
            found[row] = one
    return found
