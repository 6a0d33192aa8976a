"""What stands beside a workload in the same set of objects: autoscaler, disruption budget, network policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greenboard.repository.kubernetes.objects import Object, dig, mapping, sequence
from greenboard.repository.kubernetes.selectors import selects


@dataclass(frozen=True)
class Scaling:
    """An autoscaler's bounds; None where they are not literal."""

    least: int | None
    most: int | None
    by: Object


def beside(item: Object, objects: Iterable[Object]) -> Iterator[Object]:
    """The objects that reach the same namespace together with one.

    Plain manifests of no environment go everywhere; otherwise group and environment must agree.
    """
    for other in objects:
        if other.tool != item.tool or other.namespace != item.namespace:
            continue
        if other.group == item.group and other.environment in ("", item.environment):
            yield other


def scaling(item: Object, objects: Iterable[Object]) -> Scaling | None:
    """The autoscaler whose target is a workload (HorizontalPodAutoscaler, or KEDA's ScaledObject)."""
    for other in objects:
        target = mapping(dig(other.data, "spec", "scaleTargetRef"))
        if target.get("name") != item.name:
            continue
        spec = mapping(other.data.get("spec"))
        if other.kind == "HorizontalPodAutoscaler" and target.get("kind") == item.kind:
            return Scaling(_whole(spec, "minReplicas", 1), _whole(spec, "maxReplicas", None), other)
        if other.kind == "ScaledObject" and target.get("kind", "Deployment") == item.kind:
            return Scaling(_whole(spec, "minReplicaCount", 0), _whole(spec, "maxReplicaCount", 100), other)
    return None


def _whole(spec: Mapping[str, Any], name: str, default: int | None) -> int | None:
    """A count; the API's default where it is left out, None where it is no number."""
    value = spec.get(name)
    if value is None:
        return default
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def budget(labels: Mapping[str, Any], objects: Iterable[Object]) -> tuple[bool | None, Object | None]:
    """Whether a PodDisruptionBudget selects pods, and which; None where a selector cannot be told."""
    unsure = False
    for other in objects:
        if other.kind == "PodDisruptionBudget" and not _allows_all(mapping(other.data.get("spec"))):
            verdict = selects(dig(other.data, "spec", "selector"), labels)
            # In policy/v1beta1 an empty selector matches no pods, in v1 all.
            if other.api == "policy/v1beta1" and not mapping(dig(other.data, "spec", "selector")):
                verdict = False
            if verdict:
                return True, other
            unsure = unsure or verdict is None
    return (None if unsure else False), None


def _allows_all(spec: Mapping[str, Any]) -> bool:
    """Whether a budget lets every pod be evicted at once, and so protects nothing."""
    return spec.get("minAvailable") in (0, "0", "0%") or spec.get("maxUnavailable") == "100%"


def policies(objects: Iterable[Object]) -> list[Object]:
    """Network policies of Kubernetes, Cilium and Calico."""
    kinds = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy")
    return [other for other in objects if other.kind in kinds]


def guarded(labels: Mapping[str, Any], found: Sequence[Object]) -> tuple[bool | None, Object | None]:
    """Whether some policy selects pods, and which; None where one cannot be told."""
    unsure = False
    for policy in found:
        spec = mapping(policy.data.get("spec"))
        if "projectcalico" in policy.api:
            unsure = True
            continue
        name = "podSelector" if policy.kind == "NetworkPolicy" else "endpointSelector"
        # Since networking.k8s.io/v1 an absent podSelector means the same as an empty one.
        verdict = selects(spec.get(name) if spec.get(name) is not None else {}, labels)
        if verdict:
            return True, policy
        unsure = unsure or verdict is None
    return (None if unsure else False), None


def narrows(policy: Object) -> bool:
    """Whether a policy refuses some traffic to the pods that it selects; one about traffic out, or one that
    lets in all from everywhere, does not.
    """
    spec = mapping(policy.data.get("spec"))
    if policy.kind != "NetworkPolicy" or "projectcalico" in policy.api:
        return True
    if "Ingress" not in (sequence(spec.get("policyTypes")) or ["Ingress"]):
        return False
    return all(mapping(rule).get("from") or mapping(rule).get("ports") for rule in sequence(spec.get("ingress")))


def denies_by_default(policy: Object) -> bool:
    """Whether a policy refuses all traffic into its namespace that no other policy allows."""
    spec = mapping(policy.data.get("spec"))
    if policy.kind != "NetworkPolicy" or "projectcalico" in policy.api or mapping(spec.get("podSelector")):
        return False
    kinds = sequence(spec.get("policyTypes")) or ["Ingress"]
    return "Ingress" in kinds and not sequence(spec.get("ingress"))


def world_ports(policy: Object) -> Iterator[str]:
    """Ports other than 80 and 443 that a policy opens to every address."""
    for rule in sequence(dig(policy.data, "spec", "ingress")):
        sources = [mapping(dig(source, "ipBlock")) for source in sequence(mapping(rule).get("from"))]
        if not any(block.get("cidr") in ("0.0.0.0/0", "::/0") for block in sources):
            continue
        ports = [mapping(port).get("port") for port in sequence(mapping(rule).get("ports"))]
        for port in ports or ["any port"]:
            if port not in (80, 443, "http", "https"):
                yield str(port if port is not None else "any port")
