"""What all rules come to for all entities of a scorecard, and where these stand: a matrix kept by each process.

A million results take a second to read and one megabyte to keep. Each evaluation that changes something
writes a run, so that the last run tells whether anything did; then only the entities it changed are read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from greenboard.core import clock
from greenboard.core.once import notes
from greenboard.facts.store import at_moment, chunks
from greenboard.results import models, parts
from greenboard.results.held import FEW, NONE, blocks
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array

EXEMPT = 16
"""Is added to the number of an outcome that is exempt."""
_RUNS = "results.runs"
_LAST_RUN = """
SELECT run.at, run.id, card.parts, card.opened_at
FROM results_run run JOIN results_scorecard card ON card.id = run.scorecard_id
WHERE card.name = %s ORDER BY run.at DESC, run.id DESC LIMIT 1
"""
_LEVELS = ("level", "bare_level")
_MOST = 12
"""So many are kept: some scorecards as of now, and some of the past. Each takes some megabytes at most."""
CLASSES = ("passed", "failed", "undecided", "exempt", "not_applicable")


def _classes() -> Array:
    """The class of each number in a matrix. What passes passes, exempt or not; the last one stands for `NONE`."""
    found = np.full(2 * EXEMPT, len(CLASSES), dtype=np.uint8)
    of = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.NO_DATA: 2, Outcome.ERROR: 2, Outcome.NOT_APPLICABLE: 4}
    for number, outcome in enumerate(OUTCOMES):
        found[number] = of[outcome]
        found[EXEMPT + number] = 0 if outcome is Outcome.PASS else 3
    return found


_CLASS = _classes()


@dataclass(frozen=True, eq=False)
class Matrix:
    """Results of a scorecard at a moment: a line for each rule, a column for each entity that is judged.

    `ids` are the surrogate ids of the entities, rising; `rules` those of the rules, `names` what they are
    called. `level` is a number in `levels`, of which "" is no level; `score` is NaN where there is none. The `bare`
    ones are what both would be without exemptions.
    """

    rules: tuple[int, ...]
    names: tuple[str, ...]
    ids: Array
    outcomes: Array
    levels: tuple[str, ...]
    level: Array
    score: Array
    undecided: Array
    bare_level: Array
    bare_score: Array
    read_to: tuple[int, int]
    """The highest surrogate ids of a result and of a level among what was read."""
    _counted: dict[tuple[int, ...], Array] = field(default_factory=dict, repr=False)

    def counted(self, lines: Sequence[int]) -> Array:
        """For each entity how many of some rules come to what: five lines, as `CLASSES` names them."""
        key = tuple(lines)
        found = self._counted.get(key)
        if found is None:
            classes = _CLASS[self.outcomes[list(key)]]
            several = [np.count_nonzero(classes == number, axis=0) for number in range(len(CLASSES))]
            found = self._counted[key] = np.array(several, dtype=np.int32)
        return found

    @cached_property
    def pardons(self) -> bool:
        """Whether anything is exempt."""
        return bool((self.outcomes >= EXEMPT).any())

    @cached_property
    def bare(self) -> Matrix:
        """The same as if nothing were exempt. `undecided` counts what is undecided and exempt, too."""
        outcomes = np.where(self.outcomes >= EXEMPT, self.outcomes - EXEMPT, self.outcomes)
        freed = np.isin(self.outcomes, [EXEMPT + OUTCOMES.index(one) for one in (Outcome.NO_DATA, Outcome.ERROR)])
        undecided = self.undecided + freed.sum(axis=0)
        kept = {"level": self.bare_level, "score": self.bare_score, "undecided": undecided}
        return replace(self, outcomes=outcomes, **kept, _counted={})

    def classes(self, lines: Array, columns: Array) -> Array:
        """The class of each result (its place in `CLASSES`; beyond it where there is none): a line for each rule."""
        found: Array = _CLASS[self.outcomes[np.ix_(lines, columns)]]
        return found

    def by_rule(self, columns: Array) -> Array:
        """For each rule how many of some entities it comes to what for: a row each, as `CLASSES` names its parts."""
        classes = _CLASS[self.outcomes.take(columns, axis=1)]
        several = [np.count_nonzero(classes == number, axis=1) for number in range(len(CLASSES))]
        return np.array(several, dtype=np.int64).T

    @classmethod
    def empty(cls, rules: Sequence[tuple[int, str]]) -> Matrix:
        """A matrix of rules, given by id and name, without entities."""
        none = np.zeros(0, dtype=np.int64)
        return cls(
            tuple(number for number, _ in rules),
            tuple(name for _, name in rules),
            none,
            np.full((len(rules), 0), NONE, dtype=np.int8),
            ("",),
            none.astype(np.int16),
            none.astype(np.float64),
            none,
            none.astype(np.int16),
            none.astype(np.float64),
            (0, 0),
        )

    def lines(self, wanted: Collection[str]) -> Array:
        """The lines of rules by name; those that it does not have are left out."""
        return np.array([line for line, name in enumerate(self.names) if name in wanted], dtype=np.int64)

    def columns(self, ids: Array) -> Array:
        """The column of each entity (surrogate ids); -1 where it is not judged."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, at, -1)


def matrix(scorecard: str, as_of: datetime | None = None) -> Matrix:
    """The matrix of a moment (None is now). One query while nothing changed."""
    return _keeper.matrix(scorecard, as_of)


def forget() -> None:
    """Read everything again when next asked."""
    _keeper.forget()


@dataclass(frozen=True)
class Stamp:
    """When the last run was, and its surrogate id; and how many parts were judged, of a version divided when.

    Runs come one after the other, but for those of parts: of these the count tells.
    """

    at: datetime
    run: int
    parts: int
    opened_at: datetime | None


class _Keeper:
    """Keeps the matrix of now of each scorecard, and some of the past. Threads take turns to read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, datetime | None], tuple[Stamp | None, Matrix]] = OrderedDict()

    def matrix(self, scorecard: str, as_of: datetime | None) -> Matrix:
        stamp = last_run(scorecard, as_of)
        key = scorecard, as_of
        known = self._known.get(key)
        if known is not None and (known[0] == stamp or self._lock.locked()):
            return known[1]  # while another thread reads what is new, what was known a moment ago serves
        with self._lock:
            known = self._known.get(key)
            if known is None or known[0] != stamp:
                known = stamp, _follow(scorecard, as_of, known, stamp)
                self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
            return known[1]

    def forget(self) -> None:
        with self._lock:
            self._known.clear()


_keeper = _Keeper()


def last_run(scorecard: str, as_of: datetime | None) -> Stamp | None:
    """The last run that changed anything at or before a moment: another one whenever something did. One query."""
    kept = notes(_RUNS)
    key = scorecard, as_of
    if key not in kept:
        kept[key] = _last_run(scorecard, as_of)
    found: Stamp | None = kept[key]
    return found


def _last_run(scorecard: str, as_of: datetime | None) -> Stamp | None:
    if as_of is None:
        with connection.cursor() as cursor:  # every page asks this, and Django takes longer to say it than the database
            cursor.execute(_LAST_RUN, [scorecard])
            found = cursor.fetchone()
        if found is None:
            return None
        at, run, count, opened = found
        return Stamp(clock.stored(at), run, count, opened and clock.stored(opened))
    runs = models.Run.objects.filter(scorecard__name=scorecard, at__lte=as_of)
    names = ("at", "id", "scorecard__parts", "scorecard__opened_at")
    row = runs.order_by("-at", "-id").values_list(*names).first()
    return None if row is None else Stamp(*row)


def _follow(
    scorecard: str, as_of: datetime | None, known: tuple[Stamp | None, Matrix] | None, stamp: Stamp | None
) -> Matrix:
    """The matrix as of a stamp; from what was known where little changed since."""
    rules = list(models.Rule.objects.filter(scorecard__name=scorecard).order_by("id").values_list("id", "name"))
    blank = Matrix.empty(rules)
    if known is None or as_of is not None or known[0] is None or stamp is None or known[1].rules != blank.rules:
        return _read(blank, scorecard, as_of)
    if stamp.at <= known[0].at and stamp.run != known[0].run:
        return _read(blank, scorecard, as_of)  # judged again at the very same moment: what was written then may be gone
    several = parts.judged(scorecard, known[0].parts, stamp.parts)
    if several is None:
        return _read(blank, scorecard, as_of)
    changed = _changed(known[1], scorecard, known[0].at) | _within(known[1], scorecard, several)
    return _read(blank, scorecard, as_of) if len(changed) > FEW else _patched(known[1], scorecard, changed)


def _within(known: Matrix, scorecard: str, several: Iterable[tuple[int, int]]) -> set[int]:
    """The entities of parts that were judged, those that are judged no more among them."""
    found: set[int] = set()
    for first, last in several:
        levels = models.LevelInterval.objects.filter(scorecard__name=scorecard, valid_to__isnull=True)
        found.update(levels.filter(entity_id__gte=first, entity_id__lte=last).values_list("entity_id", flat=True))
        found.update(known.ids[(known.ids >= first) & (known.ids <= last)].tolist())
    return found


def _changed(known: Matrix, scorecard: str, since: datetime) -> set[int]:
    """The entities of which a result or level began since the matrix was read, or ended at `since` or later."""
    began = models.ResultInterval.objects.filter(id__gt=known.read_to[0])
    ended = models.ResultInterval.objects.filter(valid_to__gte=since)
    levels = models.LevelInterval.objects.filter(id__gt=known.read_to[1], scorecard__name=scorecard)
    own, found = set(known.rules), set(levels.order_by().values_list("entity_id", flat=True))
    for rows in (began, ended):
        pairs = rows.order_by().values_list("entity_id", "rule_id").distinct()
        found |= {entity for entity, rule in pairs if rule in own}
    return found


def _patched(known: Matrix, scorecard: str, changed: Collection[int]) -> Matrix:
    """The matrix with some entities read again; it may gain and lose columns."""
    several = np.array(sorted(changed), dtype=np.int64)
    fresh = _read(Matrix.empty(list(zip(known.rules, known.names, strict=True))), scorecard, None, several)
    stays = ~np.isin(known.ids, several)
    ids = np.concatenate([known.ids[stays], fresh.ids])
    order = np.argsort(ids, kind="stable")
    levels = tuple(dict.fromkeys((*known.levels, *fresh.levels)))
    renumbered = np.array([levels.index(name) for name in fresh.levels], dtype=np.int16)

    def joined(name: str) -> Array:
        before, after = getattr(known, name)[..., stays], getattr(fresh, name)
        return np.concatenate([before, renumbered[after] if name in _LEVELS else after], axis=-1)[..., order]

    read_to = max(known.read_to[0], fresh.read_to[0]), max(known.read_to[1], fresh.read_to[1])
    return replace(
        known,
        ids=ids[order],
        outcomes=joined("outcomes"),
        levels=levels,
        level=joined("level"),
        score=joined("score"),
        undecided=joined("undecided"),
        bare_level=joined("bare_level"),
        bare_score=joined("bare_score"),
        read_to=read_to,
        _counted={},
    )


def _read(blank: Matrix, scorecard: str, as_of: datetime | None, entities: Array | None = None) -> Matrix:
    """Read results and levels, of all entities or of some."""
    levels = models.LevelInterval.objects.filter(at_moment(as_of), scorecard__name=scorecard).order_by()
    stood: list[tuple[Any, ...]] = []
    for part in _parts(levels, entities):
        stood += part.values_list("entity_id", "level", "score", "undecided", "id", "bare_level", "bare_score")
    stood.sort(key=lambda row: row[0])
    bare = [row[1:3] if row[5] is None else row[5:7] for row in stood]
    names = tuple(dict.fromkeys(("", *(row[1] for row in stood), *(level for level, _ in bare))))
    number = {name: at for at, name in enumerate(names)}
    found = replace(
        blank,
        ids=np.array([row[0] for row in stood], dtype=np.int64),
        levels=names,
        level=np.array([number[row[1]] for row in stood], dtype=np.int16),
        score=np.array([np.nan if row[2] is None else row[2] for row in stood], dtype=np.float64),
        undecided=np.array([row[3] for row in stood], dtype=np.int64),
        bare_level=np.array([number[level] for level, _ in bare], dtype=np.int16),
        bare_score=np.array([np.nan if score is None else score for _, score in bare], dtype=np.float64),
        outcomes=np.full((len(blank.rules), len(stood)), NONE, dtype=np.int8),
    )
    top = _put(found, as_of, entities)
    return replace(found, _counted={}, read_to=(top, max((row[4] for row in stood), default=0)))


def _put(found: Matrix, as_of: datetime | None, entities: Array | None) -> int:
    """Put the results of rules into the matrix; give the highest id that was read."""
    rows = models.ResultInterval.objects.filter(at_moment(as_of)).order_by()
    # Rules are given by rising id, too; those of other scorecards are left out here, which is quicker.
    rules, top = np.array(found.rules, dtype=np.int64), 0
    for part in _parts(rows, entities) if len(rules) and len(found.ids) else ():
        for block in blocks(part, "rule_id", "entity_id", "outcome", "exempt", "id"):
            line = np.minimum(np.searchsorted(rules, block[:, 0]), len(rules) - 1)
            own = rules[line] == block[:, 0]
            column = found.columns(block[:, 1])
            kept = own & (column >= 0)
            found.outcomes[line[kept], column[kept]] = block[kept, 2] + EXEMPT * block[kept, 3]
            top = max(top, int(block[own, 4].max(initial=0)))
    return top


def _parts(rows: QuerySet[Any], entities: Array | None) -> Iterator[QuerySet[Any]]:
    if entities is None:
        yield rows
    else:
        yield from (rows.filter(entity_id__in=part) for part in chunks(entities.tolist()))
