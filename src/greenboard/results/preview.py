"""What a draft of a rule or scorecard would change, held against the same ground as what is in force. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from greenboard.results.ground import Ground, held
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards import draft as drafts
from greenboard.scorecards.ranks import ranks
from greenboard.scorecards.types import Rule, Scorecard

_GOODNESS = np.array([0, 2, 1, 1, 2], dtype=np.int8)
"""Of outcomes by their codes: undecided lies between fail and pass, as `rows.worse` has it."""


@dataclass(frozen=True)
class Compared:
    """What one rule comes to, as codes of outcomes for every row of the ground.

    `before` is None of a rule that is new, `after` of one that the draft leaves out.
    """

    rule: Rule
    before: Array | None
    after: Array | None


@dataclass(frozen=True)
class Preview:
    """A draft beside what is in force. Rows are those of the ground, in its order.

    `covered` and `covered_before` mark the rows that the scorecards are asked of; of a scorecard that
    is new, `current` is None and nothing was covered. `rules` are those that the draft changes, or all
    of a scorecard. Ranks are 0 for no level, 1 for the lowest.
    """

    ground: Ground
    current: Scorecard | None
    scorecard: Scorecard
    covered: Array
    covered_before: Array
    rules: tuple[Compared, ...]
    rank: Array
    rank_before: Array

    @cached_property
    def both(self) -> Array:
        """Marks the rows that were and will be covered."""
        return self.covered & self.covered_before

    def counts(self, codes: Array | None, *, before: bool = False) -> dict[Outcome, int] | None:
        """How many of the rows covered come to each outcome; None where there is no rule."""
        if codes is None:
            return None
        found = np.bincount(codes[self.covered_before if before else self.covered], minlength=len(OUTCOMES))
        return dict(zip(OUTCOMES, found.tolist(), strict=True))

    def rows(self, compared: Compared, outcome: Outcome) -> Array:
        """The rows that come to an outcome with the draft."""
        if compared.after is None:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.covered & (compared.after == OUTCOMES.index(outcome)))

    def changed(self, compared: Compared) -> Array:
        """The rows whose outcome changes: those first that get worse."""
        if compared.before is None or compared.after is None:
            return np.zeros(0, dtype=np.int64)
        found = np.flatnonzero(self.both & (compared.before != compared.after))
        worse = _GOODNESS[compared.after[found]] < _GOODNESS[compared.before[found]]
        return found[np.argsort(~worse, kind="stable")]

    @cached_property
    def moved(self) -> Array:
        """The rows whose level changes: those first that fall."""
        names = self._names(self.current)
        there = {name: rank for rank, name in enumerate(self._names(self.scorecard))}
        # Levels are compared by name: a draft of a scorecard may have others. -1 is one that it does not have.
        as_now = np.array([there.get(name, -1) for name in names], dtype=np.int8)[self.rank_before]
        found = np.flatnonzero(self.both & (as_now != self.rank))
        return found[np.argsort(~self.fell[found], kind="stable")]

    @cached_property
    def fell(self) -> Array:
        """Marks the rows that stand lower than before."""
        there = {name: rank for rank, name in enumerate(self._names(self.scorecard))}
        ranked = [there.get(name, rank) for rank, name in enumerate(self._names(self.current))]
        return self.both & (self.rank < np.array(ranked, dtype=np.int8)[self.rank_before])

    def level(self, row: int, *, before: bool = False) -> str | None:
        """The name of the level of a row."""
        names = self._names(self.current if before else self.scorecard)
        return names[int((self.rank_before if before else self.rank)[row])] or None

    def levels(self, *, before: bool = False) -> dict[str, int]:
        """How many of the rows covered stand on each level, the highest last; "" is no level."""
        names = self._names(self.current if before else self.scorecard)
        rank, covered = (self.rank_before, self.covered_before) if before else (self.rank, self.covered)
        return dict(zip(names, np.bincount(rank[covered], minlength=len(names)).tolist(), strict=True))

    @staticmethod
    def _names(scorecard: Scorecard | None) -> list[str]:
        return ["", *(level.name for level in scorecard.levels)] if scorecard else [""]


def preview(scorecard: Scorecard | None, draft: Rule | Scorecard, ground: Ground) -> Preview:
    """Hold a draft against a ground, beside the scorecard in force, at the ground's moment.

    A draft rule stands in the place of the one of its id in the scorecard, or is added to it. Without
    a scorecard the draft must be one itself, and there is nothing to compare with. What the rules in
    force come to is kept with the ground: the next draft costs only what it changes.
    """
    if isinstance(draft, Scorecard):
        after = draft
    else:
        assert scorecard is not None, "a rule is a draft of some scorecard"
        after = drafts.placed(scorecard, draft)
    was = {} if scorecard is None else {rule.id: held(scorecard, rule, ground) for rule in scorecard.rules}
    will = {rule.id: held(after, rule, ground, keep=False) for rule in after.rules}
    shown = after.rules if isinstance(draft, Scorecard) else (draft,)
    gone = [] if scorecard is None else [rule for rule in scorecard.rules if rule.id not in will]
    nowhere = np.zeros(len(ground), dtype=np.bool_)
    return Preview(
        ground=ground,
        current=scorecard,
        scorecard=after,
        covered=ground.covered(after.scope) != 0,
        covered_before=nowhere if scorecard is None else ground.covered(scorecard.scope) != 0,
        rules=tuple(Compared(rule, was.get(rule.id), will.get(rule.id)) for rule in (*shown, *gone)),
        rank=_ranks(after, list(will.values()), ground),
        rank_before=nowhere.astype(np.int8) if scorecard is None else _ranks(scorecard, list(was.values()), ground),
    )


def _ranks(scorecard: Scorecard, codes: Sequence[Array], ground: Ground) -> Array:
    lines = np.stack(codes) if codes else np.zeros((0, len(ground)), dtype=np.int8)
    return ranks(scorecard, lines, ground.frame.now)
