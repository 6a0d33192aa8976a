"""What a LimitRange gives to containers that state no resources themselves (Kubernetes' LimitRanger admission)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.repository.kubernetes.objects import Object, dig, mapping, sequence
from greenboard.repository.kubernetes.related import beside


@dataclass(frozen=True)
class Given:
    """Names of resources that containers get a request and a limit for. `sure` when it reaches the workload."""

    requests: frozenset[str]
    limits: frozenset[str]
    by: Object
    sure: bool


def given(item: Object, objects: Iterable[Object]) -> Given | None:
    """What the LimitRange of a workload's namespace gives; one that may be of another namespace is not sure."""
    unsure: Given | None = None
    for other in objects:
        if other.kind != "LimitRange" or (item.namespace and other.namespace and item.namespace != other.namespace):
            continue
        near = any(beside(item, [other])) or (item.namespace != "" and item.namespace == other.namespace)
        found = _read(other, sure=near and other.environment in ("", item.environment))
        if found is not None and found.sure:
            return found
        unsure = unsure or found
    return unsure


def _read(source: Object, *, sure: bool) -> Given | None:
    requests: set[str] = set()
    limits: set[str] = set()
    for rule in map(mapping, sequence(dig(source.data, "spec", "limits"))):
        if rule.get("type") == "Container":
            limits |= _names(rule, "default", "max")
            requests |= _names(rule, "defaultRequest", "default", "max", "min")
    return Given(frozenset(requests), frozenset(limits), source, sure) if requests or limits else None


def _names(rule: Mapping[str, Any], *parts: str) -> set[str]:
    """The resources that a rule names; the API fills a default that is left out from the next part."""
    return {str(name) for part in parts for name, value in mapping(rule.get(part)).items() if value}
