"""Every query on exemptions that judging needs: what holds at a moment, what turned in between, what ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import Ended, Holding, Span, State, Within
from greenboard.facts.store import chunks, names_of

_MANY = 500
"""Of more entities, everything that holds is read and the others are left out."""
_COLUMNS = ("id", "entity_id", "rule", "environment", "path")


def holding(scorecard: str, at: datetime, entities: Collection[int] | None = None) -> list[Holding]:
    """The exemptions of a scorecard that hold at a moment, of all entities or of some; mostly one query."""
    told = _told(_held(scorecard, at), entities, *_COLUMNS, "category", "decided_by", "holds_to")
    return [
        Holding(number, entity, rule, Within(environment, path), _words(category, by, ends, Within(environment, path)))
        for number, entity, rule, environment, path, category, by, ends in told
    ]


def scoped(scorecard: str, at: datetime) -> list[tuple[int, str]]:
    """The pairs (entity, rule) with an exemption of one environment or path that holds at a moment."""
    rows = _held(scorecard, at).exclude(environment="", path="")
    return list(rows.values_list("entity_id", "rule").distinct())


def turning(scorecard: str, since: datetime, until: datetime) -> list[tuple[int, str]]:
    """The pairs (entity, rule) of which an exemption begins or ends after a moment, up to another."""
    rows = Exemption.objects.filter(scorecard=scorecard)
    # Two questions, each by its own index: one with `or` would read all of the scorecard.
    began = rows.filter(holds_from__gt=since, holds_from__lte=until).values_list("entity_id", "rule")
    ended = rows.filter(holds_to__gt=since, holds_to__lte=until).values_list("entity_id", "rule")
    return list(began.union(ended))


def ended(scorecard: str, at: datetime, entities: Collection[int]) -> dict[tuple[int, str], Ended]:
    """Of each pair (entity, rule) the exemption that ended last, up to a moment."""
    rows = Exemption.objects.filter(scorecard=scorecard, holds_to__lte=at).order_by("holds_to", "id")
    columns = ("id", "entity_id", "rule", "state", "holds_to", "ends", "ended_by", "ending")
    found: dict[tuple[int, str], Ended] = {}
    for number, entity, rule, state, at_last, ends, by, why in _told(rows, entities, *columns):
        revoked = state == State.REVOKED.value and (ends is None or at_last < ends)
        text = f"Exemption revoked by {by}: {why}" if revoked else f"The exemption ended on {at_last:%d %b %Y}"
        found[entity, rule] = Ended(number, entity, rule, text)
    return found


def spans(scorecard: str, rules: Collection[str], since: datetime) -> list[Span]:
    """When some rules were exempt since a moment, for backtests."""
    rows = Exemption.objects.filter(Q(holds_to__isnull=True) | Q(holds_to__gt=since), scorecard=scorecard)
    told = list(
        rows.filter(holds_from__isnull=False, rule__in=list(rules)).values_list(*_COLUMNS[1:], "holds_from", "holds_to")
    )
    names = names_of({row[0] for row in told})
    return [
        Span(names[entity], rule, Within(environment, path), first, last)
        for entity, rule, environment, path, first, last in told
    ]


def _held(scorecard: str, at: datetime) -> QuerySet[Exemption]:
    """Whether it was expired or revoked later is of no matter: the interval says when it held."""
    rows = Exemption.objects.filter(scorecard=scorecard, holds_from__lte=at)
    return rows.filter(Q(holds_to__isnull=True) | Q(holds_to__gt=at)).order_by("id")


def _told(rows: QuerySet[Exemption], entities: Collection[int] | None, *columns: str) -> Iterator[tuple[Any, ...]]:
    if entities is None or len(entities) > _MANY:
        wanted = None if entities is None else set(entities)
        yield from (row for row in rows.values_list(*columns) if wanted is None or row[1] in wanted)
        return
    for part in chunks(sorted(entities)):
        yield from rows.filter(entity_id__in=part).values_list(*columns)


def _words(category: str, by: str, ends: datetime | None, within: Within) -> str:
    """`Exempt: waived by ann until 30 Nov 2026`, as causes tell it."""
    until = f" until {ends:%d %b %Y}" if ends else ", without an end"
    return f"Exempt{f' in {within}' if within else ''}: {category}, approved by {by}{until}"
