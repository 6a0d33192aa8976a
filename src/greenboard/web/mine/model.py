"""What somebody's teams own as values: who gains a level soonest, and what fails most. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from greenboard.core.refs import Ref
from greenboard.results.rows import OUTCOMES
from greenboard.results.tallies import counting, standing
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.catalog.model import Named, Row, rows
from greenboard.web.seen import Seen, numbers
from greenboard.web.standing import Mix, Rung, mix, rung

_NEAREST, _OFTEN, _ROWS, _NAMED = 10, 8, 50, 3
_FAIL = OUTCOMES.index(Outcome.FAIL)
_OPEN = [number for number, outcome in enumerate(OUTCOMES) if outcome in (Outcome.NO_DATA, Outcome.ERROR)]


@dataclass(frozen=True)
class Near:
    """An entity, the level that it could reach next, and the rules that stand before it: `fails` can be mended."""

    row: Row
    next: Rung
    fails: tuple[Named, ...]
    more: int
    waiting: str


@dataclass(frozen=True)
class Often:
    """A rule that some of the entities fail."""

    title: str
    url: str
    level: str
    count: int
    failing: str


@dataclass(frozen=True)
class Mine:
    """All that the page shows of the entities."""

    count: int
    mix: Mix | None
    score: str
    nearest: tuple[Near, ...]
    often: tuple[Often, ...]
    rows: tuple[Row, ...]
    more: int
    all: str
    board: str


def owned(seen: Seen, owners: Collection[Ref]) -> Array:
    """Which entities some owners answer for, among those that may be seen."""
    if not owners:
        return np.zeros(len(seen.whole), dtype=np.bool_)
    return seen.index.matching(seen.visible, {"team": _filter(owners)})


def _filter(owners: Collection[Ref]) -> str:
    return ",".join(sorted(ref.short for ref in owners))


def build(seen: Seen, own: Array, owners: Collection[Ref], scorecard: Scorecard, asked: Asked) -> Mine:
    """Draw up what some owners answer for; `own` marks it."""
    judged = numbers(own & seen.judged)
    columns = seen.column[judged]
    stand = standing(seen.matrix, columns)
    listed = asked.to(links.CATALOG, "scorecard", team=_filter(owners))
    ladder = _Ladder(seen, scorecard, columns, asked)
    order = seen.index.by_name[own[seen.index.by_name]]
    return Mine(
        count=int(own.sum()),
        mix=mix(scorecard, stand.levels, listed, "&") if len(columns) else None,
        score=words.score(stand.score),
        nearest=ladder.nearest(judged),
        often=ladder.often(_filter(owners)),
        rows=rows(seen, order[:_ROWS], scorecard, asked),
        more=max(0, len(order) - _ROWS),
        all=listed,
        board=asked.to(links.BOARD, "scorecard", team=_filter(owners)),
    )


class _Ladder:
    """What stands before the next level of each of some entities, given by their columns in the matrix."""

    def __init__(self, seen: Seen, scorecard: Scorecard, columns: Array, asked: Asked) -> None:
        self.seen, self.scorecard, self.asked = seen, scorecard, asked
        counted, line = counting(scorecard, asked.now), {name: at for at, name in enumerate(seen.matrix.names)}
        self.rules: Sequence[Rule] = [rule for rule in scorecard.rules if rule.id in counted and rule.id in line]
        outcomes = seen.matrix.outcomes[[line[rule.id] for rule in self.rules]][:, columns]
        # What is exempt has another number, and stands in nobody's way.
        self.failing, self.open = outcomes == _FAIL, np.isin(outcomes, _OPEN)

    def nearest(self, entities: Array) -> tuple[Near, ...]:
        """Those that something known keeps from a level: first whom least of it does, and nothing unknown."""
        ranks = np.array([self.scorecard.rank(rule.level) for rule in self.rules], dtype=np.int64)
        found = []
        for at, entity in enumerate(entities.tolist()):
            unmet = self.failing[:, at] | self.open[:, at]
            if not unmet.any():
                continue
            before = ranks == ranks[unmet].min()
            fails, waits = np.flatnonzero(before & self.failing[:, at]), int((before & self.open[:, at]).sum())
            if len(fails):
                tier = self.seen.entity(entity).entity.tier
                found.append((waits > 0, len(fails), 9 if tier is None else tier, entity, fails, waits))
        found.sort(key=lambda one: one[:4])
        return tuple(self._near(entity, fails, waits) for *_, entity, fails, waits in found[:_NEAREST])

    def _near(self, entity: int, fails: Array, waits: int) -> Near:
        several = [self.rules[number] for number in fails.tolist()]
        (row,) = rows(self.seen, np.array([entity]), self.scorecard, self.asked)
        joint = [Named(rule.title, f"{row.url}#{rule.id}") for rule in several[:_NAMED]]
        waiting = f"{words.count(waits, 'rule')} without data" if waits else ""
        return Near(row, rung(self.scorecard, several[0].level), tuple(joint), max(0, len(several) - _NAMED), waiting)

    def often(self, owners: str) -> tuple[Often, ...]:
        """The rules that most of them fail; of the same number those of lower levels first."""
        counts = self.failing.sum(axis=1).tolist()
        failed = [(count, rule) for count, rule in zip(counts, self.rules, strict=True) if count]
        failed.sort(key=lambda pair: (-pair[0], self.scorecard.rank(pair[1].level), pair[1].title))
        return tuple(self._often(rule, count, owners) for count, rule in failed[:_OFTEN])

    def _often(self, rule: Rule, count: int, owners: str) -> Often:
        failing = self.asked.to(links.RESULTS, "scorecard", team=owners, rule=rule.id, outcome="fail")
        url = self.asked.to(links.rule(self.scorecard.name, rule.id))
        return Often(rule.title, url, rung(self.scorecard, rule.level).title, count, failing)
