"""What a worker remembers of a scorecard, so that a look at the clock judges only who comes to something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.results import held
from greenboard.results.ground import Ground, verdicts
from greenboard.results.reading import Reading
from greenboard.results.service import Carried
from greenboard.results.versions import Adoption
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

_UNSEEN = -2


@dataclass
class Memory:
    """A scorecard that is kept right, with what the rules that ask for more than an entity's own facts last came to.

    `outcomes` have a line for each rule and a column for each row of the ground; those of other rules are of no
    use. `looked` is the moment up to which time was looked at. `part` is the id of a part that was judged,
    while others may have judged others.
    """

    scorecard: Scorecard
    reading: Reading
    outcomes: Array
    adoption: Adoption | None = None
    looked: datetime | None = None
    part: int | None = None

    @classmethod
    def of(cls, scorecard: Scorecard) -> Memory:
        """One that knows nothing yet."""
        return cls(scorecard, Reading(scorecard), np.zeros((len(scorecard.rules), 0), dtype=np.int8))

    def grow(self, rows: int) -> None:
        """Have columns for so many rows."""
        missing = rows - self.outcomes.shape[1]
        if missing > 0:
            more = np.full((self.outcomes.shape[0], missing), _UNSEEN, dtype=np.int8)
            self.outcomes = np.concatenate([self.outcomes, more], axis=1)

    def keep(self, carried: Carried, ground: Ground) -> None:
        """Remember what was just judged."""
        self.grow(len(ground))
        self.outcomes[:, carried.rows] = carried.outcomes
        self.adoption = carried.adoption

    def catch_up(self, ground: Ground, since: datetime | None) -> None:
        """Take over what others came to since a moment (None: nothing), and all of it where they judged parts."""
        assert self.adoption is not None
        self.grow(len(ground))
        wanted = self.reading.clock | self.reading.beyond
        lines = [line for line, rule in enumerate(self.scorecard.rules) if rule.id in wanted]
        rules = [self.adoption.rules[self.scorecard.rules[line].id].rule for line in lines]
        unseen = (self.outcomes[lines] == _UNSEEN).any(axis=0) & (ground.covered(self.scorecard.scope) != 0)
        if self.part is not None and unseen.any():
            found = held.results(rules, ground.ids).outcomes
        elif since is not None and lines:
            found = held.begun(rules, ground.ids, since)
        else:
            return
        self.outcomes[lines] = np.where(found == held.NONE, self.outcomes[lines], found)

    def compare(self, ground: Ground, names: Collection[str]) -> dict[str, set[int]]:
        """Judge every row by some rules: the rows, by rule, that come to something else than the last time."""
        pairs: dict[str, set[int]] = defaultdict(set)
        for line, rule in enumerate(self.scorecard.rules):
            if rule.id in names:
                found = verdicts(self.scorecard, rule, ground)
                pairs[rule.id].update(np.flatnonzero(found != self.outcomes[line]).tolist())
                self.outcomes[line] = found
        return pairs

    def begins(self, at: datetime) -> bool:
        """Whether a rule begins to count since the last look."""
        rules = self.scorecard.rules
        begun = [rule.enabled_from for rule in rules if rule.enabled_from is not None and rule.enabled_from <= at]
        return bool(begun) and (self.looked is None or max(begun) > self.looked)
