"""Keeping all results right: marks are worked off as they come, and the clock is looked at every minute.

A changed fact concerns only the rules that read it, for the entities that have it. Time concerns
the rules that read the clock, facts that grow too old, and levels that were waiting for lost data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from django.db import transaction

from greenboard.core import spans
from greenboard.facts import store as facts
from greenboard.results import live, marks, service, store
from greenboard.results.ground import Ground, verdicts
from greenboard.results.marks import ANYTHING, Mark
from greenboard.results.reading import Reading
from greenboard.results.service import Carried, Task
from greenboard.results.versions import Adoption
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

MOST = 2_000
"""How many marks are worked off at once."""
PART = 1_000
"""How many entities that were never judged are judged at once; others may write in between."""
_UNSEEN = -2


@dataclass(frozen=True)
class Done:
    """What one turn did: marks worked off, results and levels changed, and whether it looked at the clock."""

    at: datetime
    marks: int = 0
    results_changed: int = 0
    levels_changed: int = 0
    looked: bool = False


@dataclass
class _Held:
    """A scorecard that is kept right, with what the rules that read the clock last came to, by row."""

    scorecard: Scorecard
    reading: Reading
    outcomes: Array
    """A line for each rule, a column for each row of the ground."""
    adoption: Adoption | None = None

    @classmethod
    def of(cls, scorecard: Scorecard) -> _Held:
        return cls(scorecard, Reading(scorecard), np.zeros((len(scorecard.rules), 0), dtype=np.int8))

    def grow(self, rows: int) -> None:
        missing = rows - self.outcomes.shape[1]
        if missing > 0:
            more = np.full((self.outcomes.shape[0], missing), _UNSEEN, dtype=np.int8)
            self.outcomes = np.concatenate([self.outcomes, more], axis=1)

    def keep(self, carried: Carried, ground: Ground) -> None:
        self.grow(len(ground))
        self.outcomes[:, carried.rows] = carried.outcomes
        self.adoption = carried.adoption


@dataclass(frozen=True)
class _Turn:
    """What is at hand in one turn. `expired` are rows with facts that grew too old; `look`: at the clock, too.

    `moved` are the rows whose level changed on scorecards that were judged before.
    """

    at: datetime
    marks: Sequence[Mark]
    ground: Ground
    expired: set[int]
    look: bool
    moved: Mapping[str, set[int]] = field(default_factory=dict)

    def leading_to(self, relation: str, rows: Collection[int]) -> set[int]:
        """The rows from which a relation leads to any of these."""
        links = self.ground.frame.around.links.get(relation)
        return set() if links is None else set(links.leading_to(_array(rows)).tolist())


Standards = Callable[[], Sequence[Scorecard]]


@dataclass
class Continuous:
    """Keeps the results of all scorecards right, turn by turn. For one thread.

    `standards` gives the scorecards as they are now, those that others read first. So many entities
    that were never judged are judged in one transaction as `part` says. `_foreign` are the
    rows that changed and that another worker judged.
    """

    standards: Standards
    live: live.Live
    part: int = PART
    _held: dict[str, _Held] = field(default_factory=dict)
    _foreign: set[int] = field(default_factory=set)
    _looked: datetime | None = None

    def turn(self, now: datetime) -> Done | None:
        """Do what is due, all or nothing; None when nothing is.

        After an error the turn can be taken again: what was in memory is read anew.
        """
        cards = self.standards()
        changed = [card for card in cards if self._is_new(card)]
        if not changed and not self._is_due(now) and not marks.waiting():
            return None
        try:
            if not self.live.loaded:
                self.live.ground(now)  # before the transaction, so that nobody who writes waits for it
            for card in changed:
                self._first(card, now)
            with transaction.atomic():
                return self._work(cards, now)
        except BaseException:  # raised again: whatever ended the turn, what it left in memory is not to be believed
            self._held.clear()
            self.live.forget()
            raise

    def _first(self, card: Scorecard, now: datetime) -> None:
        """Judge those whom a scorecard never judged, some at a time: each has a hundred results to be written."""
        rows = service.unjudged(card, self.live.ground(now))
        adoption = None
        for start in range(0, len(rows) if len(rows) > self.part else 0, self.part):
            with transaction.atomic():
                last = service.lock([card.name])
                at = max(now, last) if last is not None else now
                task = Task(self.live.ground(at), at, rows[start : start + self.part], adoption=adoption)
                carried = _evaluate(card, task)
                self._tell(card, carried, task.ground, at)
            adoption = carried.adoption

    def _is_new(self, card: Scorecard) -> bool:
        held = self._held.get(card.name)
        return held is None or held.scorecard.digest != card.digest

    def _work(self, cards: Sequence[Scorecard], now: datetime) -> Done:
        last = service.lock([card.name for card in cards])
        at = max(now, last) if last is not None else now
        anew = all(self._is_new(card) for card in cards)
        marked = [] if anew else marks.pending(MOST)
        count = marks.finish_all() if anew else len(marked)
        ground = self.live.ground(at)
        turn = _Turn(at, marked, ground, self.live.take_expired(), len(marked) < MOST and self._is_due(at))
        self._foreign |= self.live.take_touched()
        carried = []
        for card in cards:
            carried.append(self._card(card, turn))
            turn = self._passed_on(card, carried[-1], turn)
        marks.finish(marked)
        if turn.look:
            self._looked = at
            self._foreign.clear()
            marks.purge(at - marks.KEPT)
        found = [one.evaluated for one in carried if one is not None]
        results, levels = (sum(one.results_changed for one in found), sum(one.levels_changed for one in found))
        return Done(at, count, results, levels, looked=turn.look)

    def _is_due(self, at: datetime) -> bool:
        return self._looked is None or at.replace(second=0, microsecond=0) > self._looked

    def _card(self, card: Scorecard, turn: _Turn) -> Carried | None:
        if self._is_new(card) or (turn.look and self._begins(card, turn.at)):
            held = self._held[card.name] = _Held.of(card)
            carried = _evaluate(card, Task(turn.ground, turn.at, look=True))
            held.keep(carried, turn.ground)
            self._foreign.clear()
            return carried
        held = self._held[card.name]
        held.grow(len(turn.ground))
        pairs: dict[str, set[int]] = defaultdict(set)
        self._marked(held, turn, pairs)
        self._aged(held, turn, pairs)
        self._levels(held, turn, pairs)
        # Whoever is judged at all is judged by the clock of now, so that all its results are of one moment.
        together = set[int]().union(*pairs.values())
        for name in held.reading.clock if together else ():
            pairs[name] |= together
        rows = set[int]().union(*pairs.values())
        self._foreign -= rows
        if turn.look:
            self._timed(held, turn.ground, pairs)
            rows |= self._waiting(card, turn.at).union(*pairs.values())
        return self._carry(held, turn, pairs, rows)

    def _carry(self, held: _Held, turn: _Turn, pairs: Mapping[str, set[int]], rows: Collection[int]) -> Carried | None:
        if not rows:
            if turn.look:
                service.note_look(held.scorecard.name, turn.at)
            return None
        covered = turn.ground.covered(held.scorecard.scope)
        asked = {name: _array(several) for name, several in pairs.items()}
        asked = {name: each[covered[each] != 0] for name, each in asked.items()}
        task = Task(turn.ground, turn.at, _array(rows), asked, look=turn.look, adoption=held.adoption)
        carried = _evaluate(held.scorecard, task)
        held.keep(carried, turn.ground)
        return carried

    def _begins(self, card: Scorecard, at: datetime) -> bool:
        """Whether a rule begins to count since the last look."""
        begun = [rule.enabled_from for rule in card.rules if rule.enabled_from is not None and rule.enabled_from <= at]
        return bool(begun) and (self._looked is None or max(begun) > self._looked)

    def _marked(self, held: _Held, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that marks ask for."""
        changed: dict[frozenset[str], set[int]] = defaultdict(set)
        for mark in turn.marks:
            entities = (mark.entity, *self.live.living_in(mark.entity))
            changed[mark.paths].update(row for one in entities if (row := self.live.row(one)) is not None)
        for paths, rows in changed.items():
            self._changed(held, turn, rows, paths, pairs)
        # Relations may lead elsewhere than before, from anybody.
        anew = any(ANYTHING in paths for paths in changed)
        if anew:
            self._compare(held, turn.ground, held.reading.beyond, pairs)

    def _changed(
        self, held: _Held, turn: _Turn, rows: set[int], paths: Collection[str], pairs: dict[str, set[int]]
    ) -> None:
        """Add the pairs that read what changed of some rows, of themselves or through a relation."""
        if not rows:
            return
        for name in held.reading.affected(paths):
            pairs[name] |= rows
        for relation in held.reading.relations:
            names = held.reading.affected_through(relation, paths)
            leading = turn.leading_to(relation, rows) if names else set()
            for name in names:
                pairs[name] |= leading

    def _aged(self, held: _Held, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that read facts of types that grow old, of the rows where one did."""
        aging = [name for name, kind in facts.vocabulary().types.items() if kind.max_age is not None]
        self._changed(held, turn, turn.expired, aging, pairs)

    def _levels(self, held: _Held, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that read levels which changed in this turn."""
        for scorecard, rows in turn.moved.items():
            for relation, names in held.reading.levels(scorecard).items():
                reading = turn.leading_to(relation, rows) if relation else rows
                for name in names:
                    pairs[name] |= reading

    def _passed_on(self, card: Scorecard, carried: Carried | None, turn: _Turn) -> _Turn:
        """What the next scorecards see of the levels that changed."""
        if carried is None or not len(carried.moved):
            return turn
        ground = self._tell(card, carried, turn.ground, turn.at)
        return replace(turn, ground=ground, moved={**turn.moved, card.name: set(carried.moved.tolist())})

    def _tell(self, card: Scorecard, carried: Carried, ground: Ground, at: datetime) -> Ground:
        """Take over the levels that changed, and mark them for other processes."""
        ids = ground.ids[carried.moved].tolist()
        if not ids:
            return ground
        ranks = store.ranks(card.name, ids)
        marks.note_levels(card.name, ids, at)
        return self.live.rank(card.name, {number: ranks.get(number, -1) for number in ids}, at)

    def _timed(self, held: _Held, ground: Ground, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that time may have changed, and those that another worker judged."""
        self._compare(held, ground, held.reading.clock, pairs)
        for name in held.reading.clock:
            pairs[name] |= self._foreign

    def _compare(self, held: _Held, ground: Ground, names: Collection[str], pairs: dict[str, set[int]]) -> None:
        """Judge every row by some rules, and add the pairs that come to something else than the last time."""
        for line, rule in enumerate(held.scorecard.rules):
            if rule.id in names:
                found = verdicts(held.scorecard, rule, ground)
                pairs[rule.id].update(np.flatnonzero(found != held.outcomes[line]).tolist())
                held.outcomes[line] = found

    def _waiting(self, card: Scorecard, at: datetime) -> set[int]:
        """The rows that waited for lost data and whose patience ran out since the last look."""
        since = self._looked or datetime.min.replace(tzinfo=UTC)
        found: set[int] = set()
        for grace in {rule.grace for rule in card.rules}:
            rules = [rule.id for rule in card.rules if rule.grace == grace]
            found |= store.undecided_between(card.name, rules, since - grace if self._looked else since, at - grace)
        return {row for number in found if (row := self.live.row(number)) is not None}


def _evaluate(card: Scorecard, task: Task) -> Carried:
    with spans.span("evaluation", scorecard=card.name):
        return service.carry_out(card, task)


def _array(rows: Collection[int]) -> Array:
    return np.array(sorted(rows), dtype=np.int64)
