"""Who says anything of which fact type, of very many entities: without reading what is said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from greenboard.facts import custom
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.facts.store import at_moment, chunks, homes


@dataclass(frozen=True)
class Spoken:
    """By surrogate id of an entity: the types with facts, and for each look that failed its tool and reason."""

    facts: dict[int, set[str]] = field(default_factory=dict)
    gaps: dict[int, dict[str, tuple[str, str]]] = field(default_factory=dict)


def spoken(entities: Collection[int], types: Collection[str], as_of: datetime | None = None) -> Spoken:
    """What is known of some types for some entities, with what is said of the repositories that they live in."""
    found, known = Spoken(), custom.fact_types().types
    own = [name for name in types if name in known]
    _read(found, {number: number for number in entities}, own, as_of)
    shared = [name for name in own if known[name].about == "repository"]
    if shared:
        _read(found, homes(as_of, entities), shared, as_of)
    return found


def _read(found: Spoken, teller: dict[int, int], types: Collection[str], as_of: datetime | None) -> None:
    """Take in what is said of the teller of each entity: itself, or its repository."""
    listeners: dict[int, list[int]] = {}
    for entity, number in teller.items():
        listeners.setdefault(number, []).append(entity)
    for part in chunks(sorted(listeners)):
        rows = FactInterval.objects.filter(at_moment(as_of), entity_id__in=part, type__in=types)
        for number, name in rows.values_list("entity_id", "type").distinct():
            for entity in listeners[number]:
                found.facts.setdefault(entity, set()).add(name)
        failed = GapInterval.objects.filter(at_moment(as_of), entity_id__in=part, type__in=types).order_by("id")
        for number, name, tool, reason in failed.values_list("entity_id", "type", "source", "reason"):
            for entity in listeners[number]:
                found.gaps.setdefault(entity, {})[name] = tool, reason
