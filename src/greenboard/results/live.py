"""The ground of now, read from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.results import around, store
from greenboard.results.ground import Ground
from greenboard.rules.around import Levels
from greenboard.rules.columns import Frame
from greenboard.scorecards.types import Scorecard


def load(
    at: datetime | None = None, entities: Collection[Ref] | None = None, *, standards: Iterable[Scorecard] = ()
) -> Ground:
    """The ground as of a moment (None is now), with what is around every entity.

    All entities of the catalog are rows, and after them the names that relations mention and nobody
    declares. With `entities`, only these, and those that they are related to, carry facts. `standards`
    are the scorecards whose levels rules may ask for.
    """
    moment = at or clock.now()
    found = catalog.plain(at)
    ids, refs, relations = _rows(found, catalog.ends(at))
    declared = tuple(found.get(number) for number in ids)
    levels = {card.name: _levels(card, at, refs) for card in standards}
    beside = around.build(declared, refs, relations, complete=True, levels=levels)
    wanted = None if entities is None else _with_related(refs, entities, relations)
    known = facts.current(at, wanted)
    words = facts.vocabulary()
    rows = [merge(*known.get(ref, ([], [])), words, moment).values for ref in refs]
    return Ground(np.array(ids, dtype=np.int64), declared, Frame.build(words, rows, moment, around=beside))


def _rows(
    found: Mapping[int, Entity], ends: Sequence[around.Numbered]
) -> tuple[list[int], list[Ref], list[around.Numbered]]:
    """The surrogate ids and references of all rows, and the relations between them by row."""
    mentioned = sorted({end for _, *both in ends for end in both} - found.keys())
    names = facts.names_of(mentioned)
    ids = [*found, *mentioned]
    refs = [*(entity.ref for entity in found.values()), *(names[number] for number in mentioned)]
    row = {number: index for index, number in enumerate(ids)}
    return ids, refs, [(kind, row[source], row[target]) for kind, source, target in ends]


def _levels(card: Scorecard, at: datetime | None, refs: Sequence[Ref]) -> Levels:
    """Where every row stands. One that the scorecard was not held against is unknown."""
    ranks = {row.entity: row.rank for row in store.levels(card.name, at)}
    told = np.fromiter((ranks.get(ref, -1) for ref in refs), dtype=np.int64, count=len(refs))
    return Levels(tuple(level.name for level in card.levels), told)


def _with_related(refs: Sequence[Ref], wanted: Collection[Ref], relations: Iterable[around.Numbered]) -> list[Ref]:
    """Entities and whatever stands in a relation to them, or to what they provide: more than any rule may ask."""
    named = set(wanted)
    kept = {row for row, ref in enumerate(refs) if ref in named}
    pairs = [(source, target) for _, source, target in relations]
    for _ in range(2):
        kept |= {end for pair in pairs if not kept.isdisjoint(pair) for end in pair}
    return [refs[row] for row in sorted(kept)]
