"""What an evaluation writes: the difference between what is current and what rules come to now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from greenboard.facts.store import chunks
from greenboard.results import models
from greenboard.results.rows import CAUSES, OUTCOMES, Cause, code
from greenboard.results.versions import Adopted
from greenboard.rules.types import Outcome
from greenboard.scorecards.scoring import UNDECIDED, Settled, Standing

_BATCH = 2_000
_Row = TypeVar("_Row", models.ResultInterval, models.LevelInterval)


@dataclass(frozen=True, slots=True)
class Held:
    """A current result."""

    id: int
    outcome: Outcome
    undecided_since: datetime | None


@dataclass
class Ledger:
    """The causes of one run, each written once."""

    run: models.Run
    known: dict[Cause, models.Cause] = field(default_factory=dict)

    def row(self, cause: Cause, version: int | None = None) -> models.Cause:
        """The stored cause; `version` is that of the rule, where its own change is the cause."""
        if cause not in self.known:
            self.known[cause] = models.Cause.objects.create(
                kind=CAUSES.index(cause.kind),
                text=cause.text,
                fact_type=cause.fact_type,
                source=cause.source,
                link=cause.link,
                commit=cause.commit,
                rule_version_id=version,
                run=self.run,
            )
        return self.known[cause]


@dataclass(frozen=True)
class NewResult:
    """A result that differs from the current one, if there is one."""

    entity: int
    rule: Adopted
    outcome: Outcome
    held: Held | None
    cause: Cause


@dataclass(frozen=True)
class NewLevel:
    """Where an entity stands now, if that differs from the current row."""

    entity: int
    rank: int
    settled: Settled
    standing: Standing
    held: models.LevelInterval | None
    cause: Cause | None


def held_results(rules: Collection[int], entities: Collection[int]) -> dict[tuple[int, int], Held]:
    """The current results by (entity, rule).

    This query reads the most rows of all, so moments are read only where they are needed.
    """
    found: dict[tuple[int, int], Held] = {}
    for part in chunks(sorted(entities)):
        rows = models.ResultInterval.objects.filter(entity_id__in=part, rule_id__in=rules, valid_to__isnull=True)
        waiting = dict(rows.filter(undecided_since__isnull=False).values_list("id", "undecided_since"))
        for entity, rule, row, outcome in rows.values_list("entity_id", "rule_id", "id", "outcome"):
            found[entity, rule] = Held(row, OUTCOMES[outcome], waiting.get(row))
    return found


def held_levels(scorecard: int, entities: Collection[int] | None) -> dict[int, models.LevelInterval]:
    """The current levels by entity; None asks for all."""
    rows = models.LevelInterval.objects.filter(scorecard_id=scorecard, valid_to__isnull=True)
    if entities is None:
        return {row.entity_id: row for row in rows}
    return {row.entity_id: row for part in chunks(sorted(entities)) for row in rows.filter(entity_id__in=part)}


def undecided_since(outcome: Outcome, held: Held | None, at: datetime) -> datetime | None:
    """Since when a rule is undecided: no data and error in a row are one stretch."""
    if outcome not in UNDECIDED:
        return None
    return held.undecided_since if held is not None and held.undecided_since else at


def write_results(changed: Sequence[NewResult], ledger: Ledger, at: datetime) -> None:
    """Close what was and start what is. What changes twice in one moment is one change."""
    held = [one.held.id for one in changed if one.held is not None]
    again = _begun(held, at)
    for part in chunks([row for row in held if row not in again]):
        models.ResultInterval.objects.filter(id__in=part).update(valid_to=at)
    fresh = []
    for one in changed:
        row = models.ResultInterval(
            entity_id=one.entity,
            rule_id=one.rule.rule,
            version_id=one.rule.version,
            outcome=code(one.outcome),
            before=code(one.held.outcome) if one.held is not None else None,
            undecided_since=undecided_since(one.outcome, one.held, at),
            cause=ledger.row(one.cause, one.rule.version if one.cause.kind == "rule" else None),
            valid_from=at,
        )
        if one.held is not None and one.held.id in again:
            row.pk, row.before = one.held.id, again[one.held.id]
            row.save(force_update=True)
        else:
            fresh.append(row)
    models.ResultInterval.objects.bulk_create(fresh, batch_size=_BATCH)


def _begun(ids: Sequence[int], at: datetime) -> dict[int, int | None]:
    """The results among these that began at this very moment, with what was before them."""
    found: dict[int, int | None] = {}
    for part in chunks(ids):
        rows = models.ResultInterval.objects.filter(id__in=part, valid_from=at)
        found |= dict(rows.values_list("id", "before"))
    return found


def write_levels(scorecard: int, changed: Iterable[NewLevel], ledger: Ledger, at: datetime) -> None:
    """As `write_results`, for levels."""
    fresh: list[models.LevelInterval] = []
    for one in changed:
        row = _level_row(scorecard, one, ledger, at)
        if one.held is not None and one.held.valid_from == at:
            row.pk = one.held.pk
            row.save(force_update=True)
            continue
        if one.held is not None:
            models.LevelInterval.objects.filter(pk=one.held.pk).update(valid_to=at)
        fresh.append(row)
    models.LevelInterval.objects.bulk_create(fresh, batch_size=_BATCH)


def _level_row(scorecard: int, one: NewLevel, ledger: Ledger, at: datetime) -> models.LevelInterval:
    """`cause` is None where the level stays, so that its beginning and cause are carried over."""
    held, standing = one.held, one.standing
    moved = held is None or one.cause is not None
    earlier = held if held is not None and moved and held.valid_from < at else None
    return models.LevelInterval(
        entity_id=one.entity,
        scorecard_id=scorecard,
        level=one.settled.level or "",
        rank=one.rank,
        level_before=earlier.level if earlier else held.level_before if held else "",
        rank_before=earlier.rank if earlier else held.rank_before if held else None,
        score=standing.score,
        passed=standing.passed,
        decided=standing.decided,
        undecided=standing.undecided,
        exempt=standing.exempt,
        held_since=one.settled.held_since,
        level_since=at if held is None or moved else held.level_since,
        cause=ledger.row(one.cause) if one.cause is not None else held.cause if held is not None else None,
        evaluated_at=at,
        valid_from=at,
    )


def same_standing(held: models.LevelInterval, one: NewLevel) -> bool:
    """Whether nothing about the current row has to change."""
    standing = one.standing
    return (
        (held.level, held.rank, held.score, held.held_since)
        == (one.settled.level or "", one.rank, standing.score, one.settled.held_since)
    ) and (held.passed, held.decided, held.undecided, held.exempt) == (
        standing.passed,
        standing.decided,
        standing.undecided,
        standing.exempt,
    )


def leave(scorecard: int, entities: Mapping[int, Cause], ledger: Ledger, at: datetime) -> int:
    """End the results and level of entities that the scorecard no longer covers."""
    rules = list(models.Rule.objects.filter(scorecard_id=scorecard).values_list("id", flat=True))
    ended = 0
    for entity, cause in entities.items():
        mine = models.ResultInterval.objects.filter(entity_id=entity, rule_id__in=rules)
        ended += _end(mine, ledger.row(cause), at)
        _end(models.LevelInterval.objects.filter(entity_id=entity, scorecard_id=scorecard), ledger.row(cause), at)
    return ended


def drop_rules(scorecard: int, kept: Collection[int], ledger: Ledger, at: datetime) -> int:
    """End the results of rules that the scorecard no longer has."""
    gone = models.Rule.objects.filter(scorecard_id=scorecard).exclude(id__in=kept).values_list("id", flat=True)
    rows = models.ResultInterval.objects.filter(rule_id__in=list(gone))
    if not rows.filter(valid_to__isnull=True).exists():
        return 0
    return _end(rows, ledger.row(Cause("rule", "The scorecard no longer has this rule")), at)


def _end(rows: QuerySet[_Row], cause: models.Cause, at: datetime) -> int:
    open_rows = rows.filter(valid_to__isnull=True)
    open_rows.filter(valid_from=at).delete()
    return int(open_rows.update(valid_to=at, ended_by=cause))
