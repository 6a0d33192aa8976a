"""What runs: manifests as the cluster has them, and what they say of a workload. Pure.

Where another application or the namespace may settle it as well (a budget, a policy of the network, an autoscaler,
defaults of resources), only that something is there is known, never that nothing is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from greenboard.connections.expressions.function import Mistyped

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Rollout", "Job", "CronJob"})
_BESIDE = frozenset({"HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"})
KINDS = _WORKLOADS | _BESIDE
_PINNED = re.compile(r"@[a-z0-9]+:[0-9a-f]+$|:(?!latest$)[^:/]+$")
_NAMED = ("kind", "namespace", "name")
_NONE = ("0", 0, "0%")
_OF_SERVICES = frozenset({"liveness", "readiness", "topology_spread"})
Spec = Mapping[str, Any]


def needed(kind: str, state: str) -> dict[str, Any]:
    """The parts of a manifest (JSON) that anything here reads. Raises Mistyped where it is none."""
    try:
        told = json.loads(state)
        return {"spec": told.get("spec") or {}, "status": told.get("status") or {}}
    except (ValueError, RecursionError, AttributeError):
        raise Mistyped(f"the live state of a {kind} is no manifest") from None


def strategy(workload: Spec) -> str | None:
    """The strategy of a Deployment or Rollout; unknown of others."""
    told = _part(workload, "spec", "strategy")
    if workload.get("kind") == "Rollout":
        return "canary" if told.get("canary") else "bluegreen" if told.get("blueGreen") else None
    return {"RollingUpdate": "rolling", "Recreate": "recreate"}.get(str(told.get("type")))


def quality(objects: Sequence[Any], resource: Spec, field: str) -> Any:
    """A field of the fact `workload`. Raises Mistyped where a manifest has another shape than the API documents."""
    found = [
        one for one in objects if all(one.get(key) == resource.get(key, "") for key in ("kind", "namespace", "name"))
    ]
    if len(found) != 1 or (field in _OF_SERVICES and resource.get("kind") in ("Job", "CronJob")):
        return None
    try:
        if field in _OF_PODS:
            return _OF_PODS[field](_pods(found[0]))
        return _OF_WORKLOADS[field](found[0], [one for one in objects if one["namespace"] == found[0]["namespace"]])
    except (AttributeError, TypeError):
        raise Mistyped(f"{resource.get('kind')} {resource.get('name')}: a manifest of another shape") from None


def _part(told: Any, *names: str) -> Any:
    """A part of a manifest; what is not set is an empty object."""
    for name in names:
        told = told.get(name) or {}
    return told


def _template(workload: Spec) -> Spec:
    inside = ("spec", "jobTemplate", "spec", "template") if workload["kind"] == "CronJob" else ("spec", "template")
    return _part(workload, *inside)  # type: ignore[no-any-return]


def _pods(workload: Spec) -> Spec:
    return _part(_template(workload), "spec")  # type: ignore[no-any-return]


def _all(pods: Spec, holds: Callable[[Spec], bool], *, also_first: bool = False) -> bool | None:
    """Whether something holds for every container; unknown without any."""
    several = [*(pods.get("containers") or ()), *((pods.get("initContainers") or ()) if also_first else ())]
    return all(map(holds, several)) if several else None


def _set(pods: Spec, names: frozenset[str], *parts: str) -> bool | None:
    """Whether resources are set in some part; a namespace may have defaults for what is not."""

    def told(container: Spec) -> bool:
        return names <= {name for part in parts for name in _part(container, "resources", part)}

    return _all(pods, told) or None


def _security(container: Spec, pods: Spec, name: str) -> Any:
    own = _part(container, "securityContext").get(name)
    return _part(pods, "securityContext").get(name) if own is None else own


def _non_root(pods: Spec) -> bool | None:
    def holds(container: Spec) -> bool:
        user = _security(container, pods, "runAsUser")
        return user != 0 if user is not None else bool(_security(container, pods, "runAsNonRoot"))

    return _all(pods, holds, also_first=True)


def _privileged(pods: Spec) -> bool | None:
    def harmless(container: Spec) -> bool:
        context = _part(container, "securityContext")
        added = {"ALL", "SYS_ADMIN", "CAP_SYS_ADMIN"} & set(_part(context, "capabilities").get("add") or ())
        return not context.get("privileged") and context.get("allowPrivilegeEscalation") is False and not added

    told = _all(pods, harmless, also_first=True)
    return None if told is None else not told


_OF_PODS: Mapping[str, Callable[[Spec], Any]] = {
    "requests_set": lambda pods: _set(pods, frozenset({"cpu", "memory"}), "requests", "limits"),
    "limits_set": lambda pods: _set(pods, frozenset({"memory"}), "limits"),
    "liveness": lambda pods: _all(pods, lambda one: "livenessProbe" in one),
    "readiness": lambda pods: _all(pods, lambda one: "readinessProbe" in one),
    "topology_spread": lambda pods: bool(
        pods.get("topologySpreadConstraints") or _part(pods, "affinity").get("podAntiAffinity")
    ),
    "image_pinned": lambda pods: _all(pods, lambda one: bool(_PINNED.search(str(one.get("image")))), also_first=True),
    "run_as_non_root": _non_root,
    "privileged": _privileged,
    "read_only_root": lambda pods: _all(
        pods, lambda one: bool(_part(one, "securityContext").get("readOnlyRootFilesystem")), also_first=True
    ),
}


def _replicas(workload: Spec, _: Sequence[Spec]) -> int | None:
    told = workload["spec"].get("replicas")
    return told if isinstance(told, int) else None


def _ready(workload: Spec, _: Sequence[Spec]) -> int | None:
    status = workload["status"]
    if workload["kind"] == "DaemonSet":
        return status.get("numberReady")  # type: ignore[no-any-return]
    if workload["kind"] in ("Job", "CronJob") or status.get("observedGeneration") is None:
        return None
    return status.get("readyReplicas", 0)  # type: ignore[no-any-return]


def _scaler(workload: Spec, beside: Sequence[Spec]) -> Spec:
    aimed = {"kind": workload["kind"], "name": workload["name"]}
    found = [one["spec"] for one in beside if one["kind"] == "HorizontalPodAutoscaler"]
    fits = [one for one in found if aimed.items() <= _part(one, "scaleTargetRef").items()]
    return fits[0] if len(fits) == 1 else {}


def _guarded(workload: Spec, beside: Sequence[Spec]) -> bool | None:
    """Whether a budget of the application covers the pods, one that keeps some."""
    budgets = [one["spec"] for one in beside if one["kind"] == "PodDisruptionBudget"]
    keeps = [one for one in budgets if one.get("minAvailable") not in _NONE and one.get("maxUnavailable") != "100%"]
    return any(_selects(one.get("selector"), _labels(workload)) for one in keeps) or None


def _fenced(workload: Spec, beside: Sequence[Spec]) -> bool | None:
    policies = [one["spec"] for one in beside if one["kind"] == "NetworkPolicy"]
    return any(_selects(one.get("podSelector"), _labels(workload)) for one in policies) or None


def _labels(workload: Spec) -> Spec:
    return _part(_template(workload), "metadata", "labels")  # type: ignore[no-any-return]


def _selects(selector: Any, labels: Spec) -> bool:
    """Whether a selector surely matches labels; one with expressions is not decided here."""
    if not isinstance(selector, Mapping) or selector.get("matchExpressions"):
        return False
    return bool((selector.get("matchLabels") or {}).items() <= labels.items())


_OF_WORKLOADS: Mapping[str, Callable[[Spec, Sequence[Spec]], Any]] = {
    "replicas": _replicas,
    "ready": _ready,
    "autoscaled": lambda workload, beside: bool(_scaler(workload, beside)) or None,
    "min_replicas": lambda workload, beside: _scaler(workload, beside).get("minReplicas"),
    "max_replicas": lambda workload, beside: _scaler(workload, beside).get("maxReplicas"),
    "pdb": _guarded,
    "network_policy": _fenced,
}
