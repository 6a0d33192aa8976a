"""Which rules lost their data a short while ago, so that levels are kept meanwhile, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import numpy as np
from django.db.models import F, QuerySet

from greenboard.results import held, models
from greenboard.results.places import Places
from greenboard.results.rows import code
from greenboard.results.session import Session
from greenboard.rules.vectors import Array
from greenboard.scorecards.scoring import UNDECIDED

_UNDECIDED = [code(outcome) for outcome in UNDECIDED]


def lost(session: Session, ids: Array) -> Array:
    """For which rules (lines) and entities (columns, by surrogate id) data were lost less than the rule's grace ago."""
    found = np.zeros((len(session.scorecard.rules), len(ids)), dtype=np.bool_)
    by_grace: dict[timedelta, list[int]] = defaultdict(list)
    for line, rule in enumerate(session.scorecard.rules):
        if rule.grace and rule.counts(session.at):
            by_grace[rule.grace].append(line)
    columns = Places(ids)
    for grace, lines in by_grace.items():
        numbers = np.array([session.adopted[session.rule(line).id].rule for line in lines], dtype=np.int64)
        places, stored = Places(numbers), np.array(lines)
        waited = _current(numbers.tolist()).filter(outcome__in=_UNDECIDED)
        waited = waited.exclude(undecided_since__lte=session.at - grace)
        for part in held.named(waited, ids.tolist()):
            for block in held.blocks(part, "rule_id", "entity_id"):
                at, column = places.of(block[:, 0]), columns.of(block[:, 1])
                found[stored[at[column >= 0]], column[column >= 0]] = True
    return found


def _current(rules: Collection[int]) -> QuerySet[models.ResultInterval]:
    """Current results of rules, put so that it is the entities by which a database finds them.

    By the rules SQLite reads all results there are, for each part of the entities again.
    """
    rows = models.ResultInterval.objects.filter(valid_to__isnull=True)
    return rows.alias(of=F("rule_id") + 0).filter(of__in=rules)


def since(session: Session, ids: Array, holding: Array) -> Mapping[int, datetime]:
    """Since when the first of the rules that hold a level is waited for, by column, where any does."""
    line = {session.adopted[rule.id].rule: at for at, rule in enumerate(session.scorecard.rules)}
    place = {int(ids[column]): column for column in np.flatnonzero(holding.any(axis=0)).tolist()}
    rows = _current(list(line)).filter(undecided_since__isnull=False)
    found: dict[int, datetime] = {}
    for part in held.named(rows, sorted(place)):
        for entity, rule, moment in part.values_list("entity_id", "rule_id", "undecided_since").iterator():
            column = place.get(entity)
            if column is not None and moment is not None and holding[line[rule], column]:
                found[column] = min(moment, found.get(column, moment))
    return found
