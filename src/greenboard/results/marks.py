"""Marks: what changed and has not been judged again, written together with the change itself.

So nothing is lost when a process dies between a change and its evaluation, and every process can
follow what the others changed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max

from greenboard.catalog.events import CatalogChanged
from greenboard.connections.events import TrustChanged
from greenboard.exemptions.events import ExemptionsChanged
from greenboard.facts import store as facts
from greenboard.facts.events import FactsChanged
from greenboard.facts.models import CURRENT, FactInterval
from greenboard.facts.types import SourceKind
from greenboard.results import models

ANYTHING = "*"
KEPT = timedelta(hours=1)
"""How long marks that were worked off stay, for other processes to follow."""
_LATE = 1_000
_PATIENCE = 600.0
_BATCH = 1_000


@dataclass(frozen=True)
class Mark:
    """Something about an entity (its surrogate id) changed: fact types or fields, or anything at all."""

    id: int
    entity: int
    paths: frozenset[str]
    at: datetime


def note_facts(event: FactsChanged) -> None:
    """Mark the entities whose facts changed."""
    ids = facts.identify(event.paths)
    _write(((ids[ref], paths) for ref, paths in event.paths.items()), event.at)


def note_catalog(event: CatalogChanged) -> None:
    """Mark the entities that changed in the catalog: anything about them may be judged otherwise."""
    ids = facts.known(event.entities)
    _write(((number, (ANYTHING,)) for number in ids.values()), event.at)


def note_exemptions(event: ExemptionsChanged) -> None:
    """Mark the pairs that are exempt otherwise than before."""
    found: dict[int, set[str]] = defaultdict(set)
    for scorecard, rule, entity in event.pairs:
        found[entity].add(exemption_of(scorecard, rule))
    _write(found.items(), event.at)


def note_trust(event: TrustChanged) -> None:
    """Mark the entities of which a connection says anything: where others say otherwise, another one is believed."""
    rows = FactInterval.objects.filter(CURRENT, source_kind=SourceKind.CONNECTION.value, source=event.name)
    found: dict[int, set[str]] = defaultdict(set)
    for entity, name in rows.values_list("entity_id", "type").distinct():
        found[entity].add(name)
    _write(found.items(), event.at)


def _write(marked: Iterable[tuple[int, Collection[str]]], at: datetime) -> None:
    rows = [models.Mark(entity_id=number, paths="\n".join(sorted(paths)), at=at) for number, paths in sorted(marked)]
    models.Mark.objects.bulk_create(rows, batch_size=_BATCH)


def level_of(scorecard: str) -> str:
    """The path that stands for the level on a scorecard."""
    return f"level({scorecard})"


def exemption_of(scorecard: str, rule: str) -> str:
    """The path that stands for what is exempt of a rule."""
    return f"exempt({scorecard}/{rule})"


def exempted(paths: Iterable[str], scorecard: str) -> frozenset[str]:
    """The rules of a scorecard of which some paths say that something is exempt otherwise."""
    start = f"exempt({scorecard}/"
    return frozenset(path[len(start) : -1] for path in paths if path.startswith(start))


def tells_facts(mark: Mark) -> bool:
    """Whether a mark tells of facts or the catalog, and not only of levels and exemptions."""
    return not all(path.startswith(("level(", "exempt(")) for path in mark.paths)


def levels(told: Iterable[Mark]) -> dict[str, set[int]]:
    """The entities whose level changed, by scorecard."""
    found: dict[str, set[int]] = {}
    for mark in told:
        for path in mark.paths:
            if path.startswith("level("):
                found.setdefault(path[6:-1], set()).add(mark.entity)
    return found


def note_levels(scorecard: str, entities: Iterable[int], at: datetime) -> None:
    """Let other processes know of levels that changed. Nothing waits for it: who wrote them saw to that."""
    path = level_of(scorecard)
    rows = [models.Mark(entity_id=number, paths=path, at=at, done=True) for number in entities]
    models.Mark.objects.bulk_create(rows, batch_size=_BATCH)


def waiting() -> bool:
    """Whether any mark waits to be worked off."""
    return models.Mark.objects.filter(done=False).exists()


def pending(most: int) -> list[Mark]:
    """The oldest marks that wait. Inside a transaction; on PostgreSQL those that another worker holds are left out."""
    rows = models.Mark.objects.filter(done=False).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return [_mark(row) for row in rows[:most]]


def finish(marks: Collection[Mark]) -> None:
    """Note that marks were worked off."""
    for part in facts.chunks([mark.id for mark in marks]):
        models.Mark.objects.filter(id__in=part).update(done=True)


def finish_all() -> int:
    """Note that all marks there are were worked off; give how many."""
    return models.Mark.objects.filter(done=False).update(done=True)


def purge(before: datetime) -> int:
    """Forget marks that were worked off and are older than a moment; give how many."""
    return models.Mark.objects.filter(done=True, at__lt=before).delete()[0]


def _mark(row: models.Mark) -> Mark:
    return Mark(row.pk, row.entity_id, frozenset(row.paths.split("\n")), row.at)


class Reader:
    """Reads marks in the order in which they were numbered, each once, from the moment it is made.

    On PostgreSQL a transaction may commit after one with a higher number did: numbers that were
    skipped are asked for again, until they come or are given up as rolled back.
    """

    def __init__(self) -> None:
        self._last = models.Mark.objects.aggregate(last=Max("id"))["last"] or 0
        self._awaited: dict[int, float] = {}
        if connection.vendor != "sqlite":
            recent = range(max(self._last - _LATE, 0) + 1, self._last + 1)
            there = set(models.Mark.objects.filter(id__gte=recent.start).values_list("id", flat=True))
            self._await(number for number in recent if number not in there)

    def read(self) -> list[Mark]:
        """The marks that came since the last time."""
        rows = list(models.Mark.objects.filter(id__gt=self._last).order_by("id"))
        late: list[models.Mark] = []
        for part in facts.chunks(sorted(self._awaited)):
            late += models.Mark.objects.filter(id__in=part)
        self._follow(rows, late)
        return [_mark(row) for row in (*late, *rows)]

    def _follow(self, rows: Collection[models.Mark], late: Collection[models.Mark]) -> None:
        for row in late:
            del self._awaited[row.pk]
        if rows and connection.vendor != "sqlite":
            there = {row.pk for row in rows}
            self._await(number for number in range(self._last + 1, max(there)) if number not in there)
        self._last = max((row.pk for row in rows), default=self._last)
        now = time.monotonic()
        self._awaited = {number: since for number, since in self._awaited.items() if now - since < _PATIENCE}

    def _await(self, numbers: Iterable[int]) -> None:
        now = time.monotonic()
        self._awaited |= dict.fromkeys(list(numbers)[-_LATE:], now)
