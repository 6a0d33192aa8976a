"""Keeping all results right: marks are worked off as they come, and the clock is looked at every minute.

A changed fact concerns only the rules that read it, for the entities that have it. Time concerns
the rules that read the clock, facts that grow too old, and levels that were waiting for lost data.
A new version concerns everybody: it is judged in parts first, which several workers share.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from django.db import transaction

from greenboard.exemptions import store as exemptions
from greenboard.facts import store as facts
from greenboard.results import live, marks, parts, service, store, versions
from greenboard.results.ground import Ground
from greenboard.results.marks import ANYTHING, Mark
from greenboard.results.memory import Memory
from greenboard.results.rollout import Rollout
from greenboard.results.service import Carried, Task
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

MOST = 2_000
"""How many marks are worked off at once."""
PATIENCE = 90.0
"""Seconds for which nobody kept a version right, after which a worker that has another puts that in force."""


@dataclass(frozen=True)
class Done:
    """What one turn did: marks worked off, results and levels changed, and whether it looked at the clock.

    `part` says that it was a part of what a new version asks.
    """

    at: datetime
    marks: int = 0
    results_changed: int = 0
    levels_changed: int = 0
    looked: bool = False
    part: bool = False


@dataclass(frozen=True)
class _Turn:
    """What is at hand in one turn. `expired` are rows with facts that grew too old.

    `last` says that no mark waits after these, `look` that the clock is looked at, too. `since` is the moment
    of the turn before, where others judged meanwhile; `judged` when anything was last judged, by whom ever,
    and `current` the versions in force. Of scorecards that were judged before in this turn,
    `moved` are the rows whose level changed, and `fresh` those of which parts may have changed others.
    """

    at: datetime
    marks: Sequence[Mark]
    ground: Ground
    expired: set[int]
    last: bool
    look: bool
    since: datetime | None
    judged: datetime | None
    current: Mapping[str, versions.InForce]
    moved: Mapping[str, set[int]] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()

    def leading_to(self, relation: str, rows: Collection[int]) -> set[int]:
        """The rows from which a relation leads to any of these."""
        links = self.ground.frame.around.links.get(relation)
        return set() if links is None else set(links.leading_to(_array(rows)).tolist())


Standards = Callable[[], Sequence[Scorecard]]
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Continuous:
    """Keeps the results of all scorecards right, turn by turn. For one thread.

    `standards` gives the scorecards as they are now, those that others read first. So many entities
    are judged in one transaction as `size` says, where a version is new to all of them; `patience` as in
    `PATIENCE`.
    """

    standards: Standards
    live: live.Live
    size: int = parts.SIZE
    patience: float = PATIENCE
    _memories: dict[str, Memory] = field(default_factory=dict)
    _looked: datetime | None = None
    _at: datetime = _EVER
    """The moment of the last turn over everything, and below the last run that was stored by then."""
    _ran: int = 0
    _opened: int = 0
    """The last part that was there when the catalog was read; later ones were judged on what is known since."""
    _behind: Mapping[str, versions.InForce | None] = field(default_factory=dict)
    _since: float = 0.0
    """What others put in force and how far they were, and since when they are no further."""

    def whole(self, now: Callable[[], datetime]) -> Done:
        """Take turns until no part is left and everything was looked at."""
        while (done := self.turn(now())) is None or done.part:
            time.sleep(0.1 if done is None else 0)
        return done

    def turn(self, now: datetime) -> Done | None:
        """Do what is due, all or nothing; None when nothing is, or when others have it in hand.

        While parts are left that is one of them, so that no turn is long; and then marks and the clock.
        After an error the turn can be taken again: what was in memory is read anew.
        """
        cards = self.standards()
        left = parts.left(cards)
        known = {card.name for card in cards if self._knows(card)}
        if not left and all(map(self._is_settled, cards)) and not self._is_due(now) and not marks.waiting():
            return None
        try:
            if not self.live.loaded:  # before any transaction, so that nobody who writes waits for it
                self.live.ground(now)
                self._opened = parts.newest()
            if len(known) < len(cards) and not left and Rollout(self.live, self.size).open(cards, known, now):
                left = parts.left(cards)
            if left:
                return self._part(next(card for card in cards if card.name in left), now)
            with transaction.atomic():
                return self._work(cards, now)
        except BaseException:  # raised again: whatever ended the turn, what it left in memory is not to be believed
            self._memories.clear()
            self.live.forget()
            raise

    def _knows(self, card: Scorecard) -> bool:
        """Whether this version was judged, by this worker or under its eyes."""
        memory = self._memories.get(card.name)
        if memory is None or memory.scorecard.digest != card.digest:
            return False
        return memory.part is None or memory.part > self._opened

    def _is_settled(self, card: Scorecard) -> bool:
        """Whether all of this version was judged together, and not only in parts."""
        return self._knows(card) and self._memories[card.name].part is None

    def _part(self, card: Scorecard, now: datetime) -> Done | None:
        memory = self._memories.get(card.name)
        if memory is None or memory.scorecard.digest != card.digest:
            memory = Memory.of(card)
        carried = Rollout(self.live, self.size).part(memory, now)
        if carried is None:
            return None
        self._memories[card.name] = memory
        done = carried.evaluated
        return Done(done.at, 0, done.results_changed, done.levels_changed, part=True)

    def _work(self, cards: Sequence[Scorecard], now: datetime) -> Done | None:
        last = service.lock([card.name for card in cards])
        current = versions.current()
        if parts.left(cards) or self._is_behind(cards, current):
            return None
        at = max(now, last) if last is not None else now
        anew = not any(self._knows(card) for card in cards)
        marked = [] if anew else marks.pending(MOST)
        count = marks.finish_all() if anew else len(marked)
        ground = self.live.ground(at)
        last_marks = len(marked) < MOST
        since = None if store.newest_run() == self._ran else self._at
        look = last_marks and self._is_due(at)
        turn = _Turn(at, marked, ground, self.live.take_expired(), last_marks, look, since, last, current)
        carried = []
        for card in cards:
            fresh = turn.fresh if self._is_settled(card) else turn.fresh | {card.name}
            carried.append(self._card(card, turn))
            turn = replace(self._passed_on(card, carried[-1], turn), fresh=fresh)
        marks.finish(marked)
        if turn.look:
            self._looked = at
            marks.purge(at - marks.KEPT)
        self._at, self._ran = at, store.newest_run()
        found = [one.evaluated for one in carried if one is not None]
        results, levels = (sum(one.results_changed for one in found), sum(one.levels_changed for one in found))
        return Done(at, count, results, levels, looked=turn.look)

    def _is_due(self, at: datetime) -> bool:
        return self._looked is None or at.replace(second=0, microsecond=0) > self._looked

    def _is_behind(self, cards: Sequence[Scorecard], current: Mapping[str, versions.InForce]) -> bool:
        """Whether others put another version in force and keep it: whoever did so last goes before.

        What others judged without this worker is forgotten: it knows nothing of it.
        """
        behind = dict[str, versions.InForce | None]()
        for card in cards:
            there = current.get(card.name)
            adoption = self._memories[card.name].adoption if self._knows(card) else None
            if adoption is None or (
                there and (there.version, there.opened_at) == (adoption.version, adoption.opened_at)
            ):
                continue
            if there is not None and there.digest == card.digest:
                del self._memories[card.name]
            else:
                behind[card.name] = there
        if behind != self._behind:
            self._behind, self._since = behind, time.monotonic()
        if behind and time.monotonic() - self._since >= self.patience:
            self._memories = {name: one for name, one in self._memories.items() if name not in behind}
        return bool(behind)

    def _card(self, card: Scorecard, turn: _Turn) -> Carried | None:
        memory = self._memories.get(card.name)
        if memory is not None and memory.part is not None and turn.last:
            turn = replace(turn, look=True)  # whoever was judged in parts is held against one clock
        if memory is None or not self._knows(card) or (turn.look and memory.begins(turn.at)):
            memory = self._memories[card.name] = Memory.of(card)
            memory.looked = turn.at
            carried = service.carry_out(card, Task(turn.ground, turn.at, look=True))
            memory.keep(carried, turn.ground)
            return carried
        memory.catch_up(turn.ground, turn.since)
        pairs: dict[str, set[int]] = defaultdict(set)
        self._marked(memory, turn, pairs)
        self._aged(memory, turn, pairs)
        self._levels(memory, turn, pairs)
        # Whoever is judged at all is judged by the clock of now, so that all its results are of one moment.
        together = set[int]().union(*pairs.values())
        for name in memory.reading.clock if together else ():
            pairs[name] |= together
        rows = set[int]().union(*pairs.values())
        if turn.look:
            self._compared(memory, turn, memory.reading.clock, pairs)
            self._turning(memory, turn, pairs)
            rows |= self._waiting(memory, turn.at).union(*pairs.values())
        return self._carry(memory, turn, pairs, rows)

    def _carry(
        self, memory: Memory, turn: _Turn, pairs: Mapping[str, set[int]], rows: Collection[int]
    ) -> Carried | None:
        card, close = memory.scorecard, memory.part is not None and turn.look
        if turn.look:
            memory.part, memory.looked = None, turn.at
        if not rows and not close:
            if turn.look:
                service.note_look(card.name, turn.at)
            return None
        covered = turn.ground.covered(card.scope)
        asked = {name: _array(several) for name, several in pairs.items()}
        asked = {name: each[covered[each] != 0] for name, each in asked.items()}
        task = Task(turn.ground, turn.at, _array(rows), asked, look=turn.look, adoption=memory.adoption, close=close)
        there = turn.current.get(card.name)
        if memory.adoption is not None and there is not None and there.version == memory.adoption.version:
            task = replace(task, adoption=versions.again(memory.adoption, there), sure=True, last=turn.judged)
        carried = service.carry_out(card, task)
        memory.keep(carried, turn.ground)
        return carried

    def _marked(self, memory: Memory, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that marks ask for."""
        changed: dict[frozenset[str], set[int]] = defaultdict(set)
        for mark in turn.marks:
            entities = (mark.entity, *(self.live.living_in(mark.entity) if marks.tells_facts(mark) else ()))
            changed[mark.paths].update(row for one in entities if (row := self.live.row(one)) is not None)
        for paths, rows in changed.items():
            _changed(memory, turn, rows, paths, pairs)
        # Relations may lead elsewhere than before, from anybody.
        if any(ANYTHING in paths for paths in changed):
            self._compared(memory, turn, memory.reading.beyond, pairs)

    def _aged(self, memory: Memory, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that read facts of types that grow old, of the rows where one did."""
        aging = [name for name, kind in facts.vocabulary().types.items() if kind.max_age is not None]
        _changed(memory, turn, turn.expired, aging, pairs)

    def _levels(self, memory: Memory, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs that read levels which changed in this turn."""
        for scorecard, rows in turn.moved.items():
            for relation, names in memory.reading.levels(scorecard).items():
                reading = turn.leading_to(relation, rows) if relation else rows
                for name in names:
                    pairs[name] |= reading
        for scorecard in turn.fresh:
            names = frozenset[str]().union(*memory.reading.levels(scorecard).values())
            self._compared(memory, turn, names, pairs)

    def _compared(self, memory: Memory, turn: _Turn, names: Collection[str], pairs: dict[str, set[int]]) -> None:
        """Add the pairs of some rules that come to something else, or may where a part of them is exempt."""
        if names:
            _add(pairs, memory.compare(turn.ground, names))
            self._named(exemptions.scoped(memory.scorecard.name, turn.at), names, pairs)

    def _turning(self, memory: Memory, turn: _Turn, pairs: dict[str, set[int]]) -> None:
        """Add the pairs of which an exemption began or ended by the clock since the last look."""
        told = exemptions.turning(memory.scorecard.name, memory.looked or _EVER, turn.at)
        self._named(told, memory.reading.all, pairs)

    def _named(self, told: Sequence[tuple[int, str]], names: Collection[str], pairs: dict[str, set[int]]) -> None:
        for entity, rule in told:
            row = self.live.row(entity)
            if row is not None and rule in names:
                pairs[rule].add(row)

    def _passed_on(self, card: Scorecard, carried: Carried | None, turn: _Turn) -> _Turn:
        """What the next scorecards see of the levels that changed."""
        if carried is None or not len(carried.moved):
            return turn
        ground = self.live.tell(card.name, turn.ground.ids[carried.moved].tolist(), turn.at)
        return replace(turn, ground=ground, moved={**turn.moved, card.name: set(carried.moved.tolist())})

    def _waiting(self, memory: Memory, at: datetime) -> set[int]:
        """The rows that waited for lost data and whose patience ran out since the last look."""
        card, since = memory.scorecard, memory.looked
        found: set[int] = set()
        for grace in {rule.grace for rule in card.rules if rule.grace}:
            rules = [rule.id for rule in card.rules if rule.grace == grace]
            found |= store.undecided_between(card.name, rules, since - grace if since else _EVER, at - grace)
        return {row for number in found if (row := self.live.row(number)) is not None}


def _changed(memory: Memory, turn: _Turn, rows: set[int], paths: Collection[str], pairs: dict[str, set[int]]) -> None:
    """Add the pairs that read what changed of some rows, of themselves or through a relation."""
    if not rows:
        return
    for name in memory.reading.affected(paths):
        pairs[name] |= rows
    for relation in memory.reading.relations:
        names = memory.reading.affected_through(relation, paths)
        leading = turn.leading_to(relation, rows) if names else set()
        for name in names:
            pairs[name] |= leading


def _add(pairs: dict[str, set[int]], more: Mapping[str, set[int]]) -> None:
    for name, rows in more.items():
        pairs[name] |= rows


def _array(rows: Collection[int]) -> Array:
    return np.array(sorted(rows), dtype=np.int64)
