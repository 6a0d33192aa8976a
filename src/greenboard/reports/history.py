"""What became of results between two moments: net of what came and went in between, why, and how long a fix took."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from greenboard.exemptions.models import Exemption
from greenboard.facts.store import chunks
from greenboard.reports.ground import Ground
from greenboard.results import models
from greenboard.results.changes import LEVEL, Changes, changes
from greenboard.results.held import FEW, NONE, fetched
from greenboard.results.matrix import EXEMPT
from greenboard.results.rows import OUTCOMES, Cause, code
from greenboard.results.store import cause
from greenboard.rules.columns import micros
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array

FAIL, PASS = code(Outcome.FAIL), code(Outcome.PASS)
_DAY = 86_400_000_000


def within(ground: Ground) -> Changes:
    """What changed of the entities that are shown, since the moment that is asked for."""
    wanted = ground.wanted
    found = changes(ground.scorecard.name, wanted.since, wanted.as_of)
    return found if ground.whole_company else found.of(shown_ids(ground))


def shown_ids(ground: Ground) -> Array:
    """The surrogate ids of what is shown."""
    found: Array = ground.seen.whole.ids[ground.shown]
    return found


def pairs(found: Changes) -> Array:
    """A number for each entity and rule that something changed of."""
    made: Array = found.entity * (int(found.rule.max(initial=0)) + 1) + found.rule
    return made


def net(found: Changes) -> tuple[Changes, Array]:
    """The last change of each entity and rule, and what it was before the first; what turned back is left out."""
    code_of = pairs(found)
    _, first = np.unique(code_of, return_index=True)
    _, back = np.unique(code_of[::-1], return_index=True)
    last = len(code_of) - 1 - back
    before = found.before[first]
    kept = before != found.after[last]
    order = np.argsort(last[kept], kind="stable")
    return found.where(last[kept][order]), before[kept][order]


def results(found: Changes) -> Changes:
    """Those of results."""
    return found.where(found.rule != LEVEL)


def causes_of(ids: Collection[int]) -> dict[int, Cause]:
    """Causes by surrogate id. Of very many the table is read as it lies."""
    wanted = set(ids)
    if len(wanted) <= FEW:
        rows = (row for part in chunks(sorted(wanted)) for row in models.Cause.objects.filter(id__in=part))
    else:
        lying = models.Cause.objects.filter(id__gte=min(wanted), id__lte=max(wanted))
        rows = (row for row in lying.iterator(chunk_size=5_000) if row.pk in wanted)
    return {row.pk: cause(row) for row in rows}


@dataclass(frozen=True, eq=False)
class Fixes:
    """Stretches of failing that ended in a pass: rule and entity by surrogate id, and how many days each took."""

    rule: Array
    entity: Array
    days: Array


def fixes(found: Changes, since: datetime, until: datetime) -> Fixes:
    """The fixes among changes, each with how long the rule had failed for the entity, also before `since`."""
    fixed = found.where((found.rule != LEVEL) & (found.before == FAIL) & (found.after == PASS))
    table = _failed(since, until)
    began = _begun(table, fixed)
    known = began != NONE
    days = (fixed.moment[known] - began[known]) / _DAY
    return Fixes(fixed.rule[known], fixed.entity[known], days)


def _failed(since: datetime, until: datetime) -> Array:
    """Stretches of failing that ended between two moments: columns entity, rule, before, begin and end."""
    rows = models.ResultInterval.objects.filter(outcome=FAIL, valid_to__gt=since, valid_to__lte=until).order_by()
    known: dict[datetime, int] = {}  # a run leaves the same moment in many rows
    made = [
        (entity, rule, NONE if before is None else before, _micros(start, known), _micros(end, known))
        for block in fetched(rows, "entity_id", "rule_id", "before", "valid_from", "valid_to")
        for entity, rule, before, start, end in block
    ]
    return np.array(made, dtype=np.int64).reshape(-1, 5)


def _micros(moment: datetime, known: dict[datetime, int]) -> int:
    """A moment as the database gives it: SQLite says no zone, and means UTC."""
    if moment not in known:
        known[moment] = micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return known[moment]


def _begun(table: Array, fixed: Changes) -> Array:
    """When the failing that each fix ended began. A stretch may be of several rows: another version, an exemption."""
    ends = {(entity, rule, end): (before, start) for entity, rule, before, start, end in table.tolist()}
    began = np.full(len(fixed), NONE, dtype=np.int64)
    for at, key in enumerate(zip(fixed.entity.tolist(), fixed.rule.tolist(), fixed.moment.tolist(), strict=True)):
        row = ends.get(key)
        while row is not None:
            before, start = row
            began[at] = start
            row = (ends.get((key[0], key[1], start)) or _earlier(key[0], key[1], start)) if before == FAIL else None
    return began


def _earlier(entity: int, rule: int, end: int) -> tuple[int, int] | None:
    """The stretch that ended at a moment, from before the time that was read. Seldom asked."""
    moment = _moment(end)
    rows = models.ResultInterval.objects.filter(entity_id=entity, rule_id=rule, outcome=FAIL, valid_to=moment)
    row = rows.values_list("before", "valid_from").first()
    return None if row is None else (NONE if row[0] is None else row[0], micros(row[1]))


def _moment(micro: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micro)


@dataclass(frozen=True)
class Pardoned:
    """A failing result that is exempt: its entity by surrogate id, its rule by name, and since when it is exempt."""

    entity: int
    rule: str
    since: datetime


def debt(ground: Ground) -> list[Pardoned]:
    """The failing results of what is shown that are exempt, each since its first exemption of those renewed since."""
    matrix = ground.matrix
    cells = matrix.outcomes[np.ix_(ground.lines, ground.columns)] == FAIL + EXEMPT
    lines, columns = np.nonzero(cells)
    entities = matrix.ids[ground.columns[columns]].tolist()
    rules = [matrix.names[line] for line in ground.lines[lines].tolist()]
    since = _since(ground, sorted(set(entities)))
    now = ground.wanted.now
    return [Pardoned(*pair, since.get(pair, now)) for pair in zip(entities, rules, strict=True)]


def _since(ground: Ground, entities: list[int]) -> dict[tuple[int, str], datetime]:
    """Since when the exemptions hold that hold now, by entity and rule; a renewal since what it renews."""
    now = ground.wanted.now
    found: dict[tuple[int, str], datetime] = {}
    rows = Exemption.objects.filter(scorecard=ground.scorecard.name, holds_from__lte=now)
    for part in chunks(entities):
        began: dict[int, datetime] = {}
        own = rows.filter(entity_id__in=part).order_by("holds_from", "id")
        columns = ("id", "renews_id", "entity_id", "rule", "holds_from", "holds_to")
        for number, renews, entity, rule, start, end in own.values_list(*columns):
            began[number] = began.get(renews or 0) or start or now
            if end is None or end > now:
                found[entity, rule] = min(began[number], found.get((entity, rule), now))
    return found


def outcome(number: int) -> str | None:
    """An outcome by number, as it is exported; None is none."""
    return None if number == NONE else OUTCOMES[number].value
