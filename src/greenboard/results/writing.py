"""What an evaluation writes: the difference between what is current and what rules come to now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from django.db.models import Q, QuerySet

from greenboard.facts.bulk import end, insert
from greenboard.facts.store import chunks
from greenboard.results import models
from greenboard.results.held import NONE
from greenboard.results.rows import CAUSES, Cause, code
from greenboard.results.session import Session
from greenboard.results.versions import Adopted
from greenboard.scorecards.scoring import UNDECIDED, Settled

if TYPE_CHECKING:
    from greenboard.results.turning import Turned

_UNDECIDED = [code(outcome) for outcome in UNDECIDED]
_Values = tuple[int | str | bool | datetime | None, ...]
_Row = TypeVar("_Row", models.ResultInterval, models.LevelInterval)


class Ledger:
    """The causes of one run, each written once, and the run itself as soon as there is one."""

    def __init__(self, run: models.Run) -> None:
        self.run = run
        self._known: dict[Cause, models.Cause] = {}

    def row(self, cause: Cause, version: int | None = None) -> models.Cause:
        """The stored cause; `version` is that of the rule, where its own change is the cause."""
        if self.run._state.adding:
            self.run.save()
        if cause not in self._known:
            self._known[cause] = models.Cause.objects.create(
                kind=CAUSES.index(cause.kind),
                text=cause.text,
                fact_type=cause.fact_type,
                source=cause.source,
                link=cause.link,
                commit=cause.commit,
                rule_version_id=version,
                run=self.run,
            )
        return self._known[cause]


@dataclass(frozen=True)
class Counts:
    """The score of an entity and what it is made of."""

    score: float | None
    passed: int
    decided: int
    undecided: int
    exempt: int = 0


@dataclass(frozen=True)
class Bare:
    """Where an entity would stand without exemptions."""

    level: str
    rank: int
    score: float | None


@dataclass(frozen=True)
class NewLevel:
    """Where an entity stands now, if that differs from the current row. `bare` is None where nothing is exempt."""

    entity: int
    rank: int
    settled: Settled
    counts: Counts
    held: models.LevelInterval | None
    cause: Cause | None
    bare: Bare | None = None


def write_results(session: Session, turned: Turned, ledger: Ledger) -> None:
    """Close what was and start what is. What changes twice in one moment is one change."""
    if not len(turned):
        return
    kept = _kept(turned, session)
    again = {number for number, one in kept.items() if one.valid_from == session.at}
    ended = [number for number in turned.held.tolist() if number and number not in again]
    end(models.ResultInterval, ended, session.at)
    for part in chunks(sorted(again)):
        models.ResultInterval.objects.filter(id__in=part).delete()
    adopted = [session.adopted[rule.id] for rule in session.scorecard.rules]
    causes = _cause_ids(turned, adopted, ledger)
    insert(models.ResultInterval, _COLUMNS, _fresh(session, turned, causes, kept))


class _Kept(NamedTuple):
    """What of a current result may be carried on; all None of one that carries on nothing."""

    valid_from: datetime | None = None
    before: int | None = None
    undecided_since: datetime | None = None
    outcome_since: datetime | None = None


_NOTHING = _Kept()


def _kept(turned: Turned, session: Session) -> Mapping[int, _Kept]:
    """What of the current results is carried on, where something is."""
    begun, stays = turned.held > 0, turned.before == turned.after
    rows = models.ResultInterval.objects.all()
    if session.last != session.at:  # none begins at this moment: what was undecided is carried on, and what stays
        begun &= np.isin(turned.before, _UNDECIDED) | stays
    if not stays.any():
        rows = rows.filter(Q(valid_from=session.at) | Q(undecided_since__isnull=False))
    found: dict[int, _Kept] = {}
    for part in chunks(turned.held[begun].tolist()):
        for number, *row in rows.filter(id__in=part).values_list("id", *_Kept._fields):
            found[number] = _Kept(*row)
    return found


def _fresh(session: Session, turned: Turned, causes: Sequence[int], kept: Mapping[int, _Kept]) -> Iterator[_Values]:
    """The rows to insert, in the order of _COLUMNS; entity by entity, so that indexes are written page by page."""
    adopted = [session.adopted[rule.id] for rule in session.scorecard.rules]
    ids, at = session.ids, session.at
    order = np.argsort(turned.column, kind="stable")
    told = (turned.line, turned.column, turned.before, turned.after, turned.exempt, turned.held, np.array(causes))
    for line, column, before, after, exempt, held, cause in zip(*(part[order].tolist() for part in told), strict=True):
        was = kept.get(held, _NOTHING)
        yield (
            int(ids[column]),
            adopted[line].rule,
            adopted[line].version,
            after,
            was.before if was.valid_from == at else None if before == NONE else before,
            exempt,
            (was.undecided_since or at) if after in _UNDECIDED else None,
            (was.outcome_since or was.valid_from) if before == after else None,
            cause,
            at,
        )


def _cause_ids(turned: Turned, adopted: Sequence[Adopted], ledger: Ledger) -> list[int]:
    """The id of the stored cause of every entry; a changed rule's names its version."""
    version: dict[int, int] = {}
    for line, number in zip(turned.line.tolist(), turned.cause.tolist(), strict=True):
        if number not in version and turned.causes[number].kind == "rule":
            version[number] = adopted[line].version
    used = set(turned.cause.tolist())
    rows = {number: ledger.row(turned.causes[number], version.get(number)).pk for number in sorted(used)}
    return [rows[number] for number in turned.cause.tolist()]


_COLUMNS = (
    "entity",
    "rule",
    "version",
    "outcome",
    "before",
    "exempt",
    "undecided_since",
    "outcome_since",
    "cause",
    "valid_from",
)


class _Level(NamedTuple):
    """A row of levels, its parts named as the columns are."""

    entity_id: int
    scorecard_id: int
    level: str
    rank: int
    level_before: str
    rank_before: int | None
    score: float | None
    passed: int
    decided: int
    undecided: int
    exempt: int
    bare_level: str | None
    bare_rank: int | None
    bare_score: float | None
    held_since: datetime | None
    level_since: datetime
    cause_id: int
    evaluated_at: datetime
    valid_from: datetime


def write_levels(scorecard: int, changed: Iterable[NewLevel], ledger: Ledger, at: datetime) -> None:
    """As `write_results`, for levels."""
    fresh: list[_Level] = []
    ended: list[int] = []
    for one in changed:
        row = _level_row(scorecard, one, ledger, at)
        if one.held is not None and one.held.valid_from == at:
            models.LevelInterval.objects.filter(pk=one.held.pk).update(**row._asdict())
            continue
        if one.held is not None:
            ended.append(one.held.pk)
        fresh.append(row)
    end(models.LevelInterval, ended, at)
    insert(models.LevelInterval, [name.removesuffix("_id") for name in _Level._fields], fresh)


def _level_row(scorecard: int, one: NewLevel, ledger: Ledger, at: datetime) -> _Level:
    """`cause` is None where the level stays, so that its beginning and cause are carried over."""
    held = one.held
    moved = held is None or one.cause is not None
    earlier = held if held is not None and moved and held.valid_from < at else None
    if one.cause is not None:
        cause = ledger.row(one.cause).pk
    else:
        assert held is not None, "a first level has a cause"
        cause = held.cause_id
    return _Level(
        entity_id=one.entity,
        scorecard_id=scorecard,
        level=one.settled.level or "",
        rank=one.rank,
        level_before=earlier.level if earlier else held.level_before if held else "",
        rank_before=earlier.rank if earlier else held.rank_before if held else None,
        score=one.counts.score,
        passed=one.counts.passed,
        decided=one.counts.decided,
        undecided=one.counts.undecided,
        exempt=one.counts.exempt,
        bare_level=one.bare.level if one.bare else None,
        bare_rank=one.bare.rank if one.bare else None,
        bare_score=one.bare.score if one.bare else None,
        held_since=one.settled.held_since,
        level_since=at if held is None or moved else held.level_since,
        cause_id=cause,
        evaluated_at=at,
        valid_from=at,
    )


def same_standing(held: models.LevelInterval, one: NewLevel) -> bool:
    """Whether nothing about the current row has to change."""
    counts, bare = one.counts, one.bare
    stands = (held.level, held.rank, held.held_since) == (one.settled.level or "", one.rank, one.settled.held_since)
    stored = Counts(held.score, held.passed, held.decided, held.undecided, held.exempt)
    without = None
    if held.bare_rank is not None:
        without = Bare(held.bare_level or "", held.bare_rank, held.bare_score)
    return stands and stored == counts and without == bare


def leave(scorecard: int, entities: Mapping[int, Cause], ledger: Ledger, at: datetime) -> int:
    """End the results and level of entities that the scorecard no longer covers."""
    if not entities:
        return 0
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
