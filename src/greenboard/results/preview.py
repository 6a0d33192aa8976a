"""What a draft of a rule or scorecard would change, held against the same ground as what is in force. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from greenboard.exemptions.types import Holding
from greenboard.results.ground import Ground, verdicts
from greenboard.results.pardons import Pardons
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards import draft as drafts
from greenboard.scorecards.ranks import Ladder
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
        return _first(found, worse)

    @cached_property
    def moved(self) -> Array:
        """The rows whose level changes: those first that fall."""
        names = self._names(self.current)
        there = {name: rank for rank, name in enumerate(self._names(self.scorecard))}
        # Levels are compared by name: a draft of a scorecard may have others. -1 is one that it does not have.
        as_now = np.array([there.get(name, -1) for name in names], dtype=np.int8)[self.rank_before]
        found = np.flatnonzero(self.both & (as_now != self.rank))
        return _first(found, self.fell[found])

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


def _first(rows: Array, marked: Array) -> Array:
    """The rows with those that are marked first."""
    return np.concatenate([rows[marked], rows[~marked]])


@dataclass(frozen=True)
class _Standing:
    """What the rules of a scorecard come to on a ground, what of it is exempt, and the ladder that makes."""

    scorecard: Scorecard
    codes: Mapping[str, Array]
    exempt: Mapping[str, Array]
    holdings: Sequence[Holding]
    ladder: Ladder
    rank: Array


_kept: WeakKeyDictionary[Ground, dict[str, _Standing]] = WeakKeyDictionary()
"""The standing of the scorecards in force, by their names, for as long as a ground lives."""


def preview(
    scorecard: Scorecard | None, draft: Rule | Scorecard, ground: Ground, holdings: Sequence[Holding] = ()
) -> Preview:
    """Hold a draft against a ground, beside the scorecard in force, at the ground's moment.

    A draft rule stands in the place of the one of its id in the scorecard, or is added to it. Without
    a scorecard the draft must be one itself, and there is nothing to compare with. What the rules in
    force come to is kept with the ground: the next draft costs only what it changes. `holdings` are the exemptions
    from the scorecard that hold: those of a rule stand beside its draft, too.
    """
    pardons = Pardons(ground, np.arange(len(ground)), holdings)
    today = None if scorecard is None else _today(scorecard, pardons)
    if isinstance(draft, Scorecard):
        then = _standing(draft, pardons, today)
    else:
        assert today is not None, "a rule is a draft of some scorecard"
        then = _swapped(today, draft, pardons)
    was, rules = (today.codes if today else {}), [draft] if isinstance(draft, Rule) else draft.rules
    gone = [rule for rule in scorecard.rules if rule.id not in then.codes] if scorecard else []
    nowhere = np.zeros(len(ground), dtype=np.bool_)
    return Preview(
        ground=ground,
        current=scorecard,
        scorecard=then.scorecard,
        covered=ground.covered(then.scorecard.scope) != 0,
        covered_before=nowhere if scorecard is None else ground.covered(scorecard.scope) != 0,
        rules=tuple(Compared(rule, was.get(rule.id), then.codes.get(rule.id)) for rule in (*rules, *gone)),
        rank=then.rank,
        rank_before=nowhere.astype(np.int8) if today is None else today.rank,
    )


def _today(scorecard: Scorecard, pardons: Pardons) -> _Standing:
    kept = _kept.setdefault(pardons.ground, {})
    found = kept.get(scorecard.name)
    if found is None or found.scorecard is not scorecard or found.holdings != pardons.holdings:
        found = kept[scorecard.name] = _standing(scorecard, pardons, found)
    return found


def _standing(scorecard: Scorecard, pardons: Pardons, like: _Standing | None) -> _Standing:
    """The standing of a scorecard; rules that another one shares with it are not evaluated again."""
    shared: dict[str, Array] = {}
    if like is not None and like.scorecard.scope == scorecard.scope:
        shared = {rule.digest: like.codes[rule.id] for rule in like.scorecard.rules if rule.digest}
    codes, ground = {}, pardons.ground
    for rule in scorecard.rules:
        found = shared.get(rule.digest)
        codes[rule.id] = verdicts(scorecard, rule, ground) if found is None else found
    lines = list(codes.values()) or np.zeros((0, len(ground)), dtype=np.int8)
    exempt = pardons.all(scorecard, lines) if pardons.holdings else ()
    ladder = Ladder.of(scorecard, lines, ground.frame.now, exempt)
    beside = {rule.id: line for rule, line in zip(scorecard.rules, exempt, strict=False)}
    return _Standing(scorecard, codes, beside, pardons.holdings, ladder, ladder.ranks())


def _swapped(today: _Standing, draft: Rule, pardons: Pardons) -> _Standing:
    """The standing with a draft in the place of one rule."""
    card, ground = drafts.placed(today.scorecard, draft), pardons.ground
    known = today.scorecard.rule(draft.id)
    codes = verdicts(card, draft, ground)
    exempt = pardons.of(card, draft, codes) if pardons.holdings else None
    before = None if known is None else (known, today.codes[known.id], today.exempt.get(known.id))
    ladder = today.ladder.swapped(card, ground.frame.now, before, (draft, codes, exempt))
    beside = today.exempt if exempt is None else {**today.exempt, draft.id: exempt}
    return _Standing(card, {**today.codes, draft.id: codes}, beside, pardons.holdings, ladder, ladder.ranks())
