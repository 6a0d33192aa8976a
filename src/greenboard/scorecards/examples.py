"""The examples of rules, as entities with facts. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.facts.types import Value
from greenboard.facts.vocabulary import Vocabulary
from greenboard.scorecards.types import ExampleEntity

NOW = datetime(2026, 6, 1, tzinfo=UTC)
"""The moment at which examples are judged."""


def entity(example: ExampleEntity) -> Entity:
    """An entity of an example as the catalog has entities."""
    return Entity(Ref(example.kind, "default", example.name), tier=example.tier, lifecycle=example.lifecycle)


def facts(example: ExampleEntity, vocabulary: Vocabulary) -> dict[str, Value]:
    """Its facts, in the stored form; what the example says of the entity is a fact too.

    Raises:
        FactError: the example names an unknown fact type or field, or a value that does not fit.

    """
    raw = dict(example.facts)
    if example.tier is not None or example.lifecycle or "entity" in raw:
        told = {"kind": example.kind, "tier": example.tier, "lifecycle": example.lifecycle}
        given = raw.get("entity", {})
        raw["entity"] = {**told, **given} if isinstance(given, dict) else given
    return {name: vocabulary.normalise(name, value) for name, value in raw.items()}
