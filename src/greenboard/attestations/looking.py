"""How things stand around entities now, as far as attestations rest on it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from greenboard.attestations.basis import Basis, major
from greenboard.attestations.types import PRODUCTION
from greenboard.catalog import store as catalog
from greenboard.catalog.models import RelationInterval
from greenboard.catalog.types import RelationKind
from greenboard.core.refs import Ref
from greenboard.facts.models import CURRENT, FactInterval

TYPES = frozenset({"entity", "dependency_map", "external_dependency", "deployment", "artifact"})
"""The fact types whose change may end an attestation."""
_NEEDS = (RelationKind.DEPENDS_ON.value, RelationKind.CONSUMES.value)
Told = Mapping[str, list[Any]]
"""Values of facts by their type."""


def bases(entities: Collection[Ref], environment: str = "") -> dict[int, Basis]:
    """What attestations about an environment of entities rest on, by surrogate id; of those that exist."""
    stored = {one.id: one for ref in entities if (one := catalog.find(ref)) is not None}
    told, needs = _facts(stored), _needs(stored)
    found = {}
    for number, one in stored.items():
        deployed = _deployments(told[number], environment)
        found[number] = Basis(
            owner=str(one.owner) if one.owner else None,
            tier=one.entity.tier,
            classification=one.entity.data_classification,
            dependencies=_dependencies(one, needs[number], told[number]),
            numbers=needs[number],
            major=_major(deployed, told[number]),
            deployed={name: _mark(item) for name, item in deployed.items()},
            deploys={name: item["deploys_30d"] for name, item in deployed.items() if "deploys_30d" in item},
        )
    return found


def _facts(entities: Collection[int]) -> defaultdict[int, dict[str, list[Any]]]:
    found: defaultdict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    rows = FactInterval.objects.filter(CURRENT, entity_id__in=list(entities), type__in=list(TYPES)).order_by("id")
    for number, name, value in rows.values_list("entity_id", "type", "value"):
        found[number][name].append(json.loads(value))
    return found


def _needs(entities: Collection[int]) -> defaultdict[int, dict[str, int]]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = RelationInterval.objects.filter(CURRENT, kind__in=_NEEDS, source_id__in=list(entities))
    pairs = list(rows.values_list("source_id", "target_id"))
    names = catalog.names({target for _, target in pairs})
    for source, target in pairs:
        found[source][str(names[target])] = target
    return found


def _dependencies(one: catalog.Stored, needs: Collection[str], told: Told) -> tuple[str, ...] | None:
    """What it depends on, as declared and as tools see it; None where nobody says anything of it."""
    seen = {name for value in told.get("dependency_map", ()) for name in value.get("undeclared") or ()}
    others = {item["name"] for value in told.get("external_dependency", ()) for item in value}
    others |= {each.name for each in one.entity.external_dependencies or ()}
    known = one.entity.dependencies_declared or one.entity.external_dependencies is not None
    found = {*needs, *seen, *others}
    return tuple(sorted(found)) if found or known or told.get("dependency_map") else None


def _deployments(told: Told, environment: str) -> dict[str, Mapping[str, Any]]:
    """What runs in the environment that is meant; without one in production, or anywhere where that is not said."""
    items = [item for value in told.get("deployment", ()) for item in value]
    if environment:
        return {item["environment"]: item for item in items if item["environment"] == environment}
    mine = [item for item in items if PRODUCTION in (item["environment"], item.get("stage"))]
    return {item["environment"]: item for item in mine or items}


def _mark(item: Mapping[str, Any]) -> str:
    return " ".join(str(item.get(name, "")) for name in ("version", "last_deployed_at"))


def _major(deployed: Mapping[str, Mapping[str, Any]], told: Told) -> int | None:
    """The highest major version that runs, or that was published where it is not known what runs."""
    return max(_versions(deployed.values()), default=None) or max(
        _versions(item for value in told.get("artifact", ()) for item in value), default=None
    )


def _versions(items: Any) -> Iterator[int]:
    return (number for item in items if (number := major(str(item.get("version", "")))) is not None)
