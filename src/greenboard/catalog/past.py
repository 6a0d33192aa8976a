"""Queries on the catalog over many moments in rising order, which are named by their number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db.models import Q

from greenboard.catalog import rows
from greenboard.catalog.models import EntityVersion, RelationInterval
from greenboard.catalog.spans import Array, Relations, Versions
from greenboard.catalog.types import RelationKind

_READ = ("entity_id", "kind", "namespace", "name", "title", "tier", "lifecycle", "data", "place")
Current = tuple[frozenset[tuple[int | str | None, ...]], frozenset[int]]
"""The current versions, with what two saves of one moment may have changed in them, and the ids of the current
relations: while they stay the same, so do the catalog and its past."""


def current() -> Current:
    """The versions and relations that are current now."""
    versions = EntityVersion.objects.filter(valid_to__isnull=True).values_list("id", "tier", "lifecycle", "tag_text")
    relations = RelationInterval.objects.filter(valid_to__isnull=True).values_list("id", flat=True)
    return frozenset(versions), frozenset(relations)


def versions(moments: Sequence[datetime]) -> Versions:
    """What every entity was at some moments."""
    found = EntityVersion.objects.filter(_overlapping(moments)).order_by("entity_id", "valid_from")
    # As plain columns: a model object for each row would take longer than all the rest.
    told = found.values_list(*_READ, "valid_from", "valid_to", named=True).iterator(chunk_size=20_000)
    spans = [(row, *_span(moments, row.valid_from, row.valid_to)) for row in told]
    kept = [span for span in spans if span[1] < span[2]]
    first, last = _columns([span[1:] for span in kept])
    subject = np.array([row.entity_id for row, *_ in kept], dtype=np.int64)
    return Versions(subject, first, last, [rows.entity(row) for row, *_ in kept])


def relations(moments: Sequence[datetime], *kinds: RelationKind) -> Relations:
    """Relations of some kinds at some moments, in the order in which they were first said."""
    found = RelationInterval.objects.filter(_overlapping(moments), kind__in=kinds).order_by("id")
    told = found.values_list("kind", "source_id", "target_id", "valid_from", "valid_to").iterator(chunk_size=20_000)
    spans = [(kind, source, target, *_span(moments, since, until)) for kind, source, target, since, until in told]
    kept = [span for span in spans if span[3] < span[4]]
    source, target = _columns([span[1:3] for span in kept])
    first, last = _columns([span[3:5] for span in kept])
    return Relations([RelationKind(span[0]) for span in kept], source, target, first, last)


def _overlapping(moments: Sequence[datetime]) -> Q:
    return Q(valid_from__lte=moments[-1]) & (Q(valid_to__isnull=True) | Q(valid_to__gt=moments[0]))


def _span(moments: Sequence[datetime], since: datetime, until: datetime | None) -> tuple[int, int]:
    """The moments of an interval, as a half-open range of their numbers."""
    return bisect_left(moments, since), len(moments) if until is None else bisect_left(moments, until)


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[Array, Array]:
    table = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
    return table[:, 0], table[:, 1]
