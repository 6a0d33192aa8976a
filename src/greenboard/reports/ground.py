"""What reports are computed of: the catalog and the results of a moment, within the sight of who asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from greenboard.access.sight import Sight
from greenboard.catalog.columns import Index
from greenboard.core.errors import UserError, suggest
from greenboard.facts.store import vocabulary
from greenboard.reports import groups
from greenboard.reports.groups import Groups
from greenboard.reports.wanted import Wanted
from greenboard.results.matrix import Matrix
from greenboard.results.seen import Seen, look
from greenboard.results.tallies import counting
from greenboard.rules.vectors import Array
from greenboard.scorecards import store
from greenboard.scorecards.types import Rule, Scorecard


class NoScorecard(UserError):
    """There is none of that name."""

    status = 404


@dataclass(frozen=True, eq=False)
class Ground:
    """What one report is computed of. `scorecards` are all of them, the default one first."""

    scorecard: Scorecard
    scorecards: tuple[Scorecard, ...]
    seen: Seen
    wanted: Wanted

    @property
    def matrix(self) -> Matrix:
        return self.seen.matrix

    @property
    def sight(self) -> Sight:
        return self.seen.sight

    @property
    def index(self) -> Index:
        return self.seen.index

    @cached_property
    def chosen(self) -> Array:
        """The entities that may be seen and that the filters let through, judged or not."""
        return self.index.matching(self.seen.visible, self.wanted.filters)

    @cached_property
    def shown(self) -> Array:
        """Those of them that are judged, and in the group that is asked for."""
        found = self.chosen & self.seen.judged
        if not self.wanted.group:
            return found
        members = self.groups(found)
        mask = np.zeros(len(found), dtype=np.bool_)
        mask[members.entities_of(self.wanted.group)] = True
        return mask

    @cached_property
    def columns(self) -> Array:
        """The columns of `shown` in the matrix."""
        return self.seen.column[self.shown]

    @property
    def whole_company(self) -> bool:
        """Whether everything that is judged is shown: no bound of sight, no filter."""
        return self.sight.everything and not self.wanted.filters and not self.wanted.group

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that count, as the scorecard has them."""
        counted, known = counting(self.scorecard, self.wanted.now), set(self.matrix.names)
        return tuple(rule for rule in self.scorecard.rules if rule.id in counted and rule.id in known)

    @cached_property
    def lines(self) -> Array:
        """The line of each of `rules` in the matrix."""
        place = {name: line for line, name in enumerate(self.matrix.names)}
        return np.array([place[rule.id] for rule in self.rules], dtype=np.int64)

    def groups(self, among: Array) -> Groups:
        """Some entities in the groups that are asked for; by team where nobody says."""
        return groups.of(self.wanted.by or groups.USUAL, self.seen, among, self.wanted.as_of)

    def on(self, scorecard: Scorecard) -> Ground:
        """The same on another scorecard."""
        if scorecard.name == self.scorecard.name:
            return self
        return Ground(scorecard, self.scorecards, look(scorecard.name, self.wanted.as_of, self.sight), self.wanted)


def load(wanted: Wanted, sight: Sight) -> Ground:
    """The ground of what is asked for. Some queries; what many ask for is kept.

    Raises:
        NoScorecard: there is none of that name.

    """
    known = store.standards(vocabulary())
    found = next((one for one in known if wanted.scorecard in ("", one.name)), None)
    if found is None:
        names = [one.name for one in known]
        raise NoScorecard(
            f"no scorecard {wanted.scorecard!r}", expected=", ".join(names), hint=suggest(wanted.scorecard, names)
        )
    return Ground(found, known, look(found.name, wanted.as_of, sight), wanted)
