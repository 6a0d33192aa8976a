"""What was known of all entities over many days, read from the store once and kept while it stays the same.

Each fact type is read on its own when a rule first reads it, so that a draft that reads one more costs
only that. Before each use the current intervals are compared with those of the last time: of the
entities that changed, and of those of which something became too old, all is read again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np

from greenboard.catalog import past as catalog
from greenboard.catalog.spans import Versions
from greenboard.catalog.types import RelationKind
from greenboard.connections.store import trusted
from greenboard.core import collecting
from greenboard.core.errors import UserError
from greenboard.facts import past as facts
from greenboard.facts import timeline as timelines
from greenboard.facts.reading import decoder
from greenboard.facts.store import names_of, vocabulary
from greenboard.facts.timeline import Stays, Timeline
from greenboard.facts.vocabulary import FactType, Vocabulary
from greenboard.results import models
from greenboard.results.backtest import Past
from greenboard.results.ground import Ground
from greenboard.results.neighbours import Neighbours, Ranks, Wanted
from greenboard.rules import tables
from greenboard.rules.columns import Frame, Strings
from greenboard.rules.history import History, Surroundings
from greenboard.rules.stretches import NOTHING, Stretches, cut
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

MOST_DAYS = 400
MOST_VERSIONS = 1_000_000
"""How many versions of facts are kept at once; types that were not asked for longest are given up first."""

NOTHING_AROUND = Wanted()
_MANY = 0.2


def ends(days: int, now: datetime) -> tuple[datetime, ...]:
    """The last moments of the days (UTC) before today, as many as with today make `days`.

    Raises:
        UserError: no days, or more than MOST_DAYS.

    """
    if not 1 <= days <= MOST_DAYS:
        raise UserError("not a number of days to look back", expected=f"1 to {MOST_DAYS}", got=str(days))
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return tuple(today - timedelta(days=back, microseconds=1) for back in range(days - 2, -1, -1))


@dataclass(frozen=True)
class _Kept:
    """One fact type over time. Row 0 of the frame is "nothing known"; row i + 1 is entry i of the arrays.

    `due` says when time alone changes what is known now, by entity; `merged` of whom several statements
    were merged, so that which of them was seen last may matter.
    """

    declared: FactType
    subject: Array
    first: Array
    last: Array
    frame: Frame
    current: facts.Current
    due: dict[int, int]
    merged: frozenset[int]

    def __len__(self) -> int:
        return len(self.subject)


@dataclass(frozen=True)
class _Catalog:
    versions: Versions
    homes: Stays
    current: catalog.Current
    ids: Array
    neighbours: Neighbours | None = None


class Archive:
    """Keeps what was read. Safe between threads: what it gives out does not change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moments: tuple[datetime, ...] = ()
        self._order: tuple[str, ...] = ()
        self._catalog: _Catalog | None = None
        self._types: OrderedDict[str, _Kept] = OrderedDict()
        self._strings = Strings()
        self._made: OrderedDict[frozenset[str], Past] = OrderedDict()

    def past(
        self,
        types: Collection[str],
        moments: Sequence[datetime],
        wanted: Wanted = NOTHING_AROUND,
        standards: Collection[Scorecard] = (),
    ) -> Past:
        """What was known of some fact types at some moments in rising order, and maybe at more before them.

        `wanted` is what of all that is around entities is asked for; `standards` are the scorecards of
        which it may be levels.

        Raises:
            UserError: more happened than can be looked at.

        """
        with self._lock, collecting.paused():
            self._begin(tuple(moments))
            self._follow_trust()
            self._follow_catalog()
            for name in sorted(types):
                self._follow(vocabulary().types[name])
            made = self._made.get(frozenset(types))
            if made is None:
                made = self._made[frozenset(types)] = self._compose(frozenset(types))
            self._forget(frozenset(types))
            # What drafts ask of the catalog is not kept: there is no end of drafts.
            cards = Ground(made.cards.ids, made.cards.entities, made.cards.frame)
            around = self._around(wanted, standards, len(made.history)) if wanted else None
            return replace(made, cards=cards, around=around, history=replace(made.history, moments=self._moments))

    def _around(self, wanted: Wanted, standards: Collection[Scorecard], rows: int) -> Surroundings:
        assert self._catalog is not None
        known = self._catalog
        if known.neighbours is None:
            relations = catalog.relations(self._moments, *RelationKind)
            named = {*known.ids.tolist(), *relations.source.tolist(), *relations.target.tolist()}
            made = Neighbours(known.ids, known.versions, relations, names_of(named))
            known = self._catalog = replace(known, neighbours=made)
        assert known.neighbours is not None
        asked = [card for card in standards if card.name in wanted.scorecards]
        return known.neighbours.of(wanted, {card.name: ranks(card, self._moments) for card in asked}, rows)

    def _begin(self, moments: tuple[datetime, ...]) -> None:
        """Move the last moment on; where others are asked for than are kept, begin anew."""
        count = len(moments) - 1
        known = self._moments
        if count < len(known) and known[len(known) - 1 - count : -1] == moments[:-1] and known[-1] <= moments[-1]:
            self._moments = (*known[:-1], moments[-1])
            return
        self._moments = moments
        self._catalog, self._strings = None, Strings()
        self._types.clear()
        self._made.clear()

    def _follow_trust(self) -> None:
        """What was known is as it would be believed today: nobody keeps whom people trusted before."""
        order = trusted()
        if order != self._order:
            self._order = order
            self._types.clear()
            self._made.clear()

    def _follow_catalog(self) -> None:
        current = catalog.current()
        if self._catalog is not None and self._catalog.current == current:
            return
        versions = catalog.versions(self._moments)
        lives_in = catalog.relations(self._moments, RelationKind.LIVES_IN)
        homes = Stays(lives_in.source, lives_in.target, lives_in.first, lives_in.last)
        self._catalog = _Catalog(versions, homes, current, np.unique(versions.subject))
        self._made.clear()
        for name in [name for name in self._types if _is_shared(vocabulary().types[name])]:
            del self._types[name]

    def _follow(self, declared: FactType) -> None:
        """Read a fact type, or what of it changed since it was read."""
        current = facts.current(declared)
        known = self._types.get(declared.name)
        if known is None or known.declared is not declared:
            self._keep(declared, self._read(declared, current, None))
            return
        self._types.move_to_end(declared.name)
        changed = self._changed(declared, known, current)
        if not changed:
            return
        whole = len(changed) > _MANY * len(known)
        read = self._read(declared, current, None if whole else changed)
        self._keep(declared, read if whole else _patched(known, read, changed))

    def _changed(self, declared: FactType, known: _Kept, current: facts.Current) -> set[int]:
        """The entities of which something began, ended or grew too old, or may be believed in another order."""
        now = facts.micros(self._moments[-1])
        late = {subject for subject, moment in known.due.items() if moment <= now}
        turned = {entity for number, (entity, _) in current.items() if number not in known.current}
        turned |= {entity for number, (entity, _) in known.current.items() if number not in current}
        seen = {entity for number, (entity, _) in current.items() if current[number] != known.current.get(number)}
        return late | self._living_in(turned, declared) | (self._living_in(seen, declared) & known.merged)

    def _keep(self, declared: FactType, kept: _Kept) -> None:
        self._types[declared.name] = kept
        for types in [types for types in self._made if declared.name in types]:
            del self._made[types]

    def _living_in(self, entities: set[int], declared: FactType) -> set[int]:
        """Entities with those that read facts of the type from them."""
        assert self._catalog is not None
        if not entities or not _is_shared(declared):
            return entities
        homes = self._catalog.homes
        return entities | set(homes.subject[np.isin(homes.where, list(entities))].tolist())

    def _read(self, declared: FactType, current: facts.Current, entities: Collection[int] | None) -> _Kept:
        assert self._catalog is not None
        homes = self._catalog.homes
        asked = None if entities is None else set(entities)
        if asked is not None and _is_shared(declared):
            asked |= set(homes.where[np.isin(homes.subject, list(asked))].tolist())
        said = facts.statements(declared, self._moments, asked)
        if _is_shared(declared):
            said = timelines.shared(said, homes)
        if entities is not None:
            said = said.taken(np.isin(said.rows["subject"], list(entities)))
        line = timelines.timeline(declared, said, self._moments, decoder(), priority=self._order)
        frame = self._columns(declared, line)
        due = timelines.due(declared, said, self._moments)
        return _Kept(declared, line.subject, line.first, line.last, frame, current, due, line.merged)

    def _columns(self, declared: FactType, line: Timeline) -> Frame:
        words = Vocabulary({declared.name: declared})
        rows = [{}, *({declared.name: value} for value in line.values)]
        return tables.ready(Frame.build(words, rows, self._moments[-1], strings=self._strings))

    def _forget(self, wanted: Collection[str]) -> None:
        """Give up what was not asked for longest where too much is kept."""
        for name in list(self._types):
            if sum(map(len, self._types.values())) <= MOST_VERSIONS:
                break
            if name not in wanted:
                del self._types[name]
        for types in list(self._made):
            if not types <= self._types.keys() or (len(self._made) > 8 and types != wanted):
                del self._made[types]

    def _compose(self, types: frozenset[str]) -> Past:
        """Versions of all that some fact types say of an entity, and of what it was itself."""
        assert self._catalog is not None
        ids, versions = self._catalog.ids, self._catalog.versions
        kept = [(name, self._types[name]) for name in sorted(types)]
        cards = self._line(versions.subject, versions.first, versions.last)
        lines = [self._line(one.subject, one.first, one.last) for _, one in kept]
        cuts = cut([line.taken(np.flatnonzero(line.entity != NOTHING)) for line in (cards, *lines)])
        bare = Frame(vocabulary(), None, self._moments[-1], strings=self._strings)
        # The last row is about nobody and holds at no moment: nothing is known in it.
        variables = {
            name: one.frame.variable(name).take(np.append(line.holding(cuts) + 1, 0))
            for (name, one), line in zip(kept, lines, strict=True)
        }
        never = len(self._moments)
        spans = (np.append(part, value) for part, value in ((cuts.entity, 0), (cuts.first, never), (cuts.last, never)))
        history = History(bare.of(variables, len(cuts) + 1), self._moments, len(ids), *spans)
        ground = Ground(versions.subject, versions.entities, bare.of({}, len(versions.entities)))
        latest = np.searchsorted(versions.subject, ids, side="right") - 1
        card = np.append(cards.holding(cuts), 0)
        return Past(history, ground, card, [versions.entities[row] for row in latest.tolist()])

    def _line(self, subject: Array, first: Array, last: Array) -> Stretches:
        """Entries by the number of their entity; below zero where the catalog never had it in this time."""
        assert self._catalog is not None
        ids = self._catalog.ids
        at = np.minimum(np.searchsorted(ids, subject), max(len(ids) - 1, 0))
        known = ids[at] == subject if len(ids) else np.zeros(len(subject), dtype=np.bool_)
        return Stretches(np.where(known, at, NOTHING), first, last, len(self._moments))


def ranks(card: Scorecard, moments: Sequence[datetime]) -> Ranks:
    """Where entities stood on a scorecard at some moments in rising order."""
    rows = models.LevelInterval.objects.filter(scorecard__name=card.name, valid_from__lte=moments[-1])
    told = list(rows.values_list("entity_id", "rank", facts.plain("valid_from"), facts.plain("valid_to")))
    subject, rank, began, ended = zip(*told, strict=True) if told else ((),) * 4
    marks = np.array([facts.micros(moment) for moment in moments], dtype=np.int64)
    first, last = (np.searchsorted(marks, facts.stamps(column)) for column in (began, ended))
    names = tuple(level.name for level in card.levels)
    return Ranks(names, np.array(subject, dtype=np.int64), np.array(rank, dtype=np.int64), first, last)


def _is_shared(declared: FactType) -> bool:
    """Whether components read facts of the type from the repository that they live in."""
    return declared.about == "repository"


def _patched(known: _Kept, new: _Kept, entities: Collection[int]) -> _Kept:
    """What is kept, with all of some entities replaced."""
    stays = np.flatnonzero(~np.isin(known.subject, list(entities)))
    old = tables.taken(known.frame, np.concatenate([[0], stays + 1]))
    added = tables.taken(new.frame, np.arange(1, len(new.frame)))
    due = {subject: moment for subject, moment in known.due.items() if subject not in entities} | new.due
    return _Kept(
        new.declared,
        np.concatenate([known.subject[stays], new.subject]),
        np.concatenate([known.first[stays], new.first]),
        np.concatenate([known.last[stays], new.last]),
        tables.joined([old, added]),
        new.current,
        due,
        frozenset(known.merged - set(entities) | new.merged),
    )
