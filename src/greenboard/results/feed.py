"""What changed of results and levels, page by page, in the order of time.

Changes are no rows: a row is a change when it begins with something else than what was before, and
another one when it ends with nothing after it. So there are four streams, which are read beside
each other as far as one page goes, and merged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from greenboard.catalog.listing import ALL, Chosen
from greenboard.catalog.paging import Key, Page, Part
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.results import models, store
from greenboard.results.rows import CAUSES, OUTCOMES, Change

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = CAUSES.index("first")
_CHUNK = 500


@dataclass(frozen=True)
class Asked:
    """Which changes of a scorecard: after `since`, up to `until`.

    Args:
        rules: Of these only; then changes of levels are left out.
        first: The first look at each entity and rule, too.
        newest: Newest first; otherwise oldest first, to follow them.
        entities: Whose; `among` may name a few thousand at most.

    """

    scorecard: str
    since: datetime
    until: datetime
    rules: Collection[str] = ()
    results: bool = True
    levels: bool = True
    first: bool = False
    newest: bool = True
    entities: Chosen = ALL


def changes(asked: Asked, part: Part) -> Page[Change]:
    """One page of changes."""
    streams = _streams(asked)
    found: list[tuple[Key, Any]] = []
    for number, (query, moment) in enumerate(streams):
        rows = _after(query, moment, number, part, newest=asked.newest)
        found += ((_key(getattr(row, moment), number, row.pk), row) for row in rows)
    found.sort(key=lambda pair: pair[0], reverse=asked.newest)
    kept = found[: part.limit]
    names = facts.names_of({row.entity_id for _, row in kept})
    rules = dict(models.Rule.objects.filter(scorecard__name=asked.scorecard).values_list("id", "name"))
    told = [_change(key[1], row, names[row.entity_id], rules) for key, row in kept]
    return Page(told, kept[-1][0] if len(found) > part.limit else None)


def _key(moment: datetime, stream: int, row: int) -> Key:
    return (moment - _EPOCH) // _MICROSECOND, stream, row


def _streams(asked: Asked) -> list[tuple[QuerySet[Any], str]]:
    """The queries whose rows are changes, with the column that says when. Their places are part of the keys."""
    names = models.Rule.objects.filter(scorecard__name=asked.scorecard)
    names = names.filter(name__in=asked.rules) if asked.rules else names
    of_rules = Q(rule_id__in=list(names.values_list("id", flat=True)) if asked.results else [])
    shown = asked.levels and not asked.rules
    of_card = Q(scorecard__name=asked.scorecard) if shown else Q(pk__in=[])
    turned = Q(before__isnull=True) | ~Q(before=F("outcome")) | Q(outcome_since__isnull=False)
    moved = Q(level_since=F("valid_from")) & (Q(rank_before__isnull=True) | ~Q(rank_before=F("rank")))
    return [
        (_began(models.ResultInterval, of_rules & turned, asked), "valid_from"),
        (_ended(models.ResultInterval, of_rules, asked), "valid_to"),
        (_began(models.LevelInterval, of_card & moved, asked), "valid_from"),
        (_ended(models.LevelInterval, of_card, asked), "valid_to"),
    ]


def _began(model: type[Model], wanted: Q, asked: Asked) -> QuerySet[Any]:
    span = Q(valid_from__gt=asked.since, valid_from__lte=asked.until)
    found = model._default_manager.filter(wanted & span & _about(asked)).select_related("cause")
    return found if asked.first else found.exclude(cause__kind=_FIRST)


def _ended(model: type[Model], wanted: Q, asked: Asked) -> QuerySet[Any]:
    span = models.ENDED & Q(valid_to__gt=asked.since, valid_to__lte=asked.until, ended_by__isnull=False)
    return model._default_manager.filter(wanted & span & _about(asked)).select_related("ended_by")


def _about(asked: Asked) -> Q:
    wanted = asked.entities.of("entity_id", asked.until)
    if asked.entities.among is None:
        return wanted
    several, named = sorted(asked.entities.among), Q(pk__in=[])
    for start in range(0, len(several), _CHUNK):
        named |= Q(entity_id__in=several[start : start + _CHUNK])
    return wanted & named


def _after(query: QuerySet[Any], moment: str, number: int, part: Part, *, newest: bool) -> Iterator[Any]:
    """The rows of one stream behind the key, one more than the page has."""
    sign = "-" if newest else ""
    if part.after is not None:
        at, stream, row = part.after
        when = _EPOCH + at * _MICROSECOND
        side = "lt" if newest else "gt"
        behind = Q(**{f"{moment}__{side}": when})
        if number == stream:
            behind |= Q(**{moment: when, f"pk__{side}": row})
        elif (number < stream) is newest:
            behind |= Q(**{moment: when})
        query = query.filter(behind)
    yield from query.order_by(f"{sign}{moment}", f"{sign}pk")[: part.limit + 1]


def _change(stream: int, row: Any, ref: Ref, rules: dict[int, str]) -> Change:
    if isinstance(row, models.LevelInterval):
        return _level_change(row, ref, ended=stream % 2 == 1)
    rule = rules[row.rule_id]
    if stream % 2 == 1:
        outcome = OUTCOMES[row.outcome]
        return Change(ref, rule, outcome.value, None, row.valid_to, store.cause(row.ended_by), worse=False)
    return store.result_change(row, ref, rule)


def _level_change(row: models.LevelInterval, ref: Ref, *, ended: bool) -> Change:
    level = row.level or None
    if ended:
        assert row.valid_to is not None
        assert row.ended_by is not None
        return Change(ref, None, level, None, row.valid_to, store.cause(row.ended_by), worse=False)
    fell = row.rank_before is not None and row.rank < row.rank_before
    return Change(ref, None, row.level_before or None, level, row.valid_from, store.cause(row.cause), fell)
