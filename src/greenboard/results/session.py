"""What all steps of one evaluation share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from greenboard.core.refs import Ref
from greenboard.exemptions.types import Holding
from greenboard.results.ground import Ground
from greenboard.results.pardons import Pardons
from greenboard.results.rows import Cause
from greenboard.results.versions import Adopted, Adoption
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule, Scorecard

Pairs = Mapping[str, Array]
"""What is to be decided: rows of the ground, in rising order, by the id of a rule."""


@dataclass(frozen=True)
class Session:
    """One evaluation of one scorecard.

    `rows` are the rows of the ground that are judged, in rising order; in the arrays of a session a
    line is a rule, in the scorecard's order, and a column is one of these rows. `last` is when anything
    was last judged; `given` is the cause where the caller knows it.
    """

    scorecard: Scorecard
    adoption: Adoption
    ground: Ground
    rows: Array
    at: datetime
    last: datetime | None
    given: Cause | None = None
    holdings: Sequence[Holding] = ()
    """The exemptions of these entities that hold at the moment."""

    @property
    def card(self) -> int:
        """The surrogate id of the scorecard."""
        return self.adoption.card

    @property
    def adopted(self) -> Mapping[str, Adopted]:
        """Its rules as stored, by name."""
        return self.adoption.rules

    @cached_property
    def pardons(self) -> Pardons:
        """What is exempt, by column."""
        return Pardons(self.ground, self.rows, self.holdings)

    @cached_property
    def ids(self) -> Array:
        """The surrogate ids of the entities, by column."""
        return self.ground.ids[self.rows]

    def rule(self, line: int) -> Rule:
        """The rule of a line."""
        return self.scorecard.rules[line]

    def ref(self, column: int) -> Ref:
        """The entity of a column."""
        entity = self.ground.entities[int(self.rows[column])]
        assert entity is not None, "only declared entities are judged"
        return entity.ref

    def columns(self, rows: Array) -> Array:
        """The columns of rows that are judged."""
        return np.searchsorted(self.rows, rows)
