"""Which results an exemption stands beside. Pure.

One that reaches everywhere pardons whatever the rule comes to. One of an environment or a path pardons a fail only
where everything that decided it lies there: the rule is held against the same facts without those elements, and must
no longer fail. Where that fails as well, or is an error, the fail stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from greenboard.exemptions.types import Holding, Within
from greenboard.results.ground import ERROR, FAIL, Ground, verdicts
from greenboard.results.places import Places
from greenboard.rules.leaving import without
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule, Scorecard


class Pardons:
    """The exemptions that hold for the entities of some rows of a ground, of all rules.

    `rows` are in rising order; a column stands for each.
    """

    def __init__(self, ground: Ground, rows: Array, holdings: Sequence[Holding]) -> None:
        self.ground, self.rows = ground, rows
        self.holdings = holdings
        self._by_rule: Mapping[str, list[tuple[int, Holding]]] = self._placed() if holdings else {}

    def _placed(self) -> Mapping[str, list[tuple[int, Holding]]]:
        found: dict[str, list[tuple[int, Holding]]] = defaultdict(list)
        entities = np.array([one.entity for one in self.holdings], dtype=np.int64)
        columns = Places(self.ground.ids[self.rows]).of(entities).tolist()
        for column, one in zip(columns, self.holdings, strict=True):
            if column >= 0:
                found[one.rule].append((column, one))
        return found

    def of(self, scorecard: Scorecard, rule: Rule, codes: Array) -> Array:
        """For each column whether the rule is pardoned, given what it comes to there."""
        found = np.zeros(len(self.rows), dtype=np.bool_)
        told = self._by_rule.get(rule.id, ())
        found[[column for column, one in told if not one.within]] = True
        scoped: dict[Within, list[int]] = defaultdict(list)
        for column, one in told:
            if one.within and not found[column] and codes[column] == FAIL:
                scoped[one.within].append(column)
        for within, columns in sorted(scoped.items()):
            found[columns] |= self._covered(scorecard, rule, within, np.array(columns, dtype=np.int64))
        return found

    def all(self, scorecard: Scorecard, outcomes: Sequence[Array] | Array) -> Array:
        """A line for each rule of the scorecard, given what each comes to."""
        found = np.zeros((len(scorecard.rules), len(self.rows)), dtype=np.bool_)
        for line, rule in enumerate(scorecard.rules) if self._by_rule else ():
            if rule.id in self._by_rule:
                found[line] = self.of(scorecard, rule, outcomes[line])
        return found

    def why(self, rule: str, column: int) -> Holding | None:
        """The exemption that pardons a rule for a column, where one does: one that reaches everywhere first."""
        told = [one for at, one in self._by_rule.get(rule, ()) if at == column]
        return min(told, key=lambda one: (bool(one.within), one.id), default=None)

    def _covered(self, scorecard: Scorecard, rule: Rule, within: Within, columns: Array) -> Array:
        """Whether the rule no longer fails without what lies within; columns may be in any order."""
        rows = np.unique(self.rows[columns])
        types = {*rule.types, *(path.partition(".")[0] for paths in rule.related.values() for path in paths)}
        frame = without(self.ground.frame, rows, types, environment=within.environment, path=within.path)
        verdict = verdicts(scorecard, rule, self.ground.with_frame(frame), rows)
        return ~np.isin(verdict, (FAIL, ERROR))[np.searchsorted(rows, self.rows[columns])]
