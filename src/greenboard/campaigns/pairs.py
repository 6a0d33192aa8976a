"""Whom a campaign asks what, and what that comes to: pairs of an entity and a rule, in columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from greenboard.catalog.store import Stored
from greenboard.catalog.whole import Whole
from greenboard.core.refs import Ref
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule, Scorecard

DONE, FAILING, UNDECIDED, EXEMPT = 0, 1, 2, 3
STATES = ("done", "failing", "undecided", "exempt")
"""The names of the states, by number. What is exempt is asked for no more, and not met either."""


@dataclass(frozen=True)
class Asked:
    """A rule that is asked, of which scorecard."""

    scorecard: Scorecard
    rule: Rule


@dataclass(frozen=True)
class Counts:
    """How many pairs are in each state."""

    done: int = 0
    failing: int = 0
    undecided: int = 0
    exempt: int = 0

    @property
    def total(self) -> int:
        return self.done + self.failing + self.undecided + self.exempt

    @property
    def settled(self) -> int:
        """Met, or not to be met."""
        return self.done + self.exempt

    @property
    def open(self) -> int:
        """Still to be met: what cannot be decided is not met."""
        return self.failing + self.undecided

    @property
    def share(self) -> float:
        """How much of a hundred is settled; all of nothing."""
        return 100.0 * self.settled / self.total if self.total else 100.0


@dataclass(frozen=True)
class Pair:
    """One entity and one rule."""

    stored: Stored
    asked: Asked
    state: int


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs of a campaign at a moment. `entity` are numbers in `whole`, `rule` numbers in `asked`."""

    whole: Whole
    asked: tuple[Asked, ...]
    entity: Array
    rule: Array
    state: Array

    def __len__(self) -> int:
        return len(self.state)

    @cached_property
    def counts(self) -> Counts:
        """All of them."""
        return _counts(self.state)

    @cached_property
    def entities(self) -> Array:
        """The entities, each once, by number."""
        return np.unique(self.entity)

    def where(self, chosen: Array) -> Pairs:
        """Some of them, by a mask."""
        return Pairs(self.whole, self.asked, self.entity[chosen], self.rule[chosen], self.state[chosen])

    def of(self, entity: int) -> Pairs:
        """Those of an entity, by its surrogate id."""
        return self.where(self.whole.ids[self.entity] == entity)

    def owned(self, owners: frozenset[Ref]) -> Pairs:
        """Those of entities that one of some teams or persons owns."""
        mine = [number for number in self.entities.tolist() if owners & set(self.whole.entities[number].owners)]
        return self.among(mine)

    def among(self, entities: Sequence[int]) -> Pairs:
        """Those of some entities, by number."""
        return self.where(np.isin(self.entity, np.array(entities, dtype=np.int64)))

    def of_rule(self, rule: str) -> Pairs:
        """Those of a rule, by its id."""
        lines = [at for at, one in enumerate(self.asked) if one.rule.id == rule]
        return self.where(np.isin(self.rule, np.array(lines, dtype=np.int64)))

    def by_rule(self) -> tuple[Counts, ...]:
        """The counts of each rule, as `asked` has them."""
        return tuple(_counts(self.state[self.rule == at]) for at in range(len(self.asked)))

    def by_owner(self) -> Mapping[Ref | None, Counts]:
        """The counts of each owner; None of what nobody owns."""
        return self._grouped(lambda stored: stored.owner)

    def _grouped(self, key: Callable[[Stored], Ref | None]) -> Mapping[Ref | None, Counts]:
        several: dict[Ref | None, list[int]] = defaultdict(list)
        for number in self.entities.tolist():
            several[key(self.whole.entities[number])].append(number)
        found = {name: _counts(self.state[np.isin(self.entity, numbers)]) for name, numbers in several.items()}
        return dict(sorted(found.items(), key=lambda one: (-one[1].open, one[0] is None, str(one[0]))))

    def told(self, part: slice = slice(None)) -> Iterator[Pair]:
        """One by one, all or a part of them: what fails first, then by reference and rule."""
        order = np.lexsort((self.rule, self.entity, _URGENCY[self.state]))[part]
        columns = (part[order].tolist() for part in (self.entity, self.rule, self.state))
        for entity, rule, state in zip(*columns, strict=True):
            yield Pair(self.whole.entities[entity], self.asked[rule], state)


_URGENCY = np.array([2, 0, 1, 3], dtype=np.int8)


def _counts(states: Array) -> Counts:
    return Counts(*(int(count) for count in np.bincount(states, minlength=len(STATES))))
