"""Which levels and scores changed, and why."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from greenboard.facts.store import chunks
from greenboard.results import causes, held, models, store, writing
from greenboard.results.causes import Turn
from greenboard.results.held import NONE, HeldLevels
from greenboard.results.rows import OUTCOMES, Cause
from greenboard.results.session import Session
from greenboard.results.turning import Decided
from greenboard.results.writing import Bare, Counts, NewLevel
from greenboard.rules.vectors import Array
from greenboard.scorecards.ranks import Standings, stand
from greenboard.scorecards.scoring import UNDECIDED, Settled, settle


def changed(session: Session, decided: Decided) -> list[NewLevel]:
    """Where entities stand now, as far as that differs from the current row in any way."""
    outcomes, turned = decided.outcomes, decided.turned
    reached = stand(session.scorecard, outcomes, session.at, decided.exempt)
    bare = _without(session, decided)
    current = held.levels(session.card, session.ids)
    different = np.flatnonzero(_differs(reached, bare, current))
    stored = _rows(session, different)
    # Only who would fall needs to be asked since when data are lost, and whether that is waited for.
    fallen = (reached.rank < current.rank) | (
        bare.rank < np.where(current.bare_rank < 0, current.rank, current.bare_rank)
    )
    waiting = _undecided_since(session, outcomes, different[fallen[different]])
    found: list[NewLevel] = []
    for column in different.tolist():
        row = stored.get(int(session.ids[column]))
        settled = Settled(_name(session, int(reached.rank[column])))
        without = bare.of(session, column)
        if row is not None and column in waiting:
            asked = _Waiting(session, decided, column, waiting[column])
            settled = asked.settled(row.level or None, exempt=True)
            without = without and asked.without(row, without)
        number, rank = int(session.ids[column]), session.scorecard.rank(settled.level)
        one = NewLevel(number, rank, settled, _counts(reached, column), row, None, without)
        if row is None or (row.level, row.rank) != (settled.level or "", one.rank):
            one = replace(one, cause=_cause(session, row, one.rank, turned.of(session, column) if row else ()))
        if row is None or one.cause is not None or not writing.same_standing(row, one):
            found.append(one)
    return found


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


@dataclass(frozen=True)
class _Waiting:
    """A column that fell, with since when its rules are undecided."""

    session: Session
    decided: Decided
    column: int
    since: Mapping[str, datetime]

    def settled(self, previous: str | None, *, exempt: bool) -> Settled:
        """The level that is kept while lost data are waited for, with exemptions or without."""
        card, told, pardoned = self.session.scorecard, self.decided.outcomes, self.decided.exempt
        outcomes = {rule.id: OUTCOMES[code] for rule, code in zip(card.rules, told[:, self.column], strict=True)}
        names = [rule.id for rule, one in zip(card.rules, pardoned[:, self.column], strict=True) if one and exempt]
        return settle(card, previous, outcomes, self.session.at, undecided_since=self.since, exempt=names)

    def without(self, row: models.LevelInterval, found: Bare) -> Bare:
        """Where it would stand without exemptions, with data that are waited for."""
        before = row.level if row.bare_rank is None else row.bare_level
        level = self.settled(before or None, exempt=False).level
        return Bare(level or "", self.session.scorecard.rank(level), found.score)


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


def _undecided_since(session: Session, outcomes: Array, columns: Array) -> dict[int, dict[str, datetime]]:
    """Since when rules are undecided, for some columns; what turned now does so since now."""
    names = {session.adopted[rule.id].rule: rule.id for rule in session.scorecard.rules}
    place = {int(session.ids[column]): int(column) for column in columns}
    found: dict[int, dict[str, datetime]] = {column: {} for column in place.values()}
    rows = models.ResultInterval.objects.filter(valid_to__isnull=True, undecided_since__isnull=False)
    for part in chunks(sorted(place)):
        told = rows.filter(entity_id__in=part, rule_id__in=list(names))
        for entity, rule, since in told.values_list("entity_id", "rule_id", "undecided_since"):
            if since is not None:
                found[place[entity]][names[rule]] = since
    for column, since_of in found.items():
        for each, code in zip(session.scorecard.rules, outcomes[:, column], strict=True):
            if OUTCOMES[code] not in UNDECIDED:
                since_of.pop(each.id, None)
    return found


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
