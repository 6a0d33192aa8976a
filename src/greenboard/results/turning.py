"""Which results turned, and why each did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from greenboard.connections.store import trusted
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import Snapshot, merge
from greenboard.results import causes, exempting, held, models
from greenboard.results.beyond import Beyond
from greenboard.results.causes import FIRST, Turn
from greenboard.results.ground import verdicts
from greenboard.results.held import NONE, HeldResults
from greenboard.results.rows import OUTCOMES, Cause
from greenboard.results.session import Pairs, Session
from greenboard.rules.columns import micros
from greenboard.rules.vectors import Array


@dataclass(frozen=True)
class Turned:
    """The pairs whose outcome is another than the current one, or that are exempt or no longer: one entry for each.

    `before` is NONE where there was no result; `held` is the id of the current row, or 0. `exempt` and
    `exempt_before` say what was and is exempt. `causes` has every cause once, and `cause` says which is whose.
    """

    line: Array
    column: Array
    before: Array
    after: Array
    held: Array
    exempt: Array
    exempt_before: Array
    cause: Array
    causes: Sequence[Cause]

    def __len__(self) -> int:
        return len(self.line)

    def of(self, session: Session, column: int) -> list[Turn]:
        """The turns of one entity."""
        return [
            Turn(
                session.rule(int(self.line[at])),
                None if self.before[at] == NONE else OUTCOMES[self.before[at]],
                OUTCOMES[self.after[at]],
                self.causes[self.cause[at]],
                bool(self.exempt_before[at]),
                bool(self.exempt[at]),
            )
            for at in self._of(column)
        ]

    def _of(self, column: int) -> Array:
        start, stop = np.searchsorted(self.column, [column, column + 1], sorter=self._order)
        return self._order[start:stop]

    @cached_property
    def _order(self) -> Array:
        return np.argsort(self.column, kind="stable")


@dataclass(frozen=True)
class Decided:
    """All outcomes, a line for each rule and a column for each row, and which are exempt; and those that turned."""

    outcomes: Array
    exempt: Array
    turned: Turned


def decide(session: Session, pairs: Pairs) -> Decided:
    """Judge pairs, and see what is exempt of all."""
    current = held.results([session.adopted[rule.id].rule for rule in session.scorecard.rules], session.ids)
    outcomes = current.outcomes.copy()
    for line, rule in enumerate(session.scorecard.rules):
        rows = pairs.get(rule.id)
        if rows is not None and len(rows):
            outcomes[line, session.columns(rows)] = verdicts(session.scorecard, rule, session.ground, rows)
    exempt = session.pardons.all(session.scorecard, outcomes)
    return Decided(outcomes, exempt, _explained(session, current, outcomes, exempt))


def _explained(session: Session, current: HeldResults, outcomes: Array, exempt: Array) -> Turned:
    turned = outcomes != current.outcomes
    line, column = np.nonzero(turned | (exempt != current.exempt))
    before, after = current.outcomes[line, column], outcomes[line, column]
    cause, several = _plain_causes(session, (line, column), before)
    index = {each: number for number, each in enumerate(several)}
    pardoned = np.flatnonzero(~turned[line, column])
    if len(pardoned):
        told = exempting.causes(session, line[pardoned], column[pardoned], exempt)
        cause[pardoned] = [index.setdefault(one, len(index)) for one in told]
    open_ones = np.flatnonzero(cause < 0)
    known = None
    if len(open_ones):
        known = _Known.of(session, *(np.unique(part[open_ones]).tolist() for part in (column, line)))
    for at in open_ones.tolist():
        assert known is not None
        found = known.cause(int(line[at]), int(column[at]), (int(before[at]), int(after[at])))
        cause[at] = index.setdefault(found, len(index))
    pair = line, column
    ids, both = current.ids[pair], (exempt[pair], current.exempt[pair])
    return Turned(line, column, before, after, ids, *both, cause, list(index))


def _plain_causes(session: Session, pairs: tuple[Array, Array], before: Array) -> tuple[Array, list[Cause]]:
    """The causes that can be told without looking at facts; -1 for the others. `pairs` are lines and columns."""
    first = before == NONE
    cause = np.where(first, 0, -1)
    if session.given is not None:
        return np.where(first, 0, 1), [FIRST, session.given]
    several = [FIRST]
    anew = ~first
    anew[anew] = _asks_anew(session, *(part[anew] for part in pairs))
    for number in np.unique(pairs[0][anew]).tolist():
        cause[anew & (pairs[0] == number)] = len(several)
        several.append(Cause("rule", f"{session.rule(number).title}: the rule asks something else than before"))
    return cause, several


def _asks_anew(session: Session, line: Array, column: Array) -> Array:
    """For which pairs the version of the rule is newer than the last look at the entity."""
    adopted = [session.adopted[rule.id] for rule in session.scorecard.rules]
    looked = session.adoption.looked_at
    found: Array = np.array([one.changed for one in adopted], dtype=np.bool_)[line]
    recent = np.array([looked is None or one.since > looked for one in adopted], dtype=np.bool_)[line] & ~found
    if recent.any():
        several, place = np.unique(column[recent], return_inverse=True)
        judged = _since(session, several.tolist())
        last = np.array([micros(judged[each]) for each in several.tolist()], dtype=np.int64)
        begun = np.array([micros(one.since) for one in adopted], dtype=np.int64)
        found[recent] = last[place] < begun[line[recent]]
    return found


@dataclass(frozen=True)
class _Known:
    """What is known of the entities whose results turned, and what changed since they were judged."""

    session: Session
    steps: Mapping[Ref, Sequence[facts.Step]]
    snapshots: Mapping[Ref, Snapshot]
    beyond: Beyond

    @classmethod
    def of(cls, session: Session, columns: Collection[int], lines: Collection[int]) -> _Known:
        there = {session.ref(column): int(session.ids[column]) for column in columns}
        lives_in = facts.homes(session.at, there.values())
        words, order = facts.vocabulary(), trusted()
        known = facts.current(session.at, there, there, lives_in)
        snapshots = {ref: merge(*told, words, session.at, order) for ref, told in known.items()}
        since = _since(session, columns)
        rules = [session.rule(line) for line in lines]
        return cls(session, _steps(session, since, lives_in), snapshots, Beyond.of(session, since, rules))

    def cause(self, line: int, column: int, outcomes: tuple[int, int]) -> Cause:
        ref, rule = self.session.ref(column), self.session.rule(line)
        pair = OUTCOMES[outcomes[0]], OUTCOMES[outcomes[1]]
        known = self.snapshots.get(ref, Snapshot()), facts.vocabulary()
        return causes.of_result(rule, pair, self.steps.get(ref, ()), known, self.beyond.cause(rule, column))


def _since(session: Session, columns: Collection[int]) -> dict[int, datetime]:
    """When each column was last judged, with all others or on its own."""
    own = judged_at(session.card, [int(session.ids[column]) for column in columns])
    found: dict[int, datetime] = {}
    for column in columns:
        moments = (own.get(int(session.ids[column])), session.adoption.looked_at)
        known = [moment for moment in moments if moment is not None]
        found[column] = max(known, default=session.at - timedelta(microseconds=1))
    return found


def _steps(session: Session, since: Mapping[int, datetime], lives_in: Mapping[int, int]) -> dict[Ref, list[facts.Step]]:
    """What changed of each entity since it was last judged."""
    by_moment: dict[datetime, dict[Ref, int]] = {}
    for column, moment in since.items():
        by_moment.setdefault(moment, {})[session.ref(column)] = int(session.ids[column])
    found: dict[Ref, list[facts.Step]] = {}
    for moment, several in by_moment.items():
        found |= facts.steps(moment, session.at, several, lives_in)
    return found


def judged_at(card: int, entities: Collection[int]) -> dict[int, datetime]:
    """When entities were last judged on their own."""
    found: dict[int, datetime] = {}
    for part in facts.chunks(sorted(entities)):
        rows = models.LevelInterval.objects.filter(scorecard_id=card, entity_id__in=part, valid_to__isnull=True)
        found |= dict(rows.values_list("entity_id", "evaluated_at"))
    return found
