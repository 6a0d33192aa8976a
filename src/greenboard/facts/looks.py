"""Looks of sources: one row tells that all which goes with it was seen again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from greenboard.facts.models import Look
from greenboard.facts.types import SourceKind

Looks = Mapping[str, Look]
"""The looks of one source, by fact type."""
THINGS = ""
"""In place of a fact type: the things that the source shows."""


def of(kind: SourceKind, name: str) -> dict[str, Look]:
    """The looks of a source."""
    return {row.type: row for row in Look.objects.filter(source_kind=kind.value, source=name)}


def opened(kind: SourceKind, name: str, types: Collection[str], at: datetime) -> dict[str, Look]:
    """The looks of a source, with those at some fact types that it has not looked at before."""
    there = of(kind, name)
    mine = {"source_kind": kind.value, "source": name, "at": at, "seen_at": at}
    if fresh := [Look(**mine, type=one) for one in types if one not in there]:
        Look.objects.bulk_create(fresh, ignore_conflicts=True)
        there = of(kind, name)
    return there


def see(several: Collection[Look], at: datetime) -> None:
    """What goes with these looks was seen at a moment. Facts are made of it next; see `tell`."""
    Look.objects.filter(pk__in=[one.pk for one in several], seen_at__lt=at).update(seen_at=at)
