"""Which levels and scores changed, and why."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from greenboard.results import causes, held, models, store, waiting, writing
from greenboard.results.causes import Turn
from greenboard.results.held import NONE, HeldLevels
from greenboard.results.rows import OUTCOMES, Cause
from greenboard.results.session import Session
from greenboard.results.turning import Decided
from greenboard.results.writing import Bare, Counts, NewLevel
from greenboard.rules.vectors import Array
from greenboard.scorecards.ranks import Kept, Standings, settle, stand
from greenboard.scorecards.scoring import Settled


def changed(session: Session, decided: Decided) -> list[NewLevel]:
    """Where entities stand now, as far as that differs from the current row in any way."""
    reached = stand(session.scorecard, decided.outcomes, session.at, decided.exempt)
    bare = _without(session, decided)
    current = held.levels(session.card, session.ids)
    different = np.flatnonzero(_differs(reached, bare, current))
    stored = _rows(session, different)
    rank, since, without = _kept(session, decided, _Reached(reached.rank, bare, current, different, stored))
    found: list[NewLevel] = []
    for column in different.tolist():
        row = stored.get(int(session.ids[column]))
        settled = Settled(_name(session, int(rank[column])), since.get(column))
        number, place = int(session.ids[column]), session.scorecard.rank(settled.level)
        one = NewLevel(number, place, settled, _counts(reached, column), row, None, without.of(session, column))
        if row is None or (row.level, row.rank) != (settled.level or "", one.rank):
            turns = decided.turned.of(session, column) if row else ()
            one = replace(one, cause=_cause(session, row, one.rank, turns))
        if row is None or one.cause is not None or not writing.same_standing(row, one):
            found.append(one)
    return found


@dataclass(frozen=True)
class _Reached:
    """What outcomes alone come to, beside what is current; `stored` are the rows of columns that are `different`."""

    rank: Array
    bare: _Bare
    current: HeldLevels
    different: Array
    stored: Mapping[int, models.LevelInterval]


def _kept(session: Session, decided: Decided, reached: _Reached) -> tuple[Array, Mapping[int, datetime], _Bare]:
    """Rank, since when it is kept without data, and where columns would stand without exemptions.

    Only who would fall needs to be asked since when data are lost, and whether that is waited for.
    """
    current, bare = reached.current, reached.bare
    before = np.where(current.bare_rank < 0, current.rank, current.bare_rank)
    fallen = (reached.rank < current.rank) | (bare.rank < before)
    asked = reached.different[(fallen & current.there)[reached.different]]
    if not len(asked):
        return reached.rank, {}, bare
    ids, outcomes, exempt = session.ids[asked], decided.outcomes[:, asked], decided.exempt[:, asked]
    rows, lost = [reached.stored[number] for number in ids.tolist()], waiting.lost(session, ids)

    def settled(previous: Collection[str | None], spared: Array) -> Kept:
        return settle(session.scorecard, _ranks(session, previous), outcomes, session.at, lost=lost, exempt=spared)

    kept = settled([row.level for row in rows], exempt)
    rank, lone = reached.rank.copy(), bare.rank.copy()
    rank[asked] = kept.rank
    if (bare.rank[asked] != NONE).any():
        names = [row.level if row.bare_rank is None else row.bare_level for row in rows]
        alone = settled(names, np.zeros_like(exempt)).rank
        lone[asked] = np.where(bare.rank[asked] == NONE, NONE, alone)
    since = {int(asked[at]): moment for at, moment in waiting.since(session, ids, kept.holding).items()}
    return rank, since, _Bare(lone, bare.score)


def _ranks(session: Session, levels: Collection[str | None]) -> Array:
    """The ranks of levels by name; 0 of none, and of those that the scorecard does not have any more."""
    known = {level.name: place for place, level in enumerate(session.scorecard.levels, start=1)}
    return np.array([known.get(name or "", 0) for name in levels], dtype=np.int16)


@dataclass(frozen=True)
class _Bare:
    """Where entities would stand without exemptions: rank and score of every column, NONE and NaN where none is."""

    rank: Array
    score: Array

    def of(self, session: Session, column: int) -> Bare | None:
        """As it is written of one column."""
        rank, score = int(self.rank[column]), float(self.score[column])
        if rank == NONE:
            return None
        return Bare(_name(session, rank) or "", rank, None if math.isnan(score) else score)


def _without(session: Session, decided: Decided) -> _Bare:
    """Judged again without exemptions, of those columns only that have any."""
    count = len(session.rows)
    rank, score = np.full(count, NONE, dtype=np.int16), np.full(count, np.nan)
    some = np.flatnonzero(decided.exempt.any(axis=0)) if decided.exempt.size else ()
    if len(some):
        reached = stand(session.scorecard, decided.outcomes[:, some], session.at)
        rank[some], score[some] = reached.rank, reached.score
    return _Bare(rank, score)


def _same(one: Array, other: Array) -> Array:
    found: Array = (one == other) | (np.isnan(one) & np.isnan(other))
    return found


def _differs(reached: Standings, bare: _Bare, current: HeldLevels) -> Array:
    same = (
        current.there
        & ~current.waiting
        & (reached.rank == current.rank)
        & _same(reached.score, current.score)
        & (reached.passed == current.passed)
        & (reached.decided == current.decided)
        & (reached.undecided == current.undecided)
        & (reached.exempt == current.exempt)
        & (bare.rank == current.bare_rank)
        & _same(bare.score, current.bare_score)
    )
    different: Array = np.logical_not(same)
    return different


def _rows(session: Session, columns: Array) -> dict[int, models.LevelInterval]:
    ids = session.ids[columns].tolist()
    rows = models.LevelInterval.objects.filter(scorecard_id=session.card, valid_to__isnull=True)
    parts = [rows] if len(ids) > held.FEW else held.named(rows, ids)
    wanted = set(ids)
    return {row.entity_id: row for part in parts for row in part if row.entity_id in wanted}


def _name(session: Session, rank: int) -> str | None:
    return session.scorecard.levels[rank - 1].name if rank else None


def _counts(reached: Standings, column: int) -> Counts:
    score = float(reached.score[column])
    several = (reached.passed[column], reached.decided[column], reached.undecided[column], reached.exempt[column])
    return Counts(None if math.isnan(score) else score, *(int(count) for count in several))


def _cause(session: Session, row: models.LevelInterval | None, rank: int, turns: Collection[Turn]) -> Cause:
    released = _released(session, row) if row is not None and row.held_since else None
    return causes.of_level(session.scorecard, (None if row is None else row.rank, rank), turns, session.at, released)


def _released(session: Session, row: models.LevelInterval) -> Turn | None:
    """What left the rule undecided whose grace ran out, of those that held the level."""
    names = {adopted.rule: name for name, adopted in session.adopted.items()}
    rows = models.ResultInterval.objects.filter(
        entity_id=row.entity_id, valid_to__isnull=True, rule_id__in=list(names), undecided_since__isnull=False
    )
    for result in rows.select_related("cause").order_by("undecided_since"):
        rule = session.scorecard.rule(names[result.rule_id])
        level_rank = session.scorecard.rank(rule.level) if rule else 0
        since = result.undecided_since
        if rule and since is not None and session.at - since >= rule.grace and level_rank <= row.rank:
            before = None if result.before is None else OUTCOMES[result.before]
            return Turn(rule, before, OUTCOMES[result.outcome], store.cause(result.cause))
    return None
