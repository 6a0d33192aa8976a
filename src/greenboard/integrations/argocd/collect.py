"""What the manifest of Argo CD cannot say: a label that a setting names, and what an application is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.connections.expressions.function import Registry
from greenboard.integrations.argocd import running

FUNCTIONS = Registry()
_KINDS = {"Helm": "helm", "Kustomize": "kustomize", "Directory": "kubernetes", "Plugin": "other"}
_STAGES = {
    "production": ("prod", "prd", "production", "live"),
    "staging": ("staging", "stage", "stg", "preprod", "uat"),
    "test": ("test", "qa", "testing"),
    "development": ("dev", "development"),
}


@FUNCTIONS.add(
    "any", "object", "text", gives="text", strict=False, example="environment(metadata.labels, spec.destination, 'env')"
)
def environment(labels: Any, destination: dict[str, Any] | None, key: str) -> str | None:
    """The environment that a label names; without that label, where the application goes: cluster and namespace."""
    told = labels.get(key) if isinstance(labels, dict) else None
    if isinstance(told, str) and told:
        return told
    where = destination or {}
    cluster, namespace = where.get("name") or where.get("server"), where.get("namespace")
    if not isinstance(cluster, str) or not isinstance(namespace, str) or not cluster or not namespace:
        return None
    return f"{re.sub('^https?://', '', cluster)}/{namespace}"


@FUNCTIONS.add("text", gives="text", example="stage('prod-eu')")
def stage(environment: str) -> str | None:
    """What an environment is for, as its name says; unknown where it says nothing, or two things."""
    words = set(re.split(r"[^a-z]+", environment.lower()))
    found = [name for name, several in _STAGES.items() if words & set(several)]
    return found[0] if len(found) == 1 else None


@FUNCTIONS.add("object", gives="text", example="kind_of(status)")
def kind_of(status: dict[str, Any]) -> str | None:
    """Which tool the files of an application are for: that of its only source, or of all of them."""
    one, several = status.get("sourceType"), status.get("sourceTypes")
    told = {one} if one else set(several) if isinstance(several, list) and several else set()
    return _KINDS.get(str(told.pop())) if len(told) == 1 else "other" if told else None


@FUNCTIONS.add(
    "text", "text", "text", "text", gives="list", strict=False, example="live(kind, namespace, name, liveState)"
)
def live(kind: str | None, namespace: str | None, name: str | None, state: str | None) -> list[Any]:
    """What runs of an object, if it is a workload or about workloads: a record with `kind`, `namespace`, `name` and
    what `quality` and `strategy` need.
    """
    if kind not in running.KINDS or not state or state == "null":
        return []
    return [{"kind": kind, "namespace": namespace or "", "name": name, **running.needed(kind, state)}]


@FUNCTIONS.add("list", "object", "text", gives="any", example="quality(running, item, 'replicas')")
def quality(objects: list[Any], resource: Mapping[str, Any], field: str) -> Any:
    """A field of the fact `workload` of a resource, by what runs of it and beside it in its application."""
    return running.quality(objects, resource, field)


@FUNCTIONS.add("list", gives="text", example="strategy(running)")
def strategy(objects: list[Any]) -> str | None:
    """How the workloads of an application are rolled out; unknown where they differ, or there are none."""
    found = {running.strategy(one) for one in objects if one.get("kind") in ("Deployment", "Rollout")}
    return found.pop() if len(found) == 1 else None
