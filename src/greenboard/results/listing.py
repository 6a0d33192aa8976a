"""Results and levels page by page, chosen by the database. Reads take a moment; None is now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from greenboard.catalog.listing import ALL, Chosen
from greenboard.catalog.paging import Page, Part, read
from greenboard.facts import store as facts
from greenboard.results import models, store
from greenboard.results.rows import OUTCOMES, LevelRow, ResultRow, code
from greenboard.rules.types import Outcome


@dataclass(frozen=True)
class Asked:
    """Which results or levels of a scorecard are wanted; an empty part asks for nothing.

    `levels` are names, None is no level.
    """

    scorecard: str
    rules: Collection[str] = ()
    outcomes: Collection[Outcome] = ()
    levels: Collection[str | None] = ()
    exempt: bool | None = None
    entities: Chosen = ALL


def results(asked: Asked, part: Part, as_of: datetime | None = None) -> Page[ResultRow]:
    """What rules come to, entity by entity: each pair once, whatever turns meanwhile."""
    names = _rules(asked)
    wanted = Q(facts.at_moment(as_of), rule_id__in=list(names)) & asked.entities.of("entity_id", as_of)
    if asked.outcomes:
        wanted &= Q(outcome__in=[code(outcome) for outcome in asked.outcomes])
    if asked.exempt is not None:
        wanted &= Q(exempt=asked.exempt)
    found = models.ResultInterval.objects.filter(wanted).select_related("cause")
    page = read(found, ("entity_id", "rule_id"), part, asked.entities.among)
    refs = facts.names_of({row.entity_id for row in page.rows})
    rows = [
        ResultRow(
            refs[row.entity_id],
            names[row.rule_id],
            OUTCOMES[row.outcome],
            row.exempt,
            row.outcome_since or row.valid_from,
            store.cause(row.cause),
        )
        for row in page.rows
    ]
    return Page(rows, page.next)


def levels(asked: Asked, part: Part, as_of: datetime | None = None) -> Page[LevelRow]:
    """Where entities stand."""
    wanted = Q(facts.at_moment(as_of), scorecard__name=asked.scorecard) & asked.entities.of("entity_id", as_of)
    if asked.levels:
        wanted &= Q(level__in=[level or "" for level in asked.levels])
    found = models.LevelInterval.objects.filter(wanted).select_related("cause")
    page = read(found, ("entity_id",), part, asked.entities.among)
    refs = facts.names_of({row.entity_id for row in page.rows})
    return Page([store.level(row, refs) for row in page.rows], page.next)


def _rules(asked: Asked) -> dict[int, str]:
    named = models.Rule.objects.filter(scorecard__name=asked.scorecard)
    wanted = named.filter(name__in=asked.rules) if asked.rules else named
    return dict(wanted.values_list("id", "name"))
