"""The ground that rules are held against: many entities with their facts in columns, at one moment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.results.rows import code
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import evaluate
from greenboard.rules.language import Program
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array, ListVec, Vec
from greenboard.scorecards.types import ParameterDef, Rule, Scorecard, Selector

FAIL, PASS, NO_DATA, ERROR, NOT_APPLICABLE = (
    code(one) for one in (Outcome.FAIL, Outcome.PASS, Outcome.NO_DATA, Outcome.ERROR, Outcome.NOT_APPLICABLE)
)
"""Outcomes as they stand in arrays and in the database; the first four are the evaluator's verdicts, too."""

_NO, _YES, _UNKNOWN = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Ground:
    """Entities, each a row of the frame. `ids` are their surrogate ids.

    An entity is None where a relation mentions a name that nobody declares. What is worked out from
    entities alone (whether a selector covers them, their thresholds) is kept for the next rule.
    """

    ids: Array
    entities: Sequence[Entity | None]
    frame: Frame
    _covered: dict[Selector, Array] = field(default_factory=dict, repr=False)
    _thresholds: dict[str, Vec | ListVec] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.entities)

    def with_frame(self, frame: Frame) -> Ground:
        """The same entities with other facts; `frame` shares the texts of the present one."""
        return replace(self, frame=frame)

    def shares_facts(self, other: Ground) -> bool:
        """Whether the other one has the very same entities and facts, if at another moment."""
        return self.entities is other.entities and self.frame.shares_facts(other.frame)

    def rows_of(self, refs: Collection[Ref]) -> Array:
        """The rows of references, in rising order; those that are not here are left out."""
        wanted = set(refs)
        found = [row for row, each in enumerate(self.entities) if each is not None and each.ref in wanted]
        return np.array(found, dtype=np.int64)

    def covered(self, selector: Selector) -> Array:
        """For every row, whether a selector covers it: 0 no, 1 yes, 2 unknown."""
        found = self._covered.get(selector)
        if found is None:
            codes = {False: _NO, True: _YES, None: _UNKNOWN}
            told = (_NO if each is None else codes[selector.covers(each)] for each in self.entities)
            found = self._covered[selector] = np.fromiter(told, dtype=np.int8, count=len(self))
        return found

    def thresholds(self, program: Program, parameters: Mapping[str, ParameterDef]) -> dict[str, Vec | ListVec]:
        """The parameters that a program reads, as columns."""
        return {name: self._threshold(parameters[name]) for name in program.parameter_types}

    def _threshold(self, parameter: ParameterDef) -> Vec | ListVec:
        # By what it says: a draft is compiled anew with every key that is typed, its parameters among it.
        key = repr(parameter)
        found = self._thresholds.get(key)
        if found is None:
            told = [None if each is None else parameter.value(each.ref, each.tier) for each in self.entities]
            found = self._thresholds[key] = self.frame.column(parameter.type, told)
        return found


def asked(scorecard: Scorecard, rule: Rule, ground: Ground) -> Array:
    """For every row, whether a rule is asked of it: 0 no, 1 yes, 2 unknown."""
    card, own = ground.covered(scorecard.scope), ground.covered(rule.scope)
    return np.where((card == _NO) | (own == _NO), np.int8(_NO), np.maximum(card, own))


def verdicts(scorecard: Scorecard, rule: Rule, ground: Ground, rows: Array | None = None) -> Array:
    """What one rule comes to for every row, or for the rows named, as int8 codes of outcomes.

    Scope first, then `when`, then the expression. Where the scorecard is not asked of a row, the
    outcome is NOT_APPLICABLE.
    """
    covered = asked(scorecard, rule, ground)
    covered = covered if rows is None else covered[rows]
    if not (covered != _NO).any():
        return np.full(len(covered), NOT_APPLICABLE, dtype=np.int8)
    return decided(rule, covered, lambda program: _evaluate(program, rule, ground, rows))


def decided(rule: Rule, covered: Array, evaluated: Callable[[Program], Array]) -> Array:
    """What a rule comes to as int8 codes of outcomes, given whether it is asked (as `asked` says).

    `evaluated` gives the verdicts of the rule's expression, or of its `when`.
    """
    verdict = evaluated(rule.program)
    if rule.when is not None:
        condition = evaluated(rule.when)
        verdict = np.where(condition == PASS, verdict, np.where(condition == FAIL, np.int8(NOT_APPLICABLE), condition))
    known = np.where((covered == _UNKNOWN) & (verdict != NOT_APPLICABLE), np.int8(NO_DATA), verdict)
    return np.where(covered == _NO, np.int8(NOT_APPLICABLE), known)


def _evaluate(program: Program, rule: Rule, ground: Ground, rows: Array | None) -> Array:
    return evaluate(program, ground.frame, ground.thresholds(program, rule.parameters), rows=rows)
